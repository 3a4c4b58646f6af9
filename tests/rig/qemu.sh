# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Starts guests: fills the array MACHINE according to the kernel's name and the header
# of a test file. See tests/README.md for the header.

# header FILE: the text after "# rig:" in the lines before the first test
rig_header() { sed -n '/^@test/q; s/^# rig: *//p' "$1"; }

# print the sectors of a list such as "8,16-18" one by one
rig_sectors() {
	local part
	for part in ${1//,/ }; do seq "${part%-*}" "${part#*-}"; done
}

# rig_disk_args DIR disk NAME key=value...: add a disk to QEMU's arguments; its content
# is in DIR/NAME.img, which is made if missing. read-bps=N: read bytes per second.
rig_disk_args() {
	local dir=$1 name=$3 word size=64M bus=nvme lbs=512 pbs='' rules='' bps='' n=0 sector type types node blocks
	shift 3
	for word in "$@"; do
		case $word in
		size=*) size=${word#*=} ;;
		if=*) bus=${word#*=} ;;
		lbs=*) lbs=${word#*=} ;;
		pbs=*) pbs=${word#*=} ;;
		read-bps=*) bps=${word#*=} ;;
		inject-error=*|inject-error-read=*|inject-error-write=*)
			# a sector that cannot be written cannot be zeroed either
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
	# flushes need not reach the host's disk: everything written to QEMU survives
	MACHINE+=(-blockdev "driver=file,filename=$dir/$name.img,node-name=f-$name,discard=unmap,cache.no-flush=on")
	if [ -n "$rules" ]; then
		MACHINE+=(-blockdev "driver=blkdebug,image=f-$name,node-name=b-$name,discard=unmap$rules")
		node=b-$name
	fi
	if [ -n "$bps" ]; then
		MACHINE+=(-object "throttle-group,id=t-$name,x-bps-read=$bps"
			-blockdev "driver=throttle,throttle-group=t-$name,file=$node,node-name=s-$name")
		node=s-$name
	fi
	case $bus in
	# a machine without PCI has no NVMe
	nvme) [ "${MACHINE[0]}" != qemu-system-s390x ] || die "s390x has no NVMe: disk $name needs if=virtio"
		MACHINE+=(-device "nvme,serial=$name,drive=$node,$blocks"); RIG_APPEND+=" rig.nvme" ;;
	virtio) MACHINE+=(-device "virtio-blk,serial=$name,drive=$node,$blocks") ;;
	*) die "disk $name: if=$bus is not known" ;;
	esac
}

# rig_net_args NR WIRE:END: add a network card, connected to end 0 or 1 of a wire between two guests.
# WIRE is the prefix of the names of two Unix sockets, so nothing leaves the machine, and either guest
# may start first, or stop and start again.
rig_net_args() {
	local nr=$1 wire=${2%:*} end=${2##*:}
	MACHINE+=(-netdev "dgram,id=net$nr,local.type=unix,local.path=$wire.$end,remote.type=unix,remote.path=$wire.$((1 - end))"
		-device "virtio-net-pci,netdev=net$nr,romfile=,mac=52:54:00:00:0$nr:0$((end + 1))")
}

# rig_read_header KERNEL MODE < header lines: the requested settings, for any kind of machine.
# Sets RIG_MEM, RIG_SMP, RIG_ACCEL, RIG_DISKS, RIG_NETS, RIG_TIMEOUT and RIG_APPEND.
rig_read_header() {
	local line word
	RIG_MEM=2G RIG_SMP=2 RIG_ACCEL=tcg,thread=multi RIG_DISKS=() RIG_NETS=() RIG_TIMEOUT=300
	RIG_APPEND="rcupdate.rcu_cpu_stall_timeout=60 panic=-1 oops=panic printk.devkmsg=on rig.mode=$2"
	while read -r line; do
		case $line in
		disk\ *) RIG_DISKS+=("$line"); continue ;;
		esac
		for word in $line; do
			case $word in
			mem=*) RIG_MEM=${word#*=} ;;
			smp=*) RIG_SMP=${word#*=} ;;
			timeout=*) RIG_TIMEOUT=${word#*=} ;;
			net=*) RIG_NETS+=("${word#*=}") ;;
			append=*) RIG_APPEND+=" ${word#*=}" ;;
			kernels=*|test=*|slow) ;;
			# for measuring: one guest instruction takes one nanosecond
			icount) RIG_ACCEL=icount RIG_SMP=1 ;;
			# processors take turns, so none runs code that another one is changing
			one-thread) RIG_ACCEL=tcg,thread=single ;;
			*) die "header: what is \"$word\"?" ;;
			esac
		done
	done
	# these kernels do several times the work
	case $1 in
	debug|kcsan|umldebug*) RIG_TIMEOUT=$((RIG_TIMEOUT * 3)) ;;
	esac
	RIG_TIMEOUT=$((RIG_TIMEOUT * ${TIMEOUT_FACTOR:-1}))
	RIG_APPEND+=" rig.timeout=$RIG_TIMEOUT"
}

