/* The text that holds waves of a release back: README.md. */
#include "trust/lines.h"
#include "trust/rules.h"

static samme_status check_halt(const samme_halt *halt, samme_error *error) {
    if (halt->version < 1 || halt->wave < 1 || halt->wave > SAMME_RELEASE_WAVES_MAX)
        return samme_fail(error, SAMME_MALFORMED,
                          "halt: expected a release from 1 and a wave from 1 to %u",
                          SAMME_RELEASE_WAVES_MAX);
    if (!samme_one_line_valid(halt->author) || !samme_one_line_valid(halt->reason))
        return samme_fail(error, SAMME_MALFORMED,
                          "halt: expected author and reason, one line each of at most %u and %u "
                          "bytes",
                          SAMME_NAME_MAX, SAMME_RELEASE_LINE_MAX);
    return SAMME_OK;
}

samme_status samme_halt_text(const samme_root *root, const samme_halt *halt, samme_buffer *out,
                             samme_error *error) {
    samme_status status = check_halt(halt, error);
    if (status != SAMME_OK)
        return status;
    size_t start = out->length;
    samme_buffer_printf(out, "%s/halt\nrelease %llu", root->chain,
                        (unsigned long long)halt->version);
    samme_text_hash(out, "", &halt->release_hash);
    samme_buffer_printf(out, "wave %u\n", halt->wave);
    const bool timely = samme_text_time(out, "issued", halt->issued_ms);
    samme_buffer_printf(out, "author %s\nreason %s\n", halt->author, halt->reason);
    if (timely)
        return samme_text_finish("halt", out, start, error);
    out->length = start;
    return samme_fail(error, SAMME_MALFORMED, "halt: a time is not in years 1 to 9999");
}

static samme_status read_halt(const samme_root *root, samme_span text, samme_halt *out,
                              samme_error *error) {
    samme_lines lines;
    samme_lines_open(&lines, "halt", text, error);
    if (!samme_span_equal(samme_lines_chain(&lines), samme_span_of_text(root->chain)))
        samme_lines_refuse(&lines, SAMME_MALFORMED, "the name of this chain");
    samme_lines_next(&lines, "release");
    out->version = samme_lines_u64(&lines, 1, UINT64_MAX);
    out->release_hash = samme_lines_hash(&lines);
    samme_lines_next(&lines, "wave");
    out->wave = (uint32_t)samme_lines_u64(&lines, 1, SAMME_RELEASE_WAVES_MAX);
    samme_lines_next(&lines, "issued");
    out->issued_ms = samme_lines_time(&lines);
    samme_lines_next(&lines, "author");
    samme_lines_remainder(&lines, out->author, sizeof out->author);
    samme_lines_next(&lines, "reason");
    samme_lines_remainder(&lines, out->reason, sizeof out->reason);
    return samme_lines_close(&lines);
}

samme_status samme_halt_open(const samme_root *root, samme_span note, samme_halt *out,
                             samme_error *error) {
    unsigned valid = 0;
    samme_note parsed;
    samme_halt halt = {.version = 0};
    samme_status status = samme_role_signatures(root, SAMME_ROLE_RELEASE, note, &valid, error);
    if (status == SAMME_OK && valid == 0)
        status = samme_fail(error, SAMME_BAD_SIGNATURE,
                            "halt note: signed by no key of role release of %s", root->chain);
    if (status == SAMME_OK)
        status = samme_note_parse(note, &parsed, error);
    if (status == SAMME_OK)
        status = read_halt(root, parsed.text, &halt, error);
    if (status == SAMME_OK)
        status = check_halt(&halt, error);
    if (status == SAMME_OK)
        *out = halt;
    return status;
}
