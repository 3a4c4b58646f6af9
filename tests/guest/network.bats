#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Sets as the floor of what replicates and exports: DRBD between two sets, and a set
# exported over NVMe/TCP, and by LIO. Both ends are in one machine, over its loopback device.
# rig: kernels=6.1,6.12 test=slice timeout=600

load ../lib/common

setup_file() { busybox ifconfig lo 127.0.0.1 up; }
teardown() {
	local minor
	for minor in 0 1; do
		[ ! -b "/dev/drbd$minor" ] || drbdsetup down "r$minor" || :
	done
	nvme_down
	lio_down
	clean_up
}
teardown_file() { unload drbd nvme_tcp nvmet_tcp nvmet tcm_loop target_core_iblock; }

# node NR: a set whose device is /dev/mapper/rNR, and DRBD on it
node() {
	null_blk "main$1" 32
	null_blk "spare$1" 4
	remap_create "r$1" "/dev/main$1" "/dev/spare$1" persistent
	drbdsetup new-resource "r$1"
	drbdsetup new-minor "r$1" "$1" 0
	drbdmeta "$1" v08 "/dev/mapper/r$1" internal create-md --force >/dev/null 2>&1
	drbdsetup attach "$1" "/dev/mapper/r$1" "/dev/mapper/r$1" internal --on-io-error=pass_on \
		--resync-rate=100M --c-plan-ahead=0
}

join() {
	drbdsetup connect r0 ipv4:127.0.0.1:7001 ipv4:127.0.0.1:7002 --protocol=C
	drbdsetup connect r1 ipv4:127.0.0.1:7002 ipv4:127.0.0.1:7001 --protocol=C
	retry_until 30 both_are Connected
}
# drbd_field MINOR FIELD: what /proc/drbd has of it: cs, ro, ds
drbd_field() { sed -n "s/^ *$1: .*\b$2:\([^ ]*\).*/\1/p" /proc/drbd; }
both_are() { [ "$(drbd_field 0 cs) $(drbd_field 1 cs)" = "$1 $1" ]; }
in_sync() { [ "$(drbd_field 0 ds) $(drbd_field 1 ds)" = "UpToDate/UpToDate UpToDate/UpToDate" ]; }

sum_of() { dd if="$1" bs=1M count=24 iflag=direct status=none | md5sum; }

@test "DRBD: bad sectors on either node go to its spare, and the peer heals what one has lost" {
	local before
	modprobe drbd minor_count=2 disable_sendpage=1 2>/dev/null || modprobe drbd minor_count=2
	node 0
	node 1
	join
	drbdsetup primary 0 --force
	retry_until 240 in_sync
	write_pattern /dev/drbd0 0 1048576 1
	# a bad sector on the peer, and one here: both writes succeed, and both stay connected
	null_blk_bad main1 +2051-2051
	null_blk_bad main0 +3003-3003
	write_pattern /dev/drbd0 2048 65536 2
	write_pattern /dev/drbd0 3000 65536 3
	in_sync
	assert_equal "$(remap_status r0 remapped pending state)" "1 0 ok"
	assert_equal "$(remap_status r1 remapped pending state)" "1 0 ok"
	assert_data /dev/drbd0 2048 65536 2
	assert_data /dev/mapper/r1 2048 65536 2
	# a sector here is no longer readable: DRBD reads it from the peer, and writes
	# it anew here when it resyncs
	null_blk_bad main0 +512-519
	assert_data /dev/drbd0 0 1048576 1
	retry_until 30 heal
	assert_data /dev/mapper/r0 0 1048576 1
	assert_equal "$(remap_status r0 remapped lost_sectors)" "2 0"
	# a node is away, the other one goes on, with another bad sector, and they resync
	before=$(remap_status r0 remapped)
	drbdsetup disconnect r1 ipv4:127.0.0.1:7002 ipv4:127.0.0.1:7001
	null_blk_bad main0 +4099-4099
	write_pattern /dev/drbd0 4096 131072 4
	assert_equal "$(remap_status r0 remapped)" $((before + 1))
	drbdsetup disconnect r0 ipv4:127.0.0.1:7001 ipv4:127.0.0.1:7002 || :
	join
	retry_until 240 in_sync
	assert_equal "$(sum_of /dev/mapper/r0)" "$(sum_of /dev/mapper/r1)"
	drbdsetup down r1
	drbdsetup down r0
	# each node alone has all of it
	dmsetup remove r1
	remap_create r1 /dev/main1 /dev/spare1 persistent
	assert_data /dev/mapper/r1 4096 131072 4
	assert_data /dev/mapper/r1 2048 65536 2
}

# the peers compare the marked blocks, and write those that differ or failed
heal() {
	[[ $(drbd_field 0 ds) = *Inconsistent* ]] || [ "$(remap_status r0 pending)" != 0 ] || return 0
	drbdsetup invalidate 0 2>/dev/null || :
	sleep 1
	in_sync && [ "$(remap_status r0 pending)" = 0 ]
}

NVMET=/sys/kernel/config/nvmet

