/* samme render: the example folder in every language, and the command's options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/authored_folder.h"
#include "cli/cli.h"
#include "policy/tables.h"
#include "render/render.h"
#include "shell.h"

#define EXAMPLE SAMME_TEST_DATA "/../../deploy/example"
#define SHOP    SAMME_TEST_DATA "/render/shop"

static const char *const languages[] = {"en", "da", "nb", "sv", "hi"};

static samme_buffer render(const samme_render_request *request) {
    samme_error error;
    samme_buffer out;
    samme_buffer_init(&out, SAMME_RENDER_MAX_BYTES);
    cr_assert_eq(samme_render(request, &out, &error), SAMME_OK, "%s", error.text);
    return out;
}

/* Every rule of every policy and floor by its id. */
static void names_all_rules(const samme_policy *policy, const char *text) {
    for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
        const samme_table *table = samme_policy_table_at(policy, i);
        for (size_t k = 0; k < table->rule_count; k++) {
            char id[128];
            snprintf(id, sizeof id, "(%s)", table->rules[k].id);
            cr_assert_not_null(strstr(text, id), "%s: no %s in:\n%s", table->path, id, text);
        }
    }
}

Test(prose, the_example_in_every_language) {
    samme_error error;
    samme_authored_folder folder;
    samme_policy *policy;
    samme_documents *documents;
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    cr_assert_eq(samme_authored_folder_read(EXAMPLE, &folder, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_policy_compile(folder.documents, folder.count, &policy, &error), SAMME_OK,
                 "%s", error.text);
    cr_assert_eq(
        samme_documents_load(folder.documents, folder.count, &documents, &findings, &error),
        SAMME_OK);
    for (unsigned i = 0; i < 5; i++)
        for (unsigned form = 0; form < 4; form++) {
            samme_render_request request = {.policy = policy,
                                            .documents = documents,
                                            .language = languages[i],
                                            .readers = (samme_readers)(form % 2),
                                            .markdown = form >= 2};
            samme_buffer out = render(&request);
            cr_assert_null(strstr(samme_buffer_text(&out), "{1}"));
            cr_assert_null(strstr(samme_buffer_text(&out), "(null)"));
            if (request.readers == SAMME_READERS_STAFF && !request.markdown)
                names_all_rules(policy, samme_buffer_text(&out));
            samme_buffer_free(&out);
        }
    samme_documents_free(documents);
    samme_document_findings_free(&findings);
    samme_policy_free(policy);
    samme_authored_folder_free(&folder);
}

static void has(const char *text, const char *part) {
    cr_assert_not_null(strstr(text, part), "expected %s in:\n%s", part, text);
}

Test(prose, the_command_writes_what_was_asked) {
    shell in = shell_make();
    shell_text(&in, SAMME_EXIT_OK, "$SAMME render '%s' --lang nb --markdown > a && diff a '%s'",
               SHOP, SAMME_TEST_DATA "/render/nb-customer.md");
    shell_text(&in, SAMME_EXIT_OK, "$SAMME render '%s' --lang=da --for=staff > a && diff a '%s'",
               SHOP, SAMME_TEST_DATA "/render/da-staff.txt");
    const char *norway =
        shell_text(&in, SAMME_EXIT_OK, "$SAMME render '%s' --lang nb --country NO --text", SHOP);
    has(norway, "Kjøpt i Norge\n-------------\n");
    cr_assert_null(strstr(norway, "Danmark"));
    shell_remove(&in);
}

Test(prose, the_command_says_what_is_wrong) {
    shell in = shell_make();
    has(shell_text(&in, SAMME_EXIT_USAGE, "$SAMME render '%s'", SHOP), "expected --lang LANGUAGE");
    has(shell_text(&in, SAMME_EXIT_USAGE, "$SAMME render --lang nb"), "expected the folder");
    has(shell_text(&in, SAMME_EXIT_USAGE, "$SAMME render '%s' --lang nb --for everyone", SHOP),
        "expected customer or staff, found \"everyone\"");
    has(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME render '%s' --lang pt", SHOP),
        "language \"pt\": expected one of en, da, nb, sv, hi");
    has(shell_text(&in, SAMME_EXIT_INPUT, "$SAMME render '%s' --lang nb --country Norway", SHOP),
        "expected two capital letters");
    cr_assert_neq(shell_do(&in, "$SAMME render nowhere --lang nb")->code, SAMME_EXIT_OK);
    shell_text(&in, 0,
               "mkdir -p bad/policy && cp '%s/chain.yaml' bad && echo 'policy: [' > "
               "bad/policy/p.yaml",
               SHOP);
    has(shell_text(&in, SAMME_EXIT_BAD, "$SAMME render bad --lang nb"), "policy/p.yaml:");
    shell_remove(&in);
}
