/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policy loaded for one account; see load.h. */
#include "policy/store/load.h"

#include "policy/store/write.h"

#include <sodium.h>

#define FILE_NAME_BYTES (BG_NAME_BYTES + 8)

static void digest(const char *text, size_t n, char ret[static BG_DIGEST_BYTES])
{
        unsigned char hash[32];
        (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text, n, NULL, 0);
        (void)sodium_bin2hex(ret, BG_DIGEST_BYTES, hash, sizeof hash);
}

/* Reads dir/NAME.yaml by the table. */
static enum bg_code read_file(const struct bg_dir *dir, const char *name,
        const struct bg_table *table, void *ret, char ret_digest[static BG_DIGEST_BYTES],
        struct bg_error *err)
{
        char file[FILE_NAME_BYTES];
        char path[BG_PATH_BYTES + FILE_NAME_BYTES];
        size_t n = 0;
        bg_auto_free char *text = malloc(BG_DOCUMENT_BYTES_MAX + 1);

        if (!text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        (void)snprintf(file, sizeof file, "%s.yaml", name);
        (void)snprintf(path, sizeof path, "%s/%s", dir->path, file);
        enum bg_code code = bg_dir_read(dir, file, BG_DOCUMENT_BYTES_MAX, text, &n, err);
        if (code == BG_OK)
                code = bg_document_read(table, path, text, n, ret, err);
        if (code == BG_OK)
                digest(text, n, ret_digest);
        return code;
}

enum bg_code bg_host_load(const struct bg_dir *etc, struct bg_host *ret, struct bg_error *err)
{
        char unused[BG_DIGEST_BYTES];
        enum bg_code code = read_file(etc, "breakglass", &bg_host_table, ret, unused, err);

        if (code == BG_NO_SUCH)
                memset(ret, 0, sizeof *ret);
        else if (code != BG_OK)
                return code;
        bg_host_defaults(ret);
        return BG_OK;
}

static enum bg_code load_roles(
        const struct bg_dir *etc, struct bg_policy *policy, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        uint32_t n = policy->identity.roles.n;

        if (n == 0)
                return BG_OK;
        policy->roles = calloc(n, sizeof *policy->roles);
        policy->role_digests = calloc(n, sizeof *policy->role_digests);
        if (!policy->roles || !policy->role_digests)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "roles");
        enum bg_code code = bg_dir_sub(etc, "roles.d", &dir, err);
        for (uint32_t i = 0; code == BG_OK && i < n; i++) {
                const char *name = policy->identity.roles.v[i];
                struct bg_role *role = &policy->roles[i];
                code = read_file(&dir, name, &bg_role_table, role, policy->role_digests[i], err);
                if (code == BG_OK && strcmp(role->role, name) != 0)
                        return bg_fail(err, BG_BAD_POLICY, 0, "%s/%s.yaml names the role %s",
                                dir.path, name, role->role);
                bg_role_defaults(role);
                if (role->factors.n == 0)
                        role->factors = policy->host.default_factors;
                policy->n_roles = i + 1;
        }
        /* A role that an identity names and nobody wrote is a mistake in policy, not "no such". */
        return code == BG_NO_SUCH ? bg_fail(err, BG_BAD_POLICY, 0,
                                            "%s names a role that is not in %s/roles.d",
                                            policy->identity.account, etc->path)
                                  : code;
}

static enum bg_code load(const struct bg_dir *etc, const char *account, struct bg_policy *policy,
        struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;

        if (!bg_is_name(account))
                return bg_fail(err, BG_NO_SUCH, 0, "that is no account's name");
        enum bg_code code = bg_dir_sub(etc, "policy.d", &dir, err);
        if (code == BG_OK)
                code = read_file(&dir, account, &bg_identity_table, &policy->identity,
                        policy->identity_digest, err);
        if (code != BG_OK)
                return code;
        if (strcmp(policy->identity.account, account) != 0)
                return bg_fail(err, BG_BAD_POLICY, 0, "%s/%s.yaml names the account %s", dir.path,
                        account, policy->identity.account);
        code = bg_host_load(etc, &policy->host, err);
        return code == BG_OK ? load_roles(etc, policy, err) : code;
}

enum bg_code bg_policy_load(const struct bg_dir *etc, const char *account, struct bg_policy *ret,
        struct bg_error *err)
{
        memset(ret, 0, sizeof *ret);
        enum bg_code code = load(etc, account, ret, err);
        if (code != BG_OK)
                bg_policy_done(ret);
        return code;
}

void bg_policy_done(struct bg_policy *policy)
{
        free(policy->roles);
        free(policy->role_digests);
        policy->roles = NULL;
        policy->role_digests = NULL;
        policy->n_roles = 0;
}

enum bg_code bg_policy_is_managed(
        const struct bg_dir *etc, const char *account, bool *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        char file[FILE_NAME_BYTES];

        *ret = false;
        if (!bg_is_name(account))
                return BG_OK;
        enum bg_code code = bg_dir_sub(etc, "policy.d", &dir, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        if (code != BG_OK)
                return code;
        (void)snprintf(file, sizeof file, "%s.yaml", account);
        return bg_dir_has(&dir, file, ret, err);
}

void bg_policy_mark_managed(const struct bg_dir *etc, struct bg_human *human)
{
        if (human->found && bg_policy_is_managed(etc, human->name, &human->managed, NULL) != BG_OK)
                human->managed = true;
}

void bg_policy_digest(
        const struct bg_policy *policy, const char *role, char ret[static BG_POLICY_BYTES])
{
        const char *of_role = "";
        for (uint32_t i = 0; i < policy->n_roles; i++)
                if (strcmp(policy->roles[i].role, role) == 0)
                        of_role = policy->role_digests[i];
        (void)snprintf(ret, BG_POLICY_BYTES, "%s.%s", policy->identity_digest, of_role);
}

static enum bg_code keep_file(const struct bg_dir *etc, const char *folder, const char *name,
        const char *wanted, const struct bg_dir *kept, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        bg_auto_free char *text = malloc(BG_DOCUMENT_BYTES_MAX + 1);
        char file[FILE_NAME_BYTES];
        char found[BG_DIGEST_BYTES];
        size_t n = 0;
        bool made = false;

        if (!text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        (void)snprintf(file, sizeof file, "%s.yaml", name);
        enum bg_code code = bg_dir_sub(etc, folder, &dir, err);
        if (code == BG_OK)
                code = bg_dir_read(&dir, file, BG_DOCUMENT_BYTES_MAX, text, &n, err);
        if (code != BG_OK)
                return code;
        digest(text, n, found);
        if (strcmp(found, wanted) != 0)
                return bg_fail(err, BG_BAD_POLICY, 0, "%s/%s was changed just now; try again",
                        dir.path, file);
        return bg_write_once(kept, found, 0600, text, n, &made, err);
}

enum bg_code bg_policy_keep(const struct bg_dir *etc, const struct bg_dir *state,
        const struct bg_policy *policy, const char *role, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir kept = BG_DIR_NONE;
        enum bg_code code = bg_dir_make(state, "policy", &kept, err);

        if (code == BG_OK)
                code = keep_file(etc, "policy.d", policy->identity.account, policy->identity_digest,
                        &kept, err);
        for (uint32_t i = 0; code == BG_OK && i < policy->n_roles; i++)
                if (strcmp(policy->roles[i].role, role) == 0)
                        code = keep_file(etc, "roles.d", role, policy->role_digests[i], &kept, err);
        return code;
}
