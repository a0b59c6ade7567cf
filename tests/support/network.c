#include "support/network.h"

#include <assert.h>
#include <stdlib.h>

#include "base/prng.h"

struct packet {
    struct packet *next; /* in an inbox */
    int64_t due_ms;
    uint64_t number; /* breaks ties of due_ms */
    struct peer *peer;
    bool up;
    uint64_t route;
    size_t length;
    uint8_t bytes[];
};

struct inbox {
    struct packet *first;
    struct packet *last;
    struct packet *held; /* given out by the last receive */
};

struct peer {
    samme_network *network;
    samme_peer_key key;
    uint32_t index;
    uint32_t connections; /* made so far */
    bool connected;
    bool cut_up, cut_down;
    unsigned queued_up, queued_down;
    struct inbox inbox;
};

struct samme_network {
    samme_prng prng;
    samme_network_faults faults;
    samme_network_counters counters;
    int64_t now_ms;
    uint64_t packets_made;
    struct inbox hub;
    struct peer **peers;
    uint32_t peer_count;
    struct packet **under_way; /* binary heap, earliest first */
    size_t under_way_count, under_way_room;
};

static void *must(void *memory) {
    if (memory == NULL)
        abort();
    return memory;
}

/* 0 when not connected. The index makes finding a peer by its route cheap. */
static uint64_t route_of(const struct peer *peer) {
    return peer->connected ? (uint64_t)peer->connections << 32 | (peer->index + 1) : 0;
}

static unsigned *queue_of(struct packet *packet) {
    return packet->up ? &packet->peer->queued_up : &packet->peer->queued_down;
}

/* The heap of what is under way */

static bool earlier(const struct packet *a, const struct packet *b) {
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->number < b->number;
}

static void swap(struct packet **a, struct packet **b) {
    struct packet *kept = *a;
    *a = *b;
    *b = kept;
}

