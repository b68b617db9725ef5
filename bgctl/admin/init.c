/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* init: a table of steps, each of which can be looked at, shown, done and undone. Done in order, the
 * gate last, when all that it needs is there; undone in the opposite order, the gate first. */
#include "bgctl/admin/pamfile.h"
#include "bgctl/admin/root.h"
#include "bgctl/admin/setup.h"
#include "bgctl/admin/ways.h"
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "bgctl/cli/terminal.h"
#include "policy/host/clock.h"

#include <sys/stat.h>

static const struct bg_setup_step *const steps[] = {
        &bg_step_folders,
        &bg_step_host_file,
        &bg_step_group,
        &bg_step_run,
        &bg_step_key,
        &bg_step_catalog,
        &bg_step_units,
        &bg_step_record,
        &bg_step_gate,
};
#define N_STEPS (sizeof steps / sizeof *steps)

static enum bg_code read_services(const char *list, struct bg_list *ret, struct bg_error *err)
{
        for (const char *p = list; *p;) {
                size_t n = strcspn(p, ",");
                char name[BG_ITEM_BYTES];
                bg_copy(name, n + 1 < sizeof name ? n + 1 : sizeof name, p);
                if (!bg_pamfile_knows(name))
                        return bg_fail(
                                err, BG_USAGE, 0, "--services: \"%s\" is none of su, sshd", name);
                if (!bg_list_has(ret, name))
                        bg_copy(ret->v[ret->n++], BG_ITEM_BYTES, name);
                p += n + (p[n] == ',');
        }
        return BG_OK;
}

static enum bg_code choose_services(
        const struct bg_options *options, struct bg_list *ret, struct bg_error *err)
{
        const char *services = options->values[BG_OPTION_SERVICES];
        return read_services(services ? services : "su,sshd", ret, err);
}

static enum bg_code prepare(struct bg_setup *setup, struct bg_error *err)
{
        enum bg_code code = bg_need_root("init", err);

        (void)umask(022);
        if (code == BG_OK)
                code = bg_now_read(&setup->now, err);
        if (code != BG_OK)
                return code;
        code = bg_dir_open("/etc/pam.d", 0, &setup->pam, err);
        if (code != BG_OK && code != BG_NO_SUCH)
                return code;
        code = bg_store_open(&bg_places_host, &setup->store, err);
        return code == BG_NO_SUCH ? BG_OK : code;
}

static void setup_done(struct bg_setup *setup)
{
        bg_dir_done(&setup->pam);
        bg_store_done(&setup->store);
}

static enum bg_code look(
        struct bg_setup *setup, bool done[static N_STEPS], size_t *ret_todo, struct bg_error *err)
{
        *ret_todo = 0;
        for (size_t i = 0; i < N_STEPS; i++) {
                enum bg_code code = steps[i]->look(setup, &done[i], err);
                if (code != BG_OK)
                        return code;
                *ret_todo += !done[i];
        }
        return BG_OK;
}

static enum bg_code may_go_on(const struct bg_options *options, bool *ret_go, struct bg_error *err)
{
        char answer[8] = "";

        *ret_go = true;
        if (bg_has(options, BG_OPTION_YES))
                return BG_OK;
        bg_auto_file FILE *terminal = bg_terminal_open();
        if (!terminal)
                return bg_fail(err, BG_NO_TERMINAL, 0,
                        "init must ask a person, and there is no terminal here; --yes answers.");
        (void)fflush(stdout);
        (void)bg_terminal_ask(terminal, "Go on? [y/N] ", answer, sizeof answer, NULL);
        *ret_go =
                strcmp(answer, "y") == 0 || strcmp(answer, "Y") == 0 || strcmp(answer, "yes") == 0;
        if (!*ret_go)
                bg_say(stdout, "", "Nothing was changed.");
        return BG_OK;
}

static enum bg_code apply(
        struct bg_setup *setup, const bool done[static N_STEPS], struct bg_error *err)
{
        for (size_t i = 0; i < N_STEPS; i++) {
                struct bg_error why;
                enum bg_code code = done[i] ? BG_OK : steps[i]->apply(setup, &why);
                if (code != BG_OK)
                        return bg_fail(err, code, 0, "init stopped at %s: %.200s", steps[i]->name,
                                why.text);
        }
        return bg_record_installed(setup, err);
}

static void tell_next(const struct bg_setup *setup)
{
        bg_say(stdout, "", "breakglass is set up on %s.", setup->now.host);
        bg_row(stdout, 2, "policy", "%s has examples for %s/roles.d and policy.d", BG_EXAMPLE_DIR,
                BG_ETC_PATH);
        bg_row(stdout, 2, "check it", "bgctl policy check");
        bg_row(stdout, 2, "enrol", "bgctl enroll USER");
        bg_row(stdout, 2, "undo", "bgctl init --undo");
}

