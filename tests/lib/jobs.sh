# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs test programs a few at a time and reports each when it ends.

declare -A jobs_name=() jobs_file=() jobs_began=()
jobs_strict='' jobs_started=0

# Starts a command whose output is TAP, once there is room for it.
jobs_start() { # NAME COMMAND…
    local name=$1 file=$LOGS/${1//[^A-Za-z0-9.-]/_}.tap
    shift
    while ((${#jobs_name[@]} >= JOBS)); do jobs_reap; done
    # fd 0 is closed to them: a test that waits for input must fail, not hang.
    "$@" </dev/null >"$file" 2>&1 &
    jobs_started=$((jobs_started + 1))
    jobs_name[$!]=$name jobs_file[$!]=$file jobs_began[$!]=$EPOCHREALTIME
}

jobs_reap() {
    local pid='' status=0
    wait -n -p pid "${!jobs_name[@]}" || status=$?
    tap_report "${jobs_name[$pid]}" "${jobs_file[$pid]}" "$status" "$(seconds_since "${jobs_began[$pid]}")" "$jobs_strict"
    unset "jobs_name[$pid]" "jobs_file[$pid]" "jobs_began[$pid]"
}

jobs_wait() {
    while ((${#jobs_name[@]})); do jobs_reap; done
}

# What still runs when the runner ends early is told to go; a host takes all its mounts and processes with it (boot.sh).
jobs_stop() {
    local pid
    for pid in "${!jobs_name[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    wait || true
}
