#include "enrol/request.h"

#include <stdio.h>

#include "base/text.h"
#include "crypto/secret.h"
#include "wire/mapping.h"

enum { ARENA_MAX_BYTES = 64 * 1024 };

/* What is signed and proved. No field can hold a newline. */
static samme_status request_text(const samme_enrol_request *request, samme_buffer *out,
                                 samme_error *error) {
    char head[SAMME_CHAIN_NAME_MAX + SAMME_NAME_MAX + 128];
    int length = snprintf(head, sizeof head, "samme enrolment request v1\n%s\n%s\n%u\n%u\n%s\n",
                          request->chain, samme_enrol_role_name(request->role), request->branch,
                          request->epoch, request->name);
    samme_buffer_append(out, SAMME_SPAN(head, (size_t)length));
    if (request->role == SAMME_ENROL_BRANCH)
        samme_vkey_format(&request->log_key, out);
    samme_buffer_u8(out, '\n');
    samme_hex_append(out, SAMME_SPAN(request->curve.bytes, sizeof request->curve.bytes));
    samme_buffer_u8(out, '\n');
    samme_status status = samme_buffer_status(out);
    return status == SAMME_OK ? status : samme_fail(error, status, "request: no room for its text");
}

static samme_hash prove(const samme_enrol_request *request, const uint8_t secret[static 32],
                        samme_span text) {
    return samme_secret_proof(
        secret, text, SAMME_SPAN(request->signature.bytes, sizeof request->signature.bytes));
}

static samme_status write_json(const samme_enrol_request *request, samme_buffer *out,
                               samme_error *error) {
    samme_buffer vkey;
    samme_buffer_init(&vkey, SAMME_VKEY_TEXT_MAX);
    Samme__EnrolRequest message;
    samme__enrol_request__init(&message);
    message.chain = (char *)(uintptr_t)request->chain;
    message.role = (char *)(uintptr_t)samme_enrol_role_name(request->role);
    message.branch = request->branch;
    message.epoch = request->epoch;
    message.name = (char *)(uintptr_t)request->name;
    message.curve =
        samme_bytes_of_span(SAMME_SPAN(request->curve.bytes, sizeof request->curve.bytes));
    message.proof = samme_bytes_of_span(samme_span_of_hash(&request->proof));
    if (request->role == SAMME_ENROL_BRANCH) {
        samme_vkey_format(&request->log_key, &vkey);
        message.log_vkey = (char *)(uintptr_t)samme_buffer_text(&vkey);
        message.signature = samme_bytes_of_span(
            SAMME_SPAN(request->signature.bytes, sizeof request->signature.bytes));
    }
    samme_status status = samme_buffer_status(&vkey);
    if (status == SAMME_OK) {
        samme_to_json(&message, out);
        samme_buffer_u8(out, '\n');
        status = samme_buffer_status(out);
    }
    samme_buffer_free(&vkey);
    return status == SAMME_OK ? status : samme_fail(error, status, "request: no room for it");
}

samme_status samme_enrol_request_make(const samme_enrolment *enrolment,
                                      const uint8_t secret[static 32], samme_buffer *out,
                                      samme_error *error) {
    samme_enrol_request request = {
        .role = enrolment->role, .branch = enrolment->branch, .epoch = enrolment->epoch};
    memcpy(request.chain, enrolment->chain, sizeof request.chain);
    memcpy(request.name, enrolment->name, sizeof request.name);
    request.curve = samme_curve_public(enrolment->curve_secret);
    const bool branch = request.role == SAMME_ENROL_BRANCH;
    samme_status status = SAMME_OK;
    if (branch) {
        char origin[SAMME_NOTE_NAME_MAX + 1];
        const samme_public_key key = samme_sign_public(&enrolment->log_seed);
        samme_branch_origin(request.chain, request.branch, request.epoch, origin);
        status = samme_vkey_make(origin, &key, &request.log_key, error);
    }
    samme_buffer text;
    samme_buffer_init(&text, SAMME_ENROL_REQUEST_MAX_BYTES);
    if (status == SAMME_OK)
        status = request_text(&request, &text, error);
    if (status == SAMME_OK && branch)
        request.signature = samme_sign(&enrolment->log_seed, samme_buffer_span(&text));
    if (status == SAMME_OK) {
        request.proof = prove(&request, secret, samme_buffer_span(&text));
        status = write_json(&request, out, error);
    }
    samme_buffer_free(&text);
    return status;
}

static bool take_text(const char *text, char *out, size_t size) {
    const size_t length = strlen(text);
    if (length >= size)
        return false;
    memcpy(out, text, length + 1);
    return true;
}

static bool take_bytes(ProtobufCBinaryData bytes, uint8_t *out, size_t size) {
    if (bytes.len == size)
        memcpy(out, bytes.data, size);
    return bytes.len == size;
}

