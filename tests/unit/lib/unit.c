/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit tests' common ground; see unit.h. */
#include "tests/unit/lib/unit.h"

#include "policy/format/emit.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>

void assert_says(const struct bg_error *err, const char *part)
{
        if (!strstr(err->text, part))
                fail_msg("\"%s\" does not say \"%s\"", err->text, part);
}

void assert_reads(const struct bg_table *table, const char *text, void *ret)
{
        struct bg_error err = {0};
        if (bg_document_read(table, "file", text, strlen(text), ret, &err) != BG_OK)
                fail_msg("refused: %s: %s", text, err.text);
}

void assert_refuses(const struct bg_table *table, const char *text, const char *part)
{
        struct bg_error err = {0};
        bg_auto_free void *ret = malloc(table->size);
        assert_non_null(ret);
        enum bg_code code = bg_document_read(table, "file", text, strlen(text), ret, &err);
        if (code == BG_OK)
                fail_msg("taken: %s", text);
        assert_code(code, table->code);
        assert_says(&err, part);
}

void assert_round_trip(const struct bg_table *table, const void *base)
{
        static char text[BG_DOCUMENT_BYTES_MAX];
        static char again[BG_DOCUMENT_BYTES_MAX];
        struct bg_buffer a = BG_BUFFER(text);
        struct bg_buffer b = BG_BUFFER(again);
        bg_auto_free void *ret = malloc(table->size);

        assert_non_null(ret);
        assert_true(bg_emit(table, base, &a));
        assert_reads(table, text, ret);
        assert_true(bg_emit(table, ret, &b));
        assert_string_equal(text, again);
}

static void make_below(const char *parent, struct unit_place *ret)
{
        (void)snprintf(ret->path, sizeof ret->path, "%s/breakglass-unit-XXXXXX", parent);
        assert_non_null(mkdtemp(ret->path));
        assert_int_equal(chmod(ret->path, 0700), 0);
        ret->dir = (struct bg_dir){
                .fd = open(ret->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .owner = geteuid()};
        bg_copy(ret->dir.path, sizeof ret->dir.path, ret->path);
        assert_true(ret->dir.fd >= 0);
}

void unit_place_make(struct unit_place *ret)
{
        const char *parent = getenv("TMPDIR");
        make_below(parent && parent[0] ? parent : "/tmp", ret);
}

bool unit_safe_place_make(struct unit_place *ret)
{
        char cwd[BG_PATH_BYTES];
        const char *const parents[] = {
                getcwd(cwd, sizeof cwd) ? cwd : "/", getenv("HOME"), "/root", "/run"};

        for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
                bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
                if (parents[i] && bg_dir_open(parents[i], geteuid(), &dir, NULL) == BG_OK &&
                        access(parents[i], W_OK) == 0) {
                        make_below(parents[i], ret);
                        return true;
                }
        }
        return false;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
        (void)st;
        (void)kind;
        (void)ftw;
        return remove(path);
}

