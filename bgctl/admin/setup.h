/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What init and its steps share. Runs as root, typed by root; trusts nothing in /etc/pam.d but its
 * owner. */
#pragma once

#include "policy/format/document.h"
#include "policy/store/store.h"

struct bg_setup {
        struct bg_now now;
        struct bg_store store;   /* fds -1: the folders are not there yet */
        struct bg_dir pam;       /* /etc/pam.d; fd -1: this host has none */
        struct bg_list services; /* to guard */
};

#define BG_SETUP_NONE                                                                              \
        {                                                                                          \
                .store = BG_STORE_NONE, .pam = BG_DIR_NONE                                         \
        }

/* One step of init. A member that is NULL: nothing is to be done there. */
struct bg_setup_step {
        const char *name; /* "init stopped at NAME" */
        /* Whether it is done already. */
        enum bg_code (*look)(struct bg_setup *setup, bool *ret_done, struct bg_error *err);
        void (*show)(const struct bg_setup *setup); /* prints what `apply` will do */
        enum bg_code (*apply)(struct bg_setup *setup, struct bg_error *err);
        enum bg_code (*undo)(struct bg_setup *setup, struct bg_error *err); /* says what it did */
        /* For --check: prints a line for each thing that is not as init left it, and answers how many.
         * NULL: what `look` says is enough. */
        unsigned (*check)(struct bg_setup *setup);
};

extern const struct bg_setup_step bg_step_folders;
extern const struct bg_setup_step bg_step_host_file;
extern const struct bg_setup_step bg_step_group;
extern const struct bg_setup_step bg_step_run;
extern const struct bg_setup_step bg_step_key;
extern const struct bg_setup_step bg_step_catalog;
extern const struct bg_setup_step bg_step_units;
extern const struct bg_setup_step bg_step_record;
extern const struct bg_setup_step bg_step_gate;

/* Says in which services' files our lines were edited since, and what puts that right; how many. */
unsigned bg_gate_tell_edited(const struct bg_setup *setup);

/* Runs a program whose failure is the step's; what it said is the reason. */
enum bg_code bg_setup_run(const char *const *argv, struct bg_error *err);

/* installed/: what init wrote, with copies of what was there before. */
enum bg_code bg_installed_open(
        const struct bg_setup *setup, struct bg_dir *ret, struct bg_error *err);

/* After all steps: the manifest, and the event. */
enum bg_code bg_record_installed(const struct bg_setup *setup, struct bg_error *err);
/* The services that the last init guarded. Errors: BG_NO_SUCH (there was none), … */
enum bg_code bg_record_services(
        const struct bg_setup *setup, struct bg_list *ret, struct bg_error *err);

/* The units that init enables. */
#define BG_SETUP_UNITS "bgctl-sweep.timer", "bgctl-sweep.path", "bgctl-tell.path"
