#include "base/text.h"
#include "crypto/hash.h"
#include "tests/unit/lib/tlog/notes.h"
#include "tlog/cosignature.h"

TestSuite(cosignature, .init = start_crypto);

/* A mirror's checkpoint in the tests of filippo.io/sunlight; its seed is SHA-256 of "skylight test
 * mirror key". */
#define ROME        "rome2026h1.example.org"
#define ROME_TEXT   ROME "\n300\ngw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU=\n"
#define MIRROR      "mirror.example.org"
#define MIRROR_VKEY MIRROR "+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"
#define MIRROR_TIME 1767139200u
#define MIRROR_LINE                                                                                \
    "— " MIRROR " P7FI7wAAAABpVGeAjA1S4pJm6MbcXjX7UUImu4azZtrfcVW2uyr/LXIYlwEJzXC0N0EiZkbqfLdXt/"  \
    "4gVEEuGmxJjAfXKMCISpsJAg==\n"

/* transparency-dev/formats has this one as a good key of the type. */
#define REMORA_VKEY "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

#define LOG "log.example"

static samme_cosigner cosigner_of_text(const char *text) {
    samme_cosigner cosigner;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_cosigner_parse(samme_span_of_text(text), &cosigner, &error), SAMME_OK,
                 "%s: %s", text, error.text);
    return cosigner;
}

static samme_cosigner cosigner_of(const char *name, uint8_t number) {
    samme_seed seed = seed_of(number);
    samme_public_key key = samme_sign_public(&seed);
    samme_cosigner cosigner;
    cr_assert_eq(samme_cosigner_make(name, &key, &cosigner, NULL), SAMME_OK);
    return cosigner;
}

/* A checkpoint of the log "log.example", whose key is number 1. */
static void make_checkpoint(samme_buffer *note, uint64_t size) {
    const samme_seed seed = seed_of(1);
    samme_checkpoint checkpoint = {.size = size};
    memset(checkpoint.root.bytes, 1, sizeof checkpoint.root.bytes);
    samme_buffer_init(note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_checkpoint_sign(LOG, &seed, &checkpoint, note), SAMME_OK);
}

static samme_status add(samme_buffer *note, const char *name, uint8_t number, uint64_t time_s) {
    const samme_seed seed = seed_of(number);
    const samme_vkey log = vkey_of(LOG, 1);
    samme_error error = {.text = ""};
    samme_status status = samme_cosignature_add(note, &log, name, &seed, time_s, &error);
    cr_assert(status == SAMME_OK || error.text[0] != 0);
    return status;
}

static samme_status verify_all(samme_span bytes, const samme_cosigner *cosigners, size_t count,
                               uint64_t *out_times, unsigned *out_valid) {
    samme_note note;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_note_parse(bytes, &note, &error), SAMME_OK, "%s", error.text);
    samme_status status =
        samme_cosignatures_verify(&note, cosigners, count, out_times, out_valid, &error);
    cr_assert(status == SAMME_OK || error.text[0] != 0);
    return status;
}

Test(cosignature, of_others) {
    const samme_cosigner mirror = cosigner_of_text(MIRROR_VKEY);
    uint64_t time_s = 0;
    unsigned valid = 0;
    cr_assert_eq(verify_all(SAMME_LITERAL(ROME_TEXT "\n" MIRROR_LINE), &mirror, 1, &time_s, &valid),
                 SAMME_OK);
    cr_assert_eq(valid, 1);
    cr_assert_eq(time_s, MIRROR_TIME);
}

/* Ed25519 has one signature for a key and a message, so the line must be theirs. */
Test(cosignature, line_byte_by_byte) {
    const samme_hash hash = samme_sha256(SAMME_LITERAL("skylight test mirror key"));
    samme_seed seed;
    memcpy(seed.bytes, hash.bytes, sizeof seed.bytes);
    const samme_vkey log = vkey_of(ROME, 1);
    samme_buffer note;
    samme_error error = {.text = ""};
    sign(&note, ROME_TEXT, ROME, 1);
    const size_t before = note.length;
    cr_assert_eq(samme_cosignature_add(&note, &log, MIRROR, &seed, MIRROR_TIME, &error), SAMME_OK,
                 "%s", error.text);
    cr_assert_str_eq(samme_buffer_text(&note) + before, MIRROR_LINE);
    const samme_public_key key = samme_sign_public(&seed);
    samme_cosigner cosigner;
    samme_buffer vkey;
    samme_buffer_init(&vkey, SAMME_VKEY_TEXT_MAX);
    cr_assert_eq(samme_cosigner_make(MIRROR, &key, &cosigner, NULL), SAMME_OK);
    samme_cosigner_format(&cosigner, &vkey);
    cr_assert_str_eq(samme_buffer_text(&vkey), MIRROR_VKEY);
    samme_buffer_free(&vkey);
    samme_buffer_free(&note);
}

