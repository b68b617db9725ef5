/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The modules on a stage; see stage.h. */
#include "tests/pam/lib/stage.h"

#include "policy/format/emit.h"
#include "policy/format/token.h"
#include "policy/host/clock.h"
#include "policy/host/users.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"
#include "policy/store/requests.h"

#include <fcntl.h>
#include <sodium.h>

static char between[256];
static char module[BG_PATH_BYTES];

static void say(struct stage *stage, const char *kind, const char *text)
{
        size_t n = strlen(stage->said);
        (void)snprintf(stage->said + n, sizeof stage->said - n, "%s: %s\n", kind, text);
}

static int converse(
        int n, const struct pam_message **messages, struct pam_response **ret, void *context)
{
        struct pam_response *answers = calloc((size_t)n, sizeof *answers);

        for (int i = 0; answers && i < n; i++)
                say(context,
                        messages[i]->msg_style == PAM_ERROR_MSG   ? "error"
                        : messages[i]->msg_style == PAM_TEXT_INFO ? "info"
                                                                  : "prompt",
                        messages[i]->msg);
        *ret = answers;
        return answers ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void write_service(struct stage *stage, const char *service)
{
        char options[5 * BG_PATH_BYTES];
        char text[6 * sizeof options];
        char name[64];
        const char *path = stage->place.path;

        (void)snprintf(options, sizeof options, "%s policy=%s/etc state=%s/state run=%s/run",
                module, path, path, path);
        (void)snprintf(text, sizeof text,
                "auth [success=done default=ignore] %s\n"
                "auth required pam_deny.so\n"
                "account [success=ok new_authtok_reqd=ok ignore=ignore module_unknown=ignore "
                "default=bad] %s\n"
                "account required pam_permit.so\n"
                "session [success=ok ignore=ignore module_unknown=ignore default=bad] %s key\n"
                "session required pam_permit.so\n"
                "%s\n"
                "session [success=ok new_authtok_reqd=ok ignore=ignore module_unknown=ignore "
                "default=bad] %s\n",
                options, options, options, between, options);
        (void)snprintf(name, sizeof name, "pam/%s", service);
        unit_put(&stage->place, name, 0644, text);
}

void stage_start(struct stage *stage, const char *service, const char *user)
{
        const struct pam_conv conv = {converse, stage};
        char conf[BG_PATH_BYTES + 8];

        write_service(stage, service);
        (void)snprintf(conf, sizeof conf, "%s/pam", stage->place.path);
        assert_int_equal(pam_start_confdir(service, user, &conv, conf, &stage->pamh), PAM_SUCCESS);
        assert_int_equal(pam_set_item(stage->pamh, PAM_RHOST, "127.0.0.1"), PAM_SUCCESS);
        stage->said[0] = '\0';
}

void stage_end(struct stage *stage)
{
        if (stage->pamh)
                (void)pam_end(stage->pamh, PAM_SUCCESS);
        stage->pamh = NULL;
}

void stage_between(struct stage *stage, const char *line)
{
        (void)stage;
        bg_copy(between, sizeof between, line);
}

void stage_module(struct stage *stage, const char *path)
{
        (void)stage;
        bg_copy(module, sizeof module, path);
}

int stage_call(struct stage *stage, int (*call)(pam_handle_t *, int), int flags)
{
        const void *service = NULL;
        uid_t real = getuid();
        uid_t effective = geteuid();

        assert_int_equal(pam_get_item(stage->pamh, PAM_SERVICE, &service), PAM_SUCCESS);
        bool su = strncmp(service, "su", 2) == 0 && strcmp(service, "sudo") != 0;
        if (su && effective == 0)
                assert_int_equal(setresuid(stage->caller.uid, 0, 0), 0);
        int answer = call(stage->pamh, flags);
        if (su) {
                /* The guard has put back what it changed. */
                assert_int_equal(getuid(), stage->caller.uid);
                assert_int_equal(geteuid(), effective);
                assert_int_equal(setresuid(real, effective, effective), 0);
        }
        return answer;
}

void stage_identity(struct stage *stage, const char *more)
{
        char text[2048];
        (void)snprintf(text, sizeof text,
                "account: " ACCOUNT "\nkind: service-account\nfunction: Backups\nowner: root\n"
                "roles: [db-restart]\ncallers: [%s]\n%s",
                stage->caller.name, more);
        unit_put(&stage->place, "etc/policy.d/" ACCOUNT ".yaml", 0644, text);
}

void stage_role(struct stage *stage, const char *more)
{
        char text[2048];
        (void)snprintf(text, sizeof text,
                "role: db-restart\npurpose: Restart\nenv: {PGSERVICE: rescue}\n"
                "approvers: [root]\n%s%s",
                strstr(more, "groups:") ? "" : "groups: [" ROLE_GROUP "]\n", more);
        unit_put(&stage->place, "etc/roles.d/db-restart.yaml", 0644, text);
}

static void make_places(struct stage *stage)
{
        char paths[3][BG_PATH_BYTES + 8];
        static const char *const names[] = {"etc", "state", "run"};

        for (size_t i = 0; i < 3; i++) {
                unit_mkdir(&stage->place, names[i]);
                (void)snprintf(paths[i], sizeof paths[i], "%s/%s", stage->place.path, names[i]);
        }
        const struct bg_places places = {paths[0], paths[1], paths[2], geteuid()};
        struct bg_error err = {0};
        assert_code(bg_store_open(&places, &stage->store, &err), BG_OK);
}

int stage_make(void **state)
{
        struct stage *stage = calloc(1, sizeof *stage);
        struct bg_keyring keyring;
        bool made = false;

        assert_non_null(stage);
        assert_true(sodium_init() >= 0);
        if (!unit_safe_place_make(&stage->place)) {
                print_message("# no folder here that nobody else can write to\n");
                free(stage);
                return -1;
        }
        make_places(stage);
        assert_code(bg_now_read(&stage->now, NULL), BG_OK);
        assert_code(bg_human_by_name(ACCOUNT, &stage->account, NULL), BG_OK);
        /* daemon: somebody with a line in /etc/passwd who is not root. */
        assert_code(bg_human_by_uid(geteuid() == 0 ? 1 : getuid(), &stage->caller, NULL), BG_OK);
        assert_true(stage->account.found && stage->caller.found);
        assert_code(bg_signing_key_make(&stage->store.state, &stage->now, &made, NULL), BG_OK);
        assert_code(bg_keyring_load(&stage->store.state, &keyring, NULL), BG_OK);
        assert_code(bg_signing_key_load(&stage->store.state, &keyring, stage->key, NULL), BG_OK);
        stage_identity(stage, "");
        stage_role(stage, "");
        stage_between(stage, "");
        stage_module(stage, BG_TEST_DIR "/loader_test.so");
        *state = stage;
        return 0;
}

int stage_remove(void **state)
{
        struct stage *stage = *state;
        stage_end(stage);
        bg_store_done(&stage->store);
        unit_place_remove(&stage->place);
        free(stage);
        return 0;
}

void stage_claims(struct stage *stage, struct bg_claims *ret)
{
        static const struct bg_list services = {.n = 2, .v = {"su", "sshd"}};

        memset(ret, 0, sizeof *ret);
        ret->v = 1;
        assert_code(bg_id_reserve(&stage->store.state, &stage->now, ret->jti, NULL), BG_OK);
        bg_copy(ret->sub, sizeof ret->sub, ACCOUNT);
        ret->uid = stage->account.uid;
        bg_copy(ret->role, sizeof ret->role, "db-restart");
        ret->groups = (struct bg_list){.n = 1, .v = {ROLE_GROUP}};
        ret->env.n = 1;
        bg_copy(ret->env.v[0].key, sizeof ret->env.v[0].key, "PGSERVICE");
        bg_copy(ret->env.v[0].value, sizeof ret->env.v[0].value, "rescue");
        ret->services = services;
        ret->callers.n = 1;
        bg_copy(ret->callers.v[0], BG_ITEM_BYTES, stage->caller.name);
        ret->iat = stage->now.wall - SEC(60);
        ret->nbf = ret->iat;
        ret->exp = ret->iat + SEC(1800);
        bg_copy(ret->boot, sizeof ret->boot, stage->now.boot);
        ret->boottime = stage->now.boottime > SEC(60) ? stage->now.boottime - SEC(60) : 0;
        bg_copy(ret->aud, sizeof ret->aud, stage->now.machine);
        bg_copy(ret->requester, sizeof ret->requester, "root");
        ret->n_approvals = 1;
        bg_copy(ret->approvals[0].by, sizeof ret->approvals[0].by, "root");
        ret->approvals[0].factors = (struct bg_list){.n = 2, .v = {"password", "totp"}};
        ret->approvals[0].at = ret->iat;
        bg_copy(ret->reason, sizeof ret->reason, "a test of the module");
        memset(ret->policy, '0', 64);
        ret->policy[64] = '.';
        memset(ret->policy + 65, '0', 64);
}

void stage_sign(struct stage *stage, const struct bg_claims *claims, const char *machine,
        char ret[static BG_TOKEN_BYTES_MAX])
{
        static char payload[BG_PAYLOAD_BYTES_MAX + 1];
        struct bg_buffer buffer = BG_BUFFER(payload);

        assert_true(bg_emit(&bg_claims_table, claims, &buffer));
        assert_true(bg_token_sign(stage->key, payload, machine, ret, BG_TOKEN_BYTES_MAX));
}

void stage_place(struct stage *stage, const char *id, const char *token)
{
        const struct bg_dir *state = &stage->store.state;
        struct bg_event ask;
        bool made = false;

        bg_event_init(&ask, BG_EVENT_REQUESTED, stage->now.wall);
        bg_copy(ask.request, sizeof ask.request, id);
        assert_code(bg_request_make(state, &ask, NULL), BG_OK);
        assert_code(bg_request_end(state, id, token, strlen(token), &made, NULL), BG_OK);
        assert_true(made);
        assert_code(bg_request_publish(state, id, ACCOUNT, NULL), BG_OK);
}

void stage_open(struct stage *stage, const struct bg_claims *claims)
{
        static char token[BG_TOKEN_BYTES_MAX];
        stage_sign(stage, claims, stage->now.machine, token);
        stage_place(stage, claims->jti, token);
}

void stage_grant(struct stage *stage, struct bg_claims *ret)
{
        stage_claims(stage, ret);
        stage_open(stage, ret);
}

void stage_close(struct stage *stage, const char *id, enum bg_event_kind cause)
{
        struct bg_event event;
        bool closed = false;

        bg_event_init(&event, cause, stage->now.wall);
        bg_copy(event.grant, sizeof event.grant, id);
        bg_copy(event.account, sizeof event.account, ACCOUNT);
        assert_code(bg_grant_close(&stage->store.state, &event, &closed, NULL), BG_OK);
        assert_true(closed);
}

struct counting {
        enum bg_event_kind kind;
        unsigned n;
        struct bg_event *ret;
};

static enum bg_code count_event(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        static char text[BG_EVENT_BYTES];
        struct counting *counting = context;
        struct bg_event event;
        size_t n = 0;

        assert_code(bg_dir_read(dir, name, sizeof text - 1, text, &n, err), BG_OK);
        assert_code(bg_document_read(&bg_event_table, name, text, n, &event, err), BG_OK);
        if (event.kind == counting->kind) {
                counting->n++;
                if (counting->ret)
                        *counting->ret = event;
        }
        return BG_OK;
}

static enum bg_code each_folder(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir sub = BG_DIR_NONE;
        assert_code(bg_dir_sub(dir, name, &sub, err), BG_OK);
        return bg_dir_each(&sub, 0, count_event, context, err);
}

unsigned stage_events(struct stage *stage, enum bg_event_kind kind, struct bg_event *ret)
{
        struct counting counting = {kind, 0, ret};
        const struct bg_dir *const tops[] = {&stage->store.state, &stage->store.run};
        static const char *const names[] = {"events", "unrecorded"};

        for (size_t i = 0; i < 2; i++) {
                bg_auto(bg_dir_done) struct bg_dir events = BG_DIR_NONE;
                if (bg_dir_sub(tops[i], names[i], &events, NULL) == BG_OK)
                        assert_code(bg_dir_each(&events, 0, each_folder, &counting, NULL), BG_OK);
        }
        return counting.n;
}

bool stage_use(struct stage *stage, const char *id, unsigned nth, struct bg_event *ret)
{
        char path[64];
        (void)snprintf(path, sizeof path, "state/uses/%s/%u", id, nth);
        const char *text = unit_get(&stage->place, path);
        if (text && ret)
                assert_code(bg_document_read(&bg_event_table, path, text, strlen(text), ret, NULL),
                        BG_OK);
        return text != NULL;
}

void assert_refused(struct stage *stage, enum bg_code code)
{
        struct bg_event event;
        char word[64];

        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_PERM_DENIED);
        (void)snprintf(word, sizeof word, "(%s).", bg_code_word(code));
        if (!strstr(stage->said, word))
                fail_msg("said %s and not %s", stage->said, word);
        /* "error: " is our own. */
        for (const char *line = stage->said; *line; line += strcspn(line, "\n") + 1)
                if (strcspn(line, "\n") > strlen("error: ") + 80)
                        fail_msg("over 80 columns: %s", line);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
        assert_code(event.code, code);
        assert_string_equal(event.account, ACCOUNT);
        assert_int_equal(event.use, -1);
}
