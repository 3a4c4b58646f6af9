#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap list, add and remove.

# what bats and volume.bash have
# shellcheck disable=SC2034,SC2154
load volume.bash

SECTORS=32768

@test "list has a line for each block" {
	remapped "8 2064 8 remapped 0x0 0x0" "24 2072 8 pending 0x0 0x0 read" "4096 2104 8 split 0x1 0x86 slow" \
		"32760 2096 8 doubt 0x81 0x0 of-a-later-version"
	run fake list safe
	assert_success
	assert_output - <<-EOF
		SECTOR SECTORS SPARE-SECTOR STATE    LOST UNREAD REASON
		     8       8         2064 remapped    0      0 unknown
		    24       8         2072 pending     0      0 read
		  4096       8         2104 split       1      3 slow
		 32760       8         2096 doubt       2      0 unknown
	EOF
	run fake list --json safe
	assert_success
	assert_equal "$(jq -r '.blocks[] | "\(.main_sector) \(.spare_sector) \(.sectors) \(.state) \(.lost) \(.unread)"' <<<"$output")" \
		"$(tail -n +2 safe.list | cut -d' ' -f-6)"
	assert_equal "$(jq -r '.blocks[].reason' <<<"$output" | paste -sd' ')" "unknown read slow unknown"
	remapped
	run fake list safe
	assert_success
	run fake list other
	assert_failure 8
	# by modules that were loaded before the tool was upgraded
	remapped "8 2064 8 remapped 0x0 0x0" "24 2072 8 pending 0x0 0x0"
	FAKE_DM_OLD=1 run fake list safe
	assert_success
	assert_line --regexp "^ +24 +8 +2072 pending +0 +0 unknown$"
}

# files_of NAME...: a file system with files of these names, as the content of the device; each file
# is on blocks that are pending
files_of() {
	local name sector lines=()
	mkdir -p files "$DMREMAP_ROOT/dev" "$DMREMAP_ROOT/sys/class/block/dm-0"
	for name; do head -c 8192 /dev/urandom >"files/$name"; done
	truncate -s 4M "$DMREMAP_ROOT/dev/dm-0"
	mkfs.ext4 -q -b 4096 -d files "$DMREMAP_ROOT/dev/dm-0"
	# the number of the device of fakedm.c
	ln -s ../../class/block/dm-0 "$DMREMAP_ROOT/sys/dev/block/0:0"
	echo 0:0 >"$DMREMAP_ROOT/sys/class/block/dm-0/dev"
	echo 8192 >"$DMREMAP_ROOT/sys/class/block/dm-0/size"
	echo DEVNAME=dm-0 >"$DMREMAP_ROOT/sys/class/block/dm-0/uevent"
	volume 8192
	for name; do
		sector=$(debugfs -R "blocks \"/$name\"" "$DMREMAP_ROOT/dev/dm-0" 2>/dev/null | awk '{ print $1 * 8 }')
		lines+=("$sector $((2064 + sector)) 8 pending 0x0 0xff read")
	done
	readarray -t lines < <(printf '%s\n' "${lines[@]}" | sort -n)
	remapped "${lines[@]}"
}

