#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap import: the remaps for lists that other programs make.

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
	[ ! -s "$CONFIG/remaps/mark" ]
	[ ! -s "$CONFIG/remaps/add" ]
}

# assert_refused STATUS MESSAGE ARGUMENT...: nothing is changed
assert_refused() {
	local status_wanted=$1 message=$2
	shift 2
	run fake import "$@"
	assert_failure "$status_wanted"
	assert_output --partial "$message"
	[ ! -s "$CONFIG/remaps/mark" ]
	[ ! -s "$CONFIG/remaps/add" ]
}

# the main is this disk, called NAME and numbered MAJ:MIN
disk_name() {
	disk dev "$2"
	disk uevent "DEVNAME=$1"
	ln -sfn ../../devices/sdb "$DMREMAP_ROOT/sys/dev/block/$2"
	export FAKE_DM_TABLE="$2 0 8:32 1 transient"
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
	[[ $stderr == "dmremap: The numbers are taken as blocks of 1024 bytes, the default of badblocks"* ]]
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
	# the mapfile of a larger disk: places outside of the device are reported
	volume 8192
	assert_refused 8 "covers 0x1000000 bytes, and the main of safe has 0x400000" \
		safe "$LISTS/ddrescue-done"
	assert_ranges $'4096 8\n8000 8' --of /dev/sdb safe "$LISTS/ddrescue-done"
	[[ $stderr == *"1 of 3 entries is outside of safe, which is sectors 0 to 8191 of the main, and 0 are"* ]]
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

@test "a list that was cut off anywhere is refused, or names no other place" {
	local list format
	for ((i = 0; i < 160; i++)); do echo "$((1000000 + i * 16)) $((1024 + i))"; done >pairs
	for ((i = 0; i < 100; i++)); do echo "$((5000000000 + i * 1024)) $((1024 + i))"; done >>pairs
	{ echo "# by hand"; cat pairs; } >plain
	sed 's/ .*//' pairs >blocks
	sed 's/ / for /; s/$/ sectors/' pairs | sed '1iBad-blocks on /dev/a:' >mdadm
	{ cat "$LISTS/nvme-cli"; sed 1d "$LISTS/nvme-cli" | sed 's/0x1000/0x123456/'; } >nvme
	for list in pairs plain blocks mdadm nvme "$LISTS"/[a-z]*; do
		case $list in
		# have nothing to tell
		*/smartctl-nvme-7.3.json | */smartctl-scsi_debug) continue ;;
		blocks | */badblocks*) format=badblocks ;;
		*) format=guess ;;
		esac
		run "$HELPERS/test-import-cut" "$format" "$list"
		assert_equal "$list: $(grep after <<<"$output" | head -3)" "$list: "
		assert_success
	done
	spare_free 1000000
	# as the kernel cuts them, whatever the last line has left
	for i in {4080..4096}; do
		head -c "$i" pairs >shortened
		run --separate-stderr fake import --dry-run safe shortened
		if [ "$(tail -c 1 shortened | wc -l)" = 1 ]; then
			assert_success
		else
			assert_failure 8
			assert_equal "$output" ""
		fi
	done
}

@test "a list by hand is not taken for one of md that was cut" {
	for ((i = 0; i < 600; i++)); do echo "$((1000 + i * 16)) 8"; done >pairs
	{ echo "# by hand"; cat pairs; } >list
	assert_ranges "$(awk '{ print $1 - $1 % 8, 8 }' pairs)" safe list
	[ "$stderr" = "" ]
	printf '4096 8 # a comment\n8000 8\n' >list
	assert_ranges $'4096 8\n8000 8' safe list
	printf '# by hand\n4096 8\n8000 8' >list
	assert_refused 8 "list does not end with a newline" safe list
	assert_ranges $'4096 8\n8000 8' --format plain safe list
	echo >>list
	assert_ranges $'4096 8\n8000 8' safe list
	# JSON says itself where it ends
	jq -j . "$LISTS/smartctl-ata.json" >json
	run fake import --dry-run safe json
	refute_output --partial "newline"
}

@test "smartctl: the error logs, without errors that no sector has made" {
	# a disk that the short log has too few bits for
	assert_ranges "" safe "$LISTS/smartctl-ata-error"
	[[ $stderr == *"Entries left out: 2, from a log with too few address bits"* ]]
	[[ $stderr == *'"smartctl -l xerror /dev/sdb"'* ]]
	[[ $stderr == *"Entries left out: 1, for errors that do not mean a bad sector of this disk"* ]]
	# in the long one that address is one like others
	assert_ranges $'6203352 8\n268435448 8\n7813282976 8' safe "$LISTS/smartctl-ata-xerror"
	[ "$stderr" = "" ]
	# as it is in the short one of a disk that ends there
	volume 268435456
	assert_ranges $'104284160 8\n268435448 8' safe "$LISTS/smartctl-ata-error"
}

