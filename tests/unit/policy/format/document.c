/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The strict reader: every way to be refused, in YAML and in JSON, and where it says so. */
#include "tests/unit/lib/unit.h"

#include "policy/format/document.h"

struct inner {
        char name[8];
        int64_t number;
};

struct sample {
        uint64_t v;
        char text[8];
        char named[8];
        char id[BG_ID_BYTES];
        unsigned word;
        bg_usec duration;
        bg_usec time;
        uint64_t count;
        int64_t number;
        bool flag;
        struct bg_list list;
        struct bg_pairs pairs;
        struct inner one;
        uint32_t n_many;
        struct inner many[3];
};

static const char *const words[] = {"", "deny", "plain", NULL};

static const struct bg_field inner_fields[] = {
        BG_F_TEXT(inner, name, .check = bg_is_name, .required = true),
        BG_F(inner, BG_NUMBER, number),
};
static const struct bg_table inner_table = {.what = "inner",
        .code = BG_MALFORMED,
        .size = sizeof(struct inner),
        BG_FIELDS(inner_fields)};

static const struct bg_field fields[] = {
        BG_F_V(sample),
        BG_F_TEXT(sample, text),
        BG_F_TEXT(sample, named, .check = bg_is_name),
        BG_F(sample, BG_ID, id),
        BG_F(sample, BG_WORD, word, .words = words),
        BG_F(sample, BG_DURATION, duration),
        BG_F(sample, BG_TIME, time),
        BG_F(sample, BG_COUNT, count, .min = 2, .max = 1000),
        BG_F(sample, BG_NUMBER, number, .max = 50),
        BG_F(sample, BG_BOOL, flag),
        BG_F(sample, BG_LIST, list, .check = bg_is_name),
        BG_F(sample, BG_PAIRS, pairs, .check = bg_is_env_name, .check_value = bg_is_name),
        BG_F(sample, BG_STRUCT, one, .table = &inner_table),
        {.name = "many",
                .type = BG_STRUCTS,
                BG_AT(sample, many),
                .count = offsetof(struct sample, n_many),
                .table = &inner_table,
                .max = 3},
};
static const struct bg_table yaml = {.what = "sample",
        .syntax = BG_YAML,
        .code = BG_BAD_POLICY,
        .size = sizeof(struct sample),
        BG_FIELDS(fields)};
static const struct bg_table json = {.what = "sample",
        .syntax = BG_JSON,
        .code = BG_MALFORMED,
        .size = sizeof(struct sample),
        BG_FIELDS(fields)};

static struct sample got;
static struct bg_error err;

static enum bg_code read_bytes(const struct bg_table *table, const char *text, size_t n)
{
        memset(&err, 0, sizeof err);
        memset(&got, 0x5A, sizeof got);
        return bg_document_read(table, "file", text, n, &got, &err);
}

static void takes(const struct bg_table *table, const char *text)
{
        if (read_bytes(table, text, strlen(text)) != BG_OK)
                fail_msg("refused: %s: %s", text, err.text);
}

static void refuses(const struct bg_table *table, const char *text, const char *why)
{
        enum bg_code code = read_bytes(table, text, strlen(text));
        if (code == BG_OK)
                fail_msg("taken: %s", text);
        assert_code(code, table->code);
        assert_code(err.code, table->code);
        assert_memory_equal(err.text, "file:", 5);
        if (why && !strstr(err.text, why))
                fail_msg("%s: \"%s\" does not say \"%s\"", text, err.text, why);
}

static void everything_in_yaml(void **state)
{
        (void)state;
        takes(&yaml, "# a comment\nv: 1\ntext: a b\nnamed: 'bot'\nid: \"4K7M-2PQ9\"\nword: plain\n"
                     "duration: 90m\ntime: 2026-11-24T02:46:00Z\ncount: 2\nnumber: 0\nflag: yes\n"
                     "list:\n  - a\n  - b\npairs: {A: x, B: z}\none: {name: me}\n"
                     "many:\n- name: m\n  number: 50\n- {name: k}\n");
        assert_string_equal(got.text, "a b");
        assert_string_equal(got.named, "bot");
        assert_string_equal(got.id, "4K7M-2PQ9");
        assert_int_equal(got.word, 2);
        assert_true(got.duration == SEC(5400) && got.time == UNIT_WALL);
        assert_true(got.v == 1 && got.count == 2 && got.number == 0 && got.flag);
        assert_int_equal(got.list.n, 2);
        assert_string_equal(got.list.v[1], "b");
        assert_int_equal(got.pairs.n, 2);
        assert_string_equal(bg_pairs_get(&got.pairs, "B"), "z");
        assert_null(bg_pairs_get(&got.pairs, "C"));
        assert_string_equal(got.one.name, "me");
        assert_true(got.one.number == -1);
        assert_int_equal(got.n_many, 2);
        assert_true(got.many[0].number == 50 && got.many[1].number == -1);
}

