#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Check dm-remap.yaml and make what is derived from it.

Without options: docs/reference/attributes.md, docs/reference/dm-remap.rst, docs/reference/ABI/, and
the manual pages dm-remap(4) and dm-remap(5) in docs/man/.
--check: fail if those are not what the schema gives.
--flat: print the table that the guest compares with a running kernel.
"""

import argparse
import pathlib
import sys
import textwrap

import yaml

import document
import manual

HERE = pathlib.Path(__file__).resolve().parent
GENERATED = "Generated from configfs-schema/dm-remap.yaml by generate.py. Do not edit."

TYPE_MAX = {"u32": 2**32 - 1, "u64": 2**64 - 1, "flag": 1}
FLAT_COLUMNS = ("module status sets root path mode type min max pow2 default relation values pattern").split()
EMPTY = '""'  # an empty value in the flat table; "-" is none


class SchemaError(Exception):
    """The schema is not what it should be; says where and why."""


# --- reading -----------------------------------------------------------------


class Loader(yaml.SafeLoader):
    """A loader that refuses a key that stands twice."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise SchemaError(f"line {key_node.start_mark.line + 1}: {key} stands twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def read(path):
    try:
        schema = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except yaml.YAMLError as e:
        raise SchemaError(f"not YAML: {e}") from e
    check_shape(schema, SCHEMA, "schema")
    inherit(schema)
    check_meaning(schema)
    return schema


# --- shape: which keys there are, which are needed, of what type ---------------
#
# A dict describes a mapping, with "?" after the keys that may be left out; a
# list with one element a list of such; a tuple alternatives; a type a value.

WHEN = {"since?": int, "module?": str, "status?": str}
WHERE = {**WHEN, "sets?": str}
NAMED = {"name": str, "doc?": str}
ENTRY = {"name": str, "doc": str}
FIELD = {"name": str, "doc": str, "unit?": str, "enum?": str}
REFERENCE = {"attribute": str, "divisor?": int, "least?": int, "most?": int}
PARAMETER = {"parameter": str}
CHECKS = {
    "min": int,
    "max": (int, REFERENCE),
    "power-of-two?": bool,
    "at-least?": {"attribute": str, "times": int, "plus": int},
}
ATTRIBUTE = {
    "name": str,
    "mode": str,
    "type": str,
    "persistence": str,
    "doc": str,
    "unit?": str,
    "enum?": str,
    "pattern?": str,
    "default?": (int, str, REFERENCE, PARAMETER),
    "checks?": CHECKS,
    "fields?": [ENTRY],
    "errors?": [{"code": str, "when": str}],
    **WHERE,
}
SCHEMA = {
    "name": str,
    "version": int,
    "date": str,
    "contact": str,
    "doc": str,
    "conventions": [str],
    "modes": {"ro": str, "rw": str, "wo": str, "root": str},
    "types": [ENTRY],
    "units": [NAMED],
    "persistence": [ENTRY],
    "errors": [ENTRY],
    "modules": [{"name": str, "file": str, "status": str, "doc": str}],
    "definitions": [{"name": str, "doc": str, "entries": [ENTRY]}],
    "trees": [
        {
            "name": str,
            "root": str,
            "alias?": str,
            "abi": str,
            "since": int,
            "module": str,
            "status?": str,
            "doc": str,
            "groups": [{"name": str, "doc?": str, **WHERE, "attributes": [ATTRIBUTE]}],
        }
    ],
    "table-line": {
        "form": str,
        "doc": str,
        "fields": [FIELD],
        "arguments": [{**ENTRY, "value?": str, "unit?": str, **WHEN}],
        "refusals": [str],
    },
    "status-line": {"form": str, "doc": str, "fields": [FIELD]},
    "messages": [{**ENTRY, "form": str, "reply?": str, **WHEN}],
    "events": {"doc": str, "variables": [ENTRY], "entries": [{**ENTRY, **WHEN}]},
    "kernel-log": [{"form": str, "doc": str, **WHEN}],
    "boot-options": [{**ENTRY, "value": str, **WHEN}],
}


def fits(value, shape):
    try:
        check_shape(value, shape, "")
    except SchemaError:
        return False
    return True


