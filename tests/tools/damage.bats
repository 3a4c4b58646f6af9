#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Damage to an image is found, and repaired where it can be.

bats_require_minimum_version 1.5.0
load lib.bash

# 4 pages, and an older version of each
make_set() {
	image good <<-EOF
		spare 8M
		${1:-}
		fill 600 1000
		map 700 50 7
		pending 765 40
		bad 1000
		map 1019 9 0 2
		sequence 0 110
		sequence 1 120
		sequence 2 115
		sequence 3 130
		field sequence 12
	EOF
	image older <<-EOF
		spare 8M
		${1:-}
		fill 300 2000
		map 701 51
		pending 766 41
		map 1018 8
		sequence 0 90
		sequence 1 91
		sequence 2 92
		sequence 3 93
		field sequence 11
		field setting_retries 5
	EOF
	cp good.img damaged.img
	cp good.places damaged.places
	expected=$(table good.img)
	[ "$(grep -c slot <<<"$expected")" = 604 ]
}

# damaged.img has something that can be repaired
assert_repairable() {
	local want=$1
	run dmremap check damaged.img
	assert_failure 4
	assert_output --partial "$want"
	assert_output --partial "All can be repaired"
	run dmremap repair --dry-run damaged.img
	assert_failure 4
	assert_output --partial "would be written"
	run dmremap repair --yes damaged.img
	assert_failure 1
	assert_output --partial "damaged.img: repaired"
	assert_good damaged "$expected"
}

@test "a set that is whole is clean" {
	make_set
	assert_good good "$expected"
}

@test "each page of each replica may be zero, noise, another page or an older one" {
	make_set
	for page in 0 1 2 3; do
		for replica in 0 1; do
			for how in zero noise shift older; do
				cp good.img damaged.img
				ruin damaged $how page $replica $page
				assert_repairable "page $page of replica $replica"
			done
		done
	done
}

@test "the same with four replicas, all but one of them at once" {
	make_set "replicas 4"
	for page in 0 3; do
		for replica in 0 1 2 3; do
			cp good.img damaged.img
			for other in 0 1 2 3; do
				[ $other = $replica ] || ruin damaged noise page $other $page
			done
			assert_repairable "page $page of replica"
		done
	done
}

@test "a whole replica may be gone, and is told in one line" {
	make_set
	for how in zero older; do
		cp good.img damaged.img
		for page in 0 1 2 3; do ruin damaged $how page 1 $page; done
		assert_repairable "pages 0 to 3 of replica 1"
	done
}

@test "each replica may lack other pages" {
	make_set
	for page in 0 1 2 3; do ruin damaged noise page $((page % 2)) $page; done
	assert_repairable "page 0 of replica 0"
}

@test "each superblock may be zero, noise, a page or an older one" {
	make_set
	for nr in 0 1; do
		for how in zero noise shift older; do
			cp good.img damaged.img
			ruin damaged $how sb $nr
			assert_repairable "superblock $nr"
			run dmremap dump damaged.img
			assert_output --regexp "retries +1"
			# the place is in the checksum, and the sequence has gone up in both
			[ "$(number 8 damaged.img "$(place damaged sb 0)" 80)" = 13 ]
			[ "$(number 8 damaged.img "$(place damaged sb 1)" 80)" = 13 ]
		done
	done
}

@test "a superblock is no good in the place of the other" {
	make_set
	copy_page good.img "$(place good sb 0)" damaged.img "$(place good sb 1)"
	assert_repairable "superblock 1 (sector 16376): its checksum is wrong"
}

@test "all at once: a superblock, and a copy of each page" {
	make_set
	ruin damaged noise sb 0
	for page in 0 1 2 3; do ruin damaged older page 1 $page; done
	assert_repairable "superblock 0"
}

@test "pages that are written anew get a sequence above all others" {
	make_set
	ruin damaged zero page 0 1
	dmremap repair --yes damaged.img || [ $? = 1 ]
	for replica in 0 1; do
		[ "$(number 8 damaged.img "$(place damaged page $replica 1)" 8)" = 131 ]
		[ "$(number 8 damaged.img "$(place damaged page $replica 0)" 8)" = 110 ]
	done
}

