/* samme audit case CODE: the story of one case, out of an audit of everything: the sale, the
 * entries that name the case, the facts and answers of its lines as they were said and as they come
 * out again. */
#include <argp.h>
#include <stdio.h>

#include "base/calendar.h"
#include "cli/audit_report.h"
#include "cli/cli.h"
#include "journal/difference.h"
#include "wire/fields.h"

enum { STORY_MAX_BYTES = 16 * 1024 * 1024, SCRATCH_BYTES = 64 * 1024 * 1024 };

typedef struct options {
    const char *enrolment, *source, *code;
    bool json;
} options;

/* What was gathered: JSON objects, or lines of text. */
typedef struct story {
    const options *given;
    samme_buffer sale, entries, lines;
    samme_arena scratch;
    size_t entry_count, line_count, differing;
} story;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'a')
        given->enrolment = value;
    else if (key == 'j')
        given->json = true;
    else if (key == ARGP_KEY_ARG && given->code == NULL)
        given->code = value;
    else if (key == ARGP_KEY_ARG && given->source == NULL)
        given->source = value;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one source at a time");
    else if (key == ARGP_KEY_END && (given->code == NULL || given->enrolment == NULL))
        argp_error(state, "expected a case code and --as ENROLMENT");
    return 0;
}

/* The case that an entry names; NULL when its kind names none. */
static const char *case_of(const samme_entry *entry) {
    const ProtobufCMessage *body = entry->body.any;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "case_code");
    return field == NULL || field->type != PROTOBUF_C_TYPE_STRING
               ? NULL
               : *(const char *const *)samme_field_of(body, field);
}

static void tell_place(samme_buffer *out, bool json, uint64_t record, uint32_t branch,
                       uint32_t epoch, uint64_t index) {
    samme_buffer_printf(out,
                        json ? "{\"record\":%llu,\"branch\":%u,\"epoch\":%u,\"entry\":%llu,"
                             : "record %llu, branch %u epoch %u entry %llu",
                        (unsigned long long)record, branch, epoch, (unsigned long long)index);
}

static void tell_entry(story *self, const samme_position *at, const samme_entry *entry) {
    samme_buffer *out = &self->entries;
    const char *kind = samme_enum_name(&samme__event_kind__descriptor, (int)entry->event->kind);
    char time[SAMME_TIME_TEXT_BYTES];
    samme_time_format(entry->event->time_ms, time);
    const bool json = self->given->json;
    samme_buffer_append_text(out, !json ? "entry       " : self->entry_count > 0 ? "," : "");
    tell_place(out, json, at->journal_index, at->branch, at->epoch, at->index);
    samme_buffer_printf(out, json ? "\"time\":\"%s\",\"kind\":\"%s\",\"body\":" : ", %s: %s ", time,
                        kind);
    samme_to_json(entry->body.any, out);
    samme_buffer_append_text(out, json ? "}" : "\n");
    self->entry_count++;
}

static samme_status take_entry(void *observer, const samme_position *position, samme_span bytes) {
    enum { TAG_OF_KIND = 0x08 };
    story *self = observer;
    samme_entry entry;
    if (bytes.length > 2 && bytes.data[0] == TAG_OF_KIND &&
        bytes.data[1] == SAMME__EVENT_KIND__sale)
        return SAMME_OK;
    samme_arena_reset(&self->scratch);
    samme_status status = samme_entry_open(bytes, &self->scratch, &entry, NULL);
    if (status != SAMME_OK)
        return SAMME_NO_MEMORY; /* the fold has just opened the same bytes */
    const char *code = case_of(&entry);
    if (code != NULL && strcmp(code, self->given->code) == 0)
        tell_entry(self, position, &entry);
    return samme_buffer_status(&self->entries);
}

static void tell_message(samme_buffer *out, bool json, const char *name, const void *message) {
    samme_buffer_printf(out, json ? ",\"%s\":" : "            %s ", name);
    if (message != NULL)
        samme_to_json(message, out);
    else
        samme_buffer_append_text(out, "null");
    samme_buffer_append_text(out, json ? "" : "\n");
}

