# SPDX-License-Identifier: LGPL-2.1-or-later
"""The throw-away host itself: that what the other tests stand on is there, and real."""
import os

from lib import journal, people, ssh
from lib.check import contains, equal, poll
from lib.commands import run
from lib.terminal import Terminal
from lib.totp import Totp


def setup():
    people.create()


def test_systemd():
    """process 1 is systemd, and the host came up"""
    equal(os.readlink("/proc/1/exe"), "/usr/lib/systemd/systemd")
    for unit in ("multi-user.target", "ssh.service", "cron.service", "dbus.service", "systemd-logind.service"):
        equal(run(["systemctl", "is-active", unit]).out.strip(), "active", unit)
    equal(run(["systemctl", "--failed", "--no-legend", "--plain"]).ok().out, "", "failed units")


def test_alone():
    """nothing runs that the host was not asked to start"""
    found = run(["systemctl", "list-units", "--type=service", "--state=running", "--no-legend", "--plain"]).ok().out
    names = {line.split()[0] for line in found.splitlines()}
    wanted = {"breakglass-tests.service", "cron.service", "dbus.service", "ssh.service", "systemd-journald.service",
              "systemd-logind.service"}
    equal(names - wanted, set(), "services")


def test_name():
    """it is called db7, and has a machine id of its own"""
    equal(run(["hostname"]).ok().out.strip(), "db7")
    equal(len(open("/etc/machine-id").read().strip()), 32)


def test_cgroups():
    """the cgroup tree is the unified one, and can freeze and kill"""
    contains(open("/proc/self/mounts").read(), " /sys/fs/cgroup cgroup2 ")
    assert os.path.exists("/sys/fs/cgroup/cgroup.controllers")
    place = open("/proc/self/cgroup").read().strip().splitlines()[-1].removeprefix("0::")
    equal(place, "/system.slice/breakglass-tests.service")
    for name in ("cgroup.freeze", "cgroup.kill"):
        assert os.path.exists(f"/sys/fs/cgroup{place}/{name}"), name


def test_journal():
    """the journal keeps what is logged, and names the sender"""
    run(["logger", "--tag=boot-test", "hello journal"], user="alice").ok()
    found = poll(lambda: journal.entries("SYSLOG_IDENTIFIER=boot-test"), "the line in the journal")
    equal(found[-1]["MESSAGE"], "hello journal")
    equal(found[-1]["_UID"], str(people.uid("alice")))
    equal(journal.events(), [])
    equal(journal.entries("SYSLOG_IDENTIFIER=boot-test", after=journal.cursor()), [])


def test_ssh_key():
    """an ordinary user logs in by ssh with a key, and copies by sftp and scp"""
    ssh.authorize("alice", "plain")
    result = ssh.ssh("alice", "plain", "id -un; exit 7").exits(7)
    equal((result.out, result.err), ("plain\n", ""))
    contains(ssh.sftp("alice", "plain", "pwd\n").ok().out, "/home/plain")
    ssh.scp("alice", "/etc/hostname", "plain:copied").ok()
    equal(open("/home/plain/copied").read(), "db7\n")


def test_ssh_password():
    """an ordinary user logs in by ssh with a password, and not with a wrong one"""
    equal(ssh.by_password("alice", "plain", people.PASSWORDS["plain"], "exit 3").status, 3)
    equal(ssh.by_password("alice", "plain", "wrong").status, 255)


def test_logind():
    """a login is a session that logind knows"""
    with ssh.shell("alice", "plain") as login:
        login.send("loginctl show-session $XDG_SESSION_ID -p Name -p Service; exit 4")
        seen = login.ends(4)
    contains(seen, "Name=plain")
    contains(seen, "Service=sshd")


def test_su():
    """su asks for the password on a terminal, and root's does not ask"""
    with Terminal(["su", "-", "plain", "-c", "id -un; tty"], user="alice") as su:
        su.answer("Password: ", people.PASSWORDS["plain"])
        contains(su.ends(0), "\nplain\n/dev/pts/")
    with Terminal(["su", "-", "plain"], user="alice") as su:
        su.answer("Password: ", "wrong")
        contains(su.ends(1), "Authentication failure")
    equal(run(["su", "-", "plain", "-c", "id -un"]).ok().out, "plain\n")


def test_totp():
    """codes are those of RFC 6238, and none is handed out twice"""
    known = Totp("otpauth://totp/breakglass:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=db7")
    equal([known.at(step) for step in (1, 37037036, 666666666)], ["287082", "081804", "353130"])
    equal(len({known.code(), known.code()}), 2)


def test_inject():
    """strace can make a system call fail"""
    result = run(["strace", "-f", "-o", "/dev/null", "-P", "/etc/hostname", "-e", "inject=openat:error=ENOSPC",
                  "cat", "/etc/hostname"])
    result.fails()
    contains(result.err, "No space left")
