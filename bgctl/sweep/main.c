/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bgctl-sweep: runs as root, started by systemd alone (timer, and a path unit on
 * /run/breakglass/wake). Ends and closes what is over, puts what happened on the record, wakes
 * bgctl-tell, and arms a timer for the next end. It may be killed anywhere and run twice at once: the
 * record's lock lets one at a time work. It waits for neither journal nor terminal. */
#include "bgctl/sweep/sweep.h"
#include "policy/decide/window.h"
#include "policy/host/clock.h"
#include "policy/store/events.h"
#include "policy/store/keyring.h"
#include "policy/store/requests.h"
#include "policy/store/told.h"
#include "policy/systemd/scope.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#define OWN_SERVICE "bgctl-sweep"
/* The unit's own timer comes each minute: a moment further off than this is its work. */
#define PERIOD (UINT64_C(61) * BG_USEC_PER_SEC)

/* The clock is told once a boot. */
static void check_clock(struct sweep *s)
{
        struct bg_event event;
        struct bg_error err;
        char now[BG_TIME_BYTES];
        char newest[BG_TIME_BYTES];
        bool is_new = false;

        if (!bg_clock_is_behind(&s->now, &s->newest))
                return;
        if (bg_record_report(&s->record, s->now.boot, 0, s->newest.wall, &is_new, &err) != BG_OK)
                sweep_failed(s, &err);
        if (!is_new)
                return;
        bg_event_init(&event, BG_EVENT_CLOCK_BEHIND, s->now.wall);
        event.code = BG_CLOCK_BEHIND;
        (void)snprintf(event.text, sizeof event.text,
                "This clock says %s; the newest record here is of %s.",
                bg_time_print(s->now.wall, now), bg_time_print(s->newest.wall, newest));
        if (bg_event_write(&s->store, 0, &event, &err) != BG_OK)
                sweep_failed(s, &err);
}

/* After a rebuild of the state: ids that are wholly on record are known no more. */
static void forget_recorded(struct sweep *s)
{
        for (size_t i = s->record.n_ids; s->record.rebuilt && i-- > 0;)
                if (bg_request_is_recorded(&s->store.state, s->record.ids[i].id))
                        bg_record_forget(&s->record, s->record.ids[i].id);
}

/* The record was put back, or cut, where anything else here remembers a later number. The next line
 * then gets a number above all that were seen: the gap is the evidence. */
static void check_numbers(struct sweep *s)
{
        struct bg_told told_state = {0};
        struct bg_told told_run = {0};
        uint64_t seen = s->newest.seq;

        if (s->record.mended[0]) {
                if (s->record.tampered)
                        sweep_tampered(s, "audit", s->record.mended);
                (void)fprintf(stderr, "bgctl-sweep: %s\n", s->record.mended);
        }
        struct bg_error err;
        if (bg_told_load(&s->store.state, &told_state, &err) != BG_OK)
                sweep_tampered(s, "told", err.text);
        else if (told_state.seq > seen)
                seen = told_state.seq;
        if (s->store.run.fd >= 0 && bg_told_load(&s->store.run, &told_run, NULL) == BG_OK &&
                told_run.seq > seen)
                seen = told_run.seq;
        if (seen <= s->record.head.seq)
                return;
        char text[160];
        (void)snprintf(text, sizeof text,
                "the record ends with number %llu, and %llu was seen before: it was put back or cut",
                (unsigned long long)s->record.head.seq, (unsigned long long)seen);
        sweep_tampered_as(s, "audit", seen, s->record.head.seq, text);
        s->record.head.seq = seen;
        s->record.changed = true;
}

/* The newest moment never goes back: a clock that did is what it is there to find. A clock-accepted
 * event alone, which has just been recorded, moves it back. */
static void store_newest(struct sweep *s)
{
        struct bg_newest newest = s->newest;
        struct bg_error err;

        if (s->now.wall >= newest.wall || s->accepted) {
                newest.wall = s->now.wall;
                newest.boottime = s->now.boottime;
                bg_copy(newest.boot, sizeof newest.boot, s->now.boot);
        }
        newest.seq = s->record.head.seq;
        if (bg_newest_store(&s->store.state, &newest, &err) != BG_OK)
                sweep_failed(s, &err);
}

