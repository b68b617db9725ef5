# SPDX-License-Identifier: LGPL-2.1-or-later
"""Setting a host up, and undoing it: init, policy check, explain, and how bgctl is asked for help."""
import json
import os
import re
import stat

from lib import bgctl, journal, people, policy, ssh
from lib.bgctl import bgctl as run_bgctl
from lib.check import cases, contains, equal, lacks, poll
from lib.commands import run
from lib.terminal import Terminal
from lib.totp import Totp

SERVICES = ("su", "sshd")
UNITS = ("bgctl-sweep.timer", "bgctl-sweep.path", "bgctl-tell.path")
STATE = "/var/lib/breakglass"
COMMANDS = ("init", "enroll", "grant", "list", "show", "revoke", "explain", "policy check", "key list", "clock accept")


def setup():
    people.create()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def pam():
    return {service: read(f"/etc/pam.d/{service}") for service in SERVICES}


BEFORE = pam()


def lines(service):
    return read(f"/etc/pam.d/{service}").decode().splitlines()


def is_mark(line):
    return line.startswith("# breakglass ")


def undo():
    result = run_bgctl("init", "--undo", "--yes").ok()
    equal(pam(), BEFORE)
    return result


# --- help and usage ---

@cases(*COMMANDS)
def test_help(command):
    """--help goes to standard output, at most 80 columns wide"""
    result = run_bgctl(*command.split(), "--help", user="dave").ok()
    equal(result.err, "")
    contains(result.out, f"usage: bgctl {command}")
    assert all(len(line) <= 80 for line in result.out.splitlines()), result.out


def test_help_of_all():
    """--help names every command; --version a version"""
    out = run_bgctl("--help", user="dave").ok().out
    for command in COMMANDS:
        contains(out, f"\n  {command} ")
    assert re.fullmatch(r"bgctl \d+\.\d+\.\d+\n", run_bgctl("--version", user="dave").ok().out)


@cases("", "bogus", "policy", "policy apply", "list x", "list --bogus", "grant", "show x", "grant a --for never",
       "grant a --role x --role x", "list --json=1")
def test_usage(words):
    """wrong usage is told on standard error, exit 2"""
    result = run_bgctl(*words.split(), user="dave").exits(2)
    equal(result.out, "")
    contains(result.err, "bgctl: ")


def test_unclean():
    """a word that would drive the terminal is not passed on to it"""
    lacks(run_bgctl("\x1b]0;x\x07", user="dave").exits(2).err, "\x1b")
    lacks(run_bgctl("list", "--\x1b[2J", user="dave").exits(2).err, "\x1b")


# --- before init ---

def test_not_root():
    """init and explain are root's"""
    for words in (["init"], ["init", "--yes"], ["init", "--undo", "--yes"], ["explain", "backup-bot"]):
        contains(run_bgctl(*words, user="alice").exits(1).err, "(not-permitted)")
    equal(pam(), BEFORE)


def test_asks():
    """init shows what it will do and asks; no, and nothing is changed"""
    with Terminal(["bgctl", "init"]) as terminal:
        terminal.expect(r"^Go on\? \[y/N\] ")
        terminal.send("n")
        seen = terminal.ends(0)
    for part in ("/etc/pam.d/su", "/etc/pam.d/sshd", "[success=done default=ignore]", "bgctl-sweep.timer",
                 "pam_breakglass.so key", "Ed25519", "Nothing was changed."):
        contains(seen, part)
    assert all(len(line) <= 80 for line in seen.splitlines()), seen
    equal(pam(), BEFORE)
    assert not os.path.exists(f"{STATE}/keys/host.key")


def test_no_terminal():
    """without a terminal and without --yes init does nothing, exit 3"""
    contains(run_bgctl("init").exits(3).err, "--yes")
    equal(pam(), BEFORE)


def test_services_unknown():
    """a PAM service that we know nothing of is refused, exit 2"""
    contains(run_bgctl("init", "--yes", "--services", "su,common-auth").exits(2).err, "common-auth")
    equal(pam(), BEFORE)


# --- init ---

