#include <criterion/criterion.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/prng.h"
#include "cli/importing/cancellation.h"
#include "cli/importing/pairing.h"

/* The plain way: all purchases in a row, the newest that fits is searched from the end. */
enum { EVENTS = 400, CUSTOMERS = 4, ITEMS = 3 };
typedef struct model {
    struct {
        unsigned customer, item;
        samme_taken_back bought;
    } purchases[EVENTS];
    size_t count;
} model;

static bool model_take(model *in, unsigned customer, unsigned item, int64_t quantity,
                       samme_taken_back *out) {
    for (size_t i = in->count; i-- > 0;) {
        if (in->purchases[i].customer != customer || in->purchases[i].item != item ||
            in->purchases[i].bought.quantity == 0)
            continue;
        *out = in->purchases[i].bought;
        if (out->quantity > quantity)
            out->quantity = quantity;
        in->purchases[i].bought.quantity -= out->quantity;
        return true;
    }
    return false;
}

Test(import_pairing, agrees_with_a_plain_search) {
    for (uint64_t seed = 1; seed <= 200; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        model plain = {.count = 0};
        samme_pairing *pairing = samme_pairing_new(EVENTS);
        for (uint32_t event = 0; event < EVENTS; event++) {
            unsigned customer = (unsigned)samme_prng_below(&prng, CUSTOMERS),
                     item = (unsigned)samme_prng_below(&prng, ITEMS);
            /* names that would be one when put together without care */
            static const char *const customers[CUSTOMERS] = {"1", "11", "12345.0", "1 "};
            static const char *const items[ITEMS] = {"1", "11", "85123A"};
            int64_t quantity = 1 + (int64_t)samme_prng_below(&prng, 12);
            if (samme_prng_chance(&prng, 600)) {
                samme_taken_back bought = {
                    .receipt = event / 3, .line = event, .quantity = quantity};
                plain.purchases[plain.count].customer = customer;
                plain.purchases[plain.count].item = item;
                plain.purchases[plain.count++].bought = bought;
                cr_assert_eq(samme_pairing_buy(pairing, customers[customer], items[item], bought),
                             SAMME_OK);
                continue;
            }
            for (bool more = true; more && quantity > 0;) {
                samme_taken_back expected = {0}, found = {0};
                more = model_take(&plain, customer, item, quantity, &expected);
                bool took =
                    samme_pairing_take(pairing, customers[customer], items[item], quantity, &found);
                cr_assert_eq(took, more, "seed %d event %u", (int)seed, event);
                if (more)
                    cr_assert(found.receipt == expected.receipt && found.line == expected.line &&
                                  found.quantity == expected.quantity,
                              "seed %d event %u: line %u, %d", (int)seed, event, found.line,
                              (int)found.quantity);
                quantity -= found.quantity;
            }
        }
        samme_pairing_free(pairing);
    }
}

Test(import_pairing, is_bounded_and_uses_room_again) {
    samme_pairing *pairing = samme_pairing_new(3);
    samme_taken_back bought = {.receipt = 0, .line = 1, .quantity = 1000}, taken;
    uint32_t receipt;
    for (uint32_t i = 0; i < 3; i++) {
        bought.line = i;
        cr_assert_eq(samme_pairing_buy(pairing, "c", "a", bought), SAMME_OK);
        cr_assert_eq(samme_pairing_receipt(pairing, "1", "2010-12-01", i, &receipt), SAMME_OK);
        cr_assert_eq(receipt, i);
    }
    cr_assert_eq(samme_pairing_buy(pairing, "c", "a", bought), SAMME_FULL);
    cr_assert_eq(samme_pairing_receipt(pairing, "1", "2010-12-01", 0, &receipt), SAMME_FULL);
    cr_assert(samme_pairing_take(pairing, "c", "a", 1000, &taken) && taken.line == 2);
    bought.line = 9;
    cr_assert_eq(samme_pairing_buy(pairing, "c", "b", bought), SAMME_OK);
    cr_assert(samme_pairing_take(pairing, "c", "b", 5000, &taken) && taken.line == 9 &&
              taken.quantity == 1000);
    cr_assert_not(samme_pairing_take(pairing, "c", "b", 1, &taken));
    cr_assert_eq(samme_pairing_sold(pairing, 2)->node, 2);
    cr_assert_str_eq(samme_pairing_sold(pairing, 2)->date, "2010-12-01");
    samme_pairing_free(pairing);
    samme_pairing_free(NULL);
}

/* Returns as they come out, as text. */
static samme_status write_return(void *self, const Samme__ImportReturn *line, samme_error *error) {
    (void)error;
    samme_buffer *out = self;
    samme_buffer_printf(out, "%s from %u to %u:", line->key, line->sold_branch, line->branch);
    cr_assert_eq(line->opened->receipt->branch, line->sold_branch);
    for (size_t i = 0; i < line->opened->n_lines; i++)
        samme_buffer_printf(out, " %u=%d", line->opened->lines[i]->no,
                            (int)line->opened->lines[i]->quantity);
    samme_buffer_u8(out, '\n');
    return SAMME_OK;
}

