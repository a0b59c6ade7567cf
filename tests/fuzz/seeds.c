/* fuzz_seeds FOLDER: writes the inputs of the corpus that our own code makes: FOLDER/TARGET/NAME.
 * Run by hand when a format has grown; what it writes is committed. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/writes.h"
#include "fuzz/framed.h"
#include "fuzz/fuzz.h"
#include "fuzz/sparse.h"
#include "fuzz/trusted.h"
#include "history/entry.h"
#include "store/check.h"
#include "sync/tables.h"
#include "tlog/cosignature.h"
#include "tlog/fork.h"
#include "tlog/tlog_proof.h"

enum { SEED_MAX_BYTES = 4096 };

static const char *folder;

static void make_folder(const char *path) {
    FUZZ_MUST(mkdir(path, 0755) == 0 || errno == EEXIST);
}

/* A prefix, as some targets want one, and the bytes. What is too large is left out. */
SAMME_PRINTF(4, 5)
static void write_seed(const char *target, samme_span prefix, samme_span bytes, const char *format,
                       ...) {
    char path[1024], name[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    if (prefix.length + bytes.length > SEED_MAX_BYTES)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, target);
    make_folder(path);
    snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    FILE *file = fopen(path, "wb");
    FUZZ_MUST(file != NULL);
    FUZZ_MUST(fwrite(prefix.data, 1, prefix.length, file) == prefix.length);
    FUZZ_MUST(fwrite(bytes.data, 1, bytes.length, file) == bytes.length);
    FUZZ_MUST(fclose(file) == 0);
}

static void write_plain(const char *target, samme_span bytes, const char *name) {
    write_seed(target, SAMME_LITERAL(""), bytes, "%s", name);
}

static void text_of(samme_span note, samme_span *out) {
    samme_note parsed;
    samme_error error = {0};
    FUZZ_MUST_OK(samme_note_parse(note, &parsed, &error), &error);
    *out = parsed.text;
}

/* Every line that a release may have. */
static void whole_release_seed(const samme_test_chain *chain) {
    samme_release_waiver waivers[] = {{"gap policy/a.yaml: rare"},
                                      {"overlap policy/a.yaml x: fine"}};
    samme_release_kept keeps[] = {{.version = 1, .note_hash = {{1}}},
                                  {.version = 2, .note_hash = {{2}}}};
    samme_release_document document = {.path = "chain.yaml", .length = 1, .hash = {{3}}};
    samme_release release = {.version = 3,
                             .decide_version = 1,
                             .issued_ms = 1700000000000,
                             .at_ms = 1800000000000,
                             .expires_ms = 1900000000000,
                             .from = 1,
                             .baseline = 2,
                             .author = "tests",
                             .reason = "every line",
                             .compared = true,
                             .waiver_count = 2,
                             .waivers = waivers,
                             .keep_count = 2,
                             .keeps = keeps,
                             .document_count = 1,
                             .documents = &document};
    samme_buffer text;
    samme_error error = {0};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    FUZZ_MUST_OK(samme_release_text(&chain->root, &release, &text, &error), &error);
    write_plain("release", samme_buffer_span(&text), "every_line");
    samme_release_wave waves[] = {{1800000000000}, {1810000000000}, {1820000000000}};
    samme_release_early early[] = {{1, 2}, {7, 1}};
    release.at_ms = 0;
    release.wave_count = 3;
    release.waves = waves;
    release.early_count = 2;
    release.early = early;
    samme_buffer_clear(&text);
    FUZZ_MUST_OK(samme_release_text(&chain->root, &release, &text, &error), &error);
    write_plain("release", samme_buffer_span(&text), "waves");
    samme_buffer_free(&text);
}

static void halt_seed(const samme_test_chain *chain) {
    const samme_halt halt = {.version = 3,
                             .release_hash = {{5}},
                             .wave = 2,
                             .issued_ms = 1700000000000,
                             .author = "tests",
                             .reason = "stop"};
    samme_buffer text;
    samme_error error = {0};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    FUZZ_MUST_OK(samme_halt_text(&chain->root, &halt, &text, &error), &error);
    write_plain("halt", samme_buffer_span(&text), "valid");
    samme_buffer_free(&text);
}

