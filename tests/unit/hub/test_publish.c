/* What operators bring: the hub relays, the signatures decide. */
#include "tests/unit/hub/fixture.h"

#include <stdio.h>

static hub_test t;
static samme_buffer chain_yaml, policy_yaml, notes;
static void setup(void) {
    hub_open(&t);
    samme_buffer_init(&chain_yaml, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&policy_yaml, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&notes, SAMME_DOCUMENT_MAX_BYTES);
    samme_test_chain_yaml(&t.p.chain, &chain_yaml);
    samme_test_policy_yaml(30, &policy_yaml);
}
static void teardown(void) {
    samme_buffer_free(&chain_yaml);
    samme_buffer_free(&policy_yaml);
    samme_buffer_free(&notes);
    hub_close(&t);
}
TestSuite(publish, .init = setup, .fini = teardown);

/* The note of a release of the two documents. */
static samme_span release_note(uint64_t version, const samme_hash *previous) {
    samme_document documents[2] = {{"chain.yaml", samme_buffer_span(&chain_yaml)},
                                   {"policy/returns.yaml", samme_buffer_span(&policy_yaml)}};
    samme_buffer_clear(&notes);
    samme_test_release_note(&t.p.chain, version, previous, documents, 2, &notes);
    return samme_arena_copy(&t.arena, samme_buffer_span(&notes));
}

static bool done(const samme_hash *hash, uint64_t *out_index) {
    const Samme__Message *message = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_PUT_DONE);
    if (message == NULL ||
        !samme_span_equal(samme_span_of_bytes(message->put_done->hash), samme_span_of_hash(hash)))
        return false;
    *out_index = message->put_done->journal_index;
    return true;
}

static void put_documents(void) {
    uint64_t index;
    samme_hash hash = samme_sha256(samme_buffer_span(&chain_yaml));
    say(&t, operator_key(&t), make_put_document(&t, samme_buffer_span(&chain_yaml)));
    cr_assert(done(&hash, &index), "%s", pair_trace(&t.p));
    say(&t, operator_key(&t), make_put_document(&t, samme_buffer_span(&policy_yaml)));
}

static samme_hash put_release(samme_span note, uint64_t expected_index) {
    samme_hash hash = samme_sha256(note);
    uint64_t index = 0;
    say(&t, operator_key(&t), make_put_release(&t, note));
    cr_assert(done(&hash, &index), "%s", pair_trace(&t.p));
    cr_assert_eq(index, expected_index, "%llu", (unsigned long long)index);
    return hash;
}

static void release_refused(samme_span note, const char *word) {
    uint64_t size = journal_size(&t), release = pair_look_hub(&t.p).release;
    uint64_t commits = hub_commits(&t);
    say(&t, operator_key(&t), make_put_release(&t, note));
    cr_assert_str_eq(refusal(&t), word, "%s", pair_trace(&t.p));
    cr_assert_eq(journal_size(&t), size);
    cr_assert_eq(pair_look_hub(&t.p).release, release);
    cr_assert_eq(hub_commits(&t), commits);
}

Test(publish, a_release_with_its_documents_is_taken) {
    put_documents();
    samme_hash first = put_release(release_note(1, NULL), 1);
    cr_assert_eq(pair_look_hub(&t.p).release, 1);
    samme_record record = pull_record(&t, 1);
    cr_assert_eq(record.kind, SAMME_RECORD_RELEASE);
    cr_assert_eq(record.version, 1);
    cr_assert(samme_hash_equal(&record.note_hash, &first));
    put_release(release_note(2, &first), 2);
    cr_assert_eq(pair_look_hub(&t.p).release, 2);
    samme_hub_view view = pair_look_hub(&t.p);
    cr_assert_eq(view.folded_size, 3);
    cr_assert_eq(view.trouble[0], 0);
}

