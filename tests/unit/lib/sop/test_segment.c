#include "sop/segment.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/prng.h"

static samme_segmenter *open_for(samme_tongue tongue) {
    samme_segmenter *segmenter = NULL;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_segmenter_open(tongue, &segmenter, &error), SAMME_OK, "%s", error.text);
    return segmenter;
}

/* Sentences or words with "|" between them, blanks at their ends left out. */
static const char *cut(samme_tongue tongue, bool words, const char *text) {
    static char shown[1000];
    samme_segmenter *segmenter = open_for(tongue);
    samme_buffer stretches, out;
    samme_buffer_init(&stretches, 10000);
    samme_buffer_init(&out, sizeof shown - 1);
    samme_span bytes = samme_span_of_text(text);
    samme_status status = words ? samme_words(segmenter, bytes, &stretches)
                                : samme_sentences(segmenter, bytes, &stretches);
    cr_assert_eq(status, SAMME_OK);
    const samme_stretch *list = (const void *)stretches.data;
    for (size_t i = 0; i < stretches.length / sizeof *list; i++) {
        samme_span one = SAMME_SPAN(text + list[i].start, list[i].end - list[i].start);
        while (one.length > 0 && one.data[one.length - 1] <= ' ')
            one.length--;
        samme_buffer_append_text(&out, i > 0 ? "|" : "");
        samme_buffer_append(&out, one);
    }
    snprintf(shown, sizeof shown, "%s", samme_buffer_text(&out));
    samme_buffer_free(&stretches);
    samme_buffer_free(&out);
    samme_segmenter_close(segmenter);
    return shown;
}

typedef struct sentence_case {
    samme_tongue tongue;
    const char *text;
    const char *cut;
} sentence_case;

static const sentence_case sentences[] = {
    {SAMME_TONGUE_DA, "Kom kl. 10. Tag bonen med.", "Kom kl. 10.|Tag bonen med."},
    {SAMME_TONGUE_DA, "Vi har bl.a. Kander. Se her.", "Vi har bl.a. Kander.|Se her."},
    {SAMME_TONGUE_DA, "Vis f.eks. Lampen. Sig pris.", "Vis f.eks. Lampen.|Sig pris."},
    {SAMME_TONGUE_DA, "Vis f. eks. Lampen.", "Vis f. eks. Lampen."},
    {SAMME_TONGUE_DA, "Skriv nr. 5. Luk.", "Skriv nr. 5.|Luk."},
    {SAMME_TONGUE_DA,
     "Skriv nr.\xc2\xa0"
     "5. Luk.",
     "Skriv nr.\xc2\xa0"
     "5.|Luk."},
    {SAMME_TONGUE_DA, "Det koster 500 kr. Betal nu.", "Det koster 500 kr.|Betal nu."},
    {SAMME_TONGUE_DA, "Læg kr. 500 frem.", "Læg kr. 500 frem."},
    {SAMME_TONGUE_DA, "Tag sko, tøj osv. Luk så.", "Tag sko, tøj osv.|Luk så."},
    {SAMME_TONGUE_DA, "Ring til H. C. Andersen.", "Ring til H. C. Andersen."},
    {SAMME_TONGUE_DA, "Vent bl.a.\nKunden går.", "Vent bl.a.|Kunden går."},
    {SAMME_TONGUE_NB, "Kom kl. 10. Ta kvitteringen.", "Kom kl. 10.|Ta kvitteringen."},
    {SAMME_TONGUE_NB, "Vis f.eks. Lampen. Si prisen.", "Vis f.eks. Lampen.|Si prisen."},
    {SAMME_TONGUE_NB, "Vi har bl.a. Krus.", "Vi har bl.a. Krus."},
    {SAMME_TONGUE_SV, "Visa t.ex. Lampan. Säg priset.", "Visa t.ex. Lampan.|Säg priset."},
    {SAMME_TONGUE_SV, "Vi har bl.a. Koppar.", "Vi har bl.a. Koppar."},
    {SAMME_TONGUE_SV, "Kom kl. 10. Ta kvittot.", "Kom kl. 10.|Ta kvittot."},
    {SAMME_TONGUE_EN, "Ask Mr. Smith. Wait.", "Ask Mr. Smith.|Wait."},
    {SAMME_TONGUE_EN, "Say no. Wait.", "Say no.|Wait."},
    {SAMME_TONGUE_EN, "Read no. 5. Wait.", "Read no. 5.|Wait."},
    {SAMME_TONGUE_EN, "Is it open? Look! Yes.", "Is it open?|Look!|Yes."},
    {SAMME_TONGUE_HI, "रसीद माँगें। सामान देखें। धन्यवाद कहें।", "रसीद माँगें।|सामान देखें।|धन्यवाद कहें।"},
    {SAMME_TONGUE_HI, "डॉ. शर्मा से पूछें।", "डॉ. शर्मा से पूछें।"},
    {SAMME_TONGUE_OTHER, "Eins. Zwei.", "Eins.|Zwei."},
    {SAMME_TONGUE_EN, "", ""},
};

Test(segment, sentences) {
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        cr_expect_str_eq(cut(sentences[i].tongue, false, sentences[i].text), sentences[i].cut, "%s",
                         cut(sentences[i].tongue, false, sentences[i].text));
}

