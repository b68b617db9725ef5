# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people see and are asked: at 3 a.m., on a serial console, in a pipe."""
import json
import os
import re

from lib import bgctl, forge, people, policy, ssh
from lib.check import cases, contains, equal, lacks
from lib.commands import run
from lib.terminal import Terminal
from lib.totp import Totp

STATE = "/var/lib/breakglass"
TIME = r"(?:\w+ \d+ \w+ )?\d\d:\d\d \w+"  # of another day with the day
# All that may change how a program draws; none changes what ours prints.
LOOKS = ({"TERM": "dumb"}, {"TERM": "xterm-256color"}, {"TERM": "xterm-256color", "NO_COLOR": "1"},
         {"TERM": "linux", "ACCESSIBLE": "1"}, {"TERM": "vt220", "LANG": "C"}, {"TERM": ""})


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    ssh.authorize("alice", "backup-bot")
    ssh.authorize("bob", "backup-bot")


def clear_tries():
    run(f"rm -rf {STATE}/tries/*").ok()


def prove(terminal, human="alice"):
    """The two factors, as they are asked for."""
    terminal.answer("^Password: ", people.PASSWORDS[human])
    terminal.expect("^Code .*: ")
    terminal.send(bgctl.code_of(human))


def flat(text):
    """The words, wherever the lines were broken."""
    return " ".join(text.split())


# --- what is missing is asked for ---

def test_grant_alone():
    """bgctl grant ACCOUNT asks why and for the factors, and takes the defaults for the rest"""
    with Terminal(["bgctl", "grant", "backup-bot"], user="alice") as terminal:
        terminal.expect("^Why .*: ")
        terminal.send("primary will not start")
        prove(terminal)
        seen = terminal.ends(0)
    for line in (r"^Host          db7$",
                 r"^Account       backup-bot: Nightly PostgreSQL base backup; owner @dba$",
                 r"^Role          db-restart: Restart PostgreSQL while the control plane is down$",
                 r"^Gives         group bg-db; by su or ssh; up to 5 sessions$",
                 r"^By su         @oncall or ci, without its password$",
                 r"^For           1 hour \(at most 2h; --for changes it\)$",
                 r"^Needs         1 approval of @oncall, by password and totp; yours is enough$",
                 r"^Granted \S+: backup-bot has db-restart on db7 until " + TIME + r"\.$",
                 r"^  use it        su - backup-bot     or     ssh backup-bot@db7$",
                 r"^  cut it now    bgctl revoke \S+$"):
        assert re.search(line, seen, re.M), f"{line}: {seen}"
    forge.clear()


def test_role_is_asked():
    """of several roles, each with its purpose, one is chosen by number or name; nonsense is asked again"""
    policy.identity(roles=["db-recovery", "db-restart"])
    try:
        for answers in (["7", "x", "2"], ["db-restart"]):
            with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice") as terminal:
                for answer in answers:
                    terminal.expect(r"^Which \(1 to 2, or its name\): ")
                    terminal.send(answer)
                prove(terminal)
                seen = terminal.ends(0)
            contains(flat(seen), "1 db-recovery Restart and restore PostgreSQL")
            contains(flat(seen), "2 db-restart Restart PostgreSQL while")
            contains(seen, "backup-bot has db-restart on db7")
    finally:
        policy.identity()
        forge.clear()


