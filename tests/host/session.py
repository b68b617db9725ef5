# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elevated sessions: what they have, what they leave in the record, and who gets none."""
import datetime
import os
import re
import time

from lib import bgctl, forge, journal, people, policy, ssh
from lib.check import cases, contains, equal, lacks, poll
from lib.commands import run, together
from lib.terminal import Terminal

ELEVATED = {"backup-bot", "bg-db", "breakglass"}
ENV = "env | grep -E '^(BREAKGLASS|PGSERVICE)' | sort"


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    ssh.authorize("alice", "backup-bot")
    ssh.authorize("bob", "backup-bot")


def su(command, user="root", **how):
    return run(["su", "-", "backup-bot", "-c", command], user=user, **how)


def by(door, command, user="alice"):
    """One command in a session of the account, by `ssh`, by `su` of a named caller, or by `root`'s su."""
    if door == "ssh":
        return ssh.ssh(user, "backup-bot", command)
    return su(command, "root" if door == "root" else user)


def uses_of(grant):
    """What the record says of its sessions, by use number: the kinds of events."""
    found = {}
    for event in journal.events(grant=grant):
        if "use" in event:
            found.setdefault(int(event["use"]), []).append(event["event"])
    return found


def test_refused_without():
    """before any grant: refused, with a sentence on standard error"""
    before = journal.cursor()
    result = ssh.ssh("alice", "backup-bot", "id").exits(255)
    equal(result.out, "")
    contains(result.err, "breakglass: backup-bot cannot log in to db7: no grant is open (no-grant).\n"
                         "breakglass: someone on call can open one on db7:  bgctl grant backup-bot\n")
    event = journal.wait(after=before, event="session-refused")
    equal((event["code"], event["service"], event["origin"]), ("no-grant", "sshd", "127.0.0.1"))


def test_granted():
    """a grant by password and code opens sessions by ssh and by su of the callers and of root"""
    granted = bgctl.grant("backup-bot").ok()
    for door in ("ssh", "su", "root"):
        equal(people.groups_in(by(door, "id -Gn").ok().out), ELEVATED, door)
    journal.wait(event="session-closed", grant=granted.id, count=3)
    equal(uses_of(granted.id), {n: ["session-opened", "session-closed"] for n in (1, 2, 3)})
    bgctl.bgctl("revoke", granted.id).ok()
    ssh.ssh("alice", "backup-bot").exits(255)
    su("true", "alice").exits(1)


@cases("ssh", "su", "root")
def test_groups(door):
    """exactly the role's groups and the marker, in the process alone"""
    forge.grant()
    equal(people.groups_in(by(door, "id -Gn").ok().out), ELEVATED)
    equal(people.groups_in(by(door, "id -Gn backup-bot").ok().out), {"backup-bot"}, "the account's own")
    equal(run(["getent", "group", "breakglass"]).ok().out.strip().split(":")[3], "", "the marker's members")
    forge.clear()


@cases("ssh", "su", "root")
def test_environment(door):
    """grant, role and end stand in the environment, and what the role says"""
    identity = forge.grant(lasts=600)
    seen = dict(line.split("=", 1) for line in by(door, ENV).ok().out.splitlines())
    equal(set(seen), {"BREAKGLASS_GRANT", "BREAKGLASS_ROLE", "BREAKGLASS_EXPIRES", "PGSERVICE"})
    equal((seen["BREAKGLASS_GRANT"], seen["BREAKGLASS_ROLE"], seen["PGSERVICE"]), (identity, "db-restart", "rescue"))
    end = datetime.datetime.strptime(seen["BREAKGLASS_EXPIRES"], "%Y-%m-%dT%H:%M:%SZ")
    said = (end.replace(tzinfo=datetime.timezone.utc).timestamp() - time.time())
    if not 500 < said <= 600:
        raise AssertionError(f"ends in {said} s")
    forge.clear()


@cases("ssh", "su", "root")
def test_sudo_and_doas(door):
    """sudo -n and doas -n go by the role's group, and not without it"""
    policy.identity(without_grant="plain")
    plain = "ssh" if door == "ssh" else "root"
    by(plain, "sudo -n /usr/bin/id -u").fails()
    by(plain, "doas -n /usr/bin/id -u").fails()
    forge.grant()
    equal(by(door, "sudo -n /usr/bin/id -u; doas -n /usr/bin/id -u").ok().out, "0\n0\n")
    by(door, "sudo -n /usr/bin/true").fails()
    forge.clear()
    policy.identity()


