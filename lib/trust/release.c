/* The release text: README.md. */
#include "trust/lines.h"
#include "trust/rules.h"

#include <stdlib.h>

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

static samme_status check_waivers(const samme_release *release, samme_error *error) {
    if (release->waiver_count > SAMME_RELEASE_WAIVERS_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "release: %zu waivers: at most %u are allowed",
                          release->waiver_count, SAMME_RELEASE_WAIVERS_MAX);
    for (size_t i = 0; i < release->waiver_count; i++) {
        if (!samme_one_line_valid(release->waivers[i].text))
            return samme_fail(error, SAMME_MALFORMED,
                              "release: waiver %zu: expected one line of 1 to %u bytes", i + 1,
                              SAMME_RELEASE_LINE_MAX);
        if (i > 0 && strcmp(release->waivers[i - 1].text, release->waivers[i].text) >= 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "release: waiver %zu: expected waivers in order, each once", i + 1);
    }
    return SAMME_OK;
}

/* What is kept was before this one, and the baseline is this one or kept. */
static samme_status check_keeps(const samme_release *release, samme_error *error) {
    bool based = release->baseline == 0 || release->baseline == release->version;
    if (release->keep_count > SAMME_RELEASE_KEEPS_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "release: keeps %zu: at most %u are allowed",
                          release->keep_count, SAMME_RELEASE_KEEPS_MAX);
    for (size_t i = 0; i < release->keep_count; i++) {
        const samme_release_kept *kept = &release->keeps[i];
        if (kept->version < 1 || kept->version >= release->version ||
            (i > 0 && kept[-1].version >= kept->version))
            return samme_fail(error, SAMME_MALFORMED,
                              "release: keeps %llu: expected earlier releases in order, each once",
                              (unsigned long long)kept->version);
        based = based || kept->version == release->baseline;
    }
    if (based)
        return SAMME_OK;
    return samme_fail(error, SAMME_MALFORMED,
                      "release: baseline %llu: expected this release or one that it keeps",
                      (unsigned long long)release->baseline);
}

static samme_status check_head(const samme_release *release, samme_error *error) {
    static const samme_hash none = {{0}};
    if (release->version < 1 || release->decide_version < 1)
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected version and decide version from 1");
    if (release->version == 1 && !samme_hash_equal(&release->previous, &none))
        return samme_fail(error, SAMME_MALFORMED, "release: version 1 has no previous one");
    if (release->from >= release->version)
        return samme_fail(error, SAMME_MALFORMED, "release: from: expected an earlier release");
    if (release->at_ms < 0 || release->expires_ms < 0 ||
        (release->expires_ms != 0 && release->expires_ms <= release->at_ms))
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected at and expires after 1970, and at before expires");
    if (!samme_one_line_valid(release->author))
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected an author of one line, 1 to %u bytes", SAMME_NAME_MAX);
    if (!samme_one_line_valid(release->reason))
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected a reason of one line, 1 to %u bytes",
                          SAMME_RELEASE_LINE_MAX);
    return SAMME_OK;
}

static samme_status check_release(const samme_release *release, samme_error *error) {
    samme_status status = check_head(release, error);
    if (status == SAMME_OK)
        status = check_waivers(release, error);
    if (status == SAMME_OK)
        status = samme_waves_check(release, error);
    if (status == SAMME_OK)
        status = check_keeps(release, error);
    return status == SAMME_OK ? check_documents(release, error) : status;
}

/* Everything above the lists. */
static bool append_head(const samme_release *release, samme_buffer *out) {
    samme_buffer_printf(out, "version %llu\n", (unsigned long long)release->version);
    samme_text_hash(out, "previous", &release->previous);
    samme_buffer_printf(out, "decide %u\n", release->decide_version);
    bool timely = samme_text_time(out, "issued", release->issued_ms);
    if (release->at_ms != 0)
        timely = samme_text_time(out, "at", release->at_ms) && timely;
    if (release->expires_ms != 0)
        timely = samme_text_time(out, "expires", release->expires_ms) && timely;
    if (release->from != 0)
        samme_buffer_printf(out, "from %llu\n", (unsigned long long)release->from);
    if (release->baseline != 0)
        samme_buffer_printf(out, "baseline %llu\n", (unsigned long long)release->baseline);
    samme_buffer_printf(out, "author %s\nreason %s\n", release->author, release->reason);
    samme_text_hash(out, "check", &release->check);
    if (release->compared)
        samme_text_hash(out, "diff", &release->diff);
    else
        samme_buffer_append_text(out, "diff none\n");
    return timely;
}

samme_status samme_release_text(const samme_root *root, const samme_release *release,
                                samme_buffer *out, samme_error *error) {
    samme_status status = check_release(release, error);
    if (status != SAMME_OK)
        return status;
    size_t start = out->length;
    samme_buffer_printf(out, "%s/release\n", root->chain);
    bool timely = append_head(release, out);
    for (size_t i = 0; i < release->waiver_count; i++)
        samme_buffer_printf(out, "waiver %s\n", release->waivers[i].text);
    timely = samme_waves_append(release, out) && timely;
    for (size_t i = 0; i < release->keep_count; i++) {
        samme_buffer_printf(out, "keeps %llu", (unsigned long long)release->keeps[i].version);
        samme_text_hash(out, "", &release->keeps[i].note_hash);
    }
    for (size_t i = 0; i < release->document_count; i++) {
        const samme_release_document *document = &release->documents[i];
        samme_buffer_printf(out, "doc %s %u", document->path, document->length);
        samme_text_hash(out, "", &document->hash);
    }
    if (timely)
        return samme_text_finish("release", out, start, error);
    out->length = start;
    return samme_fail(error, SAMME_MALFORMED, "release: a time is not in years 1 to 9999");
}

