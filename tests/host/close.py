# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sweep: what is over gets its one tombstone, what is foreign is reported, and it may be killed anywhere."""
import json
import os
import shutil

from lib import bgctl, journal, people, policy, ssh
from lib.check import contains, equal, poll
from lib.commands import run, together

STATE = "/var/lib/breakglass"
SWEEP = "/usr/libexec/breakglass/bgctl-sweep"


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    ssh.authorize("alice", "backup-bot")


def tombstone(grant):
    path = f"{STATE}/closed/{grant}"
    return json.load(open(path)) if os.path.exists(path) else None


def open_file(grant):
    return f"{STATE}/grants/backup-bot/{grant}.grant"


def record():
    with open(f"{STATE}/audit/000001") as lines:
        return [json.loads(line) for line in lines]


def test_expired():
    """a grant that ran out is closed as expired, soon after, saying that nobody used it"""
    granted = bgctl.grant("backup-bot", "--for", "2s").ok()
    event = journal.wait(event="expired", grant=granted.id, seconds=20)
    equal((event["uses"], event["account"]), ("0", "backup-bot"))
    equal(tombstone(granted.id)["event"], "expired")
    if os.path.exists(open_file(granted.id)):
        raise AssertionError("its file is still in grants/")
    if not os.path.exists(f"{STATE}/requests/{granted.id}/end"):
        raise AssertionError("its evidence is gone")


def test_consumed():
    """a grant whose last session has ended is closed as consumed, saying how often it was used"""
    policy.role("db-restart", max_uses=2)
    granted = bgctl.grant("backup-bot").ok()
    ssh.ssh("alice", "backup-bot").ok()
    ssh.ssh("alice", "backup-bot").ok()
    event = journal.wait(event="consumed", grant=granted.id)
    equal((event["uses"], event["uses_max"]), ("2", "2"))
    equal(len(journal.events(event="session-opened", grant=granted.id)), 2, "sessions opened")
    equal(len(journal.events(event="session-closed", grant=granted.id)), 2, "sessions closed")
    poll(lambda: not os.path.exists(f"{STATE}/uses/{granted.id}"), "uses/ID goes when all of it is on record")
    policy.role("db-restart")


def test_a_copy_put_back_stays_closed():
    """a closed grant's file copied back opens nothing, is reported once as tampered, and is left"""
    granted = bgctl.grant("backup-bot").ok()
    shutil.copy(open_file(granted.id), "/root/kept")
    bgctl.bgctl("revoke", granted.id, user="alice").ok()
    journal.settle()
    before = journal.cursor()
    shutil.copy("/root/kept", open_file(granted.id))
    os.chmod(open_file(granted.id), 0o600)
    ssh.ssh("alice", "backup-bot").exits(255)
    journal.wait(after=before, event="session-refused", code="revoked")
    journal.wait(after=before, event="tampered")
    run([SWEEP]).ok()
    journal.settle()
    equal(len(journal.events(after=before, event="tampered")), 1, "reports")
    os.remove(open_file(granted.id))


def test_damaged_and_foreign_files():
    """what is no grant of ours is reported once each, never removed; a good one beside it goes on"""
    granted = bgctl.grant("backup-bot").ok()
    folder = f"{STATE}/grants/backup-bot"
    content = open(open_file(granted.id)).read()
    journal.settle()
    before = journal.cursor()
    run(f"echo hello > {folder}/notes.txt; printf %s '{content[:-3]}AAA' > {folder}/0000-0000.grant; chmod 600 {folder}/*").ok()
    run([SWEEP]).ok()
    journal.wait(after=before, count=2, event="tampered")
    ssh.ssh("alice", "backup-bot").ok()
    run([SWEEP]).ok()
    journal.settle()
    equal(len(journal.events(after=before, event="tampered")), 2, "reports")
    for name in ("notes.txt", "0000-0000.grant"):
        os.remove(f"{folder}/{name}")
    bgctl.bgctl("revoke", granted.id).ok()


