/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record on disk; see audit.h. */
#include "policy/store/audit.h"

#include "policy/format/emit.h"
#include "policy/store/write.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#define STATE_BYTES_MAX (16 * 1024 * 1024)
static const char state_name[] = "state";

void bg_segment_name(uint64_t segment, char ret[static 8])
{
        (void)snprintf(ret, 8, "%06u", (unsigned)(segment % 1000000));
}

/* Lines are small: a malloc()ed line of the state or the record, parsed by its first key. */
static enum bg_code add_state_line(
        struct bg_record *record, const char *line, size_t n, struct bg_error *err)
{
        if (strncmp(line, "{\"id\"", 5) == 0) {
                struct bg_state_id *more =
                        reallocarray(record->ids, record->n_ids + 1, sizeof *record->ids);
                if (!more)
                        return bg_fail(err, BG_SYSTEM, ENOMEM, "the record's state");
                record->ids = more;
                return bg_document_read(&bg_state_id_table, "audit/state", line, n,
                        &record->ids[record->n_ids++], err);
        }
        if (strncmp(line, "{\"reported\"", 11) == 0) {
                struct bg_state_reported *more = reallocarray(
                        record->reported, record->n_reported + 1, sizeof *record->reported);
                if (!more)
                        return bg_fail(err, BG_SYSTEM, ENOMEM, "the record's state");
                record->reported = more;
                return bg_document_read(&bg_state_reported_table, "audit/state", line, n,
                        &record->reported[record->n_reported++], err);
        }
        return bg_document_read(&bg_state_head_table, "audit/state", line, n, &record->head, err);
}

static enum bg_code load_state(struct bg_record *record, struct bg_error *err)
{
        size_t n = 0;
        bg_auto_free char *text = malloc(STATE_BYTES_MAX + 1);

        if (!text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record's state");
        enum bg_code code = bg_dir_read(&record->dir, state_name, STATE_BYTES_MAX, text, &n, err);
        for (char *line = text; code == BG_OK && line < text + n;) {
                size_t n_line = strcspn(line, "\n");
                code = add_state_line(record, line, n_line, err);
                line += n_line + 1;
        }
        if (code == BG_OK && record->head.v == 0)
                code = bg_fail(err, BG_TAMPERED, 0, "audit/state has no head");
        return code;
}

static void reset_state(struct bg_record *record)
{
        free(record->ids);
        free(record->reported);
        record->ids = NULL;
        record->reported = NULL;
        record->n_ids = 0;
        record->n_reported = 0;
        record->head = (struct bg_state_head){.v = 1, .segment = 1};
        record->changed = true;
        record->rebuilt = true;
}

struct bg_state_id *bg_record_id(struct bg_record *record, const char *id)
{
        for (size_t i = 0; i < record->n_ids; i++)
                if (strcmp(record->ids[i].id, id) == 0)
                        return &record->ids[i];
        struct bg_state_id *more =
                reallocarray(record->ids, record->n_ids + 1, sizeof *record->ids);
        if (!more)
                return NULL;
        record->ids = more;
        struct bg_state_id *one = &more[record->n_ids++];
        memset(one, 0, sizeof *one);
        bg_copy(one->id, sizeof one->id, id);
        return one;
}

bool bg_record_knows(const struct bg_record *record, const char *id)
{
        for (size_t i = 0; i < record->n_ids; i++)
                if (strcmp(record->ids[i].id, id) == 0)
                        return true;
        return false;
}

void bg_record_forget(struct bg_record *record, const char *id)
{
        for (size_t i = 0; i < record->n_ids; i++)
                if (strcmp(record->ids[i].id, id) == 0) {
                        record->ids[i] = record->ids[--record->n_ids];
                        record->changed = true;
                        return;
                }
}

/* A session's end, whatever file it came in, is counted for its grant: when each use has its end, a
 * grant that is used up can be closed. */
static bool ends_a_use(const struct bg_event *event)
{
        return event->grant[0] && event->use > 0 &&
                (event->kind == BG_EVENT_SESSION_CLOSED || event->kind == BG_EVENT_SESSION_REFUSED);
}

static bool is_event_file(const char *file)
{
        return strncmp(file, "events/", 7) == 0 || strncmp(file, "unrecorded/", 11) == 0;
}

bool bg_record_has(const struct bg_record *record, const char *file)
{
        for (size_t i = 0; i < record->n_caught; i++)
                if (strcmp(record->caught[i], file) == 0)
                        return true;
        return false;
}

static bool catch_file(struct bg_record *record, const char *file)
{
        if (!is_event_file(file))
                return true;
        char(*more)[BG_SOURCE_BYTES] =
                reallocarray(record->caught, record->n_caught + 1, sizeof *record->caught);
        if (!more)
                return false;
        record->caught = more;
        bg_copy(more[record->n_caught++], BG_SOURCE_BYTES, file);
        return true;
}

/* "requests/ID/ask", "uses/ID/3", "closed/ID", "events/…": what is on the record now. */
static bool mark(struct bg_record *record, const char *file, const struct bg_event *event)
{
        char id[BG_ID_BYTES] = "";
        const char *slash = strchr(file, '/');
        const char *rest = "";

        /* An end that comes after all of its grant was recorded makes no new line of the state. */
        if (ends_a_use(event) && bg_record_knows(record, event->grant))
                bg_record_id(record, event->grant)->ended++;
        if (!slash || is_event_file(file))
                return true;
        bg_copy(id, sizeof id, slash + 1);
        if (strlen(slash + 1) > BG_ID_BYTES)
                rest = slash + 1 + BG_ID_BYTES;
        struct bg_state_id *one = bg_record_id(record, id);
        if (!one)
                return false;
        if (strncmp(file, "closed/", 7) == 0)
                one->closed = true;
        else if (strcmp(rest, "ask") == 0)
                one->ask = true;
        else if (strcmp(rest, "end") == 0)
                one->end = true;
        else if (strncmp(rest, "yes.", 4) == 0 && one->yes.n < BG_LIST_MAX)
                bg_copy(one->yes.v[one->yes.n++], BG_ITEM_BYTES, rest + 4);
        else if (strncmp(file, "uses/", 5) == 0)
                one->uses++;
        return true;
}

enum bg_code bg_record_append(struct bg_record *record, const char *file,
        const struct bg_event *event, struct bg_error *err)
{
        bg_auto_free struct bg_line *line = calloc(1, sizeof *line);
        bg_auto_free char *text = malloc(BG_LINE_BYTES);
        struct bg_buffer buffer = {.text = text, .size = BG_LINE_BYTES};

        if (!line || !text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record");
        line->v = 1;
        line->seq = record->head.seq + 1;
        bg_copy(line->file, sizeof line->file, file);
        line->event = *event;
        if (!bg_emit(&bg_line_table, line, &buffer))
                return bg_fail(err, BG_SYSTEM, 0, "a line of the record is too long");
        bg_put(&buffer, "\n");
        for (size_t n = 0; n < buffer.n;) {
                ssize_t done = pwrite(record->segment_fd, text + n, buffer.n - n,
                        (off_t)(record->head.bytes + n));
                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0) {
                        int errnum = errno;
                        (void)!ftruncate(record->segment_fd, (off_t)record->head.bytes);
                        return bg_fail(err, BG_STORE_FAILED, errnum, "%s", record->dir.path);
                }
                n += (size_t)done;
        }
        record->head.bytes += buffer.n;
        record->head.seq = line->seq;
        record->changed = true;
        return mark(record, file, event) ? BG_OK
                                         : bg_fail(err, BG_SYSTEM, ENOMEM, "the record's state");
}

enum bg_code bg_record_sync(struct bg_record *record, struct bg_error *err)
{
        return fdatasync(record->segment_fd) < 0
                ? bg_fail(err, BG_STORE_FAILED, errno, "%s", record->dir.path)
                : BG_OK;
}

enum bg_code bg_record_store(struct bg_record *record, struct bg_error *err)
{
        /* The longest line is an id's, with a full list of uids. */
        size_t size = (record->n_ids + record->n_reported + 1) * 1024;
        bg_auto_free char *text = malloc(size);
        struct bg_buffer buffer = {.text = text, .size = size};

