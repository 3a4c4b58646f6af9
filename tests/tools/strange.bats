#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Devices that are not a spare, not this one, or have another version; the edges of
# the arithmetic; how the program is called.

load lib.bash

# assert_refused FILE MESSAGE: by all commands, and nothing is written
assert_refused() {
	local command sum
	sum=$(md5sum "$1")
	for command in check "check --json" dump "dump --json" "repair --dry-run" "repair --yes"; do
		# shellcheck disable=SC2086 # words
		run dmremap $command "$1"
		assert_failure 8
		assert_output "dmremap: $2"
	done
	[ "$(md5sum "$1")" = "$sum" ]
}

@test "crc32c gives what RFC 3720 says" { "$HELPERS/test-crc32c"; }

@test "the layout is right for spares of all sizes" { "$HELPERS/test-layout"; }

@test "a filesystem is named" {
	truncate -s 8M main.img
	mkfs.ext4 -q main.img
	assert_refused main.img "main.img is not the spare of a set: there is a filesystem (ext4) on it."
}

@test "so is a partition table" {
	truncate -s 8M main.img
	# one partition of type 83 from sector 8 on
	printf '\0\0\0\0\x83\0\0\0\x08\0\0\0\0\x08\0\0' |
		dd of=main.img bs=1 seek=446 conv=notrunc status=none
	printf '\x55\xaa' | dd of=main.img bs=1 seek=510 conv=notrunc status=none
	assert_refused main.img "main.img is not the spare of a set: there is a partition table (dos) on it."
}

@test "an empty device, noise and what is too small are no spare" {
	truncate -s 8M empty.img
	assert_refused empty.img "empty.img is not the spare of a set: its beginning and end are empty."
	head -c 1M /dev/urandom >noise.img
	assert_refused noise.img "noise.img is not the spare of a set, or both its superblocks are lost."
	truncate -s 12287 small.img
	assert_refused small.img "small.img is too small to be the spare of a set."
	: >none.img
	assert_refused none.img "none.img is too small to be the spare of a set."
}

@test "what is no device or file at all is refused" {
	assert_refused /dev/null "/dev/null is neither a block device nor a file."
	mkfifo pipe
	run timeout 5 "$DMREMAP" check pipe
	assert_failure 8
	run dmremap check nosuch
	assert_failure 8
	assert_output "dmremap: nosuch cannot be opened: No such file or directory."
	run dmremap check .
	assert_failure 8
}

@test "a truncated image is refused, one that has grown is not" {
	image good <<<"fill 5"
	for size in 1044480 1048064 524288 16384 12288; do
		cp good.img short.img
		truncate -s $size short.img
		assert_refused short.img "short.img cannot be used. Superblock 0: the spare is smaller than it was."
	done
	cp good.img long.img
	truncate -s 2M long.img
	run dmremap check long.img
	assert_success
	cp good.places long.places
	ruin long zero sb 1
	run dmremap repair --yes long.img
	assert_failure 1
	assert_output --partial "superblock 1 (sector 2040)"
	run dmremap check long.img
	assert_success
}

@test "a spare that has become larger and lost superblock 0: superblock 1 is looked for where it ended" {
	image good <<<"fill 5"
	expected=$(table good.img)
	for how in zero noise; do
		for size in 1M+4096 1M+12345 9M+512; do
			cp good.img damaged.img
			cp good.places damaged.places
			truncate -s "${size%+*}" damaged.img
			truncate -s "+${size#*+}" damaged.img
			ruin damaged $how sb 0
			run dmremap check damaged.img
			assert_failure 4
			assert_line "dmremap: damaged.img has become larger since it was last used: superblock 1 is at its former end, sector 2040."
			assert_output --partial "superblock 0 (sector 0)"
			assert_equal "$(table damaged.img 2>/dev/null)" "$expected"
			run dmremap repair --yes damaged.img
			assert_failure 1
			assert_good damaged "$expected"
		done
	done
	# it cannot be read
	cp good.img damaged.img
	truncate -s 3M damaged.img
	FAULT_SECTORS="0-7 4096-4103" run faulty check damaged.img
	assert_failure 4
	assert_output --partial "superblock 1 is at its former end, sector 2040"
}

