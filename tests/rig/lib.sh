# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the scripts of the rig: paths, messages, and the parts of a kernel. KERNEL is one of
#   6.1, 6.12                 Debian's own
#   debug, kcsan, uml, umldebug, umlsmp  built here
#   umlgcov, umldebuggcov     the same kernels, with modules instrumented for gcov
#   arm64, arm64-16k, s390x   Debian's own for another architecture; arm64-16k has pages of 16 KiB
#   trixie, newest, previous  of Debian 13, the newest of its backports, and of the series before that

RIG=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$RIG/../.." && pwd)
BUILD=$TOP/build
JOBS=${JOBS:-$(nproc)}

# kernel builds and comparisons of sorted lists must not depend on the locale
export LC_ALL=C
# depmod and modprobe are not in the PATH of ordinary users
PATH=$PATH:/usr/sbin:/sbin
# shellcheck disable=SC2034 # for scripts that source this
KERNELS="6.12 6.1 uml umldebug${ALL:+ debug kcsan trixie newest previous arm64 arm64-16k s390x}"
unset MAKEFLAGS MFLAGS

note() { echo "rig: $*" >&2; }
# took NAME SECONDS: print a duration, and record it for the table at the end of "make test"
took() {
	note "$1: $2 s"
	[ -z "${RIG_TIMES:-}" ] || printf '%s\t%s\n' "$2" "$1" >>"$RIG_TIMES"
}
die() { echo "rig: $*" >&2; exit 1; }
# seconds_left: of the time that "make test" may begin files in, 0 if it has no limit;
# late: whether that time is over
seconds_left() { echo $((${RIG_END:+RIG_END - EPOCHSECONDS})); }
late() { [ -n "${RIG_END:-}" ] && [ "$EPOCHSECONDS" -ge "$RIG_END" ]; }
# skip_late KERNEL/FILE TAP: if it is too late to begin that file, its result is one skipped test
skip_late() {
	late || return
	echo "ok 1 all tests # skip ${MINUTES:-0} minutes are over" >"$2"
	"$RIG/tap-print" "$1" <"$2"
}

# lock NAME: tests of several kernels run in parallel and share what they build, so only one
# process at a time may build it.
lock() {
	mkdir -p "$BUILD/locks"
	exec {LOCK_FD}>"$BUILD/locks/$1"
	flock -w 3600 "$LOCK_FD" ||
		die "something has held ${BUILD#"$TOP"/}/locks/$1 for an hour: does an earlier run go on? \"fuser\" names it"
}
unlock() { exec {LOCK_FD}>&-; }

# foreign KERNEL: whether it is for an architecture other than this machine's
foreign() { case $1 in arm64|arm64-16k|s390x) ;; *) false ;; esac; }
# arch_of KERNEL: the architecture of a foreign kernel; all kernels of one share its programs
arch_of() { echo "${1%-16k}"; }
# counts KERNEL: whether its modules are instrumented for gcov; plain_of KERNEL: the same without gcov
counts() { case $1 in *gcov) ;; *) false ;; esac; }
plain_of() { echo "${1%gcov}"; }
# results_of KERNEL: a run that only measures coverage must not count as a result
results_of() { if counts "$1"; then echo "$BUILD/coverage/$1"; else echo "$BUILD/results/$1"; fi; }
# of_debian_13 KERNEL: whether its headers need the compiler of Debian 13
of_debian_13() { case $1 in trixie|newest|previous) ;; *) false ;; esac; }
# shellcheck disable=SC2034 # for scripts that source this
DEBIAN_13=$BUILD/debian13
# the prefix of its cross-compiler
cross_of() {
	case $1 in
	arm64*) echo aarch64-linux-gnu- ;;
	s390x) echo s390x-linux-gnu- ;;
	esac
}
# the version of a foreign kernel, which exists for this machine as well
version_of() { [ "$1" = s390x ] && echo 6.1 || echo 6.12; }
# the directory of the guest's programs
guest_of() { if foreign "$1"; then echo "$BUILD/$(arch_of "$1")/guest"; else echo "$BUILD/guest"; fi; }

kernel_release() { cat "$BUILD/$1/release"; }
# built_modules DIR...: the modules of the last build; there may also be files of older ones
built_modules() {
	local dir
	for dir; do
		[ ! -e "$dir/modules.order" ] || sed "s,.*/,,; s,^,$dir/,; s,\.k\?o\$,.ko," "$dir/modules.order"
	done
}

# modules_in_order TREE RELEASE DIR MODULE...: put these modules of TREE, and those that they need, into DIR for an
# initramfs; DIR/order is the order in which they have to be loaded
modules_in_order() {
	local tree=$1 release=$2 dir=$3 module kind file
	shift 3
	mkdir -p "$dir"
	for module in "$@"; do
		modprobe -d "$tree" -S "$release" --show-depends "$module"
	done | while read -r kind file _; do
		[ "$kind" = insmod ] || continue
		module=$(basename "$file")
		[ -e "$dir/$module" ] && continue
		cp "$file" "$dir/"
		echo "$module" >>"$dir/order"
	done
	touch "$dir/order"
}
# archive DIR: print an initramfs with the content of DIR
archive() { (cd "$1" && find . | cpio -o -H newc --quiet -R 0:0); }

# room_for_registers SOURCE: for user-mode Linux. The state of a processor with AMX has 11 KiB, more than
# 6.12 has room for: each program would end at its first instruction. Newer kernels ask the processor.
room_for_registers() {
	local offsets=$1/arch/x86/um/user-offsets.c room='HOST_FP_SIZE, 12288)'
	! grep -q "$room" "$offsets" || return 0
	sed -i "s/HOST_FP_SIZE, 2696)/$room/" "$offsets"
	grep -q "$room" "$offsets" || die "$offsets: the size of the processor's state is not there"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -n true 2>/dev/null || [ -t 0 ] || die "a Debian system is made by root or with sudo"
		sudo -- "$@"
	fi
}

# the package sources of Debian 12 on this machine: URI CODENAME COMPONENT
debian_sources() {
	apt-get indextargets --format "\$(REPO_URI) \$(CODENAME) \$(COMPONENT) \$(LABEL)" 'Created-By: Packages' |
		awk '$2 ~ /^bookworm(-updates|-security)?$/ && $3 == "main" && $4 ~ /^Debian/ { print $1, $2, $3 }' |
		sort -u
}

# the directory for "make -C"
kernel_dir() {
	case $1 in
	debug|kcsan|uml*|small|clang) echo "$BUILD/$1/obj" ;;
	# inside $DEBIAN_13/tree
	trixie|newest|previous) echo "/usr/src/linux-headers-$(kernel_release "$1")" ;;
	*) echo "$BUILD/$1/root/usr/src/linux-headers-$(kernel_release "$1")" ;;
	esac
}
