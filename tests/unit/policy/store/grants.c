/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open grants, uses and tombstones: what is bad says why, what is closed stays closed, one use is
 * taken once however many want it. */
#include "tests/unit/lib/unit.h"

#include "policy/format/emit.h"
#include "policy/store/grants.h"
#include "policy/store/requests.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define ID "4K7M-2PQ9"
#define FILE_OF(id) "grants/backup-bot/" id ".grant"

static struct unit_place place;
static struct bg_keyring ring;
static unsigned char secret[BG_SECRET_KEY_BYTES];
static struct bg_grants grants;
static struct bg_error err;

static int setup(void **state)
{
        (void)state;
        unsigned char seed[32];
        memset(seed, 3, sizeof seed);
        unit_place_make(&place);
        ring = (struct bg_keyring){.n = 1};
        (void)crypto_sign_ed25519_seed_keypair(ring.v[0].public_key, secret, seed);
        bg_key_id(ring.v[0].public_key, ring.v[0].kid);
        bg_copy(ring.v[0].machine, sizeof ring.v[0].machine, UNIT_MACHINE);
        return sodium_init() < 0;
}

static int teardown(void **state)
{
        (void)state;
        bg_grants_done(&grants);
        unit_place_remove(&place);
        return 0;
}

static const char *token_of(const char *id)
{
        static char token[8192];
        char payload[4096];
        struct bg_buffer buffer = BG_BUFFER(payload);
        struct bg_claims claims = {
                .v = 1,
                .sub = "backup-bot",
                .uid = 998,
                .role = "db-restart",
                .services = {.n = 1, .v = {"su"}},
                .iat = UNIT_WALL,
                .nbf = UNIT_WALL,
                .exp = UNIT_WALL + SEC(1800),
                .boot = UNIT_BOOT,
                .boottime = UNIT_BOOTTIME,
                .aud = UNIT_MACHINE,
                .requester = "alice",
                .policy = "a.b",
        };
        bg_copy(claims.jti, sizeof claims.jti, id);
        assert_true(bg_emit(&bg_claims_table, &claims, &buffer));
        assert_true(bg_token_sign(secret, payload, UNIT_MACHINE, token, sizeof token - 1));
        (void)strcat(token, "\n");
        return token;
}

static void open_grant(const char *id)
{
        char path[128];
        (void)snprintf(path, sizeof path, "grants/backup-bot/%s.grant", id);
        unit_put(&place, path, 0600, token_of(id));
        (void)snprintf(path, sizeof path, "requests/%s/end", id);
        unit_put(&place, path, 0600, token_of(id));
        (void)snprintf(path, sizeof path, "uses/%s", id);
        unit_mkdir(&place, path);
}

static enum bg_code load(void)
{
        struct bg_now now = unit_now();
        bg_grants_done(&grants);
        return bg_grants_load(&place.dir, "backup-bot", &ring, &now, &grants, &err);
}

static void tombstone(struct bg_event *event, enum bg_event_kind kind, const char *id)
{
        bg_event_init(event, kind, UNIT_WALL);
        bg_copy(event->grant, sizeof event->grant, id);
        bg_copy(event->account, sizeof event->account, "backup-bot");
}

static void none_and_one(void **state)
{
        (void)state;
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 0);
        open_grant(ID);
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 1);
        assert_code(grants.v[0].found, BG_OK);
        assert_string_equal(grants.v[0].id, ID);
        assert_string_equal(grants.v[0].claims.jti, ID);
        assert_code(grants.v[0].closed, BG_OK);
        assert_true(grants.v[0].uses_taken == 0);
        bg_grants_done(&grants);
        bg_grants_done(&grants);
        assert_int_equal(grants.n, 0);
}

