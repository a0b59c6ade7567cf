/* A hub put back from a backup misses keys of entries that nodes hand up: it asks branches for
 * them. */
#include "crypto/sign.h"
#include "history/subjects.h"
#include "hub/core.h"

enum { ASK_AGAIN_MS = 3000, DOUBLINGS_MAX = 8 };

samme_status samme_hub_want_keys(samme_hub *hub, uint32_t branch, const samme_span *entries,
                                 size_t count) {
    samme_status status = SAMME_OK;
    samme_arena arena;
    samme_arena_init(&arena, SAMME_NAMES_ARENA_BYTES);
    for (size_t i = 0; hub->keys.present && i < count && status == SAMME_OK; i++) {
        samme_named named[SAMME_NAMED_MAX];
        samme_arena_reset(&arena);
        const size_t names = samme_entry_names(entries[i], &arena, named);
        for (size_t k = 0; k < names && status == SAMME_OK; k++)
            status = samme_keymap_want(&hub->keys.map, &named[k].subject,
                                       named[k].clerk ? SAMME__KEY_KIND__key_of_clerk
                                                      : SAMME__KEY_KIND__key_of_customer,
                                       branch);
    }
    samme_arena_free(&arena);
    hub->keys.wanting = hub->keys.present;
    hub->keys.fruitless = 0;
    return status;
}

/* The branch whose entry names the first of them, at every second try whoever comes next. */
static samme_hub_peer *giver(samme_hub *hub, uint32_t branch) {
    samme_hub_keymap *keys = &hub->keys;
    const size_t turn = keys->next_giver++;
    for (size_t i = 0; i < hub->peer_count && turn % 2 == 0; i++)
        if (hub->peers[i].welcomed && hub->peers[i].said.branch == branch)
            return &hub->peers[i];
    for (size_t i = 0; i < hub->peer_count; i++) {
        samme_hub_peer *peer = &hub->peers[(turn / 2 + i) % hub->peer_count];
        if (peer->welcomed && peer->said.branch != 0)
            return peer;
    }
    return NULL;
}

samme_status samme_hub_ask_keys(samme_hub *hub, samme_error *error) {
    samme_hub_keymap *keys = &hub->keys;
    samme_subject *subjects;
    size_t count = 0;
    uint32_t branch = 0;
    if (!keys->present || !keys->wanting ||
        (keys->asked && hub->monotonic_ms - keys->asked_ms < (ASK_AGAIN_MS << keys->fruitless)))
        return SAMME_OK;
    samme_status status = samme_keymap_wanted(&keys->map, keys->behind ? &keys->asked_to : NULL,
                                              &hub->arena, &subjects, &count, &branch);
    if (status != SAMME_OK)
        return samme_fail(error, status, "keys store: the keys wanted cannot be read");
    if (count == 0) { /* the end of them: from the first again, if there is one */
        keys->wanting = keys->behind;
        keys->behind = false;
        return SAMME_OK;
    }
    samme_hub_peer *peer = giver(hub, branch);
    ProtobufCBinaryData *ids = samme_arena_alloc(&hub->arena, count * sizeof *ids);
    if (peer == NULL || ids == NULL)
        return SAMME_OK; /* later */
    for (size_t i = 0; i < count; i++)
        ids[i] = samme_bytes_of_span(SAMME_SPAN(subjects[i].bytes, sizeof subjects[i].bytes));
    Samme__AskKeys ask = SAMME__ASK_KEYS__INIT;
    ask.n_subjects = count;
    ask.subjects = ids;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_ASK_KEYS;
    message.ask_keys = &ask;
    samme_hub_reply(hub, peer->route, &message);
    peer->said.gives_keys = true;
    keys->asked = true;
    keys->fruitless += keys->fruitless < DOUBLINGS_MAX ? 1 : 0;
    keys->asked_ms = hub->monotonic_ms;
    keys->asked_to = subjects[count - 1];
    keys->behind = true;
    return SAMME_OK;
}

samme_status samme_hub_hand_keys(samme_hub_call *call, const Samme__HandKeys *hand,
                                 samme_error *error) {
    samme_hub *hub = call->hub;
    samme_status status = SAMME_OK;
    size_t taken = 0;
    if (call->branch == NULL || !hub->keys.present || !hub->keys.wanting ||
        !call->peer->said.gives_keys || hand->n_items > SAMME_KEYS_IN_PART_MAX) {
        hub->refused_messages++; /* nobody asked */
        return SAMME_OK;
    }
    call->peer->said.gives_keys = false;
    for (size_t i = 0; i < hand->n_items && status == SAMME_OK; i++) {
        const Samme__KeyItem *item = hand->items[i];
        samme_subject subject;
        samme_secret_key key;
        if (item->subject.len != sizeof subject.bytes || item->key.len != sizeof key.bytes)
            continue;
        memcpy(subject.bytes, item->subject.data, sizeof subject.bytes);
        memcpy(key.bytes, item->key.data, sizeof key.bytes);
        status = samme_keymap_hand(&hub->keys.map, &subject, &key);
        samme_wipe(&key, sizeof key);
        taken += status == SAMME_OK ? 1 : 0;
        status = status == SAMME_NOT_FOUND ? SAMME_OK : status; /* not wanted, or no more */
    }
    if (status == SAMME_OK && taken == 0) /* with nothing to give it is asked ever more seldom */
        return SAMME_OK;
    hub->keys.asked = false; /* the next at once */
    hub->keys.fruitless = 0;
    hub->keys.took = true;
    if (status == SAMME_OK)
        status = samme_hub_keys_size(hub, &hub->keys.size);
    hub->state_changed = true; /* it remembers the newest sequence: they are no orphans */
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "keys store: a key cannot be stored");
}
