/* The nodes an import talks to, and how long it waits for one that does not answer. */
#ifndef SAMME_CLI_IMPORTING_NODES_H
#define SAMME_CLI_IMPORTING_NODES_H

#include "base/arena.h"
#include "http/client.h"
#include "wire/messages.h"

#define SAMME_IMPORT_NODES_MAX 64u

/* A call without an answer is repeated after `pause_ms`, one that a busy node put off after a tenth
 * of it; after `tries` pauses' time it is given up. */
typedef struct samme_patience {
    unsigned tries;
    unsigned pause_ms;
} samme_patience;
#define SAMME_PATIENCE ((samme_patience){.tries = 30, .pause_ms = 1000})

typedef struct samme_import_node {
    const char *url;
    samme_http_client *client;
    uint32_t branch;
    uint64_t own_size; /* entries of its log when the import began: what lies beyond is ours */
} samme_import_node;

/* In the order of their branch numbers, so that the order they were named in does not matter. */
typedef struct samme_import_nodes {
    samme_import_node nodes[SAMME_IMPORT_NODES_MAX];
    uint32_t branches[SAMME_IMPORT_NODES_MAX];
    size_t count;
    samme_patience patience;
    samme_buffer body;  /* of the last answer */
    samme_arena answer; /* the last answer as a message */
} samme_import_nodes;

/* What a call brought. */
typedef struct samme_import_answer {
    unsigned http;                  /* 200 to 499 */
    const Samme__ApiAnswer *answer; /* when 2xx; until the next call */
    char problem[240];              /* else: what the node says */
} samme_import_answer;

/* Asks every node who it is. SAMME_CONFLICT when two are the same branch; otherwise as
 * samme_import_call. urls outlive the nodes. */
samme_status samme_import_nodes_open(samme_import_nodes *out, const char *const *urls, size_t count,
                                     samme_patience patience, samme_error *error) SAMME_CHECKED;
void samme_import_nodes_close(samme_import_nodes *nodes);

/* GET when body.data is NULL, else POST. SAMME_LATER: no answer, after much patience; SAMME_DENIED:
 * the node wants authority (401, 403); SAMME_UNSUPPORTED: there is no such path, so this is no
 * node; SAMME_MALFORMED: the answer is not one of a node's. */
samme_status samme_import_call(samme_import_nodes *nodes, size_t node, const char *path,
                               const char *key, samme_span body, samme_import_answer *out,
                               samme_error *error) SAMME_CHECKED;
void samme_import_pause(unsigned ms);

#endif
