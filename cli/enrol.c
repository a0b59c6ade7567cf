/* samme enrol: an invited machine makes its keys, and the request that head office admits it by. */
#include <argp.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "enrol/key_file.h"
#include "enrol/request.h"
#include "os/clock.h"
#include "os/files.h"

static error_t parse(int key, char *argument, struct argp_state *state) {
    const char **folder = state->input;
    if (key == ARGP_KEY_ARG && state->arg_num == 0)
        *folder = argument;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "expected one folder, found \"%s\" too", argument);
    else if (key == ARGP_KEY_END && *folder == NULL)
        argp_error(state, "expected a folder");
    else
        return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
    return 0;
}

static samme_status write_request(const char *folder, const samme_enrolment *enrolment,
                                  const uint8_t secret[static 32], samme_error *error) {
    samme_buffer json;
    samme_buffer_init(&json, SAMME_ENROL_REQUEST_MAX_BYTES);
    samme_status status = samme_enrol_request_make(enrolment, secret, &json, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, "request.json", samme_buffer_span(&json), error);
    samme_buffer_free(&json);
    return status;
}

/* In this order, so that whenever it is cut short it can be done again: until the request is there,
 * with other keys. */
static samme_status enrol(const char *folder, samme_error *error) {
    char request[SAMME_FILE_PATH_MAX], secret_path[SAMME_FILE_PATH_MAX];
    samme_enrolment enrolment;
    uint8_t secret[32];
    samme_status status = samme_path_in(folder, "request.json", request, error);
    if (status == SAMME_OK)
        status = samme_path_in(folder, "one-time.secret", secret_path, error);
    if (status != SAMME_OK)
        return status;
    if (samme_file_exists(request))
        return samme_fail(error, SAMME_CONFLICT,
                          "%s: has been made: hand it to head office, samme chain admit DIR "
                          "request.json",
                          request);
    status = samme_enrol_load_invitation(folder, &enrolment, secret, error);
    if (status != SAMME_OK)
        return status;
    samme_seed_new(&enrolment.log_seed, samme_os_random());
    samme_peer_key curve;
    samme_curve_pair_new(enrolment.curve_secret, &curve, samme_os_random());
    status = samme_enrol_write_keys(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = write_request(folder, &enrolment, secret, error);
    if (status == SAMME_OK && unlink(secret_path) != 0)
        status = samme_fail(error, SAMME_IO, "%s: cannot be removed", secret_path);
    samme_wipe(secret, sizeof secret);
    samme_enrol_free(&enrolment);
    return status;
}

int samme_cli_enrol(int argc, char **argv) {
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "FOLDER",
        .doc =
            "On a machine that was invited (samme chain invite): makes its keys in FOLDER, which "
            "never leave it, and FOLDER/request.json for head office (samme chain admit). The "
            "invitation's secret serves once and is removed.",
    };
    const char *folder = NULL;
    if (argp_parse(&argp, argc, argv, 0, NULL, &folder) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    if (enrol(folder, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    printf("keys made in %s; hand %s/request.json to head office: samme chain admit\n", folder,
           folder);
    return SAMME_EXIT_OK;
}
