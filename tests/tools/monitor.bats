#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap monitor: the recipients of each event, and the number of reports. Its events come from
# fakeudev.c; sendmail is a script that keeps its input.

bats_require_minimum_version 1.5.0
load live.bash
load machine.bash

U=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
V=5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a

# waiting UUID STATE: a set that has not come up, and which this host knows
waiting() {
	local dir=$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/$1 pair
	mkdir -p "$dir" "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	for pair in name=other main= spare= state="$2" table=; do
		echo "${pair#*=}" >"$dir/${pair%%=*}"
	done
	printf '%s\n' main_id=- spare_id=- >"$DMREMAP_ROOT/etc/dm-remap/sets.d/$1"
}

# each mail goes to a file of its own; so does each run of the program, with its environment
programs() {
	mkdir -p root/usr/sbin mails
	cat >root/usr/sbin/sendmail <<-END
		#!/bin/bash
		[ "\$*" = -t ] && cat >"\$(mktemp $PWD/mails/XXXXXX)"
	END
	cat >program <<-END
		#!/bin/bash
		env | grep -vE '^(PWD|SHLVL|_)=' >>$PWD/environment
		pwd >>$PWD/environment
		# no pipeline: the shell may have its pipe open still
		ls /proc/\$\$/fd >$PWD/open
		grep -vxE '0|1|2|255' $PWD/open >>$PWD/environment
		# last: a test that waits for this finds the rest
		echo "\$*" >>$PWD/runs
	END
	chmod +x root/usr/sbin/sendmail program
	conf "MAILADDR root" "PROGRAM $PWD/program" "SETTLE 0"
}

conf() {
	mkdir -p root/etc/dm-remap
	printf '%s\n' "$@" >root/etc/dm-remap/monitor.conf
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export DMREMAP_ROOT=$BATS_TEST_TMPDIR/root
	mkdir -p root/sys/module/dm_remap root/sys/kernel/config/dm-remap
	MONITOR=
	device safe
	dm safe $U
	mkdir -p root/run/udev/data
	printf 'E:ID_MODEL=ST4000DM004\nE:ID_SERIAL_SHORT=ZFN1ABCD\n' >root/run/udev/data/b8:16
	set_to safe config/state ok
	programs
}

teardown() { stop_monitor; }

start_monitor() {
	mkfifo fifo
	exec 4<>fifo
	touch before
	LD_PRELOAD="$HELPERS/fakeudev.so $HELPERS/faults.so" FAKE_UDEV=fifo "$DMREMAP" monitor >log 2>errors 3>&- 4>&- &
	MONITOR=$!
	retry test root/run/dm-remap/monitor -nt before
}

stop_monitor() {
	[ -n "$MONITOR" ] || return 0
	kill "$MONITOR" 2>/dev/null || :
	wait "$MONITOR"
	MONITOR=
	exec 4>&-
	rm -f fifo
}

retry() {
	local end=$((SECONDS + 20))
	until "$@"; do
		[ $SECONDS -lt $end ] || return
		sleep 0.05
	done
}

# event EVENT [SECTOR [BY]]: of safe
event() {
	echo "ACTION=change DM_REMAP_EVENT=$1 DM_REMAP_NAME=safe DM_REMAP_UUID=$U${2:+ DM_REMAP_SECTOR=$2}${3:+ DM_REMAP_BY=$3}" >&4
}

nr_mails() { find mails -type f | wc -l; }
mails_are() { [ "$(nr_mails)" = "$1" ]; }
runs_are() { [ "$(wc -l <runs)" = "$1" ]; }
last_mail() { cat "$(find mails -type f -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2)"; }
heard() { grep -q "$1" log; }
once() { run dmremap monitor --once; assert_success; }

@test "an event comes as a mail, which names the disk and says what to type, and as a run of the program" {
	start_monitor
	set_to safe config/remaps/count 1104
	event remapped 4096
	retry mails_are 1
	run last_mail
	assert_line "To: root"
	assert_line --regexp "^Subject: dm-remap on .*: safe: blocks have moved to the spare$"
	assert_output --partial "2 blocks moved to the spare"
	assert_output --partial "The first is at sector 4096 of the set"
	assert_output --partial 'Next: "dmremap advise safe"'
	assert_output --partial "ST4000DM004, serial ZFN1ABCD"
	retry test -s runs
	[ "$(cat runs)" = "remapped safe $U 4096" ]
	# only PATH of our environment; no file of ours
	[ "$(cat environment)" = $'PATH=/usr/sbin:/usr/bin:/sbin:/bin\n/' ]
}