def test_reason_and_ticket_are_asked():
    """the reason is asked for until it meets the rule, the ticket where it is required; the rule is said"""
    policy.role(reason={"min": 12, "ticket": "required", "pattern": "INC-[0-9]+"}, unused="15m")
    try:
        with Terminal(["bgctl", "grant", "backup-bot"], user="alice") as terminal:
            terminal.expect(r"^Wants         a reason of at least 12 characters; a ticket that matches")
            for reason in ("", "too short", "a b c d e f g h i", "primary will not start"):
                terminal.expect("^Why .*: ")
                terminal.send(reason)
            for ticket in ("", "INC-", "INC-1 and more", "INC-4711"):
                terminal.expect(r"^Ticket \(INC-\[0-9\]\+\): ")
                terminal.send(ticket)
            prove(terminal)
            seen = terminal.ends(0)
        contains(flat(seen), "closes after 15 minutes if nobody uses it by then")
        assert re.search(r"^  unused        closes at " + TIME + " if nobody uses it$", seen, re.M), seen
        granted = re.search(rf"Granted ({bgctl.ID})", seen)[1]
        shown = bgctl.read("show", granted)
        equal((shown["reason"], shown["ticket"], shown["unused"]), ("primary will not start", "INC-4711", "15m"))
        contains(bgctl.bgctl("show", granted).ok().out, "if nobody uses it")
    finally:
        policy.role()
        forge.clear()


@cases(("too short", ["--reason", "short", "--ticket", "INC-1"]), ("no ticket", ["--reason", "a reason long enough", "--json"]),
       ("another ticket", ["--reason", "a reason long enough", "--ticket", "4711"]), ("none, --json", ["--json"]))
def test_reason_refused(_, words):
    """what is given and does not meet the rule is refused before a code is spent, exit 1, no-reason"""
    policy.role(reason={"min": 12, "ticket": "required", "pattern": "INC-[0-9]+"})
    try:
        with Terminal(["bgctl", "grant", "backup-bot", *words], user="alice") as terminal:
            seen = terminal.ends(1)
        contains(seen, "no-reason")
        lacks(seen, "Password")
        lacks(seen, "Why")
    finally:
        policy.role()


def test_json_asks_nothing():
    """with --json only the factors are asked for; what is missing is a refusal"""
    policy.identity(roles=["db-recovery", "db-restart"])
    try:
        with Terminal("bgctl grant backup-bot --json >out; s=$?; cat out; exit $s", user="alice") as terminal:
            seen = terminal.ends(2)
        contains(seen, '"error":"usage"')
        lacks(seen, "Which")
    finally:
        policy.identity()
    for words in (["list", "--bogus"], ["show"], ["nonsense"], ["grant", "backup-bot", "--for", "90"]):
        refused = bgctl.bgctl(*words, "--json", user="alice").exits(2)
        equal((json.loads(refused.out)["error"], refused.err), ("usage", ""))
    with Terminal("bgctl grant backup-bot --json >out", user="alice") as terminal:
        prove(terminal)
        lacks(terminal.ends(0), "Why")
    with open("/home/alice/out") as file:
        equal(json.loads(file.read())["account"], "backup-bot")
    forge.clear()


# --- narrowed ---

@cases((["--caller", "ci"], "by su; up to 5 sessions; by ci alone", {"callers": ["ci"], "services": ["su"]}),
       (["--service", "sshd", "--uses", "1"], "by ssh; 1 session", {"services": ["sshd"], "uses_max": 1}),
       (["--from", "127.0.0.1"], "by ssh; up to 5 sessions; from 127.0.0.1", {"from": ["127.0.0.1"], "services": ["sshd"]}),
       (["--key", "FINGERPRINT"], "by ssh; up to 5 sessions; with key FINGERPRINT", {"services": ["sshd"]}))
def test_narrowed(words, gives, shown):
    """a grant narrowed by"""
    key = ssh.fingerprint("alice")
    words = [word.replace("FINGERPRINT", key) for word in words]
    granted = bgctl.grant("backup-bot", *words).ok()
    contains(flat(granted.seen), "group bg-db; " + gives.replace("FINGERPRINT", key))
    told = bgctl.read("show", granted.id)
    equal({field: told.get(field) for field in shown}, shown)
    if "--key" in words:
        equal(list(told["keys"]), [key])
        contains(flat(granted.seen), f"only with key {key}")
    if "--caller" in words:
        contains(flat(granted.seen), "only by ci alone")
        lacks(granted.seen, "ssh backup-bot@")
    forge.clear()


