#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# "make deb": builds from a clean checkout, and lintian finds nothing. The behaviour of the packages
# where they are installed is tested by tests/host/boot.bats.

load lib.bash

# in a checkout of its own, as somebody without rights
setup_file() {
	export DEB_PLACE DEBS
	# not below the folder of the tests, where others may have no way to
	DEB_PLACE=$(TMPDIR=/tmp mktemp -d)
	DEBS=$DEB_PLACE/checkout/build/deb
	local top as=()
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	mkdir "$DEB_PLACE/checkout" "$DEB_PLACE/tmp"
	(cd "$top" && git ls-files -co --exclude-standard -z | tar -cf - --null --ignore-failed-read -T -) |
		tar -C "$DEB_PLACE/checkout" -xf -
	if [ "$(id -u)" = 0 ]; then
		chown -R nobody "$DEB_PLACE"
		as=(setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/nonexistent)
	fi
	TMPDIR=$DEB_PLACE/tmp "${as[@]}" make -C "$DEB_PLACE/checkout" deb
}
teardown_file() { rm -rf "$DEB_PLACE"; }

# files PACKAGE: the files that it installs
files() { dpkg-deb -c "$DEBS/$1"_*.deb | sed 's/^[^.]*\.//' | grep -v '/$'; }

@test "both packages are built, and lintian has nothing to say" {
	ls "$DEBS"/dm-remap-dkms_*_all.deb "$DEBS"/dm-remap-tools_*.deb
	run lintian --allow-root --fail-on error,warning "$DEBS"/*.changes
	assert_success
	refute_output --regexp '^[EW]:'
}

@test "DKMS builds for the kernels that the tests build for, and skips others" {
	local kernel
	dpkg-deb -x "$DEBS"/dm-remap-dkms_*.deb x
	# as dkms reads it, and compares
	# shellcheck disable=SC1090,SC2154
	builds() { (. x/usr/src/dm-remap-*/dkms.conf && [[ $1 =~ $BUILD_EXCLUSIVE_KERNEL ]]); }
	for kernel in 6.1.0-1-amd64 6.1.0-56-cloud-arm64 6.1.170 6.11.10-amd64 6.12.117+deb12-amd64 6.12.118+deb13-amd64 \
			6.12.117+deb12-arm64-16k 6.19.5+deb13-amd64 7.0.2-1-pve 7.3.4+deb13-amd64; do
		builds "$kernel"
	done
	for kernel in 5.10.0-30-amd64 5.19.11 6.0.0-6-amd64 6.0 7.4.1+deb13-amd64 7.10.1 7.30.1 8.0.0-1-amd64 8.0 16.1.0 \
			76.12.1; do
		run ! builds "$kernel"
	done
	# one that the rig has, whatever it is
	for kernel in "$TOP"/build/{6.1,6.12,trixie,newest,previous}/release; do
		[ ! -s "$kernel" ] || builds "$(<"$kernel")"
	done
}

@test "DKMS is told of each module that Kbuild names, and has all that they are made from" {
	dpkg-deb -x "$DEBS"/dm-remap-dkms_*.deb x
	src=$(echo x/usr/src/dm-remap-*)
	sed -n 's/^obj-.*+= *\(.*\)\.o$/\1/p' "$TOP/modules/Kbuild" | sort >named
	[ -s named ]
	sed -n 's/^BUILT_MODULE_NAME.*="\(.*\)"/\1/p' "$src/dkms.conf" | sort | cmp - named
	grep -qx 'AUTOINSTALL="yes"' "$src/dkms.conf"
	[ "x/usr/src/dm-remap-$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$src/dkms.conf")" = "$src" ]
	for part in modules include; do
		(cd "$TOP/$part" && git ls-files -co --exclude-standard | sort) >ours
		(cd "$src/$part" && find . -type f | cut -c3- | sort) | cmp - ours
	done
}

