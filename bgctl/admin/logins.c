/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See logins.h. Runs as whoever typed it; trusts the files of /etc and sshd's own answers. */
#include "bgctl/admin/logins.h"

#include "policy/base/cleanup.h"
#include "policy/host/spawn.h"
#include "policy/host/users.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

static const char sshd[] = "/usr/sbin/sshd";
#define SSHD_TIMEOUT_SEC 10
#define SSHD_BYTES (256 * 1024)
/* Users that a package made have their number below this, see the Debian Policy Manual, 9.2.2. */
#define STATIC_UID_MAX 99

/* sshd -T: what holds, a line a word in lower case. `user` NULL: for nobody in particular. False: it
 * did not answer; it does so for root alone, and only where its /run/sshd is there. */
static bool ask_sshd(const char *user, char *ret, size_t size)
{
        char who[256];
        int status = 0;
        const char *plain[] = {sshd, "-T", NULL};
        const char *matched[] = {sshd, "-T", "-C", who, NULL};

        (void)snprintf(who, sizeof who,
                "user=%s,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22", user ? user : "");
        return geteuid() == 0 && access(sshd, X_OK) == 0 &&
               bg_spawn(user ? matched : plain, SSHD_TIMEOUT_SEC, ret, size, &status, NULL) ==
                       BG_OK &&
               status == 0;
}

/* What follows "WORD " on its line; NULL: it is not there. It ends at the line's end. */
static const char *answer_of(const char *answers, const char *word)
{
        size_t n = strlen(word);

        for (const char *line = answers; *line; line += line[0] == '\n') {
                if (strncmp(line, word, n) == 0 && line[n] == ' ')
                        return line + n + 1;
                line += strcspn(line, "\n");
        }
        return NULL;
}

static bool is_answer(const char *answers, const char *word, const char *value)
{
        const char *found = answer_of(answers, word);
        size_t n = strlen(value);
        return found && strncmp(found, value, n) == 0 && strchr("\n", found[n]);
}

/* "crash:90 authfail:5 …", or "no"; a version before 9.8 has no such line. */
static bool has_penalties(const char *answers)
{
        const char *found = answer_of(answers, "persourcepenalties");
        size_t n = found ? strcspn(found, "\n") : 0;
        const char *authfail = found ? strstr(found, "authfail:") : NULL;

        return authfail && authfail < found + n && strncmp(authfail, "authfail:0 ", 11) != 0;
}

static void read_exempt(const char *answers, struct bg_list *ret)
{
        const char *p = answer_of(answers, "persourcepenaltyexemptlist");

        while (p && *p && *p != '\n') {
                size_t n = strcspn(p, ",\n");
                if (n > 0 && n < BG_ITEM_BYTES && ret->n < BG_LIST_MAX)
                        bg_copy(ret->v[ret->n++], n + 1, p);
                p += n + (p[n] == ',');
        }
}

static bool is_in_group(const struct bg_human *who, gid_t gid)
{
        gid_t other = 0;

        for (uint32_t i = 0; i < who->n_groups; i++)
                if (bg_group_by_name(who->groups[i], &other, NULL) == BG_OK && other == gid)
                        return true;
        return who->gid == gid;
}

/* In a folder with the sticky bit nobody takes another's file away. */
static bool may_change(const struct bg_human *who, const struct stat *st)
{
        bool sticky = S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX;

        return st->st_uid == who->uid || (st->st_mode & S_IWOTH && !sticky) ||
               (st->st_mode & S_IWGRP && !sticky && is_in_group(who, st->st_gid));
}

/* The first part of a path that the account can change, and with it all that lies below. */
static bool find_changeable(const struct bg_human *who, const char *path, char *ret)
{
        char part[PATH_MAX];
        struct stat st;

        for (size_t n = 1; n <= strlen(path); n++) {
                if (path[n] && path[n] != '/')
                        continue;
                bg_copy(part, n + 1 < sizeof part ? n + 1 : sizeof part, path);
                /* Whoever may write above may make what is missing; that was looked at. */
                if (stat(part, &st) < 0)
                        return false;
                if (may_change(who, &st)) {
                        bg_copy(ret, BG_FILE_BYTES, part);
                        return true;
                }
        }
        return false;
}

/* sshd_config(5), TOKENS: %% %h %U %u; what is no absolute path lies below the home directory. */
static void expand(const char *pattern, size_t n, const struct bg_human *who,
        const struct bg_passwd *login, char *ret, size_t size)
{
        char uid[16];
        size_t used = 0;

        (void)snprintf(uid, sizeof uid, "%u", who->uid);
        if (n > 0 && pattern[0] != '/' && strncmp(pattern, "%h", 2) != 0)
                used = (size_t)snprintf(ret, size, "%s/", login->home);
        for (size_t i = 0; i < n && used + 1 < size; i++) {
                char one[2] = {pattern[i], '\0'};
                const char *put = one;
                if (pattern[i] == '%' && i + 1 < n) {
                        i++;
                        put = pattern[i] == 'h'   ? login->home
                              : pattern[i] == 'u' ? who->name
                              : pattern[i] == 'U' ? uid
                                                  : "%";
                }
                used += (size_t)snprintf(ret + used, size - used, "%s", put);
        }
}