static void next_root_seed(const samme_test_chain *chain) {
    static samme_root next; /* large */
    samme_buffer text;
    samme_error error = {0};
    next = chain->root;
    next.version++;
    next.previous = chain->root.note_hash;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    FUZZ_MUST_OK(samme_root_text(&next, &text, &error), &error);
    write_plain("root", samme_buffer_span(&text), "next");
    samme_buffer_free(&text);
}

static void trust_seeds(void) {
    const samme_test_chain *chain = fuzz_chain();
    samme_span text;
    samme_buffer note, key;
    text_of(samme_buffer_span(&chain->root_note), &text);
    write_plain("root", text, "valid");
    write_plain("root", samme_buffer_span(&chain->root_note), "whole_note");
    write_plain("note", samme_buffer_span(&chain->root_note), "root");
    text_of(samme_buffer_span(&chain->roster_note), &text);
    write_plain("roster", text, "valid");
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_document documents[2] = {{"chain.yaml", SAMME_LITERAL("a")},
                                   {"policy/returns.yaml", SAMME_LITERAL("b")}};
    samme_test_release_note(chain, 1, NULL, documents, 2, &note);
    text_of(samme_buffer_span(&note), &text);
    write_plain("release", text, "valid");
    samme_buffer_free(&note);
    whole_release_seed(chain);
    halt_seed(chain);
    next_root_seed(chain);
    samme_buffer_init(&key, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&chain->hub_log, &key);
    write_plain("vkey", samme_buffer_span(&key), "hub");
    samme_buffer_free(&key);
}

/* Signed by one of the keys that the target knows, and by both. */
static void note_seeds(void) {
    static const samme_seed one = {.bytes = {1}}, two = {.bytes = {2}};
    samme_buffer note;
    samme_error error = {0};
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    FUZZ_MUST(samme_note_sign(SAMME_LITERAL("a text\n\nof two\n"), "fuzz.example/one", &one,
                              &note) == SAMME_OK);
    write_plain("note", samme_buffer_span(&note), "signed_by_one");
    FUZZ_MUST_OK(samme_note_cosign(&note, "fuzz.example/two", &two, &error), &error);
    write_plain("note", samme_buffer_span(&note), "signed_by_two");
    samme_buffer_free(&note);
}

static void range_seeds(void) {
    static const uint64_t sizes[] = {0, 1, 5, 255, UINT64_C(1) << 40, SAMME_TREE_MAX_LEAVES};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        samme_range range = {.size = sizes[i], .count = (unsigned)__builtin_popcountll(sizes[i])};
        samme_buffer bytes;
        samme_buffer_init(&bytes, SEED_MAX_BYTES);
        samme_range_encode(&range, &bytes);
        samme_buffer_u8(&bytes, (uint8_t)(i * 3)); /* level */
        write_seed("range", SAMME_LITERAL(""), samme_buffer_span(&bytes), "size_%llu",
                   (unsigned long long)sizes[i]);
        samme_buffer_free(&bytes);
    }
}

/* The hub's checkpoint of a log of two entries. */
static void sign_two(const samme_hash *second, samme_buffer *out) {
    const samme_test_chain *chain = fuzz_chain();
    samme_hash first = samme_leaf_hash(SAMME_LITERAL("entry"));
    samme_checkpoint head = {.size = 2, .root = samme_node_hash(&first, second)};
    FUZZ_MUST(samme_checkpoint_sign(chain->hub_log.name, &chain->hub_seed, &head, out) == SAMME_OK);
}

/* Two histories: of the same size, and of another. */
static void fork_seeds(samme_span note) {
    samme_hash second = samme_leaf_hash(SAMME_LITERAL("a third")),
               first = samme_leaf_hash(SAMME_LITERAL("x"));
    const samme_test_chain *chain = fuzz_chain();
    const samme_checkpoint head = {.size = 1, .root = first};
    samme_hash leaves[2] = {samme_leaf_hash(SAMME_LITERAL("entry")),
                            samme_leaf_hash(SAMME_LITERAL("another"))};
    samme_buffer other, text;
    samme_error error = {0};
    samme_fork fork;
    samme_buffer_init(&other, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&text, SAMME_FORK_TEXT_MAX);
    sign_two(&second, &other);
    FUZZ_MUST_OK(
        samme_fork_make(&chain->hub_log, note, samme_buffer_span(&other), NULL, 0, &fork, &error),
        &error);
    samme_fork_format(&fork, &text);
    write_plain("fork", samme_buffer_span(&text), "same_size");
    samme_buffer_clear(&other);
    samme_buffer_clear(&text);
    FUZZ_MUST(samme_checkpoint_sign(chain->hub_log.name, &chain->hub_seed, &head, &other) ==
              SAMME_OK);
    FUZZ_MUST_OK(
        samme_fork_make(&chain->hub_log, note, samme_buffer_span(&other), leaves, 2, &fork, &error),
        &error);
    samme_fork_format(&fork, &text);
    write_plain("fork", samme_buffer_span(&text), "continued");
    samme_buffer_free(&other);
    samme_buffer_free(&text);
}

