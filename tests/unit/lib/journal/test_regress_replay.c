/* Bugs that a hostile review found; each test is named after its bug. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;

static void setup(void) {
    chain_start(&c, true);
    chain_take_release(&c, 1);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(regress, .init = setup, .fini = teardown);

/* The audit read the receipt anew for each line and ran out of memory: one long return, honest or
 * not, and no audit could ever pass it. */
Test(regress, a_return_of_many_lines_of_a_long_receipt_is_audited) {
    enum { SOLD = 1000, RETURNED = 60 };
    samme_arena *arena = &c.f.arena;
    Samme__Sale *sale = fixture_sale(arena, 1, "long");
    for (uint32_t no = 1; no <= SOLD; no++)
        fixture_line(arena, sale, no, 1000, 500);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    Samme__ReturnOpened *opened = fixture_opened(arena, "C1", sale->receipt, 1, 1000);
    /* all lines are alike, so the decision on the first is that on each */
    Samme__ReturnOpened first = *opened;
    for (uint32_t no = 2; no <= RETURNED; no++)
        fixture_open_line(arena, opened, no, 1000);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_opened, opened);
    Samme__ReturnDecided *decided = chain_decide(&c, 1, &first, c.journal.size);
    Samme__LineDecision *lines = samme_arena_alloc(arena, RETURNED * sizeof *lines);
    const Samme__LineDecision like = *decided->lines[0];
    decided->lines = samme_arena_alloc(arena, RETURNED * sizeof(Samme__LineDecision *));
    decided->n_lines = RETURNED;
    for (uint32_t i = 0; i < RETURNED; i++) {
        lines[i] = like;
        lines[i].no = i + 1;
        decided->lines[i] = &lines[i];
    }
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_decided, decided);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    cr_assert_eq(c.replay.decisions, RETURNED);
}

/* Rows as a commit takes them: so many bytes and no more. */
typedef struct commit {
    samme_rows below;
    size_t bytes, maximum;
} commit;
static samme_status commit_get(void *self, samme_span key, samme_span *out) {
    const commit *of = self;
    return of->below.get(of->below.self, key, out);
}
static samme_status commit_seek(void *self, samme_span from, samme_span *key, samme_span *value) {
    const commit *of = self;
    return of->below.seek(of->below.self, from, key, value);
}
static samme_status commit_put(void *self, samme_span key, samme_span value) {
    commit *of = self;
    if (of->bytes + key.length + value.length > of->maximum)
        return SAMME_TOO_LARGE; /* as base/writes.h says it */
    of->bytes += key.length + value.length;
    return of->below.put(of->below.self, key, value);
}

/* Small parts of a long sale write its row again and again: a batch of a few hundred kilobytes
 * asked for gigabytes in one commit, so that no hub, node or auditor could go past it. */
Test(regress, a_batch_that_changes_too_much_is_quarantined_from_there_on) {
    enum { FILLING = 100, SMALL = 400, LINES = 60 };
    samme_arena *arena = &c.f.arena;
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    samme_span entries[SMALL];
    uint32_t no = 1;
    for (uint32_t part = 1; part <= FILLING + SMALL; part++) {
        Samme__Sale *sale = fixture_sale(arena, 1, "parts");
        sale->part = part;
        sale->parts = 100000;
        for (unsigned i = 0; part <= FILLING && i < LINES; i++)
            fixture_line(arena, sale, no++, 1000, 500)->text = text;
        samme_span entry = fixture_entry(arena, SAMME__EVENT_KIND__sale, sale);
        if (part > FILLING)
            entries[part - FILLING - 1] = entry;
        else
            chain_push_entries(&c, 1, &entry, 1);
    }
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    c.options.finding = NULL;
    samme_error error = {.text = ""};
    commit taken = {.below = c.f.rows, .maximum = 60u * 1024 * 1024};
    samme_rows rows = c.f.rows;
    c.f.rows =
        (samme_rows){.self = &taken, .get = commit_get, .seek = commit_seek, .put = commit_put};
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    chain_push_entries(&c, 1, entries, SMALL);
    const uint64_t quarantined = samme_quarantine_count(&rows);
    cr_assert_gt(quarantined, SMALL - 10);
    cr_assert_lt(quarantined, SMALL);
    const Samme__QuarantineRow *row;
    cr_assert_eq(samme_find_quarantined(&rows, 1, 1, c.logs[1].size - 1, arena, &row), SAMME_OK);
    cr_assert_str_eq(row->reason, "batch changes too much");
    samme_hash counted = fixture_recount(&rows), held = fixture_digest_sum(&rows);
    cr_assert(samme_hash_equal(&counted, &held));
}
