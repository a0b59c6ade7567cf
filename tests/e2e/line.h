/* A peer's connection to the hub without the care that lib/net takes, so that what no peer of ours
 * would send can be sent. For test programs: whatever goes wrong on this side ends the program with
 * exit code 2 and says what. */
#ifndef SAMME_E2E_LINE_H
#define SAMME_E2E_LINE_H

#include "base/arena.h"
#include "enrol/enrol.h"
#include "wire/pack.h"

#define E2E_ANSWER_MS 30000

typedef struct e2e_line {
    samme_enrolment as;
    const char *hub;
    void *context, *socket, *events;
    samme_arena arena;    /* of messages made and received; never reset */
    unsigned connections; /* made so far */
} e2e_line;

typedef enum e2e_event { E2E_WELCOME_IN, E2E_NOT_ADMITTED, E2E_CUT_OFF, E2E_SILENCE } e2e_event;

void e2e_die(const char *format, ...) SAMME_PRINTF(1, 2) __attribute__((noreturn));
void e2e_check(samme_status status, const char *doing); /* dies unless SAMME_OK */

/* Loads the enrolment; connects nothing yet. */
void e2e_line_open(e2e_line *line, const char *enrolment_folder, const char *hub);
void e2e_line_close(e2e_line *line);
/* Connects, anew if it was. routing_id NULL: none of its own. */
void e2e_line_connect(e2e_line *line, const char *routing_id);
/* What becomes of the handshake or, later, of the connection. */
e2e_event e2e_line_event(e2e_line *line, int timeout_ms);

void e2e_send_bytes(e2e_line *line, samme_span bytes, bool more_parts_follow);
samme_span e2e_pack(e2e_line *line, const Samme__Message *message); /* in the arena */
void e2e_send(e2e_line *line, const Samme__Message *message);
/* The next message; NULL when none comes in time. */
Samme__Message *e2e_receive(e2e_line *line, int timeout_ms);
/* Prints an answer as one line: "refused push: mismatch: ...", "ack 12", "welcome 12", ... */
void e2e_print(const Samme__Message *message);

/* Sends the message and waits for an answer of the kind, or a refusal. Prints it. */
Samme__Message *e2e_ask(e2e_line *line, const Samme__Message *message,
                        Samme__Message__WhatCase kind);
/* Says hello as the enrolment's own, from an empty journal. */
const Samme__Welcome *e2e_hello(e2e_line *line);
/* Asks for the hub's status and takes, quietly, all answers that come before it: then everything
 * sent before has been dealt with. */
const Samme__StatusPart *e2e_settle(e2e_line *line);

#endif
