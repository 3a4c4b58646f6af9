# SPDX-License-Identifier: GPL-2.0
"""One-line breaks of C sources: which lines can be broken, and how."""
import random
import re

# Lines whose break nobody can see: messages, assertions of locks, declarations for the compiler.
SILENT = re.compile(r'\b(DM(ERR|WARN|INFO|DEBUG)\w*|pr_\w+|remap_log\w*|lockdep_\w+|might_sleep\w*|'
                    r'cond_resched|prefetch\w*|static_assert|BUILD_BUG_ON|MODULE_\w+|EXPORT_SYMBOL\w*|'
                    r'__must_hold|__releases|__acquires)\b')
TURNED = {'<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '=='}


def replace_at(line, match, text, group=0):
    return line[:match.start(group)] + text + line[match.end(group):]


def comparisons(line):
    for m in re.finditer(r'(?<= )(<=|>=|==|!=|<|>)(?= )', line):
        yield 'comparison turned', replace_at(line, m, TURNED[m.group()])


def conditions(line):
    m = re.match(r'^(\t+(?:\} else )?if \()(.*)(\)( \{)?)$', line)
    if m and m[2].count('(') == m[2].count(')'):
        yield 'condition negated', f'{m[1]}!({m[2]}){m[3]}'
    m = re.match(r'^(\treturn )([^;]*(?:&&|\|\||==|!=|[^-<>]<[^<]|[^-<>]>[^>]).*);$', line)
    if m and '"' not in line:
        yield 'result negated', f'{m[1]}!({m[2]});'
    for m in re.finditer(r'&&|\|\|', line):
        yield 'and, or exchanged', replace_at(line, m, '||' if m.group() == '&&' else '&&')


def barriers(line):
    m = re.match(r'^(\t+)smp_(mb|rmb|wmb|mb__\w+)\(\);', line)
    if m:
        yield 'barrier left out', m[1] + ';'
    for name, plain in (('smp_load_acquire', 'READ_ONCE'), ('smp_store_release', 'WRITE_ONCE')):
        if name in line:
            yield 'barrier left out', line.replace(name, plain)


def stores(line):
    if re.match(r'^\t+[a-z_*][\w.>\[\]()*-]* (=|\+=|-=|\|=|&=|\^=|<<=|>>=) [^{]*;$', line):
        yield 'store skipped', re.match(r'^\t+', line)[0] + ';'
    elif re.match(r'^\t+(\+\+|--)?[a-z_][\w.>\[\]-]*(\+\+|--);$', line):
        yield 'store skipped', re.match(r'^\t+', line)[0] + ';'


def calls(line):
    m = re.match(r'^(\t+)(?!return\b|if\b|for\b|while\b|switch\b)[a-z_][\w.>-]*\(.*\);$', line)
    if m and line.count('(') == line.count(')'):
        yield 'call skipped', m[1] + ';'


def constants(line):
    for m in re.finditer(r'(?<![\w.])(\d+)(?=[UL]*\b(?!\.))(?!x)', line):
        if re.search(r'(case|u?int|:)\s*$', line[:m.start()]) and 'case' not in line:
            continue
        yield 'constant off by one', replace_at(line, m, str(int(m[1]) + 1), 1)


def sums(line):
    for m in re.finditer(r'(?<=[\w)\]] )([+-])(?= [\w(])', line):
        yield 'sum turned', replace_at(line, m, '-' if m.group() == '+' else '+')
    for m in re.finditer(r'(?<= )(<<|>>)(?= )', line):
        yield 'shift turned', replace_at(line, m, '>>' if m.group() == '<<' else '<<')


def results(line):
    m = re.match(r'^(\t+)return (true|false);$', line)
    if m:
        yield 'result negated', f"{m[1]}return {'false' if m[2] == 'true' else 'true'};"
    m = re.match(r'^(\t+)return (ret|-E\w+);$', line)
    if m:
        yield 'error ignored', f'{m[1]}return 0;'
    m = re.match(r'^(\t+)(break|continue|goto \w+);$', line)
    if m:
        yield 'jump left out', m[1] + ';'


def negations(line):
    for m in re.finditer(r'(?<=[( ])!(?=[\w(])', line):
        yield 'negation left out', replace_at(line, m, '')


BREAKS = (comparisons, conditions, barriers, stores, calls, constants, sums, results, negations)


def strip(line):
    """The line with its comment and strings gone, or None where it is no code of a function."""
    if not line.startswith('\t') or line.lstrip().startswith(('*', '/*', '//', '#')):
        return None
    if '"' in line or "'" in line or '/*' in line or line.endswith('\\') or SILENT.search(line):
        return None
    return line


def in_functions(text):
    """The numbers of lines that are in the body of a function."""
    inside = False
    for number, line in enumerate(text.split('\n')):
        if line == '{':
            inside = True
        elif line.startswith('}'):
            inside = False
        elif inside:
            yield number


def places(text):
    """For each line that can be broken: its number and [(what, broken line)]."""
    lines = text.split('\n')
    for number in in_functions(text):
        line = strip(lines[number])
        if line is None:
            continue
        found = [b for kind in BREAKS for b in kind(line)]
        if found:
            yield number, found


def choose(sources, seed):
    """An endless series of (path, line number, what, broken line), no line twice."""
    all_places = [(path, number, found) for path in sorted(sources)
                  for number, found in places(sources[path])]
    rng = random.Random(seed)
    rng.shuffle(all_places)
    for path, number, found in all_places:
        what, broken = rng.choice(found)
        yield path, number, what, broken
