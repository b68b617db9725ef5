# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes policy files: the roles db-restart (one approval) and db-recovery (two), the identity backup-bot, the host file;
and what the role's group opens, a sudoers and a doas rule. A test that wants something else overrides single fields."""
import json
import os

ETC = "/etc/breakglass"

HOST = {
    "factors": {"password": "knowledge", "totp": "possession"},
    "default_factors": ["password", "totp"],
    "default_duration": "1h",
    "ceiling": "12h",
}
ROLES = {
    "db-restart": {
        "purpose": "Restart PostgreSQL while the control plane is down",
        "groups": ["bg-db"],
        "env": {"PGSERVICE": "rescue"},
        "services": ["su", "sshd"],
        "max_duration": "2h",
        "max_uses": 5,
        "approvals": 1,
        "approvers": ["@oncall"],
        "factors": ["password", "totp"],
    },
    "db-recovery": {
        "purpose": "Restart and restore PostgreSQL while the control plane is down",
        "groups": ["bg-db"],
        "services": ["su", "sshd"],
        "max_duration": "2h",
        "approvals": 2,
        "approvers": ["@oncall", "@dba"],
        "factors": ["password", "totp"],
    },
}
IDENTITY = {
    "kind": "service-account",
    "function": "Nightly PostgreSQL base backup",
    "owner": "@dba",
    "roles": ["db-restart"],
    "without_grant": "deny",
    "callers": ["@oncall", "ci"],
    "from": ["127.0.0.1"],
}


def text(fields):
    """Fields as YAML, a key a line; a value is written as JSON, which is YAML too. None leaves a field out."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in fields.items() if value is not None)


def write(path, content, mode=0o644):
    """Replaces a file as a whole, below /etc/breakglass unless the path is absolute."""
    path = os.path.join(ETC, path)
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(path + ".new", "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
    os.rename(path + ".new", path)


def host(**changes):
    write("breakglass.yaml", text({**HOST, **changes}))


def role(name="db-restart", **changes):
    """A role as in ROLES, with changes; a name that is not there begins as db-restart."""
    write(f"roles.d/{name}.yaml", text({"role": name, **ROLES.get(name, ROLES["db-restart"]), **changes}))


def identity(account="backup-bot", **changes):
    """An identity, as backup-bot is, with changes; from_ stands for the field from."""
    if "from_" in changes:
        changes["from"] = changes.pop("from_")
    write(f"policy.d/{account}.yaml", text({"account": account, **IDENTITY, **changes}))


def unmanage(account):
    os.remove(f"{ETC}/policy.d/{account}.yaml")


def create():
    """All of it, as the tests' normal state."""
    host()
    for name in ROLES:
        role(name)
    identity()
    opens("bg-db")


def opens(group):
    """What the group is for: restarting, here /usr/bin/id as root, by sudo and by doas, without a password."""
    write("/etc/sudoers.d/breakglass-tests", f"%{group} ALL=(root) NOPASSWD: /usr/bin/id\n", 0o440)
    write("/etc/doas.conf", f"permit nopass :{group} as root cmd /usr/bin/id\n", 0o400)
