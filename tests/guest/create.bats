#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap create and format: a refusal leaves both disks unchanged; a new set has the
# requested properties.
# rig: test=uml/3 timeout=600

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
DMREMAP=$PWD/../tools/dmremap/dmremap
HALT=$PWD/guest/halt.so

teardown() {
	swapoff -a
	rm -rf /dev/disk
	remove_devices
}
teardown_file() { clean_up; }

sum() { cat "$@" | md5sum; }

# disks: a main with data, and an empty spare
disks() {
	null_blk main 4
	null_blk spare 2
	write_pattern /dev/main 0 4194304 1
}

# changes_nothing COMMAND...: on either disk, nor is there a device
changes_nothing() {
	local before
	before=$(sum /dev/main /dev/spare)
	"$@"
	blockdev --flushbufs /dev/main
	blockdev --flushbufs /dev/spare
	assert_equal "$(sum /dev/main /dev/spare)" "$before"
	[ ! -e $R ]
}

# denied TEXT COMMAND...: it is refused, with this text and status 8, by create and format
denied() {
	local text=$1
	shift
	changes_nothing run -8 "$DMREMAP" create "$@"
	assert_output --partial "$text"
	changes_nothing run -8 "$DMREMAP" format --name "$@"
	assert_output --partial "$text"
}

# offsets DEVICE: where wipefs finds a signature
offsets() {
	local offset
	for offset in $(wipefs --noheadings --output OFFSET "$1"); do
		echo $((offset))
	done | sort -n
}

field() { "$DMREMAP" dump --json /dev/spare | jq -r "$1"; }

@test "a set with the data that was there, and what is kept of it" {
	local uuid
	disks
	run -0 --separate-stderr "$DMREMAP" create --json --main-id disk-7 r /dev/main /dev/spare
	uuid=$(<$CONFIG/uuid)
	assert_equal "$(jq -r '[.name, .uuid, .main, .spare, .main_id, .block_size, .sectors, .active, (.wiped | length)] | join(" ")' <<<"$output")" \
		"r $uuid /dev/main /dev/spare disk-7 4096 8192 true 0"
	assert_equal "$(dmsetup info --noheadings -c -o uuid r)" "DMREMAP-$uuid"
	assert_equal "$(jq -r .table <<<"$output")" "$(dmsetup table r)"
	assert_data $R 0 4194304 1
	write_pattern $R 80 4096 2
	dmsetup message r 0 add 80 8
	dmsetup remove r
	assert_equal "$(field '[.uuid, .main_id] | join(" ")')" "$uuid disk-7"
	remap_create r /dev/main /dev/spare persistent uuid "$uuid" main_id disk-7
	assert_data $R 80 4096 2
}

@test "what is asked for" {
	disks
	"$DMREMAP" create --block-size 512 --no-auto-remap --main-id '' r /dev/main /dev/spare
	assert_equal "$(<$CONFIG/block_size) $(<$CONFIG/errors/auto_remap)" "512 0"
	[[ $(dmsetup table r) != *main_id* ]]
	dmsetup remove r
	blkdiscard -f -z /dev/spare

	# a spare cannot be formatted by a set that must not be written
	"$DMREMAP" create --read-only r /dev/main /dev/spare
	assert_equal "$(<$CONFIG/state) $(blockdev --getro $R)" "read-only 1"
	assert_data $R 0 4194304 1
	run ! write_pattern $R 0 4096 2
	dmsetup remove r
	blkdiscard -f -z /dev/spare

	"$DMREMAP" create --transient r /dev/main /dev/spare
	[ ! -e $CONFIG/metadata ]
	write_pattern $R 0 4096 2
	dmsetup remove r
	assert_equal "$(used_bytes /dev/spare)" 0

	# 8193 sectors: the last is not in a block
	null_blk odd 5
	dmsetup create odd --table "0 8193 linear /dev/odd 0"
	run -0 "$DMREMAP" create r /dev/mapper/odd /dev/spare
	assert_output --partial "The last 1 sector of /dev/mapper/odd is not part of r"
	assert_equal "$(sectors $R)" 8192
}

