/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* grant: the conversation around the helper's two verbs, `offer` and `grant`. What is said before
 * the proof goes to the terminal, whatever became of standard output; the result goes there. */
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "bgctl/cli/terminal.h"
#include "bgctl/cli/verb.h"
#include "policy/base/cleanup.h"
#include "policy/host/users.h"

static int refuse_no_terminal(const struct bg_options *options)
{
        struct bg_error err;
        (void)bg_fail(
                &err, BG_NO_TERMINAL, 0, "grant must ask a person, and there is no terminal here.");
        return bg_tell_error(options, &err);
}

/* Policy and groups are public, so whether somebody is named may be said before the proof. */
static const char *whose_is_enough(
        const struct bg_offer *offer, const struct bg_ask *ask, char ret[static 64])
{
        struct bg_human human;
        bool known = (ask->as[0] ? bg_human_by_name(ask->as, &human, NULL)
                                 : bg_human_by_uid(getuid(), &human, NULL)) == BG_OK;

        if (offer->approvals > 1)
                return "; one alone is not enough";
        if (!known || !bg_human_in(&human, &offer->approvers))
                return ask->as[0] ? "; the one named is none of them" : "; you are none of them";
        if (!ask->as[0])
                return "; yours is enough";
        (void)snprintf(ret, 64, "; that of %s is enough", human.name);
        return ret;
}

static void print_offer(FILE *to, const struct bg_offer *offer, const struct bg_ask *ask)
{
        char text[2048];
        char lasts[BG_LOCAL_TIME_BYTES];
        char most[BG_DURATION_BYTES];
        char whose[64];

        bg_row(to, 0, "Host", "%s", offer->host);
        bg_row(to, 0, "Account", "%s: %s; owner %s", offer->account, offer->function, offer->owner);
        bg_row(to, 0, "Role", "%s: %s", offer->role, offer->purpose);
        bg_row(to, 0, "Gives", "%s",
                bg_gives(&offer->groups, &offer->services, offer->max_uses, text, sizeof text));
        bg_row(to, 0, "For", "%s (at most %s%s)", bg_duration_words(offer->duration, lasts),
                bg_duration_print(offer->max_duration, most),
                ask->duration ? "" : "; --for changes it");
        bg_row(to, 0, "Needs", "%llu approval%s of %s%s", (unsigned long long)offer->approvals,
                offer->approvals == 1 ? "" : "s",
                bg_join(&offer->approvers, " or ", text, sizeof text),
                whose_is_enough(offer, ask, whose));
}

/* Several roles, and none was named: what to type. */
static int refuse_without_role(const struct bg_options *options, const struct bg_offer *offer)
{
        char names[2048];
        struct bg_error err;

        (void)bg_fail(&err, BG_USAGE, 0, "%s has %u roles (%s); say which with --role",
                offer->account, offer->roles.n, bg_join(&offer->roles, ", ", names, sizeof names));
        if (bg_has(options, BG_OPTION_JSON))
                return bg_tell_error(options, &err);
        bg_say(stderr, "bgctl: ", "%s has several roles; say which:", offer->account);
        for (uint32_t i = 0; i < offer->roles.n; i++)
                (void)fprintf(
                        stderr, "  bgctl grant %s --role %s\n", offer->account, offer->roles.v[i]);
        return bg_code_exit(BG_USAGE);
}

static void print_granted(const struct bg_listed *grant)
{
        char text[BG_LOCAL_TIME_BYTES];
        bool su = bg_list_has(&grant->services, "su");
        bool ssh = bg_list_has(&grant->services, "sshd");
        char by_su[BG_NAME_BYTES + 8] = "";
        char by_ssh[BG_NAME_BYTES + BG_HOST_BYTES + 8] = "";

        if (su)
                (void)snprintf(by_su, sizeof by_su, "su - %s", grant->account);
        if (ssh)
                (void)snprintf(by_ssh, sizeof by_ssh, "ssh %s@%s", grant->account, grant->host);
        bg_say(stdout, "", "Granted %s: %s has %s on %s until %s.", grant->id, grant->account,
                grant->role, grant->host, bg_local_time(grant->expires, bg_wall(), text));
        if (su || ssh)
                bg_row(stdout, 2, "use it", "%s%s%s", by_su, su && ssh ? "     or     " : "",
                        by_ssh);
        bg_row(stdout, 2, "cut it now", "bgctl revoke %s", grant->id);
}

static int tell_granted(const struct bg_options *options, struct bg_reply *reply)
{
        struct bg_listed grant;
        struct bg_error err;
        enum bg_code code = bg_reply_one(reply, &bg_listed_table, &grant, &err);

        if (code == BG_OK && bg_has(options, BG_OPTION_JSON))
                code = bg_print_json(stdout, &bg_listed_table, &grant, &err);
        else if (code == BG_OK)
                print_granted(&grant);
        return code == BG_OK ? 0 : bg_tell_error(options, &err);
}

int bg_run_grant(const struct bg_options *options)
{
        bg_auto_file FILE *terminal = bg_terminal_open();
        bg_auto(bg_reply_done) struct bg_reply offered = {0};
        bg_auto(bg_reply_done) struct bg_reply granted = {0};
        struct bg_offer offer;
        struct bg_error err;
        struct bg_ask ask;
        int status = 0;

        if (!terminal)
                return refuse_no_terminal(options);
        bg_ask_from(options, &ask);
        struct bg_ask wanted = {.duration = ask.duration};
        bg_copy(wanted.account, sizeof wanted.account, ask.account);
        bg_copy(wanted.role, sizeof wanted.role, ask.role);
        if (bg_ask_helper(options, "offer", &wanted, &offered, &status) != BG_OK)
                return status;
        if (bg_reply_one(&offered, &bg_offer_table, &offer, &err) != BG_OK)
                return bg_tell_error(options, &err);
        if (!offer.role[0])
                return refuse_without_role(options, &offer);

        bg_copy(ask.role, sizeof ask.role, offer.role);
        print_offer(terminal, &offer, &ask);
        if (!bg_has(options, BG_OPTION_REASON) &&
                bg_terminal_ask(terminal, "Why (the reviewer reads this): ", ask.reason,
                        sizeof ask.reason, &err) != BG_OK)
                return bg_tell_error(options, &err);
        (void)fflush(terminal);

        if (bg_ask_helper(options, "grant", &ask, &granted, &status) != BG_OK)
                return status;
        return tell_granted(options, &granted);
}
