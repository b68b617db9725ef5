# SPDX-License-Identifier: LGPL-2.1-or-later
"""A directory service that hangs: our parts ask it nothing. Its stand-in is an NSS module that writes each question down,
with who asked, and takes as long as a file says."""
import collections
import os

from lib import bgctl, journal, people, policy, ssh
from lib.check import cases, contains, equal, poll
from lib.commands import run

LOG = "/run/asked"
SOURCE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum nss_status ask(const char *what, int *errnop)
{
        char line[128], wait[16] = {0};
        struct timespec pause = {0};
        int fd = open("/run/asked", O_WRONLY | O_APPEND | O_CLOEXEC);
        int n = snprintf(line, sizeof line, "%s %s\n", program_invocation_short_name, what);
        if (fd >= 0) {
                (void)!write(fd, line, (size_t)n);
                close(fd);
        }
        fd = open("/run/hangs", O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
                if (read(fd, wait, sizeof wait - 1) > 0)
                        pause.tv_sec = atol(wait);
                close(fd);
                nanosleep(&pause, NULL);
        }
        *errnop = ENOENT;
        return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_hang_getpwnam_r(const char *n, struct passwd *p, char *b, size_t s, int *e) { return ask("getpwnam", e); }
enum nss_status _nss_hang_getpwuid_r(uid_t u, struct passwd *p, char *b, size_t s, int *e) { return ask("getpwuid", e); }
enum nss_status _nss_hang_getgrnam_r(const char *n, struct group *g, char *b, size_t s, int *e) { return ask("getgrnam", e); }
enum nss_status _nss_hang_getgrgid_r(gid_t i, struct group *g, char *b, size_t s, int *e) { return ask("getgrgid", e); }
enum nss_status _nss_hang_initgroups_dyn(const char *u, gid_t g, long *a, long *z, gid_t **v, long m, int *e) { return ask("initgroups", e); }
enum nss_status _nss_hang_setpwent(int stay) { int e; return ask("setpwent", &e); }
enum nss_status _nss_hang_setgrent(int stay) { int e; return ask("setgrent", &e); }
"""
OURS = ("bgctl", "bgctl-helper", "bgctl-sweep", "bgctl-tell")


def setup():
    people.create()
    policy.create()
    bgctl.init()
    bgctl.enroll("alice")
    ssh.authorize("alice", "backup-bot")
    ssh.authorize("plain", "plain")
    with open("/root/hang.c", "w") as file:
        file.write(SOURCE)
    run("gcc -O1 -w -shared -fPIC -o /usr/lib/$(gcc -print-multiarch)/libnss_hang.so.2 /root/hang.c && ldconfig").ok()


def switch(order):
    policy.write("/etc/nsswitch.conf", f"passwd: {order}\ngroup: {order}\nshadow: files\ngshadow: files\nhosts: files\n")


def hangs(seconds):
    with open("/run/hangs", "w") as file:
        file.write(f"{seconds}\n")


def asked(action):
    """Who asked what during an action, counted."""
    with open(LOG, "w"):
        os.chmod(LOG, 0o666)
    action()
    # What sshd does when its client has gone is of this login too.
    poll(lambda: len(run("pgrep '^sshd'").out.split()) == 1, "sshd is alone")
    with open(LOG) as lines:
        return collections.Counter(line.strip() for line in lines)


def of(programs, counted):
    return {what: n for what, n in counted.items() if what.split()[0] in programs}


LOGINS = {
    "su by root": (("su",), lambda: run(["su", "backup-bot", "-c", "true"]).ok()),
    "su of an unmanaged": (("su",), lambda: run(["su", "plain", "-c", "true"]).ok()),
    "ssh": (("sshd", "sshd-session", "sshd-auth"), lambda: ssh.ssh("alice", "backup-bot").ok()),
    "ssh of an unmanaged": (("sshd", "sshd-session", "sshd-auth"), lambda: ssh.ssh("plain", "plain").ok()),
}


def without_lines(action):
    """Runs it with our lines taken out of both doors."""
    run("cp /etc/pam.d/su /root/su; cp /etc/pam.d/sshd /root/sshd;"
        " sed -i '/# breakglass begin/,/# breakglass end/d' /etc/pam.d/su /etc/pam.d/sshd").ok()
    try:
        return action()
    finally:
        run("cat /root/su >/etc/pam.d/su; cat /root/sshd >/etc/pam.d/sshd").ok()


@cases(*[(order, login) for order in ("files hang", "hang files") for login in LOGINS])
def test_a_login_asks_as_much_as_without_us(order, login):
    """as many questions with our lines as without"""
    programs, act = LOGINS[login]
    policy.role(max_uses=None)
    switch("files")
    granted = bgctl.grant().ok()
    switch(order)
    try:
        asked(act)
        ours, theirs = asked(act), without_lines(lambda: asked(act))
        equal(of(programs, ours), of(programs, theirs), "questions")
        if not theirs:
            raise AssertionError("nobody asked the directory anything: the test sees nothing")
    finally:
        switch("files")
    bgctl.bgctl("revoke", granted.id).ok()
    policy.role()


def test_a_grant_asks_nothing():
    """with a directory that hangs 5 s a question, grant, list, sweep and revoke ask it none"""
    switch("files hang")
    hangs(5)

    def act():
        granted = bgctl.grant().ok()
        journal.wait(event="granted", grant=granted.id)
        contains(bgctl.bgctl("list", user="alice").ok().out, granted.id)
        bgctl.bgctl("revoke", granted.id).ok()
        journal.wait(event="revoked", grant=granted.id)
    try:
        equal(of(OURS, asked(act)), {})
    finally:
        hangs(0)
        switch("files")


def test_a_person_who_is_nowhere():
    """a human who has no line in /etc/passwd is refused, and nobody asks the directory for her"""
    switch("files hang")
    try:
        equal(of(OURS, asked(lambda: bgctl.grant("backup-bot", "--as", "nobody-here", human="nobody-here").exits(1))), {})
    finally:
        switch("files")
