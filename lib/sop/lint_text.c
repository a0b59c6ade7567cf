/* The rules of one text. */
#include <stdarg.h>
#include <stdio.h>

#include "sop/linting.h"

enum { SHOWN_BYTES = 64, SENTENCES_A_STEP_MAX = 2 };

/* Words, by language; why these: lib/sop/README.md. */
typedef struct limits {
    size_t instruction_sentence, sentence;
    size_t instruction, spoken, label; /* the whole text */
} limits;

static const limits limits_of[SAMME_TONGUE_COUNT] = {
    [SAMME_TONGUE_EN] = {20, 25, 30, 60, 10}, [SAMME_TONGUE_DA] = {18, 22, 27, 54, 9},
    [SAMME_TONGUE_NB] = {18, 22, 27, 54, 9},  [SAMME_TONGUE_SV] = {18, 22, 27, 54, 9},
    [SAMME_TONGUE_HI] = {24, 28, 36, 72, 12},
};

typedef struct text_lint {
    const samme_reading *reading;
    const samme_tongue_words *words;
    const limits *limits;
    const char *tag;
    samme_text_role role;
    const samme_document_place *place;
    samme_document_findings *findings;
} text_lint;

static void found(const text_lint *in, const char *code, const char *format, ...)
    SAMME_PRINTF(3, 4);
static void found(const text_lint *in, const char *code, const char *format, ...) {
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    samme_document_findings_add(in->findings, SAMME_SEVERITY_WAIVABLE, code, in->place, "%s: %s",
                                in->tag, text);
}

