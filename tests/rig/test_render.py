#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""docs/html/render.py empties no directory that it has not made."""
import importlib.util
import os
import pathlib
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
SPEC = importlib.util.spec_from_file_location('render', TOP / 'docs/html/render.py')
render = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(render)


class TestPrepare(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.TemporaryDirectory()
        self.out = pathlib.Path(self.root.name) / 'a/html'

    def tearDown(self):
        self.root.cleanup()

    def test_new_and_empty_directories_are_taken(self):
        render.prepare(self.out)
        self.assertEqual([render.MARK], os.listdir(self.out))
        (self.out / render.MARK).unlink()
        render.prepare(self.out)

    def test_its_own_is_emptied(self):
        render.prepare(self.out)
        (self.out / 'old.html').touch()
        render.prepare(self.out)
        self.assertEqual([render.MARK], os.listdir(self.out))

    def test_others_are_left_alone(self):
        self.out.mkdir(parents=True)
        (self.out / 'thesis').write_text('x')
        with self.assertRaises(SystemExit) as refused:
            render.prepare(self.out)
        self.assertIn('was not made by this program', str(refused.exception))
        with self.assertRaises(SystemExit):
            render.prepare(self.out / 'thesis')
        self.assertEqual('x', (self.out / 'thesis').read_text())


if __name__ == '__main__':
    unittest.main()
