# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Boots a throw-away host: real systemd, journald, dbus, logind, cron and sshd, over a root folder that is never written.
# Everything of it (mounts, processes) lives in namespaces that end with one process, so nothing can be left behind; only
# its cgroup is ours to remove.

# nspawn takes the cgroup it is started in for the host's root, so two hosts at once need one each. Where both hierarchies
# are mounted (hybrid), it must be the same place in both.
boot_cgroups() { # NAME: the folders, a line each
    local name=$1 own
    own=$(sed -n 's/^0:://p' /proc/self/cgroup)
    awk '$3 == "cgroup2" { print $2 }' /proc/self/mounts | head -n 1 | sed "s|\$|${own%/}/$name|"
    own=$(sed -n 's/^[0-9]*:name=systemd://p' /proc/self/cgroup)
    awk '$3 == "cgroup" && $4 ~ /name=systemd/ { print $2 }' /proc/self/mounts | head -n 1 | sed "s|\$|${own%/}/$name|"
}

boot_end() { # CGROUP…: what is left of a host ends, and its cgroup goes
    local folder
    for folder; do
        [[ ! -e $folder/cgroup.kill ]] || echo 1 >"$folder/cgroup.kill" 2>/dev/null || true
        # Its processes are still being reaped.
        # shellcheck disable=SC2016 # $1 is the inner shell's
        timeout 5 bash -c 'until find "$1" -depth -type d -exec rmdir {} + 2>/dev/null; [[ ! -e $1 ]]; do sleep 0.05; done' \
            end "$folder" || echo "still there: $folder" >&2
    done
}

# Boots over ROOT, with STAGE (the installed project) copied in, runs COMMAND there as root when all is up, and answers with
# its status. RESULTS is a folder of ours that the host sees: stdout and stderr of the command (existing ones may be FIFOs),
# the host's journal and console. MODE console gives the command this terminal instead. After SECONDS the host is cut off.
boot_host() { # MODE ROOT STAGE RESULTS SECONDS COMMAND…
    local mode=$1 results=$4 seconds=$5 name folder pid status=0 input cgroups
    name=db7-$BASHPID-$RANDOM
    mapfile -t cgroups < <(boot_cgroups "$name")
    mkdir -p "$results" "${cgroups[@]}"
    exec {input}<&0
    (
        for folder in "${cgroups[@]}"; do echo "$BASHPID" >"$folder/cgroup.procs"; done
        # timeout is process 1 of the namespace: when it goes, all goes; and it goes when unshare is killed.
        [[ $mode == console ]] || exec >"$results/console" 2>&1
        exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
            timeout --foreground -s KILL "$((seconds + 20))" \
            bash "$TESTS/lib/boot-inside" "$name" "$@"
    ) <&"$input" &
    pid=$!
    # unshare leaves other signals to its child. A trap ends the first wait early; the second one then has the status.
    trap 'kill -KILL "$pid" 2>/dev/null || true' TERM INT HUP
    wait "$pid" 2>/dev/null || status=$?
    ((status <= 128)) || wait "$pid" 2>/dev/null || status=$?
    exec {input}<&-
    boot_end "${cgroups[@]}"
    trap - TERM INT HUP
    return "$status"
}

# As boot_host, for who watches: what the command prints is printed as it comes. A host that does not come up shows its console.
boot_stream() { # ROOT STAGE SECONDS COMMAND…
    local root=$1 stage=$2 seconds=$3 results status=0 out err readers=()
    shift 3
    results=$(mktemp -d /tmp/breakglass-host.XXXXXX)
    mkfifo "$results/stdout" "$results/stderr"
    cat "$results/stdout" &
    readers+=($!)
    cat "$results/stderr" >&2 &
    readers+=($!)
    # Open on our side too, so that both readers end when we let go, also if the host never came to write.
    exec {out}<>"$results/stdout" {err}<>"$results/stderr"
    boot_host plain "$root" "$stage" "$results" "$seconds" "$@" {out}>&- {err}>&- || status=$?
    exec {out}>&- {err}>&-
    wait "${readers[@]}"
    [[ -e $results/journal ]] || cat "$results/console" >&2
    rm -rf "$results"
    return "$status"
}
