/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clocks and ids of this machine; see clock.h. */
#include "policy/host/clock.h"

#include "policy/base/cleanup.h"
#include "policy/base/words.h"

#include <fcntl.h>
#include <time.h>

static bg_usec read_clock(clockid_t clock)
{
        struct timespec ts = {0};
        (void)clock_gettime(clock, &ts);
        return (bg_usec)ts.tv_sec * BG_USEC_PER_SEC + (bg_usec)ts.tv_nsec / 1000;
}

/* 32 hexadecimal digits in lower case; the boot id has hyphens between, which are left out. */
static enum bg_code read_id(
        const char *path, char ret[static BG_MACHINE_ID_BYTES], struct bg_error *err)
{
        char text[64];
        size_t n = 0;
        bg_auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);

        if (got < 0)
                return bg_fail(err, BG_SYSTEM, errno, "%s", path);
        for (ssize_t i = 0; i < got && text[i] != '\n'; i++) {
                if (text[i] == '-')
                        continue;
                bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
                if (!digit || n == BG_MACHINE_ID_BYTES - 1)
                        return bg_fail(err, BG_SYSTEM, 0, "%s holds no id", path);
                ret[n++] = text[i];
        }
        ret[n] = '\0';
        return n == BG_MACHINE_ID_BYTES - 1 ? BG_OK
                                            : bg_fail(err, BG_SYSTEM, 0, "%s holds no id", path);
}

enum bg_code bg_now_read(struct bg_now *ret, struct bg_error *err)
{
        memset(ret, 0, sizeof *ret);
        ret->wall = read_clock(CLOCK_REALTIME);
        ret->boottime = read_clock(CLOCK_BOOTTIME);
        if (gethostname(ret->host, sizeof ret->host - 1) < 0)
                ret->host[0] = '\0';
        enum bg_code code = read_id("/etc/machine-id", ret->machine, err);
        return code == BG_OK ? read_id("/proc/sys/kernel/random/boot_id", ret->boot, err) : code;
}

const char *bg_local_time(bg_usec time, bg_usec now, char ret[static BG_LOCAL_TIME_BYTES])
{
        time_t then_sec = (time_t)(time / BG_USEC_PER_SEC);
        time_t now_sec = (time_t)(now / BG_USEC_PER_SEC);
        struct tm then;
        struct tm today;

        bg_copy(ret, BG_LOCAL_TIME_BYTES, "?");
        if (!localtime_r(&then_sec, &then) || !localtime_r(&now_sec, &today))
                return ret;
        if (then.tm_year != today.tm_year)
                (void)strftime(ret, BG_LOCAL_TIME_BYTES, "%a %d %b %Y %H:%M %Z", &then);
        else if (then.tm_yday != today.tm_yday)
                (void)strftime(ret, BG_LOCAL_TIME_BYTES, "%a %d %b %H:%M %Z", &then);
        else
                (void)strftime(ret, BG_LOCAL_TIME_BYTES, "%H:%M %Z", &then);
        return ret;
}
