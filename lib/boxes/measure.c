#include "boxes/measure.h"

#include <stdlib.h>

#include "boxes/volume.h"

/* For 64 shapes at a time: how many classes of a column hold each, as a number of which `planes`
 * hold a bit each. */
static void count_word(const samme_box_node *node, const samme_box_column *column, uint32_t w,
                       uint32_t *counts) {
    uint64_t planes[32] = {0};
    uint32_t used = 0;
    for (uint32_t which = 0; which < column->classes; which++) {
        uint64_t carry = column->holders[(size_t)which * node->words + w];
        for (uint32_t p = 0; carry != 0; p++) {
            const uint64_t both = planes[p] & carry;
            planes[p] ^= carry;
            carry = both;
            used = p >= used ? p + 1 : used;
        }
    }
    for (uint64_t left = node->active[w]; left != 0; left &= left - 1) {
        const uint32_t b = (uint32_t)__builtin_ctzll(left);
        uint32_t count = 0;
        for (uint32_t p = 0; p < used; p++)
            count |= (uint32_t)(planes[p] >> b & 1) << p;
        counts[w * 64 + b] = count;
    }
}

uint32_t samme_box_node_coverer(const samme_box_node *node) {
    const uint32_t bits = node->words * 64;
    for (uint32_t c = 0; c < node->column_count; c++)
        for (uint32_t w = 0; w < node->words; w++)
            count_word(node, &node->columns[c], w, node->counts + (size_t)c * bits);
    for (uint32_t b = samme_bits_next(node->active, node->words, 0); b != SAMME_BITS_END;
         b = samme_bits_next(node->active, node->words, b + 1)) {
        uint32_t c = 0;
        while (c < node->column_count && node->counts[c * bits + b] == node->columns[c].classes)
            c++;
        if (c == node->column_count)
            return b;
    }
    return SAMME_BITS_END;
}

/* Words that hold the node's size times its shapes; 0: more than there are. */
static uint32_t volume_words(const samme_box_node *node) {
    uint32_t bits = 64 - (uint32_t)__builtin_clzll(node->shapes) + 1;
    for (uint32_t c = 0; c < node->column_count; c++)
        bits += 64 - (uint32_t)__builtin_clzll(node->columns[c].classes);
    uint32_t words = samme_bits_words(bits);
    return words > SAMME_BOX_VOLUME_WORDS ? 0 : words;
}

/* The cells of a shape, or of the node (b is SAMME_BITS_END), in all columns but one. */
static void volume_of(const samme_box_node *node, uint32_t b, uint32_t but, uint32_t words,
                      samme_box_volume *out) {
    samme_box_volume_set(out, words, 1);
    for (uint32_t c = 0; c < node->column_count; c++)
        if (c != but)
            samme_box_volume_times(out, words,
                                   b == SAMME_BITS_END
                                       ? node->columns[c].classes
                                       : node->counts[(size_t)c * node->words * 64 + b]);
}

static void add_volumes(const samme_box_node *node, const uint64_t *shapes, uint32_t but,
                        uint32_t words, samme_box_volume *sum) {
    samme_box_volume_set(sum, words, 0);
    for (uint32_t b = samme_bits_next(shapes, node->words, 0); b != SAMME_BITS_END;
         b = samme_bits_next(shapes, node->words, b + 1)) {
        samme_box_volume one;
        volume_of(node, b, but, words, &one);
        samme_box_volume_plus(sum, &one, words);
    }
}

samme_box_fill samme_box_node_fill(const samme_box_node *node) {
    samme_box_volume whole, sum;
    const uint32_t words = volume_words(node);
    if (words == 0)
        return SAMME_BOX_EXCEEDS;
    volume_of(node, SAMME_BITS_END, UINT32_MAX, words, &whole);
    add_volumes(node, node->active, UINT32_MAX, words, &sum);
    const int order = samme_box_volume_compare(&sum, &whole, words);
    return order < 0 ? SAMME_BOX_LACKS : order == 0 ? SAMME_BOX_FILLS : SAMME_BOX_EXCEEDS;
}

samme_status samme_box_node_disjoint(samme_box_work *work, const samme_box_node *node, bool *out) {
    const uint32_t words = node->words, bits = words * 64;
    uint64_t *meets = node->cores, *in_column = node->cores + words;
    *out = false;
    for (uint32_t b = samme_bits_next(node->active, words, 0); b != SAMME_BITS_END;
         b = samme_bits_next(node->active, words, b + 1)) {
        memcpy(meets, node->active, words * sizeof *meets);
        for (uint32_t c = 0; c < node->column_count; c++) {
            const samme_box_column *column = &node->columns[c];
            if (node->counts[(size_t)c * bits + b] == column->classes)
                continue; /* all shapes meet it */
            if (samme_box_spend(work, (uint64_t)column->classes * words) != SAMME_OK)
                return SAMME_FULL;
            memset(in_column, 0, words * sizeof *in_column);
            for (uint32_t which = 0; which < column->classes; which++) {
                const uint64_t *holders = column->holders + (size_t)which * words;
                if (samme_bits_has(holders, b))
                    for (uint32_t w = 0; w < words; w++)
                        in_column[w] |= holders[w];
            }
            for (uint32_t w = 0; w < words; w++)
                meets[w] &= in_column[w];
        }
        if (samme_bits_count(meets, words) > 1)
            return SAMME_OK;
    }
    *out = true;
    return SAMME_OK;
}

/* The column whose classes leave the least to do: few, and with few shapes. What n shapes take
 * grows faster than n; the fourth power did best on the tables of tests/bench. */
static uint32_t choose(const samme_box_node *node) {
    uint32_t best = 0;
    samme_wide least = 0;
    for (uint32_t c = 0; c < node->column_count; c++) {
        const samme_box_column *column = &node->columns[c];
        samme_wide sum = 0;
        for (uint32_t which = 0; which < column->classes; which++) {
            const uint64_t count =
                samme_bits_count(column->holders + (size_t)which * node->words, node->words);
            sum += (samme_wide)(count * count) * (count * count);
        }
        if (c == 0 || sum < least) {
            least = sum;
            best = c;
        }
    }
    return best;
}

static int ascending(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Classes that hold few shapes first: they are open sooner, and what covers them covers more. */
static void order_classes(const samme_box_node *node, uint32_t c) {
    const samme_box_column *column = &node->columns[c];
    for (uint32_t which = 0; which < column->classes; which++)
        node->order[which] =
            (uint64_t)samme_bits_count(column->holders + (size_t)which * node->words, node->words)
                << 32 |
            which;
    qsort(node->order, column->classes, sizeof *node->order, ascending);
}

/* Puts a class that lacks cells first. */
static void lacking_first(const samme_box_node *node, uint32_t c) {
    const uint32_t words = volume_words(node);
    const samme_box_column *column = &node->columns[c];
    samme_box_volume whole, sum;
    volume_of(node, SAMME_BITS_END, c, words, &whole);
    for (uint32_t i = 0; i < column->classes; i++) {
        const uint64_t *holders =
            column->holders + (size_t)(node->order[i] & UINT32_MAX) * node->words;
        add_volumes(node, holders, c, words, &sum);
        if (samme_box_volume_compare(&sum, &whole, words) < 0) {
            const uint64_t first = node->order[i];
            memmove(node->order + 1, node->order, i * sizeof *node->order);
            node->order[0] = first;
            return;
        }
    }
}

uint32_t samme_box_node_choose(const samme_box_node *node, bool lacks) {
    const uint32_t column = choose(node);
    order_classes(node, column);
    if (lacks)
        lacking_first(node, column);
    return column;
}
