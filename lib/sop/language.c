#include "sop/language.h"

#include <string.h>
#include <unicode/uloc.h>

static size_t run(const char *text, char first, char last) {
    size_t length = 0;
    while (text[length] >= first && text[length] <= last)
        length++;
    return length;
}

/* "-Latn" */
static bool script_at(const char *text) {
    return text[0] == '-' && run(text + 1, 'A', 'Z') == 1 && run(text + 2, 'a', 'z') == 3;
}

static bool region_at(const char *text) {
    return text[0] == '-' && ((run(text + 1, 'A', 'Z') == 2 && text[3] == 0) ||
                              (run(text + 1, '0', '9') == 3 && text[4] == 0));
}

static bool listed(const char *const *list, const char *text, size_t length) {
    for (; *list != NULL; list++)
        if (strlen(*list) == length && memcmp(*list, text, length) == 0)
            return true;
    return false;
}

samme_language_fault samme_language_check(const char *tag) {
    size_t language = run(tag, 'a', 'z');
    const char *rest = tag + language;
    if (language < 2 || language > 3)
        return SAMME_LANGUAGE_FORM;
    if (script_at(rest))
        rest += 5;
    if (rest[0] != 0 && !region_at(rest))
        return SAMME_LANGUAGE_FORM;
    if (!listed(uloc_getISOLanguages(), tag, language))
        return SAMME_LANGUAGE_UNKNOWN;
    if (rest[0] != 0 && rest[1] >= 'A' && !listed(uloc_getISOCountries(), rest + 1, 2))
        return SAMME_LANGUAGE_REGION_UNKNOWN;
    return SAMME_LANGUAGE_FINE;
}

static const char *const tags[SAMME_TONGUE_COUNT] = {"en", "da", "nb", "sv", "hi"};

samme_tongue samme_language_tongue(const char *tag) {
    size_t length = run(tag, 'a', 'z');
    if (tag[length] != 0 && tag[length] != '-')
        return SAMME_TONGUE_OTHER;
    if (length == 2 && memcmp(tag, "no", 2) == 0)
        return SAMME_TONGUE_NB;
    for (int i = 0; i < SAMME_TONGUE_COUNT; i++)
        if (strlen(tags[i]) == length && memcmp(tags[i], tag, length) == 0)
            return (samme_tongue)i;
    return SAMME_TONGUE_OTHER;
}

const char *samme_tongue_tag(samme_tongue tongue) {
    return tongue < SAMME_TONGUE_COUNT ? tags[tongue] : "";
}