def test_init():
    """init --yes sets the host up: folders, key, group, units"""
    before = journal.cursor()
    contains(run_bgctl("init", "--yes").ok().out, "breakglass is set up on db7.")
    equal(stat.S_IMODE(os.stat(STATE).st_mode), 0o700)
    for folder in ("keys", "factors", "tries", "requests", "grants", "uses", "closed", "events", "audit", "installed"):
        equal(stat.S_IMODE(os.stat(f"{STATE}/{folder}").st_mode), 0o700, folder)
    equal(stat.S_IMODE(os.stat(f"{STATE}/keys/host.key").st_mode), 0o600)
    equal(len([name for name in os.listdir(f"{STATE}/keys") if name.endswith(".pub")]), 1)
    run(["getent", "group", "breakglass"]).ok()
    for unit in UNITS:
        equal(run(["systemctl", "is-enabled", unit]).out.strip(), "enabled", unit)
        equal(run(["systemctl", "is-active", unit]).out.strip(), "active", unit)
    event = journal.wait(after=before, event="installed")
    equal(event["person"], "root")
    contains(run(["journalctl", "--catalog", "-n", "1", f"MESSAGE_ID={event.raw['MESSAGE_ID']}"]).ok().out,
             "breakglass was set up on this host")


def test_lines_su():
    """su: our auth line is the first, account before the first account line, session the last"""
    su = lines("su")
    ours = [i for i, line in enumerate(su) if "pam_breakglass.so" in line]
    equal(len(ours), 3)
    equal(su[1], "auth [success=done default=ignore] pam_breakglass.so")
    assert su[ours[1]].startswith("account [success=ok new_authtok_reqd=ok ignore=ignore module_unknown=ignore default=bad] ")
    equal(su[ours[1] + 2], "@include common-account")
    assert su[ours[2]].startswith("session [success=ok new_authtok_reqd=ok ignore=ignore module_unknown=ignore default=bad] ")
    equal(ours[2], len(su) - 2)


def test_lines_sshd():
    """sshd: no auth answer of ours may end the chain; the key's line is the first of session, the other the last"""
    sshd = lines("sshd")
    ours = [i for i, line in enumerate(sshd) if "pam_breakglass.so" in line]
    equal(len(ours), 4)
    equal(sshd[1], "auth [default=ignore] pam_breakglass.so")
    first = next(i for i, line in enumerate(sshd) if line.startswith("account") or "common-account" in line)
    equal(first, ours[1])
    first = next(i for i, line in enumerate(sshd) if line.startswith("session") or "common-session" in line)
    equal(first, ours[2])
    assert sshd[ours[2]].endswith("pam_breakglass.so key")
    equal(ours[3], len(sshd) - 2)


def test_only_ours():
    """nothing but our marked blocks was added, and the files' modes are as they were"""
    for service in SERVICES:
        kept, inside = [], False
        for line in read(f"/etc/pam.d/{service}").splitlines(keepends=True):
            if is_mark(line.decode()):
                inside = b"begin" in line
            elif not inside:
                kept.append(line)
        equal(b"".join(kept), BEFORE[service], service)
        equal(stat.S_IMODE(os.stat(f"/etc/pam.d/{service}").st_mode), 0o644)
        equal(read(f"{STATE}/installed/pam-{service}.before"), BEFORE[service])


def test_unmanaged():
    """an unmanaged account logs in by ssh and su as before"""
    ssh.authorize("alice", "plain")
    equal(ssh.ssh("alice", "plain", "id -un").ok().out, "plain\n")
    equal(run(["su", "-", "plain", "-c", "id -un"]).ok().out, "plain\n")


def test_again():
    """init run again changes nothing"""
    before, key, at = pam(), read(f"{STATE}/keys/host.key"), journal.cursor()
    contains(run_bgctl("init", "--yes").ok().out, "nothing is to be done")
    equal(pam(), before)
    equal(read(f"{STATE}/keys/host.key"), key)
    journal.none(after=at, event="installed")


def test_host_file_kept():
    """an edited breakglass.yaml is kept"""
    policy.host(ceiling="3h")
    mine = read("/etc/breakglass/breakglass.yaml")
    run(["systemctl", "disable", "--now", UNITS[0]]).ok()
    contains(run_bgctl("init", "--yes").ok().out, "breakglass is set up on db7.")
    equal(read("/etc/breakglass/breakglass.yaml"), mine)
    equal(run(["systemctl", "is-enabled", UNITS[0]]).out.strip(), "enabled")


