# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what the file `packages` lists, on this machine or in the root folder of another Debian, and nothing that is
# already there. No service is started by it: a test machine has no use for a second sshd.

packages_list() { # RELEASE PURPOSE…: their names, a line each
    local release=$1 purpose word
    shift
    for purpose; do
        sed -n "s/^$purpose: *//p" "$TESTS/lib/packages"
    done | tr -s ' ' '\n' | while read -r word; do
        case $word in
        *@"$release") echo "${word%@*}" ;;
        *@*) ;;
        *) echo "$word" ;;
        esac
    done | sort -u
}

packages_missing() { # ROOT RELEASE PURPOSE…
    local root=$1
    shift
    # The architecture-qualified duplicates of dpkg's list do no harm here.
    comm -13 <(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Status} ${Package}\n' |
        sed -n 's/^installed //p' | sort -u) <(packages_list "$@")
}

# Runs a command with ROOT as its /. The mounts it needs live in a namespace of its own and go with it.
in_root() { # ROOT COMMAND…
    local root=$1
    shift
    if [[ $root == / ]]; then
        "$@"
    else
        # shellcheck disable=SC2016 # $1 and $@ are the inner shell's
        unshare --mount --propagation private bash -euc '
            mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; mount -t tmpfs tmpfs "$1/run"
            root=$1; shift; exec chroot "$root" "$@"' in_root "$root" "$@"
    fi
}

packages_install() { # ROOT RELEASE PURPOSE…
    local root=$1 names status=0 policy=${1%/}/usr/sbin/policy-rc.d mine=
    mapfile -t names < <(packages_missing "$@")
    ((${#names[@]})) || return 0
    if ((EUID != 0)); then
        echo "missing packages, and only root can install them: ${names[*]}" >&2
        return 1
    fi
    # invoke-rc.d and deb-systemd-invoke start nothing where this file answers 101.
    if [[ ! -e $policy ]]; then
        mine=$policy
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 0755 "$policy"
    fi
    in_root "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 bash -euc '
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "$@"
        apt-get clean' install "${names[@]}" </dev/null >"$LOGS/packages.log" 2>&1 || status=$?
    [[ -z $mine ]] || rm -f "$mine"
    if ((status)); then
        echo "apt-get could not install: ${names[*]}" >&2
        tail -n 15 "$LOGS/packages.log" >&2
    fi
    return "$status"
}
