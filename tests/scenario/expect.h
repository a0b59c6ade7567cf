/* The comparison that scenarios end with. */
#ifndef SAMME_SCENARIO_EXPECT_H
#define SAMME_SCENARIO_EXPECT_H

#include <criterion/criterion.h>

#include "support/pair.h"

/* Names the first line that differs. */
static inline void expect(pair *p, const char *lines) {
    const char *said = pair_trace(p);
    unsigned number = 1;
    while (said[0] != 0 || lines[0] != 0) {
        size_t said_length = strcspn(said, "\n"), length = strcspn(lines, "\n");
        cr_assert(said_length == length && memcmp(said, lines, length) == 0,
                  "line %u:\n  said     %.*s\n  expected %.*s\n\nall of it:\n%s", number,
                  (int)said_length, said, (int)length, lines, pair_trace(p));
        said += said_length + (said[said_length] == '\n');
        lines += length + (lines[length] == '\n');
        number++;
    }
}

/* All who have folded as much as the hub hold the same state. */
static inline void all_agree(pair *p) {
    samme_hub_view hub = pair_look_hub(p);
    for (unsigned number = 1; number <= p->node_count; number++) {
        samme_node_view node = pair_look(p, number);
        cr_assert(node.folded_size != hub.folded_size ||
                      samme_hash_equal(&node.state_digest, &hub.state_digest),
                  "node %u holds another state than the hub", number);
    }
}

#endif