@cases("another option", "a line commented out")
def test_edited_lines_kept(how):
    """lines of ours that somebody edited are left so; init, --check and the sweep say so, and what puts it right does"""
    written = pam()
    line = b"auth [success=done default=ignore] pam_breakglass.so"
    edited = written["su"].replace(line, line + b" debug" if how == "another option" else b"#" + line)
    at = journal.cursor()
    write("/etc/pam.d/su", edited)
    told = run_bgctl("init", "--yes").exits(1)
    contains(told.out, "  su            our lines in /etc/pam.d/su were edited; left so\n")
    lacks(told.out, "nothing is to be done")
    equal(read("/etc/pam.d/su"), edited)
    contains(run_bgctl("init", "--check").exits(1).out, "/etc/pam.d/su has not the lines that init wrote")
    run(["systemctl", "start", "bgctl-sweep.service"]).ok()
    contains(journal.wait(after=at, event="gate-missing")["text"], "/etc/pam.d/su has not the lines that bgctl init wrote")
    write("/etc/pam.d/su", re.sub(rb"# breakglass begin.*?# breakglass end\n", b"", edited, flags=re.S))
    run_bgctl("init", "--yes").ok()
    run_bgctl("init", "--check").ok()
    equal(read("/etc/pam.d/su"), written["su"])
    run(["systemctl", "start", "bgctl-sweep.service"]).ok()
    journal.wait(after=at, event="gate-restored")


def test_moved_lines():
    """lines that config management pushed aside are put where they belong"""
    written = pam()
    write("/etc/pam.d/sshd", written["sshd"] + b"session optional pam_echo.so file=/dev/null\n")
    run_bgctl("init", "--yes").ok()
    sshd = lines("sshd")
    contains(sshd[-2], "pam_breakglass.so")
    contains("\n".join(sshd), "pam_echo.so")
    write("/etc/pam.d/sshd", written["sshd"])
    run_bgctl("init", "--yes").ok()
    equal(pam(), written)


def test_lines_gone():
    """lines that were lost are written again"""
    written = pam()
    write("/etc/pam.d/su", BEFORE["su"])
    contains(run_bgctl("init", "--yes").ok().out, "/etc/pam.d/su")
    equal(pam(), written)


# --- undo ---

def test_undo_asks():
    """init --undo asks, too"""
    written = pam()
    run_bgctl("init", "--undo").exits(3)
    with Terminal(["bgctl", "init", "--undo"]) as terminal:
        terminal.expect(r"^Go on\? \[y/N\] ")
        terminal.send("")
        terminal.ends(0)
    equal(pam(), written)


def test_undo():
    """init --undo leaves the PAM files byte for byte, closes open grants, disables the units, and keeps the rest"""
    policy.create()
    bgctl.enroll("alice")
    granted = bgctl.grant(user="alice").ok()
    before = journal.cursor()
    out = undo().out
    contains(out, "byte for byte")
    contains(out, "/var/lib/breakglass")
    for unit in UNITS:
        equal(run(["systemctl", "is-enabled", unit]).out.strip(), "disabled", unit)
        equal(run(["systemctl", "is-active", unit]).out.strip(), "inactive", unit)
    equal(os.listdir(f"{STATE}/grants/backup-bot"), [])
    assert os.path.exists(f"{STATE}/closed/{granted.id}")
    assert os.path.exists(f"{STATE}/keys/host.key")
    assert os.path.exists("/etc/breakglass/policy.d/backup-bot.yaml")
    equal(journal.wait(after=before, event="revoked")["grant"], granted.id)
    journal.wait(after=before, event="undone")


def test_undone_logins():
    """after undo a managed account logs in as before breakglass"""
    ssh.authorize("alice", "backup-bot")
    equal(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out, "backup-bot\n")


def test_undo_twice():
    """undo where there is nothing to undo does no harm"""
    undo()


@cases("no line end", "other lines since", "edited lines")
def test_undo_of(what):
    """init and undo of a file with"""
    original = BEFORE["su"].rstrip(b"\n") if what == "no line end" else BEFORE["su"]
    write("/etc/pam.d/su", original)
    run_bgctl("init", "--yes", "--services", "su").ok()
    equal(read("/etc/pam.d/sshd"), BEFORE["sshd"])
    if what == "other lines since":
        write("/etc/pam.d/su", read("/etc/pam.d/su") + b"session optional pam_echo.so\n")
        original += b"session optional pam_echo.so\n"
    if what == "edited lines":
        edited = read("/etc/pam.d/su").replace(b"default=bad", b"default=die")
        write("/etc/pam.d/su", edited)
    run_bgctl("init", "--undo", "--yes").ok()
    equal(read("/etc/pam.d/su"), original)
    if what == "edited lines":
        equal(read(f"{STATE}/installed/pam-su.edited"), edited)
    write("/etc/pam.d/su", BEFORE["su"])


