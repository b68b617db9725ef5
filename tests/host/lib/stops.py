# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program of ours stopped or killed at one of its system calls, by strace's injection: a helper from its prompt for the
code on, or any command from its start on.

strace's KILL comes instead of the call, its STOP behind it. What is counted are the calls of one name."""
import os
import re
import signal
import subprocess
import tempfile

from . import bgctl
from .check import poll
from .commands import run
from .people import PASSWORDS
from .terminal import Terminal

UNITS = ["bgctl-sweep.path", "bgctl-sweep.timer", "bgctl-sweep.service", "bgctl-tell.path", "bgctl-tell.service"]
SWEEP = "/usr/libexec/breakglass/bgctl-sweep"
TELL = "/usr/libexec/breakglass/bgctl-tell"


def rest():
    """Nothing is swept or told until wake()."""
    run(["systemctl", "stop", *UNITS]).ok()


def wake():
    run(["systemctl", "reset-failed", *UNITS])  # so many starts are too many for systemd
    run(["systemctl", "start", "bgctl-sweep.path", "bgctl-sweep.timer", "bgctl-tell.path"]).ok()


class Tracer:
    """strace on a process that runs; with inject, only that call is looked at."""

    def __init__(self, pid, calls, inject=None):
        self.pid, self.out = pid, tempfile.mktemp(dir="/run")
        words = ["-e", f"trace={calls}"] + (["-e", f"inject={calls}:{inject}"] if inject else [])
        self.process = subprocess.Popen(["strace", "-o", self.out, *words, "-p", str(pid)], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        if b"attached" not in self.process.stderr.readline():
            raise AssertionError(f"strace does not hold {pid}")

    def seen(self):
        with open(self.out) as lines:
            return lines.read()

    def stopped(self):
        poll(lambda: "--- stopped by SIGSTOP ---" in self.seen(), "stopped")

    def goes_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def ended(self):
        self.process.wait(30)
        seen = self.seen()
        os.remove(self.out)
        return seen


class Asked:
    """bgctl grant at its prompt for the code, the password given. `words` go behind the account, `before` before bgctl."""

    def __init__(self, *words, user="alice", human=None, env=None, before=()):
        line = [*before, "bgctl", "grant", "backup-bot", "--role", "db-restart", "--reason", "a test of stops", *words]
        self.human, self.tracer = human or user, None
        self.terminal = Terminal(line, user=user, env=env)
        self.terminal.answer("^Password: ", PASSWORDS[self.human])
        self.terminal.expect("^Code .*: ")
        self.pid = int(run(["pgrep", "-P", str(self.terminal.pid)]).ok().out)

    def traced(self, calls, inject=None):
        self.tracer = Tracer(self.pid, calls, inject)
        return self

    def stops_at(self, call, nth, code=None):
        """Answers the prompt, and waits until the helper stands behind its nth such call."""
        self.traced(call, f"signal=STOP:when={nth}").type(code).tracer.stopped()
        return self

    def type(self, code=None):
        self.terminal.send(bgctl.code_of(self.human) if code is None else code)
        return self

    def finish(self):
        """The Outcome, once it has ended by itself or was killed."""
        outcome = bgctl.Outcome(self.terminal.finish(), self.terminal.seen)
        self.close()
        return outcome

    def close(self):
        self.terminal.close()
        if self.tracer:
            self.tracer.ended()
            self.tracer = None


def turns(calls, code=None, status=0):
    """How often a helper makes each of these calls from the answer to its prompt on: [(call, nth)…], by a dry run."""
    asked = Asked().traced(",".join(calls)).type(code)
    asked.terminal.ends(status)
    asked.terminal.close()
    made = re.findall(r"^(\w+)\(", asked.tracer.ended(), re.M)
    return [(call, nth) for call in calls for nth in range(1, made.count(call) + 1)]
