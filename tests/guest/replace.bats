#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap replace: a set in use comes to a new disk, or the disk takes its place; whenever that
# is interrupted before, the set goes on as it was.
# shellcheck disable=SC2030,SC2031,SC2086 # each test has a status of its own; paths have no spaces
# rig: test=uml/3 timeout=1500

load ../lib/common
load ../lib/sets

DMREMAP=$PWD/../tools/dmremap/dmremap
HALT=$PWD/guest/halt.so

teardown() {
	# of a test that failed before it stopped it
	rm -f "$BATS_TEST_TMPDIR/fio-goes-on"
	wait
	rm -rf /etc/dm-remap /dev/disk
	remove_devices
	unload dm_remap_reassembly
}
teardown_file() { clean_up; }

# a_set [RANGE]: with bad sectors of the spare, and blocks that are remapped, pending, split and lost
a_set() {
	null_blk main 8
	null_blk spare 1
	null_blk new 9
	write_pattern /dev/main 0 8388608 1
	"$DMREMAP" create --main-id main r /dev/main /dev/spare
	[ -z "${1:-}" ] || null_blk_bad spare "$1"
	trouble_blocks +9001-9001
}

# whole DEVICE [LOST]: all that can be read is there; LOST is a command for the sectors that cannot
whole() {
	assert_data "$1" 0 409600 1
	assert_data "$1" 800 204800 2
	assert_data "$1" 1200 1433600 1 614400
	assert_data "$1" 4017 512 3
	assert_data "$1" 4033 512 1 2064896
	assert_data "$1" 4034 2543104 1 2065408
	assert_data "$1" 9002 3779584 1 4609024
}

# old_set: it stays active, and no tracker records its writes
old_set() {
	assert_equal "$(dmsetup table r | cut -d' ' -f3)" remap
	assert_equal "$(dmsetup info -c --noheadings -o suspended r)" Active
	[ -e $CONFIG/uuid ]
	whole $R
}

@test "a new disk, with fio all the time; what cannot be read is in the mapfile" {
	local map=$BATS_TEST_TMPDIR/map uuid
	a_set
	uuid=$(<$CONFIG/uuid)
	[ -e "/etc/dm-remap/sets.d/$uuid" ]
	# without a mapfile it stops at the first
	run -8 "$DMREMAP" replace r /dev/new
	assert_output --partial "r goes on as it was: its sector 4000 cannot be read"
	old_set
	start_fio $R --offset=5m --size=2m
	run -4 "$DMREMAP" replace --leave --mapfile "$map" r /dev/new
	assert_output --partial "r: 16384 sectors are copied. I/O waits now, for about"
	assert_output --partial "r is on /dev/new now. I/O waited for"
	assert_output --partial "11 sectors could not be read"
	assert_output --partial "/dev/spare is empty."
	assert_output --partial '"wipefs -a /dev/main"'
	fio_verify $R --offset=7m --size=1m --loops=1
	stop_fio
	assert_equal "$(dmsetup table r)" "0 16384 linear $(mountpoint -x /dev/new) 0"
	assert_equal "$(grep -v '^#' "$map" | tr -s ' ')" "0x00800000 + 1
0x00000000 0x001F4000 +
0x001F4000 0x00001000 -
0x001F5000 0x00001000 +
0x001F6000 0x00000200 -
0x001F6200 0x00001E00 +
0x001F8000 0x00000200 -
0x001F8200 0x0026D000 +
0x00465200 0x00000200 -
0x00465400 0x0039AC00 +"
	assert_data /dev/new 800 204800 2
	assert_equal "$(used_bytes /dev/new 4000 4096)" 0
	# nothing of dm-remap holds either disk, nor does the host know the set
	[ ! -e $CONFIG ]
	[ ! -e "/etc/dm-remap/sets.d/$uuid" ]
	run -0 "$DMREMAP" status
	refute_output --partial "without-spare"
	wipefs -qa /dev/main
	assert_equal "$(wipefs --noheadings /dev/main /dev/spare)" ""
}

@test "what was written at any place of the set is there, also of a sealed one" {
	local pid
	null_blk main 8
	null_blk spare 1
	null_blk new 8 blocksize=512
	mkfs.ext4 -q /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" seal r
	[ "$(wipefs --noheadings /dev/main -O TYPE)" != ext4 ]
	mkdir -p "$BATS_TEST_TMPDIR/m"
	mount $R "$BATS_TEST_TMPDIR/m"
	(while [ -e "$BATS_TEST_TMPDIR/m/lost+found" ] && [ ! -e "$BATS_TEST_TMPDIR/end" ]; do
		echo $((n++)) >"$BATS_TEST_TMPDIR/m/$((n % 50))"
		sync -f "$BATS_TEST_TMPDIR/m"
	done) 3>&- &
	pid=$!
	run -0 "$DMREMAP" replace --leave r /dev/new
	assert_output --partial '"blkdiscard -f -z --length 4096 /dev/main"'
	touch "$BATS_TEST_TMPDIR/end"
	wait $pid
	echo more >"$BATS_TEST_TMPDIR/m/more"
	umount "$BATS_TEST_TMPDIR/m"
	dmsetup remove r
	e2fsck -fn /dev/new
	assert_equal "$(wipefs --noheadings /dev/new -O TYPE)" ext4
	mount /dev/new "$BATS_TEST_TMPDIR/m"
	assert_equal "$(<"$BATS_TEST_TMPDIR/m/more")" more
	umount "$BATS_TEST_TMPDIR/m"
}

