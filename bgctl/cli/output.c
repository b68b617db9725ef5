/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read; see output.h. */
#include "bgctl/cli/output.h"

#include "policy/base/cleanup.h"
#include "policy/format/emit.h"
#include "policy/host/users.h"

#include <time.h>

/* The longest paragraph: a listed grant's approvers and reason are 512 bytes each. */
#define TEXT_BYTES 2048
/* Twice the longest document's texts, were each character escaped. */
#define JSON_BYTES (64 * 1024)

/* Columns are characters: none of ours is wide, and of others' a ragged edge does no harm. */
static size_t columns(const char *text, size_t n)
{
        size_t columns = 0;
        for (size_t i = 0; i < n; i++)
                columns += ((unsigned char)text[i] & 0xC0) != 0x80;
        return columns;
}

/* How many bytes of `text` fit into `room` columns, up to the end of a word; one word at least. */
static size_t fitting(const char *text, size_t room)
{
        size_t fits = 0;
        size_t at = 0;

        while (text[at]) {
                at += strspn(text + at, " ");
                at += strcspn(text + at, " ");
                if (columns(text, at) > room && fits > 0)
                        break;
                fits = at;
        }
        return fits;
}

/* Further lines begin with `rest`. */
static void put_wrapped(FILE *to, const char *first, const char *rest, const char *text)
{
        const char *begin = first;
        do {
                size_t used = columns(begin, strlen(begin));
                size_t n = fitting(text, used < BG_COLUMNS ? BG_COLUMNS - used : 1);
                (void)fprintf(to, "%s%.*s\n", begin, (int)n, text);
                text += n;
                text += strspn(text, " ");
                begin = rest;
        } while (*text);
}

__attribute__((format(printf, 2, 0))) static void format_clean(
        char ret[static TEXT_BYTES], const char *format, va_list args)
{
        if (vsnprintf(ret, TEXT_BYTES, format, args) < 0)
                ret[0] = '\0';
        bg_clean(ret);
}

void bg_say(FILE *to, const char *prefix, const char *format, ...)
{
        char text[TEXT_BYTES];
        va_list args;

        va_start(args, format);
        format_clean(text, format, args);
        va_end(args);
        put_wrapped(to, prefix, prefix, text);
}

void bg_row(FILE *to, unsigned indent, const char *label, const char *format, ...)
{
        char text[TEXT_BYTES];
        char first[BG_COLUMNS];
        char rest[BG_COLUMNS];
        va_list args;

        va_start(args, format);
        format_clean(text, format, args);
        va_end(args);
        int width = (int)(indent + BG_LABEL_COLUMNS);
        if (strlen(label) >= BG_LABEL_COLUMNS) {
                (void)fprintf(to, "%*s%s\n", (int)indent, "", label);
                label = "";
        }
        (void)snprintf(first, sizeof first, "%*s%-*s", (int)indent, "", BG_LABEL_COLUMNS, label);
        (void)snprintf(rest, sizeof rest, "%*s", width, "");
        put_wrapped(to, first, rest, text);
}

bg_usec bg_wall(void)
{
        return (bg_usec)time(NULL) * BG_USEC_PER_SEC;
}

const char *bg_duration_words(bg_usec duration, char ret[static BG_LOCAL_TIME_BYTES])
{
        static const struct {
                char unit;
                const char *word;
        } words[] = {{'s', "second"}, {'m', "minute"}, {'h', "hour"}, {'d', "day"}};
        char text[BG_DURATION_BYTES];
        size_t n = strlen(bg_duration_print(duration, text));

        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                if (text[n - 1] != words[i].unit)
                        continue;
                text[n - 1] = '\0';
                (void)snprintf(ret, BG_LOCAL_TIME_BYTES, "%s %s%s", text, words[i].word,
                        strcmp(text, "1") == 0 ? "" : "s");
                return ret;
        }
        bg_copy(ret, BG_LOCAL_TIME_BYTES, text);
        return ret;
}

