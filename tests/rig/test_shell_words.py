#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A command that dmremap prints can be copied into a shell, whatever its names are.

Each "%s" of a command in the text of a message, of advice or of a state has to be filled in by
shell_word(), since names may have backslashes, and paths may have spaces.  Commands are in quotes
within the text, or begin with a program that is listed here.
"""
import os
import re
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREE = os.path.join(TOP, 'tools/dmremap')
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
LITERALS = re.compile(r'(?:"(?:\\.|[^"\\])*"\s*)+')
CHARACTER = re.compile(r"'(?:\\.|[^'\\])+'")
COMMENT = re.compile(r'/\*.*?\*/', re.S)
CONVERSION = re.compile(r'%(?:%|[-+ #0]*\*?\d*(?:\.(?:\*|\d+))?(?:hh|h|ll|l|z)?[a-zA-Z])')
COMMANDS = (re.compile(r'\\"([a-z][a-z0-9.-]* [^"]*?)\\"'),
            re.compile(r'(?:^|: |; |\. | {3,}|&& |\()((?:dmremap|ddrescue|hdparm|lvcreate|smartctl) '
                       r'[^"]*?)(?=\\n|$|\. |&&|\))'))
# in the text before "%s": what this program or the kernel has named
OWN = re.compile(r'(?:/dev/|modprobe |smartctl |selftest |smartctl -l |mount -o |mount -o %s)$')
# arguments without characters that a shell interprets
SAFE = re.compile(r'(?:^|[.>])uuid$|^REGISTRY_DIR$|^strerror\(')
# the usage of a command, the title of a screen, and two sentences that a pattern takes for a command
OTHER = re.compile(r'^Usage: |^dmremap top: |may read some of them from %s|remove the signature of %s')


def arguments(text, start):
    """The arguments of the call whose parenthesis is at start; None if it does not end."""
    depth, begin, found, i = 0, start + 1, [], start
    while i < len(text):
        skip = LITERAL.match(text, i) or CHARACTER.match(text, i)
        if skip:
            i = skip.end()
            continue
        depth += (text[i] in '([{') - (text[i] in ')]}')
        if depth == 0 or (text[i] == ',' and depth == 1):
            found.append(' '.join(text[begin:i].split()))
            begin = i + 1
        if depth == 0:
            return found
        i += 1
    return None


def calls(text):
    """Each format in a text of C, with the arguments behind it."""
    for match in re.finditer(r'\b[a-z_]+\(', text):
        words = arguments(text, match.end() - 1) or []
        for i, word in enumerate(words):
            if LITERALS.fullmatch(word):
                yield ''.join(LITERAL.findall(word)), words[i + 1:]
                break


def unquoted(text):
    """Formats of commands, each with an argument that no call of shell_word() fills in."""
    for form, words in calls(COMMENT.sub('', text)):
        spans = [match.span(1) for pattern in COMMANDS for match in pattern.finditer(form)]
        if not spans or OTHER.search(form):
            continue
        nr = 0
        for match in CONVERSION.finditer(form):
            if match.group() == '%%':
                continue
            nr += 1 + match.group().count('*')
            if nr > len(words) or not match.group().endswith('s'):
                continue
            inside = any(begin <= match.start() < end for begin, end in spans)
            word = words[nr - 1]
            if inside and not (word.startswith('shell_word(') or SAFE.search(word) or
                               OWN.search(form[:match.start()])):
                yield form, word


def sources():
    for path, _, files in os.walk(TREE):
        for file in sorted(files):
            if file.endswith('.c'):
                yield os.path.join(path, file)


class TestShellWords(unittest.TestCase):
    maxDiff = None

    def test_each_word_of_a_command_is_quoted(self):
        found = []
        for path in sources():
            with open(path, encoding='utf-8') as source:
                for form, word in unquoted(source.read()):
                    found.append('%s: %s in "%s"' % (os.path.relpath(path, TREE), word, form))
        self.assertEqual([], found)

    def test_a_bare_name_is_found(self):
        text = r'complain("%s waits: \"dmremap status %s\".", name, name);'
        self.assertEqual(['name'], [word for _, word in unquoted(text)])
        text = text.replace('name)', 'shell_word(name))')
        self.assertEqual([], list(unquoted(text)))


if __name__ == '__main__':
    unittest.main()
