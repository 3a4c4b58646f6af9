#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Help, the manual page and the program agree.

load lib.bash

MAN=$TOP/docs/man/dmremap.8

commands() { dmremap --help | sed -nE 's/^  ([a-z-]+) .*/\1/p'; }
# man_text: the page without its macros, as "--json"
man_text() { sed 's/\\-/-/g; s/\\f[A-Z]//g; s/^\.[A-Z]* //; s/"//g' "$MAN"; }

@test "every command is listed, has help, and is in the manual" {
	[ "$(commands | paste -sd' ')" = "add advise assemble check clone-uuid create cure delete dump export files format grow import list map metrics monitor remove rename repair replace replace-spare resume salvage scan scrub seal set stats status stop sync top unseal wait" ]
	for command in $(commands); do
		for option in --help -h; do
			run dmremap "$command" $option
			assert_success
			assert_line --index 0 --partial "Usage: dmremap $command "
			assert_output --partial "Exit status: 0 "
			assert_output --partial "16 wrong usage"
		done
		grep -q "^\.B dmremap $command\$" "$MAN"
	done
}

@test "every option of the help is taken, and is in the manual; and the other way round" {
	for command in $(commands); do
		dmremap "$command" --help | grep -oE '^  -[a-zA-Z], --[a-z-]+'
	done | sed 's/^ *-., //' | sort -u >helped
	man_text | sed -nE 's/^-[a-zA-Z] , +(--[a-z-]+).*/\1/p' | grep -v -- --version | sort -u >described
	[ "$(wc -l <helped)" = 40 ]
	run diff helped described
	assert_output ""
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
	# the manual has the others where it has the option
	man_text | sed -n '/^-j ,  *--json/,/^unseal/p' | sed 's/ [,.]$//' | grep -xE '[a-z]+' | grep -vx and |
		diff <(commands | grep -vxf without) -
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
