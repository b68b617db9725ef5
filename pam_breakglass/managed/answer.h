/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place where a bg_error becomes sentences for the person, an event for the record and a
 * code for PAM. */
#pragma once

#include "pam_breakglass/managed/attempt.h"

/* An event about this login; `decision` may be NULL, or be without a grant. */
void bg_answer_event(const struct bg_login *login, enum bg_event_kind kind,
        const struct bg_decision *decision, struct bg_event *ret);

/* Makes a session-refused of `event` (from bg_answer_event(); with its use number, where one was
 * taken), with err's code and text, records it, and notes what the person will be told. Returns
 * `answer`. It is refused also where that cannot be recorded: then LOG_CRIT has it. */
int bg_answer_refused(
        struct bg_login *login, struct bg_event *event, const struct bg_error *err, int answer);

/* The same where the module could not even begin, or not end in order: LOG_CRIT alone has it. */
void bg_answer_broken(struct bg_login *login, const char *call, const struct bg_error *err);

/* Records an event; that it could not will be said at LOG_CRIT. */
void bg_answer_record(struct bg_login *login, const struct bg_event *event);

/* `without_grant: observe`: the login goes on, and what deny would have said is recorded. */
void bg_answer_observed(struct bg_login *login, const struct bg_decision *decision);

/* Notes that the elevated session is open, where the person sits at a terminal. */
void bg_answer_opened(struct bg_login *login, const struct bg_event *opened);

/* Says what was noted, to the person and to syslog, either of which may hold us up: outside the
 * guard. */
void bg_answer_tell(const struct bg_login *login);
