# SPDX-License-Identifier: LGPL-2.1-or-later
"""The story that tests/demo plays, on a throw-away host: each command is really run, and what is shown is what it said."""
import os
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

from lib import bgctl, journal, people, policy, ssh  # noqa: E402
from lib.check import poll  # noqa: E402
from lib.commands import run  # noqa: E402
from lib.terminal import Terminal  # noqa: E402

LASTS = 12


def say(text):
    print(f"\n\033[1m{text}\033[0m" if os.environ.get("COLOUR") else f"\n## {text}", flush=True)


def show(user, line, result):
    print(f"{user}@db7:~$ {line}")
    for text in (result.out, result.err):
        if text.strip():
            print(text.rstrip())
    print(f"(exit {result.status})", flush=True)
    return result


def prepare():
    people.create()
    policy.create()
    policy.role("db-restart", max_uses=5)
    policy.identity(without_grant="deny")
    ssh.authorize("alice", "backup-bot")


def grant():
    """alice at her terminal; her answers are typed for her."""
    line = ["bgctl", "grant", "backup-bot", "--for", f"{LASTS}s"]
    print(f"alice@db7:~$ {' '.join(line)}")
    with Terminal(line, user="alice") as terminal:
        terminal.expect(r"^Why .*: ")
        terminal.send("primary will not start, IdP down, INC-4711")
        terminal.answer("^Password: ", people.PASSWORDS["alice"])
        terminal.expect("^Code .*: ")
        terminal.send(bgctl.ENROLLED["alice"].code())
        seen = terminal.ends(0)
    print(seen.replace("Password: \n", "Password: ******** \n").rstrip(), flush=True)
    return time.monotonic()


def tell():
    journal.settle()
    for event in journal.events():
        moment = event["time"][11:19]
        words = [event["event"]] + [f"{name}={event[name]}" for name in
                                    ("grant", "account", "code", "person", "service", "uses") if event.get(name)]
        print(f"  {event['seq']:>2} {moment}  {' '.join(words)}"[:110])


def main():
    prepare()
    say("A Debian server, db7. PostgreSQL's backup bot may log in to it only under a grant. bgctl init sets that up.")
    show("root", "bgctl init --yes", bgctl.init())
    say("3:14 a.m. Nothing else is alive. The bot knocks, and nobody has opened a grant: it is refused.")
    show("alice", "ssh backup-bot@db7 id", ssh.ssh("alice", "backup-bot", "id"))
    say("By day, root had enrolled alice, who is on call: a secret for her authenticator app.")
    print("root@db7:~# bgctl enroll alice   (the QR code is left out here)")
    bgctl.enroll("alice")
    say(f"Now alice proves who she is, by password and code, and grants {LASTS} seconds.")
    began = grant()
    say("The bot logs in by ssh. It holds the role's group bg-db, and the marker breakglass, for this session only ...")
    show("alice", "ssh backup-bot@db7 'id -Gn; sudo -n id -un'",
         ssh.ssh("alice", "backup-bot", "id -Gn; sudo -n id -un"))
    say("... and by su, which asks alice no password of the bot's: she is one of its callers.")
    show("alice", "su - backup-bot -c 'id -Gn; sudo -n id -un; echo until $BREAKGLASS_EXPIRES'",
         run(["su", "-", "backup-bot", "-c", "id -Gn; sudo -n id -un; echo until $BREAKGLASS_EXPIRES"], user="alice"))
    say("What is open now:")
    show("alice", "bgctl list", bgctl.bgctl("list", user="alice"))
    say("The grant runs out by itself. The next login is refused.")
    poll(lambda: time.monotonic() > began + LASTS, "the end", LASTS + 10)
    poll(lambda: ssh.ssh("alice", "backup-bot", "id").status == 255, "the end", 10)
    show("alice", "ssh backup-bot@db7 id", ssh.ssh("alice", "backup-bot", "id"))
    say("The sweep has closed it. What the auditor sees: journalctl, by fields that journald itself vouches for.")
    journal.wait(event="expired", account="backup-bot", seconds=20)
    tell()
    say("And in words, for one event: journalctl -x")
    seen = run(["journalctl", "-x", "--no-pager", "-t", "breakglass", "BREAKGLASS_EVENT=granted", "-n", "1", "-q"])
    print(seen.out.rstrip())
    say("That is all of it. To try it by hand on such a host: tests/host/shell")


if __name__ == "__main__":
    main()
