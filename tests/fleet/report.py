# SPDX-License-Identifier: GPL-2.0
"""The tables of the guide, in Markdown; each cell has its 95% confidence interval."""

import re

import numpy as np

import experiments as x
from estimate import Share
from published import FIGURES

USES = (("none", "without dm-remap, errors ignored"),
        ("first error", "without dm-remap, replaced 7 days after an application's first error"),
        ("rule", "dm-remap, replaced by the rule"),
        ("patient", "dm-remap, replaced after 40 errors, or when the spare is full"),
        ("nursed", "dm-remap, replaced when the spare is full"))


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell(estimate, percent=None):
    """A value and its interval; shares are percentages."""
    value, (low, high) = estimate.value, estimate.interval()
    if np.isnan(value):
        return "-"
    if isinstance(estimate, Share) if percent is None else percent:
        return f"{100 * value:.1f}% ({100 * low:.1f} to {100 * high:.1f})"
    return f"{number(value)} ({number(low)} to {number(high)})"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def tables(disks, figures, r):
    """{name of a block in the guide: text}."""
    return {"run": f"The tables are from `make fleet N={disks}`.",
            "studies": studies(figures), "use": use(r), "spare": spare(r), "adopt": adopt(r),
            "patrol": patrol(r), "near": near(r), "sign": sign(r), "storm": storm(r)}


def studies(figures):
    def share(figure):
        return "%" in figure.printed or figure.name in ("within-10mb", "two-weeks")
    return table(("what", "study", "model", "source"), [
        (f.what, f.printed, cell(figures[f.name], percent=share(f)), f.source) for f in FIGURES])


def use(r):
    head = ("policy", "disks lost, of 1,000 a year", "GiB lost a disk-year",
            "bad blocks a disk-year", "replaced, of 1,000 a year", "replaced for nothing")
    names = ("lost disks", "lost GiB", "bad blocks", "replaced", "for nothing")
    return table(head, [(text, *(cell(r["use", key, n]) for n in names)) for key, text in USES])


def spare(r):
    head = ("blocks", "replaced by the rule", "never replaced",
            "never, rewrite first cures 50%", "never, rewrite first cures 90%")
    columns = (("rule", 0.0), ("never", 0.0), ("never", 0.5), ("never", 0.9))
    return table(head, [(f"{size:,}", *(cell(r["spare", rule, cures, size])
                                        for rule, cures in columns)) for size in x.SIZES])


def adopt(r):
    sizes = ("1,024", "4,096", "4x", "rule 1")
    rows = []
    for low, high in x.BRACKETS:
        known = f"{low:,} to {high:,}" if high < 10**9 else f"{low:,} and more"
        for when in ("90 days", "end"):
            rows.append((f"{known}, {'90 days' if when == '90 days' else 'until it fails'}",
                         *(cell(r["adopt", (low, high), when, s]) for s in sizes)))
    return table(("known bad blocks", "1,024 blocks", "4,096 blocks",
                  "4 times known, at least 64", "rule: 4 times known, at least 4,096"), rows)


def patrol(r):
    modes = [(d, "sequential") for d in x.INTERVALS] + [
        (d, m) for d in (14, 30) for m in ("staggered", "hurried")]
    rows = [(f"{d} days, {m}" if d else "none",
             cell(r["patrol", d, m, "by patrol"], percent=True),
             *(cell(r["patrol", d, m, n])
               for n in ("unknown days", "mirror", "week ahead", "month ahead")),
             f"{100 * 7.4 / 24 / d:.1f}%" if d else "0")
            for d, m in modes]
    return table(("interval", "errors found by the patrol", "days unknown",
                  "blocks a mirror loses, of 1,000 disk-years", "failing disks: a week's warning",
                  "a month's", "time of a 4 TB disk"), rows)


def near(r):
    return table(("blocks either side", "errors found so, with a patrol", "without a patrol",
                  "days earlier, mean", "bad blocks, of 100 read"),
                 [(f"{n:,}", cell(r["near", n, "first"], percent=True),
                   cell(r["near", n, "first, no patrol"], percent=True),
                   cell(r["near", n, "earlier"]), f"{100 * r['near', n, 'useful'].value:.2f}")
                  for n in x.REACHES if n])


def sign(r):
    names = ["first error", "above 40", "200", "low spare, 20%", "low spare, 10%"]
    names += [f"rate {n}{a}" for n in x.RATES for a in ("", " apart")]
    columns = ("given", "caught", "week ahead", "days", "fails in 60 days", "for nothing")
    return table(("sign", "affected disks that give it", "failures that it precedes",
                  "by a week", "days of warning, median", "fails within 60 days",
                  "for nothing: lives a year"),
                 [(label(n), *(cell(r["sign", n, c]) for c in columns)) for n in names])


def label(name):
    texts = {"above 40": "more than 40 errors", "200": "200 errors"}
    if name.startswith("rate"):
        words = name.split()
        return f"{words[1]} an hour" + (", without neighbours" if words[2:] else "")
    return texts.get(name, name)


def storm(r):
    limits = sorted(k[1] for k in r if k[0] == "storm")
    return table(("run of adjacent bad blocks", "affected disks"),
                 [(f"{n:,} or longer", cell(r["storm", n])) for n in limits])


def fill(text, blocks):
    """Replace what is between <!-- fleet NAME --> and <!-- end --> in the guide."""
    def block(match):
        return f"<!-- fleet {match[1]} -->\n{blocks[match[1]]}\n<!-- end -->"
    return re.sub(r"<!-- fleet (\S+) -->\n.*?<!-- end -->", block, text, flags=re.S)
