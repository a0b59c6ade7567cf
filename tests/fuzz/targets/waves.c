/* Target: samme_release_waves_read, from the file of samme release build --waves. What it takes is
 * a release that can be written. */
#include "cli/release_waves.h"
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"
#include "policy/policy.h"

static const char chain_yaml[] =
    "chain: c\nbranches:\n  - { number: 1, groups: [a, b] }\n  - { number: 2, groups: [a] }\n"
    "  - { number: 3 }\n";
static const char policy_yaml[] = "policy: p\nhit: first\nrules:\n"
                                  "  - { id: all, then: { verdict: deny, reason: NO } }\n";

static const Samme__Chain *chain_read(void) {
    static samme_policy *policy;
    const samme_document documents[] = {{"chain.yaml", samme_span_of_text(chain_yaml)},
                                        {"policy/p.yaml", samme_span_of_text(policy_yaml)}};
    samme_error error = {0};
    if (policy == NULL)
        FUZZ_MUST_OK(samme_policy_compile(documents, 2, &policy, &error), &error);
    return samme_policy_chain(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_release release = {.version = 1, .decide_version = 1, .author = "a", .reason = "b"};
    samme_error error = {0};
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    if (samme_release_waves_read(SAMME_SPAN(data, size), "waves.yaml", chain_read(), 1700000000000,
                                 &release, &error) == SAMME_OK) {
        FUZZ_MUST_OK(samme_release_text(&fuzz_chain()->root, &release, &text, &error), &error);
        FUZZ_MUST(samme_release_wave_of(&release, 3) >= 1);
    } else {
        FUZZ_MUST(strncmp(error.text, "waves.yaml", 10) == 0);
    }
    samme_release_free(&release);
    samme_buffer_free(&text);
    return 0;
}
