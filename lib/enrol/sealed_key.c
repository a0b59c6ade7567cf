#include "enrol/sealed_key.h"

#include <sys/stat.h>

#include "base/text.h"
#include "crypto/sign.h"
#include "os/files.h"

enum { KEY_BYTES = 32, LINE_MAX_BYTES = 512 };

void samme_sealed_format(const samme_sealed *sealed, samme_buffer *out) {
    samme_buffer_printf(out, "samme-sealed-key-1 argon2id %u %u ", sealed->cost.passes,
                        sealed->cost.kib);
    samme_hex_append(out, SAMME_SPAN(sealed->salt, sizeof sealed->salt));
    samme_buffer_u8(out, ' ');
    samme_hex_append(out, SAMME_SPAN(sealed->nonce, sizeof sealed->nonce));
    samme_buffer_u8(out, ' ');
    samme_hex_append(out, SAMME_SPAN(sealed->box, sizeof sealed->box));
    samme_buffer_u8(out, '\n');
}

/* Up to the next space or the end of the line, which it takes too. */
static samme_span next_word(samme_span *rest) {
    size_t length = 0;
    while (length < rest->length && rest->data[length] != ' ' && rest->data[length] != '\n')
        length++;
    samme_span word = SAMME_SPAN(rest->data, length);
    size_t taken = length < rest->length ? length + 1 : length;
    *rest = SAMME_SPAN(rest->data + taken, rest->length - taken);
    return word;
}

static bool next_number(samme_span *rest, uint32_t most, uint32_t *out) {
    uint64_t value;
    if (samme_u64_parse(next_word(rest), &value) != SAMME_OK || value > most)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool next_hex(samme_span *rest, uint8_t *out, size_t length) {
    return samme_hex_parse(next_word(rest), out, length) == SAMME_OK;
}

samme_status samme_sealed_parse(samme_span line, samme_sealed *out) {
    samme_sealed sealed = {.cost = {.passes = 0}};
    samme_span rest = line;
    if (!samme_span_equal(next_word(&rest), SAMME_LITERAL("samme-sealed-key-1")) ||
        !samme_span_equal(next_word(&rest), SAMME_LITERAL("argon2id")) ||
        !next_number(&rest, SAMME_SEAL_PASSES_MAX, &sealed.cost.passes) ||
        !next_number(&rest, SAMME_SEAL_KIB_MAX, &sealed.cost.kib) ||
        !next_hex(&rest, sealed.salt, sizeof sealed.salt) ||
        !next_hex(&rest, sealed.nonce, sizeof sealed.nonce) ||
        !next_hex(&rest, sealed.box, sizeof sealed.box))
        return SAMME_MALFORMED;
    samme_buffer again; /* one form only: separators, upper case */
    samme_buffer_init(&again, LINE_MAX_BYTES);
    samme_sealed_format(&sealed, &again);
    bool same = samme_span_equal(samme_buffer_span(&again), line);
    samme_status status = samme_buffer_status(&again);
    samme_buffer_free(&again);
    if (status != SAMME_OK)
        return status;
    if (!same)
        return SAMME_MALFORMED;
    *out = sealed;
    return SAMME_OK;
}

static samme_status unseal(const char *path, const samme_sealed *sealed,
                           const samme_passphrase_source *source, uint8_t out[static KEY_BYTES],
                           samme_error *error) {
    samme_buffer passphrase;
    samme_buffer_init(&passphrase, SAMME_PASSPHRASE_MAX_BYTES);
    samme_buffer_extend(&passphrase,
                        SAMME_PASSPHRASE_MAX_BYTES); /* at once: no copy stays behind */
    samme_buffer_clear(&passphrase);
    samme_status status = source->ask(source->self, path, &passphrase, error);
    if (status == SAMME_OK) {
        status = samme_passphrase_open(samme_buffer_span(&passphrase), sealed, out);
        if (status == SAMME_DENIED)
            status = samme_fail(error, status, "%s: not its passphrase", path);
        else if (status != SAMME_OK)
            status = samme_fail(error, status, "%s: cannot be unsealed: %s", path,
                                samme_status_name(status));
    }
    if (passphrase.data != NULL)
        samme_wipe(passphrase.data, passphrase.capacity);
    samme_buffer_free(&passphrase);
    return status;
}

static samme_status check_mode(const char *path, samme_error *error) {
    struct stat info;
    if (stat(path, &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return samme_fail(error, SAMME_DENIED,
                          "%s: others than its owner may read or write it, expected mode 0600",
                          path);
    return SAMME_OK;
}

samme_status samme_signing_key_read(const char *path, const samme_passphrase_source *source,
                                    uint8_t out[static KEY_BYTES], samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, LINE_MAX_BYTES);
    samme_status status = samme_file_read(path, &text, error);
    if (status == SAMME_OK)
        status = check_mode(path, error);
    samme_sealed sealed;
    samme_span line = samme_buffer_span(&text);
    if (status == SAMME_OK && samme_sealed_parse(line, &sealed) == SAMME_OK) {
        status = unseal(path, &sealed, source, out, error);
    } else if (status == SAMME_OK) {
        if (line.length > 0 && line.data[line.length - 1] == '\n')
            line.length--;
        if (samme_hex_parse(line, out, KEY_BYTES) != SAMME_OK)
            status = samme_fail(error, SAMME_MALFORMED,
                                "%s: expected a key of %d hex digits, or a sealed one", path,
                                2 * KEY_BYTES);
    }
    if (text.data != NULL)
        samme_wipe(text.data, text.capacity);
    samme_buffer_free(&text);
    return status;
}

samme_status samme_signing_key_write(const char *path, const uint8_t key[static KEY_BYTES],
                                     samme_span passphrase, samme_seal_cost cost,
                                     samme_random random, samme_error *error) {
    samme_buffer text;
    samme_sealed sealed;
    samme_status status = SAMME_OK;
    samme_buffer_init(&text, LINE_MAX_BYTES);
    samme_buffer_extend(&text, LINE_MAX_BYTES);
    samme_buffer_clear(&text);
    if (passphrase.length == 0) {
        samme_hex_append(&text, SAMME_SPAN(key, KEY_BYTES));
        samme_buffer_u8(&text, '\n');
    } else if ((status = samme_passphrase_seal(passphrase, cost, key, random, &sealed)) ==
               SAMME_OK) {
        samme_sealed_format(&sealed, &text);
    }
    if (status == SAMME_OK)
        status = samme_buffer_status(&text);
    if (status == SAMME_OK)
        status = samme_file_write(path, samme_buffer_span(&text), 0600, error);
    else
        status =
            samme_fail(error, status, "%s: cannot be sealed: %s", path, samme_status_name(status));
    if (text.data != NULL)
        samme_wipe(text.data, text.capacity);
    samme_buffer_free(&text);
    return status;
}
