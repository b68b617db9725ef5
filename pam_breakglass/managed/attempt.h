/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of PAM's for a managed account: who comes in where, from PAM's items and this host's own
 * files; and what the store says of it, read anew each time it is asked. */
#pragma once

#include "pam_breakglass/managed/guard.h"
#include "pam_breakglass/managed/options.h"

#include "policy/decide/decide.h"

/* Lines to say once the guard is left, see answer.h. */
#define BG_LINES_MAX 8
#define BG_LINE_TEXT_BYTES 512

struct bg_login {
        pam_handle_t *pamh;
        int flags;
        struct bg_options options;
        struct bg_guard guard;

        struct bg_attempt attempt; /* answered: as PAM kept it since auth */
        int64_t login_uid;         /* -1: not set */
        char terminal[BG_ITEM_BYTES];

        struct bg_store store;
        struct bg_policy policy; /* what bg_look() read last */
        struct bg_grants grants;

        unsigned n_lines;
        int style; /* of the lines: PAM_ERROR_MSG, PAM_TEXT_INFO */
        char lines[BG_LINES_MAX][BG_LINE_TEXT_BYTES];
        char lost[BG_LINE_TEXT_BYTES]; /* an event that could not be recorded, in words */
};

/* Takes down who and where, and opens the store, within the guard. Whatever could be had is there
 * also where it fails, so that the refusal can be told. Errors: BG_SYSTEM, BG_BAD_POLICY (the
 * account has no line in /etc/passwd), BG_UNSAFE_FILE, BG_STORE_FAILED. */
enum bg_code bg_login_begin(struct bg_login *login, struct bg_error *err);
void bg_login_done(struct bg_login *login);

/* Whether it comes in by su: then it has a caller, whose real uid the process carries. */
bool bg_login_is_su(const struct bg_login *login);
bool bg_login_is_ssh(const struct bg_login *login);

/* Reads clocks, policy, keys and grants anew. Errors: whatever they answer. */
enum bg_code bg_login_load(struct bg_login *login, struct bg_error *err);

/* Loads, and decides. `use`: the one that this session has
 * taken already and which is not held against it; 0: none. Returns BG_OK where it may go on (see
 * ret->verdict), else why not, with the sentence for the record in `err`. `ret->grant` lives until
 * the next look. */
enum bg_code bg_look(
        struct bg_login *login, int64_t use, struct bg_decision *ret, struct bg_error *err);

/* By this name PAM keeps the code with which su's caller was refused in auth already. */
#define BG_DATA_TOLD "breakglass.told"

/* By this name PAM keeps the id of the grant that let a named caller in, from auth on. */
#define BG_DATA_ANSWERED "breakglass.answered"
