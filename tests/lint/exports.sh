#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the built objects export, need and are hardened by. BG_BUILD is the build folder.
. tests/lint/lib.bash

SIX="pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session pam_sm_open_session pam_sm_setcred"

exported() { nm -D --defined-only "$1" | awk '$2 ~ /[A-Z]/ { print $3 }' | sort | paste -sd ' '; }
needed() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux'; }

exports_are() { # OBJECT NAMES
    [[ $(exported "$1") == "$2" ]] || echo "it exports: $(exported "$1")"
}

needs_at_most() { # OBJECT LIBRARY…
    local object=$1 library
    shift
    while read -r library; do
        [[ " $* libc " == *" ${library%%.so*} "* ]] || echo "it needs $library"
    done < <(needed "$object")
}

is_hardened() { # OBJECT
    local dynamic segments undefined
    dynamic=$(readelf -hdW "$1") segments=$(readelf -lW "$1") undefined=$(nm -D --undefined-only "$1")
    grep -q 'GNU_RELRO' <<<"$segments" || echo "no RELRO"
    grep -qE '\(BIND_NOW\)|FLAGS.*\bNOW\b' <<<"$dynamic" || echo "no BIND_NOW"
    grep -qE 'GNU_STACK.* RW ' <<<"$segments" || echo "its stack can be executed"
    grep -qE 'LOAD.* RWE ' <<<"$segments" && echo "a segment is writable and executable"
    grep -qE 'RPATH|RUNPATH' <<<"$dynamic" && echo "it looks for libraries along a path of its own"
    grep -q 'TEXTREL' <<<"$dynamic" && echo "it has text relocations"
    grep -q 'Type: *DYN' <<<"$dynamic" || echo "not position independent"
    [[ $1 == *.so ]] || grep -qE 'FLAGS_1.*\bPIE\b' <<<"$dynamic" || echo "no PIE"
    grep -q __stack_chk_fail <<<"$undefined" || echo "no stack protector"
    true
}

# Each: name, what it may need besides libc, and for a module its exports.
object() { # NAME LIBRARIES [EXPORTS]
    local name=$1 libraries=$2 exports=${3:-} found
    found=$(find "${BG_BUILD:?}" -type f -name "$name" -not -path '*/tests/*' | head -n 1)
    if [[ -z $found ]]; then
        if files -name meson.build | xargs grep -qE "'${name%.so}'"; then
            check "$name is built" false
        else
            skip "$name" "not there yet"
        fi
        return
    fi
    # shellcheck disable=SC2086 # a list of words
    check "$name needs libc${libraries:+ $libraries} at most" needs_at_most "$found" $libraries
    check "$name is hardened" is_hardened "$found"
    [[ -z $exports ]] || check "$name exports $exports" exports_are "$found" "$exports"
}

object pam_breakglass.so "libpam" "$SIX"
object managed.so "libpam libsodium libyaml libyaml-0 libseccomp libsystemd" bg_managed
object bgctl-helper "libpam libsodium libyaml-0 liboath"
object bgctl "libsodium libyaml-0 libqrencode"
object bgctl-sweep "libsodium libyaml-0 libsystemd"
object bgctl-tell "libsodium libyaml-0 libsystemd"

one_place_sets_the_mode() {
    local places
    places=$(files -name meson.build | xargs grep -lE "rws|4755" | paste -sd ' ')
    [[ $places == bgctl/setuid/meson.build ]] || echo "places: $places"
    [[ $(grep -cE "install_mode.*(rws|4755)" bgctl/setuid/meson.build) == 1 ]] || echo "more than one line"
}
check "the set-id mode stands in one meson.build" one_place_sets_the_mode
done_checking
