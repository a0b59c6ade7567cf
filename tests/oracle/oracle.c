/* Our side of the comparison with tlog.py.
 *
 * oracle write DIR SIZE   writes the same log as tlog.py write and prints the same key
 * oracle check            reads the lines of tlog.py vectors from stdin and compares each with what
 *                         lib/tlog makes of the same; says which differ and ends with 1 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "os/files.h"
#include "tlog/cosignature.h"
#include "tlog/tlog_proof.h"
#include "tlog/writer.h"

#define LOG_NAME "oracle.example/log"

enum { WORDS_MAX = 8, VECTORS_MAX_BYTES = 64 * 1024 * 1024, PATH_BYTES = 4096 };

/* --- write */

static samme_status put(void *self, const char *path, samme_span content, samme_error *error) {
    char full[PATH_BYTES];
    snprintf(full, sizeof full, "%s/%s", (const char *)self, path);
    char *slash = strrchr(full, '/');
    *slash = 0;
    samme_status status = samme_folder_make(full, error);
    *slash = '/';
    return status == SAMME_OK ? samme_file_write(full, content, 0644, error) : status;
}

/* Entry i is i in decimal, i mod 5 times over. */
static void make_entry(uint64_t i, samme_buffer *out) {
    samme_buffer_clear(out);
    for (unsigned times = 0; times < i % 5; times++)
        samme_buffer_printf(out, "%" PRIu64, i);
}

static samme_status write_entries(samme_log_writer *writer, uint64_t size, samme_error *error) {
    samme_buffer entry;
    samme_buffer_init(&entry, 100);
    samme_status status = SAMME_OK;
    for (uint64_t i = 0; i < size && status == SAMME_OK; i++) {
        make_entry(i, &entry);
        status = samme_log_writer_append(writer, samme_buffer_span(&entry), error);
    }
    samme_buffer_free(&entry);
    return status;
}

static int write_log(char *folder, const char *size_text) {
    samme_seed seed;
    const samme_hash hash = samme_sha256(SAMME_LITERAL("the oracle's log"));
    memcpy(seed.bytes, hash.bytes, sizeof seed.bytes);
    samme_error error = {.text = "not a size"};
    samme_log_writer writer;
    samme_buffer note, text;
    uint64_t size;
    samme_buffer_init(&note, 4096);
    samme_buffer_init(&text, SAMME_VKEY_TEXT_MAX);
    samme_log_writer_init(&writer, (samme_log_sink){folder, put});
    samme_status status = samme_u64_parse(samme_span_of_text(size_text), &size);
    if (status == SAMME_OK)
        status = write_entries(&writer, size, &error);
    const samme_checkpoint head = {.size = writer.range.size,
                                   .root = samme_range_root(&writer.range)};
    if (status == SAMME_OK)
        status = samme_checkpoint_sign(LOG_NAME, &seed, &head, &note);
    if (status == SAMME_OK)
        status = samme_log_writer_finish(&writer, samme_buffer_span(&note), &error);
    const samme_public_key key = samme_sign_public(&seed);
    samme_vkey vkey;
    if (status == SAMME_OK)
        status = samme_vkey_make(LOG_NAME, &key, &vkey, &error);
    if (status == SAMME_OK) {
        samme_vkey_format(&vkey, &text);
        printf("%s\n", samme_buffer_text(&text));
    } else {
        fprintf(stderr, "oracle: %s\n", error.text);
    }
    samme_log_writer_free(&writer);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
    return status == SAMME_OK ? 0 : 1;
}

/* --- check */

/* One line, and what was made of it. Spans into `bytes` come from base64 in the line. */
typedef struct vector {
    samme_span words[WORDS_MAX];
    unsigned count;
    samme_buffer a, b, made;
} vector;

static samme_seed seed_of(samme_span hex) {
    samme_seed seed = {{0}};
    if (samme_hex_parse(hex, seed.bytes, sizeof seed.bytes) != SAMME_OK)
        fprintf(stderr, "oracle: not a seed\n");
    return seed;
}

static samme_span bytes_of(samme_span base64, samme_buffer *room) {
    samme_buffer_clear(room);
    if (samme_base64_parse(base64, room) != SAMME_OK)
        fprintf(stderr, "oracle: not base64\n");
    return samme_buffer_span(room);
}

static const char *name_of(samme_span word, char out[static SAMME_NOTE_NAME_MAX + 1]) {
    snprintf(out, SAMME_NOTE_NAME_MAX + 1, "%.*s", (int)word.length, (const char *)word.data);
    return out;
}

