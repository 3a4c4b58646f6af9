#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The check of layers finds each kind of use that goes upwards, and no other."""
import os
import subprocess
import tempfile
import unittest

LAYERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'layers')
TREE = {
    'layers': 'top  # a comment\nleft right\nlow/own.h\nlow\n',
    'top.c': '#include "left/a.h"\nint main(void)\n{\n\treturn a() + b();\n}\n',
    'left/a.c': '#include "a.h"\n#include "low/low.h"\n'
                'int a(void)\n{\n\treturn low_call(&low_value);\n}\n',
    'left/a.h': '/* calls b() */\nint a(void);\n',
    'right/b.c': 'static int a(void)\n{\n\treturn 1;\n}\n\nint b(void)\n{\n'
                 '\tputs("a()");\n\treturn a();\n}\n',
    'low/low.c': 'const int low_value = 1;\nint low_call(const int *p)\n{\n\treturn *p;\n}\n',
    'low/low.h': 'extern const int low_value;\nint low_call(const int *p);\n',
    'low/own.h': 'int b(void);\n',
}


class Layers(unittest.TestCase):
    def run_on(self, changes):
        """Returns what the check says of TREE with some files replaced."""
        with tempfile.TemporaryDirectory() as top:
            for path, text in {**TREE, **changes}.items():
                path = os.path.join(top, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(text)
            result = subprocess.run([LAYERS, top], capture_output=True, text=True, check=False)
            said = result.stdout.replace(top + '/', '').replace(top, '').splitlines()
            self.assertEqual((result.returncode, result.stderr), (1 if said else 0, ''))
            return said

    def test_downwards(self):
        self.assertEqual(self.run_on({}), [])

    def test_include(self):
        self.assertEqual(self.run_on({'low/x.c': '#include "left/a.h"\n'}),
                         ['low/x.c: includes "left/a.h", but left/a.h is above it'])

    def test_call(self):
        self.assertEqual(self.run_on({'right/x.c': 'int x(void)\n{\n\treturn a();\n}\n'}),
                         ['right/x.c: calls a(), but left/a.c is beside it'])

    def test_variable(self):
        self.assertEqual(self.run_on({'low/x.h': 'extern int value;\n', 'top.c': 'int value = 1;\n',
                                      'low/x.c': 'int x(void)\n{\n\treturn value;\n}\n'}),
                         ['low/x.c: names value, but top.c is above it'])

    def test_declaration(self):
        self.assertEqual(self.run_on({'low/x.h': 'int __printf(1, 2) a(void);\n'}),
                         ['low/x.h: declares a(), but left/a.c is above it'])

    def test_circle(self):
        self.assertEqual(self.run_on({'low/x.c': 'int x(void)\n{\n\treturn y();\n}\n',
                                      'low/y.c': 'int y(void)\n{\n\treturn x();\n}\n'}),
                         [': a circle: low/x.c -> low/y.c -> low/x.c'])

    def test_private(self):
        shared = {'layers': TREE['layers'] + 'private left/dev.h dev\n',
                  'left/dev.h': 'struct dev {\n\tint nr;\n\tstruct part part;\n};\n',
                  'low/part.h': 'struct part {\n\tint n;\n};\n'}
        names = 'int x(struct dev *d)\n{\n\td->nr = 1;\n\treturn d->part.n;\n}\n'
        self.assertEqual(self.run_on({**shared, 'low/part.c': names}), [])
        self.assertEqual(self.run_on({**shared, 'top.c': names}),
                         ['top.c: names part.n, which belongs to low/part'])
        self.assertEqual(self.run_on({**shared, 'top.c': names.replace('d->part.n', 'y(&d->part)')}),
                         [])
        self.assertEqual(self.run_on({**shared, 'left/dev.h': 'struct dev {\n\tint nr;\n};\n'}),
                         ['layers: left/dev.h has no struct dev of parts'])

    def test_table(self):
        self.assertEqual(self.run_on({'layers': TREE['layers'].replace('top', 'gone')}),
                         ['layers: gone: there is no such file or folder', 'top.c: is in no layer'])


unittest.main()
