/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* grant: the conversation around the helper's two verbs, `offer` and `grant`. What is said before
 * the proof goes to the terminal, whatever became of standard output; the result goes there. */
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "bgctl/cli/terminal.h"
#include "bgctl/cli/verb.h"
#include "policy/base/cleanup.h"
#include "policy/format/emit.h"
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

/* The service that the narrowing leaves, or NULL: as many as the role allows. */
static const char *only_service(const struct bg_ask *ask)
{
        if (ask->service[0])
                return ask->service;
        return ask->caller[0] ? "su" : ask->from[0] || ask->key[0] ? "sshd" : NULL;
}

/* "; by ci alone; from 10.0.0.0/8": what was asked for below what the policy allows. */
static void put_narrowing(struct bg_buffer *buffer, const struct bg_ask *ask)
{
        static const struct {
                size_t at;
                const char *before;
                const char *after;
        } rows[] = {
                {offsetof(struct bg_ask, caller), "by ", " alone"},
                {offsetof(struct bg_ask, from), "from ", ""},
                {offsetof(struct bg_ask, key), "with key ", ""},
        };

        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                const char *text = (const char *)ask + rows[i].at;
                if (!text[0])
                        continue;
                bg_put(buffer, buffer->n ? "; " : "");
                bg_put(buffer, rows[i].before);
                bg_put(buffer, text);
                bg_put(buffer, rows[i].after);
        }
}

static void print_gives(FILE *to, const struct bg_offer *offer, const struct bg_ask *ask)
{
        struct bg_list services = offer->services;
        char text[2048];
        struct bg_buffer buffer = BG_BUFFER(text);
        const char *only = only_service(ask);
        uint64_t most = ask->uses ? ask->uses : offer->max_uses;

        if (only) {
                services.n = 1;
                bg_copy(services.v[0], sizeof services.v[0], only);
        }
        (void)bg_gives(&offer->groups, &services, most, text, sizeof text);
        buffer.n = strlen(text);
        put_narrowing(&buffer, ask);
        bg_row(to, 0, "Gives", "%s", text);
        if (!ask->caller[0] && offer->callers.n && bg_list_has(&services, "su"))
                bg_row(to, 0, "By su", "%s, without its password",
                        bg_join(&offer->callers, " or ", text, sizeof text));
}

/* "a reason of at least 12 characters; a ticket that matches INC-[0-9]+" */
static void print_wants(FILE *to, const struct bg_reason_rule *rule)
{
        char text[512] = "";
        struct bg_buffer buffer = BG_BUFFER(text);

        if (rule->min) {
                bg_put(&buffer, "a reason of at least ");
                bg_put_number(&buffer, (int64_t)rule->min);
                bg_put(&buffer, " characters");
        }
        if (rule->ticket) {
                bg_put(&buffer, buffer.n ? "; " : "");
                bg_put(&buffer,
                        rule->ticket == BG_TICKET_REQUIRED ? "a ticket" : "perhaps a ticket");
                bg_put(&buffer, rule->pattern[0] ? " that matches " : "");
                bg_put(&buffer, rule->pattern);
        }
        if (text[0])
                bg_row(to, 0, "Wants", "%s", text);
}

static void print_offer(FILE *to, const struct bg_offer *offer, const struct bg_ask *ask)
{
        char text[2048];
        char factors[512];
        char lasts[BG_LOCAL_TIME_BYTES];
        char most[BG_DURATION_BYTES];
        char whose[64];

        bg_row(to, 0, "Host", "%s", offer->host);
        bg_row(to, 0, "Account", "%s: %s; owner %s", offer->account, offer->function, offer->owner);
        bg_row(to, 0, "Role", "%s: %s", offer->role, offer->purpose);
        print_gives(to, offer, ask);
        bg_row(to, 0, "For", "%s (at most %s%s)", bg_duration_words(offer->duration, lasts),
                bg_duration_print(offer->max_duration, most),
                ask->duration ? "" : "; --for changes it");
        if (offer->unused)
                bg_row(to, 0, "Unused", "closes after %s if nobody uses it by then",
                        bg_duration_words(offer->unused, lasts));
        bg_row(to, 0, "Needs", "%llu approval%s of %s, by %s%s",
                (unsigned long long)offer->approvals, offer->approvals == 1 ? "" : "s",
                bg_join(&offer->approvers, " or ", text, sizeof text),
                bg_join(&offer->factors, " and ", factors, sizeof factors),
                whose_is_enough(offer, ask, whose));
        print_wants(to, &offer->reason);
}

