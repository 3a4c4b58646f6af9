# SPDX-License-Identifier: GPL-2.0
"""The document for Documentation/admin-guide/device-mapper: a template with parts from the schema.

A line @WORD@ of dm-remap.rst.in is replaced by what parts() has by that name.
"""

import re
import textwrap

from manual import ManualError, filled, unit


def sentence(text):
    """Names of parameters and attributes stay as they are."""
    text = " ".join(text.split())
    if not re.match(r"\w+[_/]\w", text):
        text = text[0].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def marked(text):
    """`Code` in Markdown's form, and characters that have a meaning in reStructuredText."""
    out = []
    for i, part in enumerate(text.split("`")):
        out.append(f"``{part}``" if i % 2 else re.sub(r"([\\*|]|_(?![\w/]))", r"\\\1", part))
    return "".join(out)


def paragraph(text, indent=""):
    return textwrap.wrap(
        marked(" ".join(text.split())), 79, initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )


def bullets(texts):
    out = []
    for text in texts:
        lines = paragraph(sentence(text), "  ")
        out += ["- " + lines[0][2:], *lines[1:], ""]
    return out


def literal(text):
    """A line of a form, folded where it is too long."""
    lines = textwrap.wrap(
        " ".join(text.split()), 73, initial_indent="  ", subsequent_indent="    ",
        break_long_words=False, break_on_hyphens=False,
    )
    return ["::", "", *(line + " \\" for line in lines[:-1]), lines[-1], ""]


def item(term, text, after="", names=()):
    out = [f"``{term}``{after}", *paragraph(sentence(text), "    "), ""]
    for name in names:
        out += [f"    ``{name['name']}``", *paragraph(sentence(name["doc"]), "        "), ""]
    return out


def items(entries):
    return [line for e in entries for line in item(e["name"], e["doc"])]


def fields(schema, entries, form):
    """Fields by the names that they have in a form, with the names that a value can be."""
    out = []
    for f in entries:
        names = next((d["entries"] for d in schema["definitions"] if d["name"] == f.get("enum")), ())
        out += item(form.format(f["name"]), f["doc"], unit(f), names)
    return out


def parts(schema, abi):
    line, status, events = schema["table-line"], schema["status-line"], schema["events"]
    table = literal(line["form"]) + paragraph(line["doc"]) + ["", "Mandatory parameters:", ""]
    table += fields(schema, line["fields"], "<{}>") + ["Optional arguments:", ""]
    for a in line["arguments"]:
        value = f" <{a['value']}>" if "value" in a else ""
        table += item(a["name"] + value, a["doc"], unit(a))
    messages = []
    for m in schema["messages"]:
        reply = f" Lines of the reply: `{m['reply']}`." if "reply" in m else ""
        messages += item(m["form"], sentence(m["doc"]) + reply)
    return {
        "MODULES": items(schema["modules"]),
        "TABLE": table + ["A line is refused where one of these holds:", ""] + bullets(line["refusals"]),
        "STATUS": literal(status["form"]) + fields(schema, status["fields"], "<{}>"),
        "MESSAGES": messages,
        "EVENTS": paragraph(events["doc"]) + [""] + items(events["variables"])
        + ["Values of DM_REMAP_EVENT:", ""] + items(events["entries"]),
        "ABI": [f"- Documentation/{name}" for name in abi],
        "CONVENTIONS": ["For all of them:", ""] + bullets(schema["conventions"]),
    }


def page(schema, generated, abi):
    """The text of the document; abi has the files that describe the attributes."""
    have = parts(schema, abi)
    out, used = filled("dm-remap.rst", have)
    if have.keys() - used:
        raise ManualError(f"dm-remap.rst has no {', '.join(sorted(have.keys() - used))}")
    out.insert(1, f".. {generated}")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)) + "\n"
