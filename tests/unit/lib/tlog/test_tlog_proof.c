#include "base/text.h"
#include "tests/unit/lib/tlog/notes.h"
#include "tests/unit/lib/tlog/trees.h"
#include "tlog/tlog_proof.h"

TestSuite(tlog_proof, .init = start_crypto);

#define LOG    "log.example"
#define FIRST  "c2sp.org/tlog-proof@v1\n"
#define HASH   "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
#define SIGNED TEXT "\n" PETER_LINE

static samme_status parse_text(samme_span text, samme_tlog_proof *out) {
    samme_error error = {.text = ""};
    out->index = 4711;
    samme_status status = samme_tlog_proof_parse(text, out, &error);
    if (status != SAMME_OK) {
        cr_assert_eq(out->index, 4711);
        cr_assert_neq(error.text[0], 0);
    }
    return status;
}

static samme_tlog_proof parse(const char *text) {
    samme_tlog_proof proof;
    cr_assert_eq(parse_text(samme_span_of_text(text), &proof), SAMME_OK, "%s", text);
    samme_buffer again;
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_tlog_proof_append(&proof, &again), SAMME_OK);
    cr_assert_str_eq(samme_buffer_text(&again), text, "it is written the one way");
    samme_buffer_free(&again);
    return proof;
}

static void expect_malformed(const char *text) {
    samme_tlog_proof proof;
    cr_assert_eq(parse_text(samme_span_of_text(text), &proof), SAMME_MALFORMED, "%s", text);
}

Test(tlog_proof, parts_as_they_stand) {
    samme_tlog_proof proof = parse(FIRST "index 0\n\n" SIGNED);
    cr_assert(proof.index == 0 && proof.inclusion.count == 0 && proof.extra.length == 0);
    cr_assert(samme_span_equal(proof.checkpoint, SAMME_LITERAL(SIGNED)));
    proof = parse(FIRST "extra aGVq\nindex 18446744073709551615\n" HASH HASH "\n" SIGNED);
    cr_assert(samme_span_equal(proof.extra, SAMME_LITERAL("aGVq")));
    cr_assert(proof.index == UINT64_MAX && proof.inclusion.count == 2);
    cr_assert_eq(proof.inclusion.hashes[1].bytes[31], 1);
}

/* The malformed proofs of transparency-dev/formats. */
Test(tlog_proof, malformed_ones_of_others) {
    expect_malformed("wrong-header\nindex 0\n\n" SIGNED);
    expect_malformed(FIRST "extra !!notbase64!!\nindex 0\n\n" SIGNED);
    expect_malformed(FIRST "\n\n" SIGNED);
    expect_malformed(FIRST "index notanumber\n\n" SIGNED);
    expect_malformed(FIRST "index -5\n\n" SIGNED);
    expect_malformed(FIRST "index 0\n!!notbase64!!\n\n" SIGNED);
    expect_malformed(
        FIRST "index 0\n" /* 64 bytes */
              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
              "AAAAAAA==\n\n" SIGNED);
}

Test(tlog_proof, more_malformed_ones) {
    expect_malformed("");
    expect_malformed(FIRST);
    expect_malformed("c2sp.org/tlog-proof@v2\nindex 0\n\n" SIGNED);
    expect_malformed("\n" FIRST "index 0\n\n" SIGNED);
    expect_malformed("c2sp.org/tlog-proof@v1\r\nindex 0\n\n" SIGNED);
    expect_malformed(FIRST "index 00\n\n" SIGNED);
    expect_malformed(FIRST "index 01\n\n" SIGNED);
    expect_malformed(FIRST "index +1\n\n" SIGNED);
    expect_malformed(FIRST "index  1\n\n" SIGNED);
    expect_malformed(FIRST "index 1 \n\n" SIGNED);
    expect_malformed(FIRST "index 0x1\n\n" SIGNED);
    expect_malformed(FIRST "index\n\n" SIGNED);
    expect_malformed(FIRST "Index 1\n\n" SIGNED);
    expect_malformed(FIRST "index 18446744073709551616\n\n" SIGNED);
    expect_malformed(FIRST "index 0\nextra aGVq\n\n" SIGNED);
    expect_malformed(FIRST "extra aGVq\nextra aGVq\nindex 0\n\n" SIGNED);
    expect_malformed(FIRST "extra \nindex 0\n\n" SIGNED);
    expect_malformed(FIRST "extra aGV=\nindex 0\n\n" SIGNED);
    expect_malformed(FIRST "index 0\n" HASH SIGNED);
    expect_malformed(FIRST "index 0\n" HASH);
    expect_malformed(FIRST "index 0\n" HASH "\n");
    expect_malformed(FIRST "index 0\n\nno note\n");
    expect_malformed(FIRST "index 0\n /8=\n\n" SIGNED);
    /* 31 bytes, and trailing bits that are not zero */
    expect_malformed(FIRST "index 0\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==\n\n" SIGNED);
    expect_malformed(FIRST "index 0\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=\n\n" SIGNED);
}

