# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # what the disks are is for the tests
# A set "data" on two disks of a machine, with bad sectors below the files of its file system, which
# /etc/fstab names by its UUID. Load this after machine.sh.

# a disk with bad sectors, which a file system of 100 MB that is filled cannot go around
BAD=40960-40967,81920-81927,102400-102423,143360-143367,163840-163847
MAIN="disk main size=100M if=virtio inject-error=$BAD"
SPARE="disk spare size=32M if=virtio"
UUID=4a1c6f0e-5d0b-4f1e-9c51-5ad0c1d3a001

# make_data_set: with 80 files, some of them on the bad sectors
make_data_set() {
	guest_run "set -e
		dmremap create data /dev/disk/by-id/virtio-main /dev/disk/by-id/virtio-spare
		mkfs.ext4 -q -b 4096 -m 0 -U $UUID /dev/mapper/data
		dmremap seal data
		mkdir -p /data
		echo 'UUID=$UUID /data ext4 defaults,x-systemd.device-timeout=900s 0 2' >>/etc/fstab
		systemctl daemon-reload
		mount /data" && write_files "{1..80}"
}

# data_is_there NUMBER: /data is the set's and nothing else, with all that was written there
data_is_there() {
	guest_run "mountpoint -q /data &&
		[ \"\$(findmnt -no SOURCE /data)\" = /dev/mapper/data ] &&
		cd /data && sha256sum --quiet -c sums && [ \$(wc -l <sums) = $1 ]"
}

# write_files NUMBERS: more of them; they are on the disk when it returns
write_files() {
	guest_run "cd /data && for f in $1; do
			head -c 1000000 /dev/urandom >\$f && sha256sum \$f >>sums || exit
		done; sync"
}

# the file system is nowhere but on the set
only_on_the_set() {
	guest_run "[ \"\$(readlink -f /dev/disk/by-uuid/$UUID)\" = \"\$(readlink -f /dev/mapper/data)\" ] &&
		for d in main spare; do
			udevadm info --query=property /dev/disk/by-id/virtio-\$d | tee /tmp/props
			grep -qx ID_FS_TYPE=dm_remap_\$d /tmp/props && grep -qx ID_FS_USAGE=raid /tmp/props &&
				grep -qx SYSTEMD_READY=0 /tmp/props || exit 1
			! grep DEVLINKS /tmp/props | grep by-uuid || exit 1
		done"
}

remapped() { guest_run "dmsetup status data | cut -d' ' -f5"; }
