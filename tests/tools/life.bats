#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap set, resume, sync, rename, and status of one set and for scripts.

# each test has its own PATH
# shellcheck disable=SC2030,SC2031
bats_require_minimum_version 1.5.0
load live.bash

# mode: of what only takes orders, and what only shows, as the kernel has them
set_modes() {
	find "$DMREMAP_ROOT/sys/kernel/config/dm-remap/$1" -type f -exec chmod 444 {} +
	chmod 644 "$(file "$1" config/spare/reserve)" "$(file "$1" config/spare/low_water)" \
		"$(file "$1" config/errors/retries)"
	chmod 200 "$(file "$1" config/errors/resume)"
}

settings() {
	mkdir -p "$(file "$1" config/errors)"
	echo 2 >"$(file "$1" config/errors/retries)"
	: >"$(file "$1" config/errors/resume)"
	set_modes "$1"
}

U=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0

@test "set shows all settings, and nothing else" {
	device safe
	settings safe
	run dmremap set safe
	assert_success
	assert_output "errors/retries=2
spare/low_water=409
spare/reserve=16
timeouts=keep"
	run dmremap set safe spare/reserve
	assert_output spare/reserve=16
	[ "$(dmremap set --json safe spare/reserve errors/retries | jq -c .settings)" = '{"spare/reserve":"16","errors/retries":"2"}' ]
}

@test "set writes what is asked for, and nothing if any of it is wrong" {
	device safe
	settings safe
	run dmremap set safe spare/reserve=32 errors/retries=3
	assert_success
	assert_output ""
	[ "$(cat "$(file safe config/spare/reserve)")" = 32 ]
	[ "$(cat "$(file safe config/errors/retries)")" = 3 ]
	for wrong in nosuch=1 remaps/count=1 errors/resume=1 ../safe/spare/reserve=1 uuid; do
		run dmremap set safe spare/reserve=1 "$wrong"
		assert_failure 8
		assert_output --partial "Nothing has been changed."
		[ "$(cat "$(file safe config/spare/reserve)")" = 32 ]
	done
	run dmremap set nosuch
	assert_failure 8
	run dmremap set
	assert_failure 16
}

@test "set takes a change back when a later one is refused" {
	device safe
	settings safe
	# the kernel refuses it: the device has no room
	rm "$(file safe config/errors/retries)"
	ln -s /dev/full "$(file safe config/errors/retries)"
	run dmremap set safe spare/reserve=1 errors/retries=3
	assert_failure 8
	[ "$(cat "$(file safe config/spare/reserve)")" = 16 ]
}

@test "a set is taken by all its names" {
	device safe
	settings safe
	dm safe $U
	for name in safe /dev/mapper/safe /dev/dm-0 $U ${U^^}; do
		run dmremap set "$name" spare/reserve
		assert_success
		assert_output spare/reserve=16
		run dmremap stats "$name"
		assert_success
		run dmremap top --count 1 "$name"
		assert_success
		assert_line --partial "safe: degraded"
		run dmremap status "$name"
		assert_line --regexp "^safe +degraded "
	done
	run dmremap set /dev/sdz
	assert_failure 16
	assert_output --partial "/dev/sdz is not a device of device-mapper"
}

# drive ERC: a disk sdb, whose control is at first so many tenths of a second; "none" if it has none
drive() {
	local dir=$DMREMAP_ROOT/sys/class/block/sdb
	mkdir -p "$dir/device" bin
	ln -sfn ../../class/block/sdb "$DMREMAP_ROOT/sys/dev/block/8:16"
	echo 8:16 >"$dir/dev"
	echo 1000000 >"$dir/size"
	echo 7 >"$dir/diskseq"
	echo DEVNAME=sdb >"$dir/uevent"
	echo 30 >"$dir/device/timeout"
	echo "$1" >erc
	cat >bin/smartctl <<-'END'
		#!/bin/bash
		echo "$*" >>smartctl.log
		[ "$(<erc)" != none ] || { echo '{"smartctl": {"exit_status": 4}}'; exit 4; }
		[ "${*: -2:1}" = scterc ] || echo "${*: -2:1}" | cut -d, -f2 >erc
		one="{\"enabled\": $([ "$(<erc)" = 0 ] && echo false || echo true), \"deciseconds\": $(<erc)}"
		echo "{\"ata_sct_erc\": {\"read\": $one, \"write\": $one}}"
	END
	chmod +x bin/smartctl
}
wait_is() { assert_equal "$(cat "$DMREMAP_ROOT/sys/class/block/sdb/device/timeout")" "$1"; }

