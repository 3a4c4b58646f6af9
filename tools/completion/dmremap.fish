# SPDX-License-Identifier: GPL-2.0
# fish completion for dmremap(8).
#
# Commands, options and their descriptions are those that the program's own help has.

function __dmremap_commands
    dmremap --help 2>/dev/null | string replace -rf '^  ([a-z-]+) +(.*)' '$1\t$2'
end

# the command on the line, or nothing
function __dmremap_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; and echo $words[2]
end

function __dmremap_help
    set -l command (__dmremap_command)
    test -n "$command"; and dmremap $command --help 2>/dev/null
end

function __dmremap_options
    __dmremap_help | string replace -rf '^  (-[a-zA-Z]), (--[a-z-]+)(?: [A-Z]+)?(?: +(.*))?$' '$1\t$3\n$2\t$3' | string replace -a '\\n' \n
    __dmremap_help | string replace -rf '^ +(--[a-z-]+)(?: [A-Z]+)?(?: +(.*))?$' '$1\t$2'
end

# devices in use, and sets that wait; what is said of these comes from disks
function __dmremap_devices
    for dir in $DMREMAP_ROOT/sys/kernel/config/dm-remap/*/
        path basename $dir
    end
    for dir in $DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/sets/*/
        path basename $dir
        string match -re '^[a-zA-Z0-9#+.:=@_-]+$' <$dir/name 2>/dev/null
    end
end

function __dmremap_block_devices
    for file in $DMREMAP_ROOT/sys/class/block/*
        echo /dev/(path basename $file | string replace -a ! /)
    end
end

function __dmremap_operands
    switch (__dmremap_command)
        case create format scan
            __dmremap_block_devices
        case check dump repair salvage
            __dmremap_block_devices
            __fish_complete_path (commandline -ct)
        case advise assemble cure delete
            __dmremap_devices
            __dmremap_block_devices
        case import
            __dmremap_devices
            __fish_complete_path (commandline -ct)
        case metrics
        case '*'
            __dmremap_devices
    end
end

function __dmremap_needs_command
    test (count (commandline -opc)) -eq 1
end

complete -c dmremap -f
complete -c dmremap -n __dmremap_needs_command -a '(__dmremap_commands)'
complete -c dmremap -n 'not __dmremap_needs_command; and string match -q -- "-*" (commandline -ct)' -a '(__dmremap_options)'
complete -c dmremap -n 'not __dmremap_needs_command; and not string match -q -- "-*" (commandline -ct)' -a '(__dmremap_operands)'
complete -c dmremap -n 'string match -q import (__dmremap_command)' -s f -l format -x -a 'badblocks ddrescue kernel md nvme-cli plain smartctl zpool'
complete -c dmremap -n 'string match -q export (__dmremap_command)' -s f -l format -x -a 'badblocks ddrescue md plain'
