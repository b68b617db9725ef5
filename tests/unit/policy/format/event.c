/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events on disk: every kind and code reads back, the longest fits, none is read that is not whole. */
#include "tests/unit/lib/unit.h"

#include "policy/format/event.h"

static struct bg_event back;

static void every_kind_and_code(void **state)
{
        (void)state;
        for (unsigned kind = 1; kind < BG_EVENT_KINDS; kind++)
                for (unsigned code = 0; code < BG_CODES; code++) {
                        struct bg_event event;
                        char text[BG_EVENT_BYTES];
                        size_t n = 0;
                        bg_event_init(&event, (enum bg_event_kind)kind, UNIT_WALL);
                        event.code = (enum bg_code)code;
                        assert_true(bg_event_print(&event, text, &n));
                        assert_int_equal(n, strlen(text));
                        assert_int_equal(text[n - 1], '\n');
                        assert_ptr_equal(strchr(text, '\n'), text + n - 1);
                        assert_reads(&bg_event_table, text, &back);
                        assert_int_equal(back.kind, kind);
                        assert_int_equal(back.code, code);
                        assert_true(back.time == UNIT_WALL && back.uid == -1 && back.use == -1);
                }
}

/* Every text at its limit and each byte escaped, every number at its longest. */
static void the_longest(void **state)
{
        (void)state;
        struct bg_event event;
        char text[BG_EVENT_BYTES];
        size_t n = 0;

        bg_event_init(&event, BG_EVENT_REQUEST_EXPIRED, UNIT_WALL + 1);
        event.code = BG_TOO_FEW_APPROVALS;
        for (size_t i = 0; i < bg_event_table.n_fields; i++) {
                const struct bg_field *f = &bg_event_table.fields[i];
                char *at = (char *)&event + f->offset;
                if (f->type == BG_TEXT) {
                        memset(at, f->check ? 'a' : '"', f->size - 1);
                        at[f->size - 1] = '\0';
                } else if (f->type == BG_ID) {
                        bg_copy(at, BG_ID_BYTES, "4K7M-2PQ9");
                } else if (f->type == BG_NUMBER) {
                        const int64_t longest = INT64_MAX;
                        memcpy(at, &longest, sizeof longest);
                } else if (f->type == BG_TIME) {
                        memcpy(at, &event.time, sizeof event.time);
                }
        }
        assert_true(bg_event_print(&event, text, &n));
        assert_reads(&bg_event_table, text, &back);
        assert_memory_equal(&back.reason, &event.reason, sizeof event.reason);
        assert_true(back.count == INT64_MAX && back.planned == UNIT_WALL + 1);
        assert_round_trip(&bg_event_table, &event);
}

/* Not even control characters, which no caller should hand over, bring more bytes than there is
 * room; they make an event that does not read, not one that is cut. */
static void too_long_is_said(void **state)
{
        (void)state;
        struct bg_event event;
        char text[BG_EVENT_BYTES + 1];
        size_t n = 0;
        bg_event_init(&event, BG_EVENT_REFUSED, UNIT_WALL);
        memset(event.reason, 1, sizeof event.reason - 1);
        memset(event.approvers, 1, sizeof event.approvers - 1);
        memset(event.text, 1, sizeof event.text - 1);
        memset(event.ticket, 1, sizeof event.ticket - 1);
        memset(event.policy, 1, sizeof event.policy - 1);
        text[BG_EVENT_BYTES] = '#';
        assert_false(bg_event_print(&event, text, &n));
        assert_true(n < BG_EVENT_BYTES);
        assert_int_equal(text[BG_EVENT_BYTES], '#');
}

static void mistakes(void **state)
{
        (void)state;
#define HEAD "\"v\":1,\"event\":\"revoked\",\"time\":\"2026-11-24T02:46:00Z\",\"code\":\"ok\""
        assert_reads(&bg_event_table, "{" HEAD "}", &back);
        assert_refuses(&bg_event_table, "{}", "v: missing");
        assert_refuses(&bg_event_table,
                "{\"event\":\"revoked\",\"time\":\"2026-11-24T02:46:00Z\",\"code\":\"ok\"}",
                "v: missing");
        assert_refuses(&bg_event_table,
                "{\"v\":2,\"event\":\"revoked\",\"time\":\"2026-11-24T02:46:00Z\",\"code\":\"ok\"}",
                "v:");
        assert_refuses(&bg_event_table, "{\"v\":1,\"event\":\"revoked\",\"code\":\"ok\"}", "time");
        assert_refuses(&bg_event_table,
                "{\"v\":1,\"event\":\"\",\"time\":\"2026-11-24T02:46:00Z\",\"code\":\"ok\"}",
                "event");
        assert_refuses(&bg_event_table,
                "{\"v\":1,\"event\":\"revoked\",\"time\":\"2026-11-24T02:46:00Z\",\"code\":\"\"}",
                "code");
        static const char *const bad[] = {"\"grant\":\"x\"", "\"uid\":-1", "\"account\":\"a b\"",
                "\"text\":\"\\u001b\"", "\"role\":\"R\"", "\"caller\":\"../x\"", "\"seq\":1",
                "\"expires\":0", "\"use\":\"1\"", NULL};
        for (const char *const *p = bad; *p; p++) {
                char text[256];
                (void)snprintf(text, sizeof text, "{" HEAD ",%s}", *p);
                assert_refuses(&bg_event_table, text, "file");
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_and_code),
                cmocka_unit_test(the_longest),
                cmocka_unit_test(too_long_is_said),
                cmocka_unit_test(mistakes),
        };
        return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
