#include "hub/keys.h"

#include "base/map.h"
#include "crypto/sign.h"
#include "history/subjects.h"
#include "hub/core.h"

samme_status samme_hub_keys_open(samme_hub *hub) {
    samme_hub_keymap *keys = &hub->keys;
    keys->present = hub->setup.keys != NULL && hub->setup.keks.current.number != 0;
    if (!keys->present)
        return SAMME_OK;
    samme_status status = samme_gate_init(&keys->gate, hub->setup.log);
    if (status == SAMME_OK)
        status = samme_space_init(&keys->space, hub->setup.keys);
    if (status != SAMME_OK) {
        samme_gate_fini(&keys->gate);
        keys->present = false;
        return status;
    }
    keys->wanting = true; /* what was wanted before a crash still is */
    samme_keymap_init(&keys->map, &keys->space, &hub->setup.keks, hub->setup.random);
    samme_wipe(&hub->setup.keks, sizeof hub->setup.keks);
    return SAMME_OK;
}

void samme_hub_keys_fini(samme_hub *hub) {
    if (!hub->keys.present)
        return;
    samme_keymap_fini(&hub->keys.map);
    samme_space_fini(&hub->keys.space);
    samme_gate_fini(&hub->keys.gate);
}

samme_status samme_hub_keys_begin(samme_hub *hub, samme_error *error) {
    return hub->keys.present ? samme_space_begin(&hub->keys.space, error) : SAMME_OK;
}

void samme_hub_keys_abandon(samme_hub *hub) {
    if (!hub->keys.present || !hub->keys.space.open)
        return;
    samme_space_abandon(&hub->keys.space);
    samme_keymap_abandoned(&hub->keys.map);
    hub->keys.swept = hub->keys.swept && !hub->keys.swept_now;
    hub->keys.took = hub->keys.swept_now = false;
}

samme_status samme_hub_keys_end(samme_hub *hub, samme_error *error) {
    samme_hub_keymap *keys = &hub->keys;
    uint64_t head;
    if (!keys->present)
        return SAMME_OK;
    samme_status status = samme_space_end(&keys->space, &head, error);
    if (status == SAMME_OK && keys->took)
        samme_gate_need(&keys->gate, head);
    keys->took = keys->swept_now = false;
    return status;
}

samme_status samme_hub_keys_collect(samme_hub *hub, samme_error *error) {
    if (!hub->keys.present)
        return SAMME_OK;
    samme_status status = samme_space_collect(&hub->keys.space, error);
    if (status == SAMME_OK)
        samme_gate_open(&hub->keys.gate, hub->keys.space.durable_head);
    return status;
}

bool samme_hub_keys_behind(const samme_hub *hub) {
    const samme_space *space = &hub->keys.space;
    return hub->keys.present &&
           space->next_head - space->durable_head > SAMME_HUB_COMMITS_IN_FLIGHT_MAX;
}

samme_status samme_hub_keys_check(samme_hub *hub, samme_error *error) {
    return hub->keys.present ? samme_keymap_check(&hub->keys.map, error) : SAMME_OK;
}

samme_status samme_hub_keys_sweep(samme_hub *hub, samme_error *error) {
    samme_hub_keymap *keys = &hub->keys;
    if (!keys->present || keys->swept)
        return SAMME_OK;
    samme_status status = samme_keymap_sweep_taken(&keys->map, keys->logged);
    keys->swept = keys->swept_now = status == SAMME_OK;
    if (status == SAMME_OK)
        status = samme_hub_keys_size(hub, &keys->size);
    return keys->swept
               ? SAMME_OK
               : samme_fail(error, status, "keys store: what a crash left there cannot be swept");
}

samme_status samme_hub_keys_size(samme_hub *hub, uint64_t *out) {
    samme_keymap_figures figures = {.size = 0};
    samme_status status = SAMME_OK;
    *out = hub->keys.logged;
    if (!hub->keys.present || !hub->keys.swept)
        return SAMME_OK;
    status = samme_keymap_look(&hub->keys.map, &figures);
    *out = figures.size;
    hub->keys.mark = figures.mark;
    return status;
}

samme_status samme_hub_keys_renew(samme_hub *hub, bool *out_more, samme_error *error) {
    *out_more = false;
    if (!hub->keys.present)
        return SAMME_OK;
    samme_status status = samme_keymap_renew(&hub->keys.map, SAMME_HUB_WRAP_A_STEP, out_more);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "keys store: the renewal of its key: %s",
                                           samme_status_name(status));
}

/* Whom the batch names; tag: 1 a customer, 0 a clerk. */
static samme_status names_of(const samme_batch *batch, samme_map *out) {
    samme_status status = SAMME_OK;
    samme_arena arena;
    samme_arena_init(&arena, SAMME_NAMES_ARENA_BYTES);
    for (size_t i = 0; i < batch->count && status == SAMME_OK; i++) {
        samme_named named[SAMME_NAMED_MAX];
        samme_arena_reset(&arena);
        const size_t names = samme_entry_names(batch->entries[i], &arena, named);
        for (size_t k = 0; k < names && status == SAMME_OK; k++) {
            const samme_span id = SAMME_SPAN(named[k].subject.bytes, sizeof named[k].subject.bytes);
            samme_map_entry known = {.tag = 0};
            if (!samme_map_get(out, id, &known) || (known.tag == 0 && !named[k].clerk))
                status = samme_map_put(out, id, SAMME_SPAN(NULL, 0), named[k].clerk ? 0 : 1);
        }
    }
    samme_arena_free(&arena);
    return status;
}

