# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one file of host tests, and prints TAP as it goes: driver.py FILE, on the host.

A test is a function test_*; they run in the order they stand, in one process on one host, each to its end whatever became
of the one before. A function setup(), where there is one, runs first; if it fails, every test has failed."""
import importlib.util
import os
import signal
import subprocess
import sys
import traceback

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, HERE)

from lib.check import Skip  # noqa: E402

SECONDS = 180


def load(path):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3].replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tests_of(module):
    """(name, function, arguments) of each, a row of cases being one."""
    for name, test in list(vars(module).items()):
        if name.startswith("test_") and callable(test):
            said = ((test.__doc__ or "").strip().splitlines() or [name[5:].replace("_", " ")])[0]
            for row in getattr(test, "cases", [()]):
                yield said + "".join(f", {value}" for value in row), test, row


def say(text):
    print(text, flush=True)


def comment(text):
    for line in text.rstrip().splitlines():
        say(f"#   {line}")


def late(*_):
    raise AssertionError(f"not done within {SECONDS} s")


def attempt(function, arguments=()):
    """None when all went well; else what was raised."""
    signal.signal(signal.SIGALRM, late)
    signal.alarm(getattr(function, "seconds", SECONDS))
    try:
        function(*arguments)
        return None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and what libraries raise are no reason to stop the others
        return error
    finally:
        signal.alarm(0)


def explain(error):
    comment("".join(traceback.format_exception(type(error), error, error.__traceback__)))
    recent = subprocess.run(["journalctl", "--boot", "--quiet", "--no-pager", "--lines=15", "--output=short-precise"],
                            stdout=subprocess.PIPE, check=False)
    comment("the journal's last lines:\n" + recent.stdout.decode(errors="replace"))


def main(file):
    module = load(os.path.join(HERE, file))
    tests = list(tests_of(module))
    say(f"1..{len(tests)}")
    broken = attempt(module.setup) if hasattr(module, "setup") else None
    if broken:
        explain(broken)
    failed = 0
    for number, (name, test, arguments) in enumerate(tests, 1):
        name = name.replace("#", "")
        error = broken or attempt(test, arguments)
        if isinstance(error, Skip):
            say(f"ok {number} - {name} # SKIP {error}")
        elif error:
            failed += 1
            say(f"not ok {number} - {name}")
            if not broken:
                explain(error)
        else:
            say(f"ok {number} - {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
