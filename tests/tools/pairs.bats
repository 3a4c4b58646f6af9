#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A block of the main that is in two slots.

load lib.bash

# pair LINE...: an image with these entries, and some others
pair() {
	image damaged < <(printf '%s\n' "spare 8M" "fill 20 1000" "map 300 2000" "map 600 2001" "$@")
}

# assert_settled WINNER LOSER
assert_settled() {
	local was
	was=$(table damaged.img)
	run dmremap check damaged.img
	assert_failure 4
	assert_line --partial "slots $1 and $2 (main sector 400): they hold the same block of the main; can be repaired: the first slot is valid"
	run dmremap repair --yes damaged.img
	assert_failure 1
	# all but the loser is as it was
	[ "$(table damaged.img | grep -v "slot\": $2,")" = "$(grep -v "slot\": $2," <<<"$was")" ]
	table damaged.img | grep -q "\"slot\": $2, \"state\": \"bad\""
	assert_good damaged "$(table damaged.img)"
}

assert_hopeless() {
	cp damaged.img before.img
	run dmremap check damaged.img
	assert_failure 4
	assert_output --partial "$1; cannot be repaired"
	run dmremap repair --yes damaged.img
	assert_failure 4
	assert_unchanged before.img damaged.img
}

@test "the newer one counts, wherever it is and whatever the sequences" {
	for seqs in "0 1" "1 2" "2 3" "3 0"; do
		read -r old new <<<"$seqs"
		for slots in "30 40" "40 30" "30 310" "310 30" "168 169" "169 168"; do
			read -r winner loser <<<"$slots"
			for sequence in 1 2; do
				pair "map $winner 50 0 $new" "map $loser 50 0 $old" \
					"sequence 0 $sequence" "sequence 1 $((3 - sequence))"
				assert_settled "$winner" "$loser"
			done
		done
	done
}

@test "pending or mapped makes no difference" {
	pair "pending 30 50 0 1" "map 310 50 1 0"
	assert_settled 30 310
	pair "pending 30 50 0 1" "pending 310 50 0 2"
	assert_settled 310 30
}

@test "sequence numbers that do not tell are damage" {
	for seqs in "0 0" "3 3" "0 2" "3 1"; do
		read -r a b <<<"$seqs"
		pair "map 30 50 0 $a" "map 310 50 0 $b"
		assert_hopeless "they hold the same block of the main, and neither is newer"
		pair "map 30 50 0 $a" "map 31 50 0 $b"
		assert_hopeless "they hold the same block of the main, and neither is newer"
	done
}

@test "three of them are damage" {
	pair "map 30 50 0 0" "map 31 50 0 1" "map 310 50 0 2"
	assert_hopeless "they and others hold the same block of the main"
}

@test "a pair is settled while its pages are repaired, and may be stopped at any write" {
	pair "map 30 50 0 0" "map 310 50 0 1" "sequence 0 5" "sequence 1 9"
	for ruined in "page 0 0" "page 1 0" "page 0 1" "page 1 1" "sb 0"; do
		for torn in 0 3; do
			for ((n = 0; n < 20; n++)); do
				pair "map 30 50 0 0" "map 310 50 0 1" "sequence 0 5" "sequence 1 9"
				# shellcheck disable=SC2086 # words
				ruin damaged noise $ruined
				FAULT_WRITES=$n FAULT_TORN=$torn run faulty repair --yes damaged.img
				[ "$status" = 99 ] || break
				# stopped before anything was left to do, or not
				run dmremap repair --yes damaged.img
				[ "$status" -le 1 ]
				table damaged.img | grep -q '"slot": 30, "state": "bad"'
				table damaged.img | grep -q '"slot": 310, "state": "mapped"'
				assert_good damaged "$(table damaged.img)"
			done
			[ "$n" -ge 2 ]
		done
	done
}

@test "many pairs are found in many passes with little memory" {
	image damaged < <(
		echo "spare 64M"
		echo "main 1G"
		echo "fill 5000 100000"
		for ((i = 0; i < 50; i++)); do echo "map $((6000 + 37 * i)) $((100000 + 97 * i)) 0 1"; done
	)
	cp damaged.img small.img
	run dmremap check damaged.img
	assert_failure 4
	assert_output --partial "errors: 50. All can be repaired"
	wanted=${output//damaged.img/small.img}
	DMREMAP=$HELPERS/dmremap-small run dmremap check small.img
	assert_output "$wanted"
	dmremap repair --yes damaged.img || [ $? = 1 ]
	DMREMAP=$HELPERS/dmremap-small dmremap repair --yes small.img || [ $? = 1 ]
	cmp damaged.img small.img
	assert_good damaged "$(table damaged.img)"
}

@test "more pairs than can be are damage, and are not all kept in memory" {
	image damaged <<-EOF
		spare 100M
		block 512
		fill 70000 0 0
		fill 70000 0 80000
	EOF
	assert_hopeless "very many slots hold the same blocks of the main"
}
