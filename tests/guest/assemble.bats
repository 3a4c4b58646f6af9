#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap assemble, scan, status, wait and stop, with sets on disks, and without udev.
# rig: test=uml/3 timeout=900
# rig: disk part size=40M
# shellcheck disable=SC2086 # uuids and paths have no spaces

load ../lib/common
load ../lib/halves

BY_ID=/dev/disk/by-id

teardown() {
	remove_devices
	unload dm_remap_reassembly scsi_debug
	rm -rf /dev/disk /etc/dm-remap
}
teardown_file() { clean_up; }

setup() {
	null_blk main 8
	null_blk spare 4
	know $U $V
}

inactive() { [ "$(dmsetup ls)" = "No devices found" ]; }

# json ARGUMENT... -- FILTER: what dmremap prints, through jq
json() {
	local -a words=()
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	dmremap "${words[@]}" --json >"$BATS_TEST_TMPDIR/json" 2>"$BATS_TEST_TMPDIR/said" || :
	jq -c "$2" "$BATS_TEST_TMPDIR/json"
}

# by_id NAME DEVICE: as udev would
by_id() { mkdir -p $BY_ID && ln -sf "$2" "$BY_ID/$1"; }

@test "by hand: modprobe with the devices, then assemble, and stop" {
	make r $U /dev/main /dev/spare
	modprobe dm_remap_reassembly devices=/dev/main,/dev/spare
	# no disk of the other one is there
	run dmremap status
	assert_line --regexp "^$V +waiting +- +- +$V\$"
	rm "$KNOWN/$V"
	run dmremap status
	assert_failure 4
	assert_line --regexp "^r +complete +/dev/main +/dev/spare +$U\$"
	assert_output --partial 'dmremap assemble r'
	run dmremap assemble --dry-run
	assert_success
	assert_output --regexp "^Would activate r: 0 16384 remap [0-9:]+ 0 [0-9:]+ 3 persistent uuid $U\$"
	inactive
	run dmremap assemble
	assert_success
	assert_output "r is active."
	active r $U
	run dmremap assemble
	assert_success
	assert_output "r is active already."
	run dmremap status
	assert_success
	assert_line --regexp "^r +ok +/dev/main +/dev/spare +1 of [0-9]+ +$U\$"
	run dmremap stop r
	assert_success
	assert_output ""
	inactive
	# by its name, and by its uuid
	dmremap assemble r
	active r $U
	dmremap stop ${U^^}
	inactive
	dmremap assemble ${U^^}
	active r $U
}

@test "by its two devices; its size is enough for these, and for nobody else" {
	make r $U /dev/main /dev/spare
	run dmremap assemble --all
	assert_failure 4
	assert_output 'dmremap: r waits for its main, a device of 16384 sectors. Of that size there is /dev/main. If it is the main, say so: "dmremap assemble /dev/main /dev/spare". "dmremap seal r" then lets it be found by itself.'
	inactive
	run dmremap assemble /dev/spare
	assert_failure 4
	inactive
	dmremap assemble /dev/spare /dev/main
	active r $U
	dmremap stop r
	# the module knows by now, and is not asked by those that run by themselves
	for how in --all "--incremental /dev/spare"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble $how
		assert_failure 4
		assert_output --partial "only the size shows"
		inactive
	done
	run dmremap assemble --incremental /dev/main
	assert_success
	assert_output ""
	inactive
	# a second one of that size: naming one decides
	null_blk other 8
	dmremap scan /dev/other
	run dmremap assemble r
	assert_failure 4
	assert_output --partial "several devices may be its main"
	assert_output --partial "/dev/main, /dev/other"
	inactive
	dmremap assemble /dev/main /dev/spare
	active r $U
	dmremap stop r
	# one of another size, one that is a half of nothing, and one that is not there
	null_blk small 4
	run dmremap assemble /dev/small /dev/spare
	assert_failure 8
	assert_output --partial "/dev/small is not a spare"
	run dmremap assemble /dev/main
	assert_failure 8
	run dmremap assemble /dev/nosuch /dev/spare
	assert_failure 8
	run dmremap assemble nosuch
	assert_failure 8
	assert_output --partial "dmremap scan"
	inactive
}