def check_shape(value, shape, where):
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise SchemaError(f"{where}: not a mapping")
        known = {key.rstrip("?") for key in shape}
        for key in value:
            if key not in known:
                raise SchemaError(f"{where}: unknown key {key}")
        for key, inner in shape.items():
            name = key.rstrip("?")
            if name in value:
                check_shape(value[name], inner, f"{where}/{name}")
            elif not key.endswith("?"):
                raise SchemaError(f"{where}: {name} is missing")
    elif isinstance(shape, list):
        if not isinstance(value, list) or not value:
            raise SchemaError(f"{where}: not a list with anything in it")
        for i, item in enumerate(value):
            label = item.get("name", i) if isinstance(item, dict) else i
            check_shape(item, shape[0], f"{where}/{label}")
        names = [item["name"] for item in value if isinstance(item, dict) and "name" in item]
        for name in names:
            if names.count(name) > 1:
                raise SchemaError(f"{where}: {name} stands twice")
    elif isinstance(shape, tuple):
        if not any(fits(value, inner) for inner in shape):
            raise SchemaError(f"{where}: {value!r} is none of what may stand here")
    elif not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
        raise SchemaError(f"{where}: {value!r} is not of type {shape.__name__}")


# --- what an entry takes over from what it stands in ----------------------------


def inherit(schema):
    """Give each entry its module, status and since, and each attribute its path."""
    status = {m["name"]: m["status"] for m in schema["modules"]}
    core = schema["modules"][0]["name"]

    def complete(entry, outer):
        entry.setdefault("module", outer.get("module", core))
        if "status" not in entry:
            entry["status"] = outer.get("status") or status.get(entry["module"], "present")
        entry.setdefault("since", outer.get("since", schema["version"]))
        entry.setdefault("sets", outer.get("sets", "all"))

    for tree in schema["trees"]:
        complete(tree, {})
        for group in tree["groups"]:
            complete(group, tree)
            group["attributes"] = [dict(a) for a in group["attributes"]]
            for attribute in group["attributes"]:
                complete(attribute, group)
                attribute["path"] = "/".join(filter(None, (group["name"], attribute["name"])))
                attribute["full"] = f"{tree['root']}/{attribute['path']}"
    for part in (
        schema["table-line"]["arguments"],
        schema["messages"],
        schema["events"]["entries"],
        schema["kernel-log"],
        schema["boot-options"],
    ):
        for entry in part:
            complete(entry, {})


def attributes(tree):
    for group in tree["groups"]:
        yield from group["attributes"]


# --- meaning: do the parts agree ------------------------------------------------


def check_meaning(schema):
    def names(part):
        return {entry["name"] for entry in schema[part]}

    known = {part: names(part) for part in ("types", "units", "persistence", "errors", "modules", "definitions")}
    everything = {}
    for tree in schema["trees"]:
        for attribute in attributes(tree):
            if attribute["full"] in everything:
                raise SchemaError(f"{attribute['full']} stands twice")
            everything[attribute["full"]] = attribute

    directories = {str(parent) for full in everything for parent in pathlib.PurePosixPath(full).parents}
    for full in everything:
        if full in directories:
            raise SchemaError(f"{full} is a file and a directory")

    def one_of(value, part, where):
        if value is not None and value not in known[part]:
            raise SchemaError(f"{where}: {value} is not among {part}")

    def check_when(entry, where):
        one_of(entry["module"], "modules", where)
        if entry["status"] not in ("present", "planned"):
            raise SchemaError(f"{where}: status {entry['status']} is neither present nor planned")
        if entry["sets"] not in ("all", "persistent"):
            raise SchemaError(f"{where}: sets {entry['sets']} is neither all nor persistent")
        if not 1 <= entry["since"] <= schema["version"]:
            raise SchemaError(f"{where}: since {entry['since']} is not a version up to {schema['version']}")

    for tree in schema["trees"]:
        check_when(tree, tree["name"])
        inside = {a["path"]: a for a in attributes(tree)}
        for attribute in attributes(tree):
            where = attribute["full"]
            check_when(attribute, where)
            for key, part in (
                ("type", "types"),
                ("unit", "units"),
                ("persistence", "persistence"),
                ("enum", "definitions"),
            ):
                one_of(attribute.get(key), part, where)
            check_attribute(schema, attribute, inside, everything)

    for field in schema["table-line"]["fields"] + schema["table-line"]["arguments"] + schema["status-line"]["fields"]:
        one_of(field.get("unit"), "units", field["name"])
        one_of(field.get("enum"), "definitions", field["name"])
    for entry in schema["table-line"]["arguments"] + schema["messages"] + schema["events"]["entries"]:
        check_when(entry, entry["name"])
    for entry in schema["kernel-log"] + schema["boot-options"]:
        check_when(entry, entry.get("name", "kernel-log"))
    for field in schema["status-line"]["fields"]:
        if f"<{field['name']}>" not in schema["status-line"]["form"]:
            raise SchemaError(f"status-line: {field['name']} is not in the form")


