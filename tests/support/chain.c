#include "support/chain.h"

#include <assert.h>
#include <stdio.h>

#include "crypto/hash.h"

static void must(samme_status status, const samme_error *error) {
    if (status != SAMME_OK)
        fprintf(stderr, "test chain: %s: %s\n", samme_status_name(status), error->text);
    assert(status == SAMME_OK);
}

static void make_root(samme_test_chain *chain, samme_random random) {
    samme_error error = {0};
    snprintf(chain->root.chain, sizeof chain->root.chain, "test.example");
    chain->root.version = 1;
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        char name[SAMME_NOTE_NAME_MAX + 1];
        snprintf(name, sizeof name, "test.example/key/%s-1", samme_role_name((samme_role)role));
        samme_seed_new(&chain->role_seeds[role], random);
        samme_public_key key = samme_sign_public(&chain->role_seeds[role]);
        chain->root.roles[role].threshold = chain->root.roles[role].count = 1;
        must(samme_vkey_make(name, &key, &chain->root.roles[role].keys[0], &error), &error);
    }
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    must(samme_root_text(&chain->root, &text, &error), &error);
    must(samme_note_sign(samme_buffer_span(&text), chain->root.roles[SAMME_ROLE_ROOT].keys[0].name,
                         &chain->role_seeds[SAMME_ROLE_ROOT], &chain->root_note),
         &error);
    must(samme_root_open(samme_buffer_span(&chain->root_note), &chain->root, &error), &error);
    samme_buffer_free(&text);
}

static void make_keys(samme_test_chain *chain, uint32_t index, samme_random random) {
    samme_seed_new(&chain->branches[index].log_seed, random);
    samme_curve_pair_new(chain->branches[index].secret, &chain->branches[index].curve, random);
    chain->branches[index].epoch++;
}

/* The next one, with what the chain says of its branches now. */
static void make_roster(samme_test_chain *chain) {
    const samme_hash previous = chain->roster_version == 0
                                    ? (samme_hash){0}
                                    : samme_sha256(samme_buffer_span(&chain->roster_note));
    samme_buffer_clear(&chain->roster_note);
    samme_error error = {0};
    samme_roster_branch branches[SAMME_TEST_BRANCHES_MAX] = {0};
    samme_roster_peer operator_peer = {.role = SAMME_PEER_OPERATOR, .name = "head-office"};
    char origin[SAMME_NOTE_NAME_MAX + 1];
    for (uint32_t i = 0; i < chain->branch_count; i++) {
        samme_public_key key = samme_sign_public(&chain->branches[i].log_seed);
        branches[i].number = i + 1;
        branches[i].region = 1;
        branches[i].epoch = chain->branches[i].epoch;
        branches[i].curve = chain->branches[i].curve;
        snprintf(branches[i].name, sizeof branches[i].name, "branch-%u", i + 1);
        samme_branch_origin(chain->root.chain, i + 1, branches[i].epoch, origin);
        must(samme_vkey_make(origin, &key, &branches[i].log_key, &error), &error);
    }
    operator_peer.curve = chain->operator_curve;
    samme_roster roster = {.version = ++chain->roster_version,
                           .previous = previous,
                           .journal_epoch = 1,
                           .hub_log = chain->hub_log,
                           .hub_curve = chain->hub_curve,
                           .branch_count = chain->branch_count,
                           .branches = branches,
                           .peer_count = 1,
                           .peers = &operator_peer};
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    must(samme_roster_text(&chain->root, &roster, &text, &error), &error);
    must(samme_note_sign(samme_buffer_span(&text),
                         chain->root.roles[SAMME_ROLE_ROSTER].keys[0].name,
                         &chain->role_seeds[SAMME_ROLE_ROSTER], &chain->roster_note),
         &error);
    samme_buffer_free(&text);
}

