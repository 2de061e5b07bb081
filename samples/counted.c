/* Calls functions of a library, for LD_PROFILE: directly, from threads, by a pointer, and back.
 *
 *   counted [ROUNDS]    ROUNDS of a busy loop in the library, usually none */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int counted_next(int number);
int counted_third(int number);
int counted_many(int often, int (*function)(int));
int counted_busy(long rounds);

static int back(int number) {
    return counted_next(number);
}

static void *thread(void *sum) {
    for (int i = 0; i < 1000; i++)
        *(int *)sum += counted_third(i);
    return sum;
}

int main(int argc, char **argv) {
    pthread_t threads[4];
    int sums[4] = {0}, sum = 0;
    int (*volatile pointer)(int) = counted_next;

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, thread, &sums[i]);
    for (int i = 0; i < 5; i++)
        sum += counted_next(i) + counted_many(i, back) + pointer(i);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        sum += sums[i];
    }
    if (argc > 1)
        sum += counted_busy(atol(argv[1]));
    printf("sum %d\n", sum);
    return 0;
}
