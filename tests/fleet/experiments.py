# SPDX-License-Identifier: GPL-2.0
"""What is asked of the fleet. Each experiment gives {key: estimate}, key a tuple.

All see the same lives and the same chances, so that two rows of a table differ
by what their policies do and by nothing else.
"""

from dataclasses import replace

import numpy as np

import owner
from disks import first_of
from estimate import Mean, Median, Share
from finding import NEIGHBOUR, PATROL, Policy, find, found_by
from owner import NEVER, PATIENT, REPLACE_BY
from published import DAYS_PER_YEAR, STUDY_DAYS

DEFAULT = Policy()
BY_READS = Policy(patrol=0, neighbours=0)

SIZES = (16, 64, 256, 1024, 4096, 16384, 65536)
CURES = (0.5, 0.9)
INTERVALS = (0, 1, 3, 7, 14, 30, 60, 90)
REACHES = (0, 1, 4, 8, 16, 64, 256, 2441)
RATES = (5, 10, 20, 50, 100, 200, 500)
BRACKETS = ((1, 9), (10, 99), (100, 999), (1000, 10**9))

DISK_GIB = 4e12 / 2**30


class Fleet:
    """Lives and chances, and the findings that several experiments share."""

    def __init__(self, lives, chances, rng):
        self.lives, self.chances, self.rng = lives, chances, rng
        self.default = find(lives, chances, DEFAULT)
        self.end = np.minimum(lives.fails, STUDY_DAYS)
        self.first = owner.count_day(lives, self.default, 1)
        self.noticed = np.isfinite(self.first)

    def find(self, **changes):
        return find(self.lives, self.chances, replace(DEFAULT, **changes))


def use(fleet):
    """With and without dm-remap: data lost, and disks taken out of service."""
    reads = find(fleet.lives, fleet.chances, BY_READS)
    at_first = owner.count_day(fleet.lives, reads, 1) + 7
    never = np.full(fleet.lives.count, np.inf)
    by_rule = owner.replace_day(fleet.lives, fleet.default, REPLACE_BY)
    # the spare holds out, or the disk is replaced when it is full
    full = owner.full_days(fleet.lives, fleet.default, (4096,))[4096]
    return {**service(fleet, "none", never),
            **service(fleet, "first error", at_first),
            **service(fleet, "rule", by_rule),
            **service(fleet, "patient", np.minimum(
                owner.replace_day(fleet.lives, fleet.default, PATIENT), full + 1)),
            **service(fleet, "nursed", full + 1)}


def service(fleet, name, replaced):
    lives = fleet.lives
    until = np.minimum(replaced, fleet.end)
    years = until / DAYS_PER_YEAR
    died = (lives.fails <= replaced) & (lives.fails < STUDY_DAYS)
    taken = (replaced < lives.fails) & (replaced < STUDY_DAYS)
    wasted = taken & (lives.fails > replaced + DAYS_PER_YEAR)
    bad = lives.day <= until[lives.disk]
    blocks = np.bincount(lives.disk[bad], lives.length[bad], lives.count)
    return {("use", name, "lost disks"): Mean.over(1000 * died, years),
            ("use", name, "lost GiB"): Mean.over(DISK_GIB * died, years),
            ("use", name, "bad blocks"): Mean.over(blocks, years),
            ("use", name, "replaced"): Mean.over(1000 * taken, years),
            ("use", name, "for nothing"): Share.where(wasted[taken]),
            ("use", name, "years"): Mean.over(years)}


def spares(fleet):
    """Of affected disks, the share whose spare lasts until they are replaced."""
    lives, result = fleet.lives, {}
    for cures in (0.0, *CURES):
        full = owner.full_days(lives, fleet.default, SIZES, cures, fleet.rng)
        for rule_name, rule in (("rule", REPLACE_BY), ("never", NEVER)):
            until = np.minimum(owner.replace_day(lives, fleet.default, rule), fleet.end)
            for size in SIZES:
                lasts = (full[size] > until)[fleet.noticed]
                result["spare", rule_name, cures, size] = Share.where(lasts)
    return result


def adoption(fleet):
    """A disk with bad blocks is put under dm-remap: does a spare sized by rule 1 last?

    It is adopted a pass of the patrol after its first find, and all its known
    bad blocks count as attribute 197.
    """
    lives, result = fleet.lives, {}
    adopted = fleet.first + DEFAULT.patrol
    here = adopted < fleet.end
    known = owner.blocks_until(lives, fleet.default, adopted)
    later = {"90 days": np.minimum(adopted + 90, fleet.end), "end": fleet.end}
    sizes = {"1,024": 1024, "4,096": 4096, "4x": np.maximum(64, 4 * known),
             "rule 1": np.maximum(4096, 4 * known)}
    for low, high in BRACKETS:
        chosen = here & (known >= low) & (known <= high)
        for when, until in later.items():
            needed = owner.blocks_until(lives, fleet.default, until)
            for name, size in sizes.items():
                result["adopt", (low, high), when, name] = Share.where((needed <= size)[chosen])
    return result