@test "--all, by labels and by main_id" {
	null_blk main2 8
	null_blk spare2 4
	make r $U /dev/main /dev/spare main_id serial-1
	make s $V /dev/main2 /dev/spare2
	seal s $V /dev/main2 /dev/spare2
	run dmremap assemble --all --dry-run
	assert_failure 4
	assert_output --partial "Would activate s: "
	assert_output --partial "r waits for its main, a device of 16384 sectors that is known as serial-1."
	inactive
	run dmremap assemble --all
	assert_failure 4
	assert_line "s is active."
	active s $V
	by_id serial-1 /dev/main
	run json scan -- '.devices[] | [.device, .role, .name, .uuid, .known_by, .main_id]'
	assert_output "[\"/dev/main2\",\"main\",\"s\",\"$V\",\"label\",null]
[\"/dev/spare\",\"spare\",\"r\",\"$U\",\"superblock\",\"serial-1\"]
[\"/dev/main\",\"main\",\"r\",\"$U\",\"main_id\",null]
[\"/dev/spare2\",\"spare\",\"s\",\"$V\",\"superblock\",null]"
	run dmremap assemble --all
	assert_success
	assert_output "r is active."
	active r $U
	run dmremap assemble --all
	assert_success
	assert_output ""
	dmremap stop --all
	inactive
	run dmremap assemble --all
	assert_success
	assert_equal "$(dmsetup ls | wc -l)" 2
}

@test "--incremental, in both orders, and nothing of ours" {
	local how
	null_blk other 8
	make r $U /dev/main /dev/spare main_id serial-1
	for how in id label; do
		[ $how = id ] || seal r $U /dev/main /dev/spare
		by_id serial-1 /dev/main
		[ $how = id ] || rm -r /dev/disk
		# nothing of ours: it is silent, and loads nothing
		unload dm_remap_reassembly dm_remap_metadata dm_remap
		run dmremap assemble --incremental /dev/other
		assert_success
		assert_output ""
		[ ! -e /sys/module/dm_remap_reassembly ]
		# the spare last
		run dmremap assemble --incremental /dev/main
		if [ $how = id ]; then
			assert_success
		else
			assert_failure 4
			assert_output --partial "waits for its spare"
		fi
		inactive
		run dmremap assemble --incremental /dev/spare
		assert_success
		assert_output "r is active."
		active r $U
		# and again
		run dmremap assemble --incremental /dev/spare
		assert_success
		assert_output ""
		run dmremap assemble --incremental /dev/main
		assert_success
		assert_output ""
		dmremap stop r
		# the spare first
		unload dm_remap_reassembly
		rm -rf /dev/disk
		if [ $how = label ]; then
			# a main that is not there yet
			$LABEL /dev/main $V nosuch
		fi
		run dmremap assemble --incremental /dev/spare
		assert_failure 4
		assert_output --partial "r waits for its main"
		run dmremap assemble --incremental /dev/other
		assert_success
		assert_output ""
		inactive
		[ $how = label ] || by_id serial-1 /dev/main
		[ $how = id ] || $LABEL /dev/main $U r
		run dmremap assemble --incremental /dev/main
		assert_success
		assert_output "r is active."
		active r $U
		dmremap stop r
	done
}

@test "a copy by dd: neither is activated, and both are named" {
	null_blk main2 8
	null_blk spare2 4
	rm "$KNOWN/$V"
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dd if=/dev/spare of=/dev/spare2 bs=1M oflag=direct status=none
	for how in --all r "--incremental /dev/spare2" "/dev/main"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble $how
		assert_failure 4
		assert_output --partial "/dev/spare and /dev/spare2 both say that they are its spare"
		inactive
	done
	run json status -- '.sets[] | [.name, .active, .state, (.message | length > 0)]'
	assert_output '["r",false,"conflict",true]'
	# both halves twice
	dd if=/dev/main of=/dev/main2 bs=1M oflag=direct status=none
	run dmremap assemble --all
	assert_failure 4
	assert_output --partial "/dev/spare and /dev/spare2 both say"
	assert_output --partial "/dev/main and /dev/main2 both say"
	# one copy goes, the other is wiped
	echo 0 >"$NULLB/main2/power"
	dd if=/dev/zero of=/dev/spare2 bs=4096 count=1 oflag=direct status=none
	run dmremap scan
	assert_success
	run dmremap assemble r
	assert_success
	active r $U
}

@test "a copy of one set does not make a disk that nobody has named the main of another" {
	modprobe dm_remap_reassembly
	null_blk main2 16
	null_blk spare2 4
	null_blk spare3 4
	make r $U /dev/main /dev/spare
	make s $V /dev/main2 /dev/spare2
	dd if=/dev/spare2 of=/dev/spare3 bs=1M oflag=direct status=none
	run dmremap scan
	assert_equal "$(<"/sys/kernel/config/dm-remap-reassembly/sets/$V/state")" conflict
	# of the size of the one that is missing
	echo 0 >"$NULLB/main/power"
	null_blk other 8
	run dmremap assemble r
	assert_failure 4
	assert_output --partial "r waits for its main"
	inactive
	# both copies are wiped, and known as that
	for spare in spare2 spare3; do
		dd if=/dev/zero of=/dev/$spare bs=4096 count=1 oflag=direct status=none
	done
	dd if=/dev/zero of=/dev/spare bs=4096 count=1 oflag=direct status=none
	run dmremap scan
	rm "$KNOWN"/*
	run dmremap status
	assert_success
	assert_output --partial "There are no active or waiting sets"
}

@test "a half that is missing, or goes" {
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dmremap assemble --all
	dmremap stop r
	# the module has seen both, and now one has gone
	echo 0 >"$NULLB/spare/power"
	run dmremap assemble r
	assert_failure 4
	assert_output --partial "r waits for its spare."
	assert_output --partial "dmremap assemble --degraded r"
	inactive
	run json assemble r -- '.sets[] | [.name, .uuid, .state, .main, .spare, .device, .activated]'
	assert_output "[\"r\",\"$U\",\"waiting-spare\",\"/dev/main\",null,null,false]"
	run dmremap status
	assert_failure 4
	assert_line --regexp "^r +waiting-spare +/dev/main +- +$U\$"
	run dmremap status nosuch
	assert_failure 8
	# all of it
	echo 0 >"$NULLB/main/power"
	run dmremap assemble --all
	assert_failure 4
	assert_output --partial "Its main has gone"
	run dmremap wait r --timeout 0.2
	assert_failure 4
	assert_output --partial "Its main has gone"
	inactive
}

@test "--degraded: the main alone, read-only, when the spare is not there" {
	rm "$KNOWN/$V"
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	run dmremap assemble --degraded r
	assert_failure 8
	assert_output --partial "its spare is present, /dev/spare"
	inactive
	echo 0 >"$NULLB/spare/power"
	run dmremap assemble --degraded --all
	assert_failure 16
	run dmremap assemble --degraded r
	assert_success
	assert_output --partial "read-only. Blocks that had moved to the spare have what was on the disk before"
	assert_equal "$(blockdev --getro /dev/mapper/r) $(dmsetup table r | cut -d' ' -f3)" "1 linear"
	assert_data /dev/mapper/r 64 4096 stale
	run json status -- '.sets[] | [.name, .uuid, .active, .state, .main]'
	assert_output "[\"r\",\"$U\",true,\"without-spare\",\"/dev/main\"]"
	run dmremap wait r --timeout 0.2
	assert_failure 4
	# the spare comes: nothing is activated beside it
	echo 1 >"$NULLB/spare/power"
	run dmremap assemble --all
	assert_failure 4
	assert_output --partial "r is active without its spare"
	dmremap stop r
	inactive
	# an unknown main
	dd if=/dev/zero of=/dev/main bs=4096 count=1 oflag=direct status=none
	run dmremap assemble --degraded /dev/main
	assert_failure 16
	run dmremap assemble --degraded --name old /dev/main
	assert_success
	assert_data /dev/mapper/old 64 4096 stale
	run dmremap assemble /dev/main /dev/spare
	assert_failure 8
	assert_output --partial "/dev/main is in use: old is on it"
	dmremap stop old
}

@test "--read-only writes nothing" {
	local before
	make r $U /dev/main /dev/spare
	before=$(md5sum /dev/main /dev/spare)
	dmremap assemble --read-only /dev/main /dev/spare
	active r $U
	assert_equal "$(blockdev --getro /dev/mapper/r)" 1
	assert_equal "$(remap_status r state)" read-only
	dmremap stop r
	echo 3 >/proc/sys/vm/drop_caches
	assert_equal "$(md5sum /dev/main /dev/spare)" "$before"
}

@test "names: taken ones, new ones, strange ones, and none" {
	null_blk main2 8
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	dmsetup create r --table "0 8 zero"
	run dmremap assemble /dev/main /dev/spare
	assert_failure 8
	assert_output --partial "another device has the name r"
	assert_output --partial "--name"
	run dmremap assemble --name a/b /dev/main /dev/spare
	assert_failure 16
	dmremap assemble --name "a b" /dev/main /dev/spare
	active 'a\x20b' $U r
	dmsetup remove r
	# it is called so from then on
	run dmremap status "a b"
	assert_success
	dmremap stop "a b"
	dmremap assemble "a b"
	active 'a\x20b' $U r
	dmremap stop 'a\x20b'
	# two of one name
	make 'a\x20b' $V /dev/main2 /dev/spare2
	run dmremap scan /dev/spare2
	run dmremap assemble "a b"
	assert_failure 8
	assert_output --partial "Several sets are called a b"
	assert_output --partial $V
	inactive
	# names that somebody may have put there
	seal r $U /dev/main /dev/spare
	$LABEL /dev/main $U ../../etc
	run dmremap scan --udev /dev/main
	assert_output "DM_REMAP_ROLE=main
DM_REMAP_UUID=$U
DM_REMAP_NAME=..\\x2f..\\x2fetc
DM_REMAP_AUTO=1"
	echo 0 >"$NULLB/spare/power"
	run dmremap assemble --degraded ${U^^}
	assert_success
	[ -b '/dev/mapper/..\x2f..\x2fetc' ]
}

# at_once COMMAND...: twice, at the same time; both must succeed
at_once() {
	local first second
	"$@" >"$BATS_TEST_TMPDIR/one" 2>&1 3>&- &
	first=$!
	"$@" >"$BATS_TEST_TMPDIR/two" 2>&1 3>&- &
	second=$!
	if wait $first && wait $second; then return; fi
	cat "$BATS_TEST_TMPDIR"/{one,two}
	return 1
}

@test "two at the same time: one activates it, the other is content" {
	local i
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dmremap scan
	for i in 1 2 3; do
		at_once $TOOL assemble --all
		active r $U
		assert_equal "$(cat "$BATS_TEST_TMPDIR"/{one,two})" "r is active."
		dmremap stop r
		at_once $TOOL assemble --name "r$i" r
		active "r$i" $U r
		dmremap stop $U
		dmremap assemble -N r r >/dev/null
		dmremap stop r
	done
	unload dm_remap_reassembly
	# both halves come at once
	$TOOL assemble --incremental /dev/main >"$BATS_TEST_TMPDIR/one" 2>&1 3>&- &
	$TOOL assemble --incremental /dev/spare >"$BATS_TEST_TMPDIR/two" 2>&1 3>&- || :
	wait $! || :
	active r $U
}

@test "a device that somebody else has begun to make is waited for" {
	local table pid
	make r $U /dev/main /dev/spare
	modprobe dm_remap_reassembly devices=/dev/main,/dev/spare
	table=$(<"/sys/kernel/config/dm-remap-reassembly/sets/$U/table")
	dmsetup create r -u "DMREMAP-$U" --notable
	dmsetup load r --table "$table"
	$TOOL assemble r >"$BATS_TEST_TMPDIR/one" 2>&1 3>&- &
	pid=$!
	sleep 2
	running $pid
	dmsetup resume r
	wait $pid
	assert_equal "$(cat "$BATS_TEST_TMPDIR/one")" "r is active already."
	active r $U
}

@test "wait, in the background" {
	local pid
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	$TOOL wait r 3>&- &
	pid=$!
	sleep 1
	running $pid
	dmremap assemble --all
	wait $pid
	dmremap wait $U --timeout 0
	dmremap stop r
	run dmremap wait r --timeout 0.5
	assert_failure 4
	assert_output --partial "has not been activated"
	run dmremap wait
	assert_failure 16
	run dmremap wait r --timeout never
	assert_failure 16
}

@test "stop: who uses it, and stacks from the top down" {
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	dmremap assemble /dev/main /dev/spare
	mkfs.ext4 -q /dev/mapper/r
	mkdir -p "$BATS_TEST_TMPDIR/mnt"
	mount /dev/mapper/r "$BATS_TEST_TMPDIR/mnt"
	run dmremap stop r
	assert_failure 8
	assert_output --partial "it is mounted on $BATS_TEST_TMPDIR/mnt: unmount it"
	umount "$BATS_TEST_TMPDIR/mnt"
	# one on top of it, transient, and something on that
	remap_create top /dev/mapper/r /dev/spare2
	dmsetup create above --table "0 8 linear /dev/mapper/top 0"
	run dmremap stop --all
	assert_failure 8
	assert_output --partial "top is in use: above is on it"
	assert_output --partial "r is in use: top is on it"
	assert_equal "$(json stop --all -- '[.devices[] | [.name, .in_use, .removed]] | sort')" \
		'[["r","top is on it: stop that first",false],["top","above is on it: stop that first",false]]'
	run dmremap stop above
	assert_failure 8
	assert_output --partial "not a dm-remap device"
	dmsetup remove above
	run dmremap stop --all --dry-run
	assert_line "Would remove top."
	assert_equal "$(json stop --dry-run top -- '.devices[] | [.name, .in_use, .removed]')" '["top",null,false]'
	assert_equal "$(json stop --all -- '[.devices[] | [.name, .in_use, .removed]]')" \
		'[["top",null,true],["r",null,true]]'
	inactive
	# an unknown disk
	dmremap assemble r
	exec 9</dev/mapper/r
	run dmremap stop r
	assert_failure 8
	assert_output --partial "r is in use"
	exec 9<&-
	assert_equal "$(json stop r -- .)" '{"devices":[{"name":"r","uuid":"'$U'","in_use":null,"removed":true}]}'
	inactive
	run dmremap stop r
	assert_failure 8
	assert_output --partial "r is not active"
}

@test "what is on a half keeps it from being used" {
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dmsetup create lower --table "0 16384 linear /dev/main 0"
	# it is seen through the upper device
	run json scan -- '[.devices[] | select(.role == "main") | .device]'
	assert_output '["/dev/mapper/lower"]'
	dmremap assemble --all
	active r $U
	assert_equal "$(dmsetup deps -o devname r)" "2 dependencies	: (spare) (lower)"
	dmremap stop r
	# one that is suspended would keep us waiting
	unload dm_remap_reassembly
	dmsetup suspend lower
	run dmremap assemble --all
	dmsetup resume lower
	assert_failure 4
	assert_output --partial "r waits for its main"
	run dmremap assemble /dev/main /dev/spare
	assert_failure
	assert_output --partial "in use: lower is on it"
	dmsetup remove lower
	dmremap assemble r
	active r $U
}

@test "a half that is mounted is not used" {
	make r $U /dev/main /dev/spare main_id serial-1
	by_id serial-1 /dev/main
	# somebody has forgotten that it is under dm-remap
	mkfs.ext4 -q -F /dev/main
	mkdir -p "$BATS_TEST_TMPDIR/mnt"
	mount /dev/main "$BATS_TEST_TMPDIR/mnt"
	run dmremap assemble --all
	assert_failure 8
	assert_output --partial "r: its main /dev/main is in use: it is mounted on $BATS_TEST_TMPDIR/mnt: unmount it"
	inactive
	umount "$BATS_TEST_TMPDIR/mnt"
}

@test "sectors that cannot be read, where a label or a superblock would be" {
	local end
	make r $U /dev/main /dev/spare main_id serial-1
	by_id serial-1 /dev/main
	null_blk_bad main +0-7
	null_blk_bad spare +0-7
	dmremap assemble --all
	active r $U
	dmremap stop r
	end=$(($(sectors /dev/spare) - 8))
	# stale pages there are repaired before the other copy fails
	null_blk_bad spare -0-7
	dmremap assemble --all
	dmremap stop r
	null_blk_bad spare "+$end-$end"
	dmremap assemble --all
	active r $U
	dmremap stop r
	# both are gone
	null_blk_bad spare +0-7
	run dmremap assemble --all
	assert_success
	assert_output --partial "/dev/spare cannot be read, and is left out"
	run dmremap assemble r
	assert_failure 8
	run dmremap scan /dev/spare
	assert_failure 8
	assert_output --partial "/dev/spare cannot be read"
	inactive
}

@test "a device that never answers is left out" {
	null_blk other 8
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dmsetup create lower --table "0 16384 linear /dev/other 0"
	dmsetup create upper --table "0 16384 linear /dev/mapper/lower 0"
	dmsetup suspend lower
	run dmremap assemble --all
	dmsetup resume lower
	assert_success
	assert_output --partial "/dev/mapper/upper answers slowly, and is left out"
	assert_line "r is active."
	active r $U
}

@test "what cannot be used says where to look" {
	make r $U /dev/main /dev/spare
	printf x | dd of=/dev/spare bs=1 seek=100 conv=notrunc,fsync status=none
	dd if=/dev/zero of=/dev/spare bs=4096 seek=$(($(sectors /dev/spare) / 8 - 1)) count=1 conv=notrunc,fsync status=none
	run dmremap assemble --all
	assert_failure 4
	assert_output --partial 'dmremap check /dev/spare'
	run dmremap assemble --incremental /dev/spare
	assert_failure 4
	assert_output --partial "checksum"
	run dmremap scan
	assert_failure 4
	assert_line --regexp "^/dev/spare +- .*checksum"
	inactive
}

@test "a partition is found by its PARTUUID, and its disk is not taken for it" {
	local disk
	disk=$(rig_disk part)
	sfdisk -q -X gpt "$disk" <<-'END'
		size=8M
		size=4M
	END
	retry_until 10 test -b "${disk}p2"
	by_partuuid=$(sfdisk --part-uuid "$disk" 1)
	make r $U "${disk}p1" "${disk}p2" main_id "${by_partuuid,,}"
	printf '%s\n' main_id=- "spare_id=$(sfdisk --part-uuid "$disk" 2)" >"$KNOWN/$U"
	run dmremap assemble --all
	assert_success
	active r $U
	dmremap stop r
	run dmremap scan --udev "$disk"
	assert_success
	assert_output ""
	unload dm_remap_reassembly
	dmremap assemble --incremental "${disk}p2"
	active r $U
	dmremap stop r
	blkdiscard -fz "${disk}p2"
}

@test "--auto heeds the kernel's command line, and modules that are not there are told" {
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	echo "quiet dm_remap.assemble=0 x" >"$BATS_TEST_TMPDIR/cmdline"
	mount --bind "$BATS_TEST_TMPDIR/cmdline" /proc/cmdline
	for how in --all "--incremental /dev/main" "--incremental /dev/spare"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble --auto $how
		assert_success
		assert_output ""
	done
	inactive
	[ ! -e /sys/module/dm_remap_reassembly ]
	# by hand it does not matter
	dmremap assemble --all
	active r $U
	umount /proc/cmdline
	# a set stopped by the user stays so, until a half arrives or the user assembles it
	dmremap stop r
	dmremap assemble --auto --all
	inactive
	dmremap assemble --auto --incremental /dev/main
	active r $U
	dmremap stop r
	dmremap assemble r
	dmsetup remove r
	dmremap assemble --auto --all
	active r $U
	dmremap stop r
	unload dm_remap_reassembly
	echo /bin/false >/proc/sys/kernel/modprobe
	run dmremap assemble --all
	echo /sbin/modprobe >/proc/sys/kernel/modprobe
	assert_failure 8
	assert_output --partial "modprobe dm_remap_reassembly"
}

@test "of two sealed sets with one name the foreign one has a name of its own, the same each time" {
	local foreign order half
	null_blk main2 8
	null_blk spare2 4
	dmremap create data /dev/main2 /dev/spare2
	dmremap seal data
	foreign=$(basename "$(grep -lx name=data $KNOWN/*)")
	dmremap stop data
	rm "$KNOWN/$foreign"
	dmremap create data /dev/main /dev/spare
	dmremap seal data
	dmremap stop data
	echo assemble=sealed >/etc/dm-remap/dm-remap.conf
	for order in "main main2 spare spare2" "main2 spare2 main spare" "spare2 spare main2 main"; do
		unload dm_remap_reassembly
		for half in $order; do
			dmremap assemble --auto --incremental "/dev/$half" || [ $? = 4 ]
		done
		assert_equal "$(dmsetup ls | cut -f1 | sort)" $'data\n'"data-${foreign:0:8}"
		assert_equal "$(dmsetup info -c --noheadings -o uuid "data-${foreign:0:8}")" "DMREMAP-$foreign"
		dmremap stop data "data-${foreign:0:8}"
	done
}
