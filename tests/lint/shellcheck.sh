#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every shell script. Functions that are handed to another as a word look unused to it (SC2317, SC2329).
. tests/lint/lib.bash

while read -r file; do
    check "$file" shellcheck -x -e SC2317,SC2329 "$file"
done < <(shell_files)
done_checking
