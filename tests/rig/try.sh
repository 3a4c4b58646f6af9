# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For scripts whose tests are commands: call try_begin NAME, try ..., try_end. The results are in
# build/results/NAME/NAME.tap.

try_begin() {
	try_name=$1 try_tap=$BUILD/results/$1/$1.tap try_count=0
	mkdir -p "${try_tap%/*}"
	: >"$try_tap"
}

# try NAME COMMAND...: a test that passes if the command succeeds
try() {
	local name=$1 verdict=ok out
	shift
	try_count=$((try_count + 1))
	out=$("$@" 2>&1) || verdict="not ok"
	{
		echo "$verdict $try_count $name"
		[ "$verdict" = ok ] || printf '%s\n' "$out" | sed 's/^/# /'
	} | tee -a "$try_tap" | "$RIG/tap-print" "$try_name"
}

# try_end: succeeds if all tests have passed
try_end() {
	local status=0
	! grep -q '^not ok' "$try_tap" || status=1
	[ -n "${NO_SUMMARY:-}" ] || "$RIG/summary" "${try_tap%/*}" || status=1
	return $status
}