def check_attribute(schema, attribute, inside, everything):
    where, kind, mode = attribute["full"], attribute["type"], attribute["mode"]
    checks, default = attribute.get("checks"), attribute.get("default")

    def need(condition, what):
        if not condition:
            raise SchemaError(f"{where}: {what}")

    need(mode in schema["modes"], f"mode {mode} is none of {', '.join(schema['modes'])}")
    need((kind in ("enum", "selector")) == ("enum" in attribute), "enum goes with the types enum and selector")
    need((kind == "records") == ("fields" in attribute), "fields go with the type records")
    need(kind in ("string", "records") or "pattern" not in attribute, "pattern goes with the types string and records")
    need(kind != "records" or "pattern" in attribute, "records need a pattern")

    need(mode not in ("ro", "root") or "errors" not in attribute, "what cannot be written has no errors")
    if mode not in ("ro", "root"):
        codes = [e["code"] for e in attribute.get("errors", [])]
        need("EINVAL" in codes, "what can be written gives EINVAL for what is malformed")
        known = {e["name"] for e in schema["errors"]}
        need(set(codes) <= known, f"errors has a code that is not among {', '.join(sorted(known))}")
        need(len(codes) == len(set(codes)), "errors has a code twice")
        need(kind not in TYPE_MAX or checks, "a number that can be written needs checks")
    need(mode != "rw" or "default" in attribute, "what can be set needs a default")
    need(mode != "wo" or "default" not in attribute, "what cannot be read has no default")
    need((attribute["persistence"] == "action") == (mode == "wo"), "persistence action goes with mode wo")

    if checks:
        need(kind in TYPE_MAX, "checks go with numbers")
        low, high = checks["min"], checks["max"]
        if isinstance(high, dict):
            need(high["attribute"] in inside, f"max: no attribute {high['attribute']}")
            high = TYPE_MAX[kind]
        need(0 <= low <= high <= TYPE_MAX[kind], "min and max are not a range of the type")
        if checks.get("power-of-two"):
            need(is_power(low) and is_power(high), "min and max are not powers of two")
        other = checks.get("at-least")
        if other:
            need(inside.get(other["attribute"], {}).get("mode") == "rw", "at-least names nothing that can be set")

    if isinstance(default, dict) and "attribute" in default:
        need(default["attribute"] in inside, f"default: no attribute {default['attribute']}")
    elif isinstance(default, dict):
        need(parameter_path(default) in everything, f"default: no parameter {default['parameter']}")
    elif kind in TYPE_MAX and default is not None:
        need(isinstance(default, int), "default is not a number")
        low, high = limits(attribute)
        need(low <= default and (isinstance(high, dict) or default <= high), "default is out of range")
    elif kind in ("enum", "selector") and default is not None:
        need(default in values(schema, attribute), "default is not one of the names")
    elif kind == "bool":
        need(default in ("Y", "N"), "default is neither Y nor N")


def is_power(n):
    return n > 0 and n & (n - 1) == 0


def limits(attribute):
    """Lowest and highest value; the latter may be a reference."""
    checks = attribute.get("checks", {})
    return checks.get("min", 0), checks.get("max", TYPE_MAX.get(attribute["type"]))


def values(schema, attribute):
    for definition in schema["definitions"]:
        if definition["name"] == attribute.get("enum"):
            return [entry["name"] for entry in definition["entries"]]
    return []


def parameter_path(reference):
    module, _, name = reference["parameter"].partition(".")
    return f"/sys/module/{module}/parameters/{name}"


# --- the flat table --------------------------------------------------------------


def flat(schema):
    lines = ["# SPDX-License-Identifier: GPL-2.0", "# " + GENERATED, "#" + "\t".join(FLAT_COLUMNS)]
    for tree in schema["trees"]:
        relation = relations(tree)
        for attribute in attributes(tree):
            low, high = limits(attribute)
            number = attribute["type"] in TYPE_MAX
            row = {
                "module": attribute["module"],
                "status": attribute["status"],
                "sets": attribute["sets"],
                "root": tree["root"],
                "path": attribute["path"],
                "mode": schema["modes"][attribute["mode"]],
                "type": attribute["type"],
                "min": low if number else "-",
                "max": flat_reference(high) if number else "-",
                "pow2": "yes" if attribute.get("checks", {}).get("power-of-two") else "-",
                "default": flat_reference(attribute["default"]) if "default" in attribute else "-",
                "relation": relation.get(attribute["path"], "-"),
                "values": " ".join(values(schema, attribute)) or "-",
                "pattern": attribute.get("pattern", "-"),
            }
            lines.append("\t".join(str(row[column]) for column in FLAT_COLUMNS))
    return "\n".join(lines) + "\n"