def test_a_login_that_does_not_fit_takes_no_use():
    """narrowed to one key, another's login is refused and takes no session of it; the right one is elevated"""
    granted = bgctl.grant("backup-bot", "--key", ssh.fingerprint("alice")).ok()
    ssh.ssh("bob", "backup-bot").fails()
    run(["su", "backup-bot", "-c", "true"], user="ci").fails()
    equal(bgctl.read("show", granted.id)["uses_taken"], 0)
    contains(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out), "bg-db")
    equal(bgctl.read("show", granted.id)["uses_taken"], 1)
    forge.clear()


@cases((["--caller", "dave"],), (["--service", "cron"],), (["--from", "10.1.1.1"],), (["--uses", "6"],))
def test_wider_than_the_policy(words):
    """what the policy does not allow is refused, exit 1"""
    contains(bgctl.grant("backup-bot", *words).exits(1).seen, "(not-permitted)")
    clear_tries()


@cases((["--caller", "ci", "--from", "127.0.0.1"],), (["--uses", "0"],), (["--uses", "1001"],), (["--key", "alice"],),
       (["--from", "here"],), (["--uses", "two"],))
def test_wrong_narrowing(words):
    """words that cannot be meant are wrong usage, exit 2, and nothing is asked"""
    with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x", *words], user="alice") as terminal:
        lacks(terminal.ends(2), "Password")


def test_explain_key():
    """explain --key says whether this ssh key would be elevated; without one, that it matters"""
    key, other = ssh.fingerprint("alice"), ssh.fingerprint("bob")
    forge.grant(keys={key: "alice"})
    line = ["explain", "backup-bot", "--from", "127.0.0.1"]
    contains(bgctl.bgctl(*line, "--key", key).ok().out, "Elevated under")
    contains(bgctl.bgctl(*line, "--key", other).ok().out, "(wrong-key)")
    said = flat(bgctl.bgctl(*line).ok().out)
    contains(said, f"? Does it allow this ssh key? It depends on the ssh key: give --key SHA256:...; allowed: {key}")
    contains(said, "If the ssh key fits: elevated under")
    contains(said, "Else: Refused (wrong-key).")
    forge.clear()


def test_explain_depends():
    """without the address or the caller, explain shows what is allowed, and promises and refuses nothing"""
    granted = forge.grant()
    for words, depends in (([], "It depends on the address: give --from ADDRESS; allowed: 127.0.0.1"),
                           (["--service", "su"], "It depends on the caller: give --caller USER; allowed: @oncall or ci")):
        said = flat(bgctl.bgctl("explain", "backup-bot", *words).ok().out)
        contains(said, depends)
        contains(said, f" fits: elevated under {granted}, with bg-db, until ")
        contains(said, "Else: Refused (wrong-")
        lacks(said, "seconds")
    for words in (["--service", "login"], ["--caller", "ci", "--from", "127.0.0.1"], ["--service", "su", "--key", ssh.fingerprint("bob")]):
        bgctl.bgctl("explain", "backup-bot", *words).exits(2)
    forge.clear()


def test_explain_unused():
    """explain says that a grant was not used in time"""
    forge.grant(since=120, unused="60s")
    said = bgctl.bgctl("explain", "backup-bot", "--from", "127.0.0.1").ok().out
    contains(said, "Was it used in time? (unused)")
    forge.clear()


# --- enrol ---

def test_enroll_tries_a_code():
    """on a terminal enroll tries a code of the app; the secret stays, and exit 3 says where it did not work"""
    for good in (True, False):
        with Terminal(["bgctl", "enroll", "carol"]) as terminal:
            otpauth = terminal.expect(r"^otpauth://totp/\S+$").group()
            terminal.expect("^Code .*: ")
            totp = Totp(otpauth)
            terminal.send(totp.code() if good else totp.wrong())
            seen = terminal.ends(0 if good else 3)
        if good:
            contains(seen, "The code is right: the app of carol has the secret.")
        else:
            contains(seen, "Not proven (not-proven). carol is enrolled, but that code did not work.")
            lacks(seen, "Nothing was")
        assert os.path.exists(f"{STATE}/factors/carol.totp")
    clear_tries()
    bgctl.ENROLLED["carol"] = totp
    equal(len(totp.at(0)), 6)


