# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Helpers for the tests of what dmremap shows of devices in use; their files are
# in $BATS_TEST_TMPDIR/root instead of /sys.
#
#   device NAME             make one, see fixtures/device.tree
#   set_to NAME PATH TEXT   change what is in a file of it; PATH as there
#   file NAME PATH          the path of a file of it, or of a directory
#   transient NAME          make it one that keeps nothing on disk
#   unload_stats            as if dm_remap_stats had been unloaded

bats_require_minimum_version 1.5.0
load lib.bash

FIXTURES=$BATS_TEST_DIRNAME/fixtures

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export DMREMAP_ROOT=$BATS_TEST_TMPDIR/root
	unset COLUMNS NO_COLOR
	mkdir -p root/sys/module/dm_remap root/sys/kernel/config/dm-remap
}

file() {
	case $2 in
	config*) echo "$DMREMAP_ROOT/sys/kernel/config/dm-remap/$1${2#config}" ;;
	stats*) echo "$DMREMAP_ROOT/sys/kernel/dm-remap/$1/$2" ;;
	esac
}

# plant FILE NAME: the files that a file of "PATH TEXT" describes
plant() {
	local path text
	while read -r path text; do
		[ "$path" != "#" ] || continue
		path=$(file "$2" "$path")
		mkdir -p "${path%/*}"
		printf '%s\n' "$text" >>"$path"
	done <"$1"
}

# once only, since that is slow
device() {
	local name=$1 made=$BATS_FILE_TMPDIR/device
	[ -d "$made" ] || DMREMAP_ROOT=$made plant "$FIXTURES/device.tree" NAME
	mkdir -p "$DMREMAP_ROOT"/sys/kernel/{config/,}dm-remap
	cp -rT "$made/sys/kernel/config/dm-remap/NAME" "$DMREMAP_ROOT/sys/kernel/config/dm-remap/$name"
	cp -rT "$made/sys/kernel/dm-remap/NAME" "$DMREMAP_ROOT/sys/kernel/dm-remap/$name"
}

set_to() { printf '%s\n' "$3" >"$(file "$1" "$2")"; }

transient() { rm -r "$(file "$1" config/metadata)"; }

unload_stats() { rm -r "$DMREMAP_ROOT/sys/kernel/dm-remap"; }

# start_top [ARGUMENT...]: top with its output in "out"; it waits for look_at
start_top() {
	mkdir -p root/proc
	mkfifo root/proc/uptime
	"$DMREMAP" top --interval 0.1 "$@" >out 2>errors 3>&- &
	# shellcheck disable=SC2034 # for the test
	TOP_PID=$!
	LOOKS=0
}

# look_at SECONDS: let it look, at this time since boot; returns when it has
look_at() {
	local end=$((SECONDS + 20))
	echo "$1 0.00" >root/proc/uptime
	LOOKS=$((LOOKS + 1))
	until [ "$(grep -c '^dmremap top' out)" = $LOOKS ]; do
		[ $SECONDS -lt $end ] || return
		sleep 0.01
	done
}

# last_look: what it printed then
last_look() { tac out | sed '/^dmremap top/q' | tac; }