static samme_status take_item(samme_hub_call *call, const Samme__KeyItem *item, samme_map *names,
                              samme_error *error) {
    samme_subject subject;
    samme_secret_key key;
    samme_map_entry named;
    if (item->subject.len != sizeof subject.bytes || item->key.len != sizeof key.bytes)
        return samme_fail(error, SAMME_MALFORMED,
                          "a key of %zu bytes for a subject of %zu: expected 32 and 16",
                          item->key.len, item->subject.len);
    memcpy(subject.bytes, item->subject.data, sizeof subject.bytes);
    if (!samme_map_get(names, samme_span_of_bytes(item->subject), &named)) {
        samme_buffer name;
        samme_buffer_init(&name, 2 * sizeof subject.bytes + 1);
        samme_hex_append(&name, samme_span_of_bytes(item->subject));
        samme_fail(error, SAMME_DENIED,
                   "a key for subject %s, which no entry of the batch names, or a second one",
                   samme_buffer_text(&name));
        samme_buffer_free(&name);
        return SAMME_DENIED;
    }
    const Samme__KeyKind kind =
        named.tag != 0 ? SAMME__KEY_KIND__key_of_customer : SAMME__KEY_KIND__key_of_clerk;
    samme_map_remove(names, samme_span_of_bytes(item->subject));
    memcpy(key.bytes, item->key.data, sizeof key.bytes);
    samme_key_outcome outcome;
    samme_status status = samme_keymap_take(&call->hub->keys.map, &subject, kind, &key,
                                            call->branch->number, &outcome);
    samme_wipe(&key, sizeof key);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "keys store: a key cannot be stored");
}

samme_status samme_hub_take_keys(samme_hub_call *call, const Samme__Push *push,
                                 const samme_batch *batch, samme_error *error) {
    samme_hub *hub = call->hub;
    /* what the branch had signed before it said hello may have been here once, with its keys */
    const bool again = push->old_size < call->peer->signed_size;
    if (!hub->keys.present || (push->n_keys == 0 && !again))
        return SAMME_OK;
    if (push->n_keys > SAMME_KEYS_IN_PUSH_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "%zu keys in a push, at most %u", push->n_keys,
                          SAMME_KEYS_IN_PUSH_MAX);
    samme_map *names = samme_map_new();
    samme_status status = names == NULL ? SAMME_NO_MEMORY : names_of(batch, names);
    if (status != SAMME_OK)
        samme_fail(error, status, "the batch's subjects");
    for (size_t i = 0; i < push->n_keys && status == SAMME_OK; i++)
        status = take_item(call, push->keys[i], names, error);
    samme_map_free(names);
    hub->keys.took = true;
    if (status == SAMME_OK && again)
        status = samme_hub_want_keys(hub, call->branch->number, batch->entries, batch->count);
    return status == SAMME_OK ? samme_hub_keys_size(hub, &hub->keys.size) : status;
}

samme_status samme_hub_pull_keys(samme_hub_call *call, const Samme__PullKeys *pull,
                                 samme_error *error) {
    samme_hub *hub = call->hub;
    Samme__KeysPart part;
    if (call->branch == NULL)
        return samme_fail(error, SAMME_DENIED,
                          "keys are for branches: who audits or operates gets clear parts only");
    if (!hub->keys.present)
        return samme_fail(error, SAMME_NOT_FOUND, "this hub has no key map");
    samme_status status = samme_keymap_agrees(&hub->keys.map, pull, error);
    if (status == SAMME_OK)
        status =
            samme_keymap_part(&hub->keys.map, pull->from, call->branch->number, &hub->arena, &part);
    if (status != SAMME_OK)
        return status;
    call->peer->keys_size = part.to;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_KEYS_PART;
    message.keys_part = &part;
    samme_hub_reply(hub, call->route, &message);
    return SAMME_OK;
}

void samme_hub_set_keks(samme_hub *hub, const samme_keks *keks) {
    if (hub->keys.present)
        samme_keymap_set_keks(&hub->keys.map, keks);
}

bool samme_hub_erase(samme_hub *hub, const samme_subject *subject) {
    samme_error error;
    if (!hub->keys.present || hub->store_failed || samme_hub_keys_begin(hub, &error) != SAMME_OK)
        return false;
    if (samme_keymap_erase(&hub->keys.map, subject) == SAMME_OK &&
        samme_hub_keys_size(hub, &hub->keys.size) == SAMME_OK)
        return samme_hub_keys_end(hub, &error) == SAMME_OK;
    samme_hub_keys_abandon(hub);
    return false;
}

samme_hub_keys_view samme_hub_look_at_keys(samme_hub *hub) {
    samme_hub_keys_view out = {.present = hub->keys.present};
    if (!out.present || hub->store_failed)
        return out;
    samme_space *space = &hub->keys.space;
    const bool opened = !space->open;
    if (opened && samme_space_begin(space, NULL) != SAMME_OK)
        return out;
    if (samme_keymap_look(&hub->keys.map, &out.figures) != SAMME_OK)
        out.figures = (samme_keymap_figures){.size = 0};
    if (opened)
        samme_space_abandon(space);
    out.renewed = samme_keymap_renewed(&hub->keys.map);
    return out;
}
