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
        f.add({3: (0, 'a'), 5: (1, 'a'), 6: (0, 'a'), 9: (0, 'b'), 11: (0, 'b')}, {3: 7, 9: 12})
        return f

    def test_head_of_an_inlined_function_is_run_with_its_body(self):
        self.assertEqual(self.file().missed(), [6, 9, 11])

    def test_counts_of_objects_add_up(self):
        f = self.file()
        f.add({11: (2, 'b')}, {})
        self.assertEqual(f.missed(), [6])
        self.assertAlmostEqual(f.percent(), 80)

    def test_ranges(self):
        self.assertEqual(report.ranges([1, 2, 3, 7]), '1-3 7')

    def test_more_lines_than_have_a_reason_are_reported(self):
        with tempfile.TemporaryDirectory() as tmp:
            path = Path(tmp, 'not-run')
            path.write_text('# why\n\ncore/x.c a 1 a race\ncore/x.c b 1 a race\n', encoding='utf-8')
            reasons = report.read_reasons(path)
        missed = report.by_function({'modules/core/x.c': self.file()}, Path(tmp))
        self.assertEqual(report.unexplained(missed, reasons), ['  modules/core/x.c: b: 9 11'])


if __name__ == '__main__':
    unittest.main()