static bool is_made(vector *of, samme_span wanted) {
    return samme_span_equal(samme_buffer_span(&of->made), wanted);
}

/* vkey TYPE NAME SEED VKEY */
static bool check_vkey(vector *of) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    const samme_seed seed = seed_of(of->words[3]);
    const samme_public_key key = samme_sign_public(&seed);
    samme_cosigner cosigner;
    samme_vkey vkey, parsed;
    name_of(of->words[2], name);
    if (samme_span_equal(of->words[1], SAMME_LITERAL("4"))) {
        samme_cosigner again;
        if (samme_cosigner_make(name, &key, &cosigner, NULL) != SAMME_OK ||
            samme_cosigner_parse(of->words[4], &again, NULL) != SAMME_OK)
            return false;
        samme_cosigner_format(&cosigner, &of->made);
        return is_made(of, of->words[4]) && samme_vkey_equal(&cosigner.key, &again.key);
    }
    if (samme_vkey_make(name, &key, &vkey, NULL) != SAMME_OK ||
        samme_vkey_parse(of->words[4], &parsed, NULL) != SAMME_OK)
        return false;
    samme_vkey_format(&vkey, &of->made);
    return is_made(of, of->words[4]) && samme_vkey_equal(&vkey, &parsed);
}

/* checkpoint NAME SEED SIZE ROOT NOTE */
static bool check_checkpoint(vector *of) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    const samme_seed seed = seed_of(of->words[2]);
    samme_checkpoint head;
    return samme_u64_parse(of->words[3], &head.size) == SAMME_OK &&
           samme_hex_parse(of->words[4], head.root.bytes, sizeof head.root.bytes) == SAMME_OK &&
           samme_checkpoint_sign(name_of(of->words[1], name), &seed, &head, &of->made) ==
               SAMME_OK &&
           is_made(of, bytes_of(of->words[5], &of->a));
}

/* note NAME SEED TEXT NOTE */
static bool check_note(vector *of) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    const samme_seed seed = seed_of(of->words[2]);
    return samme_note_sign(bytes_of(of->words[3], &of->a), name_of(of->words[1], name), &seed,
                           &of->made) == SAMME_OK &&
           is_made(of, bytes_of(of->words[4], &of->b));
}

/* cosign VKEY NAME SEED TIME NOTE NOTE-AFTER */
static bool check_cosign(vector *of) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    const samme_seed seed = seed_of(of->words[3]);
    samme_vkey log;
    uint64_t time_s;
    samme_buffer_append(&of->made, bytes_of(of->words[5], &of->a));
    return samme_vkey_parse(of->words[1], &log, NULL) == SAMME_OK &&
           samme_u64_parse(of->words[4], &time_s) == SAMME_OK &&
           samme_cosignature_add(&of->made, &log, name_of(of->words[2], name), &seed, time_s,
                                 NULL) == SAMME_OK &&
           is_made(of, bytes_of(of->words[6], &of->b));
}

static bool as_said(samme_span verdict, bool good) {
    return samme_span_equal(verdict, good ? SAMME_LITERAL("good") : SAMME_LITERAL("bad"));
}

/* open VKEY VERDICT NOTE */
static bool check_open(vector *of) {
    samme_vkey log;
    samme_checkpoint head;
    return samme_vkey_parse(of->words[1], &log, NULL) == SAMME_OK &&
           as_said(of->words[2], samme_checkpoint_open(bytes_of(of->words[3], &of->a), &log, &head,
                                                       NULL) == SAMME_OK);
}

/* head VKEY ORIGIN,SIZE,ROOT,EXTENSIONS|bad NOTE */
static bool check_head(vector *of) {
    samme_vkey log;
    samme_log_head head;
    if (samme_vkey_parse(of->words[1], &log, NULL) != SAMME_OK)
        return false;
    if (samme_log_head_open(bytes_of(of->words[3], &of->a), &log, &head, NULL) != SAMME_OK)
        return samme_span_equal(of->words[2], SAMME_LITERAL("bad"));
    samme_base64_append(&of->made, samme_span_of_text(head.origin));
    samme_buffer_printf(&of->made, ",%" PRIu64 ",", head.size);
    samme_hex_append(&of->made, samme_span_of_hash(&head.root));
    samme_buffer_printf(&of->made, ",%u", head.extensions);
    return is_made(of, of->words[2]);
}

