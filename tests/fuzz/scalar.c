/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scalars: what parses prints to the same text, or to the one canonical form that then does. */
#include "tests/fuzz/fuzz.h"

#include "policy/format/scalar.h"
#include "policy/format/syntax.h"

static void names(const char *text)
{
        if (bg_is_name(text)) {
                MUST(strlen(text) < BG_NAME_BYTES && !strchr(text, '/') && text[0] != '.');
                MUST(bg_is_principal(text) && bg_is_clean_text(text));
        }
        if (bg_is_role_name(text))
                MUST(bg_is_name(text) && strlen(text) < BG_ROLE_BYTES);
        if (bg_is_env_name(text))
                MUST(!strchr(text, '=') && strncmp(text, "LD_", 3) != 0);
        (void)bg_is_machine_id(text);
        (void)bg_is_other_type(text);
}

static void times(const char *text)
{
        char again[BG_TIME_BYTES];
        char printed[BG_DURATION_BYTES];
        bg_usec t = 0;
        bg_usec u = 0;
        if (bg_time_parse(text, &t))
                MUST(strcmp(bg_time_print(t, again), text) == 0);
        if (bg_duration_parse(text, &t)) {
                MUST(t > 0 && t <= BG_DURATION_MAX);
                MUST(bg_duration_parse(bg_duration_print(t, printed), &u) && u == t);
        }
}

static void others(const char *text)
{
        char id[BG_ID_BYTES];
        char twice[BG_ID_BYTES];
        uint64_t number = 0;
        if (bg_id_parse(text, id))
                MUST(bg_is_id(id) && bg_id_parse(id, twice) && strcmp(id, twice) == 0);
        if (bg_is_id(text))
                MUST(bg_id_parse(text, id) && strcmp(id, text) == 0);
        if (bg_number_parse(text, 1000, &number)) {
                char printed[24];
                (void)snprintf(printed, sizeof printed, "%u", (unsigned)number);
                MUST(number <= 1000 && strcmp(printed, text) == 0);
        }
        if (bg_is_network(text)) {
                (void)bg_network_has(text, "10.0.0.1");
                if (!strchr(text, '/'))
                        MUST(bg_network_has(text, text));
        }
        (void)bg_network_has("10.0.0.0/8", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = fuzz_text(data, size);
        names(text);
        times(text);
        others(text);
        size_t n = strlen(text);
        bool clean = bg_is_clean_text(text);
        char *copy = fuzz_text((const uint8_t *)text, n);
        bg_clean(copy);
        MUST(bg_is_clean_text(copy) && strlen(copy) <= n);
        MUST(!clean || strcmp(copy, text) == 0);
        free(copy);
        free(text);
        return 0;
}