def test_protocols():
    """sftp, scp and a script's output are what they are without us"""
    for _ in range(2):
        forge.grant()
    contains(ssh.sftp("alice", "backup-bot", "pwd\n").ok().out, "/home/backup-bot")
    ssh.scp("alice", "/etc/hostname", "backup-bot:copied").ok()
    equal(open("/home/backup-bot/copied").read(), "db7\n")
    for door in ("ssh", "su", "root"):
        result = by(door, "echo one; echo two >&2").ok()
        equal((result.out, result.err), ("one\n", "two\n"), door)
    piped = run(["su", "backup-bot"], user="alice", input="echo one\n").ok()
    equal((piped.out, piped.err), ("one\n", ""))
    forge.clear()


def test_told():
    """who sits at a terminal is told the grant, the role, the end and the count"""
    identity = forge.grant()

    def line(nth):
        # With the date, near midnight.
        return (rf"breakglass: {identity}, role db-restart, ends (\w+ \d\d \w+ (\d{{4}} )?)?\d\d:\d\d \w+\.\s+"
                rf"(breakglass: )?Session {nth} of 5\.")

    with ssh.shell("alice", "backup-bot") as login:
        login.expect(line(1))
        login.send("exit 4")
        login.ends(4)
    with Terminal(["su", "-", "backup-bot"], user="alice") as login:
        login.expect(line(2))
        login.send("exit 5")
        login.ends(5)
    forge.clear()


def test_channels():
    """one connection is one use, and each of its channels is elevated"""
    identity = forge.grant()
    control = "/home/alice/.ssh/control"
    options = ("ControlMaster=auto", f"ControlPath={control}", "ControlPersist=60")
    for _ in range(3):
        equal(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn", options).ok().out), ELEVATED)
    run(["ssh", "-o", f"ControlPath={control}", "-O", "exit", f"backup-bot@{ssh.ADDRESS}"], user="alice").ok()
    journal.wait(event="session-closed", grant=identity)
    equal(uses_of(identity), {1: ["session-opened", "session-closed"]})
    forge.clear()


def test_person_ssh():
    """the event names the key that came in"""
    identity = forge.grant()
    for human in ("alice", "bob"):
        before = journal.cursor()
        ssh.ssh(human, "backup-bot").ok()
        event = journal.wait(after=before, event="session-opened", grant=identity)
        equal((event["key"], event["person"]), (ssh.fingerprint(human),) * 2)
        equal((event["service"], event["origin"], event["account"]), ("sshd", "127.0.0.1", "backup-bot"))
        lacks(event, "caller", "fields")
    forge.clear()


@cases("alice", "root")
def test_person_su(human):
    """the event names the caller by its real uid"""
    identity = forge.grant()
    su("true", human).ok()
    event = journal.wait(event="session-opened", grant=identity)
    equal((event["person"], event["caller"], event["caller_uid"], event["service"]),
          (human, human, str(people.uid(human)), "su"))
    closed = journal.wait(event="session-closed", grant=identity)
    equal((closed["use"], closed["person"]), ("1", human))
    for event in journal.events(grant=identity):
        equal((event.raw["_UID"], event.raw["_EXE"]), ("0", journal.TELL))
    forge.clear()


def test_forged_key():
    """a key that the account put there itself is tampered: refused, and no use taken"""
    lines = open("/etc/pam.d/sshd").read()
    wanted = "session required pam_env.so user_readenv=1 envfile=/etc/default/locale\n"
    if "user_readenv=1" not in lines:
        # Debian 13 has it no more; an older file may still be there.
        last = lines.rindex("# breakglass begin")
        policy.write("/etc/pam.d/sshd", lines[:last] + wanted + lines[last:])
    identity = forge.grant()
    ssh.ssh("alice", "backup-bot").ok()
    run("""echo 'SSH_AUTH_INFO_0 DEFAULT="publickey ssh-ed25519 AAAA"' >.pam_environment""", user="backup-bot").ok()
    result = ssh.ssh("alice", "backup-bot", "id -Gn").fails()
    lacks(result.out, "bg-db")
    os.remove("/home/backup-bot/.pam_environment")
    event = journal.wait(event="session-refused", grant=identity, code="tampered")
    lacks(event, "use", "fields")
    equal(list(uses_of(identity)), [1])
    forge.clear()
    policy.write("/etc/pam.d/sshd", lines)


def test_key_line_missing():
    """without the line that keeps the key, nobody would be answerable: refused"""
    lines = open("/etc/pam.d/sshd").read()
    policy.write("/etc/pam.d/sshd", re.sub(r"(?m)^session.*pam_breakglass\.so key\n", "", lines))
    identity = forge.grant()
    ssh.ssh("alice", "backup-bot", "id -Gn").fails()
    journal.wait(event="session-refused", grant=identity, code="system")
    equal(forge.uses(identity), [])
    policy.write("/etc/pam.d/sshd", lines)
    equal(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out), ELEVATED)
    forge.clear()


