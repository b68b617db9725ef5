/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See observed.h. Read from the record, and not from the journal: the record is what counts, the
 * journal may drop by its limits, be volatile, or have been rotated away in the weeks that this is
 * about. */
#include "bgctl/admin/observed.h"

#include "bgctl/cli/output.h"
#include "policy/format/emit.h"
#include "policy/store/store.h"
#include "policy/store/told.h"

struct observed {
        bg_usec first;
        bg_usec last;
        uint64_t n;
        uint64_t by_code[BG_CODES];
};

static bool is_observed(const struct bg_identity *identity)
{
        return identity->without_grant == BG_WITHOUT_GRANT_OBSERVE;
}

static void count(const struct bg_check *check, const struct bg_event *event, struct observed *all)
{
        if (event->kind != BG_EVENT_WOULD_REFUSE)
                return;
        for (uint32_t i = 0; i < check->n_identities; i++) {
                struct observed *one = &all[i];
                /* A flood of the same is one line with its count. */
                uint64_t n = event->count > 0 ? (uint64_t)event->count : 1;
                if (strcmp(check->identities[i].identity.account, event->account) != 0)
                        continue;
                one->first = one->n ? one->first : event->time;
                one->last = event->time;
                one->n += n;
                one->by_code[event->code] += n;
                return;
        }
}

/* One segment, to its end. A line that does not read is the sweep's to report. */
static enum bg_code read_segment(const struct bg_check *check, const struct bg_dir *state,
        struct bg_told *at, struct bg_line *line, struct observed *all, bg_usec *begins,
        struct bg_error *err)
{
        for (;;) {
                uint64_t next = at->bytes;
                enum bg_code code = bg_record_read(state, at, line, &next, err);
                if (code != BG_OK && (code != BG_TAMPERED || next <= at->bytes))
                        return code;
                at->bytes = next;
                if (code != BG_OK)
                        continue;
                *begins = *begins ? *begins : line->event.time;
                count(check, &line->event, all);
        }
}

/* All of the record, from its first line. */
static enum bg_code read_record(const struct bg_check *check, const struct bg_dir *state,
        struct observed *all, bg_usec *ret_begins, struct bg_error *err)
{
        struct bg_told at = {.v = 1, .segment = 1};
        bg_auto_free struct bg_line *line = calloc(1, sizeof *line);
        enum bg_code code = BG_NO_SUCH;

        *ret_begins = 0;
        if (!line)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record");
        do {
                at.bytes = 0;
                code = read_segment(check, state, &at, line, all, ret_begins, err);
                at.segment++;
        } while (code == BG_NO_SUCH && at.bytes > 0);
        return code == BG_NO_SUCH || code == BG_TAMPERED ? BG_OK : code;
}

static void print_one(const char *account, const struct observed *one, bg_usec begins)
{
        char since[BG_LOCAL_TIME_BYTES];
        char last[BG_LOCAL_TIME_BYTES];
        char codes[1024] = "";
        struct bg_buffer buffer = BG_BUFFER(codes);
        bg_usec now = bg_wall();

        if (one->n == 0) {
                bg_say(stdout, "", "%s is observed: deny would have refused no login of it%s%s.",
                        account, begins ? " in all of the record, which begins at " : " yet",
                        begins ? bg_local_time(begins, now, since) : "");
                return;
        }
        for (int code = 0; code < BG_CODES; code++) {
                if (one->by_code[code] == 0)
                        continue;
                bg_put(&buffer, buffer.n ? ", " : "");
                bg_put_number(&buffer, (int64_t)one->by_code[code]);
                bg_put(&buffer, " ");
                bg_put(&buffer, bg_code_word((enum bg_code)code));
        }
        bg_say(stdout, "",
                "%s is observed: deny would have refused %llu login%s of it since %s, the last at "
                "%s (%s).",
                account, (unsigned long long)one->n, one->n == 1 ? "" : "s",
                bg_local_time(one->first, now, since), bg_local_time(one->last, now, last), codes);
}

enum bg_code bg_observed_print(const struct bg_check *check, struct bg_error *err)
{
        bg_auto(bg_store_done) struct bg_store store = BG_STORE_NONE;
        bg_usec begins = 0;
        uint32_t n = 0;

        for (uint32_t i = 0; i < check->n_identities; i++)
                n += is_observed(&check->identities[i].identity);
        if (n == 0 || geteuid() != 0)
                return BG_OK;
        bg_auto_free struct observed *all = calloc(check->n_identities, sizeof *all);
        if (!all)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record");
        enum bg_code code = bg_store_open(&bg_places_host, &store, err);
        if (code == BG_NO_SUCH) /* no init yet */
                return BG_OK;
        if (code == BG_OK)
                code = read_record(check, &store.state, all, &begins, err);
        for (uint32_t i = 0; code == BG_OK && i < check->n_identities; i++)
                if (is_observed(&check->identities[i].identity))
                        print_one(check->identities[i].identity.account, &all[i], begins);
        return code;
}
