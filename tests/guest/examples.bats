#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Every command in README.md, in docs/guide and in the EXAMPLES of the manual pages is run here
# as it stands there, on disks with the same names, and checks the result. Commands
# that need a whole system are listed in examples/not-run with the reason.
# rig: test=uml/3 timeout=900
# shellcheck disable=SC2016 # the examples expand it

load ../lib/common

TOP=/rig
CONFIG=/sys/kernel/config/dm-remap/safe
FS_UUID=4a1c6f0e-5d0b-4f1e-9c51-5ad0c1d3a001

# A disk of 64 MiB with a file system, and a spare on another disk. smartctl and journalctl are
# not in the guest: these print their output for such a disk with a bad sector.
setup() {
	mkdir "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	ln -s $TOP/tools/dmremap/dmremap "$BATS_TEST_TMPDIR/bin/dmremap"
	stand_in smartctl <"$BATS_TEST_DIRNAME/examples/smartctl"
	stand_in journalctl <<<"echo 'Nov 28 10:00:00 nas kernel: critical medium error, dev sdb, sector 100000 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2'"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	: >"$BATS_TEST_TMPDIR/placeholders"
	rm -rf /etc/dm-remap /run/dm-remap /var/lib/dm-remap
	disk sdb 64
	disk sdc1 8
	mkfs.ext4 -q -U $FS_UUID /dev/sdb
	mount /dev/sdb /mnt
	echo hello >/mnt/file
	umount /mnt
}
teardown() {
	cd /
	umount -A /mnt/dev /mnt/proc /mnt/sys 2>/dev/null || :
	rm -rf /dev/disk /etc/dm-remap /etc/fstab /etc/lvm
	[ ! -e /dev/vg0 ] || rm -rf /dev/vg0
	remove_devices
	unload dm_remap_reassembly dm_remap_stats
}
teardown_file() { clean_up; }

