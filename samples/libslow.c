/* A library whose constructor takes its time. */
#include <unistd.h>

int slow_is_ready;

__attribute__((constructor)) static void take_time(void) {
    usleep(100000);
    slow_is_ready = 1;
}
