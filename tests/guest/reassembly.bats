#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dm_remap_reassembly: its view of the given devices; it must never mistake a disk
# for a main.
# rig: test=uml/3 timeout=600
# rig: disk part size=40M
# shellcheck disable=SC2086 # uuids and paths have no spaces

load ../lib/common
load ../lib/halves

@test "a set is complete when both halves are there, in any order, and its line activates it" {
	local first second
	make r $U /dev/main /dev/spare
	for first in main spare; do
		second=spare
		[ $first = main ] || second=main
		scan /dev/$first
		if [ $first = spare ]; then
			assert_equal "$(said $U state main name)" "waiting-main - r"
			assert_equal "$(said $U spare table)" "$(number /dev/spare) "
		else
			assert_equal "$(ls $SETS)" ""
		fi
		scan /dev/$second
		assert_equal "$(said $U state name main spare)" \
			"complete r $(number /dev/main) $(number /dev/spare)"
		assert_equal "$(said $U table)" "0 16384 remap $(number /dev/main) 0 $(number /dev/spare) 3 persistent uuid $U"
		activated r $U
		assert_equal "$(said $U state main spare)" "active $(number /dev/main) $(number /dev/spare)"
		[ "$(said $U generation)" -gt 0 ]
		dmsetup remove r
		assert_equal "$(said $U state)" complete
		modprobe -r dm_remap_reassembly
	done
}

@test "the name is the one the device had when it was last resumed" {
	make old $U /dev/main /dev/spare
	dmsetup create old --table "0 16384 remap /dev/main 0 /dev/spare"
	dmsetup rename old new
	dmsetup suspend new
	dmsetup resume new
	# as after a power cut: nothing is written when it goes
	dd if=/dev/spare of="$BATS_TEST_TMPDIR/spare" bs=1M iflag=direct status=none
	dmsetup remove new
	dd if="$BATS_TEST_TMPDIR/spare" of=/dev/spare bs=1M oflag=direct status=none
	scan /dev/main /dev/spare
	assert_equal "$(said $U name state)" "new complete"
	# read_only does not write it
	dmsetup create other --table "0 16384 remap /dev/main 0 /dev/spare 1 read_only"
	dmsetup remove other
	scan /dev/spare
	assert_equal "$(said $U name)" new
}

@test "modprobe with devices= scans them, and those that are not there do no harm" {
	make r $U /dev/main /dev/spare
	modprobe dm_remap_reassembly devices=/dev/none,/dev/spare,,/dev/main
	assert_equal "$(said $U state)" complete
	assert_equal "$(</sys/module/dm_remap_reassembly/parameters/devices)" /dev/none,/dev/spare,,/dev/main
	activated r $U
}

@test "what devices= names is looked at together, before anything is said of it" {
	null_blk other 8
	make r $U /dev/main /dev/spare
	modprobe dm_remap
	listen_for_sets
	modprobe dm_remap_reassembly devices=/dev/spare,/dev/other,/dev/none,/dev/main
	assert_equal "$(said $U state)" conflict
	retry_until 10 heard
	kill "$LISTENER"
	run ! grep set-complete "$HEARD"
}

@test "a scan that fails changes nothing and says why" {
	make r $U /dev/main /dev/spare
	scan /dev/spare
	run -1 scan /dev/main /dev/none
	assert_output --partial "No such file or directory"
	assert_equal "$(said $U state)" waiting-main
	run -1 scan /dev/main /etc/passwd
	assert_output --partial "Block device required"
	run -1 scan ""
	assert_output --partial "Invalid argument"
	# text behind a NUL would be ignored
	printf '/dev/main\0/dev/none\n' >"$BATS_TEST_TMPDIR/nul"
	run -1 dd if="$BATS_TEST_TMPDIR/nul" of=$SCAN
	assert_output --partial "Invalid argument"
	assert_equal "$(said $U state)" waiting-main
	run -1 dd if=$SCAN
	scan "  /dev/main  " ""
	assert_equal "$(said $U state)" complete
}