static void each_kind_of_bad(void **state)
{
        (void)state;
        char text[8192];
        open_grant(ID);
        bg_copy(text, sizeof text, token_of(ID));

#define FOUND(code, says)                                                                          \
        do {                                                                                       \
                assert_code(load(), BG_OK);                                                        \
                assert_int_equal(grants.n, 1);                                                     \
                assert_code(grants.v[0].found, code);                                              \
                assert_says(&grants.v[0].error, says);                                             \
        } while (0)
        unit_put(&place, FILE_OF(ID), 0600, "");
        FOUND(BG_MALFORMED, "no v4.public");
        text[60] = (char)(text[60] == 'A' ? 'B' : 'A');
        unit_put(&place, FILE_OF(ID), 0600, text);
        FOUND(BG_BAD_SIGNATURE, "signature");
        text[strlen(text) - 12] ^= 1;
        unit_put(&place, FILE_OF(ID), 0600, text);
        FOUND(BG_UNKNOWN_KEY, "no key of this host");
        unit_put(&place, FILE_OF(ID), 0620, token_of(ID));
        FOUND(BG_UNSAFE_FILE, "can be changed");
        assert_int_equal(unlinkat(place.dir.fd, FILE_OF(ID), 0), 0);
        assert_int_equal(symlinkat("../../requests/" ID "/end", place.dir.fd, FILE_OF(ID)), 0);
        FOUND(BG_UNSAFE_FILE, "link");
        assert_int_equal(unlinkat(place.dir.fd, FILE_OF(ID), 0), 0);
        assert_int_equal(mkfifoat(place.dir.fd, FILE_OF(ID), 0600), 0);
        FOUND(BG_UNSAFE_FILE, "not a file");
        assert_int_equal(unlinkat(place.dir.fd, FILE_OF(ID), 0), 0);

        static char longest[BG_TOKEN_BYTES_MAX + 2];
        memset(longest, 'A', sizeof longest - 1);
        unit_put(&place, FILE_OF(ID), 0600, longest);
        FOUND(BG_UNSAFE_FILE, "longer");

        /* Signed by us, and yet no claims. */
        char token[1024];
        assert_true(bg_token_sign(secret, "{\"v\":1}", UNIT_MACHINE, token, sizeof token));
        unit_put(&place, FILE_OF(ID), 0600, token);
        FOUND(BG_MALFORMED, "missing");
        assert_true(bg_token_sign(secret, "{\"v\":1}", UNIT_OTHER_MACHINE, token, sizeof token));
        unit_put(&place, FILE_OF(ID), 0600, token);
        FOUND(BG_BAD_SIGNATURE, "signature");
}

static void files_that_are_no_grants(void **state)
{
        (void)state;
        open_grant(ID);
        unit_put(&place, "grants/backup-bot/.tmp-x", 0600, "");
        unit_put(&place, "grants/backup-bot/README", 0600, "");
        unit_put(&place, "grants/backup-bot/4k7m-2pq9.grant", 0600, token_of(ID));
        unit_put(&place, "grants/backup-bot/" ID ".grant.bak", 0600, token_of(ID));
        unit_put(&place, "grants/backup-bot/" ID, 0600, token_of(ID));
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 5);
        unsigned good = 0;
        for (size_t i = 0; i < grants.n; i++) {
                good += grants.v[i].found == BG_OK;
                if (grants.v[i].found != BG_OK) {
                        assert_code(grants.v[i].found, BG_MALFORMED);
                        assert_string_equal(grants.v[i].id, "");
                }
        }
        assert_int_equal(good, 1);
}

/* Moved under another id or into another account's folder: the decision compares, the loader says
 * what is written where. */
static void moved_files(void **state)
{
        (void)state;
        open_grant(ID);
        unit_put(&place, FILE_OF("4K7M-2PQA"), 0600, token_of(ID));
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 2);
        for (size_t i = 0; i < 2; i++)
                assert_string_equal(grants.v[i].claims.jti, ID);
        assert_string_not_equal(grants.v[0].id, grants.v[1].id);
}

/* More than may be opened are read all the same: the sweep must be able to close them. */
static void however_many_there_are(void **state)
{
        (void)state;
        for (uint16_t i = 0; i < 5 * BG_GRANTS_MAX; i++) {
                char id[BG_ID_BYTES];
                bg_id_make(UNIT_WALL, i, id);
                open_grant(id);
        }
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 5 * BG_GRANTS_MAX);
        for (size_t i = 0; i < grants.n; i++)
                assert_code(grants.v[i].found, BG_OK);
}

