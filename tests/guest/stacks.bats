#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A set below and above what people stack: LVM, md, dm-crypt, dm-flakey, btrfs with two devices,
# dm-integrity, caches, multipath, partitions, and file systems on a disk that grows bad sectors
# while they are written.
# rig: kernels=6.1,6.12 test=6.12/3 timeout=1200

load ../lib/common

R=/dev/mapper/r
DMREMAP=$PWD/../tools/dmremap/dmremap

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
	if mountpoint -q /mnt; then umount /mnt; fi
	[ ! -e /dev/md0 ] || mdadm -q --stop /dev/md0
	[ -z "$VG" ] || in_lvm vgchange -q -an "$VG" || :
	stop_bcache
	remove_devices
	unload scsi_debug
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

# --- copies and checksums above sets ------------------------------------------------

# drop_caches: what follows is read from the disks
drop_caches() { echo 3 >/proc/sys/vm/drop_caches; }

# btrfs_sector FILE DEVICE: the sector of DEVICE where the file begins
btrfs_sector() {
	local logical bytes
	logical=$(filefrag -ev "$1" | gawk '$1 == "0:" { printf "%d\n", $4 * 4096 }')
	bytes=$(btrfs-map-logical -l "$logical" "$2" | sed -n "s,.* physical \([0-9]*\) device $2\$,\1,p")
	echo $((bytes / 512))
}

# scrub_btrfs: prints its errors, as "read=1"
scrub_btrfs() { btrfs scrub start -BR /mnt | sed -n 's/^[[:space:]]*\([a-z_]*_errors\): \([1-9].*\)/\1=\2/p'; }

all_is_moved() {
	drop_caches
	# each process reads from the leg that its number says
	cmp /mnt/file "$BATS_TEST_TMPDIR/file"
	[ "$(remap_status r remapped pending)" = "$1 0" ]
}

@test "btrfs: one of two sets heals a bad sector from the other one" {
	local sector from
	null_blk main 128
	null_blk spare 4
	null_blk main2 128
	null_blk spare2 4
	remap_create r /dev/main /dev/spare persistent
	remap_create r2 /dev/main2 /dev/spare2 persistent
	modprobe btrfs
	mkfs.btrfs -q -d raid1 -m raid1 $R /dev/mapper/r2
	btrfs device scan $R
	btrfs device scan /dev/mapper/r2
	mount $R /mnt
	head -c 4000000 /dev/urandom >"$BATS_TEST_TMPDIR/file"
	cp "$BATS_TEST_TMPDIR/file" /mnt/file
	sync -f /mnt
	from=$(btrfs_sector /mnt/file $R)
	[ "$from" -gt 0 ]

	# a scrub finds it, and its write goes to the spare
	sector=$((from + 67))
	null_blk_bad main "+$sector-$sector"
	run -0 scrub_btrfs
	assert_line --regexp '^read_errors='
	assert_line --regexp '^corrected_errors='
	refute_line --regexp '^uncorrectable_errors='
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "1 0 0 ok"
	assert_equal "$(remapped_in $((sector / 8 * 8)) $((sector / 8 * 8 + 8)))" 1
	# so does a reader
	sector=$((from + 131))
	null_blk_bad main "+$sector-$sector"
	retry_until 60 all_is_moved 2
	assert_equal "$(remapped_in $((sector / 8 * 8)) $((sector / 8 * 8 + 8)))" 1
	# a wrong checksum is not a bad sector: it is written where it is
	dd if=/dev/urandom of=/dev/main bs=4096 count=1 seek=$(((from + 256) / 8)) oflag=direct conv=notrunc status=none
	run -0 scrub_btrfs
	assert_line --regexp '^csum_errors='
	refute_line --regexp '^uncorrectable_errors='
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "2 0 0 ok"
	# and the other one, whose bad sector is written while it is used
	null_blk_bad main2 "+$((from + 10003))-$((from + 10003))"
	fill_btrfs
	assert_equal "$(remap_status r2 pending lost_sectors state)" "0 0 ok"
	run -0 scrub_btrfs
	refute_output
	cmp /mnt/file "$BATS_TEST_TMPDIR/file"
	umount /mnt
	assert_disks

	# each of them alone has all of it
	btrfs device scan --forget
	dmsetup remove r2
	again
	mount -o ro,degraded $R /mnt
	cmp /mnt/file "$BATS_TEST_TMPDIR/file"
	umount /mnt
}

# fill_btrfs: until the sector that is bad by now was written
fill_btrfs() {
	dd if=/dev/zero of=/mnt/full bs=1M status=none 2>/dev/null || :
	sync -f /mnt
	rm /mnt/full
	sync -f /mnt
}

# places TEXT: the bytes of the main where it is
places() {
	dd if=/dev/main bs=4096 iflag=direct conv=noerror,sync status=none 2>/dev/null | grep -abo "$1" | cut -d: -f1
}