@test "smartctl: self-test logs and pending defects" {
	assert_ranges "" safe "$LISTS/smartctl-ata-selftest"
	[[ $stderr == *'"smartctl -l xselftest /dev/sdb"'* ]]
	assert_ranges "5491787000 8" safe "$LISTS/smartctl-ata-xselftest"
	block_size 512
	assert_ranges "5491787001 2" safe "$LISTS/smartctl-ata-xselftest"
	volume 268435456
	assert_ranges $'57169600 1\n57169643 1' safe "$LISTS/smartctl-ata-selftest"
	assert_ranges $'4200736 2\n229310080 1' safe "$LISTS/smartctl-ata.json"
}

@test "smartctl: NVMe and SCSI" {
	block_size 512
	assert_ranges $'294695576 2\n294695800 1\n294695999 2' safe "$LISTS/smartctl-nvme-error"
	# only of the namespace that the main is
	disk nsid 1
	assert_ranges $'294695576 2\n294695800 1\n294696000 1' safe "$LISTS/smartctl-nvme-error"
	[[ $stderr == *"Entries left out: 2, for errors"* ]]
	disk nsid 2
	assert_ranges "294695999 1" safe "$LISTS/smartctl-nvme-error"
	rm "$DISK/nsid"
	# in sectors of 4096 bytes, as the JSON says
	assert_ranges $'294695576 8\n294696000 8' safe "$LISTS/smartctl-nvme.json"
	assert_ranges $'36836947 1\n36837000 1' --block-size 512 safe "$LISTS/smartctl-nvme.json"
	volume 46875541504
	assert_ranges $'109273 1\n4021254152 2\n4021254232 1' safe "$LISTS/smartctl-scsi"
	[[ $stderr == *"Entries left out: 2, for errors"* ]]
	[[ $stderr == *"Self-tests left out: 1, which failed for a reason other than"* ]]
	assert_ranges $'109273 1\n4021254152 1' safe "$LISTS/smartctl-scsi.json"
}

@test "smartctl: a disk that has nothing to tell, and text without logs" {
	volume 32768
	assert_ranges "" safe "$LISTS/smartctl-nvme-4k"
	assert_refused 8 "smartctl-nvme-7.3.json contains no log of a disk" safe "$LISTS/smartctl-nvme-7.3.json"
	assert_refused 8 "smartctl-scsi_debug contains no log of a disk" safe "$LISTS/smartctl-scsi_debug"
	assert_refused 8 "is not complete JSON" safe <(head -c 300 "$LISTS/smartctl-ata.json")
}

@test "smartctl: sectors are those of the text, else of the disk, else as one says" {
	volume 1953525168
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
	assert_refused 8 "logical sector size of 3 bytes" --format smartctl safe odd
}

@test "smartctl: sectors are of the whole disk where the main is a partition" {
	partition 2048 1000000
	disk size 2000000
	for lba in 2047 2048 2055 2056 1002047 1002048; do
		printf '%s\n' "SMART Self-test log structure revision number 1" \
			"Num  Test_Description    Status                  Remaining  LifeTime(hours)  LBA_of_first_error" \
			"# 1  Short offline       Completed: read failure       90%      2126         $lba" >"log-$lba"
	done
	assert_ranges "" safe log-2047
	[[ $stderr == *"is a partition that begins at sector 2048 of it"* ]]
	[[ $stderr == *"1 of 1 entry is outside of safe, which is sectors 2048 to 1002047 of the disk"* ]]
	[[ $stderr == *"No entry is inside"* ]]
	assert_ranges "0 8" safe log-2048
	assert_ranges "0 8" safe log-2055
	assert_ranges "8 8" safe log-2056
	assert_ranges "999992 8" safe log-1002047
	assert_ranges "" safe log-1002048
	disk size 1002048
	assert_refused 8 "log-1002048 names sector 1002048, and the disk of safe ends at 1002048" safe log-1002048
	# other lists refer to the main, unless an option says otherwise
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
			assert_refused 8 "and the main of safe ends at 32768: it is the list of a larger device, or one with another block size" \
				--format badblocks --block-size $size safe list
			assert_ranges "" --format badblocks --block-size $size --of /dev/sdb safe list
			[[ $stderr == *"1 of 1 entry is outside"* ]]
		done
		echo "0 1" >>list
		assert_ranges "0 8" --format plain safe list
		printf '0x0 ?\n%s %s -\n' "$number" "$number" >map
		assert_ranges "" --format ddrescue --of /dev/sdb safe map
	done
	echo 18446744073709551616 >list
	assert_refused 8 'list, line 1, "18446744073709551616", is not a block number' --format badblocks safe list
}

