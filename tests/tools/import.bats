#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap import: what is remapped for the lists that other programs make.

# what bats and volume.bash have
# shellcheck disable=SC2034,SC2154
load volume.bash

# assert_ranges "RANGES" ARGUMENT...: import with these, and nothing is changed
assert_ranges() {
	local expected=$1
	shift
	run --separate-stderr fake import --dry-run "$@"
	assert_success
	assert_equal "$(grep -v '^#' <<<"$output" || :)" "$expected"
	[ ! -s "$CONFIG/remaps/add" ]
}

# assert_refused STATUS MESSAGE ARGUMENT...: nothing is changed
assert_refused() {
	local status_wanted=$1 message=$2
	shift 2
	run fake import "$@"
	assert_failure "$status_wanted"
	assert_output --partial "$message"
	[ ! -s "$CONFIG/remaps/add" ]
}

BAD=$'4096 8\n8000 8\n20480 16'

@test "badblocks: the same blocks, whichever block size it was called with" {
	volume 32768
	assert_ranges "$BAD" --format badblocks --block-size 512 safe "$LISTS/badblocks-512"
	assert_ranges "$BAD" --format badblocks --block-size 1024 safe "$LISTS/badblocks-1024"
	assert_ranges "$BAD" --format badblocks --block-size 4096 safe "$LISTS/badblocks-4096"
	[ "$stderr" = "" ]
	# taken for a list of sectors it would be other ones
	assert_ranges $'512 8\n1000 8\n2560 8' --format plain safe "$LISTS/badblocks-4096"
}

@test "badblocks: its default block size is used, and said" {
	volume 32768
	assert_ranges "$BAD" --format badblocks safe "$LISTS/badblocks-1024"
	[[ $stderr == "dmremap: The numbers are taken for blocks of 1024 bytes, as badblocks counts"* ]]
}

@test "ddrescue: what is bad, and what else one asks for" {
	volume 32768
	assert_ranges "$BAD" safe "$LISTS/ddrescue-done"
	[ "$stderr" = "" ]
	assert_ranges $'4096 8\n8000 8\n20480 16' safe "$LISTS/ddrescue-no-scrape"
	[[ $stderr == *" 16 sectors of the mapfile are neither rescued nor known to be bad"* ]]
	block_size 512
	assert_ranges $'4097 1\n8000 1\n8003 1\n20480 1\n20495 1' safe "$LISTS/ddrescue-no-scrape"
	assert_ranges $'4097 1\n8000 4\n20480 16' --include -/ safe "$LISTS/ddrescue-no-scrape"
	assert_ranges "" safe "$LISTS/ddrescue-no-trim"
	[[ $stderr == *" 384 sectors of the mapfile"* ]]
	assert_ranges $'4096 128\n7936 128\n20480 128' --include '*' safe "$LISTS/ddrescue-no-trim"
	block_size 4096
	assert_ranges $'4096 8\n8000 8' safe "$LISTS/ddrescue-begun"
	assert_ranges $'4096 8\n8000 8\n8192 24576' -i '?-' safe "$LISTS/ddrescue-begun"
	# the mapfile of a larger disk: what is not the device's is told
	volume 8192
	assert_ranges $'4096 8\n8000 8' safe "$LISTS/ddrescue-done"
	[[ $stderr == *"1 of 3 entries are outside of safe, which is sectors 0 to 8191 of the main, and 0 are"* ]]
}

@test "md: bad_blocks of sysfs, and what mdadm prints" {
	volume 32768
	for list in md-bad_blocks md-examine-badblocks; do
		assert_ranges $'4096 8\n8000 8' safe "$LISTS/$list"
		assert_ranges $'4096 8\n8000 8' --format md safe "$LISTS/$list"
	done
	echo "Bad-blocks list is empty in /dev/b" >empty
	assert_ranges "" safe empty
	# two members
	sed 's,/dev/a,/dev/b,' "$LISTS/md-examine-badblocks" | cat "$LISTS/md-examine-badblocks" - >two
	assert_refused 8 'two, line 4, "Bad-blocks on /dev/b:", begins the list of another device' safe two
}

