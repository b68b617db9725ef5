/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event as it lies on disk: in events/, and as the use, request, approval or tombstone that it
 * stands for. One JSON object; struct bg_event is in base/words.h. */
#pragma once

#include "policy/format/document.h"

extern const struct bg_table bg_event_table;

/* The longest event in bytes, NUL included: every text at its limit and escaped. */
#define BG_EVENT_BYTES 8192

/* Writes `event` as JSON and a line break. False: it does not fit, which no event can. */
bool bg_event_print(const struct bg_event *event, char ret[static BG_EVENT_BYTES], size_t *ret_n);
