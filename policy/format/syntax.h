/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libyaml lets pass and the strict reader must not: texts without quotes that another reader
 * would take for a number, and YAML where JSON was expected. */
#pragma once

#include "policy/base/error.h"

#include <stdbool.h>

/* Whether YAML 1.1 or the core schema of 1.2 (10.3.2) takes this unquoted text for a null, a boolean
 * or a number. Decided byte by byte: su has set its caller's locale, by which strtod() would go. */
bool bg_is_other_type(const char *text);

/* Whether the bytes hold only what RFC 8259 allows, and where: outside of texts no comment, no mark
 * of YAML's, no comma before a bracket; in texts its escapes alone and no line break of Unicode's,
 * which YAML folds. That brackets match and values stand between commas is left to the reader.
 * `ret_at` is the offset of what is wrong. */
bool bg_is_json(const char *text, size_t n_bytes, size_t *ret_at);
