/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; verb `accept-clock`: where the record is what is wrong (one boot with a clock in the
 * future), root and a proven human take today's clock. The event says so; the sweep, which alone
 * writes `newest`, acts on it. */
#include "bgctl/setuid/subject.h"
#include "policy/decide/permit.h"
#include "policy/store/events.h"
#include "policy/store/load.h"

static enum bg_code may_accept(const struct helper *h, struct bg_error *err)
{
        struct bg_case *c = calloc(1, sizeof *c);
        if (!c)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "clock");
        c->verb = BG_VERB_ACCEPT_CLOCK;
        c->human = h->human;
        c->caller = h->caller;
        enum bg_code code = bg_permit(c, err);
        free(c);
        return code;
}

enum bg_code prepare_accept_clock(struct helper *h, struct bg_error *err)
{
        struct bg_host host;
        char clock[BG_TIME_BYTES];

        if (h->caller_uid != 0)
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "only root accepts a clock, and names a human with --as");
        enum bg_code code = bg_host_load(&h->store.etc, &host, err);
        if (code == BG_OK)
                code = subject_human(h, err);
        if (code != BG_OK)
                return code;
        h->factors = host.default_factors;
        (void)snprintf(h->what, sizeof h->what, "the clock of %s is right, and it is %s",
                h->now.host, bg_time_print(h->now.wall / BG_USEC_PER_SEC * BG_USEC_PER_SEC, clock));
        return BG_OK;
}

enum bg_code act_accept_clock(struct helper *h, struct bg_error *err)
{
        struct bg_accepted accepted = {.clock = h->now.wall};
        struct bg_newest newest;
        struct bg_event event;
        char text[BG_TIME_BYTES];

        enum bg_code code = may_accept(h, err);
        if (code == BG_OK)
                code = bg_newest_load(&h->store.state, &newest, err);
        if (code != BG_OK)
                return code;
        accepted.newest = newest.wall;
        helper_event(h, BG_EVENT_CLOCK_ACCEPTED, BG_OK, &event);
        (void)snprintf(event.text, sizeof event.text, "the newest record was of %s",
                bg_time_print(newest.wall, text));
        code = bg_event_write(&h->store, h->caller_uid, &event, err);
        return code == BG_OK ? helper_answer(&bg_accepted_table, &accepted, err) : code;
}