def test_module_missing():
    """a module that libpam would not find is no gate: init says so, and writes no line"""
    found = run("find /usr/lib* -name pam_breakglass.so").ok().out.split()
    equal(len(found), 1)
    os.rename(found[0], found[0] + ".away")
    try:
        contains(run_bgctl("init", "--yes").exits(6).err, "pam_breakglass.so")
        equal(pam(), BEFORE)
    finally:
        os.rename(found[0] + ".away", found[0])


@cases("group-writable", "link", "unclosed block", "no account line")
def test_unfit(what):
    """a PAM file that we had better leave alone ends init before anything is done"""
    path, original = "/etc/pam.d/su", BEFORE["su"]
    run(["systemctl", "disable", "--now", *UNITS]).ok()
    if what == "group-writable":
        os.chmod(path, 0o664)
    elif what == "link":
        os.rename(path, path + ".real")
        os.symlink(path + ".real", path)
    elif what == "unclosed block":
        write(path, b"# breakglass begin (bgctl init)\n" + original)
    else:
        write(path, b"auth required pam_rootok.so\nsession required pam_permit.so\n")
    mine = read(path)
    try:
        contains(run_bgctl("init", "--yes").fails().err, "/etc/pam.d/su")
        equal(read(path), mine)
        equal(run(["systemctl", "is-enabled", UNITS[0]]).out.strip(), "disabled")
    finally:
        if what == "link":
            os.rename(path + ".real", path)
        write(path, original)
        os.chmod(path, 0o644)


def test_use_pam_no():
    """sshd with UsePAM no is warned of, and so is a door that is not guarded"""
    ssh.configure("UsePAM no", name="00-first")
    try:
        with Terminal(["bgctl", "init"]) as terminal:
            terminal.expect("UsePAM no")
            contains(terminal.seen + terminal.expect(r"Go on\? ").group(), "login")
    finally:
        ssh.configure("", name="00-first")


# --- policy check ---

def check(*words, user="root"):
    return run_bgctl("policy", "check", *words, user=user)


def test_check_good():
    """a good policy: exit 0, and sentences that say who can open what"""
    policy.create()
    for user in ("root", "dave"):
        out = check(user=user).ok().out
        lacks(out, ": error: ")
        said = " ".join(out.split())
        contains(said, "backup-bot can have db-restart (group bg-db) for at most 2h and 5 sessions")
        contains(said, "when 1 of @oncall (alice, bob) consents after password and totp.")


def broken(name):
    if name == "unknown key":
        policy.role("db-restart", colour="red")
    elif name == "broken YAML":
        policy.write("roles.d/db-restart.yaml", "role: [\n")
    elif name == "one kind of factor":
        policy.role("db-restart", factors=["password"])
    elif name == "factor without file":
        policy.host(factors={"password": "knowledge", "totp": "possession", "palm": "inherence"})
    elif name == "managed approver":
        policy.role("db-restart", approvers=["@oncall", "backup-bot"])
    elif name == "unknown approver":
        policy.role("db-restart", approvers=["zoe"])
    elif name == "unknown caller":
        policy.identity(callers=["zoe"])
    elif name == "root as caller":
        policy.identity(callers=["root"])
    elif name == "unknown account":
        policy.identity("zoe-bot")
    elif name == "uid 0":
        policy.identity("root")
    elif name == "too long":
        policy.role("db-restart", max_duration="13h")
    elif name == "root-equivalent group":
        policy.role("db-restart", groups=["sudo"])
    elif name == "unknown group":
        policy.role("db-restart", groups=["bg-gone"])
    elif name == "missing role":
        policy.identity(roles=["db-restart", "db-gone"])
    elif name == "others can write":
        os.chmod("/etc/breakglass/roles.d/db-restart.yaml", 0o666)


