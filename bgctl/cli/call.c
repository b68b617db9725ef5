/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the helper; see call.h. */
#include "bgctl/cli/call.h"

#include "policy/base/cleanup.h"
#include "policy/format/emit.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

static const char helper_path[] = BG_HELPER_PATH;

#define ASK_BYTES 4096
/* Some 10,000 grants in a list. */
#define REPLY_BYTES_MAX (16 * 1024 * 1024)

void bg_reply_done(struct bg_reply *reply)
{
        free(reply->text);
        *reply = (struct bg_reply){0};
}

/* Ctrl-C and the like are the helper's, which mends the terminal first; a pipe that it closed is no
 * reason to die. */
static const int ours[] = {SIGINT, SIGQUIT, SIGPIPE};
#define N_OURS (sizeof ours / sizeof *ours)

static void ignore_signals(struct sigaction ret_before[static N_OURS])
{
        const struct sigaction ignore = {.sa_handler = SIG_IGN};
        for (size_t i = 0; i < N_OURS; i++)
                (void)sigaction(ours[i], &ignore, &ret_before[i]);
}

static void restore_signals(const struct sigaction before[static N_OURS])
{
        for (size_t i = 0; i < N_OURS; i++)
                (void)sigaction(ours[i], &before[i], NULL);
}

static int start(const char *verb, int input, int output, pid_t *ret)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t defaults;
        const char *argv[] = {helper_path, verb, NULL};
        char *environment[] = {NULL};

        (void)sigemptyset(&defaults);
        for (size_t i = 0; i < N_OURS; i++)
                (void)sigaddset(&defaults, ours[i]);
        (void)posix_spawn_file_actions_init(&actions);
        (void)posix_spawnattr_init(&attributes);
        (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        int error = posix_spawn_file_actions_adddup2(&actions, input, 0);
        if (!error)
                error = posix_spawn_file_actions_adddup2(&actions, output, 1);
        if (!error)
                error = posix_spawn(ret, helper_path, &actions, &attributes,
                        (char *const *)(uintptr_t)argv, environment);
        (void)posix_spawn_file_actions_destroy(&actions);
        (void)posix_spawnattr_destroy(&attributes);
        return error;
}

/* Reads to the end; what is over the bound is read and dropped, so that the helper is not stopped
 * by it, and is an error. */
static enum bg_code read_all(int fd, struct bg_reply *reply, struct bg_error *err)
{
        size_t size = 0;
        bool over = false;

        for (;;) {
                char scratch[8192];
                ssize_t got = read(fd, scratch, sizeof scratch);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return bg_fail(err, BG_SYSTEM, errno, "%s", helper_path);
                if (got == 0)
                        break;
                over = over || reply->n + (size_t)got > REPLY_BYTES_MAX;
                if (over)
                        continue;
                if (reply->n + (size_t)got + 1 > size) {
                        size = size * 2 + sizeof scratch + 1;
                        char *more = realloc(reply->text, size);
                        if (!more)
                                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", helper_path);
                        reply->text = more;
                }
                memcpy(reply->text + reply->n, scratch, (size_t)got);
                reply->n += (size_t)got;
                reply->text[reply->n] = '\0';
        }
        return over ? bg_fail(err, BG_SYSTEM, 0, "%s answers without end", helper_path) : BG_OK;
}

static enum bg_code converse(const char *verb, const char *document, size_t n, pid_t *ret_pid,
        struct bg_reply *reply, struct bg_error *err)
{
        int in[2];
        int out[2];

        if (pipe2(in, O_CLOEXEC) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "no pipe");
        bg_auto_fd int in_read = in[0];
        bg_auto_fd int in_write = in[1];
        if (pipe2(out, O_CLOEXEC) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "no pipe");
        bg_auto_fd int out_read = out[0];
        bg_auto_fd int out_write = out[1];

        int error = start(verb, in_read, out_write, ret_pid);
        if (error == ENOENT)
                return bg_fail(err, BG_SYSTEM, 0,
                        "%s is missing: breakglass is not installed whole", helper_path);
        if (error)
                return bg_fail(err, BG_SYSTEM, error, "%s", helper_path);
        (void)close(bg_steal_fd(&in_read));
        (void)close(bg_steal_fd(&out_write));
        /* Less than a pipe holds: it is written whole, or the helper has gone and says why. */
        (void)!write(in_write, document, n);
        (void)close(bg_steal_fd(&in_write));
        return read_all(out_read, reply, err);
}

static enum bg_code garbled(struct bg_error *err, const char *what)
{
        return bg_fail(err, BG_SYSTEM, 0, "%s %s", helper_path, what);
}

/* The refusal is the only line, and the exit status is that of its code. */
static enum bg_code read_refusal(struct bg_reply *reply, int status, struct bg_error *err)
{
        if (reply->n == 0)
                return bg_fail(err, BG_SYSTEM, 0, "%s ended with status %d and said nothing",
                        helper_path, status);
        if (bg_reply_one(reply, &bg_refusal_table, &reply->refusal, NULL) != BG_OK ||
                bg_code_exit(reply->refusal.error) != status)
                return garbled(err, "answered what bgctl does not understand");
        return BG_OK;
}

enum bg_code bg_call(
        const char *verb, const struct bg_ask *ask, struct bg_reply *ret, struct bg_error *err)
{
        char document[ASK_BYTES];
        struct bg_buffer buffer = BG_BUFFER(document);
        struct sigaction before[N_OURS];
        pid_t pid = 0;
        int status = 0;

        *ret = (struct bg_reply){0};
        if (!bg_emit(&bg_ask_table, ask, &buffer))
                return bg_fail(err, BG_USAGE, 0, "what is asked is too long");

        ignore_signals(before);
        enum bg_code code = converse(verb, document, buffer.n, &pid, ret, err);
        while (pid > 0 && waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        status = 0xFF << 8;
        restore_signals(before);

        if (code != BG_OK)
                return code;
        if (WIFSIGNALED(status)) {
                if (WTERMSIG(status) == SIGINT)
                        (void)raise(SIGINT);
                return bg_fail(err, BG_SYSTEM, 0, "%s was ended by signal %d", helper_path,
                        WTERMSIG(status));
        }
        return WEXITSTATUS(status) == 0 ? BG_OK : read_refusal(ret, WEXITSTATUS(status), err);
}

enum bg_code bg_reply_next(struct bg_reply *reply, const struct bg_table *table, void *ret,
        bool *ret_there, struct bg_error *err)
{
        *ret_there = reply->at < reply->n;
        if (!*ret_there)
                return BG_OK;
        const char *line = reply->text + reply->at;
        size_t n = strcspn(line, "\n");
        reply->at += n + 1;
        if (bg_document_read(table, "bgctl-helper", line, n, ret, NULL) != BG_OK)
                return garbled(err, "answered what bgctl does not understand");
        return BG_OK;
}

enum bg_code bg_reply_one(
        struct bg_reply *reply, const struct bg_table *table, void *ret, struct bg_error *err)
{
        bool there = false;
        enum bg_code code = bg_reply_next(reply, table, ret, &there, err);

        if (code != BG_OK)
                return code;
        if (!there)
                return garbled(err, "said nothing");
        return reply->at < reply->n ? garbled(err, "said more than was asked") : BG_OK;
}
