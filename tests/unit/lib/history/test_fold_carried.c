#include <criterion/criterion.h>
#include <stdio.h>

#include "history/keys.h"
#include "tests/unit/lib/history/fixture.h"

static fixture f;
static void setup(void) {
    fixture_init(&f);
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(fold_carried, .init = setup, .fini = teardown);

static uint8_t hash[32] = {1};

/* The row that a roster of another epoch leaves. */
static void end_epoch(uint32_t branch, uint32_t epoch, uint64_t size) {
    Samme__EpochRow row = SAMME__EPOCH_ROW__INIT;
    row.size = size;
    row.journal_index = f.journal_index++;
    samme_row_key key;
    samme_epoch_key(branch, epoch, &key);
    samme_buffer packed;
    samme_buffer_init(&packed, 256);
    samme_pack(&row, &packed);
    cr_assert_eq(f.rows.put(f.rows.self, samme_row_key_span(&key), samme_buffer_span(&packed)),
                 SAMME_OK);
    samme_buffer_free(&packed);
}

static uint64_t next; /* index in the log of epoch 2 */

static const char *fold_at(samme_position at, samme_span entry) {
    bool quarantined;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_fold(&f.rows, &at, entry, &f.scratch, &quarantined, &error), SAMME_OK, "%s",
                 error.text);
    const Samme__QuarantineRow *row;
    samme_status status =
        samme_find_quarantined(&f.rows, at.branch, at.epoch, at.index, &f.arena, &row);
    cr_assert_eq(status, quarantined ? SAMME_OK : SAMME_NOT_FOUND);
    return quarantined ? row->reason : NULL;
}

/* The next entry of branch 1's epoch 2. */
static const char *fold_new(samme_span entry) {
    return fold_at(
        (samme_position){
            .branch = 1, .epoch = 2, .index = next++, .journal_index = f.journal_index++},
        entry);
}

static samme_span carrying(samme_span event, uint32_t epoch, uint64_t index, uint64_t common,
                           Samme__EventClass class) {
    Samme__Carried carried = SAMME__CARRIED__INIT;
    carried.epoch = epoch;
    carried.index = index;
    carried.common = common;
    carried.event =
        (ProtobufCBinaryData){.len = event.length, .data = (uint8_t *)(uintptr_t)event.data};
    samme_buffer out;
    samme_buffer_init(&out, SAMME_ENTRY_MAX_BYTES);
    const samme_entry_head head = {
        .kind = SAMME__EVENT_KIND__carried, .region = 1, .event_class = class};
    cr_assert_eq(samme_entry_build(&head, &carried, &out), SAMME_OK);
    samme_span bytes = samme_arena_copy(&f.arena, samme_buffer_span(&out));
    samme_buffer_free(&out);
    return bytes;
}

/* An event that stood at `index` of epoch 1, of which the journal has 10 entries. */
static const char *carry(uint64_t index, Samme__EventKind kind, const void *body) {
    const Samme__EventClass class =
        kind == SAMME__EVENT_KIND__sale ? SAMME__EVENT_CLASS__sales : SAMME__EVENT_CLASS__service;
    return fold_new(carrying(fixture_entry(&f.arena, kind, body), 1, index, 10, class));
}

static Samme__Sale *sale_of(const char *number) {
    Samme__Sale *sale = fixture_sale(&f.arena, 1, number);
    fixture_line(&f.arena, sale, 1, 3000, 900);
    return sale;
}

static const Samme__ReceiptRow *receipt(const char *number) {
    const samme_horizon all = {1, 2, UINT64_MAX, UINT64_MAX, 0, 0};
    const Samme__ReceiptRow *row;
    return samme_find_receipt(&f.rows, fixture_receipt(&f.arena, 1, number), &all, &f.arena,
                              &row) == SAMME_OK
               ? row
               : NULL;
}

Test(fold_carried, an_event_counts_where_it_has_come_to) {
    end_epoch(1, 1, 10);
    next = 4;
    cr_assert_null(carry(12, SAMME__EVENT_KIND__sale, sale_of("A")));
    cr_assert_not_null(receipt("A"));
    cr_assert_eq(receipt("A")->epoch, 2);
    cr_assert_eq(receipt("A")->index, 4);
}

Test(fold_carried, it_comes_out_of_an_epoch_that_has_ended) {
    cr_assert_str_eq(carry(12, SAMME__EVENT_KIND__sale, sale_of("A")),
                     "carried from no ended epoch");
    end_epoch(2, 1, 10); /* another branch's */
    cr_assert_str_eq(carry(12, SAMME__EVENT_KIND__sale, sale_of("A")),
                     "carried from no ended epoch");
    end_epoch(1, 1, 10);
    cr_assert_null(carry(12, SAMME__EVENT_KIND__sale, sale_of("A")));
    cr_assert_str_eq(
        fold_new(carrying(fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale_of("B")), 2, 12, 10,
                          SAMME__EVENT_CLASS__sales)),
        "carried from no ended epoch", "its own epoch goes on");
}

