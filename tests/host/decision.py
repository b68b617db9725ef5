# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who gets in: accounts that no policy concerns are left alone whatever is broken; managed ones are refused, each for its
reason, until a grant fits."""
import glob
import os
import re
import time
from contextlib import contextmanager

from lib import bgctl, forge, journal, people, policy, ssh
from lib.check import cases, contains, equal, lacks, poll
from lib.commands import run
from lib.terminal import Terminal

ELEVATED = {"backup-bot", "bg-db", "breakglass"}
CRON = "/home/backup-bot/by-cron"
MODULE = glob.glob("/usr/lib/*/security/pam_breakglass.so")
MANAGED = glob.glob("/usr/lib/*/breakglass/managed.so")
LIBRARIES = glob.glob("/usr/lib/*/libsodium.so.23*") + glob.glob("/usr/lib/*/libyaml-0.so.2*")


def setup():
    people.create()
    policy.create()
    bgctl.init()
    for human in ("alice", "bob"):
        ssh.authorize(human, "backup-bot")
    ssh.authorize("alice", "plain")
    journal.wait(event="installed")
    policy.write("/etc/cron.d/tests", f"* * * * * backup-bot id -Gn >{CRON}\n")


@contextmanager
def gone(*paths):
    """Moves files away for a while."""
    try:
        for path in paths:
            os.rename(path, path + ".gone")
        yield
    finally:
        for path in paths:
            if os.path.lexists(path + ".gone"):
                os.rename(path + ".gone", path)


@contextmanager
def no_sweep():
    """For a while nothing is closed, so that what is found is what was put there; it is told after."""
    units = ["bgctl-sweep.path", "bgctl-sweep.timer"]
    run(["systemctl", "stop", *units, "bgctl-sweep.service"]).ok()
    try:
        yield
    finally:
        # Once more than systemd thinks is sane.
        run(["systemctl", "reset-failed", *units]).ok()
        run(["systemctl", "start", *units]).ok()


def by_ssh(command="id -Gn", user="alice"):
    return ssh.ssh(user, "backup-bot", command)


def by_root(command="id -Gn"):
    return run(["su", "backup-bot", "-c", command])


def su_typing(account, password, user, command="id -Gn"):
    """su by somebody who types a password: its exit status and all that was seen."""
    with Terminal(["su", account, "-c", command], user=user) as su:
        su.answer("Password: ", password)
        return su.finish(), su.seen


def plain_works():
    """An unmanaged account by all doors, as on any host."""
    result = ssh.ssh("alice", "plain", "id -un; id -un >&2; exit 7").exits(7)
    equal((result.out, result.err), ("plain\n", "plain\n"))
    contains(ssh.sftp("alice", "plain", "pwd\n").ok().out, "/home/plain")
    ssh.scp("alice", "/etc/hostname", "plain:copied").ok()
    equal(open("/home/plain/copied").read(), "db7\n")
    result = run(["su", "-", "plain", "-c", "id -Gn"]).ok()
    equal((result.out, result.err), ("plain\n", ""))
    status, seen = su_typing("plain", people.PASSWORDS["plain"], "alice", "id -un")
    equal((status, seen.splitlines()[-1]), (0, "plain"))
    equal(ssh.by_password("alice", "plain", people.PASSWORDS["plain"], "exit 3").status, 3)
    run(["su", "root", "-c", "true"]).ok()


def refused(result, status, code):
    """A login that failed with this code in its sentence."""
    result.exits(status)
    equal(result.out, "")
    contains(result.err, "breakglass: backup-bot cannot log in to db7: ")
    contains(result.err, f" ({code}).\n")


def goes_on_unelevated():
    equal(by_ssh().ok().out, "backup-bot\n")
    equal(by_root().ok().out, "backup-bot\n")


def critical(after, word):
    """A line at LOG_CRIT, of su or sshd."""
    return poll(lambda: [raw for raw in journal.entries("PRIORITY=2", after=after) if word in raw["MESSAGE"]], word)


def test_unmanaged():
    """an account that no policy concerns: ssh, sftp, scp and su are untouched"""
    before = journal.cursor()
    plain_works()
    equal(su_typing("plain", "wrong", "alice")[0], 1)
    equal(ssh.by_password("alice", "plain", "wrong").status, 255)
    journal.none(after=before)


def test_unmanaged_is_cheap():
    """of an unmanaged login one name is looked for, and nothing else of ours touched"""
    out = "/run/strace"
    run(["strace", "-f", "-o", out, "-e", "trace=%file", "su", "plain", "-c", "true"]).ok()
    seen = open(out).read()
    paths = set(re.findall(r'"([^"]*breakglass[^"]*)"', seen)) - set(MODULE) - {p.replace("/usr/lib", "/lib") for p in MODULE}
    equal(paths, {"/etc/breakglass/policy.d/plain.yaml"})
    lacks(seen, "libsodium")
    lacks(seen, "libyaml")


def test_module_gone():
    """the module's own file removed: everybody gets in, and nobody is elevated"""
    forge.grant()
    with gone(*MODULE):
        plain_works()
        goes_on_unelevated()
    equal(people.groups_in(by_ssh().ok().out), ELEVATED)
    forge.clear()


