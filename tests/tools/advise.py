#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""advise.py DMREMAP FIXTURE...: whether dmremap advise judges each disk as its fixture says.

A fixture is JSON with these members:
  disk      what it is
  source    reduced, altered or constructed; see the README beside them
  from      where its figures are from
  verdict   the exit status
  why       why a storage engineer would say so
  sysfs     name (default sda), path below /sys/devices, and files of its directory there
  log       the lines of the kernel's log; without it there is no log
  set       files of the set that the disk is the main of
  smartctl  what "smartctl --json -x" prints; null if there is no such program

Each disk is made as a tree of files, with programs that print what the fixture has. Prints a table
of all disks, as the README beside the fixtures has it. What is not as it should be is printed to
standard error, a line for each disk, and makes the exit status 1.
"""
import json
import os
import subprocess
import sys
import tempfile


def write(path, text, executable=False):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    if executable:
        os.chmod(path, 0o755)


def program(root, name, output, status):
    write(f"{root}/{name}.out", output)
    write(f"{root}/bin/{name}",
          f'#!/bin/sh\necho "$@" >>{root}/{name}.asked\n/bin/cat {root}/{name}.out\nexit {status}\n', True)


def make_disk(root, sysfs):
    name = sysfs.pop("name", "sda")
    path = sysfs.pop("path", "pci0000:00/ata1/host0/target0:0:0/0:0:0:0")
    rotational = sysfs.pop("rotational", 1)
    number = "8:0"
    disk = f"{root}/sys/devices/{path}/block/{name}"
    files = {"size": 1 << 30, "ro": 0, "dev": number, "uevent": f"DEVNAME={name}",
             "queue/rotational": rotational, "queue/physical_block_size": 4096, "device/timeout": 30}
    files.update(sysfs)
    for file, value in files.items():
        write(f"{disk}/{file}", f"{value}\n")
    for link in (f"{root}/sys/class/block/{name}", f"{root}/sys/dev/block/{number}"):
        os.makedirs(os.path.dirname(link), exist_ok=True)
        os.symlink(disk, link)
    write(f"{root}/proc/uptime", "1100.00 0.00\n")
    return name


def make_set(root, number, files):
    for file, value in files.items():
        tree = "kernel/dm-remap/safe/stats" if file == "verify_errors" else "kernel/config/dm-remap/safe"
        write(f"{root}/sys/{tree}/{file}", f"{value}\n")
    write(f"{root}/sys/kernel/config/dm-remap/safe/block_size", "4096\n")
    write(f"{root}/safe.list", "0 1024 remap ok 0 4096 0 0 0 64 0 0 0 transient 0\n")
    return {"FAKE_DM": f"{root}/safe.list", "FAKE_DM_TABLE": f"{number} 0 8:32 1 transient"}


def judge(dmremap, fixture, root):
    name = make_disk(root, dict(fixture.get("sysfs", {})))
    env = {"PATH": f"{root}/bin", "DMREMAP_ROOT": root, "LC_ALL": "C"}
    # of a program with sanitizers
    env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
    operand = f"/dev/{name}"
    os.makedirs(f"{root}/bin")
    if fixture["smartctl"] is not None:
        program(root, "smartctl", json.dumps(fixture["smartctl"]), fixture["smartctl"]["smartctl"]["exit_status"])
    if "log" in fixture:
        program(root, "journalctl", "".join(f"{line}\n" for line in fixture["log"]) or "\n", 0)
    if "set" in fixture:
        for file, value in (("queue/logical_block_size", 512), ("alignment_offset", 0)):
            write(f"{root}/sys/dev/block/8:0/{file}", f"{value}\n")
        env.update(make_set(root, "8:0", fixture["set"]))
        env["LD_PRELOAD"] = os.environ["FAKE_DM_LIBRARY"]
        operand = "safe"
    result = subprocess.run([dmremap, "advise", "--json", operand], env=env, capture_output=True, text=True,
                            check=False)
    return result.returncode, result.stdout, result.stderr


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def print_row(name, fixture, status, reasons):
    disk = cell(f"{name.removesuffix('.json')}: {fixture['disk']}")
    why, reason = cell(fixture["why"]), cell(reasons[0]) if reasons else ""
    print(f"| {disk} | {fixture['verdict']} | {why} | {status} | {reason} |")


def main():
    dmremap, *paths = sys.argv[1:]
    good = True
    print("| disk | engineer | why | `advise` | its first reason |\n|---|---:|---|---:|---|")
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            fixture = json.load(file)
        with tempfile.TemporaryDirectory() as root:
            status, out, err = judge(dmremap, fixture, root)
        name = os.path.basename(path)
        reasons = [line["text"] for line in json.loads(out)["reasons"]] if out else [err.strip()]
        print_row(name, fixture, status, reasons)
        if status != fixture["verdict"]:
            print(f"{name}: {status} instead of {fixture['verdict']}: {reasons}", file=sys.stderr)
            good = False
    sys.exit(not good)


if __name__ == "__main__":
    main()