Test(tlog_proof, as_many_hashes_as_a_proof_has) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    for (unsigned count = SAMME_PROOF_MAX_HASHES; count <= SAMME_PROOF_MAX_HASHES + 1; count++) {
        samme_buffer_clear(&text);
        samme_buffer_append_text(&text, FIRST "index 0\n");
        for (unsigned i = 0; i < count; i++)
            samme_buffer_append_text(&text, HASH);
        samme_buffer_append_text(&text, "\n" SIGNED);
        samme_tlog_proof proof;
        cr_assert_eq(parse_text(samme_buffer_span(&text), &proof),
                     count == SAMME_PROOF_MAX_HASHES ? SAMME_OK : SAMME_TOO_LARGE);
    }
    samme_buffer_free(&text);
    static uint8_t large[SAMME_DOCUMENT_MAX_BYTES + 1];
    samme_tlog_proof proof;
    cr_assert_eq(parse_text(SAMME_SPAN(large, sizeof large), &proof), SAMME_TOO_LARGE);
}

Test(tlog_proof, what_is_not_written) {
    samme_buffer out;
    samme_buffer_init(&out, 4096);
    samme_tlog_proof proof = {.checkpoint = SAMME_LITERAL("no note\n")};
    cr_assert_eq(samme_tlog_proof_append(&proof, &out), SAMME_MALFORMED);
    proof.checkpoint = SAMME_LITERAL(SIGNED);
    proof.extra = SAMME_LITERAL("a\nindex 5");
    cr_assert_eq(samme_tlog_proof_append(&proof, &out), SAMME_MALFORMED);
    cr_assert_eq(out.length, 0);
    out.maximum = 40;
    proof.extra = SAMME_SPAN(NULL, 0);
    cr_assert_eq(samme_tlog_proof_append(&proof, &out), SAMME_TOO_LARGE);
    samme_buffer_free(&out);
}

/* The text of a proof of a leaf of a tree, signed by key 1 of "log.example"; free it. */
static samme_buffer prove(reference *tree, size_t index, size_t size) {
    const samme_nodes nodes = {tree, reference_read};
    const samme_seed seed = seed_of(1);
    const samme_checkpoint head = {.size = size, .root = reference_root(tree, 0, size)};
    samme_tlog_proof proof = {.index = index};
    samme_buffer note, text;
    samme_buffer_init(&note, 4096);
    samme_buffer_init(&text, 8192);
    cr_assert_eq(samme_checkpoint_sign(LOG, &seed, &head, &note), SAMME_OK);
    cr_assert_eq(samme_inclusion_make(&nodes, index, size, &proof.inclusion), SAMME_OK);
    proof.checkpoint = samme_buffer_span(&note);
    cr_assert_eq(samme_tlog_proof_append(&proof, &text), SAMME_OK);
    samme_buffer_free(&note);
    return text;
}

static samme_status check(samme_span text, const samme_vkey *log, const samme_hash *leaf,
                          samme_checkpoint *out_head) {
    samme_tlog_proof proof;
    samme_error error = {.text = ""};
    samme_status status = samme_tlog_proof_parse(text, &proof, &error);
    if (status == SAMME_OK)
        status = samme_tlog_proof_check(&proof, log, leaf, out_head, &error);
    cr_assert(status == SAMME_OK || error.text[0] != 0);
    return status;
}

Test(tlog_proof, every_leaf_of_small_trees) {
    reference tree = reference_make(40);
    const samme_vkey log = vkey_of(LOG, 1), other = vkey_of(LOG, 2);
    for (size_t size = 1; size <= 40; size += 3)
        for (size_t index = 0; index < size; index++) {
            samme_buffer text = prove(&tree, index, size);
            samme_checkpoint head = {.size = 4711};
            const samme_span span = samme_buffer_span(&text);
            cr_assert_eq(check(span, &other, &tree.leaves[index], &head), SAMME_BAD_SIGNATURE);
            cr_assert_eq(check(span, &log, &tree.leaves[(index + 1) % 40], &head), SAMME_MISMATCH);
            cr_assert_eq(head.size, 4711);
            cr_assert_eq(check(span, &log, &tree.leaves[index], &head), SAMME_OK);
            cr_assert_eq(head.size, size);
            samme_buffer_free(&text);
        }
    reference_free(&tree);
}

Test(tlog_proof, index_beyond_the_checkpoint) {
    reference tree = reference_make(5);
    const samme_vkey log = vkey_of(LOG, 1);
    samme_buffer text = prove(&tree, 3, 5);
    char *digit = strstr(samme_buffer_text(&text), "index 3") == NULL
                      ? NULL
                      : (char *)text.data + sizeof FIRST - 1 + 6;
    cr_assert_not_null(digit);
    samme_checkpoint head;
    *digit = '5';
    cr_assert_eq(check(samme_buffer_span(&text), &log, &tree.leaves[3], &head), SAMME_MALFORMED);
    *digit = '2';
    cr_assert_eq(check(samme_buffer_span(&text), &log, &tree.leaves[3], &head), SAMME_MISMATCH);
    samme_buffer_free(&text);
    reference_free(&tree);
}

Test(tlog_proof, no_flipped_bit_passes) {
    reference tree = reference_make(23);
    const samme_vkey log = vkey_of(LOG, 1);
    samme_buffer text = prove(&tree, 13, 23);
    samme_checkpoint head;
    for (size_t i = 0; i < text.length; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            text.data[i] ^= (uint8_t)(1u << bit);
            cr_assert_neq(check(samme_buffer_span(&text), &log, &tree.leaves[13], &head), SAMME_OK,
                          "byte %zu bit %u", i, bit);
            text.data[i] ^= (uint8_t)(1u << bit);
        }
    cr_assert_eq(check(samme_buffer_span(&text), &log, &tree.leaves[13], &head), SAMME_OK);
    samme_buffer_free(&text);
    reference_free(&tree);
}
