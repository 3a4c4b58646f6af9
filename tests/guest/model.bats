#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Random I/O, faults, changes and crashes against a model of a set's allowed behaviour.
# tests/model/ has how; "make soak" goes on for as long as it is let.
# rig: test=uml,kcsan timeout=900

load ../lib/common

@test "whatever happens, nothing is lost, wrong or stale, and errors have a reason" {
	local operations=10000
	slow_kernel && operations=1500
	[ ! -e /sys/kernel/debug/kcsan ] || operations=4000
	model/setup
	model/model 1 "$operations" >"$BATS_TEST_TMPDIR/out" || { cat "$BATS_TEST_TMPDIR/out"; false; }
	sed 's/^/# /' "$BATS_TEST_TMPDIR/out" >&3
	# else it was not much of a test
	slow_kernel || [ "$operations" != 10000 ] || refute grep -E '^all:.* 0 |^rarely: 0 .* 0 .* 0 ' "$BATS_TEST_TMPDIR/out"
}