static void everything_in_json(void **state)
{
        (void)state;
        takes(&json, "{\"v\":1,\"text\":\"a\\\"\\\\b\",\"id\":\"4K7M-2PQ9\",\"word\":\"deny\","
                     "\"duration\":\"2h\",\"time\":\"2026-11-24T02:46:00Z\",\"count\":1000,"
                     "\"number\":7,\"flag\":true,\"list\":[\"a\",\"b\"],\"pairs\":{\"A\":\"x\"},"
                     "\"one\":{\"name\":\"n\"},\"many\":[{\"name\":\"m\"}]}\n");
        assert_string_equal(got.text, "a\"\\b");
        assert_true(got.flag && got.count == 1000 && got.n_many == 1);
        takes(&json, " {\t\"v\" :\r\n 1 , \"text\" : \"\\u00e4\\/\" } \n");
        assert_string_equal(got.text, "ä/");
        takes(&json, "{\"v\":1,\"flag\":false,\"list\":[],\"pairs\":{},\"many\":[]}");
        assert_false(got.flag);
}

static void what_is_absent_is_zero(void **state)
{
        (void)state;
        takes(&yaml, "v: 1\n");
        assert_string_equal(got.text, "");
        assert_int_equal(got.word, 0);
        assert_true(got.duration == 0 && got.time == 0 && got.count == 0 && !got.flag);
        assert_true(got.number == -1 && got.one.number == -1);
        assert_int_equal(got.list.n, 0);
        assert_int_equal(got.n_many, 0);
}

static void keys(void **state)
{
        (void)state;
        refuses(&yaml, "v: 1\nother: 2\n", "file:2:1: the sample has no field \"other\"");
        refuses(&yaml, "v: 1\ntext: a\ntext: a\n", "file:3:1: text: the same key twice");
        refuses(&yaml, "v: 1\none: {name: a, name: b}\n", "name: the same key twice");
        refuses(&yaml, "v: 1\none: {nam: a}\n", "the inner has no field \"nam\"");
        refuses(&yaml, "text: a\n", "v: missing");
        refuses(&yaml, "v: 1\none: {number: 1}\n", "name: missing");
        refuses(&yaml, "v: 1\nmany: [{number: 1}]\n", "name: missing");
        refuses(&yaml, "v: 1\npairs: {A: x, A: x}\n", "pairs: the same key twice");
        refuses(&yaml, "v: 1\nV: 1\n", "no field");
        refuses(&yaml, "v: 1\n[a]: 1\n", "a single value was expected");
        refuses(&yaml, "v: 1\n? {a: b}\n: 1\n", NULL);
        refuses(&yaml, "v: 1\n<<: {text: a}\n", "no field \"<<\"");
        refuses(&yaml,
                "v: 1\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: 1\n",
                "too long");
        /* A sentence about a bad key does not name the field before it. */
        refuses(&yaml, "v: 1\ntext: a\n\"x\\ty\": 1\n", "file:3:1: control characters");
}

