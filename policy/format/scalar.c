/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scalars read and printed; see scalar.h. */
#include "policy/format/scalar.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

static bool is_lower(char c)
{
        return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
        return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

bool bg_is_name(const char *text)
{
        if (!is_lower(text[0]) && !is_upper(text[0]) && text[0] != '_')
                return false;
        size_t n = 1;
        for (; text[n]; n++)
                if (!is_lower(text[n]) && !is_upper(text[n]) && !is_digit(text[n]) &&
                        !strchr("_-.", text[n]))
                        return false;
        return n < BG_NAME_BYTES;
}

bool bg_is_principal(const char *text)
{
        return bg_is_name(text[0] == '@' ? text + 1 : text);
}

bool bg_is_role_name(const char *text)
{
        if (!is_lower(text[0]))
                return false;
        size_t n = 1;
        for (; text[n]; n++)
                if (!is_lower(text[n]) && !is_digit(text[n]) && text[n] != '-')
                        return false;
        return n < BG_ROLE_BYTES;
}

bool bg_is_factor_name(const char *text)
{
        return bg_is_role_name(text);
}

bool bg_is_env_name(const char *text)
{
        if (!is_upper(text[0]) && text[0] != '_')
                return false;
        for (size_t n = 1; text[n]; n++)
                if (!is_upper(text[n]) && !is_digit(text[n]) && text[n] != '_')
                        return false;
        return strncmp(text, "LD_", 3) != 0 && strcmp(text, "GLIBC_TUNABLES") != 0 &&
                strncmp(text, "BREAKGLASS_", 11) != 0;
}

bool bg_is_machine_id(const char *text)
{
        size_t n = 0;
        for (; text[n]; n++)
                if (!is_digit(text[n]) && !(text[n] >= 'a' && text[n] <= 'f'))
                        return false;
        return n == BG_MACHINE_ID_BYTES - 1;
}

/* The length of the UTF-8 sequence at `p`, its code point in `ret`; 0 where there is none that is
 * well-formed (overlong forms and surrogates are not, see RFC 3629). */
static size_t utf8_next(const unsigned char *p, uint32_t *ret)
{
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t n = p[0] < 0x80 ? 1 : p[0] < 0xC0 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

        if (n == 0 || p[0] > 0xF4)
                return 0;
        uint32_t c = n == 1 ? p[0] : p[0] & (0xFFU >> (n + 1));
        for (size_t i = 1; i < n; i++) {
                if ((p[i] & 0xC0) != 0x80)
                        return 0;
                c = c << 6 | (p[i] & 0x3F);
        }
        if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
                return 0;
        *ret = c;
        return n;
}

/* C0, DEL and C1 controls; line and paragraph separators; the marks that turn the direction of
 * text (Unicode TR 9) and the byte order mark; noncharacters. */
static bool is_clean_point(uint32_t c)
{
        if (c < 0x20 || (c >= 0x7F && c < 0xA0))
                return false;
        if (c == 0x061C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
                (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF)
                return false;
        return (c & 0xFFFE) != 0xFFFE && !(c >= 0xFDD0 && c <= 0xFDEF);
}

bool bg_is_clean_text(const char *text)
{
        for (const unsigned char *p = (const unsigned char *)text; *p;) {
                uint32_t c = 0;
                size_t n = utf8_next(p, &c);
                if (n == 0 || !is_clean_point(c))
                        return false;
                p += n;
        }
        return true;
}

void bg_clean(char *text)
{
        char *to = text;
        for (const unsigned char *p = (const unsigned char *)text; *p;) {
                uint32_t c = 0;
                size_t n = utf8_next(p, &c);
                if (n == 0 || !is_clean_point(c)) {
                        *to++ = '?';
                        p += n ? n : 1;
                        continue;
                }
                memmove(to, p, n);
                to += n;
                p += n;
        }
        *to = '\0';
}

/* Crockford's alphabet: no I, L, O, U, so that an id can be read aloud. */
static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/* 2024-01-01T00:00:00Z */
#define ID_EPOCH_SEC UINT64_C(1704067200)
#define ID_DIGITS 8

void bg_id_make(bg_usec wall, uint16_t random, char ret[static BG_ID_BYTES])
{
        uint64_t sec = wall / BG_USEC_PER_SEC;
        uint64_t minutes = sec > ID_EPOCH_SEC ? (sec - ID_EPOCH_SEC) / 60 : 0;
        uint64_t bits = (minutes & 0x1FFFFFF) << 15 | (random & 0x7FFF);

        char *p = ret;
        for (int i = ID_DIGITS - 1; i >= 0; i--) {
                *p++ = crockford[bits >> (5 * i) & 31];
                if (i == ID_DIGITS / 2)
                        *p++ = '-';
        }
        *p = '\0';
}

bool bg_id_parse(const char *text, char ret[static BG_ID_BYTES])
{
        size_t n = 0;

        for (const char *p = text; *p; p++) {
                char c = is_lower(*p) ? (char)(*p - 'a' + 'A') : *p;
                if (c == '-' && n == ID_DIGITS / 2 && p - text == ID_DIGITS / 2)
                        continue;
                c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
                if (n == ID_DIGITS || !strchr(crockford, c))
                        return false;
                size_t at = n < ID_DIGITS / 2 ? n : n + 1;
                ret[at] = c;
                n++;
        }
        if (n != ID_DIGITS)
                return false;
        ret[ID_DIGITS / 2] = '-';
        ret[BG_ID_BYTES - 1] = '\0';
        return true;
}

bool bg_is_id(const char *text)
{
        char canonical[BG_ID_BYTES];
        return bg_id_parse(text, canonical) && strcmp(text, canonical) == 0;
}

bool bg_number_parse(const char *text, uint64_t max, uint64_t *ret)
{
        uint64_t value = 0;

        if (!is_digit(text[0]) || (text[0] == '0' && text[1]))
                return false;
        for (const char *p = text; *p; p++) {
                if (!is_digit(*p))
                        return false;
                uint64_t digit = (uint64_t)(*p - '0');
                if (value > (max - digit) / 10 || digit > max)
                        return false;
                value = value * 10 + digit;
        }
        *ret = value;
        return true;
}

static const struct {
        char unit;
        uint64_t sec;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

bool bg_duration_parse(const char *text, bg_usec *ret)
{
        static const uint64_t max_sec = BG_DURATION_MAX / BG_USEC_PER_SEC;
        size_t n = strlen(text);
        char digits[12];

        if (n < 2 || n > sizeof digits)
                return false;
        bg_copy(digits, n, text);
        uint64_t number = 0;
        if (!bg_number_parse(digits, max_sec, &number) || number == 0)
                return false;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
                if (units[i].unit == text[n - 1]) {
                        if (number > max_sec / units[i].sec)
                                return false;
                        *ret = number * units[i].sec * BG_USEC_PER_SEC;
                        return true;
                }
        return false;
}

const char *bg_duration_print(bg_usec duration, char ret[static BG_DURATION_BYTES])
{
        uint64_t sec = duration / BG_USEC_PER_SEC + (duration % BG_USEC_PER_SEC != 0);
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
                /* 90m rather than 5400s, but 24h rather than 1d: hours is how people plan. */
                if (sec % units[i].sec == 0 && sec >= units[i].sec &&
                        (units[i].unit != 'd' || sec > 2 * units[i].sec)) {
                        (void)snprintf(ret, BG_DURATION_BYTES, "%llu%c",
                                (unsigned long long)(sec / units[i].sec), units[i].unit);
                        return ret;
                }
        bg_copy(ret, BG_DURATION_BYTES, "0s");
        return ret;
}

const char *bg_time_print(bg_usec time, char ret[static BG_TIME_BYTES])
{
        struct tm tm;
        time_t sec = (time_t)(time / BG_USEC_PER_SEC);
        unsigned usec = (unsigned)(time % BG_USEC_PER_SEC);

        if (!gmtime_r(&sec, &tm)) {
                bg_copy(ret, BG_TIME_BYTES, "");
                return ret;
        }
        size_t n = strftime(ret, BG_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
        if (usec)
                (void)snprintf(ret + n, BG_TIME_BYTES - n, ".%06uZ", usec);
        else
                (void)snprintf(ret + n, BG_TIME_BYTES - n, "Z");
        return ret;
}

static bool two_digits(const char *p, int *ret)
{
        if (!is_digit(p[0]) || !is_digit(p[1]))
                return false;
        *ret = (p[0] - '0') * 10 + (p[1] - '0');
        return true;
}

bool bg_time_parse(const char *text, bg_usec *ret)
{
        size_t n = strlen(text);
        struct tm tm = {0};
        int century = 0;
        int year = 0;
        uint64_t usec = 0;

        if ((n != 20 && n != 27) || text[n - 1] != 'Z')
                return false;
        if (!two_digits(text, &century) || !two_digits(text + 2, &year) ||
                !two_digits(text + 5, &tm.tm_mon) || !two_digits(text + 8, &tm.tm_mday) ||
                !two_digits(text + 11, &tm.tm_hour) || !two_digits(text + 14, &tm.tm_min) ||
                !two_digits(text + 17, &tm.tm_sec))
                return false;
        if (century < 19 || century > 21)
                return false;
        tm.tm_year = century * 100 + year - 1900;
        tm.tm_mon -= 1;
        for (size_t i = 20; i < 26 && n == 27; i++) {
                if (!is_digit(text[i]))
                        return false;
                usec = usec * 10 + (uint64_t)(text[i] - '0');
        }
        time_t sec = timegm(&tm);
        if (sec < 0)
                return false;

        /* One reading only: what prints differently was another way to write it (month 13, a leap
         * second, ".000000"), and separators are checked by the way. */
        char again[BG_TIME_BYTES];
        *ret = (uint64_t)sec * BG_USEC_PER_SEC + usec;
        return strcmp(bg_time_print(*ret, again), text) == 0;
}

struct network {
        unsigned char bytes[16];
        unsigned prefix; /* of 128; IPv4 is mapped: ::ffff:a.b.c.d */
        bool v4;
};

static bool network_parse(const char *text, struct network *ret)
{
        char address[INET6_ADDRSTRLEN];
        const char *slash = strchr(text, '/');
        size_t n = slash ? (size_t)(slash - text) : strlen(text);
        uint64_t prefix = 128;

        if (n == 0 || n >= sizeof address)
                return false;
        bg_copy(address, n + 1, text);
        memset(ret, 0, sizeof *ret);
        if (inet_pton(AF_INET6, address, ret->bytes) == 1) {
                if (slash && !bg_number_parse(slash + 1, 128, &prefix))
                        return false;
        } else if (inet_pton(AF_INET, address, ret->bytes + 12) == 1) {
                ret->bytes[10] = ret->bytes[11] = 0xFF;
                if (slash && !bg_number_parse(slash + 1, 32, &prefix))
                        return false;
                prefix = slash ? prefix + 96 : 128;
        } else {
                return false;
        }
        static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
        ret->prefix = (unsigned)prefix;
        ret->v4 = prefix >= 96 && memcmp(ret->bytes, mapped, sizeof mapped) == 0;
        return true;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned n_bits)
{
        unsigned whole = n_bits / 8;
        unsigned rest = n_bits % 8;

        if (memcmp(a, b, whole) != 0)
                return false;
        return rest == 0 || ((a[whole] ^ b[whole]) & (0xFF00U >> rest & 0xFF)) == 0;
}

bool bg_is_network(const char *text)
{
        struct network net;
        if (!network_parse(text, &net))
                return false;
        for (unsigned bit = net.prefix; bit < 128; bit++)
                if (net.bytes[bit / 8] & (0x80U >> bit % 8))
                        return false;
        return true;
}

bool bg_network_holds(const char *network, const char *inner)
{
        struct network net;
        struct network one;
        return network_parse(network, &net) && network_parse(inner, &one) &&
                one.prefix >= net.prefix && net.v4 == one.v4 &&
                same_bits(net.bytes, one.bytes, net.prefix);
}

bool bg_network_has(const char *network, const char *address)
{
        return !strchr(address, '/') && bg_network_holds(network, address);
}

bool bg_is_fingerprint(const char *text)
{
        static const char head[] = "SHA256:";
        static const size_t n_digits = 43;

        if (strncmp(text, head, sizeof head - 1) != 0)
                return false;
        const char *digits = text + sizeof head - 1;
        size_t n = 0;
        for (; digits[n]; n++)
                if (!is_lower(digits[n]) && !is_upper(digits[n]) && !is_digit(digits[n]) &&
                        digits[n] != '+' && digits[n] != '/')
                        return false;
        return n == n_digits;
}
