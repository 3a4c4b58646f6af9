#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What bash, zsh and fish offer to complete a line of dmremap with.

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
	dmremap --help | sed -nE 's/^  ([a-z-]+) .*/\1/p' | sort >commands
	[ "$(wc -l <commands)" -ge 12 ]
	offers "" | diff commands -
	[ "$(offers exp)" = export ]
	[ "$(offers nosuch)" = "" ]
	offers - | diff - <(printf '%s\n' --help --version -V -h | LC_ALL=C sort)
}

@test "all options of each command's help" {
	for command in $(dmremap --help | sed -nE 's/^  ([a-z-]+) .*/\1/p'); do
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
	[ "$(offers import --format "" | paste -sd' ')" = "badblocks ddrescue kernel md nvme-cli plain smartctl zpool" ]
	[ "$(offers import -f d)" = ddrescue ]
	[ "$(offers export --format "" | paste -sd' ')" = "badblocks ddrescue md plain" ]
	# an argument of an option is not an operand
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
	cmp "$TOP/tools/completion/dmremap.zsh" root2/usr/share/zsh/vendor-completions/_dmremap
	cmp "$TOP/tools/completion/dmremap.fish" root2/usr/share/fish/vendor_completions.d/dmremap.fish
}

# zsh_offers WORD...: the matches that zsh would filter by the typed prefix; its own functions are
# replaced
zsh_offers() {
	# shellcheck disable=SC2016 # of the other shell
	zsh -fc '
		compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@" }
		_describe() { print -rl -- "${(P@)2%%:*}" }
		_files() { print FILES }
		script=$1
		words=("${@[2,-1]}") CURRENT=$(($# - 1))
		. $script
	' zsh "$TOP/tools/completion/dmremap.zsh" "$DMREMAP" "$@" 2>&1
}

fish_offers() {
	local words=("$@") home=$PWD/home
	mkdir -p "$home"
	# shellcheck disable=SC2016 # of the other shell
	HOME=$home XDG_CONFIG_HOME=$home PATH=$(dirname "$DMREMAP"):$PATH fish --no-config -c '
		source $argv[1]
		complete -C "dmremap $argv[2]"
	' "$TOP/tools/completion/dmremap.fish" "${words[*]}" 2>&1 | cut -f1
}

@test "zsh and fish offer all commands, and the options of each" {
	dmremap --help | sed -nE 's/^  ([a-z-]+) .*/\1/p' | sort >commands
	zsh_offers "" | sort | diff commands -
	fish_offers "" | sort | diff commands -
	while read -r command; do
		dmremap "$command" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' |
			grep -oE -- '-[a-zA-Z](,|$)|--[a-z-]+' | tr -d , | LC_ALL=C sort -u >options
		zsh_offers "$command" - | LC_ALL=C sort | diff options -
		# fish lists matches of the typed prefix: long ones after "--"
		fish_offers "$command" -- | grep -- -- | LC_ALL=C sort -u | diff <(grep -- -- options) -
	done <commands
}

@test "zsh and fish offer names of devices, block devices, formats and files" {
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/other" \
		"$DMREMAP_ROOT"/sys/kernel/config/dm-remap-reassembly/sets/{0f1e,1f1e} "$DMREMAP_ROOT"/sys/class/block/{sda,sdb1}
	echo waits >"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/0f1e/name"
	echo 'x;reboot' >"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/1f1e/name"
	for shell in zsh fish; do
		[ "$(${shell}_offers status "" | sort | paste -sd' ')" = "0f1e 1f1e other safe waits" ]
		${shell}_offers scan "" | grep -qx /dev/sdb1
		[ "$(${shell}_offers import --format "" | sort | paste -sd' ')" = "badblocks ddrescue kernel md nvme-cli plain smartctl zpool" ]
	done
	[ "$(zsh_offers import safe "")" = FILES ]
	touch a.list
	fish_offers import a | grep -qx a.list
}