        if (!record->changed)
                return BG_OK;
        if (!text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record's state");
        (void)bg_emit(&bg_state_head_table, &record->head, &buffer);
        bg_put(&buffer, "\n");
        for (size_t i = 0; i < record->n_ids; i++) {
                (void)bg_emit(&bg_state_id_table, &record->ids[i], &buffer);
                bg_put(&buffer, "\n");
        }
        for (size_t i = 0; i < record->n_reported; i++) {
                (void)bg_emit(&bg_state_reported_table, &record->reported[i], &buffer);
                bg_put(&buffer, "\n");
        }
        if (buffer.full)
                return bg_fail(err, BG_SYSTEM, 0, "the record's state is too long");
        enum bg_code code =
                bg_write_replace(&record->dir, state_name, 0600, text, buffer.n, err);
        record->changed = code != BG_OK;
        return code;
}

enum bg_code bg_record_report(struct bg_record *record, const char *path, uint64_t inode,
        uint64_t mtime, bool *ret_new, struct bg_error *err)
{
        char clean[BG_PAIR_VALUE_BYTES];

        /* As it can be stored: names are the bytes of whoever can write there. */
        bg_copy(clean, sizeof clean, path);
        bg_clean(clean);
        *ret_new = false;
        for (size_t i = 0; i < record->n_reported; i++) {
                const struct bg_state_reported *r = &record->reported[i];
                if (strcmp(r->reported, clean) == 0 && r->inode == inode && r->mtime == mtime)
                        return BG_OK;
        }
        struct bg_state_reported *more = reallocarray(
                record->reported, record->n_reported + 1, sizeof *record->reported);
        if (!more)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record's state");
        record->reported = more;
        struct bg_state_reported *one = &more[record->n_reported++];
        memset(one, 0, sizeof *one);
        bg_copy(one->reported, sizeof one->reported, clean);
        one->inode = inode;
        one->mtime = mtime;
        record->changed = true;
        *ret_new = true;
        return BG_OK;
}

enum bg_code bg_segment_line(
        int fd, uint64_t at, struct bg_line *ret, uint64_t *ret_next, struct bg_error *err)
{
        bg_auto_free char *text = malloc(BG_LINE_BYTES);
        if (!text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "the record");
        ssize_t got = pread(fd, text, BG_LINE_BYTES, (off_t)at);
        if (got < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "the record");
        const char *end = memchr(text, '\n', (size_t)got);
        *ret_next = at + (uint64_t)got;
        if (!end && got == BG_LINE_BYTES)
                return bg_fail(err, BG_TAMPERED, 0, "a line of the record is too long");
        if (!end)
                return bg_fail(err, BG_NO_SUCH, 0, "no whole line there");
        *ret_next = at + (uint64_t)(end - text) + 1;
        return bg_document_read(
                &bg_line_table, "the record", text, (size_t)(end - text), ret, err);
}

/* What stands behind the state's end: recorded, and the state was not replaced any more. */
static enum bg_code catch_up(struct bg_record *record, struct bg_error *err)
{
        bg_auto_free struct bg_line *line = calloc(1, sizeof *line);
        struct stat st;
        uint64_t next = 0;
        enum bg_code code = BG_OK;

