# SPDX-License-Identifier: LGPL-2.1-or-later
"""Production: templates, a gate that is gone, weeks of observing, sshd's penalties, keys, a clock that was wrong."""
import contextlib
import json
import os
import re

from lib import bgctl, forge, journal, people, policy, ssh
from lib.check import cases, contains, equal, lacks, poll
from lib.commands import run

STATE = "/var/lib/breakglass"
HELPER = "/usr/libexec/breakglass/bgctl-helper"
MODULE = run("find /usr/lib* -name pam_breakglass.so").out.strip()
UNITS = ("bgctl-sweep.timer", "bgctl-sweep.path", "bgctl-tell.path")


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    ssh.authorize("alice", "backup-bot")


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def sweep():
    """The timer would do it within a minute. Twice: a start while it runs joins the run that is under way."""
    for _ in range(2):
        run(["systemctl", "start", "bgctl-sweep.service"])


def check(status=0):
    return " ".join(bgctl.bgctl("policy", "check").exits(status).out.split())


def sshd(lines):
    """What sshd would be told at its next start; without lines, nothing more."""
    path = "/etc/ssh/sshd_config.d/00-first.conf"
    if lines:
        write(path, lines + "\n")
    elif os.path.exists(path):
        os.remove(path)


# --- templates and monitors ---

def test_print():
    """init --print, which is anybody's, gives each service's lines with their place, and the units"""
    out = bgctl.bgctl("init", "--print", user="dave").ok().out
    for line in read("/etc/pam.d/su").splitlines() + read("/etc/pam.d/sshd").splitlines():
        if "pam_breakglass.so" in line:
            contains(out.splitlines(), line)
    for unit in UNITS:
        contains(out, unit)
    only = bgctl.bgctl("init", "--print", "--services", "su").ok().out
    contains(only, "/etc/pam.d/su,")
    lacks(only, "sshd")
    assert all(line.startswith("#") or "pam_breakglass.so" in line for line in out.splitlines()), out


def test_print_into_a_template():
    """a PAM file that a template wrote with these lines is what init would have written; init watches it from then on"""
    path, written = "/etc/pam.d/su", read("/etc/pam.d/su")
    blocks = re.findall(r"# (/etc/pam.d/su), (.*):\n((?:.*\n){3})", bgctl.bgctl("init", "--print").ok().out)
    lines = [line for line in re.sub(r"# breakglass begin.*\n.*\n# breakglass end\n", "", written).splitlines(True)]
    for _, where, block in blocks:
        if where == "before all other lines":
            lines.insert(0, block)
        elif where == "after all other lines":
            lines.append(block)
        else:
            first = next(i for i, line in enumerate(lines) if re.match(r"account|@include common-account", line))
            lines.insert(first, block)
    equal("".join(lines), written)
    os.remove(f"{STATE}/installed/pam-su.lines")
    contains(bgctl.bgctl("init", "--check").exits(1).out, "/etc/pam.d/su")
    bgctl.init()
    equal(read(path), written)
    bgctl.bgctl("init", "--check").ok()


def test_check_is_quiet():
    """init --check says nothing and exits 0 where all is as init left it; it is root's"""
    result = bgctl.bgctl("init", "--check").ok()
    equal(result.text, "")
    bgctl.bgctl("init", "--check", user="dave").exits(1)


@contextlib.contextmanager
def broken(what):
    path = "/etc/pam.d/sshd"
    kept = read(path)
    if what == "block":
        write(path, re.sub(r"# breakglass begin.*\n.*\n# breakglass end\n", "", kept))
    elif what == "one line":
        write(path, kept.replace("account [success=ok", "account [success=done", 1))
    elif what == "module":
        os.rename(MODULE, MODULE + ".away")
    elif what == "helper's mode":
        os.chmod(HELPER, 0o755)
    elif what == "helper":
        os.rename(HELPER, HELPER + ".away")
    elif what == "UsePAM":
        sshd("UsePAM no")
    try:
        yield
    finally:
        for moved in (MODULE, HELPER):
            if os.path.exists(moved + ".away"):
                os.rename(moved + ".away", moved)
        if what == "helper's mode":
            os.chmod(HELPER, 0o4755)
        elif what == "UsePAM":
            sshd("")
        elif what in ("block", "one line"):
            write(path, kept)


@cases(("block", "/etc/pam.d/sshd"), ("one line", "/etc/pam.d/sshd"), ("module", "pam_breakglass.so"),
       ("helper", "bgctl-helper"), ("helper's mode", "4755"), ("UsePAM", "UsePAM no"))
