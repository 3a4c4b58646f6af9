#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap stats: the right number under the right name, and all that can be wrong.

load live.bash

# numbers_of TREE: "name value" of its numbers, as in the fixture
numbers_of() {
	sed -nE "s:^$1/(remaps/rate) (.+) (.+) (.+):\1_hour \2\n\1_day \3\n\1_month \4:
		s:^$1/([a-z_/]+) ([0-9]+)\$:\1 \2:; T; p" "$FIXTURES/device.tree" | grep -v _histogram
}

@test "every number is shown, under its own name" {
	device safe
	run dmremap stats safe
	assert_success
	n=0
	while read -r name value; do
		assert_line --regexp "^$name +$value\$"
		n=$((n + 1))
	done < <(numbers_of config; numbers_of stats)
	[ "$n" = $((28 + 34)) ]
	for line in "name +safe" "state +degraded" "main +8:16" "spare/device +8:33" \
		"uuid +0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0" "metadata/state +clean"; do
		assert_line --regexp "^$line\$"
	done
}

@test "histograms have a line for each bound, and a bar to scale" {
	device safe
	run dmremap stats safe
	assert_line --regexp "^ +16.8 ms +80 #{40}\$"
	assert_line --regexp "^ +33.6 ms +24 #{12}\$"
	assert_line --regexp "^ +8.39 ms +10 #{5}\$"
	assert_line --regexp "^ +64 ns +700000 #{40}\$"
	# few are not none
	assert_line --regexp "^ +inf +3 #\$"
	set_to safe stats/remap_latency_histogram 0
	: >"$(file safe stats/remap_latency_histogram)"
	run dmremap stats safe
	assert_success
	assert_line "remap_latency_histogram: empty"
}

