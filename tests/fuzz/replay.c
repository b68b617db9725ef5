/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds every file of a folder to a target once, and each of its prefixes up to 256 bytes, and each
 * with one bit flipped: ordinary builds run the targets that way. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIXES_MAX 256
#define FLIPS_MAX 4096

static uint8_t *read_file(int dir, const char *name, size_t *ret_n)
{
        struct stat st;
        int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
        MUST(fd >= 0 && fstat(fd, &st) == 0);
        uint8_t *bytes = malloc((size_t)st.st_size + 1);
        MUST(bytes);
        MUST(read(fd, bytes, (size_t)st.st_size) == st.st_size);
        (void)close(fd);
        *ret_n = (size_t)st.st_size;
        return bytes;
}

static void feed(uint8_t *bytes, size_t n)
{
        (void)LLVMFuzzerTestOneInput(bytes, n);
        for (size_t i = 0; i < n && i < PREFIXES_MAX; i++)
                (void)LLVMFuzzerTestOneInput(bytes, i);
        /* Evenly over a long file; which bit goes by the place. */
        size_t step = n / FLIPS_MAX + 1;
        for (size_t i = 0; i < n; i += step) {
                bytes[i] = (uint8_t)(bytes[i] ^ (1U << i % 8));
                (void)LLVMFuzzerTestOneInput(bytes, n);
                bytes[i] = (uint8_t)(bytes[i] ^ (1U << i % 8));
        }
}

int main(int argc, char **argv)
{
        unsigned n = 0;
        DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
        if (!dir) {
                (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
                return 2;
        }
        for (const struct dirent *e = NULL; (e = readdir(dir));) {
                size_t size = 0;
                if (e->d_name[0] == '.')
                        continue;
                uint8_t *bytes = read_file(dirfd(dir), e->d_name, &size);
                feed(bytes, size);
                free(bytes);
                (void)printf("ok %u - %s\n", ++n, e->d_name);
                (void)fflush(stdout);
        }
        (void)closedir(dir);
        (void)printf("1..%u\n", n);
        return n ? 0 : 1;
}
