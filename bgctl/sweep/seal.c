/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; what is new in the store goes on the record, in the order it happened. As a use is
 * its event, so are ask, yes, end and closed: each is read from where it lies, and audit/state keeps
 * what of them was recorded. Files in events/ stand for nothing else and go once they are recorded. */
#include "bgctl/sweep/sweep.h"
#include "policy/format/event.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"
#include "policy/store/requests.h"
#include "policy/store/write.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

/* So many events a pass and batch: bounded memory; what is over comes in the next batch. */
#define BATCH_MAX 2048

/* A flood is told when it has paused for so long, and each time that so many came. */
#define FLOOD_PAUSE_SEC 2
#define FLOOD_LINE 100000

struct item {
        char file[BG_SOURCE_BYTES];
        bool in_run; /* it lies in /run, not in the state */
        struct bg_event event;
};

struct batch {
        struct sweep *s;
        size_t n;
        struct item *items; /* BATCH_MAX of them */
        bool full;
};

static void add(struct batch *b, const char *file, bool in_run, const struct bg_event *event)
{
        if (b->n == BATCH_MAX) {
                b->full = true;
                return;
        }
        struct item *item = &b->items[b->n++];
        bg_copy(item->file, sizeof item->file, file);
        item->in_run = in_run;
        item->event = *event;
}

/* The document of one file, as an event. What does not read is tampered with, and left. */
static void add_file(
        struct batch *b, const struct bg_dir *dir, const char *name, const char *file, bool in_run)
{
        static char text[BG_EVENT_BYTES];
        struct bg_event event;
        struct bg_error err;
        size_t n = 0;

        if (bg_record_has(&b->s->record, file))
                return;
        enum bg_code code = bg_dir_read(dir, name, BG_EVENT_BYTES - 1, text, &n, &err);
        if (code == BG_OK)
                code = bg_document_read(&bg_event_table, file, text, n, &event, &err);
        if (code == BG_OK)
                add(b, file, in_run, &event);
        else if (code == BG_TAMPERED || code == BG_UNSAFE_FILE)
                sweep_tampered(b->s, file, err.text);
        else if (code != BG_NO_SUCH)
                sweep_failed(b->s, &err);
}

struct folder {
        struct batch *b;
        const char *top; /* "events" or "unrecorded" */
        char uid[BG_ITEM_BYTES];
        bool in_run;
};

