#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""many-spares IMAGE NR FIRST [MKIMAGE]: a disk with a GPT of NR partitions of 256 KiB (a virtio disk has at most 255).

With MKIMAGE, the program of tests/tools, each is the spare of a set of its own, number FIRST and on, that asks for the
system's disk as its main and for a table of 2^24 buckets.  Without it they are empty.
"""
import struct
import subprocess
import sys
import tempfile
import uuid
import zlib

SECTOR = 512
PAGE = 4096
START = 1 << 20
SIZE = 256 << 10
HEADER = "<8sIIIIQQQQ16sQIII"
LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4").bytes_le

SPARE = """spare 256K
main 3G
main_id virtio-system
name evil
map 0 5
field uuid %d
field setting_min_buckets 16777216
"""


def table(nr):
    entries = b""
    for i in range(nr):
        first = (START + i * SIZE) // SECTOR
        entries += struct.pack("<16s16sQQQ72s", LINUX, uuid.uuid4().bytes_le, first, first + SIZE // SECTOR - 1, 0, b"")
    return entries.ljust(256 * 128, b"\0")


def header(entries, sectors, here, there, where):
    fields = [b"EFI PART", 0x10000, 92, 0, 0, here, there, 66, sectors - 66, uuid.uuid4().bytes_le, where, 256, 128,
              zlib.crc32(entries)]
    fields[3] = zlib.crc32(struct.pack(HEADER, *fields))
    return struct.pack(HEADER, *fields).ljust(SECTOR, b"\0")


def spare(mkimage, number):
    with tempfile.NamedTemporaryFile() as image:
        subprocess.run([mkimage, image.name], input=(SPARE % number).encode(), stdout=subprocess.DEVNULL, check=True)
        return image.read()


def write_parts(image, mkimage, nr, number):
    for i in range(nr):
        content = spare(mkimage, number + i)
        for at in range(0, SIZE, PAGE):
            if any(content[at:at + PAGE]):
                image.seek(START + i * SIZE + at)
                image.write(content[at:at + PAGE])


def main():
    path, nr, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sectors = (START + nr * SIZE + START) // SECTOR
    entries = table(nr)
    protective = struct.pack("<446sBBBBBBBBII48xH", b"", 0, 0, 2, 0, 0xee, 255, 255, 255, 1, sectors - 1, 0xaa55)
    with open(path, "wb") as image:
        image.truncate(sectors * SECTOR)
        image.write(protective + header(entries, sectors, 1, sectors - 1, 2) + entries)
        image.seek((sectors - 65) * SECTOR)
        image.write(entries + header(entries, sectors, sectors - 1, 1, sectors - 65))
        if len(sys.argv) > 4:
            write_parts(image, sys.argv[4], nr, number)


main()
