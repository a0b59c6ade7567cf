/* What the test programs e2e_node and e2e_hub do at the failpoints of the shells.
 *
 *   SAMME_FAILPOINT=NAME:N   the program ends as by kill -9 the Nth time that it comes by NAME
 *   SAMME_FAILPOINT_ANSWER=N what a node says to probe N (from 0) is another answer than its own
 *
 * Names: before_commit, after_commit (of the log); before_push, after_push, before_ack, after_ack;
 * release (it is taken, and not yet on disk). */
#include "daemon/failpoint.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/messages.h"
#include "wire/pack.h"

static samme_store real; /* of the one store that is wrapped: the log */

void samme_failpoint(const char *name) {
    static unsigned long passed;
    const char *wanted = getenv("SAMME_FAILPOINT");
    const size_t length = strlen(name);
    if (wanted == NULL || strncmp(wanted, name, length) != 0 || wanted[length] != ':' ||
        ++passed < strtoul(wanted + length + 1, NULL, 10))
        return;
    kill(getpid(), SIGKILL);
}

static samme_status commit(void *self, samme_commit what) {
    samme_failpoint("before_commit");
    return real.commit(self, what);
}

/* What is on disk, but not yet known to the core. */
static size_t completions(void *self, samme_completion *out, size_t maximum) {
    const size_t count = real.completions(self, out, maximum);
    if (count > 0)
        samme_failpoint("after_commit");
    return count;
}

void samme_failpoint_store(samme_store *store) {
    real = *store;
    store->commit = commit;
    store->completions = completions;
}

static const char *kind_of(samme_span message) {
    const uint8_t tag = message.length == 0 ? 0 : message.data[0];
    return tag == (3 << 3 | 2) ? "push" : tag == (4 << 3 | 2) ? "ack" : NULL;
}

static void pass(const char *when, samme_span message) {
    char name[32];
    const char *kind = kind_of(message);
    if (kind == NULL)
        return;
    snprintf(name, sizeof name, "%s_%s", when, kind);
    samme_failpoint(name);
}

/* A node's answers with the one that SAMME_FAILPOINT_ANSWER names turned into another. */
static samme_span other_answer(samme_span message) {
    static uint8_t copy[256 * 1024];
    static samme_arena arena;
    const char *wanted = getenv("SAMME_FAILPOINT_ANSWER");
    if (wanted == NULL || message.length > sizeof copy)
        return message;
    samme_arena_init(&arena, 4 * sizeof copy);
    Samme__Message *said = SAMME_UNPACK(Message, message, message, &arena, NULL);
    const size_t at = strtoul(wanted, NULL, 10) * 32;
    if (said != NULL && said->what_case == SAMME__MESSAGE__WHAT_PROBE_ANSWERS &&
        at < said->probe_answers->answers.len) {
        samme_buffer packed;
        samme_buffer_init(&packed, sizeof copy);
        said->probe_answers->answers.data[at] ^= 1;
        samme_pack(said, &packed);
        memcpy(copy, packed.data, packed.length);
        message = SAMME_SPAN(copy, packed.length);
        samme_buffer_free(&packed);
    }
    samme_arena_free(&arena);
    return message;
}

samme_span samme_failpoint_sending(samme_span message) {
    pass("before", message);
    return other_answer(message);
}

void samme_failpoint_sent(samme_span message) {
    pass("after", message);
}
