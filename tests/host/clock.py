# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock set back, ahead, and accepted; a reboot. Nothing that ended begins again, and nothing lasts longer for it."""
import json
import os
import time

from lib import bgctl, clocks, forge, journal, people, policy, ssh
from lib.check import contains, equal
from lib.commands import run
from lib.stops import SWEEP, TELL, rest
from lib.terminal import Terminal

STATE = "/var/lib/breakglass"
HOUR = 3600


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    ssh.authorize("alice", "backup-bot")
    # su sleeps after each refusal.
    run("echo FAIL_DELAY 0 >>/etc/login.defs").ok()
    clocks.keep_boot()
    clocks.install()
    # Each test says when there is a sweep: one with a wrong clock is not undone.
    journal.settle()
    rest()


def sweep():
    run([SWEEP]).ok()
    run([TELL]).ok()


def code():
    """A code that is good at the clock that the helper sees; that it was used is forgotten."""
    run(f"rm -f {STATE}/factors/alice.codes/*").ok()
    return bgctl.ENROLLED["alice"].at(int((time.time() + clocks.wall) // 30))


def grant(*words):
    run(f"rm -rf {STATE}/tries/*").ok()
    return bgctl.grant("backup-bot", *words, code=code())


def groups():
    """The groups of an elevated su and of an elevated ssh, which must be the same."""
    by_su = people.groups_in(run(["su", "backup-bot", "-c", "id -Gn"], user="alice").ok().out)
    equal(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out), by_su)
    return by_su


def refused(reason):
    for result in (run(["su", "backup-bot", "-c", "id -Gn"]).fails(),
                   ssh.ssh("alice", "backup-bot", "id -Gn").fails()):
        equal(result.out, "")
    contains(result.err, f"({reason})")
    return result.err


def newest():
    with open(f"{STATE}/newest") as file:
        return json.load(file)["wall"]


def tombstone(identity):
    with open(f"{STATE}/closed/{identity}") as file:
        return json.load(file)["event"]


def test_the_preload_reaches_set_id_programs():
    """the clocks of the helper, of su and of the sweep are what a test says"""
    clocks.put(7 * HOUR)
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
        terminal.answer("^Password: ", people.PASSWORDS["alice"])
        seen = terminal.expect(r"^Code \(this host's clock says (\d\d):\d\d:\d\d UTC\): ")[1]
    equal(int(seen), time.gmtime(time.time() + 7 * HOUR).tm_hour)
    clocks.put()


def test_set_back_on_the_same_boot():
    """set back, an open grant goes on, and ends by the boot clock all the same; a new one is refused: clock-behind"""
    granted = grant("--for", "10m").ok()
    sweep()
    before = journal.cursor()
    clocks.put(-HOUR)
    contains(groups(), "bg-db")
    outcome = grant().exits(1)
    contains(outcome.seen, "clock-behind")
    sweep()
    sweep()
    journal.wait(after=before, event="refused", code="clock-behind", person="alice")
    journal.wait(after=before, event="clock-behind")
    clocks.put(-HOUR, 601)
    refused("expired")
    sweep()
    equal(tombstone(granted.id), "expired")
    clocks.put()
    refused("expired" if os.path.exists(f"{STATE}/grants/backup-bot/{granted.id}.grant") else "no-grant")
    sweep()
    run(["journalctl", "--sync"]).ok()
    equal(len(journal.events(after=before, event="clock-behind")), 1, "told once a boot")


def test_set_ahead_and_back():
    """set ahead, a grant has expired; back again, it stays closed, a new one is refused until root and a human accept the
    clock, and one of an older boot is refused at the door"""
    granted = grant("--for", "10m").ok()
    clocks.put(2 * HOUR)
    refused("expired")
    sweep()
    equal(tombstone(granted.id), "expired")
    ahead = newest()
    clocks.put()
    refused("no-grant")
    contains(grant().exits(1).seen, "clock-behind")
    older = forge.grant(boot="0" * 32)
    contains(refused("clock-behind"), "sets the clock")
    sweep()
    equal(newest(), ahead, "the newest moment goes back for nobody")
    journal.wait(event="session-refused", code="clock-behind", grant=older)

    # Root, and a human's factors; nobody else, and no wrong code.
    run(f"rm -rf {STATE}/tries/*").ok()
    bgctl.bgctl("clock", "accept", "--as", "alice", user="alice").exits(1)
    bgctl.proving(["clock", "accept", "--as", "alice"], "root", "alice", code=bgctl.ENROLLED["alice"].wrong()).exits(3)
    equal(newest(), ahead)
    before = journal.cursor()
    bgctl.proving(["clock", "accept", "--as", "alice"], "root", "alice", code=code()).exits(0)
    sweep()
    accepted = journal.wait(after=before, event="clock-accepted")
    equal((accepted["person"], accepted["caller"]), ("alice", "root"))
    if newest() >= ahead:
        raise AssertionError(f"newest is still {newest()}")
    contains(groups(), "bg-db")
    forge.clear()
    bgctl.bgctl("revoke", grant().ok().id).ok()


def test_a_reboot():
    """over a reboot a grant goes on by the wall clock; behind the record it is refused at the door, and opens again when
    the clock is right"""
    granted = grant("--for", "10m").ok()
    sweep()
    clocks.boot("1" * 32)
    try:
        clocks.put(0, -int(time.clock_gettime(time.CLOCK_BOOTTIME)) + 5)
        contains(groups(), "bg-db")
        clocks.put(-HOUR)
        refused("clock-behind")
        contains(grant().exits(1).seen, "clock-behind")
        clocks.put()
        contains(groups(), "bg-db")
        clocks.put(601)
        refused("expired")
        clocks.put()
    finally:
        clocks.boot()
        clocks.put()
    bgctl.bgctl("revoke", granted.id).ok()


def test_tries_and_the_clock():
    """the pause between tries is not shortened by the clock, set ahead"""
    run(f"rm -rf {STATE}/tries/*").ok()
    for _ in range(4):
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", "none"], user="alice") as terminal:
            if _ < 3:
                terminal.expect("^Password: ")
                terminal.type("\x03")
            terminal.finish()
    for hours in (0, 24, -24):
        clocks.put(hours * HOUR)
        contains(bgctl.grant().exits(3).seen, "locked")
    clocks.put()
    run(f"rm -rf {STATE}/tries/*").ok()
