#include "journal/tally.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "history/entry.h"
#include "journal/difference.h"
#include "journal/packed.h"

enum { CASES_SHOWN = 4, CASES_BYTES = CASES_SHOWN * (SAMME_CASE_CODE_MAX_BYTES + 1) };

/* The value of a rule's row; its key is branch, currency, 0, rule. */
typedef struct rule_row {
    uint64_t lines, differing;
    int64_t refund_due, refund_said;
    unsigned cases;
    char codes[CASES_BYTES + 1];
} rule_row;

struct samme_tally {
    samme_map *branches; /* u32 -> samme_branch_tally */
    samme_map *rules;
    samme_till_numbers tills;
    samme_arena scratch;
    bool full;
};

samme_tally *samme_tally_new(void) {
    samme_tally *tally = calloc(1, sizeof *tally);
    if (tally == NULL)
        return NULL;
    samme_arena_init(&tally->scratch, SAMME_FOLD_SCRATCH_BYTES);
    tally->branches = samme_map_new();
    tally->rules = samme_map_new();
    if (samme_till_numbers_init(&tally->tills) == SAMME_OK && tally->branches != NULL &&
        tally->rules != NULL)
        return tally;
    samme_tally_free(tally);
    return NULL;
}

void samme_tally_free(samme_tally *tally) {
    if (tally == NULL)
        return;
    samme_map_free(tally->branches);
    samme_map_free(tally->rules);
    samme_till_numbers_free(&tally->tills);
    samme_arena_free(&tally->scratch);
    free(tally);
}

bool samme_tally_full(const samme_tally *tally) {
    return tally->full || tally->tills.full;
}

/* --- asserted facts */
static const ProtobufCEnumDescriptor *enum_of(samme_asserted fact) {
    switch (fact) {
    case SAMME_ASSERTED_CLAIM_TYPE:
        return &samme__claim_type__descriptor;
    case SAMME_ASSERTED_CONDITION:
        return &samme__condition__descriptor;
    case SAMME_ASSERTED_RECEIPT_KIND:
        return &samme__receipt_kind__descriptor;
    case SAMME_ASSERTED_WISH:
        return &samme__wish__descriptor;
    case SAMME_ASSERTED_REPAIR_ATTEMPTS:
    case SAMME_ASSERTED_RECORDED_LATER:
    case SAMME_ASSERTED_COUNT:
        break;
    }
    return NULL;
}

const char *samme_asserted_name(samme_asserted fact) {
    static const char *const names[] = {"claim_type", "condition",       "receipt_kind",
                                        "wish",       "repair_attempts", "recorded_later"};
    return fact < SAMME_ASSERTED_COUNT ? names[fact] : "?";
}

/* Values of an enumeration are 0, 1, 2 and so on; the one behind them stands for all others. */
const char *samme_asserted_value(samme_asserted fact, unsigned value) {
    static const char *const attempts[] = {"absent", "0", "1", "2", "3", "4 or more"};
    static const char *const later[] = {"no", "yes"};
    const ProtobufCEnumDescriptor *type = enum_of(fact);
    if (fact == SAMME_ASSERTED_RECORDED_LATER)
        return value < sizeof later / sizeof *later ? later[value] : NULL;
    if (type == NULL)
        return value < sizeof attempts / sizeof *attempts ? attempts[value] : NULL;
    if (value > type->n_values)
        return NULL;
    return value < type->n_values ? samme_enum_name(type, (int)value) : "other";
}

static unsigned value_of_enum(samme_asserted fact, int value) {
    const unsigned others = enum_of(fact)->n_values;
    return value >= 0 && (unsigned)value < others ? (unsigned)value : others;
}

static unsigned value_of_attempts(const Samme__ReturnOpened *opened) {
    if (opened->has_repair_attempts_case == 0)
        return 0;
    return opened->repair_attempts < 4 ? opened->repair_attempts + 1 : 5;
}

static samme_branch_tally find_branch(const samme_tally *tally, uint32_t branch) {
    uint8_t key[4];
    samme_map_entry held;
    samme_branch_tally one = {.branch = branch};
    samme_put_u32(key, branch);
    if (samme_map_get(tally->branches, SAMME_SPAN(key, sizeof key), &held))
        memcpy(&one, held.value.data, sizeof one);
    return one;
}

static samme_status put_branch(samme_tally *tally, const samme_branch_tally *one) {
    uint8_t key[4];
    samme_put_u32(key, one->branch);
    const samme_span at = SAMME_SPAN(key, sizeof key);
    if (samme_map_count(tally->branches) >= SAMME_TALLY_MAX &&
        !samme_map_get(tally->branches, at, NULL)) {
        tally->full = true;
        return SAMME_OK;
    }
    return samme_map_put(tally->branches, at, SAMME_SPAN(one, sizeof *one), 0);
}

static samme_status count_case(samme_tally *tally, uint32_t branch,
                               const Samme__ReturnOpened *opened) {
    samme_branch_tally one = find_branch(tally, branch);
    const unsigned values[SAMME_ASSERTED_COUNT] = {
        value_of_enum(SAMME_ASSERTED_CLAIM_TYPE, (int)opened->claim_type),
        value_of_enum(SAMME_ASSERTED_CONDITION, (int)opened->condition),
        value_of_enum(SAMME_ASSERTED_RECEIPT_KIND, (int)opened->receipt_kind),
        value_of_enum(SAMME_ASSERTED_WISH, (int)opened->wish),
        value_of_attempts(opened),
        opened->recorded_later ? 1 : 0,
    };
    one.cases++;
    for (unsigned fact = 0; fact < SAMME_ASSERTED_COUNT; fact++)
        one.asserted[fact][values[fact]]++;
    return put_branch(tally, &one);
}

