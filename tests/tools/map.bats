#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap map: each block where it is, and all of the list that a device has.

load lib.bash
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset NO_COLOR
	# 256 cells of 64 sectors, 16 in a row
	export COLUMNS=23 LC_ALL=C FAKE_DM=$BATS_TEST_TMPDIR/safe.list
}

# list LINE...: a list in safe.list; the length is 16384 unless SECTORS says otherwise
list() {
	echo "0 ${SECTORS:-16384} remap degraded 6 4096 2 3 1 64 5 9 0 clean 77" >safe.list
	[ $# = 0 ] || printf '%s\n' "$@" >>safe.list
}

# with a libdevmapper that has the device safe
fake() { LD_PRELOAD=$HELPERS/fakedm.so "$DMREMAP" "$@"; }

example() {
	list "0 2064 8 remapped 0x0 0x0" "64 2072 8 pending 0x0 0x0" "1016 2080 8 remapped 0x81 0x0" \
		"1024 2088 8 remapped 0x0 0x0" "1032 2096 8 moving 0x0 0x0" "8200 2104 8 doubt 0x0 0x0" \
		"8208 2112 8 pending 0x0 0x0" "9216 2128 8 split 0x0 0x6" "16376 2120 8 remapped 0x0 0x0"
}

@test "each block is in its row and column, and what matters most is seen" {
	example
	run dmremap map --list safe.list safe
	assert_success
	assert_output - <<-EOF
		safe (8.00 MiB): degraded, 6 of 4096 blocks remapped, 2 pending, 3 sectors lost
		A row begins at the sector that is left of it; a character is 64 sectors, 32.0 KiB.

		    0 -?.............!
		 1024 +...............
		 2048 ................
		 3072 ................
		 4096 ................
		 5120 ................
		 6144 ................
		 7168 ................
		 8192 %...............
		 9216 /...............
		10240 ................
		11264 ................
		12288 ................
		13312 ................
		14336 ................
		15360 ...............-

		. nothing  - 1  + 2-3 remapped  / split  ? pending  % in doubt  ! data lost
	EOF
}

@test "shades are in proportion, and the legend says in which" {
	# cells of so many blocks of one sector
	lines=()
	cell=0
	for n in 1 2 3 8 9 26 27 64; do
		for ((i = 0; i < n; i++)); do lines+=("$((cell * 64 + i)) $((2064 + cell * 64 + i)) 1 remapped 0x0 0x0"); done
		cell=$((cell + 1))
	done
	list "${lines[@]}"
	run dmremap map --list safe.list
	assert_line "    0 --++**##........"
	assert_line ". nothing  - 1-2  + 3-8  * 9-26  # 27-80 remapped  / split  ? pending  % in doubt  ! data lost"
}

@test "the most that a cell has is in the darkest shade there is" {
	for n in 1 2 15 16 63; do
		lines=()
		for ((i = 0; i < n; i++)); do lines+=("$i $((2064 + i)) 1 remapped 0x0 0x0"); done
		list "${lines[@]}"
		run dmremap map --list safe.list
		case $n in
		1)
			assert_line "    0 -..............."
			assert_line --partial "nothing  - 1 remapped"
			;;
		2)
			assert_line "    0 +..............."
			assert_line --partial "- 1  + 2-3 remapped"
			;;
		15)
			assert_line "    0 #..............."
			assert_line --partial "* 4-7  # 8-15 remapped"
			;;
		16)
			assert_line "    0 *..............."
			assert_line --partial "+ 3-8  * 9-26 remapped"
			;;
		63)
			assert_line "    0 #..............."
			assert_line --partial "* 9-26  # 27-80 remapped"
			;;
		esac
	done
}

@test "a device that is no multiple of anything is shown whole, and a tiny one" {
	SECTORS=16392 list "16384 2064 8 pending 0x0 0x0"
	run dmremap map --list safe.list
	assert_success
	# 256 cells of 128 sectors would be too many: 129 are used
	assert_line "16384 ?"
	[ "$(grep -cE '^ *[0-9]+ [.?]+$' <<<"$output")" = 9 ]
	SECTORS=8 list "0 2064 8 remapped 0xff 0x0"
	run dmremap map --list safe.list
	assert_line "0 !"
	COLUMNS=1 run dmremap map --list safe.list
	assert_success
	SECTORS=18446744073709551608 list "18446744073709551600 2064 8 remapped 0x0 0x0"
	run dmremap map --list safe.list
	assert_success
	assert_output --regexp $'\n[0-9]+ \\.*-\n'
}

