#include "sop/fold.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

bool samme_text_fold(samme_span word, char out[static SAMME_FOLDED_BYTES]) {
    uint8_t *bytes = (uint8_t *)out;
    int32_t length = 0;
    if (word.length > SAMME_FOLDED_BYTES)
        return false;
    for (int32_t next = 0; next < (int32_t)word.length;) {
        UChar32 c;
        U8_NEXT(word.data, next, (int32_t)word.length, c);
        UBool full = length + U8_MAX_LENGTH >= SAMME_FOLDED_BYTES;
        if (c < 0 || full)
            return false;
        U8_APPEND_UNSAFE(bytes, length, (uint32_t)u_foldCase(c, U_FOLD_CASE_DEFAULT));
    }
    out[length] = 0;
    return true;
}

unsigned samme_letters(samme_span word) {
    unsigned letters = 0;
    for (int32_t next = 0; next < (int32_t)word.length;) {
        UChar32 c;
        U8_NEXT(word.data, next, (int32_t)word.length, c);
        letters += c > 0 && u_isalpha(c);
    }
    return letters;
}
