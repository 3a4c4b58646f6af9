#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The table line: refusals, defaults, and the output of
# "dmsetup table".
# rig: disk big4k size=16M lbs=4096
# rig: test=uml timeout=900 smp=1

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap
UUID=01234567-89ab-cdef-0123-456789abcdef

teardown() { remove_devices; }
teardown_file() { clean_up; }

# 32768 and 8192 sectors
setup() {
	null_blk main 16
	null_blk spare 4
	modprobe dm_remap
}

# assert_refused WORD LINE...: no device is made of the table, the log says why,
# and nothing is left over. WORD is an extended regular expression, in any case.
assert_refused() {
	local word=$1
	shift
	log_mark
	run ! dmsetup create refused --table "$(printf '%s\n' "$@")"
	# the message is one of device-mapper or of the target
	log_since | grep -i 'device-mapper: .*remap' | grep -Eiq -- "$word" ||
		{ echo "$*: the log does not say $word:"; log_since; false; }
	[ ! -e /dev/mapper/refused ] || { echo "$*: there is a device"; false; }
	[ ! -e $CONFIG/refused ] || { echo "$*: there is a directory"; false; }
}

# the devices below are not held, and have not been written to
assert_untouched() {
	local disk
	for disk in main spare; do
		[ -z "$(ls /sys/block/$disk/holders)" ]
		assert_equal "$(cut -c1- /sys/block/$disk/stat | gawk '{ print $5 }')" 0
	done
	remap_create r /dev/main /dev/spare
	write_pattern $R 0 4096 a
	assert_data /dev/main 0 4096 a
}

@test "main and spare must be two devices" {
	assert_refused "same" "0 8192 remap /dev/main 0 /dev/main 1 transient"
	printf 'label: gpt\nstart=2048, size=8192\nstart=10240, size=8192\n' | sfdisk -q /dev/main
	retry_until 10 [ -b /dev/main2 ]
	# device-mapper itself does not let it have a disk and its partition
	assert_refused "same|overlap|spare cannot be opened" "0 8192 remap /dev/main 0 /dev/main1 1 transient"
	assert_refused "same|overlap|spare cannot be opened" "0 8192 remap /dev/main1 0 /dev/main 1 transient"
	assert_refused "same|overlap" "0 8192 remap /dev/main1 0 /dev/main1 1 transient"
	# two partitions of one disk are two devices
	remap_create r /dev/main1 /dev/main2
	assert_equal "$(remap_status r state capacity)" "ok 1024"
}

@test "the length must be there and be whole blocks" {
	assert_refused "beyond" "0 32776 remap /dev/main 0 /dev/spare 1 transient"
	assert_refused "beyond" "0 32768 remap /dev/main 8 /dev/spare 1 transient"
	assert_refused "beyond" "0 8 remap /dev/main 32768 /dev/spare 1 transient"
	assert_refused "beyond" "0 8 remap /dev/main 18014398509481976 /dev/spare 1 transient"
	assert_refused "whole number of blocks" "0 32764 remap /dev/main 0 /dev/spare 1 transient"
	assert_refused "whole number of blocks" "0 32760 remap /dev/main 0 /dev/spare 3 transient block_size 8192"
	assert_untouched
}

@test "the spare must have room for a block" {
	null_blk tiny 1
	dmsetup create short --table "0 7 linear /dev/tiny 0"
	assert_refused "spare.*small" "0 32768 remap /dev/main 0 /dev/mapper/short 1 transient"
	assert_refused "spare.*small" "0 32768 remap /dev/main 0 /dev/mapper/short 3 transient block_size 4096"
	assert_untouched
	dmsetup remove r
	remap_create r /dev/main /dev/mapper/short transient block_size 512
	assert_equal "$(<$CONFIG/r/spare/total)" 7
	dmsetup remove r
	dmsetup remove short
	dmsetup create short --table "0 8 linear /dev/tiny 0"
	remap_create r /dev/main /dev/mapper/short
	assert_equal "$(<$CONFIG/r/spare/total)" 1
}

