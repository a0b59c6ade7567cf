#include "cli/operating.h"

#include <stdio.h>

#include "os/files.h"
#include "wire/mapping.h"

enum { TEXT_MAX_BYTES = 1024, BODY_MAX_BYTES = 1024 * 1024, ARENA_BYTES = 8 * 1024 * 1024 };

/* One line of DATA/name without its end. */
static samme_status read_line(const char *data, const char *name, char *out, size_t size,
                              samme_error *error) {
    char path[1100];
    samme_buffer text;
    snprintf(path, sizeof path, "%s/%s", data, name);
    samme_buffer_init(&text, size - 1);
    samme_status status = samme_file_read(path, &text, error);
    if (status == SAMME_OK) {
        snprintf(out, size, "%s", samme_buffer_text(&text));
        out[strcspn(out, "\r\n")] = 0;
    }
    samme_buffer_free(&text);
    return status;
}

samme_status samme_operating_open(const char *data, samme_operating *out, samme_error *error) {
    char url[TEXT_MAX_BYTES], token[TEXT_MAX_BYTES], certificate[1100];
    *out = (samme_operating){.client = NULL};
    samme_status status = read_line(data, "http.url", url, sizeof url, error);
    if (status == SAMME_NOT_FOUND)
        return samme_fail(error, status, "%s: expected the data folder of a node that runs", data);
    if (status == SAMME_OK)
        status = read_line(data, "operator.token", token, sizeof token, error);
    if (status == SAMME_OK)
        status = samme_http_client_new(url, &out->client, error);
    if (status != SAMME_OK)
        return status;
    snprintf(certificate, sizeof certificate, "%s/http.certificate", data);
    samme_arena_init(&out->arena, ARENA_BYTES);
    status = samme_http_client_identify(out->client, token,
                                        strncmp(url, "https:", 6) == 0 ? certificate : NULL, error);
    if (status != SAMME_OK)
        samme_operating_close(out);
    return status;
}

void samme_operating_close(samme_operating *operating) {
    samme_http_client_free(operating->client);
    samme_arena_free(&operating->arena);
    *operating = (samme_operating){.client = NULL};
}

static samme_status of_problem(samme_operating *operating, unsigned code, samme_span body,
                               samme_error *error) {
    const Samme__Problem *problem =
        SAMME_FROM_JSON(Problem, problem, body, "answer", &operating->arena, NULL);
    const char *detail = problem == NULL ? "the node refused" : problem->detail;
    samme_status status = code == 401 || code == 403   ? SAMME_DENIED
                          : code == 404                ? SAMME_NOT_FOUND
                          : code == 409                ? SAMME_CONFLICT
                          : code == 429 || code >= 500 ? SAMME_LATER
                                                       : SAMME_MALFORMED;
    return samme_fail(error, status, "%s", detail);
}

samme_status samme_operating_ask(samme_operating *operating, const char *path, const void *message,
                                 Samme__ApiAnswer **out, samme_error *error) {
    samme_buffer request, body;
    unsigned code = 0;
    samme_buffer_init(&request, BODY_MAX_BYTES);
    samme_buffer_init(&body, BODY_MAX_BYTES);
    if (message != NULL)
        samme_to_json(message, &request);
    samme_status status = samme_http_call(
        operating->client, path, NULL,
        message == NULL ? SAMME_SPAN(NULL, 0) : samme_buffer_span(&request), &code, &body, error);
    if (status == SAMME_OK && code >= 400) {
        status = of_problem(operating, code, samme_buffer_span(&body), error);
    } else if (status == SAMME_OK) {
        *out = SAMME_FROM_JSON(ApiAnswer, api_answer, samme_buffer_span(&body), "answer",
                               &operating->arena, error);
        status = *out == NULL ? SAMME_MALFORMED : SAMME_OK;
    }
    samme_buffer_free(&request);
    samme_buffer_free(&body);
    return status;
}
