/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keys/: the host's signing key, which the helper alone reads, and its own public keys, by which
 * grants are verified. */
#pragma once

#include "policy/format/key.h"
#include "policy/store/dir.h"


/* Every keys/KID.pub; a file that does not read, or one whose name is not its key's id, is left out
 * (its grants answer unknown-key). A missing folder is an empty keyring. Errors: BG_STORE_FAILED
 * (also where a file cannot be read now), BG_SYSTEM, BG_UNSAFE_FILE (the folder). */
enum bg_code bg_keyring_load(
        const struct bg_dir *state, struct bg_keyring *ret, struct bg_error *err);

/* keys/host.key into `ret`, which should be sodium_malloc()ed and is the caller's to wipe. Its
 * public half must be in the keyring: what it signed could not be verified otherwise. Errors: as
 * above, BG_NO_SUCH (before init), BG_UNKNOWN_KEY. */
enum bg_code bg_signing_key_load(const struct bg_dir *state, const struct bg_keyring *keyring,
        unsigned char ret[static BG_SECRET_KEY_BYTES], struct bg_error *err);

/* Makes a key pair and both files, unless host.key is there; the public half first, so that no
 * signing key ever stands alone. `ret_made` false: it was there. */
enum bg_code bg_signing_key_make(const struct bg_dir *state, const struct bg_now *now,
        bool *ret_made, struct bg_error *err);