@test "when something could not be read they get one far above" {
	make_set
	sector=$(place damaged page 0 1)
	FAULT_SECTORS="$sector-$sector" run faulty check damaged.img
	assert_failure 4
	assert_output --partial "page 1 of replica 0 (sector $sector): it cannot be read"
	FAULT_SECTORS="$sector-$sector" run faulty repair --yes damaged.img
	assert_failure 1
	assert_good damaged "$expected"
	for replica in 0 1; do
		[ "$(number 8 damaged.img "$(place damaged page $replica 1)" 8)" = $((130 + 65536 + 1)) ]
	done
}

@test "a superblock that cannot be read is repaired" {
	make_set
	for nr in 0 1; do
		sector=$(place damaged sb $nr)
		FAULT_SECTORS="$sector-$((sector + 7))" run faulty repair --yes damaged.img
		assert_failure 1
		assert_output --partial "superblock $nr (sector $sector): it cannot be read"
		assert_good damaged "$expected"
	done
}

@test "a copy that cannot be written leaves the good one alone" {
	make_set
	sector=$(place damaged page 1 2)
	FAULT_SECTORS="$sector-$sector" FAULT_BAD_WRITES=1 run faulty repair --yes damaged.img
	assert_failure 4
	assert_output --partial "Sector $sector of damaged.img cannot be written"
	assert_unchanged good.img damaged.img
}

@test "both copies of a page are gone: it is named, and nothing is written" {
	make_set
	for page in 0 1 2 3; do
		cp good.img damaged.img
		ruin damaged noise page 0 $page
		ruin damaged zero page 1 $page
		ruin damaged zero page 0 $(((page + 1) % 4))
		cp damaged.img before.img
		run dmremap check damaged.img
		assert_failure 4
		assert_line --partial "page $page (sector $(place damaged page 0 $page)): all its copies are lost; cannot be repaired"
		run dmremap repair --yes damaged.img
		assert_failure 4
		assert_output --partial "nothing was written"
		assert_unchanged before.img damaged.img
		run dmremap dump damaged.img
		assert_failure 4
		assert_output --partial "1 page of the table is lost"
	done
}

@test "with one replica a page that is gone is lost" {
	make_set "replicas 1"
	ruin damaged noise page 0 2
	run dmremap repair --yes damaged.img
	assert_failure 4
	assert_output --partial "page 2 (sector 24): its only copy is lost"
}

@test "copies of a page that differ without one being newer are not repaired" {
	make_set
	image other <<-EOF
		spare 8M
		fill 600 1001
		sequence 0 110
	EOF
	copy_page other.img "$(place other page 1 0)" damaged.img "$(place good page 1 0)"
	run dmremap repair --yes damaged.img
	assert_failure 4
	assert_output --partial "page 0 (sector 8): its copies differ, and none is newer"
}

@test "it asks before it writes" {
	make_set
	ruin damaged zero page 0 0
	cp damaged.img before.img
	for answer in "" n no Y3; do
		run dmremap repair damaged.img <<<"$answer"
		assert_failure 4
		assert_output --partial "Nothing was written."
	done
	run dmremap repair damaged.img </dev/null
	assert_failure 4
	run dmremap repair --dry-run damaged.img
	assert_failure 4
	assert_unchanged before.img damaged.img
	run dmremap repair damaged.img <<<y
	assert_failure 1
	assert_good damaged "$expected"
}

# assert_json FILTER WHAT: of what is read
assert_json() { assert_equal "$(jq -c "$1")" "$2"; }

