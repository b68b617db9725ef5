/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of the record's documents; see record.h. */
#include "policy/format/record.h"

static const struct bg_field line_fields[] = {
        BG_F_V(bg_line),
        BG_F(bg_line, BG_COUNT, seq, .required = true, .min = 1),
        BG_F_TEXT(bg_line, file, .required = true),
        BG_F(bg_line, BG_STRUCT, event, .required = true, .table = &bg_event_table),
};

const struct bg_table bg_line_table = {
        .what = "line of the record",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_line),
        BG_FIELDS(line_fields),
};

static const struct bg_field head_fields[] = {
        BG_F_V(bg_state_head),
        BG_F(bg_state_head, BG_COUNT, segment, .required = true, .min = 1, .max = 999999),
        BG_F(bg_state_head, BG_COUNT, bytes, .required = true),
        BG_F(bg_state_head, BG_COUNT, seq, .required = true),
};

const struct bg_table bg_state_head_table = {
        .what = "head of the record's state",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_state_head),
        BG_FIELDS(head_fields),
};

static bool is_uid(const char *text)
{
        uint64_t uid = 0;
        return bg_number_parse(text, UINT32_MAX - 1, &uid);
}

static const struct bg_field id_fields[] = {
        BG_F(bg_state_id, BG_ID, id, .required = true),
        BG_F(bg_state_id, BG_BOOL, ask),
        BG_F(bg_state_id, BG_LIST, yes, .check = is_uid),
        BG_F(bg_state_id, BG_BOOL, end),
        BG_F(bg_state_id, BG_COUNT, uses),
        BG_F(bg_state_id, BG_COUNT, ended),
        BG_F(bg_state_id, BG_BOOL, closed),
};

const struct bg_table bg_state_id_table = {
        .what = "line of the record's state",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_state_id),
        BG_FIELDS(id_fields),
};

static const struct bg_field reported_fields[] = {
        BG_F_TEXT(bg_state_reported, reported, .required = true),
        BG_F(bg_state_reported, BG_COUNT, inode, .required = true),
        BG_F(bg_state_reported, BG_COUNT, mtime, .required = true),
};

const struct bg_table bg_state_reported_table = {
        .what = "line of the record's state",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_state_reported),
        BG_FIELDS(reported_fields),
};

#define NEWEST(t, m, ...)                                                                          \
        {                                                                                          \
                .name = #m, .type = t, .offset = offsetof(struct bg_newest_file, newest.m),        \
                .size = sizeof(((struct bg_newest_file *)0)->newest.m), __VA_ARGS__                \
        }

static const struct bg_field newest_fields[] = {
        BG_F_V(bg_newest_file),
        NEWEST(BG_TIME, wall, .required = true),
        NEWEST(BG_COUNT, boottime, .required = true),
        NEWEST(BG_TEXT, boot, .check = bg_is_machine_id, .required = true),
        NEWEST(BG_COUNT, seq, .required = true),
};

const struct bg_table bg_newest_table = {
        .what = "newest time",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_newest_file),
        BG_FIELDS(newest_fields),
};

static const struct bg_field told_fields[] = {
        BG_F_V(bg_told),
        BG_F(bg_told, BG_COUNT, segment, .required = true, .min = 1, .max = 999999),
        BG_F(bg_told, BG_COUNT, bytes, .required = true),
        BG_F(bg_told, BG_COUNT, seq, .required = true),
};

const struct bg_table bg_told_table = {
        .what = "cursor",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_told),
        BG_FIELDS(told_fields),
};

static const struct bg_field gate_fields[] = {
        BG_F_V(bg_gate),
        BG_F(bg_gate, BG_BOOL, use_pam),
        BG_F_TEXT(bg_gate, missing),
};

const struct bg_table bg_gate_table = {
        .what = "gate",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct bg_gate),
        BG_FIELDS(gate_fields),
};