@test "a main is known by its label, and no other disk of its size is taken" {
	null_blk other 8
	make r $U /dev/main /dev/spare
	scan /dev/spare /dev/other
	assert_equal "$(said $U state main)" "complete $(number /dev/other)"
	scan /dev/main
	assert_equal "$(said $U state)" conflict
	seal r $U /dev/main /dev/spare
	scan /dev/main
	assert_equal "$(said $U state main)" "complete $(number /dev/main)"
	# of a set whose main has a label this is known without the main
	dmsetup create r --table "$(said $U table)"
	dmsetup remove r
	modprobe -r dm_remap_reassembly
	scan /dev/spare /dev/other
	assert_equal "$(said $U state)" waiting-main
	scan /dev/main
	assert_equal "$(said $U state main)" "complete $(number /dev/main)"
}

@test "a label does not outweigh the identity that the spare asks for" {
	null_blk other 8
	make r $U /dev/main /dev/spare main_id wwn-1
	ln -s /dev/main /dev/wwn-1
	$LABEL /dev/other $U r
	scan /dev/spare /dev/other /dev/wwn-1
	rm /dev/wwn-1
	assert_equal "$(said $U state main)" "complete $(number /dev/main)"
	activated r $U
}

@test "a label with the uuid of a set, but not its secret, counts for nothing" {
	null_blk other 8
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	remap_create r /dev/main /dev/spare persistent
	dmsetup remove r
	$LABEL /dev/other $U r secret=1
	scan /dev/spare /dev/other
	assert_equal "$(said $U state)" waiting-main
	refused "" remap_create r /dev/other /dev/spare persistent
	scan /dev/main
	assert_equal "$(said $U state main)" "complete $(number /dev/main)"
	activated r $U
}

@test "of a spare that has grown both superblocks are read" {
	local newer
	null_blk big 8
	dmsetup create spare2 --table "0 8192 linear /dev/big 0"
	make r $U /dev/main /dev/mapper/spare2
	dd if=/dev/big of="$BATS_TEST_TMPDIR/first" bs=4096 count=1 iflag=direct status=none
	remap_create r /dev/main /dev/mapper/spare2 persistent
	remap_attr r remaps/add 128
	dmsetup remove r
	scan /dev/mapper/spare2
	newer=$(said $U generation)
	dd if="$BATS_TEST_TMPDIR/first" of=/dev/big bs=4096 count=1 oflag=direct conv=notrunc status=none
	dmsetup suspend spare2
	dmsetup load spare2 --table "0 16384 linear /dev/big 0"
	dmsetup resume spare2
	scan /dev/mapper/spare2 /dev/main
	assert_equal "$(said $U state generation)" "complete $newer"
}

@test "a name may be in any language, but has no control characters" {
	export DM_DEFAULT_NAME_MANGLING_MODE=none
	make данные $U /dev/main /dev/spare
	scan /dev/spare
	assert_equal "$(said $U name)" данные
	scan /dev/main
	activated данные $U
	dmsetup remove данные
	dd if=/dev/zero of=/dev/spare bs=1M count=4 oflag=direct status=none
	make $'a\x7f' $V /dev/main /dev/spare
	scan /dev/spare
	assert_equal "$(said $V name)" dm-remap-$V
}

@test "with a label and no spare a set waits for its spare" {
	make r $U /dev/main /dev/spare
	$LABEL /dev/main $U r
	scan /dev/main
	assert_equal "$(said $U state name main spare table)" "waiting-spare r $(number /dev/main) - "
	# bad sectors behind the label do not hide it
	null_blk_bad main +1-7
	scan /dev/main
	assert_equal "$(said $U state)" waiting-spare
	null_blk_bad main +0-0
	scan /dev/main
	assert_equal "$(ls $SETS)" ""
	null_blk_bad main -0-7
	scan /dev/main
	scan /dev/spare
	assert_equal "$(said $U state)" complete
}

