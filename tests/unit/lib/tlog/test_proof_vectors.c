/* The probes of github.com/transparency-dev/merkle. Hashes there are base64 of any length; what is
 * not 32 bytes is refused before there is a proof. */
#include <criterion/criterion.h>
#include <jansson.h>

#include "base/text.h"
#include "tlog/proof.h"

/* A positive whose roots are no hashes: 11 bytes of text. */
#define NO_HASHES "additional/sizes-are-equal-one-and-proof-is-empty.json"

enum { PROBES = 98, NEGATIVE = 184 };

static json_t *load(void) {
    json_error_t error;
    /* One index is 2^64-1, which jansson holds as a real only. */
    json_t *all = json_load_file(SAMME_TEST_DATA "/vectors/merkle_probes.json",
                                 JSON_DECODE_INT_AS_REAL, &error);
    cr_assert_not_null(all, "line %d: %s", error.line, error.text);
    return all;
}

static uint64_t number_of(const json_t *probe, const char *field) {
    const json_t *value = json_object_get(probe, field);
    cr_assert(json_is_real(value), "%s", field);
    const double number = json_real_value(value);
    return number >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)number;
}

/* One base64 text into a list of hashes. */
static samme_status add_hash(const json_t *text, samme_proof *out) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, 4096);
    samme_status status = samme_base64_parse(samme_span_of_text(json_string_value(text)), &bytes);
    if (status == SAMME_OK)
        status = samme_proof_add(out, samme_buffer_span(&bytes));
    samme_buffer_free(&bytes);
    return status;
}

/* The proof, and two hashes that the probe names. */
static samme_status read_probe(const json_t *probe, const char *a, const char *b,
                               samme_proof *out_proof, samme_proof *out_hashes) {
    *out_proof = *out_hashes = (samme_proof){.count = 0};
    samme_status status = add_hash(json_object_get(probe, a), out_hashes);
    if (status == SAMME_OK)
        status = add_hash(json_object_get(probe, b), out_hashes);
    size_t i;
    json_t *hash;
    json_array_foreach(json_object_get(probe, "proof"), i, hash) {
        if (status == SAMME_OK)
            status = add_hash(hash, out_proof);
    }
    return status;
}

static samme_status inclusion(const json_t *probe) {
    samme_proof proof, hashes;
    samme_status status = read_probe(probe, "leafHash", "root", &proof, &hashes);
    return status != SAMME_OK ? status
                              : samme_inclusion_check(&proof, number_of(probe, "leafIdx"),
                                                      number_of(probe, "treeSize"),
                                                      &hashes.hashes[0], &hashes.hashes[1]);
}

static samme_status consistency(const json_t *probe) {
    samme_proof proof, hashes;
    samme_status status = read_probe(probe, "root1", "root2", &proof, &hashes);
    return status != SAMME_OK
               ? status
               : samme_consistency_check(&proof, number_of(probe, "size1"), &hashes.hashes[0],
                                         number_of(probe, "size2"), &hashes.hashes[1]);
}

static unsigned run(const json_t *probes, samme_status (*check)(const json_t *probe)) {
    unsigned negative = 0;
    size_t i;
    json_t *probe;
    cr_assert_eq(json_array_size(probes), PROBES);
    json_array_foreach(probes, i, probe) {
        const char *name = json_string_value(json_object_get(probe, "name"));
        const bool refused = json_is_true(json_object_get(probe, "wantErr"));
        negative += refused;
        if (strcmp(name, NO_HASHES) == 0)
            cr_assert_eq(check(probe), SAMME_MALFORMED, "%s", name);
        else
            cr_assert_eq(check(probe) != SAMME_OK, refused, "%s", name);
    }
    return negative;
}

Test(proof_vectors, all_of_transparency_dev) {
    json_t *all = load();
    unsigned negative = run(json_object_get(all, "inclusion"), inclusion) +
                        run(json_object_get(all, "consistency"), consistency);
    cr_assert_eq(negative, NEGATIVE);
    json_decref(all);
}