@test "timeouts: a drive with error recovery control, one without, and back" {
	device safe
	dm safe $U
	PATH=$PWD/bin:$PATH
	mkdir -p "$DMREMAP_ROOT/run" "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	printf '%s\n' main_id=- spare_id=- >"$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	drive 0
	run dmremap set safe timeouts=auto
	assert_success
	assert_equal "$(<erc)" 70
	wait_is 30
	grep -qx timeouts=auto "$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	assert_equal "$(dmremap set safe timeouts)" timeouts=auto
	run dmremap set safe timeouts=auto
	assert_success
	run dmremap set safe timeouts=keep
	assert_success
	assert_equal "$(<erc)" 0
	run ! grep timeouts "$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	# none: the kernel waits
	drive none
	run dmremap set safe timeouts=auto
	assert_success
	wait_is 180
	# connected again, it is a new disk, for which the next start repeats this
	drive none
	echo 8 >"$DMREMAP_ROOT/sys/class/block/sdb/diskseq"
	run dmremap set safe timeouts=auto
	wait_is 180
	run dmremap set safe timeouts=keep
	wait_is 30
	# without smartctl, as in an initramfs
	drive 0
	rm bin/smartctl
	PATH=$PWD/bin:/bin run dmremap set safe timeouts=auto
	assert_success
	wait_is 180
}

@test "timeouts: a disk with a slash in its name, which sysfs has as an exclamation mark" {
	local block=$DMREMAP_ROOT/sys/class/block
	device safe
	dm safe $U
	PATH=$PWD/bin:$PATH
	mkdir -p "$DMREMAP_ROOT/run" "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	printf '%s\n' main_id=- spare_id=- >"$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	drive none
	mv "$block/sdb" "$block/cciss!c0d0"
	ln -sfn '../../class/block/cciss!c0d0' "$DMREMAP_ROOT/sys/dev/block/8:16"
	echo DEVNAME=cciss/c0d0 >"$block/cciss!c0d0/uevent"
	run dmremap set safe timeouts=auto
	assert_success
	assert_equal "$(<"$block/cciss!c0d0/device/timeout")" 180
	grep -q /dev/cciss/c0d0 smartctl.log
	run dmremap set safe timeouts=keep
	assert_success
	assert_equal "$(<"$block/cciss!c0d0/device/timeout")" 30
}

@test "timeouts: what is wrong changes nothing, and is said" {
	device safe
	dm safe $U
	settings safe
	drive 0
	PATH=$PWD/bin:$PATH
	run dmremap set safe spare/reserve=1 timeouts=never
	assert_failure 8
	assert_output --partial "timeouts is auto or keep"
	assert_equal "$(cat "$(file safe config/spare/reserve)")" 16
	[ ! -e smartctl.log ]
	# a main that is no disk: neither the setting of the kernel nor the record stays
	known() { ls "$DMREMAP_ROOT/etc/dm-remap/sets.d"; }
	mkdir -p "$DMREMAP_ROOT"/{run,etc/dm-remap/sets.d}
	mv "$DMREMAP_ROOT/sys/dev/block/8:16" away
	printf '%s\n' name=safe main_id=- main_sectors=0 spare_id=- >"$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	cp "$DMREMAP_ROOT/etc/dm-remap/sets.d/$U" before
	run dmremap set safe spare/reserve=1 timeouts=auto
	assert_failure 8
	assert_output --partial "it is not a disk or partition"
	assert_equal "$(cat "$(file safe config/spare/reserve)")" 16
	cmp before "$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	mv away "$DMREMAP_ROOT/sys/dev/block/8:16"
	rm "$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	# a host that does not know the set does not have to, to leave its time-outs alone
	run dmremap set safe timeouts=keep
	assert_success
	assert_equal "$(known)" ""
	# a drive that does not take its former setting: it loses that when it is switched off
	run dmremap set safe timeouts=auto
	assert_success
	assert_equal "$(known)" $U
	rm bin/smartctl
	PATH=$PWD/bin:/bin run dmremap set safe timeouts=keep
	assert_success
	assert_output --partial "could not be restored"
	run ! grep timeouts "$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	rm -f smartctl.log
	rm -r "$DMREMAP_ROOT/sys/class/block/dm-0"
	run dmremap set safe spare/reserve=1 timeouts=auto
	assert_failure 8
	assert_output --partial "is transient"
	assert_equal "$(cat "$(file safe config/spare/reserve)")" 16
	[ ! -e smartctl.log ]
}