static samme_status take_line(void *observer, const samme_audited_line *line) {
    story *self = observer;
    samme_buffer *out = &self->lines;
    const bool json = self->given->json;
    samme_difference difference;
    if (strcmp(line->decided->case_code, self->given->code) != 0)
        return SAMME_OK;
    const Samme__Basis *basis = line->decided->basis;
    const bool same = line->facts != NULL && line->proper != NULL &&
                      !samme_facts_differ(line->facts, line->said->facts, &difference) &&
                      !samme_answers_differ(line->proper, line->said->answer, &difference);
    samme_buffer_append_text(out, !json ? "line        " : self->line_count > 0 ? "," : "");
    tell_place(out, json, line->position->journal_index, line->position->branch,
               line->position->epoch, line->position->index);
    samme_buffer_printf(
        out,
        json ? "\"line\":%u,\"release\":%llu,\"past\":%llu,\"journalSize\":%llu,\"ownSize\":%llu,"
               "\"same\":%s"
             : ": line %u, release %llu, past %llu, on %llu records and %llu own entries: %s\n",
        line->said->no, (unsigned long long)basis->release->version,
        (unsigned long long)(basis->past == NULL ? 0 : basis->past->version),
        (unsigned long long)basis->journal_size, (unsigned long long)basis->own_size,
        json   ? same ? "true" : "false"
        : same ? "comes out the same"
               : "COMES OUT OTHERWISE");
    tell_message(out, json, "saidFacts", line->said->facts);
    tell_message(out, json, "facts", line->facts);
    tell_message(out, json, "saidAnswer", line->said->answer);
    tell_message(out, json, "answer", line->proper);
    samme_buffer_append_text(out, json ? "}" : "");
    self->line_count++;
    self->differing += !same;
    return samme_buffer_status(out);
}

/* The sale, when the case has one. */
static samme_status take_sale(void *observer, const samme_replay *replay) {
    story *self = observer;
    const samme_horizon all = {.journal_size = UINT64_MAX};
    const Samme__CaseRow *row;
    const Samme__ReceiptRow *receipt;
    samme_arena_reset(&self->scratch);
    samme_status status = samme_find_case(&replay->rows, self->given->code, &self->scratch, &row);
    if (status == SAMME_OK && row->opened->receipt != NULL)
        status =
            samme_find_receipt(&replay->rows, row->opened->receipt, &all, &self->scratch, &receipt);
    else
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    const bool json = self->given->json;
    samme_buffer_append_text(&self->sale, json ? "" : "sale        ");
    tell_place(&self->sale, json, receipt->journal_index, receipt->sale->receipt->branch,
               receipt->epoch, receipt->index);
    samme_buffer_append_text(&self->sale, json ? "\"body\":" : ": ");
    samme_to_json(receipt->sale, &self->sale);
    samme_buffer_append_text(&self->sale, json ? "}" : "\n");
    return samme_buffer_status(&self->sale);
}

static void print(story *self, const samme_audit *audit, samme_status status,
                  const samme_error *error, bool good) {
    samme_buffer out;
    samme_buffer_init(&out, 4 * STORY_MAX_BYTES);
    const bool json = self->given->json;
    if (json) {
        samme_buffer_printf(&out, "{\"result\":\"%s\",", good ? "good" : "bad");
        samme_audit_json_field(&out, "case", self->given->code);
        samme_buffer_printf(&out, ",\"sale\":%s,\"entries\":[%s],\"lines\":[%s],\"findings\":[",
                            self->sale.length > 0 ? samme_buffer_text(&self->sale) : "null",
                            samme_buffer_text(&self->entries), samme_buffer_text(&self->lines));
    } else {
        samme_buffer_printf(&out, "case        %s\n%s%s%s", self->given->code,
                            samme_buffer_text(&self->sale), samme_buffer_text(&self->entries),
                            samme_buffer_text(&self->lines));
    }
    bool first = true;
    for (size_t i = 0; i < audit->finding_count; i++) {
        if (strcmp(audit->findings[i].case_code, self->given->code) != 0)
            continue;
        samme_buffer_append_text(&out, json && !first ? "," : "");
        if (json)
            samme_audit_json_finding(&out, &audit->findings[i]);
        else
            samme_audit_text_finding(&out, &audit->findings[i]);
        first = false;
    }
    if (json) {
        samme_buffer_append_text(&out, "],");
        samme_audit_json_field(&out, "stopped", status == SAMME_OK ? "" : error->text);
        samme_buffer_append_text(&out, "}\n");
    } else {
        if (status != SAMME_OK)
            samme_buffer_printf(&out, "STOPPED     %s\n", error->text);
        samme_buffer_printf(&out, "result      %s\n", good ? "good" : "BAD");
    }
    fputs(samme_buffer_text(&out), stdout);
    samme_buffer_free(&out);
}

