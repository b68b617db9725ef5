/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record read from a cursor; see told.h. */
#include "policy/store/told.h"

#include "policy/format/emit.h"
#include "policy/store/write.h"

#include <fcntl.h>
#include <sys/stat.h>

#define TOLD_BYTES 256
static const char told_name[] = "told";

static enum bg_code open_segment(
        const struct bg_dir *state, uint64_t segment, int *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        char name[8];
        enum bg_code code = bg_dir_sub(state, "audit", &dir, err);

        if (code != BG_OK)
                return code;
        bg_segment_name(segment, name);
        *ret = openat(dir.fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (*ret < 0)
                return bg_fail(err, errno == ENOENT ? BG_NO_SUCH : BG_STORE_FAILED, errno, "%s/%s",
                        dir.path, name);
        return BG_OK;
}

enum bg_code bg_record_read(const struct bg_dir *state, const struct bg_told *told,
        struct bg_line *ret, uint64_t *ret_next, struct bg_error *err)
{
        bg_auto_fd int fd = -1;
        enum bg_code code = open_segment(state, told->segment, &fd, err);
        return code == BG_OK ? bg_segment_line(fd, told->bytes, ret, ret_next, err) : code;
}

enum bg_code bg_record_settle(const struct bg_dir *state, const struct bg_told *told,
        uint64_t *ret_bytes, struct bg_error *err)
{
        bg_auto_fd int fd = -1;
        struct stat st;
        enum bg_code code = open_segment(state, told->segment, &fd, err);

        *ret_bytes = 0;
        if (code != BG_OK)
                return code == BG_NO_SUCH ? BG_OK : code;
        if (fstat(fd, &st) < 0 || fdatasync(fd) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "the record");
        *ret_bytes = (uint64_t)st.st_size;
        return BG_OK;
}

enum bg_code bg_record_seek(const struct bg_dir *state, struct bg_told *told, struct bg_error *err)
{
        bg_auto_fd int fd = -1;
        bg_auto_free struct bg_line *line = calloc(1, sizeof *line);
        struct stat st;
        uint64_t next = 0;
        enum bg_code code = open_segment(state, told->segment, &fd, err);

        if (code == BG_NO_SUCH)
                return BG_OK;
        if (code != BG_OK)
                return code;
        if (!line || fstat(fd, &st) < 0)
                return bg_fail(err, BG_STORE_FAILED, errno, "the record");
        code = bg_segment_line(fd, told->bytes, line, &next, err);
        if (code == BG_OK && line->seq == told->seq + 1)
                return BG_OK;
        if (code == BG_NO_SUCH && (uint64_t)st.st_size == told->bytes)
                return BG_OK;
        for (told->bytes = 0;; told->bytes = next) {
                code = bg_segment_line(fd, told->bytes, line, &next, err);
                if (code == BG_NO_SUCH || (code == BG_OK && line->seq > told->seq))
                        return BG_OK;
                if (code != BG_OK && code != BG_TAMPERED)
                        return code;
        }
}

enum bg_code bg_told_load(const struct bg_dir *dir, struct bg_told *ret, struct bg_error *err)
{
        char text[TOLD_BYTES + 1];
        size_t n = 0;

        *ret = (struct bg_told){.v = 1, .segment = 1};
        enum bg_code code = bg_dir_read(dir, told_name, TOLD_BYTES, text, &n, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        return code == BG_OK ? bg_document_read(&bg_told_table, told_name, text, n, ret, err)
                             : code;
}

enum bg_code bg_told_store(
        const struct bg_dir *dir, const struct bg_told *told, struct bg_error *err)
{
        char text[TOLD_BYTES];
        struct bg_buffer buffer = BG_BUFFER(text);

        (void)bg_emit(&bg_told_table, told, &buffer);
        bg_put(&buffer, "\n");
        return bg_write_replace(dir, told_name, 0600, text, buffer.n, err);
}