static void look_at_keys_file(
        struct bg_checked_identity *it, const struct bg_human *who, const struct bg_passwd *login)
{
        bg_auto_free char *answers = malloc(SSHD_BYTES);

        if (!it->identity.keys.n || !answers ||
                !ask_sshd(it->identity.account, answers, SSHD_BYTES))
                return;
        const char *p = answer_of(answers, "authorizedkeysfile");
        while (p && *p && *p != '\n') {
                size_t n = strcspn(p, " \n");
                char path[PATH_MAX] = "";
                if (n > 0 && strncmp(p, "none", n) != 0)
                        expand(p, n, who, login, path, sizeof path);
                bg_auto_free char *real = path[0] ? realpath(path, NULL) : NULL;
                if (path[0] == '/' &&
                        (find_changeable(who, path, it->writable_keys) ||
                                (real && find_changeable(who, real, it->writable_keys))))
                        return;
                p += n + (p[n] == ' ');
        }
}

/* The first word of a line, up to one of `ends`, is this. */
static bool begins_with(const char *line, const char *word, const char *ends)
{
        size_t n = strlen(word);
        return strncmp(line, word, n) == 0 && line[n] && strchr(ends, line[n]);
}

static bool file_has(const char *path, bool (*is_so)(const char *line, const struct bg_human *who),
        const struct bg_human *who)
{
        bg_auto_file FILE *f = fopen(path, "re");
        char line[1024];

        while (f && fgets(line, sizeof line, f))
                if (is_so(line, who))
                        return true;
        return false;
}

static bool is_subordinate(const char *line, const struct bg_human *who)
{
        char uid[16];
        (void)snprintf(uid, sizeof uid, "%u", who->uid);
        return begins_with(line, who->name, ":") || begins_with(line, uid, ":");
}

static bool is_of_base_passwd(const char *line, const struct bg_human *who)
{
        return begins_with(line, who->name, ":");
}

/* sysusers.d(5): "u NAME ID …", "u! NAME …" */
static bool is_of_sysusers(const char *line, const struct bg_human *who)
{
        if (line[0] != 'u')
                return false;
        line += 1 + (line[1] == '!');
        line += strspn(line, " \t");
        return begins_with(line, who->name, " \t\n");
}

static bool sysusers_has(const struct bg_human *who)
{
        static const char folder[] = "/usr/lib/sysusers.d";
        bg_auto_dir DIR *dir = opendir(folder);
        const struct dirent *entry;
        char path[PATH_MAX];

        while (dir && (entry = readdir(dir))) {
                (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
                if (entry->d_name[0] != '.' && file_has(path, is_of_sysusers, who))
                        return true;
        }
        return false;
}

/* Others that packages of Debian make by their scripts alone, and su to. */
static bool is_made_by_script(const char *name)
{
        static const char *const known[] = {"postgres", "mysql", "redis", "rabbitmq", "jenkins"};

        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                if (strcmp(known[i], name) == 0)
                        return true;
        return false;
}

static bool is_packaged(const struct bg_human *who)
{
        return who->uid <= STATIC_UID_MAX || is_made_by_script(who->name) ||
               file_has("/usr/share/base-passwd/passwd.master", is_of_base_passwd, who) ||
               sysusers_has(who);
}

static enum bg_code ask_identity(struct bg_checked_identity *it, struct bg_error *err)
{
        struct bg_human who;
        struct bg_passwd login;
        enum bg_code code = bg_human_by_name(it->identity.account, &who, err);

        if (code != BG_OK || !who.found || who.uid == 0)
                return code;
        code = bg_passwd_by_name(it->identity.account, &login, err);
        if (code != BG_OK)
                return code;
        if (bg_shell_is_closed(login.shell))
                bg_copy(it->no_shell, sizeof it->no_shell, login.shell);
        it->subordinate = file_has("/etc/subgid", is_subordinate, &who);
        it->packaged = is_packaged(&who);
        look_at_keys_file(it, &who, &login);
        return BG_OK;
}

static bool is_yama_off(void)
{
        bg_auto_file FILE *f = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
        int scope = f ? fgetc(f) : '0';
        return scope == '0' || scope == EOF;
}

bool bg_sshd_ignores_pam(void)
{
        bg_auto_free char *answers = malloc(SSHD_BYTES);
        return answers && ask_sshd(NULL, answers, SSHD_BYTES) && is_answer(answers, "usepam", "no");
}

enum bg_code bg_logins_ask(struct bg_check *check, struct bg_error *err)
{
        bg_auto_free char *answers = malloc(SSHD_BYTES);
        enum bg_code code = BG_OK;

        if (!answers)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "sshd");
        if (ask_sshd(NULL, answers, SSHD_BYTES)) {
                check->use_pam_no = is_answer(answers, "usepam", "no");
                check->penalties = has_penalties(answers);
                read_exempt(answers, &check->exempt);
        } else {
                check->sshd_silent = geteuid() == 0 && access(sshd, X_OK) == 0;
        }
        check->yama_off = is_yama_off();
        for (uint32_t i = 0; code == BG_OK && i < check->n_identities; i++)
                code = ask_identity(&check->identities[i], err);
        return code;
}
