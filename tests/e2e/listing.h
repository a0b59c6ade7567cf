/* The journal's entries as lines, for scripts that count them. */
#ifndef SAMME_E2E_LISTING_H
#define SAMME_E2E_LISTING_H

#include "tests/e2e/line.h"

/* Pulls the whole journal and prints a line per entry: "entry RECORD BRANCH INDEX ID KIND RECEIPT",
 * - for what is not there. Nothing is verified: that is the audit's. */
void e2e_list(e2e_line *line);

#endif