static void other_types(void **state)
{
        (void)state;
        static const char *const no_text[] = {"yes", "no", "on", "off", "y", "n", "true", "False",
                "null", "~", "", "1", "-1", "+1", "1.5", ".5", "1e3", "0x10", "0o17", "0b1", "017",
                "1_000", "1:30", ".inf", "-.inf", "+.INF", ".NaN", "1.", "-.5e-3", NULL};
        for (const char *const *p = no_text; *p; p++) {
                char text[64];
                (void)snprintf(text, sizeof text, "v: 1\ntext: %s\n", *p);
                refuses(&yaml, text, "text: a text was expected");
                (void)snprintf(text, sizeof text, "v: 1\ntext: '%s'\n", *p);
                if (**p)
                        takes(&yaml, text);
        }
        static const char *const plain_text[] = {"2h", "1.2.3.4", "10.0/16", "a", "4K", "0x", "1e",
                "-", "e3", "1:2:x", "::1", ".", "..", "nope", "1-2", NULL};
        for (const char *const *p = plain_text; *p; p++) {
                char text[64];
                (void)snprintf(text, sizeof text, "v: 1\ntext: %s\n", *p);
                if (strcmp(*p, "-") != 0)
                        takes(&yaml, text);
        }
        refuses(&yaml, "v: 1\ntext: [a]\n", "a single value was expected");
        refuses(&yaml, "v: 1\ntext: {a: b}\n", "a single value was expected");
        refuses(&yaml, "v: 1\nlist: a\n", "a list was expected");
        refuses(&yaml, "v: 1\nlist: {a: b}\n", "a list was expected");
        refuses(&yaml, "v: 1\nlist: [[a]]\n", "a single value was expected");
        refuses(&yaml, "v: 1\nlist: [1]\n", "a text was expected");
        refuses(&yaml, "v: 1\nlist:\n", "a list was expected");
        refuses(&yaml, "v: 1\npairs: [a]\n", "a mapping was expected");
        refuses(&yaml, "v: 1\npairs: {A: 1}\n", "a text was expected");
        refuses(&yaml, "v: 1\npairs: {A: [x]}\n", "a single value was expected");
        refuses(&yaml, "v: 1\none: []\n", "a mapping was expected");
        refuses(&yaml, "v: 1\nmany: {name: a}\n", "a list was expected");
        refuses(&yaml, "v: 1\nmany: [a]\n", "a mapping was expected");
        refuses(&yaml, "- v\n", "a mapping was expected");
        refuses(&yaml, "v\n", "a mapping was expected");
}

static void values(void **state)
{
        (void)state;
        static const char *const bad[] = {"text: 12345678", "text: \"12345678\"", "text: \"\"",
                "named: 'a b'", "named: \"\"", "id: 4K7M2PQ9", "id: \"\"", "word: ''", "word: Deny",
                "word: other", "word: yes", "duration: 90", "duration: '0s'", "duration: 1h30m",
                "time: 2026-11-24", "time: '2026-11-24 02:46:00'", "count: 1", "count: 1001",
                "count: '2'", "count: \"2\"", "count: 2.0", "count: 02", "count: 0x2", "count: +2",
                "count: 1e2", "count: 1_0", "count: a", "count: ''", "count: -2", "number: -1",
                "number: 51", "number: '1'", "number: 99999999999999999999999999", "flag: 'yes'",
                "flag: \"true\"", "flag: 1", "flag: on", "flag: y", "flag: True", "flag: ''",
                "list: [a, a]", "list: ['a b']", "list: ['']", "pairs: {a: x}", "pairs: {A: 'x y'}",
                "pairs: {A: ''}", "pairs: {LD_A: x}",
                "many: [{name: a},{name: a},{name: a},{name: a}]", NULL};
        for (const char *const *p = bad; *p; p++) {
                char text[128];
                (void)snprintf(text, sizeof text, "v: 1\n%s\n", *p);
                refuses(&yaml, text, "file:2:");
        }
        refuses(&yaml, "v: 2\n", "v: a whole number");
        refuses(&yaml, "v: 0\n", "v: a whole number");
        refuses(&yaml, "v: '1'\n", "v: a whole number");
        takes(&yaml, "v: 1\ntext: '1234567'\n");
        takes(&yaml, "v: 1\nmany: [{name: a},{name: a},{name: a}]\n");
        takes(&yaml, "v: 1\nflag: no\n");
}

static void as_many_as_fit(void **state)
{
        (void)state;
        char text[4096] = "v: 1\nlist: [a0";
        for (int i = 1; i <= BG_LIST_MAX; i++) {
                if (i == BG_LIST_MAX) {
                        char whole[sizeof text + 8];
                        (void)snprintf(whole, sizeof whole, "%s]\n", text);
                        takes(&yaml, whole);
                        assert_int_equal(got.list.n, BG_LIST_MAX);
                }
                (void)snprintf(text + strlen(text), 16, ", a%d", i);
        }
        refuses(&yaml, strcat(text, "]\n"), "list: too many items");

        bg_copy(text, sizeof text, "v: 1\npairs: {A: x");
        for (int i = 1; i <= BG_PAIRS_MAX; i++)
                (void)snprintf(text + strlen(text), 16, ", A%d: x", i);
        refuses(&yaml, strcat(text, "}\n"), "pairs: too many items");
        char *last = strrchr(text, ',');
        bg_copy(last, 3, "}");
        takes(&yaml, text);
        assert_int_equal(got.pairs.n, BG_PAIRS_MAX);
}

