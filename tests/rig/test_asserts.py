#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The check of assertions finds those that assert nothing, and no others."""
import importlib.machinery
import importlib.util
import os
import unittest

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'asserts')
LOADER = importlib.machinery.SourceFileLoader('asserts', PATH)
ASSERTS = importlib.util.module_from_spec(importlib.util.spec_from_loader('asserts', LOADER))
LOADER.exec_module(ASSERTS)

BAD = ['[ ! -e $R ] && [ "$(ls)" = "" ]',
       '[[ $a = b ]] && ((c == 1))',
       '[ a ] \\\n\t\t&& [ b ]',
       '[ a ] &&\n\t\t[ b ]',
       '! grep -q error log',
       'blockdev --setrw $R 2>/dev/null && run ! write_pattern $R 0 4096 a']
GOOD = ['[ ! -e $R ]\n\t[ -e $S ]',
        '[ -n "$a" ] && b=1',
        '[ a ] && [ b ] || false',
        '! slow_kernel || ROUNDS=20',
        'if [ a ] && [ b ]; then c; fi',
        '# [ a ] && [ b ]',
        "guest_run 'starts\n\t! starts\n\t[ a ] && [ b ]'",
        "# it's quoted\n\t" + 'run ! grep -q error log']


class Asserts(unittest.TestCase):
    def found(self, text):
        return [statement for _, statement in ASSERTS.complaints(text)]

    def test_bad(self):
        for line in BAD:
            for text in (f'@test "a" {{\n\t{line}\n\ttrue\n}}\n', f'@test "a" {{\n\t{line}\n}}\n',
                         f'helper() {{\n\t{line}\n\ttrue\n}}\n'):
                self.assertEqual(len(self.found(text)), 1, text)

    def test_good(self):
        for line in GOOD:
            text = f'@test "a" {{\n\t{line}\n\ttrue\n}}\n'
            self.assertEqual(self.found(text), [], text)

    def test_value_of_a_function(self):
        for line in BAD[:5]:
            text = f'helper() {{\n\ttrue\n\t{line}\n}}\n\n@test "a" {{\n\thelper\n}}\n'
            self.assertEqual(self.found(text), [], text)


if __name__ == '__main__':
    unittest.main()
