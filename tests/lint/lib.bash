# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What each lint is made of: checks that print what is wrong, told as TAP. Run from the root of the tree, whose files are
# found without git: a release has none.
set -uo pipefail
export LC_ALL=C.UTF-8
checks=0 failures=0

# Runs a command; anything it prints, or a failure, is a failure.
check() { # NAME COMMAND…
    local name=$1 said status=0
    shift
    checks=$((checks + 1))
    said=$("$@" 2>&1) || status=$?
    if [[ -z $said && $status == 0 ]]; then
        echo "ok $checks - $name"
    else
        failures=$((failures + 1))
        echo "not ok $checks - $name"
        said=${said:-status $status}
        echo "# ${said//$'\n'/$'\n'# }"
    fi
}

skip() { # NAME WHY
    checks=$((checks + 1))
    echo "ok $checks - $1 # SKIP $2"
}

done_checking() {
    echo "1..$checks"
    ((failures == 0))
    exit
}

# All files of the project, a path from the root a line; what is built is not one.
files() { # [FIND-EXPRESSION…]
    find . -path ./.git -prune -o -path './build*' -prune -o -name __pycache__ -prune -o -type f "$@" -print | sed 's|^\./||' | sort
}

# Those that the shell runs.
shell_files() {
    files -name '*.sh'
    files -name '*.bash'
    files ! -name '*.*' | while read -r file; do
        if head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh\b'; then echo "$file"; fi
    done
}
