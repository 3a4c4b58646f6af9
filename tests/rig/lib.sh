# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the scripts of the rig: places, messages, and where the parts of
# a kernel are. KERNEL is 6.1 or 6.12 (Debian's own), debug, kcsan, uml or umldebug (built here), umlgcov
# or umldebuggcov (these, and modules that count), arm64, arm64-16k (pages of 16 KiB) or s390x, Debian's own for
# another architecture, or trixie or newest, of Debian 13 and its backports.

RIG=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$RIG/../.." && pwd)
BUILD=$TOP/build
JOBS=${JOBS:-$(nproc)}

# kernel builds and comparisons of sorted lists must not depend on the locale
export LC_ALL=C
# depmod and modprobe are not on the path of ordinary users
PATH=$PATH:/usr/sbin:/sbin
# shellcheck disable=SC2034 # for scripts that source this
KERNELS="6.12 6.1 uml umldebug${ALL:+ debug kcsan trixie newest arm64 arm64-16k s390x}"
unset MAKEFLAGS MFLAGS

note() { echo "rig: $*" >&2; }
# took NAME SECONDS: for people, and for the table at the end of "make test"
took() {
	note "$1: $2 s"
	[ -z "${RIG_TIMES:-}" ] || printf '%s\t%s\n' "$2" "$1" >>"$RIG_TIMES"
}
die() { echo "rig: $*" >&2; exit 1; }

# One process at a time per thing made: tests of several kernels run side by
# side and share it.
lock() {
	mkdir -p "$BUILD/locks"
	exec {LOCK_FD}>"$BUILD/locks/$1"
	flock "$LOCK_FD"
}
unlock() { exec {LOCK_FD}>&-; }

# foreign KERNEL: whether it is for another architecture than this machine's
foreign() { case $1 in arm64|arm64-16k|s390x) ;; *) false ;; esac; }
# arch_of KERNEL: the architecture of a kernel that is foreign; kernels of one share its programs
arch_of() { echo "${1%-16k}"; }
# counts KERNEL: whether its modules count the lines that are run; plain_of KERNEL: the one that does not
counts() { case $1 in *gcov) ;; *) false ;; esac; }
plain_of() { echo "${1%gcov}"; }
# results_of KERNEL: what only counts is no result
results_of() { if counts "$1"; then echo "$BUILD/coverage/$1"; else echo "$BUILD/results/$1"; fi; }
# of_debian_13 KERNEL: whether the compiler that its headers need is Debian 13's
of_debian_13() { case $1 in trixie|newest) ;; *) false ;; esac; }
# shellcheck disable=SC2034 # for scripts that source this
DEBIAN_13=$BUILD/debian13
# the prefix of the programs that compile for it
cross_of() {
	case $1 in
	arm64*) echo aarch64-linux-gnu- ;;
	s390x) echo s390x-linux-gnu- ;;
	esac
}
# the version of the kernel, which there is for this machine as well
version_of() { [ "$1" = s390x ] && echo 6.1 || echo 6.12; }
# where the guest's programs are
guest_of() { if foreign "$1"; then echo "$BUILD/$(arch_of "$1")/guest"; else echo "$BUILD/guest"; fi; }

kernel_release() { cat "$BUILD/$1/release"; }
# built_modules DIR...: the modules that their Kbuilds name; there may be older ones
built_modules() {
	local dir
	for dir; do
		[ ! -e "$dir/modules.order" ] || sed "s,.*/,,; s,^,$dir/,; s,\.k\?o\$,.ko," "$dir/modules.order"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -n true 2>/dev/null || [ -t 0 ] || die "a Debian system is made by root or with sudo"
		sudo -- "$@"
	fi
}

# Debian 12's sources as this machine has them: URI CODENAME COMPONENT
debian_sources() {
	apt-get indextargets --format "\$(REPO_URI) \$(CODENAME) \$(COMPONENT) \$(LABEL)" 'Created-By: Packages' |
		awk '$2 ~ /^bookworm(-updates|-security)?$/ && $3 == "main" && $4 ~ /^Debian/ { print $1, $2, $3 }' |
		sort -u
}

# what to give to "make -C"
kernel_dir() {
	case $1 in
	debug|kcsan|uml*|small|clang) echo "$BUILD/$1/obj" ;;
	# inside of $DEBIAN_13/tree
	trixie|newest) echo "/usr/src/linux-headers-$(kernel_release "$1")" ;;
	*) echo "$BUILD/$1/root/usr/src/linux-headers-$(kernel_release "$1")" ;;
	esac
}
