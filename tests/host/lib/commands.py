# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program without a terminal, as root or as somebody else, with a timeout, and keeps what it said."""
import os
import pwd
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Result:
    def __init__(self, command, status, out, err):
        self.command, self.status, self.out, self.err = command, status, out, err

    def exits(self, status):
        """Asserts the exit status (of a signal: minus its number), and answers the result itself."""
        if self.status != status:
            raise AssertionError(f"exit status {self.status}, wanted {status}: {self}")
        return self

    def ok(self):
        return self.exits(0)

    def fails(self):
        if self.status == 0:
            raise AssertionError(f"did not fail: {self}")
        return self

    @property
    def text(self):
        return self.out + self.err

    def __str__(self):
        return f"{shlex.join(self.command)}\n  exit {self.status}\n  out {self.out!r}\n  err {self.err!r}"


def environment(user, extra=None):
    """A clean environment, as a login would make it."""
    entry = pwd.getpwnam(user)
    found = {"HOME": entry.pw_dir, "USER": user, "LOGNAME": user, "SHELL": entry.pw_shell, "PATH": PATH,
             "LANG": "C.UTF-8"}
    found.update(extra or {})
    return found


def become(user):
    """In a child: takes the user's ids and groups for good, with no PAM and no process in between."""
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)


def run(command, user="root", input="", timeout=60, env=None, cwd=None, **more):
    """Runs a command (a list, or a line for sh) in a session of its own, hence without a terminal, and waits for it.
    `more` goes to subprocess.Popen (pass_fds, preexec_fn …)."""
    if isinstance(command, str):
        command = ["/bin/sh", "-c", command]
    first = more.pop("preexec_fn", None)

    def child():
        if user != "root":
            become(user)
        if first:
            first()

    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment(user, env), cwd=cwd or environment(user)["HOME"], preexec_fn=child,
                               start_new_session=True, **more)
    try:
        out, err = process.communicate(input.encode() if isinstance(input, str) else input, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"still running after {timeout} s: " + str(
            Result(command, None, out.decode(errors="replace"), err.decode(errors="replace")))) from None
    return Result(command, process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def together(calls):
    """Runs functions at the same time, each in a thread, and answers what they answered, in order."""
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]