@test "resume" {
	device safe
	settings safe
	set_to safe config/state suspended-remaps
	run dmremap resume safe
	assert_success
	assert_output --partial "automatic remapping goes on"
	[ "$(cat "$(file safe config/errors/resume)")" = 1 ]
	set_to safe config/state ok
	run dmremap resume safe
	assert_output "safe: automatic remapping was not suspended."
	run dmremap resume nosuch
	assert_failure 8
}

@test "top of nothing is an error" {
	device safe
	run dmremap top --count 1 nosuch
	assert_failure 8
	run dmremap top --count 1 nosuch safe
	assert_success
}

# check STATUS STATE
check() {
	set_to safe config/state "$2"
	run dmremap status --check safe
	assert_failure "$1"
	assert_output --partial "safe: $2: "
}

@test "status --check has an exit status for each state" {
	device safe
	dm safe $U
	check 1 degraded
	check 2 exhausted
	check 2 suspended-remaps
	check 2 read-only
	check 3 failed
	set_to safe config/state ok
	run dmremap status --check
	assert_success
	assert_output ""
	set_to safe config/spare/free 409
	run dmremap status --check
	assert_failure 1
	assert_output "safe: ok: The spare is nearly full."
	run dmremap status --check nosuch
	assert_failure 8
}

@test "status --check of sets that are not active; the gravest counts" {
	local sets=$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets
	local other=5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a
	device safe
	dm safe $U
	set_to safe config/state ok
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	for word in waiting-main:2 waiting-spare:2 complete:2 conflict:3 damaged:3; do
		mkdir -p "$sets/$U"
		mkdir -p "$sets/$other"
		rmdir "$sets/$U"
		for pair in name=other main= spare= state="${word%:*}" table=; do
			echo "${pair#*=}" >"$sets/$other/${pair%%=*}"
		done
		# of another host, unless it is named
		rm -f "$DMREMAP_ROOT/etc/dm-remap/sets.d/$other"
		run dmremap status --check
		assert_success
		assert_output ""
		run dmremap status --check other
		assert_failure "${word#*:}"
		assert_output --partial "other: "
		printf '%s\n' name=other main_id=- spare_id=- >"$DMREMAP_ROOT/etc/dm-remap/sets.d/$other"
		run dmremap status --check
		assert_failure "${word#*:}"
	done
	set_to safe config/state failed
	run dmremap status --check
	assert_failure 3
}

@test "status tells of a set of this host of which no disk is there" {
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	printf '%s\n' name=safe main_id=wwn-0x5000c500a1b2c3d4 spare_id=- >"$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	run dmremap status
	assert_failure 4
	assert_line --regexp "^safe +waiting +- +- +$U\$"
	assert_line "dmremap: safe is a set of this host, and none of its disks has been found: \"dmremap assemble safe\" looks for them. If they will not come back, \"rm /etc/dm-remap/sets.d/$U\" makes this host forget it."
	run dmremap status --check
	assert_failure 2
	assert_output "safe: waiting: None of its disks has been found."
	run dmremap status --check safe
	assert_failure 2
	assert_equal "$(dmremap status --json safe | jq -c '.sets[0] | [.name, .state, .check, .active, .main]')" '["safe","waiting",2,false,null]'
	# one that is active is not told twice
	device safe
	dm safe $U
	set_to safe config/state ok
	run dmremap status --check
	assert_success
	rm -r "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	run dmremap status --check
	assert_success
}

