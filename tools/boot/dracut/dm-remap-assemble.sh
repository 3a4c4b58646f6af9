#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# dm-remap-assemble [now]: assemble the sets whose halves are present; report the waiting sets when
# they change.
#
# Once a half of a known set has arrived, dracut calls this each time that udev has settled, which
# is twice a second, until no set is waiting: an unsealed main is no half by itself, so nothing else
# tells of its arrival. The disks are read only if a device has come or changed since the last time,
# or after a while, since a disk may have been slow; "now" means in any case.
# shellcheck disable=SC1091 # of dracut
command -v warn >/dev/null || . /lib/dracut-lib.sh

said=/run/dm-remap.waits
tried=/run/dm-remap.tried
first=/run/dm-remap.first

uptime() { cut -d. -f1 /proc/uptime; }

events=$(cat /sys/kernel/uevent_seqnum)
began=$(uptime)
if [ "${1:-}" != now ] && [ -e "$tried" ] && read -r events_then next <"$tried" &&
	[ "$events" = "$events_then" ] && [ "$began" -lt "$next" ]; then
	exit 0
fi

# A hibernated system continues with its sets as it left them, and activation changes them: while
# dracut, or systemd there, looks for a swap area to resume from, wait, up to 30 s.
resume_is_pending() {
	[ ! -e /etc/dm-remap/swap-on-sets ] || return
	# shellcheck disable=SC2154 # dracut's
	[ -e "$hookdir/initqueue/settled/resume.sh" ] ||
		[ -n "$(systemctl list-jobs --no-legend 'systemd-hibernate-resume*' 2>/dev/null)" ]
}
[ -e "$first" ] || echo "$began" >"$first"
if [ "${1:-}" != now ] && [ "$began" -lt $(($(cat "$first") + 30)) ] && resume_is_pending; then
	exit 0
fi

waits=$(@SBINDIR@/dmremap assemble --auto --all 2>&1 >/dev/null)
status=$?
# An event during the attempt may be of a device that it has not seen, so those before it count. After an attempt
# that took long, others have their turn: dracut does nothing else in that time.
ended=$(uptime)
echo "$events $((ended + 10 + 3 * (ended - began)))" >"$tried"
if [ "$status" = 0 ]; then
	# shellcheck disable=SC2154 # dracut's
	rm -f "$hookdir/initqueue/settled/dm-remap-assemble.sh"
fi
if [ -n "$waits" ] && [ "$waits" != "$(cat "$said" 2>/dev/null)" ]; then
	warn "$waits"
	echo "$waits" >"$said"
fi
need_shutdown
