/* Decides by the environment what happens in a run, and prints what goes wrong: `wrong LINE LABEL`, `taken DECISIONS` at the end.
   Blocks are the real ones: the address sanitizer says where freed memory and null are used. */
#define WORLD
#include "world.h"

#define MOST 64

enum kind { BLOCK, FILE_OF, DESCRIPTOR, MUTEX };

struct thing { enum kind kind; long id; int line, open, kept; };

static struct thing things[MOST];
static int count, taken, ended;
static char decisions[MOST + 1];

static void wrong(int line, const char *label) {
    printf("wrong %d %s\n", line, label);
    fflush(stdout);
}

int maybe(void) {
    const char *given = getenv("DECISIONS");
    int answer = given && taken < (int)strlen(given) ? given[taken] == '1' : 0;
    if (taken == MOST)
        world_exit(9);
    decisions[taken++] = answer ? '1' : '0';
    return answer;
}

static struct thing *find(enum kind kind, long id) {
    for (int at = count - 1; at >= 0; at--)
        if (things[at].kind == kind && things[at].id == id)
            return &things[at];
    return NULL;
}

static void begin(enum kind kind, long id, int line) {
    struct thing made = { kind, id, line, 1, 0 };
    if (count == MOST)
        world_exit(9);
    things[count++] = made;
}

void keep(void *block) {
    struct thing *thing = find(BLOCK, (long)block);
    if (thing)
        thing->kept = 1;
}

void use(const void *block) {
    volatile char first = *(const char *)block;
    (void)first;
}

void *world_block(void *block, int line) {
    if (block)
        begin(BLOCK, (long)block, line);
    return block;
}

void world_free(void *block, int line) {
    struct thing *thing = find(BLOCK, (long)block);
    if (thing && !thing->open) {
        wrong(line, "double free");
        world_exit(8);
    }
    if (thing)
        thing->open = 0;
    free(block);
}

void *world_realloc(void *block, size_t size, int line) {
    struct thing *thing = find(BLOCK, (long)block);
    void *made = maybe() ? NULL : realloc(block, size);
    if (made) {
        if (thing)
            thing->open = 0;
        begin(BLOCK, (long)made, line);
    }
    return made;
}

FILE *world_fopen(const char *path, const char *mode, int line) {
    FILE *file = maybe() ? NULL : fopen(path, mode);
    if (file)
        begin(FILE_OF, (long)file, line);
    return file;
}

static int closing(enum kind kind, long id, int line) {
    struct thing *thing = find(kind, id);
    if (thing && !thing->open) {
        wrong(line, "closed twice");
        world_exit(8);
    }
    if (thing)
        thing->open = 0;
    return 0;
}

static void reading(enum kind kind, long id, int line) {
    struct thing *thing = find(kind, id);
    if (thing && !thing->open) {
        wrong(line, "used closed");
        world_exit(8);
    }
}

int world_fclose(FILE *file, int line) {
    return closing(FILE_OF, (long)file, line);
}

int world_fgetc(FILE *file, int line) {
    reading(FILE_OF, (long)file, line);
    return -1;
}

int world_open(const char *path, int flags, int line) {
    int fd = maybe() ? -1 : open(path, flags);
    if (fd >= 0)
        begin(DESCRIPTOR, fd, line);
    return fd;
}

int world_close(int fd, int line) {
    return closing(DESCRIPTOR, fd, line);
}

long world_read(int fd, void *buffer, size_t size, int line) {
    (void)buffer;
    reading(DESCRIPTOR, fd, line);
    return maybe() ? (long)size : 0;
}

int world_lock(pthread_mutex_t *mutex, int try, int line) {
    struct thing *thing = find(MUTEX, (long)mutex);
    if (try && maybe())
        return 16;
    if (thing && thing->open) {
        wrong(line, "acquired twice");
        world_exit(8);
    }
    begin(MUTEX, (long)mutex, line);
    return 0;
}

int world_unlock(pthread_mutex_t *mutex, int line) {
    struct thing *thing = find(MUTEX, (long)mutex);
    if (thing && !thing->open) {
        wrong(line, "released twice");
        world_exit(8);
    }
    if (thing)
        thing->open = 0;
    return 0;
}

static void end(void) {
    static const char *const labels[] = { "leak", "unclosed", "unclosed", "not released" };
    for (int at = 0; at < count && !ended; at++)
        if (things[at].open && !things[at].kept)
            wrong(things[at].line, labels[things[at].kind]);
    printf("taken %s\n", decisions);
    fflush(stdout);
}

void world_exit(int status) {
    ended = 1;
    exit(status);
}

__attribute__((constructor)) static void start(void) {
    atexit(end);
}

/* The sanitizer ends the process without `atexit`. */
void __asan_on_error(void) {
    ended = 1;
    end();
}