Test(fold_carried, it_stood_beyond_what_is_common) {
    end_epoch(1, 1, 10);
    cr_assert_str_eq(carry(9, SAMME__EVENT_KIND__sale, sale_of("A")),
                     "carried out of what is common");
    const samme_span event = fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale_of("A"));
    cr_assert_str_eq(fold_new(carrying(event, 1, 12, 11, SAMME__EVENT_CLASS__sales)),
                     "carried out of what is common", "the journal has 10 entries of it");
    /* of a clone's log less is common than the journal has */
    cr_assert_null(fold_new(carrying(event, 1, 4, 4, SAMME__EVENT_CLASS__sales)));
}

Test(fold_carried, once) {
    end_epoch(1, 1, 10);
    const samme_span event = fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale_of("A"));
    cr_assert_null(fold_new(carrying(event, 1, 12, 10, SAMME__EVENT_CLASS__sales)));
    cr_assert_str_eq(fold_new(carrying(event, 1, 12, 10, SAMME__EVENT_CLASS__sales)),
                     "carried twice");
    cr_assert_str_eq(fold_new(carrying(event, 1, 13, 10, SAMME__EVENT_CLASS__sales)),
                     "carried twice", "whatever place it names");
    bool there;
    cr_assert_eq(samme_is_carried(&f.rows, 1, event, &there), SAMME_OK);
    cr_assert(there);
    cr_assert_eq(samme_is_carried(&f.rows, 2, event, &there), SAMME_OK);
    cr_assert_not(there, "no branch uses up what another will carry");
}

Test(fold_carried, what_is_refused_is_not_used_up) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale_of("A")));
    end_epoch(1, 1, 10);
    cr_assert_str_eq(carry(12, SAMME__EVENT_KIND__sale, sale_of("A")),
                     "second sale under one receipt");
    bool there;
    cr_assert_eq(samme_is_carried(&f.rows, 1,
                                  fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale_of("A")),
                                  &there),
                 SAMME_OK);
    cr_assert_not(there);
}

Test(fold_carried, what_is_of_its_own_log_alone_is_not_carried) {
    end_epoch(1, 1, 10);
    Samme__Anchor anchor = SAMME__ANCHOR__INIT;
    anchor.root = (ProtobufCBinaryData){.len = 32, .data = hash};
    cr_assert_str_eq(carry(12, SAMME__EVENT_KIND__anchor, &anchor), "kind is not carried");
    Samme__LineLent lent = SAMME__LINE_LENT__INIT;
    cr_assert_str_eq(carry(13, SAMME__EVENT_KIND__line_lent, &lent), "kind is not carried");
    const samme_span sale = fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale_of("A"));
    const samme_span once = carrying(sale, 1, 14, 10, SAMME__EVENT_CLASS__sales);
    cr_assert_str_eq(fold_new(carrying(once, 1, 14, 10, SAMME__EVENT_CLASS__sales)),
                     "kind is not carried");
    cr_assert_str_eq(fold_new(carrying(sale, 1, 14, 10, SAMME__EVENT_CLASS__service)),
                     "carried under another class");
    cr_assert_str_eq(
        fold_new(carrying(SAMME_LITERAL("no event"), 1, 14, 10, SAMME__EVENT_CLASS__sales)),
        "not a well-formed event");
    cr_assert_str_eq(fold_new(carrying(SAMME_LITERAL(""), 1, 14, 10, SAMME__EVENT_CLASS__sales)),
                     "kind or version not known");
}

/* An event at its maximum can be carried, or DESIGN 9.3 could not promise it. */
Test(fold_carried, an_event_of_any_size_fits) {
    end_epoch(1, 1, 10);
    Samme__Sale *sale = sale_of("LARGE");
    char *text = samme_arena_alloc(&f.arena, SAMME_EVENT_MAX_BYTES);
    sale->lines[0]->text = text;
    size_t length = SAMME_EVENT_MAX_BYTES - 300;
    samme_buffer out;
    samme_buffer_init(&out, SAMME_ENTRY_MAX_BYTES);
    const samme_entry_head head = {.kind = SAMME__EVENT_KIND__sale, .region = 1};
    for (;; length++) { /* the longest that can be built */
        memset(text, 'x', length);
        text[length] = 0;
        samme_buffer trial;
        samme_buffer_init(&trial, SAMME_ENTRY_MAX_BYTES);
        const samme_status status = samme_entry_build(&head, sale, &trial);
        if (status == SAMME_OK) {
            samme_buffer_clear(&out);
            samme_buffer_append(&out, samme_buffer_span(&trial));
        }
        samme_buffer_free(&trial);
        if (status != SAMME_OK)
            break;
    }
    cr_assert_eq(out.length, SAMME_EVENT_MAX_BYTES);
    const samme_span entry =
        carrying(samme_buffer_span(&out), 1, UINT64_MAX, 10, SAMME__EVENT_CLASS__sales);
    cr_assert_gt(entry.length, SAMME_EVENT_MAX_BYTES);
    cr_assert_null(fold_new(entry));
    cr_assert_not_null(receipt("LARGE"));
    samme_buffer_free(&out);
}