@cases("unknown key", "broken YAML", "one kind of factor", "factor without file", "managed approver", "unknown approver",
       "unknown caller", "root as caller", "unknown account", "uid 0", "too long", "root-equivalent group",
       "unknown group", "missing role", "others can write")
def test_check_bad(what):
    """policy check finds it, exit 1:"""
    policy.create()
    broken(what)
    try:
        out = check().exits(1).out
        assert re.search(r"^/etc/breakglass/\S+\.yaml: error: ", out, re.M), out
    finally:
        for name in ("zoe-bot", "root"):
            if os.path.exists(f"/etc/breakglass/policy.d/{name}.yaml"):
                policy.unmanage(name)
        policy.create()
    check().ok()


@cases(("broken host file", "Not in force: backup-bot can have"), ("missing role", "Not in force: backup-bot can have"),
       ("one kind of factor", "Not to be relied on before its errors are mended: backup-bot can have"),
       ("broken identity", "1 account is refused every login: its file cannot be used."))
def test_check_promises_nothing(what, said):
    """what is not in force is not said as if it were:"""
    policy.create()
    if what == "broken host file":
        policy.write("breakglass.yaml", "ceiling: [\n")
    elif what == "broken identity":
        policy.identity(without_grant="maybe")
    else:
        broken(what)
    try:
        out = " ".join(check().exits(1).out.split())
        contains(out, said)
        lacks(out, "No account is managed")
        if what == "broken identity":
            contains(out, "without_grant: not one of: deny, plain, observe")
    finally:
        policy.create()


def test_check_line():
    """what does not read is told with file, line and column"""
    policy.write("roles.d/db-restart.yaml", "role: db-restart\npurpose: x\napprovers: ['@oncall']\nmax_uses: many\n")
    contains(check().exits(1).out, "/etc/breakglass/roles.d/db-restart.yaml: error: 4:")
    policy.create()


def test_check_warns():
    """a role's group with a standing member is a warning, exit 0"""
    run(["gpasswd", "--add", "dave", "bg-db"]).ok()
    contains(check().ok().out, "db-restart.yaml: warning: groups: bg-db")
    run(["gpasswd", "--delete", "dave", "bg-db"]).ok()


def test_check_folder():
    """policy check DIR needs no host, and anybody may: the examples that are installed are good"""
    out = check("/usr/share/doc/breakglass/examples", user="dave").ok().out
    contains(out, "No host was asked")
    run("mkdir -p p/roles.d p/policy.d; chmod -R g+w p; "
        "printf 'role: r\\npurpose: x\\napprovers: [zoe]\\nmax_duration: 1h\\n' >p/roles.d/r.yaml", user="dave").ok()
    run("printf 'account: a\\nkind: bot\\nfunction: x\\nowner: zoe\\nroles: [r]\\n' >p/policy.d/a.yaml", user="dave").ok()
    contains(check("p", user="dave").ok().out, "a can have r (no group)")
    run("printf 'account: b\\nkind: bot\\nfunction: x\\nowner: zoe\\nroles: [r]\\n' >p/policy.d/a.yaml", user="dave").ok()
    contains(check("p", user="dave").exits(1).out, "p/policy.d/a.yaml: error: it names the account b")
    for folder in ("p/gone", "/usr/share"):
        check(folder, user="dave").exits(4)
    check("p/roles.d/r.yaml", user="dave").exits(2)


# --- explain, and --json ---

def test_explain():
    """explain says step by step why a login would be let in or not"""
    run_bgctl("init", "--yes").ok()
    policy.create()
    bgctl.enroll("bob")
    contains(run_bgctl("explain", "backup-bot").ok().out, "Refused (no-grant)")
    contains(run_bgctl("explain", "plain").ok().out, "not managed")
    run_bgctl("explain", "zoe").exits(4)
    granted = bgctl.grant(user="bob").ok()
    contains(run_bgctl("explain", "backup-bot", "--from", "127.0.0.1").ok().out, f"Elevated under {granted.id}")
    contains(run_bgctl("explain", "backup-bot", "--from", "192.0.2.1").ok().out, "(wrong-origin)")
    contains(run_bgctl("explain", "backup-bot", "--caller", "alice").ok().out, f"Elevated under {granted.id}")
    contains(run_bgctl("explain", "backup-bot", "--caller", "dave").ok().out, "(wrong-caller)")
    run_bgctl("explain", "backup-bot", "--service", "login").exits(2)


