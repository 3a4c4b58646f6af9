# SPDX-License-Identifier: GPL-2.0
"""The manual pages dm-remap(4) and dm-remap(5): a template each, with parts from the schema.

A line @WORD@ of dm-remap.4.in or dm-remap.5.in is replaced by what parts() has by that name.
"""

import pathlib
import re
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
MODES = {"ro": "read only", "rw": "read and write", "wo": "write only", "root": "read only, by root"}


class ManualError(Exception):
    """A template names a part that there is not, or leaves one out."""


# --- roff --------------------------------------------------------------------


def escaped(text):
    return text.replace("\\", "\\e").replace("~", "\\(ti").replace("^", "\\(ha")


def literal(text):
    """As it is typed: no hyphens, no curly quotes, and no macro at the start of a line."""
    text = escaped(text).replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\\&" + text if text[:1] == "." else text


def bold(text):
    return f"\\fB{literal(text)}\\fR"


def italic(text):
    return f"\\fI{literal(text)}\\fR"


def form(text):
    """A line of a form: <words in brackets> and WORDS are for the reader to replace."""
    parts = re.split(r"(<[^>]*>|\b[A-Z][A-Z]*\b)", text)
    return "".join(italic(part.strip("<>")) if i % 2 else bold(part) if part.strip() else part
                   for i, part in enumerate(parts))


def paragraph(text):
    """Each sentence begins a line, as roff wants it."""
    lines = []
    for part in re.split(r"(?<=[.?!]) +(?=[A-Z])", " ".join(text.split())):
        for line in textwrap.wrap(escaped(part), 90, break_long_words=False, break_on_hyphens=False):
            lines.append("\\&" + line if line[0] in ".'" else line)
    return lines


def sentence(text):
    text = " ".join(text.split())
    text = text[0].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def item(term, text):
    return [".TP", term] + paragraph(sentence(text))


def items(entries):
    return [line for e in entries for line in item(bold(e["name"]), e["doc"])]


def unit(entry):
    return f" ({entry['unit']})" if "unit" in entry else ""


# --- parts ---------------------------------------------------------------------


def attribute_item(attribute, words):
    """words gives the range and the default of an attribute in words."""
    kind = attribute["type"] + (f" in {attribute['unit']}" if "unit" in attribute else "")
    out = [".TP", f"{bold(attribute['path'])} ({MODES[attribute['mode']]}, {kind})"]
    out += paragraph(sentence(attribute["doc"]))
    facts = [f"{name}: {text}." for name, text in words(attribute) if text]
    fields = "; ".join(f"{f['name']}, {' '.join(f['doc'].split())}" for f in attribute.get("fields", []))
    facts += [f"Fields of a line: {fields}."] if fields else []
    if attribute["persistence"] == "kept":
        facts.append("Persistent sets keep it.")
    if facts:
        out += [".IP"] + [line for fact in facts for line in paragraph(fact)]
    errors = "; ".join(f"{e['code']} {' '.join(e['when'].split())}" for e in attribute.get("errors", []))
    return out + ([".IP"] + paragraph(f"Errors: {errors}.") if errors else [])


def tree_part(tree, words):
    out = [f".SH {literal(tree['root'])}"] + paragraph(sentence(tree["doc"]))
    if "alias" in tree:
        out += [".PP", f"{bold(tree['alias'])} is a link to it."]
    for group in tree["groups"]:
        if group["name"]:
            out.append(f".SS {literal(group['name'])}/")
            out += paragraph(sentence(group["doc"])) if "doc" in group else []
        for attribute in group["attributes"]:
            out += attribute_item(attribute, words)
    return out


def parameter_part(tree, words):
    module = tree["root"].split("/")[3]
    out = [f".SS Parameters of {literal(module)}"] + paragraph(sentence(tree["doc"]))
    for group in tree["groups"]:
        for attribute in group["attributes"]:
            out += attribute_item(attribute, words)
    return out


def table_part(line):
    out = [".RS 4", form(line["form"]), ".RE", ".PP"] + paragraph(line["doc"])
    for f in line["fields"]:
        out += item(bold(f["name"]) + unit(f), f["doc"])
    out += [".SS Arguments"]
    for a in line["arguments"]:
        term = bold(a["name"]) + (f" {italic(a['value'])}" if "value" in a else "")
        out += item(term + unit(a), a["doc"])
    out += [".SS Refused lines"]
    for text in line["refusals"]:
        out += [".IP \\(bu 3"] + paragraph(sentence(text))
    return out


def status_part(status):
    out = paragraph(status["doc"]) + [".PP", ".RS 4", form(" ".join(status["form"].split())), ".RE"]
    for f in status["fields"]:
        out += item(bold(f["name"]) + unit(f), f["doc"])
    return out


def message_part(messages):
    out = []
    for m in messages:
        out += [".TP", form(m["form"])] + paragraph(sentence(m["doc"]))
        if "reply" in m:
            out += [".IP", f"Reply: {italic(m['reply'])}."]
    return out


def event_part(events):
    out = paragraph(events["doc"]) + items(events["variables"])
    return out + [".SS Events"] + items(events["entries"])


def log_part(lines):
    out = []
    for line in lines:
        text = re.sub(r"<([^>]*)>", lambda m: "\\fI" + literal(m[1]) + "\\fR", literal(line["form"]))
        out += [".TP", text] + paragraph(line["doc"])
    return out


def boot_part(options):
    out = []
    for option in options:
        out += [".TP", bold(option["name"] + "=") + form(option["value"])] + paragraph(option["doc"])
    return out


def parts(schema, words):
    trees = {True: [], False: []}
    for tree in schema["trees"]:
        trees[tree["root"].startswith("/sys/module/")].append(tree)
    conventions = [line for text in schema["conventions"] for line in [".IP \\(bu 3"] + paragraph(text)]
    names = []
    for definition in schema["definitions"]:
        names += [f".SS {literal(definition['name'])}"] + paragraph(definition["doc"]) + items(definition["entries"])
    return {
        "MODULES": items(schema["modules"]),
        "PARAMETERS": [line for tree in trees[True] for line in parameter_part(tree, words(tree))],
        "TABLE": table_part(schema["table-line"]),
        "STATUS": status_part(schema["status-line"]),
        "MESSAGES": message_part(schema["messages"]),
        "EVENTS": event_part(schema["events"]),
        "LOG": log_part(schema["kernel-log"]),
        "BOOT": boot_part(schema["boot-options"]),
        "CONVENTIONS": conventions,
        "TREES": [line for tree in trees[False] for line in tree_part(tree, words(tree))],
        "NAMES": names,
    }


def filled(name, have):
    """The lines of a template, with the parts that it names, and the names of these."""
    out, used = [], set()
    for line in (HERE / f"{name}.in").read_text(encoding="utf-8").splitlines():
        word = re.fullmatch("@([A-Z]+)@", line)
        if word and word[1] not in have:
            raise ManualError(f"{name}.in: there is no part {word[1]}")
        out += have[word[1]] if word else [line]
        used.add(word[1] if word else None)
    return out, used


def pages(schema, generated, words):
    """The text of both pages by the names of their files."""
    have = parts(schema, words)
    left = set(have)
    result = {}
    for name in ("dm-remap.4", "dm-remap.5"):
        out, used = filled(name, have)
        result[name] = "\n".join([f'.\\" {generated}', *out]) + "\n"
        left -= used
    if left:
        raise ManualError(f"no page has {', '.join(sorted(left))}")
    return result