@test "dm-integrity on a set: bad sectors move, what the disk has changed is an error, and md heals it" {
	local before where
	null_blk main 16
	null_blk spare 4
	null_blk good 16
	# one in the journal, and two behind it
	null_blk_bad main +67-67 +20003-20003 +30000-30001
	remap_create r /dev/main /dev/spare persistent
	# it reads before it writes, which fails at sectors that cannot be read
	run ! integritysetup -q format $R
	blkdiscard -fz $R
	integritysetup -q format $R
	integritysetup open $R i
	mdadm -q --create /dev/md0 --run --level=1 --raid-devices=2 --assume-clean --metadata=1.0 \
		/dev/mapper/i /dev/good
	fill /dev/md0 >/dev/null
	write_pattern /dev/md0 12000 4096 q
	before=$(sum_of /dev/md0)
	assert_equal "$(remap_status r pending lost_sectors state)" "0 0 ok"
	[ "$(remap_status r remapped)" -ge 3 ]
	[ "$(remapped_in 64 72)" = 1 ]
	# its journal is written to where it belongs
	mdadm -q --stop /dev/md0
	integritysetup close i
	assert_disks
	again
	integritysetup open $R i
	mdadm -q --assemble --run /dev/md0 /dev/mapper/i /dev/good
	assert_equal "$(sum_of /dev/md0)" "$before"
	before=$(remap_status r remapped)

	# the disk gives something else than what was written, without an error
	where=$(places 'seed q' | tail -n 1)
	printf X | dd of=/dev/main bs=1 seek="$where" conv=notrunc,fsync status=none
	blockdev --flushbufs /dev/main
	run ! read_direct /dev/mapper/i 12000 4096
	run -0 sum_of $R
	echo repair >/sys/block/md0/md/sync_action
	retry_until 60 md_idle
	assert_data /dev/mapper/i 12000 4096 q
	assert_equal "$(remap_status r remapped pending state)" "$before 0 ok"
	# a sector that it no longer gives
	null_blk_bad main "+$((where / 512))-$((where / 512))"
	run ! read_direct /dev/mapper/i 12000 4096
	assert_equal "$(remap_status r pending)" 1
	echo repair >/sys/block/md0/md/sync_action
	retry_until 60 md_idle
	dmsetup suspend i
	dmsetup resume i
	assert_data /dev/mapper/i 12000 4096 q
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "$((before + 1)) 0 0 ok"
	assert_data /dev/md0 12000 4096 q
	mdadm -q --stop /dev/md0
	integritysetup close i
}

# --- caches ---------------------------------------------------------------------------

# cache_disks: a main and a cache with bad sectors, each in a set
cache_disks() {
	null_blk main 32
	null_blk spare 4
	null_blk ssd "$1"
	null_blk spare2 4
	null_blk_bad main +20003-20003 +30000-30001
	null_blk_bad ssd +9003-9003
	remap_create r /dev/main /dev/spare persistent
	remap_create cache /dev/ssd /dev/spare2 persistent
}

@test "dm-writecache: a bad sector of the disk below stops it, that of a set does not" {
	local before table="0 65536 writecache s"
	cache_disks 8
	# without a set: it takes no writes any more, to whatever place
	dmsetup remove r
	null_blk bare 8
	dmsetup create w --table "$table /dev/main /dev/bare 4096 0"
	write_pattern /dev/mapper/w 20000 65536 a
	run ! dmsetup message w 0 flush
	run ! write_pattern /dev/mapper/w 0 4096 a
	run -0 read_direct /dev/mapper/w 20000 4096
	dmsetup remove w
	# the same with one
	remap_create r /dev/main /dev/spare persistent
	dmsetup create w --table "$table $R /dev/mapper/cache 4096 0"
	write_pattern /dev/mapper/w 20000 65536 a
	dmsetup message w 0 flush
	assert_equal "$(remap_status r remapped pending state)" "1 0 ok"
	assert_data $R 20000 65536 a
	# more than the cache has room for
	before=$(fill /dev/mapper/w)
	dmsetup message w 0 flush
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "2 0 0 ok"
	assert_equal "$(remap_status cache remapped pending lost_sectors state)" "1 0 0 ok"
	assert_equal "$(sum_of /dev/mapper/w)" "$before"
	dmsetup remove w
	assert_equal "$(sum_of $R)" "$before"
	assert_disks
	# what the cache alone has is there after both were activated anew
	dmsetup create w --table "$table $R /dev/mapper/cache 4096 0"
	write_pattern /dev/mapper/w 30000 65536 b
	dmsetup remove w
	again
	dmsetup remove cache
	remap_create cache /dev/ssd /dev/spare2 persistent
	dmsetup create w --table "$table $R /dev/mapper/cache 4096 0"
	assert_data /dev/mapper/w 30000 65536 b
}

