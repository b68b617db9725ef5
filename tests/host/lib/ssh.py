# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logins by the real ssh to the real sshd on 127.0.0.1: keys made and installed, commands, sftp, scp, passwords."""
import os
import pwd

from .check import poll
from .commands import run
from .terminal import Terminal

ADDRESS = "127.0.0.1"
KNOWN = "/etc/ssh/ssh_known_hosts"


def know_host():
    """Lets every user trust this host's keys, so that no client asks or warns."""
    if os.path.exists(KNOWN):
        return
    keys = [open(f"/etc/ssh/{name}").read() for name in sorted(os.listdir("/etc/ssh"))
            if name.startswith("ssh_host_") and name.endswith(".pub")]
    with open(KNOWN, "w") as known:
        known.writelines(f"{ADDRESS} {key}" for key in keys)


def key_of(user):
    """The path of the user's private key, made when there is none."""
    path = os.path.join(pwd.getpwnam(user).pw_dir, ".ssh", "id_ed25519")
    if not os.path.exists(path):
        run(["mkdir", "-p", "-m", "0700", os.path.dirname(path)], user=user).ok()
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", user, "-f", path], user=user).ok()
    return path


def fingerprint(user):
    return run(["ssh-keygen", "-l", "-f", key_of(user) + ".pub"]).ok().out.split()[1]


def authorize(user, account, options=""):
    """Lets the user's key log in as account (once more does no harm)."""
    know_host()
    public = open(key_of(user) + ".pub").read()
    line = f"{options} {public}" if options else public
    run('mkdir -p -m 0700 .ssh; touch .ssh/authorized_keys; l=$(cat); grep -qxF "$l" .ssh/authorized_keys '
        '|| echo "$l" >>.ssh/authorized_keys', user=account, input=line).ok()


def arguments(user, options=()):
    given = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-i", key_of(user)]
    for option in options:
        given += ["-o", option]
    return given


def ssh(user, account, command="true", options=(), tty=False, **how):
    """Runs a command by ssh with the user's key, and answers its Result: the remote status, or 255."""
    return run(["ssh", *arguments(user, options), *(["-tt"] if tty else []), f"{account}@{ADDRESS}", command],
               user=user, **how)


def sftp(user, account, batch, **how):
    """Runs sftp with these lines of commands."""
    return run(["sftp", *arguments(user), "-b", "-", f"{account}@{ADDRESS}"], user=user, input=batch, **how)


def scp(user, source, target, options=(), **how):
    """Copies; a remote end is written account:path."""
    ends = [end.replace(":", f"@{ADDRESS}:", 1) if ":" in end else end for end in (source, target)]
    return run(["scp", "-q", *arguments(user, options), *ends], user=user, **how)


def shell(user, account, command=None, options=()):
    """An ssh login on a terminal, with the user's key: a Terminal."""
    line = ["ssh", *arguments(user, options), "-tt", f"{account}@{ADDRESS}"]
    return Terminal(line + ([command] if command else []), user=user)


def by_password(user, account, password, command="true", method="password", options=(), seconds=30):
    """Logs in without a key, by `password` or `keyboard-interactive`, answering each prompt with the password. Answers the
    finished Terminal: status, and seen."""
    know_host()
    line = ["ssh", "-o", f"PreferredAuthentications={method}", "-o", "PubkeyAuthentication=no", "-o",
            "NumberOfPasswordPrompts=1"]
    for option in options:
        line += ["-o", option]
    terminal = Terminal([*line, f"{account}@{ADDRESS}", command], user=user)
    try:
        terminal.answer(r"(?i)password: ?$", password, seconds)
        terminal.finish(seconds)
    finally:
        terminal.close()
    return terminal


def configure(lines, name="10-test"):
    """Puts lines into sshd's configuration (before the distribution's own, so they win) and has sshd read it. Without
    lines, takes them out again."""
    path = f"/etc/ssh/sshd_config.d/{name}.conf"
    if lines:
        with open(path, "w") as file:
            file.write(lines.rstrip() + "\n")
    elif os.path.exists(path):
        os.remove(path)
    run(["sshd", "-t"]).ok()
    run(["systemctl", "restart", "ssh.service"]).ok()
    poll(lambda: run(["ssh-keyscan", "-T", "2", ADDRESS]).out, "sshd answers")
