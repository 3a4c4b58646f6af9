# SPDX-License-Identifier: GPL-2.0
"""qmp.py SOCKET COMMAND ARGUMENTS...: tell QEMU to do something while it runs.

ARGUMENTS are as on QEMU's command line: "file,filename=X", "virtio-blk-pci,drive=Y".
"""
import json
import socket
import sys


def arguments(words):
    """The tree that QEMU makes of "a=1,b.c=x"."""
    tree = {}
    for word in words.split(","):
        key, equals, value = word.partition("=")
        if not equals:
            key, value = "driver", word
        place = tree
        *above, last = key.split(".")
        for part in above:
            place = place.setdefault(part, {})
        if value in ("on", "off"):
            value = value == "on"
        elif value.isdigit():
            value = int(value)
        place[last] = value
    return tree


def main():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    lines = connection.makefile("rw")

    def ask(command, **rest):
        lines.write(json.dumps({"execute": command, "arguments": rest}) + "\n")
        lines.flush()
        for line in lines:
            answer = json.loads(line)
            if "error" in answer:
                sys.exit(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return

    lines.readline()
    ask("qmp_capabilities")
    for command, words in zip(sys.argv[2::2], sys.argv[3::2]):
        ask(command, **arguments(words))


main()
