/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See root.h. */
#include "bgctl/admin/root.h"

#include "policy/host/users.h"

enum bg_code bg_need_root(const char *command, struct bg_error *err)
{
        if (geteuid() == 0)
                return BG_OK;
        return bg_fail(err, BG_NOT_PERMITTED, 0,
                "%s is root's: it reads or writes what only root may", command);
}

void bg_root_event(struct bg_event *event, enum bg_event_kind kind, const struct bg_now *now)
{
        bg_event_init(event, kind, now->wall);
        bg_root_signs(event);
}

void bg_root_signs(struct bg_event *event)
{
        struct bg_human person;

        bg_copy(event->caller, sizeof event->caller, "root");
        bg_copy(event->person, sizeof event->person, "root");
        event->caller_uid = (int64_t)getuid();
        event->login_uid = bg_login_uid();
        /* Who logged in and became root, where that is known. */
        if (event->login_uid > 0 &&
                bg_human_by_uid((uid_t)event->login_uid, &person, NULL) == BG_OK && person.found)
                bg_copy(event->person, sizeof event->person, person.name);
}
