#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Help, the manual pages and the program agree.

load lib.bash

MAN=$TOP/docs/man

commands() { dmremap --help | sed -nE 's/^  ([a-z-]+) .*/\1/p'; }
# plain PAGE: without its macros and fonts, as "--json"; a heading keeps its macro
plain() { sed -E '/^\.(EX|EE|RS|RE|PP|br)/d; s/^\.(B|I|BR|RB) //; s/\\f[BIR]//g; s/\\-/-/g; s/\\e/\\/g; s/\\\(aq/'"'"'/g; s/^\\&//' "$1"; }
# part PAGE HEADING: the text below it
part() { plain "$1" | sed -n "/^\.SH \"\?$2\"\?\$/,/^\.SH /p" | sed '1d;/^\.SH /d'; }
# names PAGE: the names in its NAME section
names() { part "$1" NAME | sed 's/ - .*//; s/, /\n/g'; }
# page_of COMMAND
page_of() {
	local page
	[ -e pages ] || for page in "$MAN"/dmremap-*.8; do names "$page" | sed "s,\$, $page,"; done >pages
	sed -n "s/^dmremap-$1 //p" pages
}
# options_of COMMAND: by its help, as "-n, --count N"
options_of() {
	dmremap "$1" --help | sed -nE 's/^ +((-[a-zA-Z], )?--[a-z-]+( [A-Z|]+)?) .*/\1/p'
}

@test "every command is listed, has help, and has a page" {
	[ "$(commands | paste -sd' ')" = "add advise assemble check clone-uuid create cure delete dump export files format grow import list map metrics monitor remove rename repair replace replace-spare resume salvage scan scrub seal set stats status stop sync top unseal wait" ]
	for command in $(commands); do
		for option in --help -h; do
			run dmremap "$command" $option
			assert_success
			assert_line --index 0 --partial "Usage: dmremap $command "
			assert_output --partial "Exit status: 0 "
			assert_output --partial "16 wrong usage"
		done
		run page_of "$command"
		[ -e "$output" ] || { echo "$command: no page, or several"; false; }
		part "$output" SYNOPSIS | grep -q "^dmremap $command "
		# the help's line for it equals the overview's
		dmremap --help | sed -n "s/^  $command  *//p" |
			diff - <(part "$MAN/dmremap.8" COMMANDS | grep -x -A1 "dmremap-$command(8)" | tail -n +2)
	done
	for page in "$MAN"/dmremap-*.8; do
		names "$page" | sed 's/^dmremap-//' | while read -r command; do
			commands | grep -qx -- "$command" || { echo "$page: there is no $command"; return 1; }
		done
	done
}

