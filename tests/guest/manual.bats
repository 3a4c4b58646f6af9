#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Remaps by hand: remaps/add and remaps/remove, and the messages add, remove and
# list.
# rig: test=uml/3 timeout=900

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

teardown() { remove_devices; }
teardown_file() { clean_up; }

# 32768 sectors in blocks of 8, and 1024 spare blocks
setup() {
	null_blk main 16
	null_blk spare 4
	remap_create r /dev/main /dev/spare
}

# change add|mark|remove LINES: by configfs, in one write, as the shell would not do it
change() { printf '%s\n' "$2" | dd of="$CONFIG/remaps/$1" bs=64K iflag=fullblock conv=notrunc status=none; }

# message add|mark|forget|remove START [COUNT]
message() { dmsetup message -- r 0 "$@"; }

# assert_remaps SECTOR...: exactly these are remapped, to different places
assert_remaps() {
	local -a sectors
	remap_map r
	mapfile -t sectors < <(printf '%s\n' "${!MAP[@]}" | sort -n)
	assert_equal "${sectors[*]}" "$*"
	assert_equal "$(remap_status r remapped) $(<$CONFIG/remaps/count) $(<$CONFIG/spare/used)" "$# $# $#"
	assert_equal "$(printf '%s\n' "${MAP[@]}" | sort -u | grep -c .)" $#
}

# --- what is remapped ------------------------------------------------------------

@test "one, a range, many lines, rounded outwards" {
	change add 8
	assert_remaps 8
	change add "16 8"
	assert_remaps 8 16
	change add "31 2"
	assert_remaps 8 16 24 32
	change add $'100\n207 1\n300 20\n32760 8'
	assert_remaps 8 16 24 32 96 200 296 304 312 32760
	change remove 12
	change remove $'319 1\n96 8\n16 9'
	assert_remaps 32 200 296 304 32760
	change remove $'32\n200 8\n303 2\n32767'
	assert_remaps
}

@test "messages do the same" {
	message add 8
	message add 31 2
	message add 32760 8
	assert_remaps 8 24 32 32760
	message remove 12
	message remove 24 16
	assert_remaps 32760
	message remove 32767 1
	assert_remaps
	message sync
}

# --- what is refused ---------------------------------------------------------------

# refuse OP ERROR START [COUNT]: by both ways, and nothing is different
refuse() {
	local op=$1 error=$2
	shift 2
	refused "$error" change "$op" "$*"
	refused "$error" message "$op" "$@"
}

# whole_refuse OP ERROR LINE: among lines that could be taken
whole_refuse() {
	local good=512
	[ "$1" != remove ] || good=8
	refused "$2" change "$1" "$good"$'\n'"$3"
	refused "$2" change "$1" "$3"$'\n'"$good"
	refused "$2" change "$1" "$good"$'\n'"$3"$'\n'"$((good + 8))"
}

@test "every error has its number, and changes nothing" {
	local op
	write_pattern $R 0 65536 a
	change add $'8\n16\n24'
	write_pattern $R 8 4096 b
	for op in add mark remove; do
		for word in x 8x 0x8 +8 -8 8.5 18446744073709551616; do
			refuse $op "Invalid argument" $word
		done
		for word in 0 x -1 +1 18446744073709551616; do
			refuse $op "Invalid argument" 512 $word
		done
		refuse $op "Numerical result out of range" 32768
		refuse $op "Numerical result out of range" 32760 9
		refuse $op "Numerical result out of range" 0 18446744073709551615
		whole_refuse $op "Invalid argument" "1 2 3"
		whole_refuse $op "Invalid argument" ""
		whole_refuse $op "Numerical result out of range" "32767 2"
		refused "Invalid argument" message $op
		refused "Invalid argument" message $op 1 1 1
	done
	for op in add mark; do
		refuse $op "File exists" 12
		refuse $op "File exists" 0 9
		whole_refuse $op "File exists" 23
		refused "File exists" change $op $'100\n101'
		refuse $op "No space left" 1024 16384
		refused "No space left" change $op $'1024 5000\n10240 5000'
	done
	refuse remove "No such file" 0
	refuse remove "No such file" 24 16
	whole_refuse remove "No such file" 32
	refused "No such file" change remove $'8\n9'
	refused "Invalid argument" message none 8
	refused "Invalid argument" message list x
	assert_remaps 8 16 24
	assert_data $R 8 4096 b
	assert_data $R 16 57344 a 8192
	assert_data /dev/main 0 65536 a
}

@test "a read-only device cannot be changed by hand" {
	change add 8
	dmsetup reload r --table "0 $(sectors /dev/main) remap /dev/main 0 /dev/spare 2 transient read_only"
	dmsetup suspend r
	dmsetup resume r
	refuse add "Read-only file system" 16
	refuse remove "Read-only file system" 8
	remap_map r
	assert_equal "${!MAP[*]}" 8
}

