/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record's own documents. */
#include "tests/unit/lib/unit.h"

#include "policy/format/emit.h"
#include "policy/format/record.h"

static void lines(void **state)
{
        (void)state;
        static struct bg_line line = {.v = 1, .seq = 4127, .file = "uses/4K7M-2PQ9/1000"};
        static struct bg_line back;
        bg_event_init(&line.event, BG_EVENT_SESSION_OPENED, UNIT_WALL);
        bg_copy(line.event.grant, sizeof line.event.grant, "4K7M-2PQ9");
        line.event.use = 1000;
        assert_round_trip(&bg_line_table, &line);

        char text[BG_LINE_BYTES];
        struct bg_buffer b = BG_BUFFER(text);
        assert_true(bg_emit(&bg_line_table, &line, &b));
        assert_reads(&bg_line_table, text, &back);
        assert_string_equal(back.file, line.file);
        assert_true(back.seq == 4127 && back.event.use == 1000 && back.event.uid == -1);
        assert_null(strchr(text, '\n'));

        line.seq = 0;
        b = (struct bg_buffer)BG_BUFFER(text);
        assert_true(bg_emit(&bg_line_table, &line, &b));
        assert_refuses(&bg_line_table, text, "seq");
        assert_refuses(&bg_line_table, "{\"v\":1,\"seq\":1,\"file\":\"x\"}", "event: missing");
        assert_refuses(
                &bg_line_table, "{\"v\":1,\"seq\":1,\"file\":\"x\",\"event\":{}}", "missing");
        assert_refuses(
                &bg_line_table, "{\"v\":1,\"seq\":1,\"file\":\"x\",\"event\":[]}", "mapping");
}

/* The longest event in the longest line has room. */
static void the_longest_line_fits(void **state)
{
        (void)state;
        assert_true(BG_LINE_BYTES >= BG_EVENT_BYTES + BG_SOURCE_BYTES * 2 + 64);
        assert_true(sizeof "uses/4K7M-2PQ9/18446744073709551615" <= BG_SOURCE_BYTES);
        assert_true(sizeof "unrecorded/4294967295/1795488360000000-ffffffff" <= BG_SOURCE_BYTES);
}

static void states(void **state)
{
        (void)state;
        const struct bg_state_head head = {.v = 1, .segment = 1, .bytes = 0, .seq = 0};
        assert_round_trip(&bg_state_head_table, &head);
        const struct bg_state_head far = {
                .v = 1, .segment = 999999, .bytes = UINT64_MAX, .seq = UINT64_MAX};
        assert_round_trip(&bg_state_head_table, &far);
        assert_refuses(
                &bg_state_head_table, "{\"v\":1,\"segment\":0,\"bytes\":0,\"seq\":0}", "segment");
        assert_refuses(&bg_state_head_table, "{\"v\":1,\"segment\":1000000,\"bytes\":0,\"seq\":0}",
                "segment");
        assert_refuses(&bg_state_head_table, "{\"v\":1,\"segment\":1,\"bytes\":0}", "seq: missing");

        static const struct bg_state_id one = {.id = "4K7M-2PQ9",
                .ask = true,
                .yes = {.n = 2, .v = {"0", "4294967294"}},
                .end = true,
                .uses = 3,
                .ended = 2};
        assert_round_trip(&bg_state_id_table, &one);
        assert_refuses(&bg_state_id_table, "{\"id\":\"4K7M-2PQ9\",\"yes\":[\"alice\"]}", "yes");
        assert_refuses(
                &bg_state_id_table, "{\"id\":\"4K7M-2PQ9\",\"yes\":[\"4294967295\"]}", "yes");
        assert_refuses(&bg_state_id_table, "{\"id\":\"4K7M-2PQ9\",\"yes\":[\"01\"]}", "yes");
        assert_refuses(&bg_state_id_table, "{\"ask\":true}", "id: missing");

        static const struct bg_state_reported r = {
                .reported = "grants/x/y", .inode = UINT64_MAX, .mtime = 1};
        assert_round_trip(&bg_state_reported_table, &r);
}

static void cursors_and_newest(void **state)
{
        (void)state;
        const struct bg_told told = {.v = 1, .segment = 1, .bytes = 17, .seq = 3};
        assert_round_trip(&bg_told_table, &told);
        assert_refuses(&bg_told_table, "{\"v\":1,\"segment\":0,\"bytes\":0,\"seq\":0}", "segment");

        struct bg_newest_file file = {
                .v = 1, .newest = {.wall = UNIT_WALL, .boottime = 7, .boot = UNIT_BOOT, .seq = 9}};
        assert_round_trip(&bg_newest_table, &file);
        file.newest.wall = 0; /* a clock without a battery */
        assert_round_trip(&bg_newest_table, &file);
        assert_refuses(&bg_newest_table, "{\"v\":1,\"wall\":\"2026-11-24T02:46:00Z\"}", "missing");
        assert_refuses(&bg_newest_table,
                "{\"v\":1,\"wall\":\"2026-11-24T02:46:00Z\",\"boottime\":1,\"boot\":\"x\",\"seq\":1}",
                "boot");
}

static void gates(void **state)
{
        (void)state;
        struct bg_gate gate = {.v = 1, .use_pam = true};
        struct bg_gate back;
        assert_round_trip(&bg_gate_table, &gate);
        assert_reads(&bg_gate_table, "{\"v\":1,\"use_pam\":false}", &back);
        assert_false(back.use_pam);
        assert_string_equal(back.missing, "");
        gate.use_pam = false;
        memset(gate.missing, '"', sizeof gate.missing - 1);
        assert_round_trip(&bg_gate_table, &gate);
        char text[1024];
        struct bg_buffer b = BG_BUFFER(text); /* as long as the sweep's own */
        assert_true(bg_emit(&bg_gate_table, &gate, &b));
        assert_refuses(&bg_gate_table, "{\"use_pam\":true}", "v: missing");
        assert_refuses(&bg_gate_table, "{\"v\":2,\"use_pam\":true}", "v");
        assert_refuses(&bg_gate_table, "{\"v\":1,\"use_pam\":\"yes\"}", "use_pam");
        assert_refuses(&bg_gate_table, "{\"v\":1,\"missing\":\"a\\nb\"}", "missing");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines),
                cmocka_unit_test(the_longest_line_fits),
                cmocka_unit_test(states),
                cmocka_unit_test(cursors_and_newest),
                cmocka_unit_test(gates),
        };
        return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