@test "every page has the same sections, and refers to pages that there are" {
	for page in "$MAN"/dmremap-*.8; do
		[ "$(sed -n 's/^\.SH //p' "$page" | tr -d '"' | paste -sd,)" = \
			'NAME,SYNOPSIS,DESCRIPTION,OPTIONS,EXIT STATUS,EXAMPLES,SEE ALSO' ]
		[ -n "$(sed -n '/^\.EX/,/^\.EE/{//!p}' "$page")" ]
	done
	for page in "$MAN"/*.[458]; do names "$page" | sed "s/\$/(${page##*.})/"; done | sort >there
	sed 's/\\f[BR]//g; s/\\-/-/g' "$MAN"/*.[458] | grep -oE 'dm-?remap[a-z.-]*\([0-9]\)' | sort -u | comm -23 - there >missing
	run cat missing
	assert_output ""
}

@test "a page has the options of its commands, and no others" {
	for page in "$MAN"/dmremap-*.8; do
		names "$page" | sed 's/^dmremap-//' | while read -r command; do options_of "$command"; done |
			sed 's/ --/--/; s/\([a-z]\) [A-Z|]*$/\1 X/' | sort -u >helped
		part "$page" OPTIONS | grep -A1 '^\.TP' | grep -E '^--?[a-zA-Z]' |
			sed 's/ --/--/; s/\([a-z]\) [A-Z|]*$/\1 X/' | sort -u >described
		run diff helped described
		assert_output ""
		# the options of the synopsis and the examples
		{ part "$page" SYNOPSIS; part "$page" EXAMPLES | grep -o '^dmremap .*'; } | grep -oE -- '--[a-z-]+' | sort -u |
			comm -23 - <(grep -oE -- '--[a-z-]+' described | sort -u) >unknown
		# examples may have those of other commands
		[ -e all ] || commands | while read -r command; do options_of "$command"; done >all
		while read -r option; do
			grep -q -- "$option\b" all || { echo "$page: $option"; return 1; }
		done <unknown
	done
}

@test "a page has the exit statuses of its commands, and no others" {
	for page in "$MAN"/dmremap-*.8; do
		names "$page" | sed 's/^dmremap-//' | while read -r command; do
			dmremap "$command" --help | sed -n '/^Exit status/,$p' | paste -sd' ' |
				grep -oE '[:,] [0-9]+ [a-z]' | grep -oE '[0-9]+'
		done | sort -un >helped
		part "$page" "EXIT STATUS" | grep -A1 '^\.TP' | grep -xE '[0-9]+' | sort -un | diff helped -
	done
}

@test "every option of the help is taken" {
	for command in $(commands); do
		dmremap "$command" --help | sed -nE 's/^  (-[a-zA-Z]), (--[a-z-]+)( [A-Z]+)?  .*/\1 \2\3/p' >options
		while read -r short long argument; do
			for option in "$short" "$long"; do
				# not taken would be told as that, before anything else
				run dmremap "$command" "$option" ${argument:+1} --nosuch
				assert_failure 16
				refute_output --partial "option '$option"
				refute_output --partial "option -- '${option#-}'"
			done
		done < <(grep -v -- --help options)
	done
}

@test "what prints has JSON, but for those that have a form of their own, and one that prints nothing" {
	for command in $(commands); do
		dmremap "$command" --help | grep -q -- '^  -j, --json ' || echo "$command"
	done >without
	[ "$(paste -sd' ' <without)" = "clone-uuid delete grow metrics monitor rename replace replace-spare resume sync top wait" ]
}

@test "the pages are installed by all their names" {
	make -s -C "$TOP/tools/dmremap" install-man DESTDIR="$PWD/to" PREFIX=/usr
	for command in $(commands); do
		[ -s "to/usr/share/man/man8/dmremap-$command.8" ]
	done
	[ -s to/usr/share/man/man8/dmremap.8 ]
	for page in "$MAN"/*.[45]; do
		cmp "$page" "to/usr/share/man/man${page##*.}/${page##*/}"
	done
}

@test "no command, and one that there is not" {
	run dmremap
	assert_failure 16
	run dmremap nosuch
	assert_failure 16
	assert_output 'dmremap: There is no command "nosuch". "dmremap --help" lists them.'
	run dmremap --version
	assert_success
}

# installed TO [ARGUMENT...]: everything is below TO, with these arguments of make
installed() {
	local modules=$1/lib/modules/6.0
	mkdir -p "$modules"/{updates/dkms,extra,kernel/drivers/md/remap} "$1/usr/share/man/man8"
	touch "$modules/updates/dm-remap.ko.xz" "$modules/extra/dm-remap-metadata.ko" \
		"$modules/updates/other.ko" "$modules/updates/dkms/dm-remap.ko" \
		"$modules/kernel/drivers/md/remap/dm-remap.ko" "$1/usr/share/man/man8/other.8"
	for part in dmremap boot monitoring; do
		make -s -C "$TOP/tools/$part" install "${@:2}"
	done
}
# this system's, with all of its places below TO, and with programs that do nothing
PLACES=()
this_system() {
	PLACES=(PREFIX="$1/usr" MODULES_DIR="$1/lib/modules/6.0" KVER=6.0 UDEVDIR="$1/lib/udev"
		UNITDIR="$1/lib/systemd/system" DRACUTDIR="$1/usr/lib/dracut/modules.d"
		INITRAMFSDIR="$1/usr/share/initramfs-tools" CONFDIR="$1/etc/dm-remap"
		SMARTDDIR="$1/etc/smartmontools/run.d")
	mkdir -p bin
	printf '#!/bin/sh\necho "$*" >>%s/systemctl\n' "$PWD" >bin/systemctl
	echo "exec grep -qxF -e \"\$2\" $PWD/packaged" >bin/dpkg
	printf '#!/bin/sh\n' >bin/depmod
	chmod +x bin/*
	touch packaged
	PATH=$PWD/bin:$PATH
}
all_of() { find "$1" ! -type d ! -name "modules.*" | sort; }

@test "make uninstall removes what the installation has put there, but not the configuration" {
	local to=$PWD/to
	installed "$to" DESTDIR="$to" PREFIX=/usr
	all_of "$to" | grep -E '/(other\.|dkms/|kernel/)' >before
	[ "$(find "$to" ! -type d | wc -l)" -gt 50 ]
	make -s -C "$TOP" uninstall DESTDIR="$to" PREFIX=/usr INSTALL_MOD_PATH="$to" KVER=6.0
	all_of "$to" >after
	run diff before after
	assert_output --partial "> $to/etc/dm-remap/dm-remap.conf"
	refute_line --regexp "^<|^> (.*/etc/dm-remap/.*)?[^/]*\.(8|ko|rules|service|timer)$"
	assert_equal "$(grep -c '^>' <<<"$output")" 2
}