        if (!line || fstat(record->segment_fd, &st) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s", record->dir.path);
        uint64_t size = (uint64_t)st.st_size;
        if (size < record->head.bytes) {
                (void)snprintf(record->mended, sizeof record->mended,
                        "the record was cut: it has %llu bytes and should have %llu",
                        (unsigned long long)size, (unsigned long long)record->head.bytes);
                record->tampered = true;
                record->head.bytes = size;
                record->changed = true;
        }
        for (;;) {
                code = bg_segment_line(record->segment_fd, record->head.bytes, line, &next, err);
                if (code != BG_OK && code != BG_TAMPERED)
                        break;
                /* Left as it is, as evidence: what is new goes behind it. */
                if (code == BG_TAMPERED) {
                        (void)snprintf(record->mended, sizeof record->mended,
                                "the record is damaged at byte %llu",
                                (unsigned long long)record->head.bytes);
                        record->tampered = true;
                } else if (!mark(record, line->file, &line->event) ||
                        !catch_file(record, line->file)) {
                        return bg_fail(err, BG_SYSTEM, ENOMEM, "the record's state");
                } else {
                        record->head.seq = line->seq;
                }
                record->head.bytes = next;
                record->changed = true;
        }
        if (code != BG_NO_SUCH)
                return code;
        if (size > record->head.bytes) {
                (void)snprintf(record->mended, sizeof record->mended,
                        "a torn last line of %llu bytes was cut off the record",
                        (unsigned long long)(size - record->head.bytes));
                if (ftruncate(record->segment_fd, (off_t)record->head.bytes) < 0)
                        return bg_fail(err, BG_STORE_FAILED, errno, "%s", record->dir.path);
        }
        return BG_OK;
}

static enum bg_code open_own(
        const struct bg_dir *dir, const char *name, int *ret, struct bg_error *err)
{
        struct stat st;
        int fd = openat(
                dir->fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

        if (fd < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", dir->path, name);
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != dir->owner ||
                (st.st_mode & 022)) {
                (void)close(fd);
                return bg_fail(err, BG_UNSAFE_FILE, 0, "%s/%s is not root's alone", dir->path, name);
        }
        *ret = fd;
        return bg_write_sync(dir, err);
}

static enum bg_code open_all(
        const struct bg_dir *state, struct bg_record *record, struct bg_error *err)
{
        char name[8];
        struct bg_error why;

        enum bg_code code = bg_dir_make(state, "audit", &record->dir, err);
        if (code == BG_OK)
                code = open_own(&record->dir, "lock", &record->lock_fd, err);
        if (code != BG_OK)
                return code;
        if (flock(record->lock_fd, LOCK_EX) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s/lock", record->dir.path);
        code = load_state(record, &why);
        if (code == BG_TAMPERED)
                (void)snprintf(record->mended, sizeof record->mended,
                        "audit/state was damaged; it is made again from the record");
        record->tampered = code == BG_TAMPERED;
        if (code == BG_NO_SUCH || code == BG_TAMPERED)
                reset_state(record);
        else if (code != BG_OK)
                return bg_fail(err, code, 0, "%s", why.text);
        bg_segment_name(record->head.segment, name);
        code = open_own(&record->dir, name, &record->segment_fd, err);
        return code == BG_OK ? catch_up(record, err) : code;
}

enum bg_code bg_record_open(const struct bg_dir *state, struct bg_record *ret, struct bg_error *err)
{
        *ret = (struct bg_record)BG_RECORD_NONE;
        enum bg_code code = open_all(state, ret, err);
        if (code != BG_OK)
                bg_record_done(ret);
        return code;
}

void bg_record_done(struct bg_record *record)
{
        bg_cleanup_fd(&record->segment_fd);
        bg_cleanup_fd(&record->lock_fd);
        bg_dir_done(&record->dir);
        free(record->ids);
        free(record->reported);
        free(record->caught);
        *record = (struct bg_record)BG_RECORD_NONE;
}
