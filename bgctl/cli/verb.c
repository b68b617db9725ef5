/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that only ask the helper; see verb.h. */
#include "bgctl/cli/verb.h"

#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "policy/base/cleanup.h"

#include <time.h>

/* An option that was given; all have been checked, and fit. */
static void take(const struct bg_options *options, enum bg_option option, char *ret, size_t size)
{
        if (bg_has(options, option))
                bg_copy(ret, size, options->values[option]);
}

void bg_ask_from(const struct bg_options *options, struct bg_ask *ret)
{
        const char *argument = options->argument;
        const char *kind = options->command->argument;

        memset(ret, 0, sizeof *ret);
        if (argument && strcmp(kind, "ID") == 0)
                (void)bg_id_parse(argument, ret->id);
        else if (argument && strcmp(kind, "ACCOUNT") == 0)
                bg_copy(ret->account, sizeof ret->account, argument);
        else if (argument && strcmp(kind, "[USER]") == 0)
                bg_copy(ret->person, sizeof ret->person, argument);
        take(options, BG_OPTION_ROLE, ret->role, sizeof ret->role);
        take(options, BG_OPTION_REASON, ret->reason, sizeof ret->reason);
        take(options, BG_OPTION_TICKET, ret->ticket, sizeof ret->ticket);
        take(options, BG_OPTION_AS, ret->as, sizeof ret->as);
        take(options, BG_OPTION_SERVICE, ret->service, sizeof ret->service);
        take(options, BG_OPTION_CALLER, ret->caller, sizeof ret->caller);
        take(options, BG_OPTION_FROM, ret->from, sizeof ret->from);
        take(options, BG_OPTION_KEY, ret->key, sizeof ret->key);
        if (bg_has(options, BG_OPTION_USES))
                (void)bg_number_parse(options->values[BG_OPTION_USES], BG_USES_MAX, &ret->uses);
        if (bg_has(options, BG_OPTION_FOR))
                (void)bg_duration_parse(options->values[BG_OPTION_FOR], &ret->duration);
}

enum bg_code bg_ask_helper(const struct bg_options *options, const char *verb,
        const struct bg_ask *ask, struct bg_reply *ret, int *ret_status)
{
        struct bg_error err;
        char host[BG_HOST_BYTES] = "";
        enum bg_code code = bg_call(verb, ask, ret, &err);

        if (code != BG_OK) {
                *ret_status = bg_tell_error(options, &err);
                return code;
        }
        code = ret->refusal.error;
        if (code != BG_OK) {
                (void)gethostname(host, sizeof host - 1);
                *ret_status = bg_tell_refusal(
                        options, &ret->refusal, ask->account[0] ? ask->account : NULL, host);
        }
        return code;
}

static const char *sessions(const struct bg_listed *grant, char ret[static 64])
{
        long long taken = grant->uses_taken > 0 ? (long long)grant->uses_taken : 0;

        if (grant->uses_max > 0)
                (void)snprintf(ret, 64, "%lld of %lld", taken, (long long)grant->uses_max);
        else
                (void)snprintf(ret, 64, "%lld", taken);
        return ret;
}

static const char *state(const struct bg_listed *grant, char ret[static BG_LOCAL_TIME_BYTES])
{
        if (grant->state == BG_STATE_OPEN)
                return bg_local_time(grant->expires, bg_wall(), ret);
        bg_copy(ret, BG_LOCAL_TIME_BYTES,
                grant->cause == BG_OK ? "closed" : bg_code_word(grant->cause));
        return ret;
}

static size_t longer(size_t width, const char *text)
{
        return strlen(text) > width ? strlen(text) : width;
}

struct widths {
        size_t account;
        size_t role;
        size_t until;
};

static void put_line(const struct widths *w, const char *const cells[static 6])
{
        (void)printf("%-9s  %-*s  %-*s  %-*s  %-8s  %s\n", cells[0], (int)w->account, cells[1],
                (int)w->role, cells[2], (int)w->until, cells[3], cells[4], cells[5]);
}

/* Read twice: for the columns' widths, and to print. */
static enum bg_code print_list(struct bg_reply *reply, struct bg_error *err)
{
        struct widths w = {strlen("ACCOUNT"), strlen("ROLE"), strlen("UNTIL")};
        struct bg_listed grant;
        char until[BG_LOCAL_TIME_BYTES];
        char uses[64];
        bool there = false;
        size_t n = 0;
        enum bg_code code;

