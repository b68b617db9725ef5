# SPDX-License-Identifier: LGPL-2.1-or-later
"""Grants: who may open one, how they are proven, and what each refusal answers."""
import json
import os
import re
import stat

from lib import bgctl, journal, people, policy
from lib.check import cases, contains, equal, lacks, poll
from lib.commands import run
from lib.terminal import Terminal
from lib.totp import Totp

STATE = "/var/lib/breakglass"


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    bgctl.enroll("bob")


def clear_tries():
    """Failures cost a pause; the tests that fail on purpose give the next a clean slate."""
    run(f"rm -rf {STATE}/tries/*").ok()


def test_enroll_prints_a_secret_that_only_root_can_read():
    """enroll prints the otpauth line; the secret is root's alone"""
    out = bgctl.bgctl("enroll", "carol").ok().out
    contains(out, "otpauth://totp/")
    for path in (f"{STATE}", f"{STATE}/factors", f"{STATE}/factors/carol.totp"):
        status = os.stat(path)
        equal((status.st_uid, stat.S_IMODE(status.st_mode) & 0o077), (0, 0), path)
    run(["cat", f"{STATE}/factors/carol.totp"], user="carol").fails()
    journal.wait(event="enrolled", person="carol", caller="root")


def test_enroll_oneself_by_password():
    """a human enrols herself by her password, and replaces by all factors"""
    run(["rm", f"{STATE}/factors/carol.totp"]).ok()
    with Terminal(["bgctl", "enroll"], user="carol") as terminal:
        terminal.answer("^Password: ", people.PASSWORDS["carol"])
        terminal.expect("^Code .*: ")  # one is tried at once
        bgctl.ENROLLED["carol"] = Totp(terminal.seen)
        terminal.send(bgctl.ENROLLED["carol"].code())
        terminal.ends(0)
    with Terminal(["bgctl", "enroll"], user="carol") as terminal:
        terminal.answer("^Password: ", people.PASSWORDS["carol"])
        terminal.expect("^Code .*: ")
        terminal.send(bgctl.ENROLLED["carol"].wrong())
        terminal.ends(3)
    clear_tries()


def test_enroll_another_is_roots():
    """nobody but root enrols another"""
    bgctl.bgctl("enroll", "bob", user="alice").exits(1)


def test_grant_is_signed_and_told():
    """password and code open a grant: a v4.public token, three events of one request"""
    granted = bgctl.grant("backup-bot", "--for", "30m").ok()
    path = f"{STATE}/grants/backup-bot/{granted.id}.grant"
    contains(open(path).read(), "v4.public.")
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode")
    event = journal.wait(event="granted", grant=granted.id, account="backup-bot", role="db-restart")
    equal((event["requester"], event["person"], event["reason"], event["outcome"]),
          ("alice", "alice", "the primary will not start", "done"))
    contains(event["approvers"], "alice (password, totp)")
    asked = journal.wait(event="requested", request=granted.id)
    agreed = journal.wait(event="approved", request=granted.id)
    contains(agreed["approvers"], "password: knowledge")
    contains(agreed["approvers"], "totp: possession")
    if not int(asked["seq"]) < int(agreed["seq"]) < int(event["seq"]):
        raise AssertionError("asked, agreed, granted is not the order on record")
    for digest in event["policy"].split("."):
        if not os.path.exists(f"{STATE}/policy/{digest}"):
            raise AssertionError(f"the policy {digest} was not kept")


def test_shown_and_listed():
    """list and show tell it, as a table and as JSON, to those who may see it"""
    granted = bgctl.grant("backup-bot").ok()
    listed = bgctl.read("list", user="bob")
    contains([one["id"] for one in listed], granted.id)
    shown = bgctl.read("show", granted.id.lower().replace("-", ""), user="alice")
    equal((shown["account"], shown["state"], shown["uses_taken"], shown["uses_max"]), ("backup-bot", "open", 0, 5))
    contains(bgctl.bgctl("list", user="alice").ok().out, granted.id)
    equal(bgctl.read("list", user="dave"), [], "what dave sees")
    bgctl.bgctl("show", granted.id, user="dave").exits(4)
    bgctl.bgctl("show", "0000-0000", user="root").exits(4)
    for line in bgctl.bgctl("list", user="alice").out.splitlines() + bgctl.bgctl("show", granted.id).out.splitlines():
        if len(line) > 80:
            raise AssertionError(f"over 80 columns: {line!r}")