const char *bg_join(const struct bg_list *list, const char *last, char *ret, size_t size)
{
        struct bg_buffer buffer = {.text = ret, .size = size};

        ret[0] = '\0';
        bg_put_list(&buffer, list, last);
        return ret;
}

/* People say ssh where PAM says sshd. */
static void put_services(struct bg_buffer *buffer, const struct bg_list *services)
{
        for (uint32_t i = 0; i < services->n; i++) {
                const char *name = services->v[i];
                bg_put(buffer, i == 0 ? "; by " : i + 1 == services->n ? " or " : ", ");
                bg_put(buffer, strcmp(name, "sshd") == 0 ? "ssh" : name);
        }
}

const char *bg_gives(const struct bg_list *groups, const struct bg_list *services, uint64_t most,
        char *ret, size_t size)
{
        struct bg_buffer buffer = {.text = ret, .size = size};
        char names[TEXT_BYTES];
        char text[64];

        ret[0] = '\0';
        bg_put(&buffer, groups->n == 0 ? "no group" : groups->n == 1 ? "group " : "groups ");
        bg_put(&buffer, bg_join(groups, " and ", names, sizeof names));
        put_services(&buffer, services);
        if (most > 0) {
                (void)snprintf(text, sizeof text, "; %s%llu session%s", most > 1 ? "up to " : "",
                        (unsigned long long)most, most > 1 ? "s" : "");
                bg_put(&buffer, text);
        }
        return ret;
}

enum bg_code bg_print_json(
        FILE *to, const struct bg_table *table, const void *base, struct bg_error *err)
{
        bg_auto_free char *text = malloc(JSON_BYTES);
        struct bg_buffer buffer = {.text = text, .size = JSON_BYTES};

        if (!text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "no memory");
        if (!bg_emit(table, base, &buffer))
                return bg_fail(err, BG_SYSTEM, 0, "a %s is too long", table->what);
        (void)fprintf(to, "%s\n", text);
        return BG_OK;
}

static void tell_not_proven(const struct bg_options *options, const struct bg_refusal *refusal)
{
        char words[BG_LOCAL_TIME_BYTES] = "";
        char pause[sizeof words + 16] = "a pause";

        if (refusal->wait)
                (void)snprintf(pause, sizeof pause, "a pause of %s",
                        bg_duration_words(refusal->wait, words));
        bool grants = options && options->command->id == BG_COMMAND_GRANT;
        bg_say(stderr, "", "Not proven (%s). Nothing was %s. Which part was wrong is not said.",
                bg_code_word(BG_NOT_PROVEN), grants ? "granted" : "changed");
        if (refusal->tries_left > 0)
                bg_row(stderr, 2, "try again", "%lld %s left, then %s",
                        (long long)refusal->tries_left, refusal->tries_left == 1 ? "try" : "tries",
                        pause);
        else if (refusal->tries_left == 0 || refusal->wait)
                bg_row(stderr, 2, "try again", "after %s", pause);
        bg_row(stderr, 2, "code fails?", "compare the clock in the prompt with your phone");
        /* Said in any case, or it would tell who is enrolled. */
        struct bg_human self = {0};
        const char *name = options ? options->values[BG_OPTION_AS] : NULL;
        if (!name && bg_human_by_uid(getuid(), &self, NULL) == BG_OK)
                name = self.name;
        bg_row(stderr, 2, "not enrolled?", "root: bgctl enroll %s", name && name[0] ? name : "NAME");
}

/* The same words for each command; over ssh there is a way to have one. */
static void tell_no_terminal(const struct bg_options *options, const struct bg_refusal *refusal)
{
        const char *code = bg_code_word(BG_NO_TERMINAL);

        if (!options || !options->command) {
                bg_say(stderr, "bgctl: ", "%s (%s).", refusal->text, code);
                return;
        }
        bg_say(stderr, "bgctl: ", "%s must ask a person, and there is no terminal here (%s).",
                options->command->name, code);
        bg_say(stderr, "bgctl: ", "over ssh, use ssh -t%s",
                options->command->options & BG_O(YES) ? "; from a script, --yes answers" : "");
}