@test "arguments that are unknown, repeated or malformed" {
	local line="0 32768 remap /dev/main 0 /dev/spare"
	assert_refused "argument" "0 32768 remap"
	assert_refused "argument" "0 32768 remap /dev/main 0"
	assert_refused "main_start" "0 32768 remap /dev/main x /dev/spare 1 transient"
	assert_refused "main_start" "0 32768 remap /dev/main -8 /dev/spare 1 transient"
	assert_refused "#?arg" "$line x"
	assert_refused "#?arg" "$line 2 transient"
	assert_refused "#?arg" "$line 0 transient"
	assert_refused "#?arg" "$line -1 transient"
	assert_refused "unknown.*argument" "$line 2 transient nonsense"
	assert_refused "unknown.*argument" "$line 1 TRANSIENT"
	assert_refused "twice" "$line 2 transient transient"
	assert_refused "twice|both" "$line 2 transient persistent"
	assert_refused "twice" "$line 5 transient block_size 4096 block_size 4096"
	assert_refused "twice" "$line 3 transient read_only read_only"
	assert_refused "twice" "$line 3 transient no_auto_remap no_auto_remap"
	assert_refused "twice" "$line 5 transient uuid $UUID uuid $UUID"
	assert_refused "twice" "$line 5 transient main_id a main_id a"
	assert_untouched
}

@test "values of arguments that are malformed" {
	local line="0 32768 remap /dev/main 0 /dev/spare" word
	for word in 0 256 65536 4095 6144 4k -512 x 18446744073709555712; do
		assert_refused "block_size" "$line 3 transient block_size $word"
	done
	assert_refused "value|block_size" "$line 2 transient block_size"
	for word in x 01234567 "${UUID}0" "${UUID%f}" "${UUID//-/}" "${UUID/f/g}"; do
		assert_refused "uuid" "$line 3 transient uuid $word"
	done
	assert_refused "value|uuid" "$line 2 transient uuid"
	assert_refused "main_id" "$line 3 transient main_id $(printf '%128s' '' | tr ' ' x)"
	assert_refused "main_id" "$line 3 transient main_id $(printf 'a\001b')"
	assert_refused "main_id" "$line 3 transient main_id ä"
	assert_untouched
}

@test "devices that are not there" {
	assert_refused "main" "0 32768 remap /dev/nothing 0 /dev/spare 1 transient"
	assert_refused "spare" "0 32768 remap /dev/main 0 /dev/nothing 1 transient"
	assert_untouched
}

@test "a persistent set needs its module" {
	local modprobe
	modprobe=$(</proc/sys/kernel/modprobe)
	# as if it was not installed
	echo /bin/false >/proc/sys/kernel/modprobe
	assert_refused "persistent.*metadata" "0 32768 remap /dev/main 0 /dev/spare"
	assert_refused "persistent.*metadata" "0 32768 remap /dev/main 0 /dev/spare 1 persistent"
	echo "$modprobe" >/proc/sys/kernel/modprobe
	assert_untouched
}

@test "the spare of a persistent set is no main, and no transient set's spare" {
	modinfo dm_remap_metadata >/dev/null 2>&1 || skip "needs persistent sets"
	null_blk more 4
	remap_create r /dev/main /dev/spare persistent
	dmsetup remove r
	assert_refused "main.*spare" "0 8192 remap /dev/spare 0 /dev/more 1 transient"
	assert_refused "main.*spare" "0 8192 remap /dev/spare 0 /dev/more"
	assert_refused "spare.*persistent" "0 32768 remap /dev/main 0 /dev/spare 1 transient"
	# and it is as it was
	remap_create r /dev/main /dev/spare persistent
	assert_equal "$(remap_status r state store)" "ok clean"
}