static samme_status take_role(const Samme__EnrolRequest *message, samme_enrol_request *out,
                              samme_error *error) {
    for (unsigned role = SAMME_ENROL_BRANCH; role <= SAMME_ENROL_OPERATOR; role++)
        if (strcmp(message->role, samme_enrol_role_name((samme_enrol_role)role)) == 0) {
            const bool branch = role == SAMME_ENROL_BRANCH;
            if (branch != (message->branch > 0) || branch != (message->epoch > 0) ||
                branch != (message->signature.len > 0) || branch != (message->log_vkey[0] != 0))
                break;
            out->role = (samme_enrol_role)role;
            out->branch = message->branch;
            out->epoch = message->epoch;
            return SAMME_OK;
        }
    return samme_fail(error, SAMME_MALFORMED,
                      "role: expected branch (with branch, epoch, logVkey and signature), auditor "
                      "or operator (without)");
}

/* Keys that anybody could speak or sign for are nobody's. */
static samme_status take_keys(const Samme__EnrolRequest *message, samme_enrol_request *out,
                              samme_error *error) {
    if (!take_bytes(message->curve, out->curve.bytes, sizeof out->curve.bytes) ||
        !samme_curve_sound(&out->curve))
        return samme_fail(error, SAMME_MALFORMED,
                          "curve: expected a key of %zu bytes, not of small order",
                          sizeof out->curve.bytes);
    if (!take_bytes(message->proof, out->proof.bytes, sizeof out->proof.bytes))
        return samme_fail(error, SAMME_MALFORMED, "proof: expected %zu bytes",
                          sizeof out->proof.bytes);
    if (out->role != SAMME_ENROL_BRANCH)
        return SAMME_OK;
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(out->chain, out->branch, out->epoch, origin);
    samme_status status =
        samme_vkey_parse(samme_span_of_text(message->log_vkey), &out->log_key, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "logVkey");
    if (strcmp(out->log_key.name, origin) != 0 || !samme_public_key_sound(&out->log_key.key))
        return samme_fail(error, SAMME_MALFORMED,
                          "logVkey: expected a key of %s, not of small order", origin);
    if (!take_bytes(message->signature, out->signature.bytes, sizeof out->signature.bytes))
        return samme_fail(error, SAMME_MALFORMED, "signature: expected %zu bytes",
                          sizeof out->signature.bytes);
    return SAMME_OK;
}

static samme_status check_signature(const samme_enrol_request *request, samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_ENROL_REQUEST_MAX_BYTES);
    samme_status status = request_text(request, &text, error);
    if (status == SAMME_OK &&
        !samme_sign_verify(&request->log_key.key, samme_buffer_span(&text), &request->signature))
        status = samme_fail(error, SAMME_BAD_SIGNATURE, "signature: not by the log key it names");
    samme_buffer_free(&text);
    return status;
}

static samme_status take_message(const Samme__EnrolRequest *message, samme_enrol_request *out,
                                 samme_error *error) {
    if (!take_text(message->chain, out->chain, sizeof out->chain) ||
        !samme_chain_name_valid(out->chain))
        return samme_fail(error, SAMME_MALFORMED, "chain: expected the name of a chain");
    if (!take_text(message->name, out->name, sizeof out->name) || !samme_peer_name_valid(out->name))
        return samme_fail(error, SAMME_MALFORMED, "name: expected one without spaces and '/'");
    samme_status status = take_role(message, out, error);
    if (status == SAMME_OK)
        status = take_keys(message, out, error);
    return status == SAMME_OK && out->role == SAMME_ENROL_BRANCH ? check_signature(out, error)
                                                                 : status;
}

samme_status samme_enrol_request_open(samme_span json, const char *place, samme_enrol_request *out,
                                      samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, ARENA_MAX_BYTES);
    samme_error why = {.status = SAMME_MALFORMED};
    const Samme__EnrolRequest *message =
        SAMME_FROM_JSON(EnrolRequest, enrol_request, json, place, &arena, &why);
    *out = (samme_enrol_request){.branch = 0};
    samme_status status = message == NULL ? samme_fail(error, why.status, "%s", why.text)
                                          : take_message(message, out, error);
    if (message != NULL && status != SAMME_OK)
        status = samme_fail_in(error, status, "%s", place);
    samme_arena_free(&arena);
    return status;
}

samme_status samme_enrol_request_answers(const samme_enrol_request *request,
                                         const samme_enrolment *invitation,
                                         const uint8_t secret[static 32], samme_error *error) {
    if (strcmp(request->chain, invitation->chain) != 0 || request->role != invitation->role ||
        request->branch != invitation->branch || request->epoch != invitation->epoch ||
        strcmp(request->name, invitation->name) != 0)
        return samme_fail(
            error, SAMME_MISMATCH, "the request is of %s %s in %s, the invitation of %s %s in %s",
            samme_enrol_role_name(request->role), request->name, request->chain,
            samme_enrol_role_name(invitation->role), invitation->name, invitation->chain);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_ENROL_REQUEST_MAX_BYTES);
    samme_status status = request_text(request, &text, error);
    if (status == SAMME_OK) {
        const samme_hash proof = prove(request, secret, samme_buffer_span(&text));
        if (!samme_secret_equal(samme_span_of_hash(&proof), samme_span_of_hash(&request->proof)))
            status = samme_fail(error, SAMME_DENIED,
                                "%s %s: the request was not made with the secret of its invitation",
                                samme_enrol_role_name(request->role), request->name);
    }
    samme_buffer_free(&text);
    return status;
}
