#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of "tested": rows are counted from results, and rows without results stay."""
import subprocess
import tempfile
import unittest
from pathlib import Path

RIG = Path(__file__).parent
BEGIN, END = '<!-- written by "make tested" -->\n', '<!-- end of what "make tested" writes -->\n'
OLD = '| user-mode Linux | 6.12.1 | 1 | 7 | 0 | 0 | 2020-01-02 |\n'


class Tested(unittest.TestCase):
    def setUp(self):
        self.tmp = tempfile.TemporaryDirectory()
        self.addCleanup(self.tmp.cleanup)
        self.readme = Path(self.tmp.name, 'README.md')
        self.readme.write_text(f'before\n{BEGIN}| a |\n|---|\n{OLD}{END}after\n', encoding='utf-8')

    def result(self, kernel, name, tap, log=''):
        folder = Path(self.tmp.name, 'results', kernel)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f'{name}.tap').write_text(tap, encoding='utf-8')
        (folder / f'{name}.log').write_text(log, encoding='utf-8')

    def written(self):
        subprocess.run([RIG / 'tested', Path(self.tmp.name, 'results'), self.readme], check=True)
        return self.readme.read_text(encoding='utf-8')

    def test_counts(self):
        self.result('6.1', 'a', '1..4\nok 1 x\nnot ok 2 y\nok 3 z # skip no disk\nok 4 z\n',
                    '[ 0.0] Linux version 6.1.0-56-amd64 (a@b) (gcc-12)\n')
        self.result('6.1', 'b', '1..1\nok 1 x\n')
        self.assertIn('| Debian 12, amd64, emulated, 6.1 | 6.1.0-56-amd64 | 2 | 3 | 1 | 1 |', self.written())

    def test_rows_without_results_stay(self):
        self.result('check', 'check', 'ok 1 x\n')
        text = self.written()
        self.assertIn(OLD, text)
        self.assertIn('| static checks |  | 1 | 1 | 0 | 0 |', text)
        self.assertEqual(text, self.written())
        self.assertTrue(text.startswith('before\n') and text.endswith('after\n'))

    def test_new_results_replace_the_row(self):
        self.result('uml', 'smoke', 'ok 1 x\nok 2 y\n', 'Linux version 6.12.117 (a)\n')
        text = self.written()
        self.assertNotIn(OLD, text)
        self.assertIn('| user-mode Linux | 6.12.117 | 1 | 2 | 0 | 0 |', text)


if __name__ == '__main__':
    unittest.main()