@test "the tool runs where only it is installed, and no place is left open" {
	dpkg-deb -x "$DEBS"/dm-remap-tools_[0-9]*.deb x
	run x/usr/sbin/dmremap --version
	assert_success
	run grep -rlE '@[A-Z]+@' x/lib x/usr/lib x/usr/share/initramfs-tools
	assert_output ""
	# whatever is named there is there
	grep -rhoE '/usr/sbin/dmremap' x/lib/udev x/lib/systemd x/usr/share/initramfs-tools | sort -u >named
	[ -x "x$(cat named)" ]
	for file in share/bash-completion/completions/dmremap share/zsh/vendor-completions/_dmremap \
		share/fish/vendor_completions.d/dmremap.fish share/man/man8/dmremap.8.gz; do
		[ -s "x/usr/$file" ]
	done
	for script in x/usr/share/initramfs-tools/*/* x/usr/share/initramfs-tools/scripts/*/* \
		x/usr/lib/dracut/modules.d/*/*.sh x/usr/lib/dm-remap/*; do
		[ -d "$script" ] || [ -x "$script" ]
	done
}

@test "the monitor is on from the beginning, and its configuration stays as somebody has changed it" {
	dpkg-deb -e "$DEBS"/dm-remap-tools_[0-9]*.deb control
	grep -q "deb-systemd-helper enable 'dm-remap-monitor.service'" control/postinst
	grep -q "deb-systemd-invoke \$_dh_action 'dm-remap-monitor.service'" control/postinst
	grep -qx /etc/dm-remap/monitor.conf control/conffiles
}

# maintainer PACKAGE SCRIPT ARGUMENT...: run one of its scripts as dpkg does, with bin before all
# programs and with DKMS's own script from there; calls are in the file calls.
maintainer() {
	local name=$2
	rm -rf control calls
	: >calls
	dpkg-deb -e "$DEBS/$1"_[0-9]*.deb control
	[ -e "control/$name" ] || return 0
	sed -i "s:/run/systemd/system:$PWD:; s:/usr/lib/\(dkms\|dm-remap\)/:$PWD/bin/:g" \
		"control/$name"
	PATH=$PWD/bin:$PATH run "control/$name" "${@:3}"
	assert_success
}
stand_ins() {
	local name
	mkdir -p bin
	for name; do
		printf '#!/bin/sh\necho %s "$*" >>%s/calls\n' "$name" "$PWD" >"bin/$name"
		chmod +x "bin/$name"
	done
}

@test "an upgrade stops neither the timers that somebody has enabled nor the assembly" {
	stand_ins deb-systemd-invoke deb-systemd-helper systemctl remake-initramfs
	for call in "prerm upgrade 1.1" "preinst upgrade 0.9" "postinst configure 0.9"; do
		# shellcheck disable=SC2086 # several words
		maintainer dm-remap-tools $call
		run grep -E '^(deb-systemd-invoke|systemctl) .*(scrub|metrics|assemble)' calls
		assert_output ""
	done
	grep "deb-systemd-invoke restart dm-remap-monitor.service" calls
}

@test "a removal or upgrade that fails after the modules were removed has them built again" {
	stand_ins common.postinst remake-initramfs
	for call in "abort-upgrade 1.1" abort-remove "abort-deconfigure in-favour other 1"; do
		# all are gone
		printf '#!/bin/sh\n' >bin/dkms
		chmod +x bin/dkms
		# shellcheck disable=SC2086 # several words
		maintainer dm-remap-dkms postinst $call
		grep "^common.postinst dm-remap 1" calls
		grep ^remake-initramfs calls
		# prerm has removed none of them
		printf '#!/bin/sh\necho dm-remap/1.0, 6.1, x86_64: installed\n' >bin/dkms
		# shellcheck disable=SC2086
		maintainer dm-remap-dkms postinst $call
		assert_equal "$(cat calls)" ""
	done
	maintainer dm-remap-dkms postinst configure 0.9
	grep "^common.postinst dm-remap 1.* 0.9$" calls
}

@test "building into a folder leaves its other files alone" {
	mkdir -p folder/src
	echo mine | tee folder/src/mine folder/log folder/other_1.0_all.deb
	: >folder/dm-remap-dkms_0.9_all.deb
	stand_ins dpkg-buildpackage dpkg-checkbuilddeps
	# shellcheck disable=SC2016 # for that script
	echo 'touch ../dm-remap{-dkms_1.0_all.deb,-tools_1.0_amd64.deb,_1.0_amd64.changes}' \
		>>bin/dpkg-buildpackage
	sed -i 1s/sh$/bash/ bin/dpkg-buildpackage
	PATH=$PWD/bin:$PATH run "$TOP/tools/debian/build" folder
	assert_success
	assert_output $'dm-remap-dkms_1.0_all.deb\ndm-remap-tools_1.0_amd64.deb'
	run find folder -type f
	assert_equal "$(sort <<<"$output")" "folder/dm-remap-dkms_1.0_all.deb
folder/dm-remap-tools_1.0_amd64.deb
folder/dm-remap_1.0_amd64.changes
folder/log
folder/other_1.0_all.deb
folder/src/mine"
	assert_equal "$(cat folder/src/mine folder/log folder/other_1.0_all.deb | sort -u)" mine
}

@test "systemd takes the units" {
	dpkg-deb -x "$DEBS"/dm-remap-tools_[0-9]*.deb x
	cp x/lib/systemd/system/dm-remap-{assemble,scrub,monitor}.* .
	sed -i "s:=/usr/sbin/dmremap:=$(realpath "$DMREMAP"):" dm-remap-{assemble,scrub,monitor}.service
	run systemd-analyze --man=no verify ./dm-remap-{assemble,scrub}.{service,timer} ./dm-remap-monitor.service
	assert_success
	assert_output ""
}
