#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""docs/guide/troubleshooting.md has an entry for each message, and none for others.

Messages are those that the target gives with a refused table, those that the
modules log, and the complaints of dmremap that take more than one word to mend: also
those that are put together elsewhere, as far as one begins there and is not a part of
another one.
What printf fills in is "..." in the page.  With --missing, print what the page lacks.
"""
import os
import re
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(TOP, 'docs/guide/troubleshooting.md')
TEXT = r'((?:"(?:\\.|[^"\\])*"\s*(?:PRIu64\s*)?)+)'
REFUSED = re.compile(r'\berror = ' + TEXT)
# whole sentences, not parts that begin with a small letter
SENTENCE = TEXT.replace('"', '"(?![a-z])', 1)
REASON = re.compile(r'\bwhy = ' + SENTENCE)
LOGGED = re.compile(r'\b(?:DM(?:ERR|WARN|INFO)(?:_LIMIT)?|remap_(?:err|warn|info|say)\w*)'
                    r'\((?:\w+(?:->\w+)*, )?' + TEXT)
OF_A_SET = re.compile(r'\bremap_log\(rd, \w+,\s*(?:\w+ \? )?' + TEXT)
COMPLAINT = re.compile(r'\bcomplain\(' + TEXT)
# explain.c and damage.c: strings that begin a message, not those that continue one
EXPLAINED = re.compile(r'\btext_add\(text, \w+, ' + TEXT.replace('"', '"(?:%s (?!%s)|[A-Z])', 1))
WHY = re.compile(r'\b(?:snprintf|text_add)\((?:result|row)->why, sizeof\((?:result|row)->why\),\s*' + TEXT)
LEFT_OUT = re.compile(r'^\t\t' + TEXT.replace('"', '"(?=[A-Z][A-Za-z -]* left out)', 1), re.M)
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
CONVERSION = re.compile(r'%[-+ #0-9.*$]*(?:hh|h|ll|l|z|j|t)?[a-zA-Z]')
ENTRY = re.compile(r'^\| `` ?(.*?) ?`` \|', re.M)


def plain(literals):
    """A format as the page has it."""
    text = ''.join(LITERAL.findall(literals)).replace('\\n', '').replace('\\"', '"')
    text = text.replace('\\\\', '\\')
    text = re.sub('%p[Ug]', '...', text)
    text = CONVERSION.sub('...', text).replace('%%', '%')
    return re.sub(r'^\.\.\.: ', '', text).strip()


def messages(folder, patterns):
    found = {}
    for path, _, files in os.walk(os.path.join(TOP, folder)):
        for file in sorted(files):
            if not file.endswith('.c'):
                continue
            with open(os.path.join(path, file), encoding='utf-8') as source:
                text = source.read()
            for pattern in patterns:
                for literals in pattern.findall(text):
                    message = plain(literals)
                    if ' ' in message:
                        found.setdefault(message, os.path.relpath(os.path.join(path, file), TOP))
    return found


def of_the_kernel():
    return messages('modules', (REFUSED, REASON, LOGGED, OF_A_SET))


def of_the_tool():
    return messages('tools/dmremap', (COMPLAINT, EXPLAINED, WHY, LEFT_OUT))


def entries():
    with open(PAGE, encoding='utf-8') as page:
        return set(ENTRY.findall(page.read()))


class TestMessages(unittest.TestCase):
    maxDiff = None

    def test_each_message_has_an_entry(self):
        wanted = {**of_the_kernel(), **of_the_tool()}
        self.assertEqual([], sorted(set(wanted) - entries()))

    def test_each_entry_is_a_message(self):
        wanted = {**of_the_kernel(), **of_the_tool()}
        self.assertEqual([], sorted(entries() - set(wanted)))


if __name__ == '__main__':
    if sys.argv[1:] == ['--missing']:
        known = entries() if os.path.exists(PAGE) else set()
        for kind in (of_the_kernel(), of_the_tool()):
            for message, source in sorted(kind.items(), key=lambda item: item[::-1]):
                if message not in known:
                    print(f'{source}\t{message}')
    else:
        unittest.main()
