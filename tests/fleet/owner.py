# SPDX-License-Identifier: GPL-2.0
"""What is done with the finds: slots of the spare, warnings, replacement."""

from dataclasses import dataclass

import numpy as np

from disks import cumulative_by, day_of_count, first_days, first_of
from finding import NEIGHBOUR, PATROL
from published import STUDY_DAYS

HOUR = 1 / 24


@dataclass(frozen=True)
class Rule:
    """Within how many days after which sign the disk is copied and replaced."""

    first: float = np.inf
    above_40: float = np.inf
    from_200: float = np.inf


NEVER = Rule()
REPLACE_BY = Rule(first=60.0, above_40=7.0, from_200=1.0)
PATIENT = Rule(above_40=7.0, from_200=1.0)


def count_day(lives, findings, count):
    """Per disk: when so many of its blocks have been found, or infinity."""
    seen = findings.found
    return day_of_count(lives.disk[seen], findings.day[seen], lives.length[seen],
                        count, lives.count)


def replace_day(lives, findings, rule):
    """Per disk: when its owner replaces it, or infinity."""
    return np.minimum.reduce([count_day(lives, findings, 1) + rule.first,
                              count_day(lives, findings, 41) + rule.above_40,
                              count_day(lives, findings, 200) + rule.from_200])


def rate_day(lives, findings, threshold, with_neighbours):
    """Per disk: when so many blocks have moved within an hour, without the patrol's finds."""
    moved = findings.found & (findings.by != PATROL)
    if not with_neighbours:
        moved &= findings.by != NEIGHBOUR
    disk, day, blocks = lives.disk[moved], findings.day[moved], lives.length[moved]
    order = np.lexsort((day, disk))
    disk, day, total = disk[order], day[order], np.r_[0, np.cumsum(blocks[order])]
    key = disk * (4 * STUDY_DAYS) + day
    hour = total[1:] - total[np.searchsorted(key, key - HOUR)]
    return first_days(disk, day, hour >= threshold, lives.count)


def full_days(lives, findings, sizes, cures=0.0, rng=None):
    """Per size and disk: when the disk's bad blocks need more slots than the spare has.

    With first_rewrite, "cures" is the share of blocks that the drive repairs
    when they are written; they give their slot back, as long as the drive has
    sectors of its own.
    """
    seen = findings.found
    disk, day = lives.disk[seen], findings.day[seen]
    change = lives.length[seen]
    if cures:
        p = lives.parameters
        written = day + rng.exponential(1 / p.writes_per_day, len(day))
        cured = rng.binomial(change, cures)
        cured = within_reserve(disk, written, cured, p.reserve)
        disk, day, change = np.r_[disk, disk], np.r_[day, written], np.r_[change, -cured]
    order = np.lexsort((day, disk))
    disk, day = disk[order], day[order]
    used = cumulative_by(disk, change[order])
    return {size: first_days(disk, day, used > size, lives.count) for size in sizes}


def within_reserve(disk, day, cured, reserve):
    """Cut cures to what the drive's own reserve has room for, in order of time."""
    order = np.lexsort((day, disk))
    before = cumulative_by(disk[order], cured[order]) - cured[order]
    result = np.empty_like(cured)
    result[order] = np.clip(reserve - before, 0, cured[order])
    return result


def blocks_until(lives, findings, until):
    """Per disk: blocks found before that day."""
    early = findings.found & (findings.day <= until[lives.disk])
    return np.bincount(lives.disk[early], lives.length[early], lives.count)


def longest_runs(lives):
    """Per affected disk: its longest run of adjacent bad blocks."""
    begins = first_of(lives.run)
    return np.maximum.reduceat(run_lengths(lives), first_of(lives.disk[begins]))


def run_lengths(lives):
    """Per run: its blocks."""
    return np.add.reduceat(lives.length, first_of(lives.run))
