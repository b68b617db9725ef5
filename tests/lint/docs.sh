#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is written for people keeps up with the tables.
. tests/lint/lib.bash
PAGE=policy/format/breakglass.5.scd

policy_fields() { # the names in the tables of the three policy files
    sed -nE 's/^ *BG_F_TEXT\([a-z_]+, ([a-z_]+).*/\1/p; s/^ *BG_F\([a-z_]+, [A-Z_]+, ([a-z_]+).*/\1/p;
        s/.*\.name = "([a-z_]+)".*/\1/p' policy/format/{host,identity,role}.c
}

every_field_has_a_line() {
    [[ $(policy_fields | wc -l) -gt 15 ]] || echo "no fields were found"
    policy_fields | sort -u | while read -r field; do
        grep -qE "^[[:space:]]*\*$field\*$" "$PAGE" || echo "$field has no line in $PAGE"
    done
}

every_line_is_a_field() {
    sed -nE 's/^[[:space:]]*\*([a-z_]+)\*$/\1/p' "$PAGE" | while read -r field; do
        policy_fields | grep -qx "$field" || echo "$PAGE has $field, which is no field"
    done
}

every_document_has_a_section() {
    grep -rhoE '\.what = "[^"]*"' --include='*.c' policy bgctl pam_breakglass | sed 's/.*"\(.*\)"/\1/' | sort -u |
        while read -r what; do
            grep -qE "(\| Document \||^Document |and within it ).*\`$what\`" policy/format/FORMATS.md ||
                echo "no section of FORMATS.md is about \"$what\""
        done
}

# bgctl(1) as a host gets it: what is made from the tables is in it.
every_word_is_explained() { # MACRO FILE
    local page words word
    page=$(find "${BG_BUILD:?}" -name bgctl.1.scd.made)
    words=$(sed -nE "s/^$1\([A-Z_]+, \"([^\"]*)\".*/\1/p" "$2")
    [[ -n $page && $(wc -l <<<"$words") -gt 15 ]] || echo "no page, or no rows were found"
    while read -r word; do
        grep -qE "^\\*$word\\*( |$)" "$page" || echo "$word has no line in bgctl(1)"
    done <<<"$words"
}

# What a comment sends the reader to is there: a path from the root, or a name that one file of the tree has.
every_text_is_there() {
    local named file
    files \( -name '*.[ch]' -o -name '*.def' -o -name '*.py' -o -name '*.sh' -o -name '*.bash' -o -name '*.txt' -o -name '*.map' \
        -o -name meson.build -o -name '*.md' -o -name '*.in' \) | xargs grep -oE '[A-Za-z0-9_./-]*[A-Za-z0-9_-]\.md\b' |
        while IFS=: read -r file named; do
            [[ -e $named || -e ${file%/*}/$named || ($named != */* && -n $(files -name "$named")) ]] ||
                echo "$file names $named, which is not there"
        done
}

man_pages_are_made() {
    command -v scdoc >/dev/null || { echo "scdoc is missing" && return; }
    files -name '*.scd' | while read -r page; do
        scdoc <"$page" >/dev/null || echo "$page"
    done
}

check "every policy field has a line in breakglass(5)" every_field_has_a_line
check "every field in breakglass(5) is one" every_line_is_a_field
check "every document has a section in FORMATS.md" every_document_has_a_section
check "every reason code has its line in bgctl(1)" every_word_is_explained BG_CODE policy/base/codes.def
check "every event has its line in bgctl(1)" every_word_is_explained BG_EVENT policy/base/events.def
check "every text that a comment names is in the tree" every_text_is_there
check "every man page is one" man_pages_are_made
done_checking