@test "a label that is wrong in any way is none" {
	local bad
	make r $U /dev/main /dev/spare
	for bad in crc=1 version=3 main_sectors=16376 target_sectors=16385 target_sectors=0 \
			target_sectors=16392 block_size=4000 block_size=65536 nr_ranges=0 nr_ranges=13 \
			first=1 zero_name=0; do
		$LABEL /dev/main $V r $bad
		scan /dev/main
		assert_equal "$bad: $(ls $SETS)" "$bad: "
	done
	$LABEL /dev/main $V r
	scan /dev/main
	assert_equal "$(ls $SETS)" $V
	# and is forgotten with it
	$LABEL /dev/main $V r crc=1
	scan /dev/main
	assert_equal "$(ls $SETS)" ""
}

@test "a disk that comes back as another device is the same half" {
	make r $U /dev/main /dev/spare
	$LABEL /dev/main $U r
	dd if=/dev/spare of="$BATS_TEST_TMPDIR/spare" bs=1M iflag=direct status=none
	scan /dev/main /dev/spare
	assert_equal "$(said $U state)" complete
	echo 0 >"$NULLB"/spare/power
	scan /dev/main
	assert_equal "$(said $U state spare)" "waiting-spare -"
	null_blk later 4
	dd if="$BATS_TEST_TMPDIR/spare" of=/dev/later bs=1M oflag=direct status=none
	scan /dev/later
	assert_equal "$(said $U state spare)" "complete $(number /dev/later)"
}

@test "a spare with one superblock is used, with none it is damaged, and a disk in other use is none" {
	local last
	last=$(($(sectors /dev/spare) - 8))
	make r $U /dev/main /dev/spare
	null_blk_bad spare +0-7
	scan /dev/main /dev/spare
	assert_equal "$(said $U state)" complete
	null_blk_bad spare -0-7 "+$last-$((last + 7))"
	scan /dev/spare
	assert_equal "$(said $U state)" complete
	null_blk_bad spare "-$last-$((last + 7))"
	# a byte of the name
	write_byte /dev/spare 1416 x
	scan /dev/spare
	assert_equal "$(said $U state)" complete
	write_byte /dev/spare $((last * 512 + 1416)) x
	scan /dev/spare
	assert_equal "$(said $U state spare table)" "damaged $(number /dev/spare) "
	# where a file system begins a superblock at the end is old
	dd if=/dev/zero of=/dev/spare bs=1M count=4 oflag=direct status=none
	make s $V /dev/main /dev/spare
	mke2fs -q -F /dev/spare 2048
	scan /dev/spare /dev/main
	assert_equal "$(ls $SETS)" ""
}
# write_byte DEVICE OFFSET CHARACTER
write_byte() {
	local sector=$((($2 >> 12) * 8))
	read_direct "$1" $sector 4096 >"$BATS_TEST_TMPDIR/page"
	printf %s "$3" | dd of="$BATS_TEST_TMPDIR/page" bs=1 oseek=$(($2 % 4096)) conv=notrunc status=none
	dd if="$BATS_TEST_TMPDIR/page" of="$1" bs=4096 oseek=$((sector / 8)) oflag=direct conv=notrunc status=none
}

@test "the superblocks of two sets on one spare are damage" {
	local last=$((4 * 256 - 1))
	make r $U /dev/main /dev/spare
	dd if=/dev/spare of="$BATS_TEST_TMPDIR/last" bs=4096 iseek=$last count=1 iflag=direct status=none
	dd if=/dev/zero of=/dev/spare bs=1M count=4 oflag=direct status=none
	make r $V /dev/main /dev/spare
	dd if="$BATS_TEST_TMPDIR/last" of=/dev/spare bs=4096 oseek=$last oflag=direct status=none
	scan /dev/spare
	assert_equal "$(said $V state)" damaged
}

