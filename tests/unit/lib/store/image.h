/* A store's data file in memory, to be changed and written back. */
#ifndef STORE_IMAGE_H
#define STORE_IMAGE_H

#include "store/page.h"
#include "tests/conformance/store_folder.h"

enum { IMAGE_PAGE = 4096 };

typedef struct store_image {
    uint8_t *bytes; /* the pages in use */
    uint64_t pages;
    uint64_t file_bytes; /* the file is longer */
} store_image;

store_image store_image_load(const char *path);
void store_image_free(store_image *image);
/* The file as the image has it. */
void store_image_write(const store_image *image, const char *path);
/* Writes only these bytes of the image. */
void store_image_write_part(const store_image *image, const char *path, uint64_t at, size_t length);

static inline uint8_t *store_image_page(const store_image *image, uint64_t page) {
    return image->bytes + page * IMAGE_PAGE;
}
/* The meta page in force; where in it a tree is recorded: the free list, the tables. */
uint8_t *store_image_meta(const store_image *image);
enum {
    IMAGE_FREE_LIST_AT = 40,
    IMAGE_TABLES_AT = 88,
    IMAGE_LAST_AT = 136,
    IMAGE_TRANSACTION_AT = 144
};
/* Where a table's tree is recorded: in the leaf of the tree of tables. */
uint8_t *store_image_table(const store_image *image, const char *name);
/* The page at the end of the leftmost path of a tree, and the root. */
uint8_t *store_image_leaf(const store_image *image, const uint8_t *tree);
uint8_t *store_image_root(const store_image *image, const uint8_t *tree);
/* A node of a page, to be changed. */
uint8_t *store_image_node(uint8_t *page, unsigned index);

#endif
