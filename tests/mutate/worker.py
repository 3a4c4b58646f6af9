# SPDX-License-Identifier: GPL-2.0
"""A copy of the tree in which a break is built and tried."""
import hashlib
import os
import re
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

SUITES = 'tests/kunit'
# Seconds without a word from a machine after which it hangs.
SILENCE = 60
KINDS = ('modules', 'tests/kunit', 'tests/modules')


def kill_group(process, what=signal.SIGKILL):
    try:
        os.killpg(process.pid, what)
    except ProcessLookupError:
        pass


def run(command, limit, **more):
    """Run it in a session of its own; returns (status, output), status None after the limit."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors='replace', stdin=subprocess.DEVNULL, start_new_session=True,
                          **more) as p:
        try:
            out, _ = p.communicate(timeout=limit)
            return p.returncode, out
        except subprocess.TimeoutExpired:
            kill_group(p)
            out, _ = p.communicate()
            return None, out


class Worker:
    """@base is what an unbroken build gives; the first thing that build() makes."""

    def __init__(self, top, dir_, ignored=()):
        self.top, self.dir = Path(top), Path(dir_)
        self.build_dir = self.dir / 'build'
        self.uml = self.top / 'build/uml'
        self.base = None
        but = '|'.join(re.escape(case) for case in ignored) or '(?!)'
        self.failure = re.compile(rf'^    not ok \d+ (?:- )?(?!(?:{but})\b)(\S+).*\n'.encode(), re.M)

    def prepare(self):
        """Copy the tree; kernels and programs are those of the checkout, never written to."""
        self.dir.mkdir(parents=True, exist_ok=True)
        subprocess.run(['rsync', '-a', '--delete', '--exclude=/build', '--exclude=.git',
                        '--include=/tools/dmremap/**.o', '--exclude=*.o', '--exclude=*.ko',
                        '--exclude=*.cmd', '--exclude=*.mod*', f'{self.top}/', f'{self.dir}/'],
                       check=True)
        own = self.build_dir / 'uml'
        own.mkdir(parents=True, exist_ok=True)
        for name in ('obj', 'root', 'modules.img', 'initramfs', 'initramfs.d'):
            self.link(self.uml / name, own / name)
        # old: the images that are there are not made anew
        (own / 'release').unlink(missing_ok=True)
        shutil.copyfile(self.uml / 'release', own / 'release')
        os.utime(own / 'release', (0, 0))
        if not (own / 'modules').exists():
            subprocess.run(['cp', '-al', self.uml / 'modules', own / 'modules'], check=True)
        # programs are those of the checkout until a break is in what they are made of
        for name in ('guest', 'crash', 'failures', 'model'):
            (self.build_dir / name).mkdir(exist_ok=True)
            for path in (self.top / 'build' / name).glob('*'):
                if path.name in ('root', 'base.img', '.made'):
                    self.link(path, self.build_dir / name / path.name)
                elif path.is_file():
                    shutil.copy2(path, self.build_dir / name / path.name)
        self.link(self.top / 'build/source', self.build_dir / 'source')
        fuzz = self.build_dir / 'fuzz'
        if not fuzz.exists() and (self.top / 'build/fuzz').exists():
            shutil.copytree(self.top / 'build/fuzz', fuzz)

    @staticmethod
    def link(to, at):
        # an image may have been made anew in its place
        if not os.path.lexists(at):
            at.symlink_to(to)

    def set_line(self, path, number, text):
        """Returns the line that was there. What is built from is changed with the copy."""
        for file in (self.build_dir / 'uml/src' / path, self.dir / path):
            lines = file.read_text().split('\n')
            old, lines[number] = lines[number], text
            file.write_text('\n'.join(lines))
        return old

    def build(self):
        """Returns {module: hash}, or None where it does not build."""
        # a run that was interrupted has left a break, with objects newer than its source
        if (self.build_dir / 'uml/src.base').exists():
            self.restore()
        else:
            shutil.rmtree(self.build_dir / 'uml/src', ignore_errors=True)
        status, out = run([self.dir / 'tests/rig/build-modules', 'uml', 'KCFLAGS=-Wno-error'], 900,
                          env=dict(os.environ, JOBS=str(self.jobs)))
        (self.dir / 'build.log').write_text(out)
        if status != 0:
            return None
        self.sync('src/', 'src.base')
        return self.hashes()

    def sync(self, source, to):
        """Make one tree of build/uml the same as another, with the times of files."""
        own = self.build_dir / 'uml'
        # a Path would lose the slash
        subprocess.run(['rsync', '-a', '--delete', f'{own}/{source}', f'{own}/{to}'], check=True)

    def restore(self):
        """Back to the unbroken build, without compiling anything."""
        self.sync('src.base/', 'src')

    def hashes(self):
        src = self.build_dir / 'uml/src'
        return {f'{kind}/{ko.name}': hashlib.sha256(ko.read_bytes()).hexdigest()
                for kind in KINDS for ko in sorted((src / kind).glob('*.ko'))}

    jobs = 2

    def rebuild(self, path, suites=True):
        """The same as build() after a change of one file; what does not use it is left alone."""
        kinds = [('modules', ['modules'])]
        users = [f'{f.stem}.ko' for f in sorted((self.dir / SUITES).glob('*_kunit.c'))
                 if f'{SUITES}/{f.stem}.ko' in self.base and self.uses(f, path)]
        if users and suites:
            kinds.append((SUITES, users))
        for kind, targets in kinds:
            status, out = run(['make', '-C', self.uml / 'obj', 'ARCH=um', '-s', f'-j{self.jobs}',
                               f'M={self.build_dir / "uml/src" / kind}', 'KCFLAGS=-Wno-error',
                               'CONFIG_DEBUG_INFO_BTF_MODULES=', 'KBUILD_MODPOST_WARN=1', *targets],
                              900)
            (self.dir / 'build.log').write_text(out)
            if status != 0:
                return None
        return self.hashes()

    def uses(self, suite, path):
        """Whether a suite includes a source; a header is taken to be included."""
        text = suite.read_text()
        for header in re.findall(r'#include "(\w+\.h)"', text):
            text += (suite.parent / header).read_text()
        return path.endswith('.h') or f'../../{path}"' in text

    # --- KUnit

    def suites_for(self, changed):
        """Suites that a change of modules can matter to: what they compile in, or load."""
        found = [m for m in changed if m.startswith(SUITES) and 'bench_' not in m]
        loaded = {Path(m).stem for m in changed if m.startswith('modules/')}
        for suite in self.base:
            if suite.startswith(SUITES) and suite not in found:
                needs = subprocess.run(['/sbin/modinfo', '-F', 'softdep',
                                        self.build_dir / 'uml/src' / suite], check=True,
                                       capture_output=True, text=True).stdout.split()
                if loaded & set(needs):
                    found.append(suite)
        return found

    def kunit(self, modules, limit):
        """Run suites, all in one machine; the name of the case that failed, or None."""
        if not modules:
            return None
        names = [Path(m).stem for m in modules]
        log = self.dir / 'kunit.log'
        init = self.dir / 'kunit.init'
        busybox = self.build_dir / 'guest/root/bin/busybox'
        src = self.build_dir / 'uml/src'
        text = subprocess.run([self.dir / 'tests/rig/kunit-init', str(busybox), str(src), *names],
                              check=True, capture_output=True, text=True).stdout
        init.write_text(text)
        init.chmod(0o755)
        out, ended = self.watch([self.uml / 'obj/linux', 'mem=512M', 'rootfstype=hostfs',
                                 'rootflags=/', 'ro', f'init={init}', 'con0=null,fd:1',
                                 'con=null', 'printk.time=0', 'panic=-1'], limit)
        log.write_text(out)
        failed = self.failure.search(out.encode())
        if failed:
            return failed[1].decode()
        if not ended:
            return 'time'
        if 'rig: end' not in out or re.search(r'rig: (insmod|rmmod) failed', out):
            return 'stopped'
        splat = subprocess.run([self.dir / 'tests/rig/splats', log], check=True,
                               capture_output=True, text=True).stdout
        return 'kernel' if splat else None

    def watch(self, command, limit):
        """Run a machine until its end, the first case that fails, or a minute of silence.

        Returns what it printed, and whether it was not stopped.
        """
        out, end = [], time.monotonic() + limit
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, start_new_session=True) as p:
            while time.monotonic() < end:
                if not select.select([p.stdout], [], [], SILENCE)[0]:
                    break
                data = os.read(p.stdout.fileno(), 65536)
                if not data:
                    p.wait()
                    return b''.join(out).decode(errors='replace'), True
                out.append(data)
                if self.failure.search(b''.join(out[-2:])):
                    break
            kill_group(p)
        return b''.join(out).decode(errors='replace'), False

    # --- tests of guest/

    def image(self):
        status, out = run([self.dir / 'tests/rig/guest-image', 'uml'], 900)
        if status != 0:
            (self.dir / 'image.log').write_text(out)
        return status == 0

    def guest(self, name, limit):
        """Run a file of tests/guest until its first failure; what failed, or None."""
        started = time.monotonic()
        failed = None
        with subprocess.Popen([self.dir / 'tests/rig/run-guest', 'uml', name], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, start_new_session=True,
                              env=dict(os.environ, RIG_PREPARED='1')) as p:
            timer = subprocess.Popen(['sh', '-c', f'sleep {limit}; kill -TERM -{p.pid}'],
                                     start_new_session=True)
            for line in p.stdout:
                m = re.search(r'\bnot ok \d+ (.*)', line)
                if m:
                    failed = m[1]
                    break
            if failed:
                kill_group(p, signal.SIGTERM)
            p.wait()
        kill_group(timer)
        timer.wait()
        if not failed and p.returncode != 0:
            failed = 'time' if time.monotonic() - started >= limit else f'status {p.returncode}'
        return failed
