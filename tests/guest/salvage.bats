#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap salvage: a sealed main gives back its data without its spare, which is erased.
# rig: test=uml/3 timeout=600

load ../lib/common
load ../lib/kill

R=/dev/mapper/r
V=/dev/mapper/r-salvage
CONFIG=/sys/kernel/config/dm-remap/r

teardown() {
	umount /mnt 2>/dev/null || :
	! [ -e $V ] || dmsetup remove r-salvage
	rm -rf /dev/disk/by-id
	remove_devices
}
teardown_file() { clean_up; }

# sealed_gpt [ATTRIBUTE...]: a sealed set that is stopped, of a small disk with data; WHOLE is its content
sealed_gpt() {
	null_blk main 2 "$@"
	null_blk spare 2
	write_pattern /dev/main 0 2097152 1
	sfdisk -q /dev/main <<<$'label: gpt\n,,\n'
	# the rest of a first sector of 4,096 bytes is not zero
	[ "$*" != blocksize=4096 ] || pattern 3584 2 | dd of=/dev/main bs=512 seek=1 conv=fsync status=none
	"$DMREMAP" create ${BLOCK:+--block-size "$BLOCK"} r /dev/main /dev/spare
	"$DMREMAP" seal r
	WHOLE=$(sum $R)
	UUID=$(<$CONFIG/uuid)
	MAIN_ID=$(<$CONFIG/main_id)
	"$DMREMAP" stop r
}

