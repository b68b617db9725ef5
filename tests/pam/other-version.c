/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A managed.so that an upgrade left behind. */
#include "pam_breakglass/interface.h"

__attribute__((visibility("default")))
const struct bg_interface bg_managed = {.version = BG_INTERFACE_VERSION + 1};
