#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap seal and unseal: the raw main shows nothing that libblkid knows, the set shows
# it, and can undo all of it, whenever it is interrupted.
# rig: test=uml/3 timeout=900
# shellcheck disable=SC2030,SC2031 # each test sets WHOLE for itself

load ../lib/common
load ../lib/kill

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

teardown() { remove_devices; }
teardown_file() { clean_up; }

in_lvm() {
	local command=$1
	shift
	lvm "$command" --config 'activation { udev_sync=0 udev_rules=0 } devices { scan=["/dev/mapper"] use_devicesfile=0 } backup { backup=0 archive=0 }' \
		"$@" 3>&- 4>&-
}

# shows DEVICE: all that blkid says of it, but for its name
shows() { blkid -p -o export "$1" | grep -v ^DEVNAME= || :; }

# label_uuid DEVICE: the set by whose label it is known
label_uuid() {
	dd if="$1" bs=4096 count=1 iflag=direct status=none | od -An -v -tx1 -N32 | busybox tr -d ' \n' |
		sed -n 's/^444d52454d41504d................\(........\)\(....\)\(....\)\(....\)\(............\)$/\1-\2-\3-\4-\5/p'
}

# sealed: the main has the set's label, and nothing that anybody knows but the empty
# partition table in it
sealed() {
	assert_equal "$(shows /dev/main | grep -v ^PTUUID=)" PTTYPE=dos
	assert_equal "$(wipefs --noheadings --output TYPE /dev/main)" dos
	assert_equal "$(label_uuid /dev/main)" "$(<$CONFIG/uuid)"
}

# kept: an image of the main gives all that the set shows, without the spare
kept() {
	dd if=/dev/main of="$BATS_TEST_TMPDIR/main.img" bs=1M iflag=direct status=none
	"$DMREMAP" salvage --force --output "$BATS_TEST_TMPDIR/all.img" "$BATS_TEST_TMPDIR/main.img"
	assert_equal "$(md5sum <"$BATS_TEST_TMPDIR/all.img")" "$(sum $R)"
	rm "$BATS_TEST_TMPDIR/main.img" "$BATS_TEST_TMPDIR/all.img"
}

# cycle TYPE...: seal and unseal the content of /dev/main, which blkid calls TYPE
cycle() {
	local raw above types
	raw=$(sum /dev/main)
	"$DMREMAP" create --force r /dev/main /dev/spare
	above=$(shows $R)
	types=$(sed -n 's/^\(PT\)\?TYPE=//p' <<<"$above")
	assert_equal "$types" "$*"
	# the test must not see the cached pages of the main afterwards
	assert_equal "$(shows /dev/main)" "$above"
	run -0 "$DMREMAP" seal r
	assert_output --partial "r: sealed."
	sealed
	assert_equal "$(shows $R)" "$above"
	assert_equal "$(sum $R)" "$raw"
	kept
	run -0 "$DMREMAP" unseal r
	assert_output "r: unsealed"
	assert_equal "$(shows /dev/main)" "$above"
	assert_equal "$(sum /dev/main)" "$raw"
	assert_equal "$(sum $R)" "$raw"
	assert_equal "$(<$CONFIG/remaps/count)" 0
	run -0 "$DMREMAP" unseal r
	assert_output "r: not sealed"
	assert_equal "$(sum /dev/main)" "$raw"
}

# small_gpt: a set on a small disk with data, and signatures at both ends
small_gpt() {
	null_blk main 2
	null_blk spare 2
	write_pattern /dev/main 0 2097152 1
	sfdisk -q /dev/main <<<$'label: gpt\n,,\n'
	"$DMREMAP" create r /dev/main /dev/spare
	WHOLE=$(sum /dev/main)
}

# --- what disks have --------------------------------------------------------------

@test "ext4, and a filesystem that is in use" {
	null_blk main 8
	null_blk spare 4
	mkfs.ext4 -q /dev/main
	cycle ext4
	mount $R /mnt
	echo before >/mnt/file
	"$DMREMAP" seal r
	sealed
	echo after >>/mnt/file
	umount /mnt
	run ! mount /dev/main /mnt
	e2fsck -fn $R
	mount $R /mnt
	assert_equal "$(</mnt/file)" $'before\nafter'
	"$DMREMAP" unseal r
	umount /mnt
	dmsetup remove r
	# nothing of it is on the spare
	mount /dev/main /mnt
	assert_equal "$(</mnt/file)" $'before\nafter'
}

