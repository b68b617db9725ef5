# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The parts of the test run, one function each. PICKED holds what to pick of a part's programs; empty is all.

picked() { # NAME
    local word
    [[ ${#PICKED[@]} -gt 0 ]] || return 0
    for word in "${PICKED[@]}"; do [[ $1 != *"$word"* ]] || return 0; done
    return 1
}

part_lint() {
    local script
    build_host || return
    for script in "$TESTS"/lint/*.sh; do
        if [[ ! -x $script ]] || ! picked "${script##*/}"; then continue; fi
        BG_BUILD=$REPO/build/host jobs_start "lint/${script##*/}" timeout -k 5 300 "$script"
    done
    jobs_wait
}

# All tests that meson knows, in a build folder that is up to date. What they sync need not reach a disk.
run_units() { # NAME
    local build=$1 name command memory=/dev/shm
    local -x TMPDIR=${TMPDIR:-/tmp}
    if [[ -w $memory && $(stat -f -c %T "$memory") == tmpfs ]]; then TMPDIR=$memory; fi
    while IFS=$'\t' read -r name command; do
        picked "$name" || continue
        jobs_start "$build/$name" timeout -k 5 600 bash -c "$command"
    done < <("$TESTS/lib/unit-list" "$REPO/build/$build")
    jobs_wait
}

part_unit() {
    build gcc gcc "${BUILD_TEST_OPTIONS[@]}" && CMOCKA_MESSAGE_OUTPUT=TAP run_units gcc
}

part_clang() {
    build clang clang "${BUILD_TEST_OPTIONS[@]}" && CMOCKA_MESSAGE_OUTPUT=TAP run_units clang
}

part_sanitize() {
    build sanitize gcc "${BUILD_TEST_OPTIONS[@]}" --buildtype=debug -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args=-fno-sanitize-recover=all || return
    # A test's own death by a sanitizer is a status other than 0, which is what counts.
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        CMOCKA_MESSAGE_OUTPUT=TAP run_units sanitize
}

# libFuzzer writes what it tries and found into folders of its own: the corpus is not changed. Everything of a target that
# was told to stop is one test.
fuzz_target() { # NAME
    local name=$1 results=$LOGS/fuzz/$1 status=0
    rm -rf "$results"
    mkdir -p "$results/new"
    echo 1..1
    ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
        "$REPO/build/fuzz/tests/fuzz/fuzz-$name" -max_total_time="${BG_FUZZ_SECONDS:-5}" -timeout=10 -rss_limit_mb=2048 \
        -verbosity=0 -print_final_stats=1 -artifact_prefix="$results/" "$results/new" "$TESTS/fuzz/corpus/$name" \
        >"$results/log" 2>&1 || status=$?
    rm -rf "$results/new"
    # A target that ran nothing has shown nothing.
    if ((status == 0)) && grep -q '^stat::number_of_executed_units: *[1-9]' "$results/log"; then
        sed -n 's/^stat::number_of_executed_units: */# inputs: /p' "$results/log"
        echo "ok 1 - $name"
    else
        echo "not ok 1 - $name"
        grep -av '^stat::' "$results/log" | tail -n 60 | sed 's/^/# /'
        echo "# all of it, and the input: ${results#"$REPO/"}"
    fi
}

part_fuzz() {
    local source name
    # Only the targets, which compile the library once more: the other programs have a build of their own.
    TARGETS=fuzz build fuzz clang "${BUILD_TEST_OPTIONS[@]}" -Dfuzz=true -Db_lundef=false || return
    for source in "$TESTS"/fuzz/*.c; do
        name=${source##*/} name=${name%.c}
        if [[ $name == replay ]] || ! picked "$name"; then continue; fi
        jobs_start "fuzz/$name" fuzz_target "$name"
    done
    jobs_wait
}

# One test file on a host of its own. What it printed is the outcome; of a host that did not come up, the console is.
host_test() { # RELEASE FILE
    local release=$1 file=$2 root results=$LOGS/host/$1/${2%.py} status=0
    root=$(release_root "$release")
    rm -rf "$results"
    mkdir -p "$results"
    boot_host plain "$root" "$(build_staged "$root")" "$results" "${BG_HOST_SECONDS:-600}" \
        /usr/bin/python3 -B /opt/breakglass-tests/host/lib/driver.py "$file" || status=$?
    cat "$results/stdout" 2>/dev/null || sed 's/^/# console: /' "$results/console"
    ((status == 0)) || sed 's/^/# stderr: /' "$results/stderr" 2>/dev/null || true
    ((status == 0)) || echo "# journal: ${results#"$REPO/"}/journal"
    return "$status"
}

part_host() {
    local release file began ready=()
    if ((EUID != 0)); then
        if [[ ${CI:-} == true ]]; then
            tap_failure "host: only root can boot hosts"
        else
            echo "skipped host: only root can boot hosts"
            tap_skipped=$((tap_skipped + 1))
        fi
        return
    fi
    [[ ${CI:-} != true ]] || jobs_strict=strict
    # All are prepared before the first boots: a host that shares its cores with a compiler is slow in odd places.
    for release in "${RELEASES[@]}"; do
        began=$EPOCHREALTIME
        if release_prepare "$release"; then
            ready+=("$release")
            echo "prepared $release in $(seconds_since "$began") s"
        else
            tap_failure "host: no host of $release could be made"
        fi
    done
    for release in "${ready[@]}"; do
        for file in "$TESTS"/host/*.py; do
            file=${file##*/}
            picked "${file%.py}" || continue
            jobs_start "host/${file%.py} $release" host_test "$release" "$file"
        done
    done
    jobs_wait
    # shellcheck disable=SC2034 # jobs.sh reads it
    jobs_strict=''
}
