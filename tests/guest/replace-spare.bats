#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap replace-spare: another spare for a set in use; whenever that is interrupted one of
# the two counts, and the set has all its data.
# shellcheck disable=SC2086 # paths have no spaces
# rig: test=uml/3 timeout=900

load ../lib/common
load ../lib/sets

DMREMAP=$PWD/../tools/dmremap/dmremap
HALT=$PWD/guest/halt.so

teardown() {
	# of a test that failed before it stopped it
	rm -f "$BATS_TEST_TMPDIR/fio-goes-on"
	wait
	rm -rf /etc/dm-remap /dev/disk
	remove_devices
}
teardown_file() { clean_up; }

# a_set: with blocks that are remapped, pending, split and lost, and a bad block of the spare
a_set() {
	null_blk main 4
	null_blk spare 1
	null_blk new 2
	write_pattern /dev/main 0 4194304 1
	"$DMREMAP" create --main-id main r /dev/main /dev/spare
	null_blk_bad spare +24-31
	trouble_blocks
	echo 7 >$CONFIG/spare/reserve
	blocks=$(listed)
}

# listed: the blocks as the kernel lists them, without their places on the spare
listed() { remap_list r | cut -d' ' -f1,3-; }

# whole: all is where it belongs
whole() {
	assert_data $R 0 409600 1
	assert_data $R 800 204800 2
	assert_data $R 1200 1433600 1 614400
	assert_data $R 4017 512 3
	unreadable $R 4016 512
	unreadable $R 4032 512
	assert_data $R 4033 512 1 2064896
	assert_equal "$(listed)" "$blocks"
	assert_equal "$(<$CONFIG/metadata/state) $(<$CONFIG/metadata/replicas) $(<$CONFIG/spare/reserve)" \
		"clean 2 7"
}

# spare_is DEVICE
spare_is() { assert_equal "$(<$CONFIG/spare/device)" "$(mountpoint -x "$1")"; }

