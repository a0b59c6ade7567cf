#include "fuzz/framed.h"

#include "fuzz/fuzz.h"
#include "tlog/checkpoint.h"

/* A message being signed: unpacked, changed, packed again. */
typedef struct signing {
    samme_arena arena;
    samme_buffer note;
    Samme__Message *message; /* NULL: it is none */
} signing;

static void open_signing(signing *work, samme_span bytes) {
    samme_arena_init(&work->arena, 64 * 1024 * 1024);
    samme_buffer_init(&work->note, SAMME_DOCUMENT_MAX_BYTES);
    work->message = SAMME_UNPACK(Message, message, bytes, &work->arena, NULL);
}

static void close_signing(signing *work, bool changed, samme_span bytes, samme_buffer *out) {
    samme_buffer_init(out, SAMME_MESSAGE_MAX_BYTES);
    if (changed)
        samme_pack(work->message, out);
    else
        samme_buffer_append(out, bytes);
    samme_buffer_free(&work->note);
    samme_arena_free(&work->arena);
}

static bool sign_range(const char *origin, const samme_seed *seed, const samme_range *range,
                       signing *work, ProtobufCBinaryData *out) {
    samme_checkpoint checkpoint = {.size = range->size, .root = samme_range_root(range)};
    if (samme_checkpoint_sign(origin, seed, &checkpoint, &work->note) != SAMME_OK)
        return false;
    *out = samme_bytes_of_span(samme_buffer_span(&work->note));
    return true;
}

static void append(samme_range *range, ProtobufCBinaryData bytes) {
    samme_hash leaf = samme_leaf_hash(samme_span_of_bytes(bytes));
    FUZZ_MUST(samme_range_append(range, &leaf) == SAMME_OK);
}

void fuzz_sign_push(const samme_test_chain *chain, unsigned branch, bool fit, samme_span message,
                    samme_range *range, samme_buffer *out) {
    signing work;
    open_signing(&work, message);
    bool signs = work.message != NULL && work.message->what_case == SAMME__MESSAGE__WHAT_PUSH;
    if (signs) {
        Samme__Push *push = work.message->push;
        char origin[SAMME_NOTE_NAME_MAX + 1];
        samme_branch_origin(chain->root.chain, branch, 1, origin);
        if (fit) {
            push->old_size = range->size;
            push->epoch = 1;
        }
        for (size_t i = 0; i < push->n_items; i++)
            if (push->items[i]->what_case == SAMME__ITEM__WHAT_ENTRY)
                append(range, push->items[i]->entry);
        signs =
            sign_range(origin, &chain->branches[branch - 1].log_seed, range, &work, &push->note);
    }
    close_signing(&work, signs, message, out);
}

void fuzz_sign_journal(const samme_test_chain *chain, bool fit, samme_span message,
                       samme_range *range, samme_buffer *out) {
    signing work;
    open_signing(&work, message);
    bool signs =
        work.message != NULL && work.message->what_case == SAMME__MESSAGE__WHAT_JOURNAL_PART;
    if (signs) {
        Samme__JournalPart *part = work.message->journal_part;
        if (fit)
            part->from = range->size;
        for (size_t i = 0; i < part->n_records; i++)
            append(range, part->records[i]);
        signs = sign_range(chain->hub_log.name, &chain->hub_seed, range, &work, &part->note);
    }
    close_signing(&work, signs, message, out);
}

void fuzz_sign_release(const samme_test_chain *chain, samme_span message, samme_buffer *out) {
    signing work;
    open_signing(&work, message);
    const Samme__Message__WhatCase what =
        work.message == NULL ? SAMME__MESSAGE__WHAT__NOT_SET : work.message->what_case;
    bool signs = what == SAMME__MESSAGE__WHAT_PUT_RELEASE || what == SAMME__MESSAGE__WHAT_PUT_HALT;
    if (signs) {
        ProtobufCBinaryData *note = what == SAMME__MESSAGE__WHAT_PUT_HALT
                                        ? &work.message->put_halt->note
                                        : &work.message->put_release->note;
        signs = samme_note_sign(samme_span_of_bytes(*note),
                                chain->root.roles[SAMME_ROLE_RELEASE].keys[0].name,
                                &chain->role_seeds[SAMME_ROLE_RELEASE], &work.note) == SAMME_OK;
        if (signs)
            *note = samme_bytes_of_span(samme_buffer_span(&work.note));
    }
    close_signing(&work, signs, message, out);
}