@test "status of one set: its disks, its spare in units, and what to type" {
	device safe
	dm safe $U
	mkdir -p "$DMREMAP_ROOT/sys/class/block/sdb/device" "$DMREMAP_ROOT/run/udev/data"
	printf 'E:ID_MODEL=ST4000DM004\nE:ID_SERIAL_SHORT=ZFN1ABCD\n' >"$DMREMAP_ROOT/run/udev/data/b8:16"
	run dmremap status safe
	assert_line --regexp '^  main +[^ ]*/dev/sdb, 3.64 TiB, ST4000DM004, serial ZFN1ABCD$'
	assert_line --regexp '^  moved +1102 blocks of 4.00 KiB, 4.30 MiB in all$'
	assert_line --regexp '^  pending +3 blocks '
	assert_line --regexp '^  free +11.7 MiB of 16.0 MiB '
	assert_line --regexp '^  next +"dmremap files safe" '
	[ "$(dmremap status --json safe | jq -r '.sets[0].main_disk.serial')" = ZFN1ABCD ]
	[ "$(dmremap status --json safe | jq -r '.sets[0].check')" = 1 ]
	# a shell keeps the backslashes of a name that has other letters
	device '\xd0\xb6'
	dm '\xd0\xb6' $U
	run dmremap status ж
	assert_line --partial "next     \"dmremap files '\\xd0\\xb6'\" "
	assert_equal "$(dmremap status --json ж | jq -r '.sets[0].next' | grep -c "\"dmremap files '")" 1
}

@test "status: a disk that has left the system, and what to type" {
	local sets=$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets state
	device safe
	dm safe $U
	set_to safe config/state ok
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap/sets.d" "$DMREMAP_ROOT/run/dm-remap"
	printf '%s\n' main_id=- spare_id=usb-Stick_4711 >"$DMREMAP_ROOT/etc/dm-remap/sets.d/$U"
	run dmremap status --check
	assert_success
	set_gone 8:33
	run dmremap status --check
	assert_failure 3
	assert_output --regexp '^safe: spare-gone: The spare has left the system: reads and writes of blocks that had moved fail'
	run dmremap status
	assert_failure 4
	assert_line --regexp "^safe +spare-gone +[^ ]*/dev/sdb +8:33 "
	assert_line 'dmremap: safe has lost a disk: "dmremap status safe" says what to do.'
	echo "$U spare-gone 1790000000 1 0 0 1102 3 120" >"$DMREMAP_ROOT/run/dm-remap/monitor"
	run dmremap status safe
	assert_failure 4
	assert_line "  since    $(date -d @1790000000 '+%F %H:%M')"
	assert_line "  spare    8:33, which has left the system; this host knows it as usb-Stick_4711"
	assert_line --regexp '^  next +.*"dmremap stop safe".*"dmremap assemble safe".*"dmremap replace --leave safe NEWDISK .*"dmremap delete --give-up safe"'
	refute_output --partial "safe has lost a disk"
	assert_equal "$(dmremap status --json safe | jq -c '.sets[0] | [.state, .check]')" '["spare-gone",3]'
	# it is back under another name
	mkdir -p "$sets/$U"
	for state in name=safe main=8:16 spare=8:33 state=active table= copies="8:49 spare"; do
		echo "${state#*=}" >"$sets/$U/${state%%=*}"
	done
	there sdd1 8:49
	run dmremap status safe
	assert_line --regexp '/dev/sdd1 seems to be a disk of safe that left and has come back\.$'
	set_gone 8:16
	assert_equal "$(dmremap status --json safe | jq -r '.sets[0].state')" both-gone
	there sdc1 8:33
	# which the loss of the main explains
	set_to safe config/state suspended-remaps
	run dmremap status --check safe
	assert_failure 3
	assert_output --partial "safe: main-gone: The main has left the system"
}