@test "md: a list that sysfs has cut is not believed" {
	for ((i = 0; i < 600; i++)); do echo "$((1000 + i * 16)) 8"; done >long
	head -c 4096 long >shortened
	assert_refused 8 "shortened was cut off at the end of a page" --format md safe shortened
	head -c 4095 long >shortened
	assert_refused 8 "shortened was cut off at the end of a page" --format md safe shortened
	# the same as a plain list is somebody's own
	run --separate-stderr fake import --dry-run --format plain safe shortened
	assert_success
}

@test "smartctl: the error logs, without errors that no sector has made" {
	assert_ranges "104284160 8" safe "$LISTS/smartctl-ata-error"
	[[ $stderr == *"1 errors have an address that the short error log has no room for"* ]]
	[[ $stderr == *"1 entries tell of errors that do not make a sector of this disk bad"* ]]
	# in the long one that address is one like others
	assert_ranges $'6203352 8\n268435448 8\n7813282976 8' safe "$LISTS/smartctl-ata-xerror"
	[ "$stderr" = "" ]
	# as it is in the short one of a disk that ends there
	volume 268435456
	assert_ranges $'104284160 8\n268435448 8' safe "$LISTS/smartctl-ata-error"
}

@test "smartctl: self-test logs and pending defects" {
	assert_ranges $'57169600 8\n57169640 8' safe "$LISTS/smartctl-ata-selftest"
	assert_ranges "5491787000 8" safe "$LISTS/smartctl-ata-xselftest"
	block_size 512
	assert_ranges "5491787001 2" safe "$LISTS/smartctl-ata-xselftest"
	assert_ranges $'57169600 1\n57169643 1' safe "$LISTS/smartctl-ata-selftest"
	assert_ranges $'4200736 2\n229310080 1' safe "$LISTS/smartctl-ata.json"
}

@test "smartctl: NVMe and SCSI" {
	block_size 512
	assert_ranges $'294695576 2\n294695800 1\n294695999 2' safe "$LISTS/smartctl-nvme-error"
	# only of the namespace that the main is
	disk nsid 1
	assert_ranges $'294695576 2\n294695800 1\n294696000 1' safe "$LISTS/smartctl-nvme-error"
	[[ $stderr == *"2 entries tell of errors"* ]]
	disk nsid 2
	assert_ranges "294695999 1" safe "$LISTS/smartctl-nvme-error"
	rm "$DISK/nsid"
	# in sectors of 4096 bytes, as the JSON says
	assert_ranges $'294695576 8\n294696000 8' safe "$LISTS/smartctl-nvme.json"
	assert_ranges $'36836947 1\n36837000 1' --block-size 512 safe "$LISTS/smartctl-nvme.json"
	assert_ranges $'109273 1\n4021254152 2\n4021254232 1' safe "$LISTS/smartctl-scsi"
	[[ $stderr == *"3 entries tell of errors"* ]]
	assert_ranges $'109273 1\n4021254152 1' safe "$LISTS/smartctl-scsi.json"
}

@test "smartctl: a disk that has nothing to tell, and text without logs" {
	assert_ranges "" safe "$LISTS/smartctl-nvme-4k"
	assert_refused 8 "smartctl-nvme-7.3.json has no log of a disk" safe "$LISTS/smartctl-nvme-7.3.json"
	assert_refused 8 "smartctl-scsi_debug has no log of a disk" safe "$LISTS/smartctl-scsi_debug"
	assert_refused 8 "is no whole JSON" safe <(head -c 300 "$LISTS/smartctl-ata.json")
}

@test "smartctl: sectors are those of the text, else of the disk, else as one says" {
	printf '%s\n' "SMART Self-test log structure revision number 1" \
		"Num  Test_Description    Status                  Remaining  LifeTime(hours)  LBA_of_first_error" \
		"# 1  Short offline       Completed: read failure       90%      2126         1000" >log
	assert_ranges "1000 8" safe log
	disk queue/logical_block_size 4096
	assert_ranges "8000 8" safe log
	assert_ranges "1000 8" --block-size 512 safe log
	sed '1iSector Size:      512 bytes logical/physical' log >said
	assert_ranges "1000 8" --format smartctl safe said
	sed '1iSector Sizes:     3 bytes logical, 4096 bytes physical' log >odd
	assert_refused 8 "logical sectors of 3 bytes" --format smartctl safe odd
}

