/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; looks whether the gate still stands. Management of configuration may write a PAM file
 * anew without our lines, an upgrade may reset the helper's mode; nobody would see it before the
 * night on which it matters. */
#include "bgctl/sweep/sweep.h"
#include "policy/host/spawn.h"
#include "policy/store/events.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#define PAM_PATH "/etc/pam.d"
#define SSHD_PATH "/etc/ssh"
#define SSHD "/usr/sbin/sshd"
#define SSHD_TIMEOUT_SEC 10
/* As the PAM files that init takes, and the copies of its lines. */
#define FILE_BYTES_MAX (64 * 1024)
static const char gate_name[] = "gate";
static const char block_end[] = "# breakglass end\n";

struct look {
        struct sweep *s;
        struct bg_dir installed;
        struct bg_dir pam;
        bool any;  /* init has set this host up, and it was not undone */
        bool sshd; /* sshd is one of the services */
        char missing[BG_ERROR_TEXT_BYTES];
};

/* The first thing that is missing is told; one is enough to act upon. */
static void __attribute__((format(printf, 2, 3)))
note(struct look *l, const char *format, ...)
{
        if (l->missing[0])
                return;
        va_list args;
        va_start(args, format);
        (void)vsnprintf(l->missing, sizeof l->missing, format, args);
        va_end(args);
        bg_clean(l->missing);
}

/* Each block that init wrote, marks included, stands in the file, in their order. */
static bool has_blocks(const char *text, char *blocks)
{
        for (char *block = blocks; *block;) {
                char *end = strstr(block, block_end);
                if (!end)
                        return false;
                end += sizeof block_end - 1;
                char after = *end;
                *end = '\0';
                const char *found = strstr(text, block);
                if (!found || (found > text && found[-1] != '\n'))
                        return false;
                text = found + strlen(block);
                *end = after;
                block = end;
        }
        return true;
}

/* installed/pam-SERVICE.lines: what init wrote into that service's file. */
static enum bg_code look_at_service(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct look *l = context;
        static char blocks[FILE_BYTES_MAX + 1];
        static char text[FILE_BYTES_MAX + 1];
        char service[BG_NAME_BYTES];
        size_t n = strlen(name);
        size_t n_text = 0;

        (void)err;
        if (n < 11 || n - 10 >= sizeof service || strncmp(name, "pam-", 4) != 0 ||
                strcmp(name + n - 6, ".lines") != 0)
                return BG_OK;
        bg_copy(service, n - 9, name + 4);
        if (bg_dir_read(dir, name, FILE_BYTES_MAX, blocks, &n, NULL) != BG_OK || !blocks[0])
                return BG_OK;
        l->any = true;
        l->sshd = l->sshd || strcmp(service, "sshd") == 0;
        if (bg_dir_read(&l->pam, service, FILE_BYTES_MAX, text, &n_text, NULL) != BG_OK)
                note(l, PAM_PATH "/%s is gone", service);
        else if (!has_blocks(text, blocks))
                note(l, PAM_PATH "/%s has not the lines that bgctl init wrote", service);
        return BG_OK;
}

static void look_at_files(struct look *l)
{
        struct stat st;

        if (access(BG_MODULE_PATH, R_OK) < 0)
                note(l, BG_MODULE_PATH " is gone");
        if (access(BG_MANAGED_PATH, R_OK) < 0)
                note(l, BG_MANAGED_PATH " is gone");
        if (stat(BG_HELPER_PATH, &st) < 0)
                note(l, BG_HELPER_PATH " is gone");
        else if (st.st_uid != 0 || (st.st_mode & 07777) != 04755)
                note(l, BG_HELPER_PATH " has mode %04o and should have 4755, as root's",
                        (unsigned)(st.st_mode & 07777));
}

static enum bg_code newest_change(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        int64_t *newest = context;
        struct stat st;

        (void)err;
        if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ctim.tv_sec > *newest)
                *newest = st.st_ctim.tv_sec;
        return BG_OK;
}

