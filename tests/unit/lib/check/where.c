#include "where.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/fields.h"
#include "wire/names.h"

static const struct {
    const char *code, *under;
} tree[] = {{"food", ""}, {"fresh", "food"}, {"dry", "food"}, {"tools", ""}};

/* A fact as text; false: absent. */
static bool show(const Samme__Facts *facts, const char *name, char *out) {
    const ProtobufCFieldDescriptor *field =
        samme_field_named(&samme__facts__descriptor, samme_span_of_text(name));
    cr_assert_not_null(field, "%s", name);
    const void *slot = samme_field_of(&facts->base, field);
    if (strcmp(name, "member_tier") == 0) {
        sprintf(out, "%s", facts->member_tier[0] != 0 ? facts->member_tier : "none");
        return true;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        sprintf(out, "%.40s", *(const char *const *)slot);
        return out[0] != 0;
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        sprintf(out, "%s", samme_enum_name(field->descriptor, *(const int *)slot));
        return *(const int *)slot != 0;
    }
    sprintf(out, "%lld", (long long)*(const int64_t *)slot);
    if (strcmp(name, "line_paid") == 0 && strcmp(facts->currency, "JPY") != 0)
        sprintf(out, "%lld.%02lld", (long long)facts->line_paid / 100,
                (long long)facts->line_paid % 100);
    return samme_field_case(&facts->base, field) != 0;
}

static bool is_number(const char *text) {
    return strspn(text, "-0123456789.") == strlen(text) && strchr(text + 1, '-') == NULL;
}

static int compare(const char *a, const char *b) {
    if (is_number(a) && is_number(b))
        return (atof(a) > atof(b)) - (atof(a) < atof(b));
    return strcmp(a, b);
}

static bool is_under(const char *code, const char *above) {
    for (;;) {
        if (strcmp(code, above) == 0)
            return true;
        size_t at = 0;
        while (strcmp(tree[at].code, code) != 0)
            at++;
        if (tree[at].under[0] == 0)
            return false;
        code = tree[at].under;
    }
}

static bool item_holds(const char *name, const char *value, char *item) {
    if (item[0] == '[') {
        char *dots = strstr(item, "..");
        *dots = 0;
        dots[strlen(dots + 2) + 1] = 0;
        return compare(value, item + 1) >= 0 && compare(value, dots + 2) <= 0;
    }
    if (strncmp(item, "<= ", 3) == 0)
        return compare(value, item + 3) <= 0;
    if (strncmp(item, ">= ", 3) == 0)
        return compare(value, item + 3) >= 0;
    if (strcmp(name, "category") != 0)
        return compare(value, item) == 0;
    char *alone = strstr(item, " alone");
    if (alone != NULL)
        *alone = 0;
    return alone != NULL ? strcmp(value, item) == 0 : is_under(value, item);
}

static bool list_holds(const char *name, const char *value, const char *list) {
    char copy[4096], *rest = NULL;
    sprintf(copy, "%.4000s", list);
    bool any = false;
    for (char *item = strtok_r(copy, ",", &rest); item != NULL; item = strtok_r(NULL, ",", &rest))
        any = any || item_holds(name, value, item + strspn(item, " "));
    return any;
}

static bool test_holds(const char *name, bool present, const char *value, const char *test) {
    if (strcmp(test, "absent") == 0)
        return !present;
    const size_t or_absent = strlen("absent or ");
    bool takes_absent = strncmp(test, "absent or ", or_absent) == 0;
    if (!present)
        return takes_absent;
    test += takes_absent ? or_absent : 0;
    if (strcmp(test, "given") == 0)
        return true;
    char list[4096];
    bool negated = strncmp(test, "not(", 4) == 0;
    sprintf(list, "%.4000s", test + (negated ? 4 : 0));
    if (negated)
        list[strlen(list) - 1] = 0;
    return list_holds(name, value, list) != negated;
}

static bool clock_holds(const char *name, const clocks *made, const char *test) {
    char value[32];
    if (strcmp(name, "deadlines") == 0)
        return (strcmp(test, "the same") == 0) == made->same_deadline;
    if (strcmp(name, "money") == 0)
        return (strcmp(test, "the same") == 0) == made->same_money;
    const int at = strstr(name, "(B)") != NULL ? 1 : 0;
    sprintf(value, "%ld", made->days[at]);
    return test_holds(name, made->given[at], value, test);
}

bool where_holds(const char *where, const Samme__Facts *facts, const clocks *made) {
    char copy[8192], value[64], *rest = NULL;
    if (strcmp(where, "all facts") == 0)
        return true;
    sprintf(copy, "%.8000s", where);
    for (char *side = strtok_r(copy, ";", &rest); side != NULL; side = strtok_r(NULL, ";", &rest)) {
        side += strspn(side, " ");
        char *colon = strstr(side, ": ");
        cr_assert_not_null(colon, "%s", where);
        *colon = 0;
        const bool is_made = strncmp(side, "days_left", 9) == 0 || strcmp(side, "deadlines") == 0 ||
                             strcmp(side, "money") == 0;
        bool holds = is_made ? clock_holds(side, made, colon + 2)
                             : test_holds(side, show(facts, side, value), value, colon + 2);
        if (!holds)
            return false;
    }
    return true;
}