def test_a_damaged_event_is_kept():
    """an event file that does not read is reported and left; the others go on record"""
    folder = f"{STATE}/events/0"
    os.makedirs(folder, mode=0o700, exist_ok=True)
    before = journal.cursor()
    with open(f"{folder}/0000000000000001-deadbeef", "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write('{"event":"granted","time":"yesterday"}\n')
    run([SWEEP]).ok()
    contains(journal.wait(after=before, event="tampered")["text"], "deadbeef")
    os.remove(f"{folder}/0000000000000001-deadbeef")


def test_a_signed_grant_without_its_name_is_published():
    """killed between signing and opening, the next sweep opens it"""
    granted = bgctl.grant("backup-bot").ok()
    journal.settle()
    os.remove(open_file(granted.id))
    run([SWEEP]).ok()
    if not os.path.exists(open_file(granted.id)):
        raise AssertionError("it was not made again")
    bgctl.bgctl("revoke", granted.id).ok()


def test_a_close_that_was_not_finished():
    """killed between the tombstone and the removal, the next sweep removes"""
    granted = bgctl.grant("backup-bot").ok()
    journal.settle()
    before = journal.cursor()
    run(["systemctl", "stop", "bgctl-sweep.path", "bgctl-sweep.timer"]).ok()
    bgctl.bgctl("revoke", granted.id).ok()
    os.link(f"{STATE}/requests/{granted.id}/end", open_file(granted.id))
    run([SWEEP]).ok()
    if os.path.exists(open_file(granted.id)):
        raise AssertionError("it is still there")
    run(["systemctl", "start", "bgctl-sweep.path", "bgctl-sweep.timer"]).ok()
    journal.none(after=before, event="tampered")


def test_uses_put_back():
    """the folder of a grant that is wholly on record, put back, is reported and recorded no second time"""
    granted = bgctl.grant("backup-bot").ok()
    bgctl.bgctl("revoke", granted.id).ok()
    poll(lambda: not os.path.exists(f"{STATE}/uses/{granted.id}"), "all of it on record")
    before = journal.cursor()
    os.mkdir(f"{STATE}/uses/{granted.id}", 0o700)
    run([SWEEP]).ok()
    contains(journal.wait(after=before, event="tampered")["text"], granted.id)
    os.rmdir(f"{STATE}/uses/{granted.id}")
    equal(len(journal.events(event="granted", grant=granted.id)), 1, "told")


def test_twice_at_once():
    """ten sweeps at once: each event is on record exactly once"""
    granted = [bgctl.grant("backup-bot").ok() for _ in range(2)]
    together([lambda: run([SWEEP]).ok()] * 10)
    files = [line["file"] for line in record()]
    equal(len(files), len(set(files)), "lines and the files they were made from")
    for one in granted:
        bgctl.bgctl("revoke", one.id).ok()


def test_killed_at_each_step():
    """killed at each call that changes something: nothing lost, nothing doubled, numbers without a gap"""
    run(["systemctl", "stop", "bgctl-sweep.path", "bgctl-sweep.timer"]).ok()
    policy.role("db-restart", max_uses=1)
    ids = []
    for call in ("pwrite64", "fdatasync", "fsync", "renameat", "unlinkat", "linkat", "openat", "mkdirat"):
        for at in range(1, 200):
            if at % 12 == 1:
                ids.append(bgctl.grant("backup-bot").ok().id)
                ssh.ssh("alice", "backup-bot").ok()
            step = at if call != "openat" else at * 6
            result = run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                          f"inject={call}:signal=KILL:when={step}", SWEEP])
            if result.status == 0:
                break
        else:
            raise AssertionError(f"{call}: the sweep never ended by itself")
    run([SWEEP]).ok()
    run([SWEEP]).ok()
    lines = record()
    equal([line["seq"] for line in lines], list(range(1, len(lines) + 1)), "numbers")
    files = [line["file"] for line in lines]
    equal(sorted(file for file in set(files) if files.count(file) > 1), [], "recorded twice")
    for one in ids:
        told = sorted(line["event"]["event"] for line in lines
                      if one in (line["event"].get("grant"), line["event"].get("request")))
        equal(told, ["approved", "consumed", "granted", "requested", "session-closed", "session-opened"], one)
    policy.role("db-restart")
    run(["systemctl", "start", "bgctl-sweep.path", "bgctl-sweep.timer"]).ok()


def test_units():
    """the timer catches up, both services are sandboxed"""
    shown = run(["systemctl", "show", "--property=Persistent,AccuracyUSec", "bgctl-sweep.timer"]).ok().out
    contains(shown, "Persistent=yes")
    for unit in ("bgctl-sweep", "bgctl-tell"):
        shown = run(["systemctl", "show", "--property=ProtectSystem,NoNewPrivileges,PrivateNetwork,CapabilityBoundingSet",
                     f"{unit}.service"]).ok().out
        for wanted in ("ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateNetwork=yes", "CapabilityBoundingSet=\n"):
            contains(shown + "\n", wanted, unit)