static void unsafe_folders(void **state)
{
        (void)state;
        open_grant(ID);
        static const char *const folders[] = {"grants", "grants/backup-bot", NULL};
        for (const char *const *p = folders; *p; p++) {
                assert_int_equal(fchmodat(place.dir.fd, *p, 0770, 0), 0);
                assert_code(load(), BG_UNSAFE_FILE);
                assert_int_equal(fchmodat(place.dir.fd, *p, 0700, 0), 0);
        }
        struct bg_now now = unit_now();
        struct bg_grants other;
        assert_code(
                bg_grants_load(&place.dir, "../closed", &ring, &now, &other, &err), BG_UNSAFE_FILE);
        assert_code(bg_grants_load(&place.dir, "nobody", &ring, &now, &other, &err), BG_OK);
        assert_int_equal(other.n, 0);
}

static void closed_stays_closed(void **state)
{
        (void)state;
        struct bg_event event;
        struct bg_event back;
        bool closed = false;
        open_grant(ID);
        tombstone(&event, BG_EVENT_REVOKED, ID);
        event.uses = 2;
        bg_copy(event.person, sizeof event.person, "alice");
        assert_code(bg_grant_close(&place.dir, &event, &closed, &err), BG_OK);
        assert_true(closed);
        assert_null(unit_get(&place, FILE_OF(ID)));
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 0);
        assert_code(bg_tombstone_read(&place.dir, ID, &back, &err), BG_OK);
        assert_int_equal(back.kind, BG_EVENT_REVOKED);
        assert_string_equal(back.person, "alice");

        /* Whoever comes second changes nothing, and takes a copy away again. */
        unit_put(&place, FILE_OF(ID), 0600, token_of(ID));
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 1);
        assert_code(grants.v[0].closed, BG_REVOKED);
        tombstone(&event, BG_EVENT_EXPIRED, ID);
        assert_code(bg_grant_close(&place.dir, &event, &closed, &err), BG_OK);
        assert_false(closed);
        assert_null(unit_get(&place, FILE_OF(ID)));
        assert_code(bg_tombstone_read(&place.dir, ID, &back, &err), BG_OK);
        assert_int_equal(back.kind, BG_EVENT_REVOKED);

        /* Without a folder in grants/ there is nothing to take away. */
        tombstone(&event, BG_EVENT_EXPIRED, "4K7M-2PQA");
        bg_copy(event.account, sizeof event.account, "nobody");
        assert_code(bg_grant_close(&place.dir, &event, &closed, &err), BG_OK);
        assert_true(closed);
}

/* The tombstone is durable before the grant goes, also for whoever lost the race for it: the winner
 * may have been stopped before its fsync, and the loser answers "closed". */
static void a_tombstone_is_durable_before_the_grant_goes(void **state)
{
        (void)state;
        struct bg_event event;
        bool closed = false;
        open_grant(ID);
        unit_mkdir(&place, "closed");
        tombstone(&event, BG_EVENT_REVOKED, ID);
        unit_calls_begin(0);
        assert_code(bg_grant_close(&place.dir, &event, &closed, &err), BG_OK);
        assert_string_equal(unit_calls_end(),
                "fsync file; linkat " ID "; fsync closed; unlinkat " ID ".grant; fsync backup-bot");
        unit_calls_begin(0);
        assert_code(bg_grant_close(&place.dir, &event, &closed, &err), BG_OK);
        assert_string_equal(unit_calls_end(),
                "fsync file; linkat " ID "; fsync closed; unlinkat " ID ".grant; fsync backup-bot");
        assert_false(closed);
        /* The loser whose fsync fails has not closed it, and takes nothing away. */
        open_grant(ID);
        unit_calls_begin(3);
        enum bg_code code = bg_grant_close(&place.dir, &event, &closed, &err);
        (void)unit_calls_end();
        assert_code(code, BG_STORE_FAILED);
        assert_non_null(unit_get(&place, FILE_OF(ID)));
}

