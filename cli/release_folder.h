/* The releases below DIR/releases of a chain's folder: DIR/releases/<version>/ with docs/,
 * release.txt (built) and release.note (signed). */
#ifndef SAMME_CLI_RELEASE_FOLDER_H
#define SAMME_CLI_RELEASE_FOLDER_H

#include "cli/chain_folder.h"
#include "enrol/key_file.h"

/* "DIR/releases/<version>". */
samme_status samme_release_path(const samme_chain_folder *chain, uint64_t version,
                                char out[static SAMME_FILE_PATH_MAX],
                                samme_error *error) SAMME_CHECKED;
/* The highest version below DIR/releases that has the file; 0 when there is none. */
samme_status samme_release_highest(const samme_chain_folder *chain, const char *file,
                                   uint64_t *out_version, samme_error *error) SAMME_CHECKED;
/* A signed release and the hash of its note; the one that was published where there is a choice.
 * out_hash may be NULL. SAMME_NOT_FOUND. To be freed on SAMME_OK. */
samme_status samme_release_signed(const samme_chain_folder *chain, uint64_t version,
                                  samme_release *out, samme_hash *out_hash,
                                  samme_error *error) SAMME_CHECKED;
bool samme_release_same_documents(const samme_release *a, const samme_release *b);
/* The newest signed or published release: 0 and a zero hash when there is none. */
samme_status samme_release_newest(const samme_chain_folder *chain, uint64_t *out_version,
                                  samme_hash *out_hash, samme_error *error) SAMME_CHECKED;

#endif
