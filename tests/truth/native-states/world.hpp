/* What the C++ programs of this folder run with: `check.py` includes it first. Blocks are the real ones, and the address sanitizer says what
   goes wrong with them; mutexes are recorded by `world.c`. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <pthread.h>

extern "C" {
int maybe(void);
void use(const void *block);
int world_lock(pthread_mutex_t *mutex, int only_try, int line);
int world_unlock(pthread_mutex_t *mutex, int line);
}

inline const void *world_kept[64];
inline int world_keeps;
inline void keep(void *block) { world_kept[world_keeps++ % 64] = block; }

namespace std {
class world_mutex {
public:
    void lock(int line = __builtin_LINE()) { world_lock(&own, 0, line); }
    bool try_lock(int line = __builtin_LINE()) { return world_lock(&own, 1, line) == 0; }
    void unlock(int line = __builtin_LINE()) { world_unlock(&own, line); }

private:
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
};
}
#define mutex world_mutex
