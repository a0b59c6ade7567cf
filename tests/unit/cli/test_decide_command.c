/* samme decide: two releases, explanations, texts by language. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "shell.h"

static const char chain[] = "chain: t.example\n"
                            "branches: [{ number: 1, country: DK, currency: DKK }]\n"
                            "fallbacks: [{ language: nb, then: [da] }]\n"
                            "tender_ranks: [original_tender, credit]\n";
static const char policy[] =
    "policy: returns\nhit: first\nbasis: %s\ninputs: [claim, days_left]\n"
    "windows:\n  - { id: usual, days: %s }\n"
    "reasons:\n  - { code: LATE, customer: { en: Too late, da: For sent } }\n"
    "rules:\n"
    "  - { id: taken, when: { claim: taken }, then: { verdict: deny, reason: TAKEN } }\n"
    "  - { id: late, when: { days_left: \"< 0\" }, then: { verdict: deny, reason: LATE } }\n"
    "  - { id: fine, when: { claim: own }, then: { verdict: authorise, reason: FINE, "
    "fee: \"1\" } }\n";
static const char reasons[] =
    "reasons:\n  - { code: FINE, customer: { en: Fine }, clerk: { en: Pay } }\n";
static const char facts[] = "{\"claim\":\"own\",\"today\":\"2026-11-22\",\"purchaseDate\":"
                            "\"2026-11-01\",\"linePaid\":\"5000\",\"currency\":\"DKK\"}";

static void write_file(const shell *in, const char *path, const char *text) {
    char whole[300];
    snprintf(whole, sizeof whole, "%s/%s", in->folder, path);
    FILE *file = fopen(whole, "w");
    cr_assert_not_null(file, "%s", whole);
    fputs(text, file);
    fclose(file);
}

static void write_folder(shell *in, const char *name, const char *basis, const char *days) {
    char text[2000], path[100];
    shell_text(in, SAMME_EXIT_OK, "mkdir -p %s/policy", name);
    snprintf(path, sizeof path, "%s/chain.yaml", name);
    write_file(in, path, chain);
    snprintf(path, sizeof path, "%s/reasons.yaml", name);
    write_file(in, path, reasons);
    snprintf(path, sizeof path, "%s/policy/returns.yaml", name);
    snprintf(text, sizeof text, policy, basis, days);
    write_file(in, path, text);
}

static shell make(const char *basis) {
    shell in = shell_make();
    write_folder(&in, "new", basis, "14");
    write_folder(&in, "old", "today", "30");
    write_file(&in, "facts", facts);
    return in;
}

static void gives(shell *in, const char *options, const char *expected) {
    const char *found = shell_text(in, SAMME_EXIT_OK, "$SAMME decide new %s < facts", options);
    cr_assert_str_eq(found, expected, "%s:\n   found %s\nexpected %s", options, found, expected);
}

/* Where on the line, and of what: whoever feeds a file of facts finds the place. */
Test(decide_command, says_where_on_stdin_facts_are_wrong) {
    shell in = make("today");
    write_file(&in, "wrong",
               "{\"claim\":\"own\"}\n{\"today\":5}\n{\"claim\":\"own\",\"linePayd\":\"1\"}\n{\n");
    const char *said =
        shell_text(&in, SAMME_EXIT_INPUT, "$SAMME decide new < wrong 2>&1 >/dev/null");
    cr_assert_not_null(strstr(said, "stdin:2:10: today: wants a text, found 5\n"), "%s", said);
    cr_assert_not_null(strstr(said, "stdin:3:16: unknown name \"linePayd\" in Facts, did you mean "
                                    "\"linePaid\"?\n"),
                       "%s", said);
    cr_assert_not_null(strstr(said, "stdin:4:1: "), "%s", said);
    shell_remove(&in);
}

Test(decide_command, answers_with_the_reason_in_each_language) {
    shell in = make("today");
    gives(&in, "",
          "{\"verdict\":\"deny\",\"rule\":\"late\",\"reason\":\"LATE\",\"deadline\":"
          "\"2026-11-15\",\"policy\":\"returns\"}\n");
    gives(&in, "--release 7 --lang nb,en,sv",
          "{\"verdict\":\"deny\",\"rule\":\"late\",\"reason\":\"LATE\",\"deadline\":"
          "\"2026-11-15\",\"policy\":\"returns\",\"release\":\"7\",\"texts\":{\"nb\":{"
          "\"customer\":\"For sent\"},\"en\":{\"customer\":\"Too late\"},\"sv\":{}}}\n");
    shell_remove(&in);
}

Test(decide_command, a_past_release_may_be_better) {
    shell in = make("better");
    gives(&in, "--past old --lang en",
          "{\"verdict\":\"authorise\",\"refund\":\"4900\",\"fee\":\"100\",\"refundTo\":"
          "\"original_tender\",\"rule\":\"fine\",\"reason\":\"FINE\",\"refunds\":[{\"amount\":"
          "\"4900\"}],\"deadline\":\"2026-12-01\",\"policy\":\"returns\",\"release\":\"1\","
          "\"texts\":{\"en\":{\"customer\":\"Fine\",\"clerk\":\"Pay\"}}}\n");
    shell_remove(&in);
}

Test(decide_command, says_why_earlier_rules_did_not_answer) {
    shell in = make("today");
    gives(&in, "--explain",
          "{\"verdict\":\"deny\",\"rule\":\"late\",\"reason\":\"LATE\",\"deadline\":"
          "\"2026-11-15\",\"policy\":\"returns\",\"skipped\":[{\"rule\":\"taken\",\"input\":"
          "\"claim\",\"test\":\"taken\",\"fact\":\"own\"}]}\n");
    shell_remove(&in);
}

Test(decide_command, what_is_wrong_is_said) {
    shell in = make("today");
    shell_text(&in, SAMME_EXIT_USAGE, "$SAMME decide new --release 0 < facts");
    shell_text(&in, SAMME_EXIT_USAGE, "$SAMME decide new --past old --release 1 < facts");
    shell_text(&in, SAMME_EXIT_USAGE, "$SAMME decide new --lang en,,da < facts");
    shell_text(&in, SAMME_EXIT_USAGE, "$SAMME decide new --lang xx_YY! < facts");
    shell_text(&in, SAMME_EXIT_INPUT, "echo '{\"today\":\"soon\"}' | $SAMME decide new");
    shell_text(&in, SAMME_EXIT_OK, "sed -i 's/claim: taken/claim: token/' new/policy/returns.yaml");
    shell_text(&in, SAMME_EXIT_BAD, "$SAMME decide new < facts");
    shell_remove(&in);
}