static samme_returns_of returns_of(const samme_pairing *pairing, const uint32_t *branches,
                                   size_t count, samme_buffer *out) {
    return (samme_returns_of){.number = "C9",
                              .date = "2011-01-01",
                              .till = "1",
                              .branches = branches,
                              .branch_count = count,
                              .pairing = pairing,
                              .self = out,
                              .take_back = write_return};
}

Test(import_pairing, a_cancellation_is_one_return_for_each_receipt_and_names_a_line_once) {
    const uint32_t branches[] = {4};
    samme_pairing *pairing = samme_pairing_new(100);
    samme_cancellation taken = {0};
    samme_buffer out;
    samme_buffer_init(&out, 4096);
    uint32_t first, second;
    cr_assert_eq(samme_pairing_receipt(pairing, "R1", "2010-12-01", 0, &first), SAMME_OK);
    cr_assert_eq(samme_pairing_receipt(pairing, "R2", "2010-12-02", 0, &second), SAMME_OK);
    cr_assert_eq(samme_pairing_buy(pairing, "c", "a", (samme_taken_back){first, 3, 5000}),
                 SAMME_OK);
    cr_assert_eq(samme_pairing_buy(pairing, "c", "b", (samme_taken_back){first, 1, 1000}),
                 SAMME_OK);
    cr_assert_eq(samme_pairing_buy(pairing, "c", "a", (samme_taken_back){second, 7, 2000}),
                 SAMME_OK);
    samme_error error = {0};
    int64_t left = 1000; /* of R2, which has 1000 then */
    cr_assert_eq(samme_cancellation_add(&taken, pairing, "c", "a", &left, &error), SAMME_OK);
    cr_assert_eq(left, 0);
    left = 4000; /* the rest of R2, and 3000 of R1 */
    cr_assert_eq(samme_cancellation_add(&taken, pairing, "c", "a", &left, &error), SAMME_OK);
    cr_assert_eq(left, 0);
    left = 1500; /* more than was bought */
    cr_assert_eq(samme_cancellation_add(&taken, pairing, "c", "b", &left, &error), SAMME_OK);
    cr_assert_eq(left, 500);
    left = 100; /* of nobody */
    cr_assert_eq(samme_cancellation_add(&taken, pairing, "", "a", &left, &error), SAMME_OK);
    cr_assert_eq(left, 100);
    uint64_t count = 0;
    samme_returns_of of = returns_of(pairing, branches, 1, &out);
    cr_assert_eq(samme_cancellation_returns(&taken, &of, &count, &error), SAMME_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(samme_buffer_text(&out),
                     "import:C9:2011-01-01:R1:2010-12-01 from 4 to 4: 1=1000 3=3000\n"
                     "import:C9:2011-01-01:R2:2010-12-02 from 4 to 4: 7=2000\n");
    samme_cancellation_free(&taken);
    samme_pairing_free(pairing);
    samme_buffer_free(&out);
}

/* A node takes 60 lines; the longest cancellation of Online Retail was refused whole. */
Test(import_pairing, a_very_long_return_comes_in_parts_with_keys_of_their_own) {
    const uint32_t branches[] = {4, 5};
    samme_pairing *pairing = samme_pairing_new(5000);
    samme_cancellation taken = {0};
    samme_buffer out;
    samme_buffer_init(&out, 1 << 20);
    uint32_t receipt;
    samme_error error = {0};
    cr_assert_eq(samme_pairing_receipt(pairing, "R1", "2010-12-01", 1, &receipt), SAMME_OK);
    for (uint32_t i = 1; i <= 130; i++)
        cr_assert_eq(samme_pairing_buy(pairing, "c", "a", (samme_taken_back){receipt, i, 1000}),
                     SAMME_OK);
    int64_t left = 130000;
    cr_assert_eq(samme_cancellation_add(&taken, pairing, "c", "a", &left, &error), SAMME_OK);
    uint64_t count = 0;
    samme_returns_of of = returns_of(pairing, branches, 2, &out);
    cr_assert_eq(samme_cancellation_returns(&taken, &of, &count, &error), SAMME_OK);
    cr_assert_eq(count, 3);
    const char *text = samme_buffer_text(&out);
    cr_assert_not_null(strstr(text, "import:C9:2011-01-01:R1:2010-12-01 from 5 to 4: 1=1000"));
    cr_assert_not_null(strstr(text, "import:C9:2011-01-01:R1:2010-12-01:2 from 5 to 4: 61=1000"));
    cr_assert_not_null(strstr(text, "import:C9:2011-01-01:R1:2010-12-01:3 from 5 to 4: 121=1000"));
    samme_cancellation_free(&taken);
    samme_pairing_free(pairing);
    samme_buffer_free(&out);
}
