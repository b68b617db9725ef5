/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; grants that are over get their tombstone, for exactly one cause; what a kill left
 * half-done is finished; what is damaged or foreign is reported and left. */
#include "bgctl/sweep/sweep.h"
#include "policy/decide/window.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"
#include "policy/store/requests.h"

#include <fcntl.h>
#include <sys/stat.h>

/* A request that was not decided by then came to nothing. */
#define REQUEST_TTL (UINT64_C(3600) * BG_USEC_PER_SEC)

static void close_one(struct sweep *s, const struct bg_grant *grant, enum bg_event_kind cause)
{
        struct bg_event event;
        struct bg_error err;
        bool closed = false;

        bg_event_of_grant(
                &grant->claims, (int64_t)grant->uses_taken, cause, s->now.wall, &event);
        if (bg_grant_close(&s->store.state, &event, &closed, &err) != BG_OK)
                sweep_failed(s, &err);
}

/* Every session that it allows was taken, and each has its end on record: the login that took the
 * last one still looked for the tombstone. */
static bool is_used_up(struct sweep *s, const struct bg_grant *grant)
{
        uint64_t most = grant->claims.max_uses;
        if (!most || grant->uses_taken < most)
                return false;
        const struct bg_state_id *id = bg_record_id(&s->record, grant->id);
        return id && id->uses >= most && id->ended >= most;
}

/* A file in grants/ whose tombstone stands: a close that was not finished, if it is still the second
 * name of the request's end; else a copy that was put back. */
static void finish_close(struct sweep *s, const char *account, const struct bg_grant *grant)
{
        char grant_path[BG_SOURCE_BYTES];
        char end_path[BG_SOURCE_BYTES];
        struct stat a;
        struct stat b;

        (void)snprintf(grant_path, sizeof grant_path, "grants/%s/%s.grant", account, grant->id);
        (void)snprintf(end_path, sizeof end_path, "requests/%s/end", grant->id);
        if (fstatat(s->store.state.fd, grant_path, &a, AT_SYMLINK_NOFOLLOW) < 0)
                return;
        if (fstatat(s->store.state.fd, end_path, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
                a.st_ino == b.st_ino && a.st_dev == b.st_dev)
                (void)unlinkat(s->store.state.fd, grant_path, 0);
        else
                sweep_tampered(s, grant_path, "a closed grant was put back; it opens nothing");
}

/* The next moment at which one of them is over. */
static void note_end(struct sweep *s, const struct bg_grant *grant, bg_usec end)
{
        const struct bg_claims *claims = &grant->claims;

        if (claims->unused && grant->uses_taken == 0 && claims->nbf + claims->unused < end)
                end = claims->nbf + claims->unused;
        if (!s->next_end || end < s->next_end)
                s->next_end = end;
}

static void look_at(struct sweep *s, const char *account, const struct bg_grant *grant)
{
        char path[BG_SOURCE_BYTES + BG_ITEM_BYTES];
        bg_usec left = 0;

        (void)snprintf(path, sizeof path, "grants/%s/%s", account, grant->file);
        if (grant->found != BG_OK) {
                sweep_tampered(s, path, grant->error.text);
                return;
        }
        if (strcmp(grant->claims.jti, grant->id) != 0 || strcmp(grant->claims.sub, account) != 0) {
                sweep_tampered(s, path, "a grant lies under another's name; it opens nothing");
                return;
        }
        if (grant->closed != BG_OK) {
                finish_close(s, account, grant);
                return;
        }
        enum bg_code code =
                bg_window_check(&grant->claims, grant->claims.exp, &s->now, &s->newest, &left);
        if (code == BG_EXPIRED)
                close_one(s, grant, BG_EVENT_EXPIRED);
        else if (bg_unused_check(&grant->claims, grant->claims.unused, grant->uses_taken, &s->now) ==
                BG_UNUSED)
                close_one(s, grant, BG_EVENT_UNUSED);
        else if (is_used_up(s, grant))
                close_one(s, grant, BG_EVENT_CONSUMED);
        else if (code == BG_OK)
                note_end(s, grant, s->now.wall + left);
}

static enum bg_code close_account(
        const struct bg_dir *dir, const char *account, void *context, struct bg_error *err)
{
        struct sweep *s = context;
        bg_auto(bg_grants_done) struct bg_grants grants = {0};
        struct bg_error why;
        char path[BG_SOURCE_BYTES];

        (void)dir;
        (void)err;
        if (bg_grants_load(&s->store.state, account, &s->keyring, &s->now, &grants, &why) !=
                BG_OK) {
                (void)snprintf(path, sizeof path, "grants/%.64s", account);
                if (why.code == BG_UNSAFE_FILE)
                        sweep_tampered(s, path, why.text);
                else
                        sweep_failed(s, &why);
                return BG_OK;
        }
        for (size_t i = 0; i < grants.n; i++)
                look_at(s, account, &grants.v[i]);
        return BG_OK;
}

/* A request whose grant was signed, and a kill came before its name in grants/ was made. */
static void publish(struct sweep *s, const char *id, const struct bg_grant *grant)
{
        struct bg_error err;
        if (grant->found == BG_OK && grant->closed == BG_OK &&
                bg_request_publish(&s->store.state, id, grant->claims.sub, &err) != BG_OK)
                sweep_failed(s, &err);
}

/* Nobody decided, and nobody will: whoever asked was killed. */
static void expire_request(struct sweep *s, const char *id)
{
        static char text[BG_EVENT_BYTES];
        struct bg_event event;
        struct bg_error err;
        size_t n = 0;
        bool made = false;

        enum bg_code code =
                bg_request_read(&s->store.state, id, "ask", BG_EVENT_BYTES - 1, text, &n, &err);
        if (code == BG_OK)
                code = bg_document_read(&bg_event_table, "ask", text, n, &event, &err);
        if (code != BG_OK || s->now.wall < event.time + REQUEST_TTL)
                return;
        event.kind = BG_EVENT_REQUEST_EXPIRED;
        event.time = s->now.wall;
        if (!bg_event_print(&event, text, &n) ||
                bg_request_end(&s->store.state, id, text, n, &made, &err) != BG_OK)
                sweep_failed(s, &err);
}

static enum bg_code mend_request(
        const struct bg_dir *dir, const char *id, void *context, struct bg_error *err)
{
        struct sweep *s = context;
        struct bg_error why;

        (void)dir;
        (void)err;
        if (!bg_is_id(id))
                return BG_OK;
        bg_auto_free struct bg_grant *grant = calloc(1, sizeof *grant);
        if (!grant)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", id);
        enum bg_code code = bg_grant_find(&s->store.state, id, &s->keyring, &s->now, grant, &why);
        if (code == BG_OK)
                publish(s, id, grant);
        else if (code == BG_NO_SUCH)
                expire_request(s, id);
        else
                sweep_failed(s, &why);
        return BG_OK;
}

void sweep_close(struct sweep *s)
{
        s->next_end = 0;
        /* The ids with something left to do are those that still have their folder in uses/. */
        sweep_each(s, &s->store.state, "uses", mend_request, s);
        sweep_each(s, &s->store.state, "grants", close_account, s);
}