# rig_machine KERNEL DIR MODE < header lines: fill MACHINE, the command that starts a guest,
# but for RIG_APPEND, the words of its kernel's command line. DIR is for disks and pipes.
rig_machine() {
	local RIG_MEM RIG_SMP RIG_ACCEL
	local -a RIG_DISKS RIG_NETS
	rig_read_header "$1" "$3"
	case $1 in
	uml*) rig_uml "$@" ;;
	*) rig_qemu "$@" ;;
	esac
}

# User-mode Linux is an ordinary program: its disks are files, and its serial lines and
# console are file descriptors, which the caller opens in DIR.
rig_uml() {
	local k=$1 dir=$2 mode=$3 line
	mkdir -p "$dir/uml"
	MACHINE=("$BUILD/$k/obj/linux" "mem=$RIG_MEM" "uml_dir=$dir/uml"
		rootfstype=hostfs "rootflags=$BUILD/$k/initramfs.d" ro init=/init
		"ubd0rc=$BUILD/guest/base.img" "ubd1rc=$BUILD/$k/modules.img" "ubd2rc=$BUILD/$k/payload.img"
		con=null null_blk.nr_devices=0 loglevel=5)
	[ "$k" != umlsmp ] || MACHINE+=("ncpus=$RIG_SMP" seccomp=on)
	RIG_APPEND+=" rig.machine=uml"
	! counts "$k" || RIG_APPEND+=" rig.coverage=$BUILD/coverage/data"
	for line in "${RIG_DISKS[@]}"; do
		line=${line#disk }
		RIG_APPEND+=" rig.disk=${line// /:}"
	done
	if [ "$mode" = shell ]; then
		MACHINE+=("con0=fd:0,fd:1")
	else
		MACHINE+=("con0=null,fd:1" "ssl0=null,fd:3" "ssl1=null,fd:4")
	fi
}

# rig_emulator KERNEL: the emulator, its machine type, and the serial line of the console
rig_emulator() {
	case $1 in
	# a Cortex-A57 does not support pages of 16 KiB
	arm64-16k) MACHINE=(qemu-system-aarch64 -machine virt -cpu "${RIG_CPU:-cortex-a76}"); RIG_APPEND+=" console=ttyAMA0" ;;
	arm64) MACHINE=(qemu-system-aarch64 -machine virt -cpu "${RIG_CPU:-cortex-a57}"); RIG_APPEND+=" console=ttyAMA0" ;;
	s390x) MACHINE=(qemu-system-s390x -machine s390-ccw-virtio -cpu "${RIG_CPU:-qemu}"); RIG_APPEND+=" console=ttysclp0" ;;
	# on that one, kernels 7.x may trip over their own code patching at "crng init done"
	trixie|newest|previous) MACHINE=(qemu-system-x86_64 -cpu "${RIG_CPU:-qemu64,+rdrand}"); RIG_APPEND+=" console=ttyS0" ;;
	*) MACHINE=(qemu-system-x86_64 -cpu "${RIG_CPU:-Nehalem,+rdrand}"); RIG_APPEND+=" console=ttyS0" ;;
	esac
}

