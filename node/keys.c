#include "node/keys.h"

#include "crypto/sign.h"
#include "history/subjects.h"
#include "node/core.h"

samme_status samme_keys_open(samme_node *node) {
    samme_keys *keys = &node->keys;
    keys->present = node->setup.keys != NULL && node->setup.keks.current.number != 0;
    return keys->present ? samme_gate_init(&keys->gate, node->setup.log) : SAMME_OK;
}

void samme_keys_init(samme_node *node) {
    if (node->keys.present)
        samme_keymap_init(&node->keys.map, &node->access.keys, &node->setup.keks,
                          node->setup.random);
    samme_wipe(&node->setup.keks, sizeof node->setup.keks);
}

void samme_keys_fini(samme_node *node) {
    if (!node->keys.present)
        return;
    samme_keymap_fini(&node->keys.map);
    samme_gate_fini(&node->keys.gate);
}

samme_status samme_keys_check(samme_node *node, samme_error *error) {
    return node->keys.present ? samme_keymap_check(&node->keys.map, error) : SAMME_OK;
}

samme_status samme_keys_sweep(samme_node *node, samme_error *error) {
    samme_keys *keys = &node->keys;
    if (!keys->present || keys->swept)
        return SAMME_OK;
    samme_status status = SAMME_OK;
    if (keys->adopt)
        node->own_changed = true;
    else
        status = samme_keymap_sweep_made(&keys->map, keys->logged);
    keys->swept = keys->swept_now = status == SAMME_OK;
    return keys->swept ? SAMME_OK
                       : samme_fail(error, status,
                                    "keys store: what a crash left there cannot be "
                                    "swept");
}

void samme_keys_abandoned(samme_node *node) {
    if (node->keys.present)
        samme_keymap_abandoned(&node->keys.map);
    node->keys.swept = node->keys.swept && !node->keys.swept_now;
    node->keys.named = node->keys.swept_now = false;
}

samme_status samme_keys_made(samme_node *node, uint64_t *out) {
    samme_keymap_figures figures = {.made = 0};
    samme_status status = SAMME_OK;
    *out = node->keys.logged;
    if (!node->keys.present || !node->keys.swept) /* what is to be swept is not the log's */
        return SAMME_OK;
    status = samme_keymap_look(&node->keys.map, &figures);
    *out = node->keys.logged = figures.made;
    return status;
}

samme_status samme_keys_name(samme_node *node, const samme_span *entries, size_t count,
                             samme_error *error) {
    samme_status status = SAMME_OK;
    samme_arena arena;
    samme_arena_init(&arena, SAMME_NAMES_ARENA_BYTES);
    for (size_t i = 0; node->keys.present && i < count && status == SAMME_OK; i++) {
        samme_named named[SAMME_NAMED_MAX];
        samme_arena_reset(&arena);
        const size_t names = samme_entry_names(entries[i], &arena, named);
        for (size_t k = 0; k < names && status == SAMME_OK; k++) {
            node->keys.named = true;
            status = samme_keymap_name(&node->keys.map, &named[k].subject,
                                       named[k].clerk ? SAMME__KEY_KIND__key_of_clerk
                                                      : SAMME__KEY_KIND__key_of_customer);
        }
    }
    samme_arena_free(&arena);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "a key for whom the entry names");
}

static bool listed(const Samme__Push *push, const samme_subject *subject) {
    for (size_t i = 0; i < push->n_keys; i++)
        if (memcmp(push->keys[i]->subject.data, subject->bytes, sizeof subject->bytes) == 0)
            return true;
    return false;
}