@test "smartctl: sectors are of the whole disk where the main is a partition" {
	partition 2048 1000000
	for lba in 2047 2048 2055 2056 1002047 1002048; do
		printf '%s\n' "SMART Self-test log structure revision number 1" \
			"Num  Test_Description    Status                  Remaining  LifeTime(hours)  LBA_of_first_error" \
			"# 1  Short offline       Completed: read failure       90%      2126         $lba" >"log-$lba"
	done
	assert_ranges "" safe log-2047
	[[ $stderr == *"is a partition that begins at sector 2048 of it"* ]]
	[[ $stderr == *"1 of 1 entries are outside of safe, which is sectors 2048 to 1002047 of the disk"* ]]
	[[ $stderr == *"That is all of them"* ]]
	assert_ranges "0 8" safe log-2048
	assert_ranges "0 8" safe log-2055
	assert_ranges "8 8" safe log-2056
	assert_ranges "999992 8" safe log-1002047
	assert_ranges "" safe log-1002048
	# other lists are of the main, unless one says otherwise
	echo "2055 1" >plain
	assert_ranges "2048 8" safe plain
	assert_ranges "0 8" --whole-disk safe plain
}

@test "smartctl: nothing is made of sectors of a disk below other devices" {
	touch "$DISK/slaves/sda2"
	assert_refused 8 "is made of other devices" safe "$LISTS/smartctl-ata-error"
	echo 8 >plain
	assert_refused 8 "is made of other devices" --whole-disk --format plain safe plain
	assert_ranges "8 8" --format plain safe plain
}

@test "a block is remapped whole, whichever of its sectors is listed" {
	volume 32768
	disk queue/physical_block_size 4096
	for size in 512 1024 4096 32768; do
		block_size $size
		n=$((size > 4096 ? size / 512 : 8))
		for first in 64 640; do
			for ((sector = first; sector < first + n; sector++)); do
				echo "$sector" >list
				assert_ranges "$first $n" --format plain safe list
			done
		done
	done
	echo "71 2" >list
	block_size 512
	assert_ranges "64 16" --format plain safe list
}

@test "physical sectors begin where the disk says, in a partition too" {
	volume 32768
	block_size 512
	disk queue/physical_block_size 4096
	disk alignment_offset 3584
	for sector in 0 6 7 14 15; do echo "$sector" >"at-$sector"; done
	assert_ranges "0 7" --format plain safe at-0
	assert_ranges "0 7" --format plain safe at-6
	assert_ranges "7 8" --format plain safe at-7
	assert_ranges "7 8" --format plain safe at-14
	assert_ranges "15 8" --format plain safe at-15
	# that of a partition which begins at sector 63
	disk alignment_offset 0
	partition 63 100000
	echo 512 >"$DISK/sdb1/alignment_offset"
	assert_ranges "0 1" --format plain safe at-0
	assert_ranges "1 8" --format plain safe at-6
	assert_ranges "9 8" --format plain safe at-15
	for sector in 62 63 64 71 72; do echo "$sector" >"at-$sector"; done
	# of a physical sector that is half outside, the half inside is taken
	assert_ranges "0 1" --whole-disk --format plain safe at-62
	assert_ranges "0 1" --whole-disk --format plain safe at-63
	assert_ranges "1 8" --whole-disk --format plain safe at-64
	assert_ranges "1 8" --whole-disk --format plain safe at-71
	assert_ranges "9 8" --whole-disk --format plain safe at-72
	# a disk that does not know
	echo -1 >"$DISK/sdb1/alignment_offset"
	assert_ranges "8 8" --format plain safe at-15
}

@test "addresses are of the main, and the device begins at main_start" {
	volume 800 100
	block_size 512
	printf '%s\n' "0 99" 99 100 "899 1" "900 5" "98 4" "898 10" "0 18446744073709551615" >list
	for n in 1 2 5; do sed -n "${n}p" list >"only-$n"; done
	for n in 1 2 5; do assert_ranges "" --format plain safe "only-$n"; done
	sed -n 3,4p list >inside
	assert_ranges $'0 1\n799 1' --format plain safe inside
	sed -n 6,7p list >partly
	assert_ranges $'0 2\n798 2' --format plain safe partly
	[[ $stderr == *"0 of 2 entries are outside of safe, which is sectors 100 to 899 of the main, and 2 are so in part"* ]]
	tail -1 list >all
	assert_ranges "0 800" --format plain safe all
	# blocks are those of the device, not of the main
	block_size 4096
	echo 108 >list
	assert_ranges "8 8" --format plain safe list
	echo 107 >list
	assert_ranges "0 8" --format plain safe list
}

