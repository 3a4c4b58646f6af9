#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Complaints of the kernel are found in its log, but for those that are its own fault."""
import os
import subprocess
import tempfile
import unittest

SPLATS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'splats')


def leak(dump, trace=''):
    """What kmemleak says of an object whose memory looks like that."""
    lines = ['unreferenced object 0xffff9ee7d8e0 (size 8):',
             '  comm "failures", pid 134, jiffies 4294940240',
             '  hex dump (first 8 bytes):', f'    {dump}', '  backtrace (crc 1bc6539):']
    if trace:
        lines.append(f'    [<00000000f0d0a2e2>] {trace}')
    return ''.join(f'[  189.3{i}0000] {line}\n' for i, line in enumerate(lines))


class Splats(unittest.TestCase):
    def said(self, log):
        with tempfile.NamedTemporaryFile('w') as file:
            file.write('[    1.000000] rig: test one\n' + log + '[  190.000000] rig: end\n')
            file.flush()
            return subprocess.run([SPLATS, file.name], capture_output=True, text=True,
                                  check=True).stdout

    def test_names_of_caches(self):
        own = leak('62 69 6f 2d 33 33 36 00                          bio-336.')
        self.assertEqual(self.said(own), '')
        self.assertEqual(self.said(leak('00 01 02 03', 'sysfs_slab_add+0x1c/0x2a0')), '')

    def test_other_leaks(self):
        own = leak('62 69 6f 2d 33 33 36 00                          bio-336.')
        ours = leak('62 69 6f 00 33 33 36 00                          bio.336.')
        for log in (ours, own + ours, ours + own, leak('00 01 02 03', 'remap_table_init+0x1/0x2')):
            self.assertIn('in one:', self.said(log))
            self.assertEqual(self.said(log).count('unreferenced object'), 1)

    def test_other_complaints(self):
        for line in ('BUG: KASAN: slab-use-after-free in remap_map', 'WARNING: CPU: 0 PID: 1',
                     'UBSAN: shift-out-of-bounds', 'INFO: possible circular locking'):
            self.assertIn(line, self.said(f'[    2.000000] {line}\n'))
        self.assertEqual(self.said('[    2.000000] blk_update_request: I/O error\n'), '')

    def test_sectors_that_neither_node_can_read(self):
        drbd = '[   11.174127] drbd r0/0 drbd0: drbd_req_destroy: Logic BUG rq_state = 0x{}, completion_ref = 0\n'
        self.assertEqual(self.said(drbd.format('120040')), '')
        self.assertIn('Logic BUG', self.said(drbd.format('120042')))


if __name__ == '__main__':
    unittest.main()
