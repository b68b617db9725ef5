# SPDX-License-Identifier: LGPL-2.1-or-later
"""Narrower than the policy: keys, callers, addresses, uses; what an identity observes, and what su says."""
from lib import bgctl, journal, people, policy, ssh
from lib.check import contains, equal, lacks
from lib.commands import run, together
from lib.terminal import Terminal

ELEVATED = {"backup-bot", "bg-db", "breakglass"}


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    for human in ("alice", "bob"):
        ssh.authorize(human, "backup-bot")


def groups(human="alice"):
    return people.groups_in(ssh.ssh(human, "backup-bot", "id -Gn").ok().out)


def end(granted):
    bgctl.bgctl("revoke", granted.id).ok()


def test_keys_say_whose():
    """`keys:` lets in the keys that it names, and the event names the human; another key is refused and takes no use"""
    policy.identity(keys={ssh.fingerprint("alice"): "alice"})
    granted = bgctl.grant("backup-bot").ok()
    equal(groups("alice"), ELEVATED)
    equal(journal.wait(event="session-opened", grant=granted.id)["person"], "alice")
    before = journal.cursor()
    result = ssh.ssh("bob", "backup-bot", "id -Gn").fails()
    lacks(result.out, "bg-db")
    event = journal.wait(after=before, event="session-refused", code="wrong-key", account="backup-bot")
    equal(event["key"], ssh.fingerprint("bob"))
    equal(bgctl.read("show", granted.id)["uses_taken"], 1, "uses")
    end(granted)
    policy.identity()


def test_a_forged_key_is_no_key():
    """a key that the account put into its own environment opens nothing"""
    policy.identity(keys={ssh.fingerprint("alice"): "alice"})
    granted = bgctl.grant("backup-bot").ok()
    public = open(ssh.key_of("alice") + ".pub").read().split()
    run(f"echo 'SSH_AUTH_INFO_0 DEFAULT=\"publickey {public[0]} {public[1]}\"' > .pam_environment", user="backup-bot").ok()
    lacks(ssh.ssh("bob", "backup-bot", "id -Gn").fails().out, "bg-db")
    run("rm .pam_environment", user="backup-bot").ok()
    end(granted)
    policy.identity()


def test_narrowed_to_a_key():
    """--key narrows to one key, --from to one address, --service to one way in: what does not fit takes no use"""
    granted = bgctl.grant("backup-bot", "--key", ssh.fingerprint("bob")).ok()
    equal(groups("bob"), ELEVATED)
    ssh.ssh("alice", "backup-bot").fails()
    run(["su", "backup-bot", "-c", "true"]).fails()
    equal(bgctl.read("show", granted.id)["uses_taken"], 1, "uses")
    end(granted)
    granted = bgctl.grant("backup-bot", "--service", "su").ok()
    ssh.ssh("alice", "backup-bot").exits(255)
    run(["su", "backup-bot", "-c", "true"]).ok()
    end(granted)


def test_narrowed_to_a_caller():
    """--caller lets that one su, and no other"""
    granted = bgctl.grant("backup-bot", "--caller", "ci").ok()
    run(["su", "backup-bot", "-c", "true"], user="ci").ok()
    with Terminal(["su", "backup-bot", "-c", "true"], user="alice") as su:
        su.expect("wrong-caller")
        su.answer("Password: ", "none")
        su.ends(1)
    ssh.ssh("alice", "backup-bot").exits(255)
    equal(bgctl.read("show", granted.id)["uses_taken"], 1, "uses")
    end(granted)


def test_wider_than_the_policy():
    """what the policy does not allow cannot be narrowed to"""
    for words in (("--caller", "dave"), ("--from", "10.0.0.1"), ("--uses", "6"), ("--service", "cron")):
        bgctl.grant("backup-bot", *words).exits(1)
    bgctl.grant("backup-bot", "--caller", "ci", "--from", "127.0.0.1").exits(2)


def test_uses():
    """--uses takes fewer than the role allows: 50 logins at once get as many as were granted"""
    granted = bgctl.grant("backup-bot", "--uses", "1").ok()
    results = together([lambda n=n: ssh.ssh("alice", "backup-bot") if n % 2 else run(["su", "backup-bot", "-c", "true"])
                        for n in range(50)])
    equal(sum(result.status == 0 for result in results), 1, "sessions")
    equal(len(journal.events(event="session-opened", grant=granted.id)) or 1, 1, "uses on record")
    journal.wait(event="consumed", grant=granted.id)


def test_unused():
    """a grant that nobody used in time closes as unused; one that was used does not"""
    policy.role("db-restart", unused="2s")
    used = bgctl.grant("backup-bot").ok()
    ssh.ssh("alice", "backup-bot").ok()
    never = bgctl.grant("backup-bot").ok()
    journal.wait(event="unused", grant=never.id, seconds=20)
    equal(bgctl.read("show", never.id)["cause"], "unused")
    equal(bgctl.read("show", used.id)["state"], "open")
    end(used)
    policy.role("db-restart")


def test_reasons():
    """a role's rule of reasons and tickets holds in the helper"""
    policy.role("db-restart", reason={"min": 12, "ticket": "required", "pattern": "INC-[0-9]+"})
    bgctl.grant("backup-bot", "--ticket", "INC-4711", reason="too short").exits(1)
    bgctl.grant("backup-bot", "--ticket", "INC-4711x", reason="the primary will not start").exits(1)
    granted = bgctl.grant("backup-bot", "--ticket", "INC-4711", reason="the primary will not start").ok()
    equal(journal.wait(event="granted", grant=granted.id)["ticket"], "INC-4711")
    end(granted)
    policy.role("db-restart")


def test_observe():
    """observe: the login goes on, unelevated, and what deny would have said is recorded"""
    policy.identity(without_grant="observe")
    before = journal.cursor()
    lacks(groups(), "bg-db")
    event = journal.wait(after=before, event="would-refuse", account="backup-bot")
    equal((event["code"], event["service"]), ("no-grant", "sshd"))
    narrowed = bgctl.grant("backup-bot", "--key", ssh.fingerprint("bob")).ok()
    lacks(groups("alice"), "bg-db")
    equal(journal.wait(after=before, event="would-refuse", code="wrong-key")["key"], ssh.fingerprint("alice"))
    end(narrowed)
    granted = bgctl.grant("backup-bot").ok()
    before = journal.cursor()
    equal(groups(), ELEVATED)
    journal.none(after=before, event="would-refuse")
    end(granted)
    policy.identity()


def test_su_says_why_before_it_asks():
    """a caller without a grant reads the code before the password prompt, once, and once on record"""
    before = journal.cursor()
    with Terminal(["su", "backup-bot", "-c", "true"], user="alice") as su:
        su.expect(r"no-grant")
        su.answer("Password: ", "none")
        seen = su.ends(1)
    contains(seen, "bgctl grant backup-bot")
    journal.settle()
    equal(len(journal.events(after=before, event="session-refused", account="backup-bot")), 1, "refusals")

