#include "sync/heads.h"

const samme_vkey *samme_follow_hub_key(const samme_follow *follow) {
    const samme_replay *replay = &follow->replay;
    return replay->roster.version > 0 ? &replay->roster.hub_log : &follow->setup.hub_log;
}

samme_status samme_heads_open(const samme_follow *follow, const Samme__JournalPart *part,
                              samme_checkpoint *out, samme_error *error) {
    samme_status status = samme_checkpoint_open(samme_span_of_bytes(part->note),
                                                samme_follow_hub_key(follow), out, error);
    return status == SAMME_OK ? status : samme_fail_in(error, status, "the hub's journal head");
}

samme_status samme_heads_keep(samme_follow *follow, const Samme__JournalPart *part, uint64_t size) {
    const samme_key8 key = samme_key_u64(size / SAMME_HEADS_APART);
    return samme_space_put(follow->setup.log, SAMME_TABLE_HEAD,
                           SAMME_SPAN(key.bytes, sizeof key.bytes),
                           samme_span_of_bytes(part->note));
}

samme_status samme_follow_head(samme_follow *follow, samme_arena *arena, samme_span *out) {
    const samme_key8 key = samme_key_u64(follow->held.size / SAMME_HEADS_APART);
    samme_span stored;
    samme_checkpoint head;
    samme_status status = samme_space_get(follow->setup.log, SAMME_TABLE_HEAD,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    *out = samme_arena_copy(arena, stored);
    if (out->data == NULL)
        return SAMME_NO_MEMORY;
    status = samme_checkpoint_read(*out, samme_follow_hub_key(follow), &head, NULL);
    return status == SAMME_OK && head.size != follow->held.size ? SAMME_NOT_FOUND : status;
}

samme_status samme_heads_compare(samme_follow *follow, const Samme__JournalPart *part,
                                 samme_error *error) {
    samme_checkpoint head;
    if (part->note.len == 0) /* an older hub */
        return SAMME_OK;
    samme_status status = samme_heads_open(follow, part, &head, error);
    if (status != SAMME_OK)
        return status;
    samme_hash root = samme_range_root(&follow->held);
    if (head.size != follow->held.size &&
        samme_replay_root_at(&follow->replay, head.size, &root) != SAMME_OK)
        return SAMME_OK;
    if (!samme_hash_equal(&head.root, &root))
        return samme_fail(error, SAMME_MISMATCH,
                          "the hub has signed two journals: another root at size %llu than the one "
                          "it showed before",
                          (unsigned long long)head.size);
    samme_span kept;
    return head.size != follow->held.size ||
                   samme_follow_head(follow, &follow->arena, &kept) == SAMME_OK
               ? SAMME_OK
               : samme_heads_keep(follow, part, head.size);
}
