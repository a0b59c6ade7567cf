/* The parts of a check beside the tables. Each adds what it finds. Inside of this folder. */
#ifndef SAMME_CHECK_PARTS_H
#define SAMME_CHECK_PARTS_H

#include "check/report.h"
#include "sop/texts.h"

/* What the documents were read as. */
typedef struct samme_checked {
    const samme_check_folder *folder;
    samme_policy *policy; /* NULL: it does not compile, which was said */
    samme_policy *bare;   /* the same without floors */
    samme_documents *documents;
    samme_languages languages; /* that the branches need */
} samme_checked;

/* SAMME_NOT_FOUND (no chain.yaml or policy), SAMME_NO_MEMORY; what is wrong with the documents is a
 * finding when `report` is given. *out is the caller's to release, also on failure. */
samme_status samme_checked_read(const samme_check_folder *folder, samme_check_report *report,
                                samme_checked *out, samme_error *error) SAMME_CHECKED;
void samme_checked_release(samme_checked *checked);
/* The texts of a reason: of reasons.yaml or else the table; NULL: nowhere. */
const Samme__Reason *samme_checked_reason(const samme_checked *checked, const samme_table *table,
                                          const char *code);

/* A document of the folder; NULL: there is none. */
const samme_document *samme_folder_find(const samme_check_folder *folder, const char *path);

/* What is wrong with each table of a folder that does not compile for the reason in *error; when
 * each is sound by itself, that reason. SAMME_NO_MEMORY. */
samme_status samme_check_each_table(const samme_check_folder *folder, samme_check_report *report,
                                    samme_error *error) SAMME_CHECKED;

/* Texts that are missing, that read badly; SOPs, roles and reasons that rules name. */
samme_status samme_check_texts(const samme_checked *checked, samme_check_report *report,
                               samme_error *error) SAMME_CHECKED;

/* A CSV that no table names, categories of other documents that are not in the tree. */
void samme_check_loose_ends(const samme_checked *checked, samme_check_report *report);

/* One probe as it stands in a file of probes/. */
typedef struct samme_probe_place {
    const char *path;
    const Samme__Probe *probe;
    samme_spot spot;
} samme_probe_place;
/* Calls `visit` for each probe of the folder; a file that is no such message is a finding when
 * `report` is given. */
samme_status samme_probes_each(const samme_check_folder *folder, samme_check_report *report,
                               void (*visit)(void *context, const samme_probe_place *place),
                               void *context, samme_error *error) SAMME_CHECKED;
samme_status samme_check_probes(const samme_checked *checked, samme_check_report *report,
                                samme_error *error) SAMME_CHECKED;

/* Codes that mean another thing than in `before`, countries that have no policy any more. */
samme_status samme_check_after(const samme_checked *now, const samme_checked *before,
                               samme_check_report *report, samme_error *error) SAMME_CHECKED;

/* Waivers of chain.yaml; the last part. */
samme_status samme_check_waivers(const samme_checked *checked, samme_check_report *report,
                                 samme_error *error) SAMME_CHECKED;

#endif
