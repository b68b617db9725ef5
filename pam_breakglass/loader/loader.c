/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pam_breakglass.so: runs as root at every login, trusts /etc and managed.so, and links libc and
 * libpam alone. It asks one question, whether the account has a file in policy.d. Without one the
 * login is none of our business and nothing else is touched; with one, managed.so does the work.
 *
 * What an error means depends on who can cause it. Whoever owns /etc broke it: a lock-out would help
 * nobody, so the login goes on, unelevated. The caller of su can cause exhaustion, by limits that su
 * inherits: refused. Once the policy file is open, every error refuses. Root always goes on. */
#include "pam_breakglass/interface.h"

#include <security/pam_ext.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define POLICY_DIR "/etc/breakglass/policy.d"
#define PATH_BYTES 4096
#define PASSWD_LINE_BYTES 8192
/* As useradd(8); no managed account has a longer name. */
#define NAME_BYTES_MAX 32

/* What each call answers where it must refuse, and which of them say and log why: account, which
 * every login passes, and open_session, where alone something may have gone wrong since. auth and
 * setcred leave both to these; close_session cannot refuse anything any more. */
struct call {
        const char *name;
        int refused;
        bool tells;
};
static const struct call authenticate = {"auth", PAM_SYSTEM_ERR, false};
static const struct call setcred = {"setcred", PAM_CRED_ERR, false};
static const struct call acct_mgmt = {"account", PAM_PERM_DENIED, true};
static const struct call open_session = {"session", PAM_SESSION_ERR, true};
static const struct call close_session = {"close", PAM_SUCCESS, false};

enum found { UNMANAGED, MANAGED, BROKEN, EXHAUSTED };

/* Safe as a file's name. Nothing else can be managed, so a name that is not is no error. */
static bool is_safe(const char *name)
{
        static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
        static const char more[] =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-.";

        return name[0] && strchr(first, name[0]) && name[strspn(name, more)] == '\0' &&
               strlen(name) <= NAME_BYTES_MAX;
}

static const char *policy_dir(int argc, const char **argv)
{
#ifdef BG_TEST_HOOKS
        for (int i = 0; i < argc; i++)
                if (strncmp(argv[i], "policy=", 7) == 0) {
                        static char path[PATH_BYTES];
                        (void)snprintf(path, sizeof path, "%s/policy.d", argv[i] + 7);
                        return path;
                }
#else
        (void)argc;
        (void)argv;
#endif
        return POLICY_DIR;
}

/* The one open() of an unmanaged login. `ret_errnum` says why where the answer is an error. */
static enum found look(const char *dir, const char *account, int *ret_errnum)
{
        char path[PATH_BYTES];
        int fd = -1;

        *ret_errnum = 0;
        int n = snprintf(path, sizeof path, "%s/%s.yaml", dir, account);
        if (n < 0 || (size_t)n >= sizeof path)
                return UNMANAGED;
        do
                fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        while (fd < 0 && errno == EINTR);
        if (fd >= 0) {
                (void)close(fd);
                return MANAGED;
        }
        switch (errno) {
        case ENOENT:
        case ENOTDIR:
                return UNMANAGED;
        case ELOOP:
        case EACCES:
        case EPERM:
        case EIO:
                *ret_errnum = errno;
                return BROKEN;
        default:
                *ret_errnum = errno;
                return EXHAUSTED;
        }
}

/* Whether the account is uid 0. No NSS: a directory service that hangs must not hang root. Where
 * /etc/passwd cannot be had, the name alone decides. */
static bool is_root(const char *account)
{
        char line[PASSWD_LINE_BYTES];
        struct passwd entry;
        struct passwd *user = NULL;
        bool root = strcmp(account, "root") == 0;
        FILE *f = root ? NULL : fopen("/etc/passwd", "re");

        while (f && fgetpwent_r(f, &entry, line, sizeof line, &user) == 0)
                if (strcmp(user->pw_name, account) == 0) {
                        root = user->pw_uid == 0;
                        break;
                }
        if (f)
                (void)fclose(f);
        return root;
}

static int refuse(pam_handle_t *pamh, const struct call *call, int flags, const char *account,
        const char *why)
{
        if (call->tells) {
                pam_syslog(pamh, LOG_CRIT, "%s is refused in %s: %s", account, call->name, why);
                if (!((unsigned)flags & PAM_SILENT))
                        (void)pam_error(pamh,
                                "breakglass: %s cannot log in: the system failed (system).\n"
                                "breakglass: root sees why:  journalctl -p crit",
                                account);
        }
        return call->refused;
}

/* Never closed: what PAM keeps for managed.so is freed by functions in it, and it is linked to stay
 * (-z nodelete). A second dlopen() of the same path finds it without opening a file. */
static const struct bg_interface *load(const char **ret_why)
{
        void *handle = dlopen(BG_MANAGED_PATH, RTLD_NOW | RTLD_LOCAL);
        const struct bg_interface *managed = handle ? dlsym(handle, BG_INTERFACE_SYMBOL) : NULL;

        if (!managed) {
                const char *why = dlerror();
                *ret_why = why ? why : BG_MANAGED_PATH " cannot be loaded";
        } else if (managed->version != BG_INTERFACE_VERSION) {
                *ret_why = BG_MANAGED_PATH " is of another version";
                managed = NULL;
        }
        return managed;
}

/* The managed account's interface; else NULL, and `ret` is what to answer. */
static const struct bg_interface *enter(pam_handle_t *pamh, const struct call *call, int flags,
        int argc, const char **argv, int *ret)
{
        const char *account = NULL;
        const char *why = NULL;
        int errnum = 0;

        *ret = pam_get_user(pamh, &account, NULL);
        if (*ret != PAM_SUCCESS)
                return NULL;
        *ret = PAM_IGNORE;
        if (!account || !is_safe(account))
                return NULL;
        enum found found = look(policy_dir(argc, argv), account, &errnum);
        if (found == UNMANAGED)
                return NULL;
        if (found == BROKEN || is_root(account)) {
                if (call == &acct_mgmt)
                        pam_syslog(pamh, LOG_CRIT, "%s goes on as if it were not managed: %s",
                                account, errnum ? strerrordesc_np(errnum) : "it is uid 0");
                return NULL;
        }
        if (found == EXHAUSTED) {
                *ret = refuse(pamh, call, flags, account, strerrordesc_np(errnum));
                return NULL;
        }
        const struct bg_interface *managed = load(&why);
        if (!managed)
                *ret = refuse(pamh, call, flags, account, why);
        return managed;
}

#define EXPORTED __attribute__((visibility("default")))
#define CALL(name)                                                                                 \
        EXPORTED int pam_sm_##name(pam_handle_t *pamh, int flags, int argc, const char **argv)     \
        {                                                                                          \
                int answer = PAM_IGNORE;                                                           \
                const struct bg_interface *managed =                                               \
                        enter(pamh, &name, flags, argc, argv, &answer);                            \
                return managed ? managed->name(pamh, flags, argc, argv) : answer;                  \
        }

CALL(authenticate)
CALL(setcred)
CALL(acct_mgmt)
CALL(open_session)
CALL(close_session)

/* A password is changed as if we were not there. */
EXPORTED int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
        (void)pamh;
        (void)flags;
        (void)argc;
        (void)argv;
        return PAM_IGNORE;
}