Test(publish, a_repeated_release_is_done_and_recorded_once) {
    put_documents();
    samme_span note = release_note(1, NULL);
    put_release(note, 1);
    uint64_t index;
    samme_hash hash = samme_sha256(note);
    say(&t, operator_key(&t), make_put_release(&t, note));
    cr_assert(done(&hash, &index));
    cr_assert_eq(journal_size(&t), 2);
}

Test(publish, regress_who_repeats_a_release_is_told_its_record_and_not_the_next_one) {
    put_documents();
    samme_span note = release_note(1, NULL);
    put_release(note, 1);
    push(&t, 1, 1);
    put_release(note, 1);
}

Test(publish, a_release_outlives_a_restart) {
    put_documents();
    samme_hash first = put_release(release_note(1, NULL), 1);
    hub_crash(&t);
    cr_assert_eq(pair_look_hub(&t.p).release, 1);
    put_release(release_note(2, &first), 2);
}

Test(publish, a_forged_release_is_refused) {
    put_documents();
    samme_span note = release_note(1, NULL);
    ((uint8_t *)(uintptr_t)note.data)[40] ^= 1;
    say(&t, operator_key(&t), make_put_release(&t, note));
    cr_assert_neq(refusal(&t)[0], 0);
    cr_assert_eq(journal_size(&t), 1);
    samme_span text = SAMME_LITERAL("not a note");
    release_refused(text, "malformed");
    /* signed, but by the role that signs rosters */
    t.p.chain.role_seeds[SAMME_ROLE_RELEASE] = t.p.chain.role_seeds[SAMME_ROLE_ROSTER];
    release_refused(release_note(1, NULL), "bad signature");
}

Test(publish, a_roster_is_no_release) {
    say(&t, operator_key(&t), make_put_release(&t, samme_buffer_span(&t.p.chain.roster_note)));
    cr_assert_neq(refusal(&t)[0], 0);
    cr_assert_eq(journal_size(&t), 1);
}

Test(publish, versions_follow_each_other) {
    put_documents();
    release_refused(release_note(2, NULL), "mismatch");
    samme_hash first = put_release(release_note(1, NULL), 1);
    samme_hash other = samme_sha256(SAMME_LITERAL("another history"));
    release_refused(release_note(3, &first), "mismatch");
    release_refused(release_note(2, &other), "mismatch");
    samme_hash second = put_release(release_note(2, &first), 2);
    release_refused(release_note(1, NULL), "stale");
    release_refused(release_note(2, &other), "stale");
    put_release(release_note(3, &second), 3);
}

Test(publish, a_release_with_a_document_missing_is_refused) {
    say(&t, operator_key(&t), make_put_document(&t, samme_buffer_span(&chain_yaml)));
    samme_span note = release_note(1, NULL);
    release_refused(note, "not found");
    const Samme__Message *said = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_REFUSED);
    cr_assert_not_null(strstr(said->refused->text, "policy/returns.yaml"), "%s",
                       said->refused->text);
    say(&t, operator_key(&t), make_put_document(&t, samme_buffer_span(&policy_yaml)));
    put_release(note, 1);
}

/* Signed by the publishers, and yet no node could ever take it or one that follows it. */
Test(publish, a_release_that_states_another_length_of_a_document_is_refused) {
    put_documents();
    samme_release_document documents[1] = {{.path = "chain.yaml"}};
    documents[0].length = (uint32_t)chain_yaml.length + 1;
    documents[0].hash = samme_sha256(samme_buffer_span(&chain_yaml));
    samme_release release = {.version = 1,
                             .decide_version = 1,
                             .author = "a",
                             .reason = "r",
                             .document_count = 1,
                             .documents = documents};
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(&t.p.chain.root, &release, &text, &error), SAMME_OK, "%s",
                 error.text);
    samme_buffer_clear(&notes);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 t.p.chain.root.roles[SAMME_ROLE_RELEASE].keys[0].name,
                                 &t.p.chain.role_seeds[SAMME_ROLE_RELEASE], &notes),
                 SAMME_OK);
    samme_buffer_free(&text);
    release_refused(samme_buffer_span(&notes), "mismatch");
}

