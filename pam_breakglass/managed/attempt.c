/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of one login; see attempt.h. PAM_RUSER is never asked: whoever calls su may have set it. */
#include "pam_breakglass/managed/attempt.h"

#include "policy/host/clock.h"
#include "policy/host/users.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"
#include "policy/store/load.h"

/* An item of PAM's as clean text; "" where it is not set. */
static void read_item(pam_handle_t *pamh, int item, char *ret, size_t size)
{
        const void *text = NULL;

        if (pam_get_item(pamh, item, &text) != PAM_SUCCESS || !text)
                text = "";
        bg_copy(ret, size, text);
        bg_clean(ret);
}

static void read_items(struct bg_login *login)
{
        struct bg_attempt *attempt = &login->attempt;
        const void *answered = NULL;

        read_item(login->pamh, PAM_USER, attempt->account, sizeof attempt->account);
        read_item(login->pamh, PAM_SERVICE, attempt->service, sizeof attempt->service);
        read_item(login->pamh, PAM_TTY, login->terminal, sizeof login->terminal);
        /* `su -` is another service to PAM, with a file that includes su's. */
        if (strcmp(attempt->service, "su-l") == 0)
                bg_copy(attempt->service, sizeof attempt->service, "su");
        if (!bg_is_name(attempt->service))
                attempt->service[0] = '\0';
        if (bg_login_is_ssh(login))
                read_item(login->pamh, PAM_RHOST, attempt->origin, sizeof attempt->origin);
        if (pam_get_data(login->pamh, BG_DATA_ANSWERED, &answered) == PAM_SUCCESS && answered)
                bg_copy(attempt->answered, sizeof attempt->answered, answered);
}

static enum bg_code read_people(struct bg_login *login, struct bg_error *err)
{
        struct bg_attempt *attempt = &login->attempt;
        struct bg_human account;
        enum bg_code code = bg_human_by_name(attempt->account, &account, err);

        if (code == BG_OK && !account.found)
                code = bg_fail(
                        err, BG_BAD_POLICY, 0, "%s has no line in /etc/passwd", attempt->account);
        if (code != BG_OK)
                return code;
        attempt->uid = account.uid;
        return bg_login_is_su(login) ? bg_human_by_uid(login->guard.uids[0], &attempt->caller, err)
                                     : BG_OK;
}

/* That a place is not there is a store that failed: a grant may lie in it. */
static enum bg_code open_store(struct bg_login *login, struct bg_error *err)
{
        const struct bg_places *places = &login->options.places;
        enum bg_code code = bg_store_open(places, &login->store, err);

        /* The refusal itself can still be left in /run. */
        if (code != BG_OK)
                (void)bg_dir_open(places->run, places->owner, &login->store.run, NULL);
        if (code == BG_NO_SUCH && err)
                err->code = BG_STORE_FAILED;
        return code == BG_NO_SUCH ? BG_STORE_FAILED : code;
}

enum bg_code bg_login_begin(struct bg_login *login, struct bg_error *err)
{
        enum bg_code code = bg_now_read(&login->attempt.now, err);

        read_items(login);
        login->login_uid = bg_login_uid();
        enum bg_code store = open_store(login, code == BG_OK ? err : NULL);
        if (code == BG_OK)
                code = store;
        enum bg_code people = read_people(login, code == BG_OK ? err : NULL);
        return code == BG_OK ? people : code;
}

void bg_login_done(struct bg_login *login)
{
        bg_grants_done(&login->grants);
        bg_policy_done(&login->policy);
        bg_store_done(&login->store);
}

bool bg_login_is_su(const struct bg_login *login)
{
        return strcmp(login->attempt.service, "su") == 0;
}

bool bg_login_is_ssh(const struct bg_login *login)
{
        return strcmp(login->attempt.service, "sshd") == 0;
}

enum bg_code bg_login_load(struct bg_login *login, struct bg_error *err)
{
        struct bg_attempt *attempt = &login->attempt;
        const struct bg_dir *state = &login->store.state;
        struct bg_keyring keyring;

        bg_grants_done(&login->grants);
        bg_policy_done(&login->policy);
        enum bg_code code = bg_now_read(&attempt->now, err);
        if (code == BG_OK)
                code = bg_newest_load(state, &attempt->newest, err);
        if (code == BG_OK)
                code = bg_policy_load(&login->store.etc, attempt->account, &login->policy, err);
        /* It was there when the loader looked. */
        if (code == BG_NO_SUCH)
                return bg_fail(
                        err, BG_BAD_POLICY, 0, "the policy file of %s went away", attempt->account);
        if (code == BG_OK)
                code = bg_keyring_load(state, &keyring, err);
        if (code == BG_OK)
                code = bg_grants_load(
                        state, attempt->account, &keyring, &attempt->now, &login->grants, err);
        return code;
}

/* The grant that this session was let in by is gone: its tombstone says why. */
static enum bg_code why_gone(const struct bg_login *login)
{
        struct bg_event event;
        enum bg_code code =
                bg_tombstone_read(&login->store.state, login->attempt.answered, &event, NULL);

        if (code == BG_OK)
                return bg_cause_of(event.kind);
        return code == BG_NO_SUCH ? BG_NO_GRANT : BG_TAMPERED;
}

enum bg_code bg_look(
        struct bg_login *login, int64_t use, struct bg_decision *ret, struct bg_error *err)
{
        struct bg_attempt *attempt = &login->attempt;

        *ret = (struct bg_decision){.verdict = BG_REFUSE};
        ret->code = bg_login_load(login, err);
        if (ret->code != BG_OK)
                return ret->code;
        for (size_t i = 0; use > 0 && i < login->grants.n; i++)
                if (strcmp(login->grants.v[i].id, attempt->answered) == 0)
                        login->grants.v[i].uses_taken = (uint64_t)use - 1;

        enum bg_code code = bg_decide(&login->policy, &login->grants, attempt, ret);
        if (code == BG_NO_GRANT && attempt->answered[0])
                code = why_gone(login);
        if (code == BG_OK)
                return BG_OK;
        ret->verdict = BG_REFUSE;
        ret->code = code;
        return bg_fail(err, code, 0, "%s",
                ret->grant && ret->grant->found != BG_OK ? ret->grant->error.text : "");
}
