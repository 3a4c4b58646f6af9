#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""render.py DIRECTORY: all documents as HTML, to be read in a browser without a server.

Markdown goes through cmark-gfm, manual pages through mandoc. A page has the place of its source;
README.md is README.html. A link that leads nowhere is an error.
DIRECTORY is emptied before, so it has to be new or empty, or to have been made by this program.
"""

import html
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# in each directory that this program has made
MARK = ".made-by-render.py"
# templates for the forge, and parts of other documents
NOT_PAGES = ("tests/bench/", ".github/")
MANUAL = re.compile(r"<[bi]>(dm-?remap[a-z.-]*)</[bi]>\((\d)\)")
LINK = re.compile(r'(?P<what>href|src)="(?P<to>[^"#:]*)(?P<part>#[^"]*)?"')

FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{root}style.css">
</head>
<body>
<nav><a href="{root}README.html">dm-remap</a> <a href="{root}docs/guide/README.html">Guide</a>
<a href="{root}docs/man/index.html">Manual pages</a>
<a href="{root}docs/reference/attributes.html">Reference</a></nav>
<main>
{body}
</main>
</body>
</html>
"""


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sources():
    files = run("git", "-C", TOP, "ls-files", "-co", "--exclude-standard", "*.md", "docs/man/*").split()
    return [pathlib.PurePosixPath(f) for f in files if not f.startswith(NOT_PAGES)]


def slug(heading):
    """The anchor that forges give a heading."""
    text = html.unescape(re.sub(r"<[^>]*>", "", heading)).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def markdown(path):
    body = run("cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", TOP / path)
    seen = {}

    def anchor(match):
        name = slug(match[2])
        seen[name] = seen.get(name, -1) + 1
        suffix = f"-{seen[name]}" if seen[name] else ""
        return f'<h{match[1]} id="{name}{suffix}">{match[2]}</h{match[1]}>'

    body = re.sub(r"<h([1-6])>(.*?)</h\1>", anchor, body, flags=re.S)
    body = re.sub(r"<table>.*?</table>", r'<div class="table">\g<0></div>', body, flags=re.S)
    title = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.S)
    return re.sub(r"<[^>]*>", "", title[1]) if title else path.name, body


def names(path):
    """What a manual page is found by."""
    line = re.search(r'^\.SH NAME\n(.*?) \\- ', (TOP / path).read_text(encoding="utf-8"), re.M)
    return line[1].replace("\\", "").split(", ")


def manual(path, pages):
    body = run("mandoc", "-Thtml", "-Ofragment", TOP / path)

    def link(match):
        page = pages.get((match[1], match[2]))
        return f'<a href="{page.name}">{match[0]}</a>' if page else match[0]

    return f"{path.stem}({path.suffix[1:]})", f'<div class="manual">{MANUAL.sub(link, body)}</div>'


def manual_index(pages):
    rows = []
    for (name, section), page in sorted(pages.items()):
        text = (TOP / page).read_text(encoding="utf-8")
        about = re.search(r"^\.SH NAME\n.* \\- (.*)", text, re.M)[1].replace("\\", "")
        rows.append(f'<tr><td><a href="{page.name}">{name}({section})</a></td><td>{html.escape(about)}</td></tr>')
    return "Manual pages", "<h1>Manual pages</h1>\n<table>\n" + "\n".join(rows) + "\n</table>"


def target(to, source, known):
    """Where a link of a page leads in what is made; None if nowhere."""
    path = pathlib.PurePosixPath(os.path.normpath(source.parent / to)) if to else source
    if path in known:
        return known[path]
    if path / "README.md" in known:
        return known[path / "README.md"]
    if path == pathlib.PurePosixPath("docs/man"):
        return path / "index.html"
    return path if (TOP / path).exists() else None


class Site:
    """What is made, and what is wrong with it."""

    def __init__(self, out):
        self.out = out
        self.known = {}
        self.wrong = []
        self.anchors = []

    def place(self, source):
        to = source.with_suffix(".html") if source.suffix == ".md" else source.with_name(source.name + ".html")
        self.known[source] = to

    def follow(self, match, source, page):
        to = target(html.unescape(match["to"]), source, self.known)
        if to is None:
            self.wrong.append(f"{source}: {match['to']} is not there")
            return match[0]
        if to.suffix != ".html" and (TOP / to).is_file():
            (self.out / to).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / to, self.out / to)
        if match["part"]:
            self.anchors.append((source, to, html.unescape(match["part"][1:])))
        where = os.path.relpath(to, page.parent) if match["to"] else ""
        return f'{match["what"]}="{where}{match["part"] or ""}"'

    def write(self, source, page, title, body):
        body = LINK.sub(lambda m: self.follow(m, source, page), body)
        root = "../" * (len(page.parts) - 1)
        path = self.out / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FRAME.format(title=title, root=root, body=body), encoding="utf-8")

    def check_anchors(self):
        for source, page, name in self.anchors:
            path = self.out / page
            if path.suffix == ".html" and f'id="{name}"' not in path.read_text(encoding="utf-8"):
                self.wrong.append(f"{source}: {page} has no #{name}")


def prepare(out):
    """Empty the directory, unless it has files of somebody else."""
    if out.exists() and not (out / MARK).exists() and (not out.is_dir() or any(out.iterdir())):
        sys.exit(f"{out} was not made by this program, and is not empty: remove it, or give another directory.")
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / MARK).touch()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    site = Site(pathlib.Path(sys.argv[1]))
    prepare(site.out)
    files = sources()
    for source in files:
        site.place(source)
    manuals = [s for s in files if s.suffix != ".md"]
    pages = {(name, s.suffix[1:]): s for s in manuals for name in names(s)}
    for source in files:
        title, body = markdown(source) if source.suffix == ".md" else manual(source, pages)
        site.write(source, site.known[source], title, body)
    index = pathlib.PurePosixPath("docs/man/index.html")
    site.write(index, index, *manual_index(pages))
    shutil.copy(pathlib.Path(__file__).with_name("style.css"), site.out / "style.css")
    site.check_anchors()
    if site.wrong:
        sys.exit("\n".join(site.wrong))
    print(f"{site.out}/README.html")


if __name__ == "__main__":
    main()
