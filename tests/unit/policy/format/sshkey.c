/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fingerprint of the key that came in by ssh, against what ssh-keygen -l printed. */
#include "tests/unit/lib/unit.h"

#include "policy/format/sshkey.h"

/* ssh-keygen -t ed25519 -f k -N '' -C x; ssh-keygen -lf k.pub */
#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAIE7EVlj6aVGaKF7mKCwCw90JrDMLmheoJfZN4nwT3ypU"
#define ED25519_PRINT "SHA256:mtO8bAxqbDIvpkcTfb1tgBJQUOjd/gqekH9AM2OqTcc"
#define ECDSA                                                                                      \
        "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBC5CktLqRN1uD0ESGe"                   \
        "X3Fazg+OcixgoJqNMKA9w6T/tgW2Q7+1D/21iqkJUEW4ppWD0imtMjCtJyG0dLW5YcEt0="
#define ECDSA_PRINT "SHA256:bZxmuvHgnrP25DN/CmUfsAEi70I+UL+aEfwxj8Lu34o"

static void as_ssh_keygen_prints_it(void **state)
{
        (void)state;
        char print[BG_FINGERPRINT_BYTES];
        assert_true(bg_sshkey_fingerprint("publickey ssh-ed25519 " ED25519 "\n", print));
        assert_string_equal(print, ED25519_PRINT);
        assert_true(bg_sshkey_fingerprint("publickey ssh-ed25519 " ED25519, print));
        assert_string_equal(print, ED25519_PRINT);
        assert_true(bg_sshkey_fingerprint("publickey ecdsa-sha2-nistp256 " ECDSA "\n", print));
        assert_string_equal(print, ECDSA_PRINT);
        /* A second method that had to follow says nothing of the key. */
        assert_true(bg_sshkey_fingerprint("publickey ssh-ed25519 " ED25519 "\npassword\n", print));
        assert_string_equal(print, ED25519_PRINT);
}

static void what_is_no_key(void **state)
{
        (void)state;
        char print[BG_FINGERPRINT_BYTES];
        static const char *const bad[] = {"", "password", "password\n", "publickey", "publickey ",
                "publickey \n", "publickey ssh-ed25519", "publickey ssh-ed25519\n",
                "publickey ssh-ed25519 \n", "publickey ssh-ed25519  " ED25519,
                "publickey  " ED25519, "hostbased ssh-ed25519 " ED25519,
                "Publickey ssh-ed25519 " ED25519, "publickey ssh-ed25519 not*base64",
                "publickey ssh-ed25519 " ED25519 " comment", "publickey ssh-ed25519 " ED25519 "=",
                "publickey ssh-ed25519 AAA", "password\npublickey ssh-ed25519 " ED25519,
                /* The second word must stand in the first line. */
                "publickey x\npassword " ED25519, "publickey ssh-ed25519\n" ED25519,
                /* What is named must be what is in the key. */
                "publickey ssh-rsa " ED25519, "publickey ssh-ed2551 " ED25519,
                "publickey ssh-ed25519 AAAA", "publickey ssh-ed25519 /////w==", NULL};
        for (const char *const *p = bad; *p; p++)
                if (bg_sshkey_fingerprint(*p, print))
                        fail_msg("taken: %s", *p);
}

static void longer_than_any_key(void **state)
{
        (void)state;
        char print[BG_FINGERPRINT_BYTES];
        static char text[32 * 1024];
        memset(text, 'A', sizeof text - 1);
        memcpy(text, "publickey ssh-ed25519 ", 22);
        assert_false(bg_sshkey_fingerprint(text, print));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(as_ssh_keygen_prints_it),
                cmocka_unit_test(what_is_no_key),
                cmocka_unit_test(longer_than_any_key),
        };
        return cmocka_run_group_tests_name("sshkey", tests, NULL, NULL);
}
