#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "tests/unit/lib/sop/fixture.h"

/* Steps as a good author writes them: nothing is found. */
static const char *const good[][2] = {
    {"en", "Ask for the receipt."},
    {"en", "Scan the receipt. The till beeps."},
    {"en", "If the box is open, ask why."},
    {"en", "Check when the article was bought."},
    {"en", "Ask the customer to sign and print the order."},
    {"en", "Say: \"I was wrong, and then you will get your money.\""},
    {"en", "Write the date and the number."},
    {"en", "On the screen, choose Return."},
    {"en", "Do you have the receipt?"},
    {"en", "You have the receipt?"},
    {"en", "Never promise what you cannot keep."},
    {"da", "Spørg efter bonen."},
    {"da", "Scan bonen. Kassen bipper."},
    {"da", "Hvis æsken er åbnet, spørg hvorfor."},
    {"da", "Se på bonen, hvornår varen blev købt."},
    {"da", "Bed kunden om at finde og vise bonen."},
    {"da", "Kontrollér vores og deres varenummer."},
    {"da", "Har kunden en bon?"},
    {"nb", "Spør etter kvitteringen."},
    {"nb", "Skann kvitteringen. Kassen piper."},
    {"nb", "Hvis esken er åpnet, spør hvorfor."},
    {"nb", "Se på kvitteringen når varen ble kjøpt."},
    {"no", "Legg varen på disken."},
    {"sv", "Fråga efter kvittot."},
    {"sv", "Skanna kvittot. Kassan piper."},
    {"sv", "Om kartongen är öppnad, fråga varför."},
    {"sv", "Be kunden att skriva och lämna namnet."},
    {"sv", "Se på kvittot när varan köptes, t.ex. Bordet."},
    {"hi", "रसीद माँगें।"},
    {"hi", "सामान देखें। फिर दाम बताएँ।"},
};

Test(lint_text, a_list_of_nouns_is_one_action) {
    static const char *const fine[] = {"Ask for the name, phone and address.",
                                       "Take the receipt, the box and the bag.",
                                       "Write the date, time and call number."};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        cr_expect_str_eq(fixture_lint(SAMME_TEXT_INSTRUCTION, "en", fine[i]), "", "%s %s", fine[i],
                         fixture_lint(SAMME_TEXT_INSTRUCTION, "en", fine[i]));
}

Test(lint_text, good_steps_have_no_findings) {
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect_str_eq(fixture_lint(SAMME_TEXT_INSTRUCTION, good[i][0], good[i][1]), "", "%s %s",
                         good[i][1], fixture_lint(SAMME_TEXT_INSTRUCTION, good[i][0], good[i][1]));
}

typedef struct bad_step {
    const char *language, *text, *finding;
} bad_step;

