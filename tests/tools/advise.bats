#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap advise: the verdict on each disk that was collected, and how it is asked and told.

# what bats and volume.bash have
# shellcheck disable=SC2034,SC2154
load volume.bash

DISKS=$BATS_TEST_DIRNAME/fixtures/advise

# program NAME TEXT: a program that prints this, and records its arguments
program() {
	mkdir -p bin
	printf '%s\n' "$2" >"$1.out"
	printf '#!/bin/bash\necho "$@" >>%s\n/bin/cat %s\nexit %s\n' "$PWD/$1.asked" "$PWD/$1.out" "${3:-0}" >"bin/$1"
	chmod +x "bin/$1"
}

# advise ARGUMENT...: with no programs but these
advise() { PATH=$PWD/bin LD_PRELOAD=$HELPERS/fakedm.so "$DMREMAP" advise "$@"; }

# smart FIXTURE: what smartctl printed of it
smart() { jq .smartctl "$DISKS/$1.json"; }

@test "each disk that was collected gets the verdict of a storage engineer" {
	[ "$(find "$DISKS" -name '*.json' | wc -l)" -ge 60 ]
	FAKE_DM_LIBRARY=$HELPERS/fakedm.so python3 -B "$BATS_TEST_DIRNAME/advise.py" "$DMREMAP" "$DISKS"/*.json >table
	# beside each other, for people
	sed -n '/^<!-- verdicts -->$/,/^<!-- end -->$/p' "$DISKS/README.md" | sed '1d;$d' | diff - table
	# no serial numbers, and where each is from
	run grep -liE 'serial|wwn|eui64' "$DISKS"/*.json
	assert_output ""
	for disk in "$DISKS"/*.json; do
		jq -e '.disk and .from and .why and (.source | IN("reduced", "altered", "constructed"))' "$disk" >/dev/null
	done
}

@test "the limits of the judgement, and the size of a spare" {
	run "$HELPERS/test-judge"
	assert_success
	assert_output ""
}

@test "the disk is only read, and not woken" {
	program smartctl "$(smart hdd-pending-8-reserve)"
	program journalctl "[ 5.0] host kernel: nothing of interest"
	find "$DMREMAP_ROOT" -type f -exec md5sum {} + | sort >before
	run advise /dev/sdb
	assert_failure 2
	assert_equal "$(cat smartctl.asked)" "--json=c -x -n standby $DMREMAP_ROOT/dev/sdb"
	find "$DMREMAP_ROOT" -type f -exec md5sum {} + | sort >after
	cmp before after
	run advise --wake --device sat /dev/sdb
	assert_failure 2
	assert_equal "$(tail -1 smartctl.asked)" "--json=c -x -d sat $DMREMAP_ROOT/dev/sdb"
}

@test "a partition, a set and its node stand for the disk" {
	program smartctl "$(smart hdd-wd1600-49)"
	program journalctl "[ 5.0] host kernel: nothing of interest"
	partition 2048 1000000
	echo 7 >"$CONFIG/remaps/count"
	echo 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 >"$CONFIG/uuid"
	for operand in /dev/sdb1 /dev/sdb 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 safe /dev/mapper/safe; do
		run advise --json $operand
		assert_failure 3
		assert_equal "$(jq -r .disk <<<"$output")" "$DMREMAP_ROOT/dev/sdb"
	done
	# the set's own history counts in addition to the disk's
	assert_equal "$(jq -r '.reasons[0].text' <<<"$output")" \
		"Sectors replaced: 49, waiting to be: 1, moved by the set: 7. More than half of the disks with over 40 fail."
	run advise safe
	assert_line "  2. Mark what is known to be bad: dmremap import --from-disk safe"
	# another partition of the disk is the main of another set, which has moved more
	mkdir -p "${DISK:?}/sdb2" "$DMREMAP_ROOT"/sys/kernel/config/dm-remap/{home/remaps,elsewhere}
	ln -sfn ../../devices/sdb/sdb2 "$DMREMAP_ROOT/sys/dev/block/8:18"
	echo 2 >"$DISK/sdb2/partition"
	echo 8:17 >"$CONFIG/main"
	echo 8:18 >"$CONFIG/../home/main"
	echo 9 >"$CONFIG/../home/remaps/count"
	echo 8:64 >"$CONFIG/../elsewhere/main"
	run advise /dev/sdb
	assert_line "  2. Mark what is known to be bad: dmremap import --from-disk home"
	assert_line "     and: dmremap import --from-disk safe"
	assert_line "  3. See which files lie there: dmremap files --pending home"
	assert_line "     and: dmremap files --pending safe"
	assert_line "  5. Order its replacement."
	assert_output --partial "moved by the set: 9."
	refute_output --partial "dmremap create"
	run advise safe
	refute_output --partial home
	run advise nosuch
	assert_failure 8
	assert_output "dmremap: nosuch: there is no such disk, and no active set of that name."
	touch "${DISK:?}/slaves/sdc"
	run advise /dev/sdb
	assert_failure 8
	assert_output --partial "/dev/sdb is made of other devices: name the disks below it."
}

@test "blocks that wait in the set are a sign of the disk, whatever it says of itself" {
	program smartctl "$(smart hdd-wd-red-well)"
	echo 8:16 >"$CONFIG/main"
	echo 900 >"$CONFIG/remaps/pending"
	for operand in safe /dev/sdb; do
		run advise --json $operand
		assert_failure 4
		assert_equal "$(jq -c '[.verdict, .replace_days]' <<<"$output")" '["copy",0]'
		assert_equal "$(jq -r '.reasons[] | select(.verdict == "cure").text' <<<"$output")" \
			"safe has 900 pending blocks: they are known to be bad, and move to the spare when written."
	done
	# a set is seen where nothing else is
	rm bin/smartctl
	echo 1 >"$CONFIG/remaps/pending"
	run advise --json safe
	assert_failure 2
	assert_equal "$(jq -r '.reasons[].text' <<<"$output")" \
		"safe has 1 pending block: it is known to be bad, and moves to the spare when written."
	# of two sets that with more of them
	mkdir -p "$CONFIG/../home/remaps"
	echo 8:16 >"$CONFIG/../home/main"
	echo 3 >"$CONFIG/../home/remaps/pending"
	run advise --json /dev/sdb
	assert_equal "$(jq -r '.reasons[].text' <<<"$output")" \
		"home has 3 pending blocks: they are known to be bad, and move to the spare when written."
	echo 0 >"$CONFIG/remaps/pending"
	run advise safe
	assert_failure 8
}

@test "what could not be seen is said, and nothing seen is no verdict" {
	mkdir bin
	run advise /dev/sdb
	assert_failure 8
	assert_output --partial "Nothing is known about $DMREMAP_ROOT/dev/sdb: neither smartctl nor the kernel's log"
	program journalctl "[ 5.0] host kernel: nothing of interest"
	run advise /dev/sdb
	assert_success
	assert_line --partial "Not seen: the disk's own data: smartctl 7.0 or later is not installed"
	program smartctl '{"smartctl": {"exit_status": 2}}' 2
	run advise /dev/sdb
	assert_line --partial "Not seen: the disk's own data: it sleeps"
	program smartctl '{"smartctl": {"exit_status": 2, "messages": [{"string": "Smartctl open device: /dev/sdb failed: Permission denied"}]}}' 2
	run advise /dev/sdb
	assert_line --partial "Not seen: the disk's own data: only root may read it"
	program smartctl '{"smartctl": {"exit_status": 2, "messages": [{"string": "Smartctl open device: /dev/sdb failed: No such device"}]}}' 2
	run advise /dev/sdb
	assert_line --partial "Not seen: the disk's own data: it does not answer"
	program smartctl "UNRECOGNIZED OPTION: json=c" 1
	run advise /dev/sdb
	assert_line --partial "Not seen: the disk's own data: smartctl 7.0 or later is not installed"
	program smartctl "$(smart hdd-wd-red-well)"
	rm bin/journalctl
	run advise /dev/sdb
	assert_success
	assert_line --partial "Not seen: the kernel's log"
}

@test "each verdict comes with what to type next" {
	program journalctl "[ 5.0] host kernel: nothing of interest"
	# verdict FIXTURE STATUS LINE
	verdict() {
		program smartctl "$(smart "$1")"
		run advise /dev/sdb
		assert_failure "$2"
		assert_line --partial "$3"
	}
	verdict ssd-840-crc-now 1 "See whether the errors go on: dmesg --follow; smartctl -A $DMREMAP_ROOT/dev/sdb"
	verdict hdd-st500lt-recent-unc 2 "hdparm --yes-i-know-what-i-am-doing --repair-sector 72944776 $DMREMAP_ROOT/dev/sdb"
	assert_line "  Replace it within 60 days."
	verdict hdd-wd1600-49 3 "2. Make a spare of 18 MiB or more on another disk: lvcreate -L 18m -n spare VG"
	assert_line "  3. dmremap create NAME $DMREMAP_ROOT/dev/sdb /dev/VG/spare"
	verdict hdd-seagate-304 4 "ddrescue -f -d -n $DMREMAP_ROOT/dev/sdb NEWDISK map"
	assert_line "  Replace it now."
	verdict ssd-satafirm 5 "Throw it away"
	program smartctl "$(smart hdd-wd-red-well)"
	run advise /dev/sdb
	assert_success
	assert_output "$DMREMAP_ROOT/dev/sdb (WDC WD20EFRX-68EUZN0): nothing wrong"
}

@test "with the disk of a set nothing is done past the set" {
	local sdb=$DMREMAP_ROOT/dev/sdb
	program journalctl "[ 5.0] host kernel: nothing of interest"
	echo 8:16 >"$CONFIG/main"
	echo 8:32 >"$CONFIG/spare/device"
	# told FIXTURE STATUS: by the disk and by its set, and no command is about the disk
	told() {
		program smartctl "$(smart "$1")"
		for operand in safe /dev/sdb; do
			run advise "$operand"
			assert_failure "$2"
			refute_output --regexp "(ddrescue|hdparm|dd|create) [^
]*$sdb"
		done
	}
	told hdd-st500lt-recent-unc 2
	assert_equal "$(sed -n '/^What to do:$/,/Look again/p' <<<"$output")" "What to do:
  1. Save what is on it: a backup, now.
  2. Mark what is known to be bad: dmremap import --from-disk safe
  3. See which files lie there: dmremap files --pending safe
  4. Restore these files from the backup. Write nothing to $sdb itself: the set would take it for its data.
  5. Move back what the disk takes and keeps again: dmremap cure safe
  6. Look again: dmremap advise $sdb"
	# a set on another partition, whose name has a letter that is not ASCII
	cp -r "$CONFIG" "${CONFIG%/*}/\xc3\xb6l"
	run advise /dev/sdb
	assert_line "  5. Move back what the disk takes and keeps again: dmremap cure '\xc3\xb6l'"
	rm -r "${CONFIG%/*}/\xc3\xb6l"
	told hdd-wd1600-49 3
	assert_line "  4. Restore these files from the backup. Write nothing to $sdb itself: the set would take it for its data."
	assert_line "  5. Order its replacement."
	told hdd-seagate-304 4
	assert_equal "$(sed -n '/^What to do:$/,$p' <<<"$output")" "What to do:
  1. See which files cannot be copied: dmremap files safe
  2. Copy the set, not $sdb, which does not have the blocks that have moved. It may be in use:
     dmremap replace --mapfile FILE safe NEWDISK
     By hand, when it is not in use: ddrescue -f -d -r3 /dev/mapper/NAME NEWDISK map
  3. Replace it."
	told ssd-satafirm 5
	assert_line "     dmremap replace --mapfile FILE safe NEWDISK"
	assert_line "  3. Throw it away: it may lose what is written to it."
	# the set is on a partition
	partition 2048 1000000
	echo 8:17 >"$CONFIG/main"
	told hdd-seagate-304 4
	assert_line "  3. If it has other partitions or volumes, copy each: ddrescue -f -d -r3 DEVICE NEWDEVICE map"
	# its spare is on the disk
	echo 8:16 >"$CONFIG/spare/device"
	echo 8:48 >"$CONFIG/main"
	# spare_told FIXTURE STATUS
	spare_told() {
		program smartctl "$(smart "$1")"
		run advise /dev/sdb
		assert_failure "$2"
		refute_output --regexp "(ddrescue|hdparm|dd|create) [^
]*$sdb"
		assert_line --partial "Move the spare that is on it to another disk: dmremap replace-spare safe NEWSPARE"
		refute_output --partial "dmremap replace "
	}
	spare_told hdd-st500lt-recent-unc 2
	spare_told hdd-wd1600-49 3
	spare_told hdd-seagate-304 4
	spare_told ssd-satafirm 5
	# a logical volume on a partition of it
	echo 8:48 >"$CONFIG/spare/device"
	echo 253:7 >"$CONFIG/main"
	mkdir -p "$DMREMAP_ROOT/sys/devices/dm-7/slaves/sdb1"
	ln -s ../../devices/dm-7 "$DMREMAP_ROOT/sys/dev/block/253:7"
	echo 253:7 >"$DMREMAP_ROOT/sys/devices/dm-7/dev"
	echo DEVNAME=dm-7 >"$DMREMAP_ROOT/sys/devices/dm-7/uevent"
	echo 900 >"$CONFIG/remaps/pending"
	disk_told() {
		program smartctl "$(smart "$1")"
		run advise /dev/sdb
		assert_failure "$2"
		refute_output --regexp "(ddrescue|hdparm|dd|create) [^
]*$sdb"
		# they may be on another disk that the volume is on
		refute_output --partial 900
	}
	disk_told hdd-st500lt-recent-unc 2
	assert_line "  2. Find what is bad: dmremap scrub safe start"
	assert_line "  5. Move back what the disk takes and keeps again: dmremap cure safe"
	disk_told hdd-seagate-304 4
	assert_line "     dmremap replace --mapfile FILE safe NEWDISK"
	# an array with redundancy, whose member is replaced there
	mkdir "$DMREMAP_ROOT/sys/devices/dm-7/md"
	echo raid1 >"$DMREMAP_ROOT/sys/devices/dm-7/md/level"
	program smartctl "$(smart hdd-seagate-304)"
	run advise /dev/sdb
	assert_failure 4
	refute_output --partial safe
	echo raid0 >"$DMREMAP_ROOT/sys/devices/dm-7/md/level"
	disk_told hdd-seagate-304 4
	assert_line "     dmremap replace --mapfile FILE safe NEWDISK"
	# the volume is a set, which is the one to name
	mkdir "$DMREMAP_ROOT/sys/devices/dm-7/remap"
	program smartctl "$(smart hdd-seagate-304)"
	run advise /dev/sdb
	refute_output --partial safe
}

@test "with a half of a set that is not active nothing is done past the set" {
	local node=$DMREMAP_ROOT/dev/sdb sets=$DMREMAP_ROOT/etc/dm-remap/sets.d uuid=0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a
	program journalctl "[ 5.0] host kernel: nothing of interest"
	mkdir -p "$sets" "$DMREMAP_ROOT/dev/disk/by-id"
	rm -r "$CONFIG"
	ln -s ../../sdb "$DMREMAP_ROOT/dev/disk/by-id/wwn-1"
	# set_told WHAT: all verdicts that come with commands only say how to activate it
	set_told() {
		local fixture
		for fixture in hdd-st500lt-recent-unc hdd-wd1600-49 hdd-seagate-304 ssd-satafirm; do
			program smartctl "$(smart $fixture)"
			run advise /dev/sdb
			assert_equal "$(sed -n '/^What to do:$/,$p' <<<"$output" | grep '^  ')" "  1. Activate the set on it. Write nothing to $node itself: the set would take it for its data.
     dmremap assemble $1
  2. Look again: dmremap advise $node"
			run advise --json /dev/sdb
			assert_equal "$(jq .spare_places <<<"$output")" "[]"
		done
	}
	# by the label of a main, and the superblock of a spare, of sets that this host does not know
	volume 16384
	for kind in label "spare 8M"; do
		printf '%s\n' "main 8M" "uuid 10" "$kind" | image half
		cp half.img "$node"
		set_told $uuid
	done
	# and by the host's record, without a label
	truncate -s 8M blank
	cp blank "$node"
	printf '%s\n' name=r main_id=wwn-1 spare_id=- >"$sets/$uuid"
	set_told r
	printf '%s\n' name=r main_id=- spare_id=wwn-1 >"$sets/$uuid"
	set_told r
	# a disk that sleeps is not read
	rm "$sets/$uuid"
	cp half.img "$node"
	program smartctl '{"smartctl": {"exit_status": 2}}' 2
	program journalctl "[ 5.0] host kernel: critical medium error, dev sdb, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2"
	run advise /dev/sdb
	assert_failure 2
	refute_output --partial "dmremap assemble"
	run advise --wake /dev/sdb
	assert_line "     dmremap assemble $uuid"
}

@test "what a device calls itself does no harm on a terminal" {
	program journalctl "[ 5.0] host kernel: nothing of interest"
	program smartctl "$(smart hdd-wd-red-well | jq '.model_name = "A\u001b[2J\u00e9B"')"
	run advise /dev/sdb
	assert_success
	assert_output "$DMREMAP_ROOT/dev/sdb (A?[2J??B): nothing wrong"
}

@test "error recovery control and the time-out" {
	program journalctl "[ 5.0] host kernel: nothing of interest"
	mkdir -p "$DISK/device"
	disk device/timeout 30
	program smartctl "$(smart hdd-pending-60)"
	run advise /dev/sdb
	assert_line "Error recovery control, after each start: smartctl -l scterc,70,70 $DMREMAP_ROOT/dev/sdb"
	program smartctl "$(smart hdd-st500lt-recent-unc)"
	run advise /dev/sdb
	assert_line "Time-out, after each start: echo 180 > /sys/block/sdb/device/timeout"
	disk device/timeout 180
	run advise /dev/sdb
	refute_line --partial "Time-out"
	disk device/timeout 30
	program smartctl "$(smart hdd-pending-8-reserve)"
	run advise /dev/sdb
	refute_line --partial "rror recovery"
}

@test "the size of a spare alone, for scripts" {
	mkdir bin
	run --separate-stderr advise --spare /dev/sdb
	assert_success
	assert_output 18874368
	disk queue/physical_block_size 16384
	run --separate-stderr advise --spare /dev/sdb
	assert_output 69206016
	program smartctl "$(smart hdd-st12000-624)"
	run --separate-stderr advise --spare /dev/sdb
	assert_success
	# 8240 blocks (4 x 624 + 2 x 2872), and their metadata
	assert_output 137363456
}

@test "what smartctl printed elsewhere, and logs from files" {
	mkdir bin
	smart hdd-seagate-304 >smart.json
	run advise --smartctl smart.json
	assert_failure 4
	assert_line --index 0 "DISK (ST3500418AS): copy it today"
	printf '%s\n' "[    5.0] critical medium error, dev sdb, sector 8 op 0x1:(WRITE) flags 0x0" >log
	smart hdd-wd-red-well >smart.json
	run advise --smartctl smart.json --kernel-log log /dev/sdb
	assert_failure 3
	assert_line "  At 1 of them a write failed: the disk does not replace them."
	echo '{}' >empty
	run advise --smartctl empty
	assert_failure 8
	assert_output 'dmremap: empty is not the output of "smartctl --json -x".'
	run advise --smartctl nosuch
	assert_failure 8
	for wrong in "" "/dev/sdb /dev/sdc" --nosuch "--kernel-log log"; do
		# shellcheck disable=SC2086 # words
		run advise $wrong
		assert_failure 16
	done
}

@test "smartd's message gets the verdict at its end, and is kept whatever happens" {
	local disk
	disk=$(find /dev -maxdepth 1 -type b | head -n 1)
	[ -n "$disk" ] || skip "no block device"
	mkdir sbin
	printf '#!/bin/sh\necho "judged $*"; exit 4\n' >sbin/dmremap
	chmod +x sbin/dmremap
	sed "s,@SBINDIR@,$PWD/sbin," "$TOP/tools/boot/smartmontools/05dm-remap" >hook
	echo "the disk fails" >mail
	SMARTD_DEVICE=$disk run sh hook mail "a subject" root
	assert_success
	run cat mail
	assert_line -n 0 "the disk fails"
	assert_line "judged advise $disk"
	# neither a device nor a tool: the original message
	echo "the disk fails" >mail
	SMARTD_DEVICE=/dev/null run sh hook mail "a subject" root
	assert_success
	rm sbin/dmremap
	SMARTD_DEVICE=$disk run sh hook mail "a subject" root
	assert_success
	assert_equal "$(cat mail)" "the disk fails"
}

@test "the last hour of a log from a file is its own" {
	mkdir bin "$DMREMAP_ROOT/proc"
	echo "5000.00 0.00" >"$DMREMAP_ROOT/proc/uptime"
	# lines TIME SECTOR...: of errors
	lines() { printf "[%12.6f] critical medium error, dev sdb, sector %d op 0x0:(READ) flags 0x0\n" "$@"; }
	hour() {
		advise --kernel-log log --json /dev/sdb >advice || [ $? -le 5 ]
		assert_equal "$(jq -c '[.figures.log_bad, .figures.log_bad_hour]' advice)" "$1"
	}
	# this host has been up for less than an hour and a half, the other one for weeks
	lines 2000 8 900000 16 903500 24 >log
	hour "[3,2]"
	# any line of the kernel has the time, not only those about the disk
	echo "[ 904000.000000] host kernel: usb 1-2: new device" >>log
	hour "[3,1]"
	# a line of an earlier boot, without its beginning
	lines 100 32 >>log
	hour "[4,1]"
	# without times nothing is known to be new
	lines 0 8 0 16 | sed 's/^[^]]*] //' >log
	hour "[2,0]"
	# the log of this host ends now
	program journalctl "$(lines 100 8 1500 16 5003 24)"
	advise --json /dev/sdb >advice || [ $? -le 5 ]
	assert_equal "$(jq -c '[.figures.log_bad, .figures.log_bad_hour]' advice)" "[3,2]"
}

@test "figures that no disk has are not calculated with" {
	mkdir bin
	# figures FILTER: what advise --json says of a disk with these changes
	figures() {
		smart hdd-wd-red-well | jq "$1" >smart.json
		advise --smartctl smart.json --json >advice || [ $? -le 5 ]
	}
	attribute() { figures ".ata_smart_attributes.table = [{id: 5, name: \"Reallocated_Sector_Ct\", value: $1, thresh: $2, raw: {value: $3, string: \"$3\"}}]"; }
	# VALUE THRESHOLD RESERVE
	while read -r value threshold reserve; do
		attribute "$value" "$threshold" 0
		assert_equal "$value $threshold $(jq .figures.reserve_percent advice)" "$value $threshold $reserve"
	done <<-EOF
		100 36 100
		200 140 100
		170 140 50
		253 253 null
		300 253 null
		300 100 100
		200 200 null
		150 4000 null
		18446744073709551615 1 100
		10 36 0
	EOF
	figures '{smartctl, nvme_smart_health_information_log: {available_spare: 18446744073709551615, available_spare_threshold: 10}}'
	assert_equal "$(jq .figures.reserve_percent advice)" 100
	# these are not added up to nothing
	figures '.ata_pending_defects_log.count = 18446744073709551615 |
		.ata_smart_attributes.table = [{id: 5, name: "Reallocated_Sector_Ct", value: 100, thresh: 0, raw: {value: 1, string: "1"}}]'
	assert_equal "$(jq -r .verdict advice)" copy
	[ "$(jq .spare_bytes advice)" -gt 1000000000 ]
}

# device PATH TYPE SIZE_MIB [KEY=VALUE...]: of lsblk, in JSON
device() {
	local path=$1 type=$2 mib=$3 word
	shift 3
	for word; do printf '"%s":%s,' "${word%%=*}" "${word#*=}"; done
	printf '"path":"%s","kname":"%s","type":"%s","size":%d' "$path" "${path##*/}" "$type" $((mib << 20))
}

