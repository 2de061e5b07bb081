/* The load lock, for libcs that bring none of their own: recursive, and free again in a forked
 * child. */
#ifndef MYLD_LOCK_H
#define MYLD_LOCK_H

struct linker;

/* struct libc_shim, lock and unlock: there is one such lock in a process. */
void lock_take(struct linker *linker);
void lock_release(struct linker *linker);

/* In the child of a fork whose thread held the lock: the thread holds it still. */
void lock_adopt(void);

#endif
