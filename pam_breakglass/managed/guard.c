/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the process away from su's caller for a moment; see guard.h. */
#include "pam_breakglass/managed/guard.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody but the owner may ever write what we make. What others may read is said by the mode that
 * each file is made with, so the mask leaves that alone. */
#define MASK 022

/* Far more than any file of ours has. What allows it is left as it is: to raise a limit needs
 * CAP_SYS_RESOURCE, which a container's root may lack. */
#define SIZE_ENOUGH (1024 * 1024)

static enum bg_code save(struct bg_guard *guard, struct bg_error *err)
{
        if (getresuid(&guard->uids[0], &guard->uids[1], &guard->uids[2]) < 0 ||
                getresgid(&guard->gids[0], &guard->gids[1], &guard->gids[2]) < 0 ||
                getrlimit(RLIMIT_FSIZE, &guard->size) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "the login's process cannot be looked at");
        guard->raised = false;
        return BG_OK;
}

/* The group of files made is the process's: root's for root, a test's own for a test. */
static enum bg_code take(struct bg_guard *guard, uid_t owner, struct bg_error *err)
{
        static const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
        gid_t group = owner == 0 ? 0 : guard->gids[1];

        if (setresuid(owner, owner, owner) < 0 || setresgid(group, group, group) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "the login's process has not root's rights");
        if (guard->size.rlim_cur < SIZE_ENOUGH) {
                if (setrlimit(RLIMIT_FSIZE, &any) < 0)
                        return bg_fail(err, BG_SYSTEM, errno, "the limit of a file's size");
                guard->raised = true;
        }
        return BG_OK;
}

enum bg_code bg_guard_enter(struct bg_guard *guard, uid_t owner, struct bg_error *err)
{
        sigset_t all;
        enum bg_code code = save(guard, err);

        if (code != BG_OK)
                return code;
        (void)sigfillset(&all);
        if (sigprocmask(SIG_SETMASK, &all, &guard->signals) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "signals cannot be held back");
        guard->mask = umask(MASK);
        code = take(guard, owner, err);
        if (code != BG_OK)
                (void)bg_guard_leave(guard, NULL);
        return code;
}

enum bg_code bg_guard_leave(const struct bg_guard *guard, struct bg_error *err)
{
        bool good = !guard->raised || setrlimit(RLIMIT_FSIZE, &guard->size) == 0;

        (void)umask(guard->mask);
        good = setresgid(guard->gids[0], guard->gids[1], guard->gids[2]) == 0 && good;
        good = setresuid(guard->uids[0], guard->uids[1], guard->uids[2]) == 0 && good;
        int errnum = errno;
        good = sigprocmask(SIG_SETMASK, &guard->signals, NULL) == 0 && good;
        return good ? BG_OK
                    : bg_fail(err, BG_SYSTEM, errnum, "the login's process cannot be restored");
}