@test "format makes the same, and leaves it inactive" {
	local uuid
	disks
	run -0 --separate-stderr "$DMREMAP" format --json --name r /dev/main /dev/spare
	uuid=$(jq -r .uuid <<<"$output")
	assert_equal "$(jq -r '[.name, .active] | join(" ")' <<<"$output")" "r false"
	[ ! -e $R ]
	[ "$(dmsetup ls)" = "No devices found" ]
	assert_equal "$(field .uuid)" "$uuid"
	blkdiscard -f -z /dev/spare
	# without a name it has the one that sets without a name have
	run -0 --separate-stderr "$DMREMAP" format --json /dev/main /dev/spare
	uuid=$(jq -r .uuid <<<"$output")
	assert_equal "$(jq -r .name <<<"$output")" "dm-remap-$uuid"
	remap_create r /dev/main /dev/spare persistent uuid "$uuid"
	assert_data $R 0 4194304 1
}

is_there() { [ -e "$CONFIG/uuid" ]; }

# interrupted COMMAND...: while it waits for udev
interrupted() {
	local pid status=0
	UDEV_SLEEP=60 LD_PRELOAD=$HALT "$DMREMAP" "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	pid=$!
	retry_until 20 is_there
	kill $pid
	wait $pid || status=$?
	cat "$BATS_TEST_TMPDIR/said"
	assert_equal "$status" 143
	dmsetup mknodes
}

@test "interrupted when the set is there, the host knows it" {
	local uuid known=/etc/dm-remap/sets.d
	disks
	rm -rf $known
	interrupted create r /dev/main /dev/spare
	uuid=$(<$CONFIG/uuid)
	grep -qx name=r $known/"$uuid"
	grep -q ^secret_hash= $known/"$uuid"
	assert_data $R 0 4194304 1
	# activated again by a person, and interrupted then
	"$DMREMAP" stop r
	rm -r $known
	interrupted assemble /dev/main /dev/spare
	grep -qx name=r $known/"$uuid"
	assert_data $R 0 4194304 1
	"$DMREMAP" delete r
	interrupted format --name r /dev/main /dev/spare
	[ "$(dmsetup ls)" = "No devices found" ]
	grep -qx name=r $known/"$(field .uuid)"
	"$DMREMAP" assemble /dev/main /dev/spare
	assert_data $R 0 4194304 1
}

@test "a set that format cannot take down is known as well" {
	local pid status=0
	disks
	rm -rf /etc/dm-remap/sets.d
	# something opens the device before it is removed
	UDEV_SLEEP=5 LD_PRELOAD=$HALT "$DMREMAP" format --name r /dev/main /dev/spare \
		>"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	pid=$!
	retry_until 20 is_there
	dmsetup mknodes
	exec 9<$R
	wait $pid || status=$?
	exec 9<&-
	assert_equal "$status" 8
	assert_equal "$(ls /etc/dm-remap/sets.d)" "$(<$CONFIG/uuid)"
}

@test "what a spare is enough for, and that it is small" {
	null_blk main 64
	null_blk spare 2
	null_blk large 32
	run -0 "$DMREMAP" create r /dev/main /dev/spare
	assert_output --partial "r: the spare has room for $(<$CONFIG/remaps/capacity) bad blocks; 4096 are advised for this main"
	assert_output --partial "/dev/spare is a small spare"
	dmsetup remove r
	run -0 "$DMREMAP" create r /dev/main /dev/large
	refute_output --partial "small spare"
	(($(<$CONFIG/remaps/capacity) >= 4096))
	dmsetup remove r
	blkdiscard -f -z /dev/spare
	run -0 --separate-stderr "$DMREMAP" create --json r /dev/main /dev/spare
	assert_equal "$(jq -r '[.spare_blocks, .advised_blocks] | join(" ")' <<<"$output")" "$(<$CONFIG/remaps/capacity) 4096"
	dmsetup remove r
	# no more than the main has
	null_blk tiny 4
	blkdiscard -f -z /dev/large
	run -0 --separate-stderr "$DMREMAP" create --json r /dev/tiny /dev/large
	assert_equal "$(jq -r .advised_blocks <<<"$output")" 1024
}

