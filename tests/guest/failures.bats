#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Each allocation and each request on the way fails once: of an activation, a table
# reload, changes by hand, and the moves of bad blocks. tests/failures/ has how.
# rig: kernels=debug,umldebug test=umldebug timeout=900

load ../lib/common

setup() {
	null_blk main 4
	null_blk spare 4
	# null_blk lets requests time out when it is its turn to fail
	echo 200 | tee /sys/block/main/queue/io_timeout >/sys/block/spare/queue/io_timeout
	modprobe dm_remap_metadata
	# devices are gone sooner, where there are processors to wait for
	{ echo 1 >/sys/kernel/rcu_expedited; } 2>/dev/null || :
}

# failures CASE STORE, with another SEED each time
failures() {
	local seed=${SEED:-$RANDOM}
	"$BATS_TEST_DIRNAME/../failures/failures" "$1" "$2" "$seed" >"$BATS_TEST_TMPDIR/out" 2>&1 ||
		{ echo "seed $seed"; cat "$BATS_TEST_TMPDIR/out"; false; }
	sed 's/^/# /' "$BATS_TEST_TMPDIR/out" >&3
}

for_each_store() {
	failures "$1" transient
	remove_devices
	setup
	failures "$1" persistent
}

@test "an activation in which an allocation fails is refused, or right" { for_each_store activate; }

@test "a reload in which an allocation fails is refused, or right" { for_each_store reload; }

@test "changes by hand in which an allocation fails change nothing" { for_each_store change; }

@test "bad blocks move when a worker gets no memory" { for_each_store workers; }

@test "a scan in which an allocation fails changes nothing" { failures scan persistent; }

# The operations of a transient set are a subset of this. EVERY=1 takes all requests.
@test "a request may fail once, whichever it is" { EVERY=${EVERY:-8} failures requests persistent; }
