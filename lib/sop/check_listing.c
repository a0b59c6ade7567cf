/* The documents that are lists: rules, questions, lines, reasons; and the bulletin. */
#include "base/calendar.h"
#include "base/money.h"
#include "sop/checking.h"

#define FOLLOW_UP_MONTHS_MAX 120u
#define AFTER_DAYS_MAX       366u
#define WEIGHT_MAX           100u
#define KEPT_DAYS_MAX        36525u /* a hundred years */

static const char *conduct_id(const void *elements, size_t at) {
    Samme__ConductRule *const *rules = elements;
    return rules[at]->id;
}
static const char *question_id(const void *elements, size_t at) {
    Samme__Question *const *questions = elements;
    return questions[at]->id;
}
static const char *item_id(const void *elements, size_t at) {
    Samme__ScorecardItem *const *items = elements;
    return items[at]->id;
}
static const char *follow_up_id(const void *elements, size_t at) {
    Samme__FollowUpRule *const *rules = elements;
    return rules[at]->id;
}
static const char *kept_id(const void *elements, size_t at) {
    Samme__RetentionRule *const *rules = elements;
    return rules[at]->what;
}
static const char *reason_id(const void *elements, size_t at) {
    Samme__Reason *const *reasons = elements;
    return reasons[at]->code;
}

/* `value` is the address of the field within `holder`. */
static void check_range(const samme_checking *in, const uint32_t *value, const void *holder,
                        const char *id, const char *field, uint32_t lowest, uint32_t highest) {
    if (*value >= lowest && *value <= highest)
        return;
    samme_document_place place = samme_place_of(in->document, value, holder, id);
    samme_wrong(in, "number_range", &place, "%s: expected %u to %u, found %u", field, lowest,
                highest, *value);
}

static bool check_date(const samme_checking *in, const Samme__Bulletin *bulletin, const char *date,
                       const char *field, int32_t *out_day) {
    if (date[0] == 0)
        return false;
    if (samme_date_parse(date, out_day) == SAMME_OK)
        return true;
    samme_document_place place = samme_place_of(in->document, date, bulletin, NULL);
    samme_wrong(in, "date_form", &place, "%s: expected a date as 2026-11-01, found \"%.40s\"",
                field, date);
    return false;
}