static samme_line_sum sum_of(const char *number) {
    return fixture_sum(&f, fixture_receipt(&f.arena, 1, number), 1,
                       (samme_horizon){1, 2, UINT64_MAX, UINT64_MAX, 0, 0});
}

Test(fold_carried, a_refund_confirms_nothing) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale_of("A")));
    end_epoch(1, 1, 10);
    Samme__ReturnOpened *opened =
        fixture_opened(&f.arena, "C-1", fixture_receipt(&f.arena, 1, "A"), 1, 1000);
    cr_assert_null(carry(11, SAMME__EVENT_KIND__return_opened, opened));
    const samme_horizon then = {1, 1, UINT64_MAX, UINT64_MAX, 0, 0};
    Samme__ReturnDecided *decided =
        fixture_decided(&f.arena, &f.rows, opened, &then, SAMME__VERDICT__authorise);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__own);
    cr_assert_null(carry(12, SAMME__EVENT_KIND__return_decided, decided));
    cr_assert_eq(sum_of("A").quantity, 1000);
    cr_assert_eq(sum_of("A").refund, 300);
    cr_assert_eq(sum_of("A").confirmed, 0);
    cr_assert_eq(sum_of("A").confirmed_refund, 0);
    /* the branch goes on with the case, and gives the right back */
    cr_assert_null(
        fold_new(fixture_entry(&f.arena, SAMME__EVENT_KIND__return_done,
                               fixture_done(&f.arena, "C-1", SAMME__RETURN_OUTCOME__cancelled))));
    cr_assert_eq(sum_of("A").quantity, 0);
}

Test(fold_carried, an_approval_names_its_decision_by_where_that_stood) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale_of("A")));
    end_epoch(1, 1, 10);
    uint8_t opener[16] = {1}, approver[16] = {2};
    Samme__ReturnOpened *opened =
        fixture_opened(&f.arena, "C-1", fixture_receipt(&f.arena, 1, "A"), 1, 1000);
    opened->opened_by = (ProtobufCBinaryData){.len = sizeof opener, .data = opener};
    cr_assert_null(carry(11, SAMME__EVENT_KIND__return_opened, opened));
    const samme_horizon then = {1, 1, UINT64_MAX, UINT64_MAX, 0, 0};
    Samme__ReturnDecided *decided =
        fixture_decided(&f.arena, &f.rows, opened, &then, SAMME__VERDICT__contingent);
    cr_assert_null(carry(12, SAMME__EVENT_KIND__return_decided, decided));
    Samme__ApprovedLine line = SAMME__APPROVED_LINE__INIT, *lines[] = {&line};
    line.no = 1;
    Samme__ReturnApproved approved = SAMME__RETURN_APPROVED__INIT;
    approved.case_code = opened->case_code;
    approved.decided_epoch = 1;
    approved.decided_index = 13;
    approved.approver = (ProtobufCBinaryData){.len = sizeof approver, .data = approver};
    approved.role = SAMME__PERSON_ROLE__manager;
    approved.n_lines = 1;
    approved.lines = lines;
    cr_assert_str_eq(carry(13, SAMME__EVENT_KIND__return_approved, &approved),
                     "approves no decision of the case");
    approved.decided_index = 12;
    cr_assert_null(carry(14, SAMME__EVENT_KIND__return_approved, &approved));
    cr_assert_eq(sum_of("A").quantity, 1000);
    cr_assert_eq(sum_of("A").confirmed, 0);
}

