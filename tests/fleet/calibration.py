# SPDX-License-Identifier: GPL-2.0
"""The model's own figures, for what published.FIGURES prints.

Each disk counts once unless the name says errors: otherwise the few disks with
tens of thousands would speak for all. The patrol is NetApp's, a pass in two
weeks without reading neighbours.
"""

import numpy as np

from disks import first_of
from estimate import Mean, Share
from finding import MINUTE, PATROL, Policy, draw_chances, find, found_by
from owner import count_day, longest_runs, run_lengths
from published import DAYS_PER_MONTH, DAYS_PER_YEAR, STUDY_DAYS

NETAPP = Policy(patrol=14.0, neighbours=0)
BLOCKS_10_MB = 2441


def figures(lives, enterprise, rng):
    """{name of a figure: estimate}; the enterprise lives serve its patrol only."""
    findings = find(lives, draw_chances(lives, rng), NETAPP)
    first = lives.first_day()
    return {**occurrence(lives, first), **locality(lives), **bursts(lives, findings),
            **failures(lives, first),
            "patrol-nearline": patrol_share(lives, findings),
            "patrol-enterprise": patrol_share(
                enterprise, find(enterprise, draw_chances(enterprise, rng), NETAPP))}


def occurrence(lives, first):
    begins = first_of(lives.disk)
    errors = np.add.reduceat(lives.length, begins)
    last = np.maximum.reduceat(lives.day, begins)
    affected = lives.disk[begins]
    return {"affected-12": Share.where(first < 12 * DAYS_PER_MONTH),
            "affected-32": Share.where(first < 32 * DAYS_PER_MONTH),
            "below-50": Share.where(errors < 50),
            "above-1000": Share.where(errors > 1000),
            "two-weeks": Share.where(last - first[affected] <= 14 + 2)}


def locality(lives):
    """Errors around a disk's first one."""
    begins = first_of(lives.disk)
    errors = np.add.reduceat(lives.length, begins)
    own = np.repeat(begins, np.diff(np.r_[begins, len(lives.disk)]))
    near = np.abs(lives.block - lives.block[own]) <= BLOCKS_10_MB
    others = np.add.reduceat(np.where(near, lives.length, 0), begins) - 1
    return {"within-10mb": Share.where(others > 0),
            "neighbours-10mb": Mean.over(others[errors < 50]),
            "run-length": Mean.over(run_lengths(lives)),
            "run-100": Share.where(longest_runs(lives) >= 100)}


def bursts(lives, findings):
    first = count_day(lives, findings, 1)
    seen = np.isfinite(first)
    second = count_day(lives, findings, 2)[seen] - first[seen]
    fifty = count_day(lives, findings, 51)[seen] - first[seen]
    return {"within-minute": within_minute(lives, findings),
            "one-more-month": Share.where(second <= DAYS_PER_MONTH),
            "fifty-more-month": Share.where(fifty <= DAYS_PER_MONTH)}


def within_minute(lives, findings):
    """Of a disk's errors after the first, the share found within a minute of the last one."""
    seen = findings.found
    disk, day, length = lives.disk[seen], findings.day[seen], lives.length[seen]
    order = np.lexsort((day, disk))
    disk, day, length = disk[order], day[order], length[order]
    begins = first_of(disk)
    alone = np.r_[True, (day[1:] - day[:-1] > MINUTE) | (disk[1:] != disk[:-1])]
    errors = np.add.reduceat(length, begins)
    quick = errors - np.add.reduceat(alone.astype(int), begins)
    several = errors > 1
    return Mean.over(quick[several] / (errors[several] - 1))


def patrol_share(lives, findings):
    own, found = found_by(lives, findings, PATROL)
    return Mean.over(own[found > 0] / found[found > 0])


def failures(lives, first):
    affected = np.isfinite(first)
    after = (lives.fails - first)[affected]
    base = lives.parameters.silent_per_year * 60 / DAYS_PER_YEAR
    dead = lives.fails < STUDY_DAYS
    many = lives.errors[affected]
    return {"risk-60-days": Mean.over((after < 60) / base),
            "survive-8-months": Share.where(after > 8 * DAYS_PER_MONTH),
            "silent": Share.where(~(first[dead] < lives.fails[dead])),
            "fail-above-40": Share.where(~lives.silent[affected][many > 40]),
            "fail-500-600": Share.where(~lives.silent[affected][(many >= 400) & (many <= 700)])}