@test "make uninstall leaves this system alone in each part whose place is not given" {
	this_system "$PWD/host"
	installed "$PWD/host" "${PLACES[@]}"
	all_of host >before
	make -s -C "$TOP" uninstall "${PLACES[@]}" DESTDIR="$PWD/to"
	all_of host | diff before -
	mkdir -p to/lib/modules/6.0/updates
	touch to/lib/modules/6.0/updates/dm-remap.ko
	make -s -C "$TOP" uninstall "${PLACES[@]}" INSTALL_MOD_PATH="$PWD/to" \
		MODULES_DIR="$PWD/to/lib/modules/6.0"
	all_of host | diff before -
	[ ! -e to/lib/modules/6.0/updates/dm-remap.ko ]
	[ ! -e systemctl ]
	# neither is given: all of it is this system's
	make -s -C "$TOP" uninstall "${PLACES[@]}"
	run all_of host
	assert_output "$(grep -E '/(other\.|dkms/|kernel/|etc/dm-remap/)' before)"
	for unit in assemble.timer scrub.timer metrics.timer monitor.service; do
		grep -E "^disable .*--now.* dm-remap-$unit$" systemctl
	done
	assert_equal "$(tail -1 systemctl)" daemon-reload
}

@test "make uninstall ends no unit that a Debian package has as well" {
	this_system "$PWD/host"
	installed "$PWD/host" "${PLACES[@]}"
	echo /lib/systemd/system/dm-remap-metrics.timer >packaged
	make -s -C "$TOP" uninstall "${PLACES[@]}"
	run find host -name "dm-remap-*.timer"
	assert_output ""
	grep "^disable .*dm-remap-scrub.timer" systemctl
	refute grep metrics.timer systemctl
}

@test "make uninstall leaves the files of the Debian packages" {
	this_system "$PWD/host"
	installed "$PWD/host" "${PLACES[@]}"
	find "$PWD/host" -name '*dm-remap*' ! -path '*/etc/dm-remap*' -o -name dmremap >packaged
	all_of host >before
	run make -s -C "$TOP" uninstall "${PLACES[@]}"
	assert_success
	assert_output --partial "64-dm-remap.rules stays"
	all_of host | diff before -
	[ ! -e systemctl ]
	# some are
	grep -v -e /udev/ -e /sbin/ packaged >some
	mv some packaged
	run make -s -C "$TOP" uninstall "${PLACES[@]}"
	assert_success
	[ ! -e host/usr/sbin/dmremap ]
	[ ! -e host/lib/udev/rules.d/64-dm-remap.rules ]
	[ -e host/usr/share/initramfs-tools/hooks/dm-remap ]
	[ -e host/lib/systemd/system/dm-remap-scrub.timer ]
	# by the other name that a merged /usr gives one
	mkdir -p merged/usr/lib
	ln -s usr/lib merged/lib
	touch merged/lib/one merged/lib/two
	echo "$PWD/merged/usr/lib/one" >packaged
	"$TOP/tools/boot/remove" "$PWD"/merged/lib/{one,two}
	[ "$(ls merged/lib)" = one ]
}
