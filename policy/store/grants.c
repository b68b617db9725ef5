/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Grants, uses and tombstones on disk; see grants.h. */
#include "policy/store/grants.h"

#include "policy/store/write.h"

#include <inttypes.h>

static const char suffix[] = ".grant";
static const char end[] = "end";
#define GRANT_FILE_BYTES (BG_ID_BYTES + sizeof suffix)

/* That the store cannot be read now says nothing of a grant: it is an error of the store. */
static bool is_stores_own(enum bg_code code)
{
        return code == BG_STORE_FAILED || code == BG_SYSTEM;
}

static enum bg_code cause_of_tombstone(
        const struct bg_dir *state, const char *id, enum bg_code *ret, struct bg_error *err)
{
        struct bg_event event;
        enum bg_code code = bg_tombstone_read(state, id, &event, err);

        if (is_stores_own(code))
                return code;
        /* A tombstone that does not read is one all the same: closed stays closed. */
        *ret = code == BG_NO_SUCH ? BG_OK
                : code == BG_OK   ? bg_cause_of(event.kind)
                                  : BG_TAMPERED;
        return BG_OK;
}

/* Verifies the token, and only then reads its claims. */
static enum bg_code read_token(const char *token, size_t n, const char *name,
        const struct bg_keyring *keyring, const struct bg_now *now, struct bg_claims *ret,
        struct bg_error *err)
{
        size_t n_payload = 0;
        bg_auto_free char *payload = malloc(BG_PAYLOAD_BYTES_MAX + 1);

        if (!payload)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        enum bg_code code = bg_token_verify(keyring, token, n, now, payload, &n_payload, err);
        return code == BG_OK
                ? bg_document_read(&bg_claims_table, name, payload, n_payload, ret, err)
                : code;
}

/* What a file holds, and what the store knows of its id. Its badness goes into `ret`; what the store
 * itself cannot answer is an error. */
static enum bg_code load_one(const struct bg_dir *state, const struct bg_dir *dir, const char *name,
        const char *id, const struct bg_keyring *keyring, const struct bg_now *now,
        struct bg_grant *ret, struct bg_error *err)
{
        size_t n = 0;
        bg_auto_free char *token = malloc(BG_TOKEN_BYTES_MAX + 1);

        if (!token)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        bg_copy(ret->id, sizeof ret->id, id);
        enum bg_code code = bg_dir_read(dir, name, BG_TOKEN_BYTES_MAX, token, &n, &ret->error);
        /* A request that came to nothing ends in the event that says so. */
        if (code == BG_OK && strcmp(name, end) == 0 && token[0] == '{')
                return bg_fail(err, BG_NO_SUCH, 0, "%s did not end in a grant", id);
        if (code == BG_OK && n > 0 && token[n - 1] == '\n')
                n--;
        if (code == BG_OK)
                code = read_token(token, n, name, keyring, now, &ret->claims, &ret->error);
        if (code == BG_NO_SUCH || is_stores_own(code)) {
                if (err)
                        *err = ret->error;
                return code;
        }
        ret->found = code;
        if (code != BG_OK || !id[0])
                return BG_OK;
        code = cause_of_tombstone(state, id, &ret->closed, err);
        return code == BG_OK ? bg_uses_count(state, id, &ret->uses_taken, err) : code;
}

struct loading {
        const struct bg_dir *state;
        const struct bg_keyring *keyring;
        const struct bg_now *now;
        struct bg_grants *grants;
};

