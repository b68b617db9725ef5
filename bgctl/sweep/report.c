/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; what the steps of a pass could not do, and what they found changed; see sweep.h. */
#include "bgctl/sweep/sweep.h"
#include "policy/store/events.h"

#include <fcntl.h>
#include <sys/stat.h>

void sweep_failed(struct sweep *s, const struct bg_error *err)
{
        (void)fprintf(stderr, "bgctl-sweep: %s (%s)\n", err->text, bg_code_word(err->code));
        s->failures++;
}

void sweep_tampered(struct sweep *s, const char *path, const char *what)
{
        struct stat st = {0};

        (void)fstatat(s->store.state.fd, path, &st, AT_SYMLINK_NOFOLLOW);
        sweep_tampered_as(s, path, st.st_ino,
                (uint64_t)st.st_ctim.tv_sec * BG_USEC_PER_SEC + (uint64_t)st.st_ctim.tv_nsec / 1000,
                what);
}

void sweep_tampered_as(
        struct sweep *s, const char *path, uint64_t first, uint64_t second, const char *what)
{
        struct bg_event event;
        struct bg_error err;
        bool is_new = false;

        if (bg_record_report(&s->record, path, first, second, &is_new, &err) != BG_OK) {
                sweep_failed(s, &err);
                return;
        }
        if (!is_new)
                return;
        bg_event_init(&event, BG_EVENT_TAMPERED, s->now.wall);
        event.code = BG_TAMPERED;
        (void)snprintf(event.text, sizeof event.text, "%s: %s", path, what);
        bg_clean(event.text);
        if (bg_event_write(&s->store, 0, &event, &err) != BG_OK)
                sweep_failed(s, &err);
}

void sweep_each(struct sweep *s, const struct bg_dir *top, const char *name,
        enum bg_code (*each)(const struct bg_dir *dir, const char *name, void *context,
                struct bg_error *err),
        void *context)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        struct bg_error err;

        enum bg_code code = bg_dir_sub(top, name, &dir, &err);
        if (code == BG_NO_SUCH)
                return;
        if (code == BG_UNSAFE_FILE)
                sweep_tampered(s, name, err.text);
        if (code == BG_OK)
                code = bg_dir_each(&dir, 0, each, context, &err);
        if (code != BG_OK)
                sweep_failed(s, &err);
}