/* Whether sshd's configuration has changed since the file `gate` was written. */
static bool sshd_changed(const struct look *l)
{
        bg_auto(bg_dir_done) struct bg_dir ssh = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir more = BG_DIR_NONE;
        int64_t newest = 0;
        struct stat st;

        if (fstatat(l->s->store.run.fd, gate_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return true;
        if (bg_dir_open(SSHD_PATH, 0, &ssh, NULL) != BG_OK)
                return false;
        (void)bg_dir_each(&ssh, 0, newest_change, &newest, NULL);
        if (bg_dir_sub(&ssh, "sshd_config.d", &more, NULL) == BG_OK)
                (void)bg_dir_each(&more, 0, newest_change, &newest, NULL);
        return newest >= st.st_mtim.tv_sec;
}

/* sshd's own answer: its configuration has matches and includes that only it can read. A question
 * that has no answer changes nothing. */
static bool ask_use_pam(bool before)
{
        static const char *const argv[] = {SSHD, "-T", NULL};
        static char output[FILE_BYTES_MAX];
        int status = 0;

        if (bg_spawn(argv, SSHD_TIMEOUT_SEC, output, sizeof output, &status, NULL) != BG_OK ||
                status != 0)
                return before;
        /* From OpenSSH 9.8 on another service's file can be named. */
        const char *service = strstr(output, "pamservicename ");
        bool other = service && strncmp(service, "pamservicename sshd\n", 20) != 0;
        return strstr(output, "usepam yes\n") != NULL && !other;
}

static void tell(struct sweep *s, enum bg_event_kind kind, const char *text)
{
        struct bg_event event;
        struct bg_error err;

        bg_event_init(&event, kind, s->now.wall);
        bg_copy(event.text, sizeof event.text, text);
        if (bg_event_write(&s->store, 0, &event, &err) != BG_OK)
                sweep_failed(s, &err);
}

/* A change is told once; the file is written anew where something was looked at, for its time. */
static void remember(struct look *l, const struct bg_gate *before, bool use_pam, bool asked)
{
        struct bg_gate gate = {.v = 1, .use_pam = use_pam};
        struct bg_error err;

        bg_copy(gate.missing, sizeof gate.missing, l->missing);
        bool changed = strcmp(before->missing, gate.missing) != 0;
        if (!changed && !asked)
                return;
        if (bg_gate_store(&l->s->store, &gate, &err) != BG_OK) {
                sweep_failed(l->s, &err);
                return;
        }
        if (changed && gate.missing[0])
                tell(l->s, BG_EVENT_GATE_MISSING, gate.missing);
        else if (changed)
                tell(l->s, BG_EVENT_GATE_RESTORED, before->missing);
}

void sweep_gate(struct sweep *s)
{
        struct look l = {.s = s, .installed = BG_DIR_NONE, .pam = BG_DIR_NONE};
        struct bg_gate before;

        if (s->store.run.fd < 0)
                return;
        if (bg_dir_sub(&s->store.state, "installed", &l.installed, NULL) == BG_OK &&
                bg_dir_open(PAM_PATH, 0, &l.pam, NULL) == BG_OK)
                (void)bg_dir_each(&l.installed, 0, look_at_service, &l, NULL);
        if (l.any) {
                bool looked = bg_gate_load(&s->store, &before, NULL) == BG_OK;
                if (!looked)
                        before = (struct bg_gate){.v = 1, .use_pam = true};
                bool asked = l.sshd && sshd_changed(&l);
                bool use_pam = asked ? ask_use_pam(before.use_pam) : before.use_pam;
                look_at_files(&l);
                if (l.sshd && !use_pam)
                        note(&l, "sshd has UsePAM no, or another PAMServiceName: the gate is not asked");
                remember(&l, &before, use_pam, asked || !looked);
        }
        if (!l.any) /* never set up, or undone */
                (void)unlinkat(s->store.run.fd, gate_name, 0);
        bg_dir_done(&l.installed);
        bg_dir_done(&l.pam);
}