@test "a set that is suspended is not well, whatever its state is in the kernel" {
	local suspended=$DMREMAP_ROOT/sys/class/block/dm-0/dm/suspended
	device safe
	dm safe $U
	set_to safe config/state ok
	echo 0 >"$suspended"
	run dmremap status
	assert_success
	run dmremap status --check
	assert_success
	echo 1 >"$suspended"
	for state in ok exhausted suspended-remaps read-only; do
		set_to safe config/state $state
		run dmremap status --check
		assert_failure 2
		assert_output --regexp '^safe: suspended: All its I/O waits\. .*"dmsetup resume safe"'
	done
	set_to safe config/state ok
	run dmremap status
	assert_failure 4
	assert_line --regexp "^safe +suspended "
	assert_line 'dmremap: safe is suspended: all its I/O waits. Unless a running command has suspended it: "dmsetup resume safe".'
	run dmremap status safe
	assert_failure 4
	assert_line "safe: suspended"
	assert_line "  meaning  All its I/O waits."
	assert_line --regexp '^  next +.*"dmsetup resume safe"'
	refute_output --partial "can be read and written"
	assert_equal "$(dmremap status --json safe 2>errors | jq -c '.sets[0] | [.state, .suspended, .check]')" \
		'["suspended",true,2]'
	# what is graver is named first
	set_to safe config/state failed
	run dmremap status --check
	assert_failure 3
	assert_output --partial "safe: failed: "
	set_to safe config/state ok
	set_gone 8:16
	run dmremap status --check
	assert_failure 3
	assert_output --partial "safe: main-gone: "
	# a main without its spare hangs as well
	there sdb 8:16
	rm -r "$DMREMAP_ROOT/sys/class/block/dm-0/remap"
	run dmremap status
	assert_failure 4
	assert_line --regexp "^safe +suspended "
	assert_output --partial "safe has no spare"
	assert_output --partial '"dmsetup resume safe"'
}

@test "status of one set: since when, how fast, when the spare is full, and the last lines of the log" {
	device safe
	dm safe $U
	rm -f "$(file safe config/remaps/rate)"
	run dmremap status safe
	refute_line --regexp '^  (since|rate|forecast|log) '
	mkdir -p "$DMREMAP_ROOT/run/dm-remap" bin
	echo "$U degraded 1790000000 1 0 0 1102 3 120" >"$DMREMAP_ROOT/run/dm-remap/monitor"
	set_to safe config/remaps/rate "1 100 900"
	set_to safe config/spare/free 1016
	# shellcheck disable=SC2016 # of the other shell
	printf '#!/bin/bash\n%s\n' 'for i in 1 2 3 4 5 6 7; do
		printf "[%5d.5] host kernel: device-mapper: remap: safe: line %d\e\n" $i $i
		echo "[    8.0] host kernel: device-mapper: remap: safer: no line"
	done' >bin/journalctl
	chmod +x bin/journalctl
	PATH=$PWD/bin:$PATH run dmremap status safe
	assert_line "  since    $(date -d @1790000000 '+%F %H:%M')"
	assert_line "  rate     1 block in the last hour, 100 in 24 hours, 900 in 30 days, by themselves"
	assert_line "  forecast the spare is full about $(date -d '+10 days' +%F) at this rate"
	assert_equal "$(grep -c "line [0-9]?$" <<<"$output")" 5
	assert_line --regexp '^  log +[0-9-]+ [0-9:]+ line 3\?$'
	refute_output --partial "no line"
	assert_equal "$(PATH=$PWD/bin:$PATH dmremap status --json safe |
		jq -c '.sets[0] | [.since, .rate.day, (.log | length), .log[4].text]')" '[1790000000,100,5,"line 7?"]'
	# the monitor has seen another state
	echo "$U ok 1790000000 1 0 0 1102 3 120" >"$DMREMAP_ROOT/run/dm-remap/monitor"
	assert_equal "$(dmremap status --json safe | jq -c '.sets[0].since')" null
	# of all sets the log is not read
	assert_equal "$(dmremap status --json | jq -c '.sets[0].log')" null
}

@test "status of one set: lines of the log that are not UTF-8" {
	device safe
	dm safe $U
	mkdir bin
	printf '#!/bin/bash\n%s\n' 'printf "[    1.5] host kernel: device-mapper: remap: safe: a\xff\xc2\x9bb größe\n"' >bin/journalctl
	chmod +x bin/journalctl
	PATH=$PWD/bin:$PATH dmremap status --json safe >out.json
	iconv -f UTF-8 -t UTF-16 out.json >/dev/null
	run jq -r '.sets[0].log[0].text' out.json
	assert_output $'a\\xff\xc2\x9bb größe'
	LC_ALL=C.UTF-8 PATH=$PWD/bin:$PATH run dmremap status safe
	assert_line --regexp '^  log +[0-9-]+ [0-9:]+ a\?\?\?b größe$'
	LC_ALL=C PATH=$PWD/bin:$PATH run dmremap status safe
	assert_line --regexp '^  log +[0-9-]+ [0-9:]+ a\?\?\?b gr\?\?\?\?e$'
}