/* The part of the log that is common, and what was carried before: no more, no less. */
Test(fold_carried, a_decision_is_asked_again_at_what_its_branch_knew) {
    const samme_position at = {
        .branch = 1, .epoch = 3, .index = 7, .first_epoch = 1, .first_index = 15, .common = 10};
    Samme__Basis basis = SAMME__BASIS__INIT;
    basis.journal_size = 40;
    basis.own_size = 15;
    const samme_horizon horizon = samme_horizon_at(&at, &basis);
    end_epoch(1, 1, 20);
    const struct {
        uint32_t branch, epoch;
        uint64_t index, journal;
        bool counts;
    } entries[] = {
        {2, 1, 5, 39, true},  {2, 1, 5, 40, false},  /* of others, by the journal */
        {1, 1, 9, 50, true},  {1, 1, 10, 50, false}, /* another's history of the same epoch */
        {1, 2, 99, 60, true},                        /* carried, in an epoch between */
        {1, 3, 6, 70, true},  {1, 3, 7, 70, false},  {1, 4, 0, 80, false},
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        Samme__Sale *sale = fixture_sale(&f.arena, entries[i].branch, "X");
        fixture_line(&f.arena, sale, 1, 1000, 100);
        char number[8];
        snprintf(number, sizeof number, "X%zu", i);
        sale->receipt->number = samme_arena_text(&f.arena, number);
        cr_assert_null(fold_at((samme_position){.branch = entries[i].branch,
                                                .epoch = entries[i].epoch,
                                                .index = entries[i].index,
                                                .journal_index = entries[i].journal},
                               fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale)));
        const Samme__ReceiptRow *row;
        cr_assert_eq(samme_find_receipt(&f.rows, sale->receipt, &horizon, &f.arena, &row),
                     entries[i].counts ? SAMME_OK : SAMME_NOT_FOUND, "entry %zu", i);
    }
}

static samme_span taking(uint64_t version) {
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = version;
    release.note_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
    taken.release = &release;
    return fixture_entry(&f.arena, SAMME__EVENT_KIND__release_taken, &taken);
}

static uint64_t taken_by(uint32_t branch) {
    const Samme__BranchRow *row;
    cr_assert_eq(samme_find_branch(&f.rows, branch, &f.arena, &row), SAMME_OK);
    return row->release;
}

Test(fold_carried, a_new_epoch_takes_the_release_it_had_once_more_and_none_before_it) {
    cr_assert_null(fixture_fold_bytes(&f, 1, taking(3)));
    end_epoch(1, 1, 1);
    cr_assert_str_eq(fold_new(taking(2)), "release goes back");
    cr_assert_null(fold_new(taking(3)));
    cr_assert_str_eq(fold_new(taking(3)), "release goes back");
    cr_assert_null(fold_new(taking(4)));
    cr_assert_eq(taken_by(1), 4);
}

Test(fold_carried, a_release_taken_is_carried_and_then_taken_in_the_new_epoch) {
    cr_assert_null(fixture_fold_bytes(&f, 1, taking(3)));
    end_epoch(1, 1, 1);
    cr_assert_null(fold_new(carrying(taking(5), 1, 4, 1, SAMME__EVENT_CLASS__service)));
    cr_assert_eq(taken_by(1), 5);
    cr_assert_null(fold_new(carrying(taking(4), 1, 5, 1, SAMME__EVENT_CLASS__service)),
                   "a clone's: it was true there");
    cr_assert_eq(taken_by(1), 5);
    cr_assert_null(fold_new(taking(5)));
    cr_assert_str_eq(fold_new(taking(5)), "release goes back");
}

static samme_span losing(uint32_t epoch) {
    Samme__Anchor anchor = SAMME__ANCHOR__INIT;
    anchor.root = (ProtobufCBinaryData){.len = 32, .data = hash};
    anchor.lost_epoch = epoch;
    return fixture_entry(&f.arena, SAMME__EVENT_KIND__anchor, &anchor);
}

Test(fold_carried, a_log_says_with_its_first_entry_what_it_begins_without) {
    cr_assert_str_eq(fold_new(losing(1)), "loses no ended epoch");
    end_epoch(1, 1, 10);
    next = 1;
    cr_assert_str_eq(fold_new(losing(1)), "loses no ended epoch", "not with its second");
    next = 0;
    const samme_position at = {.branch = 1, .epoch = 3, .index = 0, .journal_index = 60};
    cr_assert_null(fold_at(at, losing(1)));
    const Samme__EpochRow *row;
    cr_assert_eq(samme_find_epoch(&f.rows, 1, 1, &f.arena, &row), SAMME_OK);
    cr_assert(row->lost);
    cr_assert_eq(row->size, 10);
}

/* Own entries are folded again over rows that may lie behind the roster they rest on. */
Test(fold_carried, again_its_end_may_lie_ahead) {
    const samme_position at = {.branch = 1, .epoch = 2, .own_layer = true, .again = true};
    cr_assert_null(
        fold_at(at, carrying(fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale_of("A")), 1, 12,
                             10, SAMME__EVENT_CLASS__sales)));
    cr_assert_null(fold_at(
        (samme_position){.branch = 1, .epoch = 2, .index = 0, .own_layer = true, .again = true},
        losing(1)));
}