@test "the spare can be filled to its last block, and not beyond" {
	write_pattern $R 0 1048576 a
	change add "0 8184"
	refused "No space left" change add "8184 9"
	assert_equal "$(<$CONFIG/spare/free) $(<$CONFIG/remaps/count)" "1 1023"
	change add 8191
	assert_equal "$(<$CONFIG/spare/free) $(<$CONFIG/remaps/count)" "0 1024"
	refuse add "No space left" 8192
	refuse add "File exists" 0
	assert_data $R 0 1048576 a
	change remove 0
	change add 8192
	assert_data $R 0 1048576 a
}

# --- data ----------------------------------------------------------------------------

@test "contents go to the spare and come back" {
	local block
	write_pattern $R 0 65536 a
	change add $'16 32\n88 8'
	remap_map r
	for block in 16 24 32 40 88; do
		assert_data /dev/spare "$(spare_of $block)" 4096 a $((block * 512))
	done
	assert_equal "$(used_bytes /dev/spare)" $((5 * 4096))
	assert_data $R 0 65536 a
	# one write across main and spare
	write_pattern $R 5 61440 b
	assert_data $R 5 61440 b
	assert_data $R 0 2560 a
	assert_data /dev/main 16 16384 a $((16 * 512))
	assert_data /dev/main 5 $((11 * 512)) b
	assert_data /dev/main 48 $((40 * 512)) b $((43 * 512))
	assert_data /dev/main 88 4096 a $((88 * 512))
	change remove "16 32"
	assert_data /dev/main 5 $((83 * 512)) b
	assert_data /dev/main 88 4096 a $((88 * 512))
	change remove 88
	assert_data /dev/main 5 61440 b
	assert_data $R 5 61440 b
	# no more writes go to the spare
	write_pattern $R 0 65536 c
	assert_data /dev/main 0 65536 c
}

@test "an unreadable block that is added is pending, and lost where a person gives it up" {
	write_pattern $R 2048 4096 a
	null_blk_bad main +2050-2051
	change add "2048 8"
	assert_equal "$(remap_status r pending remapped lost_sectors state)" "1 0 0 degraded"
	dmsetup message r 0 forget 2048 8
	assert_remaps 2048
	assert_equal "$(remap_status r lost_sectors state) $(remap_list r | cut -d' ' -f5,6)" \
		"2 degraded 0xc 0x0"
	assert_data $R 2048 1024 a
	unreadable $R 2050 512
	unreadable $R 2051 512
	assert_data $R 2052 2048 a 2048
	assert_data /dev/spare "$(spare_of 2052)" 2048 a 2048
	# it cannot go back like this
	null_blk_bad main -2050-2051
	refuse remove "Input/output error" 2048
	assert_remaps 2048
	write_pattern $R 2050 1024 b
	change remove 2048
	assert_remaps
	assert_data /dev/main 2048 1024 a
	assert_data /dev/main 2050 1024 b
	assert_data /dev/main 2052 2048 a 2048
}

@test "a pending block can be added, and forgotten" {
	write_pattern $R 2048 8192 a
	null_blk_bad main +2050-2050 +2060-2060
	unreadable $R 2048 4096
	unreadable $R 2056 4096
	assert_equal "$(remap_status r pending remapped)" "2 0"
	# tried again, and no better
	change add 2048
	assert_equal "$(remap_status r pending remapped)" "2 0"
	null_blk_bad main -2060-2060
	change add 2056
	assert_equal "$(remap_status r pending remapped)" "1 1"
	assert_data $R 2056 4096 a 4096
	change remove 2048
	assert_equal "$(remap_status r pending remapped)" "0 1"
	refused "No such file" message forget 2048
	assert_data $R 2051 2560 a 1536
	unreadable $R 2050 512
	message forget 2050
	assert_equal "$(remap_status r pending remapped lost_sectors)" "0 2 1"
	assert_data $R 2051 2560 a 1536
}

@test "a block whose main cannot be written stays remapped" {
	write_pattern $R 2048 12288 a
	change add "2048 24"
	write_pattern $R 2048 12288 b
	null_blk_bad main +2060-2060
	refused "Input/output error" change remove 2056
	assert_remaps 2048 2056 2064
	refused "Input/output error" message remove 2056 8
	assert_remaps 2048 2056 2064
	# in a range: the bad one stays in any case
	refused "Input/output error" change remove "2048 24"
	remap_map r
	[ -n "${MAP[2056]}" ]
	assert_data $R 2048 12288 b
	null_blk_bad main -2060-2060
	change remove 2056
	assert_data /dev/main 2056 4096 b 4096
	assert_data $R 2048 12288 b
}

# --- long lists ------------------------------------------------------------------------

in_flight() { [ "$(awk '{ print $2 }' "/sys/block/$(dm_dev r)/inflight")" = 1 ]; }
moving() { remap_list r | grep -q moving; }

