# SPDX-License-Identifier: LGPL-2.1-or-later
"""One-time codes (RFC 6238: HMAC-SHA-1, 30 s, 6 digits) from an otpauth line, as an authenticator app makes them.

The host takes one step back and one ahead, and each code once: three codes are there at any time, and the fourth has to
wait. Each Totp remembers what it handed out, so a test asks for a code and gets one that is good."""
import base64
import hashlib
import hmac
import re
import struct
import time
import urllib.parse

from .check import poll

STEP = 30


class Totp:
    def __init__(self, otpauth):
        """Takes an otpauth://totp/… line, or a text that has one in it, or the bare secret in base 32."""
        found = re.search(r"otpauth://totp/\S+", otpauth)
        secret = urllib.parse.parse_qs(urllib.parse.urlsplit(found[0]).query)["secret"][0] if found else otpauth.strip()
        self.secret = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
        self.used = set()

    def at(self, step):
        """The code of a step: 0 is 1970-01-01 00:00:00 UTC."""
        digest = hmac.new(self.secret, struct.pack(">Q", step), hashlib.sha1).digest()
        start = digest[-1] & 15
        return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1000000:06d}"

    def _free(self):
        step, left = int(time.time() // STEP), STEP - time.time() % STEP
        # The one before goes first, for it is lost first; not when it could be stale by the time it is judged.
        steps = ([step - 1] if left > 10 else []) + [step, step + 1]
        return next((s for s in steps if s not in self.used), None)

    def has_one(self):
        return self._free() is not None

    def code(self):
        """A code that is good now and was not handed out before; waits for the next step when all three are gone."""
        step = poll(self._free, "a code that was not used", seconds=STEP + 15)
        self.used.add(step)
        return self.at(step)

    def wrong(self):
        """Six digits that are no code of any step near."""
        step = int(time.time() // STEP)
        near = {self.at(s) for s in range(step - 10, step + 11)}
        return next(digits for digits in (f"{n:06d}" for n in range(100000, 100100)) if digits not in near)

    def old(self):
        """A code of five minutes ago."""
        return self.at(int(time.time() // STEP) - 10)
