# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts that run in user-mode Linux share.
set -euo pipefail
export DM_DISABLE_UDEV=1

NULLB=/sys/kernel/config/nullb
# shellcheck disable=SC2034 # the caller's
CONFIG=/sys/kernel/config/dm-remap

# disk NAME [ATTRIBUTE=VALUE...]: answers before the call that submits returns; size is in MiB
disk() {
	local dir=$NULLB/$1 word
	mkdir "$dir"
	shift
	for word in irqmode=0 blocksize=512 submit_queues=1 max_sectors=4096 "$@" power=1; do
		echo "${word#*=}" >"$dir/${word%%=*}"
	done
	echo none >"/sys/block/${dir##*/}/queue/scheduler"
	echo 2048 >"/sys/block/${dir##*/}/queue/max_sectors_kb"
}

undisk() {
	echo 0 >"$NULLB/$1/power"
	rmdir "$NULLB/$1"
}

# all TABLE PARAMETER... -- NAME...: measure mapped devices, and the disk "raw" as null_blk, side by side. Prints
#
#   NATIVE TABLE NAME BEST MEDIAN     an I/O, in hundredths of a nanosecond
all() {
	local table=$1 list='' name path
	local -a parameters=()
	shift
	while [ "$1" != -- ]; do parameters+=("$1"); shift; done
	shift
	for name; do
		path=/dev/mapper/$name
		[ "$name" != null_blk ] || path=/dev/raw
		list+=${list:+,}$name=$path
	done
	dmesg -C
	# it never stays loaded
	insmod /tmp/tests/bench_io.ko "devices=$list" "rounds=$ROUNDS" "${parameters[@]}" 2>/dev/null || :
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
