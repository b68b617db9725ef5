/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two checks beside libyaml; see syntax.h. */
#include "policy/format/syntax.h"

#include <string.h>

static const char decimal[] = "0123456789_";

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static const char *digits(const char *p, const char *set)
{
        return p + strspn(p, set);
}

/* 0x1F, 0o17, 0b1; in YAML 1.1 a "_" may stand between digits. */
static bool is_based_number(const char *p)
{
        static const char *const sets[] = {
                ['x'] = "0123456789abcdefABCDEF_", ['o'] = "01234567_", ['b'] = "01_"};
        unsigned char base = p[0] == '0' ? (unsigned char)p[1] : 0;

        if (base >= sizeof sets / sizeof *sets || !sets[base])
                return false;
        return p[2] && !*digits(p + 2, sets[base]);
}

/* 12, 1.5, .5, 1e3, and YAML 1.1's 1:30 */
static bool is_decimal_number(const char *p)
{
        const char *end = digits(p, decimal);
        bool any = end > p;

        if (any && *end == ':') {
                while (*end == ':' && is_digit(end[1]))
                        end = digits(end + 1, decimal);
                return *end == '\0';
        }
        if (*end == '.') {
                const char *fraction = end + 1;
                end = digits(fraction, decimal);
                any = any || end > fraction;
        }
        if (any && (*end == 'e' || *end == 'E')) {
                const char *exponent = end + 1 + (end[1] == '+' || end[1] == '-');
                end = digits(exponent, decimal);
                any = end > exponent;
        }
        return any && *end == '\0';
}

static bool is_one_of(const char *text, const char *const *words)
{
        for (; *words; words++)
                if (strcmp(text, *words) == 0)
                        return true;
        return false;
}

bool bg_is_other_type(const char *text)
{
        static const char *const words[] = {"", "~", "null", "Null", "NULL", "true", "True", "TRUE",
                "false", "False", "FALSE", "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No",
                "NO", "on", "On", "ON", "off", "Off", "OFF", ".nan", ".NaN", ".NAN", NULL};
        static const char *const endless[] = {".inf", ".Inf", ".INF", NULL};
        const char *number = text + (text[0] == '+' || text[0] == '-');

        return is_one_of(text, words) || is_one_of(number, endless) || is_based_number(number) ||
               is_decimal_number(number);
}

/* The length of an escape of JSON's after its backslash; 0: none. */
static size_t escape_length(const char *p, size_t n)
{
        static const char hex[] = "0123456789abcdefABCDEF";
        if (n == 0 || !p[0] || !strchr("\"\\/bfnrtu", p[0]))
                return 0;
        if (p[0] != 'u')
                return 1;
        for (size_t i = 1; i <= 4; i++)
                if (i >= n || !p[i] || !strchr(hex, p[i]))
                        return 0;
        return 5;
}

/* NEL, and the separators of lines and paragraphs. */
static bool is_line_break(const char *p, size_t n)
{
        return (n >= 2 && memcmp(p, "\xC2\x85", 2) == 0) ||
               (n >= 3 && (memcmp(p, "\xE2\x80\xA8", 3) == 0 || memcmp(p, "\xE2\x80\xA9", 3) == 0));
}

/* Where the text that begins before `at` ends: behind its closing quote, or at what is wrong. */
static bool skip_text(const char *text, size_t n_bytes, size_t *at)
{
        while (*at < n_bytes) {
                const char *p = text + *at;
                if (*p == '"') {
                        ++*at;
                        return true;
                }
                size_t n = 1;
                if (*p == '\\') {
                        n += escape_length(p + 1, n_bytes - *at - 1);
                        if (n == 1)
                                return false;
                }
                if ((unsigned char)*p < 0x20 || is_line_break(p, n_bytes - *at))
                        return false;
                *at += n;
        }
        return false;
}

bool bg_is_json(const char *text, size_t n_bytes, size_t *ret_at)
{
        size_t at = 0;
        char before = '\0'; /* the last byte that was no blank */

        while (at < n_bytes) {
                char c = text[at];
                *ret_at = at;
                if (!c || !strchr("\"{}[]:,0123456789+-.truefalsnE \t\r\n", c) ||
                        (before == ',' && (c == '}' || c == ']')))
                        return false;
                at++;
                /* A sign stands before a digit and a point behind one: "---", "- a" and "..." are
                 * YAML's. */
                if (c == '-' && !(at < n_bytes && is_digit(text[at])))
                        return false;
                if (c == '.' && !(at > 1 && is_digit(text[at - 2])))
                        return false;
                if (!strchr(" \t\r\n", c))
                        before = c;
                if (c == '"' && !skip_text(text, n_bytes, &at)) {
                        *ret_at = at;
                        return false;
                }
        }
        *ret_at = at;
        return true;
}