Test(cosignature, keys_of_the_other_type) {
    samme_cosigner cosigner;
    samme_vkey vkey;
    cosigner_of_text(REMORA_VKEY);
    cr_assert_eq(samme_cosigner_parse(SAMME_LITERAL(PETER_VKEY), &cosigner, NULL), SAMME_MALFORMED);
    cr_assert_eq(samme_vkey_parse(SAMME_LITERAL(MIRROR_VKEY), &vkey, NULL), SAMME_MALFORMED);
    samme_cosigner witness = cosigner_of("w.example", 3);
    vkey = vkey_of("w.example", 3);
    cr_assert_neq(witness.key.id, vkey.id);
}

Test(cosignature, no_changed_byte_of_a_key_passes) {
    char text[] = MIRROR_VKEY;
    for (size_t i = 0; i < sizeof text - 1; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            samme_cosigner cosigner;
            text[i] = (char)(text[i] ^ (1 << bit));
            cr_assert_eq(samme_cosigner_parse(SAMME_SPAN(text, sizeof text - 1), &cosigner, NULL),
                         SAMME_MALFORMED, "byte %zu bit %u", i, bit);
            text[i] = (char)(text[i] ^ (1 << bit));
        }
}

Test(cosignature, no_flipped_bit_passes) {
    static const char good[] = ROME_TEXT "\n" MIRROR_LINE;
    const samme_cosigner mirror = cosigner_of_text(MIRROR_VKEY);
    for (size_t i = 0; i < sizeof good - 1; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            char changed[sizeof good];
            memcpy(changed, good, sizeof good);
            changed[i] = (char)(changed[i] ^ (1 << bit));
            samme_note note;
            unsigned valid = 0;
            if (samme_note_parse(SAMME_SPAN(changed, sizeof good - 1), &note, NULL) != SAMME_OK)
                continue;
            samme_status status = samme_cosignatures_verify(&note, &mirror, 1, NULL, &valid, NULL);
            cr_assert(status == SAMME_BAD_SIGNATURE || valid == 0, "byte %zu bit %u", i, bit);
        }
}

Test(cosignature, beside_the_log_and_each_other) {
    const samme_cosigner witnesses[3] = {cosigner_of("w1.example", 2), cosigner_of("w2.example", 3),
                                         cosigner_of("w3.example", 4)};
    const samme_vkey log = vkey_of(LOG, 1);
    samme_buffer note;
    make_checkpoint(&note, 17);
    cr_assert_eq(add(&note, "w1.example", 2, 1000), SAMME_OK);
    cr_assert_eq(add(&note, "w2.example", 3, 0), SAMME_OK);
    uint64_t times[3] = {7, 7, 7};
    unsigned valid = 0;
    cr_assert_eq(verify_all(samme_buffer_span(&note), witnesses, 3, times, &valid), SAMME_OK);
    cr_assert_eq(valid, 2);
    cr_assert(times[0] == 1000 && times[1] == 0 && times[2] == 0);
    samme_checkpoint head;
    cr_assert_eq(samme_checkpoint_open(samme_buffer_span(&note), &log, &head, NULL), SAMME_OK);
    cr_assert_eq(head.size, 17);
    samme_buffer_free(&note);
}

Test(cosignature, newest_of_two_and_counted_once) {
    const samme_cosigner witness = cosigner_of("w.example", 2);
    samme_buffer note;
    make_checkpoint(&note, 17);
    cr_assert_eq(add(&note, "w.example", 2, 2000), SAMME_OK);
    cr_assert_eq(add(&note, "w.example", 2, 1000), SAMME_OK);
    uint64_t time_s = 0;
    unsigned valid = 0;
    cr_assert_eq(verify_all(samme_buffer_span(&note), &witness, 1, &time_s, &valid), SAMME_OK);
    cr_assert_eq(valid, 1);
    cr_assert_eq(time_s, 2000);
    samme_buffer_free(&note);
}

Test(cosignature, one_key_under_two_names_counts_once) {
    const samme_cosigner witnesses[2] = {cosigner_of("w1.example", 2),
                                         cosigner_of("w2.example", 2)};
    samme_buffer note;
    make_checkpoint(&note, 17);
    cr_assert_eq(add(&note, "w1.example", 2, 1000), SAMME_OK);
    cr_assert_eq(add(&note, "w2.example", 2, 1000), SAMME_OK);
    unsigned valid = 0;
    cr_assert_eq(verify_all(samme_buffer_span(&note), witnesses, 2, NULL, &valid), SAMME_OK);
    cr_assert_eq(valid, 1);
    samme_buffer_free(&note);
}

/* A plain signature of the same name and key is of another id, so it is a stranger's. */
Test(cosignature, plain_signature_of_a_witness_is_none) {
    const samme_cosigner witness = cosigner_of("w.example", 2);
    samme_buffer note;
    make_checkpoint(&note, 17);
    cosign(&note, "w.example", 2);
    unsigned valid = 7;
    cr_assert_eq(verify_all(samme_buffer_span(&note), &witness, 1, NULL, &valid), SAMME_OK);
    cr_assert_eq(valid, 0);
    samme_buffer_free(&note);
}

/* A line under the witness's id, of a plain signature's length: the signature of what is signed at
 * time 0, without the time. */
