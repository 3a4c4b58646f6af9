#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of "coverage-report": which lines count as run, and which need a reason."""
import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).parent / 'coverage-report'
LOADER = importlib.machinery.SourceFileLoader('report', str(SCRIPT))
report = importlib.util.module_from_spec(importlib.util.spec_from_loader('report', LOADER))
LOADER.exec_module(report)


class Report(unittest.TestCase):
    def file(self):
        f = report.File()
        f.add([(3, 1, 'a'), (5, 1, 'a'), (6, 0, 'a'), (9, 0, 'b'), (11, 0, 'b')])
        return f

    def test_lines_without_a_count_are_missed(self):
        self.assertEqual(self.file().missed(), [6, 9, 11])
        self.assertAlmostEqual(self.file().percent(), 40)

    def test_counts_of_objects_add_up(self):
        f = self.file()
        f.add([(11, 2, 'b')])
        self.assertEqual(f.missed(), [6, 9])
        self.assertAlmostEqual(f.percent(), 60)

    def test_functions_that_a_macro_makes_of_a_line_add_up(self):
        f = self.file()
        f.add([(9, 1, 'c'), (9, 0, 'd')])
        self.assertEqual(f.missed(), [6, 11])

    def test_others_only_add_to_lines_that_are_there(self):
        f, other = self.file(), report.File()
        other.add([(6, 1, 'a'), (7, 0, 'a')])
        report.add_known({'x': f}, {'x': other, 'y': other})
        self.assertEqual(f.missed(), [9, 11])
        self.assertEqual(len(f.count), 5)

    def test_ranges(self):
        self.assertEqual(report.ranges([1, 2, 3, 7]), '1-3 7')

    def test_more_lines_than_have_a_reason_are_reported(self):
        with tempfile.TemporaryDirectory() as tmp:
            path = Path(tmp, 'not-run')
            path.write_text('# why\n\ncore/x.c a 1 a race\ncore/x.c b 1 a race\n', encoding='utf-8')
            reasons = report.read_reasons(path)
        missed = report.by_function({'modules/core/x.c': self.file()})
        self.assertEqual(report.unexplained(missed, reasons), ['  modules/core/x.c: b: 9 11'])


if __name__ == '__main__':
    unittest.main()
