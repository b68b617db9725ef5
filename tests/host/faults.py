# SPDX-License-Identifier: LGPL-2.1-or-later
"""What breaks under breakglass: the disk is full, out of inodes or read-only, journald drops what it is sent, a copy of the
store is put back. Refused or recorded, never silently elevated. (Power and kills have files of their own.)"""
import contextlib
import json
import os

from lib import bgctl, journal, people, policy, ssh
from lib.check import cases, contains, equal, lacks, poll
from lib.commands import run
from lib.stops import SWEEP, rest, wake

STATE = "/var/lib/breakglass"
RUN = "/run/breakglass"
BREAK = {
    "full": f"head -c 1G /dev/zero >{STATE}/.filler; true",
    "out of inodes": f"i=0; while true >{STATE}/.filler-$i; do i=$((i+1)); done 2>/dev/null; true",
    "read-only": f"mount -o remount,ro {STATE}",
}
MEND = f"mount -o remount,rw {STATE} && rm -f {STATE}/.filler*"


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    bgctl.enroll("bob")
    ssh.authorize("alice", "backup-bot")
    ssh.authorize("plain", "plain")
    # su sleeps after each refusal.
    run("echo FAIL_DELAY 0 >>/etc/login.defs").ok()


def record():
    with open(f"{STATE}/audit/000001") as lines:
        return [json.loads(line) for line in lines]


def is_whole():
    """The numbers of the record have no gap, and no file is on it twice."""
    lines = record()
    equal([line["seq"] for line in lines], list(range(1, len(lines) + 1)), "numbers")
    files = [line["file"] for line in lines]
    equal(sorted(file for file in set(files) if files.count(file) > 1), [], "recorded twice")


def story(identity):
    return sorted(line["event"]["event"] for line in record()
                  if identity in (line["event"].get("grant"), line["event"].get("request")))


def after(granted):
    """Where the journal ends, with all told that the grant began with."""
    journal.wait(event="granted", grant=granted.id)
    journal.settle()
    return journal.cursor()


def is_open(identity):
    return os.path.exists(f"{STATE}/grants/backup-bot/{identity}.grant")


@contextlib.contextmanager
def own_disk(options):
    """The store lies on a small disk of its own; afterwards, what that holds is back in its place."""
    journal.settle()
    rest()
    run(f"cp -a {STATE} /root/state && mount -t tmpfs -o mode=0700,{options} tmpfs {STATE} &&"
        f" cp -a /root/state/. {STATE} && rm -rf /root/state").ok()
    wake()
    try:
        yield
    finally:
        rest()
        run(f"{MEND}; cp -a {STATE} /root/state && umount {STATE} && find {STATE} -mindepth 1 -delete &&"
            f" cp -a /root/state/. {STATE} && rm -rf /root/state").ok()
        wake()


@cases(*BREAK)
def test_disk(how):
    """what the disk does not take is refused, told afterwards, and is no matter of others' logins"""
    granted = bgctl.grant().ok()
    before = after(granted)
    with own_disk("size=8m,nr_inodes=2000"):
        run(BREAK[how]).ok()
        for result in (ssh.ssh("plain", "plain", "id -un").ok(), run(["su", "plain", "-c", "id -un"]).ok()):
            equal((result.out, result.err), ("plain\n", ""))
        for result in (ssh.ssh("alice", "backup-bot", "id -Gn").fails(),
                       run(["su", "backup-bot", "-c", "id -Gn"], user="bob").fails(), run("su backup-bot -c 'id -Gn'").fails()):
            contains(result.text, "(audit-unavailable)")
            contains(result.text, "root on db7 makes room or mends the disk under /var/lib/breakglass")
            lacks(result.text, "bg-db")
        seen = [bgctl.grant().exits(6).seen, bgctl.bgctl("revoke", granted.id, user="alice").exits(6).text]
        for text in seen:
            contains(text, "/var/lib/breakglass")
        contains(seen[1], f"{granted.id} is still open")
        contains(bgctl.bgctl("list", user="alice").ok().out, granted.id)
        run(MEND).ok()
        run(["systemctl", "start", "bgctl-sweep.service"])
        journal.wait(after=before, count=3, event="session-refused", code="audit-unavailable")
        contains(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out), "bg-db")
        bgctl.bgctl("revoke", granted.id, user="alice").ok()
    journal.settle()
    # An event that tell was interrupted with is told again, by the same number.
    equal(len({event["seq"] for event in journal.events(after=before, event="session-opened")}), 1, "sessions")
    journal.none(after=before, event="granted")
    journal.none(after=before, event="tampered")
    is_whole()


