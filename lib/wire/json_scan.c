#include "wire/json_scan.h"

#include "wire/mapping.h"

/* Where we are in a text that is looked over byte by byte, counted as people do. */
struct cursor {
    unsigned line, column;
    unsigned depth;
    size_t marks; /* opening brackets and commas */
    bool in_string, escaped;
};

static void step_over(struct cursor *cursor, uint8_t byte) {
    if (byte == '\n') {
        cursor->line++;
        cursor->column = 0;
    } else if ((byte & 0xc0) != 0x80) { /* not inside a UTF-8 sequence */
        cursor->column++;
    }
    if (cursor->in_string) {
        cursor->in_string = byte != '"' || cursor->escaped;
        cursor->escaped = byte == '\\' && !cursor->escaped;
        return;
    }
    cursor->in_string = byte == '"';
    if (byte == '{' || byte == '[') {
        cursor->depth++;
        cursor->marks++;
    } else if (byte == ',') {
        cursor->marks++;
    } else if ((byte == '}' || byte == ']') && cursor->depth > 0) {
        cursor->depth--;
    }
}

/* jansson takes some hundred bytes for each value, and knows no maximum but a depth of 2,048, so it
 * must not start on a text with far too many. Brackets and commas are counted here: no more than
 * twice as many as there are values, since each value brings one of each at most. The tree counts
 * exactly. */
samme_status samme_json_bounded(samme_span text, const char *place, samme_error *error) {
    struct cursor cursor = {.line = 1};
    for (size_t i = 0; i < text.length; i++) {
        step_over(&cursor, text.data[i]);
        if (cursor.depth > SAMME_MAPPING_DEPTH_MAX)
            return samme_fail(error, SAMME_TOO_LARGE, "%s:%u:%u: nested deeper than %u", place,
                              cursor.line, cursor.column, SAMME_MAPPING_DEPTH_MAX);
        if (cursor.marks > 2 * SAMME_MAPPING_NODES_MAX)
            return samme_fail(error, SAMME_TOO_LARGE, "%s:%u:%u: more than %u values", place,
                              cursor.line, cursor.column, SAMME_MAPPING_NODES_MAX);
    }
    return SAMME_OK;
}

/* What the byte that was just stepped over, outside of strings, begins. */
enum begun { NOTHING, A_NAME, A_VALUE };

typedef struct reading {
    struct cursor at;
    bool in_word;     /* in a number, true, false or null */
    bool name_next;   /* the next string is the name of a member */
    uint64_t objects; /* bit n: what is open at depth n is an object */
} reading;

_Static_assert(SAMME_MAPPING_DEPTH_MAX < 64, "a bit for each depth");

static enum begun read_on(reading *self, uint8_t byte) {
    const bool was_in_string = self->at.in_string;
    step_over(&self->at, byte);
    if (was_in_string)
        return NOTHING;
    if (strchr(" \t\r\n,:]}", byte) != NULL && byte != 0) {
        self->in_word = false;
        if (byte == ',')
            self->name_next = (self->objects >> self->at.depth & 1) != 0;
        else if (byte == ':')
            self->name_next = false;
        return NOTHING;
    }
    if (self->in_word)
        return NOTHING;
    if (byte == '"')
        return self->name_next ? A_NAME : A_VALUE;
    self->in_word = byte != '{' && byte != '[';
    if (!self->in_word) {
        const uint64_t bit = UINT64_C(1) << self->at.depth;
        self->objects = byte == '{' ? self->objects | bit : self->objects & ~bit;
        self->name_next = byte == '{';
    }
    return A_VALUE;
}

void samme_json_place(samme_span text, size_t number, bool of_name, unsigned *out_line,
                      unsigned *out_column) {
    reading self = {.at = {.line = 1}};
    size_t values = 0;
    for (size_t i = 0; i < text.length && values <= number; i++) {
        const enum begun begun = read_on(&self, text.data[i]);
        values += begun == A_VALUE;
        if (begun == (of_name ? A_NAME : A_VALUE)) {
            *out_line = self.at.line;
            *out_column = self.at.column;
        }
    }
}
