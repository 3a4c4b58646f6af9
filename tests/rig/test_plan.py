#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Slices hold all that headers do not ask for in each run, each once; turns all that takes turns."""
import os
import re
import subprocess
import unittest

RIG = os.path.dirname(os.path.abspath(__file__))
KERNELS = ['6.12', '6.1', 'uml', 'umldebug', 'host']
SLICES = 5
TURNS = 3


def plan(kernels=None, **environment):
    """The lines that the plan has."""
    env = {k: v for k, v in os.environ.items() if k not in ('ALL', 'SLOW', 'SLICE', 'SLICES', 'TURN')}
    return subprocess.run([os.path.join(RIG, 'plan'), *(kernels or KERNELS)], check=True,
                          env={**env, **environment}, capture_output=True,
                          text=True).stdout.splitlines()


def headers():
    """Name of each file, with the words of its header."""
    for folder in ('guest', 'host'):
        path = os.path.join(RIG, '..', folder)
        for name in sorted(os.listdir(path)):
            if name.endswith('.bats'):
                with open(os.path.join(path, name), encoding='utf-8') as file:
                    words = ' '.join(re.findall(r'^# rig: *(.*)', file.read(), re.M)).split()
                yield folder, name[:-5], words


class Plan(unittest.TestCase):
    def test_slices_hold_everything_once(self):
        always = plan(SLOW='1')
        self.assertEqual(sorted(set(always)), sorted(always))
        slices = []
        for number in range(SLICES):
            lines = plan(SLOW='1', SLICE=str(number), SLICES=str(SLICES))
            self.assertLessEqual(set(always), set(lines))
            slices += set(lines) - set(always)
        self.assertEqual(len(slices), len(set(slices)))
        turns = [set(plan(SLOW='1', TURN=str(number))) for number in range(TURNS)]
        for_all = {f'{"host" if folder == "host" else k} {name}'
                   for folder, name, words in headers() if 'test=-' in words for k in KERNELS}
        self.assertEqual(set().union(slices, *turns), set(plan(ALL='1')) - for_all)

    def test_turns_hold_each_file_once(self):
        turns = [plan(SLOW='1', TURN=str(number)) for number in range(7, 7 + TURNS)]
        always = set(turns[0]).intersection(*turns)
        files = [line for turn in turns for line in turn if line not in always]
        self.assertEqual(len(files), len(set(files)))
        asked = {f'{k} {name}' for folder, name, words in headers() for k in KERNELS
                 if any(re.search(rf'^test=(.*,)?{k}/{TURNS}(,|$)', word) for word in words)}
        self.assertEqual(set(files), asked)
        # as even as they can be, for each kernel
        self.assertLessEqual(max(map(len, turns)), min(map(len, turns)) + len(KERNELS))

    def test_each_file_runs_somewhere_in_its_turn(self):
        files = {line.split()[1] for number in range(TURNS)
                 for line in plan(SLOW='1', TURN=str(number))}
        for _, name, words in headers():
            if not ({'test=-', 'test=slice', 'test=slice,kcsan'} & set(words) or
                    'kernels=debug' in words):
                self.assertIn(name, files)

    def test_a_kernel_alone_has_what_it_has_among_others(self):
        for kernel in KERNELS:
            self.assertEqual(plan([kernel], SLOW='1', SLICE='3'),
                             [line for line in plan(SLOW='1', SLICE='3')
                              if line.startswith(kernel + ' ')])

    def test_numbers_go_on_after_the_last_slice(self):
        self.assertEqual(plan(SLICE='2', SLICES='5'), plan(SLICE='1007', SLICES='5'))


if __name__ == '__main__':
    unittest.main()
