/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Safe opening and reading; see dir.h. */
#include "policy/store/dir.h"

#include <fcntl.h>
#include <sys/stat.h>

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
/* O_NONBLOCK: a FIFO put in a file's place must not hold us up. */
#define FILE_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

void bg_dir_done(struct bg_dir *dir)
{
        bg_cleanup_fd(&dir->fd);
        dir->fd = -1;
}

static enum bg_code fail_open(
        struct bg_error *err, const struct bg_dir *dir, const char *name, int errnum)
{
        switch (errnum) {
        case ENOENT:
                return bg_fail(err, BG_NO_SUCH, 0, "%s/%s is not there", dir->path, name);
        case ELOOP:
        case ENOTDIR:
        case ENXIO:
                return bg_fail(err, BG_UNSAFE_FILE, 0,
                        "%s/%s is a link or not what it should be", dir->path, name);
        default:
                return bg_fail(err, BG_STORE_FAILED, errnum, "%s/%s", dir->path, name);
        }
}

static enum bg_code check_owner(const struct bg_dir *dir, const char *name,
        const struct stat *st, struct bg_error *err)
{
        if (st->st_uid != dir->owner && st->st_uid != 0)
                return bg_fail(err, BG_UNSAFE_FILE, 0, "%s/%s belongs to uid %u, not to root",
                        dir->path, name, (unsigned)st->st_uid);
        if (st->st_mode & 022)
                return bg_fail(err, BG_UNSAFE_FILE, 0, "%s/%s can be changed by others than root",
                        dir->path, name);
        return BG_OK;
}

