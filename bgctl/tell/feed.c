/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; see feed.h. */
#include "bgctl/tell/feed.h"

#include "policy/host/spawn.h"
#include "policy/store/told.h"
#include "policy/store/events.h"
#include "policy/systemd/journal.h"

#include <inttypes.h>
#include <time.h>

/* So many lines are sent before they are looked for. */
#define BATCH_MAX 64
/* How long journald may take to have them, in looks and the pause between two. */
#define LOOKS_MAX 60
#define PAUSE_MSEC 50
#define JOURNALCTL "/usr/bin/journalctl"
#define JOURNALCTL_TIMEOUT_SEC 10

/* Sends up to BATCH_MAX lines; `end` is moved behind the last. */
static enum bg_code send_batch(const struct bg_store *store, struct bg_told *end, uint64_t *seqs,
        size_t *ret_n, struct bg_error *err)
{
        bg_auto_free struct bg_line *line = calloc(1, sizeof *line);
        uint64_t settled = 0;

        *ret_n = 0;
        if (!line)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record");
        /* What is appended meanwhile comes in the next batch. */
        enum bg_code code = bg_record_settle(&store->state, end, &settled, err);
        if (code != BG_OK)
                return code;
        while (*ret_n < BATCH_MAX && end->bytes < settled) {
                uint64_t next = 0;
                code = bg_record_read(&store->state, end, line, &next, err);
                if (code == BG_NO_SUCH)
                        return BG_OK;
                /* A damaged line is passed over: the sweep has recorded behind it that it is. */
                if (code != BG_OK && code != BG_TAMPERED)
                        return code;
                if (code == BG_OK) {
                        code = bg_journal_send(line, err);
                        if (code != BG_OK)
                                return code;
                        seqs[(*ret_n)++] = line->seq;
                        end->seq = line->seq;
                }
                end->bytes = next;
        }
        return BG_OK;
}

static const char seq_field[] = "\"BREAKGLASS_SEQ\":\"";

/* The number of the newest event of ours that the journal has; 0: none. */
static uint64_t newest_in_journal(void)
{
        static const char *const argv[] = {JOURNALCTL, "--quiet", "--no-pager", "--output=json",
                "--output-fields=BREAKGLASS_SEQ", "--lines=1", "_UID=0", "_EXE=" BG_TELL_PATH,
                "SYSLOG_IDENTIFIER=breakglass", NULL};
        char output[4096];
        uint64_t seq = 0;
        int status = 0;

        if (bg_spawn(argv, JOURNALCTL_TIMEOUT_SEC, output, sizeof output, &status, NULL) != BG_OK)
                return 0;
        char *digits = strstr(output, seq_field);
        if (!digits)
                return 0;
        digits += sizeof seq_field - 1;
        digits[strcspn(digits, "\"")] = '\0';
        return bg_number_parse(digits, UINT64_MAX / 2, &seq) ? seq : 0;
}

/* Makes the copy of the cursor in /run again, which a boot takes away. Where the journal knows a later
 * number, the record was put back: the sweep finds it by that copy, and nothing is told before. */
static bool is_put_back(const struct bg_store *store, const struct bg_told *told)
{
        struct bg_told copy;

        if (store->run.fd < 0 || bg_told_load(&store->run, &copy, NULL) != BG_OK || copy.seq > 0)
                return false;
        copy = *told;
        uint64_t seq = newest_in_journal();
        if (seq > copy.seq)
                copy.seq = seq;
        if (copy.seq == 0 || bg_told_store(&store->run, &copy, NULL) != BG_OK ||
                copy.seq == told->seq)
                return false;
        bg_event_wake(store);
        return true;
}

static bool has_seq(const char *output, uint64_t seq)
{
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "%s%" PRIu64 "\"", seq_field, seq);
        return strstr(output, wanted) != NULL;
}

/* Asks journalctl for exactly these entries of ours, as JSON. */
static enum bg_code read_back(const uint64_t *seqs, size_t n, bool *ret_all, struct bg_error *err)
{
        const size_t size = 256 * 1024;
        bg_auto_free char *output = malloc(size);
        char matches[BATCH_MAX][40];
        const char *argv[BATCH_MAX + 12] = {JOURNALCTL, "--quiet", "--no-pager", "--output=json",
                "--output-fields=BREAKGLASS_SEQ", "_UID=0", ("_EXE=" BG_TELL_PATH)};
        size_t at = 7;
        int status = 0;

        if (!output)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the journal");
        for (size_t i = 0; i < n; i++) {
                (void)snprintf(matches[i], sizeof matches[i], "BREAKGLASS_SEQ=%" PRIu64, seqs[i]);
                argv[at++] = matches[i];
        }
        enum bg_code code = bg_spawn(argv, JOURNALCTL_TIMEOUT_SEC, output, size, &status, err);
        if (code != BG_OK)
                return code;
        /* 1: it found nothing. */
        if (status > 1)
                return bg_fail(err, BG_SYSTEM, 0, JOURNALCTL " answered %d: %.128s", status, output);
        *ret_all = true;
        for (size_t i = 0; i < n; i++)
                *ret_all = *ret_all && has_seq(output, seqs[i]);
        return BG_OK;
}

static enum bg_code wait_for(const uint64_t *seqs, size_t n, struct bg_error *err)
{
        const struct timespec pause = {.tv_nsec = PAUSE_MSEC * 1000 * 1000};
        bool all = false;

        for (int look = 0; look < LOOKS_MAX; look++) {
                enum bg_code code = read_back(seqs, n, &all, err);
                if (code != BG_OK || all)
                        return code;
                (void)nanosleep(&pause, NULL);
        }
        return bg_fail(err, BG_SYSTEM, 0,
                "the journal does not have event %" PRIu64
                " after it was sent; it will be sent again",
                seqs[n - 1]);
}

/* A cursor that does not read must not silence the journal for ever: the copy in /run, else all is
 * told again. The sweep records that it was damaged. */
static enum bg_code load_cursor(
        const struct bg_store *store, struct bg_told *ret, struct bg_error *err)
{
        enum bg_code code = bg_told_load(&store->state, ret, err);

        if (code != BG_TAMPERED && code != BG_UNSAFE_FILE)
                return code;
        if (store->run.fd < 0 || bg_told_load(&store->run, ret, err) != BG_OK)
                *ret = (struct bg_told){.v = 1, .segment = 1};
        return BG_OK;
}

enum bg_code feed(const struct bg_store *store, struct bg_error *err)
{
        struct bg_told told;
        uint64_t seqs[BATCH_MAX];
        size_t n = 0;

        bg_wakes_take(store, "tell");
        enum bg_code code = load_cursor(store, &told, err);
        if (code == BG_OK && is_put_back(store, &told))
                return BG_OK;
        if (code == BG_OK)
                code = bg_record_seek(&store->state, &told, err);
        while (code == BG_OK) {
                struct bg_told end = told;
                code = send_batch(store, &end, seqs, &n, err);
                if (code == BG_OK && n > 0)
                        code = wait_for(seqs, n, err);
                if (code != BG_OK || end.bytes == told.bytes)
                        break;
                code = bg_told_store(&store->state, &end, err);
                if (code == BG_OK && store->run.fd >= 0)
                        (void)bg_told_store(&store->run, &end, NULL);
                told = end;
        }
        return code;
}
