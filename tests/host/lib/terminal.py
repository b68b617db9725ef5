# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program on a real terminal, as a person sits at it: with a controlling terminal, prompts, hidden answers, Ctrl-C."""
import fcntl
import os
import pwd
import re
import select
import signal
import struct
import termios
import time

from .commands import become, environment


class Terminal:
    """with Terminal(["su", "-", "bot"], user="alice") as t: t.answer("Password:", "secret"); t.ends(0)

    `seen` is all that the program wrote, as text, with line ends as \\n; each expect() goes on after the last one's match."""

    def __init__(self, command, user="root", env=None, cwd=None, size=(24, 80)):
        self.command, self.seen, self.status, self._mark, self._raw = command, "", None, 0, b""
        if isinstance(command, str):
            command = ["/bin/sh", "-c", command]
        settled = environment(user, {"TERM": "dumb", **(env or {})})
        where = cwd or settled["HOME"]
        self.pid, self.fd = os.forkpty()
        if self.pid == 0:
            try:
                # As login and sshd do: the terminal belongs to whom it is for.
                os.fchown(0, -1 if user == "root" else pwd.getpwnam(user).pw_uid, -1)
                become(user)
                os.chdir(where)
                os.execvpe(command[0], command, settled)
            except OSError as error:
                os.write(2, f"{command[0]}: {error}\n".encode())
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self, seconds):
        """Reads what is there, waiting at most so long; False when the program has let go of the terminal."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            return False
        self._raw += more
        self.seen = self._raw.decode(errors="replace").replace("\r\n", "\n")
        return bool(more)

    def expect(self, pattern, seconds=20.0):
        """Waits for a regular expression in what came since the last match, and answers the match."""
        end, there = time.monotonic() + seconds, True
        while True:
            match = re.compile(pattern, re.M).search(self.seen, self._mark)
            if match:
                self._mark = match.end()
                return match
            left = end - time.monotonic()
            if not there or left <= 0:
                raise AssertionError(f"{self.command}: no {pattern!r} "
                                     f"{'before it ended' if not there else f'within {seconds:g} s'}; seen: {self.seen!r}")
            there = self._read(min(left, 0.5))

    def send(self, line):
        """Types a line."""
        os.write(self.fd, line.encode() + b"\n")

    def type(self, keys):
        """Types keys as they are: "\\x03" is Ctrl-C."""
        os.write(self.fd, keys.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def answer(self, prompt, line, seconds=20.0):
        """Waits for a prompt whose answer is hidden, and for the echo to be off (what is typed earlier may be thrown away,
        or be shown), then types the line."""
        match = self.expect(prompt, seconds)
        end = time.monotonic() + seconds
        while self.echoes():
            if time.monotonic() > end:
                raise AssertionError(f"{self.command}: the answer to {prompt!r} would be shown")
            time.sleep(0.005)
        self.send(line)
        return match

    def finish(self, seconds=60.0):
        """Waits for the program's end and answers its exit status (of a signal: minus its number)."""
        end = time.monotonic() + seconds
        while self.status is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
                while self._read(0.05) and select.select([self.fd], [], [], 0)[0]:
                    pass
            elif time.monotonic() > end:
                raise AssertionError(f"{self.command}: still running after {seconds:g} s; seen: {self.seen!r}")
            elif not self._read(0.05):
                time.sleep(0.005)
        return self.status

    def ends(self, status, seconds=60.0):
        """Asserts the exit status, and answers all that was seen."""
        if self.finish(seconds) != status:
            raise AssertionError(f"{self.command}: exit status {self.status}, wanted {status}; seen: {self.seen!r}")
        return self.seen

    def close(self):
        """Hangs up, and waits; what does not go by that is killed."""
        if self.fd is None:
            return
        if self.status is None:
            for sent in (signal.SIGHUP, signal.SIGKILL):
                try:
                    os.kill(self.pid, sent)
                    self.finish(3)
                    break
                except (AssertionError, ProcessLookupError):
                    continue
        os.close(self.fd)
        self.fd = None