def flat_reference(value):
    if value == "":
        return EMPTY
    if not isinstance(value, dict):
        return value
    if "parameter" in value:
        return "parameter:" + parameter_path(value)
    limits = f":{value.get('least', 0)}:{value['most']}" if "most" in value else ""
    return f"attribute:{value['attribute']}:{value.get('divisor', 1)}{limits}"


def relations(tree):
    """at-least, seen from both sides: "ge:B:t:p" at A is A >= t*B+p, "le:A:t:p" stands at B."""
    result = {}
    for attribute in attributes(tree):
        other = attribute.get("checks", {}).get("at-least")
        if other:
            form = f"{other['times']}:{other['plus']}"
            result[attribute["path"]] = f"ge:{other['attribute']}:{form}"
            result[other["attribute"]] = f"le:{attribute['path']}:{form}"
    return result


# --- in words --------------------------------------------------------------------


def sentence(text):
    text = " ".join(text.split())
    return text if text.endswith(".") else text + "."


def range_text(schema, attribute, relation):
    if attribute["type"] in ("enum", "selector"):
        return ", ".join(values(schema, attribute))
    if attribute["type"] == "bool":
        return "Y, N"
    if "checks" not in attribute:
        return ""
    low, high = limits(attribute)
    if low == high:
        return str(low)
    text = f"{low} to {high['attribute'] if isinstance(high, dict) else high}"
    if attribute.get("checks", {}).get("power-of-two"):
        text += ", a power of two"
    if relation:
        side, other, times, plus = relation.split(":")
        if side == "ge":
            text += f", at least {times} * {other} + {plus}"
        else:
            text += f", and {times} * it + {plus} at most {other}"
    return text


def default_text(attribute):
    default = attribute.get("default")
    if default is None:
        return ""
    if default == "":
        return "empty"
    if not isinstance(default, dict):
        return str(default)
    if "parameter" in default:
        return f"parameter {default['parameter'].partition('.')[2]}"
    divisor = default.get("divisor", 1)
    limits = [f", at {word} {default[word]}" for word in ("least", "most") if word in default]
    return default["attribute"] + (f" / {divisor}" if divisor != 1 else "") + "".join(limits)


def planned(entry):
    return f" Planned, with the module {entry['module']}." if entry["status"] == "planned" else ""


# --- docs/reference/attributes.md -------------------------------------------------


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def code(text):
    return "`" + " ".join(str(text).split()).replace("|", "\\|") + "`" if text else ""


def wrapped(text):
    return textwrap.fill(" ".join(text.split()), 100, break_long_words=False, break_on_hyphens=False)


def table(head, rows):
    """A table without the columns that are empty in every row."""
    rows = [list(row) for row in rows]
    keep = [i for i in range(len(head)) if any(row[i] for row in rows)]
    lines = ["| " + " | ".join(head[i] for i in keep) + " |", "|" + "---|" * len(keep)]
    lines += ["| " + " | ".join(row[i] for i in keep) + " |" for row in rows]
    return lines + [""]


def when(entry):
    return f"planned, with {entry['module']}" if entry["status"] == "planned" else ""


def doc_rows(entries, key="name"):
    return [(code(e[key]), cell(e.get("doc", ""))) for e in entries]


