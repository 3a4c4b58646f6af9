# SPDX-License-Identifier: GPL-2.0
"""Figures of published studies, and the parameters that make the model meet them.

A Figure is a result that a study prints; calibration.py measures the same in
the model. The parameters are of two kinds: those that follow from a figure,
where the comment has the derivation, and assumptions, which say so.
"""

from dataclasses import dataclass

SIGMETRICS_2007 = "Bairavasundaram et al., SIGMETRICS 2007"
FAST_2007 = "Pinheiro et al., FAST 2007"
FAST_2008 = "Bairavasundaram et al., FAST 2008"
FAST_2010 = "Schroeder et al., FAST 2010"
FAST_2015 = "RAIDShield, Ma et al., FAST 2015"


@dataclass(frozen=True)
class Figure:
    """A published result, and the range in which the model has to be."""

    name: str
    what: str
    printed: str
    low: float
    high: float
    source: str


FIGURES = (
    Figure("affected-12", "disks with an error after 12 months",
           "3.15%", 0.0265, 0.0365, SIGMETRICS_2007),
    Figure("affected-32", "disks with an error after 32 months",
           "8.5%", 0.075, 0.095, SIGMETRICS_2007),
    Figure("below-50", "affected disks with fewer than 50 errors",
           "more than 80%", 0.80, 0.86, SIGMETRICS_2007),
    Figure("above-1000", "affected disks with more than 1,000 errors",
           "about 6%", 0.038, 0.08, SIGMETRICS_2007),
    Figure("within-10mb", "first errors with another one within 10 MB",
           "0.5, more for many models", 0.45, 0.60, SIGMETRICS_2007),
    Figure("neighbours-10mb", "other errors within 10 MB, disks below 50 errors, mean",
           "1 to 2.5", 1.0, 2.5, SIGMETRICS_2007),
    Figure("within-minute", "errors found within a minute of the last one",
           "40% to 80%", 0.40, 0.80, SIGMETRICS_2007),
    Figure("one-more-month", "affected disks with another error within a month",
           "55% to 62%", 0.53, 0.64, SIGMETRICS_2007),
    Figure("fifty-more-month", "affected disks with 50 more errors within a month",
           "5% to 10%", 0.045, 0.105, SIGMETRICS_2007),
    Figure("patrol-nearline", "errors that the patrol finds first, nearline",
           "86.6%", 0.84, 0.89, SIGMETRICS_2007),
    Figure("patrol-enterprise", "errors that the patrol finds first, enterprise",
           "61.5%", 0.58, 0.65, SIGMETRICS_2007),
    Figure("two-weeks", "affected disks whose errors all arise within two weeks",
           "nearly all", 0.84, 1.0, FAST_2010),
    Figure("run-length", "blocks in a run of adjacent bad ones, mean",
           "3.4", 2.7, 4.1, FAST_2008),
    Figure("run-100", "affected disks with a run of 100 blocks",
           "3%", 0.02, 0.05, FAST_2008),
    Figure("risk-60-days", "risk of failure in 60 days from the first error, times that of others",
           "39 (scan errors)", 25, 50, FAST_2007),
    Figure("survive-8-months", "affected disks alive 8 months after the first error",
           "70% (scan) to 85% (reallocation)", 0.70, 0.85, FAST_2007),
    Figure("silent", "failures without a sign before",
           "56% (four kinds of sign)", 0.50, 0.66, FAST_2007),
    Figure("fail-above-40", "disks with more than 40 errors that fail",
           "more than 50%", 0.50, 0.90, FAST_2015),
    Figure("fail-500-600", "disks with about 550 errors that fail",
           "95%", 0.90, 1.0, FAST_2015),
)

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
STUDY_DAYS = 5 * DAYS_PER_YEAR


@dataclass(frozen=True)
class Parameters:
    """What lives of disks are drawn from; times in days, sizes in blocks of 4 KiB."""

    # 4 TB. An error takes one block, the physical sector of today's disks.
    disk_blocks: int = 976_754_646

    # First error: Weibull through 3.15% at 12 and 8.5% at 32 months (nearline):
    # -ln(1 - F) is 0.0320 and 0.0888, so shape = ln(0.0888 / 0.0320) / ln(32 / 12).
    # Beyond 32 months it is extrapolated.
    first_shape: float = 1.041
    first_scale: float = 27.28 * DAYS_PER_YEAR

    # Errors of an affected disk: P(N >= n) = more * (n / 2)^-tail from 2 on.
    # "more" is a little above the 62% that have another one within a month;
    # the tail goes through 24% at 50 and 9% at 1,000, of which 18% and 5% are
    # left: the other disks fail, or the study ends, before they get there.
    more: float = 0.65
    tail: float = 0.31
    # assumption: no study says where the tail ends
    most_errors: int = 100_000

    # Runs of adjacent blocks: P(length >= l) = l^-run_tail, between a mean of 3.4
    # (1.35) and 3% of affected disks with a run of 100 (1.45).
    run_tail: float = 1.42
    longest_run: int = 2560

    # Runs lie in spots (one scratch): with so many on average, a first error
    # has another one within 10 MB in half of the cases. Gaps between the runs
    # of a spot are log-uniform from one block to 10 MB (assumption).
    runs_per_spot: float = 2.6
    widest_gap: int = 2560
    # assumption: a scratch is there at once, to within a day or so
    spot_spread: float = 1.0

    # "Nearly all" have their errors within one period of two weeks. The others
    # grow: +60% a month (RAIDShield: about 6 a month below 100, 100 a month
    # above). 19% come to 50 errors, 5% to 10% within a month: of large disks
    # half grow slowly.
    period: float = 14.0
    slow_small: float = 0.08
    slow_large: float = 0.55
    large: int = 50
    growth_per_month: float = 1.6

    # Reads that meet a bad run, per day. With a pass each 14 days the patrol is
    # first with (1 - e^-14r) / 14r, which is 86.6% at 0.0216, 61.5% at 0.077.
    reads_per_day: float = 0.0216
    # assumption: half of the reads that meet a run take all of it
    whole_reads: float = 0.5

    # Failure. Without a sign: constant; after errors: with a chance that rises
    # with the count through 50% at 40 and 95% at 550, and is not below "doomed".
    # The delay is 240 days from the first error on average, which gives both the
    # risk in 60 days and the survival of 8 months. Above 200, half of those that
    # fail soon do so within two days; with half failing soon (assumption), 25%.
    silent_per_year: float = 0.0135
    doomed: float = 0.08
    doomed_slope: float = 1.124
    doomed_half: float = 40.0
    doomed_delay: float = 240.0
    sudden_above: int = 200
    sudden_share: float = 0.25
    sudden_delay: float = 2.0

    # Writes to a bad block, per day, and the drive's own reserve of sectors
    # (1,600 to 4,100 in posted SMART values); the write rate is an assumption.
    writes_per_day: float = 1 / 180
    reserve: int = 2000


NEARLINE = Parameters()
ENTERPRISE = Parameters(reads_per_day=0.077)
