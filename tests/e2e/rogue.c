/* e2e_rogue ENROLMENT tcp://HUB:PORT ATTACK [ARGUMENT]: a peer that does not keep to the protocol.
 * Prints the hub's answers and, last, "sent N refused R journal J": what the hub counted as refused
 * meanwhile, and its journal's size. Exit code 0: it could do what it was asked to; 2: it could
 * not; what the hub made of it is the caller's to judge. */
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "base/text.h"
#include "history/entry.h"
#include "os/files.h"
#include "tests/e2e/lies.h"
#include "tests/e2e/line.h"
#include "tests/e2e/listing.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"

typedef struct rogue {
    e2e_line line;
    const char *argument;
    uint64_t held; /* entries of its log that the hub holds */
    uint64_t refused_before;
    unsigned sent;
} rogue;

/* --- its log: entry i always is the same sale of 10.00, so that the log can be made again at any
 * size */
static samme_span make_entry(rogue *self, uint64_t index, int64_t paid) {
    char number[32], till[] = "9", date[] = "2026-01-01", currency[] = "GBP";
    snprintf(number, sizeof number, "X-%llu", (unsigned long long)index);
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = self->line.as.branch;
    receipt.till = till;
    receipt.number = number;
    receipt.business_date = date;
    Samme__SaleLine sold = SAMME__SALE_LINE__INIT, *lines[] = {&sold};
    sold.no = 1;
    sold.quantity = 1000;
    sold.paid = paid;
    Samme__Sale sale = SAMME__SALE__INIT;
    sale.receipt = &receipt;
    sale.currency = currency;
    sale.n_lines = 1;
    sale.lines = lines;
    samme_entry_head head = {
        .kind = SAMME__EVENT_KIND__sale, .region = 1, .time_ms = 1767225600000 + (int64_t)index};
    samme_put_u64(head.id + 8, index);
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    e2e_check(samme_entry_build(&head, &sale, &packed), "an entry");
    samme_span copy = samme_arena_copy(&self->line.arena, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return copy;
}

static void append(samme_range *range, samme_span entry) {
    samme_hash leaf = samme_leaf_hash(entry);
    e2e_check(samme_range_append(range, &leaf), "a leaf");
}

static samme_range range_at(rogue *self, uint64_t size) {
    samme_range range;
    samme_range_init(&range);
    while (range.size < size)
        append(&range, make_entry(self, range.size, 1000));
    return range;
}

static ProtobufCBinaryData sign(rogue *self, const samme_range *range, const samme_seed *seed) {
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(self->line.as.chain, self->line.as.branch, self->line.as.epoch, origin);
    samme_checkpoint at = {.size = range->size, .root = samme_range_root(range)};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    e2e_check(samme_checkpoint_sign(origin, seed, &at, &note), "a note");
    samme_span copy = samme_arena_copy(&self->line.arena, samme_buffer_span(&note));
    samme_buffer_free(&note);
    return samme_bytes_of_span(copy);
}

/* --- pushes: made in the arena as they should be, spoiled by the attack, sent */
static Samme__Push *push_of(rogue *self, uint64_t old_size, const samme_span *entries,
                            size_t count) {
    samme_arena *arena = &self->line.arena;
    Samme__Push *push = samme_arena_alloc(arena, sizeof *push);
    Samme__Item *items = samme_arena_alloc(arena, (count + 1) * sizeof *items);
    Samme__Item **pointers = samme_arena_alloc(arena, (count + 1) * sizeof *pointers);
    samme_range range = range_at(self, old_size);
    samme__push__init(push);
    for (size_t i = 0; i < count; i++) {
        samme__item__init(&items[i]);
        items[i].what_case = SAMME__ITEM__WHAT_ENTRY;
        items[i].entry = samme_bytes_of_span(entries[i]);
        pointers[i] = &items[i];
        append(&range, entries[i]);
    }
    push->epoch = self->line.as.epoch;
    push->old_size = old_size;
    push->n_items = count;
    push->items = pointers;
    push->note = sign(self, &range, &self->line.as.log_seed);
    return push;
}

static Samme__Push *good_push(rogue *self, size_t count) {
    samme_span *entries = samme_arena_alloc(&self->line.arena, (count + 1) * sizeof *entries);
    for (size_t i = 0; i < count; i++)
        entries[i] = make_entry(self, self->held + i, 1000);
    return push_of(self, self->held, entries, count);
}

static Samme__Message in_message(Samme__Push *push) {
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUSH;
    message.push = push;
    return message;
}

static void send_push(rogue *self, Samme__Push *push) {
    Samme__Message message = in_message(push);
    e2e_ask(&self->line, &message, SAMME__MESSAGE__WHAT_ACK);
    self->sent++;
}

static void good(rogue *self) {
    uint64_t count = 3;
    if (self->argument != NULL)
        e2e_check(samme_u64_parse(samme_span_of_text(self->argument), &count), "how many");
    send_push(self, good_push(self, count));
}

static void altered(rogue *self) { /* the note of one sale, the entry of another */
    Samme__Push *push = good_push(self, 3);
    push->items[1]->entry = samme_bytes_of_span(make_entry(self, self->held + 1, 999900));
    send_push(self, push);
}

static void reordered(rogue *self) {
    Samme__Push *push = good_push(self, 3);
    Samme__Item *first = push->items[0];
    push->items[0] = push->items[1];
    push->items[1] = first;
    send_push(self, push);
}

static void gap(rogue *self) {
    self->held += 5;
    send_push(self, good_push(self, 3));
}

static void epoch(rogue *self) {
    Samme__Push *push = good_push(self, 3);
    push->epoch++;
    send_push(self, push);
}

static void
rewritten(rogue *self) { /* properly signed, but the log's last entry says something else now */
    samme_span entry = make_entry(self, self->held - 1, 999900);
    send_push(self, push_of(self, self->held - 1, &entry, 1));
}

static void
old_size_lie(rogue *self) { /* entries and note of one size, said to go behind another */
    Samme__Push *push = good_push(self, 3);
    self->held--;
    push->items = good_push(self, 3)->items;
    send_push(self, push);
}

static void note_lie(rogue *self) { /* a note over one entry more than the batch brings */
    Samme__Push *push = good_push(self, 3);
    push->note = good_push(self, 4)->note;
    send_push(self, push);
}

static void wrong_key(rogue *self) { /* the connection's key was stolen, that of the log was not */
    samme_seed other = {{1}};
    samme_range range = range_at(self, self->held + 3);
    Samme__Push *push = good_push(self, 3);
    push->note = sign(self, &range, &other);
    send_push(self, push);
}

static void no_entries(rogue *self) {
    send_push(self, good_push(self, 0));
}

static void too_many(rogue *self) {
    send_push(self, good_push(self, SAMME_BATCH_MAX_ENTRIES + 1));
}

static void large_entry(rogue *self) {
    uint8_t *bytes = samme_arena_alloc(&self->line.arena, SAMME_ENTRY_MAX_BYTES + 1);
    memset(bytes, 0, SAMME_ENTRY_MAX_BYTES + 1);
    samme_span entry = SAMME_SPAN(bytes, SAMME_ENTRY_MAX_BYTES + 1);
    send_push(self, push_of(self, self->held, &entry, 1));
}

static void hidden(rogue *self) { /* hashes in the place of entries */
    Samme__Push *push = good_push(self, 1);
    samme_hash leaf = samme_leaf_hash(samme_span_of_bytes(push->items[0]->entry));
    Samme__Subtree subtree = SAMME__SUBTREE__INIT;
    subtree.hash = samme_bytes_of_span(samme_span_of_hash(&leaf));
    push->items[0]->what_case = SAMME__ITEM__WHAT_SUBTREE;
    push->items[0]->subtree = &subtree;
    send_push(self, push);
}

static void rubbish(
    rogue *self) { /* properly signed, but no event: taken, and put into quarantine by everybody */
    samme_span entries[] = {SAMME_LITERAL("no event at all"), SAMME_LITERAL(""),
                            make_entry(self, 0, 5)};
    send_push(self, push_of(self, self->held, entries, 3));
}

static void lies(rogue *self) { /* ARGUMENT: the file of release 1's note */
    samme_span entries[E2E_LIES];
    samme_buffer note;
    samme_error error = {0};
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    e2e_check(samme_file_read(self->argument != NULL ? self->argument : "", &note, &error),
              "a release note");
    e2e_make_lies(&self->line, "X-0", samme_buffer_span(&note), entries);
    samme_buffer_free(&note);
    send_push(self, push_of(self, self->held, entries, E2E_LIES));
}

static void push_as_it_is(rogue *self) { /* for a key that has no log */
    self->line.as.epoch = 1;
    self->line.as.branch = 1;
    send_push(self, good_push(self, 1));
}

/* --- bytes that are no message, or not the one they were */
enum {
    WINDOW = 16
}; /* messages between two looks at the answers: more would be shed by the hub's queue to us */

static void throw_bytes(rogue *self, samme_span bytes) {
    e2e_send_bytes(&self->line, bytes, false);
    if (++self->sent % WINDOW == 0)
        (void)e2e_settle(&self->line);
}

static void flipped(rogue *self) { /* one byte after the other */
    Samme__Message message = in_message(good_push(self, 3));
    samme_span packed = e2e_pack(&self->line, &message);
    uint8_t *copy = (uint8_t *)(uintptr_t)packed.data;
    samme_prng prng;
    samme_prng_seed(&prng, 7);
    for (size_t i = 0; i < packed.length; i++) {
        uint8_t mask = (uint8_t)(1 + samme_prng_below(&prng, 255));
        copy[i] ^= mask;
        throw_bytes(self, packed);
        copy[i] ^= mask;
    }
}

static void truncated(rogue *self) { /* at every length */
    Samme__Message message = in_message(good_push(self, 3));
    samme_span packed = e2e_pack(&self->line, &message);
    for (size_t length = 0; length < packed.length; length++)
        throw_bytes(self, SAMME_SPAN(packed.data, length));
}

static void garbage(rogue *self) {
    uint8_t bytes[2000];
    samme_prng prng;
    samme_prng_seed(&prng, 11);
    for (unsigned i = 0; i < 300; i++) {
        size_t length = samme_prng_below(&prng, sizeof bytes);
        for (size_t b = 0; b < length; b++)
            bytes[b] = (uint8_t)samme_prng_next(&prng);
        throw_bytes(self, SAMME_SPAN(bytes, length));
    }
}

static void parts(rogue *self) { /* either part alone would be taken */
    Samme__Message message = in_message(good_push(self, 1));
    samme_span packed = e2e_pack(&self->line, &message);
    for (unsigned i = 0; i < 3; i++) {
        e2e_send_bytes(&self->line, packed, true);
        e2e_send_bytes(&self->line, packed, false);
        self->sent++;
    }
}

static void huge(rogue *self) {
    enum { BYTES = 5 * 1024 * 1024 };
    uint8_t *bytes = samme_arena_alloc(&self->line.arena, BYTES);
    memset(bytes, 0, BYTES);
    e2e_send_bytes(&self->line, SAMME_SPAN(bytes, BYTES), false);
    self->sent++;
    e2e_event event = e2e_line_event(&self->line, E2E_ANSWER_MS);
    puts(event == E2E_CUT_OFF ? "cut off" : "not cut off");
    e2e_line_connect(&self->line, NULL);
}

static void
own_route(rogue *self) { /* a routing id of its own choice, perhaps somebody else's: not heard */
    e2e_line_connect(&self->line, "store1");
    Samme__Message message = in_message(good_push(self, 1));
    for (unsigned i = 0; i < 3; i++, self->sent++)
        e2e_send(&self->line, &message);
    puts(e2e_receive(&self->line, 300) == NULL ? "not answered" : "answered");
    e2e_line_connect(&self->line, NULL);
}

static void hub_words(rogue *self) { /* what only a hub says */
    Samme__Ack ack = SAMME__ACK__INIT;
    ack.size = 1000;
    Samme__Doorbell doorbell = SAMME__DOORBELL__INIT;
    doorbell.journal_size = 1000000;
    Samme__Message messages[] = {SAMME__MESSAGE__INIT, SAMME__MESSAGE__INIT};
    messages[0].what_case = SAMME__MESSAGE__WHAT_ACK;
    messages[0].ack = &ack;
    messages[1].what_case = SAMME__MESSAGE__WHAT_DOORBELL;
    messages[1].doorbell = &doorbell;
    for (size_t i = 0; i < 2; i++, self->sent++)
        e2e_send(&self->line, &messages[i]);
}

/* --- hello */
static void say_hello(rogue *self, uint32_t protocol, uint32_t branch, uint32_t in_epoch,
                      uint64_t journal_size) {
    samme_hash root = samme_sha256(SAMME_LITERAL("another journal"));
    Samme__Hello hello = SAMME__HELLO__INIT;
    hello.protocol = protocol;
    hello.branch = branch;
    hello.epoch = in_epoch;
    hello.journal_size = journal_size;
    hello.journal_root = samme_bytes_of_span(samme_span_of_hash(&root));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_HELLO;
    message.hello = &hello;
    e2e_ask(&self->line, &message, SAMME__MESSAGE__WHAT_WELCOME);
    self->sent++;
}

static void impostor(rogue *self) {
    say_hello(self, 1, 1, 1, 0);
}
static void other_epoch(rogue *self) {
    say_hello(self, 1, self->line.as.branch, 2, 0);
}
static void other_protocol(rogue *self) {
    say_hello(self, 2, self->line.as.branch, self->line.as.epoch, 0);
}
static void other_journal(rogue *self) {
    say_hello(self, 1, self->line.as.branch, self->line.as.epoch, 2);
}
static void longer_journal(rogue *self) {
    say_hello(self, 1, self->line.as.branch, self->line.as.epoch, UINT64_MAX);
}

/* --- documents and releases, by whom and whatever they are */
static void put(rogue *self) {
    samme_buffer file;
    samme_error error = {0};
    samme_buffer_init(&file, SAMME_DOCUMENT_MAX_BYTES);
    if (self->argument == NULL || samme_file_read(self->argument, &file, &error) != SAMME_OK)
        e2e_die("the note's file: %s", error.text);
    Samme__PutRelease what = SAMME__PUT_RELEASE__INIT;
    what.note = samme_bytes_of_span(samme_buffer_span(&file));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUT_RELEASE;
    message.put_release = &what;
    e2e_ask(&self->line, &message, SAMME__MESSAGE__WHAT_PUT_DONE);
    self->sent++;
    samme_buffer_free(&file);
}

static void document(rogue *self) {
    Samme__PutDocument what = SAMME__PUT_DOCUMENT__INIT;
    what.document = samme_bytes_of_span(SAMME_LITERAL("anything"));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUT_DOCUMENT;
    message.put_document = &what;
    e2e_ask(&self->line, &message, SAMME__MESSAGE__WHAT_PUT_DONE);
    self->sent++;
}

static void list(rogue *self) {
    e2e_list(&self->line);
}

/* --- */
typedef struct attack {
    const char *name;
    void (*run)(rogue *self);
} attack;

static const attack attacks[] = {
    {"good", good},
    {"altered", altered},
    {"reordered", reordered},
    {"gap", gap},
    {"epoch", epoch},
    {"rewritten", rewritten},
    {"old-size-lie", old_size_lie},
    {"note-lie", note_lie},
    {"wrong-key", wrong_key},
    {"no-entries", no_entries},
    {"too-many", too_many},
    {"large-entry", large_entry},
    {"hidden", hidden},
    {"rubbish", rubbish},
    {"lies", lies},
    {"push", push_as_it_is},
    {"flipped", flipped},
    {"truncated", truncated},
    {"garbage", garbage},
    {"parts", parts},
    {"huge", huge},
    {"own-route", own_route},
    {"hub-words", hub_words},
    {"impostor", impostor},
    {"other-epoch", other_epoch},
    {"other-protocol", other_protocol},
    {"other-journal", other_journal},
    {"longer-journal", longer_journal},
    {"put", put},
    {"document", document},
    {"list", list},
};

/* A key that nobody enrolled: the handshake must fail. */
static void knock(e2e_line *line) {
    samme_prng prng;
    samme_peer_key ignored;
    samme_prng_seed(&prng, 3);
    samme_curve_pair_new(line->as.curve_secret, &ignored, samme_prng_as_random(&prng));
    e2e_line_connect(line, NULL);
    e2e_event event = e2e_line_event(line, E2E_ANSWER_MS);
    puts(event == E2E_NOT_ADMITTED ? "not admitted"
         : event == E2E_WELCOME_IN ? "ADMITTED"
                                   : "cut off");
}

static void run(rogue *self, const attack *chosen) {
    e2e_line_connect(&self->line, NULL);
    if (e2e_line_event(&self->line, E2E_ANSWER_MS) != E2E_WELCOME_IN)
        e2e_die("the hub does not take the handshake of a key it knows");
    self->held = e2e_hello(&self->line)->branch_size;
    self->refused_before = e2e_settle(&self->line)->refused_messages;
    chosen->run(self);
    const Samme__StatusPart *after = e2e_settle(&self->line);
    printf("sent %u refused %llu journal %llu\n", self->sent,
           (unsigned long long)(after->refused_messages - self->refused_before),
           (unsigned long long)after->journal_size);
}

int main(int argc, char **argv) {
    const attack *chosen = NULL;
    for (size_t i = 0; argc >= 4 && i < sizeof attacks / sizeof attacks[0]; i++)
        if (strcmp(argv[3], attacks[i].name) == 0)
            chosen = &attacks[i];
    bool stranger = argc == 4 && strcmp(argv[3], "unknown-key") == 0;
    if (argc < 4 || argc > 5 || (chosen == NULL && !stranger))
        e2e_die("expected ENROLMENT tcp://HUB:PORT ATTACK [ARGUMENT], see rogue.c for the attacks");
    rogue self = {.argument = argc == 5 ? argv[4] : NULL};
    e2e_line_open(&self.line, argv[1], argv[2]);
    if (stranger)
        knock(&self.line);
    else
        run(&self, chosen);
    e2e_line_close(&self.line);
    return 0;
}
