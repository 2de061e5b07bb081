/*
 * A small client of gdb's remote protocol: packets `$text#checksum`, each acknowledged by `+`.
 * See gdb's manual, appendix "Remote Protocol"; only what qemu-user's stub needs.
 */
#define _GNU_SOURCE
#include "stub.h"
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_MAX = 4096, RETRY_NANOSECONDS = 2000000, QUESTION_SECONDS = 5 };

/* aarch64's registers in gdb's order: the program counter lies behind x0-x30 and sp. (qemu answers
 * questions for one register only to those that have asked for a description of all.) */
#define READ_REGISTERS "g"
enum { PROGRAM_COUNTER = 32 };

int stub_connect(const char *path, pid_t emulator) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timespec pause = {.tv_nsec = RETRY_NANOSECONDS};
    siginfo_t ended = {.si_pid = 0};
    int stub = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    while (connect(stub, (struct sockaddr *)&address, sizeof address) != 0) {
        if (waitid(P_PID, (id_t)emulator, &ended, WEXITED | WNOHANG | WNOWAIT) || ended.si_pid) {
            close(stub);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return stub;
}

/* The next byte; -1 at the end, or when the time is up. */
static int next_byte(int stub, int seconds) {
    struct pollfd file = {.fd = stub, .events = POLLIN};
    unsigned char byte;

    return poll(&file, 1, seconds * 1000) == 1 && read(stub, &byte, 1) == 1 ? byte : -1;
}

static void send_packet(int stub, const char *text) {
    char packet[64];
    unsigned char sum = 0;

    for (const char *at = text; *at; at++)
        sum = (unsigned char)(sum + *at);
    int length = snprintf(packet, sizeof packet, "$%s#%02x", text, sum);
    (void)send(stub, packet, (size_t)length, MSG_NOSIGNAL);
}

/* The next packet's text, in which acknowledgements are passed over; false when none comes. */
static bool receive_packet(int stub, char text[REPLY_MAX], int seconds) {
    size_t length = 0;
    int byte;

    do
        byte = next_byte(stub, seconds);
    while (byte >= 0 && byte != '$');
    while (byte >= 0 && (byte = next_byte(stub, seconds)) >= 0 && byte != '#')
        if (length < REPLY_MAX - 1)
            text[length++] = (char)byte;
    text[length] = 0;
    bool whole = byte == '#' && next_byte(stub, seconds) >= 0 && next_byte(stub, seconds) >= 0;
    if (whole)
        (void)send(stub, "+", 1, MSG_NOSIGNAL);
    return whole;
}

/* Waits for a packet that says why the program stopped: S or T and a signal in two hexadecimal
 * digits; W or X, it has ended. */
static int wait_stop(int stub, int seconds) {
    struct pollfd file = {.fd = stub, .events = POLLIN};
    char reply[REPLY_MAX];

    for (;;) {
        if (poll(&file, 1, seconds * 1000) != 1)
            return -1;
        if (!receive_packet(stub, reply, seconds) || *reply == 'W' || *reply == 'X')
            return 0;
        if (*reply == 'S' || *reply == 'T') {
            reply[3] = 0;
            return (int)strtol(reply + 1, NULL, 16);
        }
    }
}

int stub_continue(int stub, int signal, int seconds) {
    char packet[16] = "c";

    if (signal)
        snprintf(packet, sizeof packet, "C%02x", (unsigned)signal & 0xff);
    send_packet(stub, packet);
    return wait_stop(stub, seconds);
}

int stub_interrupt(int stub, int seconds) {
    (void)send(stub, "\x03", 1, MSG_NOSIGNAL);
    return wait_stop(stub, seconds);
}

unsigned long stub_program_counter(int stub) {
    char reply[REPLY_MAX];
    unsigned char bytes[sizeof(unsigned long)] = {0};
    unsigned long value;

    size_t digits = 2 * sizeof bytes;

    send_packet(stub, READ_REGISTERS);
    if (!receive_packet(stub, reply, QUESTION_SECONDS) ||
        strlen(reply) < (PROGRAM_COUNTER + 1) * digits)
        return 0;
    for (size_t i = 0; i < sizeof bytes; i++) /* in the order of memory */
        sscanf(reply + PROGRAM_COUNTER * digits + 2 * i, "%2hhx", &bytes[i]);
    memcpy(&value, bytes, sizeof value);
    return value;
}
