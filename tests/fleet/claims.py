# SPDX-License-Identifier: GPL-2.0
"""What the guide says about spares, each as something that can be tested."""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Claim:
    text: str
    holds: Callable


def value(results, *key):
    return results[key].value


CLAIMS = (
    Claim("4,096 blocks last for 99% of affected disks that are replaced by the rule",
          lambda r: value(r, "spare", "rule", 0.0, 4096) >= 0.99),
    Claim("4,096 blocks last for 95% of affected disks that are never replaced",
          lambda r: value(r, "spare", "never", 0.0, 4096) >= 0.95),
    Claim("a spare of 256 blocks fails at least five times as often as one of 4,096",
          lambda r: 1 - value(r, "spare", "rule", 0.0, 256) >=
          5 * (1 - value(r, "spare", "rule", 0.0, 4096))),
    Claim("4,096 blocks do not last for most disks that have 1,000 bad ones already",
          lambda r: value(r, "adopt", (1000, 10**9), "90 days", "4,096") < 0.5),
    Claim("four times the known bad blocks last for 90 days on 95% of those",
          lambda r: value(r, "adopt", (1000, 10**9), "90 days", "rule 1") >= 0.95),
    Claim("rewriting first saves less than 2% of affected disks from a full spare",
          lambda r: all(value(r, "spare", "never", 0.9, s) - value(r, "spare", "never", 0.0, s)
                        < 0.02 for s in (1024, 4096, 16384))),
    Claim("a patrol of 14 days leaves a block unknown for at most a quarter of the time of none",
          lambda r: value(r, "patrol", 14, "sequential", "unknown days") <=
          0.25 * value(r, "patrol", 0, "sequential", "unknown days")),
    Claim("hurrying after a find makes 14 days as good for a mirror as 7 days",
          lambda r: value(r, "patrol", 14, "hurried", "mirror") <=
          1.25 * value(r, "patrol", 7, "sequential", "mirror")),
    Claim("without a patrol, reading 8 neighbours finds 10% to 30% of errors first",
          lambda r: 0.10 <= value(r, "near", 8, "first, no patrol") <= 0.30),
    Claim("most first errors are followed by no failure within a year",
          lambda r: value(r, "sign", "first error", "for nothing") > 0.5),
    Claim("a warning after 40 errors is for nothing less often than one after the first",
          lambda r: value(r, "sign", "above 40", "for nothing") <
          value(r, "sign", "first error", "for nothing")),
    Claim("more than half of all failures have no sign before",
          lambda r: value(r, "sign", "first error", "caught") < 0.5),
    Claim("replacing by the rule loses fewer disks than going on until the spare is full",
          lambda r: value(r, "use", "rule", "lost disks") < value(r, "use", "nursed", "lost disks")),
)
