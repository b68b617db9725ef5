/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; see factors.h. */
#include "bgctl/setuid/factors.h"

#include "bgctl/setuid/terminal.h"
#include "policy/host/clock.h"
#include "policy/store/factors.h"

#include <liboath/oath.h>
#include <security/pam_appl.h>
#include <sodium.h>

#define PAM_FOLDER "pam.d"
#define SERVICE_FILE_BYTES_MAX 8192

static const char totp[] = "totp";

enum bg_code factor_check(const struct helper *h, const char *factor, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        char name[BG_NAME_BYTES + 16];
        char text[SERVICE_FILE_BYTES_MAX + 1];
        size_t n = 0;

        if (strcmp(factor, totp) == 0)
                return BG_OK;
        (void)snprintf(name, sizeof name, "breakglass-%s", factor);
        enum bg_code code = bg_dir_sub(&h->store.etc, PAM_FOLDER, &dir, err);
        if (code == BG_OK)
                code = bg_dir_read(&dir, name, SERVICE_FILE_BYTES_MAX, text, &n, err);
        if (code == BG_NO_SUCH)
                return bg_fail(err, BG_BAD_POLICY, 0, "the factor %s has no file %s/%s/%s", factor,
                        h->store.etc.path, PAM_FOLDER, name);
        return code;
}

/* One step back and ahead of RFC 6238's 30 s, six digits: clocks of phones are that good. */
#define STEP_SEC 30
#define DIGITS 6
#define ASKED_MAX 3

/* A broken host is not the person's fault. She is told nothing of it, the record is. */
static void note_trouble(struct helper *h, enum bg_code code, const struct bg_error *why)
{
        if (code != BG_OK && code != BG_NO_SUCH && !h->trouble[0])
                bg_copy(h->trouble, sizeof h->trouble, why->text);
}

static bool judge_code(struct helper *h, const char *answer, bg_usec wall)
{
        unsigned char secret[BG_TOTP_SECRET_BYTES_MAX];
        char right[DIGITS + 1];
        size_t n_secret = 0;
        uint64_t matched = 0;
        bool taken = false;

        struct bg_error why = {0};
        enum bg_code code = h->human.found
                ? bg_totp_load(&h->store.state, h->human.name, secret, &n_secret, &why)
                : BG_NO_SUCH;
        bool enrolled = code == BG_OK;
        note_trouble(h, code, &why);
        if (!enrolled) {
                /* The same work for whoever is not enrolled. */
                memset(secret, 0, sizeof secret);
                n_secret = BG_TOTP_SECRET_BYTES;
        }
        uint64_t now = wall / BG_USEC_PER_SEC / STEP_SEC;
        for (uint64_t step = now - 1; step <= now + 1; step++) {
                if (oath_totp_generate((const char *)secret, n_secret, (time_t)(step * STEP_SEC),
                            STEP_SEC, OATH_TOTP_DEFAULT_START_TIME, DIGITS, right) != OATH_OK)
                        continue;
                if (strlen(answer) == DIGITS && sodium_memcmp(answer, right, DIGITS) == 0)
                        matched = step;
        }
        if (enrolled && matched) {
                code = bg_code_take(&h->store.state, h->human.name, secret, n_secret, matched,
                        &taken, &why);
                note_trouble(h, code, &why);
        }
        bool good = enrolled && matched && code == BG_OK && taken;
        sodium_memzero(secret, sizeof secret);
        sodium_memzero(right, sizeof right);
        return good;
}

/* Phones show "453 599": spaces are no part of a code. */
static bool is_code(char *answer)
{
        size_t n = 0;
        for (const char *p = answer; *p; p++)
                if (*p != ' ')
                        answer[n++] = *p;
        answer[n] = '\0';
        return n == DIGITS && strspn(answer, "0123456789") == DIGITS;
}

/* What cannot be a code is asked for again: it tells nothing, and nobody meant it. */
static bool ask_code(int terminal, char ret[static ANSWER_BYTES])
{
        char clock[CLOCK_TEXT_BYTES];
        char prompt[80];
        struct bg_now now;

        for (int asked = 0; asked < ASKED_MAX; asked++) {
                if (bg_now_read(&now, NULL) != BG_OK)
                        return false;
                (void)snprintf(prompt, sizeof prompt, "Code (this host's clock says %s): ",
                        terminal_clock(now.wall, clock));
                if (!terminal_ask(terminal, prompt, true, ret))
                        return false;
                if (is_code(ret))
                        return true;
        }
        return false;
}

