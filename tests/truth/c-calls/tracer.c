/* Writes down which function is entered from where: loaded before a program whose functions are instrumented by the compiler
 * (-finstrument-functions). Each record is a count and as many addresses: the function, then the return addresses below it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

enum { DEPTH = 96, HANDED = 256, SEEN = 1 << 16 };

/* A function that was handed to the library for later, and from where. */
struct handed {
    void *function;
    void *from[DEPTH];
    int depth;
};

static struct handed handed[HANDED];
static int handed_count;
static int file = -1;
static unsigned long seen[SEEN];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread int inside;
static __thread struct handed *origin;

/* Whether an address lies in the program, which is linked without position independence: below everything else. */
static int of_program(void *address) { return (unsigned long)address < 0x10000000UL; }

static void record(void *function, void **from, int depth)
{
    unsigned long hash = (unsigned long)function * 1099511628211UL, words[DEPTH + 2];
    int at = 0, i;
    words[at++] = (unsigned long)depth + 1;
    words[at++] = (unsigned long)function;
    for (i = 0; i < depth; i++) {
        words[at++] = (unsigned long)from[i];
        hash = (hash ^ (unsigned long)from[i]) * 1099511628211UL;
    }
    pthread_mutex_lock(&lock);
    for (i = 0; i < 64; i++) {
        unsigned long *slot = &seen[(hash + i) % SEEN];
        if (*slot == hash)
            break;
        if (*slot == 0 || i == 63) {
            *slot = hash;
            if (file < 0)
                file = open(getenv("TRACE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            if (write(file, words, at * sizeof *words) < 0)
                abort();
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

void __cyg_profile_func_enter(void *function, void *site)
{
    void *stack[DEPTH];
    int depth, first, i;
    (void)site;
    if (inside)
        return;
    inside = 1;
    depth = backtrace(stack, DEPTH);
    /* The tracer itself and the function come first. */
    for (first = 0; first < depth && !of_program(stack[first]); first++)
        ;
    first++;
    /* What the library calls on its own account was handed to it. */
    if (first < depth && !of_program(stack[first])) {
        for (i = 0; i < handed_count; i++)
            if (handed[i].function == function)
                break;
        if (i < handed_count) {
            record(function, handed[i].from, handed[i].depth);
            inside = 0;
            return;
        }
    }
    if (origin) {
        int room = DEPTH - (depth - first), n = origin->depth < room ? origin->depth : room;
        memmove(stack, stack + first, (depth - first) * sizeof *stack);
        memcpy(stack + (depth - first), origin->from, n * sizeof *stack);
        record(function, stack, depth - first + n);
    } else {
        record(function, stack + first, depth - first);
    }
    inside = 0;
}

void __cyg_profile_func_exit(void *function, void *site) { (void)function; (void)site; }

/* Notes that a function was handed over by the innermost function of the program. */
static struct handed *hand(void *function)
{
    void *stack[DEPTH];
    int depth, first;
    struct handed *next;
    if (handed_count == HANDED)
        abort();
    inside++;
    depth = backtrace(stack, DEPTH);
    inside--;
    for (first = 0; first < depth && !of_program(stack[first]); first++)
        ;
    next = &handed[handed_count];
    next->function = function;
    next->depth = depth - first;
    memcpy(next->from, stack + first, (depth - first) * sizeof *stack);
    handed_count++;
    return next;
}

int __cxa_atexit(void (*function)(void *), void *argument, void *object)
{
    static int (*real)(void (*)(void *), void *, void *);
    if (!real)
        real = (int (*)(void (*)(void *), void *, void *))dlsym(RTLD_NEXT, "__cxa_atexit");
    if (of_program((void *)function))
        hand((void *)function);
    return real(function, argument, object);
}

int on_exit(void (*function)(int, void *), void *argument)
{
    static int (*real)(void (*)(int, void *), void *);
    if (!real)
        real = (int (*)(void (*)(int, void *), void *))dlsym(RTLD_NEXT, "on_exit");
    hand((void *)function);
    return real(function, argument);
}

void (*signal(int number, void (*function)(int)))(int)
{
    static void (*(*real)(int, void (*)(int)))(int);
    if (!real)
        real = (void (*(*)(int, void (*)(int)))(int))dlsym(RTLD_NEXT, "signal");
    if (of_program((void *)function) && (unsigned long)function > 1)
        hand((void *)function);
    return real(number, function);
}

int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    static int (*real)(int, const struct sigaction *, struct sigaction *);
    if (!real)
        real = (int (*)(int, const struct sigaction *, struct sigaction *))dlsym(RTLD_NEXT, "sigaction");
    if (action && of_program((void *)action->sa_handler) && (unsigned long)action->sa_handler > 1)
        hand((void *)action->sa_handler);
    return real(number, action, old);
}

struct start {
    void *(*function)(void *);
    void *argument;
    struct handed *from;
};

static void *begin(void *start_)
{
    struct start start = *(struct start *)start_;
    free(start_);
    origin = start.from;
    return start.function(start.argument);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *), void *argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    struct start *start = malloc(sizeof *start);
    if (!real)
        real = (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(RTLD_NEXT, "pthread_create");
    start->function = function;
    start->argument = argument;
    start->from = hand(NULL);
    return real(thread, attributes, begin, start);
}
