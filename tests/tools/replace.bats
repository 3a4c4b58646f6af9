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

@test "a disk that has left the system: the sentence leads to the command that works" {
	local command
	a_set no_auto_remap ok
	head -c 8M /dev/zero >new.img
	remapped "80 256 8 remapped 0x0 0x0"
	rm "$DMREMAP_ROOT/sys/dev/block/8:32"
	run fake replace-spare safe ./new.img
	assert_failure 8
	assert_output --regexp '^dmremap: safe keeps its spare, 8:32, which has left the system: .*"dmremap delete --give-up safe" ends the set, .*"dmremap replace --leave safe NEWDISK"'
	run fake replace safe ./new.img
	assert_failure 8
	assert_output --partial "With --leave ./new.img becomes a plain disk."
	active_is safe
	run fake delete safe
	assert_failure 8
	assert_output --regexp '^dmremap: safe is not deleted: its spare has left the system, with 1 block that .*"dmremap delete --give-up safe" loses them\.$'
	run fake delete --give-up safe <<<n
	assert_failure 8
	assert_output --partial "Lose 1 block of safe for good?"
	# the main
	ln -s ../../devices/sdc "$DMREMAP_ROOT/sys/dev/block/8:32"
	rm "$DMREMAP_ROOT/sys/dev/block/8:16"
	echo 8:16 >"$CONFIG/main"
	for command in "replace-spare safe ./new.img" "replace safe ./new.img" "grow safe"; do
		# shellcheck disable=SC2086 # words
		run fake $command
		assert_failure 8
		assert_output 'dmremap: safe: its main, 8:16, has left the system: "dmremap status safe" says what to do.'
	done
	run fake delete safe
	assert_failure 8
	assert_output --regexp '"dmremap stop safe", and then "dmremap delete --give-up [^ ]*/dev/sdc" empties the spare\.$'
}

# active_is NAME: device-mapper lists it
active_is() {
	local dir=$DMREMAP_ROOT/sys/class/block/dm-0
	mkdir -p "$dir/dm" "$dir/remap"
	echo "$1" >"$dir/dm/name"
	echo >"$dir/dm/uuid"
	echo 253:0 >"$dir/dev"
	echo 1000 >"$dir/size"
}

@test "a set that is stopped has to be assembled before it is deleted" {
	register=$DMREMAP_ROOT/etc/dm-remap/sets.d
	mkdir -p "$register"
	printf '%s\n' name=other main_id=- spare_id=- >"$register/5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5b"
	for name in other 5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5b; do
		run fake delete $name
		assert_failure 8
		assert_output "dmremap: $name is not active: \"dmremap assemble $name\" first, so that its blocks can go back. If its main is gone for good: \"dmremap delete --give-up SPARE\"."
	done
	run fake delete nosuch
	assert_failure 8
	refute_output --partial assemble
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

@test "the last pass does not ask the main for bad sectors that were not written since" {
	run --separate-stderr "$HELPERS/test-last-pass" new.img
	assert_success
	assert_output ""
}

# the record of the set
record=etc/dm-remap/sets.d/5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a

@test "a spare that cannot be recorded for the next boot does not take over" {
	a_set no_auto_remap ok
	truncate -s 8M new.img
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	printf '%s\n' name=safe main_id=- main_sectors=1 spare_id=usb-old >"$DMREMAP_ROOT/$record"
	cp "$DMREMAP_ROOT/$record" before
	FAULT_FULL=1 LD_PRELOAD="$HELPERS/fakedm.so $HELPERS/faults.so" run "$DMREMAP" replace-spare --force safe ./new.img
	assert_failure 8
	assert_output --partial "cannot be written (No space left on device)"
	assert_output --partial "safe keeps its spare: a boot would not find it with another one."
	cmp before "$DMREMAP_ROOT/$record"
	cmp -n 8388608 new.img /dev/zero
	# nor in a record that is damaged
	: >"$DMREMAP_ROOT/$record"
	LD_PRELOAD=$HELPERS/fakedm.so run "$DMREMAP" replace-spare --force safe ./new.img
	assert_failure 8
	assert_output --partial "$record cannot be used: it has no main_id, or no spare_id."
	assert_output --partial "safe keeps its spare: a boot would not find it with another one."
	cmp -n 8388608 new.img /dev/zero
}
