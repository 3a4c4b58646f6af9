#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A disk that goes while it is in use and comes back as another device: no remap is
# made of that, acknowledged data is there, and the steps of README.md, "When a
# disk goes away", bring the set back.
# rig: test=uml/3 timeout=600

load ../lib/common

R=/dev/mapper/r
# shellcheck disable=SC2034 # for remap_create
NEIGHBOURS=0

# writes under load: 4 KiB each, block n with seed n or with none yet
BLOCKS=64
FIRST=8192

setup_file() {
	# each error is a line, and each line on the console takes its time
	echo 1 >/proc/sys/kernel/printk
}
teardown() {
	[ ! -e "$BATS_TEST_TMPDIR/load" ] || stop_load
	clean_up
}

# start_load [OPTION...]: acknowledged writes to blocks, again and again, which are
# noted; and many more of fio elsewhere, whose errors are ignored. stop_load
# ends it.
start_load() {
	local patterns=$BATS_TEST_TMPDIR/patterns n
	_pattern_file $((BLOCKS * 8192)) load
	cp "$PATTERN_FILE" "$patterns"
	touch "$BATS_TEST_TMPDIR/load"
	: >"$BATS_TEST_TMPDIR/acknowledged"
	(
		n=0
		while [ -e "$BATS_TEST_TMPDIR/load" ]; do
			# the same block is written with the same data each time
			dd if="$patterns" of=$R bs=4096 count=1 skip=$n seek=$((FIRST / 8 + n)) \
				oflag=direct conv=notrunc status=none 2>/dev/null &&
				echo $n >>"$BATS_TEST_TMPDIR/acknowledged"
			n=$(((n + 1) % BLOCKS))
		done
	) 3>&- &
	LOADS=($!)
	fio --name=load --filename=$R --direct=1 --ioengine=libaio --iodepth=16 --rw=randrw \
		--offset=8M --size=8M --bssplit=4k/50:64k/50 --continue_on_error=all --rate_iops=300 --time_based \
		--runtime=300 >/dev/null 2>&1 3>&- &
	LOADS+=($!)
	retry_until 60 _loaded
}
_loaded() { [ "$(wc -l <"$BATS_TEST_TMPDIR/acknowledged")" -ge 5 ]; }

stop_load() {
	rm -f "$BATS_TEST_TMPDIR/load"
	kill "${LOADS[1]}" 2>/dev/null || :
	wait "${LOADS[@]}" || :
}

# assert_acknowledged: all that was is there
assert_acknowledged() {
	local n
	[ -s "$BATS_TEST_TMPDIR/acknowledged" ]
	while read -r n; do
		dd if=$R bs=4096 count=1 skip=$((FIRST / 8 + n)) iflag=direct status=none |
			cmp -n 4096 -i "0:$((n * 4096))" - "$BATS_TEST_TMPDIR/patterns" ||
			{ echo "block $n" >&2; return 1; }
	done < <(sort -un "$BATS_TEST_TMPDIR/acknowledged")
}

# counts: values that the loss of a disk must not change
counts() { remap_status r remapped pending lost_sectors bad_spare; }

# again NEW_MAIN NEW_SPARE: the documented steps for a set that something has open
again() {
	dmsetup wipe_table r
	dmsetup reload r --table "0 $LENGTH remap $1 0 $2"
	dmsetup resume r
}

