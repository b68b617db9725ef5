/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bgctl-helper VERB: runs set-id root and may be started by anybody, with anything. It believes
 * nothing that bgctl checked. The story is in main(), one call a line. */
#include "bgctl/setuid/harden.h"
#include "bgctl/setuid/helper.h"
#include "bgctl/setuid/intake.h"
#include "bgctl/setuid/prove.h"
#include "policy/format/emit.h"
#include "policy/host/clock.h"
#include "policy/host/users.h"
#include "policy/store/events.h"
#include "policy/store/load.h"

#include <sodium.h>

static const struct {
        const char *name;
        helper_step *prepare;
        helper_step *act;
} verbs[] = {
#define BG_HELPER_VERB(name, prepare, act) {name, prepare, act},
#include "bgctl/setuid/verbs.def"
#undef BG_HELPER_VERB
};

/* What a person should not have been told is not recorded either: a name that does not exist, a
 * terminal that was not there, words that were wrong. not-proven was recorded where it was found. */
static bool is_recorded(enum bg_code code)
{
        return code != BG_NO_SUCH && code != BG_NO_TERMINAL && code != BG_USAGE &&
               code != BG_NOT_PROVEN;
}

static int refuse(struct helper *h, const struct bg_error *err)
{
        struct bg_event event;

        h->refusal.error = err->code;
        bg_copy(h->refusal.text, sizeof h->refusal.text, err->text);
        bg_clean(h->refusal.text);
        if (is_recorded(err->code) && h->store.state.fd >= 0) {
                helper_event(h, BG_EVENT_REFUSED, err->code, &event);
                bg_copy(event.text, sizeof event.text, h->refusal.text);
                uid_t payer = h->caller.found ? h->caller_uid : BG_EVENTS_NOBODY;
                (void)bg_event_write(&h->store, payer, &event, NULL);
        }
        (void)helper_answer(&bg_refusal_table, &h->refusal, NULL);
        return bg_code_exit(err->code);
}

static enum bg_code find_verb(int argc, char **argv, size_t *ret, struct bg_error *err)
{
        for (size_t i = 0; argc == 2 && i < sizeof verbs / sizeof *verbs; i++)
                if (strcmp(argv[1], verbs[i].name) == 0) {
                        *ret = i;
                        return BG_OK;
                }
        return bg_fail(err, BG_USAGE, 0, "bgctl-helper is started by bgctl");
}

static enum bg_code find_caller(struct helper *h, struct bg_error *err)
{
        enum bg_code code = bg_human_by_uid(h->caller_uid, &h->caller, err);
        if (code != BG_OK)
                return code;
        /* A namespace gives anybody thousands of uids that are no one's: none of them is asked. */
        if (!h->caller.found)
                return bg_fail(err, BG_NOT_PERMITTED, 0, "your uid has no line in /etc/passwd");
        if (!bg_is_name(h->caller.name))
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "your name is none that a record can hold: letters, digits, _ - . only, "
                        "a letter first");
        bg_policy_mark_managed(&h->store.etc, &h->caller);
        return BG_OK;
}

static bool are_same(const struct bg_list *a, const struct bg_list *b)
{
        bool same = a->n == b->n;
        for (uint32_t i = 0; same && i < a->n; i++)
                same = strcmp(a->v[i], b->v[i]) == 0;
        return same;
}

/* A prompt waits as long as a person does: what was true before it is read anew behind it, and where
 * that asks for other factors than were proven, nothing is done. */
static enum bg_code prove_and_look_again(
        struct helper *h, helper_step *prepare, struct bg_error *err)
{
        enum bg_code code = prove(h, err);
        if (code != BG_OK)
                return code;
        struct bg_list proven = h->factors;
        h->factors.n = 0;
        code = bg_now_read(&h->now, err);
        if (code == BG_OK)
                code = find_caller(h, err);
        if (code == BG_OK)
                code = prepare(h, err);
        if (code == BG_OK && !are_same(&proven, &h->factors))
                code = bg_fail(err, BG_BAD_POLICY, 0,
                        "what must be proven was changed meanwhile; nothing was done, ask again");
        return code;
}

static enum bg_code run(struct helper *h, int argc, char **argv, struct bg_error *err)
{
        size_t verb = 0;
        gid_t gid = 0;

        enum bg_code code = harden_identity(&h->caller_uid, &gid, err);
        if (code == BG_OK)
                code = find_verb(argc, argv, &verb, err);
        if (code == BG_OK)
                code = intake_read(h->caller_uid, gid, &h->ask, err);
        if (code == BG_OK && sodium_init() < 0)
                code = bg_fail(err, BG_SYSTEM, 0, "libsodium");
        if (code == BG_OK)
                code = bg_store_open(&bg_places_host, &h->store, err);
        if (code == BG_OK)
                code = bg_now_read(&h->now, err);
        if (code == BG_OK)
                code = find_caller(h, err);
        if (code == BG_OK && verbs[verb].prepare)
                code = verbs[verb].prepare(h, err);
        if (code == BG_OK && h->factors.n > 0)
                code = prove_and_look_again(h, verbs[verb].prepare, err);
        return code == BG_OK ? verbs[verb].act(h, err) : code;
}

int main(int argc, char **argv)
{
        static struct helper h = {.store = BG_STORE_NONE, .refusal.tries_left = -1};
        struct bg_error err = {0};

        if (argc < 1 || !argv || !argv[0])
                return bg_code_exit(BG_USAGE);
        harden_process();
        return run(&h, argc, argv, &err) == BG_OK ? 0 : refuse(&h, &err);
}
