#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A set below and above what people stack: LVM, md, dm-crypt, dm-flakey, and file
# systems on a disk that grows bad sectors while they are written.
# rig: kernels=6.1,6.12 test=6.12 timeout=900

load ../lib/common

R=/dev/mapper/r

setup_file() {
	# each error is a line, and each line on the console takes its time
	echo 1 >/proc/sys/kernel/printk
}
setup() {
	GROWTH=
	VG=
}
teardown() {
	[ -z "$GROWTH" ] || stop_growth
	[ ! -e /dev/md0 ] || mdadm -q --stop /dev/md0
	[ -z "$VG" ] || in_lvm vgchange -q -an "$VG" || :
	remove_devices
	[ ! -L /dev/main ] || rm /dev/main
}
teardown_file() { clean_up; }

# sum FILE...: of their contents together, a device's from the disk
sum() { cat "$@" | md5sum; }
sum_of() { dd if="$1" bs=1M iflag=direct status=none | md5sum; }

# fill DEVICE: all of it with data that is different each time; prints its sum
fill() {
	dd if=/dev/urandom of="$1" bs=1M oflag=direct iflag=fullblock status=none 2>/dev/null || :
	sum_of "$1"
}

# remapped_in FIRST END: how many of the remapped blocks begin in these sectors
remapped_in() {
	local sector n=0
	remap_map r
	for sector in "${!MAP[@]}"; do ((sector < $1 || sector >= $2)) || n=$((n + 1)); done
	echo $n
}

# assert_disks: the device's data is on the spare where the list says so, and
# on the main elsewhere
assert_disks() {
	local sector place
	sum_of $R >"$BATS_TEST_TMPDIR/through"
	remap_map r
	# only the block that cannot be read is left out
	dd if=/dev/main of="$BATS_TEST_TMPDIR/disk" bs=4096 iflag=direct conv=noerror,sync \
		status=none 2>/dev/null || :
	for sector in "${!MAP[@]}"; do
		place=${MAP[$sector]}
		dd if=/dev/spare of="$BATS_TEST_TMPDIR/disk" bs=4096 count=1 conv=notrunc status=none \
			iflag=direct skip=$((place / 8)) seek=$((sector / 8))
	done
	assert_equal "$(md5sum <"$BATS_TEST_TMPDIR/disk")" "$(<"$BATS_TEST_TMPDIR/through")"
}

# again: the set is removed and activated anew
again() {
	dmsetup remove r
	remap_create r /dev/main /dev/spare persistent
}

# --- what is stacked ----------------------------------------------------------------

# no udev is there that it could wait for
in_lvm() {
	local command=$1
	shift
	lvm "$command" --config 'activation { udev_sync=0 udev_rules=0 } devices { scan=["/dev/mapper"] use_devicesfile=0 } backup { backup=0 archive=0 }' \
		"$@" 3>&- 4>&-
}

@test "LVM on a set" {
	local before
	null_blk main 32
	null_blk spare 4
	null_blk_bad main +20003-20003 +30000-30001 +40005-40005
	remap_create r /dev/main /dev/spare persistent
	in_lvm pvcreate -q $R
	in_lvm vgcreate -q --physicalextentsize 1M --metadatasize 64k vg $R
	VG=vg
	in_lvm lvcreate -q -Zn -Wn -n lv -l 100%FREE vg
	before=$(fill /dev/mapper/vg-lv)
	assert_equal "$(remap_status r remapped state)" "3 ok"
	assert_equal "$(sum_of /dev/mapper/vg-lv)" "$before"
	assert_disks
	# all of it down, and up again
	in_lvm vgchange -q -an vg
	again
	in_lvm vgchange -q -ay vg
	assert_equal "$(sum_of /dev/mapper/vg-lv)" "$before"
	in_lvm vgchange -q -an vg
}

md_idle() { [ "$(</sys/block/md0/md/sync_action)" = idle ]; }

# md_legs: both are in, and have the same but for what md keeps at their ends
md_legs() {
	local bytes=$(($(sectors /dev/md0) * 512))
	assert_equal "$(</sys/block/md0/md/degraded)" 0
	cmp -n $bytes $R /dev/good
}

