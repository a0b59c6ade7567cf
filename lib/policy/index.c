#include "policy/index.h"

#include <stdlib.h>

enum {
    WORD_BITS = 64,
    DIRECT_MAX = 4096, /* values between the outer cuts that are looked up, not
                          searched for */
    CLASSES_MAX = 65535,
};

/* One input that rules test. Class n holds the values with n cuts at or below
 * them; the first cut is one above SAMME_ABSENT, which so has class 0 to
 * itself. */
typedef struct column {
    samme_input_id input;
    size_t cut_count;
    const int64_t *cuts;     /* ascending */
    const uint16_t *classes; /* of the values from `low` to `high`, which stand
                                for all beyond them; NULL: search the cuts */
    int64_t low, high;
    const uint64_t *rows; /* by class */
} column;

/* A row is `words` words of bits by rule; in front of them one whose bit n says
 * that word n is not 0. SAMME_POLICY_RULES_MAX is 64 words. */
struct samme_index {
    size_t words;
    size_t column_count;
    uint64_t all; /* the front word of all rules */
    column columns[SAMME_POLICY_INPUTS_MAX];
};
static_assert(SAMME_POLICY_RULES_MAX <= WORD_BITS * WORD_BITS, "one front word");

static inline size_t class_of(const column *in, int64_t value) {
    if (in->classes != NULL) {
        int64_t near = value < in->low ? in->low : value > in->high ? in->high : value;
        size_t found = in->classes[near - in->low];
        return value == SAMME_ABSENT ? 0 : found;
    }
    const int64_t *at = in->cuts;
    for (size_t count = in->cut_count; count > 1;) { /* without branches on the values */
        size_t half = count / 2;
        at += at[half] <= value ? half : 0;
        count -= half;
    }
    return (size_t)(at - in->cuts) + (*at <= value);
}

