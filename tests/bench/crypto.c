/* What it costs to sign and to verify an event when one signature covers a batch. */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "crypto/sign.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"

enum { EVENT_BYTES = 300, BATCH_MAX = 1024 };

typedef struct batches {
    unsigned size;
    uint8_t events[BATCH_MAX][EVENT_BYTES];
    samme_seed seed;
    samme_public_key key;
    samme_vkey vkey;
    samme_signature single;
    samme_buffer note;
} batches;

static samme_checkpoint checkpoint_of(const batches *self) {
    samme_range range;
    samme_range_init(&range);
    for (unsigned i = 0; i < self->size; i++) {
        samme_hash leaf = samme_leaf_hash(SAMME_SPAN(self->events[i], EVENT_BYTES));
        if (samme_range_append(&range, &leaf) != SAMME_OK)
            break;
    }
    return (samme_checkpoint){.size = range.size, .root = samme_range_root(&range)};
}

static uint64_t sign_batch(void *context) {
    batches *self = context;
    samme_checkpoint checkpoint = checkpoint_of(self);
    samme_buffer_clear(&self->note);
    if (samme_checkpoint_sign("bench.example/b/0001/e1", &self->seed, &checkpoint, &self->note) !=
        SAMME_OK)
        return 0;
    return self->size;
}

static uint64_t verify_batch(void *context) {
    batches *self = context;
    samme_checkpoint computed = checkpoint_of(self), stated;
    samme_error error;
    if (samme_checkpoint_open(samme_buffer_span(&self->note), &self->vkey, &stated, &error) !=
            SAMME_OK ||
        !samme_hash_equal(&computed.root, &stated.root))
        return 0;
    return self->size;
}

static uint64_t sign_each(void *context) {
    batches *self = context;
    self->single = samme_sign(&self->seed, SAMME_SPAN(self->events[0], EVENT_BYTES));
    return 1;
}

static uint64_t verify_each(void *context) {
    batches *self = context;
    return samme_sign_verify(&self->key, SAMME_SPAN(self->events[0], EVENT_BYTES), &self->single)
               ? 1
               : 0;
}

void bench_crypto(void) {
    static batches self; /* large */
    memset(self.events, 7, sizeof self.events);
    memset(self.seed.bytes, 3, sizeof self.seed.bytes);
    self.key = samme_sign_public(&self.seed);
    samme_error error;
    if (samme_vkey_make("bench.example/b/0001/e1", &self.key, &self.vkey, &error) != SAMME_OK)
        return;
    samme_buffer_init(&self.note, 4096);
    static const unsigned sizes[] = {1, 16, 256, BATCH_MAX};
    for (unsigned i = 0; i < 4; i++) {
        char signing[64], verifying[64];
        self.size = sizes[i];
        snprintf(signing, sizeof signing, "sign 300 B, batch of %u", self.size);
        snprintf(verifying, sizeof verifying, "verify 300 B, batch of %u", self.size);
        bench_run(&(bench_case){signing, "event", sign_batch, "a signature of each", sign_each,
                                &self, 0});
        bench_run(&(bench_case){verifying, "event", verify_batch, "a signature check of each",
                                verify_each, &self, self.size == 256 ? 25 : 0});
    }
    samme_buffer_free(&self.note);
}