static void a_use_is_durable_before_it_is_answered(void **state)
{
        (void)state;
        struct bg_event event;
        open_grant(ID);
        for (unsigned call = 0; call <= 3; call++) {
                bg_event_init(&event, BG_EVENT_SESSION_OPENED, UNIT_WALL);
                unit_calls_begin(call);
                enum bg_code code = bg_use_take(&place.dir, ID, 0, &event, &err);
                const char *calls = unit_calls_end();
                assert_code(code, call ? BG_AUDIT_UNAVAILABLE : BG_OK);
                if (call == 0)
                        assert_string_equal(calls, "fsync file; linkat 1; fsync " ID);
        }
}

static void causes(void **state)
{
        (void)state;
        for (unsigned kind = 0; kind < BG_EVENT_KINDS; kind++) {
                enum bg_code cause = bg_cause_of((enum bg_event_kind)kind);
                enum bg_code expected = kind == BG_EVENT_REVOKED    ? BG_REVOKED
                                        : kind == BG_EVENT_EXPIRED  ? BG_EXPIRED
                                        : kind == BG_EVENT_CONSUMED ? BG_CONSUMED
                                        : kind == BG_EVENT_UNUSED   ? BG_UNUSED
                                                                    : BG_TAMPERED;
                assert_code(cause, expected);
        }
}

static void tombstones_that_do_not_read(void **state)
{
        (void)state;
        struct bg_event event;
        open_grant(ID);
        static const char *const bad[] = {"", "{",
                "{\"v\":1,\"event\":\"granted\","
                "\"time\":\"2026-11-24T02:46:00Z\",\"code\":\"ok\"}",
                NULL};
        assert_code(bg_tombstone_read(&place.dir, ID, &event, &err), BG_NO_SUCH);
        for (const char *const *p = bad; *p; p++) {
                unit_put(&place, "closed/" ID, 0600, *p);
                assert_code(bg_tombstone_read(&place.dir, ID, &event, &err), BG_TAMPERED);
                assert_code(load(), BG_OK);
                assert_code(grants.v[0].closed, BG_TAMPERED);
        }
        unit_mkdir(&place, "closed/4K7M-2PQA");
        open_grant("4K7M-2PQA");
        assert_int_equal(unlinkat(place.dir.fd, "closed/" ID, 0), 0);
        assert_int_equal(symlinkat("nowhere", place.dir.fd, "closed/" ID), 0);
        assert_code(load(), BG_OK);
        assert_int_equal(grants.n, 2);
        assert_code(grants.v[0].closed, BG_TAMPERED);
        assert_code(grants.v[1].closed, BG_TAMPERED);
}

static void found_by_id(void **state)
{
        (void)state;
        struct bg_now now = unit_now();
        static struct bg_grant grant;
        struct bg_event event;
        bool closed = false;
        assert_code(bg_grant_find(&place.dir, ID, &ring, &now, &grant, &err), BG_NO_SUCH);
        open_grant(ID);
        assert_code(bg_grant_find(&place.dir, ID, &ring, &now, &grant, &err), BG_OK);
        assert_code(grant.found, BG_OK);
        assert_string_equal(grant.claims.sub, "backup-bot");
        tombstone(&event, BG_EVENT_EXPIRED, ID);
        assert_code(bg_grant_close(&place.dir, &event, &closed, &err), BG_OK);
        assert_code(bg_grant_find(&place.dir, ID, &ring, &now, &grant, &err), BG_OK);
        assert_code(grant.closed, BG_EXPIRED);
        /* A request that came to nothing is no grant, good or bad. */
        unit_put(&place, "requests/4K7M-2PQA/end", 0600,
                "{\"v\":1,\"event\":\"request-expired\",\"time\":\"2026-11-24T02:46:00Z\","
                "\"code\":\"ok\"}\n");
        assert_code(bg_grant_find(&place.dir, "4K7M-2PQA", &ring, &now, &grant, &err), BG_NO_SUCH);
        unit_put(&place, "requests/4K7M-2PQB/end", 0600, "nonsense");
        assert_code(bg_grant_find(&place.dir, "4K7M-2PQB", &ring, &now, &grant, &err), BG_OK);
        assert_code(grant.found, BG_MALFORMED);
        unit_mkdir(&place, "requests/4K7M-2PQC");
        assert_code(bg_grant_find(&place.dir, "4K7M-2PQC", &ring, &now, &grant, &err), BG_NO_SUCH);
        assert_code(bg_grant_find(&place.dir, "..", &ring, &now, &grant, &err), BG_UNSAFE_FILE);
}