static void witness_seeds(void) {
    static const samme_seed witness = {.bytes = {9}};
    const uint8_t time[8] = {0, 0, 0, 0, 0x6a, 0, 0, 0};
    samme_hash second = samme_leaf_hash(SAMME_LITERAL("another"));
    samme_error error = {0};
    samme_buffer note, text;
    samme_cosigner cosigner;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    sign_two(&second, &note);
    write_seed("cosignature", SAMME_SPAN(time, sizeof time), samme_buffer_span(&note),
               "checkpoint");
    samme_tlog_proof proof = {.inclusion = {.count = 1, .hashes = {second}},
                              .checkpoint = samme_buffer_span(&note)};
    FUZZ_MUST(samme_tlog_proof_append(&proof, &text) == SAMME_OK);
    write_plain("tlog_proof", samme_buffer_span(&text), "good");
    proof.extra = SAMME_LITERAL("bW9yZQ==");
    proof.index = SAMME_TREE_MAX_LEAVES - 1;
    samme_buffer_clear(&text);
    FUZZ_MUST(samme_tlog_proof_append(&proof, &text) == SAMME_OK);
    write_plain("tlog_proof", samme_buffer_span(&text), "extra");
    fork_seeds(samme_buffer_span(&note));
    FUZZ_MUST_OK(samme_cosignature_add(&note, &fuzz_chain()->hub_log, "witness.example/w", &witness,
                                       1790000000, &error),
                 &error);
    write_seed("cosignature", SAMME_SPAN(time, sizeof time), samme_buffer_span(&note), "cosigned");
    samme_public_key key = samme_sign_public(&witness);
    FUZZ_MUST_OK(samme_cosigner_make("witness.example/w", &key, &cosigner, &error), &error);
    samme_buffer_clear(&text);
    samme_cosigner_format(&cosigner, &text);
    write_plain("cosignature", samme_buffer_span(&text), "key");
    samme_buffer_free(&note);
    samme_buffer_free(&text);
}

/* Number of entries (u16), file, where (u16 each), how; then lengths and bytes of entries. */
static void log_file_seeds(void) {
    static const uint16_t counts[] = {0, 1, 2, 255, 256, 257, 600};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint8_t tape[900];
        samme_prng prng;
        samme_prng_seed(&prng, i + 1);
        samme_random random = samme_prng_as_random(&prng);
        random.fill(random.self, tape, sizeof tape);
        tape[0] = (uint8_t)(counts[i] >> 8);
        tape[1] = (uint8_t)counts[i];
        write_seed("log_files", SAMME_LITERAL(""), SAMME_SPAN(tape, sizeof tape), "entries_%u",
                   counts[i]);
    }
}

static void frame(samme_buffer *out, uint8_t how, samme_span bytes) {
    samme_buffer_u8(out, how);
    samme_buffer_u16(out, (uint16_t)bytes.length);
    samme_buffer_append(out, bytes);
}

typedef void visitor(samme_span key, samme_span value, unsigned count);

static void visit(const samme_store *store, uint8_t table, visitor *see) {
    samme_reader reader;
    FUZZ_MUST(store->open_snapshot(store->self, &reader) == SAMME_OK);
    uint8_t from[SAMME_STORE_KEY_MAX + 1] = {0};
    size_t length = 1;
    samme_span key, value;
    for (unsigned count = 0;
         reader.seek(reader.self, table, SAMME_SPAN(from, length), &key, &value) == SAMME_OK &&
         key.length < SAMME_STORE_KEY_MAX;
         count++) {
        see(key, value, count);
        memcpy(from, key.data, key.length);
        from[key.length] = 0;
        length = key.length + 1;
    }
    store->close_snapshot(store->self);
}

