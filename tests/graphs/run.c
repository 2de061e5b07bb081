/* Runs graphs; see run.h. */
#define _GNU_SOURCE
#include "run.h"
#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 30, WORDS = 8 };

struct loaders loaders;

/* The environment, whole: what the test's own says must not matter, but for tunables. */
static char **environment_of(const struct graph *graph) {
    static char preload[200], *environment[WORDS];
    const char *tunables = getenv("GLIBC_TUNABLES");
    int count = 0;
    preload[0] = 0;
    for (int i = 0; i < 2; i++)
        if (graph->preload[i] && !graph->modules[graph->preload[i]].removed)
            snprintf(preload + strlen(preload), 90, "%s%s", preload[0] ? ":" : "LD_PRELOAD=",
                     module_path(&graph->modules[graph->preload[i]]));
    if (preload[0])
        environment[count++] = preload;
    if (graph->library_path)
        environment[count++] = "LD_LIBRARY_PATH=.:sub";
    if (graph->bind_now)
        environment[count++] = "LD_BIND_NOW=1";
    if (tunables)
        environment[count++] = (char *)(tunables - strlen("GLIBC_TUNABLES="));
    environment[count] = NULL;
    return environment;
}

static bool is_command(const struct graph *graph) {
    return graph->seed % 2 == 0;
}

/* By its whole path where the loader is the command: of ./graph ld.so takes /folder/. for the
 * origin, which myld does not (docs/differences.md). */
static void become(const struct graph *graph, const char *loader, const int *files) {
    char program[PATH_MAX + 8], folder[PATH_MAX];
    snprintf(program, sizeof program, "%s/graph", getcwd(folder, sizeof folder));
    char *words[] = {(char *)loader, is_command(graph) ? program : "./graph", NULL};
    char **command = is_command(graph) ? words : words + 1;
    dup2(files[0], 1);
    dup2(files[1], 2);
    alarm(SECONDS);
    execve(command[0], command, environment_of(graph));
    err(126, "%s", command[0]);
}

static char *read_all(int file) {
    off_t size = lseek(file, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    if (!text || pread(file, text, (size_t)size, 0) != size)
        err(2, "reading of an output");
    close(file);
    return text;
}

static void drop_indented(char *text) {
    char *to = text;
    while (*text) {
        size_t length = strcspn(text, "\n");
        length += text[length] == '\n';
        if (*text != ' ')
            to = (char *)memmove(to, text, length) + length;
        text += length;
    }
    *to = 0;
}

struct outcome run_graph(const struct graph *graph, bool tested) {
    const char *loader = tested ? loaders.tested : loaders.native[graph->libc];
    int files[2] = {memfd_create("out", MFD_CLOEXEC), memfd_create("error", MFD_CLOEXEC)};
    int status;
    graph_emit(graph, loader);
    pid_t child = fork();
    if (child < 0 || files[0] < 0 || files[1] < 0)
        err(2, "fork");
    if (!child)
        become(graph, loader, files);
    waitpid(child, &status, 0);
    struct outcome outcome = {
        .status = WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status),
        .out = read_all(files[0]),
        .error = read_all(files[1]),
    };
    drop_indented(outcome.out); /* dlerror's texts */
    drop_indented(outcome.error);
    return outcome;
}

void outcome_free(struct outcome *outcome) {
    free(outcome->out);
    free(outcome->error);
}

bool outcomes_agree(const struct outcome *a, const struct outcome *b) {
    return a->status == b->status && !strcmp(a->out, b->out) && !strcmp(a->error, b->error);
}

bool outcome_is_fault(const struct outcome *outcome) {
    return outcome->status >= 126 + 2 || outcome->status == 126 ||
           strstr(outcome->error, "Inconsistency detected");
}
