#include "render/words.h"

#include <string.h>

const samme_prose *samme_prose_of(samme_tongue tongue) {
    static const samme_prose *const all[SAMME_TONGUE_COUNT] = {
        [SAMME_TONGUE_EN] = &samme_prose_en, [SAMME_TONGUE_DA] = &samme_prose_da,
        [SAMME_TONGUE_NB] = &samme_prose_nb, [SAMME_TONGUE_SV] = &samme_prose_sv,
        [SAMME_TONGUE_HI] = &samme_prose_hi,
    };
    return tongue < SAMME_TONGUE_COUNT ? all[tongue] : NULL;
}

const samme_prose_input *samme_prose_input_of(const samme_prose *words, const char *name) {
    for (size_t i = 0; i < words->input_count; i++)
        if (strcmp(words->inputs[i].name, name) == 0)
            return &words->inputs[i];
    return NULL;
}

const samme_prose_value *samme_prose_value_of(const samme_prose_input *input, const char *name) {
    for (const samme_prose_value *value = input->values; value->name != NULL; value++)
        if (strcmp(value->name, name) == 0)
            return value;
    return NULL;
}
