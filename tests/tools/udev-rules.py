#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""udev-rules.py FILE KEY=VALUE...: what a file of udev's rules does with a device.

KEY is ACTION, SUBSYSTEM or KERNEL, ENV{NAME}, ATTR{NAME}, or DB{NAME}, a property from an earlier
event; TEST=PATH says that a path exists. Prints ENV{NAME}=VALUE for each property, and RUN=COMMAND.
"""
import fnmatch
import re
import sys

TOKEN = re.compile(r'\s*([A-Z_]+)(?:\{([^}]*)\})?\s*(==|!=|\+=|:=|=)\s*"((?:[^"\\]|\\.)*)"\s*,?')


def matches(pattern, value):
    return any(fnmatch.fnmatchcase(value, one) for one in pattern.split('|'))


def parse(path):
    with open(path, encoding='utf-8') as file:
        for line in file:
            line = line.strip()
            if line and not line.startswith('#'):
                tokens = TOKEN.findall(line)
                assert TOKEN.sub('', line).strip() == '', line
                yield tokens


class Device:
    def __init__(self, words):
        self.env, self.attr, self.db, self.run = {}, {}, {}, []
        self.paths, self.keys = set(), {}
        for word in words:
            key, value = word.split('=', 1)
            group, _, name = key.rstrip('}').partition('{')
            if key == 'TEST':
                self.paths.add(value)
            elif name:
                {'ENV': self.env, 'ATTR': self.attr, 'DB': self.db}[group][name] = value
            else:
                self.keys[key] = value

    def value(self, key, name):
        if key == 'ENV':
            return self.env.get(name, '')
        return self.attr.get(name, '') if key == 'ATTR' else self.keys.get(key, '')

    def holds(self, key, name, operator, value):
        found = value in self.paths if key == 'TEST' else matches(value, self.value(key, name))
        return found == (operator == '==')

    def do(self, key, name, value):
        if key == 'ENV':
            self.env[name] = value
        elif key == 'RUN':
            self.run.append(value)
        elif key == 'IMPORT' and name == 'db' and value in self.db:
            self.env[value] = self.db[value]

    def apply(self, rules):
        label = None
        for tokens in rules:
            if label and ('LABEL', '', '=', label) not in tokens:
                continue
            label = None
            goto = None
            for key, name, operator, value in tokens:
                if operator in ('==', '!='):
                    if not self.holds(key, name, operator, value):
                        break
                elif key == 'GOTO':
                    goto = value
                else:
                    self.do(key, name, value)
            else:
                label = goto


device = Device(sys.argv[2:])
device.apply(parse(sys.argv[1]))
for name, value in sorted(device.env.items()):
    print(f'ENV{{{name}}}={value}')
for command in device.run:
    print(f'RUN={command}')
