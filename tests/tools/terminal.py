#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""terminal.py COLUMNS LINES STEP... -- COMMAND...: run a command on a terminal.

Steps: "see TEXT" waits until it has been printed since the last step, "key K"
types, "resize COLUMNS LINES", "signal NAME", "touch FILE TEXT" writes a file,
"stopped" waits until the program has been stopped.
What was printed goes to standard output; last comes a line that says how the
program ended and whether the terminal is as it was.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LIMIT = 30


class Terminal:
    def __init__(self, columns, lines, command):
        self.master, self.slave = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.slave)
        self.all = b""
        self.seen = 0
        self.pid = os.fork()
        if not self.pid:
            os.close(self.master)
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.slave, fd)
            # tests may run where these are ignored, in the background or without a terminal
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            os.execvp(command[0], command)

    def resize(self, columns, lines):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self):
        if select.select([self.master], [], [], 0.05)[0]:
            self.all += os.read(self.master, 65536)

    def see(self, text):
        end = time.monotonic() + LIMIT
        while text.encode() not in self.all[self.seen:]:
            if time.monotonic() > end:
                sys.stdout.buffer.write(self.all)
                sys.exit(f"\nnot seen: {text}")
            self.read()
        self.seen = self.all.index(text.encode(), self.seen) + len(text.encode())

    def wait(self, flags=0):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG | flags)
            if pid:
                return status
            self.read()
        os.kill(self.pid, signal.SIGKILL)
        sys.exit("it does not end")

    def step(self, what, *words):
        if what == "see":
            self.see(" ".join(words))
        elif what == "key":
            os.write(self.master, words[0].encode())
        elif what == "resize":
            self.resize(int(words[0]), int(words[1]))
        elif what == "signal":
            os.kill(self.pid, signal.Signals["SIG" + words[0]])
        elif what == "touch":
            with open(words[0], "w", encoding="ascii") as file:
                file.write(" ".join(words[1:]) + "\n")
        elif what == "stopped":
            assert os.WIFSTOPPED(self.wait(os.WUNTRACED))
            self.report("stopped")
        else:
            sys.exit(f"no step: {what}")

    def report(self, how):
        while select.select([self.master], [], [], 0.05)[0]:
            self.read()
        same = termios.tcgetattr(self.slave) == self.before
        normal = self.all.rfind(b"\033[?1049l") > self.all.rfind(b"\033[?1049h")
        cursor = self.all.rfind(b"\033[?25h") > self.all.rfind(b"\033[?25l")
        self.all += (f"\n{how}; keys {'as before' if same else 'CHANGED'}, "
                     f"{'own' if normal else 'OTHER'} screen, "
                     f"cursor {'shown' if cursor else 'HIDDEN'}\n").encode()
        self.seen = len(self.all)


def main():
    split = sys.argv.index("--")
    terminal = Terminal(int(sys.argv[1]), int(sys.argv[2]), sys.argv[split + 1:])
    for step in sys.argv[3:split]:
        terminal.step(*step.split(" "))
    status = terminal.wait()
    terminal.report(f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else
                    f"exit {os.WEXITSTATUS(status)}")
    sys.stdout.buffer.write(terminal.all)


main()