FREE = {"pages": f"truncate -s -{{}} {STATE}/.filler", "files": f"ls {STATE}/.filler-* | head -{{}} | xargs rm"}


@cases(*FREE)
def test_disk_fills_meanwhile(what):
    """with room for less than a grant needs it is refused, and not open afterwards, counted in"""
    opened = set(os.listdir(f"{STATE}/grants/backup-bot"))
    with own_disk("size=8m,nr_inodes=2000"):
        rest()
        for room in range(1, 40):
            run(BREAK["full" if what == "pages" else "out of inodes"]).ok()
            run(FREE[what].format(room * 4096 if what == "pages" else room)).ok()
            granted = bgctl.grant()
            if granted.status == 0:
                break
            granted.exits(6)
            run(f"{MEND}; rm -rf {STATE}/tries/*").ok()
            run([SWEEP]).ok()
            left = set(os.listdir(f"{STATE}/grants/backup-bot")) - opened
            # Where room ended behind the signature, the person was told so, and it is taken back.
            if "is signed, and the next" in granted.seen:
                for name in left:
                    bgctl.bgctl("revoke", name.removesuffix(".grant")).ok()
                run([SWEEP]).ok()
                left = set(os.listdir(f"{STATE}/grants/backup-bot")) - opened
            equal(left, set(), f"open with room for {room}: {granted.seen}")
        run(MEND).ok()
        run([SWEEP]).ok()
        equal(story(granted.ok().id), ["approved", "granted", "requested"])
    bgctl.bgctl("revoke", granted.id).ok()
    journal.settle()
    is_whole()


@contextlib.contextmanager
def low_limit():
    """journald takes few messages of a unit."""
    path = "/etc/systemd/journald.conf.d/burst.conf"
    policy.write(path, "[Journal]\nRateLimitIntervalSec=600s\nRateLimitBurst=5\n")
    run(["systemctl", "restart", "systemd-journald"]).ok()
    try:
        yield
    finally:
        os.remove(path)
        run(["systemctl", "restart", "systemd-journald"]).ok()


def test_journald_floods():
    """where a session's flood makes journald drop messages, all of ours are told"""
    with low_limit():
        flood()


def flood():
    granted = bgctl.grant().ok()
    noise = "i=0; while [ $i -lt 2000 ]; do echo flood; i=$((i+1)); done | logger -t flood"
    for _ in range(3):
        ssh.ssh("alice", "backup-bot", noise).ok()
        run(["su", "backup-bot", "-c", "true"], user="dave", input="no\n").fails()
    run(f"for n in $(seq 40); do echo '{{\"person\":\"alice\"}}' | /usr/libexec/breakglass/bgctl-helper enroll; done",
        user="dave")
    journal.wait(event="session-closed", grant=granted.id, count=3)
    bgctl.bgctl("revoke", granted.id).ok()
    journal.wait(event="revoked", grant=granted.id)
    if len(journal.entries("SYSLOG_IDENTIFIER=flood")) >= 6000:
        raise AssertionError("journald dropped nothing")
    poll(lambda: {int(event["seq"]) for event in journal.events() if "seq" in event} == {line["seq"] for line in record()}, "all are told")


