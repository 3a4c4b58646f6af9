#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The check of assertions finds those that assert nothing, and no others."""
import importlib.machinery
import importlib.util
import os
import re
import subprocess
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
       '[ a ] && [ b ] # both',
       '[ a ] && grep -q x log',
       'grep -q x log && ! grep -q y log',
       'cmp a b && cmp b c',
       'blockdev --setrw $R 2>/dev/null && run ! write_pattern $R 0 4096 a']
# in a function: the last command decides its status
MIDDLE = ['for x in a b; do [ $x ] && [ b ]; done',
          'while read -r x; do\n\t\t! grep -q $x log\n\tdone',
          'if [ a ]; then ! grep -q x log; fi',
          'true; ! grep -q x log; true',
          'check() { [ a ] && [ b ]; true; }',
          '{ [ a ] && [ b ]; }']
GOOD = ['[ ! -e $R ]\n\t[ -e $S ]',
        '[ -n "$a" ] && b=1',
        'for ((i = 0; i < 3; i++)); do run ! grep -q x log; done',
        'while [ a ] && [ b ]; do c; done',
        'until ! grep -q x log; do c; done',
        'echo "a; ! grep"; x=$(true; ! true)',
        'check() { [ a ] && [ b ]; }',
        'check() {\n\t\ttrue\n\t\t! grep -q x log\n\t}\n\tcheck',
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
        for line in BAD + MIDDLE:
            for text in (f'@test "a" {{\n\t{line}\n\ttrue\n}}\n', f'@test "a" {{\n\t{line}\n}}\n',
                         f'helper() {{\n\t{line}\n\ttrue\n}}\n'):
                self.assertEqual(len(self.found(text)), 1, text)

    def test_good(self):
        for line in GOOD:
            text = f'@test "a" {{\n\t{line}\n\ttrue\n}}\n'
            self.assertEqual(self.found(text), [], text)

    def test_after_a_function_of_the_test(self):
        for line in BAD + MIDDLE:
            text = f'@test "a" {{\n\tcheck() {{\n\t\ttrue\n\t}}\n\t{line}\n}}\n'
            self.assertEqual(len(self.found(text)), 1, text)

    def test_every_file_is_looked_at(self):
        """Those that git knows are all that there are, wherever they are."""
        top = os.path.join(os.path.dirname(PATH), '..', '..')
        with open(os.path.join(os.path.dirname(PATH), 'check'), encoding='utf-8') as file:
            command = next(line for line in file if line.startswith('assertions()'))
        listed = subprocess.run(re.search(r'git ls-files [^|]*', command)[0], shell=True, cwd=top,
                                check=True, capture_output=True, text=True).stdout.split()
        there = [os.path.relpath(os.path.join(path, name), top)
                 for path, _, names in os.walk(os.path.join(top, 'tests')) for name in names
                 if name.endswith(('.bats', '.bash'))]
        self.assertEqual(sorted(there), sorted(listed))

    def test_value_of_a_function(self):
        for line in [line for line in BAD if 'run !' not in line]:
            text = f'helper() {{\n\ttrue\n\t{line}\n}}\n\n@test "a" {{\n\thelper\n}}\n'
            self.assertEqual(self.found(text), [], text)


if __name__ == '__main__':
    unittest.main()