samme_status samme_tally_entry(void *self, const samme_position *position, samme_span bytes) {
    enum { TAG_OF_KIND = 0x08, CLEAR = 9 };
    samme_tally *tally = self;
    if (bytes.length < 3 || bytes.data[0] != TAG_OF_KIND)
        return SAMME_OK; /* not as we write them; the kind is asked for cheaply or not at all */
    if (bytes.data[1] == SAMME__EVENT_KIND__sale)
        return samme_till_numbers_sale(&tally->tills, position->branch,
                                       samme_packed_bytes(bytes, CLEAR));
    if (bytes.data[1] != SAMME__EVENT_KIND__return_opened)
        return SAMME_OK;
    samme_entry entry;
    samme_arena_reset(&tally->scratch);
    samme_status status = samme_entry_open(bytes, &tally->scratch, &entry, NULL);
    if (status != SAMME_OK)
        return SAMME_NO_MEMORY; /* the fold has just opened the same bytes */
    return count_case(tally, position->branch, entry.body.return_opened);
}

/* --- answers */
static samme_status count_rule(samme_tally *tally, const samme_audited_line *line, bool differs) {
    const Samme__Answer *due = line->proper != NULL ? line->proper : line->again;
    samme_buffer key;
    samme_buffer_init(&key, 4096);
    samme_buffer_u32(&key, line->position->branch);
    samme_buffer_append_text(&key,
                             (line->facts != NULL ? line->facts : line->said->facts)->currency);
    samme_buffer_u8(&key, 0);
    samme_buffer_printf(&key, "%s/%s", due->policy, due->rule);
    samme_status status = samme_buffer_status(&key);
    const samme_span at = samme_buffer_span(&key);
    samme_map_entry held;
    rule_row row = {0};
    const bool known = status == SAMME_OK && samme_map_get(tally->rules, at, &held);
    if (known)
        memcpy(&row, held.value.data, sizeof row);
    row.lines++;
    if (differs) {
        row.differing++;
        row.refund_due += due->refund;
        row.refund_said += line->said->answer->refund;
        if (row.cases++ < CASES_SHOWN)
            snprintf(row.codes + strlen(row.codes), sizeof row.codes - strlen(row.codes), "%s%s",
                     row.codes[0] != 0 ? " " : "", line->decided->case_code);
    }
    if (status == SAMME_OK && !known && samme_map_count(tally->rules) == SAMME_TALLY_MAX)
        tally->full = true;
    else if (status == SAMME_OK)
        status = samme_map_put(tally->rules, at, SAMME_SPAN(&row, sizeof row), 0);
    samme_buffer_free(&key);
    return status == SAMME_TOO_LARGE ? SAMME_OK : status;
}

samme_status samme_tally_line(void *self, const samme_audited_line *line) {
    samme_tally *tally = self;
    samme_difference ignored;
    const Samme__Answer *due = line->proper != NULL ? line->proper : line->again;
    if (due == NULL)
        return SAMME_OK;
    const bool differs = samme_answers_differ(due, line->said->answer, &ignored);
    samme_branch_tally one = find_branch(tally, line->position->branch);
    one.lines++;
    one.differing += differs;
    one.later += line->undated != NULL;
    one.undated +=
        line->undated != NULL && samme_answers_differ(line->undated, line->said->answer, &ignored);
    samme_status status = put_branch(tally, &one);
    return status == SAMME_OK ? count_rule(tally, line, differs) : status;
}

/* --- what came out */
void samme_tally_branches(const samme_tally *tally,
                          void (*visit)(void *context, const samme_branch_tally *one),
                          void *context) {
    samme_map_entry at;
    for (bool more = samme_map_at_or_after(tally->branches, SAMME_SPAN(NULL, 0), &at); more;
         more = samme_map_after(tally->branches, at.key, &at)) {
        samme_branch_tally one;
        memcpy(&one, at.value.data, sizeof one);
        visit(context, &one);
    }
}

void samme_tally_rules(const samme_tally *tally,
                       void (*visit)(void *context, const samme_rule_tally *one), void *context) {
    samme_map_entry at;
    for (bool more = samme_map_at_or_after(tally->rules, SAMME_SPAN(NULL, 0), &at); more;
         more = samme_map_after(tally->rules, at.key, &at)) {
        rule_row row;
        char text[4096];
        memcpy(&row, at.value.data, sizeof row);
        const size_t length = at.key.length - 4;
        memcpy(text, at.key.data + 4, length);
        text[length] = 0;
        const samme_rule_tally one = {.branch = samme_get_u32(at.key.data),
                                      .currency = text,
                                      .rule = text + strlen(text) + 1,
                                      .lines = row.lines,
                                      .differing = row.differing,
                                      .refund_due = row.refund_due,
                                      .refund_said = row.refund_said,
                                      .cases = row.codes};
        visit(context, &one);
    }
}

void samme_tally_tills(const samme_tally *tally,
                       void (*visit)(void *context, const samme_till_tally *one), void *context) {
    samme_till_numbers_visit(&tally->tills, visit, context);
}