static enum bg_code take(uint64_t most, struct bg_event *event)
{
        bg_event_init(event, BG_EVENT_SESSION_OPENED, UNIT_WALL);
        bg_copy(event->grant, sizeof event->grant, ID);
        return bg_use_take(&place.dir, ID, most, event, &err);
}

static void uses_are_taken_in_order(void **state)
{
        (void)state;
        struct bg_event event;
        struct bg_event back;
        uint64_t n = 9;
        open_grant(ID);
        assert_code(bg_uses_count(&place.dir, ID, &n, &err), BG_OK);
        assert_true(n == 0);
        for (int64_t i = 1; i <= 40; i++) {
                char path[64];
                assert_code(take(0, &event), BG_OK);
                assert_true(event.use == i && event.uses == i);
                (void)snprintf(path, sizeof path, "uses/" ID "/%lld", (long long)i);
                assert_reads(&bg_event_table, unit_get(&place, path), &back);
                assert_true(back.use == i && back.kind == BG_EVENT_SESSION_OPENED);
                assert_code(bg_uses_count(&place.dir, ID, &n, &err), BG_OK);
                assert_true(n == (uint64_t)i);
        }
        assert_code(load(), BG_OK);
        assert_true(grants.v[0].uses_taken == 40);
        assert_code(take(40, &event), BG_CONSUMED);
        assert_says(&err, "all 40 sessions");
        assert_code(take(41, &event), BG_OK);
        assert_code(take(41, &event), BG_CONSUMED);
        assert_int_equal(unit_entries(&place, "uses/" ID), 41);
}

static void a_use_that_cannot_be_recorded(void **state)
{
        (void)state;
        struct bg_event event;
        assert_code(take(0, &event), BG_AUDIT_UNAVAILABLE); /* no folder uses/ID */
        assert_says(&err, "uses");
        open_grant(ID);
        assert_int_equal(fchmodat(place.dir.fd, "uses/" ID, 0777, 0), 0);
        assert_code(take(0, &event), BG_AUDIT_UNAVAILABLE);
        assert_says(&err, "can be changed");
        /* A name that is taken by whatever is taken. */
        assert_int_equal(fchmodat(place.dir.fd, "uses/" ID, 0700, 0), 0);
        unit_mkdir(&place, "uses/" ID "/1");
        assert_code(take(1, &event), BG_CONSUMED);
        assert_code(take(2, &event), BG_OK);
        assert_true(event.use == 2);
}

static int take_one(unsigned i, void *context)
{
        struct bg_event event;
        uint64_t most = *(const uint64_t *)context;
        (void)i;
        switch (take(most, &event)) {
        case BG_OK:
                return 1;
        case BG_CONSUMED:
                return 2;
        default:
                return 3;
        }
}

static void twenty_want_one_use(void **state)
{
        (void)state;
        uint64_t most = 1;
        for (int round = 0; round < 10; round++) {
                open_grant(ID);
                assert_int_equal(unit_race(20, take_one, &most, 1), 1);
                assert_int_equal(unit_entries(&place, "uses/" ID), 1);
                assert_int_equal(unlinkat(place.dir.fd, "uses/" ID "/1", 0), 0);
        }
        most = 7;
        assert_int_equal(unit_race(20, take_one, &most, 1), 7);
        assert_int_equal(unit_entries(&place, "uses/" ID), 7);
        assert_int_equal(unit_race(20, take_one, &most, 2), 20);
        most = 0;
        assert_int_equal(unit_race(20, take_one, &most, 1), 20);
        assert_int_equal(unit_entries(&place, "uses/" ID), 27);
}

