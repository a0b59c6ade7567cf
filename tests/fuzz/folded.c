#include "fuzz/folded.h"

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "history/digest.h"
#include "history/keys.h"

/* What lies under all layers: no rows, and none can be put. */
static samme_status get_nothing(void *self, samme_span key, samme_span *out_value) {
    (void)self, (void)key, (void)out_value;
    return SAMME_NOT_FOUND;
}
static samme_status seek_nothing(void *self, samme_span from, samme_span *out_key,
                                 samme_span *out_value) {
    (void)self, (void)from, (void)out_key, (void)out_value;
    return SAMME_NOT_FOUND;
}
static samme_status put_nothing(void *self, samme_span key, samme_span value) {
    (void)self, (void)key, (void)value;
    return SAMME_IO;
}

void fuzz_folded_open(fuzz_folded *folded) {
    static const samme_rows nothing = {
        .get = get_nothing, .seek = seek_nothing, .put = put_nothing};
    *folded = (fuzz_folded){.next_record = 0};
    FUZZ_MUST(samme_layer_init(&folded->journal, nothing) == SAMME_OK);
    folded->journal_rows = samme_layer_rows(&folded->journal);
    FUZZ_MUST(samme_layer_init(&folded->own, folded->journal_rows) == SAMME_OK);
    folded->own_rows = samme_layer_rows(&folded->own);
    samme_arena_init(&folded->arena, SAMME_FOLD_SCRATCH_BYTES);
}

void fuzz_folded_close(fuzz_folded *folded) {
    samme_layer_fini(&folded->own);
    samme_layer_fini(&folded->journal);
    samme_arena_free(&folded->arena);
}

samme_hash fuzz_digest(const fuzz_folded *folded) {
    samme_hash digest;
    FUZZ_MUST(samme_state_digest(&folded->journal_rows, &digest) == SAMME_OK);
    return digest;
}

void fuzz_fold(fuzz_folded *folded, uint32_t branch, samme_span entry) {
    samme_position position = {.branch = branch,
                               .epoch = folded->ended[branch] + 1,
                               .index = folded->next_index[branch]++,
                               .journal_index = folded->next_record++,
                               .own_layer = true};
    samme_error error = {0};
    bool refused_on_trial = false, refused = false;
    samme_hash before = fuzz_digest(folded), after;
    uint64_t count = samme_quarantine_count(&folded->journal_rows);
    FUZZ_MUST_OK(
        samme_fold(&folded->own_rows, &position, entry, &folded->arena, &refused_on_trial, &error),
        &error);
    FUZZ_MUST(samme_state_digest(&folded->own_rows, &after) == SAMME_OK);
    FUZZ_MUST(samme_hash_equal(&before, &after));
    samme_layer_clear(&folded->own);
    position.own_layer = false;
    FUZZ_MUST_OK(
        samme_fold(&folded->journal_rows, &position, entry, &folded->arena, &refused, &error),
        &error);
    FUZZ_MUST(refused == refused_on_trial);
    FUZZ_MUST(samme_quarantine_count(&folded->journal_rows) == count + refused);
}

void fuzz_end_epoch(fuzz_folded *folded, uint32_t branch) {
    Samme__EpochRow row = SAMME__EPOCH_ROW__INIT;
    row.size = folded->next_index[branch];
    row.journal_index = folded->next_record++;
    samme_row_key key;
    samme_epoch_key(branch, ++folded->ended[branch], &key);
    samme_buffer packed;
    samme_buffer_init(&packed, 64);
    samme_pack(&row, &packed);
    FUZZ_MUST(samme_buffer_status(&packed) == SAMME_OK);
    FUZZ_MUST(folded->journal_rows.put(folded->journal_rows.self, samme_row_key_span(&key),
                                       samme_buffer_span(&packed)) == SAMME_OK);
    samme_buffer_free(&packed);
    folded->next_index[branch] = 0;
}

/* Which digest a row belongs to: 's' with its branch, 'r' with the one region, or none. */
static bool group_of(samme_span key, uint8_t out[static 6]) {
    out[0] = 'd';
    const bool sales = key.data[0] == 'r' || key.data[0] == 'z';
    out[1] = sales ? 's' : 'r';
    samme_put_u32(out + 2, sales ? samme_get_u32(key.data + 1) : 1);
    return memchr("rzfmcqa", key.data[0], 7) != NULL;
}

typedef struct sum {
    uint8_t key[6];
    samme_hash total;
} sum;

static void add(sum *sums, size_t *count, samme_span key, samme_span value) {
    uint8_t group[6];
    if (!group_of(key, group))
        return;
    size_t at = 0;
    while (at < *count && memcmp(sums[at].key, group, sizeof group) != 0)
        at++;
    if (at == *count) {
        FUZZ_MUST(at < FUZZ_BRANCHES + 1);
        sums[(*count)++] = (sum){.total = {{0}}};
        memcpy(sums[at].key, group, sizeof group);
    }
    samme_hash hash = samme_row_hash(key, value);
    samme_digest_add(&sums[at].total, &hash);
}

void fuzz_check_digests(const fuzz_folded *folded) {
    const samme_rows *rows = &folded->journal_rows;
    sum sums[FUZZ_BRANCHES + 2];
    size_t count = 0;
    uint64_t quarantined = 0;
    samme_span key, value;
    uint8_t from[SAMME_ROW_KEY_MAX_BYTES + 1] = {0};
    size_t length = 1;
    while (rows->seek(rows->self, SAMME_SPAN(from, length), &key, &value) == SAMME_OK) {
        quarantined += key.data[0] == 'q';
        add(sums, &count, key, value);
        memcpy(from, key.data, key.length);
        from[key.length] = 0;
        length = key.length + 1;
    }
    for (size_t i = 0; i < count; i++) {
        FUZZ_MUST(rows->get(rows->self, SAMME_SPAN(sums[i].key, 6), &value) == SAMME_OK);
        FUZZ_MUST(samme_span_equal(value, samme_span_of_hash(&sums[i].total)));
    }
    FUZZ_MUST(quarantined == samme_quarantine_count(rows));
}
