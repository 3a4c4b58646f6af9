# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For base and system, which are run as root: a tree that Debian is in. Their mounts
# are private, and end with them.

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

# the remaining files belong to the user who called sudo
# shellcheck disable=SC2153 # of sudo
hand_over() { [ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:$SUDO_GID" "$out"; }
