/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ownership, made visible: a variable marked with one of these is released when it goes out of
 * scope. `bg_steal_fd()` hands the value on and leaves the variable empty. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void bg_cleanup_fd(int *fd)
{
        int saved = errno;
        if (*fd >= 0)
                (void)close(*fd);
        errno = saved;
}

static inline void bg_cleanup_free(void *p)
{
        free(*(void **)p);
}

static inline void bg_cleanup_file(FILE **f)
{
        if (*f)
                (void)fclose(*f);
}

static inline void bg_cleanup_dir(DIR **d)
{
        if (*d)
                (void)closedir(*d);
}

static inline int bg_steal_fd(int *fd)
{
        int taken = *fd;
        *fd = -1;
        return taken;
}

#define bg_auto_fd __attribute__((cleanup(bg_cleanup_fd)))
#define bg_auto_free __attribute__((cleanup(bg_cleanup_free)))
#define bg_auto_file __attribute__((cleanup(bg_cleanup_file)))
#define bg_auto_dir __attribute__((cleanup(bg_cleanup_dir)))
/* For a struct with a `_done()` of its own: bg_auto(bg_grants_done) struct bg_grants grants = {0}; */
#define bg_auto(done) __attribute__((cleanup(done)))
