#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap export, and that import makes the same of it again.

# what bats and volume.bash have
# shellcheck disable=SC2034,SC2154
load volume.bash

SECTORS=32768

@test "the forms of what is remapped and what is pending" {
	volume 32768 2048
	remapped "8 2064 8 remapped 0x0 0x0" "16 2072 8 remapped 0x0 0x0" "24 2080 8 pending 0x0 0x0" \
		"4096 2088 8 moving 0x0 0x0" "32760 2096 8 remapped 0x1 0x0"
	run fake export safe
	assert_success
	assert_output - <<-EOF
		# Remapped and pending sectors of the main of safe: START COUNT
		2056 24
		6144 8
		34808 8
	EOF
	run fake export --format md safe
	assert_output $'2056 24\n6144 8\n34808 8'
	run fake export --format badblocks --block-size 4096 safe
	assert_output $'257\n258\n259\n768\n4351'
	run fake export --format badblocks safe
	assert_output "$(seq 1028 1039; seq 3072 3075; seq 17404 17407)"
	run fake export --format ddrescue safe
	assert_output - <<-EOF
		# Mapfile. Created by dmremap of safe: - is remapped or pending
		# current_pos  current_status  current_pass
		0x01100000     +               1
		#      pos        size  status
		0x00000000  0x00101000  +
		0x00101000  0x00003000  -
		0x00104000  0x001FC000  +
		0x00300000  0x00001000  -
		0x00301000  0x00DFE000  +
		0x010FF000  0x00001000  -
	EOF
}

@test "JSON tells what is pending from what is remapped" {
	local uuid=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
	volume 32768 2048
	remapped "0 2064 8 pending 0x0 0x0" "8 2064 8 remapped 0x0 0x0" "16 2072 8 remapped 0x0 0x0" "24 2080 8 pending 0x0 0x0 read" \
		"32 2080 8 pending 0x0 0x0 read" "40 2112 8 pending 0x0 0x0 manual" "4096 2088 8 moving 0x0 0x0 slow" "32760 2096 8 pending 0x1 0x0"
	echo $uuid >"$CONFIG/uuid"
	run fake export --json safe
	assert_success
	assert_output - <<-EOF
		{
		  "device": "safe",
		  "uuid": "$uuid",
		  "main": "$DMREMAP_ROOT/dev/sdb",
		  "unit": 512,
		  "ranges": [
		    { "start": 2048, "count": 8, "state": "pending", "reason": "unknown" },
		    { "start": 2056, "count": 16, "state": "remapped", "reason": "unknown" },
		    { "start": 2072, "count": 16, "state": "pending", "reason": "read" },
		    { "start": 2088, "count": 8, "state": "pending", "reason": "manual" },
		    { "start": 6144, "count": 8, "state": "remapped", "reason": "slow" },
		    { "start": 34808, "count": 8, "state": "pending", "reason": "unknown" }
		  ]
		}
	EOF
	assert_equal "$(fake export -j safe)" "$output"
	# all of it is in the lists as well
	assert_equal "$(fake export --format md safe)" $'2048 48\n6144 8\n34808 8'
	rm "$CONFIG/uuid"
	partition 1029 16384
	remapped
	run fake export --json safe
	assert_equal "$(jq -c . <<<"$output")" \
		'{"device":"safe","uuid":null,"main":"'"$DMREMAP_ROOT"'/dev/sdb1","unit":512,"ranges":[]}'
}

@test "nothing is remapped, and all" {
	volume 16
	run fake export --format md safe
	assert_success
	assert_output ""
	run fake export --format ddrescue safe
	assert_line "0x00000000  0x00002000  +"
	remapped "0 2064 8 remapped 0x0 0x0" "8 2072 8 remapped 0x0 0x0"
	run fake export --format ddrescue safe
	assert_line "0x00000000  0x00002000  -"
	refute_line --regexp '\+$'
}

@test "a block of badblocks that is larger than those of the device is told" {
	remapped "8 2064 8 remapped 0x0 0x0" "16 2072 8 remapped 0x0 0x0" "32 2080 8 remapped 0x0 0x0"
	run --separate-stderr fake export --format badblocks --block-size 8192 safe
	assert_success
	assert_output $'0\n1\n2'
	[[ $stderr == *"Blocks of 8192 bytes are not aligned with the blocks of the device"* ]]
	run --separate-stderr fake export --format badblocks --block-size 4096 safe
	[ "$stderr" = "" ]
}

# line_of BLOCK: in the list, of a block of so many sectors; each other one is pending
line_of() { echo "$(($1 * N)) $((2048 + $1 * N)) $N $( (($1 % 2)) && echo pending || echo remapped) 0x0 0x0"; }

@test "import makes of it what it was, for all forms, sizes of blocks, and places of the main" {
	for bytes in 512 4096 32768; do
		N=$((bytes / 512))
		block_size $bytes
		for start in 0 1 8 2047; do
			volume 32768 "$start"
			lines=()
			for block in 0 1 3 10 11 12 40 $((32768 / N - 1)); do lines+=("$(line_of "$block")"); done
			remapped "${lines[@]}"
			for form in badblocks ddrescue md plain; do
				size=()
				[ $form != badblocks ] || size=(--block-size 512)
				fake export --format $form "${size[@]}" safe >"$form.list"
			done
			remapped
			for form in badblocks ddrescue md plain; do
				size=()
				[ $form != badblocks ] || size=(--block-size 512)
				ranges import --format $form "${size[@]}" safe "$form.list" >back
				run diff back - <<-EOF
					0 $((2 * N))
					$((3 * N)) $N
					$((10 * N)) $((3 * N))
					$((40 * N)) $N
					$((32768 - N)) $N
				EOF
				assert_success
			done
		done
	done
}

@test "a main of 16 EiB" {
	volume 36028797018963960
	remapped "36028797018963944 2064 8 remapped 0x0 0x0"
	fake export --format ddrescue safe >map
	grep -q '^0xFFFFFFFFFFFFD000  0x00001000  -$' map
	fake export safe >plain
	remapped
	[ "$(ranges import safe map)" = "36028797018963944 8" ]
	[ "$(ranges import --format plain safe plain)" = "36028797018963944 8" ]
}

@test "wrong usage, and devices that are none" {
	run fake export --format smartctl safe
	assert_failure 16
	assert_output --partial 'Unknown format "smartctl"'
	run fake export --format md --block-size 512 safe
	assert_failure 16
	run fake export
	assert_failure 16
	for arguments in "--json --format plain" "--format md --json" "--json --block-size 512" "--json safe"; do
		# shellcheck disable=SC2086 # words
		run fake export $arguments safe
		assert_failure 16
		refute_line --partial '"ranges"'
	done
	run fake export other
	assert_failure 8
	rm "$CONFIG/block_size"
	run fake export safe
	assert_failure 8
	assert_output --partial "block_size cannot be read"
}