@test "what is left of an earlier set is no former end, nor is a superblock in another place" {
	image old <<<"fill 5"
	# both superblocks of the later set are lost, and a copy of the earlier table
	cp old.img mixed.img
	truncate -s 3M mixed.img
	copy_page <(head -c 4096 /dev/urandom) 0 mixed.img 8
	copy_page /dev/zero 0 mixed.img 0
	cp mixed.img before.img
	run dmremap repair --yes mixed.img
	assert_failure 8
	assert_output "dmremap: mixed.img is not the spare of a set: its beginning and end are empty."
	assert_unchanged before.img mixed.img
	# the image of a spare that somebody keeps on the disk
	truncate -s 3M other.img
	dd if=old.img of=other.img bs=4096 seek=100 conv=notrunc status=none
	run dmremap check other.img
	assert_failure 8
	# and what is known to be something else is not read to its end
	cp old.img ext.img
	truncate -s 9M ext.img
	mkfs.ext4 -q -F -E nodiscard ext.img
	dd if=old.img of=ext.img bs=4096 skip=255 seek=255 count=1 conv=notrunc status=none
	run dmremap check ext.img
	assert_failure 8
	assert_output --partial "there is a filesystem (ext4) on it"
}

@test "a size that is not whole sectors or pages is no matter" {
	image good <<<"spare 1049000"
	expected=$(table good.img)
	assert_good good "$expected"
	ruin good zero sb 1
	dmremap repair --yes good.img || [ $? = 1 ]
	assert_good good "$expected"
}

@test "sets of a newer version are refused, and never taken for damage" {
	for field in "version 3" "version 0" "incompat 1"; do
		image new <<<"field $field"
		run dmremap check new.img
		assert_failure 8
		assert_output --partial "known"
		# one superblock of the newer version, the other not
		for nr in 0 1; do
			image new <<<"field $field $nr"
			cp new.img before.img
			run dmremap check new.img
			assert_failure 4
			assert_output --partial "superblock $nr (sector"
			run dmremap repair --yes new.img
			assert_failure 4
			assert_unchanged before.img new.img
		done
	done
}

@test "features that only writers must know allow to read" {
	image new <<-EOF
		fill 5
		field ro_compat 4
	EOF
	run dmremap check new.img
	assert_success
	ruin new zero page 0 0
	cp new.img before.img
	run dmremap check new.img
	assert_failure 4
	run dmremap repair --yes new.img
	assert_failure 8
	assert_output --partial "A newer dmremap can repair it."
	assert_unchanged before.img new.img
	image new <<<"field compat 4"
	run dmremap repair --yes new.img
	assert_success
}

@test "superblocks of two sets, or that differ, are not repaired" {
	image two <<<"field uuid 1 1"
	cp two.img before.img
	run dmremap repair --yes two.img
	assert_failure 4
	assert_output --partial "superblocks: they are of different sets; cannot be repaired"
	assert_unchanged before.img two.img
	image two <<<"field setting_retries 3 1"
	run dmremap repair --yes two.img
	assert_failure 4
	assert_output --partial "superblocks: they differ, and neither is newer; cannot be repaired"
}

@test "impossible superblocks are refused" {
	for field in "spare_sectors 0" "spare_sectors 18446744073709551615" "main_sectors 0" \
		"main_start 18446744073709551615" "target_sectors 0" "target_sectors 18446744073709551608" \
		"data_start 0" "data_start 18446744073709551608" "data_start 9" "block_size 0" \
		"block_size 256" "block_size 65536" "block_size 4097" "nr_blocks 0" \
		"nr_blocks 4294967295" "replicas 0" "replicas 5" "nr_pages 0" "nr_pages 4294967295" \
		"pages_used 4294967295" "nr_history 33" "replica_start_0 0" \
		"replica_start_0 7" "replica_start_1 8" "replica_start_1 18446744073709551608" \
		"sequence 18446744073709551615" "sequence 4611686018427387904" \
		"generation 18446744073709551615"; do
		image bad < <(printf 'fill 5\nfield %s\n' "$field")
		run dmremap check bad.img
		assert_failure 8
		assert_output --partial "cannot be used. Superblock 0: "
	done
}

@test "impossible entries make a page bad" {
	image good <<<"fill 5"
	for entry in "map 0 16384" "map 0 281474976710655" "map 0 5 256" "pending 0 5 1" \
		"map 252 7" "bad 252" "sequence 0 4611686018427387904"; do
		image bad < <(printf '%s\n' "fill 5" "sequence 0 9" "$entry")
		copy_page bad.img 8 good.img 8
		run dmremap check good.img
		assert_failure 4
		assert_output --partial "page 0 of replica 0 (sector 8): it"
		dmremap repair --yes good.img || [ $? = 1 ]
		run dmremap check good.img
		assert_success
	done
}