static void see_entry(samme_span key, samme_span value, unsigned count) {
    (void)key;
    uint8_t prefix[3] = {0, (uint8_t)(value.length >> 8), (uint8_t)value.length};
    if (count >= 12)
        return;
    write_seed("event", SAMME_LITERAL(""), value, "entry_%u", count);
    write_seed("entry", SAMME_SPAN(prefix, sizeof prefix), value, "entry_%u", count);
}

/* Of an alarm that no seed's history has. */
static void alarm_seeds(void) {
    static uint8_t subject[16] = {1}, hash[32] = {2};
    static char till[] = "1", number[] = "S", date[] = "2026-09-01";
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = 1;
    receipt.till = till;
    receipt.number = number;
    receipt.business_date = date;
    Samme__AlarmTaken taken = SAMME__ALARM_TAKEN__INIT;
    taken.receipt = &receipt;
    taken.no = taken.raised = 1;
    taken.by = samme_bytes_of_span(SAMME_SPAN(subject, sizeof subject));
    taken.role = SAMME__PERSON_ROLE__supervisor;
    Samme__AlarmResolved resolved = SAMME__ALARM_RESOLVED__INIT;
    resolved.receipt = &receipt;
    resolved.no = resolved.raised = 1;
    resolved.by = taken.by;
    resolved.role = taken.role;
    resolved.code = SAMME__ALARM_CODE__written_off;
    resolved.note_hash = samme_bytes_of_span(SAMME_SPAN(hash, sizeof hash));
    const void *const bodies[] = {&taken, &resolved};
    for (unsigned i = 0; i < 2; i++) {
        const samme_entry_head head = {.kind = i == 0 ? SAMME__EVENT_KIND__alarm_taken
                                                      : SAMME__EVENT_KIND__alarm_resolved,
                                       .region = 1};
        samme_buffer entry;
        samme_buffer_init(&entry, SAMME_EVENT_MAX_BYTES);
        FUZZ_MUST(samme_entry_build(&head, bodies[i], &entry) == SAMME_OK);
        const samme_span bytes = samme_buffer_span(&entry);
        const uint8_t prefix[3] = {0, (uint8_t)(bytes.length >> 8), (uint8_t)bytes.length};
        const char *name = i == 0 ? "alarm_taken" : "alarm_resolved";
        write_plain("event", bytes, name);
        write_seed("entry", SAMME_SPAN(prefix, sizeof prefix), bytes, "%s", name);
        samme_buffer_free(&entry);
    }
}

static samme_buffer whole_log; /* of the visitor below */

static void gather_log(samme_span key, samme_span value, unsigned count) {
    (void)key, (void)count;
    frame(&whole_log, 0, value);
}

static void see_record(samme_span key, samme_span value, unsigned count) {
    (void)key;
    if (count < 10)
        write_seed("record", SAMME_LITERAL(""), value, "record_%u", count);
}

static void see_row(samme_span key, samme_span value, unsigned count) {
    const char *letters = "rfcqbj", *at = strchr(letters, key.data[0]);
    if (at == NULL)
        return;
    uint8_t type = (uint8_t)(at - letters);
    write_seed("row", SAMME_SPAN(&type, 1), value, "%c_%u", key.data[0], count);
}

static void see_state(samme_span key, samme_span value, unsigned count) {
    uint8_t type = key.data[0] == 'o' ? 6 : 7;
    (void)count;
    write_seed("row", SAMME_SPAN(&type, 1), value, "state_%.*s", (int)key.length,
               (const char *)key.data);
}

static void log_seeds(const pair *base) {
    const samme_store *log = &base->nodes[0].stores.log;
    visit(log, SAMME_TABLE_OWN, see_entry);
    samme_buffer_init(&whole_log, SEED_MAX_BYTES);
    visit(log, SAMME_TABLE_OWN, gather_log);
    write_plain("entry", samme_buffer_span(&whole_log), "whole_log");
    samme_buffer_free(&whole_log);
    visit(log, SAMME_TABLE_JOURNAL, see_record);
    visit(log, SAMME_TABLE_STATE, see_state);
    visit(&base->nodes[0].stores.views, SAMME_TABLE_ROWS, see_row);
}

