/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of breakglass.yaml; see host.h. */
#include "policy/format/host.h"

/* The kinds of proof of NIST SP 800-63B, 4: something known, held, or that one is. */
static bool is_kind(const char *text)
{
        return strcmp(text, "knowledge") == 0 || strcmp(text, "possession") == 0 ||
                strcmp(text, "inherence") == 0;
}

static const struct bg_field fields[] = {
        BG_F(bg_host, BG_PAIRS, factors, .check = bg_is_factor_name, .check_value = is_kind),
        BG_F(bg_host, BG_LIST, default_factors, .check = bg_is_factor_name),
        BG_F(bg_host, BG_DURATION, default_duration),
        BG_F(bg_host, BG_DURATION, ceiling),
};

const struct bg_table bg_host_table = {
        .what = "host file",
        .syntax = BG_YAML,
        .code = BG_BAD_POLICY,
        .size = sizeof(struct bg_host),
        BG_FIELDS(fields),
};

void bg_host_defaults(struct bg_host *host)
{
        static const struct bg_pairs factors = {
                .n = 2, .v = {{"password", "knowledge"}, {"totp", "possession"}}};
        static const struct bg_list default_factors = {.n = 2, .v = {"password", "totp"}};

        if (host->factors.n == 0)
                host->factors = factors;
        if (host->default_factors.n == 0)
                host->default_factors = default_factors;
        if (host->default_duration == 0)
                host->default_duration = BG_DEFAULT_DURATION;
        if (host->ceiling == 0)
                host->ceiling = BG_DEFAULT_CEILING;
}
