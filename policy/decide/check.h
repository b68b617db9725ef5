/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `policy check` refuses or warns of, as a table of rules; and what a policy allows, in
 * sentences that a person can object to. Pure: the files are read and the host is asked by the
 * caller, who hands in what was found. */
#pragma once

#include "policy/base/facts.h"
#include "policy/format/policy.h"

#define BG_FILE_BYTES 256

struct bg_checked_role {
        char file[BG_FILE_BYTES];
        struct bg_role role; /* with its defaults */
};

struct bg_checked_identity {
        char file[BG_FILE_BYTES];
        struct bg_identity identity;

        /* Of the host, as far as it was asked: how the account logs in. */
        char no_shell[BG_FILE_BYTES]; /* its shell, where that lets nobody in */
        char writable_keys
                [BG_FILE_BYTES]; /* what it can change of the path to the AuthorizedKeysFile
                                              that sshd reads for it; "": nothing */
        bool subordinate;        /* it has a line in /etc/subgid */
        bool packaged;           /* a package made it, and may su to it in its scripts */
};

/* A group of the host's, with whoever is in it. */
struct bg_checked_group {
        bool found;
        char name[BG_NAME_BYTES];
        uint32_t n_members;
        struct bg_list members; /* the first ones */
};

struct bg_check {
        char host_file[BG_FILE_BYTES];
        struct bg_host host;   /* with its defaults */
        bool host_unread;      /* its file cannot be used: nothing is in force */
        uint32_t n_unread;     /* identities whose file cannot be used: each login is refused */
        uint32_t n_roles;
        struct bg_checked_role *roles;
        uint32_t n_identities;
        struct bg_checked_identity *identities;

        /* Of the host: who and what the policy names. on_host false: it was not asked, and the
         * rules that need it are left out. */
        bool on_host;
        uint32_t n_humans;
        struct bg_human *humans; /* accounts, approvers and callers; `managed` is not looked at */
        uint32_t n_groups;
        struct bg_checked_group *groups;
        struct bg_list factor_files; /* factors that have a PAM service of ours */

        /* Of sshd and the kernel: bad news alone, so that who was not asked finds nothing. */
        bool sshd_silent; /* it was asked, and did not answer */
        bool use_pam_no;
        bool penalties;        /* a refused login counts against the client's address */
        struct bg_list exempt; /* addresses and networks for which it does not */
        bool yama_off;         /* any process of an account may look into its others */
};

/* A line to be copied into sshd's configuration may be long. */
#define BG_FINDING_BYTES 2048

enum bg_severity { BG_SEVERITY_ERROR, BG_SEVERITY_WARNING };

struct bg_finding {
        enum bg_severity severity;
        const char *file; /* or what else it is about: "sshd" */
        char text[BG_FINDING_BYTES];
};

/* Calls `tell` for each thing found in the policy itself, file by file. An error here is one by which
 * it cannot be what it says. */
void bg_check(const struct bg_check *check,
        void (*tell)(const struct bg_finding *finding, void *context), void *context);

/* The same, for what the host's logins do with the policy alone: what init should know. */
void bg_check_logins(const struct bg_check *check,
        void (*tell)(const struct bg_finding *finding, void *context), void *context);

/* The role, or the group of the host's, of that name; NULL: there is none. */
const struct bg_checked_role *bg_check_role(const struct bg_check *check, const char *name);
const struct bg_checked_group *bg_check_group(const struct bg_check *check, const char *name);

/* Who can open what, for how long, with whose consent, and what then. */
#define BG_SENTENCE_BYTES 4096
const char *bg_check_sentence(const struct bg_check *check, const struct bg_identity *identity,
        const struct bg_role *role, char ret[static BG_SENTENCE_BYTES]);
