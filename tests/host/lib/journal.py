# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the journal by fields. Our events are those that root's bgctl-tell sent, which journald itself vouches for (fields
that begin with _); anybody may send the rest. They come a moment late, hence wait()."""
import json
import os

from .check import poll
from .commands import run

TELL = "/usr/libexec/breakglass/bgctl-tell"
WAKES = ["/run/breakglass/wake", "/run/breakglass/tell"]
SERVICES = ["bgctl-sweep.service", "bgctl-tell.service"]


def entries(*matches, after=None):
    """Entries that match, oldest first, as journalctl -o json gives them. Matches are FIELD=value, all must hold."""
    command = ["journalctl", "--boot", "--all", "--quiet", "--output=json", "--no-pager"]
    if not after:
        return [json.loads(line) for line in run(command + list(matches)).ok().out.splitlines()]
    # journalctl drops the first match after a cursor whose own entry does not match (seen with 252): matched here instead.
    wanted = [match.split("=", 1) for match in matches]
    found = [json.loads(line) for line in run(command + [f"--after-cursor={after}"]).ok().out.splitlines()]
    return [raw for raw in found if all(raw.get(field) == value for field, value in wanted)]


def cursor():
    """Where the journal ends now: for after=."""
    run(["journalctl", "--sync"]).ok()
    found = run(["journalctl", "--boot", "--quiet", "--lines=1", "--output=json", "--no-pager"]).ok().out
    return json.loads(found)["__CURSOR"]


class Event(dict):
    """One event of ours: its fields by their short names (event, account, code, grant …), all fields in `raw`."""

    def __init__(self, raw):
        self.raw = raw
        super().__init__({name[11:].lower(): value for name, value in raw.items() if name.startswith("BREAKGLASS_")})


def events(after=None, **fields):
    """Our events whose fields are as said, oldest first: events(event="session-opened", account="backup-bot")."""
    matches = [f"BREAKGLASS_{name.upper()}={value}" for name, value in fields.items()]
    return [Event(raw) for raw in entries("_UID=0", f"_EXE={TELL}", *matches, after=after)]


def wait(after=None, count=1, seconds=10.0, **fields):
    """Waits until so many such events are there, and answers the newest. More than `count` is for the test to judge."""
    def look():
        found = events(after, **fields)
        return found if len(found) >= count else None
    return poll(look, f"{count} event(s) {fields}", seconds)[-1]


def settle(seconds=10.0):
    """Waits until all that was recorded has been told, so that what is not in the journal now did not happen."""
    def look():
        waiting = [name for wake in WAKES if os.path.isdir(wake) for name in os.listdir(wake)]
        states = run(["systemctl", "show", "--property=ActiveState", "--value", *SERVICES]).out.split()
        return not waiting and not {"activating", "active"} & set(states)
    poll(look, "sweep and tell at rest", seconds)
    run(["journalctl", "--sync"]).ok()


def none(after=None, **fields):
    """Asserts that no such event was told, once all is told."""
    settle()
    found = events(after, **fields)
    if found:
        raise AssertionError(f"{len(found)} event(s) {fields}, wanted none: {found[-1]}")