static const bad_step bad[] = {
    {"en", "The receipt is scanned.",
     "verb_not_first: en: begins with \"the\", expected the verb first: \"The receipt is "
     "scanned.\""},
    {"en", "Please ask for the receipt.",
     "verb_not_first: en: begins with \"please\", expected the verb first: \"Please ask for the "
     "receipt.\""},
    {"en", "Ask for the receipt and then scan it.",
     "two_actions: en: \"and then\" joins two actions, expected one a step"},
    {"en", "Take the receipt and ask for the card.",
     "two_actions: en: \"and ask\" joins two actions, expected one a step"},
    {"en", "Take the receipt. Ask for the card.",
     "two_actions: en: two orders (\"take ...\", \"ask ...\"), expected one a step"},
    {"en", "Ask for the receipt, call the supervisor.",
     "two_actions: en: \", call\" joins two actions, expected one a step"},
    {"en", "Take the receipt; then call the supervisor.",
     "two_actions: en: \"then call\" joins two actions, expected one a step"},
    {"en", "Greet, ask, and pay.",
     "two_actions: en: \", ask\" joins two actions, expected one a step"},
    {"da", "Tag bonen, ring til chefen, scan den.",
     "two_actions: da: \", ring\" joins two actions, expected one a step"},
    {"en", "Checked the receipt.",
     "tense: en: begins with \"checked\", expected what to do now: \"Checked the receipt.\""},
    {"en", "Closing the till.",
     "tense: en: begins with \"closing\", expected what to do now: \"Closing the till.\""},
    {"en", "Scan the receipt. The till beeps. The lamp is green.",
     "step_sentences: en: 3 sentences in a step, at most 2"},
    {"en", "Receipts should be scanned.",
     "tense: en: \"should be\" tells of what ought to be, expected what to do now"},
    {"en", "Scan the receipt. Money will come.",
     "tense: en: \"will\" tells of the future, expected what to do now"},
    {"en", "Make sure that it is whole.", "wordy: en: \"make sure\": say what to check"},
    {"en", "Ask in order to learn why.", "wordy: en: \"in order to\": write \"to\""},
    {"en",
     "Write the name of the article and the number of the shop where the customer once said to "
     "have got it for a friend.",
     "sentence_long: en: 24 words in a sentence, at most 20: \"Write the name of the article and "
     "the number of the shop whe...\""},
    {"da", "Kunden spørges efter bonen.",
     "verb_not_first: da: begins with \"kunden\", expected the verb first: \"Kunden spørges efter "
     "bonen.\""},
    {"da", "Spørg efter bonen og derefter kortet.",
     "two_actions: da: \"og derefter\" joins two actions, expected one a step"},
    {"da", "Tag bonen og scan den.",
     "two_actions: da: \"og scan\" joins two actions, expected one a step"},
    {"da", "Varer blev før scannet.",
     "tense: da: \"blev\" tells of the past, expected what to do now"},
    {"da", "Varer registreres i kassen.",
     "tense: da: a word in -treres is in the passive, expected what to do now"},
    {"da", "Sørg for at bonen er hel.", "wordy: da: \"sørg for at\": say what to do"},
    {"da", "Spørg bl.a. Kunden såfremt bonen mangler.", "wordy: da: \"såfremt\": write \"hvis\""},
    {"nb", "Du må spørre etter kvitteringen.",
     "verb_not_first: nb: begins with \"du\", expected the verb first: \"Du må spørre etter "
     "kvitteringen.\""},
    {"nb", "Ta kvitteringen og deretter kortet.",
     "two_actions: nb: \"og deretter\" joins two actions, expected one a step"},
    {"nb", "Varer vil bli registrert her.",
     "tense: nb: \"vil bli\" tells of the future, expected what to do now"},
    {"nb", "Spør i henhold til listen.", "wordy: nb: \"i henhold til\": write \"etter\""},
    {"sv", "Vänligen fråga efter kvittot.",
     "verb_not_first: sv: begins with \"vänligen\", expected the verb first: \"Vänligen fråga "
     "efter kvittot.\""},
    {"sv", "Ta kvittot och fråga efter kortet.",
     "two_actions: sv: \"och fråga\" joins two actions, expected one a step"},
    {"sv", "Varor lämnades till kassan.",
     "tense: sv: a word in -ades is in the past, expected what to do now"},
    {"sv", "Varor kontrolleras i kassan.",
     "tense: sv: a word in -eras is in the passive, expected what to do now"},
    {"sv", "Se till att kvittot är helt.", "wordy: sv: \"se till att\": say what to do"},
    {"hi", "रसीद लें और फिर सामान देखें।",
     "two_actions: hi: \"और फिर\" joins two actions, expected one a step"},
    {"hi", "पैसा वापस किया जाएगा।",
     "tense: hi: \"किया जाएगा\" tells of the future, expected what to do now"},
    {"hi", "सुनिश्चित करें कि रसीद सही है।", "wordy: hi: \"सुनिश्चित करें कि\": say what to check"},
    {"hi", "एक। दो। तीन।", "step_sentences: hi: 3 sentences in a step, at most 2"},
};

Test(lint_text, bad_steps_are_found) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char wanted[500];
        snprintf(wanted, sizeof wanted, "p:1:2: %s\n", bad[i].finding);
        cr_expect_str_eq(fixture_lint(SAMME_TEXT_INSTRUCTION, bad[i].language, bad[i].text), wanted,
                         "%s\n%s", bad[i].text,
                         fixture_lint(SAMME_TEXT_INSTRUCTION, bad[i].language, bad[i].text));
    }
}

/* `count` words, with a full stop after every `each`. */
static const char *words(const char *word, int count, int each) {
    static char text[4000];
    size_t length = 0;
    for (int i = 1; i <= count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", word,
                                   i % each == 0 ? ". " : " ");
    return text;
}

static bool has(const char *findings, const char *part) {
    return strstr(findings, part) != NULL;
}

typedef struct length_limit {
    const char *language;
    int instruction_sentence, sentence, instruction, spoken, label;
} length_limit;