@test "a main is found by its PARTUUID or by its name, among disks of one size" {
	local disk partuuid
	disk=$(rig_disk part)
	printf 'label: gpt\nsize=8M, uuid=%s\nsize=8M\nsize=4M\nsize=8M\n' $V | sfdisk -q "$disk"
	retry_until 10 test -b "${disk}p4"
	partuuid=$(blkid -p -s PART_ENTRY_UUID -o value "${disk}p1")
	assert_equal "$partuuid" $V
	make r $U "${disk}p1" "${disk}p3" main_id "${partuuid^^}"
	scan "${disk}p2" "${disk}p3" "${disk}p4" "${disk}p1"
	assert_equal "$(said $U state main)" "complete $(number "${disk}p1")"
	activated r $U
	dmsetup remove r

	modprobe -r dm_remap_reassembly
	dd if=/dev/zero of="${disk}p3" bs=4096 count=2 oflag=direct status=none
	dd if=/dev/zero of="${disk}p3" bs=4096 oseek=1023 count=1 oflag=direct status=none
	make r $U "${disk}p2" "${disk}p3" main_id wwn-2
	ln -s "${disk}p2" /dev/wwn-2
	scan "${disk}p1" "${disk}p3" /dev/wwn-2 "${disk}p4"
	rm /dev/wwn-2
	assert_equal "$(said $U state main)" "complete $(number "${disk}p2")"
	# and still, when it is read again, or is given by another name
	scan "${disk}p3"
	assert_equal "$(said $U state main)" "complete $(number "${disk}p2")"
	scan "${disk}p2"
	assert_equal "$(said $U state main)" "complete $(number "${disk}p2")"
}

@test "what is in use by a set, or on top of one, is no other set's main" {
	null_blk spare2 4
	null_blk main2 8
	make r $U /dev/main /dev/spare
	make s $V /dev/main2 /dev/spare2
	scan /dev/main /dev/spare
	activated r $U
	scan /dev/spare2 /dev/mapper/r
	assert_equal "$(said $V state)" waiting-main
	assert_equal "$(said $U state)" active
	scan /dev/main2
	assert_equal "$(said $V state main)" "complete $(number /dev/main2)"
	# a transient set is not this one, whatever it says
	null_blk main3 8
	null_blk spare3 4
	remap_create t /dev/main3 /dev/spare3 transient uuid $V
	assert_equal "$(said $V state main)" "complete $(number /dev/main2)"
}

@test "a disk that could be the main of two sets is that of neither" {
	null_blk main2 8
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	make s $V /dev/main2 /dev/spare2
	scan /dev/main2 /dev/spare2
	assert_equal "$(said $V state)" complete
	scan /dev/spare
	assert_equal "$(said $U state table)" "conflict "
	assert_equal "$(said $V state table)" "conflict "
	# unless one of them knows it by more than its size
	$LABEL /dev/main2 $V s
	scan /dev/main2
	assert_equal "$(said $U state)" waiting-main
	assert_equal "$(said $V state main)" "complete $(number /dev/main2)"
	scan /dev/main
	assert_equal "$(said $U state main)" "complete $(number /dev/main)"
}

@test "a disk that one set knows by name is not another one's for its size" {
	null_blk main2 8
	null_blk spare2 4
	make r $U /dev/main /dev/spare main_id wwn-1
	make s $V /dev/main2 /dev/spare2 main_id wwn-2
	ln -s /dev/main /dev/wwn-1
	scan /dev/wwn-1 /dev/spare /dev/spare2
	rm /dev/wwn-1
	assert_equal "$(said $U state main)" "complete $(number /dev/main)"
	assert_equal "$(said $V state main)" "waiting-main -"
	scan /dev/main2
	assert_equal "$(said $V state main)" "complete $(number /dev/main2)"
}

