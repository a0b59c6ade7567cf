/* Target: samme_decimal_parse, samme_u64_parse, samme_i64_parse, samme_money_slice,
 * samme_money_percent. The first byte says how many decimals, its highest bit whether to round. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

enum { TEXT_BYTES = 64 };

static void format_decimal(int64_t units, unsigned digits, char out[static TEXT_BYTES]) {
    uint64_t scale = 1, size = units < 0 ? 0 - (uint64_t)units : (uint64_t)units;
    for (unsigned i = 0; i < digits; i++)
        scale *= 10;
    if (digits == 0)
        snprintf(out, TEXT_BYTES, "%s%" PRIu64, units < 0 ? "-" : "", size);
    else
        snprintf(out, TEXT_BYTES, "%s%" PRIu64 ".%0*" PRIu64, units < 0 ? "-" : "", size / scale,
                 (int)digits, size % scale);
}

/* What was read is read again from its own full form, when that has few enough digits. */
static void check_decimal(const char *text, unsigned digits, bool round) {
    int64_t units, again, rounded;
    if (samme_decimal_parse(text, digits, round, &units) != SAMME_OK)
        return;
    FUZZ_MUST(strspn(text, "-.0123456789") == strlen(text));
    char full[TEXT_BYTES];
    format_decimal(units, digits, full);
    if (strspn(full, "-0123456789") + digits <= 18)
        FUZZ_MUST(samme_decimal_parse(full, digits, false, &again) == SAMME_OK && again == units);
    if (!round) /* nothing was to be rounded */
        FUZZ_MUST(samme_decimal_parse(text, digits, true, &rounded) == SAMME_OK &&
                  rounded == units);
}

static void check_integers(samme_span text) {
    char again[TEXT_BYTES];
    uint64_t natural;
    int64_t integer;
    if (samme_u64_parse(text, &natural) == SAMME_OK) {
        snprintf(again, sizeof again, "%" PRIu64, natural);
        FUZZ_MUST(samme_span_equal(text, samme_span_of_text(again)));
    }
    if (samme_i64_parse(text, &integer) == SAMME_OK) {
        snprintf(again, sizeof again, "%" PRId64, integer);
        FUZZ_MUST(samme_span_equal(text, samme_span_of_text(again)));
    }
}

/* Slices that meet sum to the whole; a share is never more than the whole. */
static void check_money(fuzz_input input) {
    int64_t paid = (int64_t)fuzz_u64(&input), quantity = (int64_t)fuzz_u64(&input),
            cut = (int64_t)fuzz_u64(&input), left, right, share;
    samme_status first = samme_money_slice(paid, quantity, 0, cut, &left);
    if (first == SAMME_OK && samme_money_slice(paid, quantity, cut, quantity, &right) == SAMME_OK)
        FUZZ_MUST(left >= 0 && right >= 0 && left <= paid && left + right == paid);
    if (samme_money_percent(paid, cut % 10001, &share) == SAMME_OK)
        FUZZ_MUST(share >= 0 && share <= paid);
    if (samme_money_percent(paid, cut, &share) == SAMME_OK)
        FUZZ_MUST(share >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = fuzz_open(data, size);
    check_money(input);
    uint8_t choice = fuzz_u8(&input);
    samme_span rest = fuzz_rest(&input);
    check_integers(rest);
    char *text = fuzz_text(rest);
    check_decimal(text, (choice & 0x7fu) % 19, (choice & 0x80) != 0);
    free(text);
    return 0;
}
