/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Durable writing; see write.h. */
#include "policy/store/write.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

static enum bg_code fail(
        struct bg_error *err, const struct bg_dir *dir, const char *name, int errnum)
{
        return bg_fail(err, BG_STORE_FAILED, errnum, "%s/%s cannot be written", dir->path, name);
}

static bool write_all(int fd, const char *bytes, size_t n)
{
        while (n > 0) {
                ssize_t done = write(fd, bytes, n);
                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0)
                        return false;
                bytes += done;
                n -= (size_t)done;
        }
        return true;
}

enum bg_code bg_write_sync(const struct bg_dir *dir, struct bg_error *err)
{
        return fsync(dir->fd) < 0 ? fail(err, dir, ".", errno) : BG_OK;
}

enum bg_code bg_write_once(const struct bg_dir *dir, const char *name, mode_t mode,
        const void *bytes, size_t n, bool *ret_made, struct bg_error *err)
{
        char self[32];
        bg_auto_fd int fd = openat(dir->fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);

        *ret_made = false;
        if (fd < 0)
                return fail(err, dir, name, errno);
        /* umask is the caller's in su; the mode is ours. */
        if (fchmod(fd, mode) < 0 || !write_all(fd, bytes, n) || fsync(fd) < 0)
                return fail(err, dir, name, errno);
        (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
        if (linkat(AT_FDCWD, self, dir->fd, name, AT_SYMLINK_FOLLOW) < 0)
                return errno == EEXIST ? BG_OK : fail(err, dir, name, errno);
        *ret_made = true;
        return bg_write_sync(dir, err);
}

enum bg_code bg_write_replace(const struct bg_dir *dir, const char *name, mode_t mode,
        const void *bytes, size_t n, struct bg_error *err)
{
        char temporary[64];
        uint64_t random = 0;

        if (getrandom(&random, sizeof random, 0) != sizeof random)
                return fail(err, dir, name, errno);
        (void)snprintf(temporary, sizeof temporary, ".tmp-%016llx", (unsigned long long)random);
        bg_auto_fd int fd = openat(
                dir->fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd < 0)
                return fail(err, dir, name, errno);
        if (fchmod(fd, mode) < 0 || !write_all(fd, bytes, n) || fsync(fd) < 0 ||
                renameat(dir->fd, temporary, dir->fd, name) < 0) {
                int errnum = errno;
                (void)unlinkat(dir->fd, temporary, 0);
                return fail(err, dir, name, errnum);
        }
        return bg_write_sync(dir, err);
}

enum bg_code bg_write_remove(const struct bg_dir *dir, const char *name, struct bg_error *err)
{
        if (unlinkat(dir->fd, name, 0) < 0 && errno != ENOENT)
                return fail(err, dir, name, errno);
        return bg_write_sync(dir, err);
}

enum bg_code bg_write_link(const struct bg_dir *from, const char *name, const struct bg_dir *to,
        const char *new_name, struct bg_error *err)
{
        if (linkat(from->fd, name, to->fd, new_name, 0) < 0 && errno != EEXIST)
                return fail(err, to, new_name, errno);
        return bg_write_sync(to, err);
}