@test "mains of 16 TiB and 1 PiB have blocks to their last" {
	for size in 16T 1P; do
		for block in 512 4096 32768; do
			[ $size = 16T ] && sectors=34359738368 || sectors=2199023255552
			last=$((sectors * 512 / block - 1))
			image huge < <(printf '%s\n' "main $size" "block $block" "map 0 $last" "map 1 0")
			run dmremap check huge.img
			assert_success
			run dmremap dump --json huge.img
			assert_output --partial "\"main_sector\": $((last * (block / 512))),"
			image huge < <(printf '%s\n' "main $size" "block $block" "map 0 $((last + 1))")
			run dmremap check huge.img
			assert_failure 4
			assert_output --partial "it has a block beyond the end of the main"
		done
	done
}

@test "a spare of 4294967295 blocks works, in a sparse image" {
	image huge <<-EOF
		spare 3T
		main 1P
		block 512
		fill 300 2199023255252
		field pages_used 3
	EOF
	grep -q "layout 2 4294967295 " huge.places
	# the third page was never written
	run dmremap check huge.img
	assert_failure 4
	assert_output --partial "page 2 (sector 24): all its copies are lost"
	image huge <<-EOF
		spare 3T
		main 1P
		block 512
		fill 300 2199023255252
	EOF
	expected=$(table huge.img)
	ruin huge zero sb 1
	ruin huge noise page 1 1
	run dmremap repair --yes huge.img
	assert_failure 1
	[ "$(table huge.img)" = "$expected" ]
	run dmremap check huge.img
	assert_success
}

@test "a million entries are checked in little memory" {
	[ -z "${SANITIZED:-}" ] || skip "ASan reserves terabytes of addresses"
	image large <<-EOF
		spare 5G
		main 1T
		fill 1000000 5
	EOF
	(
		ulimit -v 150000
		dmremap check large.img
		dmremap dump large.img | tail -1
	) >out
	grep -q "large.img: clean" out
	grep -Eq "^ +999999 mapped +8000032 " out
	rm large.img
}

@test "JSON is JSON whatever is in it" {
	image odd < <(printf 'fill 3\nreason 1 4\nreason 2 15\nmain_id a"\\\\\xff\x01\xc3b\nfield setting_policy 77\nmap 9 1 0 2\n')
	run dmremap dump --json odd.img
	python3 -c 'import json, sys; d = json.load(sys.stdin); assert len(d["entries"]) == 4, d
assert d["settings"]["policy"] == 77
assert [e["reason"] for e in d["entries"]] == ["unknown", "slow", "unknown", "unknown"], d
assert d["main_id"] == "a\"\\x5c\\x5c\\xff\\x01\\xc3b", d["main_id"]' <<<"$output"
	ruin odd zero page 0 0
	run dmremap check --json odd.img
	assert_failure 4
	python3 -c 'import json, sys; d = json.load(sys.stdin); assert len(d["findings"]) == 2, d
assert d["repairable"] == 1 and d["not_repairable"] == 1 and not d["clean"]' <<<"$output"
	run dmremap dump odd.img
	assert_success
	refute_output --partial $'\x01'
}

@test "what is in use is not repaired" {
	image used <<<"fill 5"
	ruin used zero page 0 0
	exec {lock}<used.img
	flock "$lock"
	run dmremap repair --yes used.img
	assert_failure 8
	assert_output "dmremap: used.img is in use. Remove the device that is on it first."
	exec {lock}<&-
	chmod a-w used.img
	[ "$(id -u)" = 0 ] || {
		run dmremap repair --yes used.img
		assert_failure 8
	}
	run dmremap check used.img
	assert_failure 4
}

@test "an image on a loop device is in use, and the device can be repaired" {
	image used <<<"fill 5"
	ruin used zero page 0 0
	loop=$(losetup --find --show used.img 2>/dev/null) || skip "no loop devices"
	run dmremap repair --yes used.img
	[ "$status" = 8 ] || { losetup -d "$loop"; false; }
	run dmremap repair --yes "$loop"
	losetup -d "$loop"
	assert_failure 1
	run dmremap check used.img
	assert_success
}

@test "help, version and wrong usage" {
	run dmremap --help
	assert_success
	for command in check dump repair; do
		assert_output --partial "  $command "
		dmremap $command --help | grep -q "^Usage: dmremap $command "
		dmremap $command --help | grep -q "^Exit status: "
		run dmremap $command
		assert_failure 16
		run dmremap $command --nosuch x
		assert_failure 16
		run dmremap $command a b
		assert_failure 16
		run dmremap --help
	done
	run dmremap --version
	assert_success
	assert_output --regexp "^dmremap [0-9.]+$"
	run dmremap
	assert_failure 16
	run dmremap nosuch
	assert_failure 16
	run dmremap repair --yes --dry-run x
	assert_failure 16
}
