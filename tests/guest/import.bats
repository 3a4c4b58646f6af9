#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap list, add, remove, import and export on devices in use, with lists that
# badblocks, ddrescue and md make of disks that have bad sectors here.
# rig: test=uml/3 timeout=600

load ../lib/common

DMREMAP=/rig/tools/dmremap/dmremap
R=/dev/mapper/r
BAD=(4097-4097 8000-8003 20480-20495)
BLOCKS="4096 8000 20480 20488"

teardown() {
	[ ! -e /dev/md0 ] || mdadm --quiet --stop /dev/md0 || :
	remove_devices
	unload scsi_debug
}
teardown_file() { clean_up; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	null_blk main 16
	null_blk spare 4
}

ruin_main() { null_blk_bad main "${BAD[@]/#/+}"; }

# assert_remaps SECTOR...: exactly these blocks are remapped, or pending
assert_remaps() {
	local -a sectors
	remap_map r
	mapfile -t sectors < <(printf '%s\n' "${!MAP[@]}" | sort -n)
	assert_equal "${sectors[*]}" "$*"
	assert_equal "$(($(remap_status r remapped) + $(remap_status r pending)))" "$#"
}

# assert_import ARGUMENT...: BLOCKS are remapped, and all data is there that can be
assert_import() {
	remap_create r /dev/main /dev/spare
	run "$DMREMAP" import --copy "$@"
	assert_success
	# shellcheck disable=SC2086 # words
	assert_remaps $BLOCKS
	assert_data $R 0 $((4097 * 512)) a
	unreadable $R 4097 512
	assert_data $R 4098 $((3902 * 512)) a $((4098 * 512))
	unreadable $R 8003 512
	assert_data $R 8004 $((12476 * 512)) a $((8004 * 512))
	assert_data $R 20496 $((12272 * 512)) a $((20496 * 512))
	# none of it is in the way afterwards
	write_pattern $R 0 16777216 b
	assert_data $R 0 16777216 b
	assert_equal "$(remap_status r remapped main_write_errors)" "4 0"
	dmsetup remove r
	null_blk_bad main "${BAD[@]/#/-}"
	write_pattern /dev/main 0 16777216 a
	ruin_main
}

@test "what badblocks and ddrescue find is remapped, exactly" {
	write_pattern /dev/main 0 16777216 a
	ruin_main
	badblocks -o list-1024 /dev/main
	badblocks -b 4096 -o list-4096 /dev/main
	ddrescue -d /dev/main copy map >/dev/null
	assert_import -f badblocks -b 1024 r list-1024
	assert_import --format badblocks --block-size 4096 r list-4096
	assert_import r map
}

@test "without --copy blocks are marked and nothing is read; a module that cannot says so" {
	write_pattern /dev/main 0 16777216 a
	ruin_main
	ddrescue -d /dev/main copy map >/dev/null
	remap_create r /dev/main /dev/spare
	run "$DMREMAP" import r map
	if [ "$status" = 0 ]; then
		assert_equal "$(remap_status r pending main_read_errors)" "4 0"
	else
		assert_failure 8
		assert_output --partial "the loaded module cannot mark blocks"
		assert_equal "$(remap_status r remapped pending)" "0 0"
	fi
	# readable data is there
	assert_data $R 0 $((4096 * 512)) a
}

@test "what md finds is remapped, from sysfs and from mdadm" {
	modprobe -q raid1 || skip "this kernel has no md"
	null_blk other 16
	yes | mdadm --quiet --create /dev/md0 -l1 -n2 --assume-clean --bitmap=none /dev/main /dev/other 2>/dev/null
	ruin_main
	dd if=/dev/zero of=/dev/md0 bs=64k oflag=direct status=none || :
	cat /sys/block/md0/md/dev-main/bad_blocks >sysfs
	mdadm --quiet --stop /dev/md0
	retry_until 10 mdadm --examine-badblocks /dev/main >examined
	assert_equal "$(awk '{ n += $2 } END { print n }' sysfs)" 21
	for list in sysfs examined; do
		remap_create r /dev/main /dev/spare
		run "$DMREMAP" import --copy r $list
		assert_success
		# shellcheck disable=SC2086 # words
		assert_remaps $BLOCKS
		dmsetup remove r
	done
	# the heading of mdadm's list is there, so this was not the same file twice
	grep -q '^Bad-blocks on /dev/main:' examined
}