@test "XFS" {
	null_blk main 20
	null_blk spare 4
	# so small, that is
	mkfs.xfs -q --unsupported /dev/main
	cycle xfs
}

@test "Btrfs" {
	null_blk main 20
	null_blk spare 4
	mkfs.btrfs -q --mixed /dev/main
	cycle btrfs
}

@test "LVM" {
	null_blk main 8
	null_blk spare 4
	"$DMREMAP" create r /dev/main /dev/spare
	in_lvm pvcreate -q $R
	in_lvm vgcreate -q --physicalextentsize 1M --metadatasize 64k vg $R
	dmsetup remove r
	blkdiscard -f -z /dev/spare
	cycle LVM2_member
	"$DMREMAP" seal r
	in_lvm pvs --noheadings -o vg_name $R | grep -w vg
}

@test "MBR and GPT, whose partitions the kernel forgets" {
	local type
	for type in dos gpt; do
		null_blk main 8
		null_blk spare 4
		sfdisk -q /dev/main <<<"label: $type"$'\n,3M\n,\n'
		mkfs.ext4 -q /dev/main1
		[ -b /dev/main2 ]
		cycle $type
		[ ! -e /dev/main1 ]
		[ ! -e /dev/main2 ]
		assert_equal "$(sfdisk -l $R | grep -c "^$R")" 2
		remove_devices
	done
}

@test "two signatures, one of them near the end, and a main that is a partition" {
	modprobe -q md_mod || skip "this kernel has no md"
	null_blk main 8
	null_blk spare 4
	# that of an array is near the end, and ext2's in the first page
	mdadm -q --create /dev/md0 --run --metadata=0.90 --level=1 --raid-devices=2 /dev/main missing
	mdadm -q --stop /dev/md0
	dd if=/dev/zero of=/dev/main bs=4096 count=1 oflag=direct conv=notrunc status=none
	printf '\x53\xef' | dd of=/dev/main bs=1 seek=1080 conv=notrunc status=none
	[ "$(wipefs --noheadings /dev/main | wc -l)" -ge 2 ]
	"$DMREMAP" create --force r /dev/main /dev/spare
	WHOLE=$(sum /dev/main)
	"$DMREMAP" seal r
	sealed
	assert_equal "$(sum $R)" "$WHOLE"
	"$DMREMAP" unseal r
	assert_equal "$(sum /dev/main)" "$WHOLE"

	dmsetup remove r
	sfdisk -q --wipe always /dev/main <<<$'label: gpt\n,3M\n,\n'
	mkfs.ext4 -q /dev/main2
	WHOLE=$(sum /dev/main2)
	blkdiscard -f -z /dev/spare
	"$DMREMAP" create r /dev/main2 /dev/spare
	"$DMREMAP" seal r
	# of the disk, blkid still shows the entry
	assert_equal "$(shows /dev/main2 | grep -v -e ^PART_ENTRY -e ^PTUUID=)" PTTYPE=dos
	assert_equal "$(label_uuid /dev/main2)" "$(<$CONFIG/uuid)"
	assert_equal "$(sum $R)" "$WHOLE"
	"$DMREMAP" unseal r
	assert_equal "$(sum /dev/main2)" "$WHOLE"
}

@test "logical blocks of 4096, and blocks of 512 and 32768" {
	local args
	for args in "blocksize=4096 4096" "blocksize=4096 32768" "blocksize=512 512" \
		    "blocksize=512 32768"; do
		null_blk main 6 "${args% *}"
		null_blk spare 4 "${args% *}"
		sfdisk -q /dev/main <<<$'label: gpt\n,3M\n,\n'
		WHOLE=$(sum /dev/main)
		"$DMREMAP" create r /dev/main /dev/spare --block-size "${args#* }"
		"$DMREMAP" seal r
		sealed
		kept
		assert_equal "$(sum $R)" "$WHOLE"
		# the set is as it was when it comes back
		dmsetup remove r
		remap_create r /dev/main /dev/spare persistent
		sealed
		"$DMREMAP" unseal r
		assert_equal "$(sum /dev/main)" "$WHOLE"
		remove_devices
	done
}

# --- what is not done ---------------------------------------------------------------

