# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# How a guest is started: fills the array QEMU from the kernel's name and what
# the header of a test file asks for. See tests/README.md for the header.

# header FILE: what follows "# rig:" on lines of their own, before the tests
rig_header() { sed -n '/^@test/q; s/^# rig: *//p' "$1"; }

# The sectors of "8,16-18" one by one
rig_sectors() {
	local part
	for part in ${1//,/ }; do seq "${part%-*}" "${part#*-}"; done
}

# rig_disk_args DIR disk NAME key=value...: add a disk to QEMU; its contents
# are DIR/NAME.img, made when missing.
rig_disk_args() {
	local dir=$1 name=$3 word size=64M bus=nvme lbs=512 pbs='' rules='' n=0 sector type types node blocks
	shift 3
	for word in "$@"; do
		case $word in
		size=*) size=${word#*=} ;;
		if=*) bus=${word#*=} ;;
		lbs=*) lbs=${word#*=} ;;
		pbs=*) pbs=${word#*=} ;;
		inject-error=*|inject-error-read=*|inject-error-write=*)
			# a disk that cannot write somewhere cannot write zeroes there either
			case $word in
			inject-error-read=*) types="read" ;;
			inject-error-write=*) types="write write-zeroes" ;;
			*) types="read write write-zeroes" ;;
			esac
			for sector in $(rig_sectors "${word#*=}"); do
				for type in $types; do
					rules+=,inject-error.$n.event=none,inject-error.$n.iotype=$type
					rules+=,inject-error.$n.sector=$sector,inject-error.$n.errno=5
					n=$((n + 1))
				done
			done
			;;
		*) die "disk $name: what is $word?" ;;
		esac
	done
	[ -e "$dir/$name.img" ] || truncate -s "$size" "$dir/$name.img"
	node=f-$name
	blocks=logical_block_size=$lbs,physical_block_size=${pbs:-$lbs}
	# flushes need not reach the host's disk: what survives is what QEMU was told
	QEMU+=(-blockdev "driver=file,filename=$dir/$name.img,node-name=f-$name,discard=unmap,cache.no-flush=on")
	if [ -n "$rules" ]; then
		QEMU+=(-blockdev "driver=blkdebug,image=f-$name,node-name=b-$name,discard=unmap$rules")
		node=b-$name
	fi
	case $bus in
	nvme) QEMU+=(-device "nvme,serial=$name,drive=$node,$blocks"); RIG_APPEND+=" rig.nvme" ;;
	virtio) QEMU+=(-device "virtio-blk-pci,serial=$name,drive=$node,$blocks") ;;
	*) die "disk $name: if=$bus is not known" ;;
	esac
}

# rig_qemu KERNEL DIR MODE < header lines: DIR is for disks and pipes.
# Sets QEMU and RIG_TIMEOUT.
rig_qemu() {
	local k=$1 dir=$2 mode=$3 mem=2G smp=2 accel=tcg,thread=multi line word khz
	local -a disks=()
	RIG_TIMEOUT=300
	RIG_APPEND="console=ttyS0 loglevel=5 panic=-1 oops=panic log_buf_len=4M"
	# an emulated timer may come too late on a busy host for the kernel's check
	# of it; and there is nobody to protect the guest from
	RIG_APPEND+=" no_timer_check mitigations=off printk.devkmsg=on"
	# what is loaded where it was before need not be translated again: a program
	# starts in a quarter of the time
	RIG_APPEND+=" norandmaps nokaslr"
	RIG_APPEND+=" rcupdate.rcu_cpu_stall_timeout=60 rig.mode=$mode"
	while read -r line; do
		case $line in
		disk\ *) disks+=("$line"); continue ;;
		esac
		for word in $line; do
			case $word in
			mem=*) mem=${word#*=} ;;
			smp=*) smp=${word#*=} ;;
			timeout=*) RIG_TIMEOUT=${word#*=} ;;
			append=*) RIG_APPEND+=" ${word#*=}" ;;
			kernels=*|test=*|slow) ;;
			# one guest instruction is one nanosecond: for measuring
			icount) accel=tcg QEMU+=(-icount "shift=0,sleep=off"); smp=1 ;;
			*) die "header: what is \"$word\"?" ;;
			esac
		done
	done
	if [ "$k" = debug ]; then
		# it does several times the work
		RIG_TIMEOUT=$((RIG_TIMEOUT * 3))
		# with icount the counter counts virtual nanoseconds
		[ "$accel" = tcg ] && khz=1000000 || khz=$("$BUILD/debug/tsc-khz")
		RIG_APPEND+=" tsc_early_khz=$khz tsc=reliable"
	fi
	RIG_TIMEOUT=$((RIG_TIMEOUT * ${TIMEOUT_FACTOR:-1}))
	RIG_APPEND+=" rig.timeout=$RIG_TIMEOUT"

	# sockets: the firmware's table of processors, which is what the debug kernel goes
	# by, has one of each
	QEMU=(qemu-system-x86_64 -accel "$accel" -cpu "${RIG_CPU:-Nehalem,+rdrand}" -smp "$smp,sockets=$smp" -m "$mem"
		-nodefaults -no-user-config -display none -no-reboot -rtc clock=vm
		-kernel "$BUILD/$k/vmlinuz" -initrd "$BUILD/$k/initramfs")
	for line in guest/base "$k/modules" "$k/payload"; do
		# before the test's disks, in the order in which the guest looks for them
		QEMU+=(-drive "file=$BUILD/$line.img,format=raw,if=none,readonly=on,id=${line##*/}"
			-device "virtio-blk-pci,drive=${line##*/}")
	done
	for line in "${disks[@]}"; do
		# shellcheck disable=SC2086 # a line of words
		rig_disk_args "$dir" $line
	done
	if [ "$mode" != shell ]; then
		QEMU+=(-serial "file:$dir/console.log" -device virtio-serial-pci
			-chardev "file,id=kmsg,path=$dir/kmsg.log"
			-device "virtserialport,chardev=kmsg,name=kmsg")
	fi
}

# rig_tripped DIR: whether the guest ended because the emulator ran a breakpoint which
# the kernel, changing its own code, had removed from there already. With a thread for
# each processor that happens, rarely and more so on a busy host, and says nothing about
# what was tested: the byte before the place that the kernel reports is no breakpoint.
rig_tripped() {
	cat "$1/kmsg.log" "$1/console.log" 2>/dev/null | awk '
		/Oops: int3/ { oops = 1 }
		oops && /Code: / && match($0, /[0-9a-f]+ </) {
			tripped = substr($0, RSTART, 2) != "cc"
			exit
		}
		END { exit !tripped }'
}
