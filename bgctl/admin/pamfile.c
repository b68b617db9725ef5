/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our blocks in a PAM file; see pamfile.h and pam.conf(5). */
#include "bgctl/admin/pamfile.h"

#include "policy/base/cleanup.h"

#include <string.h>
#include <strings.h>

enum type { NO_TYPE, ANY_TYPE, AUTH, ACCOUNT, PASSWORD, SESSION };

enum place { FIRST, BEFORE_FIRST_OF_ITS_TYPE, LAST };

/* Why each stands where it does: the gate's auth first, or su's "sufficient pam_rootok" would end
 * both the chain and setcred before it; account before all that could end its chain; sshd's key
 * before pam_env, which lets the account forge the variable that holds it; session last, after
 * pam_systemd, which would move the process out of our scope again. No control of account and session
 * ends a login because the module's file is missing. In sshd no answer of ours may end auth: the real
 * uid is 0 there, whoever logs in. */
#define OPEN "[success=ok new_authtok_reqd=ok ignore=ignore module_unknown=ignore default=bad]"
static const struct line {
        const char *service;
        enum place place;
        enum type type;
        const char *text;
} lines[] = {
        {"su", FIRST, AUTH, "auth [success=done default=ignore] pam_breakglass.so"},
        {"su", BEFORE_FIRST_OF_ITS_TYPE, ACCOUNT, "account " OPEN " pam_breakglass.so"},
        {"su", LAST, SESSION, "session " OPEN " pam_breakglass.so"},
        {"sshd", FIRST, AUTH, "auth [default=ignore] pam_breakglass.so"},
        {"sshd", BEFORE_FIRST_OF_ITS_TYPE, ACCOUNT, "account " OPEN " pam_breakglass.so"},
        {"sshd", BEFORE_FIRST_OF_ITS_TYPE, SESSION,
                "session [success=ok ignore=ignore module_unknown=ignore default=bad] "
                "pam_breakglass.so key"},
        {"sshd", LAST, SESSION, "session " OPEN " pam_breakglass.so"},
};
#define N_LINES (sizeof lines / sizeof *lines)

bool bg_pamfile_knows(const char *service)
{
        for (size_t i = 0; i < N_LINES; i++)
                if (strcmp(lines[i].service, service) == 0)
                        return true;
        return false;
}

static const char *where_words(const struct line *line)
{
        if (line->place == FIRST)
                return "before all other lines";
        if (line->place == LAST)
                return "after all other lines";
        return line->type == ACCOUNT ? "before the first account line"
                                     : "before the first session line";
}

bool bg_pamfile_line(size_t i, struct bg_pamfile_line *ret)
{
        if (i >= N_LINES)
                return false;
        *ret = (struct bg_pamfile_line){.service = lines[i].service,
                .where = where_words(&lines[i]),
                .text = lines[i].text};
        return true;
}

/* A text that grows; sized by its maker so that it cannot be too short. */
struct out {
        char *text;
        size_t n;
};

static void put(struct out *out, const char *bytes, size_t n)
{
        memcpy(out->text + out->n, bytes, n);
        out->n += n;
        out->text[out->n] = '\0';
}

/* One line of the file, its line end included. */
struct cursor {
        const char *line;
        size_t n; /* 0: the end of the text */
        size_t number;
        bool continues; /* the line before ended in a backslash */
        const char *end;
};

static bool ends_in_backslash(const char *line, size_t n)
{
        const char *comment = memchr(line, '#', n);
        size_t used = comment ? (size_t)(comment - line) : n;

        while (used > 0 && strchr(" \t\r\n", line[used - 1]))
                used--;
        return used > 0 && line[used - 1] == '\\';
}

static void next_line(struct cursor *at)
{
        if (at->n > 0)
                at->continues = ends_in_backslash(at->line, at->n);
        at->line += at->n;
        const char *newline = memchr(at->line, '\n', (size_t)(at->end - at->line));
        at->n = (size_t)((newline ? newline + 1 : at->end) - at->line);
        at->number++;
}

static struct cursor first_line(const char *text, size_t n)
{
        struct cursor at = {.line = text, .end = text + n};
        next_line(&at);
        return at;
}

/* A mark stands alone on its line; blanks after it do no harm. */
static bool is_mark(const struct cursor *at, const char *mark)
{
        size_t n = strlen(mark);
        if (at->n < n || memcmp(at->line, mark, n) != 0)
                return false;
        while (n < at->n && strchr(" \t\r\n", at->line[n]))
                n++;
        return n == at->n;
}