@cases("managed.so", "libraries")
def test_other_half_gone(what):
    """what the module loads for managed accounts removed: others get in, managed ones do not"""
    policy.identity(without_grant="plain")
    forge.grant()
    with gone(*(MANAGED if what == "managed.so" else LIBRARIES)):
        before = journal.cursor()
        plain_works()
        for result, status in ((by_ssh(), 255), (by_root(), 1)):
            result.exits(status)
            equal(result.out, "")
            contains(result.err, "breakglass: backup-bot cannot log in: the system failed (system).")
        critical(before, "backup-bot is refused in account")
    equal(people.groups_in(by_ssh().ok().out), ELEVATED)
    forge.clear()
    policy.identity()


def test_etc_gone():
    """/etc/breakglass missing: nobody is managed, and nobody elevated"""
    forge.grant()
    with gone("/etc/breakglass"):
        plain_works()
        goes_on_unelevated()
    forge.clear()


def test_state_gone():
    """the store missing: managed accounts are refused, plain ones too; others get in"""
    policy.identity(without_grant="plain")
    with no_sweep(), gone(forge.STATE):
        plain_works()
        refused(by_ssh(), 255, "store-failed")
        refused(by_root(), 1, "store-failed")
    goes_on_unelevated()
    policy.identity()


def test_policy_is_a_link():
    """a link in a policy file's place: the login goes on, unelevated, and LOG_CRIT says so"""
    forge.grant()
    path = f"{policy.ETC}/policy.d/backup-bot.yaml"
    before = journal.cursor()
    with gone(path):
        os.symlink(path + ".gone", path)
        goes_on_unelevated()
        os.remove(path)
    equal(len(critical(before, "backup-bot goes on as if it were not managed")), 2)
    forge.clear()


def test_root_is_never_managed():
    """a policy file for uid 0 is ignored, and LOG_CRIT says so"""
    run(["useradd", "--non-unique", "--uid", "0", "--no-create-home", "--home-dir", "/root", "toor"]).ok()
    before = journal.cursor()
    for name in ("root", "toor"):
        policy.write(f"policy.d/{name}.yaml", "rubbish")
        run(["su", name, "-c", "true"]).ok()
        critical(before, f"{name} goes on as if it were not managed: it is uid 0")
        policy.unmanage(name)
    run(["userdel", "-f", "toor"])


@cases(3, 4, 5, 6, 7, 8, 9, 10, 12, 16)
def test_exhausted(descriptors):
    """so few descriptors that something cannot be opened: never a way around the gate"""
    result = run(f"ulimit -n {descriptors}; exec su backup-bot -c 'id -Gn'")
    result.fails()
    equal(result.out, "")


