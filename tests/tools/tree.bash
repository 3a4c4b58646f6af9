# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Files of devices below $DMREMAP_ROOT, as the modules have them below /sys, and
# looks of top at them.
#
#   file NAME PATH          the path of a file of a device, or of a directory
#   plant FILE NAME         make the files of a device that FILE describes
#   change FILE NAME        replace the files by those of FILE
#   start_top [ARGUMENT...] top with its output in $TOP_OUTPUT; it waits for look_at
#   look_at SECONDS         let it look, at this time since boot, until it has
#   last_look                its output then

file() {
	case $2 in
	config*) echo "$DMREMAP_ROOT/sys/kernel/config/dm-remap/$1${2#config}" ;;
	stats*) echo "$DMREMAP_ROOT/sys/kernel/dm-remap/$1/$2" ;;
	esac
}

plant() {
	local path text
	while read -r path text; do
		[ "$path" != "#" ] || continue
		path=$(file "$2" "$path")
		mkdir -p "${path%/*}"
		printf '%s\n' "$text" >>"$path"
	done <"$1"
}

change() {
	local path
	while read -r path _; do
		[ "$path" = "#" ] || rm -f "$(file "$2" "$path")"
	done <"$1"
	plant "$@"
}

start_top() {
	mkdir -p "$DMREMAP_ROOT/proc"
	mkfifo "$DMREMAP_ROOT/proc/uptime"
	TOP_OUTPUT=${TOP_OUTPUT:-out}
	"$DMREMAP" top --interval 0.1 "$@" >"$TOP_OUTPUT" 2>errors 3>&- &
	# shellcheck disable=SC2034 # for others
	TOP_PID=$!
	TOP_LOOKS=0
}

look_at() {
	local end=$((SECONDS + 20))
	echo "$1 0.00" >"$DMREMAP_ROOT/proc/uptime"
	TOP_LOOKS=$((TOP_LOOKS + 1))
	until [ "$(grep -c '^dmremap top' "$TOP_OUTPUT")" = $TOP_LOOKS ]; do
		[ $SECONDS -lt $end ] || return
		sleep 0.01
	done
}

last_look() { tac "$TOP_OUTPUT" | sed '/^dmremap top/q' | tac; }
