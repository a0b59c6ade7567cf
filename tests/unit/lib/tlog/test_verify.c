/* Whole logs as files: the good ones, and those of others. Damage: test_verify_damage.c. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/unit/lib/tlog/files.h"
#include "tests/unit/lib/tlog/notes.h"

TestSuite(verify, .init = start_crypto);

Test(verify, good_logs_of_all_kinds_of_sizes) {
    static const uint64_t sizes[] = {0,   1,   2,   3,    255,   256,   257,   511,
                                     512, 513, 600, 1000, 65535, 65536, 65537, 70000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        files log = files_of_log(sizes[i]);
        expect_good(&log, sizes[i]);
        files_free(&log);
    }
}

Test(verify, every_small_size) {
    for (uint64_t size = 0; size < 64; size++) {
        files log = files_of_log(size);
        expect_good(&log, size);
        files_free(&log);
    }
}

/* Each file is read once: an auditor's log may be far away. */
Test(verify, reads_no_file_twice) {
    files log = files_of_log(70000);
    expect_good(&log, 70000);
    const size_t partial = 3 + 1; /* for each the full one was asked for first */
    cr_assert_eq(log.reads, log.count + partial, "%zu reads of %zu files", log.reads, log.count);
    files_free(&log);
}

/* The log has grown since the checkpoint, and its partial tiles are gone. */
Test(verify, full_tiles_in_place_of_partial_ones) {
    files log = files_of_log(600);
    files older = files_of_log(300);
    const file *checkpoint = files_get(&older, "checkpoint");
    const file *upper = files_get(&older, "tile/1/000.p/1");
    files_put(&log, "checkpoint", SAMME_SPAN(checkpoint->bytes, checkpoint->length));
    files_put(&log, "tile/1/000.p/1", SAMME_SPAN(upper->bytes, upper->length));
    expect_good(&log, 300);
    /* Both are there, and the full one is believed. */
    const file *partial = files_get(&older, "tile/0/001.p/44");
    files_put(&log, "tile/0/001.p/44", SAMME_SPAN(partial->bytes, partial->length));
    files_get(&log, "tile/0/001.p/44")->bytes[0] ^= 1;
    expect_good(&log, 300);
    files_get(&log, "tile/0/001")->bytes[0] ^= 1;
    expect_broken(&log, SAMME_MISMATCH, "tile/0/001");
    files_get(&log, "tile/0/001")->bytes[0] ^= 1;
    /* What the checkpoint does not cover is not judged, but the form is. */
    files_get(&log, "tile/0/001")->bytes[44 * 32] ^= 1;
    expect_good(&log, 300);
    files_get(&log, "tile/0/001")->length--;
    expect_broken(&log, SAMME_MALFORMED, "tile/0/001");
    files_get(&log, "tile/0/001")->length++;
    files_get(&log, "tile/entries/001")->length--;
    expect_broken(&log, SAMME_MALFORMED, "tile/entries/001");
    files_free(&older);
    files_free(&log);
}

/* A full bundle beside a partial tile, and the other way round. */
Test(verify, one_full_and_one_partial) {
    files older = files_of_log(300), newer = files_of_log(600);
    const file *bundle = files_get(&newer, "tile/entries/001");
    files_put(&older, "tile/entries/001", SAMME_SPAN(bundle->bytes, bundle->length));
    files_remove(&older, "tile/entries/001.p/44");
    expect_good(&older, 300);
    files_free(&older);
    older = files_of_log(300);
    const file *tile = files_get(&newer, "tile/0/001");
    files_put(&older, "tile/0/001", SAMME_SPAN(tile->bytes, tile->length));
    files_remove(&older, "tile/0/001.p/44");
    expect_good(&older, 300);
    files_free(&older);
    files_free(&newer);
}

/* Files that the size does not need are not looked at. */
Test(verify, strange_files_beside) {
    files log = files_of_log(300);
    files_put(&log, "tile/0/001.p/45", SAMME_LITERAL("x"));
    files_put(&log, "tile/2/000", SAMME_LITERAL("x"));
    files_put(&log, "tile/entries/002.p/1", SAMME_LITERAL("x"));
    expect_good(&log, 300);
    files_free(&log);
}

Test(verify, signed_by_another) {
    files log = files_of_log(10);
    const samme_log_files source = files_source(&log);
    const samme_vkey key = vkey_of(FILES_LOG, 2);
    samme_log_head head;
    char broken[SAMME_TILE_PATH_MAX + 1];
    cr_assert_eq(samme_log_verify(&source, &key, &head, broken, NULL), SAMME_BAD_SIGNATURE);
    cr_assert_str_eq(broken, "checkpoint");
    files_free(&log);
}