@test "the label of a former main is removed, and the host knows the set still" {
	local record where
	sealed_gpt
	null_blk new 2
	"$DMREMAP" assemble r
	"$DMREMAP" replace r /dev/new
	record=$(echo /etc/dm-remap/sets.d/*)
	cp "$record" "$BATS_TEST_TMPDIR/record"
	save_disks former main
	for where in in-use stopped; do
		put_disks former main
		[ $where = in-use ] || "$DMREMAP" stop r
		run -8 "$DMREMAP" salvage --remove-label --yes /dev/main
		run -0 "$DMREMAP" salvage --remove-label --force --yes /dev/main
		cmp "$record" "$BATS_TEST_TMPDIR/record"
		assert_equal "$(sum /dev/main)" "$WHOLE"
	done
	"$DMREMAP" assemble --all
	assert_equal "$(sum $R)" "$WHOLE"
}

@test "ext4: files from before and after sealing, by mount and by a copy of the superblock" {
	null_blk main 48
	null_blk spare 4
	mkfs.ext4 -q -b 1024 /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	UUID=$(<$CONFIG/uuid)
	mount $R /mnt
	echo before >/mnt/before
	"$DMREMAP" seal r
	mkdir /mnt/dir
	head -c 3000000 /dev/urandom >/mnt/dir/after
	sum=$(md5sum </mnt/dir/after)
	refused "in use" "$DMREMAP" salvage /dev/main
	umount /mnt
	"$DMREMAP" stop r
	refused "The spare of /dev/main is present, /dev/spare" "$DMREMAP" salvage /dev/main
	blkdiscard -f -z /dev/spare

	run -0 "$DMREMAP" salvage /dev/main
	assert_line --partial "Sectors 0 to 7: as they were when the set was sealed."
	assert_line --partial "Try \"mount -o ro,noload $V MOUNTPOINT\"."
	assert_line --partial "mount -o ro,noload,sb=8193 $V MOUNTPOINT"
	refute_line --partial missing
	run ! dd if=/dev/zero of=$V count=1 status=none
	mount -o ro,noload $V /mnt
	assert_equal "$(</mnt/before)" before
	assert_equal "$(md5sum </mnt/dir/after)" "$sum"
	umount /mnt
	refused "in use" "$DMREMAP" salvage --name other /dev/main
	dmsetup remove r-salvage
	# the loop device with the copies has gone with it
	retry_until 10 eval '! grep -qs . /sys/block/loop*/loop/backing_file'

	# a copy that can be written and mended
	"$DMREMAP" salvage --output "$BATS_TEST_TMPDIR/copy" /dev/main
	run e2fsck -fy "$BATS_TEST_TMPDIR/copy"
	[ "$status" -le 1 ]
	mount -o loop "$BATS_TEST_TMPDIR/copy" /mnt
	assert_equal "$(</mnt/before) $(md5sum </mnt/dir/after)" "before $sum"
	umount /mnt
	refused "exists. --force" "$DMREMAP" salvage --output "$BATS_TEST_TMPDIR/copy" /dev/main
	rm "$BATS_TEST_TMPDIR/copy"

	# in place
	"$DMREMAP" salvage --remove-label --yes /dev/main
	[ ! -e "/etc/dm-remap/sets.d/$UUID" ]
	run e2fsck -fy /dev/main
	[ "$status" -le 1 ]
	mount /dev/main /mnt
	assert_equal "$(</mnt/before) $(md5sum </mnt/dir/after)" "before $sum"
}

@test "XFS, of which the first blocks are as old as the seal" {
	null_blk main 40
	null_blk spare 4
	mkfs.xfs -q --unsupported -d agcount=2 /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" seal r
	if mount -t xfs $R /mnt 2>/dev/null; then
		echo after >/mnt/after
		umount /mnt
	fi
	local whole
	whole=$(sum $R)
	"$DMREMAP" stop r
	blkdiscard -f -z /dev/spare
	run -0 "$DMREMAP" salvage /dev/main
	assert_line --partial "A copy of the superblock of an XFS file system"
	if grep -qw xfs /proc/filesystems; then
		mount -t xfs -o ro,norecovery $V /mnt
		assert_equal "$(</mnt/after)" after
	else
		# not written since
		assert_equal "$(sum $V)" "$whole"
	fi
}

@test "what the label does not promise is missing: errors, zeros in a copy, and no label is removed" {
	null_blk main 48
	null_blk spare 4
	mkfs.ext4 -q -b 1024 /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	mount $R /mnt
	echo data >/mnt/file
	umount /mnt
	"$DMREMAP" seal r
	# as when seal was killed early
	guest/label /dev/main "$(<$CONFIG/uuid)" r
	"$DMREMAP" stop r
	blkdiscard -f -z /dev/spare
	run -0 "$DMREMAP" salvage --json /dev/main
	assert_equal "$(jq -c '[.missing_sectors, (.pieces | map([.start, .sectors, .source]))]' <<<"$output")" \
		'[8,[[0,8,"missing"],[8,98296,"main"]]]'
	run ! dd if=$V of=/dev/null bs=4096 count=1 iflag=direct status=none
	mount -t ext4 -o ro,noload,sb=8193 $V /mnt
	assert_equal "$(</mnt/file)" data
	umount /mnt
	dmsetup remove r-salvage
	refused "8 sectors of /dev/main are missing" "$DMREMAP" salvage --remove-label --yes /dev/main
	null_blk other 48
	"$DMREMAP" salvage --output /dev/other /dev/main
	assert_equal "$(used_bytes /dev/other 0 4096)" 0
	cmp <(read_direct /dev/other 8 1048576) <(read_direct /dev/main 8 1048576)
	null_blk small 20
	refused "too small" "$DMREMAP" salvage --output /dev/small /dev/main
}

@test "content that has changed on the disk since is missing, not wrong" {
	sealed_gpt
	blkdiscard -f -z /dev/spare
	run -0 "$DMREMAP" salvage --dry-run --json /dev/main
	assert_equal "$(jq -c '[.missing_sectors, (.pieces | map([.start, .sectors, .source]))]' <<<"$output")" \
		'[0,[[0,8,"kept"],[8,4080,"main"],[4088,8,"kept"]]]'
	write_pattern /dev/main 4090 512 7
	run -0 "$DMREMAP" salvage --dry-run --json /dev/main
	assert_equal "$(jq -c .missing_sectors <<<"$output")" 8
	# the copy of the first sector
	write_pattern /dev/main 3 512 7
	run -0 "$DMREMAP" salvage --dry-run --json /dev/main
	assert_equal "$(jq -c '.pieces | map([.start, .sectors, .source])' <<<"$output")" \
		'[[0,1,"missing"],[1,7,"kept"],[8,4080,"main"],[4088,8,"missing"]]'
	write_pattern /dev/main 5 512 7
	run -0 "$DMREMAP" salvage --dry-run --json /dev/main
	assert_equal "$(jq -c '.pieces[0]' <<<"$output")" '{"start":0,"sectors":8,"source":"missing"}'
}

# killed_each_time WRITES [ATTRIBUTE...]: on /dev/main, which may have an identity; more than so many writes
killed_each_time() {
	local n=1 done="" ended least=$1
	sealed_gpt "${@:2}"
	dd if=/dev/main of="$BATS_TEST_TMPDIR/sealed" bs=1M iflag=direct status=none
	blkdiscard -f -z /dev/spare
	while [ -z "$done" ]; do
		dd if="$BATS_TEST_TMPDIR/sealed" of=/dev/main bs=1M oflag=direct status=none
		ended=0
		HALT_AT=$n LD_PRELOAD=$HALT "$DMREMAP" salvage --remove-label --yes /dev/main || ended=$?
		[ $ended = 137 ] || done=1
		if [ -z "$done" ]; then
			# a main that is still sealed can be read as well
			if [ "$(head -c 8 /dev/main)" = DMREMAPM ]; then
				rm -f "$BATS_TEST_TMPDIR/copy"
				"$DMREMAP" salvage --output "$BATS_TEST_TMPDIR/copy" /dev/main
				assert_equal "$n: $(md5sum <"$BATS_TEST_TMPDIR/copy")" "$n: $WHOLE"
			fi
			run "$DMREMAP" salvage --remove-label --yes /dev/main
		fi
		assert_equal "$n: $(sum /dev/main)" "$n: $WHOLE"
		n=$((n + 1))
	done
	[ $n -gt "$least" ]
	refused "has no label" "$DMREMAP" salvage --remove-label --yes /dev/main
	assert_equal "$(sum /dev/main)" "$WHOLE"
}

@test "--remove-label is killed before each write and given again" { killed_each_time 15; }

@test "--remove-label is killed so where a sector has 4,096 bytes, and none of the first 512-byte parts is zero" {
	local copy
	killed_each_time 3 blocksize=4096
	# copy_sector of the label
	copy=$(od --endian=little -An -tu8 -j72 -N8 "$BATS_TEST_TMPDIR/sealed")
	[ "$copy" -ge 8 ]
	[ $((copy % 8)) != 0 ]
}

@test "--remove-label is killed so where sectors behind that with the copy are restored before it" {
	local copy BLOCK=16384
	killed_each_time 5 blocksize=4096
	copy=$(od --endian=little -An -tu8 -j72 -N8 "$BATS_TEST_TMPDIR/sealed")
	[ "$copy" -ge 8 ]
	[ "$copy" -lt 24 ]
}

@test "--remove-label is killed so on a main with an identity" {
	mkdir -p /dev/disk/by-id
	ln -s /dev/main /dev/disk/by-id/wwn-0x5000c500a1b2c3d4
	killed_each_time 15
	assert_equal "$MAIN_ID" wwn-0x5000c500a1b2c3d4
}