/* The beginning of a sentence, not cut within a character. */
static const char *show(samme_span text, char out[static SHOWN_BYTES]) {
    static const char more[] = "...";
    size_t length = text.length;
    bool cut = length >= SHOWN_BYTES;
    if (cut) {
        length = SHOWN_BYTES - sizeof more;
        while (length > 0 && (text.data[length] & 0xc0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++)
        out[i] = (char)(text.data[i] < ' ' ? ' ' : text.data[i]);
    snprintf(out + length, SHOWN_BYTES - length, "%s", cut ? more : "");
    return out;
}

static bool is_among(const char *const *list, const char *word) {
    for (; *list != NULL; list++)
        if (strcmp(*list, word) == 0)
            return true;
    return false;
}

static const char *find_words(const char *folded, const char *words) {
    char needle[160];
    snprintf(needle, sizeof needle, " %s ", words);
    return strstr(folded, needle);
}

static void check_sentences(const text_lint *in) {
    bool instructs = in->role == SAMME_TEXT_INSTRUCTION;
    size_t most = instructs ? in->limits->instruction_sentence : in->limits->sentence;
    for (size_t i = 0; i < samme_reading_count(in->reading); i++) {
        const samme_sentence *sentence = samme_reading_at(in->reading, i);
        char shown[SHOWN_BYTES];
        if (sentence->words > most)
            found(in, "sentence_long", "%zu words in a sentence, at most %zu: \"%s\"",
                  sentence->words, most, show(sentence->text, shown));
    }
}

static void check_length(const text_lint *in) {
    size_t most = SIZE_MAX;
    if (in->role == SAMME_TEXT_INSTRUCTION)
        most = in->limits->instruction;
    else if (in->role == SAMME_TEXT_SPOKEN)
        most = in->limits->spoken;
    else if (in->role == SAMME_TEXT_LABEL)
        most = in->limits->label;
    if (in->reading->words <= most)
        return;
    const char *what = in->role == SAMME_TEXT_INSTRUCTION ? "a step"
                       : in->role == SAMME_TEXT_LABEL     ? "a title or choice"
                                                          : "what is said at once";
    found(in, "text_long", "%zu words in %s, at most %zu", in->reading->words, what, most);
}

/* An order: it begins with a verb, or says first when it holds. */
static bool is_order(const text_lint *in, const samme_sentence *sentence) {
    return !sentence->question && (is_among(in->words->verbs, sentence->opener) ||
                                   is_among(in->words->conditions, sentence->opener));
}

static size_t word_length(const char *folded) {
    return strcspn(folded, " ");
}

static bool word_among(const char *const *list, const char *word) {
    for (; *list != NULL; list++)
        if (strlen(*list) == word_length(word) && memcmp(*list, word, word_length(word)) == 0)
            return true;
    return false;
}

/* Whether the words are a second action. */
static bool is_action(const text_lint *in, const char *words) {
    const size_t length = word_length(words);
    return word_among(in->words->joined_verbs, words) ||
           (words[length] != 0 && word_among(in->words->verbs, words) &&
            word_among(in->words->objects, words + length + 1));
}

static bool stopped_before(const text_lint *in, const char *folded, const char *at) {
    for (const char *const *stopper = in->words->stoppers; *stopper != NULL; stopper++) {
        const char *stops = find_words(folded, *stopper);
        if (stops != NULL && stops <= at)
            return true;
    }
    return false;
}

/* "take it and ask ...": false when the verb after "and" is an infinitive for all we know. */
static bool joins_verbs(const text_lint *in, const char *folded, const char *and,
                        char out[static SHOWN_BYTES]) {
    for (const char *at = folded; (at = find_words(at, and)) != NULL; at++) {
        const char *verb = at + strlen(and) + 2;
        if (stopped_before(in, folded, at))
            return false;
        if (!is_action(in, verb))
            continue;
        snprintf(out, SHOWN_BYTES, "%s %.*s", and, (int)word_length(verb), verb);
        return true;
    }
    return false;
}

static bool joined(const text_lint *in, const samme_sentence *sentence,
                   char out[static SHOWN_BYTES]) {
    const char *folded = samme_reading_folded(in->reading, sentence);
    for (const char *const *join = in->words->joins; *join != NULL; join++)
        if (find_words(folded, *join) != NULL) {
            snprintf(out, SHOWN_BYTES, "%s", *join);
            return true;
        }
    if (!is_among(in->words->verbs, sentence->opener))
        return false;
    for (const char *const *and = in->words->ands; *and != NULL; and++)
        if (joins_verbs(in, folded, *and, out))
            return true;
    return joins_verbs(in, folded, ",", out);
}

static void check_actions(const text_lint *in) {
    const samme_sentence *first = NULL;
    char shown[SHOWN_BYTES];
    for (size_t i = 0; i < samme_reading_count(in->reading); i++) {
        const samme_sentence *sentence = samme_reading_at(in->reading, i);
        if (!sentence->question && joined(in, sentence, shown)) {
            found(in, "two_actions", "\"%s\" joins two actions, expected one a step", shown);
            return;
        }
        if (!is_order(in, sentence))
            continue;
        if (first != NULL) {
            found(in, "two_actions", "two orders (\"%s ...\", \"%s ...\"), expected one a step",
                  first->opener, sentence->opener);
            return;
        }
        first = sentence;
    }
    if (samme_reading_count(in->reading) > SENTENCES_A_STEP_MAX)
        found(in, "step_sentences", "%zu sentences in a step, at most %d",
              samme_reading_count(in->reading), SENTENCES_A_STEP_MAX);
}

/* "checked", "closing": a listed verb that is no order. */
static bool is_changed_verb(const text_lint *in, const char *word) {
    char verb[SAMME_FOLDED_BYTES + 4];
    for (const samme_phrase *end = in->words->verb_endings; end->words != NULL; end++) {
        const size_t length = strlen(word), tail = strlen(end->words);
        if (length <= tail || strcmp(word + length - tail, end->words) != 0)
            continue;
        snprintf(verb, sizeof verb, "%.*s%s", (int)(length - tail), word, end->about);
        if (is_among(in->words->verbs, verb))
            return true;
    }
    return false;
}

/* Of the first sentence alone: behind an order, one may say what happens then. */
static void check_opening(const text_lint *in) {
    const samme_sentence *sentence =
        samme_reading_count(in->reading) > 0 ? samme_reading_at(in->reading, 0) : NULL;
    char shown[SHOWN_BYTES];
    if (sentence == NULL || sentence->question)
        return;
    if (is_changed_verb(in, sentence->opener)) {
        found(in, "tense", "begins with \"%s\", expected what to do now: \"%s\"", sentence->opener,
              show(sentence->text, shown));
        return;
    }
    if (!is_among(in->words->openers, sentence->opener))
        return;
    found(in, "verb_not_first", "begins with \"%s\", expected the verb first: \"%s\"",
          sentence->opener, show(sentence->text, shown));
}

static bool ends_so(const char *folded, const char *ending) {
    enum { LETTERS_MIN = 7 };
    size_t tail = strlen(ending);
    for (const char *word = folded + strspn(folded, " "); *word != 0;) {
        size_t length = strcspn(word, " ");
        if (length >= LETTERS_MIN && length > tail &&
            memcmp(word + length - tail, ending, tail) == 0)
            return true;
        word += length;
        word += strspn(word, " ");
    }
    return false;
}

/* In an order past and future tell of something else ("ask why it was opened"). */
static void check_tense(const text_lint *in) {
    for (size_t i = 0; i < samme_reading_count(in->reading); i++) {
        const samme_sentence *sentence = samme_reading_at(in->reading, i);
        const char *folded = samme_reading_folded(in->reading, sentence);
        if (sentence->question || is_order(in, sentence))
            continue;
        for (const samme_phrase *tense = in->words->tenses; tense->words != NULL; tense++)
            if (find_words(folded, tense->words) != NULL) {
                found(in, "tense", "\"%s\" tells of %s, expected what to do now", tense->words,
                      tense->about);
                return;
            }
        for (const samme_phrase *end = in->words->tense_endings; end->words != NULL; end++)
            if (ends_so(folded, end->words)) {
                found(in, "tense", "a word in -%s is in %s, expected what to do now", end->words,
                      end->about);
                return;
            }
    }
}

static void check_wordy(const text_lint *in) {
    for (const samme_phrase *phrase = in->words->wordy; phrase->words != NULL; phrase++)
        for (size_t i = 0; i < samme_reading_count(in->reading); i++) {
            const samme_sentence *sentence = samme_reading_at(in->reading, i);
            if (find_words(samme_reading_folded(in->reading, sentence), phrase->words) == NULL)
                continue;
            found(in, "wordy", "\"%s\": %s", phrase->words, phrase->about);
            break;
        }
}

static samme_status open_segmenter(samme_linter *linter, samme_tongue tongue) {
    if (linter->segmenters[tongue] != NULL)
        return SAMME_OK;
    return samme_segmenter_open(tongue, &linter->segmenters[tongue], linter->error);
}

samme_status samme_linter_text(samme_linter *linter, samme_text_role role, samme_tongue tongue,
                               samme_span text, const samme_document_place *place) {
    samme_status status = open_segmenter(linter, tongue);
    if (status != SAMME_OK)
        return status;
    status = samme_reading_take(&linter->reading, linter->segmenters[tongue], text);
    if (status != SAMME_OK)
        return samme_fail(linter->error, status, "%s: a text cannot be taken apart", place->path);
    const text_lint in = {
        .reading = &linter->reading,
        .words = samme_tongue_words_of(tongue),
        .limits = &limits_of[tongue],
        .tag = samme_tongue_tag(tongue),
        .role = role,
        .place = place,
        .findings = linter->findings,
    };
    check_length(&in);
    if (role == SAMME_TEXT_LABEL)
        return SAMME_OK;
    check_sentences(&in);
    check_wordy(&in);
    if (role == SAMME_TEXT_INSTRUCTION) {
        check_actions(&in);
        check_opening(&in);
        check_tense(&in);
    }
    samme_lix *lix = &linter->lix[tongue];
    lix->words += linter->reading.words;
    lix->long_words += linter->reading.long_words;
    lix->parts += samme_reading_count(&linter->reading) + linter->reading.colons;
    return SAMME_OK;
}
