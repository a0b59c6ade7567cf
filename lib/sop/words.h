/* Inside of lib/sop: what the lint knows of each language. Closed lists, folded (lower case), each
 * ending with NULL. They are kept short and sure: a finding that is wrong teaches people to look
 * away. */
#ifndef SAMME_SOP_WORDS_H
#define SAMME_SOP_WORDS_H

#include "sop/language.h"

/* Words with one space between, and what to say about them. */
typedef struct samme_phrase {
    const char *words; /* NULL ends a list */
    const char *about;
} samme_phrase;

typedef struct samme_tongue_words {
    /* Behind these a full stop ends no sentence; with '#' behind, only where a digit follows. */
    const char *const *abbreviations;
    /* No instruction that begins so has its verb first. */
    const char *const *openers;
    /* An instruction may begin with when it holds. */
    const char *const *conditions;
    /* Imperatives: a sentence that begins so is an action. */
    const char *const *verbs;
    /* Behind one of `ands` or a comma, one of these is a second action; so is any of `verbs` with
     * one of `objects` behind it ... */
    const char *const *joined_verbs;
    const char *const *ands;
    const char *const *objects;
    /* ... unless one of these stands before it: then the verb is an infinitive. */
    const char *const *stoppers;
    /* These join two actions by themselves. */
    const char *const *joins;
    /* Past, future, passive; `about` is which. */
    const samme_phrase *tenses;
    /* Words of at least 7 letters that end so; `about` is what they are. */
    const samme_phrase *tense_endings;
    /* An instruction that begins with one of `verbs` so changed tells what was done or is being
     * done: the ending, and what the verb has in its place. */
    const samme_phrase *verb_endings;
    /* Words that can be cut; `about` is what to write instead. */
    const samme_phrase *wordy;
} samme_tongue_words;

/* Below SAMME_TONGUE_COUNT. */
const samme_tongue_words *samme_tongue_words_of(samme_tongue tongue);

extern const samme_tongue_words samme_words_en, samme_words_da, samme_words_nb, samme_words_sv,
    samme_words_hi;
extern const char *const samme_no_words[];
extern const samme_phrase samme_no_phrases[];

#endif