/* The key in the step's arena. */
static samme_status add_key(samme_node *node, const samme_subject *subject, Samme__Push *push) {
    samme_secret_key *key = samme_arena_alloc(&node->arena, sizeof *key);
    samme_subject *id = samme_arena_alloc(&node->arena, sizeof *id);
    Samme__KeyItem *item = samme_arena_alloc(&node->arena, sizeof *item);
    if (key == NULL || id == NULL || item == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = samme_keymap_unsettled(&node->keys.map, subject, key);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    *id = *subject;
    samme__key_item__init(item);
    item->subject = samme_bytes_of_span(SAMME_SPAN(id->bytes, sizeof id->bytes));
    item->key = samme_bytes_of_span(SAMME_SPAN(key->bytes, sizeof key->bytes));
    push->keys[push->n_keys++] = item;
    return SAMME_OK;
}

samme_status samme_keys_push(samme_node *node, Samme__Push *push) {
    if (!node->keys.present)
        return SAMME_OK;
    push->keys =
        samme_arena_alloc(&node->arena, SAMME_NAMED_MAX * push->n_items * sizeof *push->keys);
    samme_status status = push->keys == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    samme_arena arena;
    samme_arena_init(&arena, SAMME_NAMES_ARENA_BYTES);
    for (size_t i = 0; i < push->n_items && status == SAMME_OK; i++) {
        samme_named named[SAMME_NAMED_MAX];
        samme_arena_reset(&arena);
        const size_t names =
            samme_entry_names(samme_span_of_bytes(push->items[i]->entry), &arena, named);
        for (size_t k = 0; k < names && status == SAMME_OK; k++)
            if (!listed(push, &named[k].subject))
                status = add_key(node, &named[k].subject, push);
    }
    samme_arena_free(&arena);
    return status;
}

void samme_keys_heard(samme_node *node, uint64_t hub_size) {
    if (hub_size <= node->keys.hub_size)
        return;
    node->keys.hub_size = hub_size;
    node->keys.marked = false;
}

/* The hub has lost keys, and asks for those that are held here. */
static samme_status hand_keys(samme_node *node, const Samme__AskKeys *ask) {
    Samme__HandKeys hand = SAMME__HAND_KEYS__INIT;
    const size_t most =
        ask->n_subjects < SAMME_KEYS_IN_PART_MAX ? ask->n_subjects : SAMME_KEYS_IN_PART_MAX;
    hand.items = samme_arena_alloc(&node->arena, (most + 1) * sizeof *hand.items);
    if (hand.items == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < most; i++) {
        samme_subject subject;
        Samme__KeyItem *item = samme_arena_alloc(&node->arena, sizeof *item);
        samme_secret_key *key = samme_arena_alloc(&node->arena, sizeof *key);
        if (item == NULL || key == NULL)
            return SAMME_NO_MEMORY;
        if (ask->subjects[i].len != sizeof subject.bytes)
            continue;
        memcpy(subject.bytes, ask->subjects[i].data, sizeof subject.bytes);
        samme_status status = samme_keymap_key(&node->keys.map, &subject, key);
        if (status == SAMME_NOT_FOUND || status == SAMME_DENIED)
            continue;
        if (status != SAMME_OK)
            return status;
        samme__key_item__init(item);
        item->subject = ask->subjects[i];
        item->key = samme_bytes_of_span(SAMME_SPAN(key->bytes, sizeof key->bytes));
        hand.items[hand.n_items++] = item;
    }
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_HAND_KEYS;
    message.hand_keys = &hand;
    samme_node_send(node, &message);
    return SAMME_OK;
}

static samme_status take_part(samme_node *node, const Samme__KeysPart *part, samme_error *error) {
    node->keys.requested = false;
    node->keys.hub_size = part->size; /* what a doorbell told meanwhile is told again by a poll */
    node->keys.marked = false;
    return samme_keymap_receive(&node->keys.map, part, node->setup.branch, &node->setup.erasures,
                                error);
}

samme_status samme_keys_message(samme_node *node, const Samme__Message *message,
                                samme_error *error) {
    if (!node->keys.present)
        return SAMME_OK;
    if (message->what_case == SAMME__MESSAGE__WHAT_WELCOME) {
        const ProtobufCBinaryData mark = message->welcome->keys_mark;
        node->keys.hub_size = message->welcome->keys_size;
        node->keys.marked = mark.len == sizeof node->keys.hub_mark.bytes;
        if (node->keys.marked)
            memcpy(node->keys.hub_mark.bytes, mark.data, mark.len);
        node->keys.requested = false;
    } else if (message->what_case == SAMME__MESSAGE__WHAT_DOORBELL) {
        samme_keys_heard(node, message->doorbell->keys_size);
    } else if (message->what_case == SAMME__MESSAGE__WHAT_KEYS_PART) {
        return take_part(node, message->keys_part, error);
    } else if (message->what_case == SAMME__MESSAGE__WHAT_ASK_KEYS) {
        return hand_keys(node, message->ask_keys);
    } else if (message->what_case == SAMME__MESSAGE__WHAT_REFUSED && node->keys.requested &&
               strcmp(message->refused->what, "pull_keys") == 0 &&
               strcmp(message->refused->status, samme_status_name(SAMME_MISMATCH)) == 0) {
        return samme_keymap_start_again(&node->keys.map);
    }
    return SAMME_OK;
}

static samme_status ask(samme_node *node) {
    samme_keys *keys = &node->keys;
    Samme__PullKeys pull;
    samme_status status = samme_keymap_ask(&keys->map, &node->arena, &pull);
    if (status != SAMME_OK)
        return status;
    const bool same =
        !keys->marked || pull.from == 0 ||
        memcmp(keys->hub_mark.bytes, pull.mark.data, sizeof keys->hub_mark.bytes) == 0;
    /* a hub from a backup has fewer, or others, than were pulled: asking shows it */
    if (pull.from == keys->hub_size && same)
        return SAMME_OK;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PULL_KEYS;
    message.pull_keys = &pull;
    samme_node_send(node, &message);
    keys->requested = true;
    keys->requested_ms = node->monotonic_ms;
    return SAMME_OK;
}

samme_status samme_keys_work(samme_node *node, bool *out_more, samme_error *error) {
    samme_keys *keys = &node->keys;
    *out_more = false;
    if (!keys->present)
        return SAMME_OK;
    samme_status status = samme_keymap_renew(&keys->map, SAMME_KEYS_WRAP_A_STEP, out_more);
    if (keys->requested && node->monotonic_ms - keys->requested_ms >= SAMME_KEYS_RETRY_MS)
        keys->requested = false;
    if (status == SAMME_OK && node->in_session && !keys->requested)
        status = ask(node);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "keys store: the key map: %s",
                                           samme_status_name(status));
}

int64_t samme_keys_next_ms(const samme_node *node) {
    return node->keys.requested ? node->keys.requested_ms + SAMME_KEYS_RETRY_MS : INT64_MAX;
}

void samme_node_set_keks(samme_node *node, const samme_keks *keks) {
    if (node->keys.present)
        samme_keymap_set_keks(&node->keys.map, keks);
}

samme_node_keys samme_node_look_at_keys(samme_node *node) {
    samme_node_keys out = {.present = node->keys.present};
    if (!out.present || node->store_failed)
        return out;
    samme_space *space = &node->access.keys;
    const bool opened = !space->open;
    if (opened && samme_space_begin(space, NULL) != SAMME_OK)
        return out;
    if (samme_keymap_look(&node->keys.map, &out.figures) != SAMME_OK)
        out.figures = (samme_keymap_figures){.size = 0};
    if (opened)
        samme_space_abandon(space);
    out.renewed = samme_keymap_renewed(&node->keys.map);
    return out;
}
