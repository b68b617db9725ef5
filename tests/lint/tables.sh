#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The four tables that are included as text.
. tests/lint/lib.bash

exactly_four() {
    local found
    found=$(files -name '*.def' | paste -sd ' ')
    [[ $found == "bgctl/cli/commands.def bgctl/setuid/verbs.def policy/base/codes.def policy/base/events.def" ]] ||
        echo "there are: $found"
}

# A table's rows on one line each, comments taken out; the texts' continuation lines joined.
rows() { # MACRO FILE
    sed -e 's|/\*.*\*/||; /\/\*/,/\*\//d' "$2" | tr '\n' ' ' | sed "s/$1(/\n&/g" | grep "^$1("
}

messages_have_ids() {
    local ids
    ids=$(rows BG_EVENT policy/base/events.def | sed -E 's/^BG_EVENT\([A-Z_]+, *"[^"]*", *"([^"]*)".*/\1/')
    grep -vE '^[0-9a-f]{32}$' <<<"$ids"
    sort <<<"$ids" | uniq -d
    true
}

words_are_unique() { # MACRO FILE
    local words
    words=$(rows "$1" "$2" | sed -E "s/^$1\([A-Z_]+, *\"([^\"]*)\".*/\1/")
    grep -vE '^[a-z][a-z-]+$' <<<"$words"
    sort <<<"$words" | uniq -d
    [[ $(wc -l <<<"$words") -gt 10 ]] || echo "no rows were found"
}

# The enum's name is the word in capitals: nobody has to look it up.
names_are_their_words() { # MACRO FILE
    rows "$1" "$2" | sed -E "s/^$1\(([A-Z_]+), *\"([^\"]*)\".*/\1 \2/" | while read -r name word; do
        [[ $name == "$(tr 'a-z-' 'A-Z_' <<<"$word")" ]] || echo "$name is called $word"
    done
}

catalog_has_all() {
    local catalog
    catalog=$(find "${BG_BUILD:?}" -type f -name '*.catalog' | head -n 1)
    rows BG_EVENT policy/base/events.def | grep -oE '[0-9a-f]{32}' | while read -r id; do
        grep -q "^-- $id" "$catalog" || echo "$id is not in $catalog"
    done
}

check "exactly four .def files" exactly_four
check "every MESSAGE_ID has 32 hexadecimal digits, and no two are the same" messages_have_ids
check "every code's word is a word, once" words_are_unique BG_CODE policy/base/codes.def
check "every event's word is a word, once" words_are_unique BG_EVENT policy/base/events.def
check "codes are named by their words" names_are_their_words BG_CODE policy/base/codes.def
check "events are named by their words" names_are_their_words BG_EVENT policy/base/events.def
if [[ -n $(find "${BG_BUILD:?}" -type f -name '*.catalog') ]]; then
    check "the catalog has every event" catalog_has_all
elif files -name meson.build | xargs grep -q catalog; then
    check "the catalog is built" false
else
    skip "the catalog has every event" "not there yet"
fi
done_checking