def test_refused_by_key():
    """no grant: ssh with a key is refused, for commands, sftp and scp, on standard error"""
    before = journal.cursor()
    refused(by_ssh(), 255, "no-grant")
    equal(ssh.sftp("alice", "backup-bot", "pwd\n").exits(255).out, "")
    ssh.scp("alice", "/etc/hostname", "backup-bot:copied").exits(255)
    event = journal.wait(after=before, event="session-refused", account="backup-bot", count=3)
    equal((event["code"], event["service"], event["origin"]), ("no-grant", "sshd", "127.0.0.1"))
    equal((event.raw["_UID"], event.raw["_EXE"]), ("0", journal.TELL))


def test_refused_as_root():
    """no grant: root's su is refused, and told the way on, which works"""
    before = journal.cursor()
    result = by_root()
    refused(result, 1, "no-grant")
    contains(result.err, "breakglass: root needs no grant:  runuser -u backup-bot -- COMMAND\n")
    equal(run(["runuser", "-u", "backup-bot", "--", "id", "-Gn"]).ok().out, "backup-bot\n")
    event = journal.wait(after=before, event="session-refused")
    equal((event["code"], event["service"], event["person"], event["caller_uid"]), ("no-grant", "su", "root", "0"))


def test_refused_as_user():
    """no grant: a user's su is told so before it is asked for the password, and refused with the right one too; one event"""
    policy.identity("ci")
    for password in ("wrong", people.PASSWORDS["ci"]):
        before = journal.cursor()
        status, seen = su_typing("ci", password, "alice")
        equal(status, 1)
        told = "breakglass: ci cannot log in to db7: no grant is open (no-grant)."
        equal((seen.count(told), seen.index(told) < seen.index("Password: ")), (1, True))
        event = journal.wait(after=before, event="session-refused", account="ci")
        equal((event["code"], event["person"], event["caller"], event["caller_uid"]),
              ("no-grant", "alice", "alice", str(people.uid("alice"))))
        journal.settle()
        equal(len(journal.events(after=before)), 1, "events")
    policy.unmanage("ci")


def test_plain():
    """without_grant plain: an ordinary login goes on, unelevated and unrecorded"""
    policy.identity(without_grant="plain")
    before = journal.cursor()
    goes_on_unelevated()
    lacks(by_ssh("env").ok().out, "BREAKGLASS")
    journal.none(after=before)
    policy.identity()


# No grant for this login: refused under deny, an ordinary login under plain.

def expired():
    forge.grant(since=120, lasts=60)


def not_yet():
    forge.grant(nbf=forge.when(time.time() + 600), exp=forge.when(time.time() + 1200))


def consumed():
    by_ssh_once = forge.grant(max_uses=1)
    by_ssh("true").ok()
    equal(len(forge.uses(by_ssh_once)), 1)


def closed_and_copied_back():
    forge.close(forge.grant(), remove=False)


def expired_and_copied_back():
    forge.close(forge.grant(), cause="expired", remove=False)


def wrong_service():
    forge.grant(services=["login"])


def policy_services():
    forge.grant()
    policy.role(services=["login"])


def policy_narrowed():
    forge.grant()
    policy.identity(roles=["db-recovery"])


def clock_behind():
    forge.grant(boot="2" * 32)
    forge.write(f"{forge.STATE}/newest", '{"v":1,"wall":"2150-01-01T00:00:00Z","boottime":1,"boot":"' + "2" * 32 +
                '","seq":1}\n')


@cases(("expired", "expired"), ("not_yet", "not-yet"), ("consumed", "consumed"), ("closed_and_copied_back", "revoked"),
       ("expired_and_copied_back", "expired"), ("wrong_service", "wrong-service"), ("policy_services", "wrong-service"),
       ("policy_narrowed", "policy-narrowed"), ("clock_behind", "clock-behind"))
