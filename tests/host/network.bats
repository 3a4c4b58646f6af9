#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# docs/guide/network.md between two machines: DRBD on a set in each of them, and a set that one exports over
# NVMe/TCP to the other. The machines are guests joined by Unix sockets. What they print is left in
# build/results/host/network.txt.
#
# shellcheck disable=SC2016 # the guest expands it
# rig: test=-

load ../lib/guest.sh
bats_load_library bats-support
bats_load_library bats-assert

SAID=$BUILD/results/host/network.txt

setup_file() {
	mkdir -p "${SAID%/*}"
	: >"$SAID"
}
setup() { NET=$BATS_TEST_TMPDIR; }
teardown() {
	local GUEST
	for GUEST in "$NET"/*/; do
		[ ! -e "$GUEST/pid" ] || guest_kill
	done
}

GUEST_LIB='bats_require_minimum_version() { :; }
bats_load_library() { :; }
set -e
. lib/common.bash
BATS_TEST_TMPDIR=/tmp
dmremap=/rig/tools/dmremap/dmremap
'

# on MACHINE COMMAND...: its output, also for people
on() {
	local GUEST=$NET/$1 status=0
	shift
	guest_run "$GUEST_LIB$*" >"$GUEST/output" || status=$?
	[ ! -s "$GUEST/output" ] || sed "s/^/${GUEST##*/}: /" "$GUEST/output" >>"$SAID"
	cat "$GUEST/output"
	return $status
}
# says TEXT: for people
says() { printf -- '\n--- %s\n' "$*" >>"$SAID"; }