def test_grants_put_back():
    """grants/ put back from a copy: what was closed since stays closed, and is reported"""
    policy.role(max_uses=1)
    revoked, consumed, kept = bgctl.grant().ok(), bgctl.grant().ok(), None
    policy.role()
    run(f"rm -rf /root/copy && cp -a {STATE}/grants /root/copy").ok()
    bgctl.bgctl("revoke", revoked.id).ok()
    ssh.ssh("alice", "backup-bot").ok()
    journal.wait(event="consumed", grant=consumed.id)
    before = journal.cursor()
    run(f"rm -rf {STATE}/grants && cp -a /root/copy {STATE}/grants").ok()
    lacks(ssh.ssh("alice", "backup-bot", "id -Gn").fails().text, "bg-db")
    for one in (revoked, consumed):
        poll(lambda i=one.id: [e for e in journal.events(after=before, event="tampered") if i in e["text"]], "reported")
        os.remove(f"{STATE}/grants/backup-bot/{one.id}.grant")
    is_whole()


def test_uses_put_back():
    """uses/ put back from a copy: what was closed stays closed; a session that is missing is reported, and the next is
    recorded"""
    policy.role(max_uses=2)
    closed, living = bgctl.grant("backup-bot", "--for", "20m").ok(), None
    run(f"rm -rf /root/copy && cp -a {STATE}/uses /root/copy").ok()
    for _ in range(2):
        ssh.ssh("alice", "backup-bot").ok()
    journal.wait(event="consumed", grant=closed.id)
    before = journal.cursor()
    run(f"rm -rf {STATE}/uses && cp -a /root/copy {STATE}/uses").ok()
    lacks(ssh.ssh("alice", "backup-bot", "id -Gn").fails().text, "bg-db")
    poll(lambda: [e for e in journal.events(after=before, event="tampered") if closed.id in e["text"]], "reported")
    os.rmdir(f"{STATE}/uses/{closed.id}")

    living = bgctl.grant().ok()
    run(f"rm -rf /root/copy && cp -a {STATE}/uses /root/copy").ok()
    ssh.ssh("alice", "backup-bot").ok()
    journal.wait(event="session-closed", grant=living.id)
    journal.settle()
    before = journal.cursor()
    run(f"rm -rf {STATE}/uses && cp -a /root/copy {STATE}/uses").ok()
    run([SWEEP]).ok()
    poll(lambda: [e for e in journal.events(after=before, event="tampered") if living.id in e["text"]], "reported")
    ssh.ssh("alice", "backup-bot").ok()
    journal.wait(event="session-closed", grant=living.id, count=2)
    equal(len(journal.events(event="session-opened", grant=living.id)), 2, "sessions")
    bgctl.bgctl("revoke", living.id).ok()
    policy.role()


def test_the_whole_store_put_back():
    """a whole store put back is found by the number that /run knows; until then what was rolled back can be used again, as
    the README says"""
    policy.role(max_uses=1)
    granted = bgctl.grant("backup-bot", "--for", "20m").ok()
    after(granted)
    run(f"rm -rf /root/copy && cp -a {STATE} /root/copy").ok()
    ssh.ssh("alice", "backup-bot").ok()
    journal.wait(event="consumed", grant=granted.id)
    journal.settle()
    last, before = record()[-1]["seq"], journal.cursor()
    rest()
    run(f"find {STATE} -mindepth 1 -delete; cp -a /root/copy/. {STATE}").ok()
    contains(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out, "bg-db", "the README's limit")
    wake()
    contains(journal.wait(after=before, event="tampered")["text"], "put back or cut")
    if record()[-1]["seq"] <= last:
        raise AssertionError("a number was given twice")
    policy.role()


def test_the_whole_store_put_back_before_a_boot():
    """the same when /run is as empty as after a boot: the journal knows the later number"""
    journal.settle()
    run(f"rm -rf /root/copy && cp -a {STATE} /root/copy").ok()
    granted = bgctl.grant().ok()
    after(granted)
    before = journal.cursor()
    rest()
    run(f"find {STATE} -mindepth 1 -delete; cp -a /root/copy/. {STATE}; rm -rf {STATE}/factors/*.codes/* {RUN}").ok()
    wake()
    run(["systemctl", "start", "bgctl-sweep.service"]).ok()
    contains(journal.wait(after=before, event="tampered")["text"], "put back or cut")
