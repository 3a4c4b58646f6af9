#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of generate.py: a mistake in the schema is found, and what is made is right."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TEXT = (HERE / "dm-remap.yaml").read_text(encoding="utf-8")


def run(*args):
    return subprocess.run(
        [sys.executable, HERE / "generate.py", *args], capture_output=True, text=True, check=False
    )


def run_with(text, *args):
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "schema.yaml"
        path.write_text(text, encoding="utf-8")
        return run("--schema", path, *args)


class Mistakes(unittest.TestCase):
    """Each is one change to the schema, and a part of what is said about it."""

    CASES = {
        "unknown key": ("mode: ro\n", "mode: ro\n            colour: red\n", "unknown key colour"),
        "missing field": ("            persistence: kept\n", "", "persistence is missing"),
        "key twice": ("name: dm-remap\n", "name: dm-remap\nname: dm-remap\n", "name stands twice"),
        "not YAML": ("name: dm-remap\n", "name: [\n", "not YAML"),
        "attribute twice": ("- name: block_size\n            mode", "- name: main\n            mode", "main stands twice"),
        "file and directory": ("- name: block_size\n            mode", "- name: spare\n            mode", "is a file and"),
        "wrong type of a value": ("version: 2\n", "version: two\n", "not of type int"),
        "truth value for a number": ("{min: 0, max: 16}", "{min: false, max: 16}", "not of type int"),
        "unknown mode": ("mode: wo\n", "mode: xo\n", "mode xo"),
        "unknown type": ("type: u32\n", "type: u33\n", "u33 is not among types"),
        "unknown unit": ("unit: bytes\n", "unit: bits\n", "bits is not among units"),
        "unknown names": ("enum: policy\n", "enum: polity\n", "polity is not among definitions"),
        "unknown module": ("module: dm_remap_stats\n", "module: dm_remap_sta\n", "not among modules"),
        "unknown error": ("code: ERANGE", "code: ERANG", "errors has a code"),
        "unknown status": ("status: present\n    doc: finds", "status: some\n    doc: finds", "status some"),
        "unknown kind of sets": ("sets: persistent", "sets: none", "sets none"),
        "later than the version": ("since: 1\n    module: dm_remap\n", "since: 3\n    module: dm_remap\n", "since 3"),
        "min above max": ("{min: 0, max: 16}", "{min: 17, max: 16}", "not a range"),
        "max beyond the type": ("{min: 0, max: 4294967295}", "{min: 0, max: 4294967296}", "not a range"),
        "edge no power of two": ("{min: 64, max: 16777216,", "{min: 65, max: 16777216,", "not powers of two"),
        "reference to nothing": ("max: {attribute: spare/total}", "max: {attribute: spare/tot}", "no attribute spare/tot"),
        "parameter that is not there": ("dm_remap.auto_remap}", "dm_remap.auto_rema}", "no parameter"),
        "default out of range": ("default: 1\n", "default: 17\n", "default is out of range"),
        "default that is no name": ("default: near\n", "default: far\n", "not one of the names"),
        "setting without a default": ("            default: 10000\n", "", "needs a default"),
        "number without a range": ("            checks: {min: 0, max: 16}\n", "", "needs checks"),
        "unknown field of status": ("- name: bad_spare\n", "- name: bad_spares\n", "not in the form"),
    }

    def test_mistakes(self):
        for what, (old, new, message) in self.CASES.items():
            with self.subTest(what):
                self.assertIn(old, TEXT)
                result = run_with(TEXT.replace(old, new, 1), "--flat")
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(message, result.stderr)
                self.assertNotIn("Traceback", result.stderr)
                self.assertEqual(result.stdout, "")


class Results(unittest.TestCase):
    def test_files_on_disk_are_up_to_date(self):
        result = run("--check")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_check_finds_changed_missing_and_left_over_files(self):
        with tempfile.TemporaryDirectory() as name:
            out = pathlib.Path(name)
            self.assertEqual(run("--output", out).returncode, 0)
            self.assertEqual(run("--output", out, "--check").returncode, 0)
            page = out / "reference/attributes.md"
            good = page.read_text(encoding="utf-8")
            left_over = out / "reference/ABI/testing/old"

            def change():
                page.write_text(good + "more\n", encoding="utf-8")

            def leave():
                left_over.write_text("", encoding="utf-8")

            for spoil, path in ((change, page), (page.unlink, page), (leave, left_over)):
                spoil()
                result = run("--output", out, "--check")
                self.assertEqual(result.returncode, 1)
                self.assertIn(str(path), result.stderr)
                self.assertEqual(run("--output", out).returncode, 0)
                self.assertEqual(run("--output", out, "--check").returncode, 0)
            self.assertFalse(left_over.exists())

    def test_flat_table_has_a_line_for_each_attribute(self):
        rows = [line.split("\t") for line in run("--flat").stdout.splitlines() if not line.startswith("#")]
        self.assertEqual({len(row) for row in rows}, {14})
        self.assertFalse([row for row in rows if "" in row])
        places = [row[3] + "/" + row[4] for row in rows]
        self.assertEqual(len(places), len(set(places)))
        grow = rows[places.index("/sys/kernel/config/dm-remap/<device>/hash/grow_percent")]
        self.assertEqual(
            grow[5:12],
            ["0644", "u32", "51", "1000", "-", "parameter:/sys/module/dm_remap/parameters/hash_grow_percent",
             "ge:hash/shrink_percent:2:1"],
        )
        low_water = rows[places.index("/sys/kernel/config/dm-remap/<device>/spare/low_water")]
        self.assertEqual(low_water[8:11], ["attribute:spare/total:1", "-", "attribute:spare/total:10"])
        storm_limit = rows[places.index("/sys/kernel/config/dm-remap/<device>/errors/storm_limit")]
        self.assertEqual(storm_limit[10], "attribute:spare/total:2:64:4096")

    def test_templates_and_the_schema_agree(self):
        with tempfile.TemporaryDirectory() as name:
            here = pathlib.Path(name)
            for file in HERE.iterdir():
                if file.suffix in (".py", ".in", ".yaml"):
                    (here / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
            for name, absent in (("dm-remap.4.in", "no page has TABLE"), ("dm-remap.rst.in", "has no TABLE")):
                template = here / name
                good = template.read_text(encoding="utf-8")
                for bad, message in (("@TABLES@", "there is no part TABLES"), ("", absent)):
                    template.write_text(good.replace("@TABLE@", bad), encoding="utf-8")
                    result = subprocess.run(
                        [sys.executable, here / "generate.py", "--output", here / "out"],
                        capture_output=True, text=True, check=False,
                    )
                    self.assertEqual(result.returncode, 1)
                    self.assertIn(message, result.stderr)
                    self.assertFalse((here / "out").exists())
                template.write_text(good, encoding="utf-8")

    def test_abi_has_only_what_is_there(self):
        text = TEXT.replace("status: present", "status: planned")
        with tempfile.TemporaryDirectory() as name:
            self.assertEqual(run_with(text, "--output", name).returncode, 0)
            self.assertFalse((pathlib.Path(name) / "reference/ABI").exists())


if __name__ == "__main__":
    unittest.main()
