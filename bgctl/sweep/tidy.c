/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; takes away what is wholly on record and has no further use: uses/ID once its
 * tombstone and its uses are recorded, and used codes that are too old to be entered again. */
#include "bgctl/sweep/sweep.h"
#include "policy/store/grants.h"
#include "policy/store/requests.h"
#include "policy/store/write.h"

#include <fcntl.h>
#include <sys/stat.h>

/* An id that was reserved by somebody who was killed then. */
#define RESERVED_TTL_SEC 3600
/* The helper takes a code of one step of 30 s back and ahead; ten minutes is far from both. */
#define CODE_TTL_STEPS 20
#define STEP_SEC 30
/* Tries that no success cleared count no more after a day without another. */
#define TRY_TTL_SEC 86400

/* Only what is on record: a login may be taking a use at this moment, whose event would be lost. */
static enum bg_code remove_use(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        const uint64_t *recorded = context;
        uint64_t n = 0;

        (void)err;
        if (bg_number_parse(name, *recorded, &n))
                (void)unlinkat(dir->fd, name, 0);
        return BG_OK;
}

static bool is_abandoned(const struct sweep *s, const struct bg_dir *uses, const char *id)
{
        char request[BG_SOURCE_BYTES];
        struct stat st;

        (void)snprintf(request, sizeof request, "requests/%s", id);
        if (fstatat(s->store.state.fd, request, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
                fstat(uses->fd, &st) < 0)
                return false;
        return (bg_usec)st.st_mtim.tv_sec + RESERVED_TTL_SEC < s->now.wall / BG_USEC_PER_SEC;
}

static bool is_done(struct sweep *s, const char *id)
{
        const struct bg_state_id *known =
                bg_record_knows(&s->record, id) ? bg_record_id(&s->record, id) : NULL;
        struct bg_event end;
        uint64_t taken = 0;

        if (!known || bg_uses_count(&s->store.state, id, &taken, NULL) != BG_OK ||
                known->uses < taken)
                return false;
        if (known->closed)
                return bg_tombstone_read(&s->store.state, id, &end, NULL) == BG_OK;
        return false;
}

static enum bg_code tidy_id(
        const struct bg_dir *dir, const char *id, void *context, struct bg_error *err)
{
        struct sweep *s = context;
        bg_auto(bg_dir_done) struct bg_dir uses = BG_DIR_NONE;

        (void)err;
        if (!bg_is_id(id) || bg_dir_sub(dir, id, &uses, NULL) != BG_OK)
                return BG_OK;
        bool done = is_done(s, id);
        if (!done && !is_abandoned(s, &uses, id))
                return BG_OK;
        if (done && bg_request_set_recorded(&s->store.state, id, NULL) != BG_OK)
                return BG_OK; /* the next pass tries again */
        uint64_t recorded = done ? bg_record_id(&s->record, id)->uses : 0;
        (void)bg_dir_each(&uses, 0, remove_use, &recorded, NULL);
        if (unlinkat(dir->fd, id, AT_REMOVEDIR) == 0)
                bg_record_forget(&s->record, id);
        return BG_OK;
}

static enum bg_code tidy_code(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct sweep *s = context;
        uint64_t step = 0;

        (void)err;
        char digits[24];

        /* STEP-SECRET */
        bg_copy(digits, sizeof digits, name);
        digits[strcspn(digits, "-")] = '\0';
        if (bg_number_parse(digits, UINT64_MAX / 2, &step) &&
                step + CODE_TTL_STEPS < s->now.wall / BG_USEC_PER_SEC / STEP_SEC)
                (void)unlinkat(dir->fd, name, 0);
        return BG_OK;
}

static enum bg_code tidy_codes(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        static const char suffix[] = ".codes";
        size_t n = strlen(name);
        bg_auto(bg_dir_done) struct bg_dir codes = BG_DIR_NONE;

        if (n > sizeof suffix && strcmp(name + n - sizeof suffix + 1, suffix) == 0 &&
                bg_dir_sub(dir, name, &codes, NULL) == BG_OK)
                (void)bg_dir_each(&codes, 0, tidy_code, context, err);
        return BG_OK;
}

static enum bg_code tidy_try(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct sweep *s = context;
        struct stat st;

        (void)err;
        if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                (bg_usec)st.st_mtim.tv_sec + TRY_TTL_SEC < s->now.wall / BG_USEC_PER_SEC)
                (void)unlinkat(dir->fd, name, 0);
        return BG_OK;
}

/* A pair's names are consecutive: all go or none, so only a folder in which nothing was added for so
 * long is looked at. */
static enum bg_code tidy_tries(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct sweep *s = context;
        bg_auto(bg_dir_done) struct bg_dir tries = BG_DIR_NONE;
        struct stat st;

        if (bg_dir_sub(dir, name, &tries, NULL) != BG_OK || fstat(tries.fd, &st) < 0 ||
                (bg_usec)st.st_mtim.tv_sec + TRY_TTL_SEC >= s->now.wall / BG_USEC_PER_SEC)
                return BG_OK;
        (void)bg_dir_each(&tries, 0, tidy_try, context, err);
        (void)unlinkat(dir->fd, name, AT_REMOVEDIR);
        return BG_OK;
}

/* UID-MINUTE of a minute that is over. */
static enum bg_code tidy_flood(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct sweep *s = context;
        const char *minute = strchr(name, '-');
        uint64_t number = 0;

        (void)err;
        if (!minute || !bg_number_parse(minute + 1, UINT64_MAX / 2, &number) ||
                number < s->now.wall / BG_USEC_PER_SEC / 60)
                (void)unlinkat(dir->fd, name, 0);
        return BG_OK;
}

void sweep_tidy(struct sweep *s)
{
        sweep_each(s, &s->store.state, "uses", tidy_id, s);
        sweep_each(s, &s->store.state, "factors", tidy_codes, s);
        sweep_each(s, &s->store.state, "tries", tidy_tries, s);
        if (s->store.run.fd >= 0)
                sweep_each(s, &s->store.run, "flood", tidy_flood, s);
}