# of dm-cache: its dirty blocks
cache_clean() { [ "$(dmsetup status c | cut -d' ' -f14)" = 0 ]; }

@test "dm-cache: bad sectors of the disk and of the cache, each in a set" {
	local before table="0 65536 cache /dev/mapper/meta /dev/mapper/cache $R 128 1 writeback"
	cache_disks 8
	null_blk_bad ssd +2003-2003 +5003-5003
	null_blk ssd2 4
	null_blk spare3 4
	null_blk_bad ssd2 +3-3 +4099-4099
	remap_create meta /dev/ssd2 /dev/spare3 persistent
	# dm-cache expects zeros there, and reads first
	blkdiscard -fz /dev/mapper/meta
	dmsetup create c --table "$table smq 0"
	before=$(fill /dev/mapper/c)
	# the same places again and again, so that they come into the cache
	fio_verify /dev/mapper/c --offset=9M --size=5M --io_size=30M
	fio_verify /dev/mapper/c --offset=14M --size=2M --io_size=20M
	[ "$(dmsetup status c | cut -d' ' -f13)" -ge 16 ]
	before=$(sum_of /dev/mapper/c)
	# all that it has is written to the disk
	dmsetup reload c --table "$table cleaner 0"
	dmsetup suspend c
	dmsetup resume c
	retry_until 60 cache_clean
	assert_equal "$(sum_of /dev/mapper/c)" "$before"
	assert_equal "$(sum_of $R)" "$before"
	dmsetup status c
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "2 0 0 ok"
	assert_equal "$(remap_status cache pending lost_sectors state)" "0 0 ok"
	[ "$(remap_status cache remapped)" -ge 1 ]
	assert_equal "$(remap_status meta remapped pending state)" "2 0 ok"
	[[ $(dmsetup status c) = *" rw "* ]]
	dmsetup remove c
	assert_disks
}

# bcache_state STATE
bcache_state() { [ "$(</sys/block/bcache0/bcache/state)" = "$1" ]; }
stop_bcache() {
	local dir
	for dir in /sys/block/bcache*/bcache /sys/fs/bcache/*-*; do
		[ ! -e "$dir/stop" ] || echo 1 >"$dir/stop"
	done
	retry_until 30 no_bcache
}
no_bcache() { [ -z "$(find /sys/block /sys/fs/bcache -maxdepth 1 \( -name 'bcache*-*' -o -name 'bcache[0-9]*' -o -name '*-*-*-*-*' \) 2>/dev/null)" ]; }

@test "bcache: bad sectors of the disk and of the cache, each in a set" {
	local before
	cache_disks 48
	modprobe bcache
	make-bcache --bucket 64k --block 4k --writeback -B $R -C /dev/mapper/cache >/dev/null
	echo /dev/mapper/cache >/sys/fs/bcache/register
	echo $R >/sys/fs/bcache/register
	retry_until 20 test -b /dev/bcache0
	echo 0 >/sys/block/bcache0/bcache/sequential_cutoff
	before=$(fill /dev/bcache0)
	write_pattern /dev/bcache0 20000 65536 a
	before=$(sum_of /dev/bcache0)
	echo writethrough >/sys/block/bcache0/bcache/cache_mode
	echo 0 >/sys/block/bcache0/bcache/writeback_percent
	retry_until 120 bcache_state clean
	assert_equal "$(sum_of /dev/bcache0)" "$before"
	assert_data /dev/bcache0 20000 65536 a
	stop_bcache
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "2 0 0 ok"
	assert_equal "$(remap_status cache pending lost_sectors state)" "0 0 ok"
	[ "$(remap_status cache remapped)" -ge 1 ]
	assert_disks
}

# --- multipath ------------------------------------------------------------------------

# scsi_paths: the two names of one disk
scsi_paths() {
	local disk
	for disk in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/*; do
		[ ! -b "/dev/${disk##*/}" ] || echo "/dev/${disk##*/}"
	done
}
both_paths() { [ "$(scsi_paths | wc -l)" = 2 ]; }
# paths_are STATE STATE: A is active, F has failed
paths_are() { [ "$(dmsetup status mp | grep -Eo '8:[0-9]+ [AF]' | cut -d' ' -f2 | paste -sd' ')" = "$*" ]; }
path_is() { echo "$2" >"/sys/block/${1##*/}/device/state"; }