/* A gate that was edited is left so, and is not what init stands for. */
static enum bg_code is_whole(unsigned n_edited, struct bg_error *err)
{
        return n_edited ? bg_fail(err, BG_BAD_POLICY, 0,
                                  "lines of ours were edited, as said above; they are left so")
                        : BG_OK;
}

static enum bg_code set_up(
        const struct bg_options *options, struct bg_setup *setup, struct bg_error *err)
{
        bool done[N_STEPS];
        size_t todo = 0;
        bool go = false;
        enum bg_code code = look(setup, done, &todo, err);

        if (code != BG_OK)
                return code;
        if (todo)
                bg_say(stdout, "", "init will set breakglass up on %s:", setup->now.host);
        unsigned n_edited = bg_gate_tell_edited(setup);
        if (!todo && !n_edited)
                bg_say(stdout, "", "breakglass is set up on %s; nothing is to be done.",
                        setup->now.host);
        for (size_t i = 0; i < N_STEPS; i++)
                if (steps[i]->show && !done[i])
                        steps[i]->show(setup);
        code = bg_ways_tell(setup, err);
        if (code == BG_OK && todo == 0)
                return is_whole(n_edited, err);
        if (code != BG_OK)
                return code;
        code = may_go_on(options, &go, err);
        if (code != BG_OK || !go)
                return code;
        code = apply(setup, done, err);
        if (code == BG_OK)
                tell_next(setup);
        return code == BG_OK ? is_whole(n_edited, err) : code;
}

/* What cannot be undone does not keep the rest from it. */
static enum bg_code take_out(
        const struct bg_options *options, struct bg_setup *setup, struct bg_error *err)
{
        bool go = false;

        bg_say(stdout, "",
                "init --undo takes breakglass out of the logins of %s: its lines in the PAM files, "
                "its units, every open grant.",
                setup->now.host);
        enum bg_code code = may_go_on(options, &go, err);
        if (code != BG_OK || !go)
                return code;
        for (size_t i = N_STEPS; i-- > 0;) {
                struct bg_error why;
                enum bg_code one = steps[i]->undo ? steps[i]->undo(setup, &why) : BG_OK;
                if (one != BG_OK && code == BG_OK)
                        code = bg_fail(err, one, 0, "%s could not be undone: %.200s",
                                steps[i]->name, why.text);
        }
        if (code == BG_OK)
                bg_row(stdout, 2, "left", "%s and %s: policy, keys, secrets and the record",
                        BG_ETC_PATH, BG_STATE_PATH);
        return code;
}

/* What a template of config management needs; anybody may know it. */
static int print_template(const struct bg_list *services)
{
        static const char *const units[] = {BG_SETUP_UNITS};
        struct bg_pamfile_line line;

        for (size_t i = 0; bg_pamfile_line(i, &line); i++)
                if (bg_list_has(services, line.service))
                        (void)printf("# /etc/pam.d/%s, %s:\n%s\n%s\n%s\n", line.service, line.where,
                                BG_PAMFILE_BEGIN, line.text, BG_PAMFILE_END);
        (void)printf("# units to enable:");
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
                (void)printf(" %s", units[i]);
        (void)printf("\n# keys and folders are the host's own:  bgctl init --yes\n");
        return 0;
}

static unsigned check_step(struct bg_setup *setup, const struct bg_setup_step *step)
{
        struct bg_error why;
        bool done = false;

        if (step->check)
                return step->check(setup);
        if (step->look(setup, &done, &why) != BG_OK)
                bg_row(stdout, 2, "fault", "%s: %s", step->name, why.text);
        else if (!done)
                bg_row(stdout, 2, "missing", "%s", step->name);
        return !done;
}

/* Without a word where all is as it should be, for a monitor. */
static int check(const struct bg_options *options, struct bg_setup *setup)
{
        struct bg_list guarded;
        unsigned n = 0;

        if (!bg_has(options, BG_OPTION_SERVICES) &&
                bg_record_services(setup, &guarded, NULL) == BG_OK)
                setup->services = guarded;
        for (size_t i = 0; i < N_STEPS; i++)
                n += check_step(setup, steps[i]);
        return n ? bg_code_exit(BG_BAD_POLICY) : 0;
}

int bg_run_init(const struct bg_options *options)
{
        bg_auto(setup_done) struct bg_setup setup = BG_SETUP_NONE;
        struct bg_error err;

        enum bg_code code = choose_services(options, &setup.services, &err);
        if (code == BG_OK && bg_has(options, BG_OPTION_PRINT))
                return print_template(&setup.services);
        if (code == BG_OK)
                code = prepare(&setup, &err);
        if (code == BG_OK && bg_has(options, BG_OPTION_CHECK))
                return check(options, &setup);
        if (code == BG_OK)
                code = bg_has(options, BG_OPTION_UNDO) ? take_out(options, &setup, &err)
                                                       : set_up(options, &setup, &err);
        if (code != BG_OK)
                (void)fflush(stdout);
        return code == BG_OK ? 0 : bg_tell_error(options, &err);
}