def test_gate_missing(what, said):
    """what config management or an upgrade takes away is told at once, once, and so is its return"""
    journal.settle()
    before = journal.cursor()
    with broken(what):
        sweep()
        event = journal.wait(after=before, event="gate-missing")
        contains(event["text"], said)
        equal(event.raw["PRIORITY"], "1")
        sweep()
        contains(bgctl.bgctl("init", "--check").exits(1).out, said)
    sweep()
    journal.wait(after=before, event="gate-restored")
    equal(len(journal.events(after=before, event="gate-missing")), 1, "events")
    equal(bgctl.bgctl("init", "--check").ok().text, "")


def test_gate_not_watched_after_undo():
    """after init --undo nothing is missing"""
    journal.settle()
    before = journal.cursor()
    bgctl.bgctl("init", "--undo", "--yes").ok()
    sweep()
    journal.none(after=before, event="gate-missing")
    bgctl.bgctl("init", "--check").exits(1)
    bgctl.init()
    bgctl.bgctl("init", "--check").ok()


# --- observe ---

def test_observe():
    """without_grant: observe lets in, records what deny would refuse, and policy check counts it by code"""
    policy.identity(without_grant="observe")
    try:
        contains(check(), "backup-bot is observed: deny would have refused no login of it")
        before = journal.cursor()
        for _ in range(2):
            ssh.ssh("alice", "backup-bot", "true").ok()
        run(["su", "-", "backup-bot", "-c", "true"]).ok()
        journal.wait(after=before, event="would-refuse", account="backup-bot", code="no-grant", count=3)
        said = check()
        assert re.search(r"backup-bot is observed: deny would have refused 3 logins of it since .*\d\d:\d\d \w+, the last at "
                         r".*\d\d:\d\d \w+ \(3 no-grant\)\.", said), said
        contains(said, "Without a grant it logs in unelevated, and what deny would refuse is recorded.")
        lacks(" ".join(bgctl.bgctl("policy", "check", user="dave").ok().out.split()), "is observed")
        explained = " ".join(bgctl.bgctl("explain", "backup-bot", "--from", "127.0.0.1").ok().out.split())
        contains(explained, "deny would refuse it (no-grant), and that is recorded")
    finally:
        policy.identity()


def test_observe_elevates_as_ever():
    """an observed identity with a grant is elevated, and nothing would have been refused"""
    policy.identity(without_grant="observe")
    try:
        journal.settle()
        before = journal.cursor()
        forge.grant()
        contains(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out), "bg-db")
        journal.none(after=before, event="would-refuse")
    finally:
        policy.identity()
        forge.clear()


# --- sshd and the accounts ---

def has_penalties():
    """From OpenSSH 9.8 on."""
    return "persourcepenalties" in run(["sshd", "-T"]).ok().out


def test_penalties():
    """where sshd shuts out addresses, policy check and init name them and the line that exempts them"""
    lacks(check(), "PerSourcePenalt")
    if not has_penalties():
        return
    policy.identity("ci", from_=["10.20.0.0/16", "127.0.0.1"])
    sshd("PerSourcePenalties yes")
    try:
        line = "PerSourcePenaltyExemptList 127.0.0.1,10.20.0.0/16"
        contains(check(), line)
        contains(" ".join(bgctl.init().out.split()), line)
        sshd("PerSourcePenalties yes\nPerSourcePenaltyExemptList 127.0.0.1")
        contains(check(), "PerSourcePenaltyExemptList 10.20.0.0/16")
        sshd(f"PerSourcePenalties yes\n{line}")
        lacks(check(), "shut out")
        policy.identity("ci", from_=None)
        contains(check(), "any address: ci has no from:")
        policy.identity("ci", from_=None, without_grant="plain")
        lacks(check(), "shut out")
    finally:
        sshd("")
        policy.unmanage("ci")


def test_penalties_are_real():
    """the line that was named keeps others from being shut out"""
    ssh.authorize("alice", "plain")
    try:
        if has_penalties():
            ssh.configure("PerSourcePenalties yes\nPerSourcePenaltyExemptList 127.0.0.1", name="00-first")
        for _ in range(5):
            ssh.ssh("alice", "backup-bot").exits(255)
        ssh.ssh("alice", "plain").ok()
    finally:
        ssh.configure("", name="00-first")


def test_nologin():
    """an account whose shell lets nobody in: policy check and explain say so, with the way on"""
    run(["usermod", "-s", "/usr/sbin/nologin", "backup-bot"]).ok()
    try:
        contains(check(), "usermod -s /bin/sh backup-bot")
        contains(" ".join(bgctl.bgctl("explain", "backup-bot").ok().out.split()), "usermod -s /bin/sh backup-bot")
        forge.grant()
        contains(people.groups_in(run(["su", "-s", "/bin/sh", "backup-bot", "-c", "id -Gn"]).ok().out), "bg-db")
    finally:
        run(["usermod", "-s", "/bin/bash", "backup-bot"]).ok()
        forge.clear()