@test "sets that cannot have a label" {
	null_blk main 8
	null_blk spare 2
	mkfs.ext4 -q /dev/main
	WHOLE=$(sum /dev/main)
	refused 'no dm-remap device "r"' "$DMREMAP" seal r
	remap_create r /dev/main /dev/spare transient
	refused "transient" "$DMREMAP" seal r
	dmsetup remove r
	dmsetup create r --table "0 8192 remap /dev/main 8 /dev/spare"
	refused "begins at sector 8" "$DMREMAP" seal r
	dmsetup remove r
	blkdiscard -f -z /dev/spare
	"$DMREMAP" create --read-only r /dev/main /dev/spare
	refused "read-only" "$DMREMAP" seal r
	dmsetup remove r
	remap_create r /dev/main /dev/spare persistent
	dmsetup suspend r
	refused "suspended" "$DMREMAP" seal r
	dmsetup resume r
	# the spare has room for none
	dmsetup message r 0 add 4096 $(($(<$CONFIG/spare/free) * 8))
	refused "there is room for 0" "$DMREMAP" seal r
	dmsetup message r 0 remove 4096 $(($(<$CONFIG/spare/used) * 8))
	assert_equal "$(sum /dev/main)" "$WHOLE"
}

@test "a label that has no room, and labels that are damaged" {
	local i
	small_gpt
	for ((i = 0; i < 12; i++)); do
		dmsetup message r 0 add $((i * 64)) 8
	done
	guest/label /dev/main "$(<$CONFIG/uuid)" r scattered=12
	# the copy of GPT at the end would be one too many
	cp /dev/main "$BATS_TEST_TMPDIR/sealed"
	refused "more places than a label has room for" "$DMREMAP" seal r
	assert_equal "$(<$CONFIG/remaps/count) $(sum $R)" "12 $WHOLE"
	cmp /dev/main "$BATS_TEST_TMPDIR/sealed"
	dmsetup message r 0 remove 704 8
	assert_equal "$("$DMREMAP" seal --json r | jq -c '.ranges | map(.start)')" \
		"[$(seq -s, 0 64 640),4088]"
	sealed
	"$DMREMAP" unseal r
	assert_equal "$(sum /dev/main) $(<$CONFIG/remaps/count)" "$WHOLE 0"

	"$DMREMAP" seal r
	guest/label /dev/main "$(<$CONFIG/uuid)" r crc=1
	refused "is damaged" "$DMREMAP" unseal r
	assert_equal "$(<$CONFIG/remaps/count) $(sum $R)" "2 $WHOLE"
	guest/label /dev/main 01234567-89ab-cdef-0123-456789abcdef r
	refused "label of another set" "$DMREMAP" unseal r
	refused "label of another set" "$DMREMAP" seal r
	assert_equal "$(<$CONFIG/remaps/count) $(sum $R)" "2 $WHOLE"
	guest/label /dev/main "$(<$CONFIG/uuid)" r crc=1
	run -0 "$DMREMAP" seal r
	assert_output --partial "will be replaced"
	sealed
	"$DMREMAP" unseal r
	# the blocks listed by the old one stay
	assert_equal "$(sum $R) $(<$CONFIG/remaps/count)" "$WHOLE 1"
}

@test "a signature behind the end of the set" {
	null_blk main 8
	null_blk spare 2
	sfdisk -q /dev/main <<<$'label: gpt\n,,\n'
	WHOLE=$(sum /dev/main)
	dmsetup create r --table "0 $(($(sectors /dev/main) - 8)) remap /dev/main 0 /dev/spare"
	refused "behind the end of r" "$DMREMAP" seal r
	assert_equal "$(<$CONFIG/remaps/count) $(sum /dev/main)" "0 $WHOLE"
}

@test "a dry run changes nothing, and JSON tells what is done" {
	local out
	small_gpt
	out=$("$DMREMAP" seal --dry-run --json r)
	assert_equal "$(jq -c '[.name, .sealed, (.ranges | map([.start, .sectors]))]' <<<"$out")" \
		'["r",false,[[0,8],[4088,8]]]'
	assert_equal "$(jq -c '.signatures | map([.offset, .type])' <<<"$out")" \
		'[[512,"gpt"],[2096640,"gpt"],[510,"PMBR"]]'
	run -0 "$DMREMAP" seal --dry-run r
	assert_output --partial "sectors 4088 to 4095 would be on the spare"
	assert_equal "$(<$CONFIG/remaps/count) $(sum /dev/main)" "0 $WHOLE"
	assert_equal "$("$DMREMAP" seal --json r | jq .sealed)" true
	out=$(sum /dev/main)
	assert_equal "$("$DMREMAP" unseal --dry-run --json r | jq -c '.ranges | map([.start, .sectors])')" \
		'[[0,8],[4088,8]]'
	assert_equal "$(<$CONFIG/remaps/count) $(sum /dev/main)" "2 $out"
	assert_equal "$("$DMREMAP" unseal --json r | jq -c .stay)" '[]'
	assert_equal "$(sum /dev/main)" "$WHOLE"
}

