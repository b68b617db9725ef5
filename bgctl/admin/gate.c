/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The step of init that puts our lines into the host's PAM files; what they are is pamfile's. A file
 * whose lines were edited since is left alone, one that is not there as well. */
#include "bgctl/admin/logins.h"
#include "bgctl/admin/pamfile.h"
#include "bgctl/admin/setup.h"
#include "bgctl/cli/output.h"
#include "policy/store/write.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char *const known_services[] = {"su", "sshd", NULL};

/* One service's file, and what it should be. */
struct gate {
        const char *service;
        bool there;
        bool edited; /* our lines are not as we wrote them: somebody wanted them so */
        mode_t mode;
        char *text;
        size_t n;
        char *blocks; /* ours in it now */
        size_t n_blocks;
        char *wanted; /* the whole file */
        size_t n_wanted;
        char *wanted_blocks;
        size_t n_wanted_blocks;
};

static void gate_done(struct gate *gate)
{
        free(gate->text);
        free(gate->blocks);
        free(gate->wanted);
        free(gate->wanted_blocks);
}

static bool is_same(const char *a, size_t n_a, const char *b, size_t n_b)
{
        return n_a == n_b && memcmp(a, b, n_a) == 0;
}

/* "pam-su.before" and the like, in installed/. */
static const char *copy_name(const char *service, const char *what, char ret[static 64])
{
        (void)snprintf(ret, 64, "pam-%s.%s", service, what);
        return ret;
}

/* Whether the blocks that stand there are those that init wrote. */
static bool are_as_written(const struct bg_setup *setup, const struct gate *gate)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        bg_auto_free char *text = malloc(BG_PAMFILE_BYTES_MAX + 1);
        char name[64];
        size_t n = 0;

        return text && bg_installed_open(setup, &dir, NULL) == BG_OK &&
               bg_dir_read(&dir, copy_name(gate->service, "lines", name), BG_PAMFILE_BYTES_MAX,
                       text, &n, NULL) == BG_OK &&
               is_same(text, n, gate->blocks, gate->n_blocks);
}

/* pamfile knows the line, we know the path. */
static enum bg_code in_file(const struct bg_setup *setup, const char *service, enum bg_code code,
        const struct bg_error *why, struct bg_error *err)
{
        if (code == BG_OK)
                return code;
        return bg_fail(err, code, 0, "%s/%s: %.200s", setup->pam.path, service, why->text);
}

