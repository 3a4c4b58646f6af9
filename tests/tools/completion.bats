#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What bash offers to complete a line of dmremap with.

# what bats and volume.bash have
# shellcheck disable=SC2034,SC2154
load volume.bash

SECTORS=32768

# offers WORD...: for the last word of this line
offers() {
	# shellcheck disable=SC2016 # of the other shell
	"$BASH" -euc '
		. "$1/tools/completion/dmremap"
		program=$2
		shift 2
		COMP_WORDS=(dmremap "$@") COMP_CWORD=$#
		_dmremap "$program" "${!#}" "" || :
		[ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}"
	' bash "$TOP" "$DMREMAP" "$@" 2>&1
}

@test "all commands of the help" {
	dmremap --help | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort >commands
	[ "$(wc -l <commands)" -ge 12 ]
	offers "" | diff commands -
	[ "$(offers exp)" = export ]
	[ "$(offers nosuch)" = "" ]
	offers - | diff - <(printf '%s\n' --help --version -V -h | LC_ALL=C sort)
}

@test "all options of each command's help" {
	for command in $(dmremap --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
		dmremap "$command" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '-[a-zA-Z](,|$)|--[a-z-]+' |
			tr -d , | LC_ALL=C sort -u >options
		grep -qx -- --help options
		offers "$command" - | LC_ALL=C sort | diff options -
	done
	[ "$(offers import --dry)" = --dry-run ]
}

@test "names of devices, block devices, formats and files" {
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/other" \
		"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/0f1e" "$DMREMAP_ROOT"/sys/class/block/{sda,sdb1}
	echo waits >"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/0f1e/name"
	for command in list add remove export import; do
		[ "$(offers $command "" | paste -sd' ')" = "0f1e other safe waits" ]
	done
	[ "$(offers list s)" = safe ]
	[ "$(offers list --json s)" = safe ]
	[ "$(offers export --json s)" = safe ]
	[ "$(offers stop --json s)" = safe ]
	[ "$(offers dump /dev/sd | paste -sd' ')" = "/dev/sda /dev/sdb /dev/sdb1" ]
	[ "$(offers import --format "" | paste -sd' ')" = "badblocks ddrescue kernel md nvme-cli plain smartctl" ]
	[ "$(offers import -f d)" = ddrescue ]
	[ "$(offers export --format "" | paste -sd' ')" = "badblocks ddrescue md plain" ]
	# an argument of an option is no operand
	touch a.list
	[ "$(offers import --format md s)" = safe ]
	[ "$(offers import --format md safe a)" = a.list ]
	[ "$(offers import safe --format md a)" = a.list ]
	[ "$(offers import -n safe a)" = a.list ]
	[ "$(offers map --list a)" = a.list ]
	# sectors cannot be known
	[ "$(offers add safe "")" = "" ]
}

@test "names on a disk that a shell would act on are not offered" {
	local dir=$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets
	mkdir -p "$dir"/{1,2}
	echo 'x;reboot' >"$dir/1/name"
	echo "x\$(reboot)" >"$dir/2/name"
	[ "$(offers assemble x)" = "" ]
	[ "$(offers status "" | paste -sd' ')" = "1 2 safe" ]
}

@test "it is installed where bash looks for it" {
	make -s -C "$TOP/tools/dmremap" install DESTDIR="$PWD/root2" PREFIX=/usr
	cmp "$TOP/tools/completion/dmremap" root2/usr/share/bash-completion/completions/dmremap
}
