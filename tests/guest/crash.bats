#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Crash consistency: workloads on log-writes devices; at each flush and FUA write
# the set is activated as a crash may have left it, and compared with the data
# promised. tests/crash/ has how; "make crash" runs many more.
# rig: slow test=uml timeout=1200

load ../lib/common

@test "nothing is lost, wrong or stale after a crash at any of 1000 points" {
	crash/setup
	crash/crash 1 1000 >"$BATS_TEST_TMPDIR/out" || { cat "$BATS_TEST_TMPDIR/out"; false; }
	sed 's/^/# /' "$BATS_TEST_TMPDIR/out" >&3
	[ "$(sed -n 's/^all: .* \([0-9]*\) points,.*/\1/p' "$BATS_TEST_TMPDIR/out")" -ge 1000 ]
}
