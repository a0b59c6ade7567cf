/* Inside of lib/render: headings, paragraphs and points, as plain text or Markdown. Texts may hold
 * anything an author wrote: line ends become spaces, other control characters go, and what means
 * something to Markdown is escaped. */
#ifndef SAMME_RENDER_PAPER_H
#define SAMME_RENDER_PAPER_H

#include "render/writer.h"

#define SAMME_PAPER_COLUMNS 80u

void samme_paper_heading(samme_writer *in, unsigned level, const char *text); /* 1 to 3 */
void samme_paper_text(samme_writer *in, const char *text);
/* A bullet; with a number that is not 0, a point with it. */
void samme_paper_item(samme_writer *in, size_t number, const char *text);
/* What stands indented under the item written last. */
void samme_paper_under(samme_writer *in, const char *text);

#endif
