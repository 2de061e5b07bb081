/*
 * Walking the stack: backtrace() and _Unwind_Backtrace() through the program, a library
 * (libcallback.c) and the frames of a signal handler. They find each frame's unwind table through
 * the loader (dl_iterate_phdr or _dl_find_object).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

void callback_call(void (*function)(void));

static void name(const char *how, void *address) {
    Dl_info info = {0};
    const char *object = "?";

    if (dladdr(address, &info) && info.dli_fname) {
        const char *slash = strrchr(info.dli_fname, '/');
        object = slash ? slash + 1 : info.dli_fname;
    }
    printf("%s: %s in %s\n", how, info.dli_sname ? info.dli_sname : "?", object);
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument) {
    (void)argument;
    name("unwind", (void *)(_Unwind_GetIP(context) - 1));
    return _URC_NO_REASON;
}

void unwind_here(void);
void unwind_here(void) {
    void *frames[32];
    int count = backtrace(frames, 32);

    for (int i = 1; i < count; i++)
        name("backtrace", (char *)frames[i] - 1);
    _Unwind_Backtrace(visit, NULL);
}

void unwind_handler(int number);
void unwind_handler(int number) {
    printf("signal %d\n", number);
    callback_call(unwind_here);
}

int main(void) {
    callback_call(unwind_here);
    signal(SIGUSR1, unwind_handler);
    raise(SIGUSR1);
    return 0;
}