/* Each kind of message as it was last said, also to the core it is meant for. */
static void message_seeds(const pair *base) {
    for (unsigned from_hub = 0; from_hub < 2; from_hub++)
        for (unsigned kind = 1; kind < PAIR_KINDS; kind++) {
            samme_span bytes = samme_buffer_span(&base->newest[from_hub][kind]);
            if (bytes.length == 0 || bytes.length > 3000)
                continue;
            const char *field =
                protobuf_c_message_descriptor_get_field(&samme__message__descriptor, kind)->name;
            write_plain("message", bytes, field);
            samme_buffer framed;
            samme_buffer_init(&framed, SEED_MAX_BYTES);
            frame(&framed, from_hub ? FUZZ_SIGN | FUZZ_FIT : 0, bytes);
            write_plain(from_hub ? "node_message" : "hub_message", samme_buffer_span(&framed),
                        field);
            samme_buffer_free(&framed);
        }
}

/* A push of these entries, to be signed by the target. */
static void push_of(samme_buffer *const *entries, size_t count, samme_buffer *out) {
    Samme__Item items[4], *pointers[4];
    FUZZ_MUST(count <= 4);
    for (size_t i = 0; i < count; i++) {
        samme__item__init(&items[i]);
        items[i].what_case = SAMME__ITEM__WHAT_ENTRY;
        items[i].entry = samme_bytes_of_span(samme_buffer_span(entries[i]));
        pointers[i] = &items[i];
    }
    Samme__Push push = SAMME__PUSH__INIT;
    push.n_items = count;
    push.items = pointers;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUSH;
    message.push = &push;
    samme_pack(&message, out);
}

static void entry_of(Samme__EventKind kind, const ProtobufCMessageDescriptor *type,
                     const char *json, samme_buffer *out) {
    samme_arena arena;
    samme_error error = {0};
    samme_arena_init(&arena, 1024 * 1024);
    const ProtobufCMessage *body =
        samme_from_json(type, samme_span_of_text(json), "seed", &arena, &error);
    FUZZ_MUST_OK(body != NULL ? SAMME_OK : error.status, &error);
    samme_entry_head head = {.kind = kind, .region = 1, .id = {1}, .time_ms = 1};
    samme_buffer_init(out, SAMME_EVENT_MAX_BYTES);
    FUZZ_MUST(samme_entry_build(&head, body, out) == SAMME_OK);
    samme_arena_free(&arena);
}

static void push_seeds(void) {
    samme_buffer sale, opened, decided, bytes, framed;
    entry_of(SAMME__EVENT_KIND__sale, &samme__sale__descriptor,
             "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"P1\",\"businessDate\":"
             "\"2026-09-01\"},\"currency\":\"GBP\",\"lines\":[{\"no\":1,\"quantity\":\"1000\","
             "\"paid\":\"100\"}]}",
             &sale);
    entry_of(SAMME__EVENT_KIND__return_opened, &samme__return_opened__descriptor,
             "{\"caseCode\":\"c\",\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"P1\","
             "\"businessDate\":\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]}",
             &opened);
    entry_of(SAMME__EVENT_KIND__return_decided, &samme__return_decided__descriptor,
             "{\"caseCode\":\"c\",\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"P1\","
             "\"businessDate\":\"2026-09-01\"},\"basis\":{\"release\":{\"version\":\"1\"}},"
             "\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"facts\":{\"claim\":\"own\"},"
             "\"answer\":{\"verdict\":\"authorise\",\"refund\":\"100\"}}]}",
             &decided);
    samme_buffer *const entries[] = {&sale, &opened, &decided};
    samme_buffer_init(&bytes, SEED_MAX_BYTES);
    push_of(entries, 3, &bytes);
    samme_buffer_init(&framed, SEED_MAX_BYTES);
    frame(&framed, FUZZ_SIGN | FUZZ_FIT, samme_buffer_span(&bytes));
    write_plain("hub_message", samme_buffer_span(&framed), "push_signed_here");
    samme_buffer_clear(&bytes);
    push_of(&entries[1], 1, &bytes);
    frame(&framed, FUZZ_SIGN | FUZZ_FIT | 3, samme_buffer_span(&bytes)); /* by another branch */
    write_plain("hub_message", samme_buffer_span(&framed), "two_pushes");
    samme_buffer_free(&bytes);
    samme_buffer_free(&framed);
    for (size_t i = 0; i < 3; i++)
        samme_buffer_free(entries[i]);
}