@test "status of one set: the lines of the log that it names are those of the set" {
	local line='host kernel: device-mapper: remap: a\x20b: /dev/sdb has turned read-only'
	device 'a\x20b'
	dm 'a\x20b' $U
	set_to 'a\x20b' config/state read-only
	mkdir bin
	printf '%s\n' "$line" "${line//\\x20/ }" "${line//\\x20b/b}" >log
	# with -g it takes a regular expression
	# shellcheck disable=SC2016 # of the other shell
	printf '#!/bin/bash\n%s\n' '[ "$2" = -g ] && exec grep -P -- "$3" log; exec cat log' >bin/journalctl
	chmod +x bin/journalctl
	dmremap status --json 'a\x20b' | jq -r '.sets[0].next' | sed 's/.*"\(journalctl [^"]*\)".*/\1/' >script
	PATH=$PWD/bin:$PATH run bash script
	assert_output "$line"
}

@test "status of one set: by when its main should be replaced, and why" {
	device safe
	dm safe $U
	set_to safe config/remaps/rate "0 0 0"
	set_to safe config/remaps/count 0
	set_to safe config/remaps/pending 0
	set_to safe stats/verify_errors 0
	run dmremap status safe
	refute_line --regexp '^  replace '
	assert_equal "$(dmremap status --json safe | jq -c '.sets[0] | [.replace_days, .replace_reason]')" '[null,""]'
	set_to safe config/remaps/count 3
	run dmremap status safe
	assert_line "  replace  the main by $(date -d '+60 days' +%F). The set has moved 3 blocks of it. In the 60 days after the first bad sector disks fail 14 to 39 times as often as others."
	set_to safe config/remaps/count 41
	assert_equal "$(dmremap status --json safe | jq '.sets[0].replace_days')" 7
	# a rate storm
	set_to safe config/remaps/rate "50 50 50"
	run dmremap status safe
	assert_line "  replace  the main today, $(date +%F). safe moved 50 blocks in the last hour."
	assert_equal "$(dmremap status --json safe | jq -r '.sets[0] | "\(.replace_days) \(.replace_reason)"')" \
		"0 safe moved 50 blocks in the last hour."
}

@test "status of one set: the day by when its main should be replaced comes nearer" {
	local day noted=$DMREMAP_ROOT/var/lib/dm-remap/replace/$U
	mkdir -p "$DMREMAP_ROOT/var/lib"
	device safe
	dm safe $U
	set_to safe config/remaps/rate "0 0 0"
	set_to safe config/remaps/pending 0
	set_to safe stats/verify_errors 0
	set_to safe config/remaps/count 3
	set_to safe config/main_id wwn-1
	run dmremap status safe
	assert_line --partial "  replace  the main by $(date -d '+60 days' +%F)."
	# the first bad block was 50 days ago
	echo "$(date -d '+10 days' +%s) wwn-1" >"$noted"
	run dmremap status safe
	assert_line --partial "  replace  the main by $(date -d '+10 days' +%F)."
	assert_equal "$(dmremap status --json safe | jq '.sets[0].replace_days')" 10
	# worse news bring an earlier day
	set_to safe config/remaps/count 41
	run dmremap status safe
	assert_line --partial "  replace  the main by $(date -d '+7 days' +%F)."
	day=$(date -d '-5 days' +%s)
	echo "$day wwn-1" >"$noted"
	run dmremap status safe
	assert_line --partial "  replace  the main without delay: it was due on $(date -d "@$day" +%F)."
	assert_equal "$(dmremap status --json safe | jq '.sets[0].replace_days')" 0
	# another main, a note that makes no sense, and one that nothing asks for
	set_to safe config/main_id wwn-2
	assert_equal "$(dmremap status --json safe | jq '.sets[0].replace_days')" 7
	assert_regex "$(<"$noted")" '^[0-9]+ wwn-2$'
	echo nonsense >"$noted"
	assert_equal "$(dmremap status --json safe | jq '.sets[0].replace_days')" 7
	set_to safe config/remaps/count 0
	run dmremap status safe
	refute_line --regexp '^  replace '
	[ ! -e "$noted" ]
}