# machine DISK...: what lsblk prints
machine() { program lsblk "{\"blockdevices\":[$(printf '{%s}\n' "$@" | paste -sd,)]}"; }

# places JSON: those that are named, in order
places() { jq -r '.spare_places[] | "\(.kind) \(.device) \(.volume_group // "-") \(.bytes / 1048576) \(.same_disk)"' <<<"$1"; }

@test "free space that would do as a spare is named, the best first" {
	local part swap gap
	program smartctl "$(smart hdd-wd1600-49)"
	program journalctl "[ 5.0] host kernel: nothing of interest"
	# a spare of 18 MiB: sdb is the main; sdc has all kinds of partitions, and 33 MiB in none
	part() { printf '{%s}' "$(device "$@")"; }
	machine "$(device /dev/sdb disk 500 pttype='"dos"' children="[$(part /dev/sdb1 part 100 start=2048 fstype='"ext4"'),$(part /dev/sdb2 part 99 start=206848)]")" \
		"$(device /dev/sdc disk 301 pttype='"gpt"' rota=true maj:min='"8:32"' children="[$(part /dev/sdc1 part 100 start=2048 fstype='"LVM2_member"'),$(part /dev/sdc3 part 40 start=309248),$(part /dev/sdc2 part 50 start=206848 fstype='"swap"'),$(part /dev/sdc4 part 19 start=391168 parttype='"E3C9E316-0B5C-4DB8-817D-F92DF00215AE"'),$(part /dev/sdc5 part 17 start=430080),$(part /dev/sdc6 part 30 start=464896 ro=true),$(part /dev/sdc7 part 10 start=526336 mountpoint='"/x"')]")" \
		"$(device /dev/sdd disk 20)" "$(device /dev/sde disk 20 rm=true)" "$(device /dev/sdf disk 17)" "$(device /dev/zram0 disk 99)" \
		"$(device /dev/nvme0n1 disk 90 fstype='"zfs_member"')" "$(device /dev/sdg disk 90 children="[$(part /dev/mapper/x crypt 90)]")" \
		"$(device /dev/sr0 rom 90)" "$(device /dev/sdi disk 99 pttype='"dos"' fstype='"btrfs"')" \
		"$(device /dev/sdh disk 99 pttype='"dos"' children="[$(part /dev/sdh1 part 1 parttype='"0x5"' start=2048)]")"
	program pvs '{"report":[{"pv":[{"pv_name":"/dev/sdc1","vg_name":"vg0","pv_free":"62914560"},{"pv_name":"/dev/sdb1","vg_name":"vg1","pv_free":"62914560"},{"pv_name":"[unknown]","vg_name":"vg0","pv_free":"62914560"},{"pv_name":"/dev/sdz","vg_name":"","pv_free":"62914560"},{"pv_name":"/dev/sdy","vg_name":"full","pv_free":"1048576"}]}]}'
	run advise --json /dev/sdb
	assert_failure 3
	assert_equal "$(places "$output")" "lvm /dev/sdc1 vg0 60 false
partition /dev/sdc3 - 40 false
gap /dev/sdc - 33 false
disk /dev/sdd - 20 false
lvm /dev/sdb1 vg1 60 true
partition /dev/sdb2 - 99 true
gap /dev/sdb - 299 true"
	assert_equal "$(jq -r '.spare_places[2].command' <<<"$output")" \
		"echo start=273408KiB, size=18MiB | sfdisk --no-reread --append /dev/sdc && partx --update /dev/sdc"
	run advise /dev/sdb
	assert_line "  2. Make a spare of 18 MiB or more on another disk. There is room:"
	assert_line "     volume group vg0 has 60 MiB free on /dev/sdc1:"
	assert_line "       lvcreate -L 18m -n spare vg0 /dev/sdc1"
	assert_line "     partition /dev/sdc3 of 40 MiB has no known content"
	assert_line "  3. dmremap create NAME $DMREMAP_ROOT/dev/sdb /dev/vg0/spare"
	refute_line --partial "/dev/sdd"
	# where only the disk itself has room, another one is asked for
	machine "$(device /dev/sdb disk 500 pttype='"dos"' children="[$(part /dev/sdb1 part 100 start=2048 fstype='"ext4"'),$(part /dev/sdb2 part 99 start=206848)]")" \
		"$(device /dev/sdd disk 20)"
	rm bin/pvs
	run advise /dev/sdb
	assert_line "     disk /dev/sdd of 20 MiB has no known content"
	refute_line --partial "/dev/sdb2"
	machine "$(device /dev/sdb disk 500 pttype='"dos"' children="[$(part /dev/sdb1 part 100 start=2048 fstype='"ext4"'),$(part /dev/sdb2 part 99 start=206848)]")"
	run advise --json /dev/sdb
	assert_equal "$(places "$output")" "partition /dev/sdb2 - 99 true
gap /dev/sdb - 299 true"
	run advise /dev/sdb
	assert_line "  2. Make a spare of 18 MiB or more on another disk: lvcreate -L 18m -n spare VG"
	assert_line "  3. dmremap create NAME $DMREMAP_ROOT/dev/sdb /dev/VG/spare"
	refute_line --partial "/dev/sdb2"
}