@test "files has names as they are, in JSON and in the locale; nothing plays with the terminal" {
	files_of größe 数据 $'caf\xe9' $'a\xe2\x80\xaeb' $'e\xcc\x81' $'\e[2J' "$(printf 'ж%.0s' {1..120})"
	LC_ALL=C.UTF-8 run fake files safe
	assert_success
	for name in größe 数据 'caf?' 'a???b' $'e\xcc\x81' '?[2J' "$(printf 'ж%.0s' {1..120})"; do
		assert_equal "$(grep -cE "pending .* ext4 +/${name//[?\[]/[?\[]}\$" <<<"$output")" 1
	done
	LC_ALL=C run fake files safe
	assert_success
	assert_line --regexp ' /gr\?\?\?\?e$'
	# JSON is UTF-8 in any locale
	fake files --json safe >out.json
	iconv -f UTF-8 -t UTF-16 out.json >/dev/null
	run jq -r '.places[].path' out.json
	for name in größe 数据 'caf\xe9' $'a\xe2\x80\xaeb' $'e\xcc\x81' $'\e[2J'; do
		assert_line "/$name"
	done
}

@test "list is one table, however long" {
	volume 7814037168
	lines=()
	for ((i = 0; i < 2500; i++)); do lines+=("$((i * i * 8)) $((2064 + i * 8)) 8 remapped 0x0 0x0"); done
	remapped "${lines[@]}"
	fake list safe >out
	[ "$(wc -l <out)" = 2501 ]
	[ "$(grep -c SECTOR out)" = 1 ]
	# the columns are in the same places all over
	[ "$(awk '{ sub(/[^ ]*$/, ""); print length($0) }' out | sort -u | wc -l)" = 1 ]
	diff <(tail -n +2 out | awk '{ print $1, $3, $2, $4, "0x0", "0x0" }') <(tail -n +2 safe.list)
}

@test "add writes what is asked for, in whole blocks" {
	run fake add safe 0 17+16 32767
	assert_success
	assert_output "safe: 5 blocks were remapped."
	assert_equal "$(cat "$CONFIG/remaps/add")" $'0 8\n16 24\n32760 8'
	assert_equal "$(ranges add safe 8+8 16+1 4000)" $'8 16\n4000 8'
}

@test "remove writes what is asked for" {
	remapped "0 2064 8 remapped 0x0 0x0" "8 2072 8 pending 0x0 0x0" "16 2080 8 remapped 0x0 0x0"
	run fake remove --json safe 0+16
	assert_success
	assert_equal "$(jq -c '[.device, .blocks, .removed, .ranges]' <<<"$output")" '["safe",2,2,[{"sector":0,"sectors":16}]]'
	assert_equal "$(cat "$CONFIG/remaps/remove")" "0 16"
	[ ! -s "$CONFIG/remaps/add" ]
}

@test "remove says which blocks were on the spare and which had only been pending" {
	remapped "0 2064 8 remapped 0x0 0x0" "8 2072 8 pending 0x0 0x0" "16 2080 8 pending 0x0 0x0"
	run fake remove safe 8
	assert_output "safe: 1 block is no longer pending; no data of it was on the spare."
	run fake remove safe 8+16
	assert_output "safe: 2 blocks are no longer pending; no data of them was on the spare."
	run fake remove safe 0
	assert_output "safe: 1 block is back on the main."
	run fake remove safe 0+24
	assert_output "safe: 3 blocks are back on the main, 2 of them had only been pending."
}

@test "what is so already is an error, or left out" {
	remapped "8 2064 8 remapped 0x0 0x0" "24 2072 8 pending 0x0 0x0"
	run fake add safe 0+32
	assert_failure 8
	assert_output "dmremap: safe: the block at sector 8 is remapped already. Nothing has been changed; --skip leaves such blocks out."
	assert_equal "$(ranges add --skip safe 0+32)" $'0 8\n16 16'
	run fake add --skip safe 9
	assert_success
	assert_output "safe: nothing to do."
	run fake remove safe 0+16
	assert_failure 8
	assert_output --partial "the block at sector 0 is not remapped"
	assert_equal "$(ranges remove --skip safe 0+1000)" $'8 8\n24 8'
	run fake add safe 100 101
	assert_failure 8
	assert_output --partial "a block is named twice"
	assert_equal "$(ranges add -s safe 100 101)" "96 8"
	[ ! -s "$CONFIG/remaps/add" ]
	[ ! -s "$CONFIG/remaps/remove" ]
}

@test "what cannot be is refused before anything is written" {
	for range in x 1x 8- 8+ 8+0 +8 8+-1 0x8 "8 8" 8-16 "" 18446744073709551616 8+18446744073709551616; do
		run fake add safe "$range"
		assert_failure 16
		assert_output --partial "\"$range\" is not START or START+COUNT, in sectors."
	done
	for range in 32768 32767+2 0+32769 8+18446744073709551615 18446744073709551615; do
		run fake remove safe "$range"
		assert_failure 8
		assert_output --partial "$range is beyond the end of the device, which has 32768 sectors"
	done
	spare_free 2
	run fake add safe 0+24
	assert_failure 8
	assert_output --partial "3 blocks are to be remapped, and 2 are free"
	run fake add safe
	assert_failure 16
	run fake remove other 8
	assert_failure 8
	[ ! -s "$CONFIG/remaps/add" ]
	[ ! -s "$CONFIG/remaps/remove" ]
}

# failing ERROR COMMAND...: with writes to the attributes that give it
failing() { FAULT_WRITE_ERROR=$1 LD_PRELOAD="$HELPERS/fakedm.so $HELPERS/faults.so" "$DMREMAP" "${@:2}"; }

@test "every error of the kernel has a sentence" {
	while read -r error text; do
		run failing "$error" add safe 8
		assert_failure 8
		assert_output --partial "$text"
		assert_output --partial "0 of 1 block was remapped"
	done <<-EOF
		22 the kernel rejects the ranges
		34 some sectors are beyond the end
		17 a block is remapped already
		28 the spare is full
		30 the device is read-only or has failed
		16 the device is suspended
		5 the spare or the main reported an error
	EOF
	remapped "8 2064 8 remapped 0x0 0x0" "16 2064 8 remapped 0x0 0x0"
	run failing 2 remove safe 8
	assert_failure 8
	assert_output --partial "a block is not remapped"
	run failing 5 remove safe 8+16
	assert_failure 4
	assert_line --partial "the block at sector 8 cannot be moved back: the main cannot be written there"
	assert_line --partial "the block at sector 16 cannot be moved back"
	assert_line --partial "0 of 2 blocks were moved back"
	rm "$CONFIG/remaps/add"
	run fake add safe 24
	assert_failure 8
	assert_output --partial "the device no longer exists"
}
