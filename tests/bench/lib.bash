# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts that run in user-mode Linux share.
set -euo pipefail
export DM_DISABLE_UDEV=1

NULLB=/sys/kernel/config/nullb
# shellcheck disable=SC2034 # the caller's
CONFIG=/sys/kernel/config/dm-remap

# disk NAME [ATTRIBUTE=VALUE...]: with a queue for each processor; answers before the call that submits returns; size
# is in MiB
disk() {
	local dir=$NULLB/$1 word
	mkdir "$dir"
	shift
	for word in irqmode=0 blocksize=512 submit_queues="$(nproc)" max_sectors=4096 "$@" power=1; do
		echo "${word#*=}" >"$dir/${word%%=*}"
	done
	echo none >"/sys/block/${dir##*/}/queue/scheduler"
	echo 2048 >"/sys/block/${dir##*/}/queue/max_sectors_kb"
}

undisk() {
	echo 0 >"$NULLB/$1/power"
	rmdir "$NULLB/$1"
}

# path_of NAME[=DEVICE]: of a mapped device; null_blk stands for a disk
path_of() {
	if [ "${1%%=*}" = null_blk ]; then echo "/dev/${1#*=}"; else echo "/dev/mapper/${1#*=}"; fi
}

# all TABLE PARAMETER... -- NAME[=DEVICE]...: measure mapped devices, and the disk null_blk, side by side. Prints
#
#   NATIVE TABLE NAME PROCESSORS BEST MEDIAN     an I/O, in hundredths of a nanosecond
all() {
	local table=$1 list='' arg
	local -a parameters=()
	shift
	while [ "$1" != -- ]; do parameters+=("$1"); shift; done
	shift
	for arg; do list+=${list:+,}${arg%%=*}=$(path_of "$arg"); done
	dmesg -C
	# it never stays loaded
	insmod /tmp/tests/bench_io.ko "devices=$list" "rounds=$ROUNDS" "processors=$(nproc)" "${parameters[@]}" 2>/dev/null || :
	dmesg | sed -n "s/^\[[^]]*\] bench_io: /NATIVE $table /p"
}

# took COMMAND...: its time in milliseconds, to "ms"
took() {
	local from
	from=$(date +%s%N)
	"$@"
	# shellcheck disable=SC2034 # the caller's
	ms=$((($(date +%s%N) - from) / 1000000))
}
