/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets, used codes and tries on disk; see factors.h. */
#include "policy/store/factors.h"

#include "policy/format/emit.h"
#include "policy/store/write.h"

#include <inttypes.h>
#include <sodium.h>

/* Secrets lie in hexadecimal and a line break. */
#define SECRET_FILE_BYTES (BG_TOTP_SECRET_BYTES_MAX * 2 + 1)
#define TRY_FILE_BYTES 256
/* A pair's tries are cleared by success; so many without one is no person. */
#define TRIES_MAX 10000

static enum bg_code open_factors(
        const struct bg_dir *state, struct bg_dir *ret, struct bg_error *err)
{
        return bg_dir_make(state, "factors", ret, err);
}

enum bg_code bg_totp_load(const struct bg_dir *state, const char *human,
        unsigned char ret[static BG_TOTP_SECRET_BYTES_MAX], size_t *ret_n, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        char name[BG_NAME_BYTES + 8];
        char text[SECRET_FILE_BYTES + 1];
        size_t n = 0;

        (void)snprintf(name, sizeof name, "%s.totp", human);
        enum bg_code code = bg_dir_sub(state, "factors", &dir, err);
        if (code == BG_OK)
                code = bg_dir_read(&dir, name, SECRET_FILE_BYTES, text, &n, err);
        if (code != BG_OK)
                return code;
        if (n > 0 && text[n - 1] == '\n')
                n--;
        bool good = sodium_hex2bin(ret, BG_TOTP_SECRET_BYTES_MAX, text, n, NULL, ret_n, NULL) == 0 &&
                *ret_n >= BG_TOTP_SECRET_BYTES;
        sodium_memzero(text, sizeof text);
        return good ? BG_OK
                    : bg_fail(err, BG_STORE_FAILED, 0, "%s/%s is damaged", dir.path, name);
}

enum bg_code bg_totp_store(const struct bg_dir *state, const char *human,
        const unsigned char *secret, size_t n, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        char name[BG_NAME_BYTES + 8];
        char text[SECRET_FILE_BYTES + 1];

        (void)snprintf(name, sizeof name, "%s.totp", human);
        (void)sodium_bin2hex(text, sizeof text, secret, n);
        text[2 * n] = '\n';
        enum bg_code code = open_factors(state, &dir, err);
        if (code == BG_OK)
                code = bg_write_replace(&dir, name, 0600, text, 2 * n + 1, err);
        sodium_memzero(text, sizeof text);
        return code;
}

enum bg_code bg_code_take(const struct bg_dir *state, const char *human,
        const unsigned char *secret, size_t n, uint64_t step, bool *ret_taken, struct bg_error *err)
{
        unsigned char hash[crypto_generichash_BYTES_MIN];
        char of_secret[2 * sizeof hash + 1];
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir codes = BG_DIR_NONE;
        char name[sizeof of_secret + 24];

        *ret_taken = false;
        (void)snprintf(name, sizeof name, "%s.codes", human);
        enum bg_code code = open_factors(state, &dir, err);
        if (code == BG_OK)
                code = bg_dir_make(&dir, name, &codes, err);
        (void)crypto_generichash(hash, sizeof hash, secret, n, NULL, 0);
        (void)sodium_bin2hex(of_secret, sizeof of_secret, hash, sizeof hash);
        (void)snprintf(name, sizeof name, "%" PRIu64 "-%s", step, of_secret);
        return code == BG_OK ? bg_write_once(&codes, name, 0600, "", 0, ret_taken, err) : code;
}

/* When a try was paid, by both clocks. */
struct paid {
        uint64_t v;
        bg_usec wall;
        uint64_t boottime;
        char boot[BG_MACHINE_ID_BYTES];
};

static const struct bg_field paid_fields[] = {
        BG_F_V(paid),
        BG_F(paid, BG_TIME, wall, .required = true),
        BG_F(paid, BG_COUNT, boottime, .required = true),
        BG_F_TEXT(paid, boot, .check = bg_is_machine_id, .required = true),
};

static const struct bg_table paid_table = {
        .what = "try",
        .syntax = BG_JSON,
        .code = BG_STORE_FAILED,
        .size = sizeof(struct paid),
        BG_FIELDS(paid_fields),
};

static enum bg_code open_tries(const struct bg_dir *state, uid_t caller, const char *human,
        struct bg_dir *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        char name[BG_NAME_BYTES + 16];

        (void)snprintf(name, sizeof name, "%u.%s", (unsigned)caller, human);
        enum bg_code code = bg_dir_make(state, "tries", &dir, err);
        return code == BG_OK ? bg_dir_make(&dir, name, ret, err) : code;
}

