# SPDX-License-Identifier: LGPL-2.1-or-later
"""The power fails at each step of the store. The store lies on an ext4 of its own, in a file; a copy of that file at any
moment is what a disk would have: what was not synced is not in it. What was answered is there, what is there is whole, and the
record loses nothing, doubles nothing and cries tampered at nobody."""
import json
import os
import subprocess

from lib import bgctl, forge, journal, people, policy
from lib.check import equal, poll
from lib.commands import run
from lib.stops import SWEEP, TELL, Asked, rest, turns

STATE = "/var/lib/breakglass"
CUT = "/mnt/cut"
IMAGE = "/root/store.img"


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    bgctl.grant().ok()
    journal.settle()
    rest()
    forge.clear()
    run("mknod /dev/loop-control c 10 237; for i in $(seq 0 31); do mknod /dev/loop$i b 7 $i; done")
    # Nothing is written but what is asked for: the journal commits at a sync, or after ten minutes.
    run(f"truncate -s 24M {IMAGE} && mkfs.ext4 -q -J size=4 {IMAGE} && mkdir -p {CUT} && mv {STATE} /root/state &&"
        f" mkdir -m 0700 {STATE} && mount -o loop,commit=600 {IMAGE} {STATE} && chmod 0700 {STATE} &&"
        f" cp -a /root/state/. {STATE} && sync").ok()


def clear():
    """No grant is open, and that is on the disk."""
    forge.clear()
    run(["sync", "-f", STATE]).ok()


class cut:
    """What the disk has if the power fails now, as a store of its own."""

    def __enter__(self):
        run(f"cp --sparse=always {IMAGE} /root/cut.img && mount -o loop /root/cut.img {CUT}").ok()
        return self

    def __exit__(self, *_):
        run(["umount", CUT]).ok()

    def swept(self):
        """A sweep after the boot: /run is empty. Answers the record's lines."""
        run(f"unshare --mount sh -c 'mount --bind {CUT} {STATE} && mount -t tmpfs -o mode=0755 tmpfs /run/breakglass"
                     f" && exec {SWEEP}'").ok()
        with open(f"{CUT}/audit/000001") as file:
            lines = [json.loads(line) for line in file]
        equal([line["seq"] for line in lines], list(range(1, len(lines) + 1)), "numbers")
        files = [line["file"] for line in lines]
        equal(sorted(file for file in set(files) if files.count(file) > 1), [], "recorded twice")
        equal([line["event"]["text"] for line in lines if line["event"]["event"] == "tampered"], [])
        return lines

    def is_whole(self):
        """No document is empty or torn."""
        for root, _, files in os.walk(CUT):
            for name in files:
                path = os.path.join(root, name)
                where = os.path.relpath(root, CUT).split("/")[0]
                if where in ("requests", "uses", "closed", "events", "tries") and name not in ("end", "recorded", "over") or \
                        name in ("newest", "told"):
                    with open(path) as file:
                        try:
                            json.load(file)
                        except ValueError as error:
                            raise AssertionError(f"{path}: {error}") from None
                if name == "end" or name.endswith(".grant"):
                    with open(path) as file:
                        equal(file.read(10), "v4.public.", path)

    def grants(self):
        return [name.removesuffix(".grant") for name in os.listdir(f"{CUT}/grants/backup-bot")]


def story(lines, identity):
    return sorted(line["event"]["event"] for line in lines
                  if identity in (line["event"].get("grant"), line["event"].get("request")))


def inject(call, nth, command):
    return run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                f"inject={call}:signal=KILL:when={nth}", *command])


def test_what_is_not_synced_is_lost():
    """the test itself: a file that was not synced is not on the disk, one that was is"""
    run(f"echo kept >{STATE}/kept && sync {STATE}/kept && echo lost >{STATE}/lost").ok()
    with cut():
        equal((os.path.exists(f"{CUT}/kept"), os.path.exists(f"{CUT}/lost")), (True, False))
    run(f"rm {STATE}/kept {STATE}/lost").ok()