# --- what goes wrong ----------------------------------------------------------------

# after_power_cut: the set on the disks as they are now
after_power_cut() {
	power_cut main spare
	remap_create r /dev/main /dev/spare persistent
}

# halted VARIABLE N COMMAND...: whether it did not come to its end
halted() {
	local variable=$1 n=$2
	shift 2
	run env "$variable=$n" FAIL_ERRNO=5 LD_PRELOAD="$HALT" "$@"
	[ "$status" = 137 ]
}

@test "the label is durable before the blocks that it lists are moved, and they before they are cleared" {
	small_gpt
	HALT_LOG=$BATS_TEST_TMPDIR/log LD_PRELOAD=$HALT "$DMREMAP" seal r
	run -0 cat "$BATS_TEST_TMPDIR/log"
	assert_output - <<-END
		write add 0 8
		pwrite main 0 4096
		fdatasync main
		write add 4088 8
		pwrite main 2093056 4096
		fdatasync main
		pwrite main 0 4096
		fdatasync main
		write uevent change
	END
	rm "$BATS_TEST_TMPDIR/log"
	HALT_LOG=$BATS_TEST_TMPDIR/log LD_PRELOAD=$HALT "$DMREMAP" unseal r
	run -0 cat "$BATS_TEST_TMPDIR/log"
	assert_output - <<-END
		write remove 4088 8
		write remove 0 8
		write uevent change
	END
}

@test "seal stops after each step, and either command goes on" {
	local n how next
	small_gpt
	for next in seal unseal; do
		for n in 1 2 2t 3 4 5 5t 6 7 7t 8 9; do
			how=HALT_AT
			[[ $n != *t ]] || how=TORN_AT
			halted $how "${n%t}" "$DMREMAP" seal r
			assert_equal "$(sum $R)" "$WHOLE"
			after_power_cut
			assert_equal "$n: $(sum $R)" "$n: $WHOLE"
			"$DMREMAP" $next r
			assert_equal "$(sum $R)" "$WHOLE"
			if [ $next = seal ]; then
				sealed
				"$DMREMAP" unseal r
			fi
			assert_equal "$n: $(sum /dev/main) $(<$CONFIG/remaps/count)" "$n: $WHOLE 0"
		done
		run -0 env HALT_AT=10 LD_PRELOAD="$HALT" "$DMREMAP" seal r
		"$DMREMAP" unseal r
	done
}

@test "unseal stops after each step, and either command goes on" {
	local n next
	small_gpt
	for next in seal unseal; do
		for n in 1 2 3; do
			"$DMREMAP" seal r
			halted HALT_AT $n "$DMREMAP" unseal r
			after_power_cut
			assert_equal "$n: $(sum $R)" "$n: $WHOLE"
			"$DMREMAP" $next r
			assert_equal "$(sum $R)" "$WHOLE"
			if [ $next = seal ]; then
				sealed
				"$DMREMAP" unseal r
			fi
			assert_equal "$n: $(sum /dev/main) $(<$CONFIG/remaps/count)" "$n: $WHOLE 0"
		done
	done
	# block 0 is back, but the table does not say so yet
	"$DMREMAP" seal r
	dmsetup message r 0 remove 4088 8
	read_direct $R 0 4096 | dd of=/dev/main bs=4096 oflag=direct conv=notrunc status=none
	after_power_cut
	run -0 "$DMREMAP" unseal r
	assert_output "r: unsealed"
	assert_equal "$(sum /dev/main) $(<$CONFIG/remaps/count)" "$WHOLE 0"
}

@test "the place of the label cannot be written" {
	small_gpt
	FAIL_AT=2 FAIL_ERRNO=5 LD_PRELOAD=$HALT refused "cannot be written: Input/output error" "$DMREMAP" seal r
	assert_equal "$(sum /dev/main) $(<$CONFIG/remaps/count)" "$WHOLE 0"
	FAIL_AT=3 FAIL_ERRNO=5 LD_PRELOAD=$HALT refused "cannot be written: Input/output error" "$DMREMAP" seal r
	assert_equal "$(sum /dev/main) $(<$CONFIG/remaps/count)" "$WHOLE 0"
	# it was bad before, and on the spare
	null_blk_bad main +0-0
	write_pattern $R 0 512 2
	WHOLE=$(sum $R)
	refused "cannot be written" "$DMREMAP" seal r
	assert_equal "$(sum $R) $(<$CONFIG/remaps/count)" "$WHOLE 1"
	dmsetup remove r
	null_blk_bad main -0-0
}

