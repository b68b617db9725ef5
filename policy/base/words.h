/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of the reason codes and events, looked up from codes.def and events.def; and the event
 * itself, flat. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

enum bg_event_kind {
        BG_EVENT_NONE = 0,
#define BG_EVENT(name, word, message_id, priority, subject, text) BG_EVENT_##name,
#include "policy/base/events.def"
#undef BG_EVENT
        BG_EVENT_KINDS
};

/* "4K7M-2PQ9" and NUL. */
#define BG_ID_BYTES 10
/* A role's name has at most 21 bytes: the group breakglass-ROLE must fit into 32. */
#define BG_ROLE_BYTES 22
#define BG_REASON_BYTES 512
#define BG_TICKET_BYTES 65
#define BG_APPROVERS_BYTES 512
/* Two digests in hexadecimal with a point between them, see struct bg_policy. */
#define BG_POLICY_BYTES 130

/* What happened. Texts are clean (bg_is_clean_text); an empty text, a time of 0 and a number of -1
 * mean: not known, or not for this event. bg_event_init() sets the version and the numbers. */
struct bg_event {
        uint64_t v; /* of the document that it becomes: 1 */
        enum bg_event_kind kind;
        bg_usec time; /* wall clock, when it happened */
        enum bg_code code;
        char text[BG_ERROR_TEXT_BYTES]; /* what a person should know besides */

        char grant[BG_ID_BYTES];
        char request[BG_ID_BYTES];
        char account[BG_NAME_BYTES];
        int64_t uid;
        char role[BG_ROLE_BYTES];
        char reason[BG_REASON_BYTES];
        char ticket[BG_TICKET_BYTES];
        char policy[BG_POLICY_BYTES];
        bg_usec expires;

        char requester[BG_NAME_BYTES];
        char approvers[BG_APPROVERS_BYTES]; /* "alice (password knowledge, totp possession)" */

        char person[BG_ITEM_BYTES]; /* the human answerable, or "SHA256:…" of the key */
        char caller[BG_NAME_BYTES];
        int64_t caller_uid; /* real uid */
        int64_t login_uid;  /* audit login uid, see pam_loginuid(8) */
        char service[BG_NAME_BYTES];
        char origin[BG_ITEM_BYTES];
        char terminal[BG_ITEM_BYTES];
        char key[BG_ITEM_BYTES];

        int64_t use;      /* which session of the grant, from 1 */
        int64_t uses;     /* how many were taken */
        int64_t uses_max; /* how many it allows; 0: as many as the window holds */
        int64_t count;    /* of the same */
        bg_usec started;  /* of a grant that ends: when it began */
        bg_usec planned;  /* of a grant that ends: its own end */
};

void bg_event_init(struct bg_event *event, enum bg_event_kind kind, bg_usec time);

/* All answer a string that lives for ever, never NULL. */
const char *bg_code_word(enum bg_code code);
const char *bg_code_sentence(enum bg_code code);
const char *bg_code_way_on(enum bg_code code);
const char *bg_event_word(enum bg_event_kind kind);
const char *bg_event_message_id(enum bg_event_kind kind);
const char *bg_event_subject(enum bg_event_kind kind);
const char *bg_event_catalog(enum bg_event_kind kind);
int bg_event_priority(enum bg_event_kind kind);

/* bgctl's exit status for a code; 0 for BG_OK. */
int bg_code_exit(enum bg_code code);

/* NULL-terminated tables of the words, in the enums' order; [0] is "ok" and "". */
extern const char *const bg_code_words[];
extern const char *const bg_event_words[];

/* Copies `text` with %a and %h replaced; cut to `size`. Returns `ret`. */
const char *bg_words_fill(
        char *ret, size_t size, const char *text, const char *account, const char *host);

/* Copies a string that is known to fit, or is cut; always ends it. */
void bg_copy(char *ret, size_t size, const char *text);