def test_grant():
    """at each step of a grant: the try or the code is spent, and a grant is whole or not there; once answered, it is there"""
    mine = f"tries/{people.uid('alice')}.alice/1"
    for call, nth in turns(("mkdirat", "fsync", "linkat", "unlinkat")):
        run(f"rm -rf {STATE}/tries/* {STATE}/factors/alice.codes/*").ok()
        clear()
        run([SWEEP]).ok()
        Asked().traced(call, f"signal=KILL:when={nth}").type().finish()
        with cut() as disk:
            disk.is_whole()
            if not os.path.exists(f"{CUT}/{mine}") and not os.listdir(f"{CUT}/factors/alice.codes"):
                raise AssertionError(f"{call} {nth}: neither try nor code is spent")
            lines = disk.swept()
            for one in disk.grants():
                equal(story(lines, one), ["approved", "granted", "requested"], f"{call} {nth}")
    clear()
    granted = bgctl.grant().ok()
    with cut() as disk:
        equal(story(disk.swept(), granted.id), ["approved", "granted", "requested"])
        equal(disk.grants(), [granted.id])


def test_session():
    """once the session's command runs, its use is on the disk"""
    clear()
    granted = bgctl.grant().ok()
    with subprocess.Popen(["su", "backup-bot", "-c", "echo in; read word"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as su:
        equal(su.stdout.readline(), b"in\n")
        with cut() as disk:
            equal(os.listdir(f"{CUT}/uses/{granted.id}"), ["1"])
            equal(story(disk.swept(), granted.id), ["approved", "granted", "requested", "session-opened"])
        su.communicate(b"\n")


def test_revoke():
    """at each step of a revoke the grant is open or has its tombstone; once answered, it has"""
    for call in ("fsync", "linkat", "unlinkat"):
        for nth in range(1, 10):
            clear()
            granted = bgctl.grant().ok()
            result = inject(call, nth, ["bgctl", "revoke", granted.id])
            with cut() as disk:
                disk.is_whole()
                closed = os.path.exists(f"{CUT}/closed/{granted.id}")
                lines = disk.swept()
                equal(disk.grants(), [] if closed else [granted.id], f"{call} {nth}")
                equal("revoked" in story(lines, granted.id), closed)
            if result.status == 0:
                equal(closed, True, "answered")
                break


def test_sweep():
    """at each step of a sweep: after the next one every event is on record once, in numbers without a gap"""
    ids, at = [], 0
    for call in ("pwrite64", "fdatasync", "fsync", "renameat", "unlinkat", "linkat"):
        for nth in range(1, 40):
            if at % 6 == 0:
                clear()
                granted = bgctl.grant().ok()
                ids.append(granted.id)
                bgctl.bgctl("revoke", granted.id).ok()
            at += 1
            result = inject(call, nth, [SWEEP])
            with cut() as disk:
                disk.is_whole()
                lines = disk.swept()
                for one in ids:
                    equal(story(lines, one), ["approved", "granted", "requested", "revoked"], f"{call} {nth}")
            if result.status == 0:
                break
        else:
            raise AssertionError(f"{call}: the sweep never ended by itself")


def test_tell():
    """what the journal was told is on the disk, also where tell reads while the sweep writes"""
    run([SWEEP]).ok()
    run([TELL]).ok()
    clear()
    granted = bgctl.grant().ok()
    # As many lines as there are, none synced yet.
    sweep = subprocess.Popen(["strace", "-o", "/run/sweep", "-e", "trace=pwrite64", "-e",
                              "inject=pwrite64:signal=STOP:when=3", SWEEP])
    poll(lambda: os.path.exists("/run/sweep") and "--- stopped by SIGSTOP ---" in open("/run/sweep").read(), "it stands")
    run([TELL]).ok()
    journal.wait(event="requested", request=granted.id)
    with open(f"{STATE}/told") as file:
        told = json.load(file)["seq"]
    with cut() as disk:
        lines = disk.swept()
        if told > lines[-1]["seq"]:
            raise AssertionError(f"told {told}, on record {lines[-1]['seq']}")
        with open(f"{CUT}/told") as file:
            equal(json.load(file)["seq"] <= told, True)
    run("kill -CONT $(pgrep -x bgctl-sweep)").ok()
    equal(sweep.wait(30), 0)
