/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lookups made from codes.def and events.def; see words.h. */
#include "policy/base/words.h"

#include <stdio.h>

const char *const bg_code_words[] = {
        "ok",
#define BG_CODE(name, word, exit_status, sentence, way_on) word,
#include "policy/base/codes.def"
#undef BG_CODE
        NULL,
};

static const struct {
        int exit_status;
        const char *sentence;
        const char *way_on;
} codes[] = {
        {0, "", ""},
#define BG_CODE(name, word, exit_status, sentence, way_on) {exit_status, sentence, way_on},
#include "policy/base/codes.def"
#undef BG_CODE
};

const char *const bg_event_words[] = {
        "",
#define BG_EVENT(name, word, message_id, priority, subject, text) word,
#include "policy/base/events.def"
#undef BG_EVENT
        NULL,
};

static const struct {
        const char *message_id;
        int priority;
        const char *subject;
        const char *text;
} events[] = {
        {"", 5, "", ""},
#define BG_EVENT(name, word, message_id, priority, subject, text)                                  \
        {message_id, priority, subject, text},
#include "policy/base/events.def"
#undef BG_EVENT
};

static unsigned code_index(enum bg_code code)
{
        return (unsigned)code < BG_CODES ? (unsigned)code : (unsigned)BG_SYSTEM;
}

static unsigned event_index(enum bg_event_kind kind)
{
        return (unsigned)kind < BG_EVENT_KINDS ? (unsigned)kind : 0;
}

const char *bg_code_word(enum bg_code code)
{
        return bg_code_words[code_index(code)];
}

const char *bg_code_sentence(enum bg_code code)
{
        return codes[code_index(code)].sentence;
}

const char *bg_code_way_on(enum bg_code code)
{
        return codes[code_index(code)].way_on;
}

int bg_code_exit(enum bg_code code)
{
        return codes[code_index(code)].exit_status;
}

const char *bg_event_word(enum bg_event_kind kind)
{
        return bg_event_words[event_index(kind)];
}

const char *bg_event_message_id(enum bg_event_kind kind)
{
        return events[event_index(kind)].message_id;
}

const char *bg_event_subject(enum bg_event_kind kind)
{
        return events[event_index(kind)].subject;
}

const char *bg_event_catalog(enum bg_event_kind kind)
{
        return events[event_index(kind)].text;
}

int bg_event_priority(enum bg_event_kind kind)
{
        return events[event_index(kind)].priority;
}

void bg_event_init(struct bg_event *event, enum bg_event_kind kind, bg_usec time)
{
        *event = (struct bg_event){
                .v = 1,
                .kind = kind,
                .time = time,
                .uid = -1,
                .caller_uid = -1,
                .login_uid = -1,
                .use = -1,
                .uses = -1,
                .uses_max = -1,
                .count = -1,
        };
}

const char *bg_words_fill(
        char *ret, size_t size, const char *text, const char *account, const char *host)
{
        size_t used = 0;

        ret[0] = '\0';
        for (const char *p = text; *p && used + 1 < size; p++) {
                const char *word = NULL;
                if (p[0] == '%' && p[1] == 'a')
                        word = account;
                else if (p[0] == '%' && p[1] == 'h')
                        word = host;
                if (!word) {
                        ret[used++] = *p;
                        ret[used] = '\0';
                        continue;
                }
                bg_copy(ret + used, size - used, word);
                used += strlen(ret + used);
                p++;
        }
        return ret;
}

void bg_copy(char *ret, size_t size, const char *text)
{
        size_t n = strlen(text);
        if (n >= size)
                n = size - 1;
        memcpy(ret, text, n);
        ret[n] = '\0';
}
