/* Inside of lib/render: a table's windows, and its rules as numbered points. */
#ifndef SAMME_RENDER_POINTS_H
#define SAMME_RENDER_POINTS_H

#include "render/writer.h"

void samme_windows_write(samme_writer *in, const samme_table *table);
/* For staff in the order of the rules; for customers by verdict, with the numbers of that order. */
void samme_points_write(samme_writer *in, const samme_table *table);

#endif
