# SPDX-License-Identifier: LGPL-2.1-or-later
"""The helper killed at each call behind its prompt, in turn, and each call made to fail: the try stays paid, and what is open
afterwards is on record whole. One sweep brings the store to rest."""
import json
import os

from lib import bgctl, forge, people, policy
from lib.check import cases, contains, equal
from lib.commands import run
from lib.stops import SWEEP, Asked, rest, turns

STATE = "/var/lib/breakglass"
CALLS = ("mkdirat", "write", "fsync", "linkat", "unlinkat")


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    bgctl.grant().ok()  # which makes folders that no later one has to make
    rest()
    run([SWEEP]).ok()
    forge.clear()


def grants():
    folder = f"{STATE}/grants/backup-bot"
    return {name.removesuffix(".grant") for name in (os.listdir(folder) if os.path.isdir(folder) else [])}


def ids():
    return set(os.listdir(f"{STATE}/uses")) | set(os.listdir(f"{STATE}/requests"))


def codes():
    folder = f"{STATE}/factors/alice.codes"
    return set(os.listdir(folder)) if os.path.isdir(folder) else set()


def tries():
    folder = f"{STATE}/tries/{people.uid('alice')}.alice"
    return os.listdir(folder) if os.path.isdir(folder) else []


def names():
    """All that lies in the store, but the record's own files."""
    return sorted(os.path.join(root, name) for root, _, files in os.walk(STATE) for name in files
                  if not root.endswith("/audit") and name != "newest")


def story(identity):
    with open(f"{STATE}/audit/000001") as lines:
        events = [json.loads(line)["event"] for line in lines]
    return sorted(event["event"] for event in events if identity in (event.get("grant"), event.get("request")))


def killed(call, nth, code=None):
    """Kills a helper there; the id that it reserved, if it came so far."""
    run(f"rm -rf {STATE}/tries/* {STATE}/factors/alice.codes/*").ok()
    before = ids()
    asked = Asked()
    equal(tries(), ["1"], "paid before the prompt")
    outcome = asked.traced(call, f"signal=KILL:when={nth}").type(code).finish()
    if outcome.status == 0:
        raise AssertionError(f"killed at {call} {nth}, and it answered: {outcome.seen}")
    made = ids() - before
    if len(made) > 1:
        raise AssertionError(f"ids {made}")
    run([SWEEP]).ok()
    rested = names()
    run([SWEEP]).ok()
    equal(names(), rested, f"one sweep brings it to rest, {call} {nth}")
    return made.pop() if made else None


def test_a_grant_killed_at_each_step():
    """killed between proof and answer: a grant that is on record whole, or nothing is open; the try is paid, or the code was"""
    steps, seen, whole = turns(CALLS), set(), 0
    forge.clear()
    for call, nth in steps:
        identity = killed(call, nth)
        if tries() != ["1"] and not codes():
            raise AssertionError(f"{call} {nth}: neither try nor code is spent")
        if identity and identity in seen:
            raise AssertionError(f"{identity} was given twice")
        seen.add(identity)
        for one in grants():
            equal((one, story(one)), (identity, ["approved", "granted", "requested"]), f"{call} {nth}")
            whole += 1
        if identity and identity not in grants() and "granted" in story(identity):
            raise AssertionError(f"{call} {nth}: {identity} is on record as granted, and is not open")
        forge.clear()
    if not whole:
        raise AssertionError("none was killed behind its decision")


def test_a_guess_killed_at_each_step():
    """killed while it judges a wrong code: the try is paid, and nothing is open"""
    wrong = bgctl.ENROLLED["alice"].wrong()
    for call, nth in turns(CALLS, wrong, 3):
        equal((killed(call, nth, wrong), tries(), grants()), (None, ["1"], set()), f"{call} {nth}")


@cases(("mkdirat", "EDQUOT"), ("write", "ENOSPC"), ("fsync", "EIO"), ("linkat", "ENOSPC"), ("unlinkat", "EROFS"))
def test_a_grant_whose_calls_fail(call, error):
    """a call that fails grants nothing, or says which grant will be open all the same"""
    forge.clear()
    for _, nth in turns((call,)):
        forge.clear()
        run(f"rm -rf {STATE}/tries/* {STATE}/factors/alice.codes/*").ok()
        outcome = Asked().traced(call, f"error={error}:when={nth}").type().finish()
        run([SWEEP]).ok()
        for one in grants():
            if outcome.id != one and f"bgctl revoke {one} takes it back" not in " ".join(outcome.seen.split()):
                raise AssertionError(f"{call} {nth}: {one} is open, and it said {outcome.seen}")
            equal(story(one), ["approved", "granted", "requested"], f"{call} {nth}")
        if outcome.status == 0 and outcome.id not in grants():
            raise AssertionError(f"{call} {nth}: not open, and it said {outcome.seen}")
    forge.clear()


@cases(("fsync", "EIO"), ("linkat", "ENOSPC"), ("unlinkat", "EROFS"))
def test_a_revoke_whose_calls_fail(call, error):
    """a call that fails leaves it open and says so, or closes it and says so"""
    for nth in range(1, 10):
        granted = bgctl.grant().ok()
        result = run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                      f"inject={call}:error={error}:when={nth}", "bgctl", "revoke", granted.id])
        closed = os.path.exists(f"{STATE}/closed/{granted.id}")
        if result.status == 0:
            break
        result.exits(6)
        contains(" ".join(result.text.split()), f"{granted.id} is {'closed, but' if closed else 'still open'}")
        run([SWEEP]).ok()
        equal(grants(), set() if closed else {granted.id}, f"{call} {nth}")
        forge.clear()
    equal((closed, grants()), (True, set()), "revoked")
