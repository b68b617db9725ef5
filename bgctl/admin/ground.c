/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of init that lay the ground: folders, host file, group, key, catalog. None is undone:
 * they do no harm, and hold what is on record. */
#include "bgctl/admin/setup.h"
#include "bgctl/cli/output.h"
#include "policy/host/users.h"
#include "policy/store/keyring.h"
#include "policy/store/write.h"

#include <sys/stat.h>

static const struct folder {
        const char *path;
        mode_t mode;
} folders[] = {
        {BG_ETC_PATH, 0755},
        {BG_ETC_PATH "/policy.d", 0755},
        {BG_ETC_PATH "/roles.d", 0755},
        {BG_STATE_PATH, 0700},
        {BG_STATE_PATH "/keys", 0700},
        {BG_STATE_PATH "/factors", 0700},
        {BG_STATE_PATH "/tries", 0700},
        {BG_STATE_PATH "/requests", 0700},
        {BG_STATE_PATH "/grants", 0700},
        {BG_STATE_PATH "/uses", 0700},
        {BG_STATE_PATH "/closed", 0700},
        {BG_STATE_PATH "/events", 0700},
        {BG_STATE_PATH "/audit", 0700},
        {BG_STATE_PATH "/policy", 0700},
        {BG_STATE_PATH "/installed", 0700},
};
#define N_FOLDERS (sizeof folders / sizeof *folders)

static enum bg_code look_folders(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        (void)setup;
        *ret_done = true;
        for (size_t i = 0; i < N_FOLDERS; i++) {
                bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
                enum bg_code code = bg_dir_open(folders[i].path, 0, &dir, err);
                if (code == BG_NO_SUCH)
                        *ret_done = false;
                else if (code != BG_OK)
                        return code;
        }
        return BG_OK;
}

static void show_folders(const struct bg_setup *setup)
{
        (void)setup;
        bg_row(stdout, 2, "folders", "%s for policy, %s for keys and the record", BG_ETC_PATH,
                BG_STATE_PATH);
}

static enum bg_code do_folders(struct bg_setup *setup, struct bg_error *err)
{
        for (size_t i = 0; i < N_FOLDERS; i++)
                if (mkdir(folders[i].path, folders[i].mode) < 0 && errno != EEXIST)
                        return bg_fail(err, BG_STORE_FAILED, errno, "%s", folders[i].path);
        bg_store_done(&setup->store);
        return bg_store_open(&bg_places_host, &setup->store, err);
}

const struct bg_setup_step bg_step_folders = {
        .name = "the folders",
        .look = look_folders,
        .show = show_folders,
        .apply = do_folders,
};

static const char host_file[] =
        "# What holds on this whole host; see breakglass(5). This is what holds without it, too.\n"
        "factors: {password: knowledge, totp: possession}\n"
        "default_factors: [password, totp]\n"
        "default_duration: 1h\n"
        "ceiling: 12h        # no grant is longer, whatever a role says\n";

static enum bg_code look_host_file(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        *ret_done = false;
        return setup->store.etc.fd < 0
                       ? BG_OK
                       : bg_dir_has(&setup->store.etc, "breakglass.yaml", ret_done, err);
}

static void show_host_file(const struct bg_setup *setup)
{
        (void)setup;
        bg_row(stdout, 2, "host file", "%s/breakglass.yaml, with the defaults in it", BG_ETC_PATH);
}

static enum bg_code do_host_file(struct bg_setup *setup, struct bg_error *err)
{
        bool made = false;
        return bg_write_once(&setup->store.etc, "breakglass.yaml", 0644, host_file,
                strlen(host_file), &made, err);
}

const struct bg_setup_step bg_step_host_file = {
        .name = "the host file",
        .look = look_host_file,
        .show = show_host_file,
        .apply = do_host_file,
};

static enum bg_code look_group(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        gid_t unused = 0;
        enum bg_code code = bg_group_by_name("breakglass", &unused, err);

        (void)setup;
        *ret_done = code == BG_OK;
        return code == BG_NO_SUCH ? BG_OK : code;
}

static void show_group(const struct bg_setup *setup)
{
        (void)setup;
        bg_row(stdout, 2, "group", "breakglass, which marks elevated sessions; it has no member");
}

static enum bg_code do_group(struct bg_setup *setup, struct bg_error *err)
{
        (void)setup;
        return bg_setup_run(
                (const char *const[]){"/usr/bin/systemd-sysusers", "breakglass.conf", NULL}, err);
}

const struct bg_setup_step bg_step_group = {
        .name = "the group",
        .look = look_group,
        .show = show_group,
        .apply = do_group,
};

static enum bg_code look_run(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        *ret_done = false;
        return setup->store.run.fd < 0 ? BG_OK
                                       : bg_dir_has(&setup->store.run, "changed", ret_done, err);
}

static void show_run(const struct bg_setup *setup)
{
        (void)setup;
        bg_row(stdout, 2, "runtime", "%s, by which the parts wake each other", BG_RUN_PATH);
}

static enum bg_code do_run(struct bg_setup *setup, struct bg_error *err)
{
        (void)setup;
        return bg_setup_run((const char *const[]){"/usr/bin/systemd-tmpfiles", "--create",
                                    "breakglass.conf", NULL},
                err);
}

const struct bg_setup_step bg_step_run = {
        .name = "the runtime folder",
        .look = look_run,
        .show = show_run,
        .apply = do_run,
};

static enum bg_code look_key(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir keys = BG_DIR_NONE;

        *ret_done = false;
        if (setup->store.state.fd < 0)
                return BG_OK;
        enum bg_code code = bg_dir_sub(&setup->store.state, "keys", &keys, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        return code == BG_OK ? bg_dir_has(&keys, "host.key", ret_done, err) : code;
}

static void show_key(const struct bg_setup *setup)
{
        (void)setup;
        bg_row(stdout, 2, "key", "an Ed25519 key of this host, which signs its grants");
}

static enum bg_code do_key(struct bg_setup *setup, struct bg_error *err)
{
        bool made = false;
        return bg_signing_key_make(&setup->store.state, &setup->now, &made, err);
}

const struct bg_setup_step bg_step_key = {
        .name = "the key",
        .look = look_key,
        .show = show_key,
        .apply = do_key,
};

static bool is_older(const struct timespec *a, const struct timespec *b)
{
        return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* Made anew where it is older than our part of it; a package's trigger may have done it. */
static enum bg_code look_catalog(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        struct stat ours;
        struct stat all;

        (void)setup;
        (void)err;
        *ret_done = stat(BG_CATALOG_PATH, &ours) < 0 ||
                    (stat("/var/lib/systemd/catalog/database", &all) == 0 &&
                            !is_older(&all.st_mtim, &ours.st_ctim));
        return BG_OK;
}

static void show_catalog(const struct bg_setup *setup)
{
        (void)setup;
        bg_row(stdout, 2, "catalog", "what journalctl -x says about our events");
}

static enum bg_code do_catalog(struct bg_setup *setup, struct bg_error *err)
{
        (void)setup;
        return bg_setup_run(
                (const char *const[]){"/usr/bin/journalctl", "--update-catalog", NULL}, err);
}

const struct bg_setup_step bg_step_catalog = {
        .name = "the catalog",
        .look = look_catalog,
        .show = show_catalog,
        .apply = do_catalog,
};
