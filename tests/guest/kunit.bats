#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The unit tests once more, where KASAN, lockdep and kmemleak watch them; one by
# one they are counted in user-mode Linux. The task that loads a suite waits for it.
# rig: kernels=debug timeout=600 append=sysctl.kernel.hung_task_timeout_secs=600 test=-

load ../lib/common

@test "unit tests pass under the debug kernel's eyes" {
	local suite failed=0
	# suites marked as slow measure, or are large
	modprobe kunit filter="speed>slow" filter_action=skip
	for suite in kunit/*_kunit.ko; do
		insmod "$suite" || failed=1
		rmmod "$(basename "$suite" .ko)" || failed=1
	done
	! dmesg | grep -E 'not ok [0-9]+' || failed=1
	[ "$failed" = 0 ]
}