@test "md heals a bad sector of a leg, onto the spare" {
	local before sector
	null_blk main 8
	null_blk spare 2
	null_blk good 8
	remap_create r /dev/main /dev/spare persistent
	mdadm -q --create /dev/md0 --run --level=1 --raid-devices=2 --assume-clean --metadata=1.0 \
		$R /dev/good
	before=$(fill /dev/md0)
	md_legs
	# a bad sector that is found by being looked for
	null_blk_bad main +4003-4003
	echo repair >/sys/block/md0/md/sync_action
	retry_until 60 md_idle
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "1 0 0 ok"
	assert_equal "$(remapped_in 4000 4008)" 1
	md_legs
	# and one that is read
	null_blk_bad main +8009-8009
	mark_other_leg_slow
	for sector in 8008 8000 8009; do
		dd if=/dev/md0 bs=512 count=1 skip=$sector iflag=direct status=none >/dev/null
	done
	assert_equal "$(sum_of /dev/md0)" "$before"
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "2 0 0 ok"
	assert_equal "$(remapped_in 8008 8016)" 1
	# a check finds nothing that differs
	echo check >/sys/block/md0/md/sync_action
	retry_until 60 md_idle
	assert_equal "$(</sys/block/md0/md/mismatch_cnt)" 0
	md_legs
	assert_equal "$(sum_of /dev/md0)" "$before"
	mdadm -q --stop /dev/md0
	assert_disks
	again
	# the leg alone has all of it
	mdadm -q --assemble --run /dev/md0 $R
	assert_equal "$(sum_of /dev/md0)" "$before"
}

# reads go to the first leg where they can
mark_other_leg_slow() { echo writemostly >/sys/block/md0/md/dev-good/state; }

@test "dm-crypt on a set" {
	local before key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
	null_blk main 16
	null_blk spare 4
	null_blk_bad main +3-3 +20003-20003 +30000-30017
	remap_create r /dev/main /dev/spare persistent
	dmsetup create c --table "0 32768 crypt aes-xts-plain64 $key 0 $R 0"
	write_pattern /dev/mapper/c 20000 65536 a
	before=$(fill /dev/mapper/c)
	write_pattern /dev/mapper/c 20000 65536 a
	assert_data /dev/mapper/c 20000 65536 a
	before=$(sum_of /dev/mapper/c)
	assert_equal "$(remap_status r remapped state)" "5 ok"
	assert_disks
	# the data on the spare is encrypted
	[ "$(dd if=/dev/spare bs=1M iflag=direct status=none | grep -c "seed a")" = 0 ]
	dmsetup remove c
	again
	dmsetup create c --table "0 32768 crypt aes-xts-plain64 $key 0 $R 0"
	assert_equal "$(sum_of /dev/mapper/c)" "$before"
	assert_data /dev/mapper/c 20000 65536 a
}

@test "a set over dm-flakey, which takes no writes every few seconds" {
	local before
	null_blk disk 4
	null_blk spare 8
	dmsetup create main --table "0 8192 flakey /dev/disk 0 1 1 1 error_writes"
	ln -sf /dev/mapper/main /dev/main
	remap_create r /dev/main /dev/spare persistent
	# from one time to the other, whatever the machine's pace is
	for _ in {1..20}; do
		fio_verify $R --size=4M --io_size=512K
		[ "$(remap_status r remapped)" -lt 20 ] || break
	done
	[ "$(remap_status r remapped)" -ge 20 ]
	assert_equal "$(remap_status r pending lost_sectors bad_spare state)" "0 0 0 ok"
	before=$(fill $R)
	assert_equal "$(sum_of $R)" "$before"
	assert_disks
	again
	assert_equal "$(sum_of $R)" "$before"
}

# --- file systems -----------------------------------------------------------------------

# A disk whose sectors are still readable when they no longer take writes, as
# dm-flakey makes them: in this many places of it, one sector in each.
PLACES=40

# disk_table N: with the first N places bad
disk_table() {
	local n sector from=0 step=$((DISK_SECTORS / PLACES)) order=("${ORDER[@]:0:$1}")
	for n in $(printf '%s\n' "${order[@]}" | sort -n); do
		sector=$((n * step + n * 8 % step))
		((sector == from)) || echo "$from $((sector - from)) linear /dev/disk $from"
		echo "$sector 8 flakey /dev/disk $sector 0 3600 1 error_writes"
		from=$((sector + 8))
	done
	echo "$from $((DISK_SECTORS - from)) linear /dev/disk $from"
}