def test_unfit(what, code):
    """a grant that does not fit opens nothing"""
    before = journal.cursor()
    newest = f"{forge.STATE}/newest"
    with no_sweep():
        kept = forge.read(newest) if os.path.exists(newest) else None
        policy.identity()
        globals()[what]()
        refused(by_ssh(), 255, code)
        refused(by_root(), 1, code)
        roles = ["db-recovery"] if what == "policy_narrowed" else ["db-restart"]
        policy.identity(without_grant="plain", roles=roles)
        goes_on_unelevated()
        forge.clear()
        if what == "clock_behind":
            forge.write(newest, kept + "\n") if kept else os.remove(newest)
        policy.role()
        policy.identity()
    for service in ("sshd", "su"):
        event = journal.wait(after=before, event="session-refused", service=service)
        equal(event["code"], code, service)


def test_wrong_origin():
    """a grant for other addresses does not let ssh in, and does not concern su"""
    before = journal.cursor()
    forge.grant(**{"from": ["10.20.0.0/16", "::1"]})
    refused(by_ssh(), 255, "wrong-origin")
    equal(people.groups_in(by_root().ok().out), ELEVATED)
    equal(journal.wait(after=before, event="session-refused")["code"], "wrong-origin")
    forge.clear()
    forge.grant()
    policy.identity(from_=["10.20.0.0/16"])
    refused(by_ssh(), 255, "wrong-origin")
    policy.identity()
    equal(people.groups_in(by_ssh().ok().out), ELEVATED)
    forge.clear()


def test_wrong_caller():
    """callers need no password; who is not named needs it, and is refused all the same"""
    policy.identity("ci", callers=["@oncall"])
    forge.grant("ci", callers=["@oncall", "dave"])
    elevated = {"ci", "bg-db", "breakglass"}
    equal(people.groups_in(run(["su", "ci", "-c", "id -Gn"], user="bob").ok().out), elevated)
    before = journal.cursor()
    for human in ("dave", "carol"):
        equal(su_typing("ci", "wrong", human)[0], 1, human)
        status, seen = su_typing("ci", people.PASSWORDS["ci"], human)
        equal(status, 1)
        contains(seen, "(wrong-caller).")
        event = journal.wait(after=before, event="session-refused", person=human)
        equal((event["code"], event["caller_uid"]), ("wrong-caller", str(people.uid(human))))
    equal(people.groups_in(run(["su", "ci", "-c", "id -Gn"]).ok().out), elevated, "root")
    # What the caller says of herself counts nothing.
    run(["su", "ci", "-c", "true"], user="dave", env={"USER": "bob", "LOGNAME": "bob", "SUDO_USER": "bob"}).exits(1)
    forge.clear("ci")
    policy.unmanage("ci")


@cases("password", "keyboard-interactive")
def test_root_among_callers(method):
    """root among the callers lets nobody into sshd with a wrong password"""
    policy.identity("ci", callers=["root", "@oncall"])
    forge.grant("ci", callers=["root", "@oncall"])
    ssh.configure("PasswordAuthentication yes\nKbdInteractiveAuthentication yes")
    try:
        wrong = ssh.by_password("alice", "ci", "wrong", "id -Gn", method)
        equal(wrong.status, 255)
        lacks(wrong.seen, "bg-db")
        right = ssh.by_password("alice", "ci", people.PASSWORDS["ci"], "id -Gn", method)
        equal((right.status, people.groups_in(right.seen.splitlines()[-1])), (0, {"ci", "bg-db", "breakglass"}))
    finally:
        ssh.configure(None)
        forge.clear("ci")
        policy.unmanage("ci")


# Bad: refused and reported, whatever the identity says.

def change(text, at):
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]


def byte_flipped():
    made = forge.claims()
    forge.place(change(forge.token(made), 200), made["jti"])


def last_byte_flipped():
    """Of the signature."""
    made = forge.claims()
    text = forge.token(made)
    forge.place(change(text, text.rindex(".") - 3), made["jti"])


def spliced():
    """One grant's claims under the signature of another."""
    raw = [forge.unb64(forge.token(forge.claims(lasts=lasts)).split(".")[2]) for lasts in (600, 6000)]
    made = forge.claims()
    footer = forge.token(made).split(".")[3]
    forge.place("v4.public." + forge.b64(raw[1][:-64] + raw[0][-64:]) + "." + footer, made["jti"])


def truncated():
    made = forge.claims()
    forge.place(forge.token(made)[:-70], made["jti"])


