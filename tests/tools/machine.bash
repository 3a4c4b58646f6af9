# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Block devices below $DMREMAP_ROOT, as sysfs lists them; their nodes are images.
# Load it after live.bash.
#
#   disk NAME MAJ:MIN          a disk; its image is NAME.img, see image in lib.bash
#   part DISK NAME MAJ:MIN     a partition of it, likewise
#   holder NAME DM             a device that is on it
#   active NAME                an active set, as dm-3
#   known UUID ATTRIBUTE=TEXT...   a set that dm_remap_reassembly knows
#   scanned                    the last devices given to dm_remap_reassembly
#   register UUID [KEY=VALUE]...   a set that this host knows; its halves have no identity unless
#                              one is given
#   by_id NAME ID              a link of udev's for a disk
#   command_line WORD...       of the kernel

BLOCK=sys/class/block

disk() {
	local dir=$DMREMAP_ROOT/$BLOCK/$1
	mkdir -p "$dir/holders" "$DMREMAP_ROOT/sys/dev/block" "$DMREMAP_ROOT/dev"
	echo "$2" >"$dir/dev"
	echo $(($(stat -c %s "$1.img") / 512)) >"$dir/size"
	printf 'MAJOR=%s\nMINOR=%s\nDEVNAME=%s\nDEVTYPE=disk\n' "${2%:*}" "${2#*:}" "$1" >"$dir/uevent"
	ln -s "../../class/block/$1" "$DMREMAP_ROOT/sys/dev/block/$2"
	mv "$1.img" "$DMREMAP_ROOT/dev/$1"
}

part() {
	disk "$2" "$3"
	mv "$DMREMAP_ROOT/$BLOCK/$2" "$DMREMAP_ROOT/$BLOCK/$1/$2"
	echo 1 >"$DMREMAP_ROOT/$BLOCK/$1/$2/partition"
	ln -s "$1/$2" "$DMREMAP_ROOT/$BLOCK/$2"
}

holder() { touch "$DMREMAP_ROOT/$BLOCK/$1/holders/$2"; }

active() {
	local dir=$DMREMAP_ROOT/$BLOCK/dm-3
	device "$1"
	mkdir -p "$dir"/{dm,remap}
	echo 254:3 >"$dir/dev"
	echo 100 >"$dir/size"
	echo "$1" >"$dir/dm/name"
	echo >"$dir/dm/uuid"
}

known() {
	local dir=$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/$1 word
	mkdir -p "$dir"
	shift
	for word; do printf '%s\n' "${word#*=}" >"$dir/${word%%=*}"; done
	: >"${dir%/sets/*}/scan"
}

scanned() { cat "$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/scan"; }

# registered UUID: the file of a set that this host knows
registered() { echo "$DMREMAP_ROOT/etc/dm-remap/sets.d/$1"; }
register() {
	local uuid=$1
	shift
	[[ " $*" == *" main_id="* ]] || set -- "$@" main_id=-
	[[ " $*" == *" spare_id="* ]] || set -- "$@" spare_id=-
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap/sets.d"
	printf '%s\n' "$@" >"$(registered "$uuid")"
}

by_id() {
	mkdir -p "$DMREMAP_ROOT/dev/disk/by-id"
	ln -sf "../../$1" "$DMREMAP_ROOT/dev/disk/by-id/$2"
}

command_line() { mkdir -p "$DMREMAP_ROOT/proc"; echo "$*" >"$DMREMAP_ROOT/proc/cmdline"; }