@test "one target is the whole device" {
	assert_refused "start|singleton|first|alone|only" \
		"0 8192 remap /dev/main 0 /dev/spare 1 transient" "8192 8192 linear /dev/main 8192"
	assert_refused "start|singleton|first|alone|only" \
		"0 8192 linear /dev/main 8192" "8192 8192 remap /dev/main 0 /dev/spare 1 transient"
	null_blk more 4
	assert_refused "start|singleton|first|alone|only" \
		"0 8192 remap /dev/main 0 /dev/spare 1 transient" "8192 8192 remap /dev/main 8192 /dev/more 1 transient"
	run ! dmsetup create refused --table "8 8192 remap /dev/main 0 /dev/spare 1 transient"
	[ ! -e $CONFIG/refused ]
	assert_untouched
}

@test "what one device uses no other one gets" {
	null_blk more 16
	remap_create r /dev/main /dev/spare
	write_pattern $R 0 4096 a
	echo 0 >$CONFIG/r/remaps/add
	assert_refused "in use" "0 32768 remap /dev/main 0 /dev/spare 1 transient"
	assert_refused "in use" "0 32768 remap /dev/main 0 /dev/more 1 transient"
	assert_refused "in use|spare" "0 32768 remap /dev/more 0 /dev/spare 1 transient"
	assert_refused "main" "0 32768 remap /dev/more 0 /dev/main 1 transient"
	assert_refused "spare" "0 8192 remap /dev/spare 0 /dev/more 1 transient"
	assert_equal "$(ls $CONFIG)" r
	assert_equal "$(remap_status r state remapped)" "ok 1"
	assert_data $R 0 4096 a
}

@test "a disk with larger sectors than the blocks" {
	local big
	big=$(rig_disk big4k)
	assert_refused "block_size" "0 32768 remap $big 0 /dev/spare 3 transient block_size 512"
	assert_refused "block_size" "0 8192 remap /dev/main 0 $big 3 transient block_size 2048"
	remap_create r /dev/main "$big"
	assert_equal "$(<$CONFIG/r/block_size) $(blockdev --getss $R)" "4096 4096"
	dmsetup remove r
	remap_create r "$big" /dev/spare transient block_size 4096
	assert_equal "$(<$CONFIG/r/block_size) $(blockdev --getss $R)" "4096 4096"
}

# --- what is taken -------------------------------------------------------------------

# again NAME: remove it and make it from its printed table
again() {
	local line
	line=$(dmsetup table "$1")
	dmsetup remove "$1"
	dmsetup create "$1" --table "$line"
	assert_equal "$(dmsetup table "$1")" "$line"
}

@test "dmsetup table prints a line that makes the same device again" {
	local id='wwn-0x5000c500a1b2c3d4:part=2,"a"\b'
	dmsetup create r --table "0 16384 remap /dev/main 8192 /dev/spare 9 transient block_size 8192 uuid $UUID main_id $id no_auto_remap read_only"
	assert_equal "$(dmsetup table r)" "0 16384 remap $(<$CONFIG/r/main) 8192 $(<$CONFIG/r/spare/device) 9 transient block_size 8192 uuid $UUID main_id $id no_auto_remap read_only"
	again r
	assert_equal "$(<$CONFIG/r/uuid) $(<$CONFIG/r/block_size) $(<$CONFIG/r/errors/auto_remap) $(<$CONFIG/r/state)" \
		"$UUID 8192 0 read-only"
	assert_equal "$(sectors $R)" 16384
	dmsetup remove r
	# arguments in another order, and the longest id
	dmsetup create r --table "0 32768 remap /dev/main 0 /dev/spare 5 no_auto_remap main_id $(printf '%127s' '' | tr ' ' x) block_size 512 transient" ||
		dmsetup create r --table "0 32768 remap /dev/main 0 /dev/spare 6 no_auto_remap main_id $(printf '%127s' '' | tr ' ' x) block_size 512 transient"
	again r
	assert_equal "$(<$CONFIG/r/block_size) $(<$CONFIG/r/errors/auto_remap)" "512 0"
}

