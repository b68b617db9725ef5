# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cast. Humans: alice and bob are on call, bob and carol are dba, carol is security; dave is in nothing. Accounts:
backup-bot and ci are service accounts, backup-bot without a password. plain is a human whom no policy concerns."""
import grp
import pwd

from .commands import run

GROUPS = {"oncall": ["alice", "bob"], "dba": ["bob", "carol"], "security": ["carol"], "bg-db": []}
PASSWORDS = {
    "alice": "correct horse alice",
    "bob": "battery staple bob",
    "carol": "purple teapot carol",
    "dave": "seven lanterns dave",
    "plain": "quiet harbour plain",
    "ci": "a pipeline has one",
}
HUMANS = ["alice", "bob", "carol", "dave", "plain"]
ACCOUNTS = ["backup-bot", "ci"]


def exists(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def create():
    """Makes them all; those that are there stay as they are."""
    for human in HUMANS:
        if not exists(human):
            run(["useradd", "--create-home", "--shell", "/bin/bash", human]).ok()
    for account in ACCOUNTS:
        if not exists(account):
            # --system gives no subordinate ids, which a managed account must not have.
            run(["useradd", "--system", "--create-home", "--home-dir", f"/home/{account}", "--shell", "/bin/bash",
                 account]).ok()
    for group, members in GROUPS.items():
        run(["groupadd", "--force", group]).ok()
        for member in members:
            run(["gpasswd", "--add", member, group]).ok()
    run(["chpasswd"], input="".join(f"{name}:{word}\n" for name, word in PASSWORDS.items())).ok()


def uid(name):
    return pwd.getpwnam(name).pw_uid


def gid(group):
    return grp.getgrnam(group).gr_gid


def groups_in(output):
    """The group names in what `id -Gn` printed, as a set."""
    return set(output.split())