def empty():
    forge.place("", forge.new_id())


def other_host():
    forge.grant(aud="b" * 32)


def other_host_signed():
    """Of a host with the same key, as an image that was cloned."""
    forge.grant(aud="b" * 32, assertion="b" * 32)


def other_hosts_key():
    key = forge.Key()
    key.publish(machine_id="b" * 32)
    forge.grant(key=key, aud="b" * 32, assertion="b" * 32)


def unknown_key():
    forge.grant(key=forge.Key())


def past_not_after():
    key = forge.Key()
    key.publish(not_after=int(time.time()) - 60)
    forge.grant(key=key)


def other_uid():
    forge.grant(uid=people.uid("backup-bot") + 1)


def other_accounts():
    """A grant of ci's, put into backup-bot's folder."""
    made = forge.claims("ci")
    forge.place(forge.token(made), made["jti"])


def under_another_id():
    forge.place(forge.token(forge.claims()), forge.new_id())


def no_grant_at_all():
    forge.write(f"{forge.STATE}/grants/backup-bot/README", "hello\n")


def unknown_claim():
    forge.grant(emergency=True)


def claim_missing():
    forge.grant(exp=None)


def doubled_claim():
    made = forge.claims()
    text = forge.json.dumps(made).encode()
    forge.place(forge.token(text[:-1] + b', "role": "db-restart"}'), made["jti"])


def writable():
    os.chmod(forge.place(forge.token(made := forge.claims()), made["jti"]), 0o666)


def foreign_owner():
    os.chown(forge.place(forge.token(made := forge.claims()), made["jti"]), people.uid("alice"), 0)


def link():
    path = forge.place(forge.token(made := forge.claims()), made["jti"])
    os.rename(path, "/root/elsewhere.grant")
    os.symlink("/root/elsewhere.grant", path)


def fifo():
    path = forge.place(forge.token(made := forge.claims()), made["jti"])
    os.remove(path)
    os.mkfifo(path, 0o600)


def giant():
    made = forge.claims()
    forge.place(forge.token(made) + "A" * 200000, made["jti"])


@cases(("byte_flipped", "bad-signature"), ("last_byte_flipped", "bad-signature"), ("spliced", "bad-signature"),
       ("truncated", "unknown-key"), ("empty", "malformed"), ("other_host", "wrong-host"),
       ("other_host_signed", "bad-signature"), ("other_hosts_key", "wrong-host"), ("unknown_key", "unknown-key"),
       ("past_not_after", "unknown-key"), ("other_uid", "wrong-account"), ("other_accounts", "wrong-account"),
       ("under_another_id", "malformed"), ("no_grant_at_all", "malformed"), ("unknown_claim", "malformed"),
       ("claim_missing", "malformed"), ("doubled_claim", "malformed"), ("writable", "unsafe-file"),
       ("foreign_owner", "unsafe-file"), ("link", "unsafe-file"), ("fifo", "unsafe-file"), ("giant", "unsafe-file"))
def test_bad(what, code):
    """a grant that cannot be believed is refused, also where ordinary logins are let in"""
    before = journal.cursor()
    with no_sweep():
        policy.identity(without_grant="plain")
        globals()[what]()
        refused(by_ssh(), 255, code)
        refused(by_root(), 1, code)
        forge.clear()
        policy.identity()
    for service in ("sshd", "su"):
        event = journal.wait(after=before, event="session-refused", service=service)
        equal(event["code"], code, service)


def test_good_beside_bad():
    """a good grant opens, whatever lies beside it"""
    with no_sweep():
        for make in (byte_flipped, other_host, unknown_key, under_another_id, no_grant_at_all, writable, link, fifo):
            make()
        good = forge.grant()
        equal(people.groups_in(by_ssh().ok().out), ELEVATED)
        contains(by_root("env").ok().out, f"BREAKGLASS_GRANT={good}\n")
        forge.clear()


def folder_writable():
    os.chmod(f"{forge.STATE}/grants/backup-bot", 0o777)