/* What is in the file. A file that is not there is no error. */
static enum bg_code read_gate(
        const struct bg_setup *setup, const char *service, struct gate *ret, struct bg_error *err)
{
        struct stat st;
        struct bg_error why;

        *ret = (struct gate){.service = service};
        if (setup->pam.fd < 0)
                return BG_OK;
        ret->text = malloc(BG_PAMFILE_BYTES_MAX + 1);
        if (!ret->text)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", service);
        enum bg_code code =
                bg_dir_read(&setup->pam, service, BG_PAMFILE_BYTES_MAX, ret->text, &ret->n, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        if (code != BG_OK)
                return code;
        if (fstatat(setup->pam.fd, service, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "%s/%s", setup->pam.path, service);
        ret->there = true;
        ret->mode = st.st_mode & 07777;
        code = bg_pamfile_blocks(ret->text, ret->n, &ret->blocks, &ret->n_blocks, &why);
        return in_file(setup, service, code, &why, err);
}

/* And what should be. */
static enum bg_code load_gate(
        const struct bg_setup *setup, const char *service, struct gate *ret, struct bg_error *err)
{
        struct bg_error why;
        enum bg_code code = read_gate(setup, service, ret, err);

        if (code != BG_OK || !ret->there)
                return code;
        code = bg_pamfile_add(service, ret->text, ret->n, &ret->wanted, &ret->n_wanted, &why);
        if (code == BG_OK)
                code = bg_pamfile_blocks(ret->wanted, ret->n_wanted, &ret->wanted_blocks,
                        &ret->n_wanted_blocks, &why);
        if (code != BG_OK)
                return in_file(setup, service, code, &why, err);
        ret->edited =
                ret->n_blocks > 0 &&
                !is_same(ret->blocks, ret->n_blocks, ret->wanted_blocks, ret->n_wanted_blocks) &&
                !are_as_written(setup, ret);
        return BG_OK;
}

/* Lines that a template wrote are taken for ours; the sweep watches what is on record in installed/. */
static bool is_to_write(const struct bg_setup *setup, const struct gate *gate)
{
        return gate->there && !gate->edited &&
               (!is_same(gate->text, gate->n, gate->wanted, gate->n_wanted) ||
                       !are_as_written(setup, gate));
}

/* The controls of our lines forgive a missing module, so that nobody is locked out; a gate that libpam
 * never finds would be forgiven as well. It looks where its own modules are. */
static enum bg_code check_module(struct bg_error *err)
{
        static const char module[] = BG_MODULE_PATH;
        char beside[sizeof module + 16];

        if (access(module, R_OK) < 0)
                return bg_fail(err, BG_SYSTEM, errno, "%s", module);
        int n = (int)(strrchr(module, '/') - module);
        (void)snprintf(beside, sizeof beside, "%.*s/pam_deny.so", n, module);
        if (access(beside, R_OK) < 0)
                return bg_fail(err, BG_SYSTEM, 0,
                        "%s is not where libpam looks for modules: there is no pam_deny.so beside it",
                        module);
        return BG_OK;
}

static enum bg_code look_gate(struct bg_setup *setup, bool *ret_done, struct bg_error *err)
{
        enum bg_code code = check_module(err);

        *ret_done = true;
        for (uint32_t i = 0; code == BG_OK && i < setup->services.n; i++) {
                bg_auto(gate_done) struct gate gate = {0};
                code = load_gate(setup, setup->services.v[i], &gate, err);
                if (code == BG_OK && is_to_write(setup, &gate))
                        *ret_done = false;
        }
        return code;
}

static void show_lines(const char *blocks)
{
        for (const char *line = blocks; *line;) {
                size_t n = strcspn(line, "\n");
                if (line[0] != '#')
                        bg_row(stdout, 2, "           +", "%.*s", (int)n, line);
                line += n + (line[n] == '\n');
        }
}

/* Nothing is put over what somebody wrote; but it is no gate of ours any more. */
static void tell_way_back(const struct gate *gate)
{
        if (gate->n_blocks > 0)
                bg_row(stdout, 2, "put right",
                        "delete all from each \"%s\" to its \"%s\" in /etc/pam.d/%s, then: bgctl init",
                        BG_PAMFILE_BEGIN, BG_PAMFILE_END, gate->service);
        else if (gate->there)
                bg_row(stdout, 2, "put right", "bgctl init");
}

unsigned bg_gate_tell_edited(const struct bg_setup *setup)
{
        unsigned n = 0;

        for (uint32_t i = 0; i < setup->services.n; i++) {
                bg_auto(gate_done) struct gate gate = {0};
                const char *service = setup->services.v[i];

                if (load_gate(setup, service, &gate, NULL) != BG_OK || !gate.edited)
                        continue;
                bg_row(stdout, 2, service, "our lines in /etc/pam.d/%s were edited; left so",
                        service);
                tell_way_back(&gate);
                n++;
        }
        return n;
}

static void show_gate(const struct bg_setup *setup)
{
        for (uint32_t i = 0; i < setup->services.n; i++) {
                bg_auto(gate_done) struct gate gate = {0};
                const char *service = setup->services.v[i];

                if (load_gate(setup, service, &gate, NULL) != BG_OK)
                        continue;
                if (!gate.there)
                        bg_row(stdout, 2, service, "/etc/pam.d/%s is not there; left so", service);
                else if (is_to_write(setup, &gate) &&
                         is_same(gate.text, gate.n, gate.wanted, gate.n_wanted))
                        bg_row(stdout, 2, service,
                                "our lines in /etc/pam.d/%s are there, and watched from now on",
                                service);
                else if (is_to_write(setup, &gate)) {
                        bg_row(stdout, 2, service,
                                "these lines in /etc/pam.d/%s, in blocks marked as ours", service);
                        show_lines(gate.wanted_blocks);
                }
        }
}

static enum bg_code keep(const struct bg_dir *installed, const char *service, const char *what,
        const char *text, size_t n, struct bg_error *err)
{
        char name[64];
        return bg_write_replace(installed, copy_name(service, what, name), 0600, text, n, err);
}

static enum bg_code write_gate(const struct bg_setup *setup, const struct bg_dir *installed,
        const struct gate *gate, struct bg_error *err)
{
        enum bg_code code = BG_OK;

        /* Of a file that has our lines already there is a copy; this would not be as it was. */
        if (gate->n_blocks == 0)
                code = keep(installed, gate->service, "before", gate->text, gate->n, err);
        if (code == BG_OK && !is_same(gate->text, gate->n, gate->wanted, gate->n_wanted))
                code = bg_write_replace(
                        &setup->pam, gate->service, gate->mode, gate->wanted, gate->n_wanted, err);
        /* Only now: the sweep says that what stands here is missing there. */
        if (code == BG_OK)
                code = keep(installed, gate->service, "lines", gate->wanted_blocks,
                        gate->n_wanted_blocks, err);
        return code;
}

static enum bg_code do_gate(struct bg_setup *setup, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir installed = BG_DIR_NONE;
        enum bg_code code = bg_installed_open(setup, &installed, err);

        for (uint32_t i = 0; code == BG_OK && i < setup->services.n; i++) {
                bg_auto(gate_done) struct gate gate = {0};
                code = load_gate(setup, setup->services.v[i], &gate, err);
                if (code == BG_OK && is_to_write(setup, &gate))
                        code = write_gate(setup, &installed, &gate, err);
        }
        return code;
}

/* Whether the file is now the copy that was kept of it. */
static bool is_as_before(
        const struct bg_setup *setup, const char *service, const char *text, size_t n)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        bg_auto_free char *before = malloc(BG_PAMFILE_BYTES_MAX + 1);
        char name[64];
        size_t n_before = 0;

        return before && bg_installed_open(setup, &dir, NULL) == BG_OK &&
               bg_dir_read(&dir, copy_name(service, "before", name), BG_PAMFILE_BYTES_MAX, before,
                       &n_before, NULL) == BG_OK &&
               is_same(before, n_before, text, n);
}

/* Lines of ours that were edited go as well; they are kept, so that nothing is lost. */
static void keep_edited(const struct bg_setup *setup, const struct gate *gate)
{
        bg_auto(bg_dir_done) struct bg_dir installed = BG_DIR_NONE;

        if (!are_as_written(setup, gate) && bg_installed_open(setup, &installed, NULL) == BG_OK)
                (void)keep(&installed, gate->service, "edited", gate->text, gate->n, NULL);
}

/* Before they go, or the sweep would tell that they are missing. */
static enum bg_code forget_lines(
        const struct bg_setup *setup, const char *service, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir installed = BG_DIR_NONE;
        char name[64];

        if (setup->store.state.fd < 0)
                return BG_OK;
        enum bg_code code = bg_installed_open(setup, &installed, err);
        return code == BG_OK ? bg_write_remove(&installed, copy_name(service, "lines", name), err)
                             : code;
}

static enum bg_code remove_one(
        const struct bg_setup *setup, const char *service, struct bg_error *err)
{
        bg_auto(gate_done) struct gate gate = {0};
        struct bg_error why;

        enum bg_code code = read_gate(setup, service, &gate, err);
        if (code == BG_OK && gate.n_blocks == 0)
                code = forget_lines(setup, service, err);
        if (code != BG_OK || gate.n_blocks == 0)
                return code;
        code = bg_pamfile_remove(gate.text, gate.n, &gate.wanted, &gate.n_wanted, &why);
        if (code != BG_OK)
                return in_file(setup, service, code, &why, err);
        keep_edited(setup, &gate);
        code = forget_lines(setup, service, err);
        if (code != BG_OK)
                return code;
        code = bg_write_replace(&setup->pam, service, gate.mode, gate.wanted, gate.n_wanted, err);
        if (code != BG_OK)
                return code;
        bg_row(stdout, 2, service, "/etc/pam.d/%s is %s", service,
                is_as_before(setup, service, gate.wanted, gate.n_wanted)
                        ? "as it was, byte for byte"
                        : "without our lines; what else was changed since is left");
        return BG_OK;
}

static enum bg_code undo_gate(struct bg_setup *setup, struct bg_error *err)
{
        enum bg_code code = BG_OK;

        for (const char *const *service = known_services; *service; service++) {
                struct bg_error why;
                enum bg_code one = remove_one(setup, *service, &why);
                if (one != BG_OK && code == BG_OK)
                        code = bg_fail(err, one, 0, "%s", why.text);
        }
        return code;
}

/* A helper without its bit, a module or a library that is gone: nobody would see it before the night. */
static unsigned check_programs(void)
{
        static const char *const files[] = {BG_MODULE_PATH, BG_MANAGED_PATH, BG_HELPER_PATH};
        struct stat st;
        unsigned n = 0;

        for (size_t i = 0; i < sizeof files / sizeof *files; i++)
                if (access(files[i], R_OK) < 0) {
                        bg_row(stdout, 2, "program", "%s is gone", files[i]);
                        n++;
                }
        if (stat(BG_HELPER_PATH, &st) == 0 && (st.st_uid != 0 || (st.st_mode & 07777) != 04755)) {
                bg_row(stdout, 2, "program", "%s has mode %04o and should have 4755, as root's",
                        BG_HELPER_PATH, (unsigned)(st.st_mode & 07777));
                n++;
        }
        return n;
}

/* NULL: it is as it should be. */
static const char *fault_of(const struct bg_setup *setup, const struct gate *gate)
{
        if (!gate->there)
                return "is not there";
        if (!are_as_written(setup, gate))
                return "has not the lines that init wrote";
        return is_same(gate->text, gate->n, gate->wanted, gate->n_wanted)
                       ? NULL
                       : "has our lines where they do not belong, or others than this bgctl writes";
}

static unsigned check_gate(struct bg_setup *setup)
{
        unsigned n = check_programs();

        for (uint32_t i = 0; i < setup->services.n; i++) {
                bg_auto(gate_done) struct gate gate = {0};
                const char *service = setup->services.v[i];
                struct bg_error err;

                if (load_gate(setup, service, &gate, &err) != BG_OK) {
                        bg_row(stdout, 2, service, "%s", err.text);
                        n++;
                        continue;
                }
                const char *fault = fault_of(setup, &gate);
                if (!fault)
                        continue;
                bg_row(stdout, 2, service, "/etc/pam.d/%s %s", service, fault);
                tell_way_back(&gate);
                n++;
        }
        if (bg_list_has(&setup->services, "sshd") && bg_sshd_ignores_pam()) {
                bg_row(stdout, 2, "sshd", "UsePAM no: PAM, and the gate in it, is not asked");
                n++;
        }
        return n;
}

const struct bg_setup_step bg_step_gate = {
        .name = "the PAM files",
        .look = look_gate,
        .show = show_gate,
        .apply = do_gate,
        .undo = undo_gate,
        .check = check_gate,
};