@test "a mail names the device that claims to be a half" {
	start_monitor
	echo "ACTION=change DM_REMAP_EVENT=duplicate DM_REMAP_UUID=$U DM_REMAP_DEVICE=8:16" >&4
	retry mails_are 1
	run last_mail
	assert_line --regexp "^    The device is .*/dev/sdb\.$"
	echo "ACTION=change DM_REMAP_EVENT=duplicate DM_REMAP_UUID=$V DM_REMAP_DEVICE=8:99" >&4
	retry mails_are 2
	run last_mail
	assert_line "    The device is 8:99."
}

@test "the longest name of a set leaves no command incomplete" {
	local name
	# as libdevmapper encodes 31 bytes that are no letters, which with three more is all that fits
	name=$(printf '\\xc3%.0s' {1..31})abc
	conf "MAILADDR root" "SETTLE 1"
	start_monitor
	for event in spare-gone rate exhausted; do
		printf 'DM_REMAP_EVENT=%s DM_REMAP_NAME=%s DM_REMAP_UUID=%s\n' $event "$name" $V >&4
	done
	retry mails_are 1
	run last_mail
	assert_line --regexp "dmremap delete --give-up '${name//\\/\\\\}'\" ends the set on this one\.$"
	assert_line --regexp "is the disk or its cable\.$"
	assert_line --regexp "advise .*\" judges the disk\.$"
}

@test "a command is no news, and holds back none" {
	start_monitor
	event remapped 4096 command
	event lost-data 4096 command
	event scrub-done
	retry mails_are 1
	run last_mail
	assert_line --regexp "^ +scrub-done$"
	refute_line --regexp "^ +(remapped|lost-data)"
	set_to safe config/remaps/count 1104
	event remapped 8192
	retry mails_are 2
	run last_mail
	assert_output --partial "The first is at sector 8192 of the set"
}