def test_json():
    """list --json is one array, show --json one object, a refusal an object on standard output"""
    listed = bgctl.read("list")
    equal([one["account"] for one in listed], ["backup-bot"])
    equal(bgctl.read("list", user="dave"), [])
    shown = bgctl.read("show", listed[0]["id"].lower().replace("-", ""))
    equal(shown, listed[0])
    for field, value in {"role": "db-restart", "state": "open", "requester": "bob", "uses_taken": 0, "uses_max": 5,
                         "host": "db7", "groups": ["bg-db"]}.items():
        equal(shown[field], value, field)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", shown["expires"]), shown
    for words, user in ((["show", "0000-0000"], "root"), (["show", shown["id"]], "dave")):
        result = run_bgctl(*words, "--json", user=user).exits(4)
        equal(json.loads(result.out)["error"], "no-such")
        equal(result.err, "")
    result = run_bgctl("grant", "backup-bot", "--json", user="alice").exits(3)
    equal(json.loads(result.out)["error"], "no-terminal")


def test_revoke():
    """revoke answers what it closed, and the login is refused again"""
    identity = bgctl.read("list")[0]["id"]
    run_bgctl("revoke", identity, user="dave").exits(4)
    contains(run_bgctl("revoke", identity, user="alice").ok().out, f"Revoked {identity} at ")
    equal(bgctl.read("show", identity)["cause"], "revoked")
    equal(bgctl.read("list"), [])
    ssh.ssh("alice", "backup-bot").exits(255)


def test_helper_missing():
    """a helper that is missing is said to be, exit 6"""
    helper = "/usr/libexec/breakglass/bgctl-helper"
    os.rename(helper, helper + ".away")
    try:
        contains(run_bgctl("list", user="alice").exits(6).err, "is missing")
        equal(json.loads(run_bgctl("list", "--json", user="alice").exits(6).out)["error"], "system")
        for answer, status in (("garbage", 0), ("garbage", 1), ("", 1), ('{"error":"no-such"}', 1), ("{}", 0)):
            with open(helper, "w") as file:
                file.write(f"#!/bin/sh\necho '{answer}'\nexit {status}\n")
            os.chmod(helper, 0o755)
            contains(run_bgctl("list", user="alice").exits(6).err, "(system)")
    finally:
        os.rename(helper + ".away", helper)
    run_bgctl("list", user="alice").ok()


def test_enroll_qr():
    """enroll on a terminal shows a QR code and the otpauth line; without one, the line alone"""
    for env, block in (({"LANG": "C.UTF-8"}, "\u2588"), ({"LANG": "C", "LC_ALL": "C"}, "##")):
        with Terminal(["bgctl", "enroll", "carol"], env=env) as terminal:
            terminal.expect("^Code .*: ")
            terminal.send(Totp(terminal.seen).code())
            seen = terminal.ends(0)
        contains(seen, block * 20)
        contains(seen, "otpauth://totp/")
    lacks(run_bgctl("enroll", "carol").ok().out, "##")


def test_interrupt():
    """Ctrl-C at a prompt ends grant, and nothing is granted"""
    run_bgctl("init", "--yes").ok()
    policy.create()
    with Terminal(["bash", "--norc", "-i"], user="bob", env={"PS1": "ready> "}) as shell:
        for prompt, words in ((r"^Why .*: ", ""), (r"^Password: ", " --reason x")):
            shell.expect("^ready> ")
            shell.send(f"bgctl grant backup-bot{words}")
            shell.expect(prompt)
            if words:
                poll(lambda: not shell.echoes(), "no echo")
            shell.type("\x03")
            shell.expect("^ready> ")
            shell.send("echo status=$?")
            equal(shell.expect(r"^status=(\d+)").group(1), "130", prompt)
    equal(bgctl.read("list"), [])


def test_image():
    """where no systemd runs, as in an image being built, init enables the units and starts none"""
    undo()
    run(["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /run/systemd && bgctl init --yes"]).ok()
    poll(lambda: run(["systemctl", "is-enabled", UNITS[0]]).out.strip() == "enabled", "enabled")
    equal(run(["systemctl", "is-active", UNITS[0]]).out.strip(), "inactive")
    contains(run_bgctl("init", "--yes").ok().out, "breakglass is set up on db7.")
    undo()