@test "numbers that would wrap are far outside, and no place on the disk" {
	volume 32768
	for number in 18446744073709551615 9007199254740993 36028797018963968 18014398509481984 4503599627370496; do
		echo "$number" >list
		for size in 512 1024 4096 16777216; do
			assert_ranges "" --format badblocks --block-size $size safe list
			[[ $stderr == *"1 of 1 entries are outside"* ]]
		done
		echo "0 1" >>list
		assert_ranges "0 8" --format plain safe list
		printf '0x0 ?\n%s %s -\n' "$number" "$number" >map
		assert_ranges "" --format ddrescue safe map
	done
	echo 18446744073709551616 >list
	assert_refused 8 'list, line 1, "18446744073709551616", is not the number of a block' --format badblocks safe list
}

@test "what is listed twice, overlaps or is remapped already is counted" {
	volume 32768
	remapped "8 2064 8 remapped 0x0" "24 2072 8 pending 0x0" "4096 2080 8 moving 0x0"
	printf '%s\n' "0 8" "4 1" "0 32" "4100" "8 1" >list
	run --separate-stderr fake import --dry-run safe list
	assert_success
	assert_output - <<-EOF
		0 8
		16 16
		# safe: 5 entries (plain), 3 blocks to be remapped, 2 remapped already, 3 listed again.
	EOF
	run --separate-stderr fake import --dry-run --json safe list
	assert_equal "$(jq -c '[.device, .format, .entries, .listed_again, .already_remapped, .blocks, .added, .outside]' <<<"$output")" \
		'["safe","plain",5,3,2,3,0,0]'
	assert_equal "$(jq -c .ranges <<<"$output")" '[{"sector":0,"sectors":8},{"sector":16,"sectors":16}]'
	run fake import safe list
	assert_success
	assert_output "safe: 5 entries (plain), 3 blocks remapped, 2 remapped already, 3 listed again."
	assert_equal "$(cat "$CONFIG/remaps/add")" $'0 8\n16 16'
}

@test "from standard input" {
	volume 32768
	run --separate-stderr fake import --dry-run --format md safe - <"$LISTS/md-bad_blocks"
	assert_success
	assert_line "8000 8"
	run fake import --format md safe - <<<"1 2 3"
	assert_failure 8
	assert_output --partial 'standard input, line 1, "1 2 3", is neither'
}

@test "not enough room is told before anything is done" {
	volume 32768
	spare_free 3
	assert_refused 8 "4 blocks are needed, and 3 are free" safe "$LISTS/ddrescue-done"
	spare_free 4
	assert_ranges "$BAD" safe "$LISTS/ddrescue-done"
	# one that is pending has a place
	spare_free 3
	remapped "8000 2064 8 pending 0x0"
	assert_ranges "$BAD" safe "$LISTS/ddrescue-done"
	remapped "8000 2064 8 remapped 0x0"
	assert_ranges $'4096 8\n20480 16' safe "$LISTS/ddrescue-done"
}

# with_line N TEXT FILE: the file with another line in place of that
with_line() { sed "$1s|.*|$2|" "$3" >wrong; }