@test "defaults" {
	remap_create r /dev/main /dev/spare
	assert_equal "$(<$CONFIG/r/block_size) $(<$CONFIG/r/errors/auto_remap) $(remap_status r store)" "4096 1 transient"
	[[ $(<$CONFIG/r/uuid) =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	assert_equal "$(<$CONFIG/r/main) $(<$CONFIG/r/spare/device)" \
		"$(mountpoint -x /dev/main) $(mountpoint -x /dev/spare)"
	again r
}

@test "the default block size is that of the larger physical block" {
	local disk
	# Debian has scsi_debug for amd64 only
	[ "$(uname -m)" = x86_64 ] || skip "this kernel has no scsi_debug"
	disk=$(scsi_disk dev_size_mb=16 sector_size=512 physblk_exp=5 num_tgts=1)
	assert_equal "$(blockdev --getpbsz "$disk")" 16384
	remap_create r "$disk" /dev/spare
	assert_equal "$(<$CONFIG/r/block_size)" 16384
	dmsetup remove r
	remap_create r /dev/main "$disk"
	assert_equal "$(<$CONFIG/r/block_size)" 16384
	dmsetup remove r
	# by hand it may be less
	remap_create r "$disk" /dev/spare transient block_size 512
	assert_equal "$(<$CONFIG/r/block_size)" 512
}

@test "a spare larger than the main, and one that is no whole number of blocks" {
	null_blk large 64
	remap_create r /dev/main /dev/large
	assert_equal "$(<$CONFIG/r/remaps/capacity)" 16384
	echo "0 32768" >$CONFIG/r/remaps/add
	assert_equal "$(<$CONFIG/r/remaps/count) $(<$CONFIG/r/spare/free)" "4096 12288"
	write_pattern $R 0 1048576 a
	assert_data $R 0 1048576 a
	assert_equal "$(used_bytes /dev/main)" 0
	dmsetup remove r
	dmsetup create odd --table "0 8187 linear /dev/spare 0"
	remap_create r /dev/main /dev/mapper/odd
	assert_equal "$(<$CONFIG/r/remaps/capacity)" 1023
}

# --- arguments that change what it does --------------------------------------------------

# with one remap, and both devices full of known data
full() {
	write_pattern /dev/main 0 1048576 main
	write_pattern /dev/spare 0 65536 spare
}

assert_full() {
	assert_data /dev/main 0 1048576 main
	assert_data /dev/spare 0 65536 spare
	assert_equal "$(gawk '{ print $5 }' /sys/block/main/stat) $(gawk '{ print $5 }' /sys/block/spare/stat)" "$WRITES"
}

@test "read_only: no write reaches either device" {
	full
	null_blk_bad main +8000-8000
	WRITES=$(gawk '{ print $5 }' /sys/block/main/stat /sys/block/spare/stat | paste -sd' ')
	remap_create r /dev/main /dev/spare transient read_only
	assert_equal "$(<$CONFIG/r/state) $(blockdev --getro $R)" "read-only 1"
	assert_data $R 0 65536 main
	run ! write_pattern $R 0 4096 a
	run ! blkdiscard -fz -l 4096 $R
	run ! blkdiscard -l 4096 $R
	# opened before it was read-only, or by programs that do not check
	blockdev --setrw $R 2>/dev/null || :
	run ! write_pattern $R 0 4096 a
	unreadable $R 8000 4096
	refused "Read-only file system" remap_attr r remaps/add 0
	dmsetup suspend r
	dmsetup resume r
	assert_full
	assert_equal "$(remap_status r remapped)" 0
}

@test "a device that is made read-only is so" {
	full
	WRITES=$(gawk '{ print $5 }' /sys/block/main/stat /sys/block/spare/stat | paste -sd' ')
	blockdev --setro /dev/main
	blockdev --setro /dev/spare
	dmsetup create -r r --table "0 32768 remap /dev/main 0 /dev/spare 1 transient"
	assert_equal "$(<$CONFIG/r/state) $(blockdev --getro $R)" "read-only 1"
	run ! write_pattern $R 0 4096 a
	assert_data $R 0 65536 main
	refused "Read-only file system" remap_attr r remaps/add 0
	assert_full
	blockdev --setrw /dev/main /dev/spare
}

@test "no_auto_remap: errors pass through" {
	null_blk_bad main +800-800
	remap_create r /dev/main /dev/spare transient no_auto_remap
	run ! write_pattern $R 800 4096 a
	unreadable $R 800 4096
	assert_equal "$(remap_status r state remapped pending)" "ok 0 0"
	[ "$(remap_status r main_write_errors)" -ge 1 ]
	[ "$(remap_status r main_read_errors)" -ge 1 ]
	# by hand it can be
	echo 800 >$CONFIG/r/remaps/add
	write_pattern $R 800 4096 b
	assert_data $R 800 4096 b
	assert_equal "$(remap_status r state remapped lost_sectors)" "ok 1 0"
	# and it can be allowed later
	null_blk_bad main +1600-1600
	remap_attr r errors/auto_remap 1
	write_pattern $R 1600 4096 c
	assert_data $R 1600 4096 c
	assert_equal "$(remap_status r remapped)" 2
}

@test "a main that begins further on" {
	write_pattern /dev/main 0 65536 before
	dmsetup create r --table "0 16384 remap /dev/main 8195 /dev/spare 1 transient"
	write_pattern $R 0 65536 a
	assert_data /dev/main 8195 65536 a
	echo "8 8" >$CONFIG/r/remaps/add
	write_pattern $R 0 65536 b
	assert_data $R 0 65536 b
	assert_data /dev/main 8195 4096 b
	assert_data /dev/main 8203 4096 a 4096
	assert_data /dev/main 8211 57344 b 8192
	write_pattern $R 16376 4096 end
	assert_data /dev/main $((8195 + 16376)) 4096 end
	assert_data /dev/main 0 65536 before
	assert_equal "$(used_bytes /dev/main $((8195 + 16384)) 65536)" 0
	# a bad sector is counted from there, too
	null_blk_bad main +9195-9195
	write_pattern $R 1000 4096 c
	assert_data $R 1000 4096 c
	remap_map r
	assert_equal "$(printf '%s\n' "${!MAP[@]}" | sort -n | paste -sd' ')" "8 1000"
}

@test "a main may have 2^48 blocks, and no more" {
	local blocks=$((1 << 48)) store
	dmsetup create huge --table "0 $((4 * blocks)) zero"
	for store in transient persistent; do
		assert_refused "2.48 blocks" "0 $((blocks + 1)) remap /dev/mapper/huge 0 /dev/spare 3 $store block_size 512"
		assert_refused "2.48 blocks" "0 $((2 * blocks + 2)) remap /dev/mapper/huge 0 /dev/spare 3 $store block_size 1024"
	done
	assert_equal "$(cut -c1- /sys/block/spare/stat | gawk '{ print $5 }')" 0
	dmsetup create r --table "0 $blocks remap /dev/mapper/huge 0 /dev/spare 3 transient block_size 512"
	echo "$((blocks - 1))" >$CONFIG/r/remaps/add
	assert_equal "$(dmsetup message r 0 list 0 | cut -d' ' -f1)" $((blocks - 1))
	# nor by a longer table for a set in use
	dmsetup suspend r
	log_mark
	run ! dmsetup load r --table "0 $((blocks + 1)) remap /dev/mapper/huge 0 /dev/spare 3 transient block_size 512"
	log_since | grep -F "2^48 blocks"
	dmsetup resume r
	dmsetup remove r
	dmsetup remove huge
}

@test "what is left at the end of a spare, less than a sector of the main, is not used" {
	local big
	big=$(rig_disk big4k)
	dmsetup create odd --table "0 8187 linear /dev/spare 0"
	remap_create r "$big" /dev/mapper/odd persistent
	echo 8 >$CONFIG/r/remaps/add
	write_pattern $R 0 4096 a
	dmsetup remove r
	remap_create r "$big" /dev/mapper/odd persistent
	assert_equal "$(cat $CONFIG/r/remaps/count)" 1
	assert_data $R 0 4096 a
	dmsetup remove r
	dmsetup remove odd
}
