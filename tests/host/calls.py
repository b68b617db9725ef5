# SPDX-License-Identifier: LGPL-2.1-or-later
"""System calls that fail, each in its turn, during a login: nothing that fails opens anything."""
import re

from lib import bgctl, forge, people, policy
from lib.check import cases, equal
from lib.commands import run

CLEAN = f"rm -rf {forge.STATE}/uses/*/* {forge.STATE}/events/* /run/breakglass/wake/*"
ELEVATED = {"backup-bot", "bg-db", "breakglass"}
FAULTS = (("openat", "EMFILE"), ("read", "EIO"), ("newfstatat", "EIO"), ("getdents64", "EIO"), ("mmap", "ENOMEM"),
          ("getrandom", "ENOSYS"), ("setresuid", "EPERM"), ("setresgid", "EPERM"), ("prlimit64", "EPERM"),
          ("rt_sigprocmask", "EINVAL"), ("write", "ENOSPC"), ("fsync", "EIO"), ("linkat", "EDQUOT"), ("mkdirat", "EROFS"),
          ("setgroups", "EPERM"), ("getgroups", "EPERM"))


# Of a call that is made often so many are tried, spread over all.
MOST = 40


def setup():
    people.create()
    policy.create()
    bgctl.init()
    # A session of logind's for each of some hundred su would be most of the time, and is none of ours.
    run("sed -i '/pam_systemd/d' /etc/pam.d/common-session").ok()
    # su sleeps after each refusal.
    run("echo FAIL_DELAY 0 >>/etc/login.defs").ok()
    # What each run leaves is counted, and nothing is sealed in between.
    run(["systemctl", "stop", "bgctl-sweep.path", "bgctl-sweep.timer", "bgctl-sweep.service"]).ok()


def su(out, *strace):
    return run(["strace", "-o", out, *strace, "su", "backup-bot", "-c", "id -Gn"])


def turns(call):
    """Which occurrences of the call are ours, by a dry run: from the loader's look for the policy file to the signals' being
    let through again. What fails in other modules, or makes them wait, is theirs."""
    out = "/run/strace"
    su(out, "-e", f"trace={call},openat,rt_sigprocmask")
    found, pending, count, ours = [], [], 0, False
    for line in open(out):
        if "policy.d/backup-bot.yaml" in line:
            # setcred, before there is a session, ends with that look; what follows it is other modules' work.
            pending, ours = [], True
        if line.startswith(f"{call}("):
            count += 1
            pending += [count] if ours else []
        if re.match(r"rt_sigprocmask\(SIG_SETMASK, \[", line):
            found, pending, ours = found + pending, [], False
    return found[::len(found) // MOST + 1]


def failing(call, error):
    """A su for each turn in which the call fails: what failed, and its Result. Each finds the store as the first one did."""
    run(CLEAN).ok()
    for turn in turns(call):
        run(CLEAN).ok()
        yield f"{call} {turn} {error}", su("/run/strace", "-e", f"trace={call}", "-e",
                                           f"inject={call}:error={error}:when={turn}")


@cases(*FAULTS)
def test_refused_stays_refused(call, error):
    """a bad grant refuses, whatever fails besides"""
    policy.identity(without_grant="plain")
    forge.grant(key=forge.Key())
    for what, result in failing(call, error):
        if result.status == 0 or result.out:
            raise AssertionError(f"{what} let it in: {result}")
    forge.clear()
    policy.identity()


@cases(*FAULTS)
def test_all_or_nothing(call, error):
    """a good grant gives all that the role says, or nothing; never a session that is only half"""
    policy.role(max_uses=None)
    identity = forge.grant(max_uses=None)
    for what, result in failing(call, error):
        taken = [use["use"] for use in forge.uses(identity)]
        if result.status == 0:
            equal((people.groups_in(result.out), taken), (ELEVATED, [1]), what)
        else:
            equal((result.out, taken[1:]), ("", []), what)
    forge.clear()
    policy.role()