static samme_status audit(const options *given, const samme_audit_options *how, samme_audit *out,
                          samme_error *error) {
    samme_status status;
    if (given->source == NULL || strncmp(given->source, "tcp://", 6) == 0) {
        samme_peer peer = {0};
        status = samme_peer_open(given->enrolment, given->source, &peer, error);
        if (status == SAMME_OK) {
            status = samme_audit_hub(&peer, how, out, error);
            samme_peer_close(&peer);
        }
        return status;
    }
    samme_enrolment as;
    status = samme_enrol_load(given->enrolment, &as, error);
    if (status == SAMME_OK) {
        status = samme_audit_folder(&as, given->source, how, out, error);
        samme_enrol_free(&as);
    }
    return status;
}

static bool found_any(const samme_audit *audit, const char *code) {
    for (size_t i = 0; i < audit->finding_count; i++)
        if (strcmp(audit->findings[i].case_code, code) == 0)
            return true;
    return false;
}

static int run(story *self) {
    const options *given = self->given;
    const samme_audit_options how = {
        .entry = take_entry, .line = take_line, .end = take_sale, .observer = self};
    samme_audit result = {0};
    samme_error error = {.text = ""};
    samme_status status = audit(given, &how, &result, &error);
    int code;
    if (!result.began || (status != SAMME_OK && self->entry_count == 0)) {
        code = samme_cli_fail(&error);
    } else if (self->entry_count == 0) {
        (void)!samme_fail(&error, SAMME_NOT_FOUND, "no case %s in %llu journal records",
                          given->code, (unsigned long long)result.journal_size);
        code = samme_cli_fail(&error);
    } else {
        const bool good =
            status == SAMME_OK && self->differing == 0 && !found_any(&result, given->code);
        print(self, &result, status, &error, good);
        code = good ? SAMME_EXIT_OK : SAMME_EXIT_BAD;
    }
    samme_audit_free(&result);
    return code;
}

int samme_cli_audit_case(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"as", 'a', "ENROLMENT", 0, "the auditor's folder, made by samme chain enrol", 0},
        {"json", 'j', NULL, 0, "print the story as JSON", 0},
        {0},
    };
    static const struct argp argp = {
        rows,
        parse,
        "CODE [SOURCE]",
        "Tells the story of one case, everything checked: the sale, the entries that name the "
        "case, "
        "the facts as the log gives them, the answers decided again.\v"
        "SOURCE is tcp://HUB:PORT, a data folder or a folder that samme log export wrote; without "
        "one the hub named in the enrolment is asked. Exit code 0: all of the case is as it should "
        "be; 1: something is not, and is named; 65: no such case.",
        NULL,
        NULL,
        NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    story self = {.given = &given};
    samme_buffer_init(&self.sale, STORY_MAX_BYTES);
    samme_buffer_init(&self.entries, STORY_MAX_BYTES);
    samme_buffer_init(&self.lines, STORY_MAX_BYTES);
    samme_arena_init(&self.scratch, SCRATCH_BYTES);
    int code = run(&self);
    samme_buffer_free(&self.sale);
    samme_buffer_free(&self.entries);
    samme_buffer_free(&self.lines);
    samme_arena_free(&self.scratch);
    return code;
}
