# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Runs one command in a guest that is booted for it and stops afterwards: for programs that run for
# hours, a piece at a time. Works with every kernel, including user-mode Linux.
#
#   command_freeze KERNEL DIR           keep a copy of what guests run now, in DIR
#   command_run KERNEL DIR SECONDS COMMAND...
#                                       run it with bash in tests/ of the guest; DIR/tap.log
#                                       gets its output, and its status is returned
#   command_repeat LOG WANTED FIGURE SEEDS SEED COMMAND
#                                       run COMMAND repeatedly, from SEED and then from the
#                                       next unused seed, until FIGURE adds up to WANTED; its
#                                       last line says "all: ... N SEEDS ... N FIGURE"
#   command_figure FIGURE LOG...        the sum of FIGURE over all runs
#
# command_run also fails if the kernel has complained, or if something has leaked.

# shellcheck source=tests/rig/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../rig/lib.sh"
# shellcheck source=tests/rig/qemu.sh
. "$RIG/qemu.sh"

# Modules and programs may be rebuilt while guests are running.
command_freeze() {
	COMMAND_KERNEL=$1 COMMAND_DIR=$2
	ln -f "$BUILD/$1/payload.img" "$2/payload.img"
}

# shellcheck disable=SC2317 # called by trap
_command_end() {
	[ -z "$COMMAND_PID" ] || kill "$COMMAND_PID" 2>/dev/null || :
}

command_run() {
	local k=$1 dir=$2 limit=$3 status=0
	shift 3
	COMMAND_PID=
	mkdir -p "$dir"
	rm -f "$dir"/*.log
	: >"$dir/tap.log"
	rig_machine "$k" "$dir" agent <<<"timeout=$limit"
	MACHINE=("${MACHINE[@]/"$BUILD/$k/payload.img"/"$COMMAND_DIR/payload.img"}")
	rig_channel "$dir" tap
	RIG_APPEND+=" RIG_AGENT=/rig/tests/lib/command-agent RIG_COMMAND=$(base64 -w0 <<<"$*")"
	rig_start "$dir" & COMMAND_PID=$!
	wait "$COMMAND_PID" || status=$?
	COMMAND_PID=
	# the reader of the log may not have reached its end yet
	if ! grep -q 'rig: end' "$dir/kmsg.log" "$dir/console.log"; then
		echo "the guest did not come to its end (status $status)"
		tail -n 20 "$dir/console.log" "$dir/qemu.log"
		return 1
	fi
	"$RIG/splats" "$dir/kmsg.log" >"$dir/splats"
	[ ! -s "$dir/splats" ] || { echo "the kernel complained"; cat "$dir/splats"; return 1; }
	return "$(sed -n 's/^status: //p' "$dir/tap.log")"
}

command_figure() {
	local name=$1
	shift
	sed -n "s/^all:.* \([0-9]*\) $name.*/\1/p" "$@" | awk '{ n += $1 } END { print n + 0 }'
}

# runs in the background; KERNEL and DIR are as given to command_freeze
command_repeat() {
	local log=$1 wanted=$2 figure=$3 seeds=$4 seed=$5 dir status
	shift 5
	dir=$COMMAND_DIR/$(basename "$log" .log)
	COMMAND_PID=
	trap '_command_end; exit 130' TERM
	: >"$log"
	# shellcheck disable=SC2094 # it reads the former content
	while ((!wanted || $(command_figure "$figure" "$log") < wanted)); do
		status=0
		command_run "$COMMAND_KERNEL" "$dir" 1800 \
			"${*/SEED/$((seed + $(command_figure "$seeds" "$log")))}" >>"$log" || status=$?
		[ ! -e "$dir/tap.log" ] || cat "$dir/tap.log" >>"$log"
		[ ! -e "$dir/kmsg.log" ] || cp "$dir/kmsg.log" "${log%.log}.kmsg"
		if [ "$status" != 0 ]; then
			note "$(basename "$log" .log): ended with status $status; the last lines of $log:"
			tail -n 5 "$log" >&2
			return "$status"
		fi
		note "$(basename "$log" .log): $(command_figure "$figure" "$log") $figure"
	done
}