static void what_yaml_could_do_besides(void **state)
{
        (void)state;
        refuses(&yaml, "v: &a 1\n", "anchors and tags");
        refuses(&yaml, "&a v: 1\n", "anchors and tags");
        refuses(&yaml, "&a\nv: 1\n", "anchors and tags");
        refuses(&yaml, "v: 1\ntext: *a\n", NULL);
        refuses(&yaml, "v: 1\nlist: &l [a]\n", "anchors and tags");
        refuses(&yaml, "v: 1\nlist: [*x]\n", "aliases");
        refuses(&yaml, "v: 1\npairs: &p {A: x}\n", "anchors and tags");
        refuses(&yaml, "v: !!int 1\n", "anchors and tags");
        refuses(&yaml, "v: 1\ntext: ! 1\n", "anchors and tags");
        refuses(&yaml, "v: 1\nlist: !!set [a]\n", "anchors and tags");
        refuses(&yaml, "!x\nv: 1\n", "anchors and tags");
        refuses(&yaml, "%YAML 1.1\n---\nv: 1\n", "directives");
        refuses(&yaml, "%TAG ! tag:x,2000:\n---\nv: 1\n", "directives");
        refuses(&yaml, "v: 1\n---\nv: 1\n", "one document only");
        refuses(&yaml, "v: 1\n...\n---\n", "one document only");
        refuses(&yaml, "", "empty");
        refuses(&yaml, "# nothing\n", "empty");
        refuses(&yaml, "---\n", NULL);
        takes(&yaml, "---\nv: 1\n...\n");
        refuses(&yaml, "v: 1\ntext: |\n  a\n", "control characters");
        takes(&yaml, "v: 1\ntext: |-\n  a\n");
        refuses(&yaml, "v: 1\n\ttext: a\n", NULL);
        refuses(&yaml, "v: [1\n", NULL);
        refuses(&yaml, "v: 1\ntext: \"a\n", NULL);
}

static void json_is_json(void **state)
{
        (void)state;
        static const char *const bad[] = {"v: 1", "{v: 1}", "{\"v\": 1, }", "{\"v\": 1} # so",
                "# so\n{\"v\": 1}", "--- {\"v\": 1}", "{\"v\": 1}\n...", "{\"v\": 1}\n---\n",
                "{? \"v\" : 1}", "{'v': 1}", "{\"v\": 1, \"text\": 'a'}", "{\"v\": 1, \"text\": a}",
                "{\"v\": 1, \"text\": \"a\nb\"}", "{\"v\": 1, \"text\": \"a\\\nb\"}",
                "{\"v\": 1, \"text\": \"\\x41\"}", "{\"v\": 1, \"text\": \"\\e\"}",
                "{\"v\": 1, \"text\": \"\\N\"}", "{\"v\": 1, \"text\": \"\\_\"}",
                "{\"v\": 1, \"text\": \"\\U00000041\"}", "{\"v\": 1, \"text\": \"\\u41\"}",
                "{\"v\": 1, \"text\": \"a\xC2\x85"
                "b\"}",
                "{\"v\": 1, \"text\": \"a\xE2\x80\xA8"
                "b\"}",
                "{\"v\": 1, \"text\": \"a\tb\"}", "{\"v\": 1, \"text\": null}",
                "{\"v\": 1, \"text\": 1}", "{\"v\": 1, \"list\": [\"a\",]}",
                "{\"v\": 1, \"list\": [\"a\" , , \"b\"]}", "{\"v\": 1, \"list\": [a]}",
                "{\"v\": 1, \"flag\": yes}", "{\"v\": 1, \"flag\": True}",
                "{\"v\": 1, \"flag\": \"true\"}", "{\"v\": 1, \"number\": -1}",
                "{\"v\": 1, \"number\": 1.0}", "{\"v\": 1, \"number\": 1e1}", "{\"v\": 01}",
                "{\"v\": 1, \"pairs\": {A: \"x\"}}", "{\"v\": 1, \"pairs\": {\"A\": x}}",
                "{\"v\": 1, \"one\":\n  name: \"a\"}", "{\"v\": 1}{\"v\": 1}",
                "{\"v\": 1} {\"v\": 1}", "[\"v\"]", "\"v\"", "{\"v\" 1}", "{\"v\": 1",
                "{\"v\": 1}}", "", " ", "{}", "\xEF\xBB\xBF{\"v\": 1}", "{\"v\": 1, \"v\": 1}",
                "{\"v\": 1, \"\\u0076\": 1}", "{\"v\": 1, \"text\": \"\\ud83d\"}",
                "{\"v\": 1, \"text\": \"\\u0000\"}", NULL};
        for (const char *const *p = bad; *p; p++)
                refuses(&json, *p, NULL);
}

