/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of which every document is made: names, ids, durations, times, addresses, clean text.
 * Each is read and printed here and nowhere else. Nothing allocates; text is NUL-terminated. */
#pragma once

#include "policy/base/words.h"

/* A user's or group's name that is safe as a file's name: letters, digits, "_", "-", "." after the
 * first character, which is a letter or "_"; at most 32. */
bool bg_is_name(const char *text);
/* A name, or "@" and a group's name. */
bool bg_is_principal(const char *text);
bool bg_is_role_name(const char *text);   /* [a-z][a-z0-9-]{0,20} */
bool bg_is_factor_name(const char *text); /* as a role's: it becomes a file's name */
/* [A-Z_][A-Z0-9_]*, and none that the loader or we ourselves act upon (LD_*,
 * GLIBC_TUNABLES, BREAKGLASS_*). */
bool bg_is_env_name(const char *text);
bool bg_is_machine_id(const char *text); /* 32 lower-case hexadecimal digits */

/* Text that says to a terminal, a journal and a person the same thing: UTF-8 without control
 * characters, line breaks, bidirectional marks and noncharacters. */
bool bg_is_clean_text(const char *text);
/* Makes `text` clean in place: what is not becomes "?". */
void bg_clean(char *text);

/* An id: 25 bits of minutes since 2024-01-01 UTC, then 15 random bits, in Crockford's base 32. */
bool bg_is_id(const char *text);
void bg_id_make(bg_usec wall, uint16_t random, char ret[static BG_ID_BYTES]);
/* In any case, with or without the hyphen, I and L read as 1, O as 0. False: not an id. */
bool bg_id_parse(const char *text, char ret[static BG_ID_BYTES]);

/* "45s", "90m", "2h", "7d": a whole number, not 0, and its unit; at most ten years: longer is a
 * mistake, and this is far from any overflow. */
#define BG_DURATION_MAX (UINT64_C(3650) * 86400 * BG_USEC_PER_SEC)
bool bg_duration_parse(const char *text, bg_usec *ret);
#define BG_DURATION_BYTES 24
/* A part of a second counts as a whole one, so that what is not 0 reads back. */
const char *bg_duration_print(bg_usec duration, char ret[static BG_DURATION_BYTES]);

/* RFC 3339 in UTC with one reading only: 2026-11-24T02:46:00Z, with six digits of a second where
 * they are not all 0. From 1970, where a clock without a battery begins, to 2199. */
bool bg_time_parse(const char *text, bg_usec *ret);
#define BG_TIME_BYTES 32
const char *bg_time_print(bg_usec time, char ret[static BG_TIME_BYTES]);

/* A decimal number without sign or leading zero. */
bool bg_number_parse(const char *text, uint64_t max, uint64_t *ret);

/* An IPv4 or IPv6 address, or a network with its prefix length and no host bits. */
bool bg_is_network(const char *text);
bool bg_network_has(const char *network, const char *address);
/* Whether all of `inner`, a network or an address, lies in `network`. */
bool bg_network_holds(const char *network, const char *inner);

/* An ssh key's fingerprint as ssh-keygen -l prints it: "SHA256:" and 43 characters of base64. */
bool bg_is_fingerprint(const char *text);