/* Writes the log of others from its entries, with their checkpoint, and verifies it. */
static samme_status verify_theirs(const char *vkey, const char *checkpoint, unsigned size,
                                  void (*entry)(unsigned i, char out[static 32]),
                                  samme_log_head *out_head) {
    files log = {0};
    samme_log_writer writer;
    samme_log_writer_init(&writer, files_sink(&log));
    for (unsigned i = 0; i < size; i++) {
        char text[32];
        entry(i, text);
        cr_assert_eq(samme_log_writer_append(&writer, samme_span_of_text(text), NULL), SAMME_OK);
    }
    cr_assert_eq(samme_log_writer_finish(&writer, samme_span_of_text(checkpoint), NULL), SAMME_OK);
    const samme_log_files source = files_source(&log);
    const samme_vkey key = vkey_of_text(vkey);
    char broken[SAMME_TILE_PATH_MAX + 1] = "";
    samme_error why = {.text = ""};
    samme_status status = samme_log_verify(&source, &key, out_head, broken, &why);
    cr_assert_eq(status, SAMME_OK, "%s: %s", broken, why.text);
    samme_log_writer_free(&writer);
    files_free(&log);
    return status;
}

static void tessera_entry(unsigned i, char out[static 32]) {
    static const char *const words[] = {"one",    "two",   "three",    "four",    "five",
                                        "six",    "seven", "eit",      "nain",    "ten",
                                        "ileven", "twelf", "threeten", "fourten", "fivten"};
    snprintf(out, 32, "%s", words[i]);
}

#define TESSERA      "example.com/log/testdata"
#define TESSERA_VKEY TESSERA "+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

/* The test log of transparency-dev/tessera at three sizes. */
Test(verify, tessera) {
    samme_log_head head;
    verify_theirs(TESSERA_VKEY,
                  TESSERA "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— " TESSERA
                          " M9e0lhxJACzE1KoUdqKuPa+9p6R7dSW8BlEvrg/"
                          "noo8FkGg6PbJoRNOcdjqjOq89wVvTA60eubCc4oufo5BvIVEgtQc=\n",
                  0, tessera_entry, &head);
    verify_theirs(TESSERA_VKEY,
                  TESSERA "\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n\n— " TESSERA
                          " M9e0lvAQRtH832pk2RTbeSeZMkp4FZSdJYFBUjO5SKxuRbywPUF3cx+"
                          "HUrb50kjd3rUWW/fj53Wj1dwcwh9bGQnqVAg=\n",
                  3, tessera_entry, &head);
    verify_theirs(TESSERA_VKEY,
                  TESSERA "\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n— " TESSERA
                          " M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+"
                          "CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n",
                  15, tessera_entry, &head);
    cr_assert_eq(head.size, 15);
}

/* The mirrored log in the tests of filippo.io/sunlight: 300 records, root as its mirror cosigned
 * it; the checkpoint is signed here. */
Test(verify, sunlight) {
    files log = {0};
    samme_log_writer writer;
    samme_log_writer_init(&writer, files_sink(&log));
    for (unsigned i = 0; i < 300; i++) {
        char text[32];
        snprintf(text, sizeof text, "record %u", i);
        cr_assert_eq(samme_log_writer_append(&writer, samme_span_of_text(text), NULL), SAMME_OK);
    }
    cr_assert_eq(samme_log_writer_finish(&writer, SAMME_SPAN(NULL, 0), NULL), SAMME_OK);
    samme_log_writer_free(&writer);
    samme_hash root;
    samme_buffer bytes;
    samme_buffer_init(&bytes, 32);
    cr_assert_eq(
        samme_base64_parse(SAMME_LITERAL("gw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU="), &bytes),
        SAMME_OK);
    memcpy(root.bytes, bytes.data, sizeof root.bytes);
    samme_buffer_free(&bytes);
    files_sign(&log, 300, &root);
    expect_good(&log, 300);
    cr_assert_eq(files_get(&log, "tile/0/000")->length, 8192);
    cr_assert_eq(files_get(&log, "tile/0/001.p/44")->length, 44 * 32);
    cr_assert_eq(files_get(&log, "tile/1/000.p/1")->length, 32);
    files_free(&log);
}