/* One conversation. */
struct granting {
        const struct bg_options *options;
        FILE *terminal;
        bool may_ask; /* for what is missing; the factors are asked for in any case */
        struct bg_ask ask;
        struct bg_offer offer;
        int status; /* bgctl's, where a step has told why not */
};

/* False, here and below: it was told why not. */
static bool fail(struct granting *g, const struct bg_error *err)
{
        g->status = bg_tell_error(g->options, err);
        return false;
}

static bool get_offer(struct granting *g, const char *role, struct bg_offer *ret)
{
        bg_auto(bg_reply_done) struct bg_reply reply = {0};
        struct bg_ask wanted = g->ask;
        struct bg_error err;

        bg_copy(wanted.role, sizeof wanted.role, role);
        wanted.reason[0] = '\0';
        wanted.ticket[0] = '\0';
        if (bg_ask_helper(g->options, "offer", &wanted, &reply, &g->status) != BG_OK)
                return false;
        return bg_reply_one(&reply, &bg_offer_table, ret, &err) == BG_OK || fail(g, &err);
}

/* Several roles, none was named, and nobody may be asked: what to type. */
static bool refuse_without_role(struct granting *g)
{
        const struct bg_offer *offer = &g->offer;
        char names[2048];
        struct bg_error err;

        (void)bg_fail(&err, BG_USAGE, 0, "%s has %u roles (%s); say which with --role",
                offer->account, offer->roles.n, bg_join(&offer->roles, ", ", names, sizeof names));
        return fail(g, &err);
}

static bool show_roles(struct granting *g)
{
        bg_say(g->terminal, "", "%s has %u roles:", g->offer.account, g->offer.roles.n);
        for (uint32_t i = 0; i < g->offer.roles.n; i++) {
                struct bg_offer one;
                char label[BG_ROLE_BYTES + 16];
                if (!get_offer(g, g->offer.roles.v[i], &one))
                        return false;
                (void)snprintf(label, sizeof label, "%u %s", i + 1, one.role);
                bg_row(g->terminal, 2, label, "%s", one.purpose);
        }
        return true;
}

/* Its number in the list, or its name; NULL: neither. */
static const char *role_of_answer(const struct bg_list *roles, const char *answer)
{
        uint64_t n = 0;

        if (bg_number_parse(answer, roles->n, &n) && n > 0)
                return roles->v[n - 1];
        return bg_list_has(roles, answer) ? answer : NULL;
}

/* Whoever misspells a role is told which there are; whether there is one, the helper says. */
static bool has_role(struct granting *g)
{
        bg_auto(bg_reply_done) struct bg_reply reply = {0};
        struct bg_ask any = {0};
        struct bg_error err;
        char names[128];

        bg_copy(any.account, sizeof any.account, g->ask.account);
        if (!g->ask.role[0] || bg_call("offer", &any, &reply, &err) != BG_OK ||
                reply.refusal.error != BG_OK ||
                bg_reply_one(&reply, &bg_offer_table, &g->offer, &err) != BG_OK ||
                g->offer.roles.n == 0 || bg_list_has(&g->offer.roles, g->ask.role))
                return true;
        (void)bg_fail(&err, BG_NO_SUCH, 0, "%s has no role %.64s; it has %s", g->ask.account,
                g->ask.role, bg_join(&g->offer.roles, " and ", names, sizeof names));
        return fail(g, &err);
}

static bool choose_role(struct granting *g)
{
        char question[64];
        char answer[BG_ROLE_BYTES];
        const char *role = NULL;
        struct bg_error err;

        if (!has_role(g) || !get_offer(g, g->ask.role, &g->offer))
                return false;
        if (!g->offer.role[0]) {
                if (!g->may_ask)
                        return refuse_without_role(g);
                if (!show_roles(g))
                        return false;
                (void)snprintf(question, sizeof question,
                        "Which (1 to %u, or its name): ", g->offer.roles.n);
                while (!role) {
                        if (bg_terminal_ask(g->terminal, question, answer, sizeof answer, &err) !=
                                BG_OK)
                                return fail(g, &err);
                        role = role_of_answer(&g->offer.roles, answer);
                }
                if (!get_offer(g, role, &g->offer))
                        return false;
        }
        bg_copy(g->ask.role, sizeof g->ask.role, g->offer.role);
        return true;
}