@test "a disk that comes later decides about sets that it is in no set with" {
	null_blk other 8
	null_blk larger 16
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	make s $V /dev/other /dev/spare2
	$LABEL /dev/main $U r
	# both ask for a size
	scan /dev/spare /dev/spare2 /dev/other
	assert_equal "$(said $U state)$(said $V state)" conflictconflict
	# its label makes it the main of the first, so the second has the other disk for itself
	scan /dev/main
	assert_equal "$(said $U state main)" "complete $(number /dev/main)"
	assert_equal "$(said $V state main)" "complete $(number /dev/other)"
	dd if=/dev/zero of=/dev/main bs=4096 count=1 oflag=direct status=none
	scan /dev/main
	assert_equal "$(said $U state)$(said $V state)" conflictconflict
	modprobe -r dm_remap_reassembly

	dd if=/dev/zero of=/dev/spare bs=1M oflag=direct status=none || :
	dd if=/dev/zero of=/dev/spare2 bs=1M oflag=direct status=none || :
	make r $U /dev/main /dev/spare main_id wwn-1
	make s $V /dev/larger /dev/spare2
	ln -s /dev/larger /dev/wwn-1
	scan /dev/spare2 /dev/wwn-1
	assert_equal "$(said $V state main)" "complete $(number /dev/larger)"
	# that disk is known by name, to a set of a smaller main
	scan /dev/spare
	rm /dev/wwn-1
	assert_equal "$(said $U state main)" "complete $(number /dev/larger)"
	assert_equal "$(said $V state)" waiting-main
}

@test "another disk that gets the number of one that has gone is not taken for it" {
	local number
	make r $U /dev/main /dev/spare main_id wwn-1
	ln -s /dev/main /dev/wwn-1
	scan /dev/wwn-1 /dev/spare
	rm /dev/wwn-1
	assert_equal "$(said $U state)" complete
	number=$(number /dev/main)
	echo 0 >"$NULLB"/main/power
	null_blk other 8
	assert_equal "$(number /dev/other)" "$number"
	scan /dev/spare
	assert_equal "$(said $U state main)" "waiting-main -"
	# by its size if somebody names it
	scan /dev/other
	assert_equal "$(said $U state main)" "complete $number"
}

@test "a set's device that gets the number of a half that has gone is not a half" {
	local number
	null_blk main2 8
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	dmsetup create half --table "0 8192 linear /dev/spare 0"
	number=$(number /dev/mapper/half)
	scan /dev/mapper/half /dev/main
	assert_equal "$(said $U state spare)" "complete $number"
	dmsetup remove half
	remap_create s /dev/main2 /dev/spare2 persistent
	assert_equal "$(number /dev/mapper/s)" "$number"
	scan /dev/main
	assert_equal "$(ls $SETS)" ""
	# nor is a disk that has the number of another set's half
	dmsetup create half --table "0 8192 linear /dev/spare 0"
	number=$(number /dev/mapper/half)
	scan /dev/mapper/half
	assert_equal "$(said $U state spare)" "complete $number"
	dmsetup remove half
	dmsetup create lower --table "0 16384 linear /dev/main 0"
	assert_equal "$(number /dev/mapper/lower)" "$number"
	null_blk spare3 4
	remap_create t /dev/mapper/lower /dev/spare3 transient
	scan /dev/spare2
	run ! ls $SETS/$U
}

@test "the event tells of a set once it is complete" {
	make r $U /dev/main /dev/spare
	scan /dev/spare
	listen_for_sets
	scan /dev/spare
	scan /dev/main
	scan /dev/main
	retry_until 10 test -s "$HEARD"
	# a second one would have come before this
	retry_until 10 heard
	kill "$LISTENER"
	assert_equal "$(head -1 "$HEARD")" "change /kernel/dm-remap dm-remap set-complete $U r"
	assert_equal "$(grep -c set-complete "$HEARD")" 1
}
# listen_for_sets: collect events of sets in HEARD; the test kills LISTENER
listen_for_sets() {
	HEARD=$BATS_TEST_TMPDIR/heard
	: >"$HEARD"
	# shellcheck disable=SC2016 # for the other shell
	busybox uevent busybox sh -c '[ -z "$DM_REMAP_UUID$SYNTH_ARG_HEARD" ] ||
		echo "$ACTION $DEVPATH $SUBSYSTEM $DM_REMAP_EVENT $DM_REMAP_UUID $DM_REMAP_NAME$SYNTH_ARG_HEARD" >>'"$HEARD" 3>&- &
	LISTENER=$!
	retry_until 10 heard
	: >"$HEARD"
}
heard() { echo "change $U HEARD=1" >/sys/block/main/uevent; sleep 0.2; grep -q . "$HEARD"; }

