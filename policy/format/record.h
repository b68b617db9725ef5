/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record's own documents: a line of audit/NNNNNN, a line of audit/state, and `newest`. All are
 * written by the sweep alone. */
#pragma once

#include "policy/format/event.h"

/* A file's path below the state directory: "uses/4K7M-2PQ9/1000". */
#define BG_SOURCE_BYTES 96
#define BG_LINE_BYTES (BG_EVENT_BYTES + 256)

/* One line of the record. `file` is what it was made from, so that nothing is recorded twice. */
struct bg_line {
        uint64_t v;
        uint64_t seq; /* from 1, without a gap */
        char file[BG_SOURCE_BYTES];
        struct bg_event event;
};

extern const struct bg_table bg_line_table;

/* The first line of audit/state: up to where the segment was recorded. */
struct bg_state_head {
        uint64_t v;
        uint64_t segment;
        uint64_t bytes;
        uint64_t seq;
};

extern const struct bg_table bg_state_head_table;

/* One further line an id whose folder uses/ID still exists: what of it is recorded. */
struct bg_state_id {
        char id[BG_ID_BYTES];
        bool ask;
        struct bg_list yes; /* the uids of the approvals */
        bool end;
        uint64_t uses;  /* uses 1 to this one */
        uint64_t ended; /* how many of them have their end on record */
        bool closed;
};

extern const struct bg_table bg_state_id_table;

/* And one further line a file that was reported as tampered, so that it is reported once. */
struct bg_state_reported {
        char reported[BG_PAIR_VALUE_BYTES]; /* its path */
        uint64_t inode;
        uint64_t mtime; /* in microseconds */
};

extern const struct bg_table bg_state_reported_table;

/* The file `newest`: the latest moment this host has on record. */
struct bg_newest_file {
        uint64_t v;
        struct bg_newest newest;
};

extern const struct bg_table bg_newest_table;

/* The file `told`: up to where bgctl-tell has fed the journal and read back. */
struct bg_told {
        uint64_t v;
        uint64_t segment;
        uint64_t bytes;
        uint64_t seq;
};

extern const struct bg_table bg_told_table;

/* /run/breakglass/gate: what the last look at the gate found, so that a change is told once. */
struct bg_gate {
        uint64_t v;
        bool use_pam; /* sshd's UsePAM, asked anew when its configuration has changed */
        char missing[BG_ERROR_TEXT_BYTES]; /* "": all stands */
};

extern const struct bg_table bg_gate_table;
