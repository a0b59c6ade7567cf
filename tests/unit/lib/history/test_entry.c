#include <criterion/criterion.h>

#include "history/entry.h"
#include "tests/unit/lib/history/fixture.h"

static samme_span pack_event(samme_arena *arena, const Samme__Event *event) {
    samme_buffer out;
    samme_buffer_init(&out, 1u << 20);
    samme_pack(event, &out);
    samme_span bytes = samme_arena_copy(arena, samme_buffer_span(&out));
    samme_buffer_free(&out);
    return bytes;
}

/* An event that opens, as a struct to spoil. */
static Samme__Event sound_event(samme_arena *arena) {
    Samme__Anchor anchor = SAMME__ANCHOR__INIT;
    samme_entry entry;
    samme_span bytes = fixture_entry(arena, SAMME__EVENT_KIND__anchor, &anchor);
    cr_assert_eq(samme_entry_open(bytes, arena, &entry, NULL), SAMME_OK);
    return *entry.event;
}

static samme_status open_event(samme_arena *arena, const Samme__Event *event, samme_entry *out) {
    samme_error error = {.text = ""};
    samme_status status = samme_entry_open(pack_event(arena, event), arena, out, &error);
    cr_assert_eq(error.text[0] != 0, status != SAMME_OK);
    return status;
}

Test(entry, what_is_built_opens_as_it_was) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    const uint8_t hash[32] = {7};
    samme_entry_head head = {.kind = SAMME__EVENT_KIND__return_done,
                             .region = 3,
                             .id = {1, 2, 3},
                             .time_ms = 1291190400123,
                             .key_hash = SAMME_SPAN(hash, 32)};
    Samme__ReturnDone *done = fixture_done(&arena, "12-ABC", SAMME__RETURN_OUTCOME__cancelled);
    samme_buffer out;
    samme_buffer_init(&out, SAMME_ENTRY_MAX_BYTES);
    cr_assert_eq(samme_entry_build(&head, done, &out), SAMME_OK);
    samme_entry entry;
    cr_assert_eq(samme_entry_open(samme_buffer_span(&out), &arena, &entry, NULL), SAMME_OK);
    cr_assert_eq(entry.event->kind, SAMME__EVENT_KIND__return_done);
    cr_assert_eq(entry.event->version, 1);
    cr_assert_eq(entry.event->event_class, SAMME__EVENT_CLASS__service);
    cr_assert_eq(entry.event->n_regions, 1);
    cr_assert_eq(entry.event->regions[0], 3);
    cr_assert_eq(entry.event->time_ms, 1291190400123);
    cr_assert_eq(entry.event->id.len, 16);
    cr_assert_eq(entry.event->id.data[2], 3);
    cr_assert_eq(entry.event->key_hash.len, 32);
    cr_assert_eq(entry.event->request_hash.len, 0);
    cr_assert_str_eq(entry.body.return_done->case_code, "12-ABC");
    cr_assert_eq(entry.body.return_done->outcome, SAMME__RETURN_OUTCOME__cancelled);
    samme_buffer_free(&out);
    samme_arena_free(&arena);
}

Test(entry, only_sales_are_of_class_sales) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    samme_entry entry;
    Samme__Sale *sale = fixture_sale(&arena, 1, "1");
    samme_span bytes = fixture_entry(&arena, SAMME__EVENT_KIND__sale, sale);
    cr_assert_eq(samme_entry_open(bytes, &arena, &entry, NULL), SAMME_OK);
    cr_assert_eq(entry.event->event_class, SAMME__EVENT_CLASS__sales);
    Samme__ReturnOpened *opened = fixture_opened(&arena, "C", sale->receipt, 1, 1000);
    bytes = fixture_entry(&arena, SAMME__EVENT_KIND__return_opened, opened);
    cr_assert_eq(samme_entry_open(bytes, &arena, &entry, NULL), SAMME_OK);
    cr_assert_eq(entry.event->event_class, SAMME__EVENT_CLASS__service);
    samme_arena_free(&arena);
}

Test(entry, too_large_leaves_the_buffer_as_it_was) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    char *text = samme_arena_alloc(&arena, SAMME_EVENT_MAX_BYTES + 1);
    memset(text, 'x', SAMME_EVENT_MAX_BYTES);
    samme_buffer out;
    samme_buffer_init(&out, 1u << 20);
    samme_buffer_append_text(&out, "before");
    samme_entry_head head = {.kind = SAMME__EVENT_KIND__return_done, .region = 1};
    Samme__ReturnDone done = SAMME__RETURN_DONE__INIT;
    done.reference = text;
    size_t lengths[] = {SAMME_EVENT_MAX_BYTES, SAMME_EVENT_MAX_BYTES - 20};
    for (size_t i = 0; i < 2; i++) { /* the body alone, and the event around it */
        text[lengths[i]] = 0;
        cr_assert_eq(samme_entry_build(&head, &done, &out), SAMME_TOO_LARGE);
        cr_assert_str_eq(samme_buffer_text(&out), "before");
    }
    text[SAMME_EVENT_MAX_BYTES - 100] = 0;
    cr_assert_eq(samme_entry_build(&head, &done, &out), SAMME_OK);
    samme_buffer_free(&out);
    samme_arena_free(&arena);
}

Test(entry, unknown_kind_and_version_are_unsupported_but_show_their_head) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    samme_entry entry;
    Samme__Event event = sound_event(&arena);
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_OK);
    event.version = 2;
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_UNSUPPORTED);
    cr_assert_not_null(entry.event);
    cr_assert_eq(entry.event->version, 2);
    event.version = 1;
    event.kind = (Samme__EventKind)60;
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_UNSUPPORTED);
    cr_assert_eq((int)entry.event->kind, 60);
    samme_arena_free(&arena);
}

Test(entry, heads_that_do_not_follow_the_format_are_malformed) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    samme_entry entry;
    const Samme__Event sound = sound_event(&arena);
    Samme__Event event = sound;
    event.event_class = SAMME__EVENT_CLASS__sales;
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_MALFORMED);
    event = sound;
    event.n_regions = 0;
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_MALFORMED);
    event = sound;
    event.id.len = 15;
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_MALFORMED);
    event = sound;
    event.request_hash = event.id;
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_MALFORMED);
    event = sound;
    event.clear = samme_bytes_of_span(SAMME_LITERAL("\xff\xff"));
    cr_assert_eq(open_event(&arena, &event, &entry), SAMME_MALFORMED);
    cr_assert_eq(samme_entry_open(SAMME_LITERAL("\xff\xff"), &arena, &entry, NULL),
                 SAMME_MALFORMED);
    cr_assert_null(entry.event);
    samme_arena_free(&arena);
}

Test(entry, longer_than_an_event_is_too_large) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    static uint8_t bytes[SAMME_EVENT_MAX_BYTES + 1];
    samme_entry entry;
    cr_assert_eq(samme_entry_open(SAMME_SPAN(bytes, sizeof bytes), &arena, &entry, NULL),
                 SAMME_TOO_LARGE);
    samme_arena_free(&arena);
}

Test(entry, ids_begin_with_time_and_are_marked) {
    const uint8_t random[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint8_t expected[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0x7f, 0xff,
                                  0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t id[16], later[16];
    samme_event_id(id, 0x0123456789ab, random);
    cr_assert_eq(memcmp(id, expected, 16), 0);
    const uint8_t zero[10] = {0};
    samme_event_id(later, 0x0123456789ac, zero);
    cr_assert_lt(memcmp(id, later, 16), 0);
    cr_assert_eq(later[6], 0x70);
    cr_assert_eq(later[8], 0x80);
}