/* cosigned VKEY TIME|none|bad NOTE */
static bool check_cosigned(vector *of) {
    samme_cosigner cosigner;
    samme_note note;
    uint64_t time_s;
    unsigned valid;
    if (samme_cosigner_parse(of->words[1], &cosigner, NULL) != SAMME_OK)
        return false;
    samme_status status = samme_note_parse(bytes_of(of->words[3], &of->a), &note, NULL);
    if (status == SAMME_OK)
        status = samme_cosignatures_verify(&note, &cosigner, 1, &time_s, &valid, NULL);
    if (status != SAMME_OK)
        samme_buffer_append_text(&of->made, "bad");
    else if (valid == 0)
        samme_buffer_append_text(&of->made, "none");
    else
        samme_buffer_printf(&of->made, "%" PRIu64, time_s);
    return is_made(of, of->words[2]);
}

/* proof VKEY LEAF VERDICT PROOF */
static bool check_proof(vector *of) {
    samme_vkey log;
    samme_hash leaf;
    samme_checkpoint head;
    samme_tlog_proof proof;
    return samme_vkey_parse(of->words[1], &log, NULL) == SAMME_OK &&
           samme_hex_parse(of->words[2], leaf.bytes, sizeof leaf.bytes) == SAMME_OK &&
           as_said(of->words[3],
                   samme_tlog_proof_parse(bytes_of(of->words[4], &of->a), &proof, NULL) ==
                           SAMME_OK &&
                       samme_tlog_proof_check(&proof, &log, &leaf, &head, NULL) == SAMME_OK);
}

static const struct kind {
    const char *name;
    unsigned words;
    bool (*check)(vector *of);
} kinds[] = {
    {"vkey", 5, check_vkey},   {"checkpoint", 6, check_checkpoint},
    {"note", 5, check_note},   {"cosign", 7, check_cosign},
    {"open", 4, check_open},   {"cosigned", 4, check_cosigned},
    {"proof", 5, check_proof}, {"head", 4, check_head},
};

static void split(samme_span line, vector *out) {
    out->count = 0;
    while (line.length > 0 && out->count < WORDS_MAX) {
        const uint8_t *end = memchr(line.data, ' ', line.length);
        size_t length = end == NULL ? line.length : (size_t)(end - line.data);
        out->words[out->count++] = SAMME_SPAN(line.data, length);
        size_t used = length + (end != NULL);
        line = SAMME_SPAN(line.data + used, line.length - used);
    }
}

static bool check_line(vector *of, samme_span line) {
    split(line, of);
    samme_buffer_clear(&of->made);
    for (size_t i = 0; of->count > 0 && i < sizeof kinds / sizeof *kinds; i++)
        if (samme_span_equal(of->words[0], samme_span_of_text(kinds[i].name)))
            return of->count == kinds[i].words && kinds[i].check(of);
    return false;
}

static bool read_all(samme_buffer *out) {
    uint8_t chunk[65536];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        samme_buffer_append(out, SAMME_SPAN(chunk, got));
    return samme_buffer_status(out) == SAMME_OK;
}

static int check_vectors(void) {
    samme_buffer input;
    vector of;
    samme_buffer_init(&input, VECTORS_MAX_BYTES);
    samme_buffer_init(&of.a, 1024 * 1024);
    samme_buffer_init(&of.b, 1024 * 1024);
    samme_buffer_init(&of.made, 1024 * 1024);
    size_t number = 0, wrong = read_all(&input) ? 0 : 1;
    samme_span rest = samme_buffer_span(&input);
    for (const uint8_t *end;
         rest.length > 0 && (end = memchr(rest.data, '\n', rest.length)) != NULL;) {
        const samme_span line = SAMME_SPAN(rest.data, (size_t)(end - rest.data));
        number++;
        if (!check_line(&of, line)) {
            wrong++;
            fprintf(stderr, "oracle: line %zu differs: %.*s\n", number, (int)line.length,
                    (const char *)line.data);
        }
        rest = SAMME_SPAN(end + 1, rest.length - line.length - 1);
    }
    printf("%zu vectors, %zu differ\n", number, wrong);
    samme_buffer_free(&of.a);
    samme_buffer_free(&of.b);
    samme_buffer_free(&of.made);
    samme_buffer_free(&input);
    return wrong == 0 && number > 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    samme_error error;
    if (samme_crypto_init(&error) != SAMME_OK)
        return 1;
    if (argc == 4 && strcmp(argv[1], "write") == 0)
        return write_log(argv[2], argv[3]);
    if (argc == 2 && strcmp(argv[1], "check") == 0)
        return check_vectors();
    fprintf(stderr, "usage: oracle write DIR SIZE | oracle check <VECTORS\n");
    return 64;
}