void unit_place_remove(struct unit_place *place)
{
        bg_dir_done(&place->dir);
        (void)nftw(place->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_folders(const struct unit_place *place, const char *path, bool whole)
{
        char part[BG_PATH_BYTES];
        for (const char *p = path; (p = strchr(p, '/')); p++) {
                bg_copy(part, (size_t)(p - path) + 1, path);
                assert_true(mkdirat(place->dir.fd, part, 0700) == 0 || errno == EEXIST);
        }
        if (whole)
                assert_true(mkdirat(place->dir.fd, path, 0700) == 0 || errno == EEXIST);
}

void unit_mkdir(const struct unit_place *place, const char *path)
{
        make_folders(place, path, true);
}

void unit_put_bytes(
        const struct unit_place *place, const char *path, mode_t mode, const void *bytes, size_t n)
{
        make_folders(place, path, false);
        (void)unlinkat(place->dir.fd, path, 0);
        bg_auto_fd int fd =
                openat(place->dir.fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, n), (ssize_t)n);
        assert_int_equal(fchmod(fd, mode), 0);
}

void unit_put(const struct unit_place *place, const char *path, mode_t mode, const char *text)
{
        unit_put_bytes(place, path, mode, text, strlen(text));
}

const char *unit_get(const struct unit_place *place, const char *path)
{
        static char text[256 * 1024];
        bg_auto_fd int fd = openat(place->dir.fd, path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return NULL;
        ssize_t n = read(fd, text, sizeof text - 1);
        assert_true(n >= 0);
        text[n] = '\0';
        return text;
}

unsigned unit_entries(const struct unit_place *place, const char *path)
{
        int fd = openat(place->dir.fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bg_auto_dir DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
        unsigned n = 0;
        for (const struct dirent *e = NULL; stream && (e = readdir(stream));)
                n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
        return n;
}

unsigned unit_race(unsigned n, int (*child)(unsigned i, void *context), void *context, int status)
{
        int gate[2];
        unsigned same = 0;

        assert_int_equal(pipe(gate), 0);
        for (unsigned i = 0; i < n; i++) {
                pid_t pid = fork();
                assert_true(pid >= 0);
                if (pid == 0) {
                        char byte = 0;
                        (void)close(gate[1]);
                        (void)!read(gate[0], &byte, 1); /* the end of file is the starting gun */
                        _exit(child(i, context));
                }
        }
        (void)close(gate[0]);
        (void)close(gate[1]);
        for (unsigned i = 0; i < n; i++) {
                int answered = 0;
                assert_true(wait(&answered) > 0);
                assert_true(WIFEXITED(answered));
                same += WEXITSTATUS(answered) == status;
        }
        return same;
}

static unsigned malloc_fails_in;

void unit_fail_malloc(unsigned n)
{
        malloc_fails_in = n;
}

void *__real_malloc(size_t size) __attribute__((weak));
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
        if (malloc_fails_in > 0 && --malloc_fails_in == 0)
                return NULL;
        return __real_malloc(size);
}

static char calls[1024];
static bool calls_noted;
static unsigned call_fails_in;

void unit_calls_begin(unsigned fails)
{
        calls[0] = '\0';
        calls_noted = true;
        call_fails_in = fails;
}

const char *unit_calls_end(void)
{
        calls_noted = false;
        return calls;
}

/* True: this call is the one that fails. */
static bool note_call(const char *call, const char *name)
{
        if (!calls_noted)
                return false;
        size_t n = strlen(calls);
        (void)snprintf(calls + n, sizeof calls - n, "%s%s %s", n ? "; " : "", call, name);
        errno = EIO;
        return call_fails_in > 0 && --call_fails_in == 0;
}

int __real_fsync(int fd) __attribute__((weak));
int __wrap_fsync(int fd);
int __real_linkat(int from, const char *name, int to, const char *new_name, int flags)
        __attribute__((weak));
int __wrap_linkat(int from, const char *name, int to, const char *new_name, int flags);
int __real_renameat(int from, const char *name, int to, const char *new_name) __attribute__((weak));
int __wrap_renameat(int from, const char *name, int to, const char *new_name);
int __real_unlinkat(int fd, const char *name, int flags) __attribute__((weak));
int __wrap_unlinkat(int fd, const char *name, int flags);

int __wrap_fsync(int fd)
{
        char self[32];
        char path[BG_PATH_BYTES] = "";
        struct stat st;

        (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
        if (!calls_noted || fstat(fd, &st) < 0)
                return __real_fsync(fd);
        ssize_t n = readlink(self, path, sizeof path - 1);
        path[n > 0 ? n : 0] = '\0';
        const char *name = strrchr(path, '/');
        return note_call("fsync", S_ISDIR(st.st_mode) && name ? name + 1 : "file")
                       ? -1
                       : __real_fsync(fd);
}

int __wrap_linkat(int from, const char *name, int to, const char *new_name, int flags)
{
        return note_call("linkat", new_name) ? -1 : __real_linkat(from, name, to, new_name, flags);
}

int __wrap_renameat(int from, const char *name, int to, const char *new_name)
{
        return note_call("renameat", new_name) ? -1 : __real_renameat(from, name, to, new_name);
}

int __wrap_unlinkat(int fd, const char *name, int flags)
{
        return note_call("unlinkat", name) ? -1 : __real_unlinkat(fd, name, flags);
}

struct bg_now unit_now(void)
{
        return (struct bg_now){
                .wall = UNIT_WALL,
                .boottime = UNIT_BOOTTIME,
                .boot = UNIT_BOOT,
                .machine = UNIT_MACHINE,
                .host = "db7",
        };
}