@test "written after the last pass in use, to places of all kinds" {
	local dir=$BATS_TEST_TMPDIR sector
	a_set
	# the device cannot be read then: the copy reads main and spare
	pattern 512 4 >"$dir/data"
	for sector in 0 801 4001 4018 4034 9000 16383; do
		echo "dd if=$dir/data of=$R bs=512 seek=$sector oflag=direct conv=notrunc status=none || exit"
	done >"$dir/script"
	SUSPEND_FROM=2 SUSPEND_RUN="$dir/script" LD_PRELOAD=$HALT run "$DMREMAP" replace --leave --mapfile "$dir/map" r /dev/new
	assert_equal "$status" 4
	assert_output --partial "10 sectors could not be read"
	dmsetup remove r
	for sector in 0 801 4001 4018 4034 9000 16383; do assert_data /dev/new $sector 512 4; done
	assert_data /dev/new 1 408576 1 512
	assert_data /dev/new 800 512 2
	assert_data /dev/new 802 203776 2 1024
	assert_data /dev/new 4017 512 3
	assert_data /dev/new 4019 6656 1 2057728
	assert_data /dev/new 4033 512 1 2064896
	assert_data /dev/new 4035 2542080 1 2065920
	assert_equal "$(grep -- '-$' "$dir/map" | tr -s ' ')" "0x001F4000 0x00000200 -
0x001F4400 0x00000C00 -
0x001F6000 0x00000200 -
0x001F8000 0x00000200 -
0x00465200 0x00000200 -"
}

@test "disks that are refused" {
	null_blk main 4
	null_blk spare 1
	null_blk new 4
	null_blk small 3
	null_blk big 8 blocksize=4096
	"$DMREMAP" create r /dev/main /dev/spare
	write_pattern $R 0 4194304 1
	run -8 "$DMREMAP" replace r /dev/small
	assert_output --partial "/dev/small is too small: it has 6144 sectors, and r has 8192."
	run -8 "$DMREMAP" replace r /dev/big
	assert_output --partial "/dev/big has sectors of 4096 bytes, and r has sectors of 512"
	run -8 "$DMREMAP" replace r /dev/main
	assert_output --partial "/dev/main is in use"
	run -8 "$DMREMAP" replace r /dev/null
	assert_output --partial "it is not a block device"
	dmsetup create on --table "0 8192 linear $R 0"
	run -8 "$DMREMAP" replace r /dev/mapper/on
	assert_output --partial "/dev/mapper/on is made of r."
	dmsetup remove on
	# content that no program knows
	write_pattern /dev/new 100 512 1
	run -8 "$DMREMAP" replace r /dev/new
	assert_output --partial "/dev/new is not empty, but its content is of an unknown kind."
	assert_data /dev/new 100 512 1
	mkfs.ext4 -q /dev/new
	run -8 "$DMREMAP" replace r /dev/new
	assert_output --partial "There is a filesystem (ext4) on /dev/new."
	mkdir -p "$BATS_TEST_TMPDIR/m"
	mount /dev/new "$BATS_TEST_TMPDIR/m"
	run -8 "$DMREMAP" replace --force r /dev/new
	assert_output --partial "/dev/new is in use: it is mounted on"
	umount "$BATS_TEST_TMPDIR/m"
	assert_equal "$(wipefs --noheadings /dev/new -O TYPE)" ext4
	echo text >"$BATS_TEST_TMPDIR/text"
	run -8 "$DMREMAP" replace --force --mapfile "$BATS_TEST_TMPDIR/text" r /dev/new
	assert_output --partial "exists, and is no mapfile"
	assert_equal "$(<"$BATS_TEST_TMPDIR/text")" text
	echo "# Mapfile. Created by GNU ddrescue version 1.27" >"$BATS_TEST_TMPDIR/map"
	run -8 "$DMREMAP" replace --force --mapfile "$BATS_TEST_TMPDIR/map" r /dev/new
	assert_output --partial "is a mapfile of another program, such as ddrescue, and would be written over"
	assert_equal "$(<"$BATS_TEST_TMPDIR/map")" "# Mapfile. Created by GNU ddrescue version 1.27"
	run -16 "$DMREMAP" replace --pause long r /dev/new
	assert_output --partial '"long" is not a number of seconds.'
	run -8 "$DMREMAP" replace --force --pause 0 r /dev/spare
	assert_output --partial "/dev/spare is in use"
	dmsetup suspend r
	run -8 "$DMREMAP" replace --force r /dev/new
	assert_output --partial "r is suspended"
	dmsetup resume r
	assert_data $R 0 4194304 1
	assert_equal "$(wipefs --noheadings /dev/new -O TYPE)" ext4
	# a pause that is too long
	run -8 "$DMREMAP" replace --force --pause 0 r /dev/new
	assert_output --partial "r goes on as it was: it is written to faster than it can be copied"
	assert_equal "$(wipefs --noheadings /dev/new)" ""
	assert_equal "$(dmsetup table r | cut -d' ' -f3)" remap
	run -0 "$DMREMAP" replace --leave r /dev/new
	assert_data /dev/new 0 4194304 1
}

# by_id DISK...: each is known by a world-wide name
by_id() {
	local disk n=0
	mkdir -p /dev/disk/by-id
	for disk; do ln -sf "/dev/$disk" "/dev/disk/by-id/wwn-0x5000c500a1b2c3d$((n++))"; done
}

# small_set [ARGUMENT...]: with remaps, and its content in the file all
small_set() {
	null_blk main 2
	null_blk spare 1
	null_blk new 2
	by_id main new
	mkfs.ext4 -q /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	dmsetup message r 0 add 2 400
	write_pattern $R 1024 204800 2
	show "$BATS_TEST_TMPDIR/all"
}
show() { dd if=$R of="$1" bs=1M iflag=direct status=none; }

