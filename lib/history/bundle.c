/* Lines that were sold together at a price that none of them has alone. */
#include "base/money.h"
#include "history/facts.h"
#include "history/slices.h"

/* A promotion group as it would be after this line. */
typedef struct bundle {
    int64_t paid;     /* for all of it */
    int64_t refunded; /* money that went back */
    int64_t rest;     /* list price of what is kept */
    bool kept;        /* something is */
    bool priced;      /* all that is kept has a list price */
} bundle;

/* Adds what this return takes back of the line, and pays for it: the lines before this one, and
 * this one. */
static void add_return(const samme_asking *asking, uint32_t no, samme_line_sum *sum) {
    for (size_t i = 0; i < asking->before_count; i++) {
        const Samme__LineDecision *line = asking->before[i];
        if (line->no != no || line->answer == NULL || line->answer->refund <= 0)
            continue;
        sum->quantity = samme_add_up(sum->quantity, line->quantity);
        sum->refund = samme_add_up(sum->refund, line->answer->refund);
    }
    if (asking->line->no == no)
        sum->quantity = samme_add_up(sum->quantity, asking->line->quantity);
}

static samme_status add_line(const samme_rows *rows, const samme_asking *asking,
                             const Samme__Sale *sale, const Samme__SaleLine *line, bundle *out) {
    samme_line_sum sum;
    samme_row_key receipt_key;
    samme_status status = samme_receipt_key(sale->receipt, &receipt_key);
    if (status == SAMME_OK)
        status = samme_used(rows, &receipt_key, line->no, asking, &sum);
    if (status != SAMME_OK)
        return status;
    add_return(asking, line->no, &sum);
    out->paid = samme_add_up(out->paid, line->paid);
    out->refunded = samme_add_up(out->refunded, sum.refund);
    if (sum.quantity >= line->quantity)
        return SAMME_OK;
    int64_t rest = 0;
    out->kept = true;
    if (line->has_list_price_case == SAMME__SALE_LINE__HAS_LIST_PRICE__NOT_SET ||
        samme_money_slice(line->list_price, line->quantity, 0, line->quantity - sum.quantity,
                          &rest) != SAMME_OK)
        out->priced = false;
    out->rest = samme_add_up(out->rest, rest);
    return SAMME_OK;
}

samme_status samme_bundle_facts(const samme_rows *rows, const samme_asking *asking,
                                const Samme__Sale *sale, const Samme__SaleLine *sold,
                                Samme__Facts *facts) {
    bundle group = {.priced = true};
    size_t lines = 0;
    facts->bundle_broken = SAMME__YES_NO__no;
    if (sold->promo_group[0] == 0)
        return SAMME_OK;
    for (size_t i = 0; i < sale->n_lines; i++)
        lines += strcmp(sale->lines[i]->promo_group, sold->promo_group) == 0;
    if (lines > SAMME_BUNDLE_LINES_MAX) {
        facts->bundle_broken = SAMME__YES_NO__yes_no_unset;
        return SAMME_OK;
    }
    for (size_t i = 0; i < sale->n_lines; i++) {
        if (strcmp(sale->lines[i]->promo_group, sold->promo_group) != 0)
            continue;
        samme_status status = add_line(rows, asking, sale, sale->lines[i], &group);
        if (status != SAMME_OK)
            return status;
    }
    facts->bundle_broken = group.kept ? SAMME__YES_NO__yes : SAMME__YES_NO__no;
    facts->has_bundle_paid_case = SAMME__FACTS__HAS_BUNDLE_PAID_BUNDLE_PAID;
    facts->bundle_paid = group.paid > group.refunded ? group.paid - group.refunded : 0;
    if (group.priced) {
        facts->has_bundle_rest_case = SAMME__FACTS__HAS_BUNDLE_REST_BUNDLE_REST;
        facts->bundle_rest = group.rest;
    }
    return SAMME_OK;
}
