#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The tree matches configfs-schema/dm-remap.yaml exactly:
# files, modes, defaults, ranges, errors.
# rig: test=uml/3 timeout=1800 smp=1
#
# shellcheck disable=SC2153 # arrays of lib/schema.bash: MIN, PATTERN ...

load ../lib/common
load ../lib/schema

DEVICE=schema
CONFIG=/sys/kernel/config/dm-remap/$DEVICE
CORE=/sys/module/dm_remap/parameters
# set by tests that change parameters of modules
RELOAD=

MAIN=/dev/schema-main
SPARE=/dev/schema-spare

# unload_modules: so that they are loaded anew for the next test
unload_modules() {
	# shellcheck disable=SC2046 # a list of words
	unload $(schema_modules | tac)
}

setup_file() {
	null_blk schema-main 64
	# 2048 blocks: a tenth of it is no whole number
	null_blk schema-spare 8
}

teardown_file() { clean_up; }

# A new device for each test; the modules stay loaded from test to test. All are
# loaded that the schema names, as far as they are built.
setup() {
	local module
	for module in $(schema_modules); do
		module_loaded "$module" || ! modinfo "$module" >/dev/null 2>&1 || modprobe "$module"
	done
	remap_create "$DEVICE" "$MAIN" "$SPARE"
	schema_load "$DEVICE"
}

teardown() {
	[ ! -e "/dev/mapper/$DEVICE" ] || dmsetup remove "$DEVICE"
	[ -z "$RELOAD" ] || unload_modules
}

# --- what there is ------------------------------------------------------------

