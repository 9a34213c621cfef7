#ifndef SHOP_STOCK_H
#define SHOP_STOCK_H

#include <stddef.h>

#define SKU_LENGTH 16

struct stock_entry {
    char sku[SKU_LENGTH];
    long count;
    struct stock_entry *next;
};

typedef int (*stock_visitor)(const struct stock_entry *entry, void *context);

struct stock_entry *stock_new(const char *sku, long count);
void stock_free(struct stock_entry *list);
long stock_total(const struct stock_entry *list);
int stock_each(const struct stock_entry *list, stock_visitor visit, void *context);
struct stock_entry *stock_parse(const char *line);

#endif
