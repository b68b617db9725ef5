/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of an event; see event.h. */
#include "policy/format/event.h"

#include "policy/format/emit.h"

static const struct bg_field fields[] = {
        BG_F_V(bg_event),
        {.name = "event",
                .type = BG_WORD,
                BG_AT(bg_event, kind),
                .words = bg_event_words,
                .required = true},
        BG_F(bg_event, BG_TIME, time, .required = true),
        BG_F(bg_event, BG_WORD, code, .words = bg_code_words, .required = true),
        BG_F_TEXT(bg_event, text),
        BG_F(bg_event, BG_ID, grant),
        BG_F(bg_event, BG_ID, request),
        BG_F_TEXT(bg_event, account, .check = bg_is_name),
        BG_F(bg_event, BG_NUMBER, uid),
        BG_F_TEXT(bg_event, role, .check = bg_is_role_name),
        BG_F_TEXT(bg_event, reason),
        BG_F_TEXT(bg_event, ticket),
        BG_F_TEXT(bg_event, policy),
        BG_F(bg_event, BG_TIME, expires),
        BG_F_TEXT(bg_event, requester, .check = bg_is_name),
        BG_F_TEXT(bg_event, approvers),
        BG_F_TEXT(bg_event, person),
        BG_F_TEXT(bg_event, caller, .check = bg_is_name),
        BG_F(bg_event, BG_NUMBER, caller_uid),
        BG_F(bg_event, BG_NUMBER, login_uid),
        BG_F_TEXT(bg_event, service, .check = bg_is_name),
        BG_F_TEXT(bg_event, origin),
        BG_F_TEXT(bg_event, terminal),
        BG_F_TEXT(bg_event, key),
        BG_F(bg_event, BG_NUMBER, use),
        BG_F(bg_event, BG_NUMBER, uses),
        BG_F(bg_event, BG_NUMBER, uses_max),
        BG_F(bg_event, BG_NUMBER, count),
        BG_F(bg_event, BG_TIME, started),
        BG_F(bg_event, BG_TIME, planned),
};

const struct bg_table bg_event_table = {
        .what = "event",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_event),
        BG_FIELDS(fields),
};

bool bg_event_print(const struct bg_event *event, char ret[static BG_EVENT_BYTES], size_t *ret_n)
{
        struct bg_buffer buffer = {.text = ret, .size = BG_EVENT_BYTES};
        bool whole = bg_emit(&bg_event_table, event, &buffer);
        bg_put(&buffer, "\n");
        *ret_n = buffer.n;
        return whole && !buffer.full;
}