def markdown(schema):
    out = ["<!-- SPDX-License-Identifier: GPL-2.0 -->", f"<!-- {GENERATED} -->", ""]
    out += [f"# {schema['name']} reference, interface version {schema['version']}", "", wrapped(schema["doc"]), ""]
    out += ["What is marked as planned is described so that programs can be written for it. It is not there yet.", ""]
    out += ["## Conventions", ""]
    for text in schema["conventions"]:
        text = " ".join(text.split()).replace("<", "&lt;")
        out.append(textwrap.fill(text, 100, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False))
    out += ["", "Types:", ""] + table(("type", "meaning"), doc_rows(schema["types"]))
    out += ["Modes, as stat shows them:", ""]
    out += table(("mode", "octal"), [(code(m), code(o)) for m, o in schema["modes"].items()])
    out += ["Persistence, what becomes of a value:", ""]
    out += table(("persistence", "meaning"), doc_rows(schema["persistence"]))
    out += ["Errors:", ""] + table(("error", "meaning"), doc_rows(schema["errors"]))
    out += ["Modules:", ""]
    out += table(
        ("module", "file", "role", "status"),
        [(code(m["name"]), code(m["file"]), cell(m["doc"]), m["status"]) for m in schema["modules"]],
    )
    out += ["## Names", ""]
    for definition in schema["definitions"]:
        out += [f"### {definition['name']}", "", wrapped(definition["doc"]), ""]
        out += table(("name", "meaning"), doc_rows(definition["entries"]))
    for tree in schema["trees"]:
        out += markdown_tree(schema, tree)
    out += markdown_rest(schema)
    return "\n".join(out).rstrip() + "\n"


def markdown_tree(schema, tree):
    relation = relations(tree)
    out = [f"## {tree['root'].replace('<', '&lt;')}", ""]
    text = sentence(tree["doc"]) + (planned(tree))
    if "alias" in tree:
        text += f" {tree['alias']} is a link to it."
    out += [wrapped(text.replace("<", "&lt;")), ""]
    for group in tree["groups"]:
        if group["name"]:
            out += [f"### {group['name'].replace('<', '&lt;')}/", ""]
        text = sentence(group["doc"]) if "doc" in group else ""
        if group["status"] != tree["status"]:
            text += planned(group)
        if text:
            out += [wrapped(text), ""]
        out += table(
            ("path", "mode", "type", "unit", "values", "default", "persistence"),
            [
                (
                    code(a["path"]),
                    a["mode"],
                    a["type"],
                    a.get("unit", ""),
                    cell(range_text(schema, a, relation.get(a["path"]))),
                    cell(default_text(a)),
                    a["persistence"],
                )
                for a in group["attributes"]
            ],
        )
        out += table(
            ("path", "meaning", "errors"),
            [(code(a["path"]), cell(sentence(a["doc"]) + field_text(a)), error_cell(a)) for a in group["attributes"]],
        )
    return out


def field_text(attribute):
    if "fields" not in attribute:
        return ""
    text = "; ".join(f"{f['name']}, {f['doc']}" for f in attribute["fields"])
    return f" Fields of a line: {text}."


def error_cell(attribute):
    return "<br>".join(f"{code(e['code'])} {cell(e['when'])}" for e in attribute.get("errors", []))


def markdown_rest(schema):
    line, status, events = schema["table-line"], schema["status-line"], schema["events"]
    out = ["## Table line", "", "    " + line["form"], "", wrapped(line["doc"]), ""]
    out += table(
        ("field", "unit", "meaning"), [(code(f["name"]), f.get("unit", ""), cell(f["doc"])) for f in line["fields"]]
    )
    out += ["Arguments:", ""]
    out += table(
        ("argument", "unit", "meaning", "status"),
        [
            (code(" ".join(filter(None, (a["name"], a.get("value"))))), a.get("unit", ""), cell(a["doc"]), when(a))
            for a in line["arguments"]
        ],
    )
    out += ["Refused:", ""]
    out += [textwrap.fill(r, 100, initial_indent="- ", subsequent_indent="  ") for r in line["refusals"]]
    out += ["", "## Status line", "", wrapped(status["doc"]), "", "    " + status["form"], ""]
    out += table(
        ("field", "unit", "meaning"), [(code(f["name"]), f.get("unit", ""), cell(f["doc"])) for f in status["fields"]]
    )
    out += ["## Messages", "", "    dmsetup message <device> 0 ...", ""]
    out += table(
        ("message", "meaning", "a line of the reply", "status"),
        [(code(m["form"]), cell(m["doc"]), code(m.get("reply", "")), when(m)) for m in schema["messages"]],
    )
    out += ["## Events", "", wrapped(events["doc"]), ""]
    out += table(("variable", "meaning"), doc_rows(events["variables"]))
    out += table(
        ("`DM_REMAP_EVENT`", "meaning", "status"), [(code(e["name"]), cell(e["doc"]), when(e)) for e in events["entries"]]
    )
    out += ["## Kernel log", ""]
    out += table(
        ("line", "meaning", "status"), [(code(e["form"]), cell(e["doc"]), when(e)) for e in schema["kernel-log"]]
    )
    out += ["## Kernel command line", ""]
    out += table(
        ("option", "meaning", "status"),
        [(code(f"{e['name']}={e['value']}"), cell(e["doc"]), when(e)) for e in schema["boot-options"]],
    )
    return out