# found_are STATE [SPARE]: the module's view of all three disks
found_are() {
	local tree=/sys/kernel/config/dm-remap-reassembly
	unload dm_remap_reassembly
	modprobe dm_remap_reassembly
	printf '%s\n' /dev/main /dev/spare /dev/new >$tree/scan
	assert_equal "$(cat $tree/sets/*/state)" "$1"
	[ $# = 1 ] || assert_equal "$(cat $tree/sets/*/spare)" "$(mountpoint -x "$2")"
}

# save DISK..., put_back DISK...: its content
save() {
	local disk
	null_blk_bad spare -24-31
	for disk; do dd if=/dev/"$disk" of="$BATS_TEST_TMPDIR/$disk" bs=1M iflag=direct status=none; done
}
put_back() {
	local disk
	for disk; do dd if="$BATS_TEST_TMPDIR/$disk" of=/dev/"$disk" bs=1M oflag=direct status=none; done
}

@test "a larger spare, a smaller one, and fio all the time" {
	local uuid
	a_set
	uuid=$(<$CONFIG/uuid)
	assert_equal "$(<$CONFIG/spare/bad)" 1
	start_fio $R --offset=500k --size=200k
	run -0 "$DMREMAP" replace-spare r /dev/new
	assert_output --partial "r: 53 blocks are copied. I/O waits now, for about"
	assert_output --partial "r: /dev/new is the spare now."
	assert_output --partial "/dev/spare is empty."
	stop_fio
	spare_is /dev/new
	assert_equal "$(<$CONFIG/spare/bad) $(<$CONFIG/uuid)" "0 $uuid"
	null_blk_bad spare -24-31
	assert_equal "$(wipefs --noheadings /dev/spare)" ""
	run -0 "$DMREMAP" check /dev/new
	# back to the small one, with a bad block, and all that is known of the set
	null_blk_bad spare +64-71
	run -8 "$DMREMAP" replace-spare r /dev/spare
	assert_output --partial "has places that cannot be read"
	run -0 "$DMREMAP" replace-spare --force r /dev/spare
	spare_is /dev/spare
	assert_equal "$(<$CONFIG/spare/bad)" 1
	dmsetup remove r
	"$DMREMAP" assemble /dev/main /dev/spare
	assert_equal "$(<$CONFIG/uuid) $(<$CONFIG/spare/reserve) $(<$CONFIG/main_id)" "$uuid 7 main"
	assert_equal "$(listed)" "$blocks"
	# one that does not hold it changes nothing
	null_blk tiny 1
	dmsetup create t --table "0 256 linear /dev/tiny 0"
	run -8 "$DMREMAP" replace-spare r /dev/mapper/t
	assert_output --partial "r keeps its spare: the new spare is too small for what is on the old one"
	spare_is /dev/spare
}

@test "all that is known of blocks goes with them, and other spares are refused" {
	a_set
	whole
	mkfs.ext4 -q /dev/new
	run -8 "$DMREMAP" replace-spare r /dev/new
	assert_output --partial "There is a filesystem (ext4) on /dev/new."
	run -8 "$DMREMAP" replace-spare r /dev/main
	assert_output --partial "/dev/main is in use"
	# the main's identity changes at the last moment
	echo "echo other >$CONFIG/main_id" >"$BATS_TEST_TMPDIR/script"
	SUSPEND_RUN="$BATS_TEST_TMPDIR/script" LD_PRELOAD=$HALT run -0 "$DMREMAP" replace-spare \
		--force r /dev/new
	assert_equal "$(<$CONFIG/main_id)" other
	whole
	# neither a different one, nor the old one, without a copy
	dmsetup suspend r
	refused "Device or resource busy" dmsetup reload r --table "$(dmsetup table r | awk -v s=/dev/spare '{ $6 = s; print }')"
	dmsetup resume r
	whole
	dmsetup remove r
	"$DMREMAP" assemble /dev/main /dev/new
	whole
	"$DMREMAP" stop r
	"$DMREMAP" assemble /dev/main /dev/new
	whole
}

@test "a spare with larger sectors is refused, with and without --force" {
	null_blk main 4 blocksize=512
	null_blk spare 1 blocksize=512
	null_blk new 2 blocksize=4096
	write_pattern /dev/main 0 4194304 1
	"$DMREMAP" create --main-id main r /dev/main /dev/spare
	echo 80 >$CONFIG/remaps/add
	run -8 "$DMREMAP" replace-spare r /dev/new
	assert_output --partial "/dev/new has sectors of 4096 bytes, and r has sectors of 512: the content might not work"
	run -8 "$DMREMAP" replace-spare --force r /dev/new
	assert_equal "$(used_bytes /dev/new)" 0
	spare_is /dev/spare
	write_pattern $R 82 512 2
	assert_data $R 80 1024 1 40960
	assert_data $R 82 512 2
	assert_data $R 83 2560 1 42496
	assert_equal "$(<$CONFIG/remaps/count) $(dmsetup status r | cut -d" " -f8)" "1 0"
}

@test "what the old spare does not give is kept, or given up" {
	local at
	a_set
	remap_map r
	at=$(spare_of 808)
	null_blk_bad spare "+$at-$at"
	run -8 "$DMREMAP" replace-spare r /dev/new
	assert_output --partial "r keeps its spare: 1 sector cannot be read on /dev/spare"
	assert_output --partial "--give-up"
	spare_is /dev/spare
	null_blk_bad spare "-$at-$at"
	whole
	null_blk_bad spare "+$at-$at"
	run -0 "$DMREMAP" replace-spare --give-up r /dev/new
	spare_is /dev/new
	unreadable $R 808 512
	assert_data $R 809 512 2 4608
	assert_equal "$(remap_status r lost_sectors)" 2
	write_pattern $R 808 512 2
	assert_equal "$(remap_status r lost_sectors)" 1
}

@test "killed before each write, the set has its old spare, and can be given the new one" {
	local n log=$BATS_TEST_TMPDIR/log last
	a_set
	save spare new
	HALT_LOG=$log LD_PRELOAD=$HALT "$DMREMAP" replace-spare r /dev/new
	spare_is /dev/new
	last=$(grep -n "^pwrite new" "$log" | tail -n1)
	last=${last%%:*}
	whole
	remove_devices
	# the first, some of the data, and all of the table and the superblocks
	for n in 1 2 3 $((last - 4)) $((last - 3)) $((last - 2)) $((last - 1)) "$last"; do
		rm -rf /etc/dm-remap
		a_set
		run env HALT_AT="$n" LD_PRELOAD="$HALT" "$DMREMAP" replace-spare r /dev/new
		assert_equal "$status" 137
		# a process that waits for the end of the tool resumes the device
		retry_until 10 is_active
		write_pattern $R 800 204800 2
		save spare new
		dmsetup remove r
		put_back spare new
		found_are complete /dev/spare
		"$DMREMAP" assemble /dev/main /dev/spare
		spare_is /dev/spare
		whole
		"$DMREMAP" replace-spare r /dev/new
		spare_is /dev/new
		whole
		remove_devices
	done
}

# record: what the host knows of the set
record() { cat /etc/dm-remap/sets.d/*-????????????; }

@test "an old spare that could not be emptied is emptied later, and the host knows the set still" {
	local disk n=0 known where
	mkdir -p /dev/disk/by-id
	a_set
	for disk in main spare new; do ln -s /dev/$disk "/dev/disk/by-id/wwn-0x5000c500a1b2c3d$((n++))"; done
	"$DMREMAP" assemble r
	save spare
	"$DMREMAP" replace-spare r /dev/new
	known=$(record)
	for where in in-use stopped; do
		put_back spare
		if [ $where = in-use ]; then
			run -8 "$DMREMAP" delete /dev/spare
			assert_output --partial "of r are on it. The set is active with /dev/new."
		else
			"$DMREMAP" stop r
		fi
		run -0 "$DMREMAP" delete --give-up --yes /dev/spare
		assert_equal "$(used_bytes /dev/spare 0 4096)" 0
		assert_equal "$(record)" "$known"
	done
	"$DMREMAP" assemble --once /dev/main /dev/new
	spare_is /dev/new
	whole
}

@test "a set that was activated once only does not become one that the host knows" {
	a_set
	"$DMREMAP" stop r
	rm -r /etc/dm-remap
	"$DMREMAP" assemble --once /dev/main /dev/spare
	"$DMREMAP" replace-spare r /dev/new
	spare_is /dev/new
	[ ! -e /etc/dm-remap/sets.d ] || assert_equal "$(ls /etc/dm-remap/sets.d)" ""
}

# is_active, and not suspended
is_active() { [ "$(dmsetup info -c --noheadings -o suspended r)" = Active ]; }

@test "killed before each step, and then a power cut: the host finds the spare that counts" {
	local step disk n=0 seen=
	null_blk main 2
	null_blk spare 1
	null_blk new 1
	mkdir -p /dev/disk/by-id
	for disk in main spare new; do ln -s /dev/$disk "/dev/disk/by-id/wwn-0x5000c500a1b2c3d$((n++))"; done
	"$DMREMAP" create r /dev/main /dev/spare
	dmsetup message r 0 add 800 400
	write_pattern $R 800 204800 2
	null_blk_bad spare -24-31
	save main spare new
	cp -a /etc/dm-remap "$BATS_TEST_TMPDIR/etc"
	for ((step = 1; ; step++)); do
		run env STEP_AT="$step" LD_PRELOAD="$HALT" "$DMREMAP" replace-spare --force r /dev/new
		[ "$status" = 137 ] || break
		retry_until 10 is_active
		if [ "$(<$CONFIG/spare/device)" = "$(mountpoint -x /dev/new)" ]; then
			seen+=n
		else
			seen+=o
		fi
		write_pattern $R 800 4096 "$step"
		for disk in main spare new; do
			dd if=/dev/$disk of="$BATS_TEST_TMPDIR/cut-$disk" bs=1M iflag=direct status=none
		done
		dmsetup remove r
		for disk in main spare new; do
			dd if="$BATS_TEST_TMPDIR/cut-$disk" of=/dev/$disk bs=1M oflag=direct status=none
		done
		unload dm_remap_reassembly
		"$DMREMAP" assemble --all
		assert_data $R 800 4096 "$step"
		assert_data $R 808 200704 2 4096
		run cat /etc/dm-remap/sets.d/*-????????????
		refute_output --partial next_
		dmsetup remove r
		put_back main spare new
		rm -rf /etc/dm-remap
		cp -a "$BATS_TEST_TMPDIR/etc" /etc/dm-remap
		unload dm_remap_reassembly
		"$DMREMAP" assemble --all
	done
	assert_equal "$status" 0
	[[ $seen =~ ^o{8,}n+$ ]]
}

@test "an old spare that was not told, and one that was used since" {
	a_set
	null_blk_bad spare -24-31
	save spare
	"$DMREMAP" replace-spare r /dev/new
	write_pattern $R 800 4096 4
	dmsetup remove r
	put_back spare
	found_are complete /dev/new
	"$DMREMAP" assemble /dev/main /dev/new
	spare_is /dev/new
	assert_data $R 800 4096 4
	dmsetup remove r
	# the old one is used: then it is unknown which has the wanted data
	remap_create r /dev/main /dev/spare persistent
	dmsetup remove r
	found_are conflict
}
