/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole policy, read; see reading.h. */
#include "bgctl/admin/reading.h"

#include "bgctl/admin/logins.h"
#include "policy/host/users.h"
#include "policy/store/load.h"
#include "policy/store/store.h"

#include <fcntl.h>
#include <sys/stat.h>

/* More files than this is a mistake, and would take a checker for ever. */
#define FILES_MAX 100000

struct reading {
        bool safely; /* as the module would read it */
        bool found;  /* a part of a policy, at least */
        struct bg_check *check;
        void (*tell)(const struct bg_finding *finding, void *context);
        void *context;
};

static void tell_error(const struct reading *r, const char *file, const char *text)
{
        struct bg_finding finding = {.severity = BG_SEVERITY_ERROR, .file = file};
        size_t n = strlen(file);

        /* The reader begins with the file's name, which is told already; its line is not. */
        bool named = strncmp(text, file, n) == 0 && text[n] == ':';
        text += named ? n + 1 : 0;
        bg_copy(finding.text, sizeof finding.text, text + strspn(text, " "));
        r->tell(&finding, r->context);
}

/* A folder of anybody's, for a check that needs no host: no owner is asked. */
static enum bg_code open_plainly(
        const struct bg_dir *at, const char *name, struct bg_dir *ret, struct bg_error *err)
{
        const char *slash = at ? "/" : "";
        const char *path = at ? at->path : "";

        *ret = (struct bg_dir)BG_DIR_NONE;
        (void)snprintf(ret->path, sizeof ret->path, "%.200s%s%.50s", path, slash, name);
        ret->fd = openat(at ? at->fd : AT_FDCWD, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (ret->fd < 0 && errno == ENOENT)
                return bg_fail(err, BG_NO_SUCH, 0, "%s is not there", ret->path);
        if (ret->fd < 0 && errno == ENOTDIR && !at)
                return bg_fail(err, BG_USAGE, 0, "%s is no folder", ret->path);
        return ret->fd < 0 ? bg_fail(err, BG_STORE_FAILED, errno, "%s", ret->path) : BG_OK;
}

static enum bg_code read_plainly(
        const struct bg_dir *dir, const char *name, char *ret, size_t *ret_n, struct bg_error *err)
{
        struct stat st;
        bg_auto_fd int fd = openat(dir->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

        *ret_n = 0;
        if (fd < 0 && errno == ENOENT)
                return bg_fail(err, BG_NO_SUCH, 0, "%s/%s is not there", dir->path, name);
        if (fd < 0 || fstat(fd, &st) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", dir->path, name);
        if (!S_ISREG(st.st_mode) || st.st_size > BG_DOCUMENT_BYTES_MAX)
                return bg_fail(err, BG_BAD_POLICY, 0, "no file, or longer than 64 KiB");
        while (*ret_n < BG_DOCUMENT_BYTES_MAX) {
                ssize_t got = read(fd, ret + *ret_n, BG_DOCUMENT_BYTES_MAX - *ret_n);
                if (got < 0)
                        return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", dir->path, name);
                if (got == 0)
                        break;
                *ret_n += (size_t)got;
        }
        return BG_OK;
}

/* Reads one file by its table. False: it was told why not, or is not there (`optional`). */
static bool read_file(struct reading *r, const struct bg_dir *dir, const char *name,
        const struct bg_table *table, bool optional, void *ret, char *ret_file)
{
        struct bg_error err;
        size_t n = 0;
        bg_auto_free char *text = malloc(BG_DOCUMENT_BYTES_MAX + 1);

        (void)snprintf(ret_file, BG_FILE_BYTES, "%.190s/%.60s", dir->path, name);
        if (!text) {
                tell_error(r, ret_file, "no memory to read it");
                return false;
        }
        enum bg_code code = r->safely
                                    ? bg_dir_read(dir, name, BG_DOCUMENT_BYTES_MAX, text, &n, &err)
                                    : read_plainly(dir, name, text, &n, &err);
        if (code == BG_NO_SUCH && optional)
                return false;
        r->found = true;
        if (code == BG_OK)
                code = bg_document_read(table, ret_file, text, n, ret, &err);
        if (code != BG_OK)
                tell_error(r, ret_file, err.text);
        return code == BG_OK;
}

/* A name that is "X.yaml"; others (examples, editors' copies) are told of, since nothing reads them. */
static bool is_policy_file(const struct reading *r, const struct bg_dir *dir, const char *name)
{
        char file[BG_FILE_BYTES];
        struct bg_finding finding = {.severity = BG_SEVERITY_WARNING,
                .file = file,
                .text = "its name does not end in .yaml: nothing reads it"};
        size_t n = strlen(name);

        if (n > 5 && strcmp(name + n - 5, ".yaml") == 0)
                return true;
        (void)snprintf(file, sizeof file, "%.190s/%.60s", dir->path, name);
        r->tell(&finding, r->context);
        return false;
}

static enum bg_code read_role(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct reading *r = context;
        struct bg_check *check = r->check;

        if (!is_policy_file(r, dir, name))
                return BG_OK;
        struct bg_checked_role *more = reallocarray(check->roles, check->n_roles + 1, sizeof *more);
        if (!more)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        check->roles = more;
        struct bg_checked_role *role = &more[check->n_roles];
        if (!read_file(r, dir, name, &bg_role_table, false, &role->role, role->file))
                return BG_OK;
        bg_role_defaults(&role->role);
        check->n_roles++;
        return BG_OK;
}

static enum bg_code read_identity(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct reading *r = context;
        struct bg_check *check = r->check;

        if (!is_policy_file(r, dir, name))
                return BG_OK;
        struct bg_checked_identity *more =
                reallocarray(check->identities, check->n_identities + 1, sizeof *more);
        if (!more)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        check->identities = more;
        struct bg_checked_identity *identity = &more[check->n_identities];
        *identity = (struct bg_checked_identity){0};
        if (read_file(r, dir, name, &bg_identity_table, false, &identity->identity, identity->file))
                check->n_identities++;
        else
                check->n_unread++;
        return BG_OK;
}

/* Both are arrays of structs that begin with their file's name. */
static int by_file(const void *a, const void *b)
{
        return strcmp(a, b);
}

static enum bg_code read_folder(struct reading *r, const struct bg_dir *top, const char *name,
        enum bg_code (*each)(
                const struct bg_dir *dir, const char *name, void *context, struct bg_error *err),
        struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        enum bg_code code =
                r->safely ? bg_dir_sub(top, name, &dir, err) : open_plainly(top, name, &dir, err);

        if (code == BG_NO_SUCH) /* nobody is managed, then */
                return BG_OK;
        r->found = true;
        return code == BG_OK ? bg_dir_each(&dir, FILES_MAX, each, r, err) : code;
}

static enum bg_code read_files(const char *folder, struct reading *r, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir top = BG_DIR_NONE;
        struct bg_check *check = r->check;
        enum bg_code code = folder ? open_plainly(NULL, folder, &top, err)
                                   : bg_dir_open(BG_ETC_PATH, 0, &top, err);

        if (code != BG_OK)
                return code;
        if (!read_file(r, &top, "breakglass.yaml", &bg_host_table, true, &check->host,
                    check->host_file)) {
                memset(&check->host, 0, sizeof check->host);
                check->host_unread = r->found;
        }
        bg_host_defaults(&check->host);
        code = read_folder(r, &top, "roles.d", read_role, err);
        if (code == BG_OK)
                code = read_folder(r, &top, "policy.d", read_identity, err);
        /* A mistyped folder is no policy without a fault. */
        if (code == BG_OK && !r->found)
                return bg_fail(err, BG_NO_SUCH, 0,
                        "%s holds neither breakglass.yaml nor roles.d nor policy.d", top.path);
        if (check->n_roles)
                qsort(check->roles, check->n_roles, sizeof *check->roles, by_file);
        if (check->n_identities)
                qsort(check->identities, check->n_identities, sizeof *check->identities, by_file);
        return code;
}

/* --- the host --- */

static enum bg_code ask_human(struct bg_check *check, const char *name, struct bg_error *err)
{
        for (uint32_t i = 0; i < check->n_humans; i++)
                if (strcmp(check->humans[i].name, name) == 0)
                        return BG_OK;
        struct bg_human *more = reallocarray(check->humans, check->n_humans + 1, sizeof *more);
        if (!more)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        check->humans = more;
        struct bg_human *human = &more[check->n_humans];
        enum bg_code code = bg_human_by_name(name, human, err);
        /* One that is not there is kept as well, so that it is asked for once. */
        bg_copy(human->name, sizeof human->name, name);
        check->n_humans += code == BG_OK;
        return code;
}

static void count_member(const char *member, void *context)
{
        struct bg_checked_group *group = context;

        if (bg_list_has(&group->members, member))
                return;
        group->n_members++;
        if (group->members.n < BG_LIST_MAX && strlen(member) < BG_ITEM_BYTES)
                bg_copy(group->members.v[group->members.n++], BG_ITEM_BYTES, member);
}

static enum bg_code ask_group(struct bg_check *check, const char *name, struct bg_error *err)
{
        if (bg_check_group(check, name))
                return BG_OK;
        struct bg_checked_group *more =
                reallocarray(check->groups, check->n_groups + 1, sizeof *more);
        if (!more)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        check->groups = more;
        struct bg_checked_group *group = &more[check->n_groups];
        *group = (struct bg_checked_group){0};
        bg_copy(group->name, sizeof group->name, name);
        enum bg_code code = bg_group_members(name, count_member, group, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        group->found = code == BG_OK;
        check->n_groups += code == BG_OK;
        return code;
}

static enum bg_code ask_principals(
        struct bg_check *check, const struct bg_list *principals, struct bg_error *err)
{
        enum bg_code code = BG_OK;

        for (uint32_t i = 0; code == BG_OK && i < principals->n; i++) {
                const char *p = principals->v[i];
                code = p[0] == '@' ? ask_group(check, p + 1, err) : ask_human(check, p, err);
        }
        return code;
}

static enum bg_code ask_host(struct bg_check *check, struct bg_error *err)
{
        enum bg_code code = BG_OK;

        for (uint32_t i = 0; code == BG_OK && i < check->n_roles; i++) {
                const struct bg_role *role = &check->roles[i].role;
                code = ask_principals(check, &role->approvers, err);
                for (uint32_t g = 0; code == BG_OK && g < role->groups.n; g++)
                        code = ask_group(check, role->groups.v[g], err);
        }
        for (uint32_t i = 0; code == BG_OK && i < check->n_identities; i++) {
                const struct bg_identity *identity = &check->identities[i].identity;
                struct bg_list owner = {.n = 1};
                bg_copy(owner.v[0], BG_ITEM_BYTES, identity->owner);
                code = ask_human(check, identity->account, err);
                if (code == BG_OK)
                        code = ask_principals(check, &identity->callers, err);
                if (code == BG_OK)
                        code = ask_principals(check, &owner, err);
        }
        return code;
}

/* Which factors have a PAM service of ours. */
static enum bg_code ask_factors(struct bg_check *check, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        enum bg_code code = bg_dir_open(BG_ETC_PATH "/pam.d", 0, &dir, err);

        if (code == BG_NO_SUCH)
                return BG_OK;
        for (uint32_t i = 0; code == BG_OK && i < check->host.factors.n; i++) {
                const char *factor = check->host.factors.v[i].key;
                char name[BG_PAIR_KEY_BYTES + 16];
                bool there = false;
                (void)snprintf(name, sizeof name, "breakglass-%s", factor);
                code = bg_dir_has(&dir, name, &there, err);
                if (there)
                        bg_copy(check->factor_files.v[check->factor_files.n++], BG_ITEM_BYTES,
                                factor);
        }
        return code;
}

enum bg_code bg_reading(const char *folder, struct bg_check *ret,
        void (*tell)(const struct bg_finding *finding, void *context), void *context,
        struct bg_error *err)
{
        struct reading reading = {
                .safely = !folder, .check = ret, .tell = tell, .context = context};

        *ret = (struct bg_check){.on_host = !folder};
        enum bg_code code = read_files(folder, &reading, err);
        if (code == BG_OK && ret->on_host)
                code = ask_host(ret, err);
        if (code == BG_OK && ret->on_host)
                code = ask_factors(ret, err);
        if (code == BG_OK && ret->on_host)
                code = bg_logins_ask(ret, err);
        if (code != BG_OK)
                bg_reading_done(ret);
        return code;
}

void bg_reading_done(struct bg_check *check)
{
        free(check->roles);
        free(check->identities);
        free(check->humans);
        free(check->groups);
        *check = (struct bg_check){0};
}
