/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; what the steps answer to bgctl and leave for the record; see helper.h. */
#include "bgctl/setuid/helper.h"
#include "policy/format/emit.h"
#include "policy/host/users.h"

enum bg_code helper_answer(const struct bg_table *table, const void *answer, struct bg_error *err)
{
        static char text[BG_DOCUMENT_BYTES_MAX + 2];
        struct bg_buffer buffer = BG_BUFFER(text);

        if (!bg_emit(table, answer, &buffer))
                return bg_fail(err, BG_SYSTEM, 0, "the answer is too long");
        bg_put(&buffer, "\n");
        for (size_t n = 0; n < buffer.n;) {
                ssize_t done = write(STDOUT_FILENO, text + n, buffer.n - n);
                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0)
                        return bg_fail(err, BG_SYSTEM, errno, "standard output");
                n += (size_t)done;
        }
        return BG_OK;
}

void helper_event(
        const struct helper *h, enum bg_event_kind kind, enum bg_code code, struct bg_event *ret)
{
        bg_event_init(ret, kind, h->now.wall);
        ret->code = code;
        bg_copy(ret->account, sizeof ret->account, h->ask.account);
        bg_copy(ret->role, sizeof ret->role, h->ask.role);
        bg_copy(ret->reason, sizeof ret->reason, h->ask.reason);
        bg_copy(ret->ticket, sizeof ret->ticket, h->ask.ticket);
        if (bg_is_name(h->caller.name))
                bg_copy(ret->caller, sizeof ret->caller, h->caller.name);
        ret->caller_uid = h->caller_uid;
        ret->login_uid = bg_login_uid();
        bg_copy(ret->person, sizeof ret->person, h->human.name[0] ? h->human.name : h->caller.name);
        bg_clean(ret->person);
}
