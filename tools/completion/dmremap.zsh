#compdef dmremap
# SPDX-License-Identifier: GPL-2.0
# zsh completion for dmremap(8).
#
# Commands, options and their descriptions are those that the program's own help has.

_dmremap_help() { "$_dmremap_program" "$@" --help 2>/dev/null }

# lines of "WORD:DESCRIPTION" for _describe
_dmremap_commands() { _dmremap_help | sed -nE 's/^  ([a-z-]+) +(.*)/\1:\2/p' }

_dmremap_options() {
	_dmremap_help "$1" | sed -nE 's/^  (-[a-zA-Z]), (--[a-z-]+)( [A-Z]+)?( +(.*))?$/\1:\5\n\2:\5/p; s/^ +(--[a-z-]+)( [A-Z]+)?( +(.*))?$/\1:\4/p'
}

_dmremap_takes_argument() {
	_dmremap_help "$1" | grep -qE -- "^ +(-[a-zA-Z], )?(--[a-z-]+, )?$2[ =][A-Z]|^ +$2, --[a-z-]+[ =][A-Z]"
}

# Devices in use, and sets that wait; what is said of these comes from disks.
_dmremap_devices() {
	local dir
	for dir in ${DMREMAP_ROOT:-}/sys/kernel/config/dm-remap/*(N/); do print -r -- ${dir:t}; done
	for dir in ${DMREMAP_ROOT:-}/sys/kernel/config/dm-remap-reassembly/sets/*(N/); do
		print -r -- ${dir:t}
		grep -xE '[a-zA-Z0-9#+.:=@_-]+' $dir/name 2>/dev/null
	done
}

_dmremap_block_devices() {
	local file
	for file in ${DMREMAP_ROOT:-}/sys/class/block/*(N); do print -r -- /dev/${${file:t}//!//}; done
}

_dmremap_add() { local -a words; words=(${(f)"$("$@" | sort -u)"}); (( $#words )) && compadd -- $words }
_dmremap_settings() { "$_dmremap_program" set "$1" 2>/dev/null | sed 's/=.*/=/' }

_dmremap_argument() {
	case $1:$2 in
	import:(-f|--format)) compadd -- badblocks ddrescue kernel md nvme-cli plain smartctl zpool ;;
	export:(-f|--format)) compadd -- badblocks ddrescue md plain ;;
	import:--of|*:--incremental) _dmremap_add _dmremap_block_devices ;;
	import:-b|export:-b|*:--block-size) compadd -- 512 1024 4096 ;;
	advise:(-d|--device)) compadd -- ata auto nvme sat scsi ;;
	*:--name) _dmremap_add _dmremap_devices ;;
	*) _files ;;
	esac
}

# what a command works on; $2 operands are there already, and $3 is the first
_dmremap_operand() {
	case $1 in
	create) (( $2 )) && _dmremap_add _dmremap_block_devices ;;
	format|scan) _dmremap_add _dmremap_block_devices ;;
	advise|assemble|cure|delete) _dmremap_add _dmremap_devices; _dmremap_add _dmremap_block_devices ;;
	check|dump|repair|salvage) _dmremap_add _dmremap_block_devices; _files ;;
	import) if (( $2 )); then _files; else _dmremap_add _dmremap_devices; fi ;;
	set) if (( $2 )); then compadd -S '' -- ${(f)"$(_dmremap_settings $3)"}; else _dmremap_add _dmremap_devices; fi ;;
	scrub) if (( $2 )); then compadd -- start stop pause resume status; else _dmremap_add _dmremap_devices; fi ;;
	add|remove|rename) (( $2 )) || _dmremap_add _dmremap_devices ;;
	metrics) ;;
	*) _dmremap_add _dmremap_devices ;;
	esac
}

_dmremap() {
	local _dmremap_program=$words[1] command=$words[2] first i
	local -a list
	local -i operands=0
	if (( CURRENT == 2 )); then
		list=(${(f)"$(_dmremap_commands)"})
		_describe command list
		return
	fi
	if [[ $words[CURRENT-1] == -* ]] && _dmremap_takes_argument $command $words[CURRENT-1]; then
		_dmremap_argument $command $words[CURRENT-1]
		return
	fi
	if [[ $words[CURRENT] == -* ]]; then
		list=(${(f)"$(_dmremap_options $command)"})
		_describe option list
		return
	fi
	for (( i = 3; i < CURRENT; i++ )); do
		if [[ $words[i] == -* ]]; then
			_dmremap_takes_argument $command $words[i] && (( i++ ))
		else
			(( operands++ )) || first=$words[i]
		fi
	done
	_dmremap_operand $command $operands $first
}

_dmremap "$@"
