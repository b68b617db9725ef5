/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit/: the record, one JSON object a line, in segments (the first is 000001); and audit/state, what
 * of the store is on it. The sweep is its only writer, one at a time, and holds the only lock there is.
 *
 * Order, so that a crash at any point neither loses nor doubles an event: lines are appended and
 * synced; then the event files they were made from go; then the state is replaced. What stands behind
 * the state's end in the segment is read again at the next start. */
#pragma once

#include "policy/format/record.h"
#include "policy/store/dir.h"

struct bg_record {
        struct bg_dir dir;
        int lock_fd;
        int segment_fd;
        struct bg_state_head head;
        size_t n_ids;
        struct bg_state_id *ids;
        size_t n_reported;
        struct bg_state_reported *reported;
        bool changed;
        /* Event files whose line stood behind the state's end: recorded, and perhaps still there. */
        size_t n_caught;
        char (*caught)[BG_SOURCE_BYTES];
        /* What was mended on opening, for an event; "" where nothing was. */
        char mended[BG_ERROR_TEXT_BYTES];
        bool tampered; /* it was more than a torn last line */
        bool rebuilt;  /* the state was made again from the whole segment */
};

#define BG_RECORD_NONE {.dir = BG_DIR_NONE, .lock_fd = -1, .segment_fd = -1}

/* Waits for the lock, reads the state and what stands behind it; a missing or damaged state is made
 * again from the whole segment. A torn last line is cut off. Errors: BG_STORE_FAILED, … */
enum bg_code bg_record_open(
        const struct bg_dir *state, struct bg_record *ret, struct bg_error *err);
void bg_record_done(struct bg_record *record);

/* The id's line of the state, made where it is missing; NULL: no memory. Valid until the next call. */
struct bg_state_id *bg_record_id(struct bg_record *record, const char *id);
bool bg_record_knows(const struct bg_record *record, const char *id);
void bg_record_forget(struct bg_record *record, const char *id);

/* Whether this event file was recorded already, and a kill came before it was taken away. */
bool bg_record_has(const struct bg_record *record, const char *file);

/* Appends one line, not yet synced; sets its number and marks the state. Errors: BG_STORE_FAILED: the
 * segment then ends where it did before. */
enum bg_code bg_record_append(struct bg_record *record, const char *file,
        const struct bg_event *event, struct bg_error *err);
enum bg_code bg_record_sync(struct bg_record *record, struct bg_error *err);
enum bg_code bg_record_store(struct bg_record *record, struct bg_error *err);

/* Whether this file, as it is now, was reported; remembers it. Errors: BG_SYSTEM (no memory). */
enum bg_code bg_record_report(struct bg_record *record, const char *path, uint64_t inode,
        uint64_t mtime, bool *ret_new, struct bg_error *err);

/* A segment's name, and its lines, for both ends of the record. bg_segment_line() reads the whole line
 * that begins at `at`; `ret_next` is where the next begins. Errors: BG_NO_SUCH (there is none, or a
 * torn one), BG_TAMPERED (it is damaged; `ret_next` is behind it all the same), BG_STORE_FAILED. */
void bg_segment_name(uint64_t segment, char ret[static 8]);
enum bg_code bg_segment_line(
        int fd, uint64_t at, struct bg_line *ret, uint64_t *ret_next, struct bg_error *err);
