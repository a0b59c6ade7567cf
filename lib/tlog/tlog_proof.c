#include "tlog/tlog_proof.h"

#include <inttypes.h>

#include "base/text.h"
#include "samme/limits.h"
#include "tlog/lines.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

/* The rest of a line that begins with this word and a space. */
static bool after_word(samme_span line, samme_span word, samme_span *out) {
    if (line.length < word.length || memcmp(line.data, word.data, word.length) != 0)
        return false;
    *out = SAMME_SPAN(line.data + word.length, line.length - word.length);
    return true;
}

static bool is_base64(samme_span text) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_DOCUMENT_MAX_BYTES);
    bool good = text.length > 0 && samme_base64_parse(text, &bytes) == SAMME_OK;
    samme_buffer_free(&bytes);
    return good;
}

samme_status samme_tlog_proof_append(const samme_tlog_proof *proof, samme_buffer *out) {
    samme_note note;
    samme_status status = samme_note_parse(proof->checkpoint, &note, NULL);
    if (status != SAMME_OK)
        return status;
    if (proof->extra.length > SAMME_DOCUMENT_MAX_BYTES)
        return SAMME_TOO_LARGE;
    if (proof->extra.length > 0 && !is_base64(proof->extra))
        return SAMME_MALFORMED;
    samme_buffer_append_text(out, FIRST_LINE "\n");
    if (proof->extra.length > 0) {
        samme_buffer_append_text(out, "extra ");
        samme_buffer_append(out, proof->extra);
        samme_buffer_u8(out, '\n');
    }
    samme_buffer_printf(out, "index %" PRIu64 "\n", proof->index);
    for (unsigned i = 0; i < proof->inclusion.count; i++) {
        samme_base64_append(out, samme_span_of_hash(&proof->inclusion.hashes[i]));
        samme_buffer_u8(out, '\n');
    }
    samme_buffer_u8(out, '\n');
    samme_buffer_append(out, proof->checkpoint);
    return samme_buffer_status(out);
}

/* The lines between the index and the blank line. */
static samme_status parse_hashes(samme_span *rest, samme_proof *out, samme_error *error) {
    samme_span line;
    while (samme_line_take(rest, &line)) {
        if (line.length == 0)
            return SAMME_OK;
        samme_hash hash;
        if (!samme_line_hash(line, &hash))
            return samme_fail(error, SAMME_MALFORMED,
                              "proof: hash %u is not 32 bytes in base64, or the blank line behind "
                              "the hashes is missing",
                              out->count);
        if (samme_proof_add(out, samme_span_of_hash(&hash)) != SAMME_OK)
            return samme_fail(error, SAMME_TOO_LARGE, "proof: more than %u hashes",
                              SAMME_PROOF_MAX_HASHES);
    }
    return samme_fail(error, SAMME_MALFORMED, "proof: ends in front of its checkpoint");
}

samme_status samme_tlog_proof_parse(samme_span text, samme_tlog_proof *out, samme_error *error) {
    if (text.length > SAMME_DOCUMENT_MAX_BYTES)
        return samme_fail(error, SAMME_TOO_LARGE, "proof of %zu bytes: at most %u are allowed",
                          text.length, SAMME_DOCUMENT_MAX_BYTES);
    samme_tlog_proof proof = {.index = 0};
    samme_span line, index;
    if (!samme_line_take(&text, &line) || !samme_span_equal(line, SAMME_LITERAL(FIRST_LINE)))
        return samme_fail(error, SAMME_MALFORMED,
                          "proof: the first line must be \"" FIRST_LINE "\"");
    bool more = samme_line_take(&text, &line);
    if (more && after_word(line, SAMME_LITERAL("extra "), &proof.extra)) {
        if (!is_base64(proof.extra))
            return samme_fail(error, SAMME_MALFORMED, "proof: the extra data is not base64");
        more = samme_line_take(&text, &line);
    }
    if (!more || !after_word(line, SAMME_LITERAL("index "), &index) ||
        samme_u64_parse(index, &proof.index) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "proof: expected a line \"index N\", a decimal number without leading "
                          "zeros");
    samme_status status = parse_hashes(&text, &proof.inclusion, error);
    if (status != SAMME_OK)
        return status;
    samme_note note;
    proof.checkpoint = text;
    status = samme_note_parse(proof.checkpoint, &note, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "proof: its checkpoint");
    *out = proof;
    return SAMME_OK;
}

samme_status samme_tlog_proof_check(const samme_tlog_proof *proof, const samme_vkey *log,
                                    const samme_hash *leaf_hash, samme_checkpoint *out_head,
                                    samme_error *error) {
    samme_checkpoint head;
    samme_status status = samme_checkpoint_open(proof->checkpoint, log, &head, error);
    if (status != SAMME_OK)
        return status;
    status =
        samme_inclusion_check(&proof->inclusion, proof->index, head.size, leaf_hash, &head.root);
    if (status == SAMME_MALFORMED)
        return samme_fail(error, status, "proof: index %" PRIu64 " in a log of %" PRIu64 " entries",
                          proof->index, head.size);
    if (status != SAMME_OK)
        return samme_fail(error, status,
                          "proof: it does not lead from this entry at index %" PRIu64
                          " to the root of \"%s\" at size %" PRIu64,
                          proof->index, log->name, head.size);
    *out_head = head;
    return SAMME_OK;
}