static void bytes_that_are_no_text(void **state)
{
        (void)state;
        assert_code(read_bytes(&yaml, "v: 1\n\0", 6), BG_BAD_POLICY);
        assert_says(&err, "a NUL is not allowed");
        refuses(&yaml, "v: 1\ntext: \"a\\0b\"\n", "a NUL is not allowed");
        refuses(&yaml, "v: 1\ntext: \"\\e[m\"\n", "control characters");
        refuses(&yaml, "v: 1\ntext: \"\\x9b\"\n", "control characters");
        refuses(&yaml, "v: 1\ntext: \"a\\u202eb\"\n", "marks of direction");
        refuses(&yaml, "v: 1\ntext: a\xE2\x80\xAE\n", "marks of direction");
        refuses(&yaml, "v: 1\ntext: \xFF\n", NULL);
        refuses(&yaml, "v: 1\ntext: \xC3\n", NULL);
        refuses(&yaml, "v: 1\ntext: \xED\xA0\x80\n", NULL);
        refuses(&yaml, "v: 1\ntext: \x01\n", NULL);
        refuses(&yaml, "v: 1\nlist: [\"\\e\"]\n", "control characters");
        refuses(&yaml, "v: 1\npairs: {A: \"\\e\"}\n", "control characters");
        /* Another encoding is not guessed. */
        assert_code(read_bytes(&yaml, "\xFF\xFEv\0:\0", 6), BG_BAD_POLICY);
}

static void at_most_64_kib(void **state)
{
        (void)state;
        static char text[BG_DOCUMENT_BYTES_MAX + 2];
        memset(text, ' ', sizeof text);
        memcpy(text, "v: 1\n#", 6);
        assert_code(read_bytes(&yaml, text, BG_DOCUMENT_BYTES_MAX), BG_OK);
        assert_code(read_bytes(&yaml, text, BG_DOCUMENT_BYTES_MAX + 1), BG_BAD_POLICY);
        assert_says(&err, "longer than 64 KiB");
}

struct deep {
        char name[8];
};
static const struct bg_field deepest_fields[] = {BG_F_TEXT(deep, name)};
static struct bg_field deep_fields[BG_DOCUMENT_DEPTH_MAX];
static struct bg_table deep_tables[BG_DOCUMENT_DEPTH_MAX];

/* A table of n levels; every level is the same struct. */
static const struct bg_table *deep_table(size_t n)
{
        static const struct bg_table deepest = {.what = "deep",
                .syntax = BG_YAML,
                .code = BG_BAD_POLICY,
                .size = sizeof(struct deep),
                BG_FIELDS(deepest_fields)};
        const struct bg_table *below = &deepest;
        for (size_t i = 0; i + 1 < n; i++) {
                deep_fields[i] = (struct bg_field){.name = "d", .type = BG_STRUCT, .table = below};
                deep_tables[i] = deepest;
                deep_tables[i].fields = &deep_fields[i];
                below = &deep_tables[i];
        }
        return below;
}

static void at_most_8_levels(void **state)
{
        (void)state;
        struct deep ret;
        char text[64] = "";
        for (size_t n = 1; n <= BG_DOCUMENT_DEPTH_MAX + 1; n++) {
                text[0] = '\0';
                for (size_t i = 1; i < n; i++)
                        (void)strcat(text, "{d: ");
                (void)strcat(text, "{name: x}");
                for (size_t i = 1; i < n; i++)
                        (void)strcat(text, "}");
                enum bg_code code =
                        bg_document_read(deep_table(n), "file", text, strlen(text), &ret, &err);
                assert_code(code, n <= BG_DOCUMENT_DEPTH_MAX ? BG_OK : BG_BAD_POLICY);
        }
        assert_says(&err, "nested too deeply");
}