@test "the main goes under load, and comes back" {
	local main before open
	main=$(scsi_disk dev_size_mb=32)
	null_blk spare 4
	LENGTH=$(sectors "$main")
	remap_create r "$main" /dev/spare persistent
	write_pattern $R 0 65536 a
	dmsetup message r 0 add 0 64
	write_pattern $R 64 32768 b
	before=$(counts)
	assert_equal "$before" "8 0 0 0"

	start_load
	scsi_unplug "$main"
	sleep 2
	stop_load
	# nothing of it was taken for bad sectors
	assert_equal "$(counts) $(remap_status r state store)" "$before ok clean"
	refused "" write_pattern $R 4096 4096 c
	refused "" read_direct $R 4096 4096
	refused "" dmsetup message r 0 add 4096
	assert_equal "$(counts)" "$before"
	# blocks on the spare are usable
	assert_data $R 0 32768 a

	# somebody has it open all the time, as a mounted file system
	exec {open}<$R
	main=$(scsi_plug)
	again "$main" /dev/spare
	assert_equal "$(counts) $(remap_status r state store)" "$before ok clean"
	assert_data $R 0 32768 a
	assert_data $R 64 32768 b
	assert_acknowledged
	write_pattern $R 4096 65536 c
	assert_data "$main" 4096 65536 c
	exec {open}<&-

	# and with no open device: once more, by the shorter steps
	scsi_unplug "$main"
	refused "" write_pattern $R 4096 4096 d
	dmsetup remove r
	main=$(scsi_plug)
	remap_create r "$main" /dev/spare persistent
	assert_equal "$(counts) $(remap_status r state store)" "$before ok clean"
	assert_data $R 0 32768 a
	assert_data $R 64 32768 b
	assert_data $R 4096 65536 c
	assert_acknowledged
}

@test "a part of a block is not written at the price of the rest while the main is offline" {
	local main state
	main=$(scsi_disk dev_size_mb=32 delay=0)
	state=/sys/block/$(basename "$main")/device/state
	null_blk spare 4
	remap_create r "$main" /dev/spare persistent
	remap_attr r errors/retries 0
	write_pattern $R 0 65536 a
	echo offline >"$state"
	refused "" write_pattern $R 11 512 b
	refused "" write_pattern $R 16 2048 b
	assert_equal "$(counts)" "0 0 0 0"
	echo running >"$state"
	assert_data $R 0 65536 a
	write_pattern $R 11 512 b
	assert_data $R 11 512 b
	assert_data "$main" 11 512 b
}

@test "the main of a transient set goes: its remaps stay while the table does" {
	local main before
	main=$(scsi_disk dev_size_mb=32)
	null_blk spare 4
	remap_create r "$main" /dev/spare
	write_pattern $R 0 65536 a
	dmsetup message r 0 add 0 64
	before=$(counts)
	start_load
	scsi_unplug "$main"
	sleep 1
	stop_load
	assert_equal "$(counts) $(remap_status r state)" "$before ok"
	# the last chance to have it
	assert_data $R 0 32768 a
}

@test "the spare goes under load, and comes back" {
	local spare before open n
	null_blk main 32
	spare=$(scsi_disk dev_size_mb=8)
	LENGTH=$(sectors /dev/main)
	# every eighth block of the load, and its expected content at the end
	for ((n = 0; n < BLOCKS; n += 8)); do null_blk_bad main "+$((FIRST + n * 8))-$((FIRST + n * 8))"; done
	null_blk_bad main +100-100
	remap_create r /dev/main "$spare" persistent
	write_pattern $R 96 4096 a
	for ((n = 0; n < BLOCKS; n += 8)); do write_pattern $R $((FIRST + n * 8)) 4096 b; done
	before=$(counts)
	assert_equal "$before" "9 0 0 0"

	start_load
	scsi_unplug "$spare"
	sleep 2
	stop_load
	# no block of the spare is lost to it
	assert_equal "$(counts)" "$before"
	refused "" read_direct $R 96 4096
	refused "" write_pattern $R 96 4096 c
	# blocks on the main are usable, until one needs the spare
	write_pattern $R 4096 4096 c
	assert_data $R 4096 4096 c
	null_blk_bad main +4200-4200
	refused "" write_pattern $R 4200 4096 d
	refused "" write_pattern $R 4200 4096 d
	assert_equal "$(counts)" "$before"
	assert_data $R 4096 4096 c

	exec {open}<$R
	spare=$(scsi_plug)
	again /dev/main "$spare"
	assert_equal "$(counts) $(remap_status r state store)" "$before ok clean"
	assert_data $R 96 4096 a
	assert_data $R 4096 4096 c
	assert_acknowledged
	# and goes on
	write_pattern $R 4200 4096 d
	assert_data $R 4200 4096 d
	assert_equal "$(counts)" "10 0 0 0"
	exec {open}<&-
	dmsetup remove r
	remap_create r /dev/main "$spare" persistent
	assert_equal "$(counts)" "10 0 0 0"
	assert_data $R 96 4096 a
	assert_data $R 4200 4096 d
	assert_acknowledged
}
