/* A recursive futex lock (Drepper, "Futexes Are Tricky", mutex 2).
 *
 * Nothing tells the loader of a fork when the libc has no hook for it: the owner is remembered as
 * process and thread; an owner of another process died with the fork.
 */
#include "lock.h"

#include "sys.h"
#include <stdatomic.h>

static _Atomic int word;       /* 0 free, 1 held, 2 held and waited for */
static _Atomic uint64_t owner; /* process id in the high half, thread id in the low one */
static unsigned depth;

static uint64_t me(void) {
    return (uint64_t)sys_getpid() << 32 | (uint32_t)sys1(SYS_gettid, 0);
}

static void futex(int operation, int value) {
    sys4(SYS_futex, (long)&word, operation | 128 /* FUTEX_PRIVATE_FLAG */, value, 0);
}

void lock_take(struct linker *linker) {
    (void)linker;
    uint64_t self = me(), holder = atomic_load(&owner);
    if (holder == self) {
        depth++;
        return;
    }
    if (holder && holder >> 32 != self >> 32) { /* left over from before a fork */
        atomic_store(&owner, 0);
        atomic_store(&word, 0);
    }
    int expected = 0;
    if (!atomic_compare_exchange_strong(&word, &expected, 1))
        while (atomic_exchange(&word, 2) != 0)
            futex(0 /* FUTEX_WAIT */, 2);
    atomic_store(&owner, self);
    depth = 1;
}

void lock_adopt(void) {
    atomic_store(&owner, me());
}

void lock_release(struct linker *linker) {
    (void)linker;
    if (--depth)
        return;
    atomic_store(&owner, 0);
    if (atomic_exchange(&word, 0) == 2)
        futex(1 /* FUTEX_WAKE */, 1);
}
