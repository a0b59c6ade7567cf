/* Hindi: see words.h. */
#include <stddef.h>

#include "sop/words.h"

static const char *const abbreviations[] = {"डॉ.", "श्री.", "कु.",      "प्रो.", "नं.",
                                            "सं.",  "मो.",  "कि.ग्रा.", "रु.#",  NULL};
static const char *const joins[] = {"और फिर",  "और उसके बाद", "और इसके बाद",
                                    "तथा फिर", "जिसके बाद",   NULL};
static const samme_phrase tenses[] = {
    {"किया जाएगा", "the future"},       {"किया जायेगा", "the future"},
    {"की जाएगी", "the future"},         {"दिया जाएगा", "the future"},
    {"किया जाना चाहिए", "the passive"}, {"की जानी चाहिए", "the passive"},
    {"किया गया था", "the past"},        {"की गई थी", "the past"},
    {"दिया गया था", "the past"},        {NULL, NULL}};
static const samme_phrase wordy[] = {{"सुनिश्चित करें कि", "say what to check"},
                                     {"के संबंध में", "write \"के बारे में\""},
                                     {"के सन्दर्भ में", "write \"के बारे में\""},
                                     {"के संदर्भ में", "write \"के बारे में\""},
                                     {"कृपया ध्यान दें कि", "cut it"},
                                     {"यथाशीघ्र", "say when"},
                                     {"जल्द से जल्द", "say when"},
                                     {"आवश्यकतानुसार", "say when"},
                                     {NULL, NULL}};

const samme_tongue_words samme_words_hi = {
    .abbreviations = abbreviations,
    .openers = samme_no_words,
    .conditions = samme_no_words,
    .verbs = samme_no_words,
    .joined_verbs = samme_no_words,
    .ands = samme_no_words,
    .objects = samme_no_words,
    .stoppers = samme_no_words,
    .joins = joins,
    .tenses = tenses,
    .tense_endings = samme_no_phrases,
    .verb_endings = samme_no_phrases,
    .wordy = wordy,
};