Test(publish, only_operators_publish) {
    put_roster(&t, make_roster(&t, &(roster_change){.with_auditor = true}));
    samme_peer_key auditor = auditor_key();
    const samme_peer_key *keys[2] = {branch_key(&t, 1), &auditor};
    for (unsigned i = 0; i < 2; i++) {
        say(&t, keys[i], make_put_document(&t, samme_buffer_span(&chain_yaml)));
        cr_assert_str_eq(refusal(&t), "denied");
        say(&t, keys[i], make_put_release(&t, release_note(1, NULL)));
        cr_assert_str_eq(refusal(&t), "denied");
    }
    cr_assert_eq(journal_size(&t), 2);
}

Test(publish, a_document_has_its_maximum) {
    static uint8_t large[SAMME_DOCUMENT_MAX_BYTES + 1];
    uint64_t commits = hub_commits(&t), index;
    say(&t, operator_key(&t), make_put_document(&t, SAMME_SPAN(large, sizeof large)));
    cr_assert_str_eq(refusal(&t), "too large");
    cr_assert_eq(hub_commits(&t), commits);
    say(&t, operator_key(&t), make_put_document(&t, SAMME_SPAN(large, SAMME_DOCUMENT_MAX_BYTES)));
    samme_hash hash = samme_sha256(SAMME_SPAN(large, SAMME_DOCUMENT_MAX_BYTES));
    cr_assert(done(&hash, &index));
}

/* A release may have 4,096 documents, and a tool may hand them over without waiting. */
Test(publish, many_documents_on_a_slow_disk_do_not_stop_the_hub) {
    char text[40];
    t.p.hub_stores.stuck = true;
    for (unsigned i = 0; i < 600; i++) {
        snprintf(text, sizeof text, "document %u", i);
        pair_tell_hub(&t.p, operator_key(&t),
                      make_put_document(&t, samme_arena_copy(&t.arena, samme_span_of_text(text))));
    }
    t.p.hub_stores.stuck = false;
    pair_tick_hub(&t.p);
    cr_assert(!pair_look_hub(&t.p).store_failed, "%s", pair_look_hub(&t.p).trouble);
    push(&t, 1, 1);
    put_documents();
    put_release(release_note(1, NULL), 2);
}

/* Rosters */

Test(publish, the_next_roster_is_adopted) {
    say(&t, branch_key(&t, 2), make_hello(&t, 2));
    put_roster(&t, make_roster(&t, &(roster_change){.without_branch_2 = true}));
    cr_assert_eq(journal_size(&t), 2);
    cr_assert_eq(pull_record(&t, 1).kind, SAMME_RECORD_ROSTER);
    cr_assert_eq(pair_look_hub(&t.p).roster->version, 2);
    uint64_t counted = pair_look_hub(&t.p).refused_messages;
    say(&t, branch_key(&t, 2), make_hello(&t, 2));
    cr_assert_str_eq(pair_trace(&t.p), "", "who was taken out is a stranger");
    cr_assert_eq(pair_look_hub(&t.p).refused_messages, counted + 1);
    push(&t, 1, 1);
}

Test(publish, an_epoch_ends_with_the_roster_that_opens_the_next) {
    push(&t, 1, 2);
    put_roster(&t, make_roster(&t, &(roster_change){.branch_1_in_epoch_2 = true}));
    Samme__Message *message = make_push(&t, 1, 1);
    say(&t, branch_key(&t, 1), message);
    cr_assert_str_eq(refusal(&t), "denied");
    say(&t, branch_key(&t, 1), make_hello(&t, 1));
    cr_assert_str_eq(refusal(&t), "denied", "it still says epoch 1");
    Samme__Message *hello = make_hello(&t, 1);
    hello->hello->epoch = 2;
    say(&t, branch_key(&t, 1), hello);
    const Samme__Message *welcome = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_WELCOME);
    cr_assert_not_null(welcome);
    cr_assert_eq(welcome->welcome->branch_size, 0, "another epoch is another log");
}

