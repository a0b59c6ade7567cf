/* Target: samme_unpack, samme_pack of Record; samme_record_open, samme_record_build. */
#include "journal/record.h"
#include "fuzz/fuzz.h"
#include "fuzz/wired.h"

static bool same(const samme_record *a, const samme_record *b) {
    if (a->hub_time_ms != b->hub_time_ms || a->kind != b->kind ||
        !samme_hash_equal(&a->note_hash, &b->note_hash))
        return false;
    if (a->kind != SAMME_RECORD_BATCH)
        return a->version == b->version;
    return a->batch.branch == b->batch.branch && a->batch.epoch == b->batch.epoch &&
           a->batch.old_size == b->batch.old_size && a->batch.new_size == b->batch.new_size &&
           samme_hash_equal(&a->batch.root, &b->batch.root);
}

/* What a record says is said by the record built of it. */
static void check_record(samme_span bytes, samme_arena *arena) {
    samme_record record, again;
    samme_error error = {0};
    if (samme_record_open(bytes, arena, &record, &error) != SAMME_OK)
        return;
    samme_buffer built;
    samme_buffer_init(&built, 4096);
    FUZZ_MUST(samme_record_build(&record, &built) == SAMME_OK);
    FUZZ_MUST_OK(samme_record_open(samme_buffer_span(&built), arena, &again, &error), &error);
    FUZZ_MUST(same(&record, &again));
    samme_buffer_free(&built);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_packed(&samme__record__descriptor, SAMME_SPAN(data, size));
    samme_arena arena;
    samme_arena_init(&arena, 16 * 1024 * 1024);
    check_record(SAMME_SPAN(data, size), &arena);
    samme_arena_free(&arena);
    return 0;
}
