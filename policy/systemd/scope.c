/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to PID 1 by sd-bus; see scope.h and org.freedesktop.systemd1(5). */
#include "policy/systemd/scope.h"

#include <errno.h>
#include <systemd/sd-bus.h>

#define SYSTEMD                                                                                    \
        "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"

static int start_timer(
        sd_bus *bus, const char *timer, const char *unit, uint64_t usec, sd_bus_error *error)
{
        /* TimersCalendar wants a text; TimersMonotonic takes a number, so a moment of the wall clock
         * is told by its distance from now: the periodic timer catches what a clock change moves. */
        return sd_bus_call_method(bus, SYSTEMD, "StartTransientUnit", error, NULL, "ssa(sv)a(sa(sv))",
                timer, "replace", 5, "Description", "s", "Next end of a breakglass grant", "Unit",
                "s", unit, "TimersMonotonic", "a(st)", 1, "OnActiveSec", usec, "AccuracyUSec", "t",
                (uint64_t)100000, "RemainAfterElapse", "b", 0, 0);
}

enum bg_code bg_timer_arm(const char *timer, const char *unit, bg_usec wall, struct bg_error *err)
{
        sd_bus *bus = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        struct timespec ts = {0};

        (void)clock_gettime(CLOCK_REALTIME, &ts);
        uint64_t now = (uint64_t)ts.tv_sec * BG_USEC_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
        uint64_t usec = wall > now ? wall - now : 1;

        int r = sd_bus_open_system(&bus);
        if (r >= 0) {
                /* One of that name may be waiting for another moment; that there is none is fine. */
                (void)sd_bus_call_method(
                        bus, SYSTEMD, "StopUnit", NULL, NULL, "ss", timer, "replace");
                r = start_timer(bus, timer, unit, usec, &error);
                /* The stop is a job of its own and may not be done yet. */
                for (int i = 0; r == -EEXIST && i < 20; i++) {
                        struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
                        (void)nanosleep(&pause, NULL);
                        sd_bus_error_free(&error);
                        r = start_timer(bus, timer, unit, usec, &error);
                }
        }
        enum bg_code code =
                r < 0 ? bg_fail(err, BG_SYSTEM, -r, "%s cannot be started", timer) : BG_OK;
        sd_bus_error_free(&error);
        sd_bus_flush_close_unref(bus);
        return code;
}
