#include "image.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t transaction_of(const uint8_t *meta) {
    return samme_page_u64(meta + IMAGE_TRANSACTION_AT);
}

store_image store_image_load(const char *path) {
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    store_image image = {.bytes = malloc((size_t)info.st_size),
                         .file_bytes = (uint64_t)info.st_size};
    int fd = open(path, O_RDONLY);
    cr_assert_eq(pread(fd, image.bytes, (size_t)info.st_size, 0), info.st_size);
    close(fd);
    image.pages = samme_page_u64(store_image_meta(&image) + IMAGE_LAST_AT) + 1;
    return image;
}

void store_image_free(store_image *image) {
    free(image->bytes);
    *image = (store_image){0};
}

void store_image_write(const store_image *image, const char *path) {
    store_image_write_part(image, path, 0, image->pages * IMAGE_PAGE);
    cr_assert_eq(truncate(path, (off_t)(image->pages * IMAGE_PAGE)), 0);
    cr_assert_eq(truncate(path, (off_t)image->file_bytes), 0);
}

void store_image_write_part(const store_image *image, const char *path, uint64_t at,
                            size_t length) {
    int fd = open(path, O_WRONLY);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, image->bytes + at, length, (off_t)at), (ssize_t)length);
    close(fd);
}

uint8_t *store_image_meta(const store_image *image) {
    uint8_t *first = image->bytes, *second = image->bytes + IMAGE_PAGE;
    return transaction_of(second) > transaction_of(first) ? second : first;
}

uint8_t *store_image_node(uint8_t *page, unsigned index) {
    return page + samme_page_u16(page + SAMME_PAGE_HEAD + 2 * index);
}

uint8_t *store_image_table(const store_image *image, const char *name) {
    uint8_t *leaf = store_image_leaf(image, store_image_meta(image) + IMAGE_TABLES_AT);
    samme_lmdb_page page;
    cr_assert_null(samme_page_check(leaf, IMAGE_PAGE, samme_page_u64(leaf), false, &page));
    for (unsigned i = 0; i < page.nodes; i++) {
        samme_lmdb_node node = samme_page_node(&page, i);
        if (samme_span_equal(node.key, samme_span_of_text(name)))
            return leaf + (node.value.data - page.bytes);
    }
    cr_assert_fail("no table %s", name);
    return NULL;
}

uint8_t *store_image_root(const store_image *image, const uint8_t *tree) {
    return store_image_page(image, samme_tree_at(tree).root);
}

uint8_t *store_image_leaf(const store_image *image, const uint8_t *tree) {
    uint8_t *at = store_image_root(image, tree);
    for (unsigned level = 1; level < samme_tree_at(tree).depth; level++)
        at = store_image_page(image, samme_page_u32(store_image_node(at, 0)));
    return at;
}