stand_in() {
	{ echo "#!/bin/bash"; cat; } >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

# disk NAME MIB: with a name by which it is known again
disk() {
	null_blk "$1" "$2"
	mkdir -p /dev/disk/by-id
	ln -s "../../$1" "/dev/disk/by-id/wwn-0x5000c5$(printf %s "$1" | od -An -tx1 | tr -d ' ')"
}

commands_of() { gawk -f "$BATS_TEST_DIRNAME/examples/extract" "$TOP/$1"; }

unplug() { echo 0 >"$NULLB/$1/power"; }
plug() { echo 1 >"$NULLB/$1/power"; }

# page FILE: what "example" is about
page() {
	PAGE=$1
	commands_of "$PAGE" >"$BATS_TEST_TMPDIR/commands"
	[ -s "$BATS_TEST_TMPDIR/commands" ]
}

# documents: all pages that have commands
documents() {
	(cd $TOP && printf '%s\n' README.md docs/guide/*.md docs/man/*)
}

# sentences: "example" refers to spans in a sentence, on any page; once is enough
sentences() {
	local file
	PAGE=sentence
	for file in $(documents); do commands_of "$file"; done | grep ^span >"$BATS_TEST_TMPDIR/commands"
}

# placeholder WORD TEXT: the text to type for WORD
placeholder() { printf '%s\n' "s,\\(^\\|[^A-Za-z-]\\)$1\\($\\|[^A-Za-z-]\\),\\1$2\\2,g" >>"$BATS_TEST_TMPDIR/placeholders"; }

# example STATUS COMMAND: run it, in this shell; the page has it, and it ends with STATUS.
# Its output is in "printed". INPUT is a file for its standard input.
example() {
	local expected=$1 command=$2 status=0 text
	cut -d' ' -f2- "$BATS_TEST_TMPDIR/commands" | grep -qxF -- "$command" ||
		{ echo "$PAGE has no \"$command\"" >&2; return 1; }
	echo "$PAGE: $command" >>"$BATS_FILE_TMPDIR/run"
	text=$(sed -f "$BATS_TEST_TMPDIR/placeholders" <<<"$command")
	eval "$text" >"$BATS_TEST_TMPDIR/printed" 2>&1 <"${INPUT:-/dev/null}" 3>&- 4>&- || status=$?
	[ "$status" = "$expected" ] || {
		echo "$text: exit status $status instead of $expected" >&2
		cat "$BATS_TEST_TMPDIR/printed" >&2
		return 1
	}
}

# printed REGEX: the last example did
printed() {
	grep -qE -- "$1" "$BATS_TEST_TMPDIR/printed" || { cat "$BATS_TEST_TMPDIR/printed" >&2; return 1; }
}

new_set() { dmremap create safe /dev/sdb /dev/sdc1 >/dev/null 2>&1; }
sealed() { assert_equal "$(blkid -p -o value -s PTTYPE /dev/sdb) $(blkid -p -o value -s TYPE /dev/sdb)" "dos "; }
not_active() { [ ! -e "/dev/mapper/$1" ]; }
active() { assert_equal "$(remap_status "$1" state)" "${2:-ok}"; }

# has_file DEVICE: the file system is there
has_file() {
	mount -o ro "$1" /mnt
	assert_equal "$(</mnt/file)" hello
	umount /mnt
}

# volume_group: vg0 on /dev/sde, with room
volume_group() {
	mkdir -p /etc/lvm
	echo 'activation { udev_sync=0 udev_rules=0 } devices { scan=["/dev"] types=["nullb",16] use_devicesfile=0 } backup { backup=0 archive=0 }' >/etc/lvm/lvm.conf
	disk sde 256
	vgcreate -q vg0 /dev/sde 3>&- 4>&-
}

# --- manual pages ---------------------------------------------------------------------

@test "dmremap(8)" {
	page docs/man/dmremap.8
	example 0 "dmremap create safe /dev/sdb /dev/sdc1"
	active safe
	example 0 "dmremap import --from-disk safe"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	example 0 "dmremap seal safe"
	sealed
	example 0 "mount /dev/mapper/safe /mnt"
	assert_equal "$(</mnt/file)" hello
	example 0 "dmremap status safe"
	printed degraded
}

@test "dmremap-advise(8)" {
	page docs/man/dmremap-advise.8
	example 2 "dmremap advise /dev/sdb"
	example 0 "smartctl --json -x /dev/sda >sda.json"
	example 2 "dmremap advise --smartctl sda.json"
	volume_group
	example 0 'lvcreate -L $(dmremap advise --spare /dev/sdb)b -n spare vg0'
	[ "$(sectors /dev/vg0/spare)" -ge 32768 ]
	dmremap create safe /dev/sdb /dev/vg0/spare
	active safe
	[ "$(<$CONFIG/remaps/capacity)" -ge 4096 ]
}

@test "dmremap-create(8), dmremap-format(8)" {
	page docs/man/dmremap-create.8
	example 0 "dmremap create --dry-run safe /dev/sdb /dev/sdc1"
	not_active safe
	assert_equal "$(used_bytes /dev/sdc1)" 0
	example 0 "dmremap create safe /dev/sdb /dev/sdc1"
	active safe
	has_file /dev/mapper/safe
	dmremap delete safe
	example 0 "dmremap format --name safe /dev/sdb /dev/sdc1"
	not_active safe
	dmremap assemble safe
	active safe
}

@test "dmremap-seal(8), dmremap-unseal(8)" {
	page docs/man/dmremap-seal.8
	new_set
	example 0 "dmremap seal safe"
	example 0 "blkid -p /dev/sdb"
	sealed
	has_file /dev/mapper/safe
	example 0 "dmremap unseal --dry-run safe"
	sealed
	example 0 "dmremap unseal safe"
	dmremap stop safe
	has_file /dev/sdb
}

@test "dmremap-salvage(8)" {
	page docs/man/dmremap-salvage.8
	new_set
	dmremap seal safe
	dmremap stop safe
	# the spare dies
	unplug sdc1
	example 0 "dmremap salvage --dry-run /dev/sdb"
	example 0 "dmremap salvage --output sdb.img /dev/sdb"
	example 0 "mount -o ro,loop sdb.img /mnt"
	assert_equal "$(</mnt/file)" hello
	umount /mnt
	example 0 "dmremap salvage --remove-label --yes /dev/sdb"
	has_file /dev/sdb
}

@test "dmremap-assemble(8)" {
	page docs/man/dmremap-assemble.8
	new_set
	dmremap stop safe
	example 0 "dmremap assemble safe"
	active safe
	dmremap stop safe
	rm -r /etc/dm-remap
	example 0 "dmremap assemble --once /dev/sdb /dev/sdc1"
	active safe
	[ ! -e /etc/dm-remap/sets.d ]
	dmremap stop safe
	example 0 "dmremap assemble --all"
	not_active safe
	dmremap assemble safe
	dmremap stop safe
	example 0 "dmremap assemble --all"
	active safe
	dmremap stop safe
	unload dm_remap_reassembly
	example 0 "modprobe dm_remap_reassembly devices=/dev/sdb,/dev/sdc1"
	example 0 "dmremap assemble"
	active safe
	dmremap stop safe
	unplug sdc1
	unload dm_remap_reassembly
	example 0 "dmremap assemble --degraded --name old /dev/sdb"
	has_file /dev/mapper/old
}

@test "dmremap-stop(8)" {
	page docs/man/dmremap-stop.8
	new_set
	example 0 "dmremap stop safe"
	not_active safe
	dmremap assemble safe
	example 0 "dmremap stop --all"
	not_active safe
}

@test "dmremap-scan(8)" {
	page docs/man/dmremap-scan.8
	new_set
	dmremap seal safe
	example 0 "dmremap scan"
	printed "/dev/sdb .*main"
	printed "/dev/sdc1 .*spare"
	example 0 "dmremap scan /dev/sdb /dev/sdc1"
	printed "/dev/sdb .*main"
	example 0 "dmremap scan --udev /dev/sdc1"
	printed "^DM_REMAP_ROLE=spare$"
	printed "^DM_REMAP_NAME=safe$"
}

@test "dmremap-wait(8)" {
	page docs/man/dmremap-wait.8
	new_set
	dmremap stop safe
	{ sleep 1; dmremap assemble safe; } 3>&- 4>&- >/dev/null 2>&1 &
	example 0 "dmremap wait safe --timeout 90 && mount /dev/mapper/safe /mnt"
	wait
	assert_equal "$(</mnt/file)" hello
}

@test "dmremap-status(8)" {
	page docs/man/dmremap-status.8
	new_set
	example 0 "dmremap status"
	printed "^safe .*ok"
	example 0 "dmremap status safe"
	printed /dev/sdb
	dmsetup message safe 0 mark 4096 8
	example 0 'dmremap status --check safe || echo "exit status $?"'
	printed "^exit status 1$"
	dmremap stop safe
	modprobe dm_remap_reassembly devices=/dev/sdb,/dev/sdc1
	example 0 "dmremap status --json | jq -r '.sets[] | select(.active | not) | .message'"
	printed "dmremap assemble"
}

@test "dmremap-set(8)" {
	page docs/man/dmremap-set.8
	new_set
	example 0 "dmremap set safe"
	printed "^errors/storm_limit="
	example 0 "dmremap set safe errors/retries"
	printed "^errors/retries=[0-9]+$"
	example 0 "dmremap set safe errors/slow_ms=2000 scrub/rate_kib=20000"
	assert_equal "$(<$CONFIG/errors/slow_ms) $(<$CONFIG/scrub/rate_kib)" "2000 20000"
}

@test "dmremap-resume(8)" {
	page docs/man/dmremap-resume.8
	new_set
	# those that are read in the background would make the next storm
	dmremap set safe errors/storm_limit=4 errors/neighbours=0
	null_blk_bad sdb +100000-108191
	dd if=/dev/zero of=/dev/mapper/safe bs=4096 seek=12500 count=16 oflag=direct status=none || :
	active safe suspended-remaps
	example 0 "dmremap resume safe"
	assert_equal "$(remap_status safe state)" ok
}

@test "dmremap-sync(8)" {
	page docs/man/dmremap-sync.8
	new_set
	dmremap add safe 4096+8
	example 0 "dmremap sync safe"
	assert_equal "$(<$CONFIG/metadata/state)" clean
}

@test "dmremap-rename(8)" {
	page docs/man/dmremap-rename.8
	new_set
	example 0 "dmremap rename safe archive"
	active archive
	not_active safe
	grep -qx name=archive "/etc/dm-remap/sets.d/$(<${CONFIG%safe}archive/uuid)"
	# as after a power cut, on a host that does not know the set
	dd if=/dev/sdc1 of=spare.img bs=1M iflag=direct status=none
	dmremap stop archive
	dd if=spare.img of=/dev/sdc1 bs=1M oflag=direct status=none
	rm -r /etc/dm-remap
	dmremap assemble archive
	active archive
}

@test "dmremap-delete(8)" {
	page docs/man/dmremap-delete.8
	new_set
	dmremap seal safe
	example 0 "dmremap delete safe"
	not_active safe
	has_file /dev/sdb
	assert_equal "$(used_bytes /dev/sdc1 0 4096)" 0
	new_set
	dmremap add safe 4096+8
	dmremap stop safe
	# the main dies
	unplug sdb
	example 0 "dmremap delete --give-up --yes /dev/sdc1"
	assert_equal "$(used_bytes /dev/sdc1 0 4096)" 0
}

@test "dmremap-clone-uuid(8)" {
	page docs/man/dmremap-clone-uuid.8
	new_set
	dmremap seal safe
	dmremap sync safe
	disk sdd 64
	disk sde1 8
	dmremap stop safe
	dd if=/dev/sdb of=/dev/sdd bs=1M status=none
	dd if=/dev/sdc1 of=/dev/sde1 bs=1M status=none
	example 0 "dmremap clone-uuid --name second /dev/sdd /dev/sde1"
	example 0 "dmremap assemble /dev/sdd /dev/sde1"
	dmremap assemble safe
	active safe
	active second
	has_file /dev/mapper/second
}

@test "dmremap-grow(8)" {
	local before
	page docs/man/dmremap-grow.8
	volume_group
	lvcreate -q -n spare -L 16M vg0 3>&- 4>&-
	dmremap create safe /dev/sdb /dev/vg0/spare
	before=$(<$CONFIG/remaps/capacity)
	example 0 "lvextend -L +64M vg0/spare"
	example 0 "dmremap grow safe"
	[ "$(<$CONFIG/remaps/capacity)" -gt $((3 * before)) ]
}

@test "dmremap-replace(8)" {
	page docs/man/dmremap-replace.8
	new_set
	disk sdd 64
	null_blk_bad sdb +100000-100000
	mount /dev/mapper/safe /mnt
	echo more >/mnt/more
	sync
	example 4 "dmremap replace --mapfile sdb.map safe /dev/sdd"
	grep -q '^0x030D4000 .* -$' sdb.map
	assert_equal "$(</mnt/file) $(</mnt/more)" "hello more"
	umount /mnt
	assert_equal "$(<$CONFIG/main)" "$(mountpoint -x /dev/sdd)"
	assert_equal "$(<$CONFIG/remaps/count)" 0
	dmremap stop safe
	has_file /dev/sdd
}

@test "dmremap-replace-spare(8)" {
	page docs/man/dmremap-replace-spare.8
	new_set
	disk sde1 16
	dmremap add safe 4096+8
	example 0 "dmremap replace-spare safe /dev/sde1"
	assert_equal "$(<$CONFIG/spare/device)" "$(mountpoint -x /dev/sde1)"
	assert_equal "$(<$CONFIG/remaps/count)" 1
	assert_equal "$(used_bytes /dev/sdc1 0 4096)" 0
}

@test "dmremap-dump(8), dmremap-check(8), dmremap-repair(8)" {
	page docs/man/dmremap-dump.8
	new_set
	dmsetup message safe 0 mark 4096 8
	dmremap stop safe
	dd if=/dev/zero of=/dev/sdc1 bs=4096 count=1 oflag=direct status=none
	example 1 "dmremap check /dev/sdc1 || dmremap repair --yes /dev/sdc1"
	dmremap check /dev/sdc1
	example 0 "dd if=/dev/sdc1 of=spare.img bs=1M status=none"
	example 0 "dmremap dump --json spare.img | jq '.entries[] | select(.state == \"pending\")'"
	printed '"main_sector": 4096'
}

@test "dmremap-stats(8)" {
	page docs/man/dmremap-stats.8
	new_set
	example 0 "modprobe dm_remap_stats"
	example 0 "dmremap stats safe"
	printed "^ *remapped_reads|remapped reads"
	example 0 "dmremap stats --json | jq '.devices[] | {name, state, free: .spare.free}'"
	printed '"free": [0-9]+'
}

@test "dmremap-top(8)" {
	page docs/man/dmremap-top.8
	new_set
	example 0 "dmremap top --interval 0.5 --count 3 safe >rates.txt"
	assert_equal "$(grep -c '^safe: ok' rates.txt)" 3
}

@test "dmremap-map(8)" {
	page docs/man/dmremap-map.8
	new_set
	dmremap add safe 4096+80
	example 0 "dmremap map safe"
	printed "10"
	example 0 "dmremap map --save safe >safe.list"
	assert_equal "$(wc -l <safe.list)" 11
	example 0 "dmremap map --svg --list safe.list >safe.svg"
	grep -q '^<svg' safe.svg
}

@test "dmremap-list(8)" {
	page docs/man/dmremap-list.8
	new_set
	dmremap add safe 4096+8
	dmsetup message safe 0 mark 8192 16
	example 0 "dmremap list safe"
	printed "4096 .*remapped"
	example 0 "dmremap list --json safe | jq '[.blocks[] | select(.state == \"pending\")] | length'"
	printed "^2$"
	example 0 "dmremap list --json safe | jq '[.blocks[] | select(.reason == \"slow\")] | length'"
	printed "^0$"
}

@test "dmremap-metrics(8)" {
	page docs/man/dmremap-metrics.8
	new_set
	example 0 "dmremap metrics | grep dm_remap_info"
	printed 'dm_remap_info\{.*"safe"'
	example 0 "dmremap metrics --output dm-remap.prom"
	grep -q '^dm_remap_info{' dm-remap.prom
}

@test "dmremap-monitor(8), dm-remap.conf(5)" {
	page docs/man/dmremap-monitor.8
	new_set
	mkdir -p /usr/local/sbin
	# what both pages have as an example of a configuration
	commands_of docs/man/dm-remap.conf.5 | sed -n 's/^code \([A-Z]\)/\1/p' \
		>/etc/dm-remap/monitor.conf
	printf '#!/bin/bash\necho "$*" >>%s/told\n' "$PWD" >/usr/local/sbin/dm-remap-event
	printf '#!/bin/bash\ncat >>%s/mail\n' "$PWD" >/usr/sbin/sendmail
	chmod +x /usr/local/sbin/dm-remap-event /usr/sbin/sendmail
	example 0 "dmremap monitor --test safe"
	grep -q "^test safe $(<$CONFIG/uuid)" told
	grep -q "^To: root" mail
	example 0 'echo "PROGRAM /usr/local/sbin/dm-remap-event" >my.conf'
	rm -rf /run/dm-remap
	cat $CONFIG/spare/free >$CONFIG/spare/low_water
	example 0 "dmremap monitor --config my.conf --once"
	grep -q "^low-spare safe" told
	rm /usr/sbin/sendmail
	# and of the other file
	commands_of docs/man/dm-remap.conf.5 | sed -n 's/^code \([a-z]\)/\1/p' \
		>/etc/dm-remap/dm-remap.conf
	run -0 dmremap scrub --all
	run -0 dmremap assemble --all --auto
}

@test "dmremap-scrub(8)" {
	page docs/man/dmremap-scrub.8
	new_set
	example 0 "dmremap scrub safe start"
	retry_until 60 grep -q idle $CONFIG/scrub/state
	example 0 "dmremap scrub safe"
	assert_equal "$(grep -c . $CONFIG/scrub/last_result)" 1
	example 0 "dmremap scrub --all"
}

@test "dmremap-files(8)" {
	page docs/man/dmremap-files.8
	local first
	new_set
	mount /dev/mapper/safe /mnt
	dd if=/dev/urandom of=/mnt/video bs=64K count=1 status=none
	sync
	first=$(filefrag -b4096 -e /mnt/video | sed -n 's/^ *0: [^:]*: *\([0-9]*\)\..*/\1/p')
	umount /mnt
	dmsetup message safe 0 mark $((first * 8)) 8
	dmsetup message safe 0 forget $((first * 8)) 8
	null_blk_bad sdb +$((first * 8 + 8))-$((first * 8 + 8))
	dmsetup message safe 0 mark $((first * 8 + 8)) 8
	example 0 "dmremap files safe"
	printed "video"
}

@test "dmremap-add(8), dmremap-remove(8)" {
	page docs/man/dmremap-add.8
	new_set
	example 0 "dmremap add safe 4096+16 10000"
	assert_equal "$(remap_list safe | cut -d' ' -f1 | paste -sd' ')" "4096 4104 10000"
	example 0 "dmremap remove safe 4096+16"
	assert_equal "$(remap_list safe | cut -d' ' -f1 | paste -sd' ')" "10000"
}

@test "dmremap-cure(8)" {
	page docs/man/dmremap-cure.8
	new_set
	dmremap add safe 4096+8
	example 0 "dmremap cure safe"
	assert_equal "$(<$CONFIG/remaps/count)" 0
	disk sdd 16
	write_pattern /dev/sdd 0 8388608 a
	example 0 "dmremap cure /dev/sdd --sector 12345"
	example 0 "dmremap cure /dev/sdd --sector 12345 --overwrite --yes"
	assert_data /dev/sdd 12344 4096 a $((12344 * 512))
	null_blk_bad sdd +12345-12345
	run -4 dmremap cure /dev/sdd --sector 12345
}

@test "dmremap-import(8)" {
	page docs/man/dmremap-import.8
	new_set
	example 0 "dmremap import --from-disk safe"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	dmremap remove safe 100000
	example 0 "smartctl -x /dev/sdb | dmremap import safe -"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	dmremap remove safe 100000
	example 0 "journalctl -k | dmremap import safe -"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	dmremap remove safe 100000
	null_blk_bad sdb +100000-100000
	example 0 "badblocks -b 4096 -o bad.list /dev/sdb"
	example 0 "dmremap import -f badblocks -b 4096 safe bad.list"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	dmremap remove safe 100000
	example 0 "ddrescue /dev/sdb copy.img map"
	example 0 "dmremap import --dry-run safe map"
	printed "^100000 8$"
	assert_equal "$(<$CONFIG/remaps/pending)" 0
}

@test "dmremap-export(8)" {
	page docs/man/dmremap-export.8
	new_set
	dmsetup message safe 0 mark 4096 8
	example 0 "dmremap export --format ddrescue safe >safe.map"
	grep -qiE '^0x0*200000 .* -$' safe.map
	example 0 "dmremap export --json safe | jq '.ranges[] | select(.state == \"pending\")'"
	printed '"start": 4096'
}

@test "dm-remap(4)" {
	page docs/man/dm-remap.4
	unload dm_remap_metadata dm_remap
	example 0 "modprobe dm_remap hash_min_buckets=128"
	example 0 "blkdiscard -f -z /dev/sdc1"
	example 0 'dmsetup create safe --table "0 $(blockdev --getsz /dev/sdb) remap /dev/sdb 0 /dev/sdc1"'
	active safe
	assert_equal "$(<$CONFIG/hash/buckets)" 128
	example 0 "dmsetup status safe"
	example 0 "dmsetup message safe 0 add 4096 16"
	example 0 "dmsetup message safe 0 sync"
	example 0 "dmsetup message safe 0 list"
	printed "^4096 [0-9]+ 8 remapped 0x0 0x0$"
	dmsetup remove safe
	unload dm_remap_metadata dm_remap
}

@test "dm-remap(5)" {
	page docs/man/dm-remap.5
	new_set
	example 0 "cat /sys/kernel/config/dm-remap/safe/state"
	printed "^ok$"
	example 0 "cat /sys/kernel/config/dm-remap/safe/remaps/count"
	example 0 "echo 0 >/sys/kernel/config/dm-remap/safe/errors/retries"
	example 0 "echo 4096 16 >/sys/kernel/config/dm-remap/safe/remaps/mark"
	assert_equal "$(<$CONFIG/errors/retries) $(<$CONFIG/remaps/pending)" "0 2"
	example 0 "modprobe dm_remap_stats"
	example 0 "cat /sys/kernel/dm-remap/safe/stats/remapped_writes"
	printed "^0$"
}

# --- README and guide -----------------------------------------------------------------

@test "README.md" {
	page README.md
	example 2 "dmremap advise /dev/sdb"
	example 0 "dmremap create safe /dev/sdb /dev/sdc1"
	active safe
	example 0 "dmremap import --from-disk safe"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	example 0 "dmremap seal safe"
	sealed
	has_file /dev/mapper/safe
	example 0 "dmremap status safe"
	printed degraded
	example 0 "dmremap delete safe"
	not_active safe
	has_file /dev/sdb
}

@test "docs/guide/first-disk.md" {
	page docs/guide/first-disk.md
	printf 'label: dos\nstart=2048, size=122880, type=83\n' | sfdisk -q --no-tell-kernel --force /dev/sdb
	blockdev --rereadpt /dev/sdb
	retry_until 10 [ -b /dev/sdb1 ]
	mkfs.ext4 -q -U $FS_UUID /dev/sdb1
	mkdir -p /srv
	mount /dev/sdb1 /srv
	echo hello >/srv/file
	volume_group
	example 2 "dmremap advise /dev/sdb"
	example 0 "dmremap advise --spare /dev/sdb"
	printed "^[0-9]+$"
	# 64 MiB are enough
	[ "$(<"$BATS_TEST_TMPDIR/printed")" -le $((64 << 20)) ]
	example 0 "lvcreate -n spare -L 64M vg0"
	example 0 "umount /srv"
	example 0 "dmremap create safe /dev/sdb1 /dev/vg0/spare"
	active safe
	example 0 "dmremap import --from-disk safe"
	assert_equal "$(remap_list safe | cut -d' ' -f1,4)" "97952 pending"
	example 0 "dmremap seal safe"
	assert_equal "$(blkid -p -o value -s TYPE /dev/sdb1)" ""
	sed -n 's/^code UUID=/UUID=/p' "$BATS_TEST_TMPDIR/commands" >/etc/fstab
	# there is no udev that would make the link, so mount looks for the UUID itself
	example 0 "mount /srv"
	assert_equal "$(</srv/file) $(findmnt -no SOURCE /srv)" "hello /dev/mapper/safe"
	example 0 "dmremap status safe"
	printed degraded
	example 1 "dmremap status --check"
	umount /srv
}

@test "docs/guide/root.md" {
	page docs/guide/root.md
	disk sda2 64
	dd if=/dev/sdb of=/dev/sda2 bs=1M status=none
	unplug sdb
	disk sdb1 8
	stand_in smartctl <<<"exit 127"
	stand_in reboot <<<"touch $PWD/rebooted"
	mount /dev/sda2 /mnt
	mkdir /mnt/dev /mnt/proc /mnt/sys
	umount /mnt
	example 0 "dmremap create root /dev/sda2 /dev/sdb1"
	active root
	example 0 "dmremap import --from-disk root"
	example 0 "dmremap seal root"
	example 0 "mount /dev/mapper/root /mnt"
	example 0 'for d in dev proc sys; do mount --rbind --make-rslave /$d /mnt/$d; done'
	example 0 "mkdir -p /mnt/etc/dm-remap/sets.d"
	example 0 "cp /etc/dm-remap/sets.d/* /mnt/etc/dm-remap/sets.d/"
	[ -s "/mnt/etc/dm-remap/sets.d/$(<${CONFIG%safe}root/uuid)" ]
	example 0 "umount -R /mnt && dmremap stop root && reboot"
	[ -e rebooted ]
	not_active root
	# as in the initramfs, where the module is shown the disks
	modprobe dm_remap_reassembly devices=/dev/sda2,/dev/sdb1
	example 4 "dmremap status"
	example 0 "dmremap assemble root"
	active root
	dmremap stop root
	unplug sdb1
	unload dm_remap_reassembly
	example 0 "dmremap assemble --degraded root"
	assert_equal "$(blockdev --getro /dev/mapper/root)" 1
}

@test "docs/guide/when-a-disk-fails.md: bad sectors, a spare that is full, a disk that comes back" {
	local before
	page docs/guide/when-a-disk-fails.md
	placeholder NAME safe
	volume_group
	lvcreate -q -n spare -L 16M vg0 3>&- 4>&-
	dmremap create safe /dev/sdb /dev/vg0/spare
	dmsetup message safe 0 mark 100000 8
	example 0 "dmremap status NAME"
	example 0 "dmremap files NAME --lost"
	example 0 "dmremap files NAME --pending"
	printed free
	example 0 "dmremap scrub NAME start"
	retry_until 60 grep -q idle $CONFIG/scrub/state
	lvextend -q -L +16M vg0/spare 3>&- 4>&-
	before=$(<$CONFIG/remaps/capacity)
	example 0 "dmremap grow NAME"
	[ "$(<$CONFIG/remaps/capacity)" -gt "$before" ]
	disk new 16
	example 0 "dmremap replace-spare NAME /dev/new"
	assert_equal "$(<$CONFIG/spare/device)" "$(mountpoint -x /dev/new)"
	example 0 "dmremap stop NAME"
	not_active safe
	example 0 "dmremap assemble NAME"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
}

@test "docs/guide/when-a-disk-fails.md: a new disk by hand" {
	page docs/guide/when-a-disk-fails.md
	placeholder NAME safe
	new_set
	disk newdisk 64
	mkdir -p /srv
	mount /dev/mapper/safe /srv
	null_blk_bad sdb +100000-100000
	dmsetup message safe 0 mark 100000 8
	example 0 "dmremap export NAME --format ddrescue >known.map"
	grep -q -- '-$' known.map
	example 0 "umount /srv"
	example 0 "ddrescue --force /dev/mapper/NAME /dev/newdisk new.map"
	has_file /dev/newdisk
	example 0 "ddrescue --force /dev/mapper/NAME /dev/newdisk map.txt"
	mount /dev/mapper/safe /srv
	example 0 "umount /srv"
	null_blk_bad sdb -100000-100000
	example 0 "dmremap delete NAME"
	has_file /dev/sdb
}

@test "docs/guide/when-a-disk-fails.md: a new disk, copies, single sectors" {
	page docs/guide/when-a-disk-fails.md
	placeholder NAME safe
	placeholder MAIN-COPY /dev/sdd
	placeholder SPARE-COPY /dev/sde1
	new_set
	dmremap add safe 4096+8
	example 0 "dmremap cure NAME"
	assert_equal "$(<$CONFIG/remaps/count)" 0
	dmremap seal safe
	dmremap stop safe
	disk sdd 64
	disk sde1 8
	dd if=/dev/sdb of=/dev/sdd bs=1M status=none
	dd if=/dev/sdc1 of=/dev/sde1 bs=1M status=none
	example 0 "dmremap clone-uuid MAIN-COPY SPARE-COPY"
	dmremap assemble safe
	active safe
	disk newdisk 64
	example 0 "dmremap replace --mapfile new.map NAME /dev/newdisk"
	assert_equal "$(<$CONFIG/main)" "$(mountpoint -x /dev/newdisk)"
	has_file /dev/mapper/safe
	dmremap stop safe
	example 0 "dmremap cure /dev/sdb --sector 123456"
}

@test "docs/guide/when-a-disk-fails.md: the spare has left the system" {
	page docs/guide/when-a-disk-fails.md
	placeholder NAME safe
	placeholder MAIN /dev/sdb
	placeholder NEW /dev/sde1
	unload scsi_debug
	disk sde1 8
	spare=$(scsi_disk dev_size_mb=8)
	dmremap create safe /dev/sdb "$spare"
	dmremap add safe 100000+8
	mkdir -p /srv
	mount /dev/mapper/safe /srv
	echo 1 >"/sys/block/$(basename "$spare")/device/delete"
	example 0 "dmremap export NAME --format ddrescue >moved.map"
	example 0 "umount /srv"
	echo y >yes
	INPUT=yes example 4 "dmremap delete --give-up NAME"
	example 0 "dmremap create NAME MAIN NEW"
	example 0 "dmremap import NAME moved.map"
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	has_file /dev/mapper/safe
}

@test "docs/guide/when-a-disk-fails.md: the spare is dead" {
	page docs/guide/when-a-disk-fails.md
	placeholder NAME safe
	placeholder MAIN /dev/sdb
	new_set
	dmremap stop safe
	dd if=/dev/sdc1 of=spare.img bs=1M status=none
	unplug sdc1
	example 0 "dmremap assemble --degraded --name NAME MAIN"
	has_file /dev/mapper/safe
	dmremap stop safe
	plug sdc1
	dd if=spare.img of=/dev/sdc1 bs=1M status=none
	dmremap assemble safe
	dmremap seal safe
	dmremap stop safe
	unplug sdc1
	unload dm_remap_reassembly
	example 0 "dmremap salvage MAIN"
	has_file /dev/mapper/safe-salvage
}

@test "docs/guide/enlarging.md" {
	local before
	page docs/guide/enlarging.md
	volume_group
	lvcreate -q -Wn -n spare -L 16M vg0 3>&- 4>&-
	lvcreate -q -Wn -n data -L 64M vg0 3>&- 4>&-
	mkfs.ext4 -q /dev/vg0/data
	dmremap create safe /dev/vg0/data /dev/vg0/spare
	dmremap seal safe
	mount /dev/mapper/safe /mnt
	echo hello >/mnt/file
	before=$(<$CONFIG/remaps/capacity)
	example 0 "lvextend -L +64M vg0/spare"
	example 0 "dmremap grow safe"
	[ "$(<$CONFIG/remaps/capacity)" -gt "$before" ]
	example 0 "dmremap unseal safe"
	example 0 "lvextend -L +64M vg0/data"
	example 0 "dmremap grow --main safe"
	example 0 "dmremap seal safe"
	assert_equal "$(sectors /dev/mapper/safe)" $((128 * 2048))
	# of the file system, below its mount
	before=$(stat -f -c %b /mnt)
	example 0 "resize2fs /dev/mapper/safe"
	[ "$(stat -f -c %b /mnt)" -gt $((before * 3 / 2)) ]
	umount /mnt
	has_file /dev/mapper/safe
}

@test "docs/guide/upgrade.md" {
	page docs/guide/upgrade.md
	mkdir -p /srv
	dmremap create safe /dev/sdb /dev/sdc1
	dmremap seal safe
	modprobe dm_remap_stats
	echo "UUID=$FS_UUID /srv ext4 defaults,nofail 0 2" >/etc/fstab
	mount /srv
	example 0 "umount /srv"
	example 0 "dmremap stop safe"
	example 0 "modprobe -r dm_remap_stats dm_remap_reassembly dm_remap_metadata dm_remap"
	[ ! -e /sys/module/dm_remap ]
	example 0 "dmremap assemble safe"
	active safe
	example 0 "mount /srv"
	assert_equal "$(</srv/file)" hello
	umount /srv
}

@test "docs/guide/without-the-tool.md" {
	page docs/guide/without-the-tool.md
	# shellcheck disable=SC2034 # in the examples
	MAIN=/dev/sdb SPARE=/dev/sdc1
	placeholder /dev/sdX /dev/sdd
	example 0 'blkdiscard -f -z $SPARE'
	example 0 'dmsetup create safe --table "0 $(blockdev --getsz $MAIN) remap $MAIN 0 $SPARE"'
	active safe
	dmremap seal safe
	dmsetup remove safe
	unload dm_remap_reassembly
	example 0 "modprobe dm_remap_reassembly devices=/dev/sdb,/dev/sdc1"
	example 0 'cd /sys/kernel/config/dm-remap-reassembly/sets/*/ && dmsetup create "$(cat name)" --table "$(cat table)"'
	cd "$BATS_TEST_TMPDIR/work"
	active safe
	example 0 "dmsetup status safe"
	# the page has as many fields
	assert_equal "$(wc -w <"$BATS_TEST_TMPDIR/printed")" "$(sed -n 's/^code \(0 .* remap \)/\1/p' "$BATS_TEST_TMPDIR/commands" | wc -w)"
	example 0 "dmsetup message safe 0 list"
	example 0 "cat /sys/kernel/config/dm-remap/safe/state"
	example 0 "cat /sys/kernel/config/dm-remap/safe/remaps/count"
	example 0 "cat /sys/kernel/config/dm-remap/safe/spare/free"
	example 0 "cat /sys/kernel/config/dm-remap/safe/metadata/state"
	printed "^clean$"
	example 0 "modprobe dm_remap_stats"
	example 0 "cat /sys/kernel/dm-remap/safe/stats/main_write_errors"
	printed "^0$"
	example 0 "cd /sys/kernel/config/dm-remap/safe"
	example 0 "echo 4096 16 >remaps/mark"
	example 0 "echo 8192 16 >remaps/add"
	assert_equal "$(<remaps/pending)" 2
	example 0 "echo 8192 16 >remaps/remove"
	example 0 "echo spread >spare/policy"
	grep -q '\[spread\]' spare/policy
	example 0 "echo 0 >errors/auto_remap"
	cd "$BATS_TEST_TMPDIR/work"
	# the disk comes back under another name
	disk sdd 64
	dd if=/dev/sdb of=/dev/sdd bs=1M status=none
	example 0 "dmsetup wipe_table safe"
	example 0 'dmsetup reload safe --table "0 $(blockdev --getsz /dev/sdX) remap /dev/sdX 0 $SPARE"'
	example 0 "dmsetup resume safe"
	has_file /dev/mapper/safe
	assert_equal "$(<$CONFIG/main)" "$(mountpoint -x /dev/sdd)"
}

# --- in sentences -------------------------------------------------------------------------

@test "in a sentence: looking at a set, and changing it" {
	sentences
	placeholder NAME safe
	placeholder MAIN /dev/sdb
	placeholder SPARE /dev/sdc1
	placeholder DEVICE /dev/sdb
	placeholder DISK /dev/sdd
	placeholder KEY errors/retries
	placeholder START+COUNT 8192+8
	placeholder N 128
	placeholder MS 1000
	placeholder /dev/sdX /dev/sdb
	placeholder ID wwn-0x5000c5736462
	disk sdd 8
	new_set
	example 0 "dmremap --version"
	example 0 "dmremap status NAME"
	example 0 "dmremap status safe"
	example 0 "dmremap list NAME"
	example 0 "dmremap set NAME"
	example 0 "dmremap set NAME KEY"
	example 0 "dmremap set NAME spare/reserve=0"
	assert_equal "$(<$CONFIG/spare/reserve)" 0
	example 0 "dmremap set NAME errors/on_read_error=zero"
	grep -q '\[zero\]' $CONFIG/errors/on_read_error
	example 0 "dmremap set NAME errors/slow_ms=2000"
	assert_equal "$(<$CONFIG/errors/slow_ms)" 2000
	example 0 "dmremap set NAME errors/slow_ms=MS"
	assert_equal "$(<$CONFIG/errors/slow_ms)" 1000
	example 0 "dmremap set NAME scrub/region_mib=0"
	assert_equal "$(<$CONFIG/scrub/region_mib)" 0
	example 0 "dmremap set NAME hash/min_buckets=N"
	assert_equal "$(<$CONFIG/hash/min_buckets)" 128
	example 0 "dmremap set NAME main_id=ID"
	assert_equal "$(<$CONFIG/main_id)" wwn-0x5000c5736462
	example 0 "dmremap resume NAME"
	example 2 "dmremap advise NAME"
	example 2 "dmremap advise /dev/sdX"
	example 2 "dmremap advise /dev/sdb"
	example 2 "dmremap advise MAIN"
	example 2 "dmremap advise MAIN --json"
	example 0 "dmremap advise --spare MAIN"
	example 0 "dmremap advise --spare /dev/sdb"
	example 0 "dmremap scan SPARE"
	printed spare
	example 0 "dmremap add NAME START+COUNT"
	assert_equal "$(<$CONFIG/remaps/count)" 1
	example 0 "dmremap files NAME --remapped"
	printed 8192
	example 0 "dmremap map --save NAME"
	example 0 "dmremap remove NAME START+COUNT"
	assert_equal "$(<$CONFIG/remaps/count)" 0
	smartctl -x /dev/sdb >list
	INPUT=list example 0 "dmremap import NAME -"
	assert_equal "$(remap_list safe | cut -d' ' -f1,4)" "100000 pending"
	example 0 "dmremap files --pending NAME"
	printed 100000
	example 0 "dmremap files NAME"
	example 0 "dmremap files safe"
	printed 100000
	null_blk_bad sdb +100000-100000
	dmsetup message safe 0 forget 100000 8
	null_blk_bad sdb -100000-100000
	example 0 "dmremap files --lost NAME"
	printed 100000
	example 0 "dmremap files NAME --lost"
	dd if=/dev/zero of=/dev/mapper/safe bs=4096 seek=12500 count=1 oflag=direct status=none
	example 0 "dmremap scrub NAME start"
	retry_until 60 grep -q idle $CONFIG/scrub/state
	example 0 "dmremap scrub NAME"
	example 0 "dmremap scrub --json NAME status"
	printed '"state": "idle"'
	example 0 "dmremap cure NAME"
	assert_equal "$(<$CONFIG/remaps/count)" 0
	example 0 "dmremap cure DISK --sector N"
	example 0 "dmremap seal NAME"
	sealed
	example 0 "dmremap scan DEVICE"
	printed main
	example 0 "dmremap scan --udev DEVICE"
	printed "^DM_REMAP_ROLE=main$"
	example 0 "dmremap unseal NAME && dmremap grow --main NAME && dmremap seal NAME"
	sealed
	example 0 "dmremap unseal NAME"
	example 0 "dmremap grow --main NAME"
	example 0 "dmremap wait NAME"
	# the main, which is not a spare
	example 8 "dmremap check DEVICE"
}

@test "in a sentence: a set that comes and goes" {
	local uuid
	sentences
	placeholder NAME safe
	placeholder OLD-SPARE /dev/sdc1
	placeholder MAIN /dev/sdb
	placeholder SPARE /dev/sdc1
	placeholder NEWDISK /dev/sdd
	placeholder NEW /dev/sde1
	placeholder /dev/sdX /dev/sdb
	disk sdd 64
	disk sde1 8
	example 0 "dmremap create NAME MAIN SPARE"
	active safe
	uuid=$(<$CONFIG/uuid)
	placeholder UUID "$uuid"
	example 0 "dmremap stop NAME && dmremap assemble NAME"
	active safe
	example 0 "dmremap stop NAME"
	not_active safe
	example 0 "dmremap check SPARE"
	example 0 "dmremap dump SPARE"
	printed "$uuid"
	example 0 "dmremap repair SPARE"
	example 0 "dmremap assemble --read-only NAME"
	active safe read-only
	dmremap stop safe
	example 0 "dmremap assemble NAME"
	dmremap stop safe
	example 0 "dmremap assemble UUID"
	dmremap stop safe
	example 0 "dmremap assemble MAIN SPARE"
	dmremap stop safe
	example 0 "dmremap assemble --all"
	active safe
	example 0 "dmremap replace-spare NAME NEW"
	assert_equal "$(<$CONFIG/spare/device)" "$(mountpoint -x /dev/sde1)"
	# it is empty
	example 8 "dmremap delete --give-up OLD-SPARE"
	disk new 8
	example 0 "dmremap replace-spare NAME /dev/new"
	example 0 "dmremap delete NAME"
	not_active safe
	has_file /dev/sdb
	example 0 "dmremap format MAIN SPARE"
	example 0 "dmremap delete SPARE"
	assert_equal "$(used_bytes /dev/sdc1 0 4096)" 0
	new_set
	dmremap stop safe
	example 0 "dmremap clone-uuid MAIN SPARE"
	dmremap assemble /dev/sdb /dev/sdc1
	active safe-copy
	dmremap stop safe-copy
	placeholder OTHER other
	example 0 "dmremap clone-uuid --name OTHER MAIN SPARE"
	example 0 "dmremap assemble --degraded --name NAME MAIN"
	has_file /dev/mapper/safe
	dmremap stop safe
	# the set that had the name is the copy now
	rm /etc/dm-remap/sets.d/*
	dmremap assemble --name safe /dev/sdb /dev/sdc1
	example 0 "dmremap set NAME errors/storm_limit=16"
	assert_equal "$(<$CONFIG/errors/storm_limit)" 16
	# as if a copy had been interrupted
	dmsetup message safe 0 intent start
	example 0 "dmremap replace --forget NAME"
	example 0 "dmremap replace NAME NEWDISK"
	assert_equal "$(<$CONFIG/main)" "$(mountpoint -x /dev/sdd)"
	sed -i '/UUID/d' "$BATS_TEST_TMPDIR/placeholders"
	placeholder UUID "$(<$CONFIG/uuid)"
	dmremap stop safe
	has_file /dev/sdd
	example 0 "dmremap assemble --name NAME UUID"
	active safe
}

@test "in a sentence: a disk that is its own spare, and a spare whose main is gone" {
	sentences
	placeholder NAME tail
	placeholder SIZE 4M
	placeholder 2G 4M
	placeholder DISK /dev/sdf
	placeholder /dev/sdb /dev/sdg
	placeholder FILE "\$((++n))"
	placeholder SPARE /dev/sdc1
	# shellcheck disable=SC2034 # of the files
	n=0
	disk sdf 32
	disk sdg 32
	example 0 "dmremap create --tail SIZE NAME DISK"
	active tail
	assert_equal "$(<${CONFIG%/*}/tail/main)" "$(mountpoint -x /dev/sdf1)"
	dmremap delete tail
	example 0 "dmremap create --tail 2G NAME /dev/sdb"
	assert_equal "$(<${CONFIG%/*}/tail/main)" "$(mountpoint -x /dev/sdg1)"
	new_set
	dmremap add safe 4096+8
	dmremap stop safe
	example 0 "dmremap replace --rescue-spare SPARE --image disk.img --mapfile disk.map"
	grep -q '^0x00200000 *0x00001000 *+' disk.map
	cmp -n 4096 -i 2097152 disk.img /dev/sdb
	example 0 "dmremap replace --rescue-spare SPARE --image FILE --mapfile FILE"
	cmp disk.img 1
}

@test "in a sentence: to another disk, when the spare has left the system" {
	sentences
	placeholder NAME safe
	placeholder FILE moved.map
	placeholder NEWDISK /dev/sdd
	disk sdd 64
	unload scsi_debug
	spare=$(scsi_disk dev_size_mb=8)
	dmremap create safe /dev/sdb "$spare"
	dmremap add safe 100000+8
	echo 1 >"/sys/block/$(basename "$spare")/device/delete"
	example 4 "dmremap replace --leave --mapfile FILE NAME NEWDISK"
	grep -q '^0x030D4000  0x00001000  -' moved.map
	has_file /dev/mapper/safe
}

@test "in a sentence: a sealed main alone" {
	sentences
	placeholder NAME safe
	placeholder MAIN /dev/sdb
	placeholder /dev/sdX /dev/sdb
	placeholder NEW second
	new_set
	example 0 "dmremap rename NAME NEW"
	dmremap rename second safe
	dmremap seal safe
	dmremap stop safe
	unplug sdc1
	unload dm_remap_reassembly
	example 0 "dmremap assemble --degraded /dev/sdX"
	assert_equal "$(blockdev --getro /dev/mapper/safe)" 1
	dmremap stop safe
	example 0 "dmremap assemble --degraded --name NAME MAIN"
	dmremap stop safe
	example 0 "dmremap salvage MAIN"
	has_file /dev/mapper/safe-salvage
}

# --- nothing is left out --------------------------------------------------------------------

@test "every command was run, or is listed with the reason" {
	local file
	! grep -q rig.filter= /proc/cmdline || skip "only some were run"
	for file in $(documents); do commands_of "$file" | sed -n "s,^code ,$file: ,p"; done | sort -u >code
	for file in $(documents); do commands_of "$file" | sed -n "s,^span ,,p"; done | sort -u >spans
	# names of commands, and of their options
	grep -E '^dmremap [a-z-]+( --[a-z-]+)*$' spans | while read -r _ command options; do
		dmremap "$command" --help >help
		for option in $options; do grep -q -- "$option\b" help || { echo "$command has no $option"; return 1; }; done
	done
	{
		cat code
		grep -vE '^dmremap [a-z-]+( --[a-z-]+)*$' spans | sed 's/^/sentence: /'
	} | sort -u >needed
	{ grep -v '^#\|^$' "$BATS_TEST_DIRNAME/examples/not-run"; cat "$BATS_FILE_TMPDIR/run"; } | sort -u >known
	run comm -23 needed known
	assert_output ""
	# the listed files exist
	grep -v '^#\|^$' "$BATS_TEST_DIRNAME/examples/not-run" | sort | comm -23 - needed >old
	run cat old
	assert_output ""
}