@test "status of one set: that nothing stops automatic remapping" {
	device safe
	dm safe $U
	set_to safe config/errors/storm_limit 128
	run dmremap status safe
	refute_line --regexp '^  limit '
	set_to safe config/errors/storm_limit 0
	run dmremap status safe
	assert_line --regexp '^  limit +none \(errors/storm_limit is 0\): .* "dmremap set safe errors/storm_limit=128" sets one\.$'
}

@test "status of one set: what to type is whole, however long the name is" {
	local name text
	name=$(printf 'x%.0s' {1..127})
	device "$name"
	dm "$name" $U
	for state in degraded exhausted suspended-remaps read-only failed; do
		set_to "$name" config/state $state
		text=$(dmremap status "$name" | sed -n 's/^  next     //p')
		assert_regex "$text" '\.$'
		assert_equal "$(dmremap status --json "$name" | jq -r '.sets[0].next')" "$text"
	done
}

@test "without configfs the state is not guessed" {
	device safe
	dm safe $U
	rm -r "$DMREMAP_ROOT/sys/kernel/config/dm-remap"
	run dmremap status safe
	assert_failure 4
	refute_output --partial starting
	assert_output --partial "mount -t configfs none /sys/kernel/config"
	run dmremap status --check safe
	assert_failure 8
}

# empty_of IMAGE: no half of a set, and nothing that libblkid knows
assert_empty() {
	run wipefs --noheadings "$1"
	assert_output ""
	[ "$(head -c 4096 "$1" | tr -d '\0' | wc -c)" = 0 ]
	[ "$(tail -c 4096 "$1" | tr -d '\0' | wc -c)" = 0 ]
	run grep -c DMREMAP "$1"
	assert_output 0
}

@test "delete empties a former spare, and forgets the set" {
	printf '%s\n' "spare 1M" "main 8M" "pending 3 7" "bad 4" | image spare
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	: >"$DMREMAP_ROOT/etc/dm-remap/sets.d/5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a"
	run dmremap delete ./spare.img
	assert_success
	assert_empty spare.img
	[ ! -e "$DMREMAP_ROOT/etc/dm-remap/sets.d/5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a" ]
	# once is enough
	run dmremap delete ./spare.img
	assert_failure 8
	assert_output --partial "its beginning and end are empty"
}

@test "delete empties a copy of a spare, or a former one, and the host knows the set still" {
	local case record=$DMREMAP_ROOT/etc/dm-remap/sets.d/5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a
	local -a lines
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	for case in joining replaced another-spare another-secret; do
		printf '%s\n' name=safe main_id=- spare_id=- >"$record"
		lines=("spare 1M" "main 8M")
		case $case in
		joining) lines+=("field flags 32") ;;
		replaced) lines+=("field flags 64") ;;
		another-spare) printf '%s\n' name=safe main_id=- spare_id=usb-Stick_4711 >"$record" ;;
		another-secret) printf '%s\n' name=safe secret_hash="\$5\$rounds=1000\$x\$y" main_id=- spare_id=- >"$record" ;;
		esac
		cp "$record" before
		printf '%s\n' "${lines[@]}" | image spare
		run dmremap check ./spare.img
		case $case in
		another-*) assert_success ;;
		*) assert_output --partial '"dmremap delete SPARE" clears it' ;;
		esac
		run dmremap delete ./spare.img
		assert_success
		case $case in
		another-*) assert_output --partial 'still knows set 5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a, as safe, with other disks' ;;
		*) refute_output --partial "still knows" ;;
		esac
		assert_empty spare.img
		cmp before "$record"
	done
}