/* 0 stands for "not there" and is no moment that a text may name. */
static int64_t read_optional_time(samme_lines *lines, const char *key) {
    if (!samme_lines_optional(lines, key))
        return 0;
    int64_t ms = samme_lines_time(lines);
    if (ms <= 0)
        samme_lines_refuse(lines, SAMME_MALFORMED, "a time after 1970");
    return ms;
}

static void read_lists(samme_lines *lines, samme_release *out) {
    out->waivers = samme_lines_room(lines, "waiver", SAMME_RELEASE_WAIVERS_MAX,
                                    sizeof *out->waivers, &out->waiver_count);
    for (size_t i = 0; i < out->waiver_count; i++) {
        samme_lines_next(lines, "waiver");
        samme_lines_remainder(lines, out->waivers[i].text, sizeof out->waivers[i].text);
    }
    samme_waves_read(lines, out);
    out->keeps = samme_lines_room(lines, "keeps", SAMME_RELEASE_KEEPS_MAX, sizeof *out->keeps,
                                  &out->keep_count);
    for (size_t i = 0; i < out->keep_count; i++) {
        samme_lines_next(lines, "keeps");
        out->keeps[i].version = samme_lines_u64(lines, 1, UINT64_MAX);
        out->keeps[i].note_hash = samme_lines_hash(lines);
    }
    out->documents = samme_lines_room(lines, "doc", SAMME_RELEASE_MAX_DOCUMENTS,
                                      sizeof *out->documents, &out->document_count);
    for (size_t i = 0; i < out->document_count; i++) {
        samme_release_document *document = &out->documents[i];
        samme_lines_next(lines, "doc");
        samme_lines_text(lines, document->path, sizeof document->path);
        document->length = (uint32_t)samme_lines_u64(lines, 0, SAMME_DOCUMENT_MAX_BYTES);
        document->hash = samme_lines_hash(lines);
    }
}

static void read_head(samme_lines *lines, samme_release *out) {
    samme_lines_next(lines, "version");
    out->version = samme_lines_u64(lines, 1, UINT64_MAX);
    samme_lines_next(lines, "previous");
    out->previous = samme_lines_hash(lines);
    samme_lines_next(lines, "decide");
    out->decide_version = samme_lines_u32(lines, 1);
    samme_lines_next(lines, "issued");
    out->issued_ms = samme_lines_time(lines);
    out->at_ms = read_optional_time(lines, "at");
    out->expires_ms = read_optional_time(lines, "expires");
    if (samme_lines_optional(lines, "from"))
        out->from = samme_lines_u64(lines, 1, UINT64_MAX);
    if (samme_lines_optional(lines, "baseline"))
        out->baseline = samme_lines_u64(lines, 1, UINT64_MAX);
    samme_lines_next(lines, "author");
    samme_lines_remainder(lines, out->author, sizeof out->author);
    samme_lines_next(lines, "reason");
    samme_lines_remainder(lines, out->reason, sizeof out->reason);
    samme_lines_next(lines, "check");
    out->check = samme_lines_hash(lines);
    samme_lines_next(lines, "diff");
    out->compared = !samme_span_equal(lines->line, SAMME_LITERAL("none"));
    if (out->compared)
        out->diff = samme_lines_hash(lines);
    else
        samme_lines_word(lines, "none");
}

static samme_status read_release(const samme_root *root, samme_span text, samme_release *out,
                                 samme_error *error) {
    samme_lines lines;
    samme_lines_open(&lines, "release", text, error);
    if (!samme_span_equal(samme_lines_chain(&lines), samme_span_of_text(root->chain)))
        samme_lines_refuse(&lines, SAMME_MALFORMED, "the name of this chain");
    read_head(&lines, out);
    read_lists(&lines, out);
    return samme_lines_close(&lines);
}

static samme_status open_text(const samme_root *root, samme_span text, samme_release *out,
                              samme_error *error) {
    samme_release release = {.version = 0};
    samme_status status = read_release(root, text, &release, error);
    if (status == SAMME_OK)
        status = check_release(&release, error);
    if (status == SAMME_OK)
        *out = release;
    else
        samme_release_free(&release);
    return status;
}

samme_status samme_release_open(const samme_root *root, samme_span note, samme_release *out,
                                samme_error *error) {
    samme_span text;
    samme_status status = samme_role_note(root, SAMME_ROLE_RELEASE, note, &text, error);
    return status == SAMME_OK ? open_text(root, text, out, error) : status;
}

samme_status samme_release_reopen(const samme_root *root, samme_span note, samme_release *out,
                                  samme_error *error) {
    samme_note parsed;
    samme_status status = samme_note_parse(note, &parsed, error);
    return status == SAMME_OK ? open_text(root, parsed.text, out, error) : status;
}

void samme_release_free(samme_release *release) {
    free(release->waivers);
    free(release->waves);
    free(release->early);
    free(release->keeps);
    free(release->documents);
    *release = (samme_release){0};
}
