/* What names and keys in these texts may be, and what the three openings share. Private to
 * lib/trust. */
#ifndef SAMME_TRUST_RULES_H
#define SAMME_TRUST_RULES_H

#include "trust/trust.h"

/* Bytes of a text that leave room in a note for the signatures of a whole role. */
#define SAMME_TRUST_TEXT_MAX (SAMME_DOCUMENT_MAX_BYTES - SAMME_ROLE_KEYS_MAX * 256u)

/* One line for people: well-formed, no control or invisible formatting characters, no space at
 * either end. */
bool samme_one_line_valid(const char *text) SAMME_CHECKED;

/* 32-byte keys gathered from different places of a text, to see that none stands there twice. */
typedef struct samme_key_list {
    uint8_t (*keys)[32];
    size_t count;
    size_t capacity;
} samme_key_list;

samme_status samme_key_list_init(samme_key_list *list, size_t capacity) SAMME_CHECKED;
void samme_key_list_free(samme_key_list *list);
void samme_key_list_add(samme_key_list *list, const uint8_t key[static 32]);
bool samme_key_list_distinct(samme_key_list *list); /* sorts the list */

/* A text that was just appended behind `start`: SAMME_OK, or the reason why not, and out as it was
 * before. */
samme_status samme_text_finish(const char *what, samme_buffer *out, size_t start,
                               samme_error *error) SAMME_CHECKED;

/* Append "key value" and a newline. Times to the second, what is smaller is left out; false outside
 * of years 1 to 9999. */
void samme_text_hash(samme_buffer *out, const char *key, const samme_hash *hash);
bool samme_text_time(samme_buffer *out, const char *key, int64_t ms) SAMME_CHECKED;

/* Of a release (waves.c): whether its waves are of their form, their lines, and reading them. */
samme_status samme_waves_check(const samme_release *release, samme_error *error) SAMME_CHECKED;
bool samme_waves_append(const samme_release *release, samme_buffer *out) SAMME_CHECKED;
struct samme_lines;
void samme_waves_read(struct samme_lines *lines, samme_release *out);

/* Enough distinct keys of the role signed: else SAMME_BAD_SIGNATURE with how many of how many. */
samme_status samme_role_signed(const samme_root *root, samme_role role, const samme_note *note,
                               samme_error *error) SAMME_CHECKED;
/* Form and signatures of a note that a role of `root` must have signed; *out_text is its text. */
samme_status samme_role_note(const samme_root *root, samme_role role, samme_span bytes,
                             samme_span *out_text, samme_error *error) SAMME_CHECKED;

#endif
