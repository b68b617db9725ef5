# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elevated sessions: what they have, what they leave in the record, and who gets none."""
from lib import bgctl, forge, journal, people, policy, ssh
from lib.check import cases, contains, equal, lacks, poll
from lib.commands import run, together
from lib.terminal import Terminal


def setup():
    people.create()
    policy.create()
    bgctl.init()
    ssh.authorize("alice", "backup-bot")


def test_ssh():
    """an elevated ssh session has exactly the role's groups and the marker"""
    identity = forge.grant()
    result = ssh.ssh("alice", "backup-bot", "id -Gn; env | grep -E 'BREAK|PGS'; id")
    print("#", result)
    result = run(["su", "-", "backup-bot", "-c", "id -Gn; env | grep -E 'BREAK|PGS'"])
    print("#", result)
    result = run(["su", "-", "backup-bot", "-c", "id -Gn; env | grep -E 'BREAK|PGS'"], user="bob")
    print("#", result)
    for e in journal.events(): print("#", e)
    forge.clear()
    print("#", ssh.ssh("alice", "backup-bot", "id"))
    print("#", run(["su", "-", "backup-bot", "-c", "id -Gn; env | grep -E 'BREAK|PGS'"]))
    for e in journal.events(): print("#", e)
