/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; see prove.h.
 *
 *  - A try MUST be paid, durably, before the first prompt: a helper killed while it judges would
 *    otherwise guess for free.
 *  - Every factor MUST be asked, whatever the one before it answered, and whether or not there is
 *    such a human.
 *  - A failure MUST be on record before it is told, or guesses that are killed in the wait leave none.
 *  - Nothing MUST be said, in words or in time, of which factor failed: PAM's own delays are off, and
 *    a failure is told at a fixed time after the last answer. */
#include "bgctl/setuid/prove.h"

#include "bgctl/setuid/factors.h"
#include "bgctl/setuid/terminal.h"
#include "policy/host/clock.h"
#include "policy/store/events.h"
#include "policy/store/factors.h"

#include <time.h>

/* As long as Linux-PAM's usual fail delay, and longer than any factor takes to judge. */
#define FAILURE_TOLD_AFTER_SEC 2

/* Many callers could share out the guessing for one human: of so many tries that failed, each costs a
 * second more, for whoever asks next, up to a limit that locks nobody out. */
#define TRIES_A_SECOND 10
#define SLOWEST_SEC 15

static void wait_until(const struct timespec *moment)
{
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, moment, NULL) == EINTR)
                ;
}

static bool ask_all(struct helper *h, int terminal, struct timespec *ret_last_answer)
{
        char line[BG_ERROR_TEXT_BYTES + 128];
        bool proven = h->factors.n > 0;

        (void)snprintf(line, sizeof line,
                "\n%s, prove it is you: %s.\nNothing is done until %s right.\n", h->human.name,
                h->what,
                h->factors.n == 2   ? "both are"
                : h->factors.n == 1 ? "it is"
                                    : "all are");
        terminal_print(terminal, line);
        terminal_say_when_stopped(terminal, "\nStopped. Nothing was done; it counts as a try.\n");
        for (uint32_t i = 0; i < h->factors.n; i++) {
                bool good = factor_prove(h, terminal, h->factors.v[i]);
                proven = proven && good;
        }
        terminal_say_when_stopped(-1, NULL);
        (void)clock_gettime(CLOCK_MONOTONIC, ret_last_answer);
        return proven;
}

/* Tries for people who do not exist share one name: a folder for each that somebody can think of would
 * fill the disk. */
static const char *try_name(const struct helper *h)
{
        return h->human.found ? h->human.name : "nobody";
}

static enum bg_code slow_down(const struct helper *h, int terminal, struct bg_error *err)
{
        struct timespec until = {0};
        uint64_t total = 0;
        char line[BG_NAME_BYTES + 96];
        enum bg_code code = bg_tries_total(&h->store.state, try_name(h), &total, err);
        uint64_t sec = total / TRIES_A_SECOND;

        if (code != BG_OK || sec == 0)
                return code;
        if (sec > SLOWEST_SEC)
                sec = SLOWEST_SEC;
        (void)snprintf(line, sizeof line, "Many tries for %s have failed of late: %llu s, please.\n",
                h->human.name, (unsigned long long)sec);
        terminal_print(terminal, line);
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += (time_t)sec;
        wait_until(&until);
        return BG_OK;
}

static enum bg_code not_proven(struct helper *h, struct bg_error *err)
{
        struct bg_event event;
        struct bg_error why;

        if (bg_now_read(&h->now, err) != BG_OK)
                return err->code;
        helper_event(h, BG_EVENT_NOT_PROVEN, BG_NOT_PROVEN, &event);
        bg_copy(event.text, sizeof event.text, h->trouble);
        bg_clean(event.text);
        if (bg_event_write(&h->store, h->caller_uid, &event, &why) != BG_OK)
                return bg_fail(err, why.code, 0, "%s", why.text);
        return bg_fail(err, BG_NOT_PROVEN, 0, "Which part was wrong is not said.");
}

enum bg_code prove(struct helper *h, struct bg_error *err)
{
        bg_auto_fd int terminal = -1;
        struct timespec last_answer = {0};
        unsigned left = 0;
        enum bg_code code = terminal_open(&terminal, err);

        for (uint32_t i = 0; code == BG_OK && i < h->factors.n; i++)
                code = factor_check(h, h->factors.v[i], err);
        if (code == BG_OK)
                code = bg_now_read(&h->now, err);
        if (code == BG_OK)
                code = bg_try_pay(&h->store.state, h->caller_uid, try_name(h), &h->now, &left,
                        &h->refusal.wait, err);
        if (code != BG_OK)
                return code;
        h->refusal.tries_left = left;
        code = slow_down(h, terminal, err);
        if (code != BG_OK)
                return code;
        if (!ask_all(h, terminal, &last_answer)) {
                /* On record first: whoever kills us in the wait leaves it there. */
                code = not_proven(h, err);
                last_answer.tv_sec += FAILURE_TOLD_AFTER_SEC;
                wait_until(&last_answer);
                return code;
        }
        h->refusal.tries_left = -1;
        h->refusal.wait = 0;
        return bg_tries_clear(&h->store.state, h->caller_uid, try_name(h), err);
}
