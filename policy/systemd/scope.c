/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to PID 1 by sd-bus; see scope.h and org.freedesktop.systemd1(5). */
#include "policy/systemd/scope.h"

#include <errno.h>
#include <stdio.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define MANAGER                                                                                    \
        "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"
#define UNIT_BYTES 128
/* A timer's own slack, by default a minute. */
#define ACCURACY_USEC UINT64_C(100000)

enum bg_code bg_timer_arm(const char *service, bg_usec wall, struct bg_error *err)
{
        sd_bus *bus = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        char timer[UNIT_BYTES];
        struct timespec ts = {0};

        (void)snprintf(
                timer, sizeof timer, "%s@%llu.timer", service, (unsigned long long)wall / 1000);
        (void)clock_gettime(CLOCK_REALTIME, &ts);
        uint64_t now = (uint64_t)ts.tv_sec * BG_USEC_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
        /* A moment is told by its distance: the periodic timer catches what a set clock moves. */
        uint64_t usec = wall > now ? wall - now : 1;

        int r = sd_bus_open_system(&bus);
        if (r >= 0)
                r = sd_bus_call_method(bus, MANAGER, "StartTransientUnit", &error, NULL,
                        "ssa(sv)a(sa(sv))", timer, "fail", 4, "Description", "s",
                        "Next end of a breakglass grant", "TimersMonotonic", "a(st)", 1, "OnActiveSec", usec, "AccuracyUSec", "t", ACCURACY_USEC,
                        "RemainAfterElapse", "b", 0, 0);
        enum bg_code code = BG_OK;
        if (r < 0 && !sd_bus_error_has_name(&error, "org.freedesktop.systemd1.UnitExists"))
                code = bg_fail(err, BG_SYSTEM, 0, "%s cannot be started: %s", timer,
                        error.message ? error.message : strerrordesc_np(-r));
        sd_bus_error_free(&error);
        sd_bus_flush_close_unref(bus);
        return code;
}
