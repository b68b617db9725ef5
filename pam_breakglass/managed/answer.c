/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences, events and PAM's codes; see answer.h. */
#include "pam_breakglass/managed/answer.h"

#include "policy/host/clock.h"
#include "policy/store/events.h"
#include "policy/store/load.h"

#include <inttypes.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <syslog.h>

/* When the session ends, by the stricter clock. The two are read one after the other: what differs by
 * less than a second is the grant's own end. */
static bg_usec end_of(const struct bg_login *login, const struct bg_decision *decision)
{
        bg_usec end = login->attempt.now.wall + decision->left;
        bg_usec said = decision->allowance.exp;
        return end < said && said - end >= BG_USEC_PER_SEC ? end : said;
}

static void about_grant(
        const struct bg_login *login, const struct bg_decision *decision, struct bg_event *ret)
{
        const struct bg_grant *grant = decision->grant;

        bg_copy(ret->grant, sizeof ret->grant, grant->id);
        bg_copy(ret->request, sizeof ret->request, grant->id);
        /* What was not verified is nobody's word. */
        if (grant->found != BG_OK)
                return;
        const struct bg_claims *claims = &grant->claims;
        bg_copy(ret->role, sizeof ret->role, claims->role);
        bg_copy(ret->reason, sizeof ret->reason, claims->reason);
        bg_copy(ret->ticket, sizeof ret->ticket, claims->ticket);
        bg_copy(ret->requester, sizeof ret->requester, claims->requester);
        bg_claims_approvers(claims, ret->approvers, sizeof ret->approvers);
        bg_policy_digest(&login->policy, claims->role, ret->policy);
        ret->uses = (int64_t)grant->uses_taken;
        bool elevated = decision->verdict == BG_ELEVATE;
        ret->expires = elevated ? end_of(login, decision) : claims->exp;
        ret->uses_max = (int64_t)(elevated ? decision->allowance.max_uses : claims->max_uses);
}

void bg_answer_event(const struct bg_login *login, enum bg_event_kind kind,
        const struct bg_decision *decision, struct bg_event *ret)
{
        const struct bg_attempt *attempt = &login->attempt;

        bg_event_init(ret, kind, attempt->now.wall);
        bg_copy(ret->account, sizeof ret->account, attempt->account);
        /* uid 0 is never managed: here it is one that was not found. */
        ret->uid = attempt->uid ? (int64_t)attempt->uid : -1;
        bg_copy(ret->service, sizeof ret->service, attempt->service);
        bg_copy(ret->origin, sizeof ret->origin, attempt->origin);
        bg_copy(ret->terminal, sizeof ret->terminal, login->terminal);
        ret->login_uid = login->login_uid;
        if (bg_login_is_su(login)) {
                ret->caller_uid = (int64_t)login->guard.uids[0];
                bg_copy(ret->person, sizeof ret->person, attempt->caller.name);
                bg_clean(ret->person);
                /* A name that the record's reader would refuse is told by its number alone. */
                if (bg_is_name(attempt->caller.name))
                        bg_copy(ret->caller, sizeof ret->caller, attempt->caller.name);
        }
        if (decision && decision->grant)
                about_grant(login, decision, ret);
}

/* Whose flood it would be: su's caller can refuse himself as often as he likes, and what he fills
 * must not hide others' events; whoever comes by ssh has the account's own means. */
static uid_t payer(const struct bg_login *login)
{
        if (!bg_login_is_su(login))
                return login->attempt.uid;
        return login->attempt.caller.found ? login->guard.uids[0] : BG_EVENTS_NOBODY;
}

void bg_answer_record(struct bg_login *login, const struct bg_event *event)
{
        struct bg_error err = {0};

        if (bg_event_write(&login->store, payer(login), event, &err) != BG_OK)
                (void)snprintf(login->lost, sizeof login->lost,
                        "%s of %s (%s) could not be recorded: %s", bg_event_word(event->kind),
                        event->account, bg_code_word(event->code), err.text);
}

void bg_answer_observed(struct bg_login *login, const struct bg_decision *decision)
{
        struct bg_event event;

        if (login->policy.identity.without_grant != BG_WITHOUT_GRANT_OBSERVE)
                return;
        bg_answer_event(login, BG_EVENT_WOULD_REFUSE, decision, &event);
        event.code = decision->code;
        bg_copy(event.key, sizeof event.key, login->attempt.key);
        bg_answer_record(login, &event);
}

/* Each line says whose it is, and fits a console of 80 columns. */
static const char line_prefix[] = "breakglass: ";
#define LINE_COLUMNS 80