# --- docs/reference/ABI: only what is there already --------------------------------


def abi(schema):
    files = {}
    for tree in schema["trees"]:
        relation = relations(tree)
        present = [a for a in attributes(tree) if a["status"] == "present"]
        if not present:
            continue
        out = [".. SPDX-License-Identifier: GPL-2.0", f".. {GENERATED}", ""]
        for attribute in present:
            out += [
                f"What:\t\t{attribute['full']}",
                f"Date:\t\t{schema['date']}",
                f"KernelVersion:\tout of tree, interface version {attribute['since']}",
                f"Contact:\t{schema['contact']}",
                "Description:",
            ]
            out += abi_description(schema, attribute, relation.get(attribute["path"]))
            out.append("")
        files[f"ABI/testing/{tree['abi']}"] = "\n".join(out).rstrip() + "\n"
    return files


def abi_description(schema, attribute, relation):
    mode = {"ro": "read-only", "rw": "read and write", "wo": "write-only", "root": "read-only by root"}[attribute["mode"]]
    facts = [f"Access: {mode}, {schema['modes'][attribute['mode']]}"]
    kind = attribute["type"]
    facts.append(f"Type: {kind}" + (f", in {attribute['unit']}" if "unit" in attribute else ""))
    for label, text in (("Values", range_text(schema, attribute, relation)), ("Default", default_text(attribute))):
        if text:
            facts.append(f"{label}: {text}")
    kept = next(p for p in schema["persistence"] if p["name"] == attribute["persistence"])
    facts.append(f"Persistence: {kept['doc']}")

    def paragraph(text):
        return textwrap.wrap(
            text, 64, initial_indent="\t\t", subsequent_indent="\t\t", break_long_words=False, break_on_hyphens=False
        )

    def items(texts):
        lines = []
        for text in texts:
            lines += textwrap.wrap(
                text, 64, initial_indent="\t\t- ", subsequent_indent="\t\t  ",
                break_long_words=False, break_on_hyphens=False,
            )
        return lines

    lines = paragraph(sentence(attribute["doc"]) + field_text(attribute)) + [""] + items(facts)
    if "errors" in attribute:
        lines += ["", "\t\tErrors:", ""] + items(f"{e['code']}: {' '.join(e['when'].split())}" for e in attribute["errors"])
    return lines


# --- files -------------------------------------------------------------------------


def outputs(schema):
    def words(tree):
        relation = relations(tree)
        return lambda attribute: (
            ("Values", range_text(schema, attribute, relation.get(attribute["path"]))),
            ("Default", default_text(attribute)),
        )

    pages = manual.pages(schema, GENERATED, words)
    described = abi(schema)
    return {
        "reference/attributes.md": markdown(schema),
        "reference/dm-remap.rst": document.page(schema, GENERATED, described),
        **{f"reference/{name}": text for name, text in described.items()},
        **{f"man/{name}": text for name, text in pages.items()},
    }


def stale(directory, files):
    """Files on disk that are missing, differ, or that nothing makes any more."""
    for name, text in files.items():
        path = directory / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield path
    for path in sorted((directory / "reference/ABI").rglob("*")):
        if path.is_file() and str(path.relative_to(directory)) not in files:
            yield path


def write(directory, files):
    for path in stale(directory, files):
        name = str(path.relative_to(directory))
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name], encoding="utf-8")
        else:
            path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schema", type=pathlib.Path, default=HERE / "dm-remap.yaml", help="file to read")
    parser.add_argument("--output", type=pathlib.Path, default=HERE.parent / "docs", help="directory of what is made")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="write nothing; fail if a file is not up to date")
    what.add_argument("--flat", action="store_true", help="print the table for the guest")
    args = parser.parse_args()

    try:
        schema = read(args.schema)
        files = {} if args.flat else outputs(schema)
    except (SchemaError, manual.ManualError, OSError) as e:
        sys.exit(f"{args.schema.name}: {e}")
    if args.flat:
        sys.stdout.write(flat(schema))
    elif args.check:
        wrong = list(stale(args.output, files))
        for path in wrong:
            print(f"{path} is not up to date; run make docs", file=sys.stderr)
        sys.exit(1 if wrong else 0)
    else:
        write(args.output, files)


if __name__ == "__main__":
    main()