static int by_value(const void *a, const void *b) {
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* The ends of all tests of an input, as the values at which something changes.
 */
static size_t collect_cuts(const samme_table *table, samme_input_id input, int64_t *out) {
    size_t count = 0;
    out[count++] = SAMME_ABSENT + 1;
    for (size_t r = 0; r < table->rule_count; r++) {
        for (uint32_t c = 0; c < table->rules[r].when.count; c++) {
            const samme_cell *cell = &table->cells[table->rules[r].when.first + c];
            for (uint32_t i = 0; cell->input == input && i < cell->count; i++) {
                const samme_interval *interval = &table->intervals[cell->first + i];
                out[count++] = interval->low;
                if (interval->high < INT64_MAX)
                    out[count++] = interval->high + 1;
            }
        }
    }
    qsort(out, count, sizeof *out, by_value);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (out[i] != out[kept - 1])
            out[kept++] = out[i];
    return kept;
}

/* Bits set in the rows of one class, on average, in thousandths of the rules. */
static size_t density(const column *in, size_t words, size_t rules) {
    const size_t stride = words + 1, classes = in->cut_count + 1;
    size_t bits = 0;
    for (size_t k = 0; k < classes; k++)
        for (size_t w = 0; w < words; w++)
            bits += (size_t)__builtin_popcountll(in->rows[k * stride + 1 + w]);
    return bits * 1000 / (classes * rules);
}

/* Those that rule out most come first, so that most words are 0 after a few of them. */
static void order_columns(struct samme_index *index, size_t rules) {
    size_t dense[SAMME_POLICY_INPUTS_MAX];
    for (size_t i = 0; i < index->column_count; i++) {
        column moved = index->columns[i];
        size_t own = density(&moved, index->words, rules), at = i;
        for (; at > 0 && dense[at - 1] > own; at--) {
            dense[at] = dense[at - 1];
            index->columns[at] = index->columns[at - 1];
        }
        dense[at] = own;
        index->columns[at] = moved;
    }
}

/* How many ends of intervals rules have for each input. */
static void count_ends(const samme_table *table, size_t *ends) {
    for (size_t r = 0; r < table->rule_count; r++) {
        for (uint32_t c = 0; c < table->rules[r].when.count; c++) {
            const samme_cell *cell = &table->cells[table->rules[r].when.first + c];
            ends[cell->input] += 2 * (size_t)cell->count;
        }
    }
}

static void set(uint64_t *row, size_t rule) {
    row[1 + rule / WORD_BITS] |= UINT64_C(1) << rule % WORD_BITS;
}

static void fill_rows(const samme_table *table, const column *in, size_t words, uint64_t *rows) {
    const size_t stride = words + 1, classes = in->cut_count + 1;
    memset(rows, 0, classes * stride * sizeof *rows);
    for (size_t r = 0; r < table->rule_count; r++) {
        const samme_cell *cell = NULL;
        for (uint32_t c = 0; cell == NULL && c < table->rules[r].when.count; c++)
            if (table->cells[table->rules[r].when.first + c].input == in->input)
                cell = &table->cells[table->rules[r].when.first + c];
        for (size_t k = 0; cell == NULL && k < classes; k++)
            set(rows + k * stride, r);
        for (uint32_t i = 0; cell != NULL && i < cell->count; i++) {
            const samme_interval *interval = &table->intervals[cell->first + i];
            size_t last = class_of(in, interval->high);
            for (size_t k = class_of(in, interval->low); k <= last; k++)
                set(rows + k * stride, r);
        }
    }
    for (size_t k = 0; k < classes; k++)
        for (size_t w = 0; w < words; w++)
            if (rows[k * stride + 1 + w] != 0)
                rows[k * stride] |= UINT64_C(1) << w;
}

/* A value's class without searching, where the cuts lie close together. */
static bool make_direct(column *in, samme_arena *arena) {
    in->classes = NULL;
    if (in->cut_count < 2)
        return true;
    int64_t low = in->cuts[1] - 1, high = in->cuts[in->cut_count - 1];
    if (high - low > DIRECT_MAX)
        return true;
    uint16_t *classes = samme_arena_alloc(arena, (size_t)(high - low + 1) * sizeof *classes);
    if (classes == NULL)
        return false;
    for (int64_t value = low; value <= high; value++)
        classes[value - low] = (uint16_t)class_of(in, value);
    in->low = low;
    in->high = high;
    in->classes = classes;
    return true;
}

static bool make_column(const samme_table *table, samme_arena *arena, const int64_t *cuts,
                        size_t words, column *out) {
    samme_span kept = samme_arena_copy(arena, SAMME_SPAN(cuts, out->cut_count * sizeof *cuts));
    uint64_t *rows = samme_arena_alloc(arena, (out->cut_count + 1) * (words + 1) * sizeof *rows);
    if (kept.data == NULL || rows == NULL)
        return false;
    out->cuts = (const int64_t *)(const void *)kept.data;
    out->classes = NULL;
    out->rows = rows;
    fill_rows(table, out, words, rows);
    return make_direct(out, arena);
}

samme_status samme_index_build(const samme_table *table, samme_arena *arena,
                               struct samme_index **out, samme_error *error) {
    size_t ends[SAMME_INPUT_COUNT] = {0};
    size_t bytes = 0, most = 0;
    count_ends(table, ends);
    for (size_t i = 0; i < SAMME_INPUT_COUNT; i++)
        most = ends[i] > most ? ends[i] : most;
    struct samme_index *index = samme_arena_alloc(arena, sizeof *index);
    int64_t *cuts = malloc((most + 1) * sizeof *cuts);
    bool memory = index != NULL && cuts != NULL;
    if (memory)
        *index = (struct samme_index){.words = (table->rule_count + WORD_BITS - 1) / WORD_BITS};
    *out = index;
    for (size_t w = 0; memory && w < index->words; w++)
        index->all |= UINT64_C(1) << w;
    for (size_t i = 0; memory && *out != NULL && i < table->input_count; i++) {
        samme_input_id input = table->inputs[i];
        if (ends[input] == 0)
            continue;
        column *next = &index->columns[index->column_count++];
        *next = (column){.input = input, .cut_count = collect_cuts(table, input, cuts)};
        bytes += (next->cut_count + 1) * (index->words + 1) * sizeof(uint64_t);
        if (next->cut_count >= CLASSES_MAX || bytes > SAMME_INDEX_MAX_BYTES)
            *out = NULL;
        else
            memory = make_column(table, arena, cuts, index->words, next);
    }
    free(cuts);
    if (memory && *out != NULL)
        order_columns(index, table->rule_count);
    return memory ? SAMME_OK
                  : samme_fail(error, SAMME_NO_MEMORY, "%s: no memory for the rules", table->path);
}

/* The first rule of the words that `live` names, from word `word` on and in it
 * from bit `bit`. */
static size_t next_rule(const struct samme_index *index, const uint64_t *const *rows, uint64_t live,
                        size_t after, size_t none) {
    while (live != 0) {
        size_t word = (size_t)__builtin_ctzll(live);
        uint64_t bits = ~UINT64_C(0);
        for (size_t i = 0; i < index->column_count; i++)
            bits &= rows[i][1 + word];
        if (after / WORD_BITS == word && after % WORD_BITS != 0)
            bits &= ~UINT64_C(0) << after % WORD_BITS;
        if (bits != 0) {
            size_t rule = word * WORD_BITS + (size_t)__builtin_ctzll(bits);
            return rule < none ? rule : none; /* no column: every bit is set */
        }
        live &= live - 1;
    }
    return none;
}

samme_hit samme_table_hit(const samme_table *table, const samme_input_values *values) {
    const struct samme_index *index = table->index;
    if (index == NULL)
        return samme_table_walk(table, values);
    const uint64_t *rows[SAMME_POLICY_INPUTS_MAX];
    uint64_t live = index->all;
    for (size_t i = 0; i < index->column_count; i++) {
        const column *at = &index->columns[i];
        rows[i] = at->rows + class_of(at, values->value[at->input]) * (index->words + 1);
        live &= rows[i][0];
    }
    const size_t none = table->rule_count;
    samme_hit hit = {.first = next_rule(index, rows, live, 0, none), .second = none};
    if (table->unique && hit.first + 1 < none) {
        size_t after = hit.first + 1;
        live &= ~UINT64_C(0) << after / WORD_BITS;
        hit.second = next_rule(index, rows, live, after, none);
    }
    return hit;
}

/* Intervals ascend and do not meet, so the first that does not end before the
 * value settles it. */
static bool within(const samme_interval *intervals, uint32_t count, int64_t value) {
    for (uint32_t i = 0; i < count; i++)
        if (value <= intervals[i].high)
            return value >= intervals[i].low;
    return false;
}

uint32_t samme_when_fails(const samme_table *table, samme_when when,
                          const samme_input_values *values) {
    uint32_t at = 0;
    for (; at < when.count; at++) {
        const samme_cell *cell = &table->cells[when.first + at];
        if (!within(table->intervals + cell->first, cell->count, values->value[cell->input]))
            break;
    }
    return at;
}

samme_hit samme_table_walk(const samme_table *table, const samme_input_values *values) {
    samme_hit hit = {.first = table->rule_count, .second = table->rule_count};
    for (size_t i = 0; i < table->rule_count; i++) {
        if (samme_when_fails(table, table->rules[i].when, values) < table->rules[i].when.count)
            continue;
        if (hit.first == table->rule_count)
            hit.first = i;
        else
            hit.second = i;
        if (!table->unique || hit.second < table->rule_count)
            break;
    }
    return hit;
}
