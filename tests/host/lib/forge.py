# SPDX-License-Identifier: LGPL-2.1-or-later
"""Grants that bgctl would not make: of tomorrow, of yesterday, of another host, by another key, with a byte flipped. Written
from the specifications (PASETO v4.public, PASERK) over libsodium, and not with the project's own code: what both agree on is
the format."""
import base64
import contextlib
import ctypes
import datetime
import hashlib
import json
import os
import pwd
import random
import struct
import time

STATE = "/var/lib/breakglass"
KEYS = f"{STATE}/keys"
HEADER = b"v4.public."
sodium = ctypes.CDLL("libsodium.so.23")
sodium.sodium_init()


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def when(moment):
    """A moment, in seconds since 1970, as the documents write it."""
    text = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.removesuffix(".000000") + "Z"


def read(path):
    with open(path) as file:
        return file.read().strip()


def machine():
    return read("/etc/machine-id")


def boot():
    return read("/proc/sys/kernel/random/boot_id").replace("-", "")


def boottime():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


class Key:
    """An Ed25519 key pair."""

    def __init__(self, secret=None):
        if secret is None:
            public, made = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
            sodium.crypto_sign_ed25519_keypair(public, made)
            secret = made.raw
        self.secret, self.public = secret, secret[32:]
        written = "k4.public." + b64(self.public)
        digest = hashlib.blake2b(b"k4.pid." + written.encode(), digest_size=33).digest()
        self.id, self.written = "k4.pid." + b64(digest), written

    def sign(self, message):
        signature = ctypes.create_string_buffer(64)
        sodium.crypto_sign_ed25519_detached(signature, None, message, ctypes.c_ulonglong(len(message)), self.secret)
        return signature.raw

    def publish(self, machine_id=None, not_after=None):
        """keys/KID.pub: makes it one of this host's own keys."""
        fields = {"v": 1, "kid": self.id, "key": self.written, "machine": machine_id or machine(),
                  "made": when(int(time.time()) - 3600)}
        if not_after is not None:
            fields["not_after"] = when(not_after)
        write(f"{KEYS}/{self.id}.pub", json.dumps(fields) + "\n", 0o644)

    def unpublish(self):
        os.remove(f"{KEYS}/{self.id}.pub")


def host_key():
    """This host's signing key, made where there is none yet."""
    path = f"{KEYS}/host.key"
    if not os.path.exists(path):
        os.makedirs(KEYS, 0o700, exist_ok=True)
        key = Key()
        key.publish()
        write(path, f"k4.secret.{b64(key.secret)}\n", 0o600)
    return Key(unb64(read(path).removeprefix("k4.secret.")))


def write(path, content, mode=0o600):
    for parent in (os.path.dirname(os.path.dirname(path)), os.path.dirname(path)):
        if not os.path.isdir(parent):
            os.mkdir(parent, 0o700)
    with open(path, "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)


def new_id():
    """25 bits of minutes since 2024, 15 random ones, in Crockford's base 32."""
    while True:
        bits = (int(time.time()) - 1704067200) // 60 << 15 | random.getrandbits(15)
        digits = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> shift & 31] for shift in range(35, -1, -5))
        made = digits[:4] + "-" + digits[4:]
        # Some dozens in one minute do collide now and then.
        if not os.path.exists(f"{STATE}/requests/{made}"):
            return made


def token(claims, key=None, assertion=None):
    """The token: claims (a mapping, or bytes) signed for this host, or another."""
    key = key or host_key()
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    footer = json.dumps({"kid": key.id}, separators=(",", ":")).encode()
    pieces = [HEADER, payload, footer, (machine() if assertion is None else assertion).encode()]
    encoded = struct.pack("<Q", len(pieces)) + b"".join(struct.pack("<Q", len(piece)) + piece for piece in pieces)
    return f"{HEADER.decode()}{b64(payload + key.sign(encoded))}.{b64(footer)}"


def claims(account="backup-bot", lasts=600, since=0, **changes):
    """What a grant of db-restart says, begun `since` seconds ago; None leaves a claim out."""
    now = time.time() - since
    found = {
        "v": 1, "jti": new_id(), "sub": account, "uid": pwd.getpwnam(account).pw_uid, "role": "db-restart",
        "groups": ["bg-db"], "env": {"PGSERVICE": "rescue"}, "services": ["su", "sshd"], "callers": ["@oncall", "ci"],
        "from": ["127.0.0.1"], "max_uses": 5, "iat": when(now), "nbf": when(now), "exp": when(now + lasts), "boot": boot(),
        "boottime": max(0, boottime() - since * 1000000), "aud": machine(), "requester": "alice",
        "approvals": [{"by": "alice", "uid": pwd.getpwnam("alice").pw_uid, "factors": ["password", "totp"],
                       "at": when(now)}],
        "reason": "forged by a test", "policy": "0" * 64 + "." + "0" * 64,
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def place(text, identity, account="backup-bot"):
    """Puts a token where an open grant lies, as the helper does: requests/ID, uses/ID, grants/ACCOUNT/ID.grant. Answers the
    grant's path."""
    asked = {"v": 1, "event": "requested", "time": when(time.time()), "code": "ok", "request": identity, "account": account,
             "role": "db-restart", "requester": "alice"}
    write(f"{STATE}/requests/{identity}/ask", json.dumps(asked) + "\n")
    write(f"{STATE}/requests/{identity}/end", text)
    for folder in ("uses", "closed", "grants"):
        os.makedirs(f"{STATE}/{folder}", 0o700, exist_ok=True)
    os.makedirs(f"{STATE}/uses/{identity}", 0o700, exist_ok=True)
    os.makedirs(f"{STATE}/grants/{account}", 0o700, exist_ok=True)
    path = f"{STATE}/grants/{account}/{identity}.grant"
    os.link(f"{STATE}/requests/{identity}/end", path)
    return path


def grant(account="backup-bot", key=None, assertion=None, **changes):
    """Forges and places a grant; answers its id."""
    made = claims(account, **changes)
    place(token(made, key, assertion), made["jti"], account)
    return made["jti"]


def gone(path):
    """Removes a file; the sweep may have been faster."""
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)


def close(identity, account="backup-bot", cause="revoked", remove=True):
    """A tombstone, as the helper makes it; without `remove`, the grant's name is back."""
    event = {"v": 1, "event": cause, "time": when(time.time()), "code": "ok", "grant": identity, "account": account}
    write(f"{STATE}/closed/{identity}", json.dumps(event) + "\n")
    path = f"{STATE}/grants/{account}/{identity}.grant"
    if remove:
        gone(path)


def clear(account="backup-bot"):
    """No grant of the account is open any more: each has a tombstone, for the sweep would give it its name back."""
    folder = f"{STATE}/grants/{account}"
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        identity = name.removesuffix(".grant")
        if os.path.isdir(f"{STATE}/requests/{identity}") and not os.path.exists(f"{STATE}/closed/{identity}"):
            close(identity, account)
        gone(f"{folder}/{name}")


def uses(identity):
    """The uses taken, read: a list of events, in order."""
    folder = f"{STATE}/uses/{identity}"
    names = sorted(os.listdir(folder) if os.path.isdir(folder) else [], key=int)
    return [json.loads(read(f"{folder}/{name}")) for name in names]