/* why: words of the hub's trouble; "" when there is none. */
static void roster_refused(const roster_change *change, const char *why) {
    put_roster(&t, make_roster(&t, change));
    cr_assert_eq(journal_size(&t), 1);
    cr_assert_eq(pair_look_hub(&t.p).roster->version, 1);
    const char *trouble = pair_look_hub(&t.p).trouble;
    cr_assert(why[0] == 0 ? trouble[0] == 0 : strstr(trouble, why) != NULL, "%s", trouble);
    push(&t, 1, 1);
}

Test(publish, a_forged_roster_is_refused) {
    roster_refused(&(roster_change){.forged = true, .without_branch_2 = true},
                   "0 of the 1 signatures");
}

Test(publish, an_older_roster_changes_nothing) {
    roster_refused(&(roster_change){.version = 1, .other_previous = true, .without_branch_2 = true},
                   "");
}

Test(publish, a_roster_that_skips_a_version_is_refused) {
    roster_refused(&(roster_change){.version = 3}, "skips: version 1 is held");
}

Test(publish, a_roster_of_another_history_is_refused) {
    roster_refused(&(roster_change){.other_previous = true, .previous = {{1}}}, "another history");
}

Test(publish, a_roster_for_another_hub_key_is_refused) {
    roster_refused(&(roster_change){.other_hub = true}, "another hub key");
}

Test(publish, the_same_roster_again_changes_nothing) {
    put_roster(&t, samme_buffer_span(&t.p.chain.roster_note));
    cr_assert_eq(journal_size(&t), 1);
    cr_assert_eq(pair_look_hub(&t.p).trouble[0], 0);
}

/* One step of the hub and no more. */
static void step_once(uint32_t branch, const Samme__Message *message) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, &bytes);
    samme_hub_event event = {.kind = SAMME_HUB_MESSAGE,
                             .wall_ms = PAIR_WALL_MS + t.p.now_ms,
                             .monotonic_ms = t.p.now_ms,
                             .peer = *branch_key(&t, branch),
                             .route = branch,
                             .message = samme_buffer_span(&bytes)};
    samme_hub_step(t.p.hub, &event);
    samme_buffer_free(&bytes);
}

/* While the hub folds its journal again it knows rosters that are no longer in force. A batch of an
 * epoch that has ended, taken then, could be folded by nobody. */
Test(publish, nobody_pushes_by_a_roster_that_is_no_longer_in_force) {
    for (unsigned i = 0; i < 4; i++)
        push(&t, 2, SAMME_BATCH_MAX_ENTRIES);
    put_roster(&t, make_roster(&t, &(roster_change){.branch_1_in_epoch_2 = true}));
    pair_lose_views(&t.p, 0); /* and has made one step: part of the journal is folded */
    pair_forget(&t.p);
    Samme__Message *message = make_push(&t, 1, 1);
    step_once(1, make_hello(&t, 1));
    step_once(1, message);
    samme_hub_view view = pair_look_hub(&t.p);
    cr_assert_lt(view.folded_size, view.journal_size, "or this test shows nothing");
    cr_assert_eq(view.roster->version, 1);
    pair_tick_hub(&t.p);
    cr_assert_null(acked(&t), "%s", pair_trace(&t.p));
    view = pair_look_hub(&t.p);
    cr_assert_eq(view.journal_size, 6);
    cr_assert_eq(view.folded_size, 6);
    cr_assert_eq(view.roster->version, 2);
    say(&t, branch_key(&t, 1), message);
    cr_assert_str_eq(refusal(&t), "denied");
    greet(&t, 2);
    push(&t, 2, 1);
}

/* Roots */

static void put_root(samme_span note) {
    samme_hub_event event = {.kind = SAMME_HUB_ROOT,
                             .wall_ms = PAIR_WALL_MS + t.p.now_ms,
                             .monotonic_ms = t.p.now_ms,
                             .message = note};
    samme_hub_step(t.p.hub, &event);
    pair_tick_hub(&t.p);
}