@cases(("password", "not the password"), ("code", "000000"), ("password", ""))
def test_not_proven(which, answer):
    """a wrong factor grants nothing, exit 3, and does not say which"""
    clear_tries()
    journal.settle()
    before = journal.cursor()
    outcome = bgctl.grant("backup-bot", **{which: answer}).exits(3)
    lacks(outcome.seen.lower(), "password was")
    equal(outcome.id, None, "grant")
    event = journal.wait(after=before, event="not-proven", account="backup-bot", person="alice", caller="alice")
    equal(event["outcome"], "refused")
    journal.none(after=before, event="granted")
    clear_tries()


def test_both_wrong_reads_as_one_wrong():
    """what is said does not tell one wrong factor from two, nor who is enrolled"""
    said = set()
    secret = f"{STATE}/factors/bob.totp"
    os.rename(secret, secret + ".away")
    try:
        for human, answers in (
                ("alice", {"password": "x", "code": "000000"}),
                ("alice", {"password": "x"}),
                ("alice", {"code": "000000"}),
                ("bob", {"code": "000000"}),
                ("bob", {"password": "x", "code": "000000"})):
            clear_tries()
            seen = bgctl.grant("backup-bot", "--as", human, user="alice", human=human, **answers).exits(3).seen
            tail = re.sub(r"Code .*", "", seen.split("prove it is you", 1)[-1])
            said.add(re.sub(r"other people.*", "", tail.replace("alice", "X").replace("bob", "X")))
        equal(len(said), 1, f"different answers: {said}")
    finally:
        os.rename(secret + ".away", secret)
    clear_tries()


def test_what_is_no_code_is_asked_again():
    """a code as the phone shows it, in two groups, is taken; what cannot be one is asked for again"""
    clear_tries()
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
        terminal.answer("^Password: ", people.PASSWORDS["alice"])
        for wrong in ("", "12345", "abcdef"):
            terminal.expect("^Code .*: ")
            terminal.send(wrong) if wrong != "abcdef" else terminal.send(
                "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}".format(bgctl.code_of("alice")))
        terminal.ends(0)


def test_a_code_is_good_once():
    """the same code twice: the second is refused"""
    clear_tries()
    code = bgctl.code_of("alice")
    bgctl.grant("backup-bot", code=code).ok()
    bgctl.grant("backup-bot", code=code).exits(3)
    clear_tries()


def test_an_old_code():
    """a code of five minutes ago is refused"""
    bgctl.grant("backup-bot", code=bgctl.ENROLLED["alice"].old()).exits(3)
    clear_tries()


def test_tries_are_paid_before_they_are_asked():
    """three free tries, then a pause; killed at a prompt, the try is spent all the same; others are not held up"""
    clear_tries()
    for _ in range(3):
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", "none"], user="alice") as terminal:
            terminal.expect("^Password: ")
            terminal.type("\x03")
            terminal.finish()
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "none"], user="alice") as terminal:
        seen = terminal.ends(3)
    lacks(seen, "Password:")
    journal.wait(event="refused", code="locked", person="alice")
    bgctl.grant("backup-bot", "--as", "alice", user="root", human="alice").ok()
    clear_tries()


def test_not_an_approver():
    """dave, who approves nothing, is refused at once: policy is public"""
    before = journal.cursor()
    lacks(bgctl.grant("backup-bot", user="dave").exits(1).seen, "Password:")
    journal.wait(after=before, event="refused", code="not-permitted", person="dave")