# boot MACHINE NR WIRES LINE...: with a card at end NR of each wire, 10.0.1.NR, 10.0.2.NR ...
boot() {
	local name=$1 nr=$2 wires=$3 wire nets=()
	local GUEST=$NET/$name
	shift 3
	mkdir -p "$GUEST"
	for ((wire = 1; wire <= wires; wire++)); do nets+=("net=$NET/wire$wire:$((nr - 1))"); done
	guest_boot 6.12 "mem=768M" "${nets[@]}" "$@"
	on "$name" "echo $name >/proc/sys/kernel/hostname"'
		modprobe virtio_net
		busybox ifconfig lo 127.0.0.1 up
		for card in /sys/class/net/eth*; do
			card=${card##*/}
			busybox ifconfig $card 10.0.$((${card#eth} + 1)).'"$nr"' netmask 255.255.255.0 up
		done'
}
power_cut() { local GUEST=$NET/$1; guest_kill; }
power_off() { local GUEST=$NET/$1; guest_poweroff; }

# --- DRBD ---------------------------------------------------------------------------------

# the page's resource
RESOURCE='
mkdir -p /var/lib/drbd /run/drbd /var/lock
sed -n "/^    resource /,/^    }/p" /rig/docs/guide/network.md >/etc/drbd.d/r0.res
grep -q meta-disk /etc/drbd.d/r0.res
modprobe drbd
'
# what DRBD says of itself: cs (connection), ro (role), ds (disk), here/there
DRBD='
field() { sed -n "s/^ *0: .*\b$1:\([^ ]*\).*/\1/p" /proc/drbd; }
in_sync() { [ "$(field cs) $(field ds)" = "Connected UpToDate/UpToDate" ]; }
'
# node NAME NR LINE...: a machine whose set is /dev/mapper/safe; the LINE are for its disks
node() {
	local name=$1 nr=$2 main=$3
	boot "$name" "$nr" 1 "disk main size=32M $main" "disk spare size=8M"
	on "$name" "$RESOURCE"'remap_create safe $(rig_disk main) $(rig_disk spare) persistent
		remap_attr safe errors/neighbours 0'
}
up() { on "$1" "drbdadm up r0"; }
in_sync() { on a "$DRBD"'retry_until 240 in_sync'; }
status() { on "$1" 'dmsetup status safe | cut -d" " -f4-8; grep "^ 0:" /proc/drbd' >/dev/null; }

@test "DRBD: sets below two nodes" {
	local other sum='dd if=/dev/mapper/safe bs=1M count=24 iflag=direct status=none | md5sum'
	says "two nodes, each with bad sectors: a cannot write 2051, 4099 and 8200, b 3003 and 8200"
	node a 1 inject-error-write=2051,4099,8200 &
	other=$!
	node b 2 inject-error-write=3003,8200
	wait "$other"
	on a 'drbdadm create-md r0'
	on b 'drbdadm create-md r0'
	up a
	up b
	on a 'drbdadm primary --force r0'
	in_sync

	says "writes over them: both sets move a block, and neither node is dropped"
	on a 'write_pattern /dev/drbd0 0 1048576 1; write_pattern /dev/drbd0 2048 65536 2
		write_pattern /dev/drbd0 3000 65536 3; write_pattern /dev/drbd0 8192 65536 5'
	in_sync
	status a
	status b
	assert_equal "$(on a 'remap_status safe remapped pending state')" "2 0 ok"
	assert_equal "$(on b 'remap_status safe remapped pending state')" "2 0 ok"

	says "b loses power; a writes on, over another bad sector"
	power_cut b
	on a "$DRBD"'retry_until 60 eval "[ \$(field cs) = WFConnection ]"
		write_pattern /dev/drbd0 4096 131072 4'
	assert_equal "$(on a 'remap_status safe remapped')" 3
	says "b is back, and meanwhile its disk no longer gives sectors 512 to 519"
	node b 2 "inject-error-write=3003,8200 inject-error=512-519"
	assert_equal "$(on b 'remap_status safe remapped pending state')" "2 0 ok"
	up b
	in_sync
	status b

	says "b takes over: the sectors that its disk does not give come from a"
	on a 'drbdadm secondary r0'
	on b 'drbdadm primary r0'
	on b 'assert_data /dev/drbd0 0 1048576 1'
	status b
	assert_equal "$(on b 'remap_status safe remapped pending')" "2 1"
	says "b is resynced: they are written anew, and go to the spare"
	on b 'drbdadm invalidate r0'
	on b "$DRBD"'retry_until 240 eval "in_sync && [ \$(remap_status safe pending) = 0 ]"'
	status b
	assert_equal "$(on b 'remap_status safe remapped pending lost_sectors state')" "3 0 0 ok"
	on b 'assert_data /dev/mapper/safe 0 1048576 1; drbdadm secondary r0'

	says "both lose power, and neither disk gives sector 6000 any more"
	power_cut a
	power_cut b
	node a 1 inject-error=6000 &
	other=$!
	node b 2 inject-error=6000
	wait "$other"
	up a
	up b
	in_sync
	on a 'drbdadm primary r0
		if read_direct /dev/drbd0 6000 512 >/dev/null; then exit 1; fi'
	status a
	status b
	says "now neither disk counts as whole, and DRBD refuses all writes; other sectors can be read"
	on a 'if write_pattern /dev/drbd0 12000 4096 6; then exit 1; fi
		assert_data /dev/drbd0 8192 65536 5'
	says "a is told that its disk counts; then a write to that sector moves the block, and b is resynced"
	on a 'drbdadm secondary r0 && drbdadm primary --force r0
		write_pattern /dev/drbd0 6000 4096 6
		assert_data /dev/drbd0 6000 4096 6'
	status a
	on b 'drbdadm invalidate r0'
	in_sync
	on a 'assert_data /dev/drbd0 6000 4096 6'
	status a
	status b
	assert_equal "$(on a 'remap_status safe pending lost_sectors')" "0 0"
	assert_equal "$(on b 'remap_status safe pending lost_sectors')" "0 0"

	says "both hold the same"
	on a 'drbdadm down r0'
	on b 'drbdadm down r0'
	assert_equal "$(on a "$sum")" "$(on b "$sum")"
	on b 'assert_data /dev/mapper/safe 4096 131072 4; assert_data /dev/mapper/safe 8192 65536 5'
	power_off a
	power_off b
}

# --- NVMe over TCP ------------------------------------------------------------------------

# the page's commands
EXPORT='
sed -n "/^    modprobe nvmet_tcp/,/^$/p" /rig/docs/guide/network.md >/run/export
grep -q device_uuid /run/export
. /run/export
for port in 1 2; do
	mkdir ports/$port
	echo tcp >ports/$port/addr_trtype
	echo ipv4 >ports/$port/addr_adrfam
	echo 10.0.$port.1 >ports/$port/addr_traddr
	echo 4420 >ports/$port/addr_trsvcid
	ln -s /sys/kernel/config/nvmet/subsystems/safe ports/$port/subsystems/safe
done
'
target() {
	boot server 1 2 "disk main size=64M inject-error-write=2051,8195,16387 inject-error-read=40960-40967" "disk spare size=8M"
	on server 'remap_create safe $(rig_disk main) $(rig_disk spare) persistent
		remap_attr safe errors/neighbours 0'"$EXPORT"
}
paths() { on client 'cat /sys/class/nvme/nvme*/address /sys/class/nvme/nvme*/state | paste - - - -' >/dev/null; }

@test "NVMe over TCP: a set exported over two paths" {
	local other
	target &
	other=$!
	boot client 2 2
	wait "$other"
	says "the client has one disk, over two paths"
	# Debian's package makes these when it is installed
	on client 'mkdir -p /etc/nvme
		cat /proc/sys/kernel/random/uuid >/etc/nvme/hostid
		echo "nqn.2014-08.org.nvmexpress:uuid:$(</etc/nvme/hostid)" >/etc/nvme/hostnqn
		modprobe nvme_tcp
		for path in 1 2; do
			nvme connect -t tcp -a 10.0.$path.1 -s 4420 -n safe --keep-alive-tmo=3 --reconnect-delay=1 --ctrl-loss-tmo=600
		done
		retry_until 20 test -b /dev/nvme0n1
		cat /sys/class/nvme/nvme*/address'
	paths
	says "a write over a bad sector of the server"
	on client 'write_pattern /dev/nvme0n1 2048 65536 1; assert_data /dev/nvme0n1 2048 65536 1'
	assert_equal "$(on server 'remap_status safe remapped state')" "1 ok"
	says "a sector that the disk no longer gives is a medium error at the client, and no path is dropped"
	on client 'if read_direct /dev/nvme0n1 40960 4096 >/dev/null; then exit 1; fi
		dmesg | grep -i "nvme0.*error" | tail -n 2
		[ "$(cat /sys/class/nvme/nvme*/state | sort -u)" = live ]'
	assert_equal "$(on server 'remap_status safe pending')" 1
	on client 'write_pattern /dev/nvme0n1 40960 4096 2; assert_data /dev/nvme0n1 40960 4096 2'
	assert_equal "$(on server 'remap_status safe remapped pending')" "2 0"

	says "one path goes while a write to a bad sector is on its way"
	on server 'busybox ifconfig eth0 down'
	on client 'started=$(date +%s); write_pattern /dev/nvme0n1 8192 65536 3
		assert_data /dev/nvme0n1 8192 65536 3; echo "the write and its read took $(($(date +%s) - started)) s"'
	paths
	assert_equal "$(on server 'remap_status safe remapped')" 3
	says "it comes back"
	on server 'busybox ifconfig eth0 10.0.1.1 netmask 255.255.255.0 up'
	on client 'all_live() { [ "$(cat /sys/class/nvme/nvme*/state | sort -u)" = live ]; }; retry_until 60 all_live'
	paths

	says "the server loses power; the client waits, and goes on"
	power_cut server
	on client '_pattern_file 65536 4
		(write_pattern /dev/nvme0n1 16384 65536 4; echo $? >/tmp/written) >/tmp/log 2>&1 </dev/null 3>&- &'
	target
	on client 'retry_until 120 test -s /tmp/written; [ "$(cat /tmp/written)" = 0 ]
		assert_data /dev/nvme0n1 16384 65536 4; assert_data /dev/nvme0n1 8192 65536 3
		assert_data /dev/nvme0n1 40960 4096 2; nvme disconnect -n safe'
	assert_equal "$(on server 'remap_status safe remapped pending state')" "4 0 ok"
	power_off client
	on server 'rm /sys/kernel/config/nvmet/ports/*/subsystems/safe
		rmdir /sys/kernel/config/nvmet/ports/* /sys/kernel/config/nvmet/subsystems/safe/namespaces/1 \
			/sys/kernel/config/nvmet/subsystems/safe'
	power_off server
}