@test "a spare with something on it" {
	disks
	mkfs.ext4 -q -L precious /dev/spare
	denied 'There is a filesystem (ext4) on /dev/spare. If it is no longer needed: "--force"' r /dev/main /dev/spare
	changes_nothing run -8 "$DMREMAP" create --transient r /dev/main /dev/spare
	assert_output --partial "There is a filesystem (ext4)"
	changes_nothing run -0 "$DMREMAP" create --force --dry-run r /dev/main /dev/spare
	assert_output --partial "/dev/spare: a filesystem (ext4) at byte 1080 would be destroyed"
	"$DMREMAP" create --force r /dev/main /dev/spare
	assert_data $R 0 4194304 1
	dmsetup remove r
	# nothing but the empty partition table that a spare has
	assert_equal "$(wipefs --noheadings --output TYPE /dev/spare)" dos

	# a label that is not text
	blkdiscard -f -z /dev/spare
	mkfs.ext4 -q -L $'b\xff\nd' /dev/spare
	run -0 --separate-stderr "$DMREMAP" create --force --dry-run --json r /dev/main /dev/spare
	assert_equal "$(jq -r '.wiped[0].label' <<<"$output")" 'b\xff\x0ad'

	# several, as wipefs finds them, to the last of them
	blkdiscard -f -z /dev/spare
	sfdisk -q /dev/spare <<<$'label: gpt\n,,\n'
	run -0 --separate-stderr "$DMREMAP" create --force --dry-run --json r /dev/main /dev/spare
	assert_equal "$(jq -r '.wiped[].offset' <<<"$output" | sort -n)" "$(offsets /dev/spare)"
	# two of GPT, and that of the MBR before it
	[ "$(offsets /dev/spare | wc -l)" -ge 3 ]
	"$DMREMAP" create --force r /dev/main /dev/spare
	dmsetup remove r
	# nothing but the empty partition table that a spare has
	assert_equal "$(wipefs --noheadings --output TYPE /dev/spare)" dos

	# its content is unknown
	blkdiscard -f -z /dev/spare
	null_blk_bad spare +128-135
	refused "has places that cannot be read" "$DMREMAP" create r /dev/main /dev/spare
	null_blk_bad spare -128-135
	write_pattern /dev/spare 1 512 3
	denied "its content is of an unknown kind" r /dev/main /dev/spare
	"$DMREMAP" create --force r /dev/main /dev/spare
	assert_data $R 0 4194304 1
}

@test "a spare or a main of another set" {
	local uuid
	disks
	"$DMREMAP" create r /dev/main /dev/spare
	uuid=$(<$CONFIG/uuid)
	refused "There is a device r already" "$DMREMAP" create r /dev/main /dev/spare
	refused "/dev/main is in use" "$DMREMAP" create other /dev/main /dev/spare
	"$DMREMAP" seal r
	dmsetup remove r
	null_blk third 4
	changes_nothing run -8 "$DMREMAP" create --force r /dev/main /dev/third
	assert_output --partial "dmremap assemble $uuid"
	changes_nothing run -8 "$DMREMAP" create --force r /dev/third /dev/spare
	assert_output --partial "/dev/spare is the spare of set $uuid"
	changes_nothing run -8 "$DMREMAP" create --force r /dev/third /dev/main
	assert_output --partial "/dev/main is the main of a set, by its label"
	changes_nothing run -8 "$DMREMAP" create --force r /dev/spare /dev/third
	assert_output --partial "/dev/spare is the spare of a set. Are the two swapped?"
	assert_equal "$(used_bytes /dev/third)" 0
	# of one superblock it is known as well
	dd if=/dev/spare of="$BATS_TEST_TMPDIR/first" bs=4096 count=1 status=none
	dd if=/dev/zero of=/dev/spare bs=4096 count=1 oflag=direct conv=notrunc status=none
	changes_nothing run -8 "$DMREMAP" create --force r /dev/third /dev/spare
	assert_output --partial "/dev/spare is the spare of set $uuid"
	changes_nothing run -8 "$DMREMAP" create r /dev/spare /dev/third
	assert_output --partial "/dev/spare is the spare of a set. Are the two swapped?"
	# which is not enough to use it, and the set is still there when the other is back
	refused "" remap_create r /dev/main /dev/spare persistent
	dmsetup remove r 2>/dev/null || :
	dd if="$BATS_TEST_TMPDIR/first" of=/dev/spare bs=4096 oflag=direct conv=notrunc status=none
	remap_create r /dev/main /dev/spare persistent
	assert_data $R 0 4194304 1
	# a disk with other content at its beginning was a spare once
	dmsetup remove r
	echo something | dd of=/dev/spare bs=4096 count=1 oflag=direct conv=sync,notrunc status=none
	"$DMREMAP" create once /dev/spare /dev/third
	assert_equal "$(head -c 9 /dev/mapper/once)" something
}

