/* The policy's answer for a return: facts as the rows give them, line after line, and what they
 * stand on. */
#include "node/api/cases.h"

/* Facts from the rows as they are, the answer from the policy: the next line of the decision. */
static samme_status decide_line(samme_node *node, const Samme__ReturnOpened *asked,
                                const samme_sale_view *sale, const samme_releases *releases,
                                Samme__ReturnDecided *decided, samme_error *error) {
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReturnLine *line = asked->lines[decided->n_lines];
    const samme_asking asking = {.opened = asked,
                                 .line = line,
                                 .before = decided->lines,
                                 .before_count = decided->n_lines,
                                 .horizon = &present,
                                 .mode = samme_node_mode(node),
                                 .version = SAMME_FACTS_VERSION};
    Samme__LineDecision *out = samme_arena_alloc(&node->arena, sizeof *out);
    samme_decision *decision = samme_arena_alloc(&node->arena, sizeof *decision);
    if (out == NULL || decision == NULL)
        return SAMME_NO_MEMORY;
    samme__line_decision__init(out);
    samme_status status = samme_line_facts(&rows, &asking, sale, &node->arena, &out->facts);
    if (status != SAMME_OK)
        return status;
    samme_chain_facts(releases->today, samme_sale_branch(sale), node->setup.branch, out->facts);
    out->no = line->no;
    out->quantity = line->quantity;
    out->answer = &decision->answer;
    decided->lines[decided->n_lines++] = out;
    return samme_policy_decide_at(releases, out->facts, decision, error);
}

/* What the decision will stand on; an anchor written along with it comes before it. */
static void fill_basis(samme_node *node, const Samme__ReceiptRow *sale, samme_in_force *in_force,
                       Samme__Basis *basis) {
    samme__basis__init(basis);
    samme_in_force_basis(in_force, basis);
    basis->journal_epoch = samme_replay_journal_epoch(&node->follow.replay);
    basis->journal_size = node->follow.replay.range.size;
    basis->own_size = node->own.size + (node->own.size == node->signed_range.size ? 1 : 0);
    basis->facts_version = SAMME_FACTS_VERSION;
    if (sale != NULL) {
        basis->sale_branch = sale->sale->receipt->branch;
        basis->sale_epoch = sale->epoch;
        basis->sale_index = sale->index;
    }
}

int64_t samme_valid_until(samme_node *node) {
    uint32_t minutes =
        node->policy == NULL ? 0 : samme_policy_chain(node->policy)->authorised_minutes;
    if (minutes == 0)
        minutes = SAMME_AUTHORISED_MINUTES;
    return samme_node_time(node) + (int64_t)minutes * 60000;
}

static bool authorises(const Samme__ReturnDecided *decided) {
    for (size_t i = 0; i < decided->n_lines; i++)
        if (decided->lines[i]->answer->verdict == SAMME__VERDICT__authorise)
            return true;
    return false;
}

samme_status samme_decide_return(samme_node *node, const Samme__ReturnOpened *asked, bool pays,
                                 samme_deciding *out, samme_error *error) {
    Samme__ReturnDecided *decided = &out->decided;
    samme_rows rows = samme_layer_rows(&node->layer);
    const samme_horizon present = samme_node_present(node);
    samme_sale_view sale = {.row = NULL};
    samme__return_decided__init(decided);
    decided->lines =
        samme_arena_alloc(&node->arena, asked->n_lines * sizeof(Samme__LineDecision *));
    samme_status status = decided->lines == NULL
                              ? SAMME_NO_MEMORY
                              : samme_find_sale(&rows, asked, &present, &node->arena, &sale);
    if (status == SAMME_OK && pays)
        status = samme_list_loans(&rows, asked, &present, &node->arena, &decided->lent,
                                  &decided->n_lent);
    if (status == SAMME_OK)
        status = samme_in_force_for(node, asked, sale.row == NULL ? NULL : sale.row->sale,
                                    &out->in_force, error);
    if (status == SAMME_OK)
        fill_basis(node, sale.row, &out->in_force, &out->basis);
    while (status == SAMME_OK && decided->n_lines < asked->n_lines)
        status = decide_line(node, asked, &sale, &out->in_force.past.releases, decided, error);
    if (status != SAMME_OK)
        return status;
    decided->case_code = asked->case_code;
    decided->basis = &out->basis;
    decided->decide_version = SAMME_DECIDE_VERSION;
    decided->receipt = asked->receipt;
    if (pays && authorises(decided))
        decided->valid_until_ms = samme_valid_until(node);
    return SAMME_OK;
}
