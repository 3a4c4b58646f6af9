# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The flat table of configfs-schema/generate.py, and reading and writing the attributes that it
# describes. Load it after ../lib/common.
#
# complain collects errors, so that one run of a test reports all of
# them; a test ends with no_complaints.

SCHEMA_TABLE=${SCHEMA_TABLE:-$BATS_TEST_DIRNAME/../../configfs-schema/flat.tsv}

# The columns of the table, by full path
declare -gA MODULE ROOT MODE TYPE MIN MAX POW2 DEFAULT RELATION VALUES PATTERN
# PARENTS: the parents of directories that come and go
declare -ga PATHS ROOTS PARENTS

# The error messages of the C library
declare -gA ERROR_TEXT=(
	[EACCES]="Permission denied"
	[EBUSY]="Device or resource busy"
	[EEXIST]="File exists"
	[EINVAL]="Invalid argument"
	[ENOENT]="No such file or directory"
	[ENOSPC]="No space left on device"
	[EPERM]="Operation not permitted"
	[ERANGE]="Numerical result out of range"
	[EROFS]="Read-only file system"
)

COMPLAINTS=
complain() { COMPLAINTS+="$*"$'\n'; }
no_complaints() {
	[ -z "$COMPLAINTS" ] || { printf '%s' "$COMPLAINTS"; return 1; }
}

module_loaded() { [ -d "/sys/module/$1" ]; }

# schema_modules: the modules in the table, each after the ones that it needs
schema_modules() { awk -F'\t' '!/^#/ && !seen[$1]++ { print $1 }' "$SCHEMA_TABLE"; }

# schema_load DEVICE: read the rows of the table for the loaded modules, and fill in
# the name of the device, its kernel name, and each set that the reassembly module
# shows.
schema_load() {
	local module status sets root path mode type min max pow2 default relation values pattern
	local dm full dir
	local -a places
	dm=$(dm_dev "$1")
	PATHS=() ROOTS=() PARENTS=() MODE=()
	while IFS=$'\t' read -r module status sets root path mode type min max pow2 default relation values pattern; do
		module_loaded "$module" || continue
		[ "$sets" = all ] || [ "$(remap_status "$1" store)" != transient ] || continue
		root=${root//<device>/$1}
		root=${root//<dm>/$dm}
		[[ " ${ROOTS[*]} " = *" $root "* ]] || ROOTS+=("$root")
		places=("$root/$path")
		if [[ $path = *"<uuid>"* ]]; then
			places=()
			PARENTS+=("$root/$path")
			for dir in "$root/${path%%<uuid>*}"*/; do
				[ ! -d "$dir" ] || places+=("$dir${path#*<uuid>/}")
			done
		fi
		for full in "${places[@]}"; do
			PATHS+=("$full")
			MODULE[$full]=$module ROOT[$full]=$root MODE[$full]=$mode TYPE[$full]=$type
			MIN[$full]=$min MAX[$full]=$max POW2[$full]=$pow2 DEFAULT[$full]=$default
			RELATION[$full]=$relation VALUES[$full]=$values PATTERN[$full]=$pattern
		done
	done < <(grep -v '^#' "$SCHEMA_TABLE")
	[ ${#PATHS[@]} -gt 0 ]
}

# paths_of TYPE [MODE [ROOT]]: the paths of a type and mode (patterns), one per line
paths_of() {
	local path
	for path in "${PATHS[@]}"; do
		# shellcheck disable=SC2053 # patterns
		[[ ${TYPE[$path]} = $1 && ${MODE[$path]} = ${2:-*} && ${ROOT[$path]} = ${3:-*} ]] || continue
		echo "$path"
	done
}

# is_number TYPE
is_number() { [[ $1 = u32 || $1 = u64 || $1 = flag ]]; }

# value PATH: set VALUE to its content; for a selector, to the selected word.
# This and put are called very often, on an emulated CPU, so they start no process.
value() {
	VALUE=
	IFS= read -rd '' VALUE <"$1" || [ -n "$VALUE" ] || [ "${DEFAULT[$1]:-}" = '""' ] || return
	VALUE=${VALUE%$'\n'}
	if [ "${TYPE[$1]:-}" = selector ]; then
		VALUE=${VALUE#*[}
		VALUE=${VALUE%]*}
	fi
}

# resolve PATH WHAT: set VALUE to the current value of a limit or default of PATH
resolve() {
	local path divisor least most
	case $2 in
	attribute:*)
		IFS=: read -r _ path divisor least most <<<"$2"
		value "${ROOT[$1]}/$path" || return
		VALUE=$((VALUE / divisor))
		[ -z "$most" ] || VALUE=$((VALUE < least ? least : VALUE > most ? most : VALUE))
		;;
	parameter:*)
		value "${2#parameter:}" || return
		case $VALUE in Y) VALUE=1 ;; N) VALUE=0 ;; esac
		;;
	'""') VALUE= ;;
	*) VALUE=$2 ;;
	esac
}

