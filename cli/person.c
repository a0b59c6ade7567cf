/* samme person add|list|remove|unlock: who has a PIN at a node. */
#include <argp.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/operating.h"
#include "samme/limits.h"
#include "wire/mapping.h"

enum { PIN_LINE_BYTES = 256, SUBJECT_BYTES = 16 };

typedef struct options {
    const char *data_folder, *number, *name, *subject;
    Samme__PersonRole role;
    bool wants_number, adds, json;
} options;

static void set_role(options *to, const char *argument, struct argp_state *state) {
    int role = samme_enum_value(&samme__person_role__descriptor, argument);
    if (role <= 0)
        argp_error(state, "--role: expected clerk, supervisor or manager, found \"%s\"", argument);
    to->role = (Samme__PersonRole)role;
}

static void check(const options *to, struct argp_state *state) {
    if (to->data_folder == NULL || (to->wants_number && to->number == NULL))
        argp_error(state, to->wants_number
                              ? "expected the node's data folder and the person's number"
                              : "expected the node's data folder");
    if (to->adds && (to->name == NULL || to->role == SAMME__PERSON_ROLE__person_role_unset))
        argp_error(state, "expected --name NAME and --role clerk, supervisor or manager");
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    options *to = state->input;
    switch (key) {
    case 'n':
        to->name = argument;
        return 0;
    case 'r':
        set_role(to, argument, state);
        return 0;
    case 's':
        to->subject = argument;
        return 0;
    case 'j':
        to->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > (to->wants_number ? 1u : 0u))
            argp_error(state, "\"%s\" is one argument too many", argument);
        else if (state->arg_num == 0)
            to->data_folder = argument;
        else
            to->number = argument;
        return 0;
    case ARGP_KEY_END:
        check(to, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void read_arguments(int argc, char **argv, const char *summary, options *to) {
    static const struct argp_option plain[] = {{"json", 'j', NULL, 0, "the answer as JSON", 0},
                                               {0}};
    static const struct argp_option adding[] = {
        {"name", 'n', "NAME", 0, "shown to those who manage; kept at this node only", 0},
        {"role", 'r', "ROLE", 0, "clerk, supervisor or manager", 0},
        {"subject", 's', "HEX", 0, "32 hex digits: the person's subject as a customer", 0},
        {"json", 'j', NULL, 0, "the answer as JSON", 0},
        {0}};
    const struct argp argp = {to->adds ? adding : plain,
                              parse,
                              to->wants_number ? "DATA-FOLDER NUMBER" : "DATA-FOLDER",
                              summary,
                              NULL,
                              NULL,
                              NULL};
    argp_parse(&argp, argc, argv, 0, NULL, to);
}

/* One line of stdin; a terminal does not show it. */
static bool read_pin(char out[static PIN_LINE_BYTES]) {
    struct termios before, silent;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        fprintf(stderr, "PIN: ");
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    bool got = fgets(out, PIN_LINE_BYTES, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fprintf(stderr, "\n");
    }
    if (got)
        out[strcspn(out, "\r\n")] = 0;
    return got;
}

static void print_person(const Samme__PersonView *person) {
    printf("%-16s %-10s %s%s%s\n", person->number,
           samme_enum_name(&samme__person_role__descriptor, (int)person->role), person->name,
           person->locked_until[0] != 0 ? ", locked out until " : "", person->locked_until);
}

static void print(const options *given, const Samme__ApiAnswer *answer) {
    if (given->json) {
        samme_buffer json;
        samme_buffer_init(&json, SAMME_MESSAGE_MAX_BYTES);
        samme_to_json(answer, &json);
        puts(samme_buffer_text(&json));
        samme_buffer_free(&json);
        return;
    }
    if (answer->what_case == SAMME__API_ANSWER__WHAT_PERSON)
        print_person(answer->person);
    const Samme__PersonsView *all =
        answer->what_case == SAMME__API_ANSWER__WHAT_PERSONS ? answer->persons : NULL;
    for (size_t i = 0; all != NULL && i < all->n_persons; i++)
        print_person(all->persons[i]);
    if (all != NULL && all->n_persons == 0)
        printf("nobody has a PIN\n");
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

static int ask_about(const options *given, const char *what) {
    char path[128];
    snprintf(path, sizeof path, "/v1/persons/%.60s/%s", given->number, what);
    Samme__PersonRequest nothing = SAMME__PERSON_REQUEST__INIT;
    return ask(given, path, &nothing);
}

int samme_cli_person_add(int argc, char **argv) {
    options given = {.wants_number = true, .adds = true};
    read_arguments(argc, argv,
                   "Gives a person a PIN at the node of that data folder; it is read from stdin.",
                   &given);
    samme_error error = {.text = ""};
    uint8_t subject[SUBJECT_BYTES];
    Samme__PersonRequest request = SAMME__PERSON_REQUEST__INIT;
    if (given.subject != NULL) {
        if (samme_hex_parse(samme_span_of_text(given.subject), subject, sizeof subject) !=
            SAMME_OK) {
            samme_fail(&error, SAMME_MALFORMED, "--subject: expected 32 hex digits");
            return samme_cli_fail(&error);
        }
        request.subject = samme_bytes_of_span(SAMME_SPAN(subject, sizeof subject));
    }
    char pin[PIN_LINE_BYTES] = "", number[64], name[256];
    if (!read_pin(pin)) {
        samme_fail(&error, SAMME_MALFORMED, "expected a PIN on stdin");
        return samme_cli_fail(&error);
    }
    snprintf(number, sizeof number, "%s", given.number);
    snprintf(name, sizeof name, "%s", given.name);
    request.number = number;
    request.name = name;
    request.role = given.role;
    request.pin = pin;
    return ask(&given, "/v1/persons", &request);
}

int samme_cli_person_list(int argc, char **argv) {
    options given = {.wants_number = false};
    read_arguments(argc, argv, "Lists who has a PIN at a node, and who is locked out.", &given);
    return ask(&given, "/v1/persons", NULL);
}

int samme_cli_person_remove(int argc, char **argv) {
    options given = {.wants_number = true};
    read_arguments(argc, argv, "Takes a person's PIN away, at once.", &given);
    return ask_about(&given, "remove");
}

int samme_cli_person_unlock(int argc, char **argv) {
    options given = {.wants_number = true};
    read_arguments(argc, argv, "Lets a person try again who was locked out.", &given);
    return ask_about(&given, "unlock");
}