@test "what is listed twice, overlaps or is remapped already is counted" {
	volume 32768
	remapped "8 2064 8 remapped 0x0 0x0" "24 2072 8 pending 0x0 0x0" "4096 2080 8 moving 0x0 0x0"
	printf '%s\n' "0 8" "4 1" "0 32" "4100" "8 1" >list
	# a block that is pending is marked already; copying it tries again
	assert_ranges $'0 8\n16 8' safe list
	run --separate-stderr fake import --dry-run --copy safe list
	assert_success
	assert_output - <<-EOF
		0 8
		16 16
		# safe: 5 entries (plain), 3 blocks to be remapped, 2 remapped already, 3 listed again.
	EOF
	run --separate-stderr fake import --dry-run --json safe list
	assert_equal "$(jq -c '[.device, .format, .action, .entries, .listed_again, .already_remapped, .already_pending, .blocks, .done, .outside]' <<<"$output")" \
		'["safe","plain","mark",5,3,2,1,2,0,0]'
	assert_equal "$(jq -c .ranges <<<"$output")" '[{"sector":0,"sectors":8},{"sector":16,"sectors":8}]'
	run fake import --copy safe list
	assert_success
	assert_output "safe: 5 entries (plain), 2 blocks remapped, 1 pending, since the main does not give it, 2 remapped already, 3 listed again."
	assert_equal "$(cat "$CONFIG/remaps/add")" $'0 8\n16 16'
	[ ! -s "$CONFIG/remaps/mark" ]
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
	remapped "8000 2064 8 pending 0x0 0x0"
	assert_ranges "$BAD" --copy safe "$LISTS/ddrescue-done"
	remapped "8000 2064 8 remapped 0x0 0x0"
	assert_ranges $'4096 8\n20480 16' safe "$LISTS/ddrescue-done"
}

# with_line N TEXT FILE: the file with another line in place of that
with_line() { sed "$1s|.*|$2|" "$3" >wrong; }

@test "malformed lines are named, and nothing is changed" {
	volume 32768
	for text in x 12x -1 +1 1.5 0x10 "1 2" "1,2" 99999999999999999999; do
		with_line 2 "$text" "$LISTS/badblocks-4096"
		assert_refused 8 "wrong, line 2, \"$text\", is not a block number" --format badblocks safe wrong
	done
	for text in x "1 x" "1 2 3" "-1 1" "1 -1" "1 0" "0x1 1" "1 2x"; do
		with_line 2 "$text" "$LISTS/md-bad_blocks"
		assert_refused 8 "wrong, line 2, \"$text\", is" --format plain safe wrong
		# md's own list has entries of no sectors
		[ "$text" = "1 0" ] ||
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
	assert_refused 8 "the status line at the start of a mapfile" safe wrong
	with_line 7 "# 1  Short offline       Completed: read failure       90%      2126         5716x9643" "$LISTS/smartctl-ata-selftest"
	assert_refused 8 "wrong, line 7, \"# 1  Short offline" safe wrong
	with_line 7 "# 1  Short offline" "$LISTS/smartctl-ata-selftest"
	assert_refused 8 "does not have the format of its table" safe wrong
	sed 's/0x06374000/0x06374001/' "$LISTS/smartctl-ata-error" >wrong
	assert_refused 8 "has a sector number that cannot be parsed" safe wrong
	sed 's/0x0daafe80/0x0daafe8/' "$LISTS/smartctl-ata.json" >wrong
	assert_refused 8 "a sector number that cannot be parsed" safe wrong
	sed 's/294695577 /29469557x /' "$LISTS/smartctl-nvme-error" >wrong
	assert_refused 8 "does not have the format of its table" safe wrong
}

@test "formats are told apart, and what could be two is asked for" {
	volume 32768
	run fake import --dry-run safe "$LISTS/badblocks-1024"
	assert_failure 8
	assert_output "dmremap: $LISTS/badblocks-1024 may be a list of blocks or of sectors: give --format badblocks, with --block-size, or --format plain."
	printf '%s\n' "# mine" 8 "16 8  # two" "" >list
	assert_ranges $'8 16' safe list
	grep -v '^#' "$LISTS/ddrescue-done" >map
	assert_ranges "$BAD" safe map
	: >empty
	assert_ranges "" safe empty
	assert_refused 8 'list, line 1, "some text", has no known list format' safe <(echo some text) ||
		assert_refused 8 'line 1, "some text", has no known list format' safe <(echo some text)
	volume 7814037168
	for list in "$LISTS"/smartctl-ata-*; do
		run fake import --dry-run --json safe "$list"
		assert_output --partial '"format": "smartctl"'
	done
}