static bool is_begin(const struct cursor *at)
{
        return is_mark(at, BG_PAMFILE_BEGIN) || is_mark(at, BG_PAMFILE_BEGIN_BROKEN);
}

static size_t word(const char *text, const char *end, char *ret, size_t size)
{
        size_t n = 0;
        while (text + n < end && !strchr(" \t\r\n#", text[n]))
                n++;
        size_t kept = n < size ? n : size - 1;
        memcpy(ret, text, kept);
        ret[kept] = '\0';
        return n;
}

static const char *skip_blanks(const char *text, const char *end)
{
        while (text < end && (*text == ' ' || *text == '\t'))
                text++;
        return text;
}

/* What a file that is drawn in by Debian's @include holds; of one that we do not know, anything. */
static enum type type_of_include(const char *name)
{
        static const struct {
                const char *name;
                enum type type;
        } known[] = {{"common-auth", AUTH}, {"common-account", ACCOUNT},
                {"common-password", PASSWORD}, {"common-session", SESSION},
                {"common-session-noninteractive", SESSION}};

        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                if (strcmp(known[i].name, name) == 0)
                        return known[i].type;
        return ANY_TYPE;
}

static enum type type_of(const struct cursor *at)
{
        static const struct {
                const char *name;
                enum type type;
        } types[] = {
                {"auth", AUTH}, {"account", ACCOUNT}, {"password", PASSWORD}, {"session", SESSION}};
        char first[32];
        char second[64];
        const char *end = at->line + at->n;
        const char *text = skip_blanks(at->line, end);

        if (at->continues)
                return NO_TYPE;
        if (text < end && *text == '-')
                text++;
        text += word(text, end, first, sizeof first);
        (void)word(skip_blanks(text, end), end, second, sizeof second);
        if (strcasecmp(first, "@include") == 0)
                return type_of_include(second);
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
                if (strcasecmp(types[i].name, first) == 0)
                        return types[i].type;
        return NO_TYPE;
}

static enum bg_code check_text(const char *text, size_t n, struct bg_error *err)
{
        if (n > BG_PAMFILE_BYTES_MAX)
                return bg_fail(err, BG_BAD_POLICY, 0, "longer than %d bytes: no PAM file",
                        BG_PAMFILE_BYTES_MAX);
        if (memchr(text, '\0', n))
                return bg_fail(err, BG_BAD_POLICY, 0, "it holds a NUL: no PAM file");
        return BG_OK;
}

/* Copies what is outside of our blocks into `outside`, and the blocks into `blocks` (NULL: not). */
static enum bg_code split(
        const char *text, size_t n, struct out *outside, struct out *blocks, struct bg_error *err)
{
        size_t begun = 0;
        size_t broken_at = 0; /* where a line break of ours ends; 0: none */

        for (struct cursor at = first_line(text, n); at.n > 0; next_line(&at)) {
                bool ends = is_mark(&at, BG_PAMFILE_END);
                if (is_begin(&at)) {
                        if (begun)
                                return bg_fail(err, BG_BAD_POLICY, 0,
                                        "line %zu: a breakglass block begins within one",
                                        at.number);
                        begun = at.number;
                        if (is_mark(&at, BG_PAMFILE_BEGIN_BROKEN))
                                broken_at = outside->n;
                } else if (ends && !begun) {
                        return bg_fail(err, BG_BAD_POLICY, 0,
                                "line %zu: the end of a breakglass block that never began",
                                at.number);
                }
                struct out *to = begun ? blocks : outside;
                if (to)
                        put(to, at.line, at.n);
                if (ends)
                        begun = 0;
        }
        /* It goes with the block, unless somebody has since written more after it. */
        if (broken_at > 0 && broken_at == outside->n && outside->text[outside->n - 1] == '\n')
                outside->text[--outside->n] = '\0';
        return begun ? bg_fail(err, BG_BAD_POLICY, 0,
                               "line %zu: a breakglass block begins and has no end", begun)
                     : BG_OK;
}

static enum bg_code new_out(size_t size, struct out *ret, struct bg_error *err)
{
        *ret = (struct out){.text = calloc(1, size + 1)};
        return ret->text ? BG_OK : bg_fail(err, BG_SYSTEM, ENOMEM, "no memory");
}

static void out_done(struct out *out)
{
        free(out->text);
}

static void hand_over(struct out *out, char **ret, size_t *ret_n)
{
        *ret = out->text;
        *ret_n = out->n;
        out->text = NULL;
}