typedef enum bg_code meets(const struct bg_reason_rule *rule, const char *role, const char *text,
        struct bg_error *err);

/* Asks until the rule is met. */
static bool ask_until(
        struct granting *g, const char *question, meets *rule_met, char *ret, size_t size)
{
        struct bg_error err;

        for (;;) {
                if (bg_terminal_ask(g->terminal, question, ret, size, &err) != BG_OK)
                        return fail(g, &err);
                if (rule_met(&g->offer.reason, g->offer.role, ret, &err) == BG_OK)
                        return true;
                bg_say(g->terminal, "", "Not enough: %s.", err.text);
        }
}

/* What was given is the helper's to judge. */
static bool ask_why(struct granting *g)
{
        const struct bg_reason_rule *rule = &g->offer.reason;
        char question[BG_PAIR_VALUE_BYTES + 16];

        bool reason = !bg_has(g->options, BG_OPTION_REASON) && g->may_ask;
        bool ticket = !bg_has(g->options, BG_OPTION_TICKET) && g->may_ask &&
                      rule->ticket == BG_TICKET_REQUIRED;
        if (reason && !ask_until(g, "Why (the reviewer reads this): ", bg_reason_meets,
                              g->ask.reason, sizeof g->ask.reason))
                return false;
        (void)snprintf(question, sizeof question,
                rule->pattern[0] ? "Ticket (%s): " : "Ticket: ", rule->pattern);
        return !ticket ||
               ask_until(g, question, bg_ticket_meets, g->ask.ticket, sizeof g->ask.ticket);
}

/* A caller is known in su alone, an address and a key in ssh alone. */
static bool excludes_itself(const struct bg_ask *ask, struct bg_error *err)
{
        if (!ask->caller[0] || (!ask->from[0] && !ask->key[0]))
                return false;
        (void)bg_fail(
                err, BG_USAGE, 0, "--caller is about su, --from and --key are about ssh: not both");
        return true;
}

static void print_granted(const struct bg_listed *grant, const struct bg_ask *ask)
{
        char text[BG_LOCAL_TIME_BYTES];
        char only[512] = "";
        struct bg_buffer buffer = BG_BUFFER(only);
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
        if (grant->warning[0])
                bg_row(stdout, 0, "Warning", "%s", grant->warning);
        if (su || ssh)
                bg_row(stdout, 2, "use it", "%s%s%s", by_su, su && ssh ? "     or     " : "",
                        by_ssh);
        put_narrowing(&buffer, ask);
        if (only[0])
                bg_row(stdout, 2, "only", "%s", only);
        if (grant->unused)
                bg_row(stdout, 2, "unused", "closes at %s if nobody uses it",
                        bg_local_time(grant->granted + grant->unused, bg_wall(), text));
        bg_row(stdout, 2, "cut it now", "bgctl revoke %s", grant->id);
}

static int tell_granted(
        const struct bg_options *options, const struct bg_ask *ask, struct bg_reply *reply)
{
        struct bg_listed grant;
        struct bg_error err;
        enum bg_code code = bg_reply_one(reply, &bg_listed_table, &grant, &err);

        if (code == BG_OK && bg_has(options, BG_OPTION_JSON))
                code = bg_print_json(stdout, &bg_listed_table, &grant, &err);
        else if (code == BG_OK)
                print_granted(&grant, ask);
        return code == BG_OK ? 0 : bg_tell_error(options, &err);
}

int bg_run_grant(const struct bg_options *options)
{
        bg_auto_file FILE *terminal = bg_terminal_open();
        bg_auto(bg_reply_done) struct bg_reply granted = {0};
        bg_auto_free struct granting *g = calloc(1, sizeof *g);
        struct bg_error err;

        if (!terminal)
                return refuse_no_terminal(options);
        if (!g)
                return bg_code_exit(BG_SYSTEM);
        g->options = options;
        g->terminal = terminal;
        g->may_ask = !bg_has(options, BG_OPTION_JSON);
        bg_ask_from(options, &g->ask);
        if (excludes_itself(&g->ask, &err))
                return bg_tell_error(options, &err);
        if (!choose_role(g))
                return g->status;
        print_offer(terminal, &g->offer, &g->ask);
        if (!ask_why(g))
                return g->status;
        (void)fflush(terminal);
        if (bg_ask_helper(options, "grant", &g->ask, &granted, &g->status) != BG_OK)
                return g->status;
        return tell_granted(options, &g->ask, &granted);
}
