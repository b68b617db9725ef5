/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs set-id root, first of all; see harden.h. */
#include "bgctl/setuid/harden.h"

#include "policy/store/store.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

/* 6: the system failed. No sentence: there may be no descriptor to write it to. */
static _Noreturn void give_up(void)
{
        _exit(6);
}

/* 0 to 2 must exist, or the first file opened would take one's place; all others are the caller's. */
static void fix_descriptors(void)
{
        for (int fd = 0; fd <= 2; fd++)
                if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
                        give_up();
        if (close_range(3, ~0U, 0) < 0)
                give_up();
}

/* A limit of the caller's must not make us fail half-way: what is below the least that we need is
 * raised, or we do not begin. Root in a container may lack the right to raise. */
static enum bg_code fix_limits(struct bg_error *err)
{
        static const struct {
                __rlimit_resource_t resource;
                rlim_t least;
        } limits[] = {
                {RLIMIT_FSIZE, 64 * 1024 * 1024},
                {RLIMIT_CPU, 3600},
                {RLIMIT_AS, 1024 * 1024 * 1024},
                {RLIMIT_DATA, 256 * 1024 * 1024},
                {RLIMIT_STACK, 4 * 1024 * 1024},
                {RLIMIT_NOFILE, 64},
        };
        struct rlimit none = {0, 0};

        if (setrlimit(RLIMIT_CORE, &none) < 0) /* a core would hold secrets */
                return bg_fail(err, BG_SYSTEM, errno, "the core limit");
        for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
                struct rlimit limit;
                if (getrlimit(limits[i].resource, &limit) < 0)
                        return bg_fail(err, BG_SYSTEM, errno, "limits");
                if (limit.rlim_max < limits[i].least)
                        limit.rlim_max = RLIM_INFINITY;
                limit.rlim_cur = limit.rlim_max;
                if (setrlimit(limits[i].resource, &limit) < 0)
                        return bg_fail(err, BG_SYSTEM, errno,
                                "a resource limit is too low for bgctl-helper (ulimit -a)");
        }
        return BG_OK;
}

/* Ignored and blocked signals and running timers are inherited through execve. */
static void fix_signals(void)
{
        struct sigaction by_default = {.sa_handler = SIG_DFL};
        struct sigaction ignored = {.sa_handler = SIG_IGN};
        struct itimerval off = {0};
        sigset_t none;

        for (int s = 1; s < NSIG; s++)
                (void)sigaction(s, &by_default, NULL); /* not all may be set */
        (void)sigaction(SIGPIPE, &ignored, NULL);
        (void)sigaction(SIGXFSZ, &ignored, NULL);
        (void)setitimer(ITIMER_REAL, &off, NULL);
        (void)setitimer(ITIMER_VIRTUAL, &off, NULL);
        (void)setitimer(ITIMER_PROF, &off, NULL);
        (void)sigemptyset(&none);
        if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
                give_up();
}

void harden_process(void)
{
        if (clearenv() != 0 || setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) < 0)
                give_up();
        fix_descriptors();
        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || chdir("/") < 0)
                give_up();
        (void)umask(077);
        fix_signals();
}

static enum bg_code check_same(
        const char *ours, const char *of_pid_1, const char *sentence, struct bg_error *err)
{
        struct stat a;
        struct stat b;

        if (stat(ours, &a) < 0 || stat(of_pid_1, &b) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "%s", sentence);
        if (a.st_dev != b.st_dev || a.st_ino != b.st_ino)
                return bg_fail(err, BG_SYSTEM, 0, "%s", sentence);
        return BG_OK;
}

enum bg_code harden_identity(uid_t *ret_uid, gid_t *ret_gid, struct bg_error *err)
{
        *ret_uid = getuid();
        *ret_gid = getgid();
        if (geteuid() != 0)
                return bg_fail(err, BG_SYSTEM, 0,
                        "the set-id bit of bgctl-helper has no force here (NoNewPrivileges, or a "
                        "nosuid mount)");
        enum bg_code code = fix_limits(err);
        if (code != BG_OK)
                return code;
        if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "the helper cannot become root");

        code = check_same("/proc/self/ns/user", "/proc/1/ns/user",
                "the helper does not run in another user namespace", err);
        if (code == BG_OK)
                code = check_same(BG_ETC_PATH, "/proc/1/root" BG_ETC_PATH,
                        "the helper does not run where " BG_ETC_PATH " is not this host's", err);
        if (code == BG_OK)
                code = check_same(BG_STATE_PATH, "/proc/1/root" BG_STATE_PATH,
                        "the helper does not run where " BG_STATE_PATH " is not this host's", err);
        return code;
}
