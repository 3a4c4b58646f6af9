#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# dracut: everything needed to mount a root file system on a dm-remap set.

# whether / or /usr of this host is on a set, and the image is not for a system in another directory
root_on_set() {
	# shellcheck disable=SC2154 # dracut's
	[[ ! ${dracutsysrootdir%/} ]] && @LIBDIR@/root-on-set >/dev/null
}

# whether all swap areas of this host are on sets, where none is to resume from
swap_on_sets() {
	local dev

	[[ ! ${dracutsysrootdir%/} && ${swap_devs[*]:-} ]] || return
	for dev in "${swap_devs[@]}"; do
		@LIBDIR@/root-on-set "$dev" >/dev/null || return
	done
}

# called by dracut
check() {
	local dev

	# with its path, as below: dracut's PATH lacks /usr/local/sbin
	require_binaries @SBINDIR@/dmremap dmsetup || return 1
	# dracut does not find the device of / if libdevmapper has escaped letters in its name
	root_on_set && return 0
	# shellcheck disable=SC2154 # dracut's
	[[ $hostonly ]] || [[ $mount_needs ]] && {
		for dev in "${!host_fs_types[@]}"; do
			dev=$(get_maj_min "$dev")
			[[ $(cat "/sys/dev/block/$dev/dm/uuid" 2>/dev/null) == DMREMAP-* ]] && return 0
		done
		return 255
	}
	return 0
}

# called by dracut
depends() {
	echo rootfs-block dm
}

# called by dracut
installkernel() {
	hostonly='' instmods -c -s dm_remap dm_remap_metadata dm_remap_reassembly && return
	# shellcheck disable=SC2154 # dracut's
	derror "dm-remap: there are no modules for Linux $kernel: sets will be missing there." \
		"Install dm-remap-dkms and the headers of that kernel."
	# A new kernel must not stop its package. But dracut ends if an image that boots would be lost.
	# shellcheck disable=SC2154 # dracut's
	! lsinitrd "$outfile" 2>/dev/null | grep -q 'dm-remap-reassembly\.ko' || ! root_on_set
}

# called by dracut
install() {
	# an image made for the system in another directory says nothing about this host's
	# shellcheck disable=SC2154 # dracut's
	[[ ${dracutsysrootdir%/} ]] || @LIBDIR@/record-root
	# the sets that this host knows
	# shellcheck disable=SC2154 # dracut's
	mkdir -p "$initdir/etc/dm-remap"
	# marks an initramfs, where assemble=sealed has no effect
	: >"$initdir/etc/dm-remap/initramfs"
	inst_multiple -o /etc/dm-remap/dm-remap.conf /etc/dm-remap/sets.d/*
	! swap_on_sets || : >"$initdir/etc/dm-remap/swap-on-sets"
	inst_multiple @SBINDIR@/dmremap blkid cat cut rm
	inst_rules 59-dm-remap.rules
	# shellcheck disable=SC2154 # dracut's
	inst_rules "$moddir/64-dm-remap-dracut.rules"
	inst_script "$moddir/dm-remap-assemble.sh" /sbin/dm-remap-assemble
	dracut_need_initqueue
}
