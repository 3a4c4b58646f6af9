# SPDX-License-Identifier: GPL-2.0
"""The curves of the guide as SVG that can be read on light and on dark pages."""

import io
import re

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

import experiments as x  # noqa: E402

# light, and what a dark page has in its place
COLOURS = {"#1f2328": "#f0f6fc", "#d1d9e0": "#3d444d", "#0969da": "#4493f8",
           "#bc4c00": "#f0883e", "#1a7f37": "#3fb950"}
INK, GRID, BLUE, ORANGE, GREEN = COLOURS


def draw(r, directory):
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "fleet", "font.size": 11,
                         "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK,
                         "ytick.color": INK, "axes.edgecolor": INK, "grid.color": GRID})
    directory.mkdir(parents=True, exist_ok=True)
    for name, picture in (("spare", spare), ("patrol", patrol), ("near", near),
                          ("sign", sign), ("errors", errors)):
        figure, axes = plt.subplots(figsize=(7.2, 4))
        picture(r, axes)
        axes.grid(True)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(framealpha=0)
        figure.tight_layout()
        (directory / f"fleet-{name}.svg").write_text(svg(figure), encoding="utf-8")
        plt.close(figure)


def line(axes, places, estimates, colour, label=None, scale=1.0):
    """A curve with its confidence intervals."""
    middle = [scale * e.value for e in estimates]
    low, high = zip(*(e.interval() for e in estimates))
    axes.plot(places, middle, "o-", color=colour, label=label, markersize=4)
    axes.vlines(places, [scale * v for v in low], [scale * v for v in high], color=colour)


def spare(r, axes):
    for rule, colour, label in (("rule", BLUE, "replaced by the rule"),
                                ("never", ORANGE, "never replaced")):
        line(axes, x.SIZES, [r["spare", rule, 0.0, s] for s in x.SIZES], colour, label, 100)
    axes.set(xscale="log", xlabel="blocks of the spare", ylabel="% of affected disks",
             title="Spares that last")


def patrol(r, axes):
    days = [d for d in x.INTERVALS if d]
    line(axes, days, [r["patrol", d, "sequential", "mirror"] for d in days], BLUE, "sequential")
    line(axes, (14, 30), [r["patrol", d, "hurried", "mirror"] for d in (14, 30)], GREEN,
         "twice the rate after a find")
    axes.set(xlabel="days for a pass", ylabel="blocks of 1,000 disk-years",
             title="Blocks that a mirror loses when its other half fails")


def near(r, axes):
    reach = [n for n in x.REACHES if n]
    line(axes, reach, [r["near", n, "first, no patrol"] for n in reach], ORANGE,
         "without a patrol", 100)
    line(axes, reach, [r["near", n, "first"] for n in reach], BLUE, "with a patrol", 100)
    axes.set(xscale="log", xlabel="blocks read either side of a find", ylabel="% of errors",
             title="Errors found beside another one")


def sign(r, axes):
    line(axes, x.RATES, [r["sign", f"rate {n}", "for nothing"] for n in x.RATES], BLUE,
         "for nothing, % of warnings", 100)
    line(axes, x.RATES, [r["sign", f"rate {n}", "caught"] for n in x.RATES], ORANGE,
         "failures preceded, %", 100)
    axes.set(xscale="log", xlabel="moves in an hour at which a warning is given",
             title="Warnings by rate")


def errors(r, axes):
    counts = sorted(k[1] for k in r if k[0] == "errors")
    line(axes, counts, [r["errors", n] for n in counts], BLUE, "model", 100)
    axes.plot([50, 1000], [20, 6], "s", color=ORANGE, label="study (2007)")
    axes.set(xscale="log", yscale="log", xlabel="errors", ylabel="% of affected disks",
             title="Affected disks with that many errors or more")


def svg(figure):
    """The figure without dates, and with a style for dark pages."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = re.sub(r"<metadata>.*?</metadata>", "", out.getvalue(), flags=re.S)
    text = re.sub(r"<!DOCTYPE.*?>\n", "", text, flags=re.S)
    # text without a colour of its own would be black on any page
    text = re.sub(r'(<text [^>]*?)style="', rf'\1style="fill: {INK}; ', text)
    dark = "".join(f'[style*="{kind}: {light}"] {{ {kind}: {night} !important; }}\n'
                   for light, night in COLOURS.items() for kind in ("fill", "stroke"))
    style = f"<style>\n@media (prefers-color-scheme: dark) {{\n{dark}}}\n</style>\n"
    return re.sub(r"(<svg[^>]*>\n)", lambda m: m[1] + style, text, count=1)
