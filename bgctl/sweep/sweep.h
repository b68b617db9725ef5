/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One pass of the sweep: what its steps share. */
#pragma once

#include "policy/format/key.h"
#include "policy/store/audit.h"
#include "policy/store/store.h"

struct sweep {
        struct bg_store store;
        struct bg_now now;
        struct bg_newest newest;
        struct bg_keyring keyring;
        struct bg_record record;
        bg_usec next_end;  /* of the open grants; 0: none */
        bool accepted;     /* a clock-accepted event was recorded in this pass */
        unsigned failures; /* what could not be done, each told on standard error */
};

/* Tells what could not be done, and goes on: one broken file must not stop the others' end. */
void sweep_failed(struct sweep *s, const struct bg_error *err);

/* Calls `each` for every entry of top/name; that there is no such folder is no error, and what is
 * wrong with it is told. */
void sweep_each(struct sweep *s, const struct bg_dir *top, const char *name,
        enum bg_code (*each)(const struct bg_dir *dir, const char *name, void *context,
                struct bg_error *err),
        void *context);

/* Records that a file was changed by somebody else: once a file as it is now (path below the state
 * directory, inode, time of change). The file is left as it is. */
void sweep_tampered(struct sweep *s, const char *path, const char *what);
/* The same, once for these two numbers, where it is not a file's inode and time that tell. */
void sweep_tampered_as(
        struct sweep *s, const char *path, uint64_t first, uint64_t second, const char *what);

/* close.c: grants that are over get their tombstone; links that are missing are made again. */
void sweep_close(struct sweep *s);

/* seal.c: what is new in the store goes on the record, in the order it happened. */
void sweep_seal(struct sweep *s);

/* gate.c: whether what init wrote still stands: the PAM lines, UsePAM, the module, the helper. */
void sweep_gate(struct sweep *s);

/* tidy.c: what is wholly on record, and codes that nobody can use any more. */
void sweep_tidy(struct sweep *s);
