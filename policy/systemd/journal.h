/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal: one line of the record sent. The only sender is bgctl-tell, so that auditors can
 * filter on its _EXE. Reading back is journalctl's work, through host/spawn. */
#pragma once

#include "policy/format/record.h"

/* That it answers BG_OK does not mean that the journal has it: its rate limit drops in silence, and a
 * journald that is away; read back. Errors: BG_SYSTEM. */
enum bg_code bg_journal_send(const struct bg_line *line, struct bg_error *err);
