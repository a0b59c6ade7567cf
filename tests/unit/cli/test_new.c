/* samme new: what it writes is sound, answers sensibly, and nothing is overwritten. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/starting/starting.h"
#include "shell.h"

static const char *const languages[] = {"en", "da", "nb", "sv", "hi"};

static void has(const char *text, const char *part) {
    cr_assert_not_null(strstr(text, part), "expected %s in:\n%s", part, text);
}

Test(new, is_sound_in_every_language) {
    shell in = shell_make();
    for (unsigned i = 0; i < 5; i++) {
        shell_text(&in, SAMME_EXIT_OK, "$SAMME new %s --lang %s", languages[i], languages[i]);
        has(shell_text(&in, SAMME_EXIT_OK, "$SAMME check %s", languages[i]), ": sound\n");
        has(shell_text(&in, SAMME_EXIT_OK, "find %s -type f | sort", languages[i]),
            "/chain.yaml\n");
        has(shell_text(&in, SAMME_EXIT_OK, "find %s -type f | wc -l", languages[i]), "2\n");
        shell_text(&in, 1, "grep -rnE '<[A-Za-z_.]+>' %s", languages[i]);
        for (unsigned k = 0; k < 5; k++)
            shell_text(&in, SAMME_EXIT_OK, "$SAMME render %s --lang %s --for staff", languages[i],
                       languages[k]);
    }
    shell_remove(&in);
}

Test(new, is_sound_for_every_country) {
    shell in = shell_make();
    samme_buffer countries;
    samme_buffer_init(&countries, 4096);
    samme_starting_countries(&countries);
    unsigned count = 0;
    for (const char *at = samme_buffer_text(&countries); *at != 0; at += at[2] == ',' ? 4 : 2) {
        shell_text(&in, SAMME_EXIT_OK, "$SAMME new %.2s --country %.2s && $SAMME check %.2s", at,
                   at, at);
        count++;
    }
    cr_assert_gt(count, 30);
    samme_buffer_free(&countries);
    shell_remove(&in);
}

typedef struct asked {
    const char *facts, *answer;
} asked;

Test(new, answers_returns_as_customers_expect) {
    static const asked list[] = {
        /* in time, to the card */
        {"\"claim\":\"own\",\"claimType\":\"changed_mind\",\"receiptKind\":\"receipt\","
         "\"condition\":"
         "\"opened\",\"purchaseDate\":\"2026-11-01\",\"today\":\"2026-12-01\"",
         "\"verdict\":\"authorise\",\"refund\":\"49900\",\"refundTo\":\"original_tender\",\"rule\":"
         "\"in-time\""},
        /* a day too late */
        {"\"claim\":\"own\",\"claimType\":\"changed_mind\",\"receiptKind\":\"receipt\","
         "\"condition\":"
         "\"opened\",\"purchaseDate\":\"2026-11-01\",\"today\":\"2026-12-02\"",
         "\"verdict\":\"deny_overridable\""},
        /* thirty days from when the customer got it */
        {"\"claim\":\"own\",\"claimType\":\"changed_mind\",\"receiptKind\":\"receipt\","
         "\"condition\":"
         "\"opened\",\"purchaseDate\":\"2026-11-01\",\"receiptDate\":\"2026-11-10\",\"today\":"
         "\"2026-12-02\"",
         "\"rule\":\"in-time\""},
        {"\"claim\":\"own\",\"claimType\":\"defect\",\"purchaseDate\":\"2026-11-01\",\"today\":"
         "\"2028-"
         "10-01\"",
         "\"rule\":\"faulty\""},
        {"\"claim\":\"own\",\"claimType\":\"changed_mind\",\"receiptKind\":\"gift_receipt\","
         "\"condition\":\"unopened\",\"purchaseDate\":\"2026-11-01\",\"today\":\"2026-11-20\"",
         "\"refundTo\":\"credit\",\"rule\":\"gift\""},
        {"\"claim\":\"no_claim\",\"claimType\":\"changed_mind\",\"today\":\"2026-12-01\"",
         "\"verdict\":\"deny_overridable\",\"refundTo\":\"original_tender\",\"rule\":\"without-"
         "receipt\""},
        {"\"claim\":\"no_claim\",\"claimType\":\"defect\",\"today\":\"2026-12-01\"",
         "\"verdict\":\"contingent\""},
        {"\"claim\":\"taken\",\"claimType\":\"defect\",\"today\":\"2026-12-01\"",
         "\"verdict\":\"deny\",\"rule\":\"already-refunded\""},
        /* what is not known does not pay */
        {"\"claim\":\"own\",\"claimType\":\"changed_mind\",\"today\":\"2026-12-01\"",
         "\"rule\":\"otherwise\""},
    };
    shell in = shell_make();
    shell_text(&in, SAMME_EXIT_OK, "$SAMME new shop --country DK");
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        const char *answer = shell_text(
            &in, SAMME_EXIT_OK,
            "echo '{%s,\"category\":\"goods\",\"mode\":\"normal\",\"linePaid\":\"49900\","
            "\"currency\":\"DKK\",\"saleCountry\":\"DK\"}' | $SAMME decide shop",
            list[i].facts);
        has(answer, list[i].answer);
    }
    shell_remove(&in);
}