@test "options that make no sense for a format, and files that are none" {
	volume 32768
	assert_refused 16 "--block-size does not apply to ddrescue" --block-size 512 safe "$LISTS/ddrescue-done"
	assert_refused 16 "--include applies to mapfiles" --include / --format md safe "$LISTS/md-bad_blocks"
	assert_refused 16 "--include takes statuses" --include + safe "$LISTS/ddrescue-done"
	assert_refused 16 'Unknown format "dd"' --format dd safe "$LISTS/ddrescue-done"
	for size in 0 1 1000 33554432 x 512x ""; do
		assert_refused 16 "$size is not a valid block size" --block-size "$size" safe "$LISTS/badblocks-512"
	done
	assert_refused 16 "Give the device and the file" safe
	assert_refused 8 "nosuch cannot be read: No such file" safe nosuch
	assert_refused 8 "cannot be read: Is a directory" safe .
	assert_refused 8 "it is not text" --format plain safe <(printf '8\0 8\n')
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

@test "blocks are marked: nothing is read, and the spare is not asked to copy" {
	volume 32768
	run fake import safe "$LISTS/ddrescue-done"
	assert_success
	assert_output "safe: 3 entries (ddrescue), 4 blocks marked, 0 remapped already, 0 listed again."
	assert_equal "$(cat "$CONFIG/remaps/mark")" "$BAD"
	[ ! -s "$CONFIG/remaps/add" ]
	# by messages where the attribute is not there
	rm "$CONFIG/remaps/mark"
	FAKE_DM_LOG=log run fake import safe "$LISTS/ddrescue-done"
	assert_success
	assert_equal "$(grep -v ^list log)" $'mark 4096 8\nmark 8000 8\nmark 20480 16'
	# a module that knows neither
	FAKE_DM_OLD=1 run fake import safe "$LISTS/ddrescue-done"
	assert_failure 8
	assert_output --partial 'the loaded module cannot mark blocks. Load the module that came with this dmremap, or use "--copy"'
	[ ! -s "$CONFIG/remaps/add" ]
}

@test "data is given up only by those who are asked and say yes" {
	volume 32768
	remapped "4096 2064 8 pending 0x0 0x0" "8000 2072 8 remapped 0x0 0x0"
	for answer in "" n no Y,y; do
		FAKE_DM_LOG=log run fake import --give-up safe "$LISTS/ddrescue-done" <<<"$answer"
		assert_failure 4
		assert_output --partial "3 blocks of safe: what cannot be read from the main now is lost for good."
		assert_output --partial "Nothing has been changed."
		run grep -v ^list log
		assert_output ""
		[ ! -s "$CONFIG/remaps/mark" ]
	done
	assert_refused 16 "--json asks no questions" --give-up --json safe "$LISTS/ddrescue-done"
	assert_refused 16 "--copy and --give-up" --give-up --copy safe "$LISTS/ddrescue-done"
	rm log
	FAKE_DM_LOG=log run fake import --give-up safe "$LISTS/ddrescue-done" <<<y
	assert_success
	assert_output --partial "3 blocks given up"
	assert_equal "$(cat "$CONFIG/remaps/mark")" $'4096 8\n20480 16'
	assert_equal "$(grep -v ^list log)" $'forget 4096 8\nforget 20480 16'
	# of a block that is on the spare in part, the rest
	remapped "4096 2064 8 pending 0x0 0x0" "8000 2072 8 split 0x0 0x2"
	: >"$CONFIG/remaps/mark"
	rm log
	FAKE_DM_LOG=log run fake import --give-up --yes safe "$LISTS/ddrescue-done"
	assert_success
	assert_equal "$(grep -v ^list log)" $'forget 4096 8\nforget 8000 8\nforget 20480 16'
	: >"$CONFIG/remaps/mark"
	run fake import safe "$LISTS/ddrescue-done"
	assert_output --partial "2 blocks marked, 1 remapped already, 1 pending already"
	assert_equal "$(cat "$CONFIG/remaps/mark")" "20480 16"
}

@test "a map of the whole disk is not taken for one of a partition, nor the reverse" {
	partition 2048 2097152
	disk size 4198408
	assert_refused 8 "covers 0x80201000 bytes, and the main of safe has 0x40000000" \
		safe "$LISTS/ddrescue-whole-disk"
	assert_output --partial "If the list is of the whole disk: \"--of /dev/sdb\"."
	for of in "--of /dev/sdb" --whole-disk; do
		# shellcheck disable=SC2086 # two words
		assert_ranges $'4096 8\n1050624 8' $of safe "$LISTS/ddrescue-whole-disk"
	done
	assert_ranges $'6144 8\n1052672 8' --of /dev/sdb1 safe "$LISTS/ddrescue-whole-disk"
	# of a larger disk, whichever option one gives but --of
	disk size 4198407
	assert_refused 8 "covers 0x80201000 bytes, and the disk of safe has 0x80200e00" \
		--whole-disk safe "$LISTS/ddrescue-whole-disk"
	disk size 4198408
	# the name in its header tells as well, where it leads to a device
	sed 's,/dev/sdX,/dev/sdb,; s/0x60000000  +/0x00001000  +/' "$LISTS/ddrescue-whole-disk" >map
	assert_refused 8 "is a list of /dev/sdb, which is the disk of safe, but its numbers would be taken as sectors of the main" safe map
	sed 's,/dev/sdb,/dev/sdb1,' map >of-main
	assert_ranges $'6144 8\n1052672 8' safe of-main
	# a disk as main, and the map of its partition
	disk_name sdb 8:16
	VOLUME=4198408
	remapped
	assert_refused 8 "is a list of /dev/sdb1, which is the partition of safe" safe of-main
	assert_ranges $'8192 8\n1054720 8' --of /dev/sdb1 safe of-main
	# another disk altogether
	mkdir "$DMREMAP_ROOT/sys/devices/sdc"
	ln -s ../../devices/sdc "$DMREMAP_ROOT/sys/class/block/sdc"
	ln -s ../../devices/sdc "$DMREMAP_ROOT/sys/dev/block/8:32"
	echo 8:32 >"$DMREMAP_ROOT/sys/devices/sdc/dev"
	echo DEVNAME=sdc >"$DMREMAP_ROOT/sys/devices/sdc/uevent"
	echo 4198408 >"$DMREMAP_ROOT/sys/devices/sdc/size"
	sed 's,/dev/sdb,/dev/sdc,' map >of-other
	assert_refused 8 "is a list of /dev/sdc, which is not the main of safe" safe of-other
	assert_refused 8 "is a list of /dev/sdc, which is not the main of safe" --whole-disk safe of-other
	assert_refused 8 "/dev/sdc is neither the main of safe, nor its disk" --of /dev/sdc safe of-other
	assert_refused 8 "/dev/sdz: there is no such device" --of /dev/sdz safe of-other
	# of the device itself
	assert_ranges $'6144 8\n1052672 8' --of /dev/mapper/safe safe of-other
	printf '%s\n' "Bad-blocks on /dev/sdc:" "  8 for 8 sectors" >md
	assert_refused 8 "md is a list of /dev/sdc" safe md
}

@test "smartctl: the log of another disk is refused" {
	volume 7814037168
	sed 's/\[4.00 TB\]/[1.00 TB]/; s/4,000,787,030,016/1.000.204.886.016/' "$LISTS/smartctl-ata-xselftest" >other
	assert_refused 8 "other is the log of a disk of 1000204886016 bytes, and /dev/sdb" safe other
	assert_refused 8 "other is the log of a disk of 1000204886016 bytes, and /dev/sdb" -w safe other
	assert_ranges "5491787000 8" --of /dev/sdb safe other
	mkdir "$DISK/device"
	disk device/wwid naa.5000c50012345678
	for id in "LU WWN Device Id: 5 000c50 012345678" "Logical Unit id:      0x5000C50012345678"; do
		sed "5i$id" "$LISTS/smartctl-ata-xselftest" >named
		assert_ranges "5491787000 8" safe named
	done
	sed "5iLU WWN Device Id: 5 000c50 012345679" "$LISTS/smartctl-ata-xselftest" >id
	assert_refused 8 "world-wide name 5000c50012345679, and /dev/sdb, which the main of safe is on, has 5000c50012345678" safe id
	assert_refused 8 "world-wide name 5000c50012345679, and /dev/sdb" -w safe id
	jq '.wwn = {naa: 5, oui: 3152, id: 305419897}' "$LISTS/smartctl-ata.json" >id.json
	assert_refused 8 "world-wide name 5000c50012345679" safe id.json
	jq '.wwn.id = 305419896 | .user_capacity.bytes = 4000787030016' id.json >same.json
	run fake import --dry-run safe same.json
	assert_success
}

@test "smartctl: self-tests that say nothing of a sector" {
	volume 1953525168
	assert_ranges "353768 8" safe "$LISTS/smartctl-selftest-other"
	[[ $stderr == "dmremap: Self-tests left out: 1, which failed for a reason other than an unreadable sector." ]]
	assert_ranges "" safe "$LISTS/smartctl-selftest-other.json"
	[[ $stderr == "dmremap: Self-tests left out: 1, which failed for a reason other than"* ]]
	# an extended test above it has read the whole disk since then
	sed '2a# 0  Extended offline    Completed without error       00%      1300         -' \
		"$LISTS/smartctl-selftest-other" >later
	assert_ranges "" safe later
	[[ $stderr == *"Self-tests left out: 1, which failed before a later extended one"* ]]
	jq '.ata_smart_self_test_log.standard.table = [
		{type: {value: 2, string: "Extended offline"}, status: {value: 0, passed: true}},
		{status: {value: 112, passed: false}, lba: 353774}]' "$LISTS/smartctl-selftest-other.json" >later.json
	assert_ranges "" safe later.json
	jq '.ata_smart_self_test_log.standard.table |= reverse' later.json >earlier.json
	assert_ranges "353768 8" safe earlier.json
	# the interface, and the whole disk, are no sectors
	printf '%s\n' "SMART Extended Comprehensive Error Log Version: 1 (1 sectors)" "ER -- ST COUNT  LBA_48" \
		"40 -- Device Fault; Error: IDNF at LBA = 0x00000000 = 0" \
		"84 -- Error: ICRC, UNC at LBA = 0x00000001 = 1" >fault
	assert_ranges "" safe fault
	[[ $stderr == *"Entries left out: 2, for errors"* ]]
}