/* Level-triggered like our own wake: tell takes the file away first. */
static void wake_tell(struct sweep *s)
{
        bg_auto(bg_dir_done) struct bg_dir wake = BG_DIR_NONE;
        struct bg_told told;
        struct bg_told copy;

        if (s->store.run.fd < 0)
                return;
        /* A boot takes the copy in /run away; tell makes it again. */
        if (bg_told_load(&s->store.state, &told, NULL) == BG_OK &&
                told.seq >= s->record.head.seq &&
                bg_told_load(&s->store.run, &copy, NULL) == BG_OK && copy.seq >= told.seq)
                return;
        if (bg_dir_make(&s->store.run, "tell", &wake, NULL) == BG_OK) {
                bg_auto_fd int fd =
                        openat(wake.fd, "wake", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
                (void)fd; /* it is its being there that counts */
        }
}

static void arm_timer(struct sweep *s)
{
        struct bg_error err;

        if (!s->next_end || s->next_end > s->now.wall + PERIOD)
                return;
        /* A moment later than the end itself, so that it is over when we look. */
        if (bg_timer_arm(OWN_SERVICE, s->next_end + 50000, &err) != BG_OK)
                (void)fprintf(stderr, "bgctl-sweep: %s; the minute's timer will do\n", err.text);
}

/* What a kill left: event files whose lines are on the record. The lines must be durable before the
 * files go. */
static enum bg_code finish_events(struct sweep *s, struct bg_error *err)
{
        if (s->record.n_caught == 0)
                return BG_OK;
        enum bg_code code = bg_record_sync(&s->record, err);
        for (size_t i = 0; code == BG_OK && i < s->record.n_caught; i++) {
                const char *file = s->record.caught[i];
                bool in_run = strncmp(file, "unrecorded/", 11) == 0;
                (void)unlinkat(in_run ? s->store.run.fd : s->store.state.fd, file, 0);
        }
        return code;
}

static enum bg_code open_all(struct sweep *s, struct bg_error *err)
{
        enum bg_code code = bg_store_open(&bg_places_host, &s->store, err);
        if (code != BG_OK)
                return code;
        bg_wakes_take(&s->store, "wake");
        code = bg_record_open(&s->store.state, &s->record, err);
        if (code == BG_OK)
                code = finish_events(s, err);
        if (code == BG_OK)
                code = bg_now_read(&s->now, err);
        if (code == BG_OK && bg_newest_load(&s->store.state, &s->newest, err) != BG_OK) {
                sweep_tampered(s, "newest", err->text);
                memset(&s->newest, 0, sizeof s->newest);
        }
        if (code == BG_OK)
                code = bg_keyring_load(&s->store.state, &s->keyring, err);
        return code;
}

int main(void)
{
        static struct sweep s = {.store = BG_STORE_NONE, .record = BG_RECORD_NONE};
        struct bg_error err;

        if (sodium_init() < 0) {
                (void)fprintf(stderr, "bgctl-sweep: libsodium cannot be used\n");
                return 1;
        }
        if (open_all(&s, &err) != BG_OK) {
                sweep_failed(&s, &err);
                return 1;
        }
        forget_recorded(&s);
        check_numbers(&s);
        check_clock(&s);
        sweep_gate(&s);
        sweep_close(&s);
        sweep_seal(&s);
        /* A session that just ended may have been a grant's last. */
        sweep_close(&s);
        sweep_seal(&s);
        sweep_tidy(&s);
        if (bg_record_store(&s.record, &err) != BG_OK)
                sweep_failed(&s, &err);
        store_newest(&s);
        wake_tell(&s);
        arm_timer(&s);
        bg_record_done(&s.record);
        bg_store_done(&s.store);
        return s.failures ? 1 : 0;
}
