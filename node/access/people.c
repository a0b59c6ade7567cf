#include "node/access/people.h"

#include "crypto/secret.h"
#include "wire/pack.h"

enum { ROW_MAX_BYTES = 2048, NAME_MAX_BYTES = 100 };

static samme_status take_row(samme_span value, samme_arena *arena, Samme__PersonRow **out) {
    samme_span copy = samme_arena_copy(arena, value);
    if (copy.data == NULL)
        return SAMME_NO_MEMORY;
    Samme__PersonRow *row = SAMME_UNPACK(PersonRow, person_row, copy, arena, NULL);
    if (row == NULL || row->salt.len != SAMME_PIN_SALT_BYTES || row->subject.len != 16 ||
        row->verifier.len != SAMME_PIN_VERIFIER_BYTES)
        return SAMME_CORRUPT;
    *out = row;
    return SAMME_OK;
}

samme_status samme_person_get(samme_access *access, samme_span number, samme_arena *arena,
                              Samme__PersonRow **out) {
    samme_span value;
    if (!access->present || number.length == 0 || number.length > SAMME_PERSON_NUMBER_MAX)
        return SAMME_NOT_FOUND;
    samme_status status = samme_space_get(&access->keys, SAMME_KEYS_PERSON, number, &value);
    return status == SAMME_OK ? take_row(value, arena, out) : status;
}

samme_status samme_person_put(samme_access *access, const Samme__PersonRow *row) {
    samme_buffer packed;
    samme_buffer_init(&packed, ROW_MAX_BYTES);
    samme_pack(row, &packed);
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_space_put(&access->keys, SAMME_KEYS_PERSON, samme_span_of_text(row->number),
                                 samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return status;
}

samme_status samme_person_remove(samme_access *access, samme_span number) {
    samme_span value;
    if (!access->present || number.length == 0 || number.length > SAMME_PERSON_NUMBER_MAX)
        return SAMME_NOT_FOUND;
    samme_status status = samme_space_get(&access->keys, SAMME_KEYS_PERSON, number, &value);
    return status == SAMME_OK ? samme_space_remove(&access->keys, SAMME_KEYS_PERSON, number)
                              : status;
}

samme_status samme_person_after(samme_access *access, samme_span number, samme_arena *arena,
                                Samme__PersonRow **out) {
    uint8_t from[SAMME_PERSON_NUMBER_MAX + 1];
    samme_span key, value;
    size_t length = number.length;
    if (!access->present || length > SAMME_PERSON_NUMBER_MAX)
        return SAMME_NOT_FOUND;
    if (length > 0) {
        memcpy(from, number.data, length);
        from[length++] = 0; /* the smallest key behind it */
    }
    samme_status status =
        samme_space_seek(&access->keys, SAMME_KEYS_PERSON, SAMME_SPAN(from, length), &key, &value);
    return status == SAMME_OK ? take_row(value, arena, out) : status;
}

static bool number_fits(const char *number) {
    size_t length = strlen(number);
    for (size_t i = 0; i < length; i++)
        if ((number[i] < '0' || number[i] > '9') && (number[i] < 'a' || number[i] > 'z'))
            return false;
    return length > 0 && length <= SAMME_PERSON_NUMBER_MAX;
}

/* One sign over and over is what is tried first. */
static bool pin_fits(const char *pin) {
    size_t length = strlen(pin);
    return length >= SAMME_PIN_MIN_BYTES && length <= SAMME_PIN_MAX_BYTES &&
           strspn(pin, (const char[]){pin[0], 0}) < length;
}

samme_status samme_person_check(const Samme__PersonRequest *request, samme_error *error) {
    if (!number_fits(request->number))
        return samme_fail(error, SAMME_MALFORMED,
                          "body: number: expected 1 to %u digits or small letters",
                          SAMME_PERSON_NUMBER_MAX);
    if (request->name[0] == 0 || strlen(request->name) > NAME_MAX_BYTES)
        return samme_fail(error, SAMME_MALFORMED, "body: name: expected 1 to %d bytes",
                          NAME_MAX_BYTES);
    if (request->role == SAMME__PERSON_ROLE__person_role_unset)
        return samme_fail(error, SAMME_MALFORMED,
                          "body: role: expected clerk, supervisor or manager");
    if (request->subject.len != 0 && request->subject.len != 16)
        return samme_fail(error, SAMME_MALFORMED, "body: subject: expected 16 bytes");
    if (!pin_fits(request->pin))
        return samme_fail(error, SAMME_MALFORMED,
                          "body: pin: expected %u to %u bytes that are not all the same",
                          SAMME_PIN_MIN_BYTES, SAMME_PIN_MAX_BYTES);
    return SAMME_OK;
}

/* 15 minutes, doubled each time in a row. */
static int64_t locked_for(uint32_t times_before) {
    int64_t ms = SAMME_LOCKED_OUT_MS;
    for (uint32_t i = 0; i < times_before && ms < SAMME_LOCKED_OUT_MAX_MS; i++)
        ms *= 2;
    return ms < SAMME_LOCKED_OUT_MAX_MS ? ms : SAMME_LOCKED_OUT_MAX_MS;
}

bool samme_person_judge(Samme__PersonRow *row,
                        const uint8_t verifier[static SAMME_PIN_VERIFIER_BYTES], int64_t now_ms) {
    if (samme_secret_equal(samme_span_of_bytes(row->verifier),
                           SAMME_SPAN(verifier, SAMME_PIN_VERIFIER_BYTES))) {
        row->wrong = row->locked_out = 0;
        row->locked_until_ms = 0;
        return true;
    }
    row->wrong++;
    if (row->wrong >= SAMME_WRONG_PINS_MAX) {
        row->locked_until_ms = now_ms + locked_for(row->locked_out);
        row->locked_out++;
        row->wrong = 0;
    }
    return false;
}
