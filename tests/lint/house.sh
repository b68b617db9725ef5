#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The include rules of house.txt.
. tests/lint/lib.bash

# FILE INCLUDED, of every include of the project's own.
includes() { # [FOLDER…]
    files -name '*.[ch]' | grep -E "^(${1:-.*})/" |
        xargs grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*"' | sed -E 's/:.*"(.*)"/ \1/'
}

paths_from_the_root() {
    includes | while read -r file included; do
        [[ -e $included && $included != *..* && $included == */* ]] || echo "$file includes \"$included\""
    done
}

each_folder_has_a_row() {
    files -name '*.[ch]' | grep -E '^(policy|pam_breakglass|bgctl)/' | sed 's|/[^/]*$||' | sort -u | while read -r folder; do
        grep -q "^$folder:" tests/lint/house.txt || echo "$folder has no row in tests/lint/house.txt"
    done
}

rows_hold() {
    local file included from to allowed
    includes 'policy|pam_breakglass|bgctl' | while read -r file included; do
        from=${file%/*} to=${included%/*}
        [[ $from != "$to" ]] || continue
        allowed=$(sed -n "s|^$from:||p" tests/lint/house.txt)
        [[ " $allowed " == *" $to "* ]] || echo "$file includes $included: $from may not"
    done
}

no_cycle_of_folders() {
    includes 'policy|pam_breakglass|bgctl' | sed -E 's|/[^/ ]*( \|$)|\1|g' | awk '$1 != $2' | sort -u | tsort >/dev/null
}

no_cycle_of_headers() {
    includes 'policy|pam_breakglass|bgctl|tests' | grep '\.h ' | tsort >/dev/null
}

systemd_has_one_folder() {
    files -name '*.[ch]' | grep -v '^policy/systemd/' | xargs grep -nE '#[[:space:]]*include[[:space:]]*<systemd/'
    true
}

check "every include is a path from the root" paths_from_the_root
check "every folder has a row in house.txt" each_folder_has_a_row
check "nobody includes what its row does not allow" rows_hold
check "no cycle between folders" no_cycle_of_folders
check "no cycle between headers" no_cycle_of_headers
check "only policy/systemd includes <systemd/...>" systemd_has_one_folder
done_checking
