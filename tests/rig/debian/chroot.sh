# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Helpers of base, system, readme and arm64, which run as root and build a Debian system in a tree. Their
# mounts are private, and vanish when the script ends.

[ -n "${RIG_UNSHARED:-}" ] || RIG_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"

out=${1:?directory}
tree=$out/tree
# shellcheck disable=SC2034 # for scripts that source this
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

say() { echo "rig: $*" >&2; }
# fail LOG MESSAGE
fail() { tail -20 "$1" >&2; say "$2"; exit 1; }

in_tree() {
	chroot "$tree" env -i PATH="$PATH" HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
}
apt() { in_tree apt-get -y -q -o Dpkg::Use-Pty=0 -o APT::Install-Recommends=0 "$@"; }

mount_tree() {
	local node
	mount -t proc proc "$tree/proc"
	mount -t tmpfs tmpfs "$tree/dev"
	for node in null:3 zero:5 full:7 random:8 urandom:9; do
		mknod -m 666 "$tree/dev/${node%:*}" c 1 "${node#*:}"
	done
	ln -s /proc/self/fd "$tree/dev/fd"
}
# named FILE: the packages that it lists
named() { grep -v '^ *#' "$1"; }
umount_tree() { umount "$tree/proc" "$tree/dev"; }

# give the remaining files to the user who called sudo
# shellcheck disable=SC2153 # of sudo
hand_over() { [ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:$SUDO_GID" "$out"; }

# quick_dpkg: have dpkg not wait for the disk, and leave out what nobody reads there
quick_dpkg() {
	mkdir -p "$tree/etc/dpkg/dpkg.cfg.d"
	printf 'force-unsafe-io\npath-exclude=/usr/share/locale/*\npath-exclude=/usr/share/doc/*\n' \
		>"$tree/etc/dpkg/dpkg.cfg.d/rig"
}

# unpack_base: unpack the tree that "base" has made
unpack_base() {
	rm -rf "$tree"
	mkdir -p "$tree"
	zstd -q -dc "$out/base.tar.zst" | tar -C "$tree" --numeric-owner -xpf -
}

# Imitate the installer's choice "only drivers needed for this system" for the virtual machine.
# Drivers of NVMe disks are left out: a set on those is assembled after the root file system is
# mounted.
few_drivers() {
	mkdir -p "$tree/etc/initramfs-tools/conf.d"
	echo MODULES=list >"$tree/etc/initramfs-tools/conf.d/modules"
	printf '%s\n' virtio_pci virtio_blk ext4 >"$tree/etc/initramfs-tools/modules"
}

# Let the host control the system, and speed up its boot. No program of the system is run, as it may be for another
# architecture.
furnish() {
	local unit
	mkdir -p "$tree/rig" "$tree/var/log/journal" "$tree/etc/systemd/system"
	cp "$here/../guest/agent" "$tree/rig/agent"
	cp "$here/agent.service" "$tree/etc/systemd/system/rig-agent.service"
	systemctl --root="$tree" -q enable rig-agent.service
	while read -r unit; do
		case $unit in
		''|'#'*) ;;
		*) ln -sfn /dev/null "$tree/etc/systemd/system/$unit" ;;
		esac
	done <"$here/masked-units"
	echo machine >"$tree/etc/hostname"
	systemd-machine-id-setup --root="$tree" >/dev/null 2>&1
	echo "LABEL=system / ext4 errors=remount-ro 0 1" >"$tree/etc/fstab"
}

# image NAME: make an image of the tree
image() {
	truncate -s 3G "$out/$1.img"
	mkfs.ext4 -q -L system -E lazy_itable_init=1,lazy_journal_init=1 -d "$tree" "$out/$1.img"
}