        while ((code = bg_reply_next(reply, &bg_listed_table, &grant, &there, err)) == BG_OK &&
                there) {
                w.account = longer(w.account, grant.account);
                w.role = longer(w.role, grant.role);
                w.until = longer(w.until, state(&grant, until));
                n++;
        }
        if (code != BG_OK)
                return code;
        if (n == 0) {
                (void)printf("No grant%s is open.\n", getuid() == 0 ? "" : " that you may see");
                return BG_OK;
        }
        put_line(&w,
                (const char *const[]){"ID", "ACCOUNT", "ROLE", "UNTIL", "SESSIONS", "ASKED BY"});
        reply->at = 0;
        while (bg_reply_next(reply, &bg_listed_table, &grant, &there, err) == BG_OK && there)
                put_line(
                        &w, (const char *const[]){grant.id, grant.account, grant.role,
                                    state(&grant, until), sessions(&grant, uses), grant.requester});
        return BG_OK;
}

static enum bg_code print_list_json(struct bg_reply *reply, struct bg_error *err)
{
        struct bg_listed grant;
        bool there = false;
        const char *before = "[";
        enum bg_code code;

        while ((code = bg_reply_next(reply, &bg_listed_table, &grant, &there, err)) == BG_OK &&
                there) {
                (void)printf("%s", before);
                code = bg_print_json(stdout, &bg_listed_table, &grant, err);
                if (code != BG_OK)
                        return code;
                before = ",";
        }
        if (code == BG_OK)
                (void)printf("%s]\n", before[0] == '[' ? "[" : "");
        return code;
}

static void print_keys(const struct bg_pairs *keys)
{
        for (uint32_t i = 0; i < keys->n; i++)
                bg_row(stdout, 0, i ? "" : "By ssh with", "%s%s%s", keys->v[i].key,
                        keys->v[i].value[0] ? ", of " : "", keys->v[i].value);
}

/* Who and from where: what `grant` may have narrowed. */
static void print_ways(const struct bg_listed *grant)
{
        char text[2048];

        if (grant->callers.n && bg_list_has(&grant->services, "su"))
                bg_row(stdout, 0, "By su", "%s, without its password",
                        bg_join(&grant->callers, " or ", text, sizeof text));
        if (!bg_list_has(&grant->services, "sshd"))
                return;
        if (grant->from.n)
                bg_row(stdout, 0, "By ssh from", "%s",
                        bg_join(&grant->from, " or ", text, sizeof text));
        print_keys(&grant->keys);
}

static void print_show(const void *answer, bg_usec asked)
{
        (void)asked;
        const struct bg_listed *grant = answer;
        char text[BG_LOCAL_TIME_BYTES];
        char gives[2048];
        char uses[64];
        bg_usec now = bg_wall();
        bool open = grant->state == BG_STATE_OPEN;

        bg_row(stdout, 0, "Grant", "%s, %s", grant->id, open ? "open" : "closed");
        bg_row(stdout, 0, "Host", "%s", grant->host);
        bg_row(stdout, 0, "Account", "%s", grant->account);
        bg_row(stdout, 0, "Role", "%s", grant->role);
        bg_row(stdout, 0, "Gives", "%s",
                bg_gives(&grant->groups, &grant->services,
                        grant->uses_max > 0 ? (uint64_t)grant->uses_max : 0, gives, sizeof gives));
        print_ways(grant);
        bg_row(stdout, 0, "Granted", "%s", bg_local_time(grant->granted, now, text));
        bg_row(stdout, 0, open ? "Until" : "Was until", "%s",
                bg_local_time(grant->expires, now, text));
        if (open && grant->unused && grant->uses_taken <= 0)
                bg_row(stdout, 0, "Unused", "closes at %s if nobody uses it",
                        bg_local_time(grant->granted + grant->unused, now, text));
        if (!open)
                bg_row(stdout, 0, "Closed", "%s: %s%s%s",
                        grant->closed ? bg_local_time(grant->closed, now, text) : "?",
                        grant->cause == BG_OK ? "?" : bg_code_word(grant->cause),
                        grant->closed_by[0] ? ", by " : "", grant->closed_by);
        bg_row(stdout, 0, "Sessions", "%s", sessions(grant, uses));
        bg_row(stdout, 0, "Asked by", "%s", grant->requester);
        bg_row(stdout, 0, "Approved by", "%s", grant->approvers);
        if (grant->reason[0])
                bg_row(stdout, 0, "Reason", "%s", grant->reason);
        if (grant->ticket[0])
                bg_row(stdout, 0, "Ticket", "%s", grant->ticket);
}

