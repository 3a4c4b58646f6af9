#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Break one line at a time and count which tests notice; tests/README.md tells more.

Everything is in build/mutate: the copies of the tree in which breaks are built, and what came
of each break, so that a run which was interrupted goes on where it was.
"""
import argparse
import difflib
import json
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from multiprocessing.pool import ThreadPool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import breaks  # noqa: E402
from worker import Worker  # noqa: E402

TOP = Path(__file__).resolve().parents[2]
WHERE = ('modules/core', 'modules/metadata', 'modules/stats')
KUNIT_ONLY = 'unit tests only'
# Tests that are most likely to see a break of a file come first, then the others in the
# order in which they saw most in runs of the past.
LIKELY = {
    'stats/': ['stats', 'stats-load'],
    'metadata/label': ['seal', 'persist'],
    'metadata/grow': ['grow'],
    'metadata/succeed': ['grow', 'replace-spare'],
    'metadata/': ['persist', 'damage', 'create', 'lifecycle'],
    'core/scrub': ['scrub'], 'core/patrol': ['scrub'], 'core/background': ['scrub', 'weak'],
    'core/neighbours': ['weak', 'scrub'], 'core/probe': ['weak', 'scrub'],
    'core/slow': ['weak'], 'core/rate': ['events', 'manual'],
    'core/verify': ['weak'],
    'core/resize': ['table', 'limits'], 'core/table': ['table'], 'core/adapt': ['table'],
    'core/takeover': ['grow', 'replace-spare'], 'core/track': ['replace-spare', 'replace'],
    'core/own': ['replace-spare', 'manual'], 'core/copy': ['manual', 'writes', 'spare'],
    'core/events': ['events'], 'core/log': ['events', 'limits'],
    'core/dirs': ['dirs', 'lifecycle'], 'core/configfs': ['schema', 'limits', 'dirs'],
    'core/settings': ['schema', 'persist'], 'core/params': ['limits', 'table'],
    'core/args': ['create'], 'core/lifecycle': ['lifecycle', 'create', 'grow'],
    'core/target': ['create', 'lifecycle', 'limits'], 'core/spare': ['spare'],
    'core/admin': ['manual', 'limits'], 'core/list': ['manual', 'table'],
    'core/observe': ['stats', 'stats-load'], 'core/sysfs': ['stats', 'dirs'],
    'core/reads': ['weak', 'events', 'stats'], 'core/writes': ['writes', 'events', 'stats'],
    'core/auto_move': ['events', 'stats'], 'core/worker': ['writes', 'stats'],
}
ORDER = ('matrix', 'writes', 'manual', 'persist', 'table', 'stats', 'scrub', 'limits', 'spare',
         'weak', 'events', 'grow', 'replace-spare', 'model', 'races', 'damage', 'create',
         'lifecycle', 'schema')


def order_of(path):
    """The files of tests/guest for a break of a source, the most useful first."""
    name = path.removeprefix('modules/')
    first = next((LIKELY[k] for k in sorted(LIKELY, key=len, reverse=True) if name.startswith(k)),
                 [])
    return list(dict.fromkeys([*first, *ORDER]))


def sources():
    return {str(f.relative_to(TOP)): f.read_text() for d in WHERE
            for f in sorted((TOP / d).glob('*.[ch]'))}


def diff_of(path, text, number, broken):
    lines = text.split('\n')
    new = lines[:number] + [broken] + lines[number + 1:]
    return '\n'.join(difflib.unified_diff(lines, new, f'a/{path}', f'b/{path}', lineterm='', n=1))


def try_units(worker, args, path, number, broken):
    """Returns (verdict, by which case) of the unit tests alone."""
    old = worker.set_line(path, number, broken)
    try:
        made = worker.rebuild(path)
        if made is None:
            return 'not built', ''
        changed = [m for m, h in made.items() if worker.base.get(m) != h]
        if not changed:
            return 'no change', ''
        case = worker.kunit(worker.suites_for(changed), args.kunit_limit)
        return ('kunit', case) if case else ('survived', KUNIT_ONLY)
    finally:
        worker.set_line(path, number, old)
        worker.restore()


def try_guests(worker, args, path, number, broken):
    """Returns (verdict, by which test) of files of tests/guest, for what units did not notice."""
    old = worker.set_line(path, number, broken)
    try:
        if worker.rebuild(path, suites=False) is None:
            return 'not built', ''
        if not worker.image():
            return 'quick', 'image'
        left = args.quick_limit
        for name in order_of(path):
            started = time.monotonic()
            failed = worker.guest(name, args.guest_limit)
            if failed:
                return 'quick', f'{name}: {failed}'
            left -= time.monotonic() - started
            if left < 0:
                return 'survived', f'after {args.quick_limit} s of tests, {name} the last'
        return 'survived', ''
    finally:
        worker.set_line(path, number, old)
        worker.restore()


class Run:
    """What the workers share.

    Every second one of them takes what unit tests did not notice to the guests; the others
    do so once there are no breaks left for unit tests.
    """

    def __init__(self, args):
        self.args = args
        self.sources = sources()
        self.breaks = breaks.choose(self.sources, args.seed)
        self.lock = threading.Lock()
        self.log = args.dir / f'{args.seed}.jsonl'
        self.done = {}
        if self.log.exists():
            for line in self.log.read_text().splitlines():
                entry = json.loads(line)
                self.done[self.key(entry)] = entry
        self.results, self.given, self.for_guests = {}, 0, []

    @staticmethod
    def key(entry):
        return entry['path'], entry['line'], entry['broken']

    def next(self):
        """The next break for unit tests, or None."""
        with self.lock:
            while self.given < self.args.count:
                path, number, what, broken = next(self.breaks)
                self.given += 1
                entry = self.done.get((path, number, broken))
                if entry is None:
                    return {'path': path, 'line': number, 'what': what, 'broken': broken}
                self.keep(entry)
        return None

    def next_for_guests(self):
        with self.lock:
            return self.for_guests.pop(0) if self.for_guests else None

    def keep(self, entry):
        self.results[self.key(entry)] = entry
        # what changes nothing in the modules is no break: another one takes its place
        if entry['verdict'] == 'no change':
            self.given -= 1
        if entry['by'] == KUNIT_ONLY and not self.args.kunit_only:
            self.for_guests.append(entry)

    def add(self, found, verdict, by, seconds):
        text = self.sources[found['path']]
        diff = diff_of(found['path'], text, found['line'], found['broken'])
        entry = {**found, 'verdict': verdict, 'by': by, 'seconds': round(seconds), 'diff': diff}
        with self.lock, open(self.log, 'a', encoding='utf-8') as f:
            f.write(json.dumps(entry) + '\n')
            self.keep(entry)
        print(f'{len(self.results):3} {verdict:9} {entry["path"]}:{entry["line"] + 1} '
              f'{entry["what"]}{" (" + by + ")" if by else ""}, {seconds:.0f} s', flush=True)

    def work(self, worker, guests_first):
        while True:
            attempts = [(self.next, try_units), (self.next_for_guests, try_guests)]
            for take, attempt in reversed(attempts) if guests_first else attempts:
                found = take()
                if found is not None:
                    break
            if found is None:
                return
            started = time.monotonic()
            verdict, by = attempt(worker, self.args, found['path'], found['line'], found['broken'])
            self.add(found, verdict, by, time.monotonic() - started)

    def report(self):
        results = list(self.results.values())
        tried = [e for e in results if e['verdict'] not in ('no change', 'not built')]
        files = defaultdict(Counter)
        for e in results:
            files[e['path'].removeprefix('modules/')][e['verdict']] += 1
        rows = ('not built', 'kunit', 'quick', 'survived')
        print('\n| file | breaks | not built | noticed by KUnit | by quick tests | by none |')
        print('|---|---|---|---|---|---|')
        for name in sorted(files):
            n = files[name]
            if sum(n[r] for r in rows):
                print(f'| {name} | {sum(n[r] for r in rows)} | ' +
                      ' | '.join(str(n[r] or '') for r in rows) + ' |')
        total = Counter(e['verdict'] for e in results)
        print(f'| all | {sum(total[r] for r in rows)} | ' +
              ' | '.join(str(total[r]) for r in rows) + ' |')
        if tried:
            print(f'\nOf {len(tried)} that were built KUnit noticed {total["kunit"]} '
                  f'({100 * total["kunit"] // len(tried)}%), all quick tests '
                  f'{total["kunit"] + total["quick"]} '
                  f'({100 * (total["kunit"] + total["quick"]) // len(tried)}%).')
        for e in tried:
            if e['verdict'] == 'survived':
                print(f'\nsurvived: {e["what"]}{", " + e["by"] if e["by"] else ""}\n{e["diff"]}')


def check_base(worker, args):
    """The unit tests pass without a break; once is enough for the same modules."""
    mark = args.dir / 'unbroken'
    key = ''.join(sorted(worker.base.values()))
    if mark.exists() and mark.read_text() == key:
        return
    case = worker.kunit(worker.suites_for(worker.base), 3 * args.kunit_limit)
    if case:
        sys.exit(f'KUnit fails without a break, in {case}: {worker.dir}/kunit.log')
    mark.write_text(key)


def main():
    p = argparse.ArgumentParser(description='break one line at a time, count what notices')
    p.add_argument('--seed', type=int, required=True)
    p.add_argument('--count', type=int, default=100)
    p.add_argument('--workers', type=int, default=2)
    p.add_argument('--kunit-only', action='store_true')
    p.add_argument('--kunit-limit', type=int, default=240, help='seconds for all suites')
    p.add_argument('--guest-limit', type=int, default=600, help='seconds for a file of tests/guest')
    p.add_argument('--quick-limit', type=int, default=900, help='seconds of quick tests for a break')
    p.add_argument('--ignore', nargs='*', default=[], metavar='CASE',
                   help='cases of unit tests whose failure says nothing')
    p.add_argument('--dir', type=Path, default=TOP / 'build/mutate')
    args = p.parse_args()
    args.dir.mkdir(parents=True, exist_ok=True)
    run = Run(args)
    workers = [Worker(TOP, args.dir / f'tree{i}', args.ignore) for i in range(args.workers)]
    for w in workers:
        w.prepare()
    with ThreadPool(len(workers)) as pool:
        for w, base in zip(workers, pool.map(Worker.build, workers)):
            w.base = base
            if base is None:
                sys.exit(f'the tree does not build: {w.dir}/build.log')
    check_base(workers[0], args)
    threads = [threading.Thread(target=run.work, args=(w, i % 2 == 1))
               for i, w in enumerate(workers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    run.report()
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as e:
        sys.exit(str(e))
