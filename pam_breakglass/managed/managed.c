/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* managed.so: does the module's work for managed accounts, as root in su and sshd, called by the
 * loader alone. It trusts the store and this host's own files, and no word of whoever logs in. It
 * holds no signing key: it can refuse, take a use, and add groups.
 *
 * Each call of PAM's is one turn through here: options, guard, facts, the phase, guard left, and
 * then what there is to say. */
#include "pam_breakglass/interface.h"
#include "pam_breakglass/managed/answer.h"
#include "pam_breakglass/managed/key.h"
#include "pam_breakglass/managed/phases.h"

#include <sodium.h>

#include <security/pam_ext.h>
#include <syslog.h>

/* `decides`: it is refused, with `refused`, where the facts are not to be had. The other calls go by
 * what open_session kept, and want the store for the record alone. */
struct turn {
        const char *name;
        int (*phase)(struct bg_login *login);
        int refused;
        bool decides;
};

/* The facts were not to be had: refused, also where the identity lets ordinary logins through, for a
 * grant that may lie there and cannot be read never falls back to plain. Auth leaves the telling to
 * account. */
static int refuse(struct bg_login *login, const struct turn *turn, const struct bg_error *err)
{
        struct bg_event event;

        if (turn->phase == bg_auth)
                return turn->refused;
        bg_answer_event(login, BG_EVENT_SESSION_REFUSED, NULL, &event);
        return bg_answer_refused(login, &event, err, turn->refused);
}

static int within_guard(struct bg_login *login, const struct turn *turn)
{
        struct bg_error err = {0};
        enum bg_code code = bg_login_begin(login, &err);

        if (code == BG_OK && sodium_init() < 0)
                code = bg_fail(&err, BG_SYSTEM, 0, "libsodium does not start");
        return code == BG_OK || !turn->decides ? turn->phase(login) : refuse(login, turn, &err);
}

static int take_turn(
        const struct turn *turn, pam_handle_t *pamh, int flags, int argc, const char **argv)
{
        bg_auto(bg_login_done) struct bg_login login = {
                .pamh = pamh, .flags = flags, .store = BG_STORE_NONE};
        struct bg_error err = {0};

        bg_options_read(pamh, argc, argv, &login.options);
        enum bg_code code = bg_guard_enter(&login.guard, login.options.places.owner, &err);
        int answer = code == BG_OK ? within_guard(&login, turn) : turn->refused;
        if (code == BG_OK)
                code = bg_guard_leave(&login.guard, &err);
        if (code != BG_OK) {
                bg_answer_broken(&login, turn->name, &err);
                answer = turn->refused;
        }
        if (login.options.debug)
                pam_syslog(pamh, LOG_DEBUG, "%s: %s", turn->name, pam_strerror(pamh, answer));
        bg_answer_tell(&login);
        return answer;
}

static int authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
        static const struct turn turn = {"auth", bg_auth, PAM_AUTHINFO_UNAVAIL, true};
        return take_turn(&turn, pamh, flags, argc, argv);
}

static int setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
        static const struct turn turn = {"setcred", bg_session_setcred, PAM_CRED_ERR, false};
        bool gives = (unsigned)flags & (PAM_ESTABLISH_CRED | PAM_REINITIALIZE_CRED);

        return gives && bg_session_is_elevated(pamh) ? take_turn(&turn, pamh, flags, argc, argv)
                                                     : PAM_IGNORE;
}

static int acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
        static const struct turn turn = {"account", bg_account, PAM_PERM_DENIED, true};
        return take_turn(&turn, pamh, flags, argc, argv);
}

static int keep_key(pam_handle_t *pamh)
{
        struct bg_error err = {0};

        if (bg_key_keep(pamh, &err) == BG_OK)
                return PAM_IGNORE;
        pam_syslog(pamh, LOG_CRIT, "refused in session: %s", err.text);
        return PAM_SESSION_ERR;
}

static int open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
        static const struct turn turn = {"session", bg_session_open, PAM_SESSION_ERR, true};
        struct bg_options options;

        bg_options_read(pamh, argc, argv, &options);
        return options.key ? keep_key(pamh) : take_turn(&turn, pamh, flags, argc, argv);
}

static int closing(struct bg_login *login)
{
        bg_session_close(login);
        return PAM_SUCCESS;
}

/* It never fails: the session is over, whatever becomes of its record. */
static int close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
        static const struct turn turn = {"close", closing, PAM_SUCCESS, false};
        struct bg_options options;

        bg_options_read(pamh, argc, argv, &options);
        return !options.key && bg_session_is_elevated(pamh)
                       ? take_turn(&turn, pamh, flags, argc, argv)
                       : PAM_IGNORE;
}

__attribute__((visibility("default"))) const struct bg_interface bg_managed = {
        .version = BG_INTERFACE_VERSION,
        .authenticate = authenticate,
        .setcred = setcred,
        .acct_mgmt = acct_mgmt,
        .open_session = open_session,
        .close_session = close_session,
};
