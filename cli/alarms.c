/* samme alarms DATA-FOLDER: lines refunded beyond what was sold, as the node of that folder has
 * them. */
#include <argp.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/operating.h"
#include "samme/limits.h"
#include "wire/mapping.h"

typedef struct options {
    const char *data_folder;
    bool all, json;
} options;

static error_t parse(int key, char *argument, struct argp_state *state) {
    options *to = state->input;
    if (key == 'a')
        to->all = true;
    else if (key == 'j')
        to->json = true;
    else if (key == ARGP_KEY_ARG && to->data_folder == NULL)
        to->data_folder = argument;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "\"%s\" is one argument too many", argument);
    else if (key == ARGP_KEY_END && to->data_folder == NULL)
        argp_error(state, "expected the node's data folder");
    return 0;
}

/* What comes out of logs is shown on terminals: control characters do not. */
static void print_text(const char *text) {
    for (; *text != 0; text++)
        putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static void print_alarm(const Samme__AlarmView *view) {
    static const char *const states[] = {"?", "OPEN", "taken", "resolved", "gone"};
    const Samme__AlarmRow *row = view->alarm;
    const unsigned state = (unsigned)row->state;
    printf("%-8s branch %-4u %s receipt ", state < 5 ? states[state] : "?", row->owner,
           view->raised_at[0] == 0 ? "not merged yet" : view->raised_at);
    print_text(row->receipt->number);
    printf(" of branch %u, till ", row->receipt->branch);
    print_text(row->receipt->till);
    printf(", ");
    print_text(row->receipt->business_date);
    printf(", line %u: refunded %lld/1000 of %lld/1000 for %lld of %lld ", row->no,
           (long long)row->refunded, (long long)row->sold, (long long)row->refunded_amount,
           (long long)row->paid);
    print_text(row->currency);
    printf(", by branches");
    for (size_t i = 0; i < row->n_branches; i++)
        printf(" %u", row->branches[i]);
    if (row->code != SAMME__ALARM_CODE__alarm_code_unset)
        printf("; %s", samme_enum_name(&samme__alarm_code__descriptor, (int)row->code));
    putchar('\n');
}

static void print_json(const Samme__AlarmView *view) {
    samme_buffer json;
    samme_buffer_init(&json, SAMME_MESSAGE_MAX_BYTES);
    samme_to_json(view, &json);
    puts(samme_buffer_text(&json));
    samme_buffer_free(&json);
}

/* Page after page, until the node says that there are no more. */
static samme_status list(const options *given, samme_operating *node, samme_error *error) {
    char path[600];
    samme_status status = SAMME_OK;
    snprintf(path, sizeof path, "/v1/alarms?state=%s", given->all ? "all" : "open");
    while (status == SAMME_OK && path[0] != 0) {
        Samme__ApiAnswer *answer;
        samme_arena_reset(&node->arena);
        status = samme_operating_ask(node, path, NULL, &answer, error);
        if (status != SAMME_OK)
            break;
        if (answer->what_case != SAMME__API_ANSWER__WHAT_ALARMS)
            return samme_fail(error, SAMME_MALFORMED, "the node answers with something else");
        for (size_t i = 0; i < answer->alarms->n_alarms; i++)
            (given->json ? print_json : print_alarm)(answer->alarms->alarms[i]);
        path[0] = 0;
        if (answer->alarms->after[0] != 0)
            snprintf(path, sizeof path, "/v1/alarms?state=%s&after=%.500s",
                     given->all ? "all" : "open", answer->alarms->after);
    }
    return status;
}

int samme_cli_alarms(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"all", 'a', NULL, 0, "also those that are resolved or gone", 0},
        {"json", 'j', NULL, 0, "one JSON object a line", 0},
        {0},
    };
    static const struct argp argp = {
        rows,
        parse,
        "DATA-FOLDER",
        "Lists the lines refunded beyond what was sold that somebody must look into, oldest first, "
        "as the node of that data folder has them: state, the branch that answers for it, when it "
        "came in, and the line.",
        NULL,
        NULL,
        NULL};
    options given = {.all = false};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    samme_error error = {.text = ""};
    samme_operating node;
    samme_status status = samme_operating_open(given.data_folder, &node, &error);
    if (status != SAMME_OK)
        return samme_cli_fail(&error);
    status = list(&given, &node, &error);
    samme_operating_close(&node);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
