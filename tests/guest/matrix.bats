#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Each kind of fault, met by each kind of I/O, with blocks of 512 to 32768 bytes on
# disks with sectors of 512 and 4096: results of the application's I/O, the status of the set,
# the content of both disks, and the same after a new activation.
#
# matrix.c does what the tables say, and tells how they are read. A row is:
#
#   I/O  result  error counters that go up (read, write of main, spare)  remapped
#   pending  lost  bad spare blocks  the content of the sector then
#
# rig: test=uml/3 timeout=900
# rig: disk both size=2M inject-error=91,347,603,859,1115,1371,1627,1628,1883,2139,2395,2651,2907,3163,3419,3675
# rig: disk both4k size=2M lbs=4096 inject-error=91,347,603,859,1115,1371,1627,1632,1883,2139,2395,2651,2907,3163,3419,3675
# rig: disk write size=2M inject-error-write=91,347,603,859,1115,1371,1627,1628,1883,2139,2395,2651,2907,3163,3419,3675
# rig: disk write4k size=2M lbs=4096 inject-error-write=91,347,603,859,1115,1371,1627,1632,1883,2139,2395,2651,2907,3163,3419,3675
# rig: disk read size=2M inject-error-read=91,347,603,859,1115,1371,1627,1628,1883,2139,2395,2651,2907,3163,3419,3675
# rig: disk read4k size=2M lbs=4096 inject-error-read=91,347,603,859,1115,1371,1627,1632,1883,2139,2395,2651,2907,3163,3419,3675
# rig: disk spare size=1M
# rig: disk spare4k size=1M lbs=4096

load ../lib/common

setup_file() {
	# makes /dev/mapper/control
	dmsetup version >/dev/null
	# each error is a line, and each line on the console takes its time
	echo 1 >/proc/sys/kernel/printk
}
teardown() { remove_devices; }
teardown_file() { clean_up; }

MATRIX=$BATS_TEST_DIRNAME/matrix

# the sizes of blocks do not make the code do other things that only this kernel sees
BLOCKS="512 4096 32768"
! slow_kernel || BLOCKS=4096

# new_null_blk: main and spare with sectors of 512, then 4096
new_null_blk() {
	null_blk main 8 blocksize="$1" discard=1
	null_blk spare 1 blocksize="$1" discard=1
}

# on_null_blk TABLE [KEY=VALUE...]: with bad sectors on the main
on_null_blk() {
	local table=$1 size
	shift
	for size in 512 4096; do
		new_null_blk $size
		"$MATRIX" main=/dev/main spare=/dev/spare unit=$size blocks="$BLOCKS" \
			"$@" <<<"$table"
		remove_devices
	done
}

# on_nvme NAME TABLE [KEY=VALUE...]: on the disks of the header, which have medium
# errors of their own
on_nvme() {
	local name=$1 table=$2
	shift 2
	with_nvme_spare 512 "$(rig_disk "$name")" "$table" "$@"
	with_nvme_spare 4096 "$(rig_disk "${name}4k")" "$table" "$@"
}

# with_nvme_spare SIZE MAIN TABLE [KEY=VALUE...]: a spare that can write zeroes, or the
# set could not
with_nvme_spare() {
	local size=$1 main=$2 table=$3 spare=spare
	shift 3
	[ "$size" = 512 ] || spare=spare4k
	"$MATRIX" main="$main" spare="$(rig_disk $spare)" unit="$size" blocks="$BLOCKS" \
		"$@" <<<"$table"
}

# on_scsi TABLE [KEY=VALUE...]: on a disk that errors can be injected into;
# file=inject and file=state are its files for that
on_scsi() {
	local table=$1 size main sysfs name keys
	shift
	keys=("$@")
	for size in 512 4096; do
		main=$(scsi_disk dev_size_mb=8 sector_size=$size lbpu=1 delay=0)
		sysfs=/sys/block/$(basename "$main")/device
		name=$(basename "$(readlink -f "$sysfs")")
		# or the SCSI layer would try again itself
		echo 0 >"$sysfs/scsi_disk/$name/max_retries"
		set -- "${keys[@]/#file=inject/file=/sys/kernel/debug/scsi_debug/$name/error}"
		set -- "${@/#file=state/file=$sysfs/state}"
		with_nvme_spare $size "$main" "$table" "$@"
		remove_devices
		unload scsi_debug
	done
}

READS=0x28 WRITES=0x2a FLUSHES=0x35 ZEROES=0x41,0x93 DISCARDS=0x42

