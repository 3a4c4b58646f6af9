# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# One command in a guest that boots for it and stops afterwards: for programs that run for
# hours, a piece at a time. It works for every kernel, user-mode Linux included.
#
#   command_freeze KERNEL DIR           keep what guests run as it is now, in DIR
#   command_run KERNEL DIR SECONDS COMMAND...
#                                       run it with bash in tests/ of the guest; DIR/tap.log
#                                       gets its output, and its status is returned
#   command_repeat LOG WANTED FIGURE SEEDS SEED COMMAND
#                                       run COMMAND with SEED, and the seeds after those that
#                                       it has used, until there were so many; its last line
#                                       says "all: ... N SEEDS ... N FIGURE"
#   command_figure FIGURE LOG...        the sum of that over all runs
#
# command_run fails as well when the kernel has complained, or something has leaked.

# shellcheck source=tests/rig/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../rig/lib.sh"
# shellcheck source=tests/rig/qemu.sh
. "$RIG/qemu.sh"

# Modules and programs may be built anew while guests are running.
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
	# whatever reads the log may not have come to its end
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

# in the background: KERNEL and DIR are what command_freeze was given
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
