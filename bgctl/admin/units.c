/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The step of init that has systemd run the sweep and tell. */
#include "bgctl/admin/setup.h"
#include "bgctl/cli/output.h"
#include "policy/host/spawn.h"

#include <sys/stat.h>

#define OUTPUT_BYTES 4096
#define SPAWN_SEC 60

enum bg_code bg_setup_run(const char *const *argv, struct bg_error *err)
{
        char text[OUTPUT_BYTES];
        int status = 0;
        enum bg_code code = bg_spawn(argv, SPAWN_SEC, text, sizeof text, &status, err);

        if (code != BG_OK || status == 0)
                return code;
        text[strcspn(text, "\n")] = '\0';
        bg_clean(text);
        return bg_fail(err, BG_SYSTEM, 0, "%s: %.160s (status %d)", argv[0], text, status);
}

static const char systemctl[] = "/usr/bin/systemctl";

/* As sd_booted(3) knows it. Without, as in an image being built, units are enabled and not started. */
static bool is_booted(void)
{
        struct stat st;
        return lstat("/run/systemd/system", &st) == 0 && S_ISDIR(st.st_mode);
}

/* A line a unit; its exit status is 0 where one is so. */
static bool all_units_are(const char *question, const char *answer)
{
        char text[OUTPUT_BYTES];
        size_t n = strlen(answer);
        const char *at = text;
        int status = 0;

        if (bg_spawn((const char *const[]){systemctl, question, BG_SETUP_UNITS, NULL}, SPAWN_SEC,
                    text, sizeof text, &status, NULL) != BG_OK ||
                !text[0])
                return false;
        for (; *at; at += n + 1)
                if (strncmp(at, answer, n) != 0 || at[n] != '\n')
                        return false;
        return true;
}

static enum bg_code look_units(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        (void)setup;
        (void)err;
        *ret_done = all_units_are("is-enabled", "enabled") &&
                    (!is_booted() || all_units_are("is-active", "active"));
        return BG_OK;
}

static void show_units(const struct bg_setup *setup)
{
        (void)setup;
        bg_row(stdout, 2, "units",
                "bgctl-sweep.timer, bgctl-sweep.path and bgctl-tell.path, enabled%s: they close "
                "what has run out, and tell the journal",
                is_booted() ? " and started" : "");
}

static enum bg_code do_units(struct bg_setup *setup, struct bg_error *err)
{
        enum bg_code code = BG_OK;

        (void)setup;
        if (!is_booted())
                return bg_setup_run(
                        (const char *const[]){systemctl, "enable", BG_SETUP_UNITS, NULL}, err);
        code = bg_setup_run((const char *const[]){systemctl, "daemon-reload", NULL}, err);
        if (code == BG_OK)
                code = bg_setup_run(
                        (const char *const[]){systemctl, "enable", "--now", BG_SETUP_UNITS, NULL},
                        err);
        return code;
}

/* The last events are put on record and told, before nobody does it any more. */
static void settle(void)
{
        (void)bg_setup_run(
                (const char *const[]){systemctl, "start", "bgctl-sweep.service", NULL}, NULL);
        (void)bg_setup_run(
                (const char *const[]){systemctl, "start", "bgctl-tell.service", NULL}, NULL);
}

static enum bg_code undo_units(struct bg_setup *setup, struct bg_error *err)
{
        enum bg_code code = BG_OK;

        (void)setup;
        if (!is_booted()) {
                code = bg_setup_run(
                        (const char *const[]){systemctl, "disable", BG_SETUP_UNITS, NULL}, err);
        } else {
                settle();
                code = bg_setup_run(
                        (const char *const[]){systemctl, "disable", "--now", BG_SETUP_UNITS, NULL},
                        err);
        }
        if (code == BG_OK)
                bg_row(stdout, 2, "units", "disabled");
        return code;
}

const struct bg_setup_step bg_step_units = {
        .name = "the units",
        .look = look_units,
        .show = show_units,
        .apply = do_units,
        .undo = undo_units,
};
