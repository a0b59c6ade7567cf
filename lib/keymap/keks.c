#include "keymap/keks.h"

#include <inttypes.h>

#include "base/text.h"
#include "crypto/sign.h"

static void new_kek(samme_kek *out, uint32_t number, int64_t now_ms, samme_random random) {
    *out = (samme_kek){.number = number, .made_ms = now_ms};
    samme_secret_key_new(&out->key, random);
}

void samme_keks_new(samme_keks *out, const samme_secret_key *pin, int64_t now_ms,
                    samme_random random) {
    *out = (samme_keks){.next = {.number = 0}};
    if (pin != NULL)
        out->pin = *pin;
    else
        samme_secret_key_new(&out->pin, random);
    new_kek(&out->current, 1, now_ms, random);
}

void samme_keks_begin(samme_keks *keks, int64_t now_ms, samme_random random) {
    if (keks->next.number == 0)
        new_kek(&keks->next, keks->current.number + 1, now_ms, random);
}

void samme_keks_end(samme_keks *keks) {
    if (keks->next.number == 0)
        return;
    keks->current = keks->next;
    samme_wipe(&keks->next, sizeof keks->next);
}

const samme_kek *samme_keks_newest(const samme_keks *keks) {
    return keks->next.number != 0 ? &keks->next : &keks->current;
}

static void format_kek(const char *word, const samme_kek *kek, samme_buffer *out) {
    samme_buffer_printf(out, "%s %" PRIu32 " %" PRId64 " ", word, kek->number, kek->made_ms);
    samme_hex_append(out, SAMME_SPAN(kek->key.bytes, sizeof kek->key.bytes));
    samme_buffer_u8(out, '\n');
}

void samme_keks_format(const samme_keks *keks, samme_buffer *out) {
    samme_buffer_append_text(out, "samme machine key 1\npin ");
    samme_hex_append(out, SAMME_SPAN(keks->pin.bytes, sizeof keks->pin.bytes));
    samme_buffer_u8(out, '\n');
    format_kek("kek", &keks->current, out);
    if (keks->next.number != 0)
        format_kek("next", &keks->next, out);
}

/* What stands before the next `end`, which is passed. */
static bool take_word(samme_span *text, char end, samme_span *out) {
    const uint8_t *at = text->length == 0 ? NULL : memchr(text->data, end, text->length);
    if (at == NULL)
        return false;
    *out = SAMME_SPAN(text->data, (size_t)(at - text->data));
    *text = SAMME_SPAN(at + 1, text->length - out->length - 1);
    return true;
}

static bool take_key(samme_span *text, samme_secret_key *out) {
    samme_span digits;
    return take_word(text, '\n', &digits) &&
           samme_hex_parse(digits, out->bytes, sizeof out->bytes) == SAMME_OK;
}

static bool take_kek(samme_span *text, const char *word, samme_kek *out) {
    samme_span found, digits, made;
    uint64_t number;
    int64_t made_ms;
    if (!take_word(text, ' ', &found) || !samme_span_equal(found, samme_span_of_text(word)) ||
        !take_word(text, ' ', &digits) || samme_u64_parse(digits, &number) != SAMME_OK ||
        number == 0 || number > UINT32_MAX || !take_word(text, ' ', &made) ||
        samme_i64_parse(made, &made_ms) != SAMME_OK || !take_key(text, &out->key))
        return false;
    out->number = (uint32_t)number;
    out->made_ms = made_ms;
    return true;
}

samme_status samme_keks_parse(samme_span text, samme_keks *out) {
    samme_keks keks = {.next = {.number = 0}};
    const samme_span whole = text;
    samme_span line, word;
    bool good = take_word(&text, '\n', &line) &&
                samme_span_equal(line, SAMME_LITERAL("samme machine key 1")) &&
                take_word(&text, ' ', &word) && samme_span_equal(word, SAMME_LITERAL("pin")) &&
                take_key(&text, &keks.pin) && take_kek(&text, "kek", &keks.current);
    if (good && text.length > 0)
        good = take_kek(&text, "next", &keks.next) && text.length == 0 &&
               keks.next.number == (uint64_t)keks.current.number + 1;
    samme_buffer again; /* one text for one content: no upper case */
    samme_buffer_init(&again, SAMME_KEKS_MAX_BYTES);
    if (good) {
        samme_keks_format(&keks, &again);
        good = samme_span_equal(samme_buffer_span(&again), whole);
        *out = good ? keks : *out;
    }
    if (again.data != NULL)
        samme_wipe(again.data, again.capacity);
    samme_buffer_free(&again);
    samme_wipe(&keks, sizeof keks);
    return good ? SAMME_OK : SAMME_MALFORMED;
}