rig_qemu() {
	local k=$1 dir=$2 mode=$3 khz line guest
	guest=$(guest_of "$k")
	rig_emulator "$k"
	RIG_APPEND+=" loglevel=5 log_buf_len=4M"
	# on a busy host an emulated timer may be too late for the kernel's check of it;
	# and the guest needs no mitigations
	RIG_APPEND+=" no_timer_check mitigations=off"
	# code at the same address need not be translated again, so programs start in a
	# quarter of the time
	RIG_APPEND+=" norandmaps nokaslr"
	if [ "$k" = debug ] || [ "$k" = kcsan ]; then
		# with icount the time stamp counter counts virtual nanoseconds
		[ "$RIG_ACCEL" = icount ] && khz=1000000 || khz=$("$BUILD/$k/tsc-khz")
		RIG_APPEND+=" tsc_early_khz=$khz tsc=reliable"
	fi
	# Only our modules are watched, so there is time to delay many of their accesses, and to wait
	# long enough for an emulated processor. With KCSAN's defaults a race that was put into
	# remap_map() was not found.
	[ "$k" != kcsan ] ||
		RIG_APPEND+=" kcsan.skip_watch=50 kcsan.udelay_task=400 kcsan.udelay_interrupt=100"

	if [ "$RIG_ACCEL" = icount ]; then
		MACHINE+=(-accel tcg -icount "shift=0,sleep=off")
	else
		MACHINE+=(-accel "$RIG_ACCEL")
	fi
	# sockets: the debug kernel relies on the firmware's table of processors, which lists
	# one for each socket
	MACHINE+=(-smp "$RIG_SMP,sockets=$RIG_SMP" -m "$RIG_MEM"
		-nodefaults -no-user-config -display none -no-reboot -rtc clock=vm
		-kernel "$BUILD/$k/vmlinuz" -initrd "$BUILD/$k/initramfs")
	for line in "$guest/base" "$BUILD/$k/modules" "$BUILD/$k/payload"; do
		# the guest finds them by their serial numbers
		MACHINE+=(-drive "file=$line.img,format=raw,if=none,readonly=on,file.locking=off,id=${line##*/}"
			-device "virtio-blk,drive=${line##*/},serial=rig-${line##*/}")
	done
	for line in "${RIG_DISKS[@]}"; do
		# shellcheck disable=SC2086 # a line of words
		rig_disk_args "$dir" $line
	done
	for line in "${!RIG_NETS[@]}"; do
		rig_net_args "$line" "${RIG_NETS[line]}"
	done
	if [ "$mode" != shell ]; then
		MACHINE+=(-serial "file:$dir/console.log" -device virtio-serial
			-chardev "file,id=kmsg,path=$dir/kmsg.log"
			-device "virtserialport,chardev=kmsg,name=kmsg")
	fi
}

# rig_channel DIR NAME: add a channel for NAME, whose output goes to DIR/NAME.log
rig_channel() {
	[ "${MACHINE[0]##*/}" != linux ] || return 0
	MACHINE+=(-chardev "file,id=$2,path=$1/$2.log" -device "virtserialport,chardev=$2,name=$2")
}

# rig_start DIR: run the guest until it ends; its status is that of the emulator
rig_start() {
	if [ "${MACHINE[0]##*/}" = linux ]; then
		# shellcheck disable=SC2086 # a list of words
		exec timeout --foreground -k 5 "$RIG_TIMEOUT" "${MACHINE[@]}" $RIG_APPEND </dev/null \
			>"$1/console.log" 2>"$1/qemu.log" 3>>"$1/tap.log" 4>>"$1/kmsg.log"
	fi
	exec timeout --foreground -k 5 "$RIG_TIMEOUT" "${MACHINE[@]}" -append "$RIG_APPEND" </dev/null \
		>"$1/qemu.log" 2>&1
}

# rig_tripped DIR: whether the guest ended because the emulator executed a breakpoint that
# the kernel, patching its own code, had already removed. With a thread for each processor
# this happens rarely, more often on a busy host, and says nothing about the tested code.
# It is recognized by the byte before the reported address, which is not a breakpoint.
rig_tripped() {
	cat "$1/kmsg.log" "$1/console.log" 2>/dev/null | awk '
		/Oops: int3/ { oops = 1 }
		oops && /Code: / && match($0, /[0-9a-f]+ </) {
			tripped = substr($0, RSTART, 2) != "cc"
			exit
		}
		END { exit !tripped }'
}