@test "smartctl: addresses that were cut" {
	volume 7814037168
	assert_ranges "" safe "$LISTS/smartctl-selftest-32bit"
	[[ $stderr == *"Entries left out: 1, from a log with too few address bits"* ]]
	[[ $stderr == *'"smartctl -l xselftest /dev/sdb"'* ]]
	# the log with 48 bits has all of it
	sed 's/^SMART Self-test log structure.*/SMART Extended Self-test Log Version: 1 (1 sectors)/' \
		"$LISTS/smartctl-selftest-32bit" >long
	assert_ranges "4294967288 8" safe long
	# and so has the short one of a disk that ends there
	volume 4294967296
	assert_ranges "4294967288 8" safe "$LISTS/smartctl-selftest-32bit"
	# in blocks of 4 KiB it is enough for eight times that
	disk queue/logical_block_size 4096
	volume 7814037168
	sed 's/4294967295/1000/' "$LISTS/smartctl-selftest-32bit" >list
	assert_ranges "8000 8" safe list
}

@test "md: entries of no sectors are skipped" {
	volume 4000000000
	assert_ranges "5096 8" safe "$LISTS/md-examine-zeros"
	[[ $stderr == *"Entries left out: 2, of 0 sectors."* ]]
}

@test "kernel: by the name of the disk, whatever the kernel's age" {
	disk_name sda 8:0
	assert_ranges $'4096 8\n20480 8\n40960 8' safe "$LISTS/kernel-log"
	[[ $stderr == *"Errors left out: 1, in an md array"* ]]
	disk_name mmcblk0 179:0
	assert_ranges "81920 8" safe "$LISTS/kernel-log"
	disk_name nvme0n1 259:0
	block_size 512
	assert_ranges "1953520 1" safe "$LISTS/kernel-log"
	disk queue/logical_block_size 4096
	assert_ranges "15628160 8" --format kernel safe "$LISTS/kernel-log"
	sed 's/nvme0n1/nvme0c1n1/' "$LISTS/kernel-log" >path
	assert_ranges "15628160 8" safe path
	disk_name sdz 8:160
	assert_ranges "" safe "$LISTS/kernel-log"
	[[ $stderr == *"no bad sector of sdz, but has errors of sda, mmcblk0, nvme0n1"* ]]
}