# selftest LBA: as smartctl prints it
selftest() {
	printf '%s\n' "SMART Self-test log structure revision number 1" \
		"Num  Test_Description    Status                  Remaining  LifeTime(hours)  LBA_of_first_error" \
		"# 1  Short offline       Completed: read failure       90%      2126         $1"
}

@test "a physical sector is remapped whole, in a partition too" {
	local disk
	disk=$(scsi_disk dev_size_mb=16 physblk_exp=3)
	remap_create r "$disk" /dev/spare transient block_size 512
	for sector in 8000 8003 8007; do
		selftest $sector | "$DMREMAP" import --copy r -
		assert_remaps 8000 8001 8002 8003 8004 8005 8006 8007
		"$DMREMAP" remove r 8000+8
	done
	dmsetup remove r
	printf 'label: dos\nstart=1029, size=8192, type=83\n' | sfdisk -q --no-tell-kernel "$disk"
	blockdev --rereadpt "$disk"
	retry_until 10 [ -b "${disk}1" ]
	remap_create r "${disk}1" /dev/spare transient block_size 512
	# physical sectors begin at 1032, 1040 ... of the disk
	run "$DMREMAP" import --copy r <(selftest 1041)
	assert_success
	assert_line --partial "is a partition that begins at sector 1029"
	assert_remaps 11 12 13 14 15 16 17 18
	"$DMREMAP" import --copy r <(selftest 1029)
	assert_remaps 0 1 2 11 12 13 14 15 16 17 18
	run "$DMREMAP" import --copy r <(selftest 1028)
	assert_line --partial "1 of 1 entry is outside of r"
}

@test "sectors of a disk below a device-mapper device are not guessed" {
	dmsetup create below --table "0 $(sectors /dev/main) linear /dev/main 0"
	remap_create r /dev/mapper/below /dev/spare
	run "$DMREMAP" import --copy r <(selftest 8000)
	assert_failure 8
	assert_output --partial "is made of other devices"
	assert_remaps
}

@test "what is exported comes back the same, and ddrescuelog reads it" {
	local form
	local table="0 16384 remap /dev/main 2048 /dev/spare 1 transient"
	dmsetup create r --table "$table"
	"$DMREMAP" add r 0+9 100 4096+800 16383
	# known to be unreadable, and not remapped
	null_blk_bad main +7048-7048
	unreadable $R 5000 512
	assert_equal "$(remap_status r remapped pending)" "104 1"
	"$DMREMAP" list r >before
	assert_equal "$(wc -l <before)" 106
	assert_equal "$("$DMREMAP" export --json r | jq -c '[.device, .main, .unit, (.uuid | length)], .ranges[]')" \
'["r","/dev/main",512,36]
{"start":2048,"count":16,"state":"remapped","reason":"manual"}
{"start":2144,"count":8,"state":"remapped","reason":"manual"}
{"start":6144,"count":800,"state":"remapped","reason":"manual"}
{"start":7048,"count":8,"state":"pending","reason":"read"}
{"start":18424,"count":8,"state":"remapped","reason":"manual"}'
	for form in badblocks ddrescue md plain; do
		run --separate-stderr "$DMREMAP" export --format $form r
		# shellcheck disable=SC2154 # of bats
		[ "$stderr" = "" ]
		printf '%s\n' "$output" >$form
	done
	"$DMREMAP" export --format badblocks --block-size 512 r | diff <(ddrescuelog -b512 -l- ddrescue) -
	assert_equal "$(ddrescuelog -t ddrescue | grep -c bad-sector)" 1
	cut -d' ' -f1 plain | grep -qx 2048
	for form in badblocks ddrescue md plain; do
		dmsetup remove r
		dmsetup create r --table "$table"
		assert_remaps
		"$DMREMAP" import --copy --format $form r $form 2>said
		# where on the spare they are is another matter
		diff <(awk '{ print $1, $2, $4 }' before) \
			<("$DMREMAP" list r | awk '{ print $1, $2, $4 }')
	done
	# again, it is all there
	run "$DMREMAP" import --copy --format md r md
	assert_success
	# the block that the main does not give is tried again, and nothing else
	assert_line --partial " 0 blocks remapped, 1 pending, since the main does not give it, 104 remapped already, 0 listed again."
}