/* The third release, of documents that are handed over first. */
static void release_seed(const pair *base, samme_buffer *out) {
    samme_buffer chain_yaml, policy_yaml, note, framed, bytes;
    samme_buffer_init(&chain_yaml, SEED_MAX_BYTES);
    samme_buffer_init(&policy_yaml, SEED_MAX_BYTES);
    samme_buffer_init(&note, SEED_MAX_BYTES);
    samme_buffer_init(&framed, 2 * SEED_MAX_BYTES);
    samme_buffer_init(&bytes, SEED_MAX_BYTES);
    samme_test_chain_yaml(&base->chain, &chain_yaml);
    samme_buffer_append_text(&policy_yaml,
                             "policy: returns\nhit: first\nrules:\n"
                             "  - id: rest\n    then: {verdict: deny, reason: NOT_COVERED}\n");
    samme_document documents[2] = {{"chain.yaml", samme_buffer_span(&chain_yaml)},
                                   {"policy/returns.yaml", samme_buffer_span(&policy_yaml)}};
    samme_test_release_note(&base->chain, 3, &base->release_hash, documents, 2, &note);
    Samme__PutDocument put = SAMME__PUT_DOCUMENT__INIT;
    Samme__PutRelease put_release = SAMME__PUT_RELEASE__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUT_DOCUMENT;
    message.put_document = &put;
    put.document = samme_bytes_of_span(documents[1].content);
    samme_pack(&message, &bytes);
    frame(&framed, 5, samme_buffer_span(&bytes));
    samme_span text;
    text_of(samme_buffer_span(&note), &text);
    message.what_case = SAMME__MESSAGE__WHAT_PUT_RELEASE;
    message.put_release = &put_release;
    put_release.note = samme_bytes_of_span(text);
    samme_buffer_clear(&bytes);
    samme_pack(&message, &bytes);
    frame(&framed, FUZZ_SIGN | 5, samme_buffer_span(&bytes));
    write_plain("hub_message", samme_buffer_span(&framed), "release_signed_here");
    samme_buffer_append(out, samme_buffer_span(&framed));
    samme_buffer_free(&chain_yaml);
    samme_buffer_free(&policy_yaml);
    samme_buffer_free(&note);
    samme_buffer_free(&framed);
    samme_buffer_free(&bytes);
}

static void ask_node(fuzz_world *world, const char *path, const char *body, samme_buffer *story) {
    uint64_t id = world->answer_count + 1;
    char key[16];
    snprintf(key, sizeof key, "key-%llu", (unsigned long long)id);
    samme_request request = {.id = id,
                             .method = SAMME_POST,
                             .path = samme_span_of_text(path),
                             .idempotency_key = samme_span_of_text(key),
                             .body = samme_span_of_text(body)};
    fuzz_ask(world, 1, &request);
    FUZZ_MUST(world->answers[id - 1].status < 300);
    samme_buffer_printf(story, "%sPOST %s\n%s\n%s\n", id > 1 ? "%%\n" : "", path, key, body);
}

/* A return from its opening to its end; its case code is the one that is drawn in every run. */
static void return_seed(void) {
    static const char opened[] =
        "{\"receipt\":{\"branch\":2,\"till\":\"1\",\"number\":\"N3\",\"businessDate\":"
        "\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":\"defect\","
        "\"condition\":\"used\",\"receiptKind\":\"receipt\",\"wish\":\"refund\"}";
    fuzz_world *world = fuzz_world_open();
    samme_arena arena;
    samme_buffer story, path;
    samme_error error = {0};
    samme_arena_init(&arena, 1024 * 1024);
    samme_buffer_init(&story, SEED_MAX_BYTES);
    samme_buffer_init(&path, 200);
    fuzz_start_node(world, 1);
    ask_node(world, "/v1/returns", opened, &story);
    const Samme__ApiAnswer *answer =
        SAMME_FROM_JSON(ApiAnswer, api_answer, samme_buffer_span(&world->answers[0].body), "answer",
                        &arena, &error);
    FUZZ_MUST_OK(answer != NULL ? SAMME_OK : error.status, &error);
    samme_buffer_printf(&path, "/v1/returns/%s/decide", answer->return_case->case_code);
    ask_node(world, samme_buffer_text(&path), "{}", &story);
    samme_buffer_clear(&path);
    samme_buffer_printf(&path, "/v1/returns/%s/complete", answer->return_case->case_code);
    ask_node(world, samme_buffer_text(&path), "{\"outcome\":\"cancelled\"}", &story);
    write_plain("node_api", samme_buffer_span(&story), "return_whole");
    samme_buffer_free(&story);
    samme_buffer_free(&path);
    samme_arena_free(&arena);
    fuzz_world_close(world);
}