def test_enroll_untried():
    """Ctrl-C at that prompt leaves the secret enrolled, untried"""
    with Terminal(["bgctl", "enroll", "carol"]) as terminal:
        terminal.expect("^Code .*: ")
        terminal.type("\x03")
        equal(terminal.finish(), -2)
    contains(terminal.seen, "Ctrl-C leaves it untried")
    assert os.path.exists(f"{STATE}/factors/carol.totp")
    clear_tries()


def test_enroll_without_a_terminal():
    """in a pipe, and with --json, no code is asked for"""
    contains(bgctl.bgctl("enroll", "carol").ok().out, "otpauth://totp/")
    with Terminal("bgctl enroll carol | cat") as terminal:
        lacks(terminal.ends(0), "Code (")
    with Terminal(["bgctl", "enroll", "carol", "--json"]) as terminal:
        contains(terminal.ends(0), '"otpauth"')


# --- the same lines everywhere ---

def assert_plain(text):
    """ASCII, no escape, at most 80 columns; but for what is one line however long, since it is copied or searched."""
    for line in text.splitlines():
        if re.search(r"^otpauth://|: (error|warning): ", line):
            continue
        assert len(line) <= 80, f"over 80 columns: {line!r}"
        assert all(" " <= c <= "~" for c in line), f"not plain: {line!r}"


def masked(text):
    """Without what differs from one run to the next."""
    text = re.sub(bgctl.ID, "ID", text)
    return re.sub(r": \d{6}$|(\w+ \d+ \w+ )?\d\d:\d\d(:\d\d)?", "TIME", text, flags=re.M)


def test_plain_everywhere():
    """grant prints the same plain lines on every terminal, with NO_COLOR and with ACCESSIBLE"""
    seen = set()
    for look in LOOKS:
        clear_tries()
        with Terminal(["bgctl", "grant", "backup-bot", "--reason", "x"], user="alice", env=look) as terminal:
            prove(terminal)
            seen.add(masked(terminal.ends(0)))
        assert_plain(terminal.seen.replace("\r", ""))
        forge.clear()
    equal(len(seen), 1, f"different: {seen}")


def test_plain_answers():
    """so do list, show, revoke, explain, policy check, init and refusals, on a terminal and in a pipe"""
    key = ssh.fingerprint("alice")
    policy.identity(keys={key: "alice", ssh.fingerprint("bob"): "bob"}, callers=["@oncall", "ci", "dave"], without_grant="observe",
                    from_=["127.0.0.1", "10.20.0.0/16", "2001:db8:1234:5678::/64"])
    try:
        granted = forge.grant(callers=["@oncall", "ci"], keys={key: "alice"}, unused="15m", ticket="INC-4711",
                              reason="a reason that is long enough to be broken into two lines by whoever prints it on a console")
        for words in (["list"], ["show", granted], ["explain", "backup-bot"], ["explain", "backup-bot", "--key", key],
                      ["policy", "check"], ["init", "--yes"], ["key", "list"], ["show", "0000-0000"], ["revoke", granted],
                      ["show", granted], ["list"], ["--help"], ["nonsense"], ["grant", "nobody"], ["init", "--check"]):
            piped = bgctl.bgctl(*words)
            assert_plain(piped.out)
            assert_plain(piped.err)
            for look in LOOKS[:2]:
                with Terminal(["bgctl", *words], env=look) as terminal:
                    terminal.finish()
                assert_plain(terminal.seen.replace("\r", ""))
    finally:
        policy.identity()
        forge.clear()


