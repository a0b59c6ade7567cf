#include "cli/release_examine.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "check/diff.h"
#include "policy/policy.h"

#define REPORT_MAX_BYTES (256u * 1024u * 1024u)

static samme_status check(const samme_check_folder *documents, const samme_check_folder *after,
                          samme_examined *out, samme_error *error) {
    samme_check_report report;
    samme_status status = samme_check(documents, after, &report, error);
    if (status != SAMME_OK)
        return status;
    out->blocking = samme_check_blocking(&report);
    samme_check_print(&report, &out->text);
    samme_check_json(&report, &out->check);
    samme_check_report_free(&report);
    return SAMME_OK;
}

static samme_status compare(const samme_check_folder *documents, const samme_check_folder *before,
                            samme_examined *out, samme_error *error) {
    samme_diff_report report;
    samme_status status = samme_diff(before, documents, &report, error);
    if (status ==
        SAMME_TOO_LARGE) { /* what cannot be compared can still be released, and says so */
        fprintf(stderr, "samme: warning: not compared with the release before: %s\n",
                error != NULL ? error->text : samme_status_name(status));
        return SAMME_OK;
    }
    if (status != SAMME_OK)
        return status;
    samme_diff_json(&report, &out->diff);
    samme_diff_report_free(&report);
    out->compared = true;
    return SAMME_OK;
}

samme_status samme_release_examine(const samme_check_folder *documents,
                                   const samme_check_folder *before, bool after,
                                   samme_examined *out, samme_error *error) {
    samme_examined examined = {.blocking = 0};
    samme_buffer_init(&examined.text, REPORT_MAX_BYTES);
    samme_buffer_init(&examined.check, REPORT_MAX_BYTES);
    samme_buffer_init(&examined.diff, REPORT_MAX_BYTES);
    samme_status status = check(documents, after ? before : NULL, &examined, error);
    if (status == SAMME_OK && before != NULL && examined.blocking == 0)
        status = compare(documents, before, &examined, error);
    if (status == SAMME_OK && (samme_buffer_status(&examined.text) != SAMME_OK ||
                               samme_buffer_status(&examined.check) != SAMME_OK ||
                               samme_buffer_status(&examined.diff) != SAMME_OK))
        status = samme_fail(error, SAMME_NO_MEMORY, "no memory for the report");
    if (status == SAMME_OK)
        *out = examined;
    else
        samme_examined_free(&examined);
    return status;
}

void samme_examined_free(samme_examined *examined) {
    samme_buffer_free(&examined->text);
    samme_buffer_free(&examined->check);
    samme_buffer_free(&examined->diff);
}

void samme_examined_note(const samme_examined *examined, samme_release *release) {
    release->check = samme_sha256(samme_buffer_span(&examined->check));
    release->compared = examined->compared;
    if (examined->compared)
        release->diff = samme_sha256(samme_buffer_span(&examined->diff));
}

/* Appends a text with every run of white space as one space. */
static void append_squeezed(samme_buffer *out, const char *text) {
    for (bool gap = false; *text != 0; text++) {
        if (*text == ' ' || *text == '\n' || *text == '\t' || *text == '\r') {
            gap = true;
            continue;
        }
        if (gap && out->length > 0)
            samme_buffer_u8(out, ' ');
        gap = false;
        samme_buffer_u8(out, (uint8_t)*text);
    }
}

static void waiver_line(const Samme__Waiver *waiver, samme_release_waiver *out) {
    samme_buffer line;
    samme_buffer_init(&line, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append_text(&line, waiver->finding);
    if (waiver->table[0] != 0)
        samme_buffer_printf(&line, " %s", waiver->table);
    if (waiver->rule[0] != 0)
        samme_buffer_printf(&line, " %s", waiver->rule);
    samme_buffer_append_text(&line, ": ");
    samme_buffer why;
    samme_buffer_init(&why, SAMME_DOCUMENT_MAX_BYTES);
    append_squeezed(&why, waiver->why);
    samme_buffer_append(&line, samme_buffer_span(&why));
    size_t length = line.length;
    if (length > SAMME_RELEASE_LINE_MAX) {
        length = SAMME_RELEASE_LINE_MAX;
        while (length > 0 && (line.data[length] & 0xC0) == 0x80) /* not within a character */
            length--;
        while (length > 0 && line.data[length - 1] == ' ')
            length--;
    }
    if (length > 0)
        memcpy(out->text, line.data, length);
    out->text[length] = 0;
    samme_buffer_free(&why);
    samme_buffer_free(&line);
}

static int compare_waivers(const void *a, const void *b) {
    return strcmp(((const samme_release_waiver *)a)->text, ((const samme_release_waiver *)b)->text);
}

samme_status samme_release_waivers(const samme_check_folder *documents, samme_release *release,
                                   samme_error *error) {
    samme_policy *policy = NULL;
    samme_status status =
        samme_policy_compile(documents->documents, documents->count, &policy, error);
    if (status != SAMME_OK)
        return status;
    const Samme__Chain *chain = samme_policy_chain(policy);
    release->waivers = calloc(chain->n_waivers + 1, sizeof *release->waivers);
    if (release->waivers == NULL)
        status = samme_fail(error, SAMME_NO_MEMORY, "no memory for the waivers");
    for (size_t i = 0; status == SAMME_OK && i < chain->n_waivers; i++)
        waiver_line(chain->waivers[i], &release->waivers[i]);
    if (status == SAMME_OK) {
        qsort(release->waivers, chain->n_waivers, sizeof *release->waivers, compare_waivers);
        for (size_t i = 0; i < chain->n_waivers; i++)
            if (i == 0 || compare_waivers(&release->waivers[release->waiver_count - 1],
                                          &release->waivers[i]) != 0)
                release->waivers[release->waiver_count++] = release->waivers[i];
    }
    samme_policy_free(policy);
    return status;
}
