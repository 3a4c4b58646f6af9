# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A real Debian system with systemd and udev in a virtual machine, made by tests/rig/debian-image.
# It is driven like the guests of guest.sh, by guest_dir, guest_run, guest_kill; and by
#
#   machine_boot KERNEL LINE...   start, and wait until it accepts commands. KERNEL is 6.1 or 6.12, or
#                                 arm64 for a machine of that architecture, with 6.1. A
#                                 LINE is as in the header of a test file ("disk main size=64M if=virtio",
#                                 "append=WORD"), or
#                                   system         its root file system, LABEL=system, as the first
#                                                  disk; writes go to an overlay file
#                                   programs       the same, with more programs
#                                   readme         the same, with dm-remap from its sources; KERNEL is 6.1
#                                   root=WHAT      the root file system is on something else
#                                   initrd=FILE    with that initramfs
#                                   initrd+=FILE   with the cpio archive FILE after its initramfs
#                                   dracut         with dracut's initramfs; KERNEL is 6.1
#   machine_start KERNEL LINE...  the same, without waiting
#   machine_ready                 wait until it accepts commands
#   machine_plug NAME LINE        connect a disk while the machine runs
#   up                            wait until all of the boot is over
#   machine_reboot                "reboot", and wait until it is off; machine_boot then starts it again
#   machine_kill                  a power cut
#   machine_setup, machine_teardown   for a file whose tests all use one machine, in GUEST:
#                                 once a test has failed, the following ones fail at once
#
# RIG_CPUS is the number of its processors, 2 by default.
#
# GUEST/console.log has the console output of the machine. It is a failure if the machine does not
# answer within GUEST_TIMEOUT.

# shellcheck source=tests/lib/guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/guest.sh"

DEBIAN=$BUILD/debian

machine_setup() {
	guest_dir "$GUEST"
	[ ! -e "$GUEST/failed" ] || { echo "a test before this one has failed" >&2; return 1; }
}
machine_teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || touch "$GUEST/failed"
	[ -e "$GUEST/pid" ] || return 0
	[ -n "${BATS_TEST_COMPLETED:-}" ] || tail -40 "$GUEST/console.log"
	machine_kill
}

# _machine_args KERNEL LINE...: fills MACHINE, the command line of QEMU
_machine_args() {
	local release line root=LABEL=system mem=1G initrd=initrd.img image='' more='' dir=$DEBIAN emulator
	[ "$1" != arm64 ] || dir+=/arm64
	release=$(sed -n "s/^$1 //p" "$dir/versions")
	[ -n "$release" ] || { echo "there is no kernel $1" >&2; return 1; }
	RIG_APPEND=
	rig_emulator "$1"
	emulator=("${MACHINE[@]}")
	shift
	RIG_APPEND+=" panic=-1 oops=panic no_timer_check mitigations=off norandmaps nokaslr"
	# a busy host may leave a virtual processor waiting for longer than the default
	RIG_APPEND+=" rcupdate.rcu_cpu_stall_timeout=300"
	RIG_APPEND+=" systemd.show_status=true systemd.log_target=journal"
	# drivers for devices of the machine that no test uses
	RIG_APPEND+=" modprobe.blacklist=ata_piix,ata_generic,psmouse,evdev,i2c_piix4,pcspkr,floppy,button,serio_raw"
	MACHINE=()
	for line in "$@"; do
		case $line in
		system|programs|readme)
			[ "$line" != readme ] || initrd="initrd-readme.img"
			[ -e "$GUEST/$line.qcow2" ] ||
				qemu-img create -q -f qcow2 -F raw -b "$dir/$line.img" "$GUEST/$line.qcow2"
			MACHINE+=(-drive "file=$GUEST/$line.qcow2,format=qcow2,if=none,id=system,cache=unsafe"
				-device "virtio-blk-pci,drive=system,serial=system")
			;;
		disk\ *)
			# shellcheck disable=SC2086 # a line of words
			rig_disk_args "$GUEST" $line
			;;
		dracut) initrd=dracut.img ;;
		initrd=*) image=${line#initrd=} ;;
		initrd+=*) more=${line#initrd+=} ;;
		root=*) root=${line#root=} ;;
		append=*) RIG_APPEND+=" ${line#append=}" ;;
		mem=*) mem=${line#mem=} ;;
		*) echo "what is \"$line\"?" >&2; return 1 ;;
		esac
	done
	initrd=${image:-$dir/$initrd-$release}
	if [ -n "$more" ]; then
		# the kernel requires an uncompressed archive to begin at a multiple of 4
		cp "$initrd" "$GUEST/initrd" && truncate -s %4 "$GUEST/initrd" &&
			cat "$more" >>"$GUEST/initrd" || return
		initrd=$GUEST/initrd
	fi
	# shellcheck disable=SC2054 # commas of QEMU's
	MACHINE=("${emulator[@]}" -accel tcg,thread=multi -smp "${RIG_CPUS:-2},sockets=${RIG_CPUS:-2}"
		-m "$mem" -nodefaults -no-user-config -display none -no-reboot -rtc clock=vm
		-kernel "$dir/vmlinuz-$release" -initrd "$initrd"
		-append "root=$root $RIG_APPEND" -serial "file:$GUEST/console.log"
		-device virtio-rng-pci -device virtio-serial-pci
		-chardev "pipe,id=ctl,path=$GUEST/ctl" -device "virtserialport,chardev=ctl,name=ctl"
		-qmp "unix:$GUEST/qmp,server=on,wait=off" "${MACHINE[@]}")
}

