#include "tests/e2e/line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

enum { ARENA_BYTES = 512 * 1024 * 1024, LINGER_MS = 5000 };

void e2e_die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fputs("e2e: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    _Exit(2);
}

void e2e_check(samme_status status, const char *doing) {
    if (status != SAMME_OK)
        e2e_die("%s: %s", doing, samme_status_name(status));
}

static void must(int result, const char *doing) {
    if (result < 0)
        e2e_die("%s: %s", doing, zmq_strerror(errno));
}

void e2e_line_open(e2e_line *line, const char *enrolment_folder, const char *hub) {
    *line = (e2e_line){.hub = hub};
    samme_arena_init(&line->arena, ARENA_BYTES);
    samme_error error = {0};
    if (samme_crypto_init(&error) != SAMME_OK ||
        samme_enrol_load(enrolment_folder, &line->as, &error) != SAMME_OK)
        e2e_die("%s", error.text);
    line->context = zmq_ctx_new();
}

static void disconnect(e2e_line *line) {
    if (line->socket == NULL)
        return;
    zmq_socket_monitor(line->socket, NULL, 0);
    zmq_close(line->events);
    zmq_close(line->socket);
    line->socket = line->events = NULL;
}

void e2e_line_close(e2e_line *line) {
    disconnect(line);
    zmq_ctx_term(line->context);
    samme_enrol_free(&line->as);
    samme_arena_free(&line->arena);
}

static void set(e2e_line *line, int option, const void *value, size_t size) {
    must(zmq_setsockopt(line->socket, option, value, size), "zmq_setsockopt");
}

void e2e_line_connect(e2e_line *line, const char *routing_id) {
    disconnect(line);
    line->socket = zmq_socket(line->context, ZMQ_DEALER);
    samme_peer_key own = samme_curve_public(line->as.curve_secret);
    const int linger = LINGER_MS, high_water = 0, wait = E2E_ANSWER_MS;
    set(line, ZMQ_LINGER, &linger, sizeof linger);
    set(line, ZMQ_SNDHWM, &high_water, sizeof high_water);
    set(line, ZMQ_RCVHWM, &high_water, sizeof high_water);
    set(line, ZMQ_SNDTIMEO, &wait, sizeof wait);
    set(line, ZMQ_CURVE_SERVERKEY, line->as.hub_curve.bytes, SAMME_CURVE_KEY_BYTES);
    set(line, ZMQ_CURVE_PUBLICKEY, own.bytes, sizeof own.bytes);
    set(line, ZMQ_CURVE_SECRETKEY, line->as.curve_secret, SAMME_CURVE_KEY_BYTES);
    if (routing_id != NULL)
        set(line, ZMQ_ROUTING_ID, routing_id, strlen(routing_id));
    char address[40]; /* a new one each time: libzmq may not have let go of the one before */
    snprintf(address, sizeof address, "inproc://events-%u", ++line->connections);
    must(zmq_socket_monitor(line->socket, address,
                            ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                                ZMQ_EVENT_DISCONNECTED),
         "zmq_socket_monitor");
    line->events = zmq_socket(line->context, ZMQ_PAIR);
    must(zmq_connect(line->events, address), "zmq_connect");
    must(zmq_connect(line->socket, line->hub), line->hub);
}

e2e_event e2e_line_event(e2e_line *line, int timeout_ms) {
    zmq_pollitem_t item = {.socket = line->events, .events = ZMQ_POLLIN};
    must(zmq_poll(&item, 1, timeout_ms), "zmq_poll");
    if (item.revents == 0)
        return E2E_SILENCE;
    uint16_t event;
    uint8_t head[6], address[256]; /* event u16 and value u32, then the address */
    must(zmq_recv(line->events, head, sizeof head, 0), "zmq_recv");
    must(zmq_recv(line->events, address, sizeof address, 0), "zmq_recv");
    memcpy(&event, head, sizeof event);
    return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED     ? E2E_WELCOME_IN
           : event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ? E2E_NOT_ADMITTED
                                                      : E2E_CUT_OFF;
}

