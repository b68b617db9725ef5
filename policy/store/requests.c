/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests on disk; see requests.h. */
#include "policy/store/requests.h"

#include "policy/store/write.h"

#include <sys/random.h>
#include <sys/stat.h>

/* 15 random bits a minute: so many draws in a row do not all collide on a host that lives. */
#define DRAWS_MAX 64

enum bg_code bg_id_reserve(const struct bg_dir *state, const struct bg_now *now,
        char ret[static BG_ID_BYTES], struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir uses = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir requests = BG_DIR_NONE;
        enum bg_code code = bg_dir_make(state, "uses", &uses, err);
        if (code == BG_OK)
                code = bg_dir_make(state, "requests", &requests, err);

        for (int draw = 0; code == BG_OK && draw < DRAWS_MAX; draw++) {
                uint16_t random = 0;
                bool used = false;
                if (getrandom(&random, sizeof random, 0) != sizeof random)
                        return bg_fail(err, BG_STORE_FAILED, errno, "no random bytes");
                bg_id_make(now->wall, random, ret);
                /* uses/ID goes when all of it is on record; the request's folder stays. */
                code = bg_dir_has(&requests, ret, &used, err);
                if (code != BG_OK || used)
                        continue;
                if (mkdirat(uses.fd, ret, 0700) == 0)
                        return bg_write_sync(&uses, err);
                if (errno != EEXIST)
                        return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", uses.path, ret);
        }
        return code == BG_OK ? bg_fail(err, BG_STORE_FAILED, 0, "no id is free this minute") : code;
}

static enum bg_code open_request(const struct bg_dir *state, const char *id, bool make,
        struct bg_dir *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir all = BG_DIR_NONE;
        enum bg_code code = make ? bg_dir_make(state, "requests", &all, err)
                                 : bg_dir_sub(state, "requests", &all, err);
        if (code == BG_OK)
                code = make ? bg_dir_make(&all, id, ret, err) : bg_dir_sub(&all, id, ret, err);
        return code;
}

static enum bg_code write_event(const struct bg_dir *dir, const char *name,
        const struct bg_event *event, struct bg_error *err)
{
        char text[BG_EVENT_BYTES];
        size_t n = 0;
        bool made = false;

        if (!bg_event_print(event, text, &n))
                return bg_fail(err, BG_SYSTEM, 0, "an event is too long");
        return bg_write_once(dir, name, 0600, text, n, &made, err);
}

enum bg_code bg_request_make(
        const struct bg_dir *state, const struct bg_event *ask, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        enum bg_code code = open_request(state, ask->request, true, &dir, err);
        return code == BG_OK ? write_event(&dir, "ask", ask, err) : code;
}

enum bg_code bg_request_approve(const struct bg_dir *state, const struct bg_event *yes, uid_t human,
        struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        char name[24];
        enum bg_code code = open_request(state, yes->request, false, &dir, err);

        (void)snprintf(name, sizeof name, "yes.%u", (unsigned)human);
        return code == BG_OK ? write_event(&dir, name, yes, err) : code;
}

enum bg_code bg_request_end(const struct bg_dir *state, const char *id, const void *bytes, size_t n,
        bool *ret_made, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        enum bg_code code = open_request(state, id, false, &dir, err);
        return code == BG_OK ? bg_write_once(&dir, "end", 0600, bytes, n, ret_made, err) : code;
}

enum bg_code bg_request_publish(const struct bg_dir *state, const char *id, const char *account,
        struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir request = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir closed = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir grants = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir mine = BG_DIR_NONE;
        char name[BG_ID_BYTES + 8];
        bool is_closed = false;

        enum bg_code code = open_request(state, id, false, &request, err);
        if (code == BG_OK)
                code = bg_dir_make(state, "closed", &closed, err);
        if (code == BG_OK)
                code = bg_dir_has(&closed, id, &is_closed, err);
        if (code != BG_OK || is_closed)
                return code;
        code = bg_dir_make(state, "grants", &grants, err);
        if (code == BG_OK)
                code = bg_dir_make(&grants, account, &mine, err);
        (void)snprintf(name, sizeof name, "%s.grant", id);
        return code == BG_OK ? bg_write_link(&request, "end", &mine, name, err) : code;
}

enum bg_code bg_request_read(const struct bg_dir *state, const char *id, const char *name,
        size_t max_bytes, char *ret, size_t *ret_n, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        enum bg_code code = open_request(state, id, false, &dir, err);
        return code == BG_OK ? bg_dir_read(&dir, name, max_bytes, ret, ret_n, err) : code;
}

static const char recorded_name[] = "recorded";

enum bg_code bg_request_set_recorded(
        const struct bg_dir *state, const char *id, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        bool made = false;
        enum bg_code code = open_request(state, id, false, &dir, err);
        return code == BG_OK ? bg_write_once(&dir, recorded_name, 0600, "", 0, &made, err) : code;
}

bool bg_request_is_recorded(const struct bg_dir *state, const char *id)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        bool there = false;
        return open_request(state, id, false, &dir, NULL) == BG_OK &&
                bg_dir_has(&dir, recorded_name, &there, NULL) == BG_OK && there;
}