# nvme_export DEVICE NQN: on port 4420, and 4421 as a second path
nvme_export() {
	local port
	modprobe nvmet_tcp
	modprobe nvme_tcp
	mkdir "$NVMET/subsystems/$2"
	echo 1 >"$NVMET/subsystems/$2/attr_allow_any_host"
	mkdir "$NVMET/subsystems/$2/namespaces/1"
	echo "$1" >"$NVMET/subsystems/$2/namespaces/1/device_path"
	echo 1 >"$NVMET/subsystems/$2/namespaces/1/enable"
	for port in 1 2; do
		mkdir "$NVMET/ports/$port"
		echo ipv4 >"$NVMET/ports/$port/addr_adrfam"
		echo tcp >"$NVMET/ports/$port/addr_trtype"
		echo 127.0.0.1 >"$NVMET/ports/$port/addr_traddr"
		echo $((4419 + port)) >"$NVMET/ports/$port/addr_trsvcid"
		ln -s "$NVMET/subsystems/$2" "$NVMET/ports/$port/subsystems/$2"
	done
}

nvme_connect() {
	echo "transport=tcp,traddr=127.0.0.1,trsvcid=$2,nqn=$1,reconnect_delay=1,ctrl_loss_tmo=60" >/dev/nvme-fabrics
}

nvme_down() {
	local dir
	for dir in /sys/class/nvme/nvme*; do
		[ "$(cat "$dir/transport" 2>/dev/null)" != tcp ] || echo 1 >"$dir/delete_controller"
	done
	for dir in "$NVMET"/ports/*/subsystems/*; do [ ! -L "$dir" ] || rm "$dir"; done
	for dir in "$NVMET"/ports/* "$NVMET"/subsystems/*/namespaces/* "$NVMET"/subsystems/*; do
		[ ! -d "$dir" ] || rmdir "$dir"
	done
}

# the namespace as its user sees it
nvme_disk() { find /dev -maxdepth 1 -name 'nvme*n1' -newer "$BATS_TEST_TMPDIR/start" | head -n 1; }
nvme_there() { [ -n "$(nvme_disk)" ]; }

@test "NVMe over TCP: writes over bad sectors, a lost sector, a path that goes" {
	local disk
	touch "$BATS_TEST_TMPDIR/start"
	null_blk main 32 badblocks=+2051-2051
	null_blk spare 4
	remap_create r /dev/main /dev/spare persistent
	nvme_export "/dev/mapper/r" remap
	nvme_connect remap 4420
	nvme_connect remap 4421
	retry_until 20 nvme_there
	disk=$(nvme_disk)
	write_pattern "$disk" 2048 65536 1
	assert_data "$disk" 2048 65536 1
	assert_equal "$(remap_status r remapped state)" "1 ok"
	# an error is that of a medium on the other side too: no path is taken for lost
	null_blk_bad main +4096-4103
	unreadable "$disk" 4096 4096
	assert_equal "$(remap_status r pending)" 1
	write_pattern "$disk" 4096 4096 2
	assert_data "$disk" 4096 4096 2
	assert_equal "$(remap_status r remapped pending)" "2 0"
	# one path goes while a bad sector is written
	rm "$NVMET/ports/1/subsystems/remap"
	null_blk_bad main +8193-8193
	write_pattern "$disk" 8192 65536 3
	assert_data "$disk" 8192 65536 3
	assert_equal "$(remap_status r remapped)" 3
	nvme_down
	assert_data /dev/mapper/r 8192 65536 3
}

# --- LIO, the kernel's iSCSI target, to a disk of the same machine ----------------------

LIO=/sys/kernel/config/target
LOOP=$LIO/loopback/naa.6001405000000001

lio_export() {
	modprobe target_core_iblock
	modprobe tcm_loop
	mkdir -p "$LIO/core/iblock_0/set"
	echo "udev_path=$1" >"$LIO/core/iblock_0/set/control"
	echo 1 >"$LIO/core/iblock_0/set/enable"
	mkdir -p "$LOOP/tpgt_1/lun/lun_0"
	echo naa.6001405000000002 >"$LOOP/tpgt_1/nexus"
	ln -s "$LIO/core/iblock_0/set" "$LOOP/tpgt_1/lun/lun_0/port"
}
lio_down() {
	[ -d "$LOOP" ] || return 0
	rm -f "$LOOP/tpgt_1/lun/lun_0/port"
	rmdir "$LOOP/tpgt_1/lun/lun_0" "$LOOP/tpgt_1" "$LOOP" "$LIO/loopback" "$LIO/core/iblock_0/set" "$LIO/core/iblock_0"
}
lio_disk() {
	local disk
	for disk in /sys/block/sd*; do
		[ "$(cat "$disk/device/vendor" 2>/dev/null)" != "LIO-ORG " ] || echo "/dev/${disk##*/}"
	done
}
lio_there() { [ -b "$(lio_disk)" ]; }

@test "LIO: writes over bad sectors, and a lost sector" {
	local disk
	modprobe sd_mod
	null_blk main 32 badblocks=+2051-2051
	null_blk spare 4
	remap_create r /dev/main /dev/spare persistent
	lio_export /dev/mapper/r
	retry_until 20 lio_there
	disk=$(lio_disk)
	write_pattern "$disk" 2048 65536 1
	assert_data "$disk" 2048 65536 1
	assert_equal "$(remap_status r remapped state)" "1 ok"
	null_blk_bad main +4096-4103
	log_mark
	run ! read_direct "$disk" 4096 4096
	# what the other side is told is not that of a medium
	log_since | grep -F "[$(basename "$disk")]" | grep "Logical unit communication failure"
	assert_equal "$(remap_status r pending)" 1
	write_pattern "$disk" 4096 4096 2
	assert_data "$disk" 4096 4096 2
	assert_equal "$(remap_status r remapped pending state)" "2 0 ok"
	lio_down
	assert_data /dev/mapper/r 4096 4096 2
}
