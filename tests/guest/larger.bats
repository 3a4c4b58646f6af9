#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A main that was made larger while its set was down is still its main, if more than its size
# says so; and a disk that says of itself that it is another one is refused.
# rig: test=uml timeout=900
# rig: disk part size=64M
# shellcheck disable=SC2086 # uuids and paths have no spaces

load ../lib/common
load ../lib/halves

BY_ID=/dev/disk/by-id
MAIN=/dev/mapper/m

teardown() {
	dmsetup remove r 2>/dev/null || :
	mdadm -q --stop /dev/md0 2>/dev/null || :
	remove_devices
	unload dm_remap_reassembly scsi_debug
	rm -rf /dev/disk /etc/dm-remap
}
teardown_file() { clean_up; }

setup() {
	null_blk main 8
	null_blk spare 4
	know $U
	SIZE=8192
	dmsetup create m --table "0 $SIZE linear /dev/main 0"
}

# enlarge: make the main larger; after each activation its size is known again
enlarge() {
	SIZE=$((SIZE + 512))
	dmsetup reload m --table "0 $SIZE linear /dev/main 0"
	dmsetup resume m
}

by_hand() { dmsetup create r -u "DMREMAP-$U" --table "0 8192 remap $MAIN 0 /dev/spare $*"; }

# same: the set is as it was, and its spare knows the size of its main
same() {
	active r $U
	assert_equal "$(sectors /dev/mapper/r)" 8192
	assert_equal "$(dmremap dump --json /dev/spare | jq '.main_sectors')" "$(sectors $MAIN)"
	# what "dmremap stop" has stopped is not started automatically
	dmsetup remove r
}

inactive() { [ ! -e /dev/mapper/r ]; }

@test "an unsealed main that has become larger is known by its main_id" {
	local way
	make r $U $MAIN /dev/spare main_id shelf-1
	mkdir -p $BY_ID
	ln -s $MAIN $BY_ID/shelf-1
	enlarge
	# the kernel does not know such a name, unless it is told
	log_mark
	run ! by_hand
	log_since | grep -F "another size or start"
	by_hand 3 persistent main_id shelf-1
	same
	for way in --all "--auto --all" "--auto --incremental /dev/spare" r "$MAIN /dev/spare"; do
		enlarge
		dmremap assemble $way
		same
		unload dm_remap_reassembly
	done
	# without the identity it is any disk
	rm $BY_ID/shelf-1
	enlarge
	for way in --all r "$MAIN /dev/spare"; do
		run dmremap assemble $way
		assert_failure
		inactive
	done
}

@test "a sealed main that has become larger: for a person by its label, and then for everybody" {
	local way
	make r $U $MAIN /dev/spare
	seal r $U $MAIN /dev/spare
	enlarge
	for way in --all "--auto --all" "--auto --incremental $MAIN"; do
		run dmremap assemble $way
		assert_failure 4
		inactive
	done
	assert_equal "$(said $U state)" waiting-main
	run dmremap scan
	assert_success
	assert_line --regexp "^$MAIN +main +r +$U +known +label"
	by_hand
	same
	# the spare knows the size now
	unload dm_remap_reassembly
	dmremap assemble --all
	same
	for way in "$MAIN /dev/spare" r; do
		unload dm_remap_reassembly
		enlarge
		dmremap assemble $way
		same
	done
	# and so does the label, once it is written again
	dmremap assemble r
	dmremap seal r
	dmremap stop r
	unload dm_remap_reassembly
	dmremap assemble --all
	same
	# the label of another size is no damage to anybody
	enlarge
	dmremap salvage --force --output "$BATS_TEST_TMPDIR/all.img" $MAIN
	assert_equal "$(stat -c %s "$BATS_TEST_TMPDIR/all.img")" $((8192 * 512))
	rm "$BATS_TEST_TMPDIR/all.img"
	by_hand
	run dmremap status r
	refute_output --partial "label"
	dmremap unseal r
	assert_equal "$(dd if=$MAIN bs=4096 count=1 iflag=direct status=none | grep -ac DMREMAPM)" 0
	dmremap stop r
}

@test "a partition that has become larger is known by its PARTUUID" {
	local disk id other size
	disk=$(rig_disk part)
	sfdisk -q -X gpt "$disk" <<-'END'
		start=2048, size=16384
		start=98304, size=8192
	END
	retry_until 10 test -b "${disk}p2"
	id=$(sfdisk --part-uuid "$disk" 1)
	make r $U "${disk}p1" "${disk}p2" main_id "${id,,}"
	other=$(sfdisk --part-uuid "$disk" 2)
	printf '%s\n' "main_id=${id,,}" "spare_id=${other,,}" >"$KNOWN/$U"
	for size in 18432 20480; do
		sfdisk -q -N 1 "$disk" <<<"start=2048, size=$size, uuid=$id"
		retry_until 10 [ "$(sectors "${disk}p1")" = $size ]
		assert_equal "$(sfdisk --part-uuid "$disk" 1)" "$id"
		case $size in
		18432) dmsetup create r --table "0 16384 remap ${disk}p1 0 ${disk}p2" ;;
		*) dmremap assemble --all ;;
		esac
		assert_data /dev/mapper/r 64 4096 r
		assert_equal "$(sectors /dev/mapper/r)" 16384
		dmsetup remove r
	done
	blkdiscard -fz "${disk}p2"
}

@test "a member of a mirror, which shows the label of the main on the mirror, is not taken for it" {
	local way
	null_blk leg 8
	modprobe raid1
	mdadm -q --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.0 /dev/leg missing
	make r $U /dev/md0 /dev/spare
	seal r $U /dev/md0 /dev/spare
	mdadm -q --stop /dev/md0
	run dmremap scan --udev /dev/leg
	assert_output ""
	# not even if somebody tells the module of it
	scan /dev/leg /dev/spare
	assert_equal "$(said $U state)" waiting-main
	for way in --all "--auto --all" "--auto --incremental /dev/leg" r; do
		run dmremap assemble $way
		inactive
	done
	mdadm -q --assemble --run /dev/md0 /dev/leg
	dmremap assemble --all
	active r $U
	assert_equal "$(dmsetup table r | cut -d' ' -f4)" "$(number /dev/md0)"
	dmsetup remove r
	mdadm -q --stop /dev/md0
}

two_disks() {
	set -- /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/*
	[ $# = 2 ]
}

@test "another disk of the same size is told by its world-wide name" {
	local disk other id
	modprobe scsi_debug dev_size_mb=8 num_tgts=2
	modprobe -q sd_mod || :
	retry_until 10 two_disks
	set -- /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/*
	disk=/dev/$(basename "$1") other=/dev/$(basename "$2")
	id=wwn-0x$(sed -n 's/^naa\.//p' "/sys/block/${disk#/dev/}/device/wwid")
	make r $U "$disk" /dev/spare main_id "$id"
	log_mark
	run ! dmsetup create r --table "0 16384 remap $other 0 /dev/spare"
	log_since | grep -F "its main_id is not that of this one"
	run ! dmsetup create r --table "0 16384 remap $other 0 /dev/spare 3 persistent main_id $id"
	dmsetup create r --table "0 16384 remap $disk 0 /dev/spare"
	assert_data /dev/mapper/r 64 4096 r
	dmsetup remove r
}
