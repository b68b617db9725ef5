# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clocks that are wrong, and reboots, on a host that shares its clock with the machine below: a library named in
/etc/ld.so.preload, which set-id programs load too, adds an offset a clock, for programs of ours and the two doors. The tests'
own clock stays right."""
import os

from .commands import run

OFFSETS = "/etc/clock-offsets"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
SOURCE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int is_ours(void)
{
        static const char *const names[] = {"su", "sshd", "sshd-session", "sshd-auth", "date"};
        const char *name = program_invocation_short_name;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (strcmp(name, names[i]) == 0)
                        return 1;
        return strncmp(name, "bgctl", 5) == 0;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
        char text[64] = {0};
        long wall = 0, boot = 0;
        if (syscall(SYS_clock_gettime, clock, ret) < 0)
                return -1;
        if ((clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME) || !is_ours())
                return 0;
        int saved = errno;
        int fd = open("/etc/clock-offsets", O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
                if (read(fd, text, sizeof text - 1) > 0)
                        sscanf(text, "%ld %ld", &wall, &boot);
                close(fd);
        }
        errno = saved;
        ret->tv_sec += clock == CLOCK_REALTIME ? wall : boot;
        return 0;
}

time_t time(time_t *ret)
{
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (ret)
                *ret = now.tv_sec;
        return now.tv_sec;
}
"""
wall = 0


def install():
    with open("/root/clocks.c", "w") as file:
        file.write(SOURCE)
    run("gcc -O1 -shared -fPIC -o /usr/lib/clocks.so /root/clocks.c && echo /usr/lib/clocks.so >/etc/ld.so.preload").ok()
    put()


def put(wall_sec=0, boot_sec=0):
    """From now on the wall clock and the boot clock are ahead by so much; negative: behind."""
    global wall
    wall = wall_sec
    with open(OFFSETS, "w") as file:
        file.write(f"{wall_sec} {boot_sec}\n")


def boot(identity=None):
    """Another boot, by its id (32 digits); None: back to this one."""
    if identity is None:
        run(["umount", BOOT_ID]).ok()
        return
    with open("/run/boot-id", "w") as file:
        file.write(f"{identity[:8]}-{identity[8:12]}-{identity[12:16]}-{identity[16:20]}-{identity[20:]}\n")
    run(["mount", "--bind", "/run/boot-id", BOOT_ID]).ok()


def keep_boot():
    """nspawn's own mount over the boot id is of a file that is gone: replaced by one that can be mounted over."""
    with open(BOOT_ID) as file:
        own = file.read().strip().replace("-", "")
    run(["umount", BOOT_ID])
    with open("/run/boot-id-own", "w") as file:
        file.write(f"{own[:8]}-{own[8:12]}-{own[12:16]}-{own[16:20]}-{own[20:]}\n")
    run(["mount", "--bind", "/run/boot-id-own", BOOT_ID]).ok()
    os.stat(BOOT_ID)
