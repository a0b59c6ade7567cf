/* samme check and diff: what a shell sees. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "shell.h"

static const char chain[] =
    "chain: t.example\nbranches: [{ number: 1, country: DK, currency: DKK }]\n%s";
static const char policy[] =
    "policy: returns\nhit: first\ninputs: [claim_type]\nrules:\n"
    "  - { id: defect, when: { claim_type: defect }, then: { verdict: authorise, reason: D } }\n%s";
static const char rest[] = "  - { id: rest, then: { verdict: deny, reason: R } }\n";

static void write_file(const shell *in, const char *path, const char *text) {
    char whole[300];
    snprintf(whole, sizeof whole, "%s/%s", in->folder, path);
    FILE *file = fopen(whole, "w");
    cr_assert_not_null(file, "%s", whole);
    fputs(text, file);
    fclose(file);
}

/* Folders `sound` and `gap`. */
static shell make(void) {
    shell in = shell_make();
    char text[2000];
    shell_text(&in, SAMME_EXIT_OK, "mkdir -p sound/policy gap/policy");
    snprintf(text, sizeof text, chain, "");
    write_file(&in, "sound/chain.yaml", text);
    write_file(&in, "gap/chain.yaml", text);
    snprintf(text, sizeof text, policy, rest);
    write_file(&in, "sound/policy/returns.yaml", text);
    snprintf(text, sizeof text, policy, "");
    write_file(&in, "gap/policy/returns.yaml", text);
    return in;
}

static void assert_holds(const char *text, const char *part) {
    cr_assert_not_null(strstr(text, part), "expected %s in:\n%s", part, text);
}

Test(check_command, tells_sound_from_not_by_its_exit_code) {
    shell in = make();
    assert_holds(shell_text(&in, SAMME_EXIT_OK, "$SAMME check sound"), ": sound\n");
    const char *text = shell_text(&in, SAMME_EXIT_BAD, "$SAMME check gap");
    assert_holds(text, "policy/returns.yaml:5:11: gap: no rule answers claim_type: not(defect)\n");
    text = shell_text(&in, SAMME_EXIT_BAD, "$SAMME check gap --json");
    assert_holds(text, "{\"findings\":[\n{\"code\":\"gap\",\"severity\":\"waivable\"");
    assert_holds(text, "\"blocking\":1}\n");
    shell_remove(&in);
}

Test(check_command, examples_are_facts_that_decide_takes) {
    shell in = make();
    const char *text =
        shell_text(&in, SAMME_EXIT_OK, "$SAMME check gap | grep '^{' | $SAMME decide gap");
    assert_holds(text, "\"reason\":\"POLICY_GAP\"");
    shell_remove(&in);
}

Test(check_command, after_says_what_is_in_force) {
    shell in = make();
    shell_text(&in, SAMME_EXIT_OK,
               "cp -r sound new && sed -i 's/reason: R/reason: X/' "
               "new/policy/returns.yaml");
    assert_holds(shell_text(&in, SAMME_EXIT_BAD, "$SAMME check new --after sound"),
                 "policy/returns.yaml:6:11: code_changed: its reason was R, now it is X\n");
    shell_text(&in, SAMME_EXIT_OK, "$SAMME check new --after new");
    assert_holds(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME check new --after nowhere"), "nowhere");
    shell_remove(&in);
}

Test(check_command, what_cannot_be_read_is_no_finding) {
    shell in = make();
    shell_text(&in, SAMME_EXIT_INPUT, "$SAMME check nowhere");
    shell_text(&in, SAMME_EXIT_OK, "rm gap/chain.yaml");
    assert_holds(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME check gap"), "chain.yaml, found none");
    shell_text(&in, SAMME_EXIT_USAGE, "$SAMME check");
    shell_text(&in, SAMME_EXIT_USAGE, "$SAMME check sound gap");
    shell_remove(&in);
}

Test(check_command, diff_says_where_answers_differ) {
    shell in = make();
    cr_assert_str_eq(shell_text(&in, SAMME_EXIT_OK, "$SAMME diff sound sound"), "no difference\n");
    const char *text = shell_text(&in, SAMME_EXIT_BAD, "$SAMME diff sound gap");
    assert_holds(text,
                 "1. claim_type: not(defect)\n   A: deny, reason R (rule rest of returns)\n   "
                 "B: deny, reason POLICY_GAP (no rule)\n");
    assert_holds(text, "1 region differs\n");
    text = shell_text(&in, SAMME_EXIT_BAD, "$SAMME diff sound gap --json");
    assert_holds(text, "{\"regions\":[{\"where\":{\"claim_type\":\"not(defect)\"},");
    shell_text(&in, SAMME_EXIT_USAGE, "$SAMME diff sound");
    shell_text(&in, SAMME_EXIT_INPUT, "$SAMME diff sound nowhere");
    shell_remove(&in);
}

/* An example on which both sides paid nothing showed no difference. */
Test(check_command, regression_both_sides_decide_the_example_of_a_difference_otherwise) {
    shell in = shell_make();
    shell_text(&in, SAMME_EXIT_OK,
               "$SAMME new a --country DK && cp -r a b && "
               "sed -i 's/exchange: true, reason: IN_TIME/&, refund_percent: \"90\"/' "
               "b/policy/returns.yaml");
    assert_holds(shell_text(&in, SAMME_EXIT_BAD, "$SAMME diff a b"), "line_paid: >= 0.01;");
    shell_text(&in, SAMME_EXIT_OK, "$SAMME diff a b | grep '^{' >facts; test -s facts");
    assert_holds(shell_text(&in, SAMME_EXIT_OK, "$SAMME decide a <facts"), "\"refund\":\"10000\"");
    assert_holds(shell_text(&in, SAMME_EXIT_OK, "$SAMME decide b <facts"), "\"refund\":\"9000\"");
    shell_remove(&in);
}

Test(check_command, regression_another_basis_is_not_no_difference) {
    shell in = shell_make();
    shell_text(&in, SAMME_EXIT_OK,
               "$SAMME new a --country DK && cp -r a b && "
               "sed -i 's/^basis: better/basis: today/' b/policy/returns.yaml");
    assert_holds(shell_text(&in, SAMME_EXIT_BAD, "$SAMME diff a b"),
                 "with a past release (--past) answers may differ: basis is better in A");
    assert_holds(shell_text(&in, SAMME_EXIT_BAD, "$SAMME diff a b --json"), "\"past\":[\"basis");
    shell_remove(&in);
}
