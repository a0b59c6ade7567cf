/* Two policies beside each other, country by country. Inside of this folder. */
#ifndef SAMME_CHECK_COMPARE_H
#define SAMME_CHECK_COMPARE_H

#include "check/answers.h"
#include "check/diff.h"
#include "check/paid.h"
#include "check/regions.h"
#include "check/seek.h"

#define SAMME_OTHER_DEADLINE (UINT64_C(1) << 63) /* in a label: the answers' deadlines differ */

/* A table of one side in the form that boxes takes; made once. */
typedef struct samme_made_table {
    samme_box_table boxes;
    samme_asked asked;
} samme_made_table;

typedef struct samme_comparing {
    samme_diff_report *report;
    samme_arena arena;
    samme_frame all;    /* where clocks and pairs get their numbers */
    samme_frame *frame; /* of the group at hand */
    samme_seeker seeker;
    const samme_policy *policies[SAMME_FRAME_SIDES_MAX];
    samme_made_table *made[SAMME_FRAME_SIDES_MAX]; /* by the policy's numbers */
    samme_answers answers;
    samme_paid_known paid;
    samme_regions regions;
    samme_speakers speakers[SAMME_FRAME_SIDES_MAX]; /* of the group at hand */
    samme_status status;                            /* of numbering answers */
    bool undecided;
    bool strict; /* boxes without real facts are not told apart, at some cost: seeker is ready */
} samme_comparing;

/* Which tables speak for a value of sale_country: the policy's number and 1, then the floors'. */
typedef struct samme_voices {
    uint16_t tables[SAMME_FRAME_SIDES_MAX][SAMME_BOX_TABLES_MAX];
    uint16_t counts[SAMME_FRAME_SIDES_MAX];
} samme_voices;

/* Says once why a region may be missing. */
void samme_compare_unproved(samme_comparing *self, const char *reason);
/* The answers of a label, and whether only money tells them apart. */
bool samme_label_is_money(const samme_comparing *self, const uint64_t *label,
                          samme_answered sides[SAMME_FRAME_SIDES_MAX]);
/* The tables that speak for a value of sale_country; false: more than can be compared at once. */
bool samme_voices_of(const samme_comparing *self, int64_t country, samme_voices *out);
/* Makes self->frame that of a group: what its tables turn on, and what answers do beside their
 * rules; makes the tables' boxes. SAMME_TOO_LARGE, SAMME_NO_MEMORY. */
samme_status samme_group_frame(samme_comparing *self, const samme_voices *group,
                               samme_error *error) SAMME_CHECKED;
/* What a policy of these countries may answer otherwise once there is a release of the past. */
void samme_compare_basis(samme_comparing *self, const samme_voices *group);
/* All regions into self->regions, not joined. */
samme_status samme_compare_all(samme_comparing *self, samme_error *error) SAMME_CHECKED;

#endif
