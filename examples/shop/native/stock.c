#include "stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes an entry; NULL where memory is short. */
struct stock_entry *stock_new(const char *sku, long count)
{
    struct stock_entry *entry = malloc(sizeof(*entry));
    if (entry == NULL)
        return NULL;
    snprintf(entry->sku, sizeof(entry->sku), "%s", sku);
    entry->count = count;
    entry->next = NULL;
    return entry;
}

struct stock_entry *stock_copy(const struct stock_entry *from)
{
    struct stock_entry *entry = malloc(sizeof(*entry));
    strcpy(entry->sku, from->sku);
    entry->count = from->count;
    entry->next = NULL;
    return entry;
}

void stock_free(struct stock_entry *list)
{
    while (list != NULL) {
        struct stock_entry *next = list->next;
        free(list);
        list = next;
    }
}

/* Drops the first entry and tells how many it had. */
long stock_drop(struct stock_entry **list)
{
    struct stock_entry *first = *list;
    *list = first->next;
    free(first);
    return first->count;
}

long stock_take(struct stock_entry **list)
{
    struct stock_entry *first = *list;
    if (first == NULL)
        return 0;
    long count = first->count;
    *list = first->next;
    free(first);
    return count;
}

long stock_total(const struct stock_entry *list)
{
    long total = 0;
    for (const struct stock_entry *entry = list; entry != NULL; entry = entry->next)
        total += entry->count;
    return total;
}

int stock_each(const struct stock_entry *list, stock_visitor visit, void *context)
{
    for (; list != NULL; list = list->next) {
        int answer = visit(list, context);
        if (answer != 0)
            return answer;
    }
    return 0;
}

static int print_entry(const struct stock_entry *entry, void *context)
{
    return fprintf(context, "%s %ld\n", entry->sku, entry->count) < 0;
}

int stock_print(const struct stock_entry *list, FILE *out)
{
    return stock_each(list, print_entry, out);
}

int stock_save(const struct stock_entry *list, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return -1;
    if (stock_print(list, out) != 0)
        return -1;
    return fclose(out);
}

int stock_write(const struct stock_entry *list, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return -1;
    int answer = stock_print(list, out);
    return fclose(out) != 0 ? -1 : answer;
}
