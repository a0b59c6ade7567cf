/* The release text:
 *
 *   <chain>/release
 *   version <n>                       n from 1
 *   previous <base64>                 SHA-256 of the release note before this one; of 32 zero bytes
 * in version 1 decide <n>                        the version of the decision rules it was checked
 * under, from 1 issued <YYYY-MM-DDThh:mm:ssZ>     information only author <one line> 1..63 bytes
 *   reason <one line>                 1..200 bytes
 *   doc <path> <length> <base64>      0..4096 lines in bytewise order of path, each once; SHA-256
 * of the content
 *
 * "One line" is UTF-8 without control or invisible characters and without a space at either end. A
 * path is 1..200 bytes of the same, without white space and '\', its parts between '/' neither
 * empty nor "." or "..". A document has at most 1 MiB. */
#include "trust/lines.h"
#include "trust/rules.h"

#include <stdlib.h>

#include "base/calendar.h"
#include "base/text.h"

static samme_status check_documents(const samme_release *release, samme_error *error) {
    if (release->document_count > SAMME_RELEASE_MAX_DOCUMENTS)
        return samme_fail(error, SAMME_TOO_LARGE, "release: %zu documents: at most %u are allowed",
                          release->document_count, SAMME_RELEASE_MAX_DOCUMENTS);
    for (size_t i = 0; i < release->document_count; i++) {
        const samme_release_document *document = &release->documents[i];
        if (!samme_document_path_valid(document->path))
            return samme_fail(error, SAMME_MALFORMED,
                              "release: document %zu: expected a relative path of at most %u bytes "
                              "without spaces, '\\', \".\" and \"..\"",
                              i + 1, SAMME_PATH_MAX);
        if (document->length > SAMME_DOCUMENT_MAX_BYTES)
            return samme_fail(error, SAMME_TOO_LARGE,
                              "release: document %s of %u bytes: at most %u are allowed",
                              document->path, document->length, SAMME_DOCUMENT_MAX_BYTES);
        if (i > 0 && strcmp(document[-1].path, document->path) >= 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "release: document %s: expected documents in order of path, each "
                              "once",
                              document->path);
    }
    return SAMME_OK;
}

static samme_status check_release(const samme_release *release, samme_error *error) {
    static const samme_hash none = {{0}};
    if (release->version < 1 || release->decide_version < 1)
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected version and decide version from 1");
    if (release->version == 1 && !samme_hash_equal(&release->previous, &none))
        return samme_fail(error, SAMME_MALFORMED, "release: version 1 has no previous one");
    if (!samme_one_line_valid(release->author))
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected an author of one line, 1 to %u bytes", SAMME_NAME_MAX);
    if (!samme_one_line_valid(release->reason))
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected a reason of one line, 1 to %zu bytes",
                          sizeof release->reason - 1);
    return check_documents(release, error);
}

samme_status samme_release_text(const samme_root *root, const samme_release *release,
                                samme_buffer *out, samme_error *error) {
    samme_status status = check_release(release, error);
    if (status != SAMME_OK)
        return status;
    char issued[SAMME_TIME_TEXT_BYTES]; /* to the second: what is smaller is left out */
    samme_time_format(release->issued_ms, issued);
    if (issued[0] == 0)
        return samme_fail(error, SAMME_MALFORMED, "release: issued is not in years 1 to 9999");
    size_t start = out->length;
    samme_buffer_printf(out, "%s/release\nversion %llu\nprevious ", root->chain,
                        (unsigned long long)release->version);
    samme_base64_append(out, samme_span_of_hash(&release->previous));
    samme_buffer_printf(out, "\ndecide %u\nissued %s\nauthor %s\nreason %s\n",
                        release->decide_version, issued, release->author, release->reason);
    for (size_t i = 0; i < release->document_count; i++) {
        const samme_release_document *document = &release->documents[i];
        samme_buffer_printf(out, "doc %s %u ", document->path, document->length);
        samme_base64_append(out, samme_span_of_hash(&document->hash));
        samme_buffer_u8(out, '\n');
    }
    return samme_text_finish("release", out, start, error);
}

/* samme_time_parse takes several forms; the text has one. */
static int64_t read_time(samme_lines *lines) {
    char text[40], again[SAMME_TIME_TEXT_BYTES];
    int64_t ms = 0;
    int32_t offset = 0;
    samme_lines_text(lines, text, sizeof text);
    if (samme_time_parse(text, &ms, &offset) == SAMME_OK) {
        samme_time_format(ms, again);
        if (strcmp(text, again) == 0)
            return ms;
    }
    samme_lines_refuse(lines, SAMME_MALFORMED, "a time as YYYY-MM-DDThh:mm:ssZ");
    return 0;
}

static void read_documents(samme_lines *lines, samme_release *out) {
    size_t count = samme_lines_count(lines, "doc", SAMME_RELEASE_MAX_DOCUMENTS);
    if (count == 0)
        return;
    out->documents = calloc(count, sizeof *out->documents);
    if (out->documents == NULL) {
        samme_lines_refuse(lines, SAMME_NO_MEMORY, "memory");
        return;
    }
    out->document_count = count;
    for (size_t i = 0; i < count; i++) {
        samme_release_document *document = &out->documents[i];
        samme_lines_next(lines, "doc");
        samme_lines_text(lines, document->path, sizeof document->path);
        document->length = (uint32_t)samme_lines_u64(lines, 0, SAMME_DOCUMENT_MAX_BYTES);
        document->hash = samme_lines_hash(lines);
    }
}

static samme_status read_release(const samme_root *root, samme_span text, samme_release *out,
                                 samme_error *error) {
    samme_lines lines;
    samme_lines_open(&lines, "release", text, error);
    if (!samme_span_equal(samme_lines_chain(&lines), samme_span_of_text(root->chain)))
        samme_lines_refuse(&lines, SAMME_MALFORMED, "the name of this chain");
    samme_lines_next(&lines, "version");
    out->version = samme_lines_u64(&lines, 1, UINT64_MAX);
    samme_lines_next(&lines, "previous");
    out->previous = samme_lines_hash(&lines);
    samme_lines_next(&lines, "decide");
    out->decide_version = samme_lines_u32(&lines, 1);
    samme_lines_next(&lines, "issued");
    out->issued_ms = read_time(&lines);
    samme_lines_next(&lines, "author");
    samme_lines_remainder(&lines, out->author, sizeof out->author);
    samme_lines_next(&lines, "reason");
    samme_lines_remainder(&lines, out->reason, sizeof out->reason);
    read_documents(&lines, out);
    return samme_lines_close(&lines);
}

samme_status samme_release_open(const samme_root *root, samme_span note, samme_release *out,
                                samme_error *error) {
    samme_span text;
    samme_status status = samme_role_note(root, SAMME_ROLE_RELEASE, note, &text, error);
    if (status != SAMME_OK)
        return status;
    samme_release release = {.version = 0};
    status = read_release(root, text, &release, error);
    if (status == SAMME_OK)
        status = check_release(&release, error);
    if (status == SAMME_OK)
        *out = release;
    else
        samme_release_free(&release);
    return status;
}

void samme_release_free(samme_release *release) {
    free(release->documents);
    *release = (samme_release){0};
}