@test "JSON says what is wrong, and what is or would be done" {
	local done='[.device, .clean, .repairable, .not_repairable, .write_superblocks, .write_pages, .repaired]'
	make_set
	cp damaged.img before.img
	run dmremap repair --json --yes damaged.img
	assert_success
	assert_json "$done, .findings" $'["damaged.img",true,0,0,false,0,false]\n[]' <<<"$output"
	ruin damaged zero page 0 0
	cp damaged.img before.img
	# it would have to ask
	run dmremap repair --json damaged.img
	assert_failure 16
	run dmremap repair --json --dry-run damaged.img
	assert_failure 4
	assert_json "$done" '["damaged.img",false,1,0,false,1,false]' <<<"$output"
	assert_equal "$(jq -c .findings <<<"$output")" "$(dmremap check --json damaged.img | jq -c .findings)"
	assert_unchanged before.img damaged.img
	run dmremap repair --json --yes damaged.img
	assert_failure 1
	assert_json "$done" '["damaged.img",false,1,0,false,1,true]' <<<"$output"
	assert_good damaged "$expected"
	for replica in 0 1; do ruin damaged zero page $replica 0; done
	cp damaged.img before.img
	run --separate-stderr dmremap repair --json --yes damaged.img
	assert_failure 4
	assert_json '[.not_repairable > 0, .repaired]' '[true,false]' <<<"$output"
	assert_unchanged before.img damaged.img
}

@test "the bad copies are written first" {
	make_set
	ruin damaged zero sb 1
	ruin damaged older page 1 0
	ruin damaged noise page 0 2
	FAULT_LOG=log run faulty repair --yes damaged.img
	assert_failure 1
	for part in "sb 1" "sb 0" "page 1 0" "page 0 0" "page 0 2" "page 1 2"; do
		# shellcheck disable=SC2086 # words
		place damaged $part
	done >wanted
	diff wanted log
}

@test "a repair may be stopped at any write, and a write torn" {
	make_set
	ruin damaged zero sb 0
	ruin damaged older page 0 0
	ruin damaged noise page 1 1
	ruin damaged older page 1 2
	ruin damaged zero page 0 3
	cp damaged.img start.img
	for torn in none 0 3 7; do
		local -x FAULT_TORN=$torn
		[ $torn != none ] || unset FAULT_TORN
		for ((n = 0; n < 20; n++)); do
			cp start.img damaged.img
			FAULT_WRITES=$n run faulty repair --yes damaged.img
			[ "$status" = 99 ] || break
			run dmremap check damaged.img
			refute_output --partial "cannot be repaired"
			[ "$(table damaged.img)" = "$expected" ]
			run dmremap repair --yes damaged.img
			assert_failure 1
			assert_good damaged "$expected"
		done
		[ $n = 10 ]
	done
}

# not_repaired: since a page of the table is newer than the superblocks
not_repaired() {
	cp damaged.img before.img
	run dmremap repair --yes damaged.img
	assert_failure 4
	assert_output --partial "the table is newer than those that can be read; cannot be repaired"
	assert_unchanged before.img damaged.img
}

@test "superblocks that are older than the table, and a format that was interrupted, are not taken" {
	make_set
	# superblock 0 was left behind, and 1 is gone
	image damaged <<-EOF2
		spare 8M
		fill 10
		field stale_since 0
		sb_sequence 0 8
	EOF2
	not_repaired
	# a page that was never written says so as well, to the kernel and here
	image damaged <<-EOF2
		spare 8M
		fill 10
		field sequence 7
		sequence 0 0
		sb_sequence 0 8
	EOF2
	ruin damaged zero page 0 0
	not_repaired
	# superblocks of a new main that count no page, but the set has moved blocks since, or has gone
	# back to its former main, whose table has another seed
	for seed in 0 9; do
		image damaged <<-EOF2
			spare 8M
			fill 10
			new_main $seed
			sb_sequence 0 8
		EOF2
		not_repaired
		# the power failed before that: the table is the former one
		image damaged <<-EOF2
			spare 8M
			fill 10
			new_main $seed
		EOF2
		run dmremap check damaged.img
		assert_success
	done
	image damaged <<-EOF2
		spare 8M
		field flags 4
	EOF2
	run dmremap check damaged.img
	assert_failure 8
	assert_output --partial "formatting or clearing was interrupted"
}