/* What was over a caller's quota: one event with the count. */
static void add_over(struct folder *f, const struct bg_dir *dir, const char *file)
{
        struct bg_event event;
        struct stat st;
        uint64_t uid = 0;

        if (fstatat(dir->fd, BG_EVENTS_OVER, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return;
        /* While it goes on, one line is enough now and then. */
        bool goes_on = (bg_usec)st.st_mtim.tv_sec + FLOOD_PAUSE_SEC >=
                f->b->s->now.wall / BG_USEC_PER_SEC;
        if (goes_on && st.st_size < FLOOD_LINE)
                return;
        bg_event_init(&event, BG_EVENT_OVERFLOW, f->b->s->now.wall);
        if (bg_number_parse(f->uid, UINT32_MAX, &uid))
                event.caller_uid = (int64_t)uid;
        event.count = st.st_size;
        (void)snprintf(event.text, sizeof event.text,
                "%lld more refusals of uid %s than are kept singly", (long long)st.st_size, f->uid);
        add(f->b, file, f->in_run, &event);
}

static enum bg_code add_event(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct folder *f = context;
        char file[BG_SOURCE_BYTES];

        (void)err;
        int n = snprintf(file, sizeof file, "%s/%s/%s", f->top, f->uid, name);
        if (n < 0 || (size_t)n >= sizeof file)
                return BG_OK;
        if (strcmp(name, BG_EVENTS_OVER) == 0)
                add_over(f, dir, file);
        else
                add_file(f->b, dir, name, file, f->in_run);
        return BG_OK;
}

static enum bg_code add_folder(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct folder *f = context;
        bg_auto(bg_dir_done) struct bg_dir mine = BG_DIR_NONE;
        struct bg_error why;

        bg_copy(f->uid, sizeof f->uid, name);
        if (bg_dir_sub(dir, name, &mine, &why) != BG_OK) {
                sweep_tampered(f->b->s, f->top, why.text);
                return BG_OK;
        }
        return bg_dir_each(&mine, 0, add_event, f, err);
}

static void gather_events(struct batch *b, const struct bg_dir *top, const char *name, bool in_run)
{
        struct folder folder = {.b = b, .top = name, .in_run = in_run};

        if (top->fd >= 0)
                sweep_each(b->s, top, name, add_folder, &folder);
}

static void add_end(struct batch *b, const struct bg_dir *request, const char *id)
{
        struct sweep *s = b->s;
        char file[BG_SOURCE_BYTES];
        struct bg_event event;
        struct bg_error err;
        bg_auto_free struct bg_grant *grant = calloc(1, sizeof *grant);

        if (!grant) {
                (void)bg_fail(&err, BG_SYSTEM, ENOMEM, "%s", id);
                sweep_failed(s, &err);
                return;
        }
        (void)snprintf(file, sizeof file, "requests/%s/end", id);
        enum bg_code code = bg_grant_find(&s->store.state, id, &s->keyring, &s->now, grant, &err);
        if (code == BG_NO_SUCH) {
                /* Not there yet, or it came to nothing: then it is an event. */
                add_file(b, request, "end", file, false);
        } else if (code != BG_OK) {
                sweep_failed(s, &err);
        } else if (grant->found == BG_OK && strcmp(grant->claims.jti, id) == 0) {
                /* A grant's token is the event `granted`: its claims say all of it. */
                bg_event_of_grant(
                        &grant->claims, -1, BG_EVENT_GRANTED, grant->claims.iat, &event);
                event.expires = grant->claims.exp;
                bg_copy(event.person, sizeof event.person, grant->claims.approvals[0].by);
                add(b, file, false, &event);
        } else {
                sweep_tampered(s, file, grant->error.text);
        }
}

struct approvals {
        struct batch *b;
        const struct bg_state_id *id;
};

static enum bg_code add_approval(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct approvals *a = context;
        char file[BG_SOURCE_BYTES];

        (void)err;
        if (strncmp(name, "yes.", 4) != 0 || bg_list_has(&a->id->yes, name + 4))
                return BG_OK;
        int n = snprintf(file, sizeof file, "requests/%s/%s", a->id->id, name);
        if (n > 0 && (size_t)n < sizeof file)
                add_file(a->b, dir, name, file, false);
        return BG_OK;
}

/* Fewer sessions than are on record: uses/ was put back or cut. What is taken from now on goes on
 * record again. (Those of a grant that was closed may be on their way out: tidy.c.) */
static void check_uses(struct sweep *s, struct bg_state_id *id, uint64_t taken)
{
        char file[BG_SOURCE_BYTES];
        char text[128];

        if (id->closed || taken >= id->uses)
                return;
        (void)snprintf(file, sizeof file, "uses/%s", id->id);
        (void)snprintf(text, sizeof text,
                "%" PRIu64 " sessions are there and %" PRIu64
                " are on record: it was put back or cut",
                taken, id->uses);
        sweep_tampered(s, file, text);
        id->uses = taken;
        id->ended = id->ended < taken ? id->ended : taken;
        s->record.changed = true;
}

static void add_uses(struct batch *b, const struct bg_dir *uses, struct bg_state_id *id)
{
        uint64_t taken = 0;
        struct bg_error err;

        if (bg_uses_count(&b->s->store.state, id->id, &taken, &err) != BG_OK) {
                sweep_failed(b->s, &err);
                return;
        }
        check_uses(b->s, id, taken);
        for (uint64_t n = id->uses + 1; n <= taken && !b->full; n++) {
                char name[24];
                char file[BG_SOURCE_BYTES];
                (void)snprintf(name, sizeof name, "%" PRIu64, n);
                (void)snprintf(file, sizeof file, "uses/%s/%s", id->id, name);
                add_file(b, uses, name, file, false);
        }
}

/* All that an id has: its request, its uses, its tombstone. */
static enum bg_code gather_id(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct batch *b = context;
        bg_auto(bg_dir_done) struct bg_dir uses = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir requests = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir request = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir closed = BG_DIR_NONE;
        char file[BG_SOURCE_BYTES];

        (void)err;
        if (!bg_is_id(name) || bg_dir_sub(dir, name, &uses, NULL) != BG_OK)
                return BG_OK;
        if (!bg_record_knows(&b->s->record, name) &&
                bg_request_is_recorded(&b->s->store.state, name)) {
                (void)snprintf(file, sizeof file, "uses/%s", name);
                sweep_tampered(b->s, file, "all of it was on record and gone; it was put back");
                return BG_OK;
        }
        struct bg_state_id *id = bg_record_id(&b->s->record, name);
        if (!id)
                return BG_OK;
        if (bg_dir_sub(&b->s->store.state, "requests", &requests, NULL) == BG_OK &&
                bg_dir_sub(&requests, name, &request, NULL) == BG_OK) {
                struct approvals approvals = {b, id};
                (void)snprintf(file, sizeof file, "requests/%s/ask", name);
                if (!id->ask)
                        add_file(b, &request, "ask", file, false);
                (void)bg_dir_each(&request, 0, add_approval, &approvals, NULL);
                if (!id->end)
                        add_end(b, &request, name);
        }
        add_uses(b, &uses, id);
        if (!id->closed && bg_dir_sub(&b->s->store.state, "closed", &closed, NULL) == BG_OK) {
                (void)snprintf(file, sizeof file, "closed/%s", name);
                add_file(b, &closed, name, file, false);
        }
        return BG_OK;
}

/* Of the same moment: a grant's own steps in their order, by where they lie. */
static int rank(const char *file)
{
        return strstr(file, "/ask") ? 0 : strstr(file, "/yes.") ? 1 : strstr(file, "/end") ? 2 : 3;
}

static int in_order(const void *a, const void *b)
{
        const struct item *x = a;
        const struct item *y = b;

        if (x->event.time != y->event.time)
                return x->event.time < y->event.time ? -1 : 1;
        int order = rank(x->file) - rank(y->file);
        return order ? order : strcmp(x->file, y->file);
}

/* The files that stand for nothing but their event, gone once it is durable on the record. */
static void remove_events(struct batch *b, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                const char *file = b->items[i].file;
                const struct bg_dir *top =
                        b->items[i].in_run ? &b->s->store.run : &b->s->store.state;
                if (strncmp(file, "events/", 7) == 0 || strncmp(file, "unrecorded/", 11) == 0)
                        (void)unlinkat(top->fd, file, 0);
        }
}

/* Where the disk takes only a part, that part is recorded, and no second time. */
static enum bg_code append(struct batch *b, struct bg_error *err)
{
        struct bg_record *record = &b->s->record;
        struct bg_error why;
        enum bg_code full = BG_OK;
        size_t n = 0;

        qsort(b->items, b->n, sizeof *b->items, in_order);
        while (full == BG_OK && n < b->n) {
                full = bg_record_append(record, b->items[n].file, &b->items[n].event, &why);
                n += full == BG_OK;
        }
        enum bg_code code = bg_record_sync(record, err);
        if (code == BG_OK) {
                for (size_t i = 0; i < n; i++)
                        if (b->items[i].event.kind == BG_EVENT_CLOCK_ACCEPTED)
                                b->s->accepted = true;
                remove_events(b, n);
                code = bg_record_store(record, err);
        }
        return code == BG_OK && full != BG_OK ? bg_fail(err, full, 0, "%s", why.text) : code;
}

void sweep_seal(struct sweep *s)
{
        struct batch b = {.s = s};
        struct bg_error err;

        b.items = calloc(BATCH_MAX, sizeof *b.items);
        if (!b.items) {
                (void)bg_fail(&err, BG_SYSTEM, ENOMEM, "a batch");
                sweep_failed(s, &err);
                return;
        }
        do {
                b.n = 0;
                b.full = false;
                gather_events(&b, &s->store.state, "events", false);
                gather_events(&b, &s->store.run, "unrecorded", true);
                sweep_each(s, &s->store.state, "uses", gather_id, &b);
                if (b.n > 0 && append(&b, &err) != BG_OK) {
                        sweep_failed(s, &err);
                        break;
                }
        } while (b.full);
        free(b.items);
}
