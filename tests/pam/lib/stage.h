/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real modules, built with BG_TEST_HOOKS, called through the real libpam with PAM files of the
 * test's own: who logs in is the account "backup", which every Debian has, its state lies in a folder
 * of the test's, owned by whoever runs it. Run as root, su's caller is played by the real uid, and
 * groups are really added; run as anybody else, that part is refused, as it must be. */
#pragma once

#include "tests/unit/lib/unit.h"

#include "policy/format/grant.h"
#include "policy/format/token.h"
#include "policy/store/store.h"

#include <security/pam_appl.h>

#define ACCOUNT "backup"
#define ROLE_GROUP "audio"
/* What stands for the group `breakglass`, which a machine that builds does not have. */
#define MARKER_GROUP "nogroup"

struct stage {
        struct unit_place place; /* etc/ state/ run/ pam/ */
        struct bg_store store;
        struct bg_now now;
        struct bg_human account;
        struct bg_human caller; /* su's: its real uid in this process */
        unsigned char key[BG_SECRET_KEY_BYTES];
        pam_handle_t *pamh;
        char said[4096]; /* "error: …" and "info: …", a line each */
};

/* For cmocka: a policy (deny, one role), a key, no grant; `*state` is the stage. */
int stage_make(void **state);
int stage_remove(void **state);

/* Replaces the policy; `more` is YAML, "" or lines. */
void stage_identity(struct stage *stage, const char *more);
void stage_role(struct stage *stage, const char *more);

/* The claims of a grant that fits every login of the account, from a minute ago on. */
void stage_claims(struct stage *stage, struct bg_claims *ret);
/* Signs them with the host's key and opens the grant, as the helper does. */
void stage_open(struct stage *stage, const struct bg_claims *claims);
/* Both: the usual good grant. */
void stage_grant(struct stage *stage, struct bg_claims *ret);
/* Its token, placed as it is. */
void stage_place(struct stage *stage, const char *id, const char *token);
void stage_sign(struct stage *stage, const struct bg_claims *claims, const char *machine,
        char ret[static BG_TOKEN_BYTES_MAX]);
void stage_close(struct stage *stage, const char *id, enum bg_event_kind cause);

/* A PAM handle of `service` ("su", "sshd", …) for `user`. What was said before is forgotten. The
 * service's lines are those that init writes, followed by pam_deny in auth, by pam_permit else. */
void stage_start(struct stage *stage, const char *service, const char *user);
void stage_end(struct stage *stage);
/* A line put between the first and the last session line of sshd, from the next start on. */
void stage_between(struct stage *stage, const char *line);
/* Another module in our module's place, from the next start on. */
void stage_module(struct stage *stage, const char *module);

/* One call of PAM's; in "su" with the caller's real uid, put back after. */
int stage_call(struct stage *stage, int (*call)(pam_handle_t *, int), int flags);

/* How many events of that kind wait in events/ and unrecorded/; the last one read is in `ret`. */
unsigned stage_events(struct stage *stage, enum bg_event_kind kind, struct bg_event *ret);
/* The use `nth` of a grant; false: not taken. */
bool stage_use(struct stage *stage, const char *id, unsigned nth, struct bg_event *ret);

/* The login must be refused in account with this code, by sentence and one event, and give nothing. */
void assert_refused(struct stage *stage, enum bg_code code);
