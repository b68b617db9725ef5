# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts TAP. What passes is one line a program; of what fails, everything but its `ok` lines is shown.

tap_passed=0 tap_failed=0 tap_skipped=0

seconds_since() { # EPOCHREALTIME
    awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'
}

# One failure that no test program reported: a build, a host that could not be made.
tap_failure() { # NAME [FILE]
    tap_failed=$((tap_failed + 1))
    echo "FAILED $1"
    [[ -z ${2:-} ]] || tail -n 60 "$2" | sed 's/^/    /'
}

# Reads what a test program printed, and adds to the counts. A program that died, that ran other than it planned, or that
# said nothing has one failure more than it reported. SKIP is a failure where nothing may be skipped.
tap_report() { # NAME FILE STATUS SECONDS [strict]
    local name=$1 file=$2 status=$3 seconds=$4 strict=${5:-} passed failed skipped plan why=
    read -r passed failed skipped plan < <(awk '
        # cmocka before 1.1.6 says "not ok" of what was skipped.
        /^[ \t]*(not )?ok [0-9]+.*# *[Ss][Kk][Ii][Pp]/ { skipped++; next }
        /^[ \t]*ok [0-9]+/ { passed++ }
        /^[ \t]*not ok [0-9]+/ { failed++ }
        /^[ \t]*1\.\.[0-9]+/ { sub(/^[ \t]*1\.\./, ""); plan += $1; planned = 1 }
        END { print passed + 0, failed + 0, skipped + 0, planned ? plan : -1 }' "$file")
    if ((status != 0 && failed == 0)); then
        why="died with status $status$( ((plan < 0)) || echo " after $((passed + skipped)) of $plan")"
    elif ((plan >= 0 && plan != passed + failed + skipped)); then
        why="planned $plan tests, ran $((passed + failed + skipped)), status $status"
    elif ((plan < 0 && passed + failed + skipped == 0)); then
        why="printed no TAP"
    elif [[ $strict && $skipped -gt 0 ]]; then
        why="$skipped skipped, where nothing may be"
    fi
    [[ -z $why ]] || failed=$((failed + 1))
    tap_passed=$((tap_passed + passed)) tap_failed=$((tap_failed + failed)) tap_skipped=$((tap_skipped + skipped))
    if ((failed)); then
        echo "FAILED $name: $failed of $((passed + failed + skipped)), $seconds s${why:+: $why}"
        # -a: a terminal's bytes may be in it.
        grep -avE '^[[:space:]]*(ok [0-9]|1\.\.|# ok )' "$file" | tail -n 200 | sed 's/^/    /' || true
    else
        echo "ok $name: $passed$( ((skipped)) && echo ", $skipped skipped"), $seconds s"
    fi
}

tap_summary() {
    local line="$tap_passed passed, $tap_failed failed"
    ((tap_skipped == 0)) || line+=", $tap_skipped skipped"
    echo "$line"
    ((tap_failed == 0))
}
