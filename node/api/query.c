#include "node/api/api.h"

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *decode(samme_arena *arena, samme_span text) {
    char *out = samme_arena_alloc(arena, text.length + 1);
    size_t length = 0;
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.length ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.length ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return NULL;
            c = (uint8_t)(high * 16 + low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[length++] = (char)c;
    }
    out[length] = 0;
    return samme_utf8_valid(SAMME_SPAN(out, length)) ? out : NULL;
}

bool samme_query_good(samme_call *call) {
    const samme_span query = call->request->query;
    return query.length == 0 || decode(&call->node->arena, query) != NULL;
}

const char *samme_query_value(samme_call *call, const char *name) {
    samme_span rest = call->request->query;
    size_t name_length = strlen(name);
    while (rest.length > 0) {
        const uint8_t *end = memchr(rest.data, '&', rest.length);
        size_t length = end == NULL ? rest.length : (size_t)(end - rest.data);
        if (length > name_length && memcmp(rest.data, name, name_length) == 0 &&
            rest.data[name_length] == '=')
            return decode(&call->node->arena,
                          SAMME_SPAN(rest.data + name_length + 1, length - name_length - 1));
        size_t used = end == NULL ? length : length + 1;
        rest = SAMME_SPAN(rest.data + used, rest.length - used);
    }
    return NULL;
}
