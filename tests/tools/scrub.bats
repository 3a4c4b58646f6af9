#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap scrub: orders, output, and the timer's starts, pauses and resumes.

bats_require_minimum_version 1.5.0
load live.bash

DAY=86400
SIZE=20971520

# scrub NAME STATE POSITION [RESULT...]: set the kernel's attributes
scrub() {
	local dir
	dir=$(file "$1" config/scrub)
	mkdir -p "$dir"
	echo "$2" >"$dir/state"
	echo "$3" >"$dir/position"
	echo 0 >"$dir/rate_kib"
	: >"$dir/control"
	printf '%s\n' "${@:4}" | sed '/^$/d' >"$dir/last_result"
}

# ran DAYS MOVED PENDING: a run that ended so many days ago, and an hour
ran() { echo "$(($(date +%s) - $1 * DAY - 3600)) 7200 $SIZE $2 $3"; }

# sysfs NAME ROTATIONAL: the device, and the disk of its main
sysfs() {
	local block=$DMREMAP_ROOT/sys/class/block
	mkdir -p "$block/dm-0/dm" "$block/dm-0/remap" "$block/sdb/queue" "$DMREMAP_ROOT/sys/dev/block"
	echo "$1" >"$block/dm-0/dm/name"
	echo "DMREMAP-$U" >"$block/dm-0/dm/uuid"
	echo 253:0 >"$block/dm-0/dev"
	echo $SIZE >"$block/dm-0/size"
	echo 8:16 >"$block/sdb/dev"
	echo DEVNAME=sdb >"$block/sdb/uevent"
	echo "$2" >"$block/sdb/queue/rotational"
	ln -sfn ../../class/block/dm-0 "$DMREMAP_ROOT/sys/dev/block/253:0"
	ln -sfn ../../class/block/sdb "$DMREMAP_ROOT/sys/dev/block/8:16"
}

U=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
STAMP=var/lib/dm-remap/scrub/$U

conf() {
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap"
	printf '%s\n' "$@" >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
}

ours() { [ -e "$DMREMAP_ROOT/$STAMP" ]; }

# ordered [WORD]: the timer gives this order, or none
ordered() {
	: >"$(file safe config/scrub/control)"
	mkdir -p "$DMREMAP_ROOT/var/lib"
	run dmremap scrub --all
	assert_success
	assert_equal "$(<"$(file safe config/scrub/control)")" "${1:-}"
}

# hours that have this one, and hours that do not
now() { local h; h=$(date +%-H); echo "$h-$((h + 1))"; }
not_now() { local h; h=$(date +%-H); echo "$(((h + 2) % 24))-$(((h + 3) % 24))"; }

@test "an order goes to the kernel, and a refusal is explained" {
	device safe
	scrub safe idle 0
	for order in start stop pause resume; do
		: >"$(file safe config/scrub/control)"
		run dmremap scrub safe "$order"
		assert_success
		assert_output ""
		assert_equal "$(<"$(file safe config/scrub/control)")" "$order"
	done
	: >"$(file safe config/scrub/control)"
	run dmremap scrub --all stop
	assert_success
	assert_equal "$(<"$(file safe config/scrub/control)")" stop
	for wrong in "" nosuch "safe go" "safe start stop" "--json safe start" "--all safe"; do
		# shellcheck disable=SC2086 # words
		run dmremap scrub $wrong
		[ "$status" -ge 8 ]
	done
	rm "$(file safe config/scrub/control)"
	ln -s /dev/full "$(file safe config/scrub/control)"
	run dmremap scrub safe start
	assert_failure 8
	assert_output --partial 'safe: the scrub does not take "start"'
	rm -r "$(file safe config/scrub)"
	run dmremap scrub safe
	assert_failure 8
	assert_output "dmremap: The scrub of safe cannot be read: the module that is loaded has none."
}

