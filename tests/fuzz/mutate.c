#include "fuzz/mutate.h"

/* Where parsers turn: signs, ends of ranges, structure. */
static const char *const words[] = {
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "\"",
    "\\u0000",
    "null",
    "{}",
    "[]",
    "{",
    "[",
    ",",
    ":",
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "%%\n",
    "-",
    "not(",
    "\xE2\x80\x94 ",
    "\xEF\xBB\xBF",
    "\xC3",
    "\x80",
    "..",
};
enum { WORDS = sizeof words / sizeof words[0], CHANGES_MAX = 6, RUN_MAX = 64 };

static size_t below(samme_prng *prng, size_t bound) {
    return bound == 0 ? 0 : (size_t)samme_prng_below(prng, bound);
}

/* Short most of the time: what is changed a little gets further. */
static size_t draw_run(samme_prng *prng, size_t most) {
    size_t longest = samme_prng_chance(prng, 700) ? 4 : RUN_MAX;
    return below(prng, (most < longest ? most : longest) + 1);
}

static samme_span part_of(samme_prng *prng, samme_span bytes) {
    size_t start = below(prng, bytes.length);
    return SAMME_SPAN(bytes.data + start, draw_run(prng, bytes.length - start));
}

/* Replaces `length` bytes at `at` by `with`; nothing happens when there is no room. */
static void replace(samme_buffer *out, size_t at, size_t length, samme_span with) {
    uint8_t copy[RUN_MAX];
    if (with.length > sizeof copy || out->length - length + with.length > out->maximum)
        return;
    if (with.length > 0)
        memcpy(copy, with.data, with.length); /* it may lie in `out` */
    size_t behind = out->length - at - length;
    if (with.length > length && samme_buffer_extend(out, with.length - length) == NULL)
        return;
    if (behind > 0)
        memmove(out->data + at + with.length, out->data + at + length, behind);
    if (with.length > 0)
        memcpy(out->data + at, copy, with.length);
    out->length = at + with.length + behind;
}

static void change_byte(samme_prng *prng, samme_buffer *out) {
    if (out->length == 0)
        return;
    uint8_t *byte = &out->data[below(prng, out->length)];
    switch (below(prng, 4)) {
    case 0:
        *byte ^= (uint8_t)(1u << below(prng, 8));
        break;
    case 1:
        *byte = (uint8_t)below(prng, 256);
        break;
    case 2:
        *byte = (uint8_t)(*byte + 1);
        break;
    default:
        *byte = (uint8_t)(*byte - 1);
    }
}

static void change(samme_prng *prng, samme_span other, samme_buffer *out) {
    size_t at = below(prng, out->length + 1);
    size_t run = draw_run(prng, out->length - at);
    samme_span own = samme_buffer_span(out);
    switch (below(prng, 9)) {
    case 0:
        replace(out, at, run, (samme_span){0});
        break;
    case 1:
        replace(out, at, 0, part_of(prng, own));
        break;
    case 2:
        replace(out, at, run, part_of(prng, other));
        break;
    case 3:
        replace(out, at, 0, part_of(prng, other));
        break;
    case 4:
        replace(out, at, samme_prng_chance(prng, 500) ? run : 0,
                samme_span_of_text(words[below(prng, WORDS)]));
        break;
    case 5:
        if (samme_prng_chance(prng, 200))
            out->length = at;
        break;
    default:
        change_byte(prng, out);
    }
}

void fuzz_mutate(samme_prng *prng, samme_span input, samme_span other, samme_buffer *out) {
    samme_buffer_clear(out);
    samme_buffer_append(
        out, SAMME_SPAN(input.data, input.length < out->maximum ? input.length : out->maximum));
    change(prng, other, out);
    for (size_t more = 0; more < CHANGES_MAX && samme_prng_chance(prng, 500); more++)
        change(prng, other, out);
}
