#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Generated disks, given to the reassembly module; what it offers is activated. fuzz/reassembly.c
# has how; "make fuzz" goes on with other seeds for as long as it is let.
# rig: kernels=uml,umldebug test=umldebug/3

load ../lib/common

@test "the reassembly module and the target withstand fuzzing" {
	fuzz/setup
	fuzz/reassembly fuzz/match.corpus 1 100 >"$BATS_TEST_TMPDIR/out" 2>&1 ||
		{ cat "$BATS_TEST_TMPDIR/out"; false; }
	sed 's/^/# /' "$BATS_TEST_TMPDIR/out" >&3
}
