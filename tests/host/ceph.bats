#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# docs/guide/network.md, "Ceph": two OSDs with BlueStore, each on a set, with a monitor and a manager in one
# machine. What they print is left in build/results/host/ceph.txt.
#
# shellcheck disable=SC2016 # the guest expands it
# rig: test=-

load ../lib/guest.sh
bats_load_library bats-support
bats_load_library bats-assert

SAID=$BUILD/results/host/ceph.txt

setup_file() {
	mkdir -p "${SAID%/*}"
	: >"$SAID"
	"$RIG/fetch" ceph
	[ "$BUILD/ceph/ceph.img" -nt "$BUILD/ceph/.made" ] || {
		mksquashfs "$BUILD/ceph/root" "$BUILD/ceph/new.img" -all-root -noI -noD -noF -noX -no-xattrs \
			-no-progress -noappend -quiet -wildcards -e 'usr/share/doc' 'usr/share/man' 'usr/bin/ceph-dencoder' >/dev/null
		mv "$BUILD/ceph/new.img" "$BUILD/ceph/ceph.img"
	}
}
teardown() {
	[ ! -e "$GUEST/pid" ] || guest_kill
}

GUEST_LIB='bats_require_minimum_version() { :; }
bats_load_library() { :; }
set -e
. lib/common.bash
BATS_TEST_TMPDIR=/tmp
ceph() { chroot /ceph ceph "$@"; }
# daemon NAME OPTION...: the errors of its start are shown if it fails
daemon() { chroot /ceph "$@" >/tmp/daemon 2>&1 </dev/null || { tail -n 40 /tmp/daemon; return 1; }; }
sets() { local n; for n in 0 1; do echo "osd$n $(remap_status osd$n state remapped pending lost_sectors)"; done; }
'

# on COMMAND...: its output, also for people
on() {
	local status=0
	guest_run "$GUEST_LIB$*" >"$GUEST/output" || status=$?
	cat "$GUEST/output" >>"$SAID"
	cat "$GUEST/output"
	return $status
}
says() { printf -- '\n--- %s\n' "$*" >>"$SAID"; }

CONF='[global]
fsid = 4a1c6f0e-5d0b-4f1e-9c51-5ad0c1d3a001
mon_initial_members = a
mon_host = v1:127.0.0.1:6789
ms_bind_msgr2 = false
public_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 2
osd_pool_default_min_size = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_scrub_load_threshold = 1000
bluestore_cache_size = 67108864
bluestore_rocksdb_options_annex = write_buffer_size=16777216
mon_osd_full_ratio = 0.97
# the processor is emulated, and shared
mon_lease = 60
mon_mgr_beacon_grace = 900
osd_heartbeat_grace = 900
osd_op_thread_timeout = 900
osd_op_thread_suicide_timeout = 3000
# the manager runs without modules
mgr_module_path = /nonexistent
'

@test "Ceph: a scrub repairs what one OSD cannot read, and writes over bad sectors move" {
	guest_dir "$BATS_TEST_TMPDIR/guest"
	ln -s "$BUILD/ceph/ceph.img" "$GUEST/ceph.img"
	guest_boot 6.12 "mem=4G" "disk ceph if=virtio"
	says "two sets of 1 GiB, whose disks have a bad sector in each 8 MiB"
	on 'busybox ifconfig lo 127.0.0.1 up
		mkdir -p /run/up /ceph /run/lower
		mount -o ro "$(rig_disk ceph)" /run/lower
		mount -t tmpfs -o size=1G none /run/up
		mkdir /run/up/upper /run/up/work
		mount -t overlay -o lowerdir=/run/lower,upperdir=/run/up/upper,workdir=/run/up/work none /ceph
		for dir in dev proc sys; do mkdir -p /ceph/$dir; mount --rbind /$dir /ceph/$dir; done
		mkdir -p /ceph/{etc,run,var/run,var/lib,var/log}/ceph /ceph/tmp /ceph/var/lib/ceph/{mon,osd,mgr/ceph-x}
		cat >/ceph/etc/ceph/ceph.conf <<"END"
'"$CONF"'
END
		for n in 0 1; do
			null_blk main$n 1024
			null_blk spare$n 32
			for ((mib = 6; mib < 1024; mib += 8)); do null_blk_bad main$n +$((mib * 2048 + 3))-$((mib * 2048 + 3)); done
			remap_create osd$n /dev/main$n /dev/spare$n persistent
			remap_attr osd$n errors/neighbours 0
		done'
	on 'daemon ceph-mon --mkfs -i a
		daemon ceph-mon -i a
		daemon ceph-mgr -i x
		for n in 0 1; do
			uuid=$(cat /proc/sys/kernel/random/uuid)
			ceph osd new $uuid >/dev/null
			mkdir /ceph/var/lib/ceph/osd/ceph-$n
			ln -s /dev/mapper/osd$n /ceph/var/lib/ceph/osd/ceph-$n/block
			echo bluestore >/ceph/var/lib/ceph/osd/ceph-$n/type
			daemon ceph-osd -i $n --mkfs --osd-uuid $uuid
			daemon ceph-osd -i $n
		done
		up() { ceph osd stat | grep -q "2 up"; }
		retry_until 600 up
		ceph osd pool create p 1 1
		clean() { ceph pg stat | grep -q "active+clean"; }
		retry_until 600 clean
		ceph pg stat
		sets'

	says "an object of 4 MiB; a sector of it can no longer be read on one of the disks"
	on 'pattern 4194304 c >/ceph/tmp/object
		chroot /ceph rados -p p put object /tmp/object
		sleep 5
		where=$(dd if=/dev/main0 bs=64K count=12288 iflag=direct conv=noerror,sync status=none 2>/dev/null |
			grep -zabo "offset \(1048576\|2097152\|3145728\) " | busybox tr "\000" "\n" | head -n 1)
		echo "$where"
		sector=$((${where%%:*} / 512 + 1))
		null_blk_bad main0 +$sector-$sector
		echo $sector >/tmp/sector
		sets'
	says "ceph pg deep-scrub 1.0"
	on 'ceph pg deep-scrub 1.0
		found() { ceph pg stat | grep inconsistent; }
		retry_until 600 found
		chroot /ceph rados list-inconsistent-obj 1.0 | jq -c ".inconsistents[] | [.union_shard_errors, [.shards[] | [.osd, .errors]]]"
		sets'
	says "ceph pg repair 1.0"
	on 'ceph pg repair 1.0
		repaired() { state=$(ceph pg stat) && [[ $state = *active+clean* && $state != *inconsistent* && $state != *repair* ]]; }
		retry_until 600 repaired
		ceph pg stat
		grep "1.0 repair" /ceph/var/log/ceph/ceph-osd.?.log | tail -n 3
		chroot /ceph rados -p p get object /tmp/again
		cmp /ceph/tmp/object /ceph/tmp/again
		sets
		remap_list osd0 | tail -n 3; cat /tmp/sector'
	says "the space is used again"
	on 'chroot /ceph rados -p p bench 60 write -t 4 --no-cleanup | tail -n 12
		sets'
}
