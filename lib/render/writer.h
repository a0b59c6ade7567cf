/* Inside of lib/render: what every part of a document is written with. */
#ifndef SAMME_RENDER_WRITER_H
#define SAMME_RENDER_WRITER_H

#include "policy/tables.h"
#include "render/render.h"
#include "render/words.h"
#include "sop/texts.h"

/* The countries of sale that one section of the document is for: the same policy, floors and
 * currency hold in all of them. */
typedef struct samme_section {
    const samme_table *table;
    const char *currency; /* "": more than one, or not known */
    size_t country_count; /* 0: every country that no other policy names */
    int64_t countries[SAMME_COUNTRIES];
} samme_section;

/* What a category is called. */
typedef struct samme_category_name {
    const char *text;
    bool quoted; /* a code, or in another language than asked for */
} samme_category_name;

typedef struct samme_writer {
    const samme_render_request *request;
    const samme_prose *words;
    const samme_vocabulary *vocabulary;
    const samme_category_name *categories; /* by place in the tree */
    samme_languages languages;
    const samme_section *section; /* in hand */
    samme_buffer *out;
    samme_arena kept;   /* for the whole document */
    samme_arena pieces; /* for the paragraph in hand */
    bool no_room;       /* a piece could not be held */
} samme_writer;

static inline bool samme_writes_for_staff(const samme_writer *in) {
    return in->request->readers == SAMME_READERS_STAFF;
}
/* One of two phrases that stand next to each other: the one for customers is the first. */
static inline samme_say samme_say_to(const samme_writer *in, samme_say you) {
    return samme_writes_for_staff(in) ? (samme_say)(you + 1) : you;
}

#endif