Test(segment, words) {
    cr_expect_str_eq(cut(SAMME_TONGUE_DA, true, "Betal 1.234,50 kl. 10.30 - nu!"),
                     "Betal|1.234,50|kl|10.30|nu");
    cr_expect_str_eq(cut(SAMME_TONGUE_SV, true, "EU:s regler"), "EU:s|regler");
    cr_expect_str_eq(cut(SAMME_TONGUE_DA, true, "EU:s regler"), "EU|s|regler");
    cr_expect_str_eq(cut(SAMME_TONGUE_EN, true, "Don't ask, {name}."), "Don't|ask|name");
    cr_expect_str_eq(cut(SAMME_TONGUE_HI, true, "कृपया रसीद दिखाइए।"), "कृपया|रसीद|दिखाइए");
}

/* One to four bytes of any code point, or, now and then, a byte of none. */
static size_t draw_character(samme_prng *prng, uint8_t out[4]) {
    static const char *const usual[] = {".",        " ", "?",     "kl.",     "A",
                                        "b",        "5", "\n",    "\"",      "\xe0\xa5\xa4",
                                        "\xc2\xa0", ":", "bl.a.", "\xc3\xa6"};
    if (samme_prng_chance(prng, 600)) {
        const char *text = usual[samme_prng_below(prng, sizeof usual / sizeof *usual)];
        size_t length = strlen(text) < 4 ? strlen(text) : 4;
        memcpy(out, text, length);
        return length;
    }
    if (samme_prng_chance(prng, 50)) {
        out[0] = (uint8_t)samme_prng_next(prng);
        return 1;
    }
    uint32_t c = (uint32_t)samme_prng_below(prng, 0x110000);
    if (c < 0x80)
        return out[0] = (uint8_t)c, 1;
    if (c < 0x800)
        return out[0] = (uint8_t)(0xc0 | c >> 6), out[1] = (uint8_t)(0x80 | (c & 0x3f)), 2;
    if (c < 0x10000)
        return out[0] = (uint8_t)(0xe0 | c >> 12), out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f)),
               out[2] = (uint8_t)(0x80 | (c & 0x3f)), 3;
    return out[0] = (uint8_t)(0xf0 | c >> 18), out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f)),
           out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f)), out[3] = (uint8_t)(0x80 | (c & 0x3f)), 4;
}

Test(segment, sentences_put_together_are_the_text) {
    samme_segmenter *segmenters[SAMME_TONGUE_COUNT + 1];
    samme_buffer text, stretches;
    samme_prng prng;
    samme_prng_seed(&prng, 11);
    samme_buffer_init(&text, 4096);
    samme_buffer_init(&stretches, 1 << 20);
    for (int i = 0; i <= SAMME_TONGUE_COUNT; i++)
        segmenters[i] = open_for((samme_tongue)i);
    for (int round = 0; round < 3000; round++) {
        samme_buffer_clear(&text);
        samme_buffer_clear(&stretches);
        for (uint64_t left = samme_prng_below(&prng, 60); left > 0; left--) {
            uint8_t bytes[4];
            size_t length = draw_character(&prng, bytes);
            samme_buffer_append(&text, SAMME_SPAN(bytes, length));
        }
        samme_segmenter *segmenter = segmenters[samme_prng_below(&prng, SAMME_TONGUE_COUNT + 1)];
        cr_assert_eq(samme_sentences(segmenter, samme_buffer_span(&text), &stretches), SAMME_OK);
        const samme_stretch *list = (const void *)stretches.data;
        size_t at = 0;
        for (size_t i = 0; i < stretches.length / sizeof *list; i++) {
            cr_assert_eq(list[i].start, at, "seed 11, round %d", round);
            cr_assert(list[i].end > at, "seed 11, round %d", round);
            at = list[i].end;
        }
        cr_assert_eq(at, text.length, "seed 11, round %d", round);
        samme_buffer_clear(&stretches);
        cr_assert_eq(samme_words(segmenter, samme_buffer_span(&text), &stretches), SAMME_OK);
        list = (const void *)stretches.data;
        at = 0;
        for (size_t i = 0; i < stretches.length / sizeof *list; at = list[i++].end)
            cr_assert(list[i].start >= at && list[i].end > list[i].start &&
                          list[i].end <= text.length,
                      "seed 11, round %d", round);
    }
    for (int i = 0; i <= SAMME_TONGUE_COUNT; i++)
        samme_segmenter_close(segmenters[i]);
    samme_buffer_free(&text);
    samme_buffer_free(&stretches);
}

Test(segment, has_a_maximum) {
    static uint8_t text[SAMME_SEGMENT_TEXT_MAX_BYTES + 1];
    samme_segmenter *segmenter = open_for(SAMME_TONGUE_EN);
    samme_buffer stretches;
    samme_buffer_init(&stretches, 1 << 24);
    memset(text, 'a', sizeof text);
    cr_assert_eq(samme_sentences(segmenter, SAMME_SPAN(text, sizeof text), &stretches),
                 SAMME_TOO_LARGE);
    cr_assert_eq(samme_words(segmenter, SAMME_SPAN(text, sizeof text - 1), &stretches), SAMME_OK);
    cr_assert_eq(stretches.length, sizeof(samme_stretch));
    samme_buffer_free(&stretches);
    samme_segmenter_close(segmenter);
}