@test "the width is that of the terminal, and colours are only for one" {
	example
	for columns in 40 80 200; do
		script -qec "stty cols $columns rows 50; TERM=xterm NO_COLOR=1 '$DMREMAP' map --list safe.list" /dev/null </dev/null |
			tr -d '\r' >out
		[ "$(grep -E '^ +0 ' out | wc -L)" = $((columns - 1)) ]
		run ! grep -q $'\033' out
	done
	script -qec "stty cols 40 rows 50; TERM=xterm '$DMREMAP' map --list safe.list" /dev/null </dev/null >out
	grep -q $'\033\[1;31m!\033\[0m' out
	grep -q $'\033\[33m-\033\[0m' out
	script -qec "stty cols 40 rows 12; TERM=dumb '$DMREMAP' map --list safe.list" /dev/null </dev/null |
		tr -d '\r' >out
	run ! grep -q $'\033' out
	# no more than there is room for
	[ "$(wc -l <out)" -lt 12 ]
}

@test "UTF-8 is only for locales that have it" {
	example
	run env LC_ALL=C.UTF-8 "$DMREMAP" map --list safe.list
	assert_line "    0 ░?·············!"
	assert_line " 1024 ▒···············"
	run env LC_ALL=C "$DMREMAP" map --list safe.list
	run ! grep -qP '[^\x00-\x7f]' <<<"$output"
}

@test "JSON has every block" {
	example
	dmremap map --json --list safe.list disk >out.json
	run jq -c '[.device, .state, .sectors, .remapped, .capacity, .pending, .lost_sectors]' out.json
	assert_output '["disk","degraded",16384,6,4096,2,3]'
	run jq -r '.blocks[] | "\(.main_sector) \(.spare_sector) \(.sectors) \(.state) \(.lost) \(.unread)"' out.json
	assert_output "$(tail -n +2 safe.list)"
}

@test "JSON is UTF-8, whatever the map is called" {
	example
	dmremap map --json --list safe.list $'caf\xe9 größe \\ x' >out.json
	iconv -f UTF-8 -t UTF-16 out.json >/dev/null
	run jq -r .device out.json
	assert_output 'caf\xe9 größe \ x'
}

@test "SVG is well formed, and says of each cell what is in it" {
	example
	dmremap map --svg --list safe.list 'a<b>&"c' >out.svg
	python3 - <<'EOF'
import xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
root = tree.parse("out.svg").getroot()
assert root.tag == svg + "svg"
assert root.find(svg + "title").text.startswith('a<b>&"c (8.00 MiB): degraded')
tips = [(r.get("class"), r.find(svg + "title").text) for r in root.iter(svg + "rect")
    if r.find(svg + "title") is not None]
assert tips == [
    ("r0", "Sectors 0 to 63, 1 block remapped"),
    ("p", "Sectors 64 to 127, 1 block pending"),
    ("l", "Sectors 960 to 1023, 1 block remapped, 2 sectors lost"),
    ("r1", "Sectors 1024 to 1087, 2 blocks remapped"),
    ("d", "Sectors 8192 to 8255, 1 block pending, 1 block in doubt"),
    ("u", "Sectors 9216 to 9279, 1 block split"),
    ("r0", "Sectors 16320 to 16383, 1 block remapped"),
], tips
# every cell is where its sectors say: 64 cells in a row
for r in root.iter(svg + "rect"):
    if r.find(svg + "title") is not None:
        cell = int(r.find(svg + "title").text.split()[1]) // 64
        assert int(r.get("x")) == 120 + cell % 64 * 14
        assert int(r.get("y")) == 64 + cell // 64 * 14
# the class of everything has a colour, in the dark as well
light, dark = root.find(svg + "style").text.split("@media (prefers-color-scheme: dark)")
for e in root.iter():
    c = e.get("class")
    assert c in (None, "h") or f".{c} " in light and (f".{c} " in dark or f", .{c} " in dark or f".{c}," in dark), c
assert "http" not in open("out.svg").read().replace("http://www.w3.org/2000/svg", "")
EOF
}

@test "the list of a device is read to its end, in as many replies as it takes" {
	cp "$BATS_TEST_DIRNAME/fixtures/failing-disk.list" safe.list
	for room in 16000 500 40; do
		FAKE_DM_ROOM=$room fake map --save safe >saved
		cmp saved safe.list
	done
	example
	FAKE_DM_ROOM=64 FAKE_DM_LOG=log fake map --save safe | cmp - safe.list
	# from the sector after the last one each time, until there is nothing
	[ "$(paste -sd, log)" = "$(printf "list %d reasons," 0 72 1032 8208 9224)list 16384 reasons" ]
	run --separate-stderr fake map safe
	wanted=$output
	run dmremap map --list safe.list safe
	assert_output "$wanted"
}