@test "a set on a multipath device: a path that fails moves nothing, a bad sector fails no path" {
	local a b numbers before
	modprobe scsi_debug add_host=2 dev_size_mb=16 ndelay=1000
	modprobe -q sd_mod
	retry_until 20 both_paths
	{ read -r a; read -r b; } < <(scsi_paths)
	null_blk spare 4
	dmsetup create mp --table "0 32768 multipath 1 queue_if_no_path 0 1 1 round-robin 0 2 1 $a 1 $b 1"
	numbers="$(<"/sys/block/${a##*/}/dev") $(<"/sys/block/${b##*/}/dev")"
	ln -sf /dev/mapper/mp /dev/main
	remap_create r /dev/main /dev/spare persistent
	# the block before is bad as well
	remap_attr r errors/neighbours 0
	before=$(fill $R)
	paths_are A A

	# sectors 4660 to 4669 cannot be read: the disk says that it is the medium
	echo 2 >/sys/bus/pseudo/drivers/scsi_debug/opts
	unreadable $R 4664 4096
	paths_are A A
	assert_equal "$(remap_status r pending)" 1
	write_pattern $R 4664 4096 m
	assert_equal "$(remap_status r remapped pending lost_sectors)" "1 0 0"
	assert_data $R 4664 4096 m
	echo 0 >/sys/bus/pseudo/drivers/scsi_debug/opts

	# one path fails while the set is used, then the other one, then both for a moment
	before=$(remap_status r main_read_errors main_write_errors)
	start_fio $R --offset=4M --size=4M --io_size=2M
	path_is "$a" offline
	retry_until 30 paths_are F A
	path_is "$a" running
	dmsetup message mp 0 reinstate_path "${numbers% *}"
	path_is "$b" offline
	retry_until 30 paths_are A F
	path_is "$a" offline
	retry_until 30 paths_are F F
	sleep 1
	path_is "$a" running
	path_is "$b" running
	dmsetup message mp 0 reinstate_path "${numbers% *}"
	dmsetup message mp 0 reinstate_path "${numbers#* }"
	stop_fio
	paths_are A A
	assert_equal "$(remap_status r remapped pending lost_sectors state)" "1 0 0 ok"
	assert_equal "$(remap_status r main_read_errors main_write_errors)" "$before"
	assert_data $R 4664 4096 m
	dmsetup remove r
	dmsetup remove mp

	# on a path: the other path knows nothing of the blocks that moved
	ln -sf "$a" /dev/main
	remap_create r /dev/main /dev/spare persistent
	dmsetup create mp --table "0 32768 multipath 2 queue_mode bio 0 1 1 round-robin 0 2 1 $R 1 $b 1"
	assert_data $R 4664 4096 m
	dmsetup message mp 0 fail_path "$(<"/sys/block/$(dm_dev r)/dev")"
	run ! assert_data /dev/mapper/mp 4664 4096 m
	assert_output --partial "not the data of seed m"
}

# --- partitions -----------------------------------------------------------------------

@test "a disk with partitions: a set of all of it, and kpartx" {
	local sum sector
	null_blk main 64
	null_blk spare 4
	printf '%s\n' 'label: gpt' 'start=2048, size=65536' 'start=67584' | sfdisk -q /dev/main
	retry_until 10 test -b /dev/main2
	mkfs.ext4 -q /dev/main1
	mount /dev/main1 /mnt
	head -c 3000000 /dev/urandom >/mnt/file
	sum=$(md5sum </mnt/file)
	# a disk that is in use is no main
	run ! "$DMREMAP" create r /dev/main /dev/spare
	umount /mnt
	run -0 "$DMREMAP" create r /dev/main /dev/spare
	echo "# $output"
	# the raw partitions are still shown, but cannot be mounted by mistake
	[ -b /dev/main1 ]
	run ! mount /dev/main1 /mnt
	kpartx -a $R
	mount /dev/mapper/r1 /mnt
	assert_equal "$(md5sum </mnt/file)" "$sum"
	umount /mnt
	run -0 "$DMREMAP" seal r
	echo "# $output"
	# now the raw disk has no partitions
	[ ! -e /dev/main1 ]

	# bad sectors within partitions
	mount /dev/mapper/r1 /mnt
	sector=$(filefrag -ev /mnt/file | gawk '$1 == "0:" { printf "%d\n", 2048 + $4 * 8 }')
	null_blk_bad main "+$((sector + 5))-$((sector + 5))" +70003-70003
	dd if=/dev/zero of=/mnt/file bs=4096 count=1 oflag=direct conv=notrunc status=none
	umount /mnt
	sum=$(fill /dev/mapper/r2)
	assert_equal "$(remapped_in "$sector" $((sector + 8)))" 1
	assert_equal "$(remapped_in 70000 70008)" 1
	assert_equal "$(sum_of /dev/mapper/r2)" "$sum"
	# the partitions have to go first
	run ! "$DMREMAP" stop r
	kpartx -d $R
	"$DMREMAP" stop r
	"$DMREMAP" assemble r
	kpartx -a $R
	e2fsck -fn /dev/mapper/r1
	assert_equal "$(sum_of /dev/mapper/r2)" "$sum"
	assert_equal "$(remap_status r pending lost_sectors state)" "0 0 ok"
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
