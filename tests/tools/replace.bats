#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap replace and what else changes an active set, refused before anything is done.
# tests/guest/replace.bats has sets.

load volume.bash

# a_set: persistent, with a spare 8:32
a_set() {
	mkdir -p "$CONFIG/metadata" "$DMREMAP_ROOT/sys/devices/sdc/slaves"
	ln -s ../../devices/sdc "$DMREMAP_ROOT/sys/dev/block/8:32"
	echo 8:32 >"$DMREMAP_ROOT/sys/devices/sdc/dev"
	echo 2048 >"$DMREMAP_ROOT/sys/devices/sdc/size"
	echo DEVNAME=sdc >"$DMREMAP_ROOT/sys/devices/sdc/uevent"
	echo 5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a >"$CONFIG/uuid"
	echo clean >"$CONFIG/metadata/state"
	echo 8:32 >"$CONFIG/spare/device"
	export FAKE_DM_TABLE="8:16 0 8:32 3 persistent $1"
	echo "$2" >"$CONFIG/state"
}

# refused_all TEXT: each command that changes a set
refused_all() {
	local command
	head -c 8M /dev/urandom >new.img
	cp new.img before.img
	for command in "replace --force safe ./new.img" "replace --leave --force safe ./new.img" \
		"replace-spare --force safe ./new.img" "grow safe" "delete safe" "cure safe 0"; do
		# shellcheck disable=SC2086 # words
		run fake $command
		assert_failure 8
		assert_output "$1"
	done
	cmp new.img before.img
}

@test "a set that is active for reading only" {
	a_set read_only read-only
	refused_all 'dmremap: safe is active for reading only: "dmremap stop safe" and "dmremap assemble safe" first.'
}

@test "a set of which a disk has turned read-only" {
	a_set no_auto_remap read-only
	refused_all 'dmremap: safe cannot be changed: one of its disks has turned read-only. "dmremap status safe" says which; "ddrescue /dev/mapper/safe NEWDISK MAPFILE" copies what is on it.'
}

@test "a mapfile is replaced as a whole, and no other file is touched" {
	mkdir maps
	echo "of somebody else" >maps/map.new
	for former in none empty old; do
		case $former in
		empty) : >maps/map ;;
		old)
			echo "# Mapfile. Created by dmremap replace: of another run" >maps/map
			chmod 640 maps/map
			;;
		esac
		run "$HELPERS/test-mapfile" maps/map
		assert_success
		assert_equal "$(grep -c -- "0x00000E00  0x00000200  -" maps/map)" 1
		[ $former = none ] || assert_equal "$(ls maps)" $'map\nmap.new'
		assert_equal "$(cat maps/map.new)" "of somebody else"
	done
	assert_equal "$(stat -c %a maps/map)" 640
	# a link stays one, and nothing is made where there may be no file
	ln -s map maps/link
	run "$HELPERS/test-mapfile" maps/link
	assert_success
	[ -L maps/link ]
	run "$HELPERS/test-mapfile" maps/none/map
	assert_failure 8
	assert_output --partial "maps/none/map cannot be written"
	# what ddrescue has found out, perhaps going on with ours
	for former in "Created by GNU ddrescue version 1.27" "Created by dmremap replace --rescue-spare: -"; do
		echo "# Mapfile. $former" >maps/map
		run "$HELPERS/test-mapfile" maps/map
		assert_failure 8
		assert_output --partial "maps/map is a mapfile of another program"
		assert_equal "$(cat maps/map)" "# Mapfile. $former"
	done
}

@test "a signal ends the copy at once, in use and while I/O waits" {
	local when
	for when in in-use waiting; do
		run --separate-stderr "$HELPERS/test-disk-copy" new.img $when
		assert_success
		assert_output ""
	done
}
