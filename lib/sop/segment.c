#include "sop/segment.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include "sop/fold.h"
#include "sop/words.h"

struct samme_segmenter {
    samme_tongue tongue;
    UBreakIterator *sentences;
    UBreakIterator *words;
};

samme_status samme_segmenter_open(samme_tongue tongue, samme_segmenter **out, samme_error *error) {
    samme_segmenter *segmenter = calloc(1, sizeof *segmenter);
    if (segmenter == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for a reader of words");
    UErrorCode code = U_ZERO_ERROR;
    const char *tag = samme_tongue_tag(tongue);
    segmenter->tongue = tongue;
    segmenter->sentences = ubrk_open(UBRK_SENTENCE, tag, NULL, 0, &code);
    segmenter->words = ubrk_open(UBRK_WORD, tag, NULL, 0, &code);
    if (U_FAILURE(code)) {
        samme_segmenter_close(segmenter);
        return samme_fail(error, code == U_MEMORY_ALLOCATION_ERROR ? SAMME_NO_MEMORY : SAMME_IO,
                          "ICU cannot find the ends of words and sentences: %s", u_errorName(code));
    }
    *out = segmenter;
    return SAMME_OK;
}

void samme_segmenter_close(samme_segmenter *segmenter) {
    if (segmenter == NULL)
        return;
    ubrk_close(segmenter->sentences);
    ubrk_close(segmenter->words);
    free(segmenter);
}

static bool is_blank(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Bytes of the blank that ends at `end`, 0 when none does; "kl. 10" is written with U+00A0 too. */
static size_t blank_before(samme_span text, size_t end) {
    static const uint8_t no_break[] = {0xc2, 0xa0};
    if (end > 0 && is_blank(text.data[end - 1]))
        return 1;
    bool kept = end >= 2 && memcmp(text.data + end - 2, no_break, 2) == 0;
    return kept ? 2 : 0;
}

/* The word, with its points, that ends where the blanks before `at` begin. */
static samme_span last_word(samme_span text, size_t at) {
    size_t end = at;
    while (blank_before(text, end) > 0)
        end -= blank_before(text, end);
    size_t start = end;
    while (start > 0 && blank_before(text, start) == 0)
        start--;
    while (start < end && strchr("([{\"'", text.data[start]) != NULL)
        start++;
    return SAMME_SPAN(text.data + start, end - start);
}

/* "H." and "b.": an initial, or the end of "bl. a.". */
static bool is_initial(samme_span word) {
    int32_t next = 0;
    UChar32 c = -1;
    if (word.length < 2 || word.length > 5 || word.data[word.length - 1] != '.')
        return false;
    U8_NEXT(word.data, next, (int32_t)word.length, c);
    return c > 0 && (size_t)next == word.length - 1 && u_isalpha(c);
}

static bool is_listed(const char *const *list, const char *word, bool before_digit) {
    size_t length = strlen(word);
    for (; *list != NULL; list++) {
        size_t listed = strlen(*list);
        bool digit_only = (*list)[listed - 1] == '#';
        listed -= digit_only;
        if (listed == length && memcmp(*list, word, length) == 0 && (!digit_only || before_digit))
            return true;
    }
    return false;
}

/* Whether the sentence goes on although ICU ends it here. A new line does end it. */
static bool goes_on(const samme_segmenter *segmenter, samme_span text, size_t at) {
    samme_span word = last_word(text, at);
    if (word.length == 0 || word.data[word.length - 1] != '.' ||
        memchr(word.data + word.length, '\n',
               (size_t)(text.data + at - (word.data + word.length))) != NULL)
        return false;
    char folded[SAMME_FOLDED_BYTES];
    if (is_initial(word))
        return true;
    if (segmenter->tongue == SAMME_TONGUE_OTHER || !samme_text_fold(word, folded))
        return false;
    bool before_digit = at < text.length && text.data[at] >= '0' && text.data[at] <= '9';
    return is_listed(samme_tongue_words_of(segmenter->tongue)->abbreviations, folded, before_digit);
}

static samme_status set_text(UBreakIterator *iterator, UText *reader, samme_span text) {
    static const char nothing[1];
    UErrorCode code = U_ZERO_ERROR;
    const char *bytes = text.length > 0 ? (const char *)text.data : nothing;
    if (text.length > SAMME_SEGMENT_TEXT_MAX_BYTES)
        return SAMME_TOO_LARGE;
    (void)utext_openUTF8(reader, bytes, (int64_t)text.length, &code);
    ubrk_setUText(iterator, reader, &code);
    return U_FAILURE(code) ? SAMME_NO_MEMORY : SAMME_OK;
}

static void append(samme_buffer *out, size_t from, size_t to) {
    const samme_stretch stretch = {from, to};
    samme_buffer_append(out, SAMME_SPAN(&stretch, sizeof stretch));
}

samme_status samme_sentences(samme_segmenter *segmenter, samme_span text, samme_buffer *out) {
    UText reader = UTEXT_INITIALIZER;
    samme_status status = set_text(segmenter->sentences, &reader, text);
    size_t from = 0;
    while (status == SAMME_OK && from < text.length) {
        int32_t next = ubrk_next(segmenter->sentences);
        size_t to = next == UBRK_DONE ? text.length : (size_t)next;
        if (to < text.length && goes_on(segmenter, text, to))
            continue;
        append(out, from, to);
        from = to;
    }
    utext_close(&reader);
    return status == SAMME_OK ? samme_buffer_status(out) : status;
}

samme_status samme_words(samme_segmenter *segmenter, samme_span text, samme_buffer *out) {
    UText reader = UTEXT_INITIALIZER;
    samme_status status = set_text(segmenter->words, &reader, text);
    size_t from = 0;
    while (status == SAMME_OK && from < text.length) {
        int32_t next = ubrk_next(segmenter->words);
        size_t to = next == UBRK_DONE ? text.length : (size_t)next;
        if (ubrk_getRuleStatus(segmenter->words) >= UBRK_WORD_NONE_LIMIT)
            append(out, from, to);
        from = to;
    }
    utext_close(&reader);
    return status == SAMME_OK ? samme_buffer_status(out) : status;
}
