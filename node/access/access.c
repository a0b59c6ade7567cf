#include "node/access/access.h"

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "wire/pack.h"

enum { ROW_MAX_BYTES = 1024 };

samme_status samme_access_init(samme_access *access, samme_store *keys) {
    access->present = keys != NULL;
    if (!access->present)
        return SAMME_OK;
    samme_status status = samme_space_init(&access->keys, keys);
    return status == SAMME_OK ? samme_outbox_init(&access->outbox) : status;
}

void samme_access_fini(samme_access *access) {
    if (!access->present)
        return;
    for (size_t i = 0; i < SAMME_PINS_WAITING_MAX; i++)
        samme_buffer_free(&access->waiting[i].details);
    samme_outbox_fini(&access->outbox);
    samme_space_fini(&access->keys);
}

static samme_status take_row(samme_access *access, samme_span value, samme_arena *arena) {
    const Samme__TillRow *row = SAMME_UNPACK(TillRow, till_row, value, arena, NULL);
    if (row == NULL || access->till_count == SAMME_TILLS_MAX)
        return SAMME_CORRUPT;
    samme_till_known *known = &access->tills[access->till_count];
    size_t length = strlen(row->name);
    if (length >= sizeof known->name || row->token_hash.len != sizeof known->token_hash)
        return SAMME_CORRUPT;
    memcpy(known->name, row->name, length + 1);
    memcpy(known->token_hash.bytes, row->token_hash.data, sizeof known->token_hash);
    known->added_ms = row->added_ms;
    access->till_count++;
    return SAMME_OK;
}

static samme_status load_rows(samme_access *access, samme_arena *arena) {
    uint8_t from[SAMME_STORE_KEY_MAX];
    size_t length = 0;
    access->till_count = 0;
    for (;;) {
        samme_span key, value;
        samme_status status = samme_space_seek(&access->keys, SAMME_KEYS_TILL,
                                               SAMME_SPAN(from, length), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK)
            status = key.length < sizeof from ? take_row(access, value, arena) : SAMME_CORRUPT;
        if (status != SAMME_OK)
            return status;
        memcpy(from, key.data, key.length);
        from[key.length] = 0; /* the smallest key behind it */
        length = key.length + 1;
    }
}

samme_status samme_access_load(samme_access *access, samme_error *error) {
    if (!access->present || access->loaded)
        return SAMME_OK;
    samme_arena arena;
    samme_arena_init(&arena, (size_t)SAMME_TILLS_MAX * ROW_MAX_BYTES);
    samme_status status = load_rows(access, &arena);
    samme_arena_free(&arena);
    if (status != SAMME_OK)
        return samme_fail(error, status, "keys store: the tills cannot be read");
    access->loaded = true;
    return SAMME_OK;
}

static const samme_till_known *find_by_name(const samme_access *access, samme_span name) {
    for (size_t i = 0; i < access->till_count; i++)
        if (samme_span_equal(samme_span_of_text(access->tills[i].name), name))
            return &access->tills[i];
    return NULL;
}

/* A name stands in paths and in receipts: visible ASCII, and none of what a path is made of. */
static bool name_fits(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (name[i] <= ' ' || name[i] > '~' || strchr("/?#%\"\\", name[i]) != NULL)
            return false;
    return length > 0 && length < sizeof(((samme_till_known *)0)->name);
}

samme_status samme_access_add_till(samme_access *access, const char *name, samme_span token,
                                   int64_t now_ms, samme_error *error) {
    if (!name_fits(name))
        return samme_fail(error, SAMME_MALFORMED,
                          "a till's name is 1 to 32 visible characters without / ? # %% \" \\");
    if (find_by_name(access, samme_span_of_text(name)) != NULL)
        return samme_fail(error, SAMME_CONFLICT,
                          "till %s has a token; remove it first if that is lost", name);
    if (access->till_count == SAMME_TILLS_MAX)
        return samme_fail(error, SAMME_CONFLICT, "a node has at most %u tills", SAMME_TILLS_MAX);
    samme_hash hash = samme_sha256(token);
    Samme__TillRow row = SAMME__TILL_ROW__INIT;
    row.name = (char *)(uintptr_t)name; /* packing does not change it */
    row.token_hash = samme_bytes_of_span(samme_span_of_hash(&hash));
    row.added_ms = now_ms;
    samme_buffer packed;
    samme_buffer_init(&packed, ROW_MAX_BYTES);
    samme_pack(&row, &packed);
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_space_put(&access->keys, SAMME_KEYS_TILL, samme_span_of_text(name),
                                 samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    access->loaded = false;
    return status == SAMME_OK ? samme_access_load(access, error) : status;
}

samme_status samme_access_remove_till(samme_access *access, samme_span name, samme_error *error) {
    if (find_by_name(access, name) == NULL)
        return samme_fail(error, SAMME_NOT_FOUND, "no till of that name has a token");
    samme_status status = samme_space_remove(&access->keys, SAMME_KEYS_TILL, name);
    access->loaded = false;
    return status == SAMME_OK ? samme_access_load(access, error) : status;
}

const samme_till_known *samme_access_till(const samme_access *access, samme_span token) {
    const samme_till_known *found = NULL;
    samme_hash hash = samme_sha256(token);
    for (size_t i = 0; i < access->till_count; i++)
        if (samme_secret_equal(samme_span_of_hash(&hash),
                               samme_span_of_hash(&access->tills[i].token_hash)))
            found = &access->tills[i];
    return found;
}