@test "disks that are in use, too small, the same, or none" {
	disks
	mkswap -q /dev/spare
	swapon /dev/spare
	denied "/dev/spare is in use" r /dev/main /dev/spare
	changes_nothing run -8 "$DMREMAP" create --force r /dev/main /dev/spare
	swapoff /dev/spare
	denied "(swap) on /dev/spare" r /dev/main /dev/spare
	blkdiscard -f -z /dev/spare
	mkfs.ext4 -q /dev/main
	# otherwise it would write in between
	mount -o ro /dev/main /mnt
	denied "/dev/main is in use" r /dev/main /dev/spare
	umount /mnt
	denied "are the same device" r /dev/main /dev/main
	denied "No such file" r /dev/main /dev/none
	denied "is not a block device" r /dev/main "$BATS_TEST_FILENAME"
	dmsetup create tiny --table "0 32 linear /dev/spare 0"
	denied "too small" r /dev/main /dev/mapper/tiny
	dmsetup remove tiny
	run -16 "$DMREMAP" create r /dev/main
	run -16 "$DMREMAP" create a/b /dev/main /dev/spare
	run -16 "$DMREMAP" create --block-size 1000 r /dev/main /dev/spare
	denied "is not a valid main_id" r --main-id "a b" /dev/main /dev/spare
	null_blk large 4 blocksize=4096
	changes_nothing run -8 "$DMREMAP" create --block-size 512 r /dev/large /dev/spare
	assert_output --partial "smaller than a sector"
	changes_nothing run -0 "$DMREMAP" create --dry-run r /dev/main /dev/spare
	assert_output --partial "Nothing was changed"
}

@test "what the main is known by" {
	local id
	disks
	# is NAME: a set would record it
	is() {
		id=$("$DMREMAP" create --dry-run --json r "${MAIN:-/dev/main}" /dev/spare | jq -r .main_id)
		assert_equal "$id" "$1"
	}
	is ""
	mkdir -p /dev/disk/by-id
	ln -s ../../spare /dev/disk/by-id/wwn-0xother
	ln -s ../../main /dev/disk/by-id/lvm-pv-uuid-x
	ln -s ../../main /dev/disk/by-id/dm-name-x
	is ""
	ln -s ../../main /dev/disk/by-id/md-uuid-1:2
	is md-uuid-1:2
	ln -s ../../main /dev/disk/by-id/dm-uuid-LVM-x
	is dm-uuid-LVM-x
	ln -s ../../main /dev/disk/by-id/virtio-SERIAL
	is virtio-SERIAL
	ln -s ../../main /dev/disk/by-id/ata-model
	is ata-model
	ln -s ../../main /dev/disk/by-id/nvme-eui.00
	is nvme-eui.00
	ln -s ../../main /dev/disk/by-id/wwn-0x5
	is wwn-0x5
	# one that the disk contradicts would never be found
	run -8 "$DMREMAP" create --main-id 'usb-a\x20b' r /dev/main /dev/spare
	assert_output --partial "/dev/main is known as wwn-0x5, and not as usb-a"
	ln -s ../../main '/dev/disk/by-id/usb-a\x20b'
	# udev's escapes in names are kept; dump writes a backslash as it does
	"$DMREMAP" create --main-id 'usb-a\x20b' r /dev/main /dev/spare
	dmsetup remove r
	assert_equal "$(field .main_id)" 'usb-a\x5cx20b'
	blkdiscard -f -z /dev/spare
	sfdisk -q --wipe always /dev/main <<<$'label: gpt\n,2M,,*\n'
	ln -s ../../main1 /dev/disk/by-id/wwn-0x5-part1
	MAIN=/dev/main1 is "$(sfdisk --part-uuid /dev/main 1 | busybox tr A-F a-f)"
}

