/* Entries of a branch that lies, properly signed. For e2e_rogue. */
#ifndef SAMME_E2E_LIES_H
#define SAMME_E2E_LIES_H

#include "samme/span.h"
#include "tests/e2e/line.h"

#define E2E_LIES 10u

/* About `receipt`, a sale of 10.00 of its own till 9 on 2026-01-01, and the release whose note is
 * given. In the line's arena. */
void e2e_make_lies(e2e_line *line, const char *receipt, samme_span release_note,
                   samme_span out[static E2E_LIES]);

#endif