def test_as_another_is_not_anybodys():
    """--as is root's and the approvers'"""
    before = journal.cursor()
    bgctl.grant("backup-bot", "--as", "alice", user="dave", human="alice").exits(1)
    journal.wait(after=before, event="refused", code="not-permitted")


def test_root_asks_like_anyone():
    """root with --as alice is asked alice's factors; root alone is no approver"""
    clear_tries()
    granted = bgctl.grant("backup-bot", "--as", "alice", user="root", human="alice").ok()
    event = journal.wait(event="granted", grant=granted.id)
    equal((event["requester"], event["person"]), ("root", "alice"))
    bgctl.grant("backup-bot", "--as", "alice", user="root", human="alice", password="no").exits(3)
    clear_tries()


def test_a_managed_approver_is_no_human():
    """an approver with a file in policy.d is refused"""
    policy.identity("bob")
    try:
        before = journal.cursor()
        bgctl.grant("backup-bot", user="bob").exits(1)
        journal.wait(after=before, event="refused", code="not-permitted", person="bob")
    finally:
        policy.unmanage("bob")


def test_a_locked_human():
    """whose account is locked or expired is not proven"""
    clear_tries()
    run(["usermod", "--expiredate", "1", "alice"]).ok()
    try:
        bgctl.grant("backup-bot").exits(3)
    finally:
        run(["usermod", "--expiredate", "", "alice"]).ok()
        clear_tries()


def test_no_such():
    """an account or role that is not there: exit 4, at once, nothing asked"""
    for words in (("nobody-here",), ("alice",)):
        with Terminal(["bgctl", "grant", *words, "--reason", "x"], user="alice") as terminal:
            lacks(terminal.ends(4), "Password")
    for role in ("db-recovery", "no-such-role"):
        with Terminal(["bgctl", "grant", "backup-bot", "--role", role, "--reason", "x"], user="alice") as terminal:
            lacks(terminal.ends(4), "Password")


def test_too_long():
    """longer than the role allows: exit 1"""
    before = journal.cursor()
    lacks(bgctl.grant("backup-bot", "--for", "3h").exits(1).seen, "Password:")
    journal.wait(after=before, event="refused", code="too-long", person="alice")


def test_too_few_approvals():
    """a role that needs two humans is not opened by one"""
    policy.identity(roles=["db-restart", "db-recovery"])
    try:
        before = journal.cursor()
        bgctl.grant("backup-bot", role="db-recovery").exits(1)
        journal.wait(after=before, event="refused", code="too-few-approvals")
    finally:
        policy.identity()


def test_no_terminal():
    """without a terminal nothing is asked: exit 3"""
    result = bgctl.bgctl("grant", "backup-bot", "--reason", "x", user="alice", input="correct horse alice\n").exits(3)
    contains(result.err, "no terminal")
    answer = bgctl.bgctl("grant", "backup-bot", "--reason", "x", "--json", user="alice").exits(3)
    equal(json.loads(answer.out)["error"], "no-terminal")


def test_wrong_usage():
    """wrong words: exit 2"""
    for words in (("grant",), ("grant", "backup-bot", "--for", "2 hours"), ("grant", "backup-bot", "--nonsense"),
                  ("nonsense",), ("show",), ("grant", "backup-bot", "--for", "1h", "--for", "2h")):
        bgctl.bgctl(*words, user="alice").exits(2)


def test_a_factor_without_its_file():
    """a factor whose PAM service is missing is refused, and asks nothing"""
    path = "/etc/breakglass/pam.d/breakglass-password"
    os.rename(path, path + ".away")
    try:
        before = journal.cursor()
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
            lacks(terminal.ends(1), "Password")
        journal.wait(after=before, event="refused", code="bad-policy")
    finally:
        os.rename(path + ".away", path)


def test_policy_that_does_not_read():
    """a broken policy file grants nothing"""
    policy.write("roles.d/db-restart.yaml", "role: db-restart\npurpose: x\napprovers: [alice]\nnonsense: 1\n")
    try:
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
            terminal.ends(1)
    finally:
        policy.role("db-restart")