Test(lint_text, limits_are_exact) {
    static const length_limit limits[] = {{"en", 20, 25, 30, 60, 10},
                                          {"da", 18, 22, 27, 54, 9},
                                          {"nb", 18, 22, 27, 54, 9},
                                          {"sv", 18, 22, 27, 54, 9},
                                          {"hi", 24, 28, 36, 72, 12}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const length_limit *at = &limits[i];
        const struct {
            samme_text_role role;
            int limit, each;
            const char *code;
        } cases[] = {
            {SAMME_TEXT_INSTRUCTION, at->instruction_sentence, 1000, "sentence_long"},
            {SAMME_TEXT_RULE, at->sentence, 1000, "sentence_long"},
            {SAMME_TEXT_PLAIN, at->sentence, 1000, "sentence_long"},
            {SAMME_TEXT_SPOKEN, at->sentence, 1000, "sentence_long"},
            {SAMME_TEXT_INSTRUCTION, at->instruction, 15, "text_long"},
            {SAMME_TEXT_SPOKEN, at->spoken, 10, "text_long"},
            {SAMME_TEXT_LABEL, at->label, 1000, "text_long"},
        };
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            const char *text = words("Xa", cases[k].limit, cases[k].each);
            cr_expect_not(has(fixture_lint(cases[k].role, at->language, text), cases[k].code),
                          "%s %zu", at->language, k);
            text = words("Xa", cases[k].limit + 1, cases[k].each);
            cr_expect(has(fixture_lint(cases[k].role, at->language, text), cases[k].code), "%s %zu",
                      at->language, k);
        }
    }
}

Test(lint_text, only_steps_must_be_orders) {
    static const char text[] = "The receipt was here and then it was gone. It will come back.";
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_SPOKEN, "en", text), "");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_RULE, "en", text), "");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "en", text), "");
    cr_expect_str_neq(fixture_lint(SAMME_TEXT_INSTRUCTION, "en", text), "");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_INSTRUCTION, "de", text), "", "nobody judges German");
}

/* LIX = words / sentences + 100 x long words / words. */
Test(lint_text, readability_is_lix) {
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "sv", words("Kvitton", 49, 5)), "",
                     "too short to judge");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "sv", words("Kvitton", 50, 5)),
                     "p:1:2: readability: sv: LIX is 105.0, at most 40: 50 words in 10 sentences, "
                     "50 of more than 6 letters\n");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "sv", words("Kvitto", 50, 5)), "",
                     "six letters are not more than six");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "sv", words("Kvitton:", 50, 5)),
                     "p:1:2: readability: sv: LIX is 101.0, at most 40: 50 words in 50 sentences, "
                     "50 of more than 6 letters\n",
                     "a colon ends a part");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "hi", words("Kvitton", 50, 5)), "");
    /* 60 words in 4 sentences, 12 long: 15 + 20 = 35.0; Danish allows 34, Swedish 40. */
    char text[2000] = "";
    for (int i = 1; i <= 60; i++) {
        strcat(text, i % 5 == 0 ? "Butikken" : "Nu");
        strcat(text, i % 15 == 0 ? ". " : " ");
    }
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "da", text),
                     "p:1:2: readability: da: LIX is 35.0, at most 34: 60 words in 4 sentences, 12 "
                     "of more than 6 letters\n");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "sv", text), "");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "nb", text), "");
    cr_expect_str_eq(fixture_lint(SAMME_TEXT_PLAIN, "en", text), "");
}

Test(lint_text, any_text_is_taken) {
    static const char *const languages[] = {"en", "da", "nb", "sv", "hi", "de", "", "en-"};
    static const char *const parts[] = {"\"",
                                        "and then ",
                                        "kl. ",
                                        "make sure ",
                                        ".",
                                        " ",
                                        "? ",
                                        "\xe0\xa5\xa4",
                                        "\xcc\x81",
                                        "\n",
                                        "The ",
                                        "ask ",
                                        "\xf0\x9f\x98\x80",
                                        "\xff",
                                        "\xe2\x80\xae",
                                        ": ",
                                        "\xc2\xad",
                                        "bl.a. ",
                                        "Kontrollerades ",
                                        "{name}",
                                        "\x01",
                                        "sk\xc3\xa5l ",
                                        "\xed\xa0\x80"};
    samme_prng prng;
    samme_prng_seed(&prng, 5);
    for (int round = 0; round < 600; round++) {
        char text[1200] = "";
        for (uint64_t left = samme_prng_below(&prng, 80); left > 0; left--)
            strcat(text, parts[samme_prng_below(&prng, sizeof parts / sizeof *parts)]);
        const char *language = languages[samme_prng_below(&prng, 8)];
        samme_text_role role = (samme_text_role)samme_prng_below(&prng, SAMME_TEXT_LABEL + 1);
        char first[32768];
        snprintf(first, sizeof first, "%s", fixture_lint(role, language, text));
        cr_assert_str_eq(fixture_lint(role, language, text), first, "seed 5, round %d", round);
    }
}
