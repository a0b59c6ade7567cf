/* Target: samme_roster_open, samme_roster_text, samme_roster_branch_by_number, _by_curve. The input
 * is a text; it is signed here. */
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"

static void check_found(const samme_roster *roster) {
    for (size_t i = 0; i < roster->branch_count; i++) {
        const samme_roster_branch *branch = &roster->branches[i];
        FUZZ_MUST(samme_roster_branch_by_number(roster, branch->number) == branch);
        FUZZ_MUST(samme_roster_branch_by_curve(roster, &branch->curve) == branch);
        FUZZ_MUST(samme_peer_name_valid(branch->name));
    }
    for (size_t i = 0; i < roster->peer_count; i++) {
        const samme_roster_peer *peer = &roster->peers[i];
        FUZZ_MUST(samme_roster_peer_by_curve(roster, &peer->curve) == peer);
        FUZZ_MUST(samme_roster_branch_by_curve(roster, &peer->curve) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_span text = SAMME_SPAN(data, size);
    const samme_root *root = &fuzz_chain()->root;
    samme_roster roster;
    samme_error error = {0};
    samme_buffer note, again;
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    if (fuzz_signed(SAMME_ROLE_ROSTER, text, &note) &&
        samme_roster_open(root, samme_buffer_span(&note), &roster, &error) == SAMME_OK) {
        FUZZ_MUST_OK(samme_roster_text(root, &roster, &again, &error), &error);
        FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), text)); /* a roster has one text */
        check_found(&roster);
        samme_roster_free(&roster);
    }
    samme_buffer_free(&note);
    samme_buffer_free(&again);
    return 0;
}