Test(new, country_and_language_follow_from_each_other) {
    static const struct {
        const char *options, *country, *currency, *offset, *language;
    } list[] = {
        {"", "\"GB\"", "GBP", " 0 ", "[en]"},
        {"--country SE", "\"SE\"", "SEK", " 60 ", "[sv]"},
        {"--lang nb", "\"NO\"", "NOK", " 60 ", "[nb]"},
        {"--lang hi", "\"IN\"", "INR", " 330 ", "[hi]"},
        {"--country US", "\"US\"", "USD", " -300 ", "[en]"},
        {"--country DK --lang en", "\"DK\"", "DKK", " 60 ", "[en]"},
        {"--lang da --chain kafe.dk", "\"DK\"", "DKK", " 60 ", "[da]"},
    };
    shell in = shell_make();
    for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
        shell_text(&in, SAMME_EXIT_OK, "$SAMME new c%u %s", i, list[i].options);
        const char *chain = shell_text(&in, SAMME_EXIT_OK, "cat c%u/chain.yaml", i);
        has(chain, list[i].country);
        has(chain, list[i].currency);
        has(chain, list[i].offset);
        has(chain, list[i].language);
    }
    has(shell_text(&in, SAMME_EXIT_OK, "cat c6/chain.yaml"), "\nchain: kafe.dk\n");
    has(shell_text(&in, SAMME_EXIT_OK, "cat c0/chain.yaml"), "\nchain: shop.example\n");
    shell_remove(&in);
}

Test(new, overwrites_nothing) {
    shell in = shell_make();
    shell_text(&in, 0,
               "mkdir -p full/deep empty/.git && echo mine > full/deep/file && "
               "echo x > empty/.git/config && echo y > afile");
    has(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME new full"), "deep/file");
    has(shell_text(&in, 0, "find full -type f"), "full/deep/file\n");
    shell_text(&in, SAMME_EXIT_OK, "$SAMME new empty");
    shell_text(&in, SAMME_EXIT_OK, "$SAMME new deep/er/folder");
    has(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME new empty"), "chain.yaml");
    cr_assert_neq(shell_do(&in, "$SAMME new afile")->code, SAMME_EXIT_OK);
    has(shell_text(&in, 0, "cat afile"), "y\n");
    shell_remove(&in);
}

Test(new, says_what_is_wrong_and_then_writes_nothing) {
    shell in = shell_make();
    has(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME new a --lang pt"),
        "expected en, da, nb, sv or hi, found \"pt\"");
    has(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME new a --country ZZ"), "expected one of AT, ");
    has(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME new a --country ZZ"), "; found \"ZZ\"");
    has(shell_text(&in, SAMME_EXIT_USAGE, "$SAMME new a --chain 'a # b'"), "found \"a # b\"");
    has(shell_text(&in, SAMME_EXIT_USAGE, "$SAMME new"), "expected the folder to write to");
    has(shell_text(&in, SAMME_EXIT_USAGE, "$SAMME new a b"), "found \"b\" too");
    shell_text(&in, 0, "test ! -e a");
    shell_remove(&in);
}