void samme_test_chain_make(samme_test_chain *chain, uint64_t seed, uint32_t branch_count) {
    assert(branch_count <= SAMME_TEST_BRANCHES_MAX);
    *chain = (samme_test_chain){.branch_count = branch_count};
    samme_buffer_init(&chain->root_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&chain->roster_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    samme_random random = samme_prng_as_random(&prng);
    samme_error error = {0};
    must(samme_crypto_init(&error), &error);
    make_root(chain, random);
    samme_seed_new(&chain->hub_seed, random);
    samme_curve_pair_new(chain->hub_secret, &chain->hub_curve, random);
    samme_public_key hub_key = samme_sign_public(&chain->hub_seed);
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_hub_origin(chain->root.chain, 1, origin);
    must(samme_vkey_make(origin, &hub_key, &chain->hub_log, &error), &error);
    for (uint32_t i = 0; i < branch_count; i++)
        make_keys(chain, i, random);
    samme_curve_pair_new(chain->operator_secret, &chain->operator_curve, random);
    make_roster(chain);
}

void samme_test_chain_rotate(samme_test_chain *chain, uint32_t branch, samme_random random) {
    make_keys(chain, branch - 1, random);
    make_roster(chain);
}

void samme_test_chain_free(samme_test_chain *chain) {
    samme_buffer_free(&chain->root_note);
    samme_buffer_free(&chain->roster_note);
}

void samme_test_chain_yaml(const samme_test_chain *chain, samme_buffer *out) {
    samme_buffer_printf(out, "chain: %s\nbranches:\n", chain->root.chain);
    for (uint32_t i = 0; i < chain->branch_count; i++)
        samme_buffer_printf(
            out,
            "  - number: %u\n    name: branch-%u\n    country: GB\n    currency: GBP\n"
            "    utc_offset_minutes: 0\n",
            i + 1, i + 1);
    samme_buffer_append_text(
        out, "categories:\n  - code: goods\n    text: goods\n"
             "freshness:\n  cautious_after_hours: 24\n  conservative_after_hours: 168\n");
}

void samme_test_policy_yaml(unsigned generous_days, samme_buffer *out) {
    samme_buffer_printf(
        out,
        "policy: returns\nhit: first\ninputs: [claim, claim_type, condition, "
        "days_since_purchase]\nrules:\n"
        "  - id: nothing-sold\n    when: {claim: no_claim}\n    then: {verdict: deny, reason: "
        "NO_SALE}\n"
        "  - id: taken\n    when: {claim: taken}\n    then: {verdict: deny, reason: "
        "ALREADY_REFUNDED}\n"
        "  - id: defect\n    when: {claim_type: defect, days_since_purchase: \"<= 730\"}\n"
        "    then: {verdict: authorise, refund_to: original_tender, reason: DEFECT}\n"
        "  - id: unopened\n    when: {claim_type: changed_mind, condition: unopened, "
        "days_since_purchase: \"<= %u\"}\n"
        "    then: {verdict: authorise, refund_to: original_tender, reason: IN_TIME}\n"
        "  - id: opened\n    when: {claim_type: changed_mind, condition: opened, "
        "days_since_purchase: \"<= %u\"}\n"
        "    then: {verdict: authorise, refund_percent: \"80\", refund_to: credit, reason: "
        "OPENED}\n"
        "  - id: rest\n    then: {verdict: deny, reason: NOT_COVERED}\n",
        generous_days, generous_days);
}

void samme_test_release_note(const samme_test_chain *chain, uint64_t version,
                             const samme_hash *previous, const samme_document *documents,
                             size_t count, samme_buffer *out) {
    samme_error error = {0};
    samme_release_document listed[16] = {0};
    assert(count <= 16);
    for (size_t i = 0; i < count; i++) {
        snprintf(listed[i].path, sizeof listed[i].path, "%s", documents[i].path);
        listed[i].length = (uint32_t)documents[i].content.length;
        listed[i].hash = samme_sha256(documents[i].content);
    }
    samme_release release = {.version = version,
                             .decide_version = SAMME_DECIDE_VERSION,
                             .issued_ms = 1700000000000,
                             .author = "tests",
                             .reason = "test",
                             .document_count = count,
                             .documents = listed};
    samme_release_kept kept = {.version = version - 1};
    if (previous != NULL) {
        release.previous = kept.note_hash = *previous;
        release.keep_count = version > 1 ? 1 : 0;
        release.keeps = &kept;
    }
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    must(samme_release_text(&chain->root, &release, &text, &error), &error);
    must(samme_note_sign(samme_buffer_span(&text),
                         chain->root.roles[SAMME_ROLE_RELEASE].keys[0].name,
                         &chain->role_seeds[SAMME_ROLE_RELEASE], out),
         &error);
    samme_buffer_free(&text);
}
