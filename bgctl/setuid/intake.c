/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root, forks, and parses as the caller; see intake.h. */
#include "bgctl/setuid/intake.h"

#include "policy/base/cleanup.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* What goes through the pipe: both of fixed size, no pointer. */
struct handed {
        enum bg_code code;
        struct bg_error error;
        struct bg_ask ask;
};

static bool drop(uid_t uid, gid_t gid)
{
        if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
                return false;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return false;
        /* It must not come back: for good means for good. Where root itself asks there is nothing
         * to drop to. */
        return uid == 0 || (setuid(0) < 0 && seteuid(0) < 0 && geteuid() == uid);
}

static void parse(struct handed *ret)
{
        static char text[BG_DOCUMENT_BYTES_MAX + 1];
        size_t n = 0;

        while (n <= BG_DOCUMENT_BYTES_MAX) {
                ssize_t got = read(STDIN_FILENO, text + n, sizeof text - n);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0) {
                        ret->code = bg_fail(&ret->error, BG_SYSTEM, errno, "standard input");
                        return;
                }
                if (got == 0)
                        break;
                n += (size_t)got;
        }
        ret->code =
                bg_document_read(&bg_ask_table, "standard input", text, n, &ret->ask, &ret->error);
}

static _Noreturn void child(uid_t uid, gid_t gid, int to)
{
        static struct handed handed;
        const char *p = (const char *)&handed;
        size_t left = sizeof handed;

        if (!drop(uid, gid))
                _exit(1);
        parse(&handed);
        while (left > 0) {
                ssize_t done = write(to, p, left);
                if (done <= 0)
                        _exit(1);
                p += done;
                left -= (size_t)done;
        }
        _exit(0);
}

static bool read_whole(int from, struct handed *ret)
{
        char *p = (char *)ret;
        size_t left = sizeof *ret;

        while (left > 0) {
                ssize_t got = read(from, p, left);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return false;
                p += got;
                left -= (size_t)got;
        }
        return true;
}

enum bg_code intake_read(uid_t uid, gid_t gid, struct bg_ask *ret, struct bg_error *err)
{
        static struct handed handed;
        int pipe_fds[2];
        int status = 0;

        if (pipe2(pipe_fds, O_CLOEXEC) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "a pipe");
        bg_auto_fd int from = pipe_fds[0];
        bg_auto_fd int to = pipe_fds[1];
        pid_t pid = fork();
        if (pid < 0)
                return bg_fail(err, BG_SYSTEM, errno, "fork");
        if (pid == 0)
                child(uid, gid, to);
        (void)close(bg_steal_fd(&to));

        bool whole = read_whole(from, &handed);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        /* The child was the caller's to attack: nothing that it says is taken for granted. */
        handed.error.text[sizeof handed.error.text - 1] = '\0';
        bg_clean(handed.error.text);
        if (whole && handed.code != BG_OK)
                return bg_fail(err, BG_USAGE, 0, "%s", handed.error.text);
        if (!whole || !bg_document_holds(&bg_ask_table, &handed.ask))
                return bg_fail(err, BG_USAGE, 0, "standard input could not be read");
        *ret = handed.ask;
        return BG_OK;
}