@test "nobody is told to make the initramfs again while that is under way, or inside of it" {
	local case how
	dm safe $U
	mkdir -p "$DMREMAP_ROOT"/{etc/dm-remap/sets.d,proc/self}
	echo "26 1 253:0 / / rw,relatime - ext4 safe rw" >"$DMREMAP_ROOT/proc/self/mountinfo"
	for case in assert_output refute_output inside; do
		printf '%s\n' "spare 1M" "main 8M" | image spare
		printf '%s\n' name=safe main_id=- spare_id=- \
			>"$DMREMAP_ROOT/etc/dm-remap/sets.d/5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a"
		how=$case
		unset DM_REMAP_INITRAMFS_HOOK
		case $case in
		refute_output) export DM_REMAP_INITRAMFS_HOOK=1 ;;
		inside) : >"$DMREMAP_ROOT/etc/dm-remap/initramfs"; how=refute_output ;;
		esac
		run dmremap delete ./spare.img
		assert_success
		$how --partial "make the initramfs again"
	done
}

@test "the initramfs needs a set below any device of a btrfs on /" {
	local fs=$DMREMAP_ROOT/sys/fs/btrfs/1234/devices
	dm safe $U
	mkdir -p "$DMREMAP_ROOT"/{etc/dm-remap/sets.d,proc/self,sys/class/block/dm-9} "$fs"
	echo 253:9 >"$DMREMAP_ROOT/sys/class/block/dm-9/dev"
	echo "26 1 253:9 / / rw,relatime - btrfs /dev/none rw" >"$DMREMAP_ROOT/proc/self/mountinfo"
	for case in refute_output assert_output; do
		printf '%s\n' "spare 1M" "main 8M" | image spare
		printf '%s\n' name=safe main_id=- spare_id=- >"$DMREMAP_ROOT/etc/dm-remap/sets.d/5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a"
		: >"$fs/dm-9"
		[ $case = refute_output ] || : >"$fs/dm-0"
		run dmremap delete ./spare.img
		assert_success
		$case --partial "make the initramfs again"
	done
}

@test "delete does not lose blocks without being told, and asked" {
	printf '%s\n' "spare 1M" "main 8M" "map 3 7" "map 4 9" | image spare
	cp spare.img before.img
	run dmremap delete ./spare.img
	assert_failure 8
	assert_output --partial "2 blocks of a disk are on it and nowhere else"
	cmp before.img spare.img
	run dmremap delete --give-up ./spare.img <<<n
	assert_failure 8
	cmp before.img spare.img
	run dmremap delete --give-up ./spare.img <<<y
	assert_success
	assert_empty spare.img
	# superblocks that are older than the table do not count all of its blocks
	printf '%s\n' "spare 1M" "main 8M" "map 3 7" "new_main 0" "sb_sequence 0 8" | image spare
	cp spare.img before.img
	run dmremap delete ./spare.img
	assert_failure 8
	assert_output --partial "its superblocks are older than its table"
	cmp before.img spare.img
	# nor does one that says that it is still joining, although the spare has joined its set
	printf '%s\n' "spare 1M" "main 8M" "map 3 7" "field flags 32" "sb_sequence 0 8" | image spare
	ruin spare noise sb 0
	cp spare.img before.img
	run dmremap delete ./spare.img
	assert_failure 8
	assert_output --partial "its superblocks are older than its table"
	cmp before.img spare.img
	# one that has not joined has nothing that is nowhere else
	printf '%s\n' "spare 1M" "main 8M" "map 3 7" "field flags 32" | image other
	run dmremap delete ./other.img
	assert_success
	assert_empty other.img
	run dmremap delete --give-up --yes ./spare.img
	assert_success
	assert_empty spare.img
}

@test "a device that is suspended is resumed, udev keeps its links, and no semaphore stays" {
	mkdir -p "$DMREMAP_ROOT/sys/fs/cgroup/systemd"
	touch "$DMREMAP_ROOT"/sys/fs/cgroup{,/systemd}/cgroup.procs
	run --separate-stderr "$HELPERS/test-resume"
	assert_success
	assert_output ""
	# the process that does it if the tool is killed has left the control group of that
	assert_equal "$(cat "$DMREMAP_ROOT"/sys/fs/cgroup{,/systemd}/cgroup.procs)" 00
}

@test "a power cut as the copy of a spare begins leaves no disk that is refused" {
	printf '%s\n' "spare 1M" "main 8M" "main_id wwn-0x5000c500a1b2c3d4" "map 3 7" | image old
	truncate -s 1M new.img
	run "$HELPERS/test-spare-copy" old.img new.img
	assert_success
	assert_output ""
}
