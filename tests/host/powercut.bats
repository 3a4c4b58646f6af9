#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Persistent sets when the machine stops: whatever was acknowledged is there.
#
# KILLS is how often the power is cut; with the SEED that a run has printed it
# happens at the same moments, and the same sectors are bad.
#
# shellcheck disable=SC2016 # evaluated in the guest
# rig: test=slice

load ../lib/guest.sh
bats_load_library bats-support
bats_load_library bats-assert

KILLS=${KILLS:-20}
SEED=${SEED:-$RANDOM}

setup() { guest_dir "$BATS_TEST_TMPDIR"; }
teardown() { [ ! -e "$GUEST/pid" ] || guest_kill; }

# What commands in the guest begin with
GUEST_LIB='bats_require_minimum_version() { :; }
bats_load_library() { :; }
set -e
. lib/common.bash
CONFIG=/sys/kernel/config/dm-remap/r
'

# in_guest COMMAND: with the helpers of tests in guests
in_guest() { guest_run "$GUEST_LIB$*"; }

# the set on the disks main and spare
ACTIVATE='remap_create r $(rig_disk main) $(rig_disk spare) persistent'

# draw N FROM TO: N random sectors, in LIST
draw() {
	local i
	LIST=
	for ((i = 0; i < $1; i++)); do
		LIST+=,$(($2 + (RANDOM << 15 | RANDOM) % ($3 - $2)))
	done
	LIST=${LIST#,}
}

# draw_page: in PAGE the sectors of a page of one copy of the table, or none
draw_page() {
	local copy nr_pages
	PAGE=
	# where copies 0 and 1 begin, and how many pages they have
	copy=$(od -An -tu8 -j $((136 + RANDOM % 2 * 8)) -N 8 "$GUEST/spare.img")
	nr_pages=$(od -An -tu4 -j 124 -N 4 "$GUEST/spare.img")
	((nr_pages && RANDOM % 2)) || return 0
	PAGE=$((copy + RANDOM % nr_pages * 8))
	PAGE=,$PAGE-$((PAGE + 7))
}

# Each boot has other sectors that fail writes: of the main, and perhaps a page of
# the table on the spare. Some blocks of the spare are always bad, some sectors of
# the main can never be read.
power_on() {
	draw 50 0 28672
	BAD=$LIST
	draw_page
	guest_boot 6.12 "mem=1G" \
		"disk main size=16M inject-error-write=$BAD,$UNREADABLE inject-error-read=$UNREADABLE" \
		"disk spare if=virtio size=12M inject-error-write=$BAD_SPARE$PAGE" \
		"disk log if=virtio size=48M"
}

# check: the set is activated, and all of the last run is there. The checked data
# is in $GUEST/checked.
check() {
	in_guest "$ACTIVATE"'
		remap_list r >/tmp/list
		[ "$(remap_status r remapped)" = "$(grep -cE " (remapped|split) " /tmp/list)" ]
		[ "$(remap_status r pending)" = "$(grep -c " pending " /tmp/list)" ]
		(($(remap_status r lost_sectors) <= 8))
		dmsetup status r
		/rig/tests/host/stamp check /dev/mapper/r $(rig_disk log) </tmp/list \
			'"bad=$RUN_BAD was-bad=$WAS_BAD unreadable=$UNREADABLE" >"$GUEST/check" ||
		{ cat "$GUEST/check"; return 1; }
	cat "$GUEST/check" >>"$GUEST/checked"
}

@test "the power is cut at random moments, and every acknowledged write is there" {
	local kill n
	echo "# SEED=$SEED" >&3
	RANDOM=$SEED
	draw 8 4096 28672
	UNREADABLE=$LIST
	draw 12 400 20000
	BAD_SPARE=$LIST RUN_BAD='' WAS_BAD=$UNREADABLE
	truncate -s 12M "$GUEST/spare.img"
	for ((kill = 1; kill <= KILLS; kill++)); do
		power_on
		if ((kill > 1 && RANDOM % 5 == 0)); then
			echo "# $kill: while it is activated"
			in_guest "($ACTIVATE >/dev/null 2>&1 &)"
			sleep $((RANDOM % 2)).$((RANDOM % 10))
			guest_kill
			continue
		fi
		check
		RUN_BAD=$BAD,$UNREADABLE WAS_BAD+=,$BAD
		in_guest "(/rig/tests/host/stamp write /dev/mapper/r \$(rig_disk log) \$CONFIG $RANDOM >/tmp/out 2>&1 &)"
		sleep $((RANDOM % 4)).$((RANDOM % 10))
		guest_kill
	done
	power_on
	check
	guest_poweroff
	cat "$GUEST/checked"
	n=$(awk '/acknowledged/ { n += $3 } END { print n }' "$GUEST/checked")
	echo "# $n acknowledged, $(tail -1 "$GUEST/checked")" >&3
	((n > KILLS * 100))
}

# --- other ends ----------------------------------------------------------------------

two_sets_on() {
	guest_boot 6.12 "mem=1G" "disk main5 size=8M inject-error-write=2049,4100,9001" "disk spare5 size=4M" \
		"disk main3850 size=8M" "disk spare3850 size=8M"
}

# both COMMAND: activate both sets, and run it in the guest with NAME set to each
both() {
	in_guest 'for NAME in 5 3850; do
		[ -e /dev/mapper/$NAME ] ||
			remap_create $NAME $(rig_disk main$NAME) $(rig_disk spare$NAME) persistent
		cd /sys/kernel/config/dm-remap/$NAME
		'"$*
	done"
}

# what there is: remaps, settings, contents
SHOW='remap_list $NAME | md5sum
grep "" remaps/count metadata/state state spare/policy errors/retries errors/storm_limit
dd if=/dev/mapper/$NAME bs=1M iflag=direct status=none | md5sum'

NEW_DATA='dd if=/dev/urandom of=/dev/mapper/$NAME bs=64K count=128 iflag=fullblock oflag=direct status=none'

@test "5 and 3,850 remaps after an orderly end, a reboot with the sets in use, and a power cut" {
	local shown
	two_sets_on
	in_guest 'remap_create 3850 $(rig_disk main3850) $(rig_disk spare3850) persistent block_size 512
		gawk "BEGIN { for (i = 0; i < 850; i++) print i * 1237 % 8192
			for (i = 0; i < 100; i++) print 8192 + i * 37 % 100 * 80, 30 }" >/tmp/add
		cat /tmp/add >/sys/kernel/config/dm-remap/3850/remaps/add'
	both 'echo spread >spare/policy; echo 7 >errors/retries; '"$NEW_DATA"
	in_guest 'echo "800 16" >/sys/kernel/config/dm-remap/5/remaps/add'
	shown=$(both "$SHOW")
	[[ $shown = *remaps/count:5$'\n'*remaps/count:3850$'\n'* ]]
	guest_poweroff

	two_sets_on
	assert_equal "$(both "$SHOW")" "$shown"
	both "$NEW_DATA; echo 77 >errors/storm_limit"
	shown=$(both "$SHOW")
	run guest_run 'busybox reboot -f'
	guest_kill

	two_sets_on
	assert_equal "$(both "$SHOW")" "$shown"
	both "$NEW_DATA"
	in_guest 'echo 800 >/sys/kernel/config/dm-remap/5/remaps/remove'
	shown=$(both "$SHOW")
	guest_kill

	two_sets_on
	assert_equal "$(both "$SHOW")" "$shown"
	[[ $shown = *remaps/count:4$'\n'*remaps/count:3850$'\n'* ]]
	guest_poweroff
}
