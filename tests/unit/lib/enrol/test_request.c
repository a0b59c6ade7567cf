#include "enrol/request.h"

#include "folder.h"

#define CHAIN "shop.example"

static const uint8_t secret[32] = "known to head office and machine";

static samme_enrolment machine(samme_enrol_role role) {
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_enrolment enrolment = {.chain = CHAIN, .role = role, .name = "Troms\xc3\xb8-1"};
    if (role == SAMME_ENROL_BRANCH) {
        enrolment.branch = 42;
        enrolment.epoch = enrolment.region = 1;
        memset(enrolment.log_seed.bytes, 7, sizeof enrolment.log_seed.bytes);
    }
    memset(enrolment.curve_secret, 8, sizeof enrolment.curve_secret);
    return enrolment;
}

static samme_buffer request_of(const samme_enrolment *enrolment) {
    samme_buffer json;
    samme_error error = {.text = ""};
    samme_buffer_init(&json, SAMME_ENROL_REQUEST_MAX_BYTES);
    cr_assert_eq(samme_enrol_request_make(enrolment, secret, &json, &error), SAMME_OK, "%s",
                 error.text);
    return json;
}

static samme_status open_text(const char *text, samme_enrol_request *out, samme_error *error) {
    return samme_enrol_request_open(samme_span_of_text(text), "request.json", out, error);
}

Test(request, answers_its_invitation) {
    for (unsigned role = SAMME_ENROL_BRANCH; role <= SAMME_ENROL_OPERATOR; role++) {
        samme_enrolment enrolment = machine((samme_enrol_role)role);
        samme_buffer json = request_of(&enrolment);
        samme_enrol_request request;
        samme_error error = {.text = ""};
        cr_assert_eq(open_text(samme_buffer_text(&json), &request, &error), SAMME_OK, "%s",
                     error.text);
        cr_assert_eq(samme_enrol_request_answers(&request, &enrolment, secret, &error), SAMME_OK,
                     "%s", error.text);
        const samme_peer_key curve = samme_curve_public(enrolment.curve_secret);
        cr_assert_eq(memcmp(&request.curve, &curve, sizeof curve), 0);
        if (role == SAMME_ENROL_BRANCH) {
            const samme_public_key log = samme_sign_public(&enrolment.log_seed);
            cr_assert_eq(memcmp(&request.log_key.key, &log, sizeof log), 0);
            cr_assert_str_eq(request.log_key.name, CHAIN "/b/0042/e1");
        }
        samme_buffer_free(&json);
    }
}

/* HMAC-SHA-256 and Ed25519 over a text that anybody can write down: the same by other tools. */
Test(request, has_one_form) {
    samme_enrolment enrolment = machine(SAMME_ENROL_AUDITOR);
    samme_buffer json = request_of(&enrolment);
    static const char expected[] =
        "{\"chain\":\"shop.example\",\"role\":\"auditor\",\"name\":\"Troms\xc3\xb8-1\","
        "\"curve\":\"MdSras7slhE3kXA3k25gcW+sVzr+lNnahKgCBEjfwRI=\","
        "\"proof\":\"OET43ZmPv4+09UUdiTY9Adsp+scvynzGdG9HJO5xROg=\"}\n";
    cr_assert_str_eq(samme_buffer_text(&json), expected);
    samme_buffer_free(&json);
}

