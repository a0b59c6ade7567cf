/* samme till add|list|remove: which tills may speak to a node. */
#include <argp.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/operating.h"
#include "samme/limits.h"
#include "wire/mapping.h"

typedef struct options {
    const char *data_folder, *name;
    bool wants_name, json;
} options;

static error_t parse(int key, char *argument, struct argp_state *state) {
    options *to = state->input;
    if (key == 'j') {
        to->json = true;
    } else if (key == ARGP_KEY_ARG && state->arg_num == 0) {
        to->data_folder = argument;
    } else if (key == ARGP_KEY_ARG && state->arg_num == 1 && to->wants_name) {
        to->name = argument;
    } else if (key == ARGP_KEY_ARG) {
        argp_error(state, "\"%s\" is one argument too many", argument);
    } else if (key == ARGP_KEY_END &&
               (to->data_folder == NULL || (to->wants_name && to->name == NULL))) {
        argp_error(state, to->wants_name ? "expected the node's data folder and the till's name"
                                         : "expected the node's data folder");
    } else if (key != ARGP_KEY_ARG && key != ARGP_KEY_END) {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void read_arguments(int argc, char **argv, const char *summary, options *to) {
    static const struct argp_option rows[] = {{"json", 'j', NULL, 0, "the answer as JSON", 0}, {0}};
    const struct argp argp = {rows,    parse, to->wants_name ? "DATA-FOLDER TILL" : "DATA-FOLDER",
                              summary, NULL,  NULL,
                              NULL};
    argp_parse(&argp, argc, argv, 0, NULL, to);
}

static void print_list(const Samme__ApiAnswer *answer) {
    const Samme__TillsView *tills = answer->tills;
    for (size_t i = 0; tills != NULL && i < tills->n_tills; i++)
        printf("%-32s since %s\n", tills->tills[i]->name, tills->tills[i]->added);
    if (tills == NULL || tills->n_tills == 0)
        printf("no till has a token\n");
}

static void print(const options *given, const Samme__ApiAnswer *answer) {
    if (given->json) {
        samme_buffer json;
        samme_buffer_init(&json, SAMME_MESSAGE_MAX_BYTES);
        samme_to_json(answer, &json);
        puts(samme_buffer_text(&json));
        samme_buffer_free(&json);
    } else if (answer->what_case == SAMME__API_ANSWER__WHAT_TILL) {
        printf("%s\n", answer->till->token);
        fprintf(stderr, "samme: the token of till %s; it is not shown again\n", answer->till->name);
    } else {
        print_list(answer);
    }
}

static int ask(const options *given, const char *path, const void *message) {
    samme_error error = {.text = ""};
    samme_operating node;
    Samme__ApiAnswer *answer;
    samme_status status = samme_operating_open(given->data_folder, &node, &error);
    if (status != SAMME_OK)
        return samme_cli_fail(&error);
    status = samme_operating_ask(&node, path, message, &answer, &error);
    if (status == SAMME_OK)
        print(given, answer);
    samme_operating_close(&node);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}

int samme_cli_till_add(int argc, char **argv) {
    options given = {.wants_name = true};
    read_arguments(argc, argv,
                   "Gives a till a bearer token and prints it, this once. From the first till on "
                   "the node of that data folder answers nobody without one.",
                   &given);
    char name[64];
    snprintf(name, sizeof name, "%s", given.name);
    Samme__TillRequest request = SAMME__TILL_REQUEST__INIT;
    request.name = name;
    return ask(&given, "/v1/tills", &request);
}

int samme_cli_till_list(int argc, char **argv) {
    options given = {.wants_name = false};
    read_arguments(argc, argv, "Lists the tills that have a token.", &given);
    return ask(&given, "/v1/tills", NULL);
}

int samme_cli_till_remove(int argc, char **argv) {
    options given = {.wants_name = true};
    read_arguments(argc, argv,
                   "Takes a till's token away, at once. When it was the last, the node is open "
                   "to its own machine again.",
                   &given);
    char path[128];
    snprintf(path, sizeof path, "/v1/tills/%.80s/remove", given.name);
    Samme__TillRequest nothing = SAMME__TILL_REQUEST__INIT;
    return ask(&given, path, &nothing);
}