@test "malformed lines are named, and nothing is changed" {
	volume 32768
	for text in x 12x -1 +1 1.5 0x10 "1 2" "1,2" 99999999999999999999; do
		with_line 2 "$text" "$LISTS/badblocks-4096"
		assert_refused 8 "wrong, line 2, \"$text\", is not the number of a block" --format badblocks safe wrong
	done
	for text in x "1 x" "1 2 3" "-1 1" "1 -1" "1 0" "0x1 1" "1 2x"; do
		with_line 2 "$text" "$LISTS/md-bad_blocks"
		assert_refused 8 "wrong, line 2, \"$text\", is" --format plain safe wrong
		assert_refused 8 "wrong, line 2, \"$text\", is neither" --format md safe wrong
	done
	assert_refused 8 "is neither" --format md safe <(echo 8)
	for text in "8000 for sectors" "8000 for x sectors" "8000 for 4" "8000 for 4 sectors more" "for 4 sectors"; do
		with_line 3 "$text" "$LISTS/md-examine-badblocks"
		assert_refused 8 "wrong, line 3, \"$text\", is neither" safe wrong
	done
	for text in "0x00200200  0x00000200" "0x00200200  0x00000200  x" "0x00200200  0x0  -" "0x002002zz 0x200 -" \
		"0x00200200  0x00000200  -  1" "0x 0x200 -" "0x11111111111111111 0x200 -"; do
		with_line 10 "$text" "$LISTS/ddrescue-done"
		assert_refused 8 "wrong, line 10, \"$text\", is not \"POSITION SIZE STATUS\"" safe wrong
	done
	with_line 10 "0x00200000  0x00000400  -" "$LISTS/ddrescue-done"
	assert_refused 8 "line 10, \"0x00200000  0x00000400  -\", begins before the end" safe wrong
	sed 7d "$LISTS/ddrescue-done" >wrong
	assert_refused 8 "the state that a mapfile begins with" safe wrong
	with_line 7 "# 1  Short offline       Completed: read failure       90%      2126         5716x9643" "$LISTS/smartctl-ata-selftest"
	assert_refused 8 "wrong, line 7, \"# 1  Short offline" safe wrong
	with_line 7 "# 1  Short offline" "$LISTS/smartctl-ata-selftest"
	assert_refused 8 "is not like the others of its table" safe wrong
	sed 's/0x06374000/0x06374001/' "$LISTS/smartctl-ata-error" >wrong
	assert_refused 8 "names no sector that can be understood" safe wrong
	sed 's/0x0daafe80/0x0daafe8/' "$LISTS/smartctl-ata.json" >wrong
	assert_refused 8 "in a way that cannot be understood" safe wrong
	sed 's/294695577 /29469557x /' "$LISTS/smartctl-nvme-error" >wrong
	assert_refused 8 "is not like the others of its table" safe wrong
}

@test "formats are told apart, and what could be two is asked for" {
	volume 32768
	run fake import --dry-run safe "$LISTS/badblocks-1024"
	assert_failure 8
	assert_output "dmremap: $LISTS/badblocks-1024 may be a list of blocks or of sectors: say --format badblocks, with --block-size, or --format plain."
	printf '%s\n' "# mine" 8 "16 8  # two" "" >list
	assert_ranges $'8 16' safe list
	grep -v '^#' "$LISTS/ddrescue-done" >map
	assert_ranges "$BAD" safe map
	: >empty
	assert_ranges "" safe empty
	assert_refused 8 'list, line 1, "some text", is of no list that is known' safe <(echo some text) ||
		assert_refused 8 'line 1, "some text", is of no list that is known' safe <(echo some text)
	for list in "$LISTS"/smartctl-ata-*; do
		run fake import --dry-run --json safe "$list"
		assert_output --partial '"format": "smartctl"'
	done
}

@test "options that make no sense for a format, and files that are none" {
	volume 32768
	assert_refused 16 "--block-size is not for ddrescue" --block-size 512 safe "$LISTS/ddrescue-done"
	assert_refused 16 "--include is for mapfiles" --include / --format md safe "$LISTS/md-bad_blocks"
	assert_refused 16 "--include takes statuses" --include + safe "$LISTS/ddrescue-done"
	assert_refused 16 'There is no format "dd"' --format dd safe "$LISTS/ddrescue-done"
	for size in 0 1 1000 33554432 x 512x ""; do
		assert_refused 16 "A block of $size bytes cannot be" --block-size "$size" safe "$LISTS/badblocks-512"
	done
	assert_refused 16 "Say which device, and which file" safe
	assert_refused 8 "nosuch cannot be read: No such file" safe nosuch
	assert_refused 8 "cannot be read: Is a directory" safe .
	assert_refused 8 "it is no text" --format plain safe <(printf '8\0 8\n')
	assert_refused 8 "other: There is no such device" other "$LISTS/ddrescue-done" ||
		assert_refused 8 "other" other "$LISTS/ddrescue-done"
	FAKE_DM_LINEAR=1 assert_refused 8 "safe is not a dm-remap device" safe "$LISTS/ddrescue-done"
}

@test "a file with the line ends of other systems" {
	volume 32768
	sed 's/$/\r/' "$LISTS/ddrescue-done" >dos
	assert_ranges "$BAD" safe dos
	sed 's/$/\r/' "$LISTS/badblocks-512" >dos
	assert_ranges "$BAD" --format badblocks --block-size 512 safe dos
}