@test "LVM is not asked while one of its disks sleeps, and nothing is named without lsblk" {
	program smartctl "$(smart hdd-wd1600-49)"
	program journalctl "[ 5.0] host kernel: nothing of interest"
	run advise --json /dev/sdb
	assert_equal "$(places "$output")" ""
	program lsblk "this is no JSON"
	run advise --json /dev/sdb
	assert_equal "$(places "$output")" ""
	run advise /dev/sdb
	assert_line --partial "on another disk: lvcreate -L 18m -n spare VG"
	program pvs '{"report":[{"pv":[{"pv_name":"/dev/sdc","vg_name":"vg0","pv_free":"62914560"}]}]}'
	machine "$(device /dev/sdc disk 99 rota=true maj:min='"8:16"' fstype='"LVM2_member"')"
	run advise --json /dev/sdb
	assert_equal "$(places "$output")" "lvm /dev/sdc vg0 60 false"
	# 8:16 answers for it here: it sleeps when it is asked once more
	cat >bin/smartctl <<-EOF
		#!/bin/bash
		if [ -e asked ]; then echo '{"smartctl": {"exit_status": 2}}'; exit 2; fi
		: >asked
		/bin/cat smartctl.out
	EOF
	rm pvs.asked
	run advise --json /dev/sdb
	assert_equal "$(places "$output")" ""
	[ ! -e pvs.asked ]
	rm asked
	run advise --json --wake /dev/sdb
	assert_equal "$(places "$output")" "lvm /dev/sdc vg0 60 false"
	# without physical volumes there is nobody to ask
	rm pvs.asked
	machine "$(device /dev/sdc disk 10)"
	run advise --json /dev/sdb
	[ ! -e pvs.asked ]
	# a disk that needs no spare asks for no place
	rm lsblk.asked
	program smartctl "$(smart hdd-wd-red-well)"
	run advise --json /dev/sdb
	assert_equal "$(jq -c .spare_places <<<"$output")" "[]"
	[ ! -e lsblk.asked ]
}
