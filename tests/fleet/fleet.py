#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A fleet of disks on paper: what a spare, a patrol and a warning are worth.

fleet.py [--disks N] [--seed S]        tables on standard output
         --tap                         tests instead: the model against the studies
         --guide FILE --pictures DIR   write the tables into the guide, and the curves
"""

import argparse
import pathlib
import sys

import numpy as np

import calibration
import claims
import disks
import experiments
import finding
import report
from estimate import add
from published import ENTERPRISE, FIGURES, NEARLINE

PART = 5000  # disks simulated at a time, for the sake of memory


def simulate(count, seed):
    """({name of a figure: estimate}, {key: estimate}) for so many disks."""
    sizes = [PART] * (count // PART) + ([count % PART] if count % PART else [])
    figures, results = [], []
    for size, sequence in zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes))):
        rng = np.random.default_rng(sequence)
        lives = disks.draw(size, rng, NEARLINE)
        figures.append(calibration.figures(lives, disks.draw(size, rng, ENTERPRISE), rng))
        fleet = experiments.Fleet(lives, finding.draw_chances(lives, rng), rng)
        results.append(experiments.run(fleet))
    return add(figures), add(results)


def agrees(figure, estimate):
    """Whether the model's interval and the range of the study meet."""
    low, high = estimate.interval()
    return low <= figure.high and high >= figure.low


def tap(figures, results):
    """Print a test per figure and per claim; the number that failed."""
    tests = [(agrees(f, figures[f.name]), f"the model meets the studies: {f.what} ({f.printed})",
              report.cell(figures[f.name])) for f in FIGURES]
    tests += [(c.holds(results), f"the guide's claim holds: {c.text}", "") for c in claims.CLAIMS]
    print(f"1..{len(tests)}")
    for n, (passed, name, detail) in enumerate(tests, 1):
        print(f"{'ok' if passed else 'not ok'} {n} {name}")
        if not passed and detail:
            print(f"# {detail}")
    return sum(not passed for passed, _, _ in tests)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--disks", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--guide", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    args = parser.parse_args()
    if args.disks < 1000:
        parser.error("with fewer than 1,000 disks nothing can be said")

    figures, results = simulate(args.disks, args.seed)
    if args.tap:
        return 1 if tap(figures, results) else 0
    tables = report.tables(args.disks, figures, results)
    if args.guide:
        text = args.guide.read_text(encoding="utf-8")
        args.guide.write_text(report.fill(text, tables), encoding="utf-8")
    else:
        print("\n\n".join(tables.values()))
    if args.pictures:
        import curves  # matplotlib takes a while, and only pictures need it
        curves.draw(results, args.pictures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