@test "kernel: whatever dmesg, journalctl and syslog put before a message" {
	disk_name nvme0n1 259:0
	block_size 512
	for before in "" "[    5.100000] " "[Thu Apr  9 12:51:24 2026] " "<3>[    5.100000] " "kern  :err   : [    5.100000] " \
		"kern  :err   : [Thu Apr  9 12:51:24 2026] " "2026-04-09T12:51:24,123456-04:00 " "Apr  9 12:51:24 host kernel: " \
		"Apr  9 12:51:24 host kernel: [    5.100000] " "[    5.100000] host kernel: " \
		"2026-04-09T12:51:24-0400 host kernel: " "2026-04-09T12:51:24.123456+02:00 host kernel: [    5.100000] "; do
		echo "${before}nvme0n1: Read(0x2) @ LBA 1000, 8 blocks, Unrecovered Read Error (sct 0x2 / sc 0x81)" >log
		assert_ranges "1000 1" safe log
	done
	echo "Apr  9 12:51:24 host other: nvme0n1: Read(0x2) @ LBA 1000, 8 blocks, Unrecovered Read Error (sct 0x2 / sc 0x81)" >log
	echo "Apr  9 12:51:24 host smartd[9]: critical medium error, dev nvme0n1, sector 1000 op 0x0:(READ)" >>log
	assert_ranges "" --format kernel safe log
}

@test "kernel: a partition's beginning is taken off" {
	partition 2048 100000
	sed 's/sda/sdb/' "$LISTS/kernel-log" >log
	assert_ranges $'2048 8\n18432 8\n38912 8' safe log
}

@test "kernel: lines that say nothing of a bad sector" {
	volume 1000000
	block_size 512
	cat >log <<-'EOF'
		[    1.000000] I/O error, dev sdb, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2
		[    1.000000] critical target error, dev sdb, sector 16 op 0x3:(DISCARD) flags 0x0 phys_seg 1 prio class 2
		[    1.000000] critical medium error, dev sdb, sector 24 op 0x3:(DISCARD) flags 0x0 phys_seg 1 prio class 2
		[    1.000000] Buffer I/O error on dev sdb, logical block 4, async page read
		[    1.000000] nvme0n1: I/O Cmd(0x2) @ LBA 32, 8 blocks, I/O Error (sct 0x3 / sc 0x71)
		[    1.000000] recoverable transport error, dev sdb, sector 40 op 0x0:(READ)
		[    1.000000] critical medium error, dev sdbc, sector 48 op 0x0:(READ) flags 0x0
		[    1.000000] ata3.00: error: { UNC }
	EOF
	assert_ranges "" safe log
	[[ $stderr == *"Entries left out: 4, for errors"* ]]
	# a card that did not answer in time, or whose answer was garbled, fails at no sector
	disk_name mmcblk0 179:0
	for cause in "mmc0: timeout waiting for hardware interrupt." "mmc0: Timeout waiting for hardware interrupt - cmd12." \
		"mmcblk0: error -84 sending status command, aborting"; do
		printf '%s\n' "[  1.0] $cause" "[  1.1] blk_update_request: I/O error, dev mmcblk0, sector 64" >card
		assert_ranges "" safe card
		[[ $stderr == *"Entries left out: 1, for errors"* ]]
	done
	disk_name sdb 8:16
	# kernels before 3.x: use the preceding lines
	cat >old <<-'EOF'
		sd 1:0:0:0: [sdb]  Sense Key : Medium Error [current] [descriptor]
		sd 1:0:0:0: [sdb]  Add. Sense: Unrecovered read error - auto reallocate failed
		end_request: I/O error, dev sdb, sector 56
	EOF
	assert_ranges "56 1" safe old
	sed 's/Medium Error/Not Ready/; /Add. Sense/d' old >not-medium
	assert_ranges "" safe not-medium
}

