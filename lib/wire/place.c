#include "wire/place.h"

#include <stdarg.h>
#include <stdio.h>

#include "wire/json_scan.h"

enum { PATH_BYTES = 160 };

void samme_show(samme_span text, char out[static SAMME_SHOWN_BYTES]) {
    static const char more[] = "...";
    size_t length = text.length;
    bool cut = length > SAMME_SHOWN_BYTES - sizeof more;
    if (cut) {
        length = SAMME_SHOWN_BYTES - sizeof more;
        while (length > 0 && (text.data[length] & 0xc0) == 0x80)
            length--; /* not in the middle of a character */
    }
    for (size_t i = 0; i < length; i++)
        out[i] = (char)(text.data[i] < 0x20 || text.data[i] == 0x7f ? '?' : text.data[i]);
    memcpy(out + length, more, cut ? sizeof more : 0);
    out[cut ? length + sizeof more - 1 : length] = 0;
}

/* A path too long to show keeps its end, the part that tells most. */
static void write_path(const samme_step *path, bool last_name_only, char out[static PATH_BYTES]) {
    char text[PATH_BYTES] = "";
    size_t start = sizeof text - 1;
    for (const samme_step *step = path; step != NULL; step = step->up) {
        char part[SAMME_SHOWN_BYTES + 2], shown[SAMME_SHOWN_BYTES];
        bool is_name = step->name.data != NULL;
        if (is_name) {
            samme_show(step->name, shown);
            bool dot = step->up != NULL && !last_name_only;
            snprintf(part, sizeof part, "%s%s", dot ? "." : "", shown);
        } else {
            snprintf(part, sizeof part, "[%zu]", step->index);
        }
        size_t length = strlen(part);
        if (length > start)
            break;
        start -= length;
        memcpy(text + start, part, length);
        if (is_name && last_name_only)
            break;
    }
    memcpy(out, text + start, sizeof text - start);
}

/* "file:12:9". */
static void write_start(const samme_tree *tree, const samme_node *node, bool of_name, char *out,
                        size_t size) {
    unsigned line = of_name ? node->name_line : node->line;
    unsigned column = of_name ? node->name_column : node->column;
    if (!tree->lines)
        samme_json_place(tree->json, node->number, of_name, &line, &column);
    snprintf(out, size, "%s:%u:%u", tree->place, line, column);
}

samme_status samme_fail_at(const samme_tree *tree, const samme_step *path, const samme_node *node,
                           bool of_name, samme_error *error, const char *format, ...) {
    char start[240], shown_path[PATH_BYTES], text[sizeof((samme_error *)0)->text];
    write_start(tree, node, of_name, start, sizeof start);
    write_path(path, false, shown_path);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (tree->lines || shown_path[0] == 0)
        return samme_fail(error, SAMME_MALFORMED, "%s: %s", start, text);
    return samme_fail(error, SAMME_MALFORMED, "%s: %s: %s", start, shown_path, text);
}

static void write_found(const samme_node *node, char *out, size_t size) {
    char shown[SAMME_SHOWN_BYTES];
    samme_show(node->text, shown);
    switch (node->kind) {
    case SAMME_NODE_OBJECT:
        snprintf(out, size, "an object");
        break;
    case SAMME_NODE_LIST:
        snprintf(out, size, "a list");
        break;
    case SAMME_NODE_NULL:
        snprintf(out, size, "nothing");
        break;
    case SAMME_NODE_TEXT:
    case SAMME_NODE_SCALAR:
        snprintf(out, size, "\"%s\"", shown);
        break;
    case SAMME_NODE_REAL:
        snprintf(out, size, "the decimal number %s", shown);
        break;
    case SAMME_NODE_INTEGER:
    case SAMME_NODE_BOOL:
        snprintf(out, size, "%s", shown);
        break;
    }
}

samme_status samme_fail_wants(const samme_tree *tree, const samme_step *path,
                              const samme_node *node, samme_error *error, const char *wanted) {
    char found[SAMME_SHOWN_BYTES + 24], name[PATH_BYTES];
    write_found(node, found, sizeof found);
    write_path(path, true, name);
    if (tree->lines && name[0] != 0)
        return samme_fail_at(tree, path, node, false, error, "\"%s\" wants %s, found %s", name,
                             wanted, found);
    return samme_fail_at(tree, path, node, false, error, "wants %s, found %s", wanted, found);
}
