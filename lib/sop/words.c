#include "sop/words.h"

#include <stddef.h>

const char *const samme_no_words[] = {NULL};
const samme_phrase samme_no_phrases[] = {{NULL, NULL}};

const samme_tongue_words *samme_tongue_words_of(samme_tongue tongue) {
    static const samme_tongue_words *const all[SAMME_TONGUE_COUNT] = {
        [SAMME_TONGUE_EN] = &samme_words_en, [SAMME_TONGUE_DA] = &samme_words_da,
        [SAMME_TONGUE_NB] = &samme_words_nb, [SAMME_TONGUE_SV] = &samme_words_sv,
        [SAMME_TONGUE_HI] = &samme_words_hi,
    };
    return all[tongue];
}
