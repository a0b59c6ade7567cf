#include "cli/starting/starting.h"

static const samme_starting_place places[] = {
    {"AT", "EUR", 60, "en"},   {"AU", "AUD", 600, "en"},  {"BE", "EUR", 60, "en"},
    {"BG", "EUR", 120, "en"},  {"CA", "CAD", -300, "en"}, {"CH", "CHF", 60, "en"},
    {"CY", "EUR", 120, "en"},  {"CZ", "CZK", 60, "en"},   {"DE", "EUR", 60, "en"},
    {"DK", "DKK", 60, "da"},   {"EE", "EUR", 120, "en"},  {"ES", "EUR", 60, "en"},
    {"FI", "EUR", 120, "en"},  {"FO", "DKK", 0, "da"},    {"FR", "EUR", 60, "en"},
    {"GB", "GBP", 0, "en"},    {"GL", "DKK", -120, "da"}, {"GR", "EUR", 120, "en"},
    {"HR", "EUR", 60, "en"},   {"HU", "HUF", 60, "en"},   {"IE", "EUR", 0, "en"},
    {"IN", "INR", 330, "hi"},  {"IS", "ISK", 0, "en"},    {"IT", "EUR", 60, "en"},
    {"JP", "JPY", 540, "en"},  {"LI", "CHF", 60, "en"},   {"LT", "EUR", 120, "en"},
    {"LU", "EUR", 60, "en"},   {"LV", "EUR", 120, "en"},  {"MT", "EUR", 60, "en"},
    {"NL", "EUR", 60, "en"},   {"NO", "NOK", 60, "nb"},   {"NZ", "NZD", 720, "en"},
    {"PL", "PLN", 60, "en"},   {"PT", "EUR", 0, "en"},    {"RO", "RON", 120, "en"},
    {"SE", "SEK", 60, "sv"},   {"SI", "EUR", 60, "en"},   {"SK", "EUR", 60, "en"},
    {"US", "USD", -300, "en"},
};
enum { PLACES = sizeof places / sizeof *places };

const samme_starting_place *samme_starting_place_of(const char *country) {
    for (size_t i = 0; i < PLACES; i++)
        if (strcmp(places[i].country, country) == 0)
            return &places[i];
    return NULL;
}

const samme_starting_place *samme_starting_place_for(const char *language) {
    if (strcmp(language, "en") == 0)
        return samme_starting_place_of("GB");
    for (size_t i = 0; i < PLACES; i++)
        if (strcmp(places[i].language, language) == 0)
            return &places[i];
    return NULL;
}

void samme_starting_countries(samme_buffer *out) {
    for (size_t i = 0; i < PLACES; i++)
        samme_buffer_printf(out, "%s%s", i == 0 ? "" : ", ", places[i].country);
}
