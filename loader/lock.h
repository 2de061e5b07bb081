/* The load lock, for libcs that bring none of their own: recursive, and free again in a forked
 * child. */
#ifndef MYLD_LOCK_H
#define MYLD_LOCK_H

void lock_take(void);
void lock_release(void);

/* In the child of a fork whose thread held the lock: the thread holds it still. */
void lock_adopt(void);

#endif
