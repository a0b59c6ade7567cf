#include "cli/audit_state.h"

#include <string.h>

#include "base/text.h"
#include "os/files.h"

enum { STATE_MAX_BYTES = 4096, FILE_MODE = 0600 };
static const char FIRST_LINE[] = "samme audit state 1\n";

/* Takes "word value\n" off the front. */
static bool take(samme_span *rest, const char *word, samme_span *out) {
    const size_t length = strlen(word);
    const uint8_t *end = rest->length == 0 ? NULL : memchr(rest->data, '\n', rest->length);
    if (end == NULL || (size_t)(end - rest->data) < length + 1 ||
        memcmp(rest->data, word, length) != 0 || rest->data[length] != ' ')
        return false;
    *out = SAMME_SPAN(rest->data + length + 1, (size_t)(end - rest->data) - length - 1);
    *rest = SAMME_SPAN(end + 1, rest->length - (size_t)(end + 1 - rest->data));
    return true;
}

static bool parse(samme_span text, samme_audit_state *out) {
    samme_span chain, size, root, digest, findings;
    const size_t first = sizeof FIRST_LINE - 1;
    if (text.length < first || memcmp(text.data, FIRST_LINE, first) != 0)
        return false;
    samme_span rest = SAMME_SPAN(text.data + first, text.length - first);
    if (!take(&rest, "chain", &chain) || !take(&rest, "size", &size) ||
        !take(&rest, "root", &root) || !take(&rest, "digest", &digest) ||
        !take(&rest, "findings", &findings) || rest.length != 0 ||
        chain.length >= sizeof out->chain)
        return false;
    *out = (samme_audit_state){0};
    memcpy(out->chain, chain.data, chain.length);
    return samme_u64_parse(size, &out->size) == SAMME_OK &&
           samme_u64_parse(findings, &out->findings) == SAMME_OK &&
           samme_hex_parse(root, out->root.bytes, sizeof out->root.bytes) == SAMME_OK &&
           samme_hex_parse(digest, out->state_digest.bytes, sizeof out->state_digest.bytes) ==
               SAMME_OK;
}

samme_status samme_audit_state_read(const char *path, samme_audit_state *out, samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, STATE_MAX_BYTES);
    samme_status status = samme_file_read(path, &text, error);
    if (status == SAMME_OK && !parse(samme_buffer_span(&text), out))
        status = samme_fail(error, SAMME_MALFORMED,
                            "%s: not the state that an audit keeps; expected a file that "
                            "samme audit --state has written",
                            path);
    samme_buffer_free(&text);
    return status;
}

samme_status samme_audit_state_write(const char *path, const samme_audit_state *state,
                                     samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, STATE_MAX_BYTES);
    samme_buffer_printf(&text, "%schain %s\nsize %llu\nroot ", FIRST_LINE, state->chain,
                        (unsigned long long)state->size);
    samme_hex_append(&text, samme_span_of_hash(&state->root));
    samme_buffer_append_text(&text, "\ndigest ");
    samme_hex_append(&text, samme_span_of_hash(&state->state_digest));
    samme_buffer_printf(&text, "\nfindings %llu\n", (unsigned long long)state->findings);
    samme_status status = samme_buffer_status(&text);
    if (status == SAMME_OK)
        status = samme_file_write(path, samme_buffer_span(&text), FILE_MODE, error);
    samme_buffer_free(&text);
    return status;
}