static void push(samme_network *network, struct packet *added) {
    if (network->under_way_count == network->under_way_room) {
        network->under_way_room = network->under_way_room == 0 ? 64 : network->under_way_room * 2;
        network->under_way =
            must(realloc(network->under_way, network->under_way_room * sizeof *network->under_way));
    }
    struct packet **heap = network->under_way;
    size_t at = network->under_way_count++;
    heap[at] = added;
    for (; at > 0 && earlier(heap[at], heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&heap[at], &heap[(at - 1) / 2]);
}

static struct packet *pop(samme_network *network) {
    struct packet **heap = network->under_way;
    struct packet *first = heap[0];
    size_t count = --network->under_way_count;
    heap[0] = heap[count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
            if (earlier(heap[child], heap[least]))
                least = child;
        if (least == at)
            return first;
        swap(&heap[at], &heap[least]);
        at = least;
    }
}

/* Inboxes */

static void put_in(struct inbox *inbox, struct packet *packet) {
    packet->next = NULL;
    if (inbox->last != NULL)
        inbox->last->next = packet;
    else
        inbox->first = packet;
    inbox->last = packet;
}

static struct packet *take_out(struct inbox *inbox) {
    struct packet *packet = inbox->first;
    if (packet == NULL)
        return NULL;
    inbox->first = packet->next;
    if (inbox->first == NULL)
        inbox->last = NULL;
    --*queue_of(packet);
    return packet;
}

/* What was given out stays valid: it is no longer in the network. */
static void empty(struct inbox *inbox, samme_network_counters *counters) {
    for (struct packet *packet; (packet = take_out(inbox)) != NULL; free(packet))
        counters->lost++;
}

/* Travelling */

static void lose(samme_network *network, struct packet *packet) {
    network->counters.lost++;
    --*queue_of(packet);
    free(packet);
}

static bool is_cut(const struct peer *peer, bool up) {
    return up ? peer->cut_up : peer->cut_down;
}

static void arrive(samme_network *network, struct packet *packet) {
    struct peer *peer = packet->peer;
    if (packet->route != route_of(peer) || is_cut(peer, packet->up))
        lose(network, packet);
    else
        put_in(packet->up ? &network->hub : &peer->inbox, packet);
}

static int64_t draw_delay(samme_network *network) {
    int64_t least = network->faults.delay_min_ms, most = network->faults.delay_max_ms;
    return least + (int64_t)samme_prng_below(&network->prng, (uint64_t)(most - least) + 1);
}

static void dispatch(samme_network *network, struct peer *peer, bool up, samme_span bytes) {
    struct packet *packet = must(malloc(sizeof *packet + bytes.length));
    *packet = (struct packet){.due_ms = network->now_ms + draw_delay(network),
                              .number = network->packets_made++,
                              .peer = peer,
                              .up = up,
                              .route = route_of(peer),
                              .length = bytes.length};
    if (bytes.length > 0)
        memcpy(packet->bytes, bytes.data, bytes.length);
    ++*queue_of(packet);
    if (packet->due_ms <= network->now_ms)
        arrive(network, packet);
    else
        push(network, packet);
}

static samme_status send_between(struct peer *peer, bool up, samme_span bytes) {
    samme_network *network = peer->network;
    const unsigned *queued = up ? &peer->queued_up : &peer->queued_down;
    if (*queued >= SAMME_NETWORK_QUEUE_MAX)
        return SAMME_FULL;
    network->counters.sent++;
    if (is_cut(peer, up) || samme_prng_chance(&network->prng, network->faults.loss_per_mille)) {
        network->counters.lost++;
        return SAMME_OK;
    }
    bool twice = samme_prng_chance(&network->prng, network->faults.duplicate_per_mille);
    dispatch(network, peer, up, bytes);
    if (twice && *queued < SAMME_NETWORK_QUEUE_MAX) {
        network->counters.doubled++;
        dispatch(network, peer, up, bytes);
    }
    return SAMME_OK;
}

/* The ports */

static samme_status hub_send(void *self, uint64_t route, samme_span bytes) {
    samme_network *network = self;
    if (bytes.length > SAMME_MESSAGE_MAX_BYTES)
        return SAMME_TOO_LARGE;
    uint32_t place = (uint32_t)route;
    if (place == 0 || place > network->peer_count || route != route_of(network->peers[place - 1]))
        return SAMME_NOT_FOUND;
    return send_between(network->peers[place - 1], false, bytes);
}

static samme_status peer_send(void *self, uint64_t route, samme_span bytes) {
    struct peer *peer = self;
    if (bytes.length > SAMME_MESSAGE_MAX_BYTES)
        return SAMME_TOO_LARGE;
    if (route != 0)
        return SAMME_NOT_FOUND;
    return peer->connected ? send_between(peer, true, bytes) : SAMME_FULL;
}

static const struct packet *next_message(samme_network *network, struct inbox *inbox) {
    struct packet *packet = take_out(inbox);
    if (packet == NULL)
        return NULL;
    network->counters.received++;
    free(inbox->held);
    inbox->held = packet;
    return packet;
}

static samme_status hub_receive(void *self, samme_received *out) {
    samme_network *network = self;
    const struct packet *packet = next_message(network, &network->hub);
    if (packet == NULL)
        return SAMME_NOT_FOUND;
    *out = (samme_received){.peer = packet->peer->key,
                            .route = packet->route,
                            .bytes = SAMME_SPAN(packet->bytes, packet->length)};
    return SAMME_OK;
}

static samme_status peer_receive(void *self, samme_received *out) {
    struct peer *peer = self;
    const struct packet *packet = next_message(peer->network, &peer->inbox);
    if (packet == NULL)
        return SAMME_NOT_FOUND;
    *out = (samme_received){.peer = samme_network_hub_key(),
                            .bytes = SAMME_SPAN(packet->bytes, packet->length)};
    return SAMME_OK;
}

samme_transport samme_network_hub(samme_network *network) {
    return (samme_transport){.self = network, .send = hub_send, .receive = hub_receive};
}

samme_peer_key samme_network_hub_key(void) {
    samme_peer_key key;
    memset(key.bytes, 'H', sizeof key.bytes);
    return key;
}

static struct peer *find(samme_network *network, const samme_peer_key *key) {
    for (uint32_t i = 0; i < network->peer_count; i++)
        if (memcmp(&network->peers[i]->key, key, sizeof *key) == 0)
            return network->peers[i];
    return NULL;
}

samme_transport samme_network_peer(samme_network *network, const samme_peer_key *key) {
    struct peer *found = find(network, key);
    if (found == NULL) {
        uint32_t index = network->peer_count++;
        network->peers =
            must(realloc(network->peers, network->peer_count * sizeof *network->peers));
        found = network->peers[index] = must(calloc(1, sizeof *found));
        *found = (struct peer){
            .network = network, .key = *key, .index = index, .connections = 1, .connected = true};
    }
    return (samme_transport){.self = found, .send = peer_send, .receive = peer_receive};
}

/* Faults and time */

void samme_network_set_faults(samme_network *network, samme_network_faults faults) {
    assert(faults.delay_min_ms >= 0 && faults.delay_min_ms <= faults.delay_max_ms);
    network->faults = faults;
}

/* A key that is not there is a mistake of the test. */
static struct peer *known(samme_network *network, const samme_peer_key *key) {
    return must(find(network, key));
}

void samme_network_partition(samme_network *network, const samme_peer_key *key, bool cut_up,
                             bool cut_down) {
    struct peer *peer = known(network, key);
    peer->cut_up = cut_up;
    peer->cut_down = cut_down;
}

static void disconnect(struct peer *peer) {
    peer->connected = false; /* so what is under way finds another route when it arrives */
    empty(&peer->inbox, &peer->network->counters);
}

static void reconnect(struct peer *peer) {
    disconnect(peer);
    peer->connected = true;
    peer->connections++;
}

void samme_network_disconnect(samme_network *network, const samme_peer_key *key) {
    disconnect(known(network, key));
}

void samme_network_reconnect(samme_network *network, const samme_peer_key *key) {
    reconnect(known(network, key));
}

void samme_network_restart_hub(samme_network *network) {
    empty(&network->hub, &network->counters);
    for (uint32_t i = 0; i < network->peer_count; i++)
        if (network->peers[i]->connected)
            reconnect(network->peers[i]);
}

void samme_network_advance(samme_network *network, int64_t now_ms) {
    assert(now_ms >= network->now_ms);
    network->now_ms = now_ms;
    while (network->under_way_count > 0 && network->under_way[0]->due_ms <= now_ms)
        arrive(network, pop(network));
}

int64_t samme_network_next_due(const samme_network *network) {
    return network->under_way_count > 0 ? network->under_way[0]->due_ms : INT64_MAX;
}

samme_network_counters samme_network_count(const samme_network *network) {
    return network->counters;
}

samme_network *samme_network_new(uint64_t seed) {
    samme_network *network = must(calloc(1, sizeof *network));
    samme_prng_seed(&network->prng, seed);
    return network;
}

void samme_network_free(samme_network *network) {
    if (network == NULL)
        return;
    samme_network_counters ignored = {0};
    empty(&network->hub, &ignored);
    free(network->hub.held);
    for (size_t i = 0; i < network->under_way_count; i++)
        free(network->under_way[i]);
    for (uint32_t i = 0; i < network->peer_count; i++) {
        empty(&network->peers[i]->inbox, &ignored);
        free(network->peers[i]->inbox.held);
        free(network->peers[i]);
    }
    free(network->peers);
    free(network->under_way);
    free(network);
}