static int close_one(unsigned i, void *context)
{
        struct bg_event event;
        bool closed = false;
        (void)context;
        tombstone(&event, i % 2 ? BG_EVENT_REVOKED : BG_EVENT_EXPIRED, ID);
        if (bg_grant_close(&place.dir, &event, &closed, NULL) != BG_OK)
                return 3;
        return closed ? 1 : 2;
}

static void twenty_close_one_grant(void **state)
{
        (void)state;
        open_grant(ID);
        assert_int_equal(unit_race(20, close_one, NULL, 1), 1);
        assert_null(unit_get(&place, FILE_OF(ID)));
        assert_int_equal(unit_entries(&place, "closed"), 1);
}

/* A caller that bounds our descriptors makes the store fail; nothing looks tampered with or absent. */
static void exhaustion_is_neither_good_nor_bad(void **state)
{
        (void)state;
        struct rlimit saved;
        struct bg_event event;
        bool closed = false;
        unsigned good = 0;
        open_grant(ID);
        tombstone(&event, BG_EVENT_REVOKED, "4K7M-2PQA");
        assert_code(bg_grant_close(&place.dir, &event, &closed, &err), BG_OK);
        open_grant("4K7M-2PQA");
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
        for (rlim_t spare = 0; spare < 8; spare++) {
                struct rlimit few = saved;
                int probe = open("/", O_RDONLY | O_CLOEXEC);
                (void)close(probe);
                few.rlim_cur = (rlim_t)probe + spare;
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
                enum bg_code code = load();
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
                if (code != BG_OK) {
                        assert_code(code, BG_STORE_FAILED);
                        continue;
                }
                good++;
                assert_int_equal(grants.n, 2);
                for (size_t i = 0; i < 2; i++) {
                        assert_code(grants.v[i].found, BG_OK);
                        bool second = strcmp(grants.v[i].id, ID) != 0;
                        assert_code(grants.v[i].closed, second ? BG_REVOKED : BG_OK);
                }
        }
        assert_true(good > 0 && good < 8);
}

static void without_memory(void **state)
{
        (void)state;
        unsigned n = 1;
        enum bg_code code = BG_SYSTEM;
        open_grant(ID);
        for (; code != BG_OK && n < 20; n++) {
                unit_fail_malloc(n);
                code = load();
                unit_fail_malloc(0);
                if (code != BG_OK)
                        assert_code(code, BG_SYSTEM);
        }
        assert_true(n > 4);
        assert_int_equal(grants.n, 1);
        assert_code(grants.v[0].found, BG_OK);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(none_and_one, setup, teardown),
                cmocka_unit_test_setup_teardown(each_kind_of_bad, setup, teardown),
                cmocka_unit_test_setup_teardown(files_that_are_no_grants, setup, teardown),
                cmocka_unit_test_setup_teardown(moved_files, setup, teardown),
                cmocka_unit_test_setup_teardown(however_many_there_are, setup, teardown),
                cmocka_unit_test_setup_teardown(unsafe_folders, setup, teardown),
                cmocka_unit_test_setup_teardown(closed_stays_closed, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_tombstone_is_durable_before_the_grant_goes, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_use_is_durable_before_it_is_answered, setup, teardown),
                cmocka_unit_test(causes),
                cmocka_unit_test_setup_teardown(tombstones_that_do_not_read, setup, teardown),
                cmocka_unit_test_setup_teardown(found_by_id, setup, teardown),
                cmocka_unit_test_setup_teardown(uses_are_taken_in_order, setup, teardown),
                cmocka_unit_test_setup_teardown(a_use_that_cannot_be_recorded, setup, teardown),
                cmocka_unit_test_setup_teardown(twenty_want_one_use, setup, teardown),
                cmocka_unit_test_setup_teardown(twenty_close_one_grant, setup, teardown),
                cmocka_unit_test_setup_teardown(without_memory, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        exhaustion_is_neither_good_nor_bad, setup, teardown),
        };
        return cmocka_run_group_tests_name("grants", tests, NULL, NULL);
}
