# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds with meson, quietly: the log is shown when something fails. All build folders lie in build/ and are kept, so that
# the next run compiles only what changed.

BUILD_OPTIONS=(--prefix=/usr --sysconfdir=/etc --localstatedir=/var -Dwerror=true)
# What a host gets, and what is linted: no tests, and none of what the module does for its tests alone.
BUILD_HOST_OPTIONS=("${BUILD_OPTIONS[@]}" -Dtests=false -Dman=enabled)
# shellcheck disable=SC2034 # parts.sh reads it
BUILD_TEST_OPTIONS=("${BUILD_OPTIONS[@]}" -Dtests=true)

BUILD_TREE=$(printf %s "$REPO" | cksum | cut -d " " -f 1)

# Configures and compiles SOURCE in FOLDER, all of it or the TARGETS. Other options than last time, or a folder copied from elsewhere, begin it anew.
build_in() { # SOURCE FOLDER [OPTION…]
    local source=$1 folder=$2 wanted
    shift 2
    wanted="${CC:-cc} $source $*"
    if [[ ! -e $folder/build.ninja || $(cat "$folder/.options" 2>/dev/null) != "$wanted" ]]; then
        rm -rf "$folder"
        meson setup "$folder" "$source" "$@" || return 1
        echo "$wanted" >"$folder/.options"
    fi
    # shellcheck disable=SC2086 # a list of names
    meson compile -C "$folder" ${TARGETS:-}
}

# Builds this work tree with CC as NAME, and says how it went in one line. Parts share builds: each is made once a run.
declare -A build_done=()
build() { # NAME CC [OPTION…]
    local name=$1 began=$EPOCHREALTIME log=$LOGS/build-$1.log
    local -x CC=$2
    shift 2
    case ${build_done[$name]:-} in
    yes) return 0 ;;
    no) tap_failure "build $name, as before" && return 1 ;;
    esac
    if build_in "$REPO" "$REPO/build/$name" "$@" >"$log" 2>&1; then
        echo "built $name in $(seconds_since "$began") s"
        build_done[$name]=yes
    else
        tap_failure "build $name" "$log"
        build_done[$name]=no
        return 1
    fi
}

build_host() { build host gcc "${BUILD_HOST_OPTIONS[@]}"; }

# Builds in ROOT and installs into ROOT's stage folder, which every boot copies from. Another release than the machine's gets
# a copy of the work tree, and its own compiler.
build_stage() { # ROOT
    local root=$1 log=$LOGS/stage.log
    if [[ $root == / ]]; then
        build_host || return 1
        rm -rf "$REPO/build/stage"
        (umask 022 && DESTDIR=$REPO/build/stage meson install -C "$REPO/build/host" --no-rebuild) >"$log" 2>&1 && return 0
    else
        # A folder of its own for each work tree: the root is shared by all on this machine.
        local in=/breakglass/$BUILD_TREE
        local there=$root$in
        rm -rf "$there/source" "$there/stage"
        mkdir -p "$there/source"
        tar -C "$REPO" --exclude=./.git --exclude=./build -cf - . | tar -C "$there/source" --no-same-owner -xf -
        # shellcheck disable=SC2016 # $@ is the inner shell's
        in_root "$root" env LC_ALL=C.UTF-8 bash -uc "umask 022; $(declare -f build_in)"'
            in=$0
            build_in "$in/source" "$in/build" "$@" &&
            DESTDIR="$in/stage" meson install -C "$in/build" --no-rebuild' "$in" "${BUILD_HOST_OPTIONS[@]}" \
            </dev/null >"$log" 2>&1 && return 0
    fi
    tail -n 40 "$log" >&2
    return 1
}

build_staged() { # ROOT: where build_stage put it
    if [[ $1 == / ]]; then echo "$REPO/build/stage"; else echo "$1/breakglass/$BUILD_TREE/stage"; fi
}