@test "the spare is full in the middle, and something cannot be moved back" {
	small_gpt
	FAIL_AT=4 FAIL_ERRNO=28 LD_PRELOAD=$HALT run -4 "$DMREMAP" seal r
	assert_output --partial "sector 4088 cannot be moved to the spare: the spare has no block left"
	assert_output --partial "sealed in part"
	assert_equal "$(sum $R) $(<$CONFIG/remaps/count)" "$WHOLE 1"
	"$DMREMAP" seal r
	sealed
	null_blk_bad main +4090-4090
	run -4 "$DMREMAP" unseal r
	assert_output --partial "sector 4088 cannot be moved back"
	assert_equal "$(sum $R) $(<$CONFIG/remaps/count)" "$WHOLE 1"
	assert_equal "$(label_uuid /dev/main)" ""
	# and the device comes back with it
	null_blk_bad main -4090-4090
	after_power_cut
	assert_equal "$(sum $R)" "$WHOLE"
}

@test "blocks that were on the spare before, with old content on the main" {
	null_blk main 8
	null_blk spare 4
	mkfs.ext4 -q /dev/main
	null_blk_bad main +2-2
	"$DMREMAP" create r /dev/main /dev/spare
	# another filesystem, of which the main gets all but the superblock
	null_blk other 8
	mkfs.ext4 -q -U clear -L other /dev/other
	dd if=/dev/other of=$R bs=1M oflag=direct status=none
	assert_equal "$(<$CONFIG/remaps/count)" 1
	# the disk recovers
	null_blk_bad main -2-2
	assert_equal "$(blkid -p -s LABEL -o value /dev/main)" ""
	[ -n "$(shows /dev/main)" ]
	"$DMREMAP" seal r
	sealed
	assert_equal "$(blkid -p -s LABEL -o value $R)" other
	"$DMREMAP" unseal r
	cmp $R /dev/other
	cmp /dev/main /dev/other
}

@test "mkfs on a sealed set, which is sealed again" {
	null_blk main 20
	null_blk spare 4
	mkfs.ext4 -q /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" seal r
	assert_equal "$("$DMREMAP" seal --json r | jq -c '.ranges | map(.start)')" '[0]'
	mkfs.btrfs -q -f --mixed $R
	# its superblock is at 64 KiB, where ext4 had none
	[ -n "$(shows /dev/main)" ]
	WHOLE=$(sum $R)
	assert_equal "$("$DMREMAP" seal --json r | jq -c '.ranges | map(.start)')" '[0,128]'
	sealed
	assert_equal "$(sum $R)" "$WHOLE"
	# and a smaller one after that does not make the list forget
	mkfs.ext4 -q -F $R
	WHOLE=$(sum $R)
	assert_equal "$("$DMREMAP" seal --json r | jq -c '.ranges | map(.start)')" '[0,128]'
	sealed
	"$DMREMAP" unseal r
	assert_equal "$(sum /dev/main) $(<$CONFIG/remaps/count)" "$WHOLE 0"
}

@test "udev is told to look at the main again" {
	small_gpt
	listen
	"$DMREMAP" seal r
	retry_until 10 grep -q "^change main" "$EVENTS"
	: >"$EVENTS"
	"$DMREMAP" unseal r
	retry_until 10 grep -q "^change main" "$EVENTS"
	kill "$LISTENER"
}

@test "a set on top of another one is sealed after that one" {
	null_blk main 8
	null_blk spare 2
	null_blk spare2 2
	"$DMREMAP" create below /dev/main /dev/spare
	"$DMREMAP" create r /dev/mapper/below /dev/spare2
	write_pattern $R 0 65536 1
	run -8 "$DMREMAP" seal r
	assert_output --partial "Seal that first."
	assert_data /dev/main 0 65536 1
	"$DMREMAP" seal below
	"$DMREMAP" seal r
	"$DMREMAP" stop r below
	"$DMREMAP" assemble below
	dmsetup create r --table "0 16384 remap /dev/mapper/below 0 /dev/spare2"
	assert_data $R 0 65536 1
	"$DMREMAP" unseal r
	"$DMREMAP" unseal below
	assert_data /dev/main 0 65536 1
}
