/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One event as a journal entry; see journal.h. The field names are the record's in upper case with
 * BREAKGLASS_ before them. */
#include "policy/systemd/journal.h"

#include "policy/base/cleanup.h"
#include "policy/format/emit.h"

#include <systemd/sd-journal.h>

/* As many fields as an event has, and ours besides. */
#define ENTRIES_MAX 64
#define ENTRY_BYTES 1024

struct entry {
        size_t n;
        struct iovec fields[ENTRIES_MAX];
        char text[ENTRIES_MAX][ENTRY_BYTES];
};

__attribute__((format(printf, 2, 3))) static void add(struct entry *e, const char *format, ...)
{
        if (e->n == ENTRIES_MAX)
                return;
        va_list args;
        va_start(args, format);
        int n = vsnprintf(e->text[e->n], ENTRY_BYTES, format, args);
        va_end(args);
        if (n < 0)
                return;
        size_t used = (size_t)n < ENTRY_BYTES ? (size_t)n : ENTRY_BYTES - 1;
        e->fields[e->n] = (struct iovec){.iov_base = e->text[e->n], .iov_len = used};
        e->n++;
}

/* "event" and "time" have other names in the struct than on disk; all go by the disk's. */
static void add_field(struct entry *e, const struct bg_event *event, const struct bg_field *f)
{
        const char *at = (const char *)event + f->offset;
        char upper[32];
        char text[BG_TIME_BYTES];
        uint64_t number = 0;
        unsigned word = 0;

        size_t i = 0;
        for (; f->name[i] && i + 1 < sizeof upper; i++)
                upper[i] = (char)(f->name[i] >= 'a' && f->name[i] <= 'z' ? f->name[i] - 32
                                                                         : f->name[i]);
        upper[i] = '\0';
        switch (f->type) {
        case BG_TEXT:
        case BG_ID:
                if (at[0])
                        add(e, "BREAKGLASS_%s=%s", upper, at);
                break;
        case BG_WORD:
                memcpy(&word, at, sizeof word);
                add(e, "BREAKGLASS_%s=%s", upper, f->words[word]);
                break;
        case BG_TIME:
                memcpy(&number, at, sizeof number);
                if (number)
                        add(e, "BREAKGLASS_%s=%s", upper, bg_time_print(number, text));
                break;
        case BG_NUMBER:
                memcpy(&number, at, sizeof number);
                if ((int64_t)number >= 0)
                        add(e, "BREAKGLASS_%s=%llu", upper, (unsigned long long)number);
                break;
        default:
                break;
        }
}

/* In words what syslog forwarding carries: event, grant, account, code, sequence number. */
static void add_message(struct entry *e, const struct bg_line *line)
{
        const struct bg_event *event = &line->event;
        char text[ENTRY_BYTES - 16];
        struct bg_buffer b = BG_BUFFER(text);

        text[0] = '\0';
        bg_put(&b, bg_event_word(event->kind));
        if (event->grant[0] || event->request[0]) {
                bg_put(&b, event->grant[0] ? " grant=" : " request=");
                bg_put(&b, event->grant[0] ? event->grant : event->request);
        }
        if (event->account[0]) {
                bg_put(&b, " account=");
                bg_put(&b, event->account);
        }
        if (event->person[0]) {
                bg_put(&b, " person=");
                bg_put(&b, event->person);
        }
        bg_put(&b, " code=");
        bg_put(&b, bg_code_word(event->code));
        bg_put(&b, " seq=");
        bg_put_number(&b, (int64_t)line->seq);
        if (event->text[0]) {
                bg_put(&b, ": ");
                bg_put(&b, event->text);
        }
        add(e, "MESSAGE=%s", text);
}

enum bg_code bg_journal_send(const struct bg_line *line, struct bg_error *err)
{
        const struct bg_event *event = &line->event;
        bg_auto_free struct entry *e = calloc(1, sizeof *e);

        if (!e)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the journal");
        add_message(e, line);
        add(e, "MESSAGE_ID=%s", bg_event_message_id(event->kind));
        add(e, "PRIORITY=%d", bg_event_priority(event->kind));
        add(e, "SYSLOG_IDENTIFIER=breakglass");
        add(e, "BREAKGLASS_SEQ=%llu", (unsigned long long)line->seq);
        add(e, "BREAKGLASS_OUTCOME=%s", event->code == BG_OK ? "done" : "refused");
        for (size_t i = 0; i < bg_event_table.n_fields; i++)
                add_field(e, event, &bg_event_table.fields[i]);

        int r = sd_journal_sendv(e->fields, (int)e->n);
        return r < 0 ? bg_fail(err, BG_SYSTEM, -r, "the journal") : BG_OK;
}
