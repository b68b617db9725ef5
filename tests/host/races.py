# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who stops, freezes or races the helper holds up nobody but himself; and what is good once is good once."""
import contextlib
import os
import signal

from lib import bgctl, journal, people, policy, ssh
from lib.check import contains, equal, lacks, poll
from lib.commands import run
from lib.stops import SWEEP, Asked, turns
from lib.terminal import Terminal

STATE = "/var/lib/breakglass"
CALLS = ("mkdirat", "write", "fsync", "linkat", "unlinkat")


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    bgctl.enroll("bob")
    ssh.authorize("bob", "backup-bot")


def clear_tries():
    run(f"rm -rf {STATE}/tries/*").ok()


def others_go_on():
    """bob grants, logs in by ssh and by su, lists and revokes; the sweep has it all on record, with none of them held up."""
    granted = bgctl.grant(user="bob").ok()
    contains(people.groups_in(ssh.ssh("bob", "backup-bot", "id -Gn").ok().out), "bg-db")
    contains(people.groups_in(run(["su", "backup-bot", "-c", "id -Gn"], user="bob").ok().out), "bg-db")
    contains([one["id"] for one in bgctl.read("list", user="bob")], granted.id)
    run([SWEEP]).ok()
    bgctl.bgctl("revoke", granted.id, user="bob").ok()
    journal.wait(event="revoked", grant=granted.id)


def test_wrong_answers_of_another():
    """bob's wrong answers for alice lock bob, for alice; alice's own go on, and so do bob's for himself"""
    clear_tries()
    for _ in range(3):
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", "none", "--as", "alice"], user="bob") as terminal:
            terminal.expect("^Password: ")
            terminal.type("\x03")
            terminal.finish()
    lacks(bgctl.grant("backup-bot", "--as", "alice", user="bob", human="alice").exits(3).seen, "Password:")
    for user in ("alice", "bob"):
        granted = bgctl.grant(user=user).ok()
        lacks(granted.seen, "Many tries")
        bgctl.bgctl("revoke", granted.id).ok()
    clear_tries()


def test_tries_of_many():
    """tries of many callers for one human delay her, at most by 15 s, and never lock her"""
    clear_tries()

    def paid(total):
        for caller in range(20000, 20000 + total // 5):
            run(f"mkdir -m 700 -p {STATE}/tries/{caller}.alice && cd {STATE}/tries/{caller}.alice && touch 1 2 3 4 5").ok()
    paid(10)
    granted = bgctl.grant().ok()
    contains(granted.seen, "Many tries for alice have failed of late: 1 s, please.")
    bgctl.bgctl("revoke", granted.id).ok()
    paid(400)
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
        terminal.expect("Many tries for alice have failed of late: 15 s, please.")
        lacks(bgctl.grant(user="bob").ok().seen, "Many tries")
        terminal.expect("^Password: ")
    clear_tries()


def test_stopped_at_each_step():
    """helpers stopped behind each of their calls, all at the same time: others grant and log in; then each ends as it
    would have"""
    stopped = []
    try:
        for call, nth in turns(CALLS):
            clear_tries()
            stopped.append(Asked("--for", "10m").stops_at(call, nth))
        others_go_on()
        for one in stopped:
            # One after the other: there are but three codes, and these took them in turns.
            run(f"rm -f {STATE}/factors/alice.codes/*").ok()
            one.tracer.goes_on()
            granted = one.finish().ok()
            bgctl.bgctl("revoke", granted.id).ok()
            journal.wait(event="granted", grant=granted.id)
    finally:
        for one in stopped:
            one.close()
    clear_tries()


@contextlib.contextmanager
def manager(user):
    """The user's own service manager: what systemd-run --user speaks to. Answers the environment for it."""
    run(["loginctl", "enable-linger", user]).ok()
    runtime = f"/run/user/{people.uid(user)}"
    poll(lambda: os.path.exists(f"{runtime}/systemd/private"), "the user's manager")
    yield {"XDG_RUNTIME_DIR": runtime}
    run(["loginctl", "disable-linger", user])


def test_frozen_by_its_caller():
    """a helper that its caller froze, at its prompt and in the middle of its work: others grant and log in"""
    with manager("alice") as env:
        frozen = []
        for stop in (None, ("mkdirat", 1), ("linkat", 1), ("linkat", 3)):
            clear_tries()
            asked = Asked("--for", "10m", env=env, before=["systemd-run", "--user", "--scope", "--quiet"])
            if stop:
                asked.stops_at(*stop)
            with open(f"/proc/{asked.pid}/cgroup") as lines:
                place = next(line.strip()[3:] for line in lines if line.startswith("0::"))
            place = f"/sys/fs/cgroup{place}/cgroup.freeze"
            contains(place, "/user@", "the caller's own manager has it")
            run(f"echo 1 >{place}", user="alice").ok()
            if stop:
                asked.tracer.goes_on()
            frozen.append((asked, place))
        others_go_on()
        for asked, place in frozen:
            run(f"echo 0 >{place}", user="alice").ok()
            if not asked.tracer:
                asked.type()
            bgctl.bgctl("revoke", asked.finish().ok().id).ok()
    clear_tries()


def with_one_code(stops):
    """Helpers with one and the same code, one stopped at each of these calls, and one that goes through; then all go on. What
    became of them: the one that went through, and the list of the others."""
    code, stopped = bgctl.code_of("alice"), []
    try:
        for call, nth in stops:
            clear_tries()
            stopped.append(Asked("--for", "10m").stops_at(call, nth, code))
        clear_tries()
        passed = Asked("--for", "10m").type(code).finish()
        for one in stopped:
            one.tracer.goes_on()
        return passed, [one.finish() for one in stopped]
    finally:
        for one in stopped:
            one.close()


def test_one_code_taken_meanwhile():
    """helpers stopped before they take a code that another takes meanwhile: it is good once"""
    # The code is taken by the first link of all; what comes before it is judging.
    judging = [("openat", nth) for nth in range(1, 6)] + [("fsync", 1)]
    passed, others = with_one_code(judging)
    equal([passed.status] + [one.status for one in others], [0] + [3] * len(judging))
    bgctl.bgctl("revoke", passed.ok().id).ok()
    clear_tries()


def test_one_code_taken_before():
    """a helper stopped just behind its taking of the code: another's same code is refused, and its own is good"""
    passed, others = with_one_code([("linkat", 1)])
    equal([passed.status] + [one.status for one in others], [3, 0])
    bgctl.bgctl("revoke", others[0].ok().id).ok()
    clear_tries()


def test_a_thousandfold():
    """twelve helpers at once with one code: one of them is granted"""
    code, asked = bgctl.code_of("alice"), []
    for _ in range(12):
        clear_tries()
        asked.append(Asked("--for", "10m"))
    for one in asked:
        one.type(code)
    ended = [one.finish() for one in asked]
    equal(sorted(one.status for one in ended), [0] + [3] * 11)
    for one in ended:
        if one.id:
            bgctl.bgctl("revoke", one.id).ok()
    clear_tries()
