/* The file of samme release build --waves: docs/AUTHORING.md, Rollout. */
#ifndef SAMME_CLI_RELEASE_WAVES_H
#define SAMME_CLI_RELEASE_WAVES_H

#include "trust/trust.h"
#include "wire/mapping.h"

/* Reads its text into the release's waves; groups are those of `chain`. A first wave without a time
 * begins at `now_ms`. Times are whole seconds. Errors begin with `path` and name the place. */
samme_status samme_release_waves_read(samme_span text, const char *path, const Samme__Chain *chain,
                                      int64_t now_ms, samme_release *release,
                                      samme_error *error) SAMME_CHECKED;

#endif
