/*
 * What a tracer does to a process, done to a program in an emulator: through the emulator's stub
 * for gdb (qemu-user's option -g PATH).
 */
#ifndef TESTS_RUN_STUB_H
#define TESTS_RUN_STUB_H

#include <sys/types.h>

/**
 * Connects with the stub of an emulator that was just started.
 *
 * @param path the socket that the emulator makes
 * @param emulator its process; the wait ends when it does
 * @return a descriptor, or -1 when the emulator has ended; its status is still to be waited for
 */
int stub_connect(const char *path, pid_t emulator);

/**
 * Lets the program go on, until something happens to it.
 *
 * @param signal what to give it, as the stub named it; 0 for nothing
 * @param seconds how long to wait
 * @return the signal that it is to get (gdb's number: of those below, as Linux's, but for SIGBUS),
 *         0 when it has ended, -1 when the time is up
 */
int stub_continue(int stub, int signal, int seconds);

/** Stops a program that runs. Returns as stub_continue(). */
int stub_interrupt(int stub, int seconds);

/** Returns the program counter of a stopped program; 0 when the stub does not tell. */
unsigned long stub_program_counter(int stub);

/** gdb's numbers of signals, where they differ from Linux's. */
enum { STUB_SIGBUS = 10 };

#endif