# injected COUNT ERROR COMMANDS: the keys for an error of so many commands of each
# kind, -1 being one, and 1 all; ERROR has the bytes of host, driver, status, sense
# key, ASC and ASCQ
injected() {
	local command on='' off=''
	for command in ${3//,/ }; do
		on+=",2 $1 $command $2"
		off+=",- 2 $command"
	done
	KEYS=(file=inject "on=${on#,}" "off=${off#,}")
}

# --- sectors of the main ----------------------------------------------------------

BAD_SECTOR='
	read         E   r   0 1 0   0 error
	read-block   E   r   0 1 0   0 error
	read-multi   E   r   0 1 0   0 error
	read-cached  EIO r   0 1 0   0 error
	write        ok  w   1 0 0   0 new
	write-beside ok  -   0 0 0   0 error
	write-half   ok  w   1 0 0   0 new
	write-block  ok  w   1 0 0   0 new
	write-multi  ok  w   1 0 0   0 new
	write-fua    ok  w   1 0 0   0 new
	write-cached ok  w   1 0 0   0 new
	zeroes       ok  w   1 0 0   0 zero
	flush        ok  -   0 0 0   0 error
	read-write   ok  r   1 0 0   0 new'

@test "a sector that can neither be read nor written, I/O error" {
	on_null_blk "$BAD_SECTOR
	discard      E   w   0 0 0   0 error" local=1 second=error bad="$NULLB/main/badblocks"
}

@test "a sector that can neither be read nor written, medium error" {
	on_nvme both "$BAD_SECTOR
	discard      ok  -   0 0 0   0 error" local=1 second=error error=ENODATA
}

@test "a sector that cannot be written, medium error" {
	on_nvme write '
	read         ok  -   0 0 0   0 old
	read-block   ok  -   0 0 0   0 old
	read-multi   ok  -   0 0 0   0 old
	read-cached  ok  -   0 0 0   0 old
	write        ok  w   1 0 0   0 new
	write-beside ok  -   0 0 0   0 old
	write-half   ok  w   1 0 0   0 new
	write-block  ok  w   1 0 0   0 new
	write-multi  ok  w   1 0 0   0 new
	write-fua    ok  w   1 0 0   0 new
	write-cached ok  w   1 0 0   0 new
	zeroes       ok  w   1 0 0   0 zero
	discard      ok  -   0 0 0   0 any
	flush        ok  -   0 0 0   0 old
	read-write   ok  w   1 0 0   0 new' local=1
}

@test "a sector that cannot be read, medium error" {
	on_nvme read '
	read         E   r   0 1 0   0 error
	read-block   E   r   0 1 0   0 error
	read-multi   E   r   0 1 0   0 error
	read-cached  EIO r   0 1 0   0 error
	write        ok  -   0 0 0   0 error
	write-beside ok  -   0 0 0   0 error
	write-half   ok  -   0 0 0   0 error
	write-block  ok  -   0 0 0   0 error
	write-multi  ok  -   0 0 0   0 error
	write-fua    ok  -   0 0 0   0 error
	write-cached ok  -   0 0 0   0 error
	zeroes       ok  -   0 0 0   0 error
	discard      ok  -   0 0 0   0 error
	flush        ok  -   0 0 0   0 error
	read-write   ok  r   1 0 0   0 new' local=1 second=error error=ENODATA
}

# --- the spare, beside a bad sector of the main -------------------------------------

@test "the spare block that would be taken cannot be written" {
	on_null_blk '
	read         E   r   0 1 0   0 error
	read-cached  EIO r   0 1 0   0 error
	write        ok  ws  1 0 0   1 new
	write-beside ok  -   0 0 0   0 error
	write-half   ok  ws  1 0 0   1 new
	write-block  ok  ws  1 0 0   1 new
	write-multi  ok  ws  1 0 0   1 new
	write-fua    ok  ws  1 0 0   1 new
	write-cached ok  ws  1 0 0   1 new
	zeroes       ok  ws  1 0 0   1 zero
	discard      E   w   0 0 0   0 error
	flush        ok  -   0 0 0   0 error
	read-write   ok  rs  1 0 0   1 new' local=1 second=error bad="$NULLB/main/badblocks" \
		spare_bad="$NULLB/spare/badblocks" fault=next
}

@test "the spare block that the data is on can neither be read nor written" {
	on_null_blk '
	read         E   s   0 0 0   0 error
	read-block   E   s   0 0 0   0 error
	read-multi   E   s   0 0 0   0 error
	read-cached  EIO s   0 0 0   0 error
	write        ok  s   0 0 0   1 new
	write-beside ok  -   0 0 0   0 error
	write-half   ok  s   0 0 0/1 1 new
	write-block  ok  s   0 0 0   1 new
	write-multi  ok  s   0 0 0   1 new
	write-fua    ok  s   0 0 0   1 new
	write-cached ok  s   0 0 0   1 new
	zeroes       ok  s   0 0 0   1 zero
	discard      EIO  s   0 0 0   0 error
	flush        ok  -   0 0 0   0 error
	read-write   ok  s   0 0 0   1 new' local=1 spare_bad="$NULLB/spare/badblocks" fault=held error=ENODATA
}

@test "no block of the spare can be written" {
	on_null_blk '
	read         E   r   0 1 0   0 error
	write        E   ws  0 0 0   * error
	write-beside ok  -   0 0 0   0 error
	write-block  E   ws  0 0 0   * error
	write-multi  E   ws  0 0 0   * error
	write-fua    E   ws  0 0 0   * error
	write-cached E   ws  0 0 0   * error
	zeroes       E   ws  0 0 0   * error
	flush        ok  -   0 0 0   0 error
	read-write   E   rs  0 * 0   * error' local=1 second=error bad="$NULLB/main/badblocks" \
		spare_bad="$NULLB/spare/badblocks" fault=data
}

@test "no block of the spare is free" {
	on_null_blk '
	read         E      r  0 0 0 0 error
	read-block   E      r  0 0 0 0 error
	read-multi   E      r  0 0 0 0 error
	read-cached  EIO    r  0 0 0 0 error
	write        ENOSPC w  0 0 0 0 error
	write-beside ok     -  0 0 0 0 error
	write-half   ENOSPC w  0 0 0 0 error
	write-block  ENOSPC w  0 0 0 0 error
	write-multi  ENOSPC w  0 0 0 0 error
	write-fua    ENOSPC w  0 0 0 0 error
	write-cached EIO    w  0 0 0 0 error
	zeroes       ENOSPC w  0 0 0 0 error
	discard      E      w  0 0 0 0 error
	flush        ok     -  0 0 0 0 error
	read-write   ENOSPC rw 0 0 0 0 error' local=1 second=error bad="$NULLB/main/badblocks" fault=full
}

@test "a copy of the table cannot be written" {
	on_null_blk "$BAD_SECTOR" local=1 second=error bad="$NULLB/main/badblocks" \
		spare_bad="$NULLB/spare/badblocks" fault=copy
}

@test "no copy of the table can be written" {
	on_null_blk '
	read         E   r   0 0 0   0 error
	read-multi   E   r   0 0 0   0 error
	read-cached  EIO r   0 0 0   0 error
	write        EIO w   0 0 0   0 error
	write-beside ok  -   0 0 0   0 error
	write-half   EIO w   0 0 0   0 error
	write-block  EIO w   0 0 0   0 error
	write-multi  EIO w   0 0 0   0 error
	write-fua    EIO w   0 0 0   0 error
	write-cached EIO w   0 0 0   0 error
	zeroes       EIO w   0 0 0   0 error
	flush        ok  -   0 0 0   0 error' second=error bad="$NULLB/main/badblocks" \
		spare_bad="$NULLB/spare/badblocks" fault=store
}

# --- errors that are not of the medium, or go away ------------------------------------

PASSED_UP='
	read         E   r   0 0 0   0 old
	read-block   E   r   0 0 0   0 old
	read-multi   E   r   0 0 0   0 old
	read-cached  EIO r   0 0 0   0 old
	write        E   w   0 0 0   0 any
	write-block  E   w   0 0 0   0 any
	write-multi  E   w   0 0 0   0 any
	write-fua    E   w   0 0 0   0 any
	write-cached EIO w   0 0 0   0 any
	zeroes       E   w   0 0 0   0 any
	discard      E   w   0 0 0   0 any
	flush        E   -   0 0 0   0 old
	read-write   E   rw  0 0 0   0 any'

@test "a transport that fails" {
	injected 1 "0xf 0 0 0 0 0" $READS,$WRITES,$FLUSHES,$ZEROES,$DISCARDS
	on_scsi "$PASSED_UP" error=ENOLINK "${KEYS[@]}"
}

@test "a disk that is offline is not taken for a bad one" {
	on_scsi '
	read         E   r   0 0 0   0 old
	read-block   E   r   0 0 0   0 old
	write-block  E   w   0 0 0   0 any
	write-fua    E   w   0 0 0   0 any
	zeroes       E   w   0 0 0   0 any
	discard      E   w   0 0 0   0 any
	flush        E   -   0 0 0   0 old' file=state on=$'offline\n' off=$'running\n'
}

# Both end with a plain I/O error after DID_TIME_OUT; the state of the disk makes the difference.
@test "a SCSI disk that does not answer: one sector is bad, a disk that is gone is not" {
	local main sysfs error
	main=$(scsi_disk dev_size_mb=8 delay=0)
	sysfs=/sys/block/${main##*/}/device
	error=/sys/kernel/debug/scsi_debug/$(basename "$(readlink -f "$sysfs")")/error
	null_blk spare 4
	remap_create r "$main" /dev/spare
	remap_attr r errors/neighbours 0
	echo 1 >"$sysfs/timeout"
	echo 1 >"$sysfs/eh_timeout"
	echo 0 >"$sysfs/scsi_disk/$(basename "$(readlink -f "$sysfs")")/max_retries"
	# the disk gives up a write when it is told to, and is well: the block moves
	echo "0 1 0x2a" >"$error"
	write_pattern /dev/mapper/r 80 4096 a
	echo "- 0 0x2a" >"$error"
	assert_equal "$(<"$sysfs/state")" running
	assert_equal "$(remap_status r state remapped)" "ok 1"
	assert_data /dev/mapper/r 80 4096 a
	# it answers nothing at all: no abort, no reset, no question whether it is ready
	echo "0 1 0xff" >"$error"
	echo "3 1 0xff" >"$error"
	run write_pattern /dev/mapper/r 800 4096 b
	assert_failure
	assert_equal "$(<"$sysfs/state")" offline
	run read_direct /dev/mapper/r 1600 4096
	assert_failure
	assert_equal "$(remap_status r state remapped pending)" "ok 1 0"
	# what is on the spare is there
	assert_data /dev/mapper/r 80 4096 a
	remove_devices
	unload scsi_debug
}

@test "commands that time out" {
	local size
	slow_kernel || skip "other kernels have no driver that says so"
	for size in 512 4096; do
		new_null_blk $size
		echo -1 >"$NULLB/main/timeout_inject/times"
		echo 500 >/sys/block/main/queue/io_timeout
		"$MATRIX" main=/dev/main spare=/dev/spare unit=$size blocks="$BLOCKS" error=ETIMEDOUT \
			file="$NULLB/main/timeout_inject/probability" on=100 off=0 <<<'
			read         E   r   0 0 0   0 old
			write        E   w   0 0 0   0 any
			write-block  E   w   0 0 0   0 any
			zeroes       E   w   0 0 0   0 any'
		remove_devices
	done
}

# illegal request, invalid field
REFUSED="0 0 2 5 0x24 0"

@test "a disk that refuses commands" {
	injected 1 "$REFUSED" $READS,$WRITES,$FLUSHES
	on_scsi "$(grep -v -e zeroes -e discard <<<"$PASSED_UP")" error=EREMOTEIO "${KEYS[@]}"
}

@test "a disk that cannot discard and write zeroes, although it said so" {
	# no job tries that twice
	BLOCKS=4096
	injected 1 "$REFUSED" $ZEROES,$DISCARDS
	on_scsi '
	discard      E   w   0 0 0   0 old
	zeroes       ok  w   0 0 0   0 zero' error=EREMOTEIO "${KEYS[@]}"
}

# medium error, unrecovered
MEDIUM="0 0 2 3 0x11 0"

@test "a medium error that goes away at once" {
	injected -1 "$MEDIUM" $READS,$WRITES,$ZEROES
	on_scsi '
	read         ok  r   1 0 0   0 old
	read-block   ok  r   1 0 0   0 old
	read-multi   ok  r   0 0 0   0 old
	read-cached  ok  r   0 0 0   0 old
	write        ok  w   0 0 0   0 new
	write-block  ok  w   0 0 0   0 new
	write-multi  ok  w   0 0 0   0 new
	write-fua    ok  w   0 0 0   0 new
	write-cached ok  w   0 0 0   0 new
	zeroes       ok  w   0 0 0   0 zero
	read-write   ok  r   1 0 0   0 new' "${KEYS[@]}"
}

@test "a medium error that goes away when it is too late" {
	# two retries
	injected -3 "$MEDIUM" $READS,$WRITES,$ZEROES
	on_scsi '
	read-block   E   r   0 1 0   0 old
	write-block  ok  w   1 0 0   0 new
	write-fua    ok  w   1 0 0   0 new
	zeroes       ok  w   1 0 0   0 zero' error=ENODATA "${KEYS[@]}"
}