@test "a write that the spare fails while its block goes back is taken by the main" {
	local writer remover
	dmsetup remove r
	dmsetup create below --table "0 8192 linear /dev/spare 0"
	remap_create r /dev/main /dev/mapper/below
	remap_attr r errors/retries 0
	change add 8
	dmsetup suspend below
	write_pattern $R 8 4096 1 3>&- &
	writer=$!
	retry_until 10 in_flight
	change remove 8 3>&- &
	remover=$!
	retry_until 10 moving
	# all writes fail
	dmsetup load below --table "0 8192 flakey /dev/spare 0 0 1 1 error_writes"
	dmsetup resume below
	wait "$remover"
	wait "$writer"
	assert_remaps
	assert_data $R 8 4096 1
	assert_data /dev/main 8 4096 1
}

@test "a list of several pages is taken whole, and comes back in order" {
	local from count=900 page pages=0 last=-1 main rest
	# in no order
	seq 0 $((count - 1)) | gawk '{ printf "%d %d\n", 24 + 32 * (($1 * 307) % 900), 8 }' >"$BATS_TEST_TMPDIR/list"
	(($(wc -c <"$BATS_TEST_TMPDIR/list") > 4095))
	write_pattern $R 0 1048576 a
	cat "$BATS_TEST_TMPDIR/list" >$CONFIG/remaps/add
	assert_equal "$(<$CONFIG/remaps/count)" $count
	seq 24 32 $((24 + 32 * (count - 1))) >"$BATS_TEST_TMPDIR/want"
	diff "$BATS_TEST_TMPDIR/want" <(remap_list r | cut -d' ' -f1)
	assert_equal "$(remap_list r | cut -d' ' -f2 | sort -u | wc -l)" $count
	assert_data $R 0 1048576 a

	# a reply of a few lines is whole lines, and the next goes on behind it
	from=24
	while page=$(dmsetup message r 0 list $from) && [ -n "$page" ]; do
		pages=$((pages + 1))
		while read -r main rest; do
			((main > last))
			last=$main
			[ "$(wc -w <<<"$rest")" = 5 ]
		done < <(sed -n '1p;$p' <<<"$page")
		from=$((last + 8))
	done
	[ $pages -ge 2 ]
	assert_equal "$last" $((24 + 32 * (count - 1)))
	# FROM on a block, behind it, and behind the last
	assert_equal "$(dmsetup message r 0 list 56 | sed -n '1s/ .*//p')" 56
	assert_equal "$(dmsetup message r 0 list 64 | sed -n '1s/ .*//p')" 88
	[ -z "$(dmsetup message r 0 list $((last + 8)))" ]
	[ -z "$(dmsetup message r 0 list 18446744073709551615)" ]

	cat "$BATS_TEST_TMPDIR/list" >$CONFIG/remaps/remove
	assert_remaps
	assert_data /dev/main 0 1048576 a
}

@test "the list of a main of 1 PiB is as fast as any, and in order" {
	local from=0 page
	dmsetup create huge --table "0 $((1 << 41)) zero"
	null_blk spare2 4
	remap_create h /dev/mapper/huge /dev/spare2
	# 700 blocks, of which the first 100 are in one region, in no order
	gawk 'BEGIN {
		for (i = 0; i < 700; i++)
			printf "%d 8\n", i < 100 ? 8 * (i * 37 % 100) : 8 * (i * 7919 % 700 * 392667136 + 77)
	}' >"$BATS_TEST_TMPDIR/list"
	cat "$BATS_TEST_TMPDIR/list" >/sys/kernel/config/dm-remap/h/remaps/add
	sort -n "$BATS_TEST_TMPDIR/list" | cut -d' ' -f1 >"$BATS_TEST_TMPDIR/want"
	diff "$BATS_TEST_TMPDIR/want" <(remap_list h | cut -d' ' -f1)
	while page=$(dmsetup message h 0 list $from) && [ -n "$page" ]; do
		printf '%s\n' "$page"
		from=$(($(tail -1 <<<"$page" | cut -d' ' -f1) + 8))
	done | cut -d' ' -f1 | diff "$BATS_TEST_TMPDIR/want" -
	head -300 "$BATS_TEST_TMPDIR/list" >/sys/kernel/config/dm-remap/h/remaps/remove
	tail -400 "$BATS_TEST_TMPDIR/list" | sort -n | cut -d' ' -f1 | diff - <(remap_list h | cut -d' ' -f1)
}

# --- while the device is in use ----------------------------------------------------------

@test "adding and removing under I/O that is verified" {
	local block
	start_fio $R --size=16M --io_size=4M
	for _ in {1..12}; do
		running "$FIO"
		change add $'0 512\n1024 8\n2048 64\n4096 1024'
		for block in 0 1 2; do change add $((8192 * (1 + block) + RANDOM % 8192)); done
		remap_map r
		printf '%s 8\n' "${!MAP[@]}" >"$BATS_TEST_TMPDIR/all"
		cat "$BATS_TEST_TMPDIR/all" >$CONFIG/remaps/remove
	done
	stop_fio
	assert_remaps
}