/* Many mappings beside each other are no depth. */
static void breadth_is_no_depth(void **state)
{
        (void)state;
        takes(&yaml, "v: 1\nmany: [{name: a}, {name: b}, {name: c}]\nlist: []\npairs: {}\n"
                     "one: {name: d}\n");
}

/* A number such as 1,5 is text whatever the caller's locale thinks: su takes the caller's. */
static void no_locale_has_a_say(void **state)
{
        (void)state;
        takes(&yaml, "v: 1\ntext: 1,5\n");
        takes(&yaml, "v: 1\ntext: infin\n");
        takes(&yaml, "v: 1\ntext: nan\n");
}

static void structs_from_elsewhere(void **state)
{
        (void)state;
        static const struct bg_field flat_fields[] = {
                BG_F_TEXT(sample, text),
                BG_F_TEXT(sample, named, .check = bg_is_name),
                BG_F(sample, BG_ID, id),
                BG_F(sample, BG_WORD, word, .words = words),
                BG_F(sample, BG_DURATION, duration),
                BG_F(sample, BG_COUNT, count, .min = 2, .max = 1000),
                BG_F(sample, BG_BOOL, flag),
        };
        const struct bg_table flat = {.what = "flat",
                .syntax = BG_JSON,
                .code = BG_USAGE,
                .size = sizeof(struct sample),
                BG_FIELDS(flat_fields)};
        struct sample s = {0};
        assert_true(bg_document_holds(&flat, &s));
        bg_copy(s.text, sizeof s.text, "a b");
        bg_copy(s.named, sizeof s.named, "bot");
        bg_copy(s.id, sizeof s.id, "4K7M-2PQ9");
        s.word = 2;
        s.duration = SEC(60);
        s.flag = true;
        s.duration = BG_DURATION_MAX;
        const struct sample good = s;
        assert_true(bg_document_holds(&flat, &s));

#define BREAKS(change)                                                                             \
        do {                                                                                       \
                s = good;                                                                          \
                change;                                                                            \
                assert_false(bg_document_holds(&flat, &s));                                        \
        } while (0)
        BREAKS(memset(s.text, 'x', sizeof s.text));
        BREAKS(s.text[1] = '\n');
        BREAKS(s.text[1] = (char)0xFF);
        BREAKS(bg_copy(s.named, sizeof s.named, "../x"));
        BREAKS(memset(s.id, '0', sizeof s.id));
        BREAKS(s.id[0] = 'U');
        BREAKS(s.word = 3);
        BREAKS(s.word = 0xFFFFFFFF);
        BREAKS(s.duration = 1);
        BREAKS(s.duration = BG_DURATION_MAX + BG_USEC_PER_SEC);
        BREAKS(memset(&s.flag, 2, 1));
        s = good;
        /* A count is in its range, or absent where it may be. */
        static const struct bg_field counts[] = {
                BG_F_V(sample), BG_F(sample, BG_COUNT, count, .min = 2, .max = 1000)};
        static const struct bg_table counted = {
                .size = sizeof(struct sample), BG_FIELDS(counts)};
        static const struct {
                uint64_t v;
                uint64_t count;
                bool holds;
        } rows[] = {{1, 0, true}, {1, 2, true}, {1, 1000, true}, {1, 1, false}, {1, 1001, false},
                {1, UINT64_MAX, false}, {0, 2, false}, {2, 2, false}};
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                s.v = rows[i].v;
                s.count = rows[i].count;
                assert_int_equal(bg_document_holds(&counted, &s), rows[i].holds);
        }
        s = good;
        /* Of a table with a list nothing is said: it is not flat. */
        assert_false(bg_document_holds(&yaml, &s));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(everything_in_yaml),
                cmocka_unit_test(everything_in_json),
                cmocka_unit_test(what_is_absent_is_zero),
                cmocka_unit_test(keys),
                cmocka_unit_test(other_types),
                cmocka_unit_test(values),
                cmocka_unit_test(as_many_as_fit),
                cmocka_unit_test(what_yaml_could_do_besides),
                cmocka_unit_test(json_is_json),
                cmocka_unit_test(bytes_that_are_no_text),
                cmocka_unit_test(at_most_64_kib),
                cmocka_unit_test(at_most_8_levels),
                cmocka_unit_test(breadth_is_no_depth),
                cmocka_unit_test(no_locale_has_a_say),
                cmocka_unit_test(structs_from_elsewhere),
        };
        return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
