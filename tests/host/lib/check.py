# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a test may say about what it saw, and how it waits: by looking again until it is so, never by a fixed sleep."""
import time


class Skip(Exception):
    """Raised by a test that cannot be run here; the text says why."""


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def contains(whole, part, what="text"):
    if part not in whole:
        raise AssertionError(f"{what}: {part!r} is not in {whole!r}")


def lacks(whole, part, what="text"):
    if part in whole:
        raise AssertionError(f"{what}: {part!r} is in {whole!r}")


def poll(look, what="", seconds=10.0):
    """Calls look() until what it answers is true, and answers that. What raises AssertionError is looked at again too."""
    end = time.monotonic() + seconds
    while True:
        try:
            seen, why = look(), None
        except AssertionError as error:
            seen, why = None, error
        if seen:
            return seen
        if time.monotonic() >= end:
            raise AssertionError(f"not so within {seconds:g} s: {what or getattr(look, '__name__', 'condition')}"
                                 + (f": {why}" if why else "")) from why
        time.sleep(0.03)


def cases(*rows):
    """Decorator: runs a test once for each row of arguments, as a test of its own each."""
    def mark(test):
        test.cases = [row if isinstance(row, tuple) else (row,) for row in rows]
        return test
    return mark
