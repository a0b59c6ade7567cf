/* What every store must do: one function a case, each sentence of samme/store.h in at least one of
 * them. A test program brings a fixture and runs STORE_SUITE(its own macro). */
#ifndef STORE_SUITE_H
#define STORE_SUITE_H

#include "samme/store.h"

typedef struct store_fixture {
    void *self;
    /* Opens the store: new the first time, then as the last close or crash left it. Commits stay
     * queued until let_through(). */
    samme_store (*open)(void *self);
    void (*close)(void *self); /* an orderly stop */
    void (*crash)(void *self); /* what is queued is lost */
    /* Lets everything queued so far complete; back when it has. */
    void (*let_through)(void *self);
} store_fixture;

#define STORE_SUITE(CASE)                                                                          \
    CASE(new_store_is_empty)                                                                       \
    CASE(get_finds_what_was_put)                                                                   \
    CASE(seek_walks_in_byte_order)                                                                 \
    CASE(last_is_the_greatest_key)                                                                 \
    CASE(put_replaces_and_remove_removes)                                                          \
    CASE(later_writes_of_a_key_win)                                                                \
    CASE(tables_are_apart)                                                                         \
    CASE(largest_and_smallest)                                                                     \
    CASE(snapshot_does_not_change)                                                                 \
    CASE(snapshot_holds_what_was_collected)                                                        \
    CASE(completions_come_in_order)                                                                \
    CASE(completions_wake)                                                                         \
    CASE(empty_commit_counts)                                                                      \
    CASE(wrong_head_fails_and_changes_nothing)                                                     \
    CASE(failure_fails_those_behind)                                                               \
    CASE(term_never_falls)                                                                         \
    CASE(queue_is_bounded)                                                                         \
    CASE(crash_keeps_exactly_what_completed)                                                       \
    CASE(close_finishes_what_is_queued)                                                            \
    CASE(random_commits_match_a_model)

#define STORE_SUITE_DECLARE(name) void store_suite_##name(const store_fixture *fixture);
STORE_SUITE(STORE_SUITE_DECLARE)

#endif
