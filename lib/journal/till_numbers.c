#include "journal/till_numbers.h"

#include "base/text.h"
#include "history/fold.h"
#include "journal/packed.h"

enum { KEY_BYTES = 4 + 1 + SAMME_TILL_MAX_BYTES, RUN_BYTES = KEY_BYTES + 8 };

/* --- runs */
typedef struct run_key {
    uint8_t bytes[RUN_BYTES];
    size_t till_length; /* of branch and till */
} run_key;

static run_key make_key(uint32_t branch, samme_span till, uint64_t first) {
    run_key key = {.till_length = 4 + 1 + till.length};
    samme_put_u32(key.bytes, branch);
    key.bytes[4] = (uint8_t)till.length;
    memcpy(key.bytes + 5, till.data, till.length);
    samme_put_u64(key.bytes + key.till_length, first);
    return key;
}
static samme_span run_span(const run_key *key) {
    return SAMME_SPAN(key->bytes, key->till_length + 8);
}
static samme_span till_span(const run_key *key) {
    return SAMME_SPAN(key->bytes, key->till_length);
}
static bool of_till(const run_key *key, const samme_map_entry *run) {
    return run->key.length == key->till_length + 8 &&
           memcmp(run->key.data, key->bytes, key->till_length) == 0;
}
static uint64_t first_of(const samme_map_entry *run) {
    return samme_get_u64(run->key.data + run->key.length - 8);
}

samme_status samme_till_numbers_init(samme_till_numbers *numbers) {
    *numbers = (samme_till_numbers){.runs = samme_map_new(), .twice = samme_map_new()};
    return numbers->runs == NULL || numbers->twice == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_till_numbers_free(samme_till_numbers *numbers) {
    samme_map_free(numbers->runs);
    samme_map_free(numbers->twice);
    *numbers = (samme_till_numbers){0};
}

static samme_status count_twice(samme_till_numbers *numbers, const run_key *key) {
    samme_map_entry held = {.tag = 0};
    (void)samme_map_get(numbers->twice, till_span(key), &held);
    return samme_map_put(numbers->twice, till_span(key), SAMME_SPAN(NULL, 0), held.tag + 1);
}

static samme_status add(samme_till_numbers *numbers, uint32_t branch, samme_span till,
                        uint64_t number) {
    const run_key key = make_key(branch, till, number);
    samme_map_entry before, after;
    bool has_before =
        samme_map_before(numbers->runs, run_span(&key), &before) && of_till(&key, &before);
    const bool has_after =
        samme_map_at_or_after(numbers->runs, run_span(&key), &after) && of_till(&key, &after);
    if ((has_before && number <= before.tag) || (has_after && first_of(&after) == number))
        return count_twice(numbers, &key);
    const bool joins_before = has_before && before.tag == number - 1;
    const bool joins_after = has_after && first_of(&after) == number + 1;
    if (!joins_before && !joins_after && samme_map_count(numbers->runs) == SAMME_TILL_RUNS_MAX) {
        numbers->full = true;
        return SAMME_OK;
    }
    const uint64_t first = joins_before ? first_of(&before) : number;
    const uint64_t last = joins_after ? after.tag : number;
    if (joins_after) {
        const run_key next = make_key(branch, till, number + 1);
        samme_map_remove(numbers->runs, run_span(&next));
    }
    const run_key run = make_key(branch, till, first);
    return samme_map_put(numbers->runs, run_span(&run), SAMME_SPAN(NULL, 0), last);
}

samme_status samme_till_numbers_sale(samme_till_numbers *numbers, uint32_t branch,
                                     samme_span sale) {
    enum { RECEIPT = 1, TILL_SEQ = 2, PART = 11, TILL_OF_RECEIPT = 2 };
    samme_span receipt = {0}, rest = sale;
    uint64_t number = 0, part = 1;
    samme_packed_field field;
    while (samme_packed_next(&rest, &field)) {
        if (field.number == RECEIPT)
            receipt = field.bytes;
        else if (field.number == TILL_SEQ)
            number = field.value;
        else if (field.number == PART)
            part = field.value;
    }
    const samme_span till = samme_packed_bytes(receipt, TILL_OF_RECEIPT);
    if (number == 0 || part > 1 || till.length > SAMME_TILL_MAX_BYTES)
        return SAMME_OK;
    return add(numbers, branch, till, number);
}

static void take_run(samme_till_tally *one, uint64_t first, uint64_t last) {
    if (one->seen == 0) {
        one->first = first;
    } else {
        if (one->gaps++ == 0) {
            one->gap_from = one->last + 1;
            one->gap_to = first - 1;
        }
        one->missing += first - one->last - 1;
    }
    one->last = last;
    one->seen += last - first + 1;
}

void samme_till_numbers_visit(const samme_till_numbers *numbers,
                              void (*visit)(void *context, const samme_till_tally *one),
                              void *context) {
    samme_map_entry run, twice;
    bool more = samme_map_at_or_after(numbers->runs, SAMME_SPAN(NULL, 0), &run);
    while (more) {
        char till[SAMME_TILL_MAX_BYTES + 1] = "";
        run_key key =
            make_key(samme_get_u32(run.key.data), SAMME_SPAN(run.key.data + 5, run.key.data[4]), 0);
        memcpy(till, key.bytes + 5, key.bytes[4]);
        samme_till_tally one = {.branch = samme_get_u32(key.bytes), .till = till};
        for (; more && of_till(&key, &run); more = samme_map_after(numbers->runs, run.key, &run))
            take_run(&one, first_of(&run), run.tag);
        if (samme_map_get(numbers->twice, till_span(&key), &twice))
            one.twice = twice.tag;
        visit(context, &one);
    }
}