/* What node 1 hears while another branch sells and a release comes. */
static void story_seed(fuzz_world *world, samme_span release) {
    samme_buffer heard;
    samme_buffer_init(&heard, SAMME_MESSAGE_MAX_BYTES);
    fuzz_start_hub(world);
    fuzz_start_node(world, 1);
    fuzz_start_node(world, 2);
    world->overheard = &heard;
    fuzz_input letters = {.rest = release};
    while (letters.rest.length > 0) {
        uint8_t how = fuzz_u8(&letters);
        size_t length = fuzz_u16(&letters);
        samme_span message = fuzz_take(&letters, length);
        samme_buffer bytes;
        if ((how & FUZZ_SIGN) != 0)
            fuzz_sign_release(&world->base->chain, message, &bytes);
        fuzz_tell_hub(world, FUZZ_OPERATOR,
                      (how & FUZZ_SIGN) != 0 ? samme_buffer_span(&bytes) : message);
        if ((how & FUZZ_SIGN) != 0)
            samme_buffer_free(&bytes);
    }
    samme_request request = {
        .id = 1,
        .method = SAMME_POST,
        .path = SAMME_LITERAL("/v1/sales"),
        .idempotency_key = SAMME_LITERAL("key"),
        .body = SAMME_LITERAL(
            "{\"receipt\":{\"till\":\"1\",\"number\":\"S\",\"businessDate\":\"2026-09-01\"},"
            "\"currency\":\"GBP\",\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"paid\":\"1\"}]}")};
    fuzz_ask(world, 2, &request);
    FUZZ_MUST(world->answers[0].status == 201);
    FUZZ_MUST(fuzz_settle(world));
    world->overheard = NULL;
    write_plain("node_message", samme_buffer_span(&heard), "story");
    samme_buffer_free(&heard);
}

static void tape_seeds(void) {
    for (unsigned i = 1; i <= 6; i++) {
        uint8_t tape[300];
        samme_prng prng;
        samme_prng_seed(&prng, i);
        samme_random random = samme_prng_as_random(&prng);
        random.fill(random.self, tape, sizeof tape);
        write_seed("fold", SAMME_LITERAL(""), SAMME_SPAN(tape, sizeof tape), "tape_%u", i);
    }
}

/* Commits and waits until it is done. */
static void store_commit(samme_store *store, samme_writes *writes) {
    samme_completion done;
    samme_commit commit = {.expected_head = store->head(store->self), .writes = writes};
    FUZZ_MUST(store->commit(store->self, commit) == SAMME_OK);
    while (store->completions(store->self, &done, 1) == 0) {
        struct pollfd wait = {.fd = store->wake_fd(store->self), .events = POLLIN};
        poll(&wait, 1, 1000);
    }
    FUZZ_MUST(done.outcome == SAMME_COMMIT_DONE);
}

/* Rows of keys and values that are nearly all zeros, so that a whole file is a short input; long
 * keys, so that few make a branch; then some are removed. */
static void fill_store(samme_store *store, unsigned rows, size_t key_length, size_t value_length) {
    static uint8_t key[SAMME_STORE_KEY_MAX];
    static const uint8_t value[FUZZ_SPARSE_MAX];
    samme_writes *puts = samme_writes_new(), *removals = samme_writes_new();
    FUZZ_MUST(puts != NULL && removals != NULL);
    for (unsigned i = 0; i < rows; i++) {
        key[key_length - 1] = (uint8_t)(i + 1);
        samme_span row = SAMME_SPAN(key, key_length);
        FUZZ_MUST(samme_writes_put(puts, 0, row, SAMME_SPAN(value, value_length)) == SAMME_OK);
        FUZZ_MUST(i % 3 != 1 || samme_writes_remove(removals, 0, row) == SAMME_OK);
    }
    store_commit(store, puts);
    store_commit(store, removals);
}