@cases("ssh", "su", "root")
def test_uses(door):
    """so many sessions as the grant says, and no more"""
    identity = forge.grant(max_uses=2)
    by(door, "true").ok()
    by(door, "true").ok()
    before = journal.cursor()
    if door == "su":
        # The grant lets nobody in any more, so the account's password is asked for, and it has none.
        by(door, "true").exits(1)
    else:
        by(door, "true").fails()
        poll(lambda: journal.events(after=before, event="session-refused"), "refused")
    poll(lambda: uses_of(identity) == {n: ["session-opened", "session-closed"] for n in (1, 2)}, "two sessions")
    forge.clear()


@cases("ssh", "su")
def test_twenty_at_once(door):
    """20 logins at once on max_uses 1: one session"""
    identity = forge.grant(max_uses=1)
    before = journal.cursor()
    results = together([lambda: by(door, "id -Gn; sleep 2")] * 20)
    winners = [result for result in results if result.status == 0]
    equal(len(winners), 1, f"winners among {[result.status for result in results]}")
    equal(people.groups_in(winners[0].out), ELEVATED)
    for result in results:
        if result.status:
            lacks(result.out, "bg-db")
    journal.wait(event="session-closed", grant=identity)
    journal.settle()
    equal(len(journal.events(event="session-opened", grant=identity)), 1)
    refused = journal.events(after=before, event="session-refused")
    equal({event["code"] for event in refused} <= {"consumed", "no-grant"}, True, f"{refused}")
    if door == "ssh":
        equal(len(refused), 19, "refusals recorded")
    forge.clear()


def test_two_grants():
    """a second grant serves when the first is used up"""
    first, second = forge.grant(max_uses=1, lasts=900), forge.grant(max_uses=1, lasts=600)
    for wanted in (first, second):
        contains(ssh.ssh("alice", "backup-bot", ENV).ok().out, f"BREAKGLASS_GRANT={wanted}\n")
    ssh.ssh("alice", "backup-bot").exits(255)
    forge.clear()


def test_narrowed_groups():
    """policy tightened after the grant: the session has what both say"""
    forge.grant(groups=["bg-db", "oncall"])
    equal(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out), ELEVATED, "loosening widens none")
    policy.role(groups=["oncall"])
    equal(people.groups_in(ssh.ssh("alice", "backup-bot", "id -Gn").ok().out), {"backup-bot", "oncall", "breakglass"})
    policy.role(groups=[])
    equal(people.groups_in(su("id -Gn").ok().out), {"backup-bot", "breakglass"})
    policy.role(env={})
    lacks(ssh.ssh("alice", "backup-bot", ENV).ok().out, "PGSERVICE")
    policy.role()
    forge.clear()


@cases("bg-db", "breakglass")
def test_group_gone(group):
    """a group that is missing refuses, in account: never silently less"""
    forge.grant()
    gid = people.gid(group)
    run(["groupdel", group]).ok()
    try:
        before = journal.cursor()
        contains(ssh.ssh("alice", "backup-bot").exits(255).err, "breakglass: backup-bot cannot log in")
        su("true").exits(1)
        wanted = {"bg-db": "bad-policy", "breakglass": "system"}[group]
        journal.wait(after=before, event="session-refused", code=wanted, count=2)
    finally:
        run(["groupadd", "--gid", str(gid), group]).ok()
    equal(people.groups_in(su("id -Gn").ok().out), ELEVATED)
    forge.clear()


def test_expired_account():
    """what pam_unix refuses stays refused, grant or none"""
    forge.grant()
    run(["chage", "-E", "0", "backup-bot"]).ok()
    ssh.ssh("alice", "backup-bot").exits(255)
    contains(su("true", "alice").exits(1).err, "expired")
    su("true").exits(1)
    run(["chage", "-E", "-1", "backup-bot"]).ok()
    equal(people.groups_in(su("id -Gn", "alice").ok().out), ELEVATED)
    forge.clear()


def stopped_at(call, seconds=3):
    """alice's su as strace's child, held for a while after `call`'s first return."""
    return ["strace", "-u", "alice", "-o", "/dev/null", "-e", f"trace={call}",
            "-e", f"inject={call}:delay_exit={seconds * 1000000}:when=1", "su", "backup-bot", "-c", "id -Gn"]


