/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events on disk; see events.h. */
#include "policy/store/events.h"

#include "policy/format/emit.h"
#include "policy/format/record.h"
#include "policy/store/write.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#define NEWEST_BYTES 512
static const char newest_name[] = "newest";
#define GATE_BYTES 1024
static const char gate_name[] = "gate";

static enum bg_code count_one(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        (void)dir;
        (void)err;
        *(unsigned *)context += strcmp(name, BG_EVENTS_OVER) != 0;
        return BG_OK;
}

/* Over quota: one byte more in `over`. Not synced, since it stands for no elevation. */
static enum bg_code count_over(const struct bg_dir *dir, struct bg_error *err)
{
        bg_auto_fd int fd = openat(dir->fd, BG_EVENTS_OVER,
                O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, ".", 1) != 1)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s", dir->path);
        return BG_OK;
}

static bool costs_nothing(const struct bg_event *event)
{
        bool refusal = event->kind == BG_EVENT_REFUSED || event->kind == BG_EVENT_SESSION_REFUSED ||
                event->kind == BG_EVENT_WOULD_REFUSE;
        return refusal && event->use < 0;
}

/* /run/breakglass/flood/UID-MINUTE has one byte for each. Where it cannot be had nothing is limited. */
static bool is_flood(const struct bg_dir *run, uid_t caller, const struct bg_event *event)
{
        bg_auto(bg_dir_done) struct bg_dir flood = BG_DIR_NONE;
        char name[48];
        struct stat st;

        if (run->fd < 0 || bg_dir_make(run, "flood", &flood, NULL) != BG_OK)
                return false;
        (void)snprintf(name, sizeof name, "%u-%llu", (unsigned)caller,
                (unsigned long long)(event->time / BG_USEC_PER_SEC / 60));
        bg_auto_fd int fd = openat(flood.fd, name,
                O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
        return fd >= 0 && write(fd, ".", 1) == 1 && fstat(fd, &st) == 0 &&
                st.st_size > BG_EVENTS_MINUTE_MAX;
}

/* `over` true: it is only counted. */
static enum bg_code write_event(const struct bg_dir *top, const char *folder, uid_t caller,
        const struct bg_event *event, bool over, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir events = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir mine = BG_DIR_NONE;
        char text[BG_EVENT_BYTES];
        char name[48];
        size_t n = 0;
        uint32_t random = 0;
        unsigned waiting = 0;
        bool made = false;

        if (!bg_event_print(event, text, &n) ||
                getrandom(&random, sizeof random, 0) != sizeof random)
                return bg_fail(err, BG_STORE_FAILED, errno, "an event cannot be written");
        enum bg_code code = bg_dir_make(top, folder, &events, err);
        (void)snprintf(name, sizeof name, "%u", (unsigned)caller);
        if (code == BG_OK)
                code = bg_dir_make(&events, name, &mine, err);
        if (code == BG_OK && !over && costs_nothing(event))
                code = bg_dir_each(&mine, 0, count_one, &waiting, err);
        if (code != BG_OK)
                return code;
        if (over || waiting >= BG_EVENTS_WAITING_MAX)
                return count_over(&mine, err);
        (void)snprintf(name, sizeof name, "%016llu-%08x", (unsigned long long)event->time, random);
        code = bg_write_once(&mine, name, 0600, text, n, &made, err);
        return code == BG_OK && !made ? bg_fail(err, BG_STORE_FAILED, EEXIST, "%s", name) : code;
}

enum bg_code bg_event_write(const struct bg_store *store, uid_t caller,
        const struct bg_event *event, struct bg_error *err)
{
        struct bg_error why;
        bool over = costs_nothing(event) && is_flood(&store->run, caller, event);
        enum bg_code code = write_event(&store->state, "events", caller, event, over, &why);

        if (code != BG_OK && store->run.fd >= 0)
                (void)write_event(&store->run, "unrecorded", caller, event, over, NULL);
        if (!over)
                bg_event_wake(store);
        return code == BG_OK ? BG_OK : bg_fail(err, BG_AUDIT_UNAVAILABLE, 0, "%s", why.text);
}

void bg_event_wake(const struct bg_store *store)
{
        bg_auto(bg_dir_done) struct bg_dir wake = BG_DIR_NONE;
        char name[24];
        uint64_t random = 0;

        if (store->run.fd < 0 || getrandom(&random, sizeof random, 0) != sizeof random)
                return;
        if (bg_dir_make(&store->run, "wake", &wake, NULL) == BG_OK) {
                (void)snprintf(name, sizeof name, "%016llx", (unsigned long long)random);
                bg_auto_fd int made = openat(wake.fd, name,
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
                (void)made; /* clang does not count its cleanup as a use */
        }
        bg_auto_fd int fd = openat(store->run.fd, "changed",
                O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
        if (fd >= 0)
                (void)futimens(fd, NULL);
}

static enum bg_code remove_wake(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        (void)context;
        (void)err;
        (void)unlinkat(dir->fd, name, 0);
        return BG_OK;
}

void bg_wakes_take(const struct bg_store *store, const char *name)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        if (store->run.fd >= 0 && bg_dir_make(&store->run, name, &dir, NULL) == BG_OK)
                (void)bg_dir_each(&dir, 0, remove_wake, NULL, NULL);
}

enum bg_code bg_gate_load(const struct bg_store *store, struct bg_gate *ret, struct bg_error *err)
{
        char text[GATE_BYTES + 1];
        size_t n = 0;

        if (store->run.fd < 0)
                return bg_fail(err, BG_NO_SUCH, 0, BG_RUN_PATH " is not there");
        enum bg_code code = bg_dir_read(&store->run, gate_name, GATE_BYTES, text, &n, err);
        return code == BG_OK ? bg_document_read(&bg_gate_table, gate_name, text, n, ret, err) : code;
}

enum bg_code bg_gate_store(
        const struct bg_store *store, const struct bg_gate *gate, struct bg_error *err)
{
        char text[GATE_BYTES];
        struct bg_buffer buffer = BG_BUFFER(text);

        (void)bg_emit(&bg_gate_table, gate, &buffer);
        bg_put(&buffer, "\n");
        return bg_write_replace(&store->run, gate_name, 0600, text, buffer.n, err);
}

enum bg_code bg_newest_load(const struct bg_dir *state, struct bg_newest *ret, struct bg_error *err)
{
        struct bg_newest_file file;
        char text[NEWEST_BYTES + 1];
        size_t n = 0;

        memset(ret, 0, sizeof *ret);
        enum bg_code code = bg_dir_read(state, newest_name, NEWEST_BYTES, text, &n, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        if (code == BG_OK)
                code = bg_document_read(&bg_newest_table, newest_name, text, n, &file, err);
        if (code == BG_OK)
                *ret = file.newest;
        return code;
}

enum bg_code bg_newest_store(
        const struct bg_dir *state, const struct bg_newest *newest, struct bg_error *err)
{
        struct bg_newest_file file = {.v = 1, .newest = *newest};
        char text[NEWEST_BYTES];
        struct bg_buffer buffer = BG_BUFFER(text);

        (void)bg_emit(&bg_newest_table, &file, &buffer);
        bg_put(&buffer, "\n");
        return bg_write_replace(state, newest_name, 0600, text, buffer.n, err);
}