# save_disks NAME, put_disks NAME [DISK...]
save_disks() {
	local disk
	for disk in main spare new; do
		dd if=/dev/$disk of="$BATS_TEST_TMPDIR/$1-$disk" bs=1M iflag=direct status=none
	done
	rm -rf "${BATS_TEST_TMPDIR:?}/$1-etc"
	cp -a /etc/dm-remap "$BATS_TEST_TMPDIR/$1-etc"
}
put_disks() {
	local disk from=$1
	shift
	[ $# -gt 0 ] || set -- main spare new
	for disk; do
		dd if="$BATS_TEST_TMPDIR/$from-$disk" of="/dev/$disk" bs=1M oflag=direct status=none
	done
	rm -rf /etc/dm-remap
	cp -a "$BATS_TEST_TMPDIR/$from-etc" /etc/dm-remap
	unload dm_remap_reassembly
}

# is_active, and not suspended
is_active() { [ "$(dmsetup info -c --noheadings -o suspended r)" = Active ]; }

# is_main DISK: it is the main of the active set
is_main() { [ "$(<$CONFIG/main)" = "$(mountpoint -x "/dev/$1")" ]; }

# killed STEP MODE...: the tool is killed before a step; false if it came to its end. The
# device goes on by itself, and takes a write.
killed() {
	local step=$1
	shift
	run env STEP_AT="$step" LD_PRELOAD="$HALT" "$DMREMAP" replace "$@" r /dev/new
	[ "$status" = 137 ] || return 1
	retry_until 10 is_active
	cmp "$BATS_TEST_TMPDIR/all" $R
	write_pattern $R 3000 4096 "$step"
	show "$BATS_TEST_TMPDIR/now"
}

# power_cut: with the disks as they are now
power_cut() {
	save_disks cut
	dmsetup remove r
	put_disks cut
}

@test "the set stands on the new disk, with its name, uuid, spare and settings" {
	local uuid
	a_set +24-31
	by_id main new
	uuid=$(<$CONFIG/uuid)
	echo 7 >$CONFIG/spare/reserve
	echo start >$CONFIG/scrub/control
	assert_equal "$(<$CONFIG/spare/bad)" 1
	start_fio $R --offset=5m --size=2m
	run -4 "$DMREMAP" replace --mapfile "$BATS_TEST_TMPDIR/map" r /dev/new
	assert_output --partial "r is on /dev/new now. I/O waited for"
	assert_output --partial "r is a set as before: its main is /dev/new, and its spare, /dev/spare, is empty."
	assert_output --partial '"wipefs -a /dev/main"'
	fio_verify $R --offset=7m --size=1m --loops=1
	stop_fio
	is_main new
	assert_equal "$(<$CONFIG/uuid) $(<$CONFIG/main_id)" "$uuid wwn-0x5000c500a1b2c3d1"
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/remaps/pending) $(<$CONFIG/spare/used)" "0 0 0"
	assert_equal "$(<$CONFIG/spare/bad) $(<$CONFIG/spare/reserve) $(<$CONFIG/scrub/state)" "1 7 idle"
	assert_equal "$(<$CONFIG/metadata/state) $(<$CONFIG/metadata/replicas)" "clean 2"
	refute grep -q new_main <<<"$(dmsetup table r)"
	assert_data $R 800 204800 2
	# it is a set in every way: remaps, also after it was stopped
	null_blk_bad new +9000-9007
	write_pattern $R 9000 4096 5
	assert_equal "$(<$CONFIG/remaps/count)" 1
	"$DMREMAP" stop r
	run -0 "$DMREMAP" check /dev/spare
	"$DMREMAP" assemble --all
	is_main new
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/spare/bad)" "1 1"
	assert_data $R 9000 4096 5
	assert_data $R 800 204800 2
	run cat "/etc/dm-remap/sets.d/$uuid"
	assert_line "main_id=wwn-0x5000c500a1b2c3d1"
	refute_output --partial next
	# the old one is not a main of any set
	"$DMREMAP" stop r
	run -8 "$DMREMAP" assemble /dev/main /dev/spare
	[ ! -e $CONFIG ]
}

@test "a sealed set is sealed on the new disk, and the label of the old one counts no more" {
	small_set
	"$DMREMAP" seal r
	rm -rf /dev/disk
	show "$BATS_TEST_TMPDIR/all"
	run -0 "$DMREMAP" replace r /dev/new
	assert_output --partial '"blkdiscard -f -z --length 4096 /dev/main"'
	is_main new
	assert_equal "$(head -c 8 /dev/new)" DMREMAPM
	cmp "$BATS_TEST_TMPDIR/all" $R
	"$DMREMAP" stop r
	"$DMREMAP" assemble --all
	is_main new
	cmp "$BATS_TEST_TMPDIR/all" $R
	"$DMREMAP" stop r
	run -8 "$DMREMAP" assemble /dev/main /dev/spare
}

# copy_is_named DISK COMMAND...: the command says what to do with a disk if that has the content of the set
copy_is_named() {
	local disk=$1 uuid
	shift
	run -0 "$@"
	uuid=$(blkid -p -o value -s UUID "/dev/$disk" || :)
	if [ -n "$uuid" ]; then
		copies+=$disk
		assert_output --partial "/dev/$disk has the content of r, and the same UUIDs"
		assert_output --partial "\"wipefs -a /dev/$disk\""
	else
		refute_output --partial "and the same UUIDs"
	fi
}

