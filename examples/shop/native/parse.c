#include "stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads a line "SKU COUNT". */
struct stock_entry *stock_parse(const char *line)
{
    char sku[SKU_LENGTH];
    long count = 0;
    if (sscanf(line, "%15s %ld", sku, &count) != 2)
        return NULL;
    return stock_new(sku, count);
}

struct stock_entry *stock_parse_old(const char *line)
{
    char sku[SKU_LENGTH];
    char *space = strchr(line, ' ');
    strcpy(sku, line);
    return stock_new(sku, space != NULL ? atol(space + 1) : 0);
}

void stock_log(const char *message)
{
    printf(message);
}

void stock_note(const char *message)
{
    printf("%s\n", message);
}

char *stock_join(const char **names, int count)
{
    int length = count * SKU_LENGTH;
    char *text = malloc(length);
    if (text == NULL)
        return NULL;
    text[0] = '\0';
    for (int i = 0; i <= count; i++)
        strcat(text, names[i]);
    return text;
}

int main(int argc, char **argv)
{
    struct stock_entry *list = NULL;
    char line[256];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        struct stock_entry *entry = stock_parse(line);
        if (entry == NULL)
            continue;
        entry->next = list;
        list = entry;
    }
    if (argc > 1)
        stock_log(argv[1]);
    printf("%ld\n", stock_total(list));
    stock_free(list);
    return 0;
}