@test "a main with a label goes with no other spare, and not without one" {
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	log_mark
	run ! dmsetup create r --table "0 16384 remap /dev/main 0 /dev/spare2"
	log_since | grep -F "Main has the label of a set with another spare"
	[ "$(used_bytes /dev/spare2)" = 0 ]
	log_mark
	run ! remap_create r /dev/main /dev/spare2 transient
	log_since | grep -F "Main has the label of a persistent set"
	$LABEL /dev/main $V r
	log_mark
	run ! dmsetup create r --table "0 16384 remap /dev/main 0 /dev/spare"
	log_since | grep -F "this one has the label of another set"
	$LABEL /dev/main $U r
	dmsetup create r --table "0 16384 remap /dev/main 0 /dev/spare"
	assert_data /dev/mapper/r 64 4096 r
	# an unreadable sector is not a label
	dmsetup remove r
	null_blk_bad main +0-7
	dmsetup create r --table "0 16384 remap /dev/main 0 /dev/spare"
	dmsetup remove r
	null_blk_bad main -0-7
}

@test "a label that is no longer right still keeps its main from another spare" {
	local bad
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	for bad in main_sectors=16376 version=3 crc=1 nr_ranges=0; do
		$LABEL /dev/main $U r $bad
		log_mark
		run ! dmsetup create r --table "0 16384 remap /dev/main 0 /dev/spare2"
		log_since | grep -F "Main has a label that cannot be used"
		assert_equal "$bad: $(used_bytes /dev/spare2)" "$bad: 0"
		# its own spare says more than the label does
		dmsetup create r --table "0 16384 remap /dev/main 0 /dev/spare"
		assert_data /dev/mapper/r 64 4096 r
		dmsetup remove r
	done
}

@test "a main with a label is not used from another sector on, nor as a spare" {
	local start store
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	$LABEL /dev/main $U r target_sectors=16000
	for store in persistent transient; do
		for start in 8 15992; do
			log_mark
			run ! dmsetup create r --table "0 $((16384 - start)) remap /dev/main $start /dev/spare2 1 $store"
			log_since | grep -F "Main has the label of a "
		done
		# the space after its set does not matter
		dmsetup create r --table "0 384 remap /dev/main 16000 /dev/spare2 1 $store"
		dmsetup remove r
		if [ $store = persistent ]; then
			# one that is formatted already
			$LABEL /dev/main $U r
			log_mark
			run ! dmsetup create r --table "0 384 remap /dev/main 16000 /dev/spare2"
			log_since | grep -F "this one has the label of another set"
			$LABEL /dev/main $U r target_sectors=16000
			dmsetup create r --table "0 384 remap /dev/main 16000 /dev/spare2"
			dmsetup remove r
			dd if=/dev/zero of=/dev/spare2 bs=1M count=4 oflag=direct status=none
		fi
	done
	log_mark
	run ! dmsetup create r --table "0 8192 remap /dev/spare2 0 /dev/main 1 transient"
	log_since | grep -F "Spare has the label of a main"
}

@test "a main of two blocks is known by its label" {
	dmsetup create small --table "0 16 linear /dev/main 0"
	remap_create r /dev/mapper/small /dev/spare persistent uuid $U
	dmsetup remove r
	$LABEL /dev/mapper/small $U r
	scan /dev/mapper/small /dev/spare
	assert_equal "$(said $U state main)" "complete $(number /dev/mapper/small)"
	# known without a doubt: another disk of that size is not a conflict
	dmsetup create small2 --table "0 16 linear /dev/main 16"
	scan /dev/mapper/small2
	assert_equal "$(said $U state main)" "complete $(number /dev/mapper/small)"
}