@test "killed before each step, and then a power cut: the old set or the new one, never a mix" {
	local mode step seen other copies
	for mode in --main-id=wwn-0x5000c500a1b2c3d1 --leave; do
		small_set
		save_disks before
		seen=
		copies=
		for ((step = 1; ; step++)); do
			killed $step --force $mode || break
			if [ -e $CONFIG ]; then
				if is_main new; then other=main; seen+=n; else other=new; seen+=o; fi
				copy_is_named "$other" "$DMREMAP" status
				copy_is_named "$other" "$DMREMAP" scan
				power_cut
				copy_is_named "$other" "$DMREMAP" assemble --all
				if is_main new; then other=main; else other=new; fi
				cmp "$BATS_TEST_TMPDIR/now" $R
				copy_is_named "$other" "$DMREMAP" status r
				run cat /etc/dm-remap/sets.d/*-????????????
				refute_output --partial next_
			else
				seen+=l
				power_cut
				"$DMREMAP" assemble --all || :
				if [ -e $CONFIG ]; then
					is_main new
				fi
				cmp "$BATS_TEST_TMPDIR/now" /dev/new
			fi
			[ ! -e $R ] || dmsetup remove r
			# the next attempt finds a half copy on the new disk, and begins anew
			put_disks before main spare
			"$DMREMAP" assemble --all
			is_main main
			cmp "$BATS_TEST_TMPDIR/all" $R
		done
		assert_success
		cmp "$BATS_TEST_TMPDIR/all" $R
		echo "# $mode: $seen" >&3
		# both: the new disk when it was complete, the old one when the set had left it
		[[ $copies == newnewnewnew*main* ]]
		if [ "$mode" = --leave ]; then
			[[ $seen =~ ^o{8,}n+l+$ ]]
		else
			[[ $seen =~ ^o{8,}n+$ ]]
		fi
		teardown
	done
}

# on_usr [VARIABLE=VALUE]... -- ARGUMENT...: dmremap with HALT, while /usr is on the set; so nothing
# of the guest's /usr is there
on_usr() {
	local libs=$BATS_TEST_TMPDIR/libs variables=()
	mkdir -p "$libs"
	LD_TRACE_LOADED_OBJECTS=1 "$DMREMAP" | grep -oE '/[^ ]+' | xargs cp -Lt "$libs"
	for (( ; $#; )); do
		[ "$1" != -- ] || break
		variables+=("$1")
		shift
	done
	# shellcheck disable=SC2016 # for the other shell
	env "${variables[@]}" busybox unshare -m busybox sh -c '
		busybox mount -t ext4 -o ro,noload '"$R"' /usr
		exec "$0"/ld-linux* --library-path "$0" --preload "$@"' "$libs" "$HALT" "$DMREMAP" "${@:2}"
}

@test "the set that the system starts from: an initramfs made during the copy knows both disks" {
	local step sets=/etc/dm-remap/sets.d
	small_set
	for ((step = 1; step < 40; step++)); do
		run on_usr STEP_AT=$step -- replace r /dev/new
		[ "$status" = 137 ] || { echo "$output"; false; }
		retry_until 10 is_active
		[ "$(used_bytes /dev/new)" = 0 ] || break
	done
	# it says so, and has recorded it, before it writes anything there
	assert_line --partial "The system starts from r. Make the initramfs again now"
	grep -q ^next_main_id= $sets/*-????????????
	DM_REMAP_INITRAMFS_HOOK=1 "$DMREMAP" assemble r
	cp -r $sets "$BATS_TEST_TMPDIR/initramfs"
	# the power fails before the switch, or after it
	for main in main new; do
		[ $main = main ] || run -0 on_usr -- replace --force r /dev/new
		dmsetup remove r
		cp "$BATS_TEST_TMPDIR"/initramfs/* $sets/
		"$DMREMAP" assemble --auto --all
		is_main $main
		cmp "$BATS_TEST_TMPDIR/all" $R
	done
	# a copy that is given up leaves no trace
	null_blk_bad new +2048-2048
	run -8 on_usr -- replace --force r /dev/main
	assert_line --partial "The system starts from r."
	# beside the record there are files that were not complete when the tool was killed
	run ! grep next_ $sets/*-????????????
}

@test "a spare that fails in that moment: the set goes on with its old main" {
	local sector
	# superblock 0, superblock 1
	for sector in 0 2040; do
		small_set
		# the device cannot be resumed with the new table then
		cat >"$BATS_TEST_TMPDIR/script" <<-END
			for ((i = 0; i < 8; i++)); do
				echo +$sector-$((sector + 7)) >/sys/kernel/config/nullb/spare/badblocks
			done
		END
		SUSPEND_FROM=2 SUSPEND_RUN="$BATS_TEST_TMPDIR/script" LD_PRELOAD=$HALT run -8 "$DMREMAP" replace r /dev/new
		assert_output --partial "r goes on as it was"
		is_active
		is_main main
		cmp "$BATS_TEST_TMPDIR/all" $R
		assert_equal "$(wipefs --noheadings /dev/new)" ""
		write_pattern $R 3000 4096 9
		show "$BATS_TEST_TMPDIR/now"
		null_blk_bad spare "-$sector-$((sector + 7))"
		power_cut
		"$DMREMAP" assemble --all
		is_main main
		cmp "$BATS_TEST_TMPDIR/now" $R
		teardown
	done
}

@test "the kernel takes a new main only with a copy that is complete" {
	local id
	null_blk main 4
	null_blk spare 1
	null_blk new 4
	null_blk other 1
	"$DMREMAP" create --main-id main r /dev/main /dev/spare
	dmsetup message r 0 add 800 8
	id=$(dmsetup message r 0 track start | cut -d' ' -f1)
	new() { echo "0 ${2:-8192} remap /dev/new 0 ${1:-/dev/spare} 3 persistent new_main ${3:-$id}"; }
	# not while it is in use, with another spare or another length
	refused "" dmsetup reload r --table "$(new)"
	dmsetup suspend r
	refused "" dmsetup reload r --table "$(new /dev/other)"
	refused "" dmsetup reload r --table "$(new /dev/spare 4096)"
	refused "" dmsetup reload r --table "$(new /dev/spare 8192 1234)"
	refused "" dmsetup reload r --table "$(new /dev/spare 8192 0)"
	dmsetup resume r
	# written since it was asked
	write_pattern $R 0 4096 1
	dmsetup suspend r
	refused "" dmsetup reload r --table "$(new)"
	dmsetup message r 0 track read "$id" 0
	dmsetup reload r --table "$(new)"
	dmsetup resume r
	is_main new
	assert_equal "$(<$CONFIG/remaps/count)" 0
	refute grep -q new_main <<<"$(dmsetup table r)"
	# a second device with that table is refused
	dmsetup suspend r
	refused "" dmsetup reload r --table "$(new)"
	dmsetup resume r
}

# a_slow_disk: it takes 3 s to copy a set to it
a_slow_disk() {
	null_blk main 64
	null_blk spare 1
	null_blk new 64 mbps=20
	"$DMREMAP" create r /dev/main /dev/spare
	write_pattern $R 0 1048576 1
}

# ended_by_signal PID: it has said that the set goes on with its old disk, which it does
ended_by_signal() {
	local status=0
	wait "$1" || status=$?
	assert_equal "$status" 143
	run cat "$BATS_TEST_TMPDIR/said"
	assert_output --partial "r goes on as it was: the copy was interrupted, and goes on when it is started again"
	assert_output --partial "\"dmremap replace --forget r\" gives that up"
	is_main main
	assert_equal "$(wipefs --noheadings /dev/new)" ""
	assert_equal "$(used_bytes /dev/new 0 262144)" 0
	assert_data $R 0 1048576 1
}

@test "interrupted while I/O waits, it lets the set go on at once" {
	local pid
	a_slow_disk
	echo "dd if=/dev/zero of=$R bs=1M seek=2 count=60 oflag=direct status=none" >"$BATS_TEST_TMPDIR/script"
	SUSPEND_FROM=2 SUSPEND_RUN="$BATS_TEST_TMPDIR/script" LD_PRELOAD=$HALT "$DMREMAP" replace r /dev/new \
		>"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	pid=$!
	is_suspended() { [ "$(dmsetup info -c --noheadings -o suspended r)" = Suspended ]; }
	retry_until 60 is_suspended
	sleep 0.3
	kill $pid
	retry_until 1 is_active
	ended_by_signal $pid
	assert_output --partial "I/O waits now"
}

@test "a set that must not change is refused before anything is copied" {
	local command
	null_blk main 2
	null_blk spare 1
	null_blk new 2
	"$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" stop r
	"$DMREMAP" assemble --read-only /dev/main /dev/spare
	write_pattern /dev/new 0 2097152 1
	for command in "replace --force r /dev/new" "replace --leave --force r /dev/new" \
		"replace-spare --force r /dev/new" "grow r" "delete r" "cure r 0"; do
		# shellcheck disable=SC2086 # words
		run -8 "$DMREMAP" $command
		assert_output 'dmremap: r is active for reading only: "dmremap stop r" and "dmremap assemble r" first.'
	done
	assert_data /dev/new 0 2097152 1
	assert_equal "$(cut -d' ' -f3 <<<"$(dmsetup table r)")" remap
}

@test "no room for the mapfile after the switch: the former one stays, and the rest is said" {
	local dir=$BATS_TEST_TMPDIR/full
	null_blk main 8
	null_blk spare 1
	null_blk new 8
	write_pattern /dev/main 0 8388608 1
	"$DMREMAP" create --main-id main r /dev/main /dev/spare
	null_blk_bad main +4000-4000 +6000-6001
	mkdir -p "$dir"
	mount -t tmpfs -o size=16k none "$dir"
	echo "! cat /dev/zero >$dir/rest 2>/dev/null" >"$BATS_TEST_TMPDIR/script"
	SUSPEND_FROM=2 SUSPEND_RUN="$BATS_TEST_TMPDIR/script" LD_PRELOAD=$HALT run "$DMREMAP" replace \
		--mapfile "$dir/map" r /dev/new
	assert_equal "$status" 4
	assert_output --partial "$dir/map cannot be written: No space left on device"
	assert_output --partial "r is a set as before: its main is /dev/new"
	assert_line "dmremap:   4000+1"
	assert_line "dmremap:   6000+2"
	assert_equal "$(grep -c -- '-$' "$dir/map")" 2
	[ ! -e "$dir/map.new" ]
	umount "$dir"
	is_main new
	# of a copy that is not used nothing stays
	null_blk other 8
	run -8 "$DMREMAP" replace --pause 0 --mapfile "$dir/map" r /dev/other
	[ ! -e "$dir/map" ]
}

@test "files by which the system starts and that have a former name are named" {
	local saved=$BATS_TEST_TMPDIR/fstab
	small_set
	[ ! -e /etc/fstab ] || cp /etc/fstab "$saved"
	mkdir -p /etc/default
	echo "/dev/mapper/r /data ext4 noauto 0 0" >/etc/fstab
	echo "crypt /dev/mapper/r none" >/etc/crypttab
	echo 'GRUB_CMDLINE_LINUX="quiet root=/dev/mapper/r"' >/etc/default/grub
	run -0 "$DMREMAP" rename r s
	assert_line "dmremap: /etc/fstab has /dev/mapper/r: write /dev/mapper/s there before the next start."
	assert_line "dmremap: /etc/crypttab has /dev/mapper/r: write /dev/mapper/s there before the next start."
	assert_line --partial "(/etc/default/grub): before the next start, put /dev/mapper/s in its place in /etc/default/grub if it is there, and run \"update-grub\""
	run -0 "$DMREMAP" rename s r
	refute_output --partial "next start"
	run -0 "$DMREMAP" replace --leave r /dev/new
	assert_line "dmremap: /etc/fstab has /dev/mapper/r: write the UUID of what is on it there before the next start."
	assert_line --partial "put the UUID of what is on it in its place"
	rm -f /etc/fstab /etc/crypttab /etc/default/grub
	[ ! -e "$saved" ] || cp "$saved" /etc/fstab
}

@test "interrupted by a signal it says so, and ends what it has begun" {
	local pid
	a_slow_disk
	"$DMREMAP" replace --mapfile "$BATS_TEST_TMPDIR/map" r /dev/new >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	pid=$!
	sleep 1
	kill $pid
	ended_by_signal $pid
	[ ! -e "$BATS_TEST_TMPDIR/map" ]
}

# a_long_copy [ARGUMENT...]: of 64 MiB, which takes 8 s; COPY is the process, once it has copied 8 MiB
a_long_copy() {
	"$DMREMAP" replace "$@" r /dev/new >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	COPY=$!
	retry_until 60 copied_more_than 8
}
copied() { "$DMREMAP" status r | sed -n 's/^  copy .* it has \([0-9]*\)[.0-9]* MiB of 64.*/\1/p'; }
copied_more_than() { [ "$(copied)" -gt "$1" ] 2>/dev/null; }

a_large_set() {
	null_blk main 64
	null_blk spare 1
	null_blk new 64 mbps=8
	dd if=/dev/urandom of=/dev/main bs=1M count=64 oflag=direct status=none
	"$DMREMAP" create --main-id main r /dev/main /dev/spare
}

kill_copy() {
	kill -9 $COPY
	wait $COPY || :
}

# crash: the machine stops, and starts again
crash() {
	dd if=/dev/spare of="$BATS_TEST_TMPDIR/spare" bs=1M iflag=direct status=none
	dmsetup remove r
	dd if="$BATS_TEST_TMPDIR/spare" of=/dev/spare bs=1M oflag=direct status=none
	"$DMREMAP" assemble /dev/main /dev/spare
}

# disk_sectors read|written DEVICE
disk_sectors() {
	local field=3
	[ "$1" = read ] || field=7
	awk "{print \$$field}" "/sys/dev/block/$(mountpoint -x "$2")/stat"
}

# finished: the set is on the new disk, with its content, and no copy is recorded
finished() {
	is_main new
	cmp -n 67108864 /dev/main /dev/new
	run -0 dmsetup message r 0 intent
	assert_output ""
	run -0 "$DMREMAP" dump /dev/spare
	assert_line --regexp "ro_compat +0x0"
}

@test "killed, and then a power cut: the copy goes on where it was" {
	local there before
	a_large_set
	a_long_copy
	run -0 "$DMREMAP" status r
	assert_output --partial "to /dev/new is under way: it has"
	run -0 "$DMREMAP" dump /dev/spare
	assert_line --regexp "ro_compat +0x1"
	# in a place that is there already, and in one that is not
	write_pattern $R $((3 << 11)) 4096 1
	write_pattern $R $((60 << 11)) 4096 1
	retry_until 60 copied_more_than 24
	kill_copy
	write_pattern $R $((5 << 11)) 4096 2
	crash
	run -0 "$DMREMAP" status r
	assert_output --regexp "copy +to /dev/new was interrupted: it has .* MiB of 64"
	assert_output --partial '"dmremap replace r /dev/new" goes on; "dmremap replace --forget r" gives it up.'
	write_pattern $R $((7 << 11)) 4096 3
	there=$(copied)
	[ "$there" -gt 24 ]
	before="$(disk_sectors read $R) $(disk_sectors written /dev/new)"
	run -0 "$DMREMAP" replace r /dev/new
	# without the regions of the three writes
	assert_output --regexp "r: the copy to /dev/new goes on: $((there - 3))[.0-9]* MiB of 64.* MiB are there already."
	finished
	# at most: what was not there, these regions, and some for the ends and the samples
	(($(disk_sectors written /dev/new) - ${before#* } < (64 - there + 3 + 4) << 11))
	assert_data /dev/new $((3 << 11)) 4096 1
	assert_data /dev/new $((5 << 11)) 4096 2
	assert_data /dev/new $((7 << 11)) 4096 3
	assert_data /dev/new $((60 << 11)) 4096 1
}

@test "a copy that goes on does not read again what is there" {
	local before
	a_large_set
	a_long_copy
	kill $COPY
	wait $COPY || :
	run cat "$BATS_TEST_TMPDIR/said"
	assert_output --partial "and goes on when it is started again"
	null_blk_bad main +$((4 << 11))-$((4 << 11))
	before=$(disk_sectors read $R)
	a_long_copy
	# twice, and with writes all the time
	start_fio $R --offset=20m --size=2m
	retry_until 60 copied_more_than 30
	kill_copy
	assert_equal "$(<$CONFIG/remaps/pending)" 0
	stop_fio
	crash
	run -0 "$DMREMAP" replace r /dev/new
	assert_output --partial "goes on: "
	(($(disk_sectors read $R) - before < 64 << 11))
	null_blk_bad main -$((4 << 11))-$((4 << 11))
	finished
}

@test "a copy begins anew if what is there may be another's, and says why" {
	local now
	a_large_set
	null_blk other 64
	a_long_copy
	kill_copy
	dd if=/dev/new of="$BATS_TEST_TMPDIR/head" bs=1M count=1 iflag=direct status=none
	run -8 "$DMREMAP" replace --forget r /dev/other
	assert_output --partial "/dev/other has no copy of r that was interrupted."
	# a file system was made there
	mkfs.ext4 -q -O ^has_journal /dev/new
	run -8 "$DMREMAP" replace --pause 0 r /dev/new
	assert_output --partial "There is a filesystem (ext4) on /dev/new."
	run -0 "$DMREMAP" status r
	assert_output --partial "goes on when it is; \"dmremap replace --forget r\" gives it up."
	run -0 "$DMREMAP" replace --forget r
	assert_output "The copy of r is given up."
	run -8 "$DMREMAP" replace --forget r
	assert_output "dmremap: r is not being copied to a new disk."
	# nothing but records of this set is written over
	dd if="$BATS_TEST_TMPDIR/head" of=/dev/other bs=1M oflag=direct status=none
	write_pattern /dev/other 1024 4096 7
	run -0 "$DMREMAP" replace --forget r /dev/other
	assert_data /dev/other 1024 4096 7
	assert_equal "$(used_bytes /dev/other 512 262144)" 0
	wipefs -qa /dev/new
	dd if=/dev/zero of=/dev/new bs=1M count=1 oflag=direct status=none
	# written in the middle
	a_long_copy
	run -8 "$DMREMAP" replace --forget r
	assert_output --partial "/dev/new is in use, so the copy of r may be under way"
	kill_copy
	# the record of an older copy, on another disk, does not end this one
	now=$(dmsetup message r 0 intent)
	dd if="$BATS_TEST_TMPDIR/head" of=/dev/other bs=1M oflag=direct status=none
	run -8 "$DMREMAP" replace --forget r /dev/other
	assert_output "dmremap: /dev/other has an older copy of r, and not the one that was interrupted last."
	assert_equal "$(dmsetup message r 0 intent)" "$now"
	dd if=/dev/zero of=/dev/other bs=1M count=1 oflag=direct status=none
	dd if=/dev/zero of=/dev/new bs=1M seek=1 count=8 oflag=direct conv=notrunc status=none
	"$DMREMAP" replace r /dev/new >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	COPY=$!
	retry_until 60 grep -q "begins anew: the disk and the set differ" "$BATS_TEST_TMPDIR/said"
	retry_until 60 copied_more_than 8
	kill_copy
	# the whole set is on another disk now
	run -0 "$DMREMAP" replace --leave r /dev/other
	assert_output --partial "begins anew: it has no record of the one that was interrupted."
	cmp -n 67108864 /dev/main /dev/other
}

@test "another spare, another length: nothing is known of what is written, and the copy begins anew" {
	null_blk main 64
	null_blk spare 1
	null_blk other 2
	null_blk new 64 mbps=8
	dd if=/dev/urandom of=/dev/main bs=1M count=64 oflag=direct status=none
	"$DMREMAP" create --main-id main r /dev/main /dev/spare
	a_long_copy
	kill_copy
	"$DMREMAP" replace-spare r /dev/other
	run -0 dmsetup message r 0 intent
	assert_output ""
	write_pattern $R $((3 << 11)) 4096 1
	run -0 "$DMREMAP" dump /dev/other
	assert_line --regexp "ro_compat +0x0"
	"$DMREMAP" replace r /dev/new >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	COPY=$!
	retry_until 60 grep -q "begins anew: what was written since is not known" "$BATS_TEST_TMPDIR/said"
	wait $COPY
	finished_with other
}
finished_with() {
	is_main new
	cmp -n 67108864 /dev/main /dev/new
	assert_equal "$(<$CONFIG/spare/device)" "$(mountpoint -x "/dev/$1")"
}

@test "the set is flushed before the first record; after a failed write there is no other one" {
	local log=$BATS_TEST_TMPDIR/log
	a_large_set
	run env HALT_LOG="$log" FAIL_AT=14 FAIL_ERRNO=5 LD_PRELOAD="$HALT" "$DMREMAP" replace r /dev/new
	assert_equal "$status" 8
	assert_output --partial "/dev/new cannot be written: Input/output error"
	run -0 grep -E '^fdatasync (dm-[0-9]+|r)$|^pwrite new (262144|524288) ' "$log"
	assert_output --regexp '^fdatasync (dm-[0-9]+|r)
pwrite new 524288 4096$'
	run -0 "$DMREMAP" replace r /dev/new
	finished
}

@test "sectors that could not be read stay in the list when the copy goes on" {
	local map=$BATS_TEST_TMPDIR/map
	a_large_set
	# the first of them is compared when the copy goes on
	null_blk_bad main +2048-2048 +6000-6001 +40000-40000
	a_long_copy --mapfile "$map"
	retry_until 60 copied_more_than 24
	kill_copy
	crash
	# the disk would give them now
	null_blk_bad main -2048-2048 -6000-6001 -40000-40000
	run -4 "$DMREMAP" replace --mapfile "$map" r /dev/new
	assert_output --partial "goes on"
	assert_equal "$(grep -- '-$' "$map" | tr -s ' ')" "0x00100000 0x00000200 -
0x002EE000 0x00000400 -
0x01388000 0x00000200 -"
	assert_equal "$(used_bytes /dev/new 6000 1024)" 0
	is_main new
}

# spare_gone, spare_back: none of its superblocks can be written
spare_gone() { null_blk_bad spare +0-7 +2040-2047; }
spare_back() { null_blk_bad spare -0-7 -2040-2047; }

@test "a spare that cannot record what is written: no stale copy, whether the tool runs or not" {
	local began
	a_large_set
	a_long_copy
	spare_gone
	# the tool destroys its record, and the write goes on
	write_pattern $R $((3 << 11)) 4096 1
	wait $COPY || :
	run cat "$BATS_TEST_TMPDIR/said"
	assert_output --partial "r goes on as it was: its spare cannot be written any more"
	write_pattern $R $((4 << 11)) 4096 1
	spare_back
	crash
	run -0 dmsetup message r 0 intent
	assert_output --regexp " ok$"
	assert_data $R $((3 << 11)) 4096 1
	run -8 "$DMREMAP" replace --pause 0 r /dev/new
	refute_output --partial "goes on: "
	# without it, writes fail where nothing had been written, until the copy is given up
	write_pattern $R $((10 << 11)) 4096 2
	spare_gone
	began=$SECONDS
	run ! write_pattern $R $((12 << 11)) 4096 2
	((SECONDS - began >= 9))
	write_pattern $R $((10 << 11)) 4096 3
	run -0 "$DMREMAP" status r
	assert_output --partial "the spare cannot record them. Giving the copy up lets them go on."
	# killed when its record is worthless, and the kernel does not know yet
	run env STEP_AT=4 LD_PRELOAD="$HALT" "$DMREMAP" replace --forget r
	assert_equal "$status" 137
	run ! write_pattern $R $((12 << 11)) 4096 2
	run -0 "$DMREMAP" status r
	assert_output --regexp "to /dev/new was interrupted: it has 0.* of 64"
	run -0 "$DMREMAP" replace --forget r
	write_pattern $R $((12 << 11)) 4096 4
	spare_back
	crash
	assert_data $R $((12 << 11)) 4096 4
	run -0 "$DMREMAP" replace r /dev/new
	refute_output --partial "goes on: "
	finished
	assert_data /dev/new $((12 << 11)) 4096 4
}

@test "the spare has left the system: --leave copies what is left" {
	local spare record map=$BATS_TEST_TMPDIR/map
	null_blk main 8
	null_blk new 9
	unload scsi_debug
	spare=$(scsi_disk dev_size_mb=8)
	write_pattern /dev/main 0 8388608 1
	"$DMREMAP" create r /dev/main "$spare"
	"$DMREMAP" add r 800+16
	echo 1 >"/sys/block/$(basename "$spare")/device/delete"
	run -8 "$DMREMAP" replace --mapfile "$map" r /dev/new
	assert_output --partial "With --leave /dev/new becomes a plain disk."
	run -8 "$DMREMAP" replace --leave r /dev/new
	assert_output --partial "its sector 800 cannot be read"
	assert_equal "$(dmsetup table r | cut -d' ' -f3)" remap
	# it goes on as it was, and so does what the host knows of it, which the spare cannot tell
	record=$(echo /etc/dm-remap/sets.d/*)
	printf '%s\n' timeouts=auto of=another-version >>"$record"
	cp "$record" "$BATS_TEST_TMPDIR/record"
	echo "echo +0-7 >/sys/kernel/config/nullb/new/badblocks" >"$BATS_TEST_TMPDIR/script"
	SUSPEND_RUN="$BATS_TEST_TMPDIR/script" LD_PRELOAD=$HALT run "$DMREMAP" replace \
		--leave --mapfile "$map" r /dev/new
	assert_equal "$status" 8
	assert_output --partial "I/O waits now"
	assert_output --partial "r goes on as it was"
	assert_equal "$(dmsetup table r | cut -d' ' -f3)" remap
	cmp "$record" "$BATS_TEST_TMPDIR/record"
	null_blk_bad new -0-7
	run -4 "$DMREMAP" replace --leave --mapfile "$map" r /dev/new
	assert_output --partial "16 sectors could not be read"
	assert_output --partial 'If its spare is connected again: "dmremap delete --give-up SPARE" empties it.'
	assert_equal "$(dmsetup table r)" "0 16384 linear $(mountpoint -x /dev/new) 0"
	assert_data /dev/new 0 409600 1
	assert_data /dev/new 816 7970816 1 417792
	assert_equal "$(ls /etc/dm-remap/sets.d)" ""
}

@test "a block whose place is uncertain: refused at once, or left out if the spare has gone" {
	local block copy map=$BATS_TEST_TMPDIR/map
	null_blk main 8
	null_blk spare 1
	null_blk new 9
	write_pattern /dev/main 0 8388608 1
	"$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" add r 800+16
	# the spare takes the data of a move, but not the entry for it
	geometry
	null_blk_bad spare +0-$((DATA_START - 1)) +${SB[1]}-$((SB[1] + 7))
	for copy in "${COPY[@]}"; do null_blk_bad spare "+$((copy))-$((copy + NR_PAGES * 8 - 1))"; done
	null_blk_bad main +4000-4007
	pattern 4096 2 >"$BATS_TEST_TMPDIR/data"
	run ! dd if="$BATS_TEST_TMPDIR/data" of=$R bs=4096 seek=500 oflag=direct conv=notrunc status=none
	null_blk_bad main -4000-4007
	run -0 remap_list r
	assert_line --regexp "^4000 [0-9]+ 8 doubt "
	run -8 "$DMREMAP" replace --leave --mapfile "$map" r /dev/new
	assert_output --partial "the place of its block at sector 4000 is uncertain"
	assert_equal "$(used_bytes /dev/new 0 9437184)" 0
	assert_equal "$(dmsetup table r | cut -d' ' -f3)" remap
	echo 0 >"$NULLB/spare/power"
	run -8 "$DMREMAP" replace --leave r /dev/new
	assert_output --partial "its sector 800 cannot be read"
	# also if it is to be read in the last pass, where the device answers nothing
	for block in 500 510; do
		echo "dd if=$BATS_TEST_TMPDIR/data of=$R bs=4096 seek=$block oflag=direct conv=notrunc status=none"
	done >"$BATS_TEST_TMPDIR/script"
	SUSPEND_RUN="$BATS_TEST_TMPDIR/script" LD_PRELOAD=$HALT run "$DMREMAP" replace --leave --mapfile "$map" r /dev/new
	assert_equal "$status" 4
	assert_output --partial "24 sectors could not be read"
	assert_equal "$(grep -- '-$' "$map" | tr -s ' ')" "0x00064000 0x00002000 -
0x001F4000 0x00001000 -"
	assert_equal "$(dmsetup table r | cut -d' ' -f3)" linear
	assert_data /dev/new 0 409600 1
	assert_data /dev/new 816 1630208 1 417792
	assert_equal "$(used_bytes /dev/new 4000 4096)" 0
	assert_data /dev/new 4080 4096 2
}

@test "a spare that cannot record what is written: the next copy lets writes go on as well" {
	local pid
	a_large_set
	a_long_copy
	kill_copy
	spare_gone
	write_pattern $R $((12 << 11)) 4096 2 3>&- &
	pid=$!
	retry_until 5 grep -q failed $CONFIG/metadata/state
	run -0 "$DMREMAP" replace --leave r /dev/new
	wait $pid
	assert_data /dev/new $((12 << 11)) 4096 2
	spare_back
}
