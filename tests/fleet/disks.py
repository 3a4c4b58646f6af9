# SPDX-License-Identifier: GPL-2.0
"""Lives of disks: when and where blocks go bad, and when the disk fails.

Nothing here knows of dm-remap: the same lives are seen with and without it.
Blocks go bad in runs of adjacent ones, runs in spots. The unit that is kept is
a piece: the first block of a run, and the rest of it. A small read meets the
first block only, all else takes both.
"""

from dataclasses import dataclass

import numpy as np

from published import DAYS_PER_MONTH, DAYS_PER_YEAR, STUDY_DAYS, Parameters


@dataclass(frozen=True)
class Lives:
    """Disks, and pieces of their runs, sorted by disk, spot and block."""

    parameters: Parameters
    fails: np.ndarray      # per disk: day on which it fails; may be after the study
    silent: np.ndarray     # per disk: whether that failure has nothing to do with errors
    errors: np.ndarray     # per disk: blocks that go bad if it lives long enough
    disk: np.ndarray       # per piece
    day: np.ndarray        # per piece: when it goes bad
    block: np.ndarray      # per piece: first block
    length: np.ndarray     # per piece: blocks
    run: np.ndarray        # per piece: number of its run, unique in the fleet
    spot: np.ndarray       # per piece: number of its spot, likewise

    @property
    def count(self):
        return len(self.fails)

    def first_day(self):
        """Per disk: day of the first bad block, or infinity."""
        first = np.full(self.count, np.inf)
        np.minimum.at(first, self.disk, self.day)
        return first


def draw(count, rng, parameters):
    """Lives of so many new disks."""
    p = parameters
    first = p.first_scale * rng.weibull(p.first_shape, count)
    errors = np.where(first < STUDY_DAYS, draw_errors(count, rng, p), 0)
    fails, silent = draw_failures(first, errors, rng, p)

    disk, length = draw_runs(errors, rng, p)
    spot = draw_spots(disk, rng, p)
    block = place(spot, length, rng, p)
    day = draw_days(first, errors, disk, length, spot, rng, p)
    fails = sudden_failures(fails, silent, disk, day, length, errors, rng, p)

    # runs that the disk lives to see, each in one piece or two
    run = np.flatnonzero(day < np.minimum(fails[disk], STUDY_DAYS))
    run = np.repeat(run, np.where(length[run] > 1, 2, 1))
    rest = np.r_[False, run[1:] == run[:-1]] if len(run) else np.zeros(0, bool)
    return Lives(p, fails, silent, errors, disk[run], day[run], block[run] + rest,
                 np.where(rest, length[run] - 1, 1), run, spot[run])


def draw_errors(count, rng, p):
    """How many blocks of an affected disk go bad, if nothing ends its life before."""
    several = np.floor(2 * rng.random(count) ** (-1 / p.tail))
    errors = np.where(rng.random(count) < p.more, several, 1)
    return np.minimum(errors, p.most_errors).astype(np.int64)


def failing_share(errors, p):
    """The chance that a disk with so many errors fails of it."""
    odds = (np.maximum(errors, 1) / p.doomed_half) ** p.doomed_slope
    rising = odds / (1 + odds)
    return np.where(errors > 0, p.doomed + (1 - p.doomed) * rising, 0.0)


def draw_failures(first, errors, rng, p):
    """Per disk: the day on which it fails, and whether without a sign."""
    count = len(first)
    silent = rng.exponential(1 / p.silent_per_year, count) * DAYS_PER_YEAR
    doomed = rng.random(count) < failing_share(errors, p)
    by_errors = np.where(doomed, first + rng.exponential(p.doomed_delay, count), np.inf)
    return np.minimum(silent, by_errors), silent <= by_errors


def draw_runs(errors, rng, p):
    """Split the errors of each disk into runs: their disks and lengths."""
    disk = np.repeat(np.arange(len(errors)), errors)
    length = np.floor(rng.random(len(disk)) ** (-1 / p.run_tail)).astype(np.int64)
    length = np.minimum(length, p.longest_run)
    before = cumulative_by(disk, length) - length
    left = errors[disk] - before
    used = left > 0
    return disk[used], np.minimum(length, left)[used]


def draw_spots(disk, rng, p):
    """Per run: its spot. A disk's first run begins one, others with 1 / runs_per_spot."""
    begins = rng.random(len(disk)) < 1 / p.runs_per_spot
    begins[first_of(disk)] = True
    return np.cumsum(begins) - 1


def place(spot, length, rng, p):
    """Per run: its first block. Spots are anywhere, runs follow with gaps."""
    count = len(spot)
    gap = np.floor(p.widest_gap ** rng.random(count)).astype(np.int64)
    begins = first_of(spot)
    gap[begins] = 0
    offset = cumulative_by(spot, gap + length) - length
    room = p.disk_blocks // 2  # keeps the end of a spot on the disk
    start = rng.integers(0, p.disk_blocks - min(room, 10_000_000), len(begins))
    return start[spot] + offset


def draw_days(first, errors, disk, length, spot, rng, p):
    """Per run: the day on which it goes bad."""
    slow_share = np.where(errors >= p.large, p.slow_large, p.slow_small)
    slow = rng.random(len(errors)) < slow_share
    period = rng.random(len(errors)) * p.period

    begins = first_of(spot)
    owner = disk[begins]
    before = (cumulative_by(disk, length) - length)[begins]
    grown = np.log1p(before) / np.log(p.growth_per_month) * DAYS_PER_MONTH
    after = np.where(slow[owner], grown, rng.random(len(begins)) * period[owner])
    after[first_of(owner)] = 0

    spread = np.minimum(rng.exponential(p.spot_spread, len(spot)), period[disk] + 1e-3)
    spread[begins] = 0
    return first[disk] + after[spot] + spread


def sudden_failures(fails, silent, disk, day, length, errors, rng, p):
    """Half of the failing disks with many errors fail within days of getting them."""
    sudden = ((errors >= p.sudden_above) & np.isfinite(fails) & ~silent &
              (rng.random(len(fails)) < p.sudden_share))
    many = day_of_count(disk, day, length, p.sudden_above, len(fails))
    soon = many + rng.random(len(fails)) * p.sudden_delay
    return np.where(sudden, soon, fails)


# --- things sorted by their owner ---------------------------------------------------


def first_of(owner):
    """Where the things of each owner begin; owner is sorted."""
    if len(owner) == 0:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])


def cumulative_by(owner, value):
    """Sums of value over the things of an owner, up to and with each of them."""
    total = np.cumsum(value)
    begins = first_of(owner)
    base = np.zeros(len(begins), total.dtype)
    base[1:] = total[begins[1:] - 1]
    sizes = np.diff(np.r_[begins, len(owner)])
    return total - np.repeat(base, sizes)


def day_of_count(disk, day, blocks, count, disks):
    """Per disk: the day on which its blocks come to that count, or infinity."""
    order = np.lexsort((day, disk))
    disk, day = disk[order], day[order]
    return first_days(disk, day, cumulative_by(disk, blocks[order]) >= count, disks)


def first_days(disk, day, reached, disks):
    """Per disk: the first day on which it has reached something, or infinity.

    All are sorted by disk and day.
    """
    disk, day = disk[reached], day[reached]
    begins = first_of(disk)
    result = np.full(disks, np.inf)
    result[disk[begins]] = day[begins]
    return result
