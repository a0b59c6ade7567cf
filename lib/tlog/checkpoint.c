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

static samme_status parse_text(samme_span text, const char *origin, samme_checkpoint *out,
                               samme_error *error) {
    samme_span origin_line, size_line, root_line;
    samme_checkpoint checkpoint;
    if (!samme_line_take(&text, &origin_line) || !samme_line_take(&text, &size_line) ||
        !samme_line_take(&text, &root_line) || text.length != 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint of \"%s\": expected exactly the lines origin, size and root",
                          origin);
    if (!samme_span_equal(origin_line, samme_span_of_text(origin)))
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint signed by \"%s\": its first line is another origin", origin);
    if (samme_u64_parse(size_line, &checkpoint.size) != SAMME_OK ||
        checkpoint.size > SAMME_TREE_MAX_LEAVES)
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint of \"%s\": the size must be a decimal number below 2^63 "
                          "without leading zeros",
                          origin);
    if (!samme_line_hash(root_line, &checkpoint.root))
        return samme_fail(error, SAMME_MALFORMED,
                          "checkpoint of \"%s\": the root must be 32 bytes in base64", origin);
    *out = checkpoint;
    return SAMME_OK;
}

samme_status samme_checkpoint_open(samme_span note, const samme_vkey *key, samme_checkpoint *out,
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
    return parse_text(parsed.text, key->name, out, error);
}
