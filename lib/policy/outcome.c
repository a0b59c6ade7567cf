/* `then` and `missing` to outcomes. */
#include "base/money.h"
#include "policy/compiled.h"

#define CODE_MAX_BYTES 64u

static bool made_of(const char *text, const char *letters) {
    size_t length = strlen(text);
    return length > 0 && length <= CODE_MAX_BYTES && strspn(text, letters) == length;
}

bool samme_code_valid(const char *id) {
    return made_of(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
}

bool samme_reason_valid(const char *reason) {
    return made_of(reason, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

static samme_status compile_percent(samme_compiling *in, const char *name, const char *text,
                                    int64_t *out) {
    if (text[0] == 0 ||
        (samme_decimal_parse(text, 2, false, out) == SAMME_OK && *out >= 0 && *out <= 10000))
        return SAMME_OK;
    return SAMME_WRONG(in, text, "%s: expected 0 to 100 with at most 2 decimals, found \"%.40s\"",
                       name, text);
}

/* A deny pays nothing, so terms of payment there are a slip of the pen. */
static samme_status check_deny(samme_compiling *in, const Samme__Outcome *then,
                               const samme_outcome *out) {
    if (out->percent == 0 && out->fee == 0 && out->fee_percent == 0 &&
        then->refund_to == SAMME__REFUND_TO__refund_to_unset)
        return SAMME_OK;
    return SAMME_WRONG(in, then,
                       "expected no refund_percent, fee, fee_percent or "
                       "refund_to with verdict deny");
}

static samme_status compile_terms(samme_compiling *in, const Samme__Outcome *then,
                                  samme_outcome *out) {
    bool denied = then->verdict == SAMME__VERDICT__deny;
    out->percent = denied ? 0 : 10000;
    samme_status status =
        compile_percent(in, "refund_percent", then->refund_percent, &out->percent);
    if (status == SAMME_OK)
        status = compile_percent(in, "fee_percent", then->fee_percent, &out->fee_percent);
    if (status != SAMME_OK)
        return status;
    if (then->fee[0] != 0 &&
        (samme_decimal_parse(then->fee, SAMME_MONEY_DIGITS, false, &out->fee) != SAMME_OK ||
         out->fee < 0))
        return SAMME_WRONG(in, then->fee,
                           "fee: expected an amount of at least 0 with at most %u decimals, found "
                           "\"%.40s\"",
                           SAMME_MONEY_DIGITS, then->fee);
    if (denied)
        return check_deny(in, then, out);
    out->refund_to = then->refund_to == SAMME__REFUND_TO__refund_to_unset
                         ? SAMME__REFUND_TO__original_tender
                         : then->refund_to;
    return SAMME_OK;
}

static samme_status check_code(samme_compiling *in, const char *name, const char *code) {
    if (code[0] == 0 || samme_code_valid(code))
        return SAMME_OK;
    return SAMME_WRONG(in, code, "%s: expected 1 to %u of a-z A-Z 0-9 _ - ., found \"%.80s\"", name,
                       CODE_MAX_BYTES, code);
}

samme_status samme_outcome_compile(samme_compiling *in, const Samme__Outcome *then,
                                   samme_outcome *out) {
    if (then == NULL || then->verdict == SAMME__VERDICT__verdict_unset)
        return SAMME_WRONG(in, then,
                           "verdict: expected one of authorise, contingent, deny_overridable, "
                           "deny; found none");
    if (!samme_reason_valid(then->reason))
        return SAMME_WRONG(in, then->reason[0] != 0 ? (const void *)then->reason : then,
                           "reason: expected 1 to %u of A-Z 0-9 _, found \"%.80s\"", CODE_MAX_BYTES,
                           then->reason);
    samme_outcome outcome = {
        .verdict = then->verdict,
        .reason = then->reason,
        .disposition = then->disposition,
        .approval = then->approval,
        .sop = then->sop,
        .legal = then->legal,
        .exchange = then->exchange,
        .repair = then->repair,
    };
    samme_status status = compile_terms(in, then, &outcome);
    if (status == SAMME_OK)
        status = check_code(in, "disposition", then->disposition);
    if (status == SAMME_OK)
        status = check_code(in, "approval", then->approval);
    if (status == SAMME_OK)
        status = check_code(in, "sop", then->sop);
    if (status == SAMME_OK && then->approval[0] != 0 &&
        then->verdict != SAMME__VERDICT__contingent &&
        then->verdict != SAMME__VERDICT__deny_overridable)
        status = SAMME_WRONG(in, then->approval,
                             "approval: expected it only with contingent or deny_overridable");
    if (status == SAMME_OK)
        *out = outcome;
    return status;
}
