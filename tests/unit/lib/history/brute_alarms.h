/* What alarms must say, counted anew from slices and receipts. */
#ifndef SAMME_TEST_HISTORY_BRUTE_ALARMS_H
#define SAMME_TEST_HISTORY_BRUTE_ALARMS_H

#include "samme/rows.h"

/* Fails the test unless the lines refunded beyond what was sold, numbers and all, are just those
 * whose alarm is not gone, and the list holds just the alarms that are open or taken. Returns how
 * many lines are beyond. */
size_t brute_check_alarms(const samme_rows *rows, unsigned long long seed);

#endif