# put PATH TEXT: write TEXT as it is, with one write unless the kernel takes only a
# part; on failure ERROR is the error message of the writer
put() {
	local status=0 errors=$BATS_TEST_TMPDIR/put
	if [[ ${2%$'\n'} = *$'\n'* ]]; then
		# the shell itself would write line by line
		printf '%s' "$2" | dd of="$1" bs=64K iflag=fullblock conv=notrunc,nocreat status=none 2>"$errors" ||
			status=1
	else
		{ printf '%s' "$2" >"$1"; } 2>"$errors" || status=1
	fi
	IFS= read -rd '' ERROR <"$errors" || :
	ERROR=${ERROR%$'\n'}
	return $status
}

# put_default PATH
put_default() { resolve "$1" "${DEFAULT[$1]}" && put "$1" "$VALUE"; }

# failed_with ERROR WHAT: whether WHAT ("write", "open") failed with ERROR
failed_with() {
	case $2 in
	write) [[ $ERROR = *"write error: ${ERROR_TEXT[$1]}" || $ERROR = *"error writing "*": ${ERROR_TEXT[$1]}" ]] ;;
	open) [[ $ERROR = *": ${ERROR_TEXT[$1]}" && $ERROR != *"write error"* && $ERROR != *"error writing"* ]] ;;
	esac
}

# show PATH TEXT: set SHOWN, for messages
show() { printf -v SHOWN '%q to %s' "$2" "$1"; }

# takes PATH TEXT [VALUE]: complain unless TEXT can be written and the attribute then
# reads as VALUE (default TEXT)
takes() {
	show "$1" "$2"
	if ! put "$1" "$2"; then
		complain "$SHOWN: refused: $ERROR"
		return
	fi
	[ "${MODE[$1]}" = 0644 ] || return 0
	value "$1"
	[ "$VALUE" = "${3-$2}" ] || complain "$SHOWN: reads $VALUE"
}

# refuses PATH TEXT [ERROR]: complain unless writing TEXT fails with ERROR
# (default EINVAL) and changes nothing
refuses() {
	local before='' error=${3:-EINVAL}
	show "$1" "$2"
	VALUE=
	[ "${MODE[$1]}" != 0644 ] || value "$1"
	before=$VALUE
	if put "$1" "$2"; then
		complain "$SHOWN: taken, not $error"
	else
		failed_with "$error" write || complain "$SHOWN: not $error: $ERROR"
	fi
	[ "${MODE[$1]}" != 0644 ] || value "$1"
	[ "$VALUE" = "$before" ] || complain "$SHOWN: changed $before to $VALUE"
}

# limits PATH: set LOW and HIGH to the lowest and highest values that can be set. If
# they depend on another attribute, PARTNER is its path, and PARTNER_VALUE the value
# that it must have for that.
limits() {
	local side other times plus most
	LOW=${MIN[$1]}
	resolve "$1" "${MAX[$1]}"
	HIGH=$VALUE
	PARTNER='' PARTNER_VALUE=''
	[ "${RELATION[$1]}" != - ] || return 0
	IFS=: read -r side other times plus <<<"${RELATION[$1]}"
	PARTNER=${ROOT[$1]}/$other
	if [ "$side" = ge ]; then
		PARTNER_VALUE=${MIN[$PARTNER]}
		most=$((times * PARTNER_VALUE + plus))
		((LOW >= most)) || LOW=$most
	else
		PARTNER_VALUE=${MAX[$PARTNER]}
		most=$(((PARTNER_VALUE - plus) / times))
		((HIGH <= most)) || HIGH=$most
	fi
}

# beyond PATH: values just outside its limits, one per line; call limits first
beyond() {
	((LOW == 0)) || echo $((LOW - 1))
	echo $((HIGH + 1))
	[ "$HIGH" = "${MAX[$1]}" ] || [[ ${MAX[$1]} = *:* ]] || echo $((MAX[$1] + 1))
	if [ "${POW2[$1]}" = yes ]; then
		printf '%s\n' $((LOW / 2)) $((LOW + 1)) $((LOW * 3)) $((HIGH - 1)) $((HIGH * 2))
	fi
	# equal to a valid value when truncated to 32 or 64 bits
	printf '%s\n' $((LOW + (1 << 32))) 18446744073709551616 18446744073709551680
}