void e2e_send_bytes(e2e_line *line, samme_span bytes, bool more_parts_follow) {
    must(zmq_send(line->socket, bytes.length > 0 ? (const void *)bytes.data : "", bytes.length,
                  more_parts_follow ? ZMQ_SNDMORE : 0),
         "zmq_send");
}

samme_span e2e_pack(e2e_line *line, const Samme__Message *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, 16 * 1024 * 1024);
    samme_pack(message, &packed);
    e2e_check(samme_buffer_status(&packed), "packing");
    samme_span copy = samme_arena_copy(&line->arena, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return copy;
}

void e2e_send(e2e_line *line, const Samme__Message *message) {
    e2e_send_bytes(line, e2e_pack(line, message), false);
}

Samme__Message *e2e_receive(e2e_line *line, int timeout_ms) {
    zmq_pollitem_t item = {.socket = line->socket, .events = ZMQ_POLLIN};
    must(zmq_poll(&item, 1, timeout_ms), "zmq_poll");
    if (item.revents == 0)
        return NULL;
    zmq_msg_t taken;
    zmq_msg_init(&taken);
    must(zmq_msg_recv(&taken, line->socket, 0), "zmq_msg_recv");
    samme_error error = {0};
    Samme__Message *message =
        SAMME_UNPACK(Message, message, SAMME_SPAN(zmq_msg_data(&taken), zmq_msg_size(&taken)),
                     &line->arena, &error);
    zmq_msg_close(&taken);
    if (message == NULL)
        e2e_die("the hub's answer: %s", error.text);
    return message;
}

void e2e_print(const Samme__Message *message) {
    switch (message->what_case) {
    case SAMME__MESSAGE__WHAT_WELCOME:
        printf("welcome %llu\n", (unsigned long long)message->welcome->branch_size);
        break;
    case SAMME__MESSAGE__WHAT_ACK:
        printf("ack %llu\n", (unsigned long long)message->ack->size);
        break;
    case SAMME__MESSAGE__WHAT_REFUSED:
        printf("refused %s: %s: %s\n", message->refused->what, message->refused->status,
               message->refused->text);
        break;
    case SAMME__MESSAGE__WHAT_PUT_DONE:
        puts("put");
        break;
    default:
        printf("message %d\n", (int)message->what_case);
    }
}

/* Waits for a message of the kind or a refusal. */
static Samme__Message *await(e2e_line *line, Samme__Message__WhatCase kind) {
    for (;;) {
        Samme__Message *message = e2e_receive(line, E2E_ANSWER_MS);
        if (message == NULL)
            e2e_die("no answer within %d s", E2E_ANSWER_MS / 1000);
        if (message->what_case == kind || message->what_case == SAMME__MESSAGE__WHAT_REFUSED)
            return message;
    }
}

Samme__Message *e2e_ask(e2e_line *line, const Samme__Message *message,
                        Samme__Message__WhatCase kind) {
    e2e_send(line, message);
    Samme__Message *answer = await(line, kind);
    e2e_print(answer);
    return answer;
}

const Samme__Welcome *e2e_hello(e2e_line *line) {
    samme_hash empty = samme_sha256(SAMME_SPAN(NULL, 0));
    Samme__Hello hello = SAMME__HELLO__INIT;
    hello.protocol = 1;
    hello.branch = line->as.branch;
    hello.epoch = line->as.epoch;
    hello.own_root = hello.journal_root = samme_bytes_of_span(samme_span_of_hash(&empty));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_HELLO;
    message.hello = &hello;
    Samme__Message *answer = e2e_ask(line, &message, SAMME__MESSAGE__WHAT_WELCOME);
    if (answer->what_case != SAMME__MESSAGE__WHAT_WELCOME)
        e2e_die("the hub refused an honest hello");
    return answer->welcome;
}

const Samme__StatusPart *e2e_settle(e2e_line *line) {
    Samme__PullStatus pull = SAMME__PULL_STATUS__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PULL_STATUS;
    message.pull_status = &pull;
    e2e_send(line, &message);
    Samme__Message *answer;
    do
        answer = await(line, SAMME__MESSAGE__WHAT_STATUS_PART);
    while (answer->what_case != SAMME__MESSAGE__WHAT_STATUS_PART);
    return answer->status_part;
}
