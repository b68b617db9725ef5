# SPDX-License-Identifier: LGPL-2.1-or-later
"""The record and the journal: every event once, in order, by fields; what is not in the journal is sent again."""
import json
import os

from lib import bgctl, journal, people, policy, ssh
from lib.check import contains, equal, lacks, poll
from lib.commands import run

STATE = "/var/lib/breakglass"
SWEEP = "/usr/libexec/breakglass/bgctl-sweep"


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    ssh.authorize("alice", "backup-bot")


def record():
    with open(f"{STATE}/audit/000001") as lines:
        return [json.loads(line) for line in lines]


def test_the_story_of_one_grant():
    """asked, agreed, granted, opened, closed, revoked: by fields of the journal, as journald vouches for them"""
    granted = bgctl.grant("backup-bot").ok()
    ssh.ssh("alice", "backup-bot").ok()
    journal.wait(event="session-closed", grant=granted.id)
    bgctl.bgctl("revoke", granted.id, user="alice").ok()
    journal.wait(event="revoked", grant=granted.id)
    story = sorted((event for event in journal.events(account="backup-bot")
                    if granted.id in (event.get("grant"), event.get("request"))), key=lambda event: int(event["seq"]))
    equal([event["event"] for event in story],
          ["requested", "approved", "granted", "session-opened", "session-closed", "revoked"])
    opened = story[3]
    equal((opened["service"], opened["origin"], opened["key"], opened["person"], opened["use"]),
          ("sshd", "127.0.0.1", ssh.fingerprint("alice"), ssh.fingerprint("alice"), "1"))
    for event in story:
        equal((event.raw["SYSLOG_IDENTIFIER"], event.raw["_UID"]), ("breakglass", "0"))
        if int(event.raw["PRIORITY"]) > 4:
            raise AssertionError(f"{event['event']} has priority {event.raw['PRIORITY']}")
        for word in (event.get("grant") or event["request"], "backup-bot", event["code"], f"seq={event['seq']}"):
            contains(event.raw["MESSAGE"], word)


def test_each_kind_has_an_id_and_a_text():
    """every MESSAGE_ID that was sent has its text in the catalog"""
    sent = {event.raw["MESSAGE_ID"]: event["event"] for event in journal.events()}
    equal(len(sent), len(set(sent.values())), "one id a kind")
    for message_id, kind in sent.items():
        contains(run(["journalctl", "--dump-catalog", message_id]).ok().out, message_id, kind)
    contains(run(["journalctl", "-x", "-t", "breakglass", "--no-pager"]).ok().out, "What to do:")


def test_the_journal_is_the_record():
    """what the record has, the journal has, once each"""
    journal.settle()
    lines = record()
    told = sorted(int(event["seq"]) for event in journal.events())
    equal(told, [line["seq"] for line in lines], "numbers")
    by_seq = {int(event["seq"]): event for event in journal.events()}
    for line in lines:
        event = by_seq[line["seq"]]
        for name, value in line["event"].items():
            if name != "v":  # of the format, not of the event
                equal(event[name], str(value), f"{line['seq']} {name}")


def test_a_forgery_is_told_apart():
    """an entry that somebody else sent with our identifier and fields is not ours by _UID and _EXE"""
    before = journal.cursor()
    run("printf 'MESSAGE=granted\\nSYSLOG_IDENTIFIER=breakglass\\nBREAKGLASS_EVENT=granted\\nBREAKGLASS_GRANT=0000-0000\\n'"
        " | logger --journald", user="alice").ok()
    poll(lambda: journal.entries("BREAKGLASS_GRANT=0000-0000", after=before), "the forgery")
    journal.none(after=before, grant="0000-0000")


def test_no_journal_and_then_again():
    """told while journald is away, an event waits, and is told when journald is back"""
    units = ["systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket",
             "systemd-journald-audit.socket"]
    before = record()[-1]["seq"]
    run(["systemctl", "stop", *units])
    try:
        granted = bgctl.grant("backup-bot").ok()
        poll(lambda: record()[-1]["seq"] >= before + 3, "the record goes on")
    finally:
        run(["systemctl", "start", *units])
    journal.wait(event="granted", grant=granted.id, seconds=90)
    bgctl.bgctl("revoke", granted.id).ok()
    journal.settle()
    equal(len(journal.events(event="granted", grant=granted.id)), 1, "told")


def test_a_record_put_back_is_found():
    """a record that ends below a number seen before is tampered, and the gap in the numbers stays"""
    journal.settle()
    last = record()[-1]["seq"]
    run(f"head -n -3 {STATE}/audit/000001 > /root/cut && cat /root/cut > {STATE}/audit/000001").ok()
    before = journal.cursor()
    run([SWEEP]).ok()
    run([SWEEP]).ok()
    contains(journal.wait(after=before, event="tampered")["text"], "cut")
    if record()[-1]["seq"] <= last:
        raise AssertionError("a number was given twice")


def test_a_torn_last_line():
    """what a power loss left of a last line is cut off, and the record goes on"""
    journal.settle()
    last = record()[-1]["seq"]
    with open(f"{STATE}/audit/000001", "a") as file:
        file.write('{"v":1,"seq":99')
    granted = bgctl.grant("backup-bot").ok()
    journal.wait(event="granted", grant=granted.id)
    equal([line["seq"] for line in record()[-3:]], [last + 1, last + 2, last + 3], "numbers")
    bgctl.bgctl("revoke", granted.id).ok()


def test_no_secret_is_on_record():
    """neither password nor code nor secret is in the record or in the journal"""
    journal.settle()
    everything = open(f"{STATE}/audit/000001").read() + run(["journalctl", "--boot", "--no-pager", "-o", "export"]).out
    lacks(everything, people.PASSWORDS["alice"])
    secret = open(f"{STATE}/factors/alice.totp").read().strip()
    lacks(everything, secret)


def test_the_flood_of_one_hides_nobody():
    """refusals over a caller's quota are counted; sessions, grants and other callers' events are kept singly"""
    before = journal.cursor()
    wrong = run("for n in $(seq 400); do echo '{\"person\":\"alice\"}' | /usr/libexec/breakglass/bgctl-helper enroll; done",
                user="backup-bot").out
    equal(wrong.count("not-permitted"), 400, "refusals")
    granted = bgctl.grant("backup-bot").ok()
    ssh.ssh("alice", "backup-bot").ok()
    journal.wait(after=before, event="session-closed", grant=granted.id)
    over = int(journal.wait(after=before, event="overflow", seconds=90)["count"])
    kept = len(journal.events(after=before, event="refused", code="not-permitted"))
    if kept > 240 or over + kept < 400:
        raise AssertionError(f"{kept} kept, {over} counted")
    bgctl.bgctl("revoke", granted.id).ok()