# report entries that are not in the schema
check_nothing_more() {
	local root place path
	for root in "${ROOTS[@]}"; do
		while read -r place; do
			if [ -d "$place" ]; then
				for path in "${PATHS[@]}" "${PARENTS[@]}"; do
					[[ $path != "$place"/* ]] || continue 2
				done
			elif [ -n "${MODE[$place]:-}" ]; then
				continue
			fi
			complain "not in the schema: $place"
		done < <(find "$root" -mindepth 1)
	done
}

# report entries of the schema that are missing
check_nothing_less() {
	local path
	for path in "${PATHS[@]}"; do
		[ -f "$path" ] || complain "not there: $path"
	done
}

@test "nothing is there that the schema does not have" {
	check_nothing_more
	[ "$(ls /sys/kernel/config/dm-remap)" = "$DEVICE" ] ||
		complain "besides $DEVICE: $(ls /sys/kernel/config/dm-remap)"
	no_complaints
}

@test "everything is there that the schema has" {
	check_nothing_less
	no_complaints
}

@test "a persistent set has just what the schema has for it" {
	local uuid
	module_loaded dm_remap_metadata || skip "the module dm_remap_metadata is not built"
	dmsetup remove "$DEVICE"
	remap_create "$DEVICE" "$MAIN" "$SPARE" persistent
	uuid=$(<"$CONFIG/uuid")
	echo "$SPARE" >/sys/kernel/config/dm-remap-reassembly/scan
	schema_load "$DEVICE"
	[ -n "${MODE[$CONFIG/metadata/state]}" ]
	[ -n "${MODE[/sys/kernel/config/dm-remap-reassembly/sets/$uuid/state]}" ]
	check_nothing_more
	check_nothing_less
	no_complaints
	dmsetup remove "$DEVICE"
	# the other tests have transient sets, which do not take such a spare
	dd if=/dev/zero of="$SPARE" bs=1M count=8 oflag=direct status=none
	echo "$SPARE" >/sys/kernel/config/dm-remap-reassembly/scan
}

@test "modes and owners are right" {
	local path mode
	while IFS='|' read -r mode path; do
		[ "$mode" = "${MODE[$path]} 0:0" ] || complain "$path is $mode, not ${MODE[$path]} 0:0"
	done < <(stat -c '0%a %u:%g|%n' "${PATHS[@]}")
	no_complaints
}

@test "a file cannot be opened for what its mode does not have" {
	local path text
	for path in "${PATHS[@]}"; do
		if [ "${MODE[$path]}" = 0444 ] || [ "${MODE[$path]}" = 0400 ]; then
			! put "$path" 1 && failed_with EACCES open || complain "writing $path: ${ERROR:-taken}"
		elif [ "${MODE[$path]}" = 0200 ]; then
			text=$(cat "$path" 2>&1) && text="it was read"
			[[ $text = *": ${ERROR_TEXT[EACCES]}" ]] || complain "reading $path: $text"
		fi
	done
	no_complaints
}

@test "what is read has the form of its type" {
	local path text line pattern
	for path in "${PATHS[@]}"; do
		[ "${MODE[$path]}" != 0200 ] || continue
		text=
		IFS= read -rd '' text <"$path" || :
		# no line at all is what records without any have
		[[ -z $text && ${TYPE[$path]} = records || $text = *$'\n' ]] ||
			complain "$path does not end in a newline: $text"
		text=${text%$'\n'}
		case ${TYPE[$path]} in
		u32|u64|flag) pattern='0|[1-9][0-9]*' ;;
		bool) pattern='Y|N' ;;
		enum) pattern=${VALUES[$path]// /|} ;;
		selector)
			pattern=${text//[\[\]]/}
			[ "$pattern" = "${VALUES[$path]}" ] || complain "$path does not have the names in order: $text"
			pattern='([a-z]+ )*\[[a-z]+\]( [a-z]+)*'
			;;
		*) pattern=${PATTERN[$path]} ;;
		esac
		[ "$pattern" != - ] || continue
		while read -r line; do
			[[ -z $line && ${TYPE[$path]} = records || $line =~ ^($pattern)$ ]] ||
				complain "$path does not have the form $pattern: $text"
		done <<<"$text"
		is_number "${TYPE[$path]}" && [ "${TYPE[$path]}" != u64 ] || continue
		limits "$path"
		((LOW <= text && text <= HIGH)) || complain "$path is not from $LOW to $HIGH: $text"
		[ "${POW2[$path]}" = - ] || (((text & (text - 1)) == 0)) ||
			complain "$path is no power of two: $text"
	done
	no_complaints
}

@test "defaults are right" {
	local path text expected
	for path in "${PATHS[@]}"; do
		[ "${DEFAULT[$path]}" != - ] || continue
		resolve "$path" "${DEFAULT[$path]}"
		expected=$VALUE
		value "$path"
		text=$VALUE
		[ "$text" = "$expected" ] || complain "$path is \"$text\", not \"$expected\""
	done
	no_complaints
}

@test "directories can neither be made nor removed by hand" {
	local text
	text=$(mkdir "$CONFIG-2" 2>&1) && complain "mkdir in the root is taken"
	[[ $text = *": ${ERROR_TEXT[EPERM]}" ]] || complain "mkdir: $text"
	text=$(mkdir "$CONFIG/spare/more" 2>&1) && complain "mkdir in spare/ is taken"
	[[ $text = *": ${ERROR_TEXT[EPERM]}" ]] || complain "mkdir in spare/: $text"
	text=$(rmdir "$CONFIG" 2>&1) && complain "rmdir is taken"
	[[ $text = *": ${ERROR_TEXT[EPERM]}" ]] || complain "rmdir: $text"
	[ -e "$CONFIG/state" ] || complain "rmdir took it away"
	no_complaints
}

# --- writing to a live device ---------------------------------------------------

# settings: numbers of the device that can be set
settings() { paths_of '@(u32|flag)' 0644 "$CONFIG"; }

@test "a setting takes both edges of its range" {
	local path
	for path in $(settings); do
		limits "$path"
		[ -z "$PARTNER" ] || takes "$PARTNER" "$PARTNER_VALUE"
		takes "$path" "$LOW"
		takes "$path" "$HIGH"
		# and as people write it
		takes "$path" $'\t '"$LOW"$' \n' "$LOW"
		put_default "$path"
		[ -z "$PARTNER" ] || put_default "$PARTNER"
	done
	no_complaints
}

@test "a setting refuses what is one beyond its range" {
	local path text
	for path in $(settings); do
		limits "$path"
		[ -z "$PARTNER" ] || takes "$PARTNER" "$PARTNER_VALUE"
		for text in $(beyond "$path"); do
			refuses "$path" "$text"
		done
	done
	no_complaints
}

# malformed N: forms of the number N that are none
malformed() {
	printf '%s\0' $'\n' ' ' x "0x$(printf %x "$1")" "0x" "+$1" "-$1" -1 "$1x" "$1 x" "$1,$1" \
		"$1.0" "$1e0" "$1 $1" "$1"$'\n'"$1" "$1-" "--$1" "0b1" "$1 #" "[$1]"
}

@test "a setting refuses what is not one decimal number" {
	local path text
	for path in $(settings); do
		value "$path"
		while IFS= read -rd '' text; do
			refuses "$path" "$text"
		done < <(malformed "$VALUE")
	done
	no_complaints
}

@test "a number with zeros in front is decimal or refused, never octal" {
	local path before after
	for path in $(settings); do
		limits "$path"
		[ -z "$PARTNER" ] || takes "$PARTNER" "$PARTNER_VALUE"
		before=$(<"$path")
		put "$path" "0$HIGH" || :
		after=$(<"$path")
		[ "$after" = "$before" ] || [ "$after" = "$HIGH" ] ||
			complain "$path takes 0$HIGH for $after"
	done
	no_complaints
}

@test "a selector takes each of its names and its own line" {
	local path name
	for path in $(paths_of selector 0644); do
		for name in ${VALUES[$path]}; do
			takes "$path" "$name"
			[[ " $(<"$path") " = *" [$name] "* ]] || complain "$path does not show $name in brackets: $(<"$path")"
			takes "$path" "$(<"$path")"$'\n' "$name"
			takes "$path" "$name"$'\n' "$name"
		done
	done
	no_complaints
}

@test "a selector refuses anything else" {
	local path name text before
	for path in $(paths_of selector 0644); do
		before=$(<"$path")
		for name in ${VALUES[$path]}; do
			for text in "${name}x" "${name%?}" "${name^^}" "$name $name" "$name"$'\n'"$name" "$name," "x [$name] y"; do
				refuses "$path" "$text"
			done
		done
		for text in $'\n' ' ' 0 1 '[' '[]' none '*'; do
			refuses "$path" "$text"
		done
		[ "$(<"$path")" = "$before" ] || complain "$path was $before"
	done
	no_complaints
}

@test "a write-only 1 takes 1 and nothing else" {
	local path text
	for path in $(paths_of flag 0200); do
		takes "$path" 1
		takes "$path" $'1\n'
		for text in 0 2 10 11 $'\n' -1 +1 0x1 Y '1 1' $'1\n1' 1x; do
			refuses "$path" "$text"
		done
	done
	no_complaints
}

@test "every setting takes what it prints" {
	local path before
	for path in "${PATHS[@]}"; do
		[ "${MODE[$path]}" = 0644 ] || continue
		before=$(<"$path")
		cat "$path" >"$BATS_TEST_TMPDIR/line"
		cat "$BATS_TEST_TMPDIR/line" >"$path" || complain "$path refuses $before"
		[ "$(<"$path")" = "$before" ] || complain "$path was $before"
	done
	no_complaints
}

# --- what one value says about another --------------------------------------------

# check_relation DIR GROW SHRINK: grow is at least 2 * shrink + 1, from both sides
check_relation() {
	local grow=$1/$2 shrink=$1/$3
	takes "$shrink" 30
	takes "$grow" 61
	refuses "$grow" 60
	refuses "$shrink" 31
	takes "$shrink" 29
	takes "$grow" 59
	takes "$grow" 1000
	takes "$shrink" 499
	refuses "$shrink" 500
	refuses "$grow" 998
	takes "$grow" 999
	takes "$shrink" 0
	takes "$grow" 51
	takes "$shrink" 25
	refuses "$shrink" 26
}

@test "grow_percent and shrink_percent stay apart" {
	check_relation "$CONFIG/hash" grow_percent shrink_percent
	no_complaints
}

_buckets() { [ "$(<"$CONFIG/hash/buckets")" = "$1" ]; }

@test "raising min_buckets grows the table at once" {
	put "$CONFIG/hash/min_buckets" 1024
	retry_until 10 _buckets 1024
	[ "$(<"$CONFIG/hash/grows")" -gt 0 ]
	[ "$(<"$CONFIG/hash/shrinks")" = 0 ]
}

@test "hash/history has the last 16 resizes, newest first" {
	local since old new entries duration before=
	for _ in {1..20}; do
		put "$CONFIG/hash/min_buckets" 128
		retry_until 10 _buckets 128
		put "$CONFIG/hash/min_buckets" 64
		put "$CONFIG/remaps/add" 0
		put "$CONFIG/remaps/remove" 0
		retry_until 10 _buckets 64
	done
	[ "$(wc -l <"$CONFIG/hash/history")" = 16 ]
	while read -r since old new entries duration; do
		[ -z "$before" ] || [ "$before" = "$new" ]
		before=$old
		((since <= $(cut -d. -f1 /proc/uptime) && duration > 0 && entries <= 1))
	done <"$CONFIG/hash/history"
	read -r since old new entries duration <"$CONFIG/hash/history"
	assert_equal "$old $new" "128 64"
}

@test "the state is exhausted while no more than the reserve is free" {
	local total
	total=$(<"$CONFIG/spare/total")
	put "$CONFIG/spare/reserve" $((total - 1))
	assert_equal "$(<"$CONFIG/state")" ok
	put "$CONFIG/spare/reserve" "$total"
	assert_equal "$(<"$CONFIG/state")" exhausted
	put "$CONFIG/spare/reserve" 0
	assert_equal "$(<"$CONFIG/state")" ok
}

@test "a read-only device says so, can be set, and is not remapped by hand" {
	dmsetup remove "$DEVICE"
	remap_create "$DEVICE" "$MAIN" "$SPARE" transient read_only
	assert_equal "$(<"$CONFIG/state")" read-only
	takes "$CONFIG/errors/retries" 7
	refuses "$CONFIG/remaps/add" 0 EROFS
	refuses "$CONFIG/remaps/remove" 0 EROFS
	assert_equal "$(<"$CONFIG/remaps/count")" 0
	no_complaints
}

# --- keeping ---------------------------------------------------------------------

# set_all: give every setting another value than its default; prints all of them
set_all() {
	local path name
	for path in $(settings); do
		limits "$path"
		[ -z "$PARTNER" ] || put "$PARTNER" "$PARTNER_VALUE"
		value "$path"
		if [ "$VALUE" = "$LOW" ]; then put "$path" "$HIGH"; else put "$path" "$LOW"; fi
	done
	for path in $(paths_of selector 0644 "$CONFIG"); do
		for name in ${VALUES[$path]}; do
			[ "$name" = "${DEFAULT[$path]}" ] || put "$path" "$name"
		done
	done
	show_all
}

show_all() { (cd "$CONFIG" && grep . uuid hash/*_* hash/policy errors/*_* spare/policy spare/reserve spare/low_water errors/retries); }

@test "suspend, resume and a reload of the table keep every value" {
	local before line
	before=$(set_all)
	dmsetup suspend "$DEVICE"
	assert_equal "$(show_all)" "$before"
	dmsetup resume "$DEVICE"
	assert_equal "$(show_all)" "$before"
	line=$(dmsetup table "$DEVICE")
	dmsetup reload "$DEVICE" --table "$line"
	dmsetup resume "$DEVICE"
	assert_equal "$(show_all)" "$before"
}

@test "a transient set forgets its values when it is removed" {
	local path before
	set_all
	dmsetup remove "$DEVICE"
	[ ! -e "$CONFIG" ]
	remap_create "$DEVICE" "$MAIN" "$SPARE"
	for path in $(settings; paths_of selector 0644 "$CONFIG"); do
		resolve "$path" "${DEFAULT[$path]}"
		before=$VALUE
		value "$path"
		[ "$VALUE" = "$before" ] || complain "$path is $VALUE, not $before"
	done
	no_complaints
}

@test "a file that is open while its device is removed gives ENOENT" {
	local in out
	exec {in}<"$CONFIG/state" {out}>"$CONFIG/errors/retries"
	dmsetup remove "$DEVICE"
	run ! cat <&"$in"
	assert_output --partial "${ERROR_TEXT[ENOENT]}"
	run ! bash -c 'echo 2 >&9' 9>&"$out"
	assert_output --partial "${ERROR_TEXT[ENOENT]}"
	exec {in}<&- {out}>&-
}

# --- remaps by hand ----------------------------------------------------------------

count() { echo "$(<"$CONFIG/remaps/count")"; }

# BLOCK: sectors of a block
block() { BLOCK=$(($(<"$CONFIG/block_size") / 512)); }

@test "remaps/add and remaps/remove round outwards, and COUNT is 1 where it is left out" {
	block
	takes "$CONFIG/remaps/add" "$((3 * BLOCK + 1))"
	assert_equal "$(count)" 1
	takes "$CONFIG/remaps/add" "$((5 * BLOCK - 1)) 2"$'\n'
	assert_equal "$(count)" 3
	takes "$CONFIG/remaps/add" "  $((7 * BLOCK))   $BLOCK  "$'\n'"$((8 * BLOCK)) 1"
	assert_equal "$(count)" 5
	assert_equal "$(<"$CONFIG/hash/entries") $(<"$CONFIG/spare/used")" "5 5"
	takes "$CONFIG/remaps/remove" "$((3 * BLOCK))"
	takes "$CONFIG/remaps/remove" "$((4 * BLOCK)) $((2 * BLOCK))"$'\n'"$((7 * BLOCK)) $((2 * BLOCK))"
	assert_equal "$(count)" 0
	assert_equal "$(<"$CONFIG/spare/free")" "$(<"$CONFIG/spare/total")"
	no_complaints
}

@test "remaps/add and remaps/remove refuse what is malformed, whole" {
	local path line
	block
	put "$CONFIG/remaps/add" 0
	for path in add remove; do
		for line in '' ' ' x '0x10' '+8' '-8' '8 0' '8 -1' '8 +1' '8 1 1' '8,1' '8-9' '8x' '8 1x' '8 0x1' \
			    18446744073709551616 '8 18446744073709551616'; do
			refuses "$CONFIG/remaps/$path" "$line"$'\n'
			# after and before a line that could be taken
			refuses "$CONFIG/remaps/$path" $'0\n'"$line"$'\n'
			refuses "$CONFIG/remaps/$path" "$line"$'\n'"$((2 * BLOCK))"$'\n'
			[ "$(count)" = 1 ] || complain "$path $line: now $(count) remaps"
		done
	done
	no_complaints
}

@test "remaps/add and remaps/remove refuse what is beyond the device, whole" {
	local path size line
	block
	size=$(sectors "$MAIN")
	put "$CONFIG/remaps/add" 0
	for path in add remove; do
		for line in "$size" "$((size - 1)) 2" "0 $((size + 1))" 18446744073709551615 \
			    "8 18446744073709551615" "18446744073709551608 16" "$((size - BLOCK)) $((BLOCK + 1))"; do
			refuses "$CONFIG/remaps/$path" "$line" ERANGE
			[ "$(count)" = 1 ] || complain "$path $line: now $(count) remaps"
		done
	done
	takes "$CONFIG/remaps/add" "$((size - 1)) 1"
	takes "$CONFIG/remaps/remove" "$((size - 1)) 1"
	refuses "$CONFIG/remaps/add" $'8\n'"$size" ERANGE
	refuses "$CONFIG/remaps/remove" $'0\n'"$size" ERANGE
	assert_equal "$(count)" 1
	no_complaints
}

@test "a block is added once and removed once" {
	block
	refuses "$CONFIG/remaps/add" "$BLOCK"$'\n'"$((BLOCK + 1))" EEXIST
	assert_equal "$(count)" 0
	takes "$CONFIG/remaps/add" "$BLOCK"
	refuses "$CONFIG/remaps/add" "$((2 * BLOCK))"$'\n'"$BLOCK" EEXIST
	assert_equal "$(count)" 1
	refuses "$CONFIG/remaps/remove" "$BLOCK"$'\n'"$((BLOCK + 1))" ENOENT
	refuses "$CONFIG/remaps/remove" "$BLOCK"$'\n'"$((2 * BLOCK))" ENOENT
	assert_equal "$(count)" 1
	takes "$CONFIG/remaps/remove" "$BLOCK"
	refuses "$CONFIG/remaps/remove" "$BLOCK" ENOENT
	assert_equal "$(count)" 0
	no_complaints
}

@test "remaps/add fails when the spare has too few blocks, and may take the reserve" {
	local total
	block
	total=$(<"$CONFIG/spare/total")
	put "$CONFIG/spare/reserve" "$total"
	refuses "$CONFIG/remaps/add" "0 $(((total + 1) * BLOCK))" ENOSPC
	assert_equal "$(count)" 0
	takes "$CONFIG/remaps/add" "0 $((total * BLOCK))"
	assert_equal "$(count) $(<"$CONFIG/spare/free")" "$total 0"
	refuses "$CONFIG/remaps/add" "$((total * BLOCK))" ENOSPC
	takes "$CONFIG/remaps/remove" "0 $((total * BLOCK))"
	no_complaints
}

@test "remaps/add and remaps/remove are busy while the device is suspended" {
	put "$CONFIG/remaps/add" 0
	dmsetup suspend "$DEVICE"
	refuses "$CONFIG/remaps/add" 80 EBUSY
	refuses "$CONFIG/remaps/remove" 0 EBUSY
	dmsetup resume "$DEVICE"
	assert_equal "$(count)" 1
	no_complaints
}

@test "a write of more than a page is taken up to its last whole line" {
	local lines path n
	block
	# Numbers of five and of six digits: a page ends somewhere in a line. dd
	# goes on with what was not taken.
	lines=$(for n in {12000..12999}; do echo "$((n * BLOCK)) $BLOCK"; done)
	[ ${#lines} -gt 8192 ]
	for path in add remove; do
		takes "$CONFIG/remaps/$path" "$lines"
		if [ "$path" = add ]; then assert_equal "$(count)" 1000; fi
	done
	assert_equal "$(count)" 0
	no_complaints
}

@test "a line that does not end within a page is refused" {
	block
	refuses "$CONFIG/remaps/add" "$(printf '%5000s' 8)"
	assert_equal "$(count)" 0
	no_complaints
}

# --- module parameters --------------------------------------------------------------

# parameters MODULE [TYPE]
parameters() { paths_of "${2:-*}" '*' "/sys/module/$1/parameters"; }

# without_device: nothing holds the modules; all are unloaded
without_device() {
	RELOAD=1
	dmsetup remove "$DEVICE"
	unload_modules
}

# loads MODULE PARAMETER[=VALUE]...: complain unless it can be loaded with them and
# shows them
loads() {
	local module=$1 text word wanted
	shift
	if ! text=$(modprobe "$module" "$@" 2>&1); then
		complain "modprobe $module $*: $text"
		return
	fi
	for word in "$@"; do
		text=$(<"/sys/module/$module/parameters/${word%%=*}")
		wanted=Y
		[[ $word != *=* ]] || wanted=${word#*=}
		[ "$text" = "$wanted" ] || complain "modprobe $module $*: $text"
	done
	unload_modules
}

# refuses_to_load MODULE PARAMETER=VALUE...: complain unless that gives EINVAL
refuses_to_load() {
	local text
	if text=$(modprobe "$@" 2>&1); then
		complain "modprobe $*: taken"
	elif [[ $text != *"${ERROR_TEXT[EINVAL]}"* ]]; then
		complain "modprobe $*: $text"
	elif module_loaded "$1"; then
		complain "modprobe $*: is there nevertheless"
	fi
	unload_modules
}

@test "a module loads with both edges of a parameter" {
	local path module name partner
	without_device
	for path in "${PATHS[@]}"; do
		[[ ${ROOT[$path]} = /sys/module/* ]] && is_number "${TYPE[$path]}" || continue
		module=${MODULE[$path]} name=${path##*/}
		limits "$path"
		partner=${PARTNER:+${PARTNER##*/}=$PARTNER_VALUE}
		loads "$module" ${partner:+"$partner"} "$name=$LOW"
		# in the other order: only the combination counts
		loads "$module" "$name=$HIGH" ${partner:+"$partner"}
	done
	no_complaints
}

@test "a module does not load with a parameter out of range" {
	local path module name partner text
	without_device
	for path in "${PATHS[@]}"; do
		[[ ${ROOT[$path]} = /sys/module/* ]] && is_number "${TYPE[$path]}" || continue
		module=${MODULE[$path]} name=${path##*/}
		limits "$path"
		partner=${PARTNER:+${PARTNER##*/}=$PARTNER_VALUE}
		for text in $(beyond "$path") '' x -1 "+$LOW" "0x$(printf %x "$LOW")" "${LOW}x"; do
			refuses_to_load "$module" ${partner:+"$partner"} "$name=$text"
		done
	done
	no_complaints
}

@test "a module does not load with a truth value that is none" {
	local path
	without_device
	for path in $(paths_of bool); do
		refuses_to_load "${MODULE[$path]}" "${path##*/}=maybe"
		loads "${MODULE[$path]}" "${path##*/}=N"
		# the name alone means true
		loads "${MODULE[$path]}" "${path##*/}"
	done
	no_complaints
}

@test "the module does not load with grow and shrink too close" {
	without_device
	refuses_to_load dm_remap hash_grow_percent=100
	refuses_to_load dm_remap hash_shrink_percent=75
	refuses_to_load dm_remap hash_grow_percent=60 hash_shrink_percent=30
	refuses_to_load dm_remap hash_shrink_percent=30 hash_grow_percent=60
	loads dm_remap hash_grow_percent=61 hash_shrink_percent=30
	loads dm_remap hash_shrink_percent=100 hash_grow_percent=201
	no_complaints
}

@test "a parameter that can be written takes both edges and refuses what is beyond" {
	local path text
	RELOAD=1
	for path in $(paths_of '*' 0644 '/sys/module/*'); do
		is_number "${TYPE[$path]}" || continue
		limits "$path"
		[ -z "$PARTNER" ] || takes "$PARTNER" "$PARTNER_VALUE"
		takes "$path" "$LOW"$'\n' "$LOW"
		takes "$path" "$HIGH"$'\n' "$HIGH"
		for text in $(beyond "$path") x -1 "+$LOW" "0x$(printf %x "$LOW")" "${LOW}x" "$LOW $LOW" $'\n'; do
			refuses "$path" "$text"
		done
	done
	for path in $(paths_of bool 0644); do
		takes "$path" N
		takes "$path" Y
		refuses "$path" maybe
	done
	no_complaints
}

@test "the parameters for grow and shrink stay apart at run time" {
	RELOAD=1
	check_relation "$CORE" hash_grow_percent hash_shrink_percent
	no_complaints
}

@test "parameters are the defaults of devices created later" {
	local before
	RELOAD=1
	before=$(show_all)
	takes "$CORE/hash_min_buckets" 256
	takes "$CORE/hash_grow_percent" 300
	takes "$CORE/hash_shrink_percent" 20
	takes "$CORE/auto_remap" N
	assert_equal "$(show_all)" "$before"
	no_complaints

	dmsetup remove "$DEVICE"
	remap_create "$DEVICE" "$MAIN" "$SPARE"
	assert_equal "$(<"$CONFIG/hash/buckets")" 256
	assert_equal "$(<"$CONFIG/hash/min_buckets")" 256
	assert_equal "$(<"$CONFIG/hash/grow_percent")" 300
	assert_equal "$(<"$CONFIG/hash/shrink_percent")" 20
	assert_equal "$(<"$CONFIG/errors/auto_remap")" 0
}

@test "no_auto_remap makes auto_remap 0 to begin with" {
	dmsetup remove "$DEVICE"
	remap_create "$DEVICE" "$MAIN" "$SPARE" transient no_auto_remap
	assert_equal "$(<"$CONFIG/errors/auto_remap")" 0
	takes "$CONFIG/errors/auto_remap" 1
	no_complaints
}