/* Whoever hands in more than one component of a path would lead us out of the directory. */
static enum bg_code check_name(const struct bg_dir *dir, const char *name, struct bg_error *err)
{
        if (name[0] && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
                return BG_OK;
        return bg_fail(err, BG_UNSAFE_FILE, 0, "\"%s\" is no name within %s", name, dir->path);
}

static enum bg_code join(
        const struct bg_dir *dir, const char *name, struct bg_dir *ret, struct bg_error *err)
{
        const char *slash = dir->path[0] && dir->path[strlen(dir->path) - 1] == '/' ? "" : "/";
        int n = snprintf(ret->path, sizeof ret->path, "%s%s%s", dir->path, slash, name);
        if (n < 0 || (size_t)n >= sizeof ret->path)
                return bg_fail(err, BG_STORE_FAILED, ENAMETOOLONG, "%s/%s", dir->path, name);
        return BG_OK;
}

enum bg_code bg_dir_sub(
        const struct bg_dir *dir, const char *name, struct bg_dir *ret, struct bg_error *err)
{
        struct bg_dir sub = {.fd = -1, .owner = dir->owner};
        struct stat st;
        enum bg_code code = check_name(dir, name, err);

        ret->fd = -1;
        if (code == BG_OK)
                code = join(dir, name, &sub, err);
        if (code != BG_OK)
                return code;
        sub.fd = openat(dir->fd, name, DIR_FLAGS);
        if (sub.fd < 0)
                return fail_open(err, dir, name, errno);
        if (fstat(sub.fd, &st) < 0)
                code = fail_open(err, dir, name, errno);
        else
                code = check_owner(dir, name, &st, err);
        if (code != BG_OK) {
                bg_dir_done(&sub);
                return code;
        }
        *ret = sub;
        return BG_OK;
}

enum bg_code bg_dir_open(const char *path, uid_t owner, struct bg_dir *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir at = {.fd = -1, .owner = owner, .path = "/"};
        struct stat st;

        ret->fd = -1;
        if (path[0] != '/')
                return bg_fail(err, BG_UNSAFE_FILE, 0, "\"%s\" is no absolute path", path);
        at.fd = open("/", DIR_FLAGS);
        if (at.fd < 0 || fstat(at.fd, &st) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "/");
        enum bg_code code = check_owner(&at, "", &st, err);

        for (const char *p = path + 1; code == BG_OK && *p;) {
                char name[BG_PATH_BYTES];
                size_t n = strcspn(p, "/");
                if (n >= sizeof name)
                        return bg_fail(err, BG_STORE_FAILED, ENAMETOOLONG, "%s", path);
                memcpy(name, p, n);
                name[n] = '\0';
                p += n + (p[n] == '/');

                struct bg_dir sub = BG_DIR_NONE;
                code = bg_dir_sub(&at, name, &sub, err);
                if (code == BG_OK) {
                        bg_dir_done(&at);
                        at = sub;
                }
        }
        if (code != BG_OK)
                return code;
        *ret = at;
        at.fd = -1;
        return BG_OK;
}

enum bg_code bg_dir_make(
        const struct bg_dir *dir, const char *name, struct bg_dir *ret, struct bg_error *err)
{
        enum bg_code code = bg_dir_sub(dir, name, ret, err);
        if (code != BG_NO_SUCH)
                return code;
        if (mkdirat(dir->fd, name, 0700) < 0 && errno != EEXIST)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", dir->path, name);
        if (fsync(dir->fd) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s", dir->path);
        return bg_dir_sub(dir, name, ret, err);
}

static enum bg_code read_all(const struct bg_dir *dir, const char *name, int fd, size_t max_bytes,
        char *ret, size_t *ret_n, struct bg_error *err)
{
        size_t n = 0;

        /* One byte more than allowed is asked for: a file that grew since fstat is too long, too. */
        while (n <= max_bytes) {
                ssize_t got = read(fd, ret + n, max_bytes + 1 - n);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", dir->path, name);
                if (got == 0)
                        break;
                n += (size_t)got;
        }
        if (n > max_bytes)
                return bg_fail(err, BG_UNSAFE_FILE, 0, "%s/%s is longer than %zu bytes", dir->path,
                        name, max_bytes);
        ret[n] = '\0';
        *ret_n = n;
        return BG_OK;
}

enum bg_code bg_dir_read(const struct bg_dir *dir, const char *name, size_t max_bytes, char *ret,
        size_t *ret_n, struct bg_error *err)
{
        struct stat st;
        enum bg_code code = check_name(dir, name, err);

        if (code != BG_OK)
                return code;
        bg_auto_fd int fd = openat(dir->fd, name, FILE_FLAGS);
        if (fd < 0)
                return fail_open(err, dir, name, errno);
        if (fstat(fd, &st) < 0)
                return fail_open(err, dir, name, errno);
        if (!S_ISREG(st.st_mode))
                return bg_fail(err, BG_UNSAFE_FILE, 0, "%s/%s is not a file", dir->path, name);
        code = check_owner(dir, name, &st, err);
        if (code != BG_OK)
                return code;
        if (st.st_size < 0 || (uintmax_t)st.st_size > max_bytes)
                return bg_fail(err, BG_UNSAFE_FILE, 0, "%s/%s is longer than %zu bytes", dir->path,
                        name, max_bytes);
        return read_all(dir, name, fd, max_bytes, ret, ret_n, err);
}

enum bg_code bg_dir_has(
        const struct bg_dir *dir, const char *name, bool *ret, struct bg_error *err)
{
        struct stat st;
        enum bg_code code = check_name(dir, name, err);

        *ret = false;
        if (code != BG_OK)
                return code;
        *ret = fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
        if (!*ret && errno != ENOENT)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", dir->path, name);
        return BG_OK;
}

enum bg_code bg_dir_each(const struct bg_dir *dir, size_t max,
        enum bg_code (*each)(const struct bg_dir *dir, const char *name, void *context,
                struct bg_error *err),
        void *context, struct bg_error *err)
{
        size_t n = 0;
        int fd = openat(dir->fd, ".", DIR_FLAGS);
        bg_auto_dir DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;

        if (!stream) {
                int errnum = errno;
                bg_cleanup_fd(&fd);
                return bg_fail(err, BG_STORE_FAILED, errnum, "%s", dir->path);
        }
        for (;;) {
                errno = 0;
                const struct dirent *entry = readdir(stream);
                if (!entry && errno)
                        return bg_fail(err, BG_STORE_FAILED, errno, "%s", dir->path);
                if (!entry)
                        return BG_OK;
                if (entry->d_name[0] == '.')
                        continue;
                if (max && ++n > max)
                        return bg_fail(err, BG_STORE_FAILED, 0, "%s holds more than %zu files",
                                dir->path, max);
                enum bg_code code = each(dir, entry->d_name, context, err);
                if (code != BG_OK)
                        return code;
        }
}
