#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What a set declares to the block layer (docs/reference/declares.md), on disks that have more
# than a set passes on. dm-linear on the same disk shows that there is something to pass.
# rig: kernels=6.12 test=6.12/3 timeout=600 append=memmap=64M!1G
# rig: disk nvme size=32M

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
TARGET=/sys/kernel/config/target

setup() { LIO=(); }

teardown() {
	remove_devices
	remove_lio
	unload dm_remap_stats dm_remap_metadata dm_remap null_blk scsi_debug
}

# linear DISK: /dev/mapper/l over all of it
linear() { dmsetup create l --table "0 $(sectors "$1") linear $1 0"; }

# queue NAME ATTRIBUTE: of a device of device-mapper
queue() { cat "/sys/block/$(dm_dev "$1")/queue/$2"; }

# lio N HOST...: a disk of 8 MiB; each HOST gets /dev/HOST, which reaches it as an initiator of
# its own
lio() {
	local number=$1 disk=$TARGET/core/rd_mcp_$1/disk name port=0 dir
	shift
	modprobe target_core_mod
	modprobe tcm_loop
	modprobe -q sd_mod
	mkdir -p "$TARGET/loopback" "${disk%/*}"
	# registrations are kept in files
	mkdir -p /var/target/pr
	mkdir "$disk"
	echo rd_pages=2048 >"$disk/control"
	echo 1 >"$disk/enable"
	echo "lio$number" >"$disk/wwn/vpd_unit_serial"
	for name; do
		port=$((port + 1))
		dir=$TARGET/loopback/naa.60014050000000$number$port
		mkdir -p "$dir/tpgt_1"
		echo "naa.60014051000000$number$port" >"$dir/tpgt_1/nexus"
		mkdir "$dir/tpgt_1/lun/lun_0"
		ln -s "$disk" "$dir/tpgt_1/lun/lun_0/disk"
		retry_until 10 lio_device "$dir" >/dev/null
		ln -sf "/dev/$(lio_device "$dir")" "/dev/$name"
		LIO+=("/dev/$name")
	done
}

lio_device() {
	local address
	address=$(<"$1/tpgt_1/address")
	ls "/sys/bus/scsi/devices/${address%:*}:1:0/block" 2>/dev/null
}

remove_lio() {
	local dir
	[ -d "$TARGET" ] || return 0
	for dir in "$TARGET"/loopback/naa.*/tpgt_1; do
		[ -d "$dir" ] || continue
		rm "$dir/lun/lun_0/disk"
		rmdir "$dir/lun/lun_0" "$dir" "${dir%/*}"
	done
	for dir in "$TARGET"/core/rd_mcp_*/disk; do
		[ ! -d "$dir" ] || rmdir "$dir" "${dir%/*}"
	done
	rm -f "${LIO[@]}" /var/target/pr/*
}

# asks DEVICE COMMAND [KEY]: the answer
asks() { "$BATS_TEST_DIRNAME/ioctls" "$@" || :; }

@test "commands to the disk end at the set" {
	local nvme disk
	nvme=$(rig_disk nvme)
	disk=$(scsi_disk dev_size_mb=8)
	null_blk spare 4
	assert_equal "$(asks "$disk" inquiry)" ok
	assert_equal "$(asks "$nvme" nvme-identify)" ok
	linear "$disk"
	assert_equal "$(asks /dev/mapper/l inquiry)" ok
	dmsetup remove l
	remap_create r "$disk" /dev/spare
	assert_equal "$(asks $R inquiry) $(asks $R ata-identify)" "ENOTTY ENOTTY"
	dmsetup remove r
	remap_create r "$nvme" /dev/spare
	assert_equal "$(asks $R nvme-identify)" ENOTTY
	# as programs say it
	refused "Inappropriate ioctl" nvme id-ctrl $R
}

@test "integrity data: the main makes and checks its own, and a set has none" {
	local disk
	disk=$(scsi_disk dev_size_mb=8 dif=1 dix=1)
	assert_equal "$(<"/sys/block/${disk##*/}/integrity/format")" T10-DIF-TYPE1-CRC
	# both disks could
	dmsetup create main --table "0 8192 linear $disk 0"
	dmsetup create spare --table "0 8192 linear $disk 8192"
	assert_equal "$(<"/sys/block/$(dm_dev main)/integrity/format")" T10-DIF-TYPE1-CRC
	assert_equal "$(<"/sys/block/$(dm_dev spare)/integrity/format")" T10-DIF-TYPE1-CRC
	remap_create r /dev/mapper/main /dev/mapper/spare persistent
	run cat "/sys/block/$(dm_dev r)/integrity/format"
	[ "$status" != 0 ] || assert_output none
	# there and back: tags are those of the place where the data is
	write_pattern $R 0 1048576 a
	echo "64 64" >$CONFIG/remaps/add
	assert_data $R 0 1048576 a
	write_pattern $R 0 131072 b
	assert_data $R 0 131072 b
	assert_data "$disk" 64 32768 a 32768
	echo "64 64" >$CONFIG/remaps/remove
	assert_data $R 0 131072 b
	assert_data "$disk" 0 131072 b
	fio_verify $R --size=4M --number_ios=100
	assert_equal "$(remap_status r main_read_errors main_write_errors state)" "0 0 ok"
}