/* Root 2, in which only the release key is another one: that of the roster role is as it was. */
static samme_span next_root(const samme_seed *release_seed, const samme_seed *signer) {
    const samme_test_chain *chain = &t.p.chain;
    samme_root root = chain->root;
    samme_buffer text, note;
    samme_public_key key = samme_sign_public(release_seed);
    root.version = 2;
    root.previous = chain->root.note_hash;
    cr_assert_eq(samme_vkey_make("test.example/key/release-2", &key,
                                 &root.roles[SAMME_ROLE_RELEASE].keys[0], NULL),
                 SAMME_OK);
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(&root, &text, NULL), SAMME_OK);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 chain->root.roles[SAMME_ROLE_ROOT].keys[0].name, signer, &note),
                 SAMME_OK);
    samme_span copy = samme_arena_copy(&t.arena, samme_buffer_span(&note));
    samme_buffer_free(&text);
    samme_buffer_free(&note);
    return copy;
}

Test(publish, a_root_is_adopted_and_judges_what_comes_then) {
    static const samme_seed renewed = {{77}};
    const samme_seed *root_seed = &t.p.chain.role_seeds[SAMME_ROLE_ROOT];
    put_documents();
    put_root(next_root(&renewed, root_seed));
    cr_assert_eq(pair_look_hub(&t.p).newest_root, 2, "%s", pair_look_hub(&t.p).trouble);
    cr_assert_eq(pull_record(&t, 1).kind, SAMME_RECORD_ROOT);
    release_refused(release_note(1, NULL), "bad signature");
    hub_crash(&t);
    cr_assert_eq(pair_look_hub(&t.p).newest_root, 2, "after a restart too");
    release_refused(release_note(1, NULL), "bad signature");
    samme_vkey *key = &t.p.chain.root.roles[SAMME_ROLE_RELEASE].keys[0];
    samme_public_key public_key = samme_sign_public(&renewed);
    cr_assert_eq(samme_vkey_make("test.example/key/release-2", &public_key, key, NULL), SAMME_OK);
    t.p.chain.role_seeds[SAMME_ROLE_RELEASE] = renewed;
    put_documents();
    put_release(release_note(1, NULL), 2);
    cr_assert_eq(pair_look_hub(&t.p).folded_size, 3);
}

Test(publish, a_root_that_does_not_follow_is_refused) {
    static const samme_seed renewed = {{77}}, stranger = {{78}};
    samme_span forged = next_root(&renewed, &stranger);
    put_root(forged);
    cr_assert_eq(journal_size(&t), 1);
    cr_assert_eq(pair_look_hub(&t.p).newest_root, 1);
    cr_assert_neq(pair_look_hub(&t.p).trouble[0], 0);
    samme_span good = next_root(&renewed, &t.p.chain.role_seeds[SAMME_ROLE_ROOT]);
    put_root(good);
    cr_assert_eq(journal_size(&t), 2);
    put_root(good);
    cr_assert_eq(journal_size(&t), 2, "the same again changes nothing");
}

Test(publish, a_release_that_keeps_what_was_never_published_is_refused) {
    put_documents();
    samme_release_kept kept = {.version = 1, .note_hash = {{9}}};
    samme_hash first = put_release(release_note(1, NULL), 1);
    samme_release release = {.version = 2,
                             .decide_version = 1,
                             .previous = first,
                             .author = "a",
                             .reason = "r",
                             .keep_count = 1,
                             .keeps = &kept};
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(&t.p.chain.root, &release, &text, NULL), SAMME_OK);
    samme_buffer_clear(&notes);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 t.p.chain.root.roles[SAMME_ROLE_RELEASE].keys[0].name,
                                 &t.p.chain.role_seeds[SAMME_ROLE_RELEASE], &notes),
                 SAMME_OK);
    samme_buffer_free(&text);
    release_refused(samme_buffer_span(&notes), "mismatch");
}
