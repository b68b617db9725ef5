/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* factors/ and tries/: TOTP secrets, which codes were used, and what proving has cost. No file is
 * rewritten and nothing is locked: what one of several must win is a name that must not exist yet. */
#pragma once

#include "policy/base/words.h"
#include "policy/store/dir.h"

/* RFC 4226 asks for 160 bits and allows more; SHA-1's block is 64 bytes. */
#define BG_TOTP_SECRET_BYTES 20
#define BG_TOTP_SECRET_BYTES_MAX 64

/* The secret of HUMAN.totp; the caller wipes it. Errors: BG_NO_SUCH (not enrolled), BG_UNSAFE_FILE,
 * BG_STORE_FAILED (also where the file does not read). */
enum bg_code bg_totp_load(const struct bg_dir *state, const char *human,
        unsigned char ret[static BG_TOTP_SECRET_BYTES_MAX], size_t *ret_n, struct bg_error *err);
/* Replaces it. */
enum bg_code bg_totp_store(const struct bg_dir *state, const char *human,
        const unsigned char *secret, size_t n, struct bg_error *err);

/* Takes the code that this secret has in one 30 s step: factors/HUMAN.codes/STEP-SECRET'S-HASH.
 * `ret_taken` false: somebody has used it before. */
enum bg_code bg_code_take(const struct bg_dir *state, const char *human,
        const unsigned char *secret, size_t n, uint64_t step, bool *ret_taken,
        struct bg_error *err);

/* So many tries in a row are free; then each costs a pause of 1, 2, 4 … minutes, at most 15, since
 * the one before. */
#define BG_TRIES_FREE 3
#define BG_PAUSE_MAX (UINT64_C(15) * 60 * BG_USEC_PER_SEC)
/* A try paid on another boot and further ahead of this clock than this was paid by a wrong clock. */
#define BG_TRY_FUTURE_MAX (UINT64_C(86400) * BG_USEC_PER_SEC)

/* Pays one try of this caller for this human, before anything is asked: tries/CALLER.HUMAN/N.
 * Errors: BG_LOCKED (`ret_wait` says how long), BG_STORE_FAILED. `ret_left`: free tries after this; `ret_wait`
 * on success: the pause before the next one. */
enum bg_code bg_try_pay(const struct bg_dir *state, uid_t caller, const char *human,
        const struct bg_now *now, unsigned *ret_left, bg_usec *ret_wait, struct bg_error *err);

/* The tries of all callers for this human that no success has cleared. */
enum bg_code bg_tries_total(
        const struct bg_dir *state, const char *human, uint64_t *ret, struct bg_error *err);

/* Success clears the pair. */
enum bg_code bg_tries_clear(
        const struct bg_dir *state, uid_t caller, const char *human, struct bg_error *err);