@test "JSON has every number at its place" {
	device safe
	dmremap stats --json >out.json
	while read -r name value; do
		[ "$(jq ".devices[0].${name//\//.}" out.json)" = "$value" ]
	done < <(numbers_of config)
	while read -r name value; do
		[ "$(jq ".devices[0].stats.$name" out.json)" = "$value" ]
	done < <(numbers_of stats)
	run jq -c '.devices[0] | [.name, .state, .main, .spare.device, .metadata.state]' out.json
	assert_output '["safe","degraded","8:16","8:33","clean"]'
	run jq -c '.devices[0].stats.map_latency_histogram | map([.upper_bound_ns, .count])' out.json
	assert_output '[[64,700000],[128,90000],[256,9000],[512,1000],[null,3]]'
}

@test "disks are called by their paths, and in metrics also by what is printed on them" {
	device safe
	mkdir -p "$DMREMAP_ROOT/sys/class/block/sdb" "$DMREMAP_ROOT/sys/dev/block" "$DMREMAP_ROOT/run/udev/data"
	ln -s ../../class/block/sdb "$DMREMAP_ROOT/sys/dev/block/8:16"
	echo 8:16 >"$DMREMAP_ROOT/sys/class/block/sdb/dev"
	echo 7814037168 >"$DMREMAP_ROOT/sys/class/block/sdb/size"
	echo DEVNAME=sdb >"$DMREMAP_ROOT/sys/class/block/sdb/uevent"
	printf 'E:ID_MODEL=ST4000"DM004\nE:ID_SERIAL_SHORT=ZFN1ABCD\n' >"$DMREMAP_ROOT/run/udev/data/b8:16"
	run dmremap stats safe
	assert_line --regexp "^main +$DMREMAP_ROOT/dev/sdb \(8:16\)$"
	assert_line --regexp "^spare/device +8:33$"
	run jq -c '.devices[0] | [.main, .main_path, .spare.device, .spare.path]' <(dmremap stats --json safe)
	assert_output "[\"8:16\",\"$DMREMAP_ROOT/dev/sdb\",\"8:33\",null]"
	run dmremap metrics
	assert_line --partial ",main_device=\"$DMREMAP_ROOT/dev/sdb\",main_model=\"ST4000\\\"DM004\",main_serial=\"ZFN1ABCD\",spare_device=\"8:33\",spare_model=\"\""
}

@test "numbers of 64 bits stay what they are" {
	device safe
	set_to safe stats/reads 18446744073709551615
	run dmremap stats safe
	assert_line --regexp "^reads +18446744073709551615\$"
	run dmremap stats --json safe
	assert_output --partial '"reads": 18446744073709551615'
	set_to safe stats/reads 18446744073709551616
	run dmremap stats safe
	assert_failure 8
}

@test "all devices are shown, in order, or those that are named" {
	for name in r10 r2 r1; do device $name; done
	run jq -c '[.devices[].name]' <(dmremap stats --json)
	assert_output '["r1","r2","r10"]'
	run jq -c '[.devices[].name]' <(dmremap stats --json r10 r1)
	assert_output '["r10","r1"]'
	run bash -c "'$DMREMAP' stats | grep -c '^name '"
	assert_output 3
}

@test "without devices there is nothing to show, and that is no error" {
	run dmremap stats
	assert_success
	assert_output "dmremap: There are no dm-remap devices."
	run jq -c . <(dmremap stats --json)
	assert_output '{"devices":[]}'
	# nor without the module
	rm -r root/sys
	run dmremap stats
	assert_success
}

@test "a configfs that is not mounted is told from a module that is not loaded" {
	rm -r root/sys/kernel/config
	run dmremap stats
	assert_failure 8
	assert_output --partial "mount -t configfs"
}

@test "a transient set has no metadata" {
	device safe
	transient safe
	run dmremap stats
	assert_success
	refute_output --partial "generation"
	assert_line --regexp "^metadata/state +transient\$"
	run jq -c '.devices[0].metadata' <(dmremap stats --json)
	assert_output '{"state":"transient"}'
}

@test "without the module that counts, the rest is shown and it is said what to do" {
	device safe
	unload_stats
	run --separate-stderr dmremap stats
	assert_failure 8
	assert_line --regexp "^remaps/count +1102\$"
	refute_output --partial "reads"
	# shellcheck disable=SC2154 # bats's own
	[[ $stderr == *"safe: nothing is counted"*"modprobe dm_remap_stats"* ]]
	run --separate-stderr dmremap stats --json
	assert_failure 8
	[ "$(jq -c '[.devices[0].stats, .devices[0].remaps.count]' <<<"$output")" = "[null,1102]" ]
}

@test "reset writes 1 for the devices that are named, or for all" {
	device a
	device b
	run dmremap stats --reset b
	assert_success
	assert_output ""
	[ "$(cat "$(file a stats/reset)")" = "-" ]
	[ "$(cat "$(file b stats/reset)")" = 1 ]
	set_to b stats/reset -
	dmremap stats --reset
	[ "$(cat "$(file a stats/reset)") $(cat "$(file b stats/reset)")" = "1 1" ]
}

@test "a reset that cannot be done is an error, and the others are done" {
	device a
	device b
	rm "$(file a stats/reset)"
	mkdir "$(file a stats/reset)"
	run dmremap stats --reset
	assert_failure 8
	assert_output --partial "/a/stats/reset cannot be written: Is a directory."
	[ "$(cat "$(file b stats/reset)")" = 1 ]
	unload_stats
	run dmremap stats --reset b
	assert_failure 8
	assert_output --partial "modprobe dm_remap_stats"
	run dmremap stats --reset nosuch
	assert_failure 8
	assert_output --partial 'There is no dm-remap device "nosuch"'
	run dmremap stats --reset --json b
	assert_failure 16
}

@test "what is no number is an error that says where" {
	device good
	for text in "" x -1 +1 0x10 "1 2" "1x" " 1" "99999999999999999999"; do
		for path in stats/reads config/spare/free; do
			device bad
			set_to bad $path "$text"
			run dmremap stats
			assert_failure 8
			assert_line --partial "dmremap: $(file bad $path) is malformed."
			# the others are shown
			assert_line --regexp "^name +good\$"
			refute_line --regexp "^name +bad\$"
		done
	done
}

@test "nor is anything else that is garbage taken" {
	device safe
	long=$(printf 'x%.0s' {1..5000})
	n=0
	while read -r path text; do
		cp -r root kept
		printf '%b' "$text" >"$(file safe "$path")"
		run dmremap stats
		assert_failure 8
		assert_output --partial "$(file safe "$path") is malformed."
		rm -r root
		mv kept root
		n=$((n + 1))
	done <<-EOF
		config/state
		config/state two words\n
		config/state \x1b[2J\n
		config/state quo"te\n
		config/state $long\n
		config/uuid ${long:0:64}\n
		config/remaps/count 12\x00\n
		stats/map_latency_histogram 64\n
		stats/map_latency_histogram 64 1 2\n
		stats/map_latency_histogram 64 1\n64 2\n
		stats/map_latency_histogram 64 1\n32 2\n
		stats/map_latency_histogram inf 1\n32 2\n
		stats/map_latency_histogram infinity 1\n
		stats/map_latency_histogram 64 x\n
		stats/map_latency_histogram \n\n
		stats/map_latency_histogram $long\n
	EOF
	[ "$n" = 16 ]
}

@test "an attribute that is missing is a matter of versions" {
	device safe
	rm "$(file safe stats/relocations)"
	run dmremap stats
	assert_failure 8
	assert_output "dmremap: There is no $(file safe stats/relocations): dmremap and the modules are of different versions."
}

@test "a device that is just being made, or removed, is waited for" {
	device safe
	for path in config/spare config/metadata/commits stats/writes; do
		# on a busy machine it may take too long until the file is back
		for _ in {1..5}; do
			mv "$(file safe $path)" kept
			(sleep 0.05; mv kept "$(file safe $path)") &
			run dmremap stats
			wait $!
			[ "$status" != 0 ] || break
		done
		assert_success
		assert_line --regexp "^metadata/commits +871\$"
		assert_line --regexp "^writes +300102\$"
	done
	rm "$(file safe config/spare/bad)"
	(sleep 0.05; mv "$(file safe config)" gone) &
	run dmremap stats
	assert_success
	assert_output ""
}

@test "an attribute that cannot be read says why" {
	device safe
	rm "$(file safe stats/reads)"
	mkdir "$(file safe stats/reads)"
	run dmremap stats
	assert_failure 8
	assert_output --partial "stats/reads cannot be read: Is a directory."
}

@test "who is not root sees all but what walks the table" {
	local user=(setpriv --reuid=65534 --regid=65534 --clear-groups env DMREMAP_ROOT="$DMREMAP_ROOT" "$DMREMAP")
	[ "$(id -u)" = 0 ] || skip "needs root to be somebody else"
	device safe
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
	chmod 400 "$(file safe config/hash/longest_chain)"
	run "${user[@]}" stats
	assert_success
	assert_line --regexp "^remaps/count +1102\$"
	assert_line --regexp "^hash/buckets +1024\$"
	assert_line --regexp "^writes +300102\$"
	refute_output --partial longest_chain
	run jq -c '.devices[0].hash | [.entries, has("longest_chain")]' <("${user[@]}" stats --json)
	assert_output '[1105,false]'
	run "${user[@]}" top --count 1
	assert_success
	assert_line "safe: degraded, store clean, main 8:16, spare 8:33"
	run "${user[@]}" metrics
	assert_success
	assert_line 'dm_remap_devices 1'
	assert_line 'dm_remap_hash_buckets{device="safe"} 1024'
	refute_line --regexp '^dm_remap_hash_longest_chain\{'
	# anything else that cannot be read is an error
	chmod 400 "$(file safe config/remaps/count)"
	run "${user[@]}" stats
	assert_failure 8
	assert_output --partial "remaps/count cannot be read: Permission denied."
}

# going NAME PATH: the device goes after a read of this file
going() {
	rm "$(file "$1" "$2")"
	mkfifo "$(file "$1" "$2")"
	(
		exec 3>"$(file "$1" "$2")"
		rm -r "$(file "$1" config)" "$(dirname "$(file "$1" stats)")"
		echo 8 >&3
	) &
}

@test "a device that goes while it is read is not there" {
	for path in config/block_size config/spare/bad stats/reads stats/store_commit_ns; do
		rm -rf root
		setup
		device r1
		device r2
		going r1 $path
		run timeout 20 "$DMREMAP" stats
		assert_success
		assert_line --regexp "^name +r2\$"
		refute_output --regexp "name +r1"
		device r1
		going r1 $path
		run timeout 20 "$DMREMAP" stats r1
		assert_failure 8
		assert_output --partial 'There is no dm-remap device "r1".'
	done
}

@test "a device has the name that people type, and the one that device-mapper makes of it" {
	# the last one was made by a program that encodes nothing
	device '\xd0\xb4\xd0\xb0\xd0\xbd\xd0\xbd\xd1\x8b\xd0\xb5'
	device größe
	for name in данные '\xd0\xb4\xd0\xb0\xd0\xbd\xd0\xbd\xd1\x8b\xd0\xb5' größe; do
		run dmremap stats "$name"
		assert_success
		run dmremap stats "/dev/mapper/$name"
		assert_success
	done
	# what is refused is called as it was typed
	run dmremap create "$(printf 'ж%.0s' {1..16})" main spare
	assert_failure 16
	assert_output --partial 'жж" is too long: device-mapper writes it as "\xd0\xb6'
}

@test "a name that is none is refused" {
	for name in "" . .. ../../etc /dev/mapper/ a/b "$(printf 'x%.0s' {1..128})"; do
		run dmremap stats "$name"
		assert_failure 16
		assert_output --regexp "cannot be the name of a set|is not a device of device-mapper"
	done
	run dmremap stats nosuch
	assert_failure 8
	assert_output --partial 'There is no dm-remap device "nosuch"'
	run dmremap stats --nosuch
	assert_failure 16
}

@test "output that is lost is an error" {
	device safe
	run bash -c "'$DMREMAP' stats >/dev/full"
	assert_failure 8
	assert_output --partial "The output cannot be written: No space left on device."
	run bash -c "'$DMREMAP' stats --json >&-"
	assert_failure 8
	assert_output --partial "The output cannot be written"
}