@test "kernel: an earlier boot's sdb may have been another disk" {
	volume 1000000
	block_size 512
	for line in "Jan  1 00:00:00 host kernel: [    0.000000] Linux version 6.1.0" "-- Boot 0123 --" \
		"[  100.000000] sd 1:0:0:0: [sdb] Attached SCSI disk"; do
		printf '%s\n' "[    9.000000] critical medium error, dev sdb, sector 8 op 0x0:(READ) flags 0x0" \
			"$line" "[  200.000000] critical medium error, dev sdb, sector 16 op 0x0:(READ) flags 0x0" >log
		assert_ranges "16 1" safe log
		[[ $stderr == *"Errors left out: 1, of an earlier boot"* ]]
		assert_ranges $'8 1\n16 1' --all-boots safe log
	done
}

@test "kernel: btrfs names a place on the set or on its main" {
	volume 4000000 100
	block_size 512
	assert_ranges "" safe "$LISTS/kernel-btrfs"
	[[ $stderr == *"Errors of btrfs left out: 1, of devices that are neither"* ]]
	sed 's,/dev/mapper/x,/dev/mapper/safe,' "$LISTS/kernel-btrfs" >of-set
	assert_ranges "2050048 1" safe of-set
	[[ $stderr == *"Places named by btrfs, taken as places on the set safe: 1."* ]]
	sed 's,/dev/mapper/x,/dev/sdb,' "$LISTS/kernel-btrfs" >of-main
	assert_ranges "2049948 1" safe of-main
	[[ $stderr == *"Places named by btrfs, taken as places on the main $DMREMAP_ROOT/dev/sdb: 1."* ]]
	# a main that is made of other devices has no other lines
	mkdir "$DISK/dm"
	echo x >"$DISK/dm/name"
	touch "$DISK/slaves/sdc"
	assert_ranges "2049948 1" safe "$LISTS/kernel-btrfs"
	cat >'more' <<-'EOF'
		BTRFS warning (device sdb): checksum error at logical 1 on dev /dev/sdb, physical 512000, root 5, inode 1
		BTRFS error (device sdb): fixed up error at logical 1 on dev /dev/sdb physical 4096
		BTRFS warning (device sdb): csum failed root 5 ino 257 off 0 csum 0x1 expected csum 0x2 mirror 1
		BTRFS error (device sdb): bdev /dev/sdb errs: wr 0, rd 1, flush 0, corrupt 0, gen 0
	EOF
	assert_ranges "900 1" safe more
	[[ $stderr == *"1 of these could be read, but had wrong content"* ]]
	[[ $stderr == *"Errors left out: 1, whose places btrfs has rewritten"* ]]
	[[ $stderr == *"Errors of btrfs left out: 1, which name no place"* ]]
}

@test "zpool: events that name a place on the set, its main or its disk" {
	volume 32768 100
	block_size 512
	assert_ranges "4096 8" safe "$LISTS/zpool-events"
	[[ $stderr == *"Whole requests named by ZFS, of which only a part may be bad: 1."* ]]
	sed 's,/dev/mapper/safe,/dev/sdb,' "$LISTS/zpool-events" >of-main
	assert_ranges "3996 8" safe of-main
	# content that is wrong may be of a bad sector; a disk that has gone has none
	sed 's/fs.zfs.io/fs.zfs.checksum/; s/zio_err = 0x5/zio_err = 0x34/' "$LISTS/zpool-events" >checksum
	assert_ranges "4096 8" safe checksum
	[[ $stderr == *"1 of these could be read, but had wrong content"* ]]
	for change in 's/zio_err = 0x5/zio_err = 0x6/=Entries left out: 1, for errors' \
		's/zio_offset.*//=Events of ZFS left out: 1, which name no place' \
		's/zio_size = .*/zio_size = 0x0/=Events of ZFS left out: 1, which name no place' \
		's/vdev_path.*//=Events of ZFS left out: 1, which name no place' \
		's/0x200000/0x7000000000/=Events of ZFS left out: 1, of devices' \
		's,mapper/safe,nosuch,=Events of ZFS left out: 1, of devices'; do
		sed "${change%=[EC]*}" "$LISTS/zpool-events" >changed
		assert_ranges "" safe changed
		[[ $stderr == *"${change##*=}"* ]]
	done
	# of another kind, as a request that was slow
	sed 's/fs.zfs.io/fs.zfs.delay/' "$LISTS/zpool-events" >delay
	assert_ranges "" safe delay
	[ -z "$stderr" ]
}

