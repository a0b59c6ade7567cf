#include "tlog/fork.h"

#include "base/text.h"
#include "tlog/lines.h"
#include "tlog/tree.h"

static const char FIRST_LINE[] = "samme fork proof 1";

/* --- making */
typedef struct leaf_nodes {
    const samme_hash *leaves;
    uint64_t count;
} leaf_nodes;

static samme_status read_node(void *self, unsigned level, uint64_t index, samme_hash *out) {
    const leaf_nodes *nodes = self;
    const uint64_t first = index << level, count = (uint64_t)1 << level;
    samme_range range;
    samme_range_init(&range);
    if (first + count > nodes->count)
        return SAMME_MISMATCH;
    for (uint64_t i = first; i < first + count; i++)
        if (samme_range_append(&range, &nodes->leaves[i]) != SAMME_OK)
            return SAMME_FULL;
    *out = samme_range_root(&range);
    return SAMME_OK;
}

static samme_status root_of(const samme_hash *leaves, uint64_t size, samme_hash *out) {
    samme_range range;
    samme_range_init(&range);
    for (uint64_t i = 0; i < size; i++)
        if (samme_range_append(&range, &leaves[i]) != SAMME_OK)
            return SAMME_FULL;
    *out = samme_range_root(&range);
    return SAMME_OK;
}

samme_status samme_fork_make(const samme_vkey *key, samme_span one, samme_span other,
                             const samme_hash *leaves, uint64_t leaf_count, samme_fork *out,
                             samme_error *error) {
    samme_checkpoint a, b;
    samme_status status = samme_checkpoint_open(one, key, &a, error);
    if (status == SAMME_OK)
        status = samme_checkpoint_open(other, key, &b, error);
    if (status != SAMME_OK)
        return status;
    const bool swap = b.size < a.size;
    const samme_checkpoint *small = swap ? &b : &a, *large = swap ? &a : &b;
    *out = (samme_fork){.note_a = swap ? other : one,
                        .note_b = swap ? one : other,
                        .continued = small->size != large->size};
    leaf_nodes self = {leaves, leaf_count};
    const samme_nodes nodes = {&self, read_node};
    if (out->continued && leaf_count < large->size)
        return samme_fail(error, SAMME_MISMATCH, "leaves of %llu entries, expected %llu",
                          (unsigned long long)leaf_count, (unsigned long long)large->size);
    if (out->continued)
        status = root_of(leaves, small->size, &out->root);
    if (status == SAMME_OK && out->continued)
        status = samme_consistency_make(&nodes, small->size, large->size, &out->proof);
    return status == SAMME_OK ? samme_fork_check(out, key, error)
                              : samme_fail(error, status, "the proof cannot be made: %s",
                                           samme_status_name(status));
}

/* --- checking */
samme_status samme_fork_check(const samme_fork *fork, const samme_vkey *key, samme_error *error) {
    samme_checkpoint a, b;
    samme_status status = samme_checkpoint_open(fork->note_a, key, &a, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "note a");
    status = samme_checkpoint_open(fork->note_b, key, &b, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "note b");
    if (a.size > b.size || fork->continued != (a.size < b.size))
        return samme_fail(error, SAMME_MISMATCH,
                          "sizes %llu and %llu are not those of the proof's form",
                          (unsigned long long)a.size, (unsigned long long)b.size);
    const samme_hash *under_b = fork->continued ? &fork->root : &b.root;
    if (samme_hash_equal(&a.root, under_b))
        return samme_fail(error, SAMME_MISMATCH, "both notes can be true: one root at size %llu",
                          (unsigned long long)a.size);
    if (!fork->continued)
        return SAMME_OK;
    status = samme_consistency_check(&fork->proof, a.size, &fork->root, b.size, &b.root);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, SAMME_MISMATCH,
                                           "the proof does not lead from size %llu to note b",
                                           (unsigned long long)a.size);
}

/* --- text */
void samme_fork_format(const samme_fork *fork, samme_buffer *out) {
    samme_buffer_printf(out, "%s\na %zu\nb %zu\n", FIRST_LINE, fork->note_a.length,
                        fork->note_b.length);
    if (fork->continued) {
        samme_buffer_append_text(out, "root ");
        samme_base64_append(out, samme_span_of_hash(&fork->root));
        samme_buffer_append_text(out, "\n");
    }
    for (unsigned i = 0; i < fork->proof.count; i++) {
        samme_base64_append(out, samme_span_of_hash(&fork->proof.hashes[i]));
        samme_buffer_append_text(out, "\n");
    }
    samme_buffer_append_text(out, "\n");
    samme_buffer_append(out, fork->note_a);
    samme_buffer_append(out, fork->note_b);
}

static bool take_length(samme_span *text, const char *word, uint64_t *out) {
    samme_span line;
    return samme_line_take(text, &line) && line.length > 2 && memcmp(line.data, word, 2) == 0 &&
           samme_u64_parse(SAMME_SPAN(line.data + 2, line.length - 2), out) == SAMME_OK;
}

/* The lines up to the blank one. */
static bool take_proof(samme_span *text, samme_fork *out) {
    samme_span line;
    bool first = true;
    while (samme_line_take(text, &line)) {
        samme_hash hash;
        if (line.length == 0)
            return !out->continued || out->proof.count > 0;
        if (first && line.length > 5 && memcmp(line.data, "root ", 5) == 0) {
            out->continued =
                samme_line_hash(SAMME_SPAN(line.data + 5, line.length - 5), &out->root);
            if (!out->continued)
                return false;
        } else if (!out->continued || !samme_line_hash(line, &hash) ||
                   samme_proof_add(&out->proof, samme_span_of_hash(&hash)) != SAMME_OK) {
            return false;
        }
        first = false;
    }
    return false;
}

samme_status samme_fork_parse(samme_span text, samme_fork *out, samme_error *error) {
    samme_span line;
    uint64_t a, b;
    *out = (samme_fork){.continued = false};
    if (text.length > SAMME_FORK_TEXT_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "longer than a proof of a fork can be");
    if (!samme_line_take(&text, &line) || !samme_span_equal(line, samme_span_of_text(FIRST_LINE)))
        return samme_fail(error, SAMME_MALFORMED, "expected a first line \"%s\"", FIRST_LINE);
    if (!take_length(&text, "a ", &a) || !take_length(&text, "b ", &b) || !take_proof(&text, out))
        return samme_fail(error, SAMME_MALFORMED,
                          "expected two lengths, a root and hashes, and a blank line");
    if (a > text.length || b != text.length - a)
        return samme_fail(error, SAMME_MALFORMED, "expected two notes of %llu and %llu bytes",
                          (unsigned long long)a, (unsigned long long)b);
    out->note_a = SAMME_SPAN(text.data, a);
    out->note_b = SAMME_SPAN(text.data + a, b);
    return SAMME_OK;
}
