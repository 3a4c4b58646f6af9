# SPDX-License-Identifier: GPL-2.0
"""Estimates with 95% confidence intervals, added up over parts of the fleet."""

from dataclasses import dataclass

import numpy as np

Z = 1.959964  # 95% of a normal distribution lie within so many deviations


@dataclass(frozen=True)
class Share:
    """Of so many, so many are such; Wilson's interval."""

    hits: int
    of: int

    @classmethod
    def where(cls, condition):
        return cls(int(np.count_nonzero(condition)), len(condition))

    def __add__(self, other):
        return Share(self.hits + other.hits, self.of + other.of)

    @property
    def value(self):
        return self.hits / self.of if self.of else np.nan

    def interval(self):
        if not self.of:
            return np.nan, np.nan
        n, p = self.of, self.value
        centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(centre - half, 0.0), min(centre + half, 1.0)


@dataclass(frozen=True)
class Mean:
    """A mean over disks, or the ratio of two sums over disks; normal interval."""

    of: int
    x: float
    y: float
    xx: float
    xy: float
    yy: float

    @classmethod
    def over(cls, x, y=None):
        """The mean of x; with y, the sum of x through the sum of y."""
        x = np.asarray(x, float)
        y = np.ones_like(x) if y is None else np.asarray(y, float)
        return cls(len(x), x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum())

    def __add__(self, other):
        return Mean(*(getattr(self, f) + getattr(other, f) for f in self.__dataclass_fields__))

    @property
    def value(self):
        return self.x / self.y if self.y else np.nan

    def interval(self):
        if not self.y:
            return np.nan, np.nan
        r = self.value
        deviation = np.sqrt(max(self.xx - 2 * r * self.xy + r * r * self.yy, 0.0)) / self.y
        return max(r - Z * deviation, 0.0), r + Z * deviation


@dataclass(frozen=True)
class Median:
    """A median; the interval is by ranks, which needs no distribution."""

    values: np.ndarray

    def __add__(self, other):
        return Median(np.concatenate([self.values, other.values]))

    @property
    def value(self):
        return float(np.median(self.values)) if len(self.values) else np.nan

    def interval(self):
        n = len(self.values)
        if n < 6:
            return np.nan, np.nan
        ordered = np.sort(self.values)
        half = Z * np.sqrt(n) / 2
        return (float(ordered[max(int(n / 2 - half), 0)]),
                float(ordered[min(int(np.ceil(n / 2 + half)), n - 1)]))


def add(parts):
    """Results of parts of the fleet, as {name: estimate}, into those of the whole."""
    total = {}
    for part in parts:
        for name, estimate in part.items():
            total[name] = total[name] + estimate if name in total else estimate
    return total
