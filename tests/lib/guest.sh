# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Guests driven from the host, for tests that reboot a machine or cut its
# power. Disks outlive the machine. A directory has one guest at a time. To run several at once, set
# GUEST to the directory of each; "net=WIRE:0" in one and "net=WIRE:1" in another connect the two:
#
#   guest_dir DIR               the directory for disks and logs; to be called first
#   guest_boot KERNEL LINE...   start; each LINE is as in the header of a test file
#                               ("disk main size=64M inject-error-write=8", "mem=1G")
#   guest_run COMMAND...        run it with bash; gives its output and status
#   guest_kill                  cut the power, unless it is off already
#   guest_poweroff              do the checks that end a test file, and stop
#   guest_log                   the kernel log of this boot
#
# guest_kill and guest_poweroff fail if the kernel has complained.
# GUEST_TIMEOUT is the limit in seconds for a boot, or for a command.

# shellcheck source=tests/rig/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../rig/lib.sh"
# shellcheck source=tests/rig/qemu.sh
. "$RIG/qemu.sh"

GUEST_TIMEOUT=${GUEST_TIMEOUT:-300}

guest_dir() {
	GUEST=$1
	mkdir -p "$GUEST"
}

guest_boot() {
	local attempt
	[ ! -e "$GUEST/pid" ] || { echo "the guest is running" >&2; return 1; }
	for attempt in 1 2 3; do
		_guest_start "$@" && return
		if [ "$attempt" = 3 ] || ! rig_tripped "$GUEST"; then break; fi
		guest_kill 2>/dev/null || :
	done
	cat "$GUEST/qemu.log" >&2
	tail -20 "$GUEST/console.log" >&2
	return 1
}

_guest_start() {
	local k=$1 line
	shift
	rm -f "$GUEST"/ctl.{in,out} "$GUEST"/{kmsg,console}.log
	mkfifo "$GUEST/ctl.in" "$GUEST/ctl.out"
	rig_machine "$k" "$GUEST" agent < <(printf '%s\n' "$@")
	MACHINE+=(-chardev "pipe,id=ctl,path=$GUEST/ctl" -device "virtserialport,chardev=ctl,name=ctl"
		-append "$RIG_APPEND")
	# bats waits for every process that holds its descriptors
	"${MACHINE[@]}" </dev/null >"$GUEST/qemu.log" 2>&1 3>&- 4>&- &
	echo $! >"$GUEST/pid"
	_guest_line line && [ "$line" = ready ]
}

# _guest_line VARIABLE: the next line from the guest. Waits in small steps, to notice
# if the guest has died.
_guest_line() {
	local end=$((SECONDS + GUEST_TIMEOUT)) got='' part status
	exec {_guest_fd}<>"$GUEST/ctl.out"
	while :; do
		status=0
		IFS= read -r -t 1 -u "$_guest_fd" part || status=$?
		got+=$part
		[ "$status" != 0 ] || break
		if ((SECONDS >= end)) || ! kill -0 "$(cat "$GUEST/pid")" 2>/dev/null; then
			exec {_guest_fd}>&-
			echo "no answer from the guest" >&2
			return 1
		fi
	done
	exec {_guest_fd}>&-
	printf -v "$1" %s "$got"
}

guest_run() {
	local _line
	base64 -w0 <<<"$*" >"$GUEST/command"
	echo >>"$GUEST/command"
	# "<>" opens it also if the guest has died, which _guest_line notices
	cat "$GUEST/command" 1<>"$GUEST/ctl.in"
	while _guest_line _line; do
		case $_line in
		o*) printf '%s\n' "${_line#o}" ;;
		x*) return "${_line#x }" ;;
		esac
	done
	return 125
}

guest_log() { cat "$GUEST/kmsg.log"; }

_guest_gone() {
	rm -f "$GUEST/pid"
	"$RIG/splats" "$GUEST/${1:-kmsg}.log" >"$GUEST/splats"
	[ ! -s "$GUEST/splats" ] || { cat "$GUEST/splats" >&2; return 1; }
}

guest_kill() {
	local pid
	pid=$(cat "$GUEST/pid") || return
	kill -9 "$pid" 2>/dev/null || :
	while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	_guest_gone
}

guest_poweroff() {
	local pid end=$((SECONDS + GUEST_TIMEOUT))
	pid=$(cat "$GUEST/pid") || return
	echo end 1<>"$GUEST/ctl.in"
	while kill -0 "$pid" 2>/dev/null; do
		((SECONDS < end)) || { guest_kill; echo "the guest did not stop" >&2; return 1; }
		sleep 0.2
	done
	grep -q 'rig: end' "$GUEST/kmsg.log" || { _guest_gone console; return 1; }
	_guest_gone
}
