# SPDX-License-Identifier: LGPL-2.1-or-later
"""bgctl as a person uses it: commands, and the conversation with its prompts on a terminal."""
import json
import os
import re

from .commands import run
from .people import PASSWORDS
from .terminal import Terminal
from .totp import Totp

ID = r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"
ENROLLED = {}


def bgctl(*words, user="root", **how):
    """Without a terminal: a Result."""
    return run(["bgctl", *words], user=user, **how)


def read(*words, user="root"):
    """A command with --json, read."""
    return json.loads(bgctl(*words, "--json", user=user).ok().out)


def init(*words):
    return bgctl("init", "--yes", *words).ok()


def code_of(human):
    """A code that is good now. When all three are used up, the host is made to forget that they were: waiting for the next
    step would take half a minute each time. That a code is good once has a test of its own."""
    totp = ENROLLED[human]
    if not totp.has_one():
        folder = f"/var/lib/breakglass/factors/{human}.codes"
        for step in os.listdir(folder):
            os.remove(os.path.join(folder, step))
        totp.used.clear()
    return totp.code()


def enroll(human):
    """root enrols a human; the secret is kept for grant()."""
    ENROLLED[human] = Totp(bgctl("enroll", human).ok().out)
    return ENROLLED[human]


class Outcome:
    def __init__(self, status, seen):
        self.status, self.seen = status, seen
        found = re.search(rf"^(?:Granted|Requested) ({ID})", seen, re.M)
        self.id = found[1] if found else None

    def exits(self, status):
        if self.status != status:
            raise AssertionError(f"exit status {self.status}, wanted {status}; seen: {self.seen!r}")
        return self

    def ok(self):
        self.exits(0)
        if not self.id:
            raise AssertionError(f"no id in {self.seen!r}")
        return self


def proving(words, user, human=None, password=None, code=None, seconds=60):
    """A command that asks for the factors: answers both prompts (the right ones, unless told otherwise) as they come, and
    the Outcome. A command that refuses before it asks just ends."""
    human = human or user
    with Terminal(["bgctl", *words], user=user) as terminal:
        try:
            terminal.answer(r"^Password: ", PASSWORDS.get(human, "none") if password is None else password, seconds)
            # The code is made when it is asked for, so that it is fresh; its prompt may show what is typed.
            terminal.expect(r"^Code .*: ", seconds)
            terminal.send(code_of(human) if code is None else code)
        except AssertionError:
            if terminal.finish(seconds) == 0:
                raise
        return Outcome(terminal.finish(seconds), terminal.seen)


def grant(account="backup-bot", *words, user="alice", human=None, role="db-restart", reason="the primary will not start",
          password=None, code=None):
    """bgctl grant, by user; human is who proves herself (with --as among the words, somebody else)."""
    line = ["grant", account, "--reason", reason] + (["--role", role] if role else []) + list(words)
    return proving(line, user, human, password, code)
