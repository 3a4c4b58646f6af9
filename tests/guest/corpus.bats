#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The initial corpus of dmremap's fuzzer, and the inputs that it has added
# (build/fuzz), given to the module: it accepts a set or refuses it, and a set that it
# took it takes again.
# rig: test=uml timeout=400 smp=1

load ../lib/common

# A random choice of the fuzzer's findings
FOUND=12
# for all of it, on a machine that is busy
LIMIT=600

@test "the fuzzer's corpus is taken or refused by the module" {
	null_blk disk 1
	modprobe dm_remap_metadata
	find fuzz/seeds -type f | shuf >"$BATS_TEST_TMPDIR/images"
	find fuzz/image -type f | shuf -n "$FOUND" >>"$BATS_TEST_TMPDIR/images"
	xargs fuzz/corpus /dev/disk "$LIMIT" <"$BATS_TEST_TMPDIR/images" >"$BATS_TEST_TMPDIR/out"
	sed 's/^/# /' "$BATS_TEST_TMPDIR/out" >&3
	read -r all _ taken _ refused _ <"$BATS_TEST_TMPDIR/out"
	((all == $(wc -l <"$BATS_TEST_TMPDIR/images") && taken >= 10 && refused >= 3))
}
