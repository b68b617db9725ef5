/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What root's own commands have in common. */
#pragma once

#include "policy/base/words.h"
#include "policy/store/store.h"

/* BG_NOT_PERMITTED for anybody but root. */
enum bg_code bg_need_root(const char *command, struct bg_error *err);

/* An event of root's own, with who typed it. */
void bg_root_event(struct bg_event *event, enum bg_event_kind kind, const struct bg_now *now);
/* Who typed it, alone. */
void bg_root_signs(struct bg_event *event);