@test "reservations are those of the main, on a spare that has none" {
	lio 1 main other
	null_blk spare 4
	remap_create r /dev/main /dev/spare
	assert_equal "$(asks $R register 0x11)" ok
	assert_equal "$(asks /dev/main keys)" "0x11 ok"
	assert_equal "$(asks $R reserve 0x11)" ok
	assert_equal "$(asks /dev/main holder)" "0x11 ok"
	write_pattern $R 0 4096 a
	# the other host is kept out, of what this one has as well
	run ! write_pattern /dev/other 0 4096 b
	assert_data $R 0 4096 a
	assert_equal "$(asks $R release 0x11) $(asks /dev/main holder)" "ok ok"
	assert_equal "$(asks $R unregister 0x11) $(asks /dev/main keys)" "ok ok"
}

@test "a reservation that another host has is not got from the spare" {
	lio 1 main other
	lio 2 spare
	remap_create r /dev/main /dev/spare
	assert_equal "$(asks /dev/other register 0x22) $(asks /dev/other reserve 0x22)" "ok ok"
	assert_equal "$(asks $R register 0x11)" ok
	assert_equal "$(asks $R reserve 0x11)" "status 24"
	assert_equal "$(asks /dev/main holder)" "0x22 ok"
	assert_equal "$(asks /dev/spare keys) $(asks /dev/spare holder)" "ok ok"
	# a conflict is no bad sector
	run ! write_pattern $R 0 4096 a
	assert_equal "$(remap_status r remapped pending lost_sectors)" "0 0 0"
	assert_equal "$(asks /dev/other release 0x22) $(asks $R reserve 0x11)" "ok ok"
	write_pattern $R 0 4096 a
	# after a new table as well
	dmsetup reload r --table "0 $(sectors /dev/main) remap /dev/main 0 /dev/spare 1 transient"
	dmsetup suspend r
	dmsetup resume r
	assert_equal "$(asks $R release 0x11) $(asks $R unregister 0x11)" "ok ok"
	assert_equal "$(asks /dev/spare keys)" ok
}

@test "secure erase is not offered" {
	null_blk main 16 discard=1
	null_blk spare 4 discard=1
	remap_create r /dev/main /dev/spare
	write_pattern $R 0 65536 a
	refused "Operation not supported" blkdiscard --secure --force $R
	assert_data $R 0 65536 a
}

@test "DAX is not offered" {
	modprobe -a nd_e820 nd_pmem
	retry_until 10 [ -b /dev/pmem0 ]
	null_blk spare 4
	linear /dev/pmem0
	assert_equal "$(queue l dax)" 1
	dmsetup remove l
	remap_create r /dev/pmem0 /dev/spare
	assert_equal "$(queue r dax)" 0
	mkfs.ext4 -q -b 4096 $R
	run ! mount -t ext4 -o dax=always $R /mnt
	mount -t ext4 $R /mnt
	umount /mnt
}

@test "zoned disks are refused, as a main and as a spare" {
	local disk
	null_blk zoned 64 zoned=1 zone_size=4
	null_blk plain 64
	linear /dev/zoned
	assert_equal "$(queue l zoned)" host-managed
	dmsetup remove l
	log_mark
	run ! remap_create r /dev/zoned /dev/plain
	[[ $(log_since) == *"Zoned devices are not supported"* ]]
	log_mark
	run ! remap_create r /dev/plain /dev/zoned persistent
	[[ $(log_since) == *"Zoned devices are not supported"* ]]
	assert_equal "$(used_bytes /dev/plain)" 0
	# of a driver that finds its zones by asking
	disk=$(scsi_disk dev_size_mb=64 zbc=managed zone_size_mb=4)
	retry_until 10 grep -q managed "/sys/block/${disk##*/}/queue/zoned"
	run ! remap_create r "$disk" /dev/plain
	run ! remap_create r /dev/plain "$disk"
	assert_equal "$(dmsetup ls)" "No devices found"
}
