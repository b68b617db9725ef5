/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What init leaves on record, and the end of what is open when it is undone. */
#include "bgctl/admin/root.h"
#include "bgctl/admin/setup.h"
#include "bgctl/cli/output.h"
#include "policy/format/emit.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"
#include "policy/store/write.h"

enum bg_code bg_installed_open(
        const struct bg_setup *setup, struct bg_dir *ret, struct bg_error *err)
{
        return bg_dir_make(&setup->store.state, "installed", ret, err);
}

/* installed/manifest */
struct manifest {
        uint64_t v;
        char version[BG_ITEM_BYTES]; /* of breakglass */
        bg_usec time;
        struct bg_list services; /* whose PAM files were wired */
};

static const struct bg_field manifest_fields[] = {
        BG_F_V(manifest),
        BG_F_TEXT(manifest, version, .required = true),
        BG_F(manifest, BG_TIME, time, .required = true),
        BG_F(manifest, BG_LIST, services, .check = bg_is_name),
};

static const struct bg_table manifest_table = {
        .what = "manifest",
        .syntax = BG_JSON,
        .code = BG_TAMPERED,
        .size = sizeof(struct manifest),
        BG_FIELDS(manifest_fields),
};

/* What was set up, on record: the manifest for the next init, the event for whoever asks later. */
enum bg_code bg_record_installed(const struct bg_setup *setup, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        struct manifest manifest = {.v = 1,
                .version = BG_VERSION,
                .time = setup->now.wall,
                .services = setup->services};
        struct bg_event event;
        char names[BG_ITEM_BYTES * 4];
        char text[4096];
        struct bg_buffer buffer = BG_BUFFER(text);

        (void)bg_emit(&manifest_table, &manifest, &buffer);
        bg_put(&buffer, "\n");
        enum bg_code code = bg_installed_open(setup, &dir, err);
        if (code == BG_OK)
                code = bg_write_replace(&dir, "manifest", 0600, text, buffer.n, err);
        if (code != BG_OK)
                return code;
        bg_root_event(&event, BG_EVENT_INSTALLED, &setup->now);
        (void)snprintf(event.text, sizeof event.text, "breakglass %s; the gate stands in %.128s",
                BG_VERSION, bg_join(&setup->services, " and ", names, sizeof names));
        return bg_event_write(&setup->store, getuid(), &event, err);
}

enum bg_code bg_record_services(
        const struct bg_setup *setup, struct bg_list *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        struct manifest manifest;
        char text[4096 + 1];
        size_t n = 0;

        if (setup->store.state.fd < 0)
                return bg_fail(err, BG_NO_SUCH, 0, "init has never run on this host");
        enum bg_code code = bg_dir_sub(&setup->store.state, "installed", &dir, err);
        if (code == BG_OK)
                code = bg_dir_read(&dir, "manifest", sizeof text - 1, text, &n, err);
        if (code == BG_OK)
                code = bg_document_read(&manifest_table, "manifest", text, n, &manifest, err);
        if (code == BG_OK)
                *ret = manifest.services;
        return code;
}

struct closing {
        const struct bg_setup *setup;
        struct bg_keyring keyring;
        unsigned closed;
        enum bg_code code;
        struct bg_error *err;
};

static enum bg_code close_one(
        const struct bg_setup *setup, const struct bg_grant *grant, struct bg_error *err)
{
        struct bg_event event;
        bool closed = false;

        bg_event_of_grant(&grant->claims, (int64_t)grant->uses_taken, BG_EVENT_REVOKED,
                setup->now.wall, &event);
        bg_root_signs(&event);
        bg_copy(event.text, sizeof event.text, "bgctl init --undo");
        return bg_grant_close(&setup->store.state, &event, &closed, err);
}

static enum bg_code close_account(
        const struct bg_dir *dir, const char *account, void *context, struct bg_error *unused)
{
        struct closing *c = context;
        bg_auto(bg_grants_done) struct bg_grants grants = {0};
        struct bg_error why;

        (void)dir;
        (void)unused;
        enum bg_code code = bg_grants_load(
                &c->setup->store.state, account, &c->keyring, &c->setup->now, &grants, &why);
        for (size_t i = 0; i < grants.n; i++) {
                const struct bg_grant *grant = &grants.v[i];
                if (grant->found != BG_OK || strcmp(grant->claims.sub, account) != 0 ||
                        strcmp(grant->claims.jti, grant->id) != 0)
                        continue;
                enum bg_code one = close_one(c->setup, grant, &why);
                c->closed += one == BG_OK;
                if (one != BG_OK)
                        code = one;
        }
        if (code != BG_OK && c->code == BG_OK)
                c->code = bg_fail(c->err, code, 0, "%s", why.text);
        return BG_OK;
}

/* Closes every open grant as revoked. Files in grants/ that are no grants of this host are left as
 * evidence: they open nothing. The first error counts; the others are closed all the same. */
static enum bg_code close_grants(
        const struct bg_setup *setup, unsigned *ret_closed, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir grants = BG_DIR_NONE;
        struct closing c = {.setup = setup, .err = err};

        *ret_closed = 0;
        enum bg_code code = bg_keyring_load(&setup->store.state, &c.keyring, err);
        if (code == BG_OK)
                code = bg_dir_sub(&setup->store.state, "grants", &grants, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        if (code == BG_OK)
                code = bg_dir_each(&grants, 0, close_account, &c, err);
        *ret_closed = c.closed;
        if (c.closed > 0)
                bg_event_wake(&setup->store);
        return code == BG_OK ? c.code : code;
}

static enum bg_code undo_record(struct bg_setup *setup, struct bg_error *err)
{
        struct bg_event event;
        unsigned closed = 0;

        if (setup->store.state.fd < 0)
                return BG_OK;
        enum bg_code code = close_grants(setup, &closed, err);
        if (closed > 0)
                bg_row(stdout, 2, "grants", "%u closed, which %s open", closed,
                        closed == 1 ? "was" : "were");
        else if (code == BG_OK)
                bg_row(stdout, 2, "grants", "none was open");
        bg_root_event(&event, BG_EVENT_UNDONE, &setup->now);
        (void)snprintf(event.text, sizeof event.text,
                "bgctl init --undo: the gate is out of every PAM file, %u grants were closed",
                closed);
        enum bg_code told = bg_event_write(&setup->store, getuid(), &event, err);
        return code == BG_OK ? told : code;
}

static enum bg_code look_record(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        (void)setup;
        (void)err;
        *ret_done = true;
        return BG_OK;
}

const struct bg_setup_step bg_step_record = {
        .name = "the record",
        .look = look_record,
        .undo = undo_record,
};
