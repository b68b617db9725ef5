#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What lies where: the top level, licences, the mirror of tests, the texts.
. tests/lint/lib.bash

top_level() {
    local found
    found=$(find . -mindepth 1 -maxdepth 1 ! -name '.*' ! -name 'build*' -printf '%f\n' | sort | paste -sd ' ')
    [[ $found == "COPYING README.md bgctl meson.build meson_options.txt pam_breakglass policy tests" ]] ||
        echo "there are: $found"
}

# In the first lines of all that takes a comment.
licences() {
    files \( -name '*.[ch]' -o -name '*.def' -o -name '*.py' -o -name '*.sh' -o -name '*.bash' -o -name meson.build -o \
        -name '*.txt' -o -name '*.map' -o -name '*.in' -o -name '*.path' -o -name '*.timer' -o -name '*.service' -o \
        -name '*.tmpfiles' -o -name '*.sysusers' \) | grep -v '^tests/vectors/.*\.json' |
        while read -r file; do
            head -n 4 "$file" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later' || echo "$file has no SPDX line"
        done
    shell_files | while read -r file; do
        head -n 4 "$file" | grep -q 'SPDX-License-Identifier' || echo "$file has no SPDX line"
    done
}

# Every PATH/x.c of policy/ has a test of its own in tests/unit/PATH/x.c, and meson knows it.
mirror() {
    local file
    files -path './policy/*.c' | grep -v '^policy/systemd/' | while read -r file; do
        [[ -e tests/unit/$file ]] || echo "$file has no tests/unit/$file"
    done
    files -path './tests/unit/policy/*.c' | while read -r file; do
        grep -q "'$(sed 's|^tests/unit/||; s|\.c$||' <<<"$file")'" tests/unit/meson.build ||
            echo "$file is not in tests/unit/meson.build"
    done
}

# A parser that is not fuzzed is not done.
fuzzed() {
    local name
    for name in document ask scalar token key sshkey options pamfile; do
        [[ -e tests/fuzz/$name.c && -n $(ls -A "tests/fuzz/corpus/$name" 2>/dev/null) ]] || echo "$name is not fuzzed"
    done
    files -path './tests/fuzz/*.c' ! -name replay.c | sed 's|.*/||; s|\.c$||' | while read -r name; do
        grep -q "^foreach name : .*'$name'" tests/fuzz/meson.build || echo "meson does not know the target $name"
    done
}

# Every table that the document reader can be given is one that it is fuzzed with.
documents_fuzzed() {
    local table
    files -path './policy/*.h' | xargs sed -nE 's/^extern const struct bg_table (bg_[a-z_]+);.*/\1/p' | while read -r table; do
        grep -q "&$table\b" tests/fuzz/document.c || echo "$table is not in tests/fuzz/document.c"
    done
}

# Where this was written, by what and from where packages came is no business of the tree's. (The words are taken apart so
# that this file does not find itself.)
no_traces() {
    local pattern
    pattern='/wor''k/|py''pi\.org|python''hosted|npm''js|crates''\.io|proxy\.gol''ang|artifact''ory|vms''ock'
    pattern+='|\b(Chat''GPT|Cla''ude|Anth''ropic|Open''AI|Co''pilot|L''LM)\b|\bissue [0-9]+\b'
    files | grep -vE '^(COPYING|tests/vectors/(LICENSE|.*\.json)|tests/fuzz/corpus/)' | tr '\n' '\0' |
        xargs -0 grep -nIiE "$pattern"
    true
}

no_left_overs() {
    files \( -name '*.orig' -o -name '*.rej' -o -name '*~' -o -name '*.swp' -o -name 'core' -o -name '*.o' \)
    files -name '*.[ch]' | xargs grep -nE '\b(TODO|FIXME|XXX|HACK)\b' | grep -v 'XXXXXX'
    true
}

no_odd_blanks() {
    files \( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' -o -name '*.bash' -o -name '*.py' -o -name '*.build' -o -name '*.md' \) |
        xargs grep -nE '[[:space:]]+$|^ *	'
    true
}

# A file that grows beyond this wants to be two; the design says 300, and leaves room.
short_files() {
    files -path './*.[ch]' | grep -vE '^tests/' | while read -r file; do
        (($(wc -l <"$file") <= 500)) || echo "$file has $(wc -l <"$file") lines"
    done
}

check "the top level is as said" top_level
check "every source says its licence" licences
check "tests/unit mirrors policy" mirror
check "every parser is fuzzed" fuzzed
check "every document is fuzzed" documents_fuzzed
check "nothing tells where it was written" no_traces
check "nothing is left over" no_left_overs
check "no blanks at the end of lines, no tabs" no_odd_blanks
check "no file is longer than a sitting" short_files
done_checking