machine_start() {
	[ ! -e "$GUEST/pid" ] || { echo "the machine is running" >&2; return 1; }
	rm -f "$GUEST"/ctl.{in,out} "$GUEST/console.log" "$GUEST/qmp"
	mkfifo "$GUEST/ctl.in" "$GUEST/ctl.out"
	_machine_args "$@" || return
	# bats waits for every process that holds its descriptors
	"${MACHINE[@]}" </dev/null >"$GUEST/qemu.log" 2>&1 3>&- 4>&- &
	echo $! >"$GUEST/pid"
	# otherwise the shell would report its end
	disown
}

machine_ready() {
	local line
	_guest_line line && [ "$line" = ready ] && return
	grep -v "aio failed" "$GUEST/qemu.log" >&2
	tail -30 "$GUEST/console.log" >&2
	return 1
}

machine_boot() {
	local attempt
	for attempt in 1 2 3; do
		machine_start "$@" || return
		machine_ready && return
		# retry after a known fault of the emulation: see rig_tripped
		if [ "$attempt" = 3 ] || ! rig_tripped "$GUEST"; then break; fi
		_machine_kill
	done
	return 1
}

# shellcheck disable=SC2016 # for the guest
up() {
	guest_run 'until s=$(systemctl is-system-running); [ "$s" != starting ] && [ "$s" != initializing ]; do sleep 0.5; done'
}

machine_plug() {
	local name=$1 i
	MACHINE=()
	# shellcheck disable=SC2086 # a line of words
	rig_disk_args "$GUEST" disk "$name" if=virtio ${2:-}
	i=$(("${#MACHINE[@]}"))
	[ "$i" = 4 ] || { echo "what can be connected is a plain disk" >&2; return 1; }
	python3 "$RIG/debian/qmp.py" "$GUEST/qmp" blockdev-add "${MACHINE[1]}" device_add "${MACHINE[3]}"
}

machine_reboot() {
	guest_run 'setsid sh -c "sleep 0.3; reboot" >/dev/null 2>&1 &' || return
	machine_wait_off
}

machine_wait_off() {
	local pid end=$((SECONDS + GUEST_TIMEOUT))
	pid=$(cat "$GUEST/pid") || return
	while kill -0 "$pid" 2>/dev/null; do
		((SECONDS < end)) || { echo "the machine does not stop" >&2; tail -20 "$GUEST/console.log" >&2; return 1; }
		sleep 0.2
	done
	_guest_gone console
}

# a power cut, after which the kernel log is still checked
machine_kill() {
	_machine_kill
	_guest_gone console
}
_machine_kill() {
	local pid
	pid=$(cat "$GUEST/pid") || return
	kill -9 "$pid" 2>/dev/null || :
	while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	rm -f "$GUEST/pid"
}
