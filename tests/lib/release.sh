# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The two Debian releases that hosts are made of. The machine's own release is the machine's own / (seen through an overlay,
# never written); the other one is a root folder made by debootstrap from the mirror this machine uses, kept for next time.

# shellcheck disable=SC2034 # tests/run reads it
RELEASES_ALL=(bookworm trixie)
RELEASE_CACHE=/var/cache/breakglass-tests

release_own() {
    # shellcheck source=/dev/null
    (. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
}

release_root() { # RELEASE: the folder that is its /
    if [[ $1 == "$(release_own)" ]]; then echo /; else echo "$RELEASE_CACHE/$1"; fi
}

# apt itself says which mirror serves this release, whichever of its formats the sources are written in.
release_mirror() {
    # shellcheck disable=SC2016 # these are apt's variables
    apt-get indextargets --format '$(RELEASE) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        awk -v own="$(release_own)" '$1 == own || $2 == own { print $NF; exit }'
}

# What this machine's apt was told about proxies and clocks holds for the other root as well.
release_copy_network() { # ROOT
    apt-config dump | grep -E '^Acquire::(https?::.*[Pp]roxy|Check-(Valid-Until|Date))' \
        >"$1/etc/apt/apt.conf.d/01machine" || true
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/" 2>/dev/null || true
}

release_bootstrap() { # RELEASE
    local root=$RELEASE_CACHE/$1 try mirror
    [[ -e $root/.ready ]] && return 0
    mirror=$(release_mirror)
    [[ -n $mirror ]] || { echo "apt knows no mirror for $(release_own)" >&2; return 1; }
    try=$root.$$
    rm -rf --one-file-system "$root" "$root".[0-9]*
    if ! debootstrap --variant=minbase --include=ca-certificates "$1" "$try" "$mirror" >"$LOGS/debootstrap-$1.log" 2>&1; then
        tail -n 5 "$LOGS/debootstrap-$1.log" >&2
        rm -rf --one-file-system "$try"
        return 1
    fi
    touch "$try/.ready"
    mv -T "$try" "$root"
}

# Makes RELEASE ready to be booted: root folder, packages, and the project built and staged (build.sh). The lock keeps two
# runs from changing one root at a time; it stays shared, in a descriptor, for as long as this shell boots hosts of it.
release_prepare() { # RELEASE
    local root lock
    root=$(release_root "$1")
    mkdir -p "$RELEASE_CACHE"
    exec {lock}>"$RELEASE_CACHE/$1.lock"
    flock -x "$lock"
    if [[ $root != / ]]; then
        release_bootstrap "$1" || return 1
        release_copy_network "$root"
    fi
    packages_install "$root" "$1" host build || return 1
    build_stage "$root" || return 1
    flock -s "$lock"
}

# For who wants a host outside of a test run: what booting RELEASE needs on this machine, and the release itself.
host_ready() { # RELEASE
    local purposes=(boot)
    [[ $1 == "$(release_own)" ]] || purposes+=(bootstrap)
    packages_install / "$(release_own)" "${purposes[@]}" && release_prepare "$1"
}
