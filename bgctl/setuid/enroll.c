/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; verb `enroll`: a TOTP secret for a human, shown once. Root needs no factors for it (it
 * could write the file anyway, and the event tells); a human enrols herself by her password at first
 * and by all factors to replace. */
#include "bgctl/setuid/helper.h"
#include "policy/host/users.h"
#include "policy/store/events.h"
#include "policy/store/factors.h"
#include "policy/store/load.h"

#include <liboath/oath.h>
#include <sodium.h>

static const char password[] = "password";

static enum bg_code is_enrolled(const struct helper *h, bool *ret, struct bg_error *err)
{
        unsigned char secret[BG_TOTP_SECRET_BYTES_MAX];
        size_t n = 0;
        enum bg_code code = bg_totp_load(&h->store.state, h->human.name, secret, &n, err);

        sodium_memzero(secret, sizeof secret);
        *ret = code == BG_OK;
        return code == BG_NO_SUCH ? BG_OK : code;
}

static enum bg_code choose_factors(struct helper *h, struct bg_error *err)
{
        struct bg_host host;
        bool enrolled = false;
        enum bg_code code = is_enrolled(h, &enrolled, err);

        if (code == BG_OK)
                code = bg_host_load(&h->store.etc, &host, err);
        if (code != BG_OK)
                return code;
        if (enrolled) {
                h->factors = host.default_factors;
        } else {
                h->factors.n = 1;
                bg_copy(h->factors.v[0], sizeof h->factors.v[0], password);
        }
        return BG_OK;
}

/* Root, or the human herself; and a human it must be. */
static enum bg_code name_person(struct helper *h, struct bg_error *err)
{
        const char *name = h->ask.person[0] ? h->ask.person : h->caller.name;
        enum bg_code code = bg_human_by_name(name, &h->human, err);

        if (code != BG_OK)
                return code;
        if (h->caller_uid != 0 && (!h->caller.found || strcmp(name, h->caller.name) != 0))
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "only root enrols another; you may enrol yourself");
        bg_policy_mark_managed(&h->store.etc, &h->human);
        if (!h->human.found)
                return bg_fail(err, BG_NO_SUCH, 0, "%s has no line in /etc/passwd", name);
        if (h->human.managed)
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "%s is a managed account: the decision is a human's", name);
        return BG_OK;
}

enum bg_code prepare_enroll(struct helper *h, struct bg_error *err)
{
        enum bg_code code = name_person(h, err);

        if (code != BG_OK)
                return code;
        (void)snprintf(h->what, sizeof h->what, "a new code secret of yours on %s", h->now.host);
        return h->caller_uid == 0 ? BG_OK : choose_factors(h, err);
}

/* otpauth://totp/HOST:HUMAN?secret=BASE32&issuer=breakglass, the Key URI of authenticator apps. */
static enum bg_code print_uri(const struct helper *h, const unsigned char *secret, size_t n,
        struct bg_enrolled *ret, struct bg_error *err)
{
        char *base32 = NULL;
        size_t n_base32 = 0;

        if (oath_base32_encode((const char *)secret, n, &base32, &n_base32) != OATH_OK)
                return bg_fail(err, BG_SYSTEM, 0, "liboath");
        bg_copy(ret->person, sizeof ret->person, h->human.name);
        (void)snprintf(ret->otpauth, sizeof ret->otpauth,
                "otpauth://totp/%s:%s?secret=%s&issuer=breakglass", h->now.host, h->human.name,
                base32);
        sodium_memzero(base32, n_base32);
        free(base32);
        return BG_OK;
}

enum bg_code act_enroll(struct helper *h, struct bg_error *err)
{
        unsigned char secret[BG_TOTP_SECRET_BYTES];
        struct bg_enrolled enrolled = {0};
        struct bg_event event;

        helper_event(h, BG_EVENT_ENROLLED, BG_OK, &event);
        enum bg_code code = bg_event_write(&h->store, h->caller_uid, &event, err);
        randombytes_buf(secret, sizeof secret);
        if (code == BG_OK)
                code = bg_totp_store(&h->store.state, h->human.name, secret, sizeof secret, err);
        if (code == BG_OK)
                code = print_uri(h, secret, sizeof secret, &enrolled, err);
        if (code == BG_OK)
                code = helper_answer(&bg_enrolled_table, &enrolled, err);
        sodium_memzero(secret, sizeof secret);
        sodium_memzero(&enrolled, sizeof enrolled);
        return code;
}

/* What was just enrolled is worth nothing at night if the app did not take it: one code is tried, and
 * nothing else comes of it. */
enum bg_code prepare_try_code(struct helper *h, struct bg_error *err)
{
        enum bg_code code = name_person(h, err);

        h->factors.n = 1;
        bg_copy(h->factors.v[0], sizeof h->factors.v[0], "totp");
        (void)snprintf(h->what, sizeof h->what, "one code, to see that the app has the secret");
        return code;
}

enum bg_code act_try_code(struct helper *h, struct bg_error *err)
{
        struct bg_enrolled enrolled = {0};
        bg_copy(enrolled.person, sizeof enrolled.person, h->human.name);
        return helper_answer(&bg_enrolled_table, &enrolled, err);
}