/* How long ago a try was paid; a clock that went back counts as no time passed. */
static bg_usec since(const struct bg_dir *tries, unsigned n, const struct bg_now *now)
{
        struct paid paid;
        char name[16];
        char text[TRY_FILE_BYTES + 1];
        size_t n_bytes = 0;

        (void)snprintf(name, sizeof name, "%u", n);
        if (bg_dir_read(tries, name, TRY_FILE_BYTES, text, &n_bytes, NULL) != BG_OK ||
                bg_document_read(&paid_table, name, text, n_bytes, &paid, NULL) != BG_OK)
                return 0;
        if (strcmp(paid.boot, now->boot) == 0)
                return now->boottime > paid.boottime ? now->boottime - paid.boottime : 0;
        /* Paid under a clock that was far ahead, on a boot that is gone: nobody waits for that day. */
        if (paid.wall > now->wall + BG_TRY_FUTURE_MAX)
                return BG_PAUSE_MAX;
        return now->wall > paid.wall ? now->wall - paid.wall : 0;
}

/* The pause before try `n`, since the one before it. */
static bg_usec pause_before(unsigned n)
{
        if (n <= BG_TRIES_FREE)
                return 0;
        unsigned doublings = n - BG_TRIES_FREE - 1;
        bg_usec pause = doublings > 4 ? BG_PAUSE_MAX
                                      : (UINT64_C(60) << doublings) * BG_USEC_PER_SEC;
        return pause > BG_PAUSE_MAX ? BG_PAUSE_MAX : pause;
}

static enum bg_code next_try(const struct bg_dir *tries, unsigned *ret, struct bg_error *err)
{
        char name[16];
        bool there = true;
        enum bg_code code = BG_OK;
        unsigned n = 0;

        while (code == BG_OK && there && n < TRIES_MAX) {
                (void)snprintf(name, sizeof name, "%u", ++n);
                code = bg_dir_has(tries, name, &there, err);
        }
        *ret = n;
        return code == BG_OK && there ? bg_fail(err, BG_STORE_FAILED, 0, "%s is full", tries->path)
                                      : code;
}

enum bg_code bg_try_pay(const struct bg_dir *state, uid_t caller, const char *human,
        const struct bg_now *now, unsigned *ret_left, bg_usec *ret_wait, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir tries = BG_DIR_NONE;
        struct paid paid = {.v = 1, .wall = now->wall, .boottime = now->boottime};
        char text[TRY_FILE_BYTES];
        struct bg_buffer buffer = BG_BUFFER(text);
        bool made = false;

        *ret_left = 0;
        *ret_wait = 0;
        bg_copy(paid.boot, sizeof paid.boot, now->boot);
        (void)bg_emit(&paid_table, &paid, &buffer);
        enum bg_code code = open_tries(state, caller, human, &tries, err);
        while (code == BG_OK && !made) {
                unsigned n = 0;
                char name[16];
                code = next_try(&tries, &n, err);
                if (code != BG_OK)
                        return code;
                bg_usec pause = pause_before(n);
                bg_usec passed = pause ? since(&tries, n - 1, now) : 0;
                if (passed < pause) {
                        *ret_wait = pause - passed;
                        return bg_fail(err, BG_LOCKED, 0, "too many tries have failed");
                }
                (void)snprintf(name, sizeof name, "%u", n);
                code = bg_write_once(&tries, name, 0600, text, buffer.n, &made, err);
                *ret_left = n < BG_TRIES_FREE ? BG_TRIES_FREE - n : 0;
                *ret_wait = pause_before(n + 1);
        }
        return code;
}

static enum bg_code remove_one(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        (void)context;
        return bg_write_remove(dir, name, err);
}

enum bg_code bg_tries_clear(
        const struct bg_dir *state, uid_t caller, const char *human, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir tries = BG_DIR_NONE;
        enum bg_code code = open_tries(state, caller, human, &tries, err);
        return code == BG_OK ? bg_dir_each(&tries, 0, remove_one, NULL, err) : code;
}

struct totalling {
        const char *human;
        uint64_t total;
};

/* A folder CALLER.HUMAN: human names may have points, uids have none. */
static enum bg_code add_pair(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct totalling *t = context;
        bg_auto(bg_dir_done) struct bg_dir tries = BG_DIR_NONE;
        const char *point = strchr(name, '.');
        unsigned next = 0;

        if (!point || strcmp(point + 1, t->human) != 0)
                return BG_OK;
        enum bg_code code = bg_dir_sub(dir, name, &tries, err);
        if (code == BG_NO_SUCH) /* taken away by the sweep since it was listed */
                return BG_OK;
        if (code != BG_OK)
                return code;
        /* A pair that is full counts as what it has: it must not stand in others' way. */
        (void)next_try(&tries, &next, NULL);
        t->total += next > 0 ? next - 1 : 0;
        return BG_OK;
}

enum bg_code bg_tries_total(
        const struct bg_dir *state, const char *human, uint64_t *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        struct totalling totalling = {.human = human};
        enum bg_code code = bg_dir_make(state, "tries", &dir, err);

        if (code == BG_OK)
                code = bg_dir_each(&dir, 0, add_pair, &totalling, err);
        *ret = totalling.total;
        return code;
}