@test "each event has words of its own, and none are the same" {
	sed -i "s/SETTLE 0/SETTLE 1/" root/etc/dm-remap/monitor.conf
	start_monitor
	# those of the schema, but for what concerns the assembly
	mapfile -t events < <(sed -n '/^events:/,/^[a-z]*-[a-z]*:/p' "$TOP/configfs-schema/dm-remap.yaml" |
		sed -nE 's/^ +- name: ([a-z-]+)$/\1/p' | grep -vxE 'set-complete|store-mended')
	# the end of store-failed comes after it
	events+=(store-mended)
	[ ${#events[@]} -ge 15 ]
	events+=(new-one)
	for name in "${events[@]}"; do event "$name"; done
	# all in one mail, whose subject is one of the gravest
	retry mails_are 1
	run last_mail
	assert_line --regexp "^Subject: .*: safe: data is lost \(and $((${#events[@]} - 1)) other events\)$"
	for name in "${events[@]}"; do assert_line "  $name"; done
	assert_equal "$(last_mail | grep -c "does not know")" 1
	[ "$(sed -n '/^  [a-z-]*$/{n;p}' <(last_mail) | sort | uniq -d)" = "" ]
	retry runs_are ${#events[@]}
	# events for the assembly, not ours, or not text
	echo "DM_REMAP_EVENT=set-complete DM_REMAP_UUID=$U" >&4
	echo "ACTION=change DEVNAME=sda" >&4
	echo "DM_REMAP_EVENT=\$(reboot) DM_REMAP_NAME=safe" >&4
	event new-one
	retry heard "new-one$"
	sleep 1.5
	mails_are 1
}

@test "what was told is not told again before its time, and what is worse is" {
	sed -i "s/SETTLE 0/SETTLE 0\nREPEAT 3/" root/etc/dm-remap/monitor.conf
	start_monitor
	event remapped
	retry mails_are 1
	event remapped
	sleep 1
	mails_are 1
	event lost-data
	retry mails_are 2
	last_mail | grep -q "Subject:.*data is lost (and 1 other event)"
	set_to safe config/remaps/count 1109
	event remapped
	retry mails_are 3
	last_mail | grep -q "7 blocks moved to the spare"
}

@test "what happened while no monitor ran is told once; what was told is not told at the next start" {
	once
	mails_are 0
	set_to safe config/state exhausted
	set_to safe config/remaps/count 1103
	set_to safe stats/lost_sectors 2000
	once
	mails_are 1
	run last_mail
	assert_output --partial "1 block moved to the spare"
	assert_line "  exhausted"
	assert_line "  lost-data"
	assert_line --partial "while no monitor ran"
	assert_line --regexp "^Subject: .* safe: the spare is full \(and 2 other events\)"
	once
	start_monitor
	event exhausted
	retry heard exhausted
	stop_monitor
	mails_are 1
	# it is well again, and then is not
	set_to safe config/state ok
	once
	set_to safe config/state suspended-remaps
	once
	mails_are 2
	last_mail | grep -q "Subject:.*automatic remapping is suspended"
	set_to safe config/state ok
	once
	last_mail | grep -q "Subject:.*automatic remapping goes on"
}

# suspended SECONDS: safe has been for so long, as far as the monitor has seen
suspended() {
	echo 1 >"$DMREMAP_ROOT/sys/class/block/dm-0/dm/suspended"
	once
	sed -i -E "s/^($U .*) [0-9]+ 0\$/\1 $(($(date +%s) - $1)) 0/" root/run/dm-remap/monitor
	once
}

@test "a set that stays suspended is told, and that it is in use again; one that a command has suspended is not" {
	suspended 100
	echo 0 >"$DMREMAP_ROOT/sys/class/block/dm-0/dm/suspended"
	once
	mails_are 0
	suspended 130
	mails_are 1
	run last_mail
	assert_line --regexp "^Subject: .* safe: the set is suspended$"
	assert_line "  suspended"
	assert_output --partial 'Next: Unless a running command has suspended it: "dmsetup resume safe".'
	assert_output --partial "safe: suspended"
	assert_equal "$(cat runs)" "suspended safe $U"
	once
	mails_are 1
	echo 0 >"$DMREMAP_ROOT/sys/class/block/dm-0/dm/suspended"
	once
	last_mail | grep -q "Subject:.*the set is in use again"
	assert_equal "$(tail -1 runs)" "resumed safe $U"
	# the next time is news
	suspended 130
	mails_are 3
}

@test "a monitor that runs counts from its first look at a suspended set" {
	echo 1 >"$DMREMAP_ROOT/sys/class/block/dm-0/dm/suspended"
	conf "MAILADDR root" "SETTLE 0" "POLL 1"
	start_monitor
	sed -n "s/^$U .* \([0-9]*\) 0\$/\1/p" root/run/dm-remap/monitor >first
	[ "$(cat first)" -gt 0 ]
	# it remembers when that was, and does not begin again with each look
	sleep 2.5
	assert_equal "$(sed -n "s/^$U .* \([0-9]*\) 0\$/\1/p" root/run/dm-remap/monitor)" "$(cat first)"
	mails_are 0
}

# the time since when safe has its state, as it is remembered
since() { sed -n "s/^$U exhausted \([0-9]*\) .*/\1/p" root/run/dm-remap/monitor; }

@test "the time of a change is when it was seen, not when it was reported" {
	local began
	once
	conf "MAILADDR root" "SETTLE 6" "POLL 3600"
	start_monitor
	began=$(date +%s)
	set_to safe config/state exhausted
	event exhausted
	retry mails_are 1
	[ $(($(date +%s) - began)) -ge 6 ]
	stop_monitor
	[ "$(since)" -ge "$began" ]
	[ "$(since)" -le $((began + 3)) ]
}

@test "events that were lost lead to a look" {
	start_monitor
	set_to safe config/state read-only
	echo LOST >&4
	retry mails_are 1
	last_mail | grep -q "Subject:.*the set is read-only"
}

@test "what lost events would have told is told by the look" {
	set_to safe config/remaps/pending 3
	set_to safe stats/lost_sectors 0
	start_monitor
	set_to safe config/remaps/pending 4
	set_to safe stats/lost_sectors 16
	echo LOST >&4
	retry mails_are 1
	run last_mail
	assert_line --regexp "^Subject: .*: safe: data is lost \(and 1 other event\)$"
	assert_line --partial "The data of 16 sectors is lost."
	assert_line --partial "cannot read the data of 1 block."
	assert_line "    The kernel's events of this were lost; changes made by hand are included."
	refute_line --partial "while no monitor ran"
	# a disk that leaves loses no event: what a command changes is no news
	set_to safe config/remaps/pending 9
	echo "ACTION=remove SUBSYSTEM=block DEVNAME=/dev/sdz" >&4
	event scrub-done
	retry mails_are 2
	run last_mail
	refute_line "  pending"
}

@test "sets that cannot be looked at: what is due is told, the rest later, and the journal stays short" {
	set_to safe stats/lost_sectors 0
	once
	set_to safe config/state exhausted
	set_to safe stats/lost_sectors 16
	mkdir "$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly"
	conf "MAILADDR root" "PROGRAM $PWD/program" "SETTLE 0" "POLL 2"
	start_monitor
	event storm
	retry mails_are 1
	last_mail | grep -q "^  storm$"
	assert_equal "$(<runs)" "storm safe $U"
	sleep 2
	[ "$(wc -l <errors)" -lt 8 ]
	mkdir "$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets"
	retry mails_are 2
	run last_mail
	assert_line "  exhausted"
	assert_line --partial "The data of 16 sectors is lost."
	assert_line --partial "while no monitor ran"
}

# longer than an event may come after the look that has seen it
later() { sleep 3.5; }

@test "a second storm before the end of the first is reported is not reported as its end" {
	conf "MAILADDR root" "PROGRAM $PWD/program" "SETTLE 3" "REPEAT 5" "POLL 3600"
	start_monitor
	set_to safe config/state suspended-remaps
	event storm
	retry mails_are 1
	later
	event storm-over
	event storm
	retry mails_are 2
	run last_mail
	assert_line "  storm"
	refute_line "  storm-over"
	assert_equal "$(<runs)" "storm safe $U
storm safe $U"
	# nor if its event is lost
	later
	event storm-over
	echo LOST >&4
	retry mails_are 3
	run last_mail
	assert_line "  storm"
	refute_line "  storm-over"
	assert_equal "$(grep -c storm-over runs)" 0
}

@test "a state that has come back between two looks is news, and what a look has seen is not" {
	conf "MAILADDR root" "SETTLE 0" "REPEAT 1" "POLL 3600"
	start_monitor
	later
	set_to safe config/state read-only
	event read-only
	retry mails_are 1
	# made writable by hand, and read-only again
	later
	event read-only
	retry mails_are 2
	last_mail | grep -q "^  read-only$"
	# its event comes after the look
	set_to safe config/state exhausted
	echo LOST >&4
	retry mails_are 3
	last_mail | grep -q "^  exhausted$"
	event exhausted
	retry heard exhausted
	later
	mails_are 3
}

@test "after the report of an end, the next beginning does not wait" {
	conf "MAILADDR root" "SETTLE 0" "REPEAT 3600" "POLL 3600"
	start_monitor
	later
	set_to safe config/state suspended-remaps
	event storm
	retry mails_are 1
	set_to safe config/state ok
	event storm-over
	retry mails_are 2
	later
	set_to safe config/state suspended-remaps
	event storm
	retry mails_are 3
	last_mail | grep -q "^  storm$"
	# the ends wait, so this does not go on for ever
	set_to safe config/state ok
	event storm-over
	later
	mails_are 3
}

gone() { echo "ACTION=remove SUBSYSTEM=block DEVNAME=/dev/sdc1" >&4; }

@test "a disk that comes back before its absence is reported" {
	conf "MAILADDR root" "SETTLE 5" "REPEAT 2" "POLL 1"
	start_monitor
	set_gone 8:33
	gone
	sleep 2
	there sdc1 8:33
	retry mails_are 1
	run last_mail
	assert_line "  spare-gone"
	assert_line "  disk-back"
	# back, and gone again before that is reported
	set_gone 8:33
	gone
	retry mails_are 2
	there sdc1 8:33
	sleep 2
	set_gone 8:33
	gone
	retry mails_are 3
	run last_mail
	assert_line "  spare-gone"
	refute_line "  disk-back"
}

# the clock of the monitor shows SECONDS
clock_is() {
	mkdir -p root/proc
	echo "$1" >root/proc/new
	mv root/proc/new root/proc/uptime
}

@test "a set that comes up before its absence is reported" {
	rm -r "$DMREMAP_ROOT/sys/class/block/dm-0"
	waiting $U waiting-spare
	conf "MAILADDR root" "SETTLE 60" "POLL 1"
	clock_is 1000
	start_monitor
	clock_is 1200
	sleep 2
	dm safe $U
	clock_is 1210
	sleep 2
	mails_are 0
	clock_is 1300
	retry mails_are 1
	run last_mail
	assert_line "  waiting"
	assert_line "  came-up"
}

@test "a spare that will be full: when, and once" {
	set_to safe config/remaps/rate "1 100 900"
	set_to safe config/spare/free 1016
	set_to safe config/spare/reserve 16
	once
	mails_are 1
	last_mail | grep -q "Subject:.*the spare will be full soon"
	last_mail | grep -q "it is full about $(date -d '+10 days' +%F), in 10 days\."
	once
	# a slight improvement is not reported
	set_to safe config/remaps/rate "0 0 900"
	once
	set_to safe config/remaps/rate "1 100 900"
	once
	mails_are 1
	conf "MAILADDR root" "DAYS 9"
	set_to safe config/remaps/rate "0 0 0"
	once
	set_to safe config/remaps/rate "1 100 900"
	once
	mails_are 1
	set_to safe config/spare/free 400
	once
	last_mail | grep -q "Subject:.*the spare is nearly full (and 1 other event)"
	last_mail | grep -q "  filling"
}

@test "DAYS 0 reports no forecast, even of a spare whose free blocks are all reserved" {
	set_to safe config/remaps/rate "1 100 900"
	set_to safe config/spare/free 16
	set_to safe config/spare/reserve 16
	set_to safe config/spare/low_water 8
	conf "MAILADDR root" "DAYS 0"
	once
	mails_are 0
	# the shortest forecast that there is
	conf "MAILADDR root" "DAYS 1"
	once
	mails_are 1
	last_mail | grep -q "  filling"
}

@test "a set that has not come up, and one that has been stopped" {
	waiting $V waiting-spare
	once
	mails_are 1
	last_mail | grep -q "Subject:.*other: the set has not come up"
	grep -q "^waiting other $V\$" runs
	once
	mails_are 1
	# foreign sets are nothing to this host, and what somebody stopped neither
	rm "$DMREMAP_ROOT/etc/dm-remap/sets.d/$V" root/run/dm-remap/monitor
	once
	mails_are 1
	rm -r "$DMREMAP_ROOT/sys/class/block/dm-0"
	waiting $U complete
	once
	mails_are 1
	# the system is starting: its disks may come
	waiting $V waiting-main
	start_monitor
	stop_monitor
	mails_are 1
}

sleeper_is_gone() { [ -z "$(tr -d '\0' <"/proc/$(cat sleeper)/cmdline" 2>/dev/null)" ]; }

@test "a program that hangs or fails is no end of it" {
	cat >root/usr/sbin/sendmail <<-END
		#!/bin/bash
		exit 3
	END
	conf "MAILADDR root" "PROGRAM $PWD/program"
	set_to safe config/state exhausted
	run dmremap monitor --once
	assert_failure 8
	assert_output --partial "root/usr/sbin/sendmail ended with status 3."
	grep -q exhausted runs
	# the mail comes later, but the program was told
	mv root/usr/sbin/sendmail failing
	run dmremap monitor --once
	assert_failure 8
	programs
	once
	mails_are 1
	last_mail | grep -q "^Subject: .* safe: the spare is full"
	assert_equal "$(<runs)" "exhausted safe $U"
	once
	mails_are 1
	rm root/usr/sbin/sendmail
	run dmremap monitor --test
	assert_failure 8
	assert_output --partial "Mail cannot be sent without /usr/sbin/sendmail."
	# ended with its children
	printf '#!/bin/sh\nsleep 1000 & echo $! >%s/sleeper; wait\n' "$PWD" >program
	conf "PROGRAM $PWD/program" "SETTLE 0"
	start_monitor
	event remapped
	retry test -s sleeper
	SECONDS=0
	stop_monitor
	[ $SECONDS -lt 15 ]
	# gone, or a zombie
	retry sleeper_is_gone
}

@test "a monitor that is stopped reports what it has heard, within a limited time" {
	conf "MAILADDR root" "PROGRAM $PWD/program" "SETTLE 3600"
	start_monitor
	event rate
	event duplicate
	retry heard duplicate
	stop_monitor
	mails_are 1
	assert_equal "$(<runs)" "rate safe $U
duplicate safe $U"
	once
	mails_are 1
	# a mail that is on its way is not cut off, and is sent once
	sed -i '2i sleep 2' root/usr/sbin/sendmail
	conf "MAILADDR root" "SETTLE 0"
	start_monitor
	event rate
	retry pgrep -P "$MONITOR"
	# nor is what comes before it has ended forgotten
	event duplicate
	stop_monitor
	mails_are 3
	last_mail | grep -q "^  duplicate$"
	# what has a state is told by the next monitor if there was no time
	printf '#!/bin/sh\nsleep 1000\n' >root/usr/sbin/sendmail
	conf "MAILADDR root" "SETTLE 3600"
	start_monitor
	set_to safe config/state exhausted
	event exhausted
	retry heard exhausted
	SECONDS=0
	stop_monitor
	[ $SECONDS -lt 15 ]
	programs
	once
	mails_are 4
	last_mail | grep -q "^  exhausted$"
}

@test "a mail that cannot be sent is tried again, with what has happened since" {
	mv root/usr/sbin/sendmail working
	printf '#!/bin/sh\necho >>%s/attempts\nexit 75\n' "$PWD" >root/usr/sbin/sendmail
	chmod +x root/usr/sbin/sendmail
	conf "MAILADDR root" "PROGRAM $PWD/program" "SETTLE 0" "POLL 2"
	start_monitor
	event lost-data
	retry test -s attempts
	# it does not hold back the program
	event remapped 4096
	retry runs_are 2
	mails_are 0
	mv working root/usr/sbin/sendmail
	retry mails_are 1
	run last_mail
	assert_line --regexp "^Subject: .*: safe: data is lost \(and 1 other event\)$"
	assert_line "  remapped"
	sleep 2.5
	mails_are 1
	assert_equal "$(<runs)" "lost-data safe $U
remapped safe $U 4096"
	[ "$(wc -l <attempts)" -lt 20 ]
}

@test "a disk that leaves the system is reported at once, and its return later" {
	conf "MAILADDR root" "PROGRAM $PWD/program" "SETTLE 0" "POLL 3600"
	start_monitor
	set_gone 8:33
	echo "ACTION=remove SUBSYSTEM=block DEVNAME=/dev/sdc1" >&4
	retry mails_are 1
	run last_mail
	assert_line --partial "safe: the spare has left the system"
	assert_output --partial 'Next: Look at its cable, its power and the kernel log.'
	assert_equal "$(<runs)" "spare-gone safe $U"
	stop_monitor
	there sdc1 8:33
	once
	mails_are 2
	assert_equal "$(tail -1 runs)" "disk-back safe $U"
}

@test "--test tells of each set, or of one; also where there is none" {
	waiting $V waiting-main
	run dmremap monitor --test
	assert_success
	assert_output "A mail to root has been given to sendmail.
$PWD/program was run 2 times."
	[ "$(sort runs)" = "$(printf '%s\n' "test other $V" "test safe $U")" ]
	run dmremap monitor --test $U
	assert_success
	[ "$(tail -1 runs)" = "test safe $U" ]
	# named in the ways that other commands take
	for name in "${U^^}" /dev/mapper/safe; do
		rm runs
		run dmremap monitor --test "$name"
		assert_success
		assert_equal "$(<runs)" "test safe $U"
	done
	printf '%s\n' 'my\x20set' >"$DMREMAP_ROOT/sys/class/block/dm-0/dm/name"
	device 'my\x20set'
	for name in "my set" 'my\x20set' "/dev/mapper/my set"; do
		rm runs
		run dmremap monitor --test "$name"
		assert_success
		assert_equal "$(<runs)" "test my\\x20set $U"
	done
	# an empty name is not that of a set without a uuid
	echo >"$DMREMAP_ROOT/sys/class/block/dm-0/dm/uuid"
	rm "$(file 'my\x20set' config/uuid)"
	run dmremap monitor --test "my set"
	assert_equal "$(tail -1 runs)" "test my\\x20set -"
	for name in nosuch "" /dev/mapper/nosuch /dev/sdb; do
		run dmremap monitor --test "$name"
		assert_failure 8
		assert_output --partial "There is no set $name on this host."
	done
	dm safe $U
	rm -r "$DMREMAP_ROOT"/sys/class/block/dm-0 "$DMREMAP_ROOT"/sys/kernel/config/dm-remap-reassembly \
		"$DMREMAP_ROOT"/etc/dm-remap/sets.d
	run dmremap monitor --test
	assert_success
	[ "$(tail -1 runs)" = "test - -" ]
	# no set is named
	last_mail | grep -q "^Subject: dm-remap on [^:]*: this is a test$"
	run last_mail
	refute_line "-:"
	conf "SETTLE 5"
	run dmremap monitor --test
	assert_failure 8
	assert_output --partial "Nobody would be notified"
}

@test "a wrong line of the file is named" {
	while IFS='|' read -r line why; do
		conf "# a comment" "" "$line"
		run dmremap monitor --once
		assert_failure 16
		assert_line --partial "root/etc/dm-remap/monitor.conf:3: ${line%% *}: $why"
	done <<-END
		MAILADDR|there is no value
		MAILADDR a, b|one mail address is expected
		MAILADDR root Bcc|one mail address is expected
		MAILFROM a@b>|one mail address is expected
		PROGRAM rm|the path of a program is expected
		PROGRAM /nosuch|No such file or directory
		PROGRAM /etc|this is not an executable program
		PROGRAM /bin/sh -c ls|No such file or directory
		SETTLE -1|a number from 0 to 3600 is expected
		SETTLE 3601|a number from 0 to 3600 is expected
		POLL 0|a number from 1 to 86400 is expected
		DAYS 1 2|a number from 0 to 3650 is expected
		MAILTO root|no such keyword
	END
	mails_are 0
	run dmremap monitor --once --config /nosuch
	assert_failure 16
	run dmremap monitor --once safe
	assert_failure 16
	rm root/etc/dm-remap/monitor.conf
	run dmremap monitor --once
	assert_success
	cp "$TOP/tools/boot/monitor.conf" root/etc/dm-remap/
	run dmremap monitor --test
	assert_success
	# comments there would be accepted as well
	sed -E 's/^#([A-Z]+ )/\1/; /^PROGRAM/d' "$TOP/tools/boot/monitor.conf" >all.conf
	run dmremap monitor --test --config all.conf
	assert_success
	last_mail | grep -q "^From: dm-remap@example.org$"
}

@test "there is one monitor at a time" {
	start_monitor
	run dmremap monitor --once
	assert_failure 8
	assert_output --partial 'Another "dmremap monitor" is running'
	run dmremap monitor --test
	assert_success
}

zombies() { pgrep -c -r Z -P "$MONITOR"; }

@test "a disk that does not answer delays one look, and leaves no process behind" {
	printf '%s\n' "spare 1M" "main 8M" "name other" | image sdx
	disk sdx 8:64
	waiting $V waiting-main
	echo 8:64 >"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/$V/spare"
	echo device_timeout=4 >root/etc/dm-remap/dm-remap.conf
	conf "MAILADDR root" "SETTLE 0" "POLL 1"
	FAULT_SLOW=/sdx start_monitor
	sleep 2
	for nr in 1 2 3; do
		SECONDS=0
		event "new-$(printf '%*s' $nr | tr ' ' x)"
		retry mails_are $nr
		[ $SECONDS -lt 4 ]
	done
	run zombies
	assert_output 0
	kill -0 "$MONITOR"
}