@test "a device without remaps has an empty map" {
	list
	run fake map safe
	assert_success
	assert_line ". nothing  / split  ? pending  % in doubt  ! data lost"
	run bash -c "LD_PRELOAD=$HELPERS/fakedm.so '$DMREMAP' map --json safe | jq -c .blocks"
	assert_output "[]"
}

@test "a device that is not there, goes, or is something else" {
	example
	run fake map nosuch
	assert_failure 8
	assert_output 'dmremap: There is no dm-remap device "nosuch". "dmsetup ls --target remap" lists them.'
	FAKE_DM_ROOM=60 FAKE_DM_GOES=2 run fake map safe
	assert_failure 8
	assert_output 'dmremap: There is no dm-remap device "safe". "dmsetup ls --target remap" lists them.'
	FAKE_DM_LINEAR=1 run fake map safe
	assert_failure 8
	assert_output "dmremap: safe is not a dm-remap device."
	for name in ../safe ""; do
		run fake map "$name"
		assert_failure 16
	done
	run fake map /dev/mapper/safe
	assert_success
}

@test "a list that does not go on ends" {
	example
	FAKE_DM_REPEAT=1 run timeout 20 env LD_PRELOAD="$HELPERS/fakedm.so" "$DMREMAP" map safe
	assert_failure 8
	assert_output --partial "is not in order"
}

@test "a saved list that makes no sense is refused, with the line" {
	n=0
	while read -r text; do
		list "0 2064 8 remapped 0x0 0x0" "$text"
		n=$((n + 1))
		run --separate-stderr dmremap map --list safe.list
		assert_failure 8
		assert_output ""
		# shellcheck disable=SC2154 # bats's own
		[[ $stderr == "dmremap: safe.list: line 3 of the list is "* ]]
	done <<-EOF
		x
		8 2064
		8 2064 8 remapped
		8 2064 8 remapped 0
		8 2064 8 remapped 0x
		8 2064 8 remapped 0xg
		8 2064 8 remapped 0x100 0x0
		8 2064 8 remapped 0x11111111111111111 0x0
		8 2064 8 REMAPPED 0x0 0x0
		8 2064 8 remappedremappedremapped 0x0 0x0
		8 2064 0 remapped 0x0 0x0
		8 2064 7 remapped 0x0 0x0
		128 2064 128 remapped 0x0 0x0
		12 2064 8 remapped 0x0 0x0
		-8 2064 8 remapped 0x0 0x0
		8 18446744073709551616 8 remapped 0x0 0x0
		0 2064 8 remapped 0x0 0x0
		7 2064 1 remapped 0x0 0x0
		16384 2064 8 remapped 0x0 0x0
		18446744073709551608 2064 8 remapped 0x0 0x0
		8 2064 8 split 0x0
		8 2064 8 split 0x0 1
		8 2064 8 split 0x0 0x100
		8 2064 8 split 0x0 0x1x
		$(printf '8%.0s' {1..600})
	EOF
	[ "$n" = 25 ]
	for text in "" "safe" "0 16384 linear 8:16 0" "0 0 remap ok 0 0 0 0" "0 16384 remap ok 1 2 3" \
		"0 16384 remap ok 1 2 3 x" "8 2064 8 remapped 0x0 0x0"; do
		echo "$text" >safe.list
		run dmremap map --list safe.list
		assert_failure 8
		assert_output "dmremap: safe.list: line 1 of the list is not the status of a dm-remap device."
	done
	: >safe.list
	run dmremap map --list safe.list
	assert_failure 8
	assert_output "dmremap: safe.list is empty."
	run dmremap map --list nosuch
	assert_failure 8
	assert_output "dmremap: nosuch cannot be opened: No such file or directory."
	run dmremap map --list .
	assert_failure 8
}

@test "wrong usage" {
	example
	for arguments in "" "a b" "--svg --json a" "--svg --save a" "--list" "--list safe.list a b" "--nosuch a"; do
		# shellcheck disable=SC2086 # words
		run dmremap map $arguments
		assert_failure 16
	done
	run bash -c "'$DMREMAP' map --list safe.list >/dev/full"
	assert_failure 8
}
