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
        grep -q "^\*$field\*$" "$PAGE" || echo "$field has no line in $PAGE"
    done
}

every_line_is_a_field() {
    sed -nE 's/^\*([a-z_]+)\*$/\1/p' "$PAGE" | while read -r field; do
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

every_code_is_explained() {
    local where
    where=$(files -name 'bgctl.1.scd' && files -name README.md | grep -x README.md && find "${BG_BUILD:?}" -name 'bgctl.1*')
    sed -nE 's/^BG_CODE\([A-Z_]+, "([^"]*)".*/\1/p' policy/base/codes.def | while read -r word; do
        # shellcheck disable=SC2086 # a list of paths
        grep -qE "(^|[^a-z-])$word([^a-z-]|$)" $where || echo "$word stands in neither bgctl.1 nor the README"
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
if [[ -e bgctl/cli/bgctl.1.scd ]]; then
    check "every reason code is explained in bgctl(1) or the README" every_code_is_explained
else
    skip "every reason code is explained" "no bgctl(1) yet"
fi
check "every man page is one" man_pages_are_made
done_checking
