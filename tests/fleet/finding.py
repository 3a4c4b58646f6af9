# SPDX-License-Identifier: GPL-2.0
"""When bad blocks are found: by the patrol, by a read, or beside another find."""

from dataclasses import dataclass

import numpy as np

from disks import Lives
from published import STUDY_DAYS

PATROL, READ, NEIGHBOUR = range(3)

REGION_BLOCKS = 32768  # 128 MiB, read in steps of 1 MiB when staggered
STEP_BLOCKS = 256
HURRY_DAYS = 14.0
# whatever finds a block within a minute anyhow is not robbed of it
MINUTE = 1 / 1440


@dataclass(frozen=True)
class Policy:
    """How dm-remap looks for bad blocks."""

    patrol: float = 14.0     # days for a pass; 0 is never
    staggered: bool = False  # a step of each region in turn, all of a region after a find
    hurry: bool = False      # twice the rate for two weeks after a disk's first find
    neighbours: int = 8      # blocks either side of a find


@dataclass(frozen=True)
class Chances:
    """What is random in finding; the same for all policies, so that these compare."""

    read: np.ndarray   # per piece: the day on which something reads it
    phase: np.ndarray  # per disk: where its first pass begins, as a share of a pass


@dataclass(frozen=True)
class Findings:
    """Per piece: when it is found (infinity: not while the disk lives), and by what."""

    day: np.ndarray
    by: np.ndarray

    @property
    def found(self):
        return np.isfinite(self.day)


def draw_chances(lives, rng):
    p = lives.parameters
    wait = rng.exponential(1 / p.reads_per_day, len(lives.day))
    whole = rng.random(len(wait)) < p.whole_reads
    rest = np.flatnonzero(whole[1:] & (lives.run[1:] == lives.run[:-1])) + 1
    wait[rest] = wait[rest - 1]
    return Chances(lives.day + wait, rng.random(lives.count))


def find(lives, chances, policy):
    """Findings on these lives under a policy."""
    day = chances.read.copy()
    by = np.full(len(day), READ)
    if policy.patrol:
        passed = patrol_days(lives, chances, policy, policy.patrol)
        if policy.hurry:
            passed = hurried(lives, chances, policy, np.minimum(passed, day), passed)
        by[passed < day] = PATROL
        day = np.minimum(day, passed)
        if policy.staggered:
            beside = next_in_group(regions(lives), lives.day, np.where(by == PATROL, day, np.inf))
            by[beside < day - MINUTE] = PATROL
            day = np.minimum(day, beside)
    if policy.neighbours:
        beside = next_in_group(chains(lives, policy.neighbours), lives.day, day)
        by[beside < day - MINUTE] = NEIGHBOUR
        day = np.minimum(day, beside)
    end = np.minimum(lives.fails, STUDY_DAYS)[lives.disk]
    return Findings(np.where(day < end, day, np.inf), by)


def patrol_days(lives, chances, policy, interval):
    """Per piece: when the patrol is next at its place."""
    if policy.staggered:
        regions_of_disk = lives.parameters.disk_blocks / REGION_BLOCKS
        step = lives.block % REGION_BLOCKS // STEP_BLOCKS
        region = lives.block // REGION_BLOCKS / regions_of_disk
        place = (step + region) / (REGION_BLOCKS // STEP_BLOCKS)
    else:
        place = lives.block / lives.parameters.disk_blocks
    offset = (chances.phase[lives.disk] + place) * interval
    passes = np.maximum(np.ceil((lives.day - offset) / interval), 0)
    # the pass under way when the disk is new counts as well
    early = (passes == 0) & (offset - interval >= lives.day)
    return offset + passes * interval - early * interval


def hurried(lives, chances, policy, found, passed):
    """patrol_days(), with half the interval in the two weeks after a disk's first find."""
    first = np.full(lives.count, np.inf)
    np.minimum.at(first, lives.disk, found)
    first = first[lives.disk]
    quick = patrol_days(lives, chances, policy, policy.patrol / 2)
    during = (lives.day >= first) & (quick < first + HURRY_DAYS)
    return np.where(during, np.minimum(quick, passed), passed)


def regions(lives):
    """Per piece: a number for its disk's region."""
    per_disk = lives.parameters.disk_blocks // REGION_BLOCKS + 1
    return lives.disk * per_disk + lives.block // REGION_BLOCKS


def chains(lives, reach):
    """Per piece: a number for the pieces that reading so far beside finds from one to the next."""
    if len(lives.spot) == 0:
        return np.zeros(0, np.int64)
    gap = lives.block[1:] - lives.block[:-1] - lives.length[:-1]
    linked = (lives.spot[1:] == lives.spot[:-1]) & (gap < reach)
    return np.cumsum(np.r_[True, ~linked]) - 1


def next_in_group(group, since, found):
    """Per piece: the first find in its group on the day it goes bad, or later."""
    _, group = np.unique(group, return_inverse=True)
    order = np.lexsort((found, group))
    far = 4 * STUDY_DAYS
    keys = group[order] * far + np.minimum(found[order], far / 2)
    at = np.searchsorted(keys, group * far + since)
    order = np.r_[order, 0]
    same = np.r_[group[order[:-1]], -1][at] == group
    return np.where(same, found[order[at]], np.inf)


def found_by(lives, findings, by):
    """Per disk: blocks found in that way, and in all ways."""
    seen = findings.found
    blocks = np.where(findings.by == by, lives.length, 0)
    return (np.bincount(lives.disk[seen], blocks[seen], lives.count),
            np.bincount(lives.disk[seen], lives.length[seen], lives.count))
