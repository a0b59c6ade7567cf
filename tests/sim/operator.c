/* Head office: hands documents and release notes to the hub until it says that it has them. */
#include "crypto/hash.h"
#include "sim/world.h"
#include "wire/pack.h"

static void send(sim_world *world, samme_transport *transport, const Samme__Message *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, &packed);
    samme_status ignored = transport->send(transport->self, 0, samme_buffer_span(&packed));
    (void)ignored;
    (void)world;
    samme_buffer_free(&packed);
}

static void put(sim_world *world, samme_transport *transport, const struct sim_release *release) {
    Samme__Message message = SAMME__MESSAGE__INIT;
    Samme__PutDocument document = SAMME__PUT_DOCUMENT__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUT_DOCUMENT;
    message.put_document = &document;
    document.document = samme_bytes_of_span(samme_buffer_span(&release->chain_yaml));
    send(world, transport, &message);
    document.document = samme_bytes_of_span(samme_buffer_span(&release->policy_yaml));
    send(world, transport, &message);
    Samme__PutRelease note = SAMME__PUT_RELEASE__INIT;
    note.note = samme_bytes_of_span(samme_buffer_span(&release->note));
    message.what_case = SAMME__MESSAGE__WHAT_PUT_RELEASE;
    message.put_release = &note;
    send(world, transport, &message);
}

static void receive(sim_world *world, samme_transport *transport) {
    samme_received received;
    samme_arena arena;
    samme_arena_init(&arena, 1024 * 1024);
    while (transport->receive(transport->self, &received) == SAMME_OK) {
        Samme__Message *message = SAMME_UNPACK(Message, message, received.bytes, &arena, NULL);
        if (message == NULL || message->what_case != SAMME__MESSAGE__WHAT_PUT_DONE)
            continue;
        for (unsigned i = 0; i < 2; i++) {
            samme_hash hash = samme_sha256(samme_buffer_span(&world->releases[i].note));
            if (!world->releases[i].published &&
                samme_span_equal(samme_span_of_bytes(message->put_done->hash),
                                 samme_span_of_hash(&hash))) {
                world->releases[i].published = true;
                sim_note(world, "release %u is published", i + 1);
            }
        }
    }
    samme_arena_free(&arena);
}

/* The first release at once, the second in the middle of the trouble. */
void sim_publish(sim_world *world) {
    if (world->releases[1].published)
        return;
    samme_transport transport = samme_network_peer(world->network, &world->chain.operator_curve);
    receive(world, &transport);
    unsigned index = world->releases[0].published ? 1 : 0;
    struct sim_release *release = &world->releases[index];
    if ((index == 1 && world->now_ms < SIM_CHAOS_MS / 2) || world->now_ms - release->asked_ms < 500)
        return;
    release->asked_ms = world->now_ms;
    put(world, &transport, release);
}
