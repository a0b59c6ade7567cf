#include "sop/language.h"

#include <criterion/criterion.h>

Test(language, tags) {
    static const char *const fine[] = {"en",     "da",      "nb",        "nn",    "no",
                                       "sv",     "hi",      "fil",       "da-DK", "pt-BR",
                                       "es-419", "sr-Latn", "zh-Hant-TW"};
    static const char *const forms[] = {"",        "e",      "EN",      "en_GB",  "en-gb",
                                        "engl",    "en-",    "en-G",    "en-GBR", "da-dk",
                                        "sr-latn", "sr-Lat", "en-GB-x", "en GB",  "de-DE-1996"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        cr_expect_eq(samme_language_check(fine[i]), SAMME_LANGUAGE_FINE, "%s", fine[i]);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        cr_expect_eq(samme_language_check(forms[i]), SAMME_LANGUAGE_FORM, "%s", forms[i]);
    cr_expect_eq(samme_language_check("xq"), SAMME_LANGUAGE_UNKNOWN);
    cr_expect_eq(samme_language_check("dk"), SAMME_LANGUAGE_UNKNOWN, "a country is no language");
    cr_expect_eq(samme_language_check("en-UK"), SAMME_LANGUAGE_REGION_UNKNOWN);
}

Test(language, tongues) {
    cr_expect_eq(samme_language_tongue("en-GB"), SAMME_TONGUE_EN);
    cr_expect_eq(samme_language_tongue("no"), SAMME_TONGUE_NB);
    cr_expect_eq(samme_language_tongue("hi-Deva"), SAMME_TONGUE_HI);
    cr_expect_eq(samme_language_tongue("nn"), SAMME_TONGUE_OTHER);
    cr_expect_eq(samme_language_tongue("dan"), SAMME_TONGUE_OTHER);
    cr_expect_eq(samme_language_tongue("da_DK"), SAMME_TONGUE_OTHER);
    cr_expect_eq(samme_language_tongue(""), SAMME_TONGUE_OTHER);
    for (int i = 0; i < SAMME_TONGUE_COUNT; i++)
        cr_expect_eq(samme_language_tongue(samme_tongue_tag((samme_tongue)i)), (samme_tongue)i);
}
