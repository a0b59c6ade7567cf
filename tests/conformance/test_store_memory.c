#include <criterion/criterion.h>

#include "store/memory.h"
#include "store_suite.h"

static samme_store open_store(void *self) {
    return samme_memory_store_port(self);
}

static void let_through(void *self) {
    samme_memory_store_sync(self, SIZE_MAX);
}

static void crash_store(void *self) {
    samme_memory_store_crash(self);
}

static void close_store(void *self) {
    let_through(self);
    crash_store(self);
}

static void run(void (*test)(const store_fixture *fixture)) {
    samme_memory_store *store = samme_memory_store_new();
    cr_assert_not_null(store);
    test(&(store_fixture){.self = store,
                          .open = open_store,
                          .close = close_store,
                          .crash = crash_store,
                          .let_through = let_through});
    samme_memory_store_free(store);
}

#define CASE(name)                                                                                 \
    Test(store_memory, name) {                                                                     \
        run(store_suite_##name);                                                                   \
    }
STORE_SUITE(CASE)