/* How many bytes of `text` make the next line: all, or up to the end of a word; where a sentence or,
 * after two blanks, a command begins within, up to there, so that it can be copied whole. */
static size_t next_line(const char *text, size_t room)
{
        size_t word = 0;
        size_t part = 0;

        if (strlen(text) <= room)
                return strlen(text);
        for (size_t i = 1; text[i] && i <= room; i++) {
                if (text[i] != ' ' || text[i - 1] == ' ')
                        continue;
                word = i;
                if (text[i + 1] == ' ' || text[i - 1] == '.')
                        part = i;
        }
        if (part)
                return part;
        return word ? word : strcspn(text + 1, " ") + 1;
}

static void __attribute__((format(printf, 2, 3)))
note(struct bg_login *login, const char *format, ...)
{
        char text[BG_LINE_TEXT_BYTES];
        const size_t room = LINE_COLUMNS - (sizeof line_prefix - 1);
        va_list args;

        va_start(args, format);
        (void)vsnprintf(text, sizeof text, format, args);
        va_end(args);
        bg_clean(text);
        for (const char *rest = text; *rest && login->n_lines < BG_LINES_MAX;) {
                size_t n = next_line(rest, room);
                (void)snprintf(login->lines[login->n_lines++], BG_LINE_TEXT_BYTES, "%s%.*s",
                        line_prefix, (int)(n < BG_LINE_TEXT_BYTES - 64 ? n : BG_LINE_TEXT_BYTES - 64),
                        rest);
                rest += n;
                /* Of the two blanks before a command one stays, which sets it off. */
                if (rest[0] == ' ')
                        rest++;
        }
}

/* The reason in words, then the way on. A path or an offset of what is wrong would help nobody at
 * the door; root finds it in the record. */
static void note_refusal(struct bg_login *login, enum bg_code code)
{
        const struct bg_attempt *attempt = &login->attempt;
        const char *host = attempt->now.host;
        char way_on[BG_LINE_TEXT_BYTES];

        login->style = PAM_ERROR_MSG;
        note(login, "%s cannot log in to %s: %s (%s).", attempt->account, host,
                bg_code_sentence(code), bg_code_word(code));
        (void)bg_words_fill(way_on, sizeof way_on, bg_code_way_on(code), attempt->account, host);
        note(login, "%s", way_on);
        /* To refuse root's own su gains nothing that root lacks. */
        if (bg_login_is_su(login) && login->guard.uids[0] == 0)
                note(login, "root needs no grant:  runuser -u %s -- COMMAND",
                        attempt->account);
}

int bg_answer_refused(
        struct bg_login *login, struct bg_event *event, const struct bg_error *err, int answer)
{
        event->kind = BG_EVENT_SESSION_REFUSED;
        event->time = login->attempt.now.wall;
        event->code = err->code;
        bg_copy(event->text, sizeof event->text, err->text);
        bg_clean(event->text);
        bg_answer_record(login, event);
        note_refusal(login, err->code);
        return answer;
}

void bg_answer_broken(struct bg_login *login, const char *call, const struct bg_error *err)
{
        pam_syslog(login->pamh, LOG_CRIT, "refused in %s: %s", call, err->text);
        login->style = PAM_ERROR_MSG;
        note(login, "the login is refused: %s (%s).", bg_code_sentence(err->code),
                bg_code_word(err->code));
}

/* sshd shows it in a login and drops it where a command was asked for. su would print it
 * on the standard output of a script. */
void bg_answer_opened(struct bg_login *login, const struct bg_event *opened)
{
        char end[BG_LOCAL_TIME_BYTES];

        if (!bg_login_is_ssh(login) && !isatty(STDOUT_FILENO))
                return;
        login->style = PAM_TEXT_INFO;
        (void)bg_local_time(opened->expires, opened->time, end);
        if (opened->uses_max > 0)
                note(login, "%s, role %s, ends %s. Session %" PRId64 " of %" PRId64 ".",
                        opened->grant, opened->role, end, opened->use, opened->uses_max);
        else
                note(login, "%s, role %s, ends %s. Session %" PRId64 ".", opened->grant,
                        opened->role, end, opened->use);
}

void bg_answer_tell(const struct bg_login *login)
{
        if (login->lost[0])
                pam_syslog(login->pamh, LOG_CRIT, "%s", login->lost);
        if ((unsigned)login->flags & PAM_SILENT)
                return;
        for (unsigned i = 0; i < login->n_lines; i++)
                (void)pam_prompt(login->pamh, login->style, NULL, "%s", login->lines[i]);
}