Test(cosignature, known_id_with_a_blob_of_another_kind) {
    const samme_cosigner witness = cosigner_of("w.example", 2);
    const samme_seed seed = seed_of(2);
    samme_buffer note, message;
    make_checkpoint(&note, 17);
    samme_note parsed;
    cr_assert_eq(samme_note_parse(samme_buffer_span(&note), &parsed, NULL), SAMME_OK);
    samme_buffer_init(&message, 4096);
    samme_buffer_append_text(&message, "cosignature/v1\ntime 0\n");
    samme_buffer_append(&message, parsed.text);
    const samme_signature signature = samme_sign(&seed, samme_buffer_span(&message));
    uint8_t blob[4 + 64];
    samme_put_u32(blob, witness.key.id);
    memcpy(blob + 4, signature.bytes, sizeof signature.bytes);
    samme_buffer_append_text(&note, "— w.example ");
    samme_base64_append(&note, SAMME_SPAN(blob, sizeof blob));
    samme_buffer_append_text(&note, "\n");
    unsigned valid = 7;
    cr_assert_eq(verify_all(samme_buffer_span(&note), &witness, 1, NULL, &valid),
                 SAMME_BAD_SIGNATURE);
    cr_assert_eq(valid, 7);
    samme_buffer_free(&message);
    samme_buffer_free(&note);
}

/* Extension lines are the log's; what is cosigned has them. */
Test(cosignature, covers_extension_lines) {
    const samme_cosigner mirror = cosigner_of_text(MIRROR_VKEY);
    unsigned valid = 7;
    cr_assert_eq(
        verify_all(SAMME_LITERAL(ROME_TEXT "more\n\n" MIRROR_LINE), &mirror, 1, NULL, &valid),
        SAMME_BAD_SIGNATURE);
}

/* A witness puts its name only under what the log has signed. */
Test(cosignature, only_of_a_checkpoint_that_the_log_signed) {
    samme_buffer note;
    const samme_vkey log = vkey_of(LOG, 1), other = vkey_of("other.example", 5);
    const samme_seed seed = seed_of(2);
    make_checkpoint(&note, 17);
    const size_t before = note.length;
    cr_assert_eq(samme_cosignature_add(&note, &other, "w.example", &seed, 1, NULL),
                 SAMME_BAD_SIGNATURE);
    cr_assert_eq(add(&note, "w.example", 2, SAMME_COSIGNATURE_TIME_MAX + 1), SAMME_MALFORMED);
    cr_assert_eq(add(&note, "w+example", 2, 1), SAMME_MALFORMED);
    cr_assert_eq(note.length, before);
    samme_buffer_free(&note);
    sign(&note, "no checkpoint at all\n", LOG, 1);
    cr_assert_eq(samme_cosignature_add(&note, &log, "w.example", &seed, 1, NULL), SAMME_MALFORMED);
    samme_buffer_free(&note);
}

/* Times are unsigned in the blob, but a time over 2^63-1 is none. */
Test(cosignature, largest_time_and_no_larger) {
    const samme_cosigner witness = cosigner_of("w.example", 2);
    const samme_seed seed = seed_of(2);
    samme_buffer note, message;
    uint64_t time_s = 0;
    unsigned valid = 0;
    make_checkpoint(&note, 17);
    cr_assert_eq(add(&note, "w.example", 2, SAMME_COSIGNATURE_TIME_MAX), SAMME_OK);
    cr_assert_eq(verify_all(samme_buffer_span(&note), &witness, 1, &time_s, &valid), SAMME_OK);
    cr_assert_eq(time_s, SAMME_COSIGNATURE_TIME_MAX);
    samme_note parsed;
    cr_assert_eq(samme_note_parse(samme_buffer_span(&note), &parsed, NULL), SAMME_OK);
    samme_buffer_init(&message, 4096);
    samme_buffer_append_text(&message, "cosignature/v1\ntime 9223372036854775808\n");
    samme_buffer_append(&message, parsed.text);
    const samme_signature signature = samme_sign(&seed, samme_buffer_span(&message));
    uint8_t blob[4 + 8 + 64];
    samme_put_u32(blob, witness.key.id);
    samme_put_u64(blob + 4, SAMME_COSIGNATURE_TIME_MAX + 1);
    memcpy(blob + 12, signature.bytes, sizeof signature.bytes);
    samme_buffer_append_text(&note, "— w.example ");
    samme_base64_append(&note, SAMME_SPAN(blob, sizeof blob));
    samme_buffer_append_text(&note, "\n");
    cr_assert_eq(verify_all(samme_buffer_span(&note), &witness, 1, &time_s, &valid),
                 SAMME_BAD_SIGNATURE);
    samme_buffer_free(&message);
    samme_buffer_free(&note);
}

Test(cosignature, until_a_hundred) {
    samme_buffer note;
    make_checkpoint(&note, 17);
    for (unsigned i = 1; i < SAMME_NOTE_SIGNATURES_MAX; i++)
        cr_assert_eq(add(&note, "w.example", 2, i), SAMME_OK);
    const size_t before = note.length;
    cr_assert_eq(add(&note, "w.example", 2, 100), SAMME_TOO_LARGE);
    cr_assert_eq(note.length, before);
    samme_buffer_free(&note);
}