static void print_revoke(const void *answer, bg_usec asked)
{
        const struct bg_listed *grant = answer;
        char text[BG_LOCAL_TIME_BYTES];

        (void)bg_local_time(grant->closed ? grant->closed : bg_wall(), bg_wall(), text);
        if (grant->state != BG_STATE_OPEN && grant->cause != BG_REVOKED)
                bg_say(stdout, "", "%s was closed before: %s at %s.", grant->id,
                        bg_code_word(grant->cause), text);
        else if (grant->closed && grant->closed < asked)
                bg_say(stdout, "", "Already revoked%s%s at %s.", grant->closed_by[0] ? " by " : "",
                        grant->closed_by, text);
        else
                bg_say(stdout, "", "Revoked %s at %s: %s has %s on %s no more.", grant->id,
                        text, grant->account, grant->role, grant->host);
        /* Nobody should go to bed believing that they were ended. */
        if (grant->uses_taken <= 0)
                return;
        bg_row(stdout, 2, "sessions", "%lld opened under it; what is still open of them goes on",
                (long long)grant->uses_taken);
        bg_row(stdout, 2, "see them", "ps -u %s; loginctl list-sessions", grant->account);
}

static void print_accepted(const void *answer, bg_usec asked)
{
        (void)asked;
        const struct bg_accepted *accepted = answer;
        char text[BG_LOCAL_TIME_BYTES];

        bg_say(stdout, "", "Accepted: this clock says %s, and that counts from now on.",
                bg_local_time(accepted->clock, bg_wall(), text));
        if (accepted->newest)
                bg_row(stdout, 2, "the record", "was of %s",
                        bg_local_time(accepted->newest, bg_wall(), text));
        bg_row(stdout, 2, "in a moment", "the sweep puts it on record; then grants are good again");
}

/* What is read and printed (`asked`: when the helper was asked), by command; of `list`, which has many lines, the function is its own. */
static const struct {
        const struct bg_table *table;
        void (*print)(const void *answer, bg_usec asked);
} answers[BG_COMMANDS] = {
        [BG_COMMAND_SHOW] = {&bg_listed_table, print_show},
        [BG_COMMAND_REVOKE] = {&bg_listed_table, print_revoke},
        [BG_COMMAND_CLOCK_ACCEPT] = {&bg_accepted_table, print_accepted},
};

int bg_run_verb(const struct bg_options *options)
{
        bg_auto(bg_reply_done) struct bg_reply reply = {0};
        union {
                struct bg_listed listed;
                struct bg_accepted accepted;
        } answer;
        struct bg_error err;
        struct bg_ask ask;
        int status = 0;
        struct timespec now = {0};

        (void)clock_gettime(CLOCK_REALTIME, &now);
        const bg_usec asked = (bg_usec)now.tv_sec * BG_USEC_PER_SEC + (bg_usec)now.tv_nsec / 1000;
        bg_ask_from(options, &ask);
        if (bg_ask_helper(options, options->command->verb, &ask, &reply, &status) != BG_OK)
                return status;
        const struct bg_table *table = answers[options->command->id].table;
        enum bg_code code = bg_reply_one(&reply, table, &answer, &err);
        if (code == BG_OK && bg_has(options, BG_OPTION_JSON))
                code = bg_print_json(stdout, table, &answer, &err);
        else if (code == BG_OK)
                answers[options->command->id].print(&answer, asked);
        return code == BG_OK ? 0 : bg_tell_error(options, &err);
}

int bg_run_list(const struct bg_options *options)
{
        bg_auto(bg_reply_done) struct bg_reply reply = {0};
        struct bg_error err;
        struct bg_ask ask;
        int status = 0;

        bg_ask_from(options, &ask);
        if (bg_ask_helper(options, options->command->verb, &ask, &reply, &status) != BG_OK)
                return status;
        enum bg_code code = bg_has(options, BG_OPTION_JSON) ? print_list_json(&reply, &err)
                                                            : print_list(&reply, &err);
        return code == BG_OK ? 0 : bg_tell_error(options, &err);
}
