/* Whole documents against tests/data/render, and what a request may ask. */
#include "tests/unit/lib/render/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "os/files.h"

static void golden(const char *language, samme_readers readers) {
    char path[256];
    bool staff = readers == SAMME_READERS_STAFF;
    snprintf(path, sizeof path, SAMME_TEST_DATA "/render/%s-%s.%s", language,
             staff ? "staff" : "customer", staff ? "txt" : "md");
    samme_error error;
    samme_buffer expected;
    samme_buffer_init(&expected, 1u << 20);
    samme_status status = samme_file_read(path, &expected, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    fixture shop = fixture_shop();
    char *text = fixture_render(&shop, language, readers, NULL, !staff);
    cr_assert_str_eq(text, samme_buffer_text(&expected), "%s: found:\n%s", path, text);
    free(text);
    fixture_free(&shop);
    samme_buffer_free(&expected);
}

Test(render, documents_in_english) {
    golden("en", SAMME_READERS_CUSTOMERS);
    golden("en", SAMME_READERS_STAFF);
}
Test(render, documents_in_danish) {
    golden("da", SAMME_READERS_CUSTOMERS);
    golden("da", SAMME_READERS_STAFF);
}
Test(render, documents_in_norwegian) {
    golden("nb", SAMME_READERS_CUSTOMERS);
    golden("nb", SAMME_READERS_STAFF);
}
Test(render, documents_in_swedish) {
    golden("sv", SAMME_READERS_CUSTOMERS);
    golden("sv", SAMME_READERS_STAFF);
}
Test(render, documents_in_hindi) {
    golden("hi", SAMME_READERS_CUSTOMERS);
    golden("hi", SAMME_READERS_STAFF);
}

static void shop_has(const char *language, samme_readers readers, const char *country,
                     const char *part, bool expected) {
    fixture shop = fixture_shop();
    char *text = fixture_render(&shop, language, readers, country, true);
    cr_assert_eq(strstr(text, part) != NULL, expected, "%s in:\n%s", part, text);
    free(text);
    fixture_free(&shop);
}

Test(render, customers_see_no_codes) {
    static const char *const codes[] = {"taken",       "TAKEN",    "manager", "outlet", "hylde",
                                        "return.yaml", "Prosedyr", "(late)",  "own"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        shop_has("nb", SAMME_READERS_CUSTOMERS, NULL, codes[i], false);
}

Test(render, a_floor_stands_in_its_own_countries_only) {
    shop_has("nb", SAMME_READERS_CUSTOMERS, "NO", "Dette gir loven deg minst", true);
    shop_has("nb", SAMME_READERS_CUSTOMERS, "DK", "Dette gir loven deg minst", false);
    shop_has("nb", SAMME_READERS_CUSTOMERS, "NO", "Kjøpt i Norge\n", true);
    shop_has("nb", SAMME_READERS_CUSTOMERS, "NO", "Danmark", false);
}

Test(render, the_currency_is_that_of_the_country) {
    shop_has("nb", SAMME_READERS_STAFF, "NO", "12\u00a0500,50\u00a0kr", true);
    shop_has("nb", SAMME_READERS_STAFF, "DK", "12\u00a0500,50\u00a0DKK", true);
    shop_has("da", SAMME_READERS_STAFF, "DK", "12.500,50\u00a0kr.", true);
    shop_has("nb", SAMME_READERS_STAFF, "SE", "12\u00a0500,50 i kjøpets valuta", true);
}

Test(render, languages_fall_back_by_chain_yaml) {
    shop_has("nb", SAMME_READERS_CUSTOMERS, NULL, "Fristen er ute.", true);
    shop_has("nb", SAMME_READERS_CUSTOMERS, NULL, "Du får dine penge.", true);
    shop_has("nn", SAMME_READERS_CUSTOMERS, NULL, "Dette tar vi tilbake", true);
    shop_has("nb-NO", SAMME_READERS_CUSTOMERS, NULL, "Fristen er ute.", true);
    shop_has("no", SAMME_READERS_CUSTOMERS, NULL, "Dette tar vi tilbake", true);
}

Test(render, refuses_what_it_has_no_words_or_policy_for) {
    samme_error error;
    fixture shop = fixture_shop();
    cr_assert_eq(fixture_try(&shop, &(samme_render_request){.language = "pt"}, &error),
                 SAMME_UNSUPPORTED);
    cr_assert_not_null(strstr(error.text, "\"pt\": expected one of en, da, nb, sv, hi"), "%s",
                       error.text);
    cr_assert_eq(fixture_try(&shop, &(samme_render_request){.language = ""}, &error),
                 SAMME_UNSUPPORTED);
    cr_assert_eq(
        fixture_try(&shop, &(samme_render_request){.language = "nb", .country = "no"}, &error),
        SAMME_MALFORMED);
    fixture_free(&shop);
    fixture only = fixture_of("policy: p\nhit: first\ncountries: [DK]\ninputs: [claim]\nrules:\n"
                              "  - { id: a, then: { verdict: deny, reason: A } }\n");
    cr_assert_eq(
        fixture_try(&only, &(samme_render_request){.language = "nb", .country = "NO"}, &error),
        SAMME_NOT_FOUND);
    cr_assert_eq(
        fixture_try(&only, &(samme_render_request){.language = "nb", .country = "DK"}, &error),
        SAMME_OK);
    fixture_free(&only);
}

Test(render, what_does_not_fit_is_an_error_and_no_half_text) {
    fixture shop = fixture_shop();
    samme_error error;
    samme_buffer out;
    samme_buffer_init(&out, 1000);
    const samme_render_request request = {
        .policy = shop.policy, .documents = shop.documents, .language = "en"};
    cr_assert_eq(samme_render(&request, &out, &error), SAMME_TOO_LARGE);
    cr_assert_not_null(strstr(error.text, "too large"), "%s", error.text);
    samme_buffer_free(&out);
    fixture_free(&shop);
}

static void category_is(const char *language, const char *category, const char *expected) {
    static const char chain[] =
        "chain: shop.example\n"
        "branches: [{ number: 1, name: A, country: DK, currency: DKK }]\n"
        "categories:\n"
        "  - { code: lamps, text: Lamps, texts: { da: lamper, en: lamps, nn: lampar } }\n"
        "  - { code: rugs, text: Rugs, texts: { sv: mattor } }\n"
        "  - { code: food, text: Food }\n"
        "  - { code: beds }\n"
        "  - { code: toys, texts: { nb: leker } }\n"
        "fallbacks:\n"
        "  - { language: da, then: [sv] }\n"
        "  - { language: nb, then: [da] }\n"
        "  - { language: nn, then: [nb, da] }\n";
    char policy[512];
    snprintf(policy, sizeof policy,
             "policy: p\nhit: first\ninputs: [category]\nrules:\n"
             "  - { id: a, when: { category: '%s' }, then: { verdict: deny, reason: A } }\n",
             category);
    fixture made = fixture_with_chain(chain, policy);
    char *text = fixture_render(&made, language, SAMME_READERS_CUSTOMERS, "DK", true);
    cr_assert_not_null(strstr(text, expected), "%s: expected %s in:\n%s", language, expected, text);
    free(text);
    fixture_free(&made);
}

Test(render, categories_are_called_in_the_language_asked_for) {
    category_is("da", "lamps", "Når varen hører til lamper.");
    category_is("da-DK", "lamps", "Når varen hører til lamper.");
    category_is("nn", "lamps", "Når varen hører til lampar.");
    category_is("nn", "toys", "Når varen hører til leker.");
    category_is("en", "lamps", "When the goods belong to lamps.");
    category_is("da", "not(lamps, beds)", "Når varen ikke hører til lamper eller »beds«.");
}
Test(render, categories_without_a_text_in_the_language_stand_in_quotes) {
    category_is("nb", "lamps", "Når varen hører til «lamper».");
    category_is("da", "rugs", "Når varen hører til »mattor«.");
    category_is("en", "rugs", "When the goods belong to “Rugs”.");
    category_is("da", "food", "Når varen hører til »Food«.");
    category_is("da", "beds", "Når varen hører til »beds«.");
}

static char *first_of(const char *policy, samme_readers readers) {
    fixture made = fixture_of(policy);
    char *text = fixture_render(&made, "en", readers, "DK", true);
    fixture_free(&made);
    return text;
}

Test(render, what_holds_otherwise_is_said_so) {
    char *text =
        first_of("policy: p\nhit: first\ninputs: [claim]\nrules:\n"
                 "  - { id: a, when: { claim: taken }, then: { verdict: deny, reason: A } }\n"
                 "  - { id: b, then: { verdict: authorise, reason: B } }\n",
                 SAMME_READERS_STAFF);
    cr_assert_not_null(strstr(text, "- **2.** When none of the points with a lower number fits:"),
                       "%s", text);
    cr_assert_null(strstr(text, "If none of the points fits"), "%s", text);
    free(text);
    text = first_of("policy: p\nhit: unique\ninputs: [claim]\nrules:\n"
                    "  - { id: a, when: { claim: taken }, then: { verdict: deny, reason: A } }\n",
                    SAMME_READERS_STAFF);
    cr_assert_not_null(strstr(text, "Exactly one point should fit."), "%s", text);
    cr_assert_not_null(strstr(text, "If none of the points fits, say no"), "%s", text);
    free(text);
}

static void fee_is(const char *fee, const char *country, const char *part, bool expected) {
    char policy[512];
    snprintf(policy, sizeof policy,
             "policy: p\nhit: first\ninputs: [claim]\nrules:\n"
             "  - { id: a, then: { verdict: authorise, fee: '%s', reason: A } }\n",
             fee);
    fixture made = fixture_of(policy);
    char *text = fixture_render(&made, "da", SAMME_READERS_CUSTOMERS, country, true);
    cr_assert_eq(strstr(text, part) != NULL, expected, "%s in:\n%s", part, text);
    free(text);
    fixture_free(&made);
}

Test(render, a_fee_is_what_is_taken_off) {
    fee_is("49.955", "DK", "Et gebyr på 49,95\u00a0kr. trækkes fra.", true);
    fee_is("50", "DK", "Et gebyr på 50\u00a0kr. trækkes fra.", true);
    fee_is("0.004", "DK", "gebyr", false);
    fee_is("49.5", "FI", "Et gebyr på 49,50 i købets valuta trækkes fra.", true);
}

static void outcome_is(const char *outcome, samme_readers readers, const char *expected) {
    char policy[512];
    snprintf(policy, sizeof policy,
             "policy: p\nhit: first\ninputs: [claim]\nrules:\n  - { id: a, then: { %s, reason: A } "
             "}\n",
             outcome);
    char *text = first_of(policy, readers);
    cr_assert_not_null(strstr(text, expected), "%s in:\n%s", expected, text);
    free(text);
}

Test(render, outcomes_say_what_is_given_and_no_more) {
    const samme_readers you = SAMME_READERS_CUSTOMERS, staff = SAMME_READERS_STAFF;
    outcome_is("verdict: contingent, refund_percent: '0'", you, "**1.** Always.\n");
    outcome_is("verdict: contingent, refund_percent: '0', legal: true", staff,
               "First ask a supervisor for approval. The rules give no amount here. (a)\n");
    outcome_is("verdict: authorise, refund_percent: '0', repair: true, legal: true", you,
               "You get no money back. You can have the goods repaired instead. The law gives you "
               "this right.\n");
    outcome_is("verdict: authorise, refund_percent: '0'", staff, "Always: Pay no money back. (a)");
    outcome_is("verdict: authorise, refund_to: credit, refund_percent: '87.5'", you,
               "You get 87.5% of the amount as store credit.\n");
    outcome_is(
        "verdict: authorise, fee: '1', fee_percent: '2.25', legal: true", staff,
        "Pay back the whole amount the way the customer paid. Fees of DKK\u00a01 and 2.25% of "
        "the amount are taken off. The law gives the customer this right. (a)\n");
    outcome_is("verdict: deny_overridable, approval: head_office", staff,
               "Say no, but head office can make an exception. (a)\n");
    outcome_is("verdict: deny_overridable, approval: boss", staff,
               "Say no, but someone with the role “boss” can make an exception. (a)\n");
    outcome_is("verdict: deny, legal: true", you,
               "Always: This is the law, and we cannot make exceptions.\n");
}

Test(render, windows_of_other_countries_are_not_for_customers_here) {
    static const char policy[] = "policy: p\nhit: first\ninputs: [claim]\nwindows:\n"
                                 "  - { id: a, when: { sale_country: \"NO\" }, days: 100 }\n"
                                 "rules:\n  - { id: a, then: { verdict: deny, reason: A } }\n";
    char *text = first_of(policy, SAMME_READERS_CUSTOMERS);
    cr_assert_null(strstr(text, "100 days"), "%s", text);
    cr_assert_null(strstr(text, "How long"), "%s", text);
    free(text);
    text = first_of(policy, SAMME_READERS_STAFF);
    cr_assert_not_null(strstr(text, "When the goods were bought in Norway: 100 days"), "%s", text);
    free(text);
}

Test(render, rules_of_other_countries_are_not_for_customers_here) {
    static const char policy[] =
        "policy: p\nhit: first\ninputs: [sale_country, condition]\nrules:\n"
        "  - { id: a, when: { sale_country: \"NO\" }, then: { verdict: deny, reason: A } }\n"
        "  - { id: b, when: { sale_country: \"DK, SE\", condition: used }, then: { verdict: deny, "
        "reason: A } }\n";
    char *text = first_of(policy, SAMME_READERS_CUSTOMERS);
    cr_assert_not_null(strstr(text, "- **1.** When the goods are used."), "%s", text);
    cr_assert_null(strstr(text, "Norway"), "%s", text);
    free(text);
    text = first_of(policy, SAMME_READERS_STAFF);
    cr_assert_not_null(strstr(text, "bought in Norway"), "%s", text);
    cr_assert_not_null(
        strstr(text, "- **2.** When the goods were bought in Denmark or Sweden, and"), "%s", text);
    free(text);
}
