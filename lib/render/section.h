/* Inside of lib/render: the parts of a section, which is for some countries of sale. */
#ifndef SAMME_RENDER_SECTION_H
#define SAMME_RENDER_SECTION_H

#include "render/writer.h"

/* Everything about one section, from its heading on. */
void samme_section_write(samme_writer *in, const samme_section *section);
/* For staff: the steps of every procedure that the rules of these sections name, each once. */
void samme_procedures_write(samme_writer *in, const samme_section *sections, size_t count);
/* Whether the floor is for one of the section's countries. */
bool samme_section_has_floor(const samme_section *section, const samme_table *floor);
/* The nth table that speaks in the section: its policy, then its floors. NULL: there are fewer. */
const samme_table *samme_section_table(const samme_policy *policy, const samme_section *section,
                                       size_t number);

#endif