static bool store_is_sound(const char *path) {
    samme_datafile file;
    samme_store_record record;
    samme_error error;
    samme_status status = samme_datafile_open(path, &file, &error);
    if (status != SAMME_OK)
        return false;
    status = samme_store_check(&file, "test", &record, &error);
    samme_datafile_close(&file);
    return status == SAMME_OK;
}

/* Reads a store's file, with zeros in place of the pages that nothing leads to. */
static void read_store(const char *path, uint8_t content[static FUZZ_SPARSE_MAX]) {
    static const uint8_t zero[FUZZ_SPARSE_PAGE];
    FILE *file = fopen(path, "r+b");
    FUZZ_MUST(file != NULL && store_is_sound(path));
    FUZZ_MUST(fread(content, 1, FUZZ_SPARSE_MAX, file) == FUZZ_SPARSE_MAX);
    setvbuf(file, NULL, _IONBF, 0);
    for (long at = 0; at < FUZZ_SPARSE_MAX; at += FUZZ_SPARSE_PAGE) {
        FUZZ_MUST(fseek(file, at, SEEK_SET) == 0);
        FUZZ_MUST(fwrite(zero, 1, sizeof zero, file) == sizeof zero);
        if (store_is_sound(path)) {
            memset(content + at, 0, FUZZ_SPARSE_PAGE);
            continue;
        }
        FUZZ_MUST(fseek(file, at, SEEK_SET) == 0);
        FUZZ_MUST(fwrite(content + at, 1, sizeof zero, file) == sizeof zero);
    }
    fclose(file);
    FUZZ_MUST(store_is_sound(path));
}

/* A store's file; its sums count in one seed, and not in another. */
static void store_seed(const char *name, unsigned rows, size_t key_length, size_t value_length) {
    char at[] = "/tmp/samme-seed-XXXXXX", path[64];
    static const char *const files[] = {"/data.mdb", "/lock.mdb", ""};
    static uint8_t content[FUZZ_SPARSE_MAX];
    samme_lmdb_store *disk = NULL;
    samme_error error = {0};
    FUZZ_MUST(mkdtemp(at) != NULL);
    samme_lmdb_options options = {.folder = at, .kind = "test"};
    FUZZ_MUST_OK(samme_lmdb_open(&options, &disk, &error), &error);
    samme_store store = samme_lmdb_port(disk);
    fill_store(&store, rows, key_length, value_length);
    samme_lmdb_close(disk);
    snprintf(path, sizeof path, "%s/data.mdb", at);
    read_store(path, content);
    samme_buffer sparse;
    samme_buffer_init(&sparse, FUZZ_SPARSE_MAX);
    fuzz_sparse_write(SAMME_SPAN(content, sizeof content), &sparse);
    for (unsigned sums = 0; sums < 2; sums++) {
        uint8_t prefix = (uint8_t)sums;
        write_seed("datafile", SAMME_SPAN(&prefix, 1), samme_buffer_span(&sparse), "%s_%s", name,
                   sums == 0 ? "shape" : "sums");
    }
    samme_buffer_free(&sparse);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", at, files[i]);
        FUZZ_MUST(remove(path) == 0);
    }
}

static void store_seeds(void) {
    store_seed("empty", 0, 8, 0);
    store_seed("few", 6, 8, 20);
    store_seed("branch", 20, 500, 3);
    store_seed("big", 3, 8, 5000);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
        return 64;
    }
    folder = argv[1];
    make_folder(folder);
    fuzz_world *world = fuzz_world_open();
    trust_seeds();
    note_seeds();
    range_seeds();
    witness_seeds();
    log_file_seeds();
    log_seeds(world->base);
    alarm_seeds();
    message_seeds(world->base);
    push_seeds();
    samme_buffer release;
    samme_buffer_init(&release, 2 * SEED_MAX_BYTES);
    release_seed(world->base, &release);
    story_seed(world, samme_buffer_span(&release));
    samme_buffer_free(&release);
    tape_seeds();
    return_seed();
    store_seeds();
    fuzz_world_close(world);
    return 0;
}
