/* What the programs of this folder run with: functions that decide, and a record of what goes wrong. `check.py` includes it first. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int maybe(void);
void keep(void *block);
void use(const void *block);

void *world_block(void *block, int line);
void world_free(void *block, int line);
void *world_realloc(void *block, size_t size, int line);
FILE *world_fopen(const char *path, const char *mode, int line);
int world_fclose(FILE *file, int line);
int world_fgetc(FILE *file, int line);
int world_open(const char *path, int flags, int line);
int world_close(int fd, int line);
long world_read(int fd, void *buffer, size_t size, int line);
int world_lock(pthread_mutex_t *mutex, int try, int line);
int world_unlock(pthread_mutex_t *mutex, int line);
void world_exit(int status);

#ifndef WORLD
#define malloc(size) world_block(maybe() ? NULL : malloc(size), __LINE__)
#define calloc(count, size) world_block(maybe() ? NULL : calloc(count, size), __LINE__)
#define strdup(text) world_block(maybe() ? NULL : strdup(text), __LINE__)
#define realloc(block, size) world_realloc(block, size, __LINE__)
#define free(block) world_free(block, __LINE__)
#define fopen(path, mode) world_fopen(path, mode, __LINE__)
#define fclose(file) world_fclose(file, __LINE__)
#define fgetc(file) world_fgetc(file, __LINE__)
#define open(path, flags) world_open(path, flags, __LINE__)
#define close(fd) world_close(fd, __LINE__)
#define read(fd, buffer, size) world_read(fd, buffer, size, __LINE__)
#define pthread_mutex_lock(mutex) world_lock(mutex, 0, __LINE__)
#define pthread_mutex_trylock(mutex) world_lock(mutex, 1, __LINE__)
#define pthread_mutex_unlock(mutex) world_unlock(mutex, __LINE__)
#define exit(status) world_exit(status)
#endif