@test "a spare of larger sectors, under content that needs small ones and content that does not" {
	null_blk main 8
	null_blk spare 4 blocksize=4096
	mkfs.ext4 -q -b 1024 /dev/main
	refused "a filesystem (ext4), which needs those of /dev/main, of 512 bytes" \
		"$DMREMAP" create r /dev/main /dev/spare
	sfdisk -q --wipe always /dev/main <<<$'label: gpt\n,,\n'
	refused "a partition table (gpt)" "$DMREMAP" create r /dev/main /dev/spare
	refused "a spare with sectors of 512 bytes" "$DMREMAP" format /dev/main /dev/spare
	wipefs -q -a /dev/main
	blockdev --rereadpt /dev/main
	write_pattern /dev/main 0 4096 1
	refused "something that may not be known here" "$DMREMAP" create r /dev/main /dev/spare
	assert_equal "$(used_bytes /dev/spare)" 0
	"$DMREMAP" create --force r /dev/main /dev/spare
	dmsetup remove r
	blkdiscard -f -z /dev/spare
	# blocks of 4096 do with sectors of 4096
	mkfs.ext4 -q -F -b 4096 /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	assert_equal "$(blockdev --getss $R)" 4096
	mount $R /mnt
	umount /mnt
	dmsetup remove r
	blkdiscard -f -z /dev/spare
	blkdiscard -f -z /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
}

@test "a disk that is read-only, and two halves on one disk" {
	disks
	blockdev --setro /dev/main
	refused "/dev/main is read-only" "$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" create --transient --read-only r /dev/main /dev/spare
	assert_data $R 0 4194304 1
	dmsetup remove r
	blockdev --setrw /dev/main
	blockdev --setro /dev/spare
	refused "/dev/spare is read-only, and a new spare has to be written" \
		"$DMREMAP" create r /dev/main /dev/spare
	blockdev --setrw /dev/spare
	"$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" stop r
	for disk in main spare; do
		blockdev --setro /dev/$disk
		refused "/dev/$disk is read-only. \"dmremap assemble --read-only r\"" \
			"$DMREMAP" assemble /dev/main /dev/spare
		"$DMREMAP" assemble --read-only /dev/main /dev/spare
		assert_data $R 0 4194304 1
		"$DMREMAP" stop r
		blockdev --setrw /dev/$disk
	done

	null_blk disk 8
	sfdisk -q /dev/disk <<<$'label: gpt\n,3M\n,3M\n'
	run -0 "$DMREMAP" create one /dev/disk1 /dev/disk2
	assert_output --partial "/dev/disk1 and /dev/disk2 are on the same disk, disk"
}

@test "a disk with its own end as the spare: an empty one only" {
	local before
	null_blk disk 8
	refused '"2X" is not a size' "$DMREMAP" create --tail 2X r /dev/disk
	refused "do not go with --tail" "$DMREMAP" create --tail 2M --force r /dev/disk
	refused "too small for a spare of 6 MiB" "$DMREMAP" create --tail 6M r /dev/disk
	write_pattern /dev/disk 100 512 1
	refused "/dev/disk is not empty" "$DMREMAP" create --tail 2M r /dev/disk
	assert_data /dev/disk 100 512 1
	assert_equal "$(wipefs --noheadings /dev/disk)" ""
	blkdiscard -f -z /dev/disk
	run -0 "$DMREMAP" create --tail 2M r /dev/disk
	assert_output --partial "/dev/disk1 and /dev/disk2 are on the same disk, disk"
	assert_equal "$(<$CONFIG/main)" "$(mountpoint -x /dev/disk1)"
	assert_equal "$(<$CONFIG/spare/device)" "$(mountpoint -x /dev/disk2)"
	assert_equal "$(sectors $R)" 8192
	[ "$(sectors /dev/disk2)" -ge 4096 ]
	write_pattern $R 0 4096 1
	"$DMREMAP" stop r
	before=$(sum /dev/disk)
	refused "There is a partition table (gpt) on /dev/disk" "$DMREMAP" create --tail 2M s /dev/disk
	refused "/dev/disk1 is a partition" "$DMREMAP" create --tail 2M s /dev/disk1
	assert_equal "$(sum /dev/disk)" "$before"
}