@test "status says how far a run is, and what the last ones found" {
	device safe
	sysfs safe 1
	scrub safe paused 5242880 "1700000000 5400 20971520 2 1" "1690000000 50 4096 0 0"
	echo 2000 >"$(file safe config/scrub/rate_kib)"
	TZ=UTC run dmremap scrub safe
	assert_success
	assert_output "safe: scrub paused, 25% (sector 5242880 of 20971520), limited to 2000 KiB/s
ENDED              TOOK READ MIB MOVED UNREADABLE
2023-11-14 22:13 90 min    10240     2          1
2023-07-22 04:26   50 s        2     0          0
\"dmremap list safe\" shows which, with the reason \"scrub\" or \"slow\"; \"dmremap files safe\", in which files the unreadable ones are."
	assert_equal "$(dmremap scrub --json safe status | jq -c '.scrubs[0] | [.name, .state, .position, .sectors, .seconds_left, .runs[0].moved, (.runs | length)]')" \
		'["safe","paused",5242880,20971520,null,2,2]'
	scrub safe idle 0
	run dmremap scrub --all status
	assert_output "safe: scrub idle
No run has ended yet."
	# one that reads on while it is looked at
	scrub safe running 5242880
	(sleep 0.5; echo 5447680 >"$(file safe config/scrub/position)") 3>&- &
	run dmremap scrub safe
	assert_output --regexp "^safe: scrub running, 25% \(sector 5447680 of 20971520\), [0-9.]+ MiB/s, about [0-9]+ (s|min) left"
	run dmremap scrub safe
	assert_output --partial "waiting for the disk or for others who use it"
}

@test "the timer starts what is due: by kind of disk, and sooner after a find" {
	device safe
	sysfs safe 1
	scrub safe idle 0
	ordered start
	ours
	scrub safe idle 0 "$(ran 13 0 0)"
	ordered
	run ! ours
	scrub safe idle 0 "$(ran 14 0 0)" "$(ran 40 1 0)"
	ordered start
	# a find within the last two weeks, by the last run or one before it
	scrub safe idle 0 "$(ran 6 1 0)"
	ordered
	scrub safe idle 0 "$(ran 7 0 1)"
	ordered start
	scrub safe idle 0 "$(ran 8 0 0)" "$(ran 13 0 1)"
	ordered start
	scrub safe idle 0 "$(ran 8 0 0)" "$(ran 15 0 1)"
	ordered
	# flash
	sysfs safe 0
	scrub safe idle 0 "$(ran 29 0 0)"
	ordered
	scrub safe idle 0 "$(ran 30 0 0)"
	ordered start
	scrub safe idle 0 "$(ran 12 0 1)"
	ordered
	# a clock that was wrong
	scrub safe idle 0 "$(ran -3 0 0)"
	ordered start
}

@test "the days are settings" {
	device safe
	sysfs safe 1
	conf scrub_days=2 scrub_days_flash=0 scrub_after_find_days=0
	scrub safe idle 0 "$(ran 1 5 5)"
	ordered
	scrub safe idle 0 "$(ran 2 0 0)"
	ordered start
	sysfs safe 0
	scrub safe idle 0
	ordered
	conf scrub_days=often "scrub_days_flash=30 # rarely"
	sysfs safe 1
	scrub safe idle 0 "$(ran 14 0 0)"
	ordered start
	assert_output --partial '/etc/dm-remap/dm-remap.conf: scrub_days must be a number of days up to 3650, not "often".'
}

@test "the timer keeps to the hours, and leaves alone what a person has started" {
	device safe
	sysfs safe 1
	conf "scrub_hours=$(not_now)"
	scrub safe idle 0
	ordered
	conf "scrub_hours=$(now)"
	ordered start
	conf "scrub_hours=$(not_now)"
	scrub safe running 4096
	ordered pause
	assert_output "safe: scrub paused until its hours come"
	scrub safe paused 4096
	ordered
	conf "scrub_hours=$(now)"
	ordered resume
	# a person takes it over
	dmremap scrub safe pause
	run ! ours
	ordered
	scrub safe running 8192
	conf "scrub_hours=$(not_now)"
	ordered
	# the end of a run is the end of that
	conf "scrub_hours=$(now)"
	scrub safe idle 0
	ordered start
	scrub safe idle 0 "$(ran 0 0 0)"
	ordered
	run ! ours
	conf scrub_hours=night
	scrub safe idle 0
	ordered
	assert_output --partial 'scrub_hours is FROM-TO, in hours from 0 to 24, and not "night": nothing is started.'
}

@test "the timer needs a place to note what it has started" {
	device safe
	scrub safe idle 0
	run dmremap scrub --all
	assert_failure 8
	assert_output --partial "/var/lib/dm-remap/scrub/ cannot be written"
	[ ! -s "$(file safe config/scrub/control)" ]
}
