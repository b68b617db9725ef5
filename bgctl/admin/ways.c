/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See ways.h. */
#include "bgctl/admin/ways.h"

#include "bgctl/admin/logins.h"
#include "bgctl/admin/reading.h"
#include "bgctl/cli/output.h"

/* Other ways in for who knows the account's password. cron, sudo and user@.service are none: they
 * open nothing that the account did not have. */
static void warn_unguarded(const struct bg_setup *setup)
{
        static const char *const doors[] = {"su", "sshd", "login", "remote", "gdm-password",
                "lightdm", "sddm", "xdm", "cockpit", "xrdp-sesman", "vsftpd", "proftpd"};
        struct bg_list open = {0};
        char names[BG_ITEM_BYTES * 12];

        for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
                bool there = false;
                if (bg_list_has(&setup->services, doors[i]) || setup->pam.fd < 0 ||
                        bg_dir_has(&setup->pam, doors[i], &there, NULL) != BG_OK || !there)
                        continue;
                bg_copy(open.v[open.n++], BG_ITEM_BYTES, doors[i]);
        }
        if (open.n)
                bg_row(stdout, 2, "warning",
                        "not guarded, and a way in for who knows the account's password: %s. Lock "
                        "the passwords of managed accounts (passwd -l).",
                        bg_join(&open, " and ", names, sizeof names));
}

static void ignore(const struct bg_finding *finding, void *context)
{
        (void)finding;
        (void)context;
}

static void tell(const struct bg_finding *finding, void *context)
{
        unsigned *errors = context;
        bool error = finding->severity == BG_SEVERITY_ERROR;

        bg_row(stdout, 2, error ? "error" : "warning", "%s: %s", finding->file, finding->text);
        *errors += error;
}

enum bg_code bg_ways_tell(const struct bg_setup *setup, struct bg_error *err)
{
        bg_auto(bg_reading_done) struct bg_check check = {0};
        unsigned errors = 0;

        /* Whether the policy reads is `policy check`'s to say; there may be none yet. */
        if (bg_reading(NULL, &check, ignore, NULL, NULL) != BG_OK) {
                check = (struct bg_check){.on_host = true};
                (void)bg_logins_ask(&check, NULL);
        }
        bg_check_logins(&check, tell, &errors);
        warn_unguarded(setup);
        if (errors)
                return bg_fail(err, BG_BAD_POLICY, 0,
                        "the policy that is there has %u error%s; see above", errors,
                        errors == 1 ? "" : "s");
        return BG_OK;
}
