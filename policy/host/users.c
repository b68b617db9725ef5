/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Local users and groups; see users.h. fgetpwent and fgetgrent parse a file that was opened here
 * and ask no NSS module. */
#include "policy/host/users.h"

#include "policy/base/cleanup.h"
#include "policy/base/words.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>

static const char passwd_path[] = "/etc/passwd";
static const char group_path[] = "/etc/group";

/* A line of /etc/group with 10,000 members of 32 bytes fits. */
#define LINE_BYTES (512 * 1024)
#define PASSWD_LINE_BYTES 8192

static FILE *open_file(const char *path, struct bg_error *err)
{
        FILE *f = fopen(path, "re");
        if (!f)
                (void)bg_fail(err, BG_SYSTEM, errno, "%s", path);
        return f;
}

static bool is_member(const struct group *group, const struct bg_human *human)
{
        if (group->gr_gid == human->gid)
                return true;
        for (char **member = group->gr_mem; *member; member++)
                if (strcmp(*member, human->name) == 0)
                        return true;
        return false;
}

static enum bg_code read_groups(struct bg_human *human, struct bg_error *err)
{
        bg_auto_file FILE *f = open_file(group_path, err);
        bg_auto_free char *line = malloc(LINE_BYTES);
        struct group entry;
        struct group *group = NULL;
        int error = 0;

        if (!f)
                return BG_SYSTEM;
        if (!line)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", group_path);
        while ((error = fgetgrent_r(f, &entry, line, LINE_BYTES, &group)) == 0) {
                if (!is_member(group, human) || strlen(group->gr_name) >= BG_NAME_BYTES)
                        continue;
                if (human->n_groups == BG_HUMAN_GROUPS_MAX)
                        return bg_fail(err, BG_SYSTEM, 0, "%s is in more than %d groups",
                                human->name, BG_HUMAN_GROUPS_MAX);
                (void)strcpy(human->groups[human->n_groups++], group->gr_name);
        }
        return error == ENOENT ? BG_OK : bg_fail(err, BG_SYSTEM, error, "%s", group_path);
}

/* A line as "+::::::" is a mark of nsswitch's compat mode, no user; libc gives it uid 0. */
static bool is_user(const struct passwd *user)
{
        return user->pw_name[0] != '+' && user->pw_name[0] != '-' &&
                strlen(user->pw_name) < BG_NAME_BYTES;
}

/* By name, or by uid where `name` is NULL. */
static enum bg_code find(const char *name, uid_t uid, struct bg_human *ret, struct bg_error *err)
{
        bg_auto_file FILE *f = open_file(passwd_path, err);
        char line[PASSWD_LINE_BYTES];
        struct passwd entry;
        struct passwd *user = NULL;
        int error = 0;

        memset(ret, 0, sizeof *ret);
        if (!f)
                return BG_SYSTEM;
        while ((error = fgetpwent_r(f, &entry, line, sizeof line, &user)) == 0) {
                bool same = name ? strcmp(user->pw_name, name) == 0 : user->pw_uid == uid;
                if (!same || !is_user(user))
                        continue;
                ret->found = true;
                ret->uid = user->pw_uid;
                ret->gid = user->pw_gid;
                (void)strcpy(ret->name, user->pw_name);
                return read_groups(ret, err);
        }
        return error == ENOENT ? BG_OK : bg_fail(err, BG_SYSTEM, error, "%s", passwd_path);
}

enum bg_code bg_human_by_name(const char *name, struct bg_human *ret, struct bg_error *err)
{
        return find(name, 0, ret, err);
}

enum bg_code bg_human_by_uid(uid_t uid, struct bg_human *ret, struct bg_error *err)
{
        return find(NULL, uid, ret, err);
}

enum bg_code bg_passwd_by_name(const char *name, struct bg_passwd *ret, struct bg_error *err)
{
        bg_auto_file FILE *f = open_file(passwd_path, err);
        char line[PASSWD_LINE_BYTES];
        struct passwd entry;
        struct passwd *user = NULL;
        int error = 0;

        memset(ret, 0, sizeof *ret);
        if (!f)
                return BG_SYSTEM;
        while ((error = fgetpwent_r(f, &entry, line, sizeof line, &user)) == 0) {
                if (strcmp(user->pw_name, name) != 0 || !is_user(user))
                        continue;
                bg_copy(ret->home, sizeof ret->home, user->pw_dir);
                bg_copy(ret->shell, sizeof ret->shell, user->pw_shell);
                return BG_OK;
        }
        if (error != ENOENT)
                return bg_fail(err, BG_SYSTEM, error, "%s", passwd_path);
        return bg_fail(err, BG_NO_SUCH, 0, "%s has no line in %s", name, passwd_path);
}

bool bg_shell_is_closed(const char *shell)
{
        const char *slash = strrchr(shell, '/');
        const char *name = slash ? slash + 1 : shell;
        return strcmp(name, "nologin") == 0 || strcmp(name, "false") == 0;
}

/* Calls `each` (NULL: nobody) for the named members. */
static enum bg_code find_group(const char *name, gid_t *ret,
        void (*each)(const char *member, void *context), void *context, struct bg_error *err)
{
        bg_auto_file FILE *f = open_file(group_path, err);
        bg_auto_free char *line = malloc(LINE_BYTES);
        struct group entry;
        struct group *group = NULL;
        int error = 0;

        if (!f)
                return BG_SYSTEM;
        if (!line)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", group_path);
        while ((error = fgetgrent_r(f, &entry, line, LINE_BYTES, &group)) == 0) {
                if (strcmp(group->gr_name, name) != 0)
                        continue;
                *ret = group->gr_gid;
                for (char **member = group->gr_mem; each && *member; member++)
                        each(*member, context);
                return BG_OK;
        }
        if (error != ENOENT)
                return bg_fail(err, BG_SYSTEM, error, "%s", group_path);
        return bg_fail(err, BG_NO_SUCH, 0, "the group %s has no line in %s", name, group_path);
}

enum bg_code bg_group_by_name(const char *name, gid_t *ret, struct bg_error *err)
{
        return find_group(name, ret, NULL, NULL, err);
}

enum bg_code bg_group_members(const char *name, void (*each)(const char *member, void *context),
        void *context, struct bg_error *err)
{
        gid_t gid = 0;
        enum bg_code code = find_group(name, &gid, each, context, err);
        bg_auto_file FILE *f = code == BG_OK ? open_file(passwd_path, err) : NULL;
        char line[PASSWD_LINE_BYTES];
        struct passwd entry;
        struct passwd *user = NULL;
        int error = 0;

        if (!f)
                return code == BG_OK ? BG_SYSTEM : code;
        while ((error = fgetpwent_r(f, &entry, line, sizeof line, &user)) == 0)
                if (user->pw_gid == gid && is_user(user))
                        each(user->pw_name, context);
        return error == ENOENT ? BG_OK : bg_fail(err, BG_SYSTEM, error, "%s", passwd_path);
}

int64_t bg_login_uid(void)
{
        char text[16] = {0};
        bg_auto_fd int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);

        if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
                return -1;
        unsigned long uid = strtoul(text, NULL, 10);
        return uid >= UINT32_MAX ? -1 : (int64_t)uid;
}