def test_refusals_in_words():
    """a refusal names the code in brackets, and others who could do it; not proven says what to look at"""
    clear_tries()
    seen = bgctl.grant("backup-bot", code=bgctl.ENROLLED["alice"].wrong()).exits(3).seen
    contains(seen, "Not proven (not-proven). Nothing was granted. Which part was wrong is not said.")
    contains(seen, "  code fails?   compare the clock in the prompt with your phone\n")
    contains(seen, "  not enrolled? root: bgctl enroll alice\n")
    contains(seen, "  other people  bob (@oncall)\n")
    clear_tries()
    for words in (["grant", "backup-bot"], ["enroll"]):
        contains(bgctl.bgctl(*words, user="alice").exits(3).err,
                 f"bgctl: {words[0]} must ask a person, and there is no terminal here (no-terminal).\n"
                 "bgctl: over ssh, use ssh -t\n")


def test_no_such_role():
    """a role that the account has not: the ones it has are named, exit 4"""
    seen = flat(bgctl.grant("backup-bot", role="db-reset").exits(4).seen)
    contains(seen, "Not found (no-such): backup-bot has no role db-reset; it has db-restart.")


def test_revoked_twice():
    """revoke says what goes on and how to see it, and the second time who was first"""
    granted = forge.grant()
    ssh.ssh("alice", "backup-bot", "true").ok()
    said = bgctl.bgctl("revoke", granted, user="bob").ok().out
    contains(said, f"Revoked {granted} at ")
    contains(said, "\n  see them      ps -u backup-bot; loginctl list-sessions\n")
    assert re.match(r"Already revoked by bob at .*\d\d:\d\d \w+\.\n", bgctl.bgctl("revoke", granted).ok().out)
    equal(bgctl.bgctl("list", user="dave").ok().out, "No grant that you may see is open.\n")
    forge.clear()


def test_sentences():
    """policy check says whose keys, what must be said, when an unused grant closes, and what happens without one"""
    key = ssh.fingerprint("alice")
    policy.role(reason={"min": 12, "ticket": "required", "pattern": "INC-[0-9]+"}, unused="15m")
    policy.identity(keys={key: "alice"})
    try:
        said = flat(bgctl.bgctl("policy", "check").exits(1).out)  # its keys are in a file of its own
        contains(said, f"By ssh from 127.0.0.1 only. By ssh with {key} (alice) only. Who asks must give a reason of 12 "
                       "characters or more and a ticket that matches INC-[0-9]+. A grant that nobody uses within 15m closes. "
                       "Without a grant it cannot log in.")
    finally:
        policy.role()
        policy.identity()


# --- from the one table ---

def test_completions():
    """bash completes commands, and each command's own options"""
    script = ("source /usr/share/bash-completion/completions/bgctl.bash; COMP_WORDS=({0}); COMP_CWORD={1}; _bgctl; "
              "echo ${{COMPREPLY[@]}}")
    for words, at, wanted in (("bgctl gr", 1, "grant"), ("bgctl grant x --ca", 3, "--caller"), ("bgctl key ''", 2, "list"),
                              ("bgctl clock accept --a", 3, "--as"), ("bgctl init --pr", 2, "--print"),
                              ("bgctl explain x --k", 3, "--key"), ("bgctl help gr", 2, "grant")):
        equal(run(["bash", "-c", script.format(words, at)]).ok().out.strip(), wanted, words)
    zsh = open("/usr/share/zsh/site-functions/_bgctl").read()
    for part in ("--caller", "--uses", "clock\\ *)", "--print"):
        contains(zsh, part)


def test_help_of_grant():
    """grant --help names every option that narrows"""
    said = bgctl.bgctl("grant", "--help").ok().out
    for option in ("--caller U", "--service S", "--from A", "--key F", "--uses N", "--ticket K"):
        contains(said, f"\n  {option}")
