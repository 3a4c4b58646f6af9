#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Unit tests of the parts of the simulation, on disks small enough to follow by hand."""

import unittest

import numpy as np

import disks
import estimate
import finding
import owner
import report
from published import NEARLINE, STUDY_DAYS

NEVER = np.inf


def lives(*pieces, fails=(NEVER,)):
    """Disks by hand: pieces are (disk, day, block, length, run, spot)."""
    columns = [np.array(c) for c in zip(*pieces)]
    disk, day, block, length, run, spot = columns
    fails = np.array(fails, float)
    errors = np.bincount(disk, length, len(fails)).astype(int)
    return disks.Lives(NEARLINE, fails, np.zeros(len(fails), bool), errors,
                       disk, day.astype(float), block, length, run, spot)


def found(on, by=finding.READ):
    day = np.array(on, float)
    return finding.Findings(day, np.full(len(day), by))


class Disks(unittest.TestCase):
    def test_sums_start_again_with_each_owner(self):
        sums = disks.cumulative_by(np.array([3, 3, 5, 9, 9]), np.array([1, 2, 4, 8, 16]))
        self.assertEqual(sums.tolist(), [1, 3, 4, 8, 24])

    def test_day_of_count(self):
        day = disks.day_of_count(np.array([0, 0, 1]), np.array([5., 2., 1.]),
                                 np.array([3, 1, 9]), 4, 3)
        self.assertEqual(day.tolist(), [5.0, 1.0, NEVER])

    def test_runs_add_up_to_the_errors(self):
        errors = np.array([0, 1, 7, 5000])
        disk, length = disks.draw_runs(errors, np.random.default_rng(1), NEARLINE)
        self.assertEqual(np.bincount(disk, length, 4).tolist(), errors.tolist())

    def test_the_same_seed_gives_the_same_lives(self):
        one, two = (disks.draw(500, np.random.default_rng(7), NEARLINE) for _ in range(2))
        self.assertTrue(np.array_equal(one.day, two.day))

    def test_nothing_goes_bad_after_the_disk_has_failed(self):
        drawn = disks.draw(3000, np.random.default_rng(2), NEARLINE)
        self.assertTrue((drawn.day < np.minimum(drawn.fails, STUDY_DAYS)[drawn.disk]).all())

    def test_more_errors_fail_more_often(self):
        share = disks.failing_share(np.array([0, 1, 40, 550]), NEARLINE)
        self.assertEqual(share[0], 0)
        self.assertTrue((np.diff(share) > 0).all())
        self.assertAlmostEqual(share[3], 0.95, delta=0.02)


class Finding(unittest.TestCase):
    def test_a_pass_finds_what_went_bad_before_it(self):
        one = lives((0, 3.0, 0, 1, 0, 0), (0, 15.0, 0, 1, 1, 1))
        chances = finding.Chances(np.array([900., 900.]), np.array([0.5]))
        got = finding.find(one, chances, finding.Policy(patrol=14, neighbours=0))
        self.assertEqual(got.day.tolist(), [7.0, 21.0])
        self.assertTrue((got.by == finding.PATROL).all())

    def test_neighbours_go_on_while_they_find(self):
        one = lives((0, 1., 100, 1, 0, 0), (0, 1., 105, 1, 1, 0), (0, 1., 110, 1, 2, 0),
                    (0, 1., 140, 1, 3, 0))
        chances = finding.Chances(np.array([50., 60., 70., 80.]), np.array([0.]))
        got = finding.find(one, chances, finding.Policy(patrol=0, neighbours=8))
        self.assertEqual(got.day.tolist(), [50., 50., 50., 80.])
        self.assertEqual(got.by[1], finding.NEIGHBOUR)

    def test_neighbours_that_are_well_yet_are_not_found(self):
        one = lives((0, 1., 100, 1, 0, 0), (0, 55., 105, 1, 1, 0))
        chances = finding.Chances(np.array([50., 60.]), np.array([0.]))
        got = finding.find(one, chances, finding.Policy(patrol=0, neighbours=8))
        self.assertEqual(got.day.tolist(), [50., 60.])

    def test_a_failed_disk_finds_nothing(self):
        one = lives((0, 1., 100, 1, 0, 0), fails=(20,))
        chances = finding.Chances(np.array([50.]), np.array([0.]))
        got = finding.find(one, chances, finding.Policy(patrol=0, neighbours=0))
        self.assertFalse(got.found.any())


class Owner(unittest.TestCase):
    def test_replaced_by_the_earliest_rule(self):
        one = lives((0, 1., 0, 1, 0, 0), (0, 1., 99, 40, 1, 1))
        day = owner.replace_day(one, found([10., 20.]), owner.REPLACE_BY)
        self.assertEqual(day.tolist(), [27.0])

    def test_a_rate_is_within_one_hour_and_without_the_patrol(self):
        one = lives((0, 1., 0, 15, 0, 0), (0, 1., 99, 15, 1, 1))
        near, far = found([10., 10.02]), found([10., 10.5])
        self.assertEqual(owner.rate_day(one, near, 20, True).tolist(), [10.02])
        self.assertEqual(owner.rate_day(one, far, 20, True).tolist(), [NEVER])
        self.assertEqual(owner.rate_day(
            one, found([10., 10.02], finding.PATROL), 20, True).tolist(), [NEVER])

    def test_a_spare_is_full_with_one_block_more_than_it_has(self):
        one = lives((0, 1., 0, 4, 0, 0), (0, 1., 99, 1, 1, 1))
        full = owner.full_days(one, found([10., 20.]), (4, 5))
        self.assertEqual([full[4][0], full[5][0]], [20.0, NEVER])

    def test_cures_end_with_the_drives_reserve(self):
        cured = owner.within_reserve(np.array([0, 0]), np.array([2., 1.]), np.array([5, 8]), 10)
        self.assertEqual(cured.tolist(), [2, 8])


class Estimates(unittest.TestCase):
    def test_wilson(self):
        low, high = estimate.Share(0, 100).interval()
        self.assertEqual(low, 0.0)
        self.assertAlmostEqual(high, 0.037, places=3)

    def test_parts_add_up(self):
        whole = estimate.Mean.over([1, 2, 3, 4])
        parts = estimate.Mean.over([1, 2]) + estimate.Mean.over([3, 4])
        self.assertEqual(parts.interval(), whole.interval())

    def test_a_guide_keeps_its_words(self):
        text = "a\n<!-- fleet x -->\nold\n<!-- end -->\nb\n"
        self.assertEqual(report.fill(text, {"x": "new"}),
                         "a\n<!-- fleet x -->\nnew\n<!-- end -->\nb\n")


if __name__ == "__main__":
    unittest.main()
