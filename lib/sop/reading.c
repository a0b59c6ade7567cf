#include "sop/reading.h"

#include <unicode/utf8.h>

enum { LONG_WORD_LETTERS = 6 };

void samme_reading_init(samme_reading *reading) {
    *reading = (samme_reading){0};
    samme_buffer_init(&reading->sentences, SAMME_SEGMENT_TEXT_MAX_BYTES * sizeof(samme_sentence));
    samme_buffer_init(&reading->folded, 8 * SAMME_SEGMENT_TEXT_MAX_BYTES);
    samme_buffer_init(&reading->scratch, 2 * SAMME_SEGMENT_TEXT_MAX_BYTES * sizeof(samme_stretch));
}

void samme_reading_free(samme_reading *reading) {
    samme_buffer_free(&reading->sentences);
    samme_buffer_free(&reading->folded);
    samme_buffer_free(&reading->scratch);
}

/* What the walk through one text keeps in mind. */
typedef struct walk {
    samme_reading *reading;
    samme_span text;
    const samme_stretch *words;
    size_t word_count;
    size_t next_word;
    size_t behind; /* the byte after the last word */
    bool quoted;
} walk;

/* Looks at what lies between two words. */
static bool pass_gap(walk *in, size_t to) {
    bool parts = false;
    for (int32_t next = (int32_t)in->behind; next < (int32_t)to;) {
        UChar32 c;
        U8_NEXT(in->text.data, next, (int32_t)to, c);
        if (c == '"' || c == 0x201c || c == 0x201d || c == 0x201e || c == 0xab || c == 0xbb)
            in->quoted = !in->quoted;
        bool ends_part = c == ':' && next < (int32_t)to && in->text.data[next] == ' ';
        in->reading->colons += ends_part;
        parts = parts || c == ',' || c == ';' || c == ':' || c == '(' || c == ')' || c == 0x2013 ||
                c == 0x2014;
    }
    in->behind = to;
    return parts;
}

static void take_word(walk *in, samme_sentence *sentence) {
    samme_reading *reading = in->reading;
    const samme_stretch *at = &in->words[in->next_word++];
    samme_span word = SAMME_SPAN(in->text.data + at->start, at->end - at->start);
    bool parts = pass_gap(in, at->start) && sentence->words > 0;
    in->behind = at->end;
    char folded[SAMME_FOLDED_BYTES];
    bool shown = !in->quoted && samme_text_fold(word, folded);
    if (sentence->words == 0 && shown)
        memcpy(sentence->opener, folded, sizeof folded);
    samme_buffer_append_text(&reading->folded, parts ? ", " : "");
    samme_buffer_append_text(&reading->folded, shown ? folded : "\"");
    samme_buffer_append_text(&reading->folded, " ");
    sentence->words++;
    reading->words++;
    reading->long_words += samme_letters(word) > LONG_WORD_LETTERS;
}

static samme_span trim(samme_span text) {
    while (text.length > 0 && text.data[text.length - 1] <= ' ')
        text.length--;
    while (text.length > 0 && text.data[0] <= ' ')
        text = SAMME_SPAN(text.data + 1, text.length - 1);
    return text;
}

static bool asks(samme_span sentence) {
    size_t end = sentence.length;
    while (end > 0 && (sentence.data[end - 1] == '"' || sentence.data[end - 1] == ')'))
        end--;
    return end > 0 && sentence.data[end - 1] == '?';
}

static void take_sentence(walk *in, const samme_stretch *stretch) {
    samme_reading *reading = in->reading;
    samme_sentence sentence = {
        .text = trim(SAMME_SPAN(in->text.data + stretch->start, stretch->end - stretch->start)),
        .folded = reading->folded.length,
    };
    sentence.question = asks(sentence.text);
    samme_buffer_append_text(&reading->folded, " ");
    while (in->next_word < in->word_count && in->words[in->next_word].start < stretch->end)
        take_word(in, &sentence);
    samme_buffer_append(&reading->folded, SAMME_SPAN("", 1));
    if (sentence.words > 0)
        samme_buffer_append(&reading->sentences, SAMME_SPAN(&sentence, sizeof sentence));
}

samme_status samme_reading_take(samme_reading *reading, samme_segmenter *segmenter,
                                samme_span text) {
    samme_buffer_clear(&reading->sentences);
    samme_buffer_clear(&reading->folded);
    samme_buffer_clear(&reading->scratch);
    reading->words = reading->long_words = reading->colons = 0;
    samme_status status = samme_sentences(segmenter, text, &reading->scratch);
    size_t sentences = reading->scratch.length / sizeof(samme_stretch);
    if (status == SAMME_OK)
        status = samme_words(segmenter, text, &reading->scratch);
    if (status != SAMME_OK)
        return status;
    const samme_stretch *stretches = (const void *)reading->scratch.data;
    walk in = {
        .reading = reading,
        .text = text,
        .words = sentences > 0 ? stretches + sentences : NULL,
        .word_count = reading->scratch.length / sizeof(samme_stretch) - sentences,
    };
    for (size_t i = 0; i < sentences; i++)
        take_sentence(&in, &stretches[i]);
    status = samme_buffer_status(&reading->folded);
    return status == SAMME_OK ? samme_buffer_status(&reading->sentences) : status;
}

size_t samme_reading_count(const samme_reading *reading) {
    return reading->sentences.length / sizeof(samme_sentence);
}

const samme_sentence *samme_reading_at(const samme_reading *reading, size_t index) {
    const samme_sentence *sentences = (const void *)reading->sentences.data;
    return &sentences[index];
}

const char *samme_reading_folded(const samme_reading *reading, const samme_sentence *sentence) {
    return (const char *)reading->folded.data + sentence->folded;
}
