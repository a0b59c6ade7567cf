#include "net/zap.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/text.h"

#define ZAP_ENDPOINT  "inproc://zeromq.zap.01"
#define ZAP_VERSION   "1.0"
#define FRAME_BYTES   256u
#define USER_ID_BYTES (2 * SAMME_CURVE_KEY_BYTES)

/* Frames of a request, RFC 27. */
enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS, FRAMES };

struct samme_zap {
    void *socket; /* belongs to the thread while that runs */
    int stop_fd;
    pthread_t thread;
    atomic_uint_least64_t refusals;
    pthread_mutex_t lock;    /* guards the set */
    samme_peer_key *allowed; /* in byte order */
    size_t allowed_count;
};

typedef struct zap_frame {
    uint8_t bytes[FRAME_BYTES];
    size_t length;
} zap_frame;

static int compare_keys(const void *a, const void *b) {
    return memcmp(a, b, sizeof(samme_peer_key));
}

bool samme_zap_allows(samme_zap *zap, const samme_peer_key *key) {
    pthread_mutex_lock(&zap->lock);
    bool allowed = zap->allowed_count > 0 && bsearch(key, zap->allowed, zap->allowed_count,
                                                     sizeof *key, compare_keys) != NULL;
    pthread_mutex_unlock(&zap->lock);
    return allowed;
}

samme_status samme_zap_allow(samme_zap *zap, const samme_peer_key *keys, size_t count) {
    samme_peer_key *sorted = NULL;
    if (count > 0) {
        sorted = calloc(count, sizeof *sorted);
        if (sorted == NULL)
            return SAMME_NO_MEMORY;
        memcpy(sorted, keys, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_keys);
    }
    pthread_mutex_lock(&zap->lock);
    samme_peer_key *before = zap->allowed;
    zap->allowed = sorted;
    zap->allowed_count = count;
    pthread_mutex_unlock(&zap->lock);
    free(before);
    return SAMME_OK;
}

uint64_t samme_zap_refusals(const samme_zap *zap) {
    return atomic_load(&zap->refusals);
}

/* Takes a whole request, whatever it has. False when it is not one of seven frames that fit. */
static bool take_request(void *socket, zap_frame frames[static FRAMES]) {
    size_t count = 0;
    bool whole = true;
    int more = 1;
    while (more != 0) {
        zap_frame surplus;
        zap_frame *into = count < FRAMES ? &frames[count] : &surplus;
        int length = zmq_recv(socket, into->bytes, FRAME_BYTES, ZMQ_DONTWAIT);
        if (length < 0)
            return false;
        into->length = (size_t)length <= FRAME_BYTES ? (size_t)length : FRAME_BYTES;
        whole = whole && (size_t)length <= FRAME_BYTES;
        count++;
        size_t size = sizeof more;
        if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) != 0)
            return false;
    }
    return whole && count == FRAMES;
}

static bool frame_is(const zap_frame *frame, const char *text) {
    return frame->length == strlen(text) && memcmp(frame->bytes, text, frame->length) == 0;
}

static bool may_enter(samme_zap *zap, const zap_frame frames[static FRAMES]) {
    if (!frame_is(&frames[VERSION], ZAP_VERSION) || !frame_is(&frames[DOMAIN], SAMME_ZAP_DOMAIN) ||
        !frame_is(&frames[MECHANISM], "CURVE") ||
        frames[CREDENTIALS].length != SAMME_CURVE_KEY_BYTES)
        return false;
    samme_peer_key key;
    memcpy(key.bytes, frames[CREDENTIALS].bytes, sizeof key.bytes);
    return samme_zap_allows(zap, &key);
}

static void answer(samme_zap *zap) {
    zap_frame frames[FRAMES] = {0};
    if (!take_request(zap->socket, frames))
        return; /* libzmq is the only asker; without an answer the handshake times out */
    bool enters = may_enter(zap, frames);
    samme_buffer user_id;
    samme_buffer_init(&user_id, USER_ID_BYTES);
    if (enters)
        samme_hex_append(&user_id, SAMME_SPAN(frames[CREDENTIALS].bytes, SAMME_CURVE_KEY_BYTES));
    enters = enters && samme_buffer_status(&user_id) == SAMME_OK;
    if (!enters)
        atomic_fetch_add(&zap->refusals, 1);
    const char *text = enters ? "OK" : "key not allowed";
    const samme_span reply[] = {SAMME_LITERAL(ZAP_VERSION),
                                SAMME_SPAN(frames[REQUEST_ID].bytes, frames[REQUEST_ID].length),
                                enters ? SAMME_LITERAL("200") : SAMME_LITERAL("400"),
                                samme_span_of_text(text), samme_buffer_span(&user_id)};
    for (size_t i = 0; i < sizeof reply / sizeof *reply; i++)
        if (zmq_send(zap->socket, reply[i].data, reply[i].length, ZMQ_SNDMORE) < 0)
            goto out;
    (void)zmq_send(zap->socket, "", 0, 0); /* metadata; if it fails the handshake times out */
out:
    samme_buffer_free(&user_id);
}

static void *serve(void *self) {
    samme_zap *zap = self;
    for (;;) {
        zmq_pollitem_t items[] = {{.socket = zap->socket, .events = ZMQ_POLLIN},
                                  {.fd = zap->stop_fd, .events = ZMQ_POLLIN}};
        if (zmq_poll(items, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return NULL; /* without a handler every handshake times out: closed, not open */
        }
        if (items[1].revents != 0)
            return NULL;
        if (items[0].revents != 0)
            answer(zap);
    }
}

/* The daemons take signals by signalfd: no thread of ours may get one. */
static int start_thread(samme_zap *zap) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&zap->thread, NULL, serve, zap);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

static void release(samme_zap *zap) {
    if (zap->socket != NULL)
        zmq_close(zap->socket);
    if (zap->stop_fd >= 0)
        close(zap->stop_fd);
    pthread_mutex_destroy(&zap->lock);
    free(zap->allowed);
    free(zap);
}

samme_status samme_zap_start(void *context, samme_zap **out, samme_error *error) {
    samme_zap *zap = calloc(1, sizeof *zap);
    if (zap == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the ZAP handler");
    pthread_mutex_init(&zap->lock, NULL);
    atomic_init(&zap->refusals, 0);
    zap->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    zap->socket = zmq_socket(context, ZMQ_REP);
    const int linger = 0;
    samme_status status = SAMME_OK;
    if (zap->stop_fd < 0)
        status = samme_fail(error, SAMME_IO, "ZAP handler: eventfd: %s", strerror(errno));
    else if (zap->socket == NULL ||
             zmq_setsockopt(zap->socket, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
             zmq_bind(zap->socket, ZAP_ENDPOINT) != 0)
        status = samme_fail(error, SAMME_IO, "ZAP handler: cannot bind %s: %s", ZAP_ENDPOINT,
                            zmq_strerror(errno));
    else {
        int failure = start_thread(zap);
        if (failure != 0)
            status = samme_fail(error, SAMME_IO, "ZAP handler: thread: %s", strerror(failure));
    }
    if (status != SAMME_OK) {
        release(zap);
        return status;
    }
    *out = zap;
    return SAMME_OK;
}

void samme_zap_stop(samme_zap *zap) {
    if (zap == NULL)
        return;
    const uint64_t one = 1;
    ssize_t written = write(zap->stop_fd, &one, sizeof one);
    (void)written; /* an eventfd at 0 takes a 1 */
    pthread_join(zap->thread, NULL);
    release(zap);
}