def folder_a_link():
    os.rename(f"{forge.STATE}/grants/backup-bot", "/root/grants")
    os.symlink("/root/grants", f"{forge.STATE}/grants/backup-bot")


def policy_rubbish():
    policy.write("policy.d/backup-bot.yaml", "account: backup-bot\nwithout_grant: plain\nunheard_of: 1\n")


def policy_of_another():
    policy.write("policy.d/backup-bot.yaml", open(f"{policy.ETC}/policy.d/backup-bot.yaml").read().replace(
        "backup-bot", "ci"))


def policy_writable():
    os.chmod(f"{policy.ETC}/policy.d/backup-bot.yaml", 0o666)


def role_missing():
    os.remove(f"{policy.ETC}/roles.d/db-restart.yaml")


def host_rubbish():
    policy.write("breakglass.yaml", "ceiling: forever\n")


def newest_rubbish():
    forge.write(f"{forge.STATE}/newest", "rubbish\n")


@cases(("folder_writable", "unsafe-file"), ("folder_a_link", "unsafe-file"), ("policy_rubbish", "bad-policy"),
       ("policy_of_another", "bad-policy"), ("policy_writable", "unsafe-file"), ("role_missing", "bad-policy"),
       ("host_rubbish", "bad-policy"), ("newest_rubbish", "tampered"))
def test_broken(what, code):
    """what cannot be read refuses, good grant or not; other accounts get in"""
    policy.identity(without_grant="plain")
    before = journal.cursor()
    newest = f"{forge.STATE}/newest"
    with no_sweep():
        kept = forge.read(newest)
        forge.grant()
        globals()[what]()
        refused(by_ssh(), 255, code)
        refused(by_root(), 1, code)
        ssh.ssh("alice", "plain").ok()
        folder = f"{forge.STATE}/grants/backup-bot"
        if os.path.islink(folder):
            os.remove(folder)
            os.rename("/root/grants", folder)
        os.chmod(folder, 0o700)
        forge.write(newest, kept + "\n")
        policy.create()
        equal(people.groups_in(by_ssh().ok().out), ELEVATED)
        forge.clear()
    equal(journal.wait(after=before, event="session-refused", service="su")["code"], code)


def test_account_made_again():
    """an account deleted and made again is another"""
    run(["useradd", "--system", "--create-home", "--home-dir", "/home/other-bot", "other-bot"]).ok()
    policy.identity("other-bot")
    forge.grant("other-bot")
    contains(run(["su", "other-bot", "-c", "id -Gn"]).ok().out, "bg-db")
    run("sed -i s/^other-bot:x:[0-9]*:/other-bot:x:1999:/ /etc/passwd").ok()
    result = run(["su", "other-bot", "-c", "id -Gn"]).exits(1)
    contains(result.err, "(wrong-account).")
    policy.unmanage("other-bot")
    forge.clear("other-bot")


def test_not_in_passwd():
    """a managed account without a line in /etc/passwd is refused"""
    policy.identity("ghost", without_grant="plain")
    equal(run(["su", "ghost", "-c", "true"]).exits(1).out, "")
    policy.unmanage("ghost")


def test_service_manager():
    """a managed account's own service manager is started without a grant, and has no group of a role"""
    forge.grant()
    run(["loginctl", "enable-linger", "backup-bot"]).ok()
    unit = f"user@{people.uid('backup-bot')}.service"
    poll(lambda: run(["systemctl", "is-active", unit]).out == "active\n", unit)
    pid = run(["systemctl", "show", "--property=MainPID", "--value", unit]).ok().out.strip()
    groups = re.search(r"^Groups:\t(.*)$", open(f"/proc/{pid}/status").read(), re.M)[1].split()
    lacks(groups, str(people.gid("bg-db")), "groups")
    run(["loginctl", "disable-linger", "backup-bot"]).ok()
    forge.clear()


def test_cron():
    """a managed account's cron job goes on without a grant, unelevated"""
    poll(lambda: os.path.exists(CRON) and open(CRON).read() == "backup-bot\n", "the job", seconds=80)
