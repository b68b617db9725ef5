/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy check: what is found, a line each, as "FILE: error: SENTENCE"; then what the policy allows. */
#include "bgctl/admin/observed.h"
#include "bgctl/admin/reading.h"
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "policy/base/cleanup.h"

struct counts {
        unsigned errors;
        unsigned warnings;
};

/* One line, however long, so that it can be searched; the sentences are for reading. */
static void print_finding(const struct bg_finding *finding, void *context)
{
        struct counts *counts = context;
        bool error = finding->severity == BG_SEVERITY_ERROR;
        char text[BG_FILE_BYTES + BG_FINDING_BYTES + 16];

        *(error ? &counts->errors : &counts->warnings) += 1;
        (void)snprintf(text, sizeof text, "%s: %s: %s", finding->file, error ? "error" : "warning",
                finding->text);
        bg_clean(text);
        (void)printf("%s\n", text);
}

static void print_sentences(const struct bg_check *check)
{
        char text[BG_SENTENCE_BYTES];

        for (uint32_t i = 0; i < check->n_identities; i++) {
                const struct bg_identity *identity = &check->identities[i].identity;
                for (uint32_t r = 0; r < identity->roles.n; r++) {
                        const struct bg_checked_role *role =
                                bg_check_role(check, identity->roles.v[r]);
                        if (role)
                                bg_say(stdout, "", "%s",
                                        bg_check_sentence(check, identity, &role->role, text));
                }
        }
}

int bg_run_policy_check(const struct bg_options *options)
{
        bg_auto(bg_reading_done) struct bg_check check = {0};
        struct counts counts = {0};
        struct bg_error err;

        if (bg_reading(options->argument, &check, print_finding, &counts, &err) != BG_OK)
                return bg_tell_error(options, &err);
        bg_check(&check, print_finding, &counts);
        print_sentences(&check);
        if (check.n_identities == 0)
                bg_say(stdout, "", "No account is managed.");
        if (check.on_host && bg_observed_print(&check, &err) != BG_OK)
                return bg_tell_error(options, &err);
        bg_say(stdout, "", "%u error%s, %u warning%s.%s", counts.errors,
                counts.errors == 1 ? "" : "s", counts.warnings, counts.warnings == 1 ? "" : "s",
                check.on_host ? "" : " No host was asked about users, groups and factors.");
        return counts.errors ? bg_code_exit(BG_BAD_POLICY) : 0;
}
