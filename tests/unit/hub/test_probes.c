/* Branches answer the probes of their release, and the hub says in its status who answers
 * otherwise. */
#include "probes/probes.h"

#include <criterion/criterion.h>

#include "crypto/hash.h"
#include "support/pair.h"

enum { SECOND = 1000 };

static const char probes_yaml[] =
    "probes:\n"
    "  - id: in-time\n"
    "    facts: { claim_type: changed_mind, condition: unopened, receipt_kind: receipt,\n"
    "      today: 2026-03-01, purchase_date: 2026-02-27, sale_country: GB, line_paid: 1000 }\n"
    "  - id: late\n"
    "    facts: { claim_type: changed_mind, condition: unopened, receipt_kind: receipt,\n"
    "      today: 2026-03-01, purchase_date: 2020-02-27, sale_country: GB, line_paid: 1000 }\n"
    "  - id: no-facts\n";
static const char more_yaml[] = "probes: 7\n"; /* no list: an answer too, and everywhere the same */

static pair p;
static void setup(void) {
    pair_open(&p, 2);
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(probes, .init = setup, .fini = teardown);

static void publish(unsigned days) {
    samme_buffer policy;
    samme_buffer_init(&policy, SAMME_DOCUMENT_MAX_BYTES);
    samme_test_policy_yaml(days, &policy);
    const samme_document others[] = {{"policy/returns.yaml", samme_buffer_span(&policy)},
                                     {"probes/a.yaml", samme_span_of_text(probes_yaml)},
                                     {"probes/b.yaml", samme_span_of_text(more_yaml)},
                                     {"probes/notes.txt", SAMME_LITERAL("no probes")}};
    pair_publish_documents(&p, others, sizeof others / sizeof *others);
    pair_quiet(&p);
    samme_buffer_free(&policy);
}

static const Samme__PeerStatus *status_of(unsigned branch) {
    Samme__PullStatus pull = SAMME__PULL_STATUS__INIT;
    Samme__Message ask = SAMME__MESSAGE__INIT;
    ask.what_case = SAMME__MESSAGE__WHAT_PULL_STATUS;
    ask.pull_status = &pull;
    pair_tell_hub(&p, &p.chain.operator_curve, &ask);
    const Samme__Message *message = pair_newest(&p, true, SAMME__MESSAGE__WHAT_STATUS_PART);
    cr_assert_not_null(message);
    return message->status_part->peers[branch - 1];
}

static void expect_alike(unsigned branch, uint64_t release) {
    const Samme__PeerStatus *peer = status_of(branch);
    cr_assert_eq(peer->release, release);
    cr_assert_eq(peer->probes_release, release, "%s", pair_trace(&p));
    cr_assert_eq(peer->probes, 4, "three, and the document that cannot be read");
    cr_assert(peer->probes_compared);
    cr_assert_eq(peer->probes_different, 0);
}

Test(probes, are_answered_alike_after_each_release) {
    publish(30);
    expect_alike(1, 1);
    expect_alike(2, 1);
    publish(60);
    expect_alike(1, 2);
    expect_alike(2, 2);
}

Test(probes, are_told_once) {
    publish(30);
    pair_forget(&p);
    pair_run(&p, 3 * PAIR_POLL_EVERY_MS);
    cr_assert_not_null(strstr(pair_trace(&p), "hello"), "the hub was asked");
    cr_assert_null(strstr(pair_trace(&p), "probes"), "%s", pair_trace(&p));
}

Test(probes, a_release_without_any_is_not_spoken_of) {
    pair_publish(&p, 30);
    pair_quiet(&p);
    cr_assert_null(strstr(pair_trace(&p), "probes"), "%s", pair_trace(&p));
    cr_assert_eq(status_of(1)->release, 1);
    cr_assert_eq(status_of(1)->probes_release, 0);
}

Test(probes, a_hub_that_starts_again_is_told_at_the_next_hello) {
    publish(30);
    pair_stop_hub(&p);
    pair_start_hub(&p);
    cr_assert_eq(status_of(1)->probes_release, 0);
    pair_run(&p, 2 * PAIR_POLL_EVERY_MS);
    expect_alike(1, 1);
    expect_alike(2, 1);
}

Test(probes, answers_that_were_lost_are_said_again) {
    publish(30);
    pair_stop_hub(&p);
    pair_start_hub(&p);
    pair_cut(&p, 1, true, false);
    pair_run(&p, 2 * PAIR_POLL_EVERY_MS);
    cr_assert_eq(status_of(1)->probes_release, 0);
    pair_cut(&p, 1, false, false);
    pair_run(&p, 2 * PAIR_POLL_EVERY_MS);
    expect_alike(1, 1);
}

/* What branch 1 said last, to be spoiled. */
static Samme__Message *newest_answers(samme_arena *arena) {
    const Samme__Message *said = pair_newest(&p, false, SAMME__MESSAGE__WHAT_PROBE_ANSWERS);
    cr_assert_not_null(said);
    const Samme__ProbeAnswers *from = said->probe_answers;
    Samme__Message *message = samme_arena_alloc(arena, sizeof *message);
    Samme__ProbeAnswers *copy = samme_arena_alloc(arena, sizeof *copy);
    samme__message__init(message);
    samme__probe_answers__init(copy);
    copy->release = from->release;
    copy->note_hash =
        samme_bytes_of_span(samme_arena_copy(arena, samme_span_of_bytes(from->note_hash)));
    copy->answers =
        samme_bytes_of_span(samme_arena_copy(arena, samme_span_of_bytes(from->answers)));
    message->what_case = SAMME__MESSAGE__WHAT_PROBE_ANSWERS;
    message->probe_answers = copy;
    return message;
}

Test(probes, who_answers_otherwise_is_named_with_the_probe) {
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    publish(30);
    Samme__Message *message = newest_answers(&arena);
    message->probe_answers->answers.data[32] ^= 1;
    pair_tell_hub(&p, &p.chain.branches[0].curve, message);
    const Samme__PeerStatus *peer = status_of(1);
    cr_assert_eq(peer->probes_different, 1);
    cr_assert_eq(peer->n_different, 1);
    cr_assert_str_eq(peer->different[0], "late");
    expect_alike(2, 1);
    samme_buffer figures;
    samme_buffer_init(&figures, 1 << 20);
    samme_hub_metrics(p.hub, &figures);
    cr_assert_not_null(strstr(samme_buffer_text(&figures),
                              "probes_different{branch=\"1\",name=\"branch-1\"} 1\n"));
    cr_assert_not_null(strstr(samme_buffer_text(&figures),
                              "probes_different{branch=\"2\",name=\"branch-2\"} 0\n"));
    samme_buffer_free(&figures);
    message->probe_answers->answers.data[32] ^= 1;
    message->probe_answers->answers.len = 2 * 32;
    pair_tell_hub(&p, &p.chain.branches[0].curve, message);
    peer = status_of(1);
    cr_assert_eq(peer->probes_different, 2);
    cr_assert_str_eq(peer->different[0], "no-facts");
    cr_assert_str_eq(peer->different[1], "probes/b.yaml");
    pair_run(&p, 2 * PAIR_POLL_EVERY_MS);
    expect_alike(1, 1); /* its welcome showed the node that the hub was told something else */
    samme_arena_free(&arena);
}

static const char *refusal(const samme_peer_key *as, const Samme__Message *message) {
    pair_forget(&p);
    pair_tell_hub(&p, as, message);
    const Samme__Message *said = pair_newest(&p, true, SAMME__MESSAGE__WHAT_REFUSED);
    return said == NULL ? "" : said->refused->status;
}

Test(probes, what_is_no_answer_is_refused_and_changes_nothing) {
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    publish(30);
    Samme__Message *message = newest_answers(&arena);
    Samme__ProbeAnswers *said = message->probe_answers;
    const samme_peer_key *branch = &p.chain.branches[0].curve;
    uint8_t *many = samme_arena_alloc(&arena, (SAMME_PROBES_MAX + 1) * 32);
    const ProtobufCBinaryData answers = said->answers;
    memset(many, 7, (SAMME_PROBES_MAX + 1) * 32);
    cr_assert_str_eq(refusal(&p.chain.operator_curve, message), "denied");
    said->answers.len--;
    cr_assert_str_eq(refusal(branch, message), "malformed");
    said->answers = (ProtobufCBinaryData){.data = many, .len = (SAMME_PROBES_MAX + 1) * 32};
    cr_assert_str_eq(refusal(branch, message), "malformed");
    said->answers = answers;
    said->release = 2;
    cr_assert_str_eq(refusal(branch, message), "not found");
    said->release = 0;
    cr_assert_str_eq(refusal(branch, message), "not found");
    said->release = 1;
    said->note_hash.data[0] ^= 1;
    cr_assert_str_eq(refusal(branch, message), "mismatch");
    expect_alike(1, 1);
    samme_arena_free(&arena);
}

Test(probes, a_branch_on_an_older_release_is_compared_with_that) {
    publish(30);
    pair_cut(&p, 2, true, true);
    publish(60);
    expect_alike(1, 2);
    const Samme__PeerStatus *peer = status_of(2);
    cr_assert_eq(peer->release, 1);
    cr_assert_eq(peer->probes_release, 1);
    cr_assert(peer->probes_compared);
    cr_assert_eq(peer->probes_different, 0);
}

Test(probes, how_far_a_branch_is_behind_is_counted) {
    publish(30);
    pair_run(&p, PAIR_POLL_EVERY_MS);
    cr_assert_eq(status_of(2)->behind_entries, 0);
    cr_assert_eq(status_of(2)->behind_ms, 0);
    pair_cut(&p, 2, true, true);
    uint64_t merged = status_of(1)->branch_size;
    for (unsigned i = 0; i < 2; i++) { /* a batch each */
        cr_assert_eq(pair_sell(&p, 1, i == 0 ? "1" : "2", 1000, 500), 201);
        pair_run(&p, SECOND);
    }
    pair_run(&p, 20 * SECOND);
    const Samme__PeerStatus *peer = status_of(1);
    merged = peer->branch_size - merged;
    cr_assert_geq(merged, 2);
    peer = status_of(2);
    cr_assert_eq(peer->behind_entries, merged);
    cr_assert_geq(peer->behind_ms, 19 * SECOND);
    cr_assert(!peer->behind_more);
}
