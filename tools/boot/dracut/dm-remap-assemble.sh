#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Assembles the sets whose halves are present; reports the waiting sets when they change.
# shellcheck disable=SC1091 # of dracut
command -v warn >/dev/null || . /lib/dracut-lib.sh

said=/run/dm-remap.waits
waits=$(dmremap assemble --auto --all 2>&1)
status=$?
if [ "$status" != 0 ] && [ "$waits" != "$(cat "$said" 2>/dev/null)" ]; then
	warn "$waits"
	echo "$waits" >"$said"
fi
need_shutdown