enum bg_code bg_pamfile_remove(
        const char *text, size_t n, char **ret, size_t *ret_n, struct bg_error *err)
{
        bg_auto(out_done) struct out outside = {0};
        enum bg_code code = check_text(text, n, err);

        if (code == BG_OK)
                code = new_out(n, &outside, err);
        if (code == BG_OK)
                code = split(text, n, &outside, NULL, err);
        if (code == BG_OK)
                hand_over(&outside, ret, ret_n);
        return code;
}

enum bg_code bg_pamfile_blocks(
        const char *text, size_t n, char **ret, size_t *ret_n, struct bg_error *err)
{
        bg_auto(out_done) struct out outside = {0};
        bg_auto(out_done) struct out blocks = {0};
        enum bg_code code = check_text(text, n, err);

        if (code == BG_OK)
                code = new_out(n, &outside, err);
        if (code == BG_OK)
                code = new_out(n, &blocks, err);
        if (code == BG_OK)
                code = split(text, n, &outside, &blocks, err);
        if (code == BG_OK)
                hand_over(&blocks, ret, ret_n);
        return code;
}

static void put_block(struct out *out, const struct line *line, bool broken)
{
        const char *const parts[] = {broken ? "\n" BG_PAMFILE_BEGIN_BROKEN : BG_PAMFILE_BEGIN, "\n",
                line->text, "\n", BG_PAMFILE_END, "\n"};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                put(out, parts[i], strlen(parts[i]));
}

static void put_blocks(
        struct out *out, const char *service, enum place place, enum type type, bool broken)
{
        for (size_t i = 0; i < N_LINES; i++)
                if (strcmp(lines[i].service, service) == 0 && lines[i].place == place &&
                        (type == ANY_TYPE || lines[i].type == type))
                        put_block(out, &lines[i], broken);
}

static bool is_of(enum type found, enum type wanted)
{
        return found == wanted || found == ANY_TYPE;
}

/* Our lines stand beside others of their type. Where there is none, libpam would have asked the
 * service `other`, and with ours alone, which mostly ignore, nobody would come in. */
static enum bg_code check_types(const char *text, size_t n, struct bg_error *err)
{
        static const struct {
                enum type type;
                const char *name;
        } needed[] = {{AUTH, "auth"}, {ACCOUNT, "account"}, {SESSION, "session"}};

        for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
                bool found = false;
                for (struct cursor at = first_line(text, n); at.n > 0; next_line(&at))
                        found = found || is_of(type_of(&at), needed[i].type);
                if (!found)
                        return bg_fail(err, BG_BAD_POLICY, 0,
                                "it has no %s line for ours to stand beside", needed[i].name);
        }
        return BG_OK;
}

static enum bg_code put_all(
        const char *service, const char *text, size_t n, struct out *out, struct bg_error *err)
{
        bool account = false;
        bool session = false;
        struct cursor at = first_line(text, n);

        put_blocks(out, service, FIRST, ANY_TYPE, false);
        for (; at.n > 0; next_line(&at)) {
                enum type type = type_of(&at);
                if (!account && is_of(type, ACCOUNT)) {
                        put_blocks(out, service, BEFORE_FIRST_OF_ITS_TYPE, ACCOUNT, false);
                        account = true;
                }
                if (!session && is_of(type, SESSION)) {
                        put_blocks(out, service, BEFORE_FIRST_OF_ITS_TYPE, SESSION, false);
                        session = true;
                }
                put(out, at.line, at.n);
        }
        if (at.continues)
                return bg_fail(err, BG_BAD_POLICY, 0,
                        "its last line ends in a backslash, which would swallow ours");
        put_blocks(out, service, LAST, ANY_TYPE, n > 0 && text[n - 1] != '\n');
        return BG_OK;
}

/* The longest block, its marks and line breaks. */
#define BLOCK_BYTES_MAX 256

enum bg_code bg_pamfile_add(const char *service, const char *text, size_t n, char **ret,
        size_t *ret_n, struct bg_error *err)
{
        bg_auto(out_done) struct out outside = {0};
        bg_auto(out_done) struct out whole = {0};
        enum bg_code code = check_text(text, n, err);

        if (code == BG_OK)
                code = new_out(n, &outside, err);
        if (code == BG_OK)
                code = split(text, n, &outside, NULL, err);
        if (code == BG_OK)
                code = check_types(outside.text, outside.n, err);
        if (code == BG_OK)
                code = new_out(outside.n + N_LINES * BLOCK_BYTES_MAX, &whole, err);
        if (code == BG_OK)
                code = put_all(service, outside.text, outside.n, &whole, err);
        if (code == BG_OK)
                hand_over(&whole, ret, ret_n);
        return code;
}