Test(request, is_of_no_other_machine) {
    samme_enrolment enrolment = machine(SAMME_ENROL_BRANCH);
    samme_buffer json = request_of(&enrolment);
    samme_enrol_request request;
    samme_error error;
    cr_assert_eq(open_text(samme_buffer_text(&json), &request, NULL), SAMME_OK);
    samme_enrolment others[5];
    for (size_t i = 0; i < 5; i++)
        others[i] = enrolment;
    strcpy(others[0].chain, "other.example");
    others[1].role = SAMME_ENROL_AUDITOR;
    others[2].branch = 43;
    others[3].epoch = 2;
    strcpy(others[4].name, "Bergen-1");
    for (size_t i = 0; i < 5; i++)
        cr_assert_eq(samme_enrol_request_answers(&request, &others[i], secret, &error),
                     SAMME_MISMATCH, "other %zu", i);
    uint8_t wrong[32];
    memcpy(wrong, secret, sizeof wrong);
    for (size_t bit = 0; bit < 8 * sizeof wrong; bit++) {
        wrong[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_eq(samme_enrol_request_answers(&request, &enrolment, wrong, &error), SAMME_DENIED,
                     "bit %zu", bit);
        wrong[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    samme_buffer_free(&json);
}

/* Whatever is changed on the way: it is no request, or proves nothing. */
Test(request, changed_in_any_byte_is_refused) {
    samme_enrolment enrolment = machine(SAMME_ENROL_BRANCH);
    samme_buffer json = request_of(&enrolment);
    char *text = strdup(samme_buffer_text(&json));
    const size_t length = strlen(text) - 1; /* the newline may be another space */
    size_t opened = 0;
    for (size_t i = 0; i < length; i++) {
        const char was = text[i];
        static const char instead[] = "0A{\"";
        for (const char *other = instead; *other != 0; other++) {
            if (*other == was)
                continue;
            text[i] = *other;
            samme_enrol_request request;
            if (open_text(text, &request, NULL) != SAMME_OK)
                continue;
            opened++;
            cr_assert_neq(samme_enrol_request_answers(&request, &enrolment, secret, NULL), SAMME_OK,
                          "byte %zu as '%c': %s", i, *other, text);
        }
        text[i] = was;
    }
    cr_assert_gt(opened, 0); /* the proof itself may be any bytes */
    free(text);
    samme_buffer_free(&json);
}

/* In place of `from`, which must be there. */
static char *changed(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "%s is not in %s", from, text);
    char *out = calloc(1, strlen(text) + strlen(to) + 1);
    memcpy(out, text, (size_t)(at - text));
    strcat(strcat(out, to), at + strlen(from));
    return out;
}

Test(request, says_what_is_wrong) {
    static const struct {
        const char *from, *to, *said;
        samme_status status;
    } cases[] = {
        {CHAIN "\",\"role", "Shop\",\"role", "chain: ", SAMME_MALFORMED},
        {"\"branch\",\"branch\":42", "\"auditor\",\"branch\":42", "role: ", SAMME_MALFORMED},
        {"\"branch\",\"branch\":42", "\"clerk\",\"branch\":42", "role: ", SAMME_MALFORMED},
        {"\"branch\":42,", "", "role: ", SAMME_MALFORMED},
        {"/b/0042/e1", "/b/0041/e1", "logVkey", SAMME_MALFORMED},
        {"\"name\":\"Troms", "\"name\":\"a b", "name: ", SAMME_MALFORMED},
        {"\"name\":\"Troms", "\"name\":\"Trams", "signature: ", SAMME_BAD_SIGNATURE},
        {"\"curve\":\"", "\"curve\":\"AAAA", "curve: ", SAMME_MALFORMED},
        {"\"proof\":\"", "\"proof\":\"AAAA", "proof: ", SAMME_MALFORMED},
        {"\"signature\":\"", "\"signature\":\"AAAA", "signature: ", SAMME_MALFORMED},
        {"}", ",\"more\":1}", "unknown name", SAMME_MALFORMED},
    };
    samme_enrolment enrolment = machine(SAMME_ENROL_BRANCH);
    samme_buffer json = request_of(&enrolment);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = changed(samme_buffer_text(&json), cases[i].from, cases[i].to);
        samme_enrol_request request;
        samme_error error = {.text = ""};
        cr_assert_eq(open_text(text, &request, &error), cases[i].status, "case %zu: %s", i,
                     error.text);
        cr_assert_not_null(strstr(error.text, cases[i].said), "case %zu: %s", i, error.text);
        cr_assert_eq(strncmp(error.text, "request.json:", 13), 0, "%s", error.text);
        free(text);
    }
    samme_buffer_free(&json);
}

/* A key of small order is anybody's: X25519 with it gives what everyone can compute. */
Test(request, keys_of_small_order_are_refused) {
    samme_enrolment enrolment = machine(SAMME_ENROL_AUDITOR);
    samme_buffer json = request_of(&enrolment);
    const char *at = strstr(samme_buffer_text(&json), "\"curve\":\"");
    cr_assert_not_null(at);
    char *text = strdup(samme_buffer_text(&json));
    char *key = text + (at - samme_buffer_text(&json)) + strlen("\"curve\":\"");
    memset(key, 'A', 43); /* 32 bytes of 0, in base64 */
    samme_enrol_request request;
    samme_error error = {.text = ""};
    cr_assert_eq(open_text(text, &request, &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "small order"), "%s", error.text);
    free(text);
    samme_buffer_free(&json);
}