def test_revoked_in_between():
    """revoked after the use was taken and before the groups were added: refused, with the same use number"""
    identity = forge.grant()
    # linkat gives the use its name
    result, _ = together([lambda: run(stopped_at("linkat")),
                          lambda: (poll(lambda: forge.uses(identity), "the use"), forge.close(identity))])
    result.exits(1)
    contains(result.err, "the grant was revoked (revoked).")
    equal(result.out, "")
    event = journal.wait(event="session-refused", grant=identity)
    equal((event["code"], event["use"]), ("revoked", "1"))


def newest_su():
    return run(["pgrep", "-n", "-x", "su"]).out.strip()


def test_stopped_between_auth_and_account():
    """su stopped after auth has let its caller in: others log in meanwhile; continued when the grant has ended it is refused"""
    identity = forge.grant()
    # The fourth listing ends that of the account's grants, in auth: keys/ is listed before, by two calls each.
    held = ["strace", "-u", "alice", "-o", "/dev/null", "-e", "trace=getdents64", "-e",
            "inject=getdents64:signal=STOP:when=4", "su", "backup-bot", "-c", "id -Gn"]

    def meanwhile():
        poll(lambda: run(["ps", "-o", "stat=", "-p", newest_su() or "1"]).out[:1] in ("T", "t"), "stopped")
        pid = newest_su()
        equal(people.groups_in(ssh.ssh("bob", "backup-bot", "id -Gn").ok().out), ELEVATED)
        forge.close(identity)
        ssh.ssh("bob", "backup-bot").exits(255)
        equal(run(["ps", "-o", "stat=", "-p", pid]).out[:1] in ("T", "t"), True, "still stopped")
        run(["kill", "-CONT", pid]).ok()

    result, _ = together([lambda: run(held), meanwhile])
    result.fails()
    equal(result.out, "")
    contains(result.err, "(revoked)")


def test_not_his_to_kill():
    """while we write, su's caller can neither stop nor kill the process; later he can"""
    identity = forge.grant()

    def attack():
        poll(lambda: forge.uses(identity), "the use")
        for name in ("KILL", "STOP", "TERM"):
            contains(run(["kill", f"-{name}", newest_su()], user="alice").fails().err, "not permitted")

    result, _ = together([lambda: run(stopped_at("linkat")), attack])
    equal(people.groups_in(result.ok().out), ELEVATED)

    def later():
        poll(lambda: len(forge.uses(identity)) > 1 and run(["pgrep", "-x", "sleep"]).out, "a session of its own")
        run(["kill", "-TERM", newest_su()], user="alice").ok()

    result, _ = together([lambda: su("exec sleep 60", "alice"), later])
    result.fails()
    journal.wait(event="session-closed", grant=identity, count=2)
    forge.clear()


def test_his_limits():
    """a limit of file sizes that su inherits loses nothing: an elevated session and its event, or neither"""
    identity = forge.grant()
    result = run("ulimit -f 0; exec su backup-bot -c 'id -Gn'", user="alice")
    if result.status == 0:
        equal(people.groups_in(result.out), ELEVATED)
        journal.wait(event="session-closed", grant=identity)
    else:
        contains(result.err, "breakglass: the login is refused")
        equal(forge.uses(identity), [])
    su("true", "alice").ok()
    forge.clear()


def test_files_are_roots():
    """what a caller's su leaves behind belongs to root and root's group, and only root reads it"""
    run(["systemctl", "stop", "bgctl-sweep.path", "bgctl-sweep.timer"]).ok()
    identity = forge.grant()
    run("umask 0; exec su backup-bot -c true", user="alice").ok()
    for top in ("uses", "events"):
        for folder, names, files in os.walk(f"{forge.STATE}/{top}"):
            for path in [folder] + [os.path.join(folder, name) for name in names + files]:
                status = os.stat(path)
                equal((status.st_uid, status.st_gid, status.st_mode & 0o077), (0, 0, 0), path)
    equal(len(forge.uses(identity)), 1)
    run(["systemctl", "start", "bgctl-sweep.path", "bgctl-sweep.timer"]).ok()
    journal.wait(event="session-closed", grant=identity)
    forge.clear()


def test_store_full():
    """an event that cannot be made durable opens nothing"""
    identity = forge.grant()
    result = run(["strace", "-f", "-o", "/dev/null", "-e", "trace=linkat", "-e", "inject=linkat:error=ENOSPC", "su",
                  "backup-bot", "-c", "id -Gn"])
    result.exits(1)
    contains(result.err, "(audit-unavailable).")
    equal(result.out, "")
    equal(forge.uses(identity), [])
    equal(people.groups_in(su("id -Gn").ok().out), ELEVATED)
    forge.clear()
