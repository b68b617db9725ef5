/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fixed program, run; see spawn.h. */
#include "policy/host/spawn.h"

#include "policy/base/cleanup.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static char *const environment[] = {
        (char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, (char[]){"LC_ALL=C.UTF-8"}, NULL};

static int64_t monotonic_msec(void)
{
        struct timespec ts = {0};
        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Reads until the end of file or the deadline. True: the end was seen. */
static bool drain(int fd, int64_t deadline_msec, char *ret, size_t size)
{
        size_t n = 0;

        for (;;) {
                char scratch[4096];
                int64_t left = deadline_msec - monotonic_msec();
                struct pollfd p = {.fd = fd, .events = POLLIN};
                if (left <= 0)
                        return false;
                int ready = poll(&p, 1, (int)left);
                if (ready < 0 && errno == EINTR)
                        continue;
                if (ready <= 0)
                        return false;
                ssize_t got = read(fd, scratch, sizeof scratch);
                if (got <= 0)
                        return got == 0;
                for (ssize_t i = 0; i < got && ret && n + 1 < size; i++)
                        ret[n++] = scratch[i];
                if (ret)
                        ret[n] = '\0';
        }
}

static int start(const char *const *argv, int output, bool captured, pid_t *ret)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none;
        sigset_t all;

        (void)sigemptyset(&none);
        (void)sigfillset(&all);
        (void)posix_spawn_file_actions_init(&actions);
        (void)posix_spawnattr_init(&attributes);
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setsigdefault(&attributes, &all);
        (void)posix_spawnattr_setflags(
                &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        int error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (!error && captured)
                error = posix_spawn_file_actions_adddup2(&actions, output, 1);
        if (!error && captured)
                error = posix_spawn_file_actions_adddup2(&actions, output, 2);
        /* What others left open in us, a session's or a key's, is none of its business. */
        if (!error)
                error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
        if (!error)
                error = posix_spawn(ret, argv[0], &actions, &attributes,
                        (char *const *)(uintptr_t)argv, environment);
        (void)posix_spawn_file_actions_destroy(&actions);
        (void)posix_spawnattr_destroy(&attributes);
        return error;
}

enum bg_code bg_spawn(const char *const *argv, unsigned timeout_sec, char *ret, size_t size,
        int *ret_status, struct bg_error *err)
{
        int pipe_fds[2];
        pid_t pid = 0;
        int status = 0;

        if (pipe2(pipe_fds, O_CLOEXEC) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "%s", argv[0]);
        bg_auto_fd int from = pipe_fds[0];
        bg_auto_fd int to = pipe_fds[1];
        if (ret)
                ret[0] = '\0';

        int error = start(argv, to, ret != NULL, &pid);
        if (error)
                return bg_fail(err, BG_SYSTEM, error, "%s", argv[0]);
        (void)close(bg_steal_fd(&to));

        /* Where output is not captured the pipe ends at once; then the process is waited for. */
        int64_t deadline = monotonic_msec() + (int64_t)timeout_sec * 1000;
        bool ended = ret ? drain(from, deadline, ret, size) : true;
        bg_auto_fd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        struct pollfd p = {.fd = pidfd, .events = POLLIN};
        int64_t left = deadline - monotonic_msec();
        if (!ended || poll(&p, 1, left > 0 ? (int)left : 0) != 1) {
                (void)kill(pid, SIGKILL);
                (void)waitpid(pid, &status, 0);
                return bg_fail(err, BG_SYSTEM, 0, "%s was not done in %u seconds", argv[0],
                        timeout_sec);
        }
        if (waitpid(pid, &status, 0) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "%s", argv[0]);
        *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return BG_OK;
}