/* What happened, by the exit status that a script sees. */
static const char *headline(enum bg_code code)
{
        switch (bg_code_exit(code)) {
        case 4:
                return "Not found";
        case 6:
                return "Failed";
        default:
                return "Refused";
        }
}

struct others {
        struct bg_buffer buffer;
        const char *self;
        bool any; /* of the group at hand */
};

static void add_other(const char *name, void *context)
{
        struct others *others = context;

        if (strcmp(name, others->self) == 0)
                return;
        bg_put(&others->buffer, others->buffer.n ? ", " : "");
        bg_put(&others->buffer, name);
        others->any = true;
}

/* "bob, carol (@oncall)": a name is of more use at night than a group. */
static void tell_others(const struct bg_list *ask)
{
        char text[TEXT_BYTES] = "";
        struct bg_human self;
        struct others others = {.buffer = BG_BUFFER(text)};

        if (bg_human_by_uid(getuid(), &self, NULL) != BG_OK)
                self.name[0] = '\0';
        others.self = self.name;
        for (uint32_t i = 0; i < ask->n; i++) {
                const char *name = ask->v[i];
                others.any = false;
                if (name[0] != '@')
                        add_other(name, &others);
                else
                        (void)bg_group_members(name + 1, add_other, &others, NULL);
                if (name[0] == '@' && others.any) {
                        bg_put(&others.buffer, " (");
                        bg_put(&others.buffer, name);
                        bg_put(&others.buffer, ")");
                }
        }
        if (text[0])
                bg_row(stderr, 2, "other people", "%s", text);
}

static void tell_person(const struct bg_options *options, const struct bg_refusal *refusal,
        const char *account, const char *host)
{
        char text[TEXT_BYTES];
        enum bg_code code = refusal->error;

        if (code == BG_NOT_PROVEN) {
                tell_not_proven(options, refusal);
        } else if (code == BG_NO_TERMINAL) {
                tell_no_terminal(options, refusal);
        } else if (code == BG_USAGE) {
                bg_say(stderr, "bgctl: ", "%s", refusal->text);
        } else {
                const char *why = refusal->text[0] ? refusal->text : bg_code_sentence(code);
                bool ends = why[0] && strchr(".?!", why[strlen(why) - 1]);
                bg_say(stderr, "", "%s (%s): %s%s", headline(code), bg_code_word(code), why,
                        ends ? "" : ".");
                if (refusal->wait)
                        bg_row(stderr, 2, "try again", "in %s",
                                bg_duration_words(refusal->wait, text));
        }
        if (code == BG_NOT_PROVEN || code == BG_NOT_PERMITTED || code == BG_LOCKED)
                tell_others(&refusal->ask);
        if (account && host && bg_code_way_on(code)[0])
                bg_row(stderr, 2, "way on", "%s",
                        bg_words_fill(text, sizeof text, bg_code_way_on(code), account, host));
}

int bg_tell_refusal(const struct bg_options *options, const struct bg_refusal *refusal,
        const char *account, const char *host)
{
        if (options && bg_has(options, BG_OPTION_JSON))
                (void)bg_print_json(stdout, &bg_refusal_table, refusal, NULL);
        else
                tell_person(options, refusal, account, host);
        return bg_code_exit(refusal->error);
}

int bg_tell_error(const struct bg_options *options, const struct bg_error *err)
{
        struct bg_refusal refusal = {.error = err->code, .tries_left = -1};

        bg_copy(refusal.text, sizeof refusal.text, err->text);
        bg_clean(refusal.text);
        return bg_tell_refusal(options, &refusal, NULL, NULL);
}