# start_growth: the disk gets worse, one place after the other
start_growth() {
	local n
	touch "$BATS_TEST_TMPDIR/grows"
	for ((n = 1; n <= PLACES; n++)); do
		[ -e "$BATS_TEST_TMPDIR/grows" ] || break
		disk_table $n >"$BATS_TEST_TMPDIR/table"
		dmsetup reload main "$BATS_TEST_TMPDIR/table"
		dmsetup suspend --nolockfs main
		dmsetup resume main
		echo $n >"$BATS_TEST_TMPDIR/grown"
		sleep 0.1
	done 3>&- &
	GROWTH=$!
}
stop_growth() {
	rm -f "$BATS_TEST_TMPDIR/grows"
	wait "$GROWTH"
	GROWTH=
}

# sums: of all files
sums() { (cd /mnt && find . -type f ! -path './work/*' -print0 | sort -z | xargs -0 md5sum); }

# on_bad_disk TYPE MKFS...: a file system on a disk that gets worse; fs_check is what
# looks for errors in it
on_bad_disk() {
	local type=$1 n
	shift
	DISK_SECTORS=$((128 * 2048))
	# near the beginning, where file systems begin to fill, and then anywhere
	mapfile -t ORDER < <(seq 0 $((PLACES - 1)) | gawk '{ print $1 * 7 % 40 }')
	null_blk disk 128
	null_blk spare 16
	dmsetup create main --table "0 $DISK_SECTORS linear /dev/disk 0"
	ln -sf /dev/mapper/main /dev/main
	remap_create r /dev/main /dev/spare persistent
	"$@" $R >/dev/null
	mount -t "$type" $R /mnt
	mkdir /mnt/before /mnt/work
	for n in {1..8}; do head -c 1000003 /dev/urandom >"/mnt/before/$n"; done
	sync
	sums >"$BATS_TEST_TMPDIR/sums"

	start_growth
	fio --name=verify --directory=/mnt/work --size=6M --numjobs=2 --rw=randwrite \
		--bssplit=4k/60:64k/40 --fsync=16 --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 --ioengine=psync 3>&- >"$BATS_TEST_TMPDIR/fio" 2>&1 ||
		{ cat "$BATS_TEST_TMPDIR/fio"; return 1; }
	stress-ng --hdd 2 --hdd-bytes 4m --hdd-opts wr-rnd,rd-rnd,fsync --verify --hdd-ops 500 \
		--temp-path /mnt/work --timeout 30 >"$BATS_TEST_TMPDIR/stress" 2>&1 3>&- ||
		{ cat "$BATS_TEST_TMPDIR/stress"; return 1; }
	for n in 1 2; do
		"$BATS_TEST_DIRNAME/exercise" /mnt/work/exercise$n 3000000 1000 "$RANDOM"
	done
	cp -r /mnt/before /mnt/copy
	wait "$GROWTH"
	# now over all of it
	dd if=/dev/zero of=/mnt/work/full bs=1M status=none 2>/dev/null || :
	sync -f /mnt
	rm /mnt/work/full
	cp -r /mnt/copy /mnt/late
	sums >"$BATS_TEST_TMPDIR/sums.end"
	sync
	umount /mnt

	assert_equal "$(<"$BATS_TEST_TMPDIR/grown")" $PLACES
	# the disk was used where it is bad; all of that went to the spare, and nothing is lost
	[ "$(remap_status r remapped)" -ge $((PLACES / 5)) ]
	assert_equal "$(remap_status r pending lost_sectors bad_spare state)" "0 0 0 ok"
	again
	fs_check
	mount -t "$type" $R /mnt
	(cd /mnt && md5sum --quiet -c "$BATS_TEST_TMPDIR/sums.end" && md5sum --quiet -c "$BATS_TEST_TMPDIR/sums")
	for n in {1..8}; do
		cmp "/mnt/before/$n" "/mnt/copy/$n"
		cmp "/mnt/before/$n" "/mnt/late/$n"
	done
	umount /mnt
	fs_check
	assert_disks
}

@test "ext4 on a disk that grows bad sectors" {
	fs_check() { e2fsck -fn $R; }
	on_bad_disk ext4 mkfs.ext4 -q
}

@test "xfs on a disk that grows bad sectors" {
	fs_check() { xfs_repair -n $R; }
	on_bad_disk xfs mkfs.xfs -q --unsupported
}

@test "btrfs on a disk that grows bad sectors" {
	fs_check() { btrfs check --check-data-csum $R; }
	on_bad_disk btrfs mkfs.btrfs -q
}