@test "f3read does not say where bad sectors are, and that is said" {
	volume 32768
	printf '%s\n' "SECTORS ok/corrupted/changed/overwritten" "Validating file 1.h2w ... 2097152/ 0/ 0/ 0" \
		"Validating file 4.h2w ... 1616017/ 481135/ 0/ 0" >f3
	assert_refused 8 'f3 comes from f3read, which counts bad sectors in files but does not print where they are. "badblocks" finds them.' safe f3
}

@test "nvme-cli: text and JSON, of versions old and new" {
	block_size 512
	assert_ranges "4096 1" safe "$LISTS/nvme-cli"
	# later ones print the phase tag by itself
	sed 's/^status_field.*/status_field  : 0x2281(Unrecovered Read Error)\nphase_tag  : 0/' "$LISTS/nvme-cli" >new
	assert_ranges "4096 1" safe new
	sed 's/^status_field.*/status_field  : 0x2002(Invalid Field in Command)\nphase_tag  : 0/' "$LISTS/nvme-cli" >field
	assert_ranges "" safe field
	[[ $stderr == *"Entries left out: 1, for errors"* ]]
	# without it this is not a medium error
	sed 's/0x4502/0x2281/' "$LISTS/nvme-cli" >shifted
	assert_ranges "" safe shifted
	# entries that have not been used yet
	sed 's/^error_count.*/error_count  : 0/' "$LISTS/nvme-cli" >unused
	assert_ranges "" safe unused
	[ "$stderr" = "" ]
	sed 's/^lba.*/lba  : none/' "$LISTS/nvme-cli" >wrong
	assert_refused 8 'wrong, line 10, "lba  : none", has no number' safe wrong
	disk queue/logical_block_size 4096
	jq -n '{errors: [{error_count: 2, status_field: 17666, lba: 4096, nsid: 1},
		{error_count: 1, status_field: 8833, phase_tag: 1, lba: 5000, nsid: 1},
		{error_count: 0, status_field: 17666, lba: 1, nsid: 1}]}' >json
	assert_ranges $'32768 8\n40000 8' safe json
	disk nsid 2
	assert_ranges "" safe json
}

# programs DIR: what --from-disk asks
programs() {
	mkdir -p bin
	printf '#!/bin/bash\necho "$@" >>asked\n%s\n' "$1" >bin/smartctl
	printf '#!/bin/bash\n%s\n' "$2" >bin/journalctl
	chmod +x bin/*
	PATH=$PWD/bin:$PATH
}

@test "the disk itself is asked, and not woken" {
	partition 2048 1000000
	jq -c '.user_capacity.bytes = 1 | .smart_status.passed = true' "$LISTS/smartctl-ata.json" >smart
	programs "cat smart" "echo '[ 5.0] host kernel: critical medium error, dev sdb, sector 4096'"
	jq -c '.ata_smart_self_test_log.extended.table = [{status: {value: 112}, lba: 3000}]' smart >both
	mv both smart
	assert_ranges $'952 8\n2048 8' --from-disk safe
	assert_equal "$(tail -1 asked)" "--json=c -x -n standby $DMREMAP_ROOT/dev/sdb"
	assert_ranges $'952 8\n2048 8' --from-disk --wake safe
	assert_equal "$(tail -1 asked)" "--json=c -x $DMREMAP_ROOT/dev/sdb"
	programs "exit 2" "echo '[ 5.0] host kernel: critical medium error, dev sdb, sector 4096'"
	assert_ranges "2048 8" --from-disk safe
	[[ $stderr == *"/dev/sdb was not asked: it sleeps, or smartctl cannot read it."* ]]
	# a USB adapter that smartctl does not know, and a disk without SMART
	for smart in '{"smartctl": {"exit_status": 1, "messages": [{"string": "/dev/sdb: Unknown USB bridge [0x1:0x2]"}]}}' \
		'{"smartctl": {"exit_status": 4}, "smart_support": {"available": false}}'; do
		echo "$smart" >smart
		programs "cat smart; exit $(jq .smartctl.exit_status smart)" "echo '[ 5.0] host kernel: critical medium error, dev sdb, sector 4096'"
		assert_ranges "2048 8" --from-disk safe
		[[ $stderr == *"/dev/sdb was not asked: its SMART data cannot be read, as behind some USB adapters."* ]]
	done
	programs "exit 2" "exit 1"
	assert_refused 8 "The kernel's log cannot be read" --from-disk safe
	assert_refused 16 "--from-disk knows what it reads" --from-disk --of /dev/sdb safe
	assert_refused 16 "Give the device" --from-disk safe list
}
