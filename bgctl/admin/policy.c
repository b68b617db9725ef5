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
        char (*faulty)[BG_FILE_BYTES]; /* owned: the file of each error */
};

static void counts_done(struct counts *counts)
{
        free(counts->faulty);
}

static void note_faulty(struct counts *counts, const char *file)
{
        char(*more)[BG_FILE_BYTES] =
                reallocarray(counts->faulty, counts->errors + 1, sizeof *counts->faulty);
        if (!more)
                return;
        counts->faulty = more;
        bg_copy(more[counts->errors++], BG_FILE_BYTES, file);
}

/* Whether one of the first `n` errors is in that file. */
static bool is_faulty(const struct counts *counts, unsigned n, const char *file)
{
        for (unsigned i = 0; i < n; i++)
                if (strcmp(counts->faulty[i], file) == 0)
                        return true;
        return false;
}

/* One line, however long, so that it can be searched; the sentences are for reading. */
static void print_finding(const struct bg_finding *finding, void *context)
{
        struct counts *counts = context;
        bool error = finding->severity == BG_SEVERITY_ERROR;
        char text[BG_FILE_BYTES + BG_FINDING_BYTES + 16];

        if (error)
                note_faulty(counts, finding->file);
        else
                counts->warnings++;
        (void)snprintf(text, sizeof text, "%s: %s: %s", finding->file, error ? "error" : "warning",
                finding->text);
        bg_clean(text);
        (void)printf("%s\n", text);
}

/* What cannot be read is refused; what is wrong in another way is not what its sentence says. `n`: how
 * many errors are in the policy itself. */
static const char *doubt(const struct bg_check *check, const struct counts *counts, unsigned n,
        const struct bg_checked_identity *identity, const struct bg_checked_role *role)
{
        for (uint32_t r = 0; r < identity->identity.roles.n; r++)
                if (!bg_check_role(check, identity->identity.roles.v[r]))
                        return "Not in force: ";
        if (check->host_unread || is_faulty(counts, n, identity->file))
                return "Not in force: ";
        if (is_faulty(counts, n, check->host_file) || is_faulty(counts, n, role->file))
                return "Not to be relied on before its errors are mended: ";
        return "";
}

static void print_sentences(const struct bg_check *check, const struct counts *counts, unsigned n)
{
        char text[BG_SENTENCE_BYTES];

        for (uint32_t i = 0; i < check->n_identities; i++) {
                const struct bg_checked_identity *one = &check->identities[i];
                for (uint32_t r = 0; r < one->identity.roles.n; r++) {
                        const struct bg_checked_role *role =
                                bg_check_role(check, one->identity.roles.v[r]);
                        if (role)
                                bg_say(stdout, "", "%s%s", doubt(check, counts, n, one, role),
                                        bg_check_sentence(check, &one->identity, &role->role, text));
                }
        }
        if (check->n_unread)
                bg_say(stdout, "", "%u account%s refused every login: %s file cannot be used.",
                        check->n_unread, check->n_unread == 1 ? " is" : "s are",
                        check->n_unread == 1 ? "its" : "their");
        else if (check->n_identities == 0)
                bg_say(stdout, "", "No account is managed.");
}

int bg_run_policy_check(const struct bg_options *options)
{
        bg_auto(bg_reading_done) struct bg_check check = {0};
        bg_auto(counts_done) struct counts counts = {0};
        struct bg_error err;

        if (bg_reading(options->argument, &check, print_finding, &counts, &err) != BG_OK)
                return bg_tell_error(options, &err);
        bg_check(&check, print_finding, &counts);
        const unsigned in_policy = counts.errors;
        bg_check_logins(&check, print_finding, &counts);
        print_sentences(&check, &counts, in_policy);
        if (check.on_host && bg_observed_print(&check, &err) != BG_OK)
                return bg_tell_error(options, &err);
        bg_say(stdout, "", "%u error%s, %u warning%s.%s", counts.errors,
                counts.errors == 1 ? "" : "s", counts.warnings, counts.warnings == 1 ? "" : "s",
                check.on_host ? "" : " No host was asked about users, groups and factors.");
        return counts.errors ? bg_code_exit(BG_BAD_POLICY) : 0;
}