@test "add and remove keep the data, and say why not" {
	write_pattern /dev/main 0 1048576 a
	remap_create r /dev/main /dev/spare
	run "$DMREMAP" add r 0+1600 2040
	assert_output "r: 201 blocks were remapped."
	assert_data $R 0 1048576 a
	write_pattern $R 0 8192 b
	run "$DMREMAP" remove r 0+1600
	assert_output "r: 200 blocks are back on the main."
	assert_remaps 2040
	assert_data /dev/main 0 8192 b
	assert_data $R 16 1040384 a 8192
	"$DMREMAP" add r 0+24
	null_blk_bad main +9-9
	run "$DMREMAP" remove r 0+24
	assert_failure 4
	assert_line --partial "the block at sector 8 cannot be moved back: the main cannot be written"
	assert_line "dmremap: r: 2 of 3 blocks were moved back."
	assert_remaps 8 2040
	run "$DMREMAP" add r 0+32768
	assert_failure 8
	assert_output --partial "the block at sector 8 is remapped already"
	run "$DMREMAP" add --skip r 0+32768
	assert_failure 8
	assert_output --partial "4094 blocks are to be remapped, and 1022 are free"
	dmsetup suspend r
	run "$DMREMAP" add r 64
	assert_failure 8
	assert_output --partial "the device is suspended"
	dmsetup reload r --table "0 $(sectors /dev/main) remap /dev/main 0 /dev/spare 2 transient read_only"
	dmsetup resume r
	run "$DMREMAP" add r 64
	assert_failure 8
	assert_output --partial "the device is read-only"
	assert_remaps 8 2040
}

@test "a signal stops a long range between two pieces, and it can go on" {
	local status=0 moved pid
	dmsetup create slow --table "0 $(sectors /dev/spare) delay /dev/spare 0 0 /dev/spare 0 200"
	remap_create r /dev/main /dev/mapper/slow
	write_pattern $R 0 4194304 a
	"$DMREMAP" add r 0+3200 2>said 3>&- &
	pid=$!
	retry_until 20 some_remapped
	kill "$pid"
	wait "$pid" || status=$?
	assert_equal $status 143
	moved=$(sed -nE 's/^dmremap: r: interrupted when ([0-9]+) of 400 blocks were remapped\.$/\1/p' said)
	((moved > 0 && moved < 400))
	assert_equal "$(remap_status r remapped)" "$moved"
	run "$DMREMAP" add --skip r 0+3200
	assert_success
	assert_output "r: $((400 - moved)) blocks were remapped."
	assert_data $R 0 4194304 a
}
some_remapped() { (($(remap_status r remapped) > 0)); }

@test "other users cannot keep dmremap from changing blocks" {
	local pids=() file
	remap_create r /dev/main /dev/spare
	for file in "" remaps remaps/add remaps/mark uuid; do
		setpriv --reuid 1000 --regid 1000 --clear-groups \
			flock --no-fork "/sys/kernel/config/dm-remap/r/$file" sleep 60 2>/dev/null 3>&- &
		pids+=($!)
	done
	sleep 1
	run timeout 20 "$DMREMAP" add r 800
	kill "${pids[@]}" 2>/dev/null || :
	wait "${pids[@]}" 2>/dev/null || :
	assert_success
	assert_output "r: 1 block was remapped."
	assert_remaps 800
}

@test "two at the same time count each block once, and no block of the other" {
	local pid words
	null_blk slow 32 mbps=20
	null_blk large 16
	remap_create r /dev/slow /dev/large transient block_size 32768
	seq 0 64 25536 >list
	for words in "import --copy --format plain --json r list" "remove --skip --json r 0+25600" \
		"add --skip --json r 0+25600"; do
		# shellcheck disable=SC2086 # words
		"$DMREMAP" $words >first 3>&- &
		pid=$!
		# shellcheck disable=SC2086 # words
		"$DMREMAP" $words >second
		wait $pid
		assert_equal "$words: $(jq -s 'map(.done // .added // .removed) | add' first second)" "$words: 400"
	done
	assert_equal "$(remap_status r remapped)" 400
}