static enum bg_code load_each(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct loading *l = context;
        char id[GRANT_FILE_BYTES];
        size_t n = strlen(name);

        struct bg_grant *more =
                reallocarray(l->grants->v, l->grants->n + 1, sizeof *l->grants->v);
        if (!more)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", dir->path);
        l->grants->v = more;
        struct bg_grant *grant = &more[l->grants->n];
        memset(grant, 0, sizeof *grant);

        bg_copy(grant->file, sizeof grant->file, name);
        bg_copy(id, sizeof id, name);
        bool named = n == BG_ID_BYTES - 1 + strlen(suffix) &&
                strcmp(name + BG_ID_BYTES - 1, suffix) == 0;
        id[named ? BG_ID_BYTES - 1 : 0] = '\0';
        if (!named || !bg_is_id(id)) {
                grant->found = bg_fail(&grant->error, BG_MALFORMED, 0,
                        "%s/%s is no grant", dir->path, grant->file);
                l->grants->n++;
                return BG_OK;
        }
        enum bg_code code =
                load_one(l->state, dir, name, id, l->keyring, l->now, grant, err);
        if (code == BG_NO_SUCH) /* closed between listing and reading */
                return BG_OK;
        if (code == BG_OK)
                l->grants->n++;
        return code;
}

enum bg_code bg_grants_load(const struct bg_dir *state, const char *account,
        const struct bg_keyring *keyring, const struct bg_now *now, struct bg_grants *ret,
        struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir all = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir mine = BG_DIR_NONE;
        struct loading loading = {state, keyring, now, ret};

        *ret = (struct bg_grants){0};
        enum bg_code code = bg_dir_sub(state, "grants", &all, err);
        if (code == BG_OK)
                code = bg_dir_sub(&all, account, &mine, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        if (code == BG_OK)
                code = bg_dir_each(&mine, 0, load_each, &loading, err);
        if (code != BG_OK)
                bg_grants_done(ret);
        return code;
}

void bg_grants_done(struct bg_grants *grants)
{
        free(grants->v);
        *grants = (struct bg_grants){0};
}

enum bg_code bg_grant_find(const struct bg_dir *state, const char *id,
        const struct bg_keyring *keyring, const struct bg_now *now, struct bg_grant *ret,
        struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir all = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir request = BG_DIR_NONE;

        memset(ret, 0, sizeof *ret);
        enum bg_code code = bg_dir_sub(state, "requests", &all, err);
        if (code == BG_OK)
                code = bg_dir_sub(&all, id, &request, err);
        if (code == BG_OK)
                code = load_one(state, &request, end, id, keyring, now, ret, err);
        return code;
}

static enum bg_code open_folder(const struct bg_dir *state, const char *top, const char *id,
        struct bg_dir *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir all = BG_DIR_NONE;
        enum bg_code code = bg_dir_sub(state, top, &all, err);
        return code == BG_OK ? bg_dir_sub(&all, id, ret, err) : code;
}

static enum bg_code has_use(
        const struct bg_dir *uses, uint64_t n, bool *ret, struct bg_error *err)
{
        char name[24];
        (void)snprintf(name, sizeof name, "%" PRIu64, n);
        return bg_dir_has(uses, name, ret, err);
}

/* Uses are consecutive from 1: the last is found by doubling and then halving, without listing. */
static enum bg_code count(const struct bg_dir *uses, uint64_t *ret, struct bg_error *err)
{
        uint64_t have = 0; /* 0, or a use that is there */
        uint64_t missing = 1;
        bool there = true;
        enum bg_code code = BG_OK;

        while (code == BG_OK && there) {
                code = has_use(uses, missing, &there, err);
                if (there) {
                        have = missing;
                        missing *= 2;
                }
        }
        while (code == BG_OK && missing - have > 1) {
                uint64_t middle = have + (missing - have) / 2;
                code = has_use(uses, middle, &there, err);
                *(there ? &have : &missing) = middle;
        }
        *ret = have;
        return code;
}

enum bg_code bg_uses_count(
        const struct bg_dir *state, const char *id, uint64_t *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir uses = BG_DIR_NONE;

        *ret = 0;
        enum bg_code code = open_folder(state, "uses", id, &uses, err);
        if (code == BG_NO_SUCH) /* gone with a tombstone */
                return BG_OK;
        return code == BG_OK ? count(&uses, ret, err) : code;
}

static enum bg_code take(const struct bg_dir *uses, uint64_t most, struct bg_event *event,
        struct bg_error *err)
{
        uint64_t n = 0;
        bool made = false;
        enum bg_code code = count(uses, &n, err);

        while (code == BG_OK && !made) {
                char text[BG_EVENT_BYTES];
                char name[24];
                size_t n_bytes = 0;

                n++;
                if (most && n > most)
                        return bg_fail(err, BG_CONSUMED, 0, "all %" PRIu64 " sessions were taken",
                                most);
                event->use = (int64_t)n;
                event->uses = (int64_t)n;
                if (!bg_event_print(event, text, &n_bytes))
                        return bg_fail(err, BG_SYSTEM, 0, "an event is too long");
                (void)snprintf(name, sizeof name, "%" PRIu64, n);
                code = bg_write_once(uses, name, 0600, text, n_bytes, &made, err);
        }
        return code;
}

enum bg_code bg_use_take(const struct bg_dir *state, const char *id, uint64_t most,
        struct bg_event *event, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir uses = BG_DIR_NONE;
        struct bg_error why = {0};

        enum bg_code code = open_folder(state, "uses", id, &uses, &why);
        if (code == BG_OK)
                code = take(&uses, most, event, &why);
        if (code == BG_OK)
                return BG_OK;
        return bg_fail(err, code == BG_CONSUMED ? BG_CONSUMED : BG_AUDIT_UNAVAILABLE, 0, "%s",
                why.text);
}

enum bg_code bg_tombstone_read(
        const struct bg_dir *state, const char *id, struct bg_event *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir closed = BG_DIR_NONE;
        char text[BG_EVENT_BYTES];
        size_t n = 0;

        enum bg_code code = bg_dir_sub(state, "closed", &closed, err);
        if (code == BG_OK)
                code = bg_dir_read(&closed, id, BG_EVENT_BYTES - 1, text, &n, err);
        if (code == BG_OK)
                code = bg_document_read(&bg_event_table, id, text, n, ret, err);
        if (code == BG_OK && bg_cause_of(ret->kind) == BG_TAMPERED)
                code = bg_fail(err, BG_TAMPERED, 0, "closed/%s is no tombstone", id);
        return code;
}

enum bg_code bg_cause_of(enum bg_event_kind kind)
{
        switch (kind) {
        case BG_EVENT_REVOKED:
                return BG_REVOKED;
        case BG_EVENT_EXPIRED:
                return BG_EXPIRED;
        case BG_EVENT_CONSUMED:
                return BG_CONSUMED;
        case BG_EVENT_UNUSED:
                return BG_UNUSED;
        default:
                return BG_TAMPERED;
        }
}

enum bg_code bg_grant_close(const struct bg_dir *state, const struct bg_event *event,
        bool *ret_closed, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir closed = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir mine = BG_DIR_NONE;
        char text[BG_EVENT_BYTES];
        char name[GRANT_FILE_BYTES];
        size_t n = 0;

        *ret_closed = false;
        if (!bg_event_print(event, text, &n))
                return bg_fail(err, BG_SYSTEM, 0, "an event is too long");
        enum bg_code code = bg_dir_make(state, "closed", &closed, err);
        if (code == BG_OK)
                code = bg_write_once(&closed, event->grant, 0600, text, n, ret_closed, err);
        /* Whoever came first may not have synced it yet. */
        if (code == BG_OK && !*ret_closed)
                code = bg_write_sync(&closed, err);
        if (code == BG_OK)
                code = open_folder(state, "grants", event->account, &mine, err);
        if (code == BG_OK) {
                (void)snprintf(name, sizeof name, "%s%s", event->grant, suffix);
                code = bg_write_remove(&mine, name, err);
        }
        return code == BG_NO_SUCH ? BG_OK : code;
}