def patrols(fleet):
    """By interval: who finds errors, how long they are unknown, how early a warning is."""
    result = {}
    for days in INTERVALS:
        result.update(patrol(fleet, (days, "sequential"), fleet.find(patrol=days)))
    for days in (14, 30):
        result.update(patrol(fleet, (days, "staggered"), fleet.find(patrol=days, staggered=True)))
        result.update(patrol(fleet, (days, "hurried"), fleet.find(patrol=days, hurry=True)))
    return result


def patrol(fleet, name, findings):
    lives = fleet.lives
    unknown = np.minimum(findings.day, fleet.end[lives.disk]) - lives.day
    exposed = np.bincount(lives.disk, unknown * lives.length, lives.count)
    blocks = np.bincount(lives.disk, lives.length, lives.count)
    touched = blocks > 0
    # the other half of a mirror fails at any time, at the fleet's own rate
    failing = np.count_nonzero(lives.fails < STUDY_DAYS) / fleet.end.sum()
    signed = touched & ~lives.silent & (lives.fails < STUDY_DAYS)
    ahead = (lives.fails - owner.count_day(lives, findings, 1))[signed]
    own, found = found_by(lives, findings, PATROL)
    some = found > 0
    return {("patrol", *name, "by patrol"): Mean.over(own[some] / found[some]),
            ("patrol", *name, "unknown days"): Mean.over(exposed[touched] / blocks[touched]),
            ("patrol", *name, "mirror"): Mean.over(
                exposed * failing * 1000 * DAYS_PER_YEAR, fleet.end),
            ("patrol", *name, "week ahead"): Share.where(ahead >= 7),
            ("patrol", *name, "month ahead"): Share.where(ahead >= 30)}


def neighbours(fleet):
    """By reach: errors that reading beside a find meets first, and its reads."""
    result = {}
    lives = fleet.lives
    base = fleet.find(neighbours=0)
    for reach in REACHES:
        findings = fleet.find(neighbours=reach)
        own, found = found_by(lives, findings, NEIGHBOUR)
        some = found > 0
        seen = findings.found
        # both sides of each find are read; the bad blocks themselves come on top
        reads = np.bincount(lives.disk[seen], minlength=lives.count) * 2 * reach
        both = seen & base.found
        early = base.day[both] - findings.day[both]
        alone, total = found_by(lives, fleet.find(neighbours=reach, patrol=0), NEIGHBOUR)
        result["near", reach, "first"] = Mean.over(own[some] / found[some])
        result["near", reach, "first, no patrol"] = Mean.over(
            alone[total > 0] / total[total > 0])
        result["near", reach, "useful"] = Mean.over(own[some], np.maximum(reads[some], 1))
        result["near", reach, "earlier"] = Mean.over(early)
        result["near", reach, "reads"] = Median(reads[some])
    return result


def warnings(fleet):
    """Signs: how many failures they precede, by how long, how often for nothing."""
    lives, found = fleet.lives, fleet.default
    full = owner.full_days(lives, found, (3277, 3687))
    signs = {"first error": fleet.first,
             "above 40": owner.count_day(lives, found, 41),
             "200": owner.count_day(lives, found, 200),
             "low spare, 20%": full[3277],
             "low spare, 10%": full[3687]}
    for rate in RATES:
        signs["rate %d" % rate] = owner.rate_day(lives, found, rate, with_neighbours=True)
        signs["rate %d apart" % rate] = owner.rate_day(lives, found, rate, with_neighbours=False)
    result = {}
    for name, day in signs.items():
        result.update(sign(fleet, name, day))
    return result


def sign(fleet, name, day):
    lives = fleet.lives
    given = day < fleet.end
    failed = lives.fails < STUDY_DAYS
    ahead = np.where(given, lives.fails - day, -np.inf)
    return {("sign", name, "given"): Share.where(given[fleet.noticed]),
            ("sign", name, "caught"): Share.where(given[failed]),
            ("sign", name, "day ahead"): Share.where(ahead[failed] >= 1),
            ("sign", name, "week ahead"): Share.where(ahead[failed] >= 7),
            ("sign", name, "days"): Median(ahead[given & failed]),
            ("sign", name, "fails in 60 days"): Share.where(ahead[given] < 60),
            ("sign", name, "for nothing"): Share.where(ahead[given] > DAYS_PER_YEAR)}


def storms(fleet):
    """How long runs without a good block get: what a limit in a row would stop."""
    longest = owner.longest_runs(fleet.lives)
    return {("storm", limit): Share.where(longest >= limit)
            for limit in (64, 100, 256, 512, 1024, 2048)}


def shape(fleet):
    """Curves of the disks themselves: errors of an affected disk, and its failure."""
    lives = fleet.lives
    begins = first_of(lives.disk)
    errors = np.add.reduceat(lives.length, begins)
    result = {("errors", n): Share.where(errors >= n)
              for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)}
    after = (lives.fails - lives.first_day())[lives.disk[begins]]
    for days in (7, 30, 60, 91, 182, 243, 365, 730, 1095):
        result["failed", days] = Share.where(after < days)
    return result


ALL = (use, spares, adoption, patrols, neighbours, warnings, storms, shape)


def run(fleet):
    result = {}
    for experiment in ALL:
        result.update(experiment(fleet))
    return result
