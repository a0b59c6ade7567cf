#include "render/paper.h"

#include <stdio.h>

/* The code point at `at`; moves *at behind it. The text is UTF-8 as far as an author's is. */
static uint32_t next_point(const char **at) {
    const unsigned char *bytes = (const unsigned char *)*at;
    size_t more = bytes[0] >= 0xf0 ? 3 : bytes[0] >= 0xe0 ? 2 : bytes[0] >= 0xc0 ? 1 : 0;
    uint32_t point = more == 0 ? bytes[0] : bytes[0] & (0x3fu >> more);
    size_t length = 1;
    for (; length <= more && (bytes[length] & 0xc0) == 0x80; length++)
        point = point << 6 | (bytes[length] & 0x3fu);
    *at += length;
    return point;
}

/* Combining marks, of Latin and Devanagari, take no column. */
static bool takes_column(uint32_t point) {
    static const uint32_t marks[][2] = {{0x300, 0x36f}, {0x900, 0x902}, {0x93a, 0x93a},
                                        {0x93c, 0x93c}, {0x941, 0x948}, {0x94d, 0x94d},
                                        {0x951, 0x957}, {0x962, 0x963}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (point >= marks[i][0] && point <= marks[i][1])
            return false;
    return true;
}

static size_t columns_of(const char *text, size_t length) {
    size_t columns = 0;
    for (const char *at = text; at < text + length;)
        columns += takes_column(next_point(&at)) ? 1 : 0;
    return columns;
}

static bool is_space(char byte) {
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

/* Whether Markdown would take the byte for more than itself. */
static bool is_markup(const char *text, const char *at) {
    if (strchr("\\`*_[]<>#|~&", *at) != NULL)
        return true;
    if (*at == '-' || *at == '+')
        return at == text;
    if (*at != '.' && *at != ')')
        return false;
    const char *digits = text;
    while (*digits >= '0' && *digits <= '9')
        digits++;
    return at > text && digits == at;
}

static void word(samme_writer *in, const char *text, const char *from, const char *to) {
    for (; from < to; from++) {
        if ((unsigned char)*from < 0x20 || *from == 0x7f)
            continue;
        if (in->request->markdown && is_markup(text, from))
            samme_buffer_u8(in->out, '\\');
        samme_buffer_u8(in->out, (uint8_t)*from);
    }
}

/* The words of the text with one space between, in lines that begin at `indent`. */
static void words(samme_writer *in, const char *text, size_t indent) {
    size_t column = indent;
    const char *at = text;
    for (bool first = true;; first = false) {
        while (is_space(*at))
            at++;
        if (*at == 0)
            break;
        const char *end = at;
        while (*end != 0 && !is_space(*end))
            end++;
        size_t width = columns_of(at, (size_t)(end - at));
        if (first) {
            column += width;
        } else if (!in->request->markdown && column + 1 + width > SAMME_PAPER_COLUMNS) {
            samme_buffer_printf(in->out, "\n%*s", (int)indent, "");
            column = indent + width;
        } else {
            samme_buffer_u8(in->out, ' ');
            column += 1 + width;
        }
        word(in, text, at, end);
        at = end;
    }
    samme_buffer_u8(in->out, '\n');
}

static void underline(samme_writer *in, unsigned level, const char *text) {
    size_t width = columns_of(text, strlen(text));
    for (size_t i = 0; i < width && i < SAMME_PAPER_COLUMNS; i++)
        samme_buffer_u8(in->out, level == 1 ? '=' : '-');
    samme_buffer_u8(in->out, '\n');
}

/* One empty line in front of what comes. */
static void gap(samme_writer *in) {
    const samme_buffer *out = in->out;
    if (out->length > 1 && out->data[out->length - 2] != '\n')
        samme_buffer_u8(in->out, '\n');
}

void samme_paper_heading(samme_writer *in, unsigned level, const char *text) {
    gap(in);
    if (in->request->markdown)
        samme_buffer_printf(in->out, "%.*s ", (int)level, "###");
    words(in, text, 0);
    if (!in->request->markdown && level < 3)
        underline(in, level, text);
    samme_buffer_u8(in->out, '\n');
}

void samme_paper_text(samme_writer *in, const char *text) {
    gap(in);
    words(in, text, 0);
    samme_buffer_u8(in->out, '\n');
}

void samme_paper_item(samme_writer *in, size_t number, const char *text) {
    char mark[32] = "-";
    if (number > 0)
        snprintf(mark, sizeof mark, in->request->markdown ? "- **%zu.**" : "%zu.", number);
    samme_buffer_printf(in->out, "%-3s ", mark);
    words(in, text, strlen(mark) < 3 ? 4 : strlen(mark) + 1);
}

void samme_paper_under(samme_writer *in, const char *text) {
    samme_buffer_append_text(in->out, in->request->markdown ? "\n    " : "    ");
    words(in, text, 4);
}