def test_own_authorized_keys():
    """keys: of an account that can write the file of keys that sshd reads is an error; a file of root's is not"""
    policy.identity(keys={ssh.fingerprint("alice"): "alice"})
    try:
        contains(check(1), "keys: backup-bot can write /home/backup-bot")
        contains(bgctl.bgctl("init", "--yes").exits(1).err, "(bad-policy)")
        sshd("AuthorizedKeysFile /etc/ssh/keys/%u")
        check()
        run(["mkdir", "-p", "/etc/ssh/keys"]).ok()
        run(["touch", "/etc/ssh/keys/backup-bot"]).ok()
        check()
        run(["chown", "backup-bot", "/etc/ssh/keys/backup-bot"]).ok()
        contains(check(1), "keys: backup-bot can write /etc/ssh/keys/backup-bot")
        sshd("Match User backup-bot\nAuthorizedKeysFile none")
        check()
    finally:
        sshd("")
        policy.identity()


def test_subordinate_ids():
    """an account with subordinate gids is refused, until they are gone or accepted"""
    run(["usermod", "--add-subgids", "700000-700999", "backup-bot"]).ok()
    try:
        said = check(1)
        contains(said, "/etc/subgid")
        contains(bgctl.bgctl("init", "--yes").exits(1).err, "(bad-policy)")
        policy.identity(subordinate_ids="accepted")
        check()
        bgctl.init()
        policy.identity()
    finally:
        # usermod does it only while nothing of the account runs.
        run(["loginctl", "terminate-user", "backup-bot"])
        poll(lambda: run(re.search(r"usermod --del-subgids \S+ backup-bot", said)[0]).status == 0, "usermod")
    check()


def test_account_of_a_package():
    """deny for an account that a package owns is warned of, since the package's scripts su to it"""
    policy.identity("www-data")
    try:
        contains(check(), "a package owns www-data")
        policy.identity("www-data", without_grant="observe")
        lacks(check(), "a package owns")
    finally:
        policy.unmanage("www-data")


def test_yama():
    """one warning, not one an account, where processes can look into each other"""
    scope = "/proc/sys/kernel/yama/ptrace_scope"
    wanted = 0 if os.path.exists(scope) and read(scope).strip() != "0" else 1
    policy.identity("ci")
    try:
        equal(check().count("kernel.yama.ptrace_scope: warning"), wanted)
    finally:
        policy.unmanage("ci")


# --- keys and clock ---

def test_key_list():
    """key list shows the keys by which grants are believed, and which one signs; it is root's"""
    other = forge.Key()
    foreign = forge.Key()
    other.publish(not_after=4102444800)
    foreign.publish(machine_id="3" * 32)
    try:
        keys = {key["kid"]: key for key in bgctl.read("key", "list")}
        equal(set(keys), {forge.host_key().id, other.id, foreign.id})
        equal([key["kid"] for key in keys.values() if key.get("signs")], [forge.host_key().id])
        equal(keys[other.id]["not_after"], "2100-01-01T00:00:00Z")
        equal(keys[foreign.id]["machine"], "3" * 32)
        out = bgctl.bgctl("key", "list").ok().out
        for part in (other.id, "signs", "is not this one"):
            contains(out, part)
        bgctl.bgctl("key", "list", user="alice").exits(1)
    finally:
        other.unpublish()
        foreign.unpublish()


def test_clock_accept():
    """a record from the future refuses every grant, until root and a human by her factors accept today's clock"""
    run("rm -rf /var/lib/breakglass/tries/*").ok()
    journal.settle()
    newest = f"{STATE}/newest"
    fields = json.loads(read(newest))
    forge.write(newest, json.dumps({**fields, "wall": "2150-01-01T00:00:00Z", "boot": "2" * 32}) + "\n")
    contains(bgctl.grant("backup-bot").exits(1).seen, "(clock-behind)")
    bgctl.bgctl("clock", "accept", user="alice").exits(1)
    bgctl.bgctl("clock", "accept", "--as", "alice").exits(3)  # no terminal
    bgctl.proving(["clock", "accept", "--as", "alice"], "root", "alice", password="no").exits(3)
    contains(bgctl.grant("backup-bot").exits(1).seen, "(clock-behind)")
    before = journal.cursor()
    seen = bgctl.proving(["clock", "accept", "--as", "alice"], "root", "alice").exits(0).seen
    contains(seen, "Accepted: this clock says")
    contains(seen, "2150")
    event = journal.wait(after=before, event="clock-accepted")
    equal((event["person"], event["caller"]), ("alice", "root"))
    poll(lambda: not json.loads(read(newest))["wall"].startswith("2150"), "newest is today's")
    bgctl.grant("backup-bot").ok()
    run("rm -rf /var/lib/breakglass/tries/*").ok()
    forge.clear()