static bool prove_totp(struct helper *h, int terminal)
{
        char answer[ANSWER_BYTES];
        struct bg_now now;

        bool good = ask_code(terminal, answer) && bg_now_read(&now, NULL) == BG_OK &&
                judge_code(h, answer, now.wall);
        sodium_memzero(answer, sizeof answer);
        return good;
}

struct conversation {
        int terminal;
        bool quiet; /* the account stage says nothing: it would tell that the password was right */
};

/* PAM's conversation, see pam_conv(3). Errors of modules are not shown: they tell which part was
 * wrong. */
static int converse(
        int n, const struct pam_message **messages, struct pam_response **ret, void *context)
{
        const struct conversation *c = context;

        if (n <= 0 || n > PAM_MAX_NUM_MSG)
                return PAM_CONV_ERR;
        struct pam_response *responses = calloc((size_t)n, sizeof *responses);
        if (!responses)
                return PAM_BUF_ERR;
        for (int i = 0; i < n; i++) {
                int style = messages[i]->msg_style;
                bool asks = style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;
                if (style == PAM_TEXT_INFO && !c->quiet) {
                        terminal_print(c->terminal, messages[i]->msg);
                        terminal_print(c->terminal, "\n");
                }
                if (!asks)
                        continue;
                char *answer = malloc(ANSWER_BYTES);
                responses[i].resp = answer;
                if (answer && terminal_ask(c->terminal, messages[i]->msg,
                                      style == PAM_PROMPT_ECHO_ON, answer))
                        continue;
                for (int j = 0; j <= i; j++)
                        if (responses[j].resp) {
                                sodium_memzero(responses[j].resp, ANSWER_BYTES);
                                free(responses[j].resp);
                        }
                free(responses);
                return PAM_CONV_ERR;
        }
        *ret = responses;
        return PAM_SUCCESS;
}

/* The helper waits once, at the end, whatever failed. */
static void no_delay(int status, unsigned usec, void *context)
{
        (void)status;
        (void)usec;
        (void)context;
}

static bool prove_by_pam(struct helper *h, int terminal, const char *factor)
{
        struct conversation conversation = {.terminal = terminal};
        const struct pam_conv conv = {converse, &conversation};
        char service[BG_NAME_BYTES + 16];
        char folder[BG_PATH_BYTES + sizeof PAM_FOLDER + 1];
        pam_handle_t *pamh = NULL;
        void (*delay)(int, unsigned, void *) = no_delay;

        (void)snprintf(service, sizeof service, "breakglass-%s", factor);
        (void)snprintf(folder, sizeof folder, "%s/%s", h->store.etc.path, PAM_FOLDER);
        int r = pam_start_confdir(service, h->human.name, &conv, folder, &pamh);
        if (r != PAM_SUCCESS) {
                struct bg_error why;
                (void)bg_fail(&why, BG_SYSTEM, 0, "%s cannot be asked", service);
                note_trouble(h, BG_SYSTEM, &why);
                return false;
        }
        if (pam_set_item(pamh, PAM_FAIL_DELAY, *(void **)&delay) != PAM_SUCCESS)
                r = PAM_SYSTEM_ERR;
        if (r == PAM_SUCCESS && h->caller.found)
                r = pam_set_item(pamh, PAM_RUSER, h->caller.name);
        if (r == PAM_SUCCESS)
                r = pam_authenticate(pamh, PAM_DISALLOW_NULL_AUTHTOK);
        /* Asked in any case, so that a right password takes no longer than a wrong one: a locked or
         * expired human is no human of ours. */
        conversation.quiet = true;
        int account = pam_acct_mgmt(pamh, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
        (void)pam_end(pamh, r);
        return r == PAM_SUCCESS && account == PAM_SUCCESS && h->human.found;
}

bool factor_prove(struct helper *h, int terminal, const char *factor)
{
        return strcmp(factor, totp) == 0 ? prove_totp(h, terminal)
                                         : prove_by_pam(h, terminal, factor);
}
