#include <criterion/criterion.h>

#include "tests/unit/lib/history/fixture.h"

static fixture f;
static void setup(void) {
    fixture_init(&f);
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(fold_log, .init = setup, .fini = teardown);

static uint8_t hash[32] = {1};

static const char *anchor_at(uint32_t branch, uint64_t size, size_t root_bytes) {
    Samme__Anchor anchor = SAMME__ANCHOR__INIT;
    anchor.journal_size = size;
    anchor.root = (ProtobufCBinaryData){.len = root_bytes, .data = hash};
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__anchor, &anchor);
}

static const char *take(uint32_t branch, uint64_t version, size_t hash_bytes) {
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = version;
    release.note_hash = (ProtobufCBinaryData){.len = hash_bytes, .data = hash};
    Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
    taken.release = &release;
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__release_taken, &taken);
}

static const Samme__BranchRow *row_of(uint32_t branch) {
    const Samme__BranchRow *row;
    cr_assert_eq(samme_find_branch(&f.rows, branch, &f.arena, &row), SAMME_OK);
    return row;
}

Test(fold_log, anchors_never_go_back) {
    cr_assert_null(anchor_at(1, 5, 32));
    cr_assert_null(anchor_at(1, 5, 32));
    cr_assert_str_eq(anchor_at(1, 4, 32), "anchor goes back");
    cr_assert_str_eq(anchor_at(1, 6, 31), "anchor without a root");
    cr_assert_eq(row_of(1)->anchored, 5);
    cr_assert_null(anchor_at(2, 1, 32));
    cr_assert_eq(row_of(2)->anchored, 1);
    cr_assert_eq(row_of(1)->branch, 1);
}

Test(fold_log, releases_only_go_forward) {
    cr_assert_str_eq(take(1, 0, 32), "release goes back");
    cr_assert_null(take(1, 3, 32));
    cr_assert_str_eq(take(1, 3, 32), "release goes back");
    cr_assert_str_eq(take(1, 2, 32), "release goes back");
    cr_assert_str_eq(take(1, 4, 0), "takes no named release");
    Samme__ReleaseTaken nothing = SAMME__RELEASE_TAKEN__INIT;
    cr_assert_str_eq(fixture_fold(&f, 1, SAMME__EVENT_KIND__release_taken, &nothing),
                     "takes no named release");
    cr_assert_eq(row_of(1)->release, 3);
    cr_assert_null(anchor_at(1, 9, 32));
    cr_assert_eq(row_of(1)->release, 3);
    cr_assert_eq(row_of(1)->anchored, 9);
    const Samme__BranchRow *row;
    cr_assert_eq(samme_find_branch(&f.rows, 2, &f.arena, &row), SAMME_NOT_FOUND);
}

Test(fold_log, a_layer_of_own_entries_shows_its_own_and_leaves_what_is_below) {
    cr_assert_null(take(1, 3, 32));
    samme_layer layer;
    cr_assert_eq(samme_layer_init(&layer, f.rows), SAMME_OK);
    samme_rows above = samme_layer_rows(&layer);
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = 4;
    release.note_hash = (ProtobufCBinaryData){.len = 32, .data = hash};
    Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
    taken.release = &release;
    const samme_position at = {.branch = 1, .epoch = 1, .index = 1, .own_layer = true};
    cr_assert_eq(samme_fold(&above, &at,
                            fixture_entry(&f.arena, SAMME__EVENT_KIND__release_taken, &taken),
                            &f.scratch, NULL, NULL),
                 SAMME_OK);
    const Samme__BranchRow *row;
    cr_assert_eq(samme_find_branch(&above, 1, &f.arena, &row), SAMME_OK);
    cr_assert_eq(row->release, 4);
    cr_assert_eq(row_of(1)->release, 3);
    samme_layer_fini(&layer);
}