def test_what_people_write_is_cleaned():
    """a reason with control characters, escapes or marks of direction is refused, whole"""
    for reason in ("line\nbreak", "\x1b[31mred", "bidi \u202e mark", "nul-ish \x01"):
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", reason], user="alice") as terminal:
            terminal.ends(2)


def test_revoke():
    """an approver revokes by real uid, without factors; others may not; twice is as good as once"""
    granted = bgctl.grant("backup-bot").ok()
    bgctl.bgctl("revoke", granted.id, user="dave").exits(4)
    bgctl.bgctl("revoke", granted.id, user="carol").exits(1)  # of the owner's group: she sees it, and may not
    bgctl.bgctl("revoke", granted.id, user="bob").ok()
    if os.path.exists(f"{STATE}/grants/backup-bot/{granted.id}.grant"):
        raise AssertionError("it is still open")
    event = journal.wait(event="revoked", grant=granted.id)
    equal((event["person"], event["uses"]), ("bob", "0"))
    shown = bgctl.read("show", granted.id, user="alice")
    equal((shown["state"], shown["cause"], shown["closed_by"]), ("closed", "revoked", "bob"))
    bgctl.bgctl("revoke", granted.id, user="bob").ok()
    equal(len(journal.events(event="revoked", grant=granted.id)), 1, "events")


def test_what_was_true_before_a_prompt():
    """whoever is taken off call at the prompt, or a policy narrowed meanwhile, is what counts"""
    clear_tries()
    def parked(change, back):
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
            terminal.expect("^Password: ")
            change()
            try:
                terminal.send(people.PASSWORDS["alice"])
                terminal.expect("^Code .*: ")
                terminal.send(bgctl.code_of("alice"))
                return terminal.ends(1)
            finally:
                back()
    parked(lambda: run(["gpasswd", "-d", "alice", "oncall"]).ok(), lambda: run(["gpasswd", "-a", "alice", "oncall"]).ok())
    parked(lambda: policy.host(ceiling="30m"), policy.host)
    parked(lambda: policy.role("db-restart", factors=["totp", "password"]), policy.role)


def test_a_first_enrolment_parked():
    """an enrolment that began without a secret does not replace one that was made meanwhile"""
    run(["rm", "-f", f"{STATE}/factors/carol.totp"]).ok()
    with Terminal(["bgctl", "enroll"], user="carol") as terminal:
        terminal.expect("^Password: ")
        bgctl.enroll("carol")
        terminal.send(people.PASSWORDS["carol"])
        lacks(terminal.ends(1), "otpauth")


def test_many_grants():
    """with as many open as there may be no further one is opened, and all can be listed and ended"""
    granted = [bgctl.grant("backup-bot", "--for", "30s") for _ in range(3)]
    folder = f"{STATE}/grants/backup-bot"
    while len(os.listdir(folder)) < 40:
        name = f"0000-{len(os.listdir(folder)):04d}.grant"
        with open(os.path.join(folder, name), "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("v4.public.damaged")
    before = journal.cursor()
    bgctl.grant("backup-bot").exits(1)
    journal.wait(after=before, event="refused", code="not-permitted")
    contains([one["id"] for one in bgctl.read("list")], granted[-1].id)
    run(f"rm -f {folder}/0000-*").ok()
    journal.wait(event="expired", grant=granted[-1].id, seconds=60)


def test_two_at_once():
    """two grants of two humans at once: both are open, both on record"""
    def opened(name):
        return [line for line in os.listdir(f"{STATE}/grants/backup-bot") if line.startswith(name)]
    from lib.commands import together
    both = together([lambda: bgctl.grant("backup-bot", user="alice"), lambda: bgctl.grant("backup-bot", user="bob")])
    for granted in both:
        granted.ok()
        poll(lambda g=granted: opened(g.id), "grant file")
        journal.wait(event="granted", grant=granted.id)
