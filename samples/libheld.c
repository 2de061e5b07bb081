/* For held.c: holds blocks by thread-local variables that do not fit into the static TLS block. */
#include <stdlib.h>

enum { BLOCKS = 10 }; /* more than may be left in a register or on a stack */

static _Thread_local char *volatile held[BLOCKS]; /* nobody reads them: kept all the same */
static _Thread_local char fill[8000];

void held_hold(void);
void held_hold(void) {
    for (int i = 0; i < BLOCKS; i++)
        held[i] = malloc(1234);
    fill[0] = 1;
}

void held_drop(void);
void held_drop(void) {
    for (int i = 0; i < BLOCKS; i++)
        held[i] = NULL;
}
