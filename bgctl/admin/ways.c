/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See ways.h. */
#include "bgctl/admin/ways.h"

#include "bgctl/cli/output.h"
#include "policy/host/spawn.h"

/* sshd -T prints what holds, a line a word. What it does not answer is no reason for a warning. */
static void warn_sshd(void)
{
        static const char *const argv[] = {"/usr/sbin/sshd", "-T", NULL};
        size_t size = 64 * 1024;
        bg_auto_free char *text = malloc(size);
        int status = 0;

        if (!text || access(argv[0], X_OK) < 0 ||
                bg_spawn(argv, 10, text, size, &status, NULL) != BG_OK || status != 0)
                return;
        if (strstr(text, "\nusepam no\n"))
                bg_row(stdout, 2, "warning",
                        "sshd has UsePAM no: no login by ssh passes the gate. Set UsePAM yes in "
                        "/etc/ssh/sshd_config and reload it.");
}

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

void bg_ways_warn(const struct bg_setup *setup)
{
        warn_sshd();
        warn_unguarded(setup);
}