static void check_codes(const samme_checking *in, const Samme__Bulletin *bulletin,
                        char *const *codes, size_t count, const char *field) {
    if (count > SAMME_SOP_SKUS_MAX) {
        (void)samme_check_count(in, bulletin, NULL, field, count, SAMME_SOP_SKUS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        samme_document_place place = samme_place_of(in->document, codes[i], bulletin, NULL);
        if (codes[i][0] == 0 || strlen(codes[i]) > SAMME_SOP_ID_MAX_BYTES)
            samme_wrong(in, "id_form", &place, "%s: expected 1 to %u bytes, found \"%.80s\"", field,
                        SAMME_SOP_ID_MAX_BYTES, codes[i]);
        else
            samme_check_line(in, codes[i], bulletin, NULL, field);
    }
}

void samme_check_bulletin(const samme_checking *in) {
    const Samme__Bulletin *bulletin = (const void *)in->document->message;
    int32_t from = 0, until = 0;
    samme_check_chosen(in, bulletin->kind, bulletin, NULL, "kind",
                       &samme__bulletin__kind__descriptor);
    check_codes(in, bulletin, bulletin->categories, bulletin->n_categories, "categories");
    check_codes(in, bulletin, bulletin->skus, bulletin->n_skus, "skus");
    bool begins = check_date(in, bulletin, bulletin->from, "from", &from);
    bool ends = check_date(in, bulletin, bulletin->until, "until", &until);
    if (!begins || !ends || from <= until)
        return;
    samme_document_place place = samme_place_of(in->document, bulletin->until, bulletin, NULL);
    samme_wrong(in, "dates_order", &place, "until: expected %s or a later day, found %s",
                bulletin->from, bulletin->until);
}

static void check_amount(const samme_checking *in, const Samme__FollowUpRule *rule,
                         const Samme__Amount *amount) {
    int64_t units = 0;
    samme_document_place place = samme_place_of(in->document, amount, rule, rule->id);
    if (!samme_currency_valid(amount->key))
        samme_wrong(in, "currency_form", &place,
                    "min_paid: expected a currency as DKK, found \"%.20s\"", amount->key);
    else if (samme_decimal_parse(amount->value, samme_currency_digits(amount->key), false,
                                 &units) != SAMME_OK ||
             units < 0)
        samme_wrong(in, "amount_form", &place,
                    "min_paid: expected an amount of %s of at least 0 with at most %u decimals, "
                    "found \"%.40s\"",
                    amount->key, samme_currency_digits(amount->key), amount->value);
}

void samme_check_follow_ups(const samme_checking *in) {
    const Samme__FollowUps *document = (const void *)in->document->message;
    if (!samme_check_count(in, document, NULL, "rules", document->n_rules, SAMME_SOP_ITEMS_MAX))
        return;
    samme_check_ids(in, document->rules, document->n_rules, follow_up_id, "rule");
    for (size_t i = 0; i < document->n_rules; i++) {
        const Samme__FollowUpRule *rule = document->rules[i];
        samme_check_chosen(in, rule->channel, rule, rule->id, "channel",
                           &samme__follow_up_rule__channel__descriptor);
        check_range(in, &rule->after_months, rule, rule->id, "after_months", 1,
                    FOLLOW_UP_MONTHS_MAX);
        if (rule->category[0] != 0 && strlen(rule->category) > SAMME_SOP_ID_MAX_BYTES) {
            samme_document_place place =
                samme_place_of(in->document, rule->category, rule, rule->id);
            samme_wrong(in, "id_form", &place, "category: expected a code of chain.yaml");
        }
        if (!samme_check_count(in, rule, rule->id, "min_paid", rule->n_min_paid,
                               SAMME_SOP_LANGUAGES_MAX))
            continue;
        for (size_t k = 0; k < rule->n_min_paid; k++)
            check_amount(in, rule, rule->min_paid[k]);
    }
}

/* How many of a line's texts use the name. */
static size_t named_texts(const Samme__ClosingLine *line) {
    size_t named = 0;
    for (size_t i = 0; i < line->n_texts; i++)
        named += strstr(line->texts[i]->value, "{name}") != NULL;
    return named;
}

/* Whoever is known is named; whoever is not needs a line that does without. */
static void check_occasion(const samme_checking *in, const Samme__Closings *document, int occasion,
                           const char *name) {
    const Samme__ClosingLine *first = NULL;
    size_t lines = 0, named = 0;
    for (size_t i = 0; i < document->n_lines; i++) {
        const Samme__ClosingLine *line = document->lines[i];
        if ((int)line->occasion != occasion)
            continue;
        first = first == NULL ? line : first;
        lines++;
        named += named_texts(line) > 0;
        samme_document_place place = samme_place_of(in->document, NULL, line, name);
        if (named_texts(line) > 0 && named_texts(line) < line->n_texts)
            samme_document_findings_add(
                in->findings, SAMME_SEVERITY_WAIVABLE, "closing_name_uneven", &place,
                "expected {name} in every language of the line or in none, found it in %zu of %zu",
                named_texts(line), line->n_texts);
    }
    samme_document_place place = samme_place_of(in->document, NULL, first, name);
    if (lines > 0 && named == 0)
        samme_document_findings_add(in->findings, SAMME_SEVERITY_WAIVABLE, "closing_name_unused",
                                    &place, "expected a line of %s with {name}, found none", name);
    if (lines > 0 && named == lines)
        samme_document_findings_add(in->findings, SAMME_SEVERITY_NOTE, "closing_needs_name", &place,
                                    "no line of %s does without {name}: customers whose name is "
                                    "not known hear none",
                                    name);
}

void samme_check_closings(const samme_checking *in) {
    const Samme__Closings *document = (const void *)in->document->message;
    const ProtobufCEnumDescriptor *occasions = &samme__procedure__occasion__descriptor;
    if (!samme_check_count(in, document, NULL, "lines", document->n_lines, SAMME_SOP_ITEMS_MAX))
        return;
    for (size_t i = 0; i < document->n_lines; i++)
        samme_check_chosen(in, document->lines[i]->occasion, document->lines[i], NULL, "occasion",
                           occasions);
    for (int i = 1; i < (int)occasions->n_values; i++)
        check_occasion(in, document, i, samme_enum_name(occasions, i));
}

static void check_survey(const samme_checking *in, const Samme__Survey *survey) {
    check_range(in, &survey->after_days, survey, NULL, "after_days", 0, AFTER_DAYS_MAX);
    (void)samme_check_count(in, survey, NULL, "when", survey->n_when, SAMME_SOP_CHOICES_MAX);
    if (!samme_check_count(in, survey, NULL, "questions", survey->n_questions, SAMME_SOP_ITEMS_MAX))
        return;
    samme_check_ids(in, survey->questions, survey->n_questions, question_id, "question");
    for (size_t i = 0; i < survey->n_questions; i++)
        samme_check_chosen(in, survey->questions[i]->kind, survey->questions[i],
                           survey->questions[i]->id, "kind", &samme__question__kind__descriptor);
}

static void check_scorecard(const samme_checking *in, const Samme__Scorecard *scorecard) {
    if (!samme_check_count(in, scorecard, NULL, "items", scorecard->n_items, SAMME_SOP_ITEMS_MAX))
        return;
    samme_check_ids(in, scorecard->items, scorecard->n_items, item_id, "item");
    for (size_t i = 0; i < scorecard->n_items; i++)
        check_range(in, &scorecard->items[i]->weight, scorecard->items[i], scorecard->items[i]->id,
                    "weight", 1, WEIGHT_MAX);
}

static void check_retention(const samme_checking *in, const Samme__Retention *document) {
    if (!samme_check_count(in, document, NULL, "rules", document->n_rules, SAMME_SOP_ITEMS_MAX))
        return;
    samme_check_ids(in, document->rules, document->n_rules, kept_id, "rule");
    for (size_t i = 0; i < document->n_rules; i++) {
        const Samme__RetentionRule *rule = document->rules[i];
        check_range(in, &rule->days, rule, rule->what, "days", 1, KEPT_DAYS_MAX);
        samme_check_line(in, rule->why, rule, rule->what, "why");
    }
}

void samme_check_reason_code(const samme_checking *in, const Samme__Reason *reason) {
    bool spelled =
        strspn(reason->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(reason->code);
    if (spelled && samme_id_valid(reason->code))
        return;
    samme_document_place place = samme_place_of(in->document, reason->code, reason, reason->code);
    samme_wrong(in, "id_form", &place, "code: expected 1 to %u of A-Z 0-9 _, found \"%.80s\"",
                SAMME_SOP_ID_MAX_BYTES, reason->code);
}

static void check_reasons(const samme_checking *in, const Samme__Reasons *document) {
    if (!samme_check_count(in, document, NULL, "reasons", document->n_reasons,
                           SAMME_SOP_REASONS_MAX))
        return;
    samme_check_ids(in, document->reasons, document->n_reasons, reason_id, "reason");
    for (size_t i = 0; i < document->n_reasons; i++)
        if (samme_id_valid(document->reasons[i]->code)) /* else it was said above */
            samme_check_reason_code(in, document->reasons[i]);
}

static void check_conduct(const samme_checking *in, const Samme__Conduct *conduct) {
    if (samme_check_count(in, conduct, NULL, "rules", conduct->n_rules, SAMME_SOP_ITEMS_MAX))
        samme_check_ids(in, conduct->rules, conduct->n_rules, conduct_id, "rule");
}

void samme_check_listing(const samme_checking *in) {
    const void *message = in->document->message;
    if (in->document->kind == SAMME_DOCUMENT_CONDUCT)
        check_conduct(in, message);
    else if (in->document->kind == SAMME_DOCUMENT_SURVEY)
        check_survey(in, message);
    else if (in->document->kind == SAMME_DOCUMENT_SCORECARD)
        check_scorecard(in, message);
    else if (in->document->kind == SAMME_DOCUMENT_RETENTION)
        check_retention(in, message);
    else if (in->document->kind == SAMME_DOCUMENT_REASONS)
        check_reasons(in, message);
}
