#include "tlog/checkpoint.h"

#include <inttypes.h>

#include "base/text.h"
#include "tlog/lines.h"
#include "tlog/tree.h"

enum {
    /* Origin, 19 digits, 44 characters of base64, three newlines. */
    TEXT_MAX_BYTES = SAMME_NOTE_NAME_MAX + 19 + 44 + 3
};

samme_status samme_checkpoint_sign(const char *origin, const samme_seed *seed,
                                   const samme_checkpoint *checkpoint, samme_buffer *out) {
    if (checkpoint->size > SAMME_TREE_MAX_LEAVES)
        return SAMME_TOO_LARGE;
    if (strlen(origin) > SAMME_NOTE_NAME_MAX)
        return SAMME_MALFORMED;
    samme_buffer text;
    samme_buffer_init(&text, TEXT_MAX_BYTES);
    samme_buffer_printf(&text, "%s\n%" PRIu64 "\n", origin, checkpoint->size);
    samme_base64_append(&text, samme_span_of_hash(&checkpoint->root));
    samme_buffer_u8(&text, '\n');
    samme_status status = samme_buffer_status(&text);
    if (status == SAMME_OK)
        status = samme_note_sign(samme_buffer_span(&text), origin, seed, out);
    samme_buffer_free(&text);
    return status;
}

/* The three lines that every checkpoint has; *text is what follows them. `name` is the key's. */
static samme_status parse_lines(samme_span *text, const char *name, samme_span *out_origin,
                                samme_checkpoint *out, samme_error *error) {
    samme_span size_line, root_line;
    if (!samme_line_take(text, out_origin) || !samme_line_take(text, &size_line) ||
        !samme_line_take(text, &root_line))
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint of \"%s\": expected the lines origin, size and root", name);
    if (samme_u64_parse(size_line, &out->size) != SAMME_OK || out->size > SAMME_TREE_MAX_LEAVES)
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint of \"%s\": the size must be a decimal number below 2^63 "
                          "without leading zeros",
                          name);
    if (!samme_line_hash(root_line, &out->root))
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint of \"%s\": the root must be 32 bytes in base64", name);
    return SAMME_OK;
}

static samme_status parse_text(samme_span text, const char *origin, samme_checkpoint *out,
                               samme_error *error) {
    samme_span origin_line;
    samme_checkpoint checkpoint;
    samme_status status = parse_lines(&text, origin, &origin_line, &checkpoint, error);
    if (status != SAMME_OK)
        return status;
    if (text.length != 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint of \"%s\": expected exactly the lines origin, size and root",
                          origin);
    if (!samme_span_equal(origin_line, samme_span_of_text(origin)))
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint signed by \"%s\": its first line is another origin", origin);
    *out = checkpoint;
    return SAMME_OK;
}

static samme_status parse_any(samme_span text, const char *name, samme_log_head *out,
                              samme_error *error) {
    samme_span origin, line;
    samme_checkpoint checkpoint;
    samme_status status = parse_lines(&text, name, &origin, &checkpoint, error);
    if (status != SAMME_OK)
        return status;
    if (origin.length == 0 || origin.length > SAMME_ORIGIN_MAX)
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint signed by \"%s\": expected an origin of 1 to %u bytes", name,
                          SAMME_ORIGIN_MAX);
    unsigned extensions = 0;
    for (; samme_line_take(&text, &line); extensions++)
        if (line.length == 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "checkpoint signed by \"%s\": an extension line is empty", name);
    *out = (samme_log_head){
        .size = checkpoint.size, .root = checkpoint.root, .extensions = extensions};
    memcpy(out->origin, origin.data, origin.length);
    return SAMME_OK;
}

samme_status samme_checkpoint_read(samme_span note, const samme_vkey *key, samme_checkpoint *out,
                                   samme_error *error) {
    samme_note parsed;
    samme_status status = samme_note_parse(note, &parsed, error);
    return status == SAMME_OK ? parse_text(parsed.text, key->name, out, error) : status;
}

/* Gives the text of a note that key has signed. */
static samme_status open_signed(samme_span note, const samme_vkey *key, samme_span *out_text,
                                samme_error *error) {
    samme_note parsed;
    unsigned valid;
    samme_status status = samme_note_parse(note, &parsed, error);
    if (status == SAMME_OK)
        status = samme_note_verify(&parsed, key, 1, &valid, error);
    if (status != SAMME_OK)
        return status;
    if (valid == 0)
        return samme_fail(error, SAMME_BAD_SIGNATURE, "checkpoint: not signed by \"%s\"",
                          key->name);
    *out_text = parsed.text;
    return SAMME_OK;
}

samme_status samme_checkpoint_open(samme_span note, const samme_vkey *key, samme_checkpoint *out,
                                   samme_error *error) {
    samme_span text;
    samme_status status = open_signed(note, key, &text, error);
    return status == SAMME_OK ? parse_text(text, key->name, out, error) : status;
}

samme_status samme_log_head_open(samme_span note, const samme_vkey *key, samme_log_head *out,
                                 samme_error *error) {
    samme_span text;
    samme_status status = open_signed(note, key, &text, error);
    return status == SAMME_OK ? parse_any(text, key->name, out, error) : status;
}
