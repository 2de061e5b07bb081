/*
 * bench: starts programs under several loaders, interleaved, and compares what that costs.
 *
 *   bench [--rounds N] [--json FILE] [--instructions] TABLE [WORD...]
 *
 * In: TABLE, one variant a line (prepare.sh writes it), tabs between the fields:
 *   group   variant   file   environment ("A=b C=d", or "-")   argv ("ls -l /", argv[0] first)
 * File "-": the program is not installed, and its group's only line says so.
 * The first variant of a group is the one that its others are compared with. WORDs choose the
 * groups whose names contain one of them.
 *
 * Out: a table of ratios, and JSON. Each round runs every variant once, in a freshly shuffled
 * order, pinned to one processor, and yields one ratio for each variant; the median of these ratios
 * is reported, with the 95 % interval of that median. So a machine that slows down for a while
 * slows both sides. A variant that ends or prints otherwise than its group's first one is not
 * timed, but named as failed, and the exit status is 1.
 */
#include "machine.h"
#include "process.h"

#include <err.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { MAX_WORDS = 32 };

struct variant {
    char *group, *name;
    struct command command;
    size_t base;          /* index of the group's first variant */
    struct counts counts; /* from the run under ptrace */
    long instructions;    /* -1: not counted */
    struct cost *costs;   /* one a round */
    const char *failure;  /* NULL: sound so far */
};

struct bench {
    struct variant *variants;
    size_t count;
    size_t rounds;
    bool instructions;
    int cpu;         /* the processor that everything is pinned to */
    double cpuid_ns; /* negative: none */
};

/* A median, and the interval that holds the true one with 95 % confidence. */
struct median {
    double low, middle, high;
};

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory)
        err(1, "calloc");
    return memory;
}

/* Splits text in place at spaces, after the words given first; returns a NULL-ended list. */
static char **split(char *text, const char *const *first) {
    char **words = allocate(MAX_WORDS + 1, sizeof *words), *word;
    size_t n = 0;
    for (; *first; first++)
        words[n++] = strdup(*first);
    while ((word = strsep(&text, " ")) && n < MAX_WORDS)
        if (*word && strcmp(word, "-") != 0)
            words[n++] = word;
    return words;
}

static bool chosen(const char *group, char **words) {
    bool any = !*words;
    for (; *words && !any; words++)
        any = strstr(group, *words) != NULL;
    return any;
}

/* A variant that cannot run here; it does not make the benchmark fail. */
static const char not_installed[] = "not installed";

static void add_variant(struct bench *bench, char *line, char **words) {
    static const char *const environment[] = {"PATH=/usr/bin:/bin", "HOME=/", "LC_ALL=C", NULL};
    static const char *const none[] = {NULL};
    char *field[5];
    for (int i = 0; i < 5; i++)
        if (!(field[i] = strsep(&line, "\t")))
            errx(1, "table: a line of less than five fields");
    if (!chosen(field[0], words))
        return;
    bench->variants = reallocarray(bench->variants, bench->count + 1, sizeof *bench->variants);
    if (!bench->variants)
        err(1, "reallocarray");
    struct variant *v = &bench->variants[bench->count];
    *v = (struct variant){.group = field[0], .name = field[1], .instructions = -1};
    v->command = (struct command){field[2], split(field[4], none), split(field[3], environment)};
    v->costs = allocate(bench->rounds, sizeof *v->costs);
    bool same = bench->count > 0 && strcmp(v[-1].group, v->group) == 0;
    v->base = same ? v[-1].base : bench->count;
    v->failure = strcmp(field[2], "-") == 0 ? not_installed : NULL;
    bench->count++;
}

static void read_table(struct bench *bench, const char *path, char **words) {
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (!file)
        err(1, "%s", path);
    while ((length = getline(&line, &room, file)) > 0) {
        line[strcspn(line, "\n")] = 0;
        if (*line && *line != '#')
            add_variant(bench, strdup(line), words); /* fields point into the copy */
    }
    free(line);
    fclose(file);
    if (bench->count == 0)
        errx(1, "%s: no variant to run", path);
}

static const char *describe(int status) {
    static char text[64];
    if (WIFEXITED(status))
        snprintf(text, sizeof text, "exit status %d", WEXITSTATUS(status));
    else
        snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
    return strdup(text);
}

/* Counts each variant and holds it against its group's first: same end, same output, or failed. */
static void count_all(struct bench *bench) {
    for (struct variant *v = bench->variants; v < bench->variants + bench->count; v++) {
        const struct variant *base = &bench->variants[v->base];
        if (v->failure)
            continue;
        v->counts = process_count(&v->command);
        if (v->counts.status != 0)
            v->failure = describe(v->counts.status);
        else if (base->failure)
            v->failure = "nothing to compare with";
        else if (v->counts.out != base->counts.out || v->counts.out_size != base->counts.out_size)
            v->failure = "prints something else";
        else if (bench->instructions)
            v->instructions = process_instructions(&v->command);
    }
}

static void shuffle(size_t *order, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t j = arc4random_uniform((uint32_t)i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

/* The rounds. One more goes first to warm the caches; its costs are overwritten. */
static void run_rounds(struct bench *bench) {
    size_t *order = allocate(bench->count, sizeof *order);
    for (size_t i = 0; i < bench->count; i++)
        order[i] = i;
    for (size_t round = 0; round <= bench->rounds; round++) {
        shuffle(order, bench->count);
        for (size_t i = 0; i < bench->count; i++) {
            struct variant *v = &bench->variants[order[i]];
            if (v->failure)
                continue;
            struct cost cost = process_time(&v->command);
            v->costs[round ? round - 1 : 0] = cost;
            if (cost.status != 0)
                v->failure = describe(cost.status);
        }
    }
    for (struct variant *v = bench->variants; v < bench->variants + bench->count; v++)
        if (!v->failure && bench->variants[v->base].failure)
            v->failure = "nothing to compare with";
    free(order);
}

/* Kernels that count time in ticks give CPU times that say nothing of a run of a millisecond. */
static void check_clock(const struct bench *bench) {
    for (size_t i = 0; i < bench->count; i++)
        for (size_t r = 0; r < bench->rounds; r++)
            if (fmod(bench->variants[i].costs[r].cpu, 1000) != 0)
                return;
    warnx("CPU times are whole milliseconds on this kernel: only the wall column means something");
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Which figure of a run is meant. */
typedef double (*figure)(const struct cost *cost);

static double cpu_of(const struct cost *cost) {
    return cost->cpu;
}

static double wall_of(const struct cost *cost) {
    return cost->wall;
}

static double faults_of(const struct cost *cost) {
    return cost->faults;
}

/* Median over the rounds of a figure of v, divided by base's of the same round (base NULL: by 1).
 */
static struct median median_of(const struct bench *bench, const struct variant *v,
                               const struct variant *base, figure figure) {
    size_t n = bench->rounds;
    double *values = allocate(n, sizeof *values);
    for (size_t r = 0; r < n; r++)
        values[r] = figure(&v->costs[r]) / (base ? figure(&base->costs[r]) : 1);
    qsort(values, n, sizeof *values, ascending);
    /* The binomial distribution's normal approximation: ranks n/2 -/+ 1.96 * sqrt(n)/2. */
    double below = floor((double)n / 2 - 0.98 * sqrt((double)n));
    size_t low = below > 0 ? (size_t)below : 0;
    struct median median = {values[low], (values[(n - 1) / 2] + values[n / 2]) / 2,
                            values[n - 1 - low]};
    free(values);
    return median;
}

/* The least CPU time of any round: what the machine does when it does nothing else. */
static double fastest(const struct bench *bench, const struct variant *v) {
    double least = v->costs[0].cpu;
    for (size_t r = 1; r < bench->rounds; r++)
        least = fmin(least, v->costs[r].cpu);
    return least;
}

static void print_variant(const struct bench *bench, const struct variant *v) {
    const struct variant *base = &bench->variants[v->base];
    if (v == base)
        printf("\n%s\n", v->group);
    printf("  %-20s", v->name);
    if (v->failure) {
        printf("%s%s\n", v->failure == not_installed ? "" : "failed: ", v->failure);
        return;
    }
    struct median cpu = median_of(bench, v, v == base ? NULL : base, cpu_of);
    struct median wall = median_of(bench, v, v == base ? NULL : base, wall_of);
    if (v == base)
        printf("1 = %8.0f us   %7.0f  1 = %8.0f us   ", cpu.middle, fastest(bench, v), wall.middle);
    else
        printf("%5.3f %5.3f-%5.3f %7.3f  %5.3f %5.3f-%5.3f", cpu.middle, cpu.low, cpu.high,
               fastest(bench, v) / fastest(bench, base), wall.middle, wall.low, wall.high);
    printf("%8.0f %7ld %7ld", median_of(bench, v, NULL, faults_of).middle, v->counts.syscalls,
           v->counts.dirty_kib);
    if (v->instructions >= 0)
        printf(" %12ld", v->instructions);
    printf("\n");
}

static void print_table(const struct bench *bench) {
    printf("%zu rounds on processor %d; CPUID costs ", bench->rounds, bench->cpu);
    if (bench->cpuid_ns < 0)
        printf("nothing (there is none)\n");
    else
        printf("%.2f us here\n", bench->cpuid_ns / 1e3);
    printf("%-22s%-18s%6s  %-18s%8s %7s %7s%s\n", "", "CPU (95 %)", "least", "wall (95 %)",
           "faults", "calls", "dirty K", bench->instructions ? " instructions" : "");
    for (size_t i = 0; i < bench->count; i++)
        print_variant(bench, &bench->variants[i]);
}

static void json_median(FILE *out, const char *name, struct median m) {
    fprintf(out, ", \"%s\": [%.4f, %.4f, %.4f]", name, m.low, m.middle, m.high);
}

/* No name holds a quote or a backslash: prepare.sh makes them all. */
static void json_variant(FILE *out, const struct bench *bench, const struct variant *v) {
    const struct variant *base = &bench->variants[v->base];
    fprintf(out, "  {\"group\": \"%s\", \"variant\": \"%s\", \"base\": \"%s\"", v->group, v->name,
            base->name);
    if (v->failure) {
        fprintf(out, ", \"failure\": \"%s\"}", v->failure);
        return;
    }
    json_median(out, "cpu_ratio", median_of(bench, v, base, cpu_of));
    json_median(out, "wall_ratio", median_of(bench, v, base, wall_of));
    json_median(out, "cpu_us", median_of(bench, v, NULL, cpu_of));
    json_median(out, "wall_us", median_of(bench, v, NULL, wall_of));
    fprintf(out, ", \"least_cpu_us\": %.1f", fastest(bench, v));
    fprintf(out, ", \"faults\": %.0f, \"syscalls\": %ld, \"dirty_kib\": %ld",
            median_of(bench, v, NULL, faults_of).middle, v->counts.syscalls, v->counts.dirty_kib);
    if (v->instructions >= 0)
        fprintf(out, ", \"instructions\": %ld", v->instructions);
    fputc('}', out);
}

static void write_json(const struct bench *bench, const char *path) {
    FILE *out = fopen(path, "we");
    if (!out)
        err(1, "%s", path);
    fprintf(out, "{\"rounds\": %zu, \"cpuid_ns\": %.1f, \"variants\": [\n", bench->rounds,
            bench->cpuid_ns);
    for (size_t i = 0; i < bench->count; i++) {
        json_variant(out, bench, &bench->variants[i]);
        fputs(i + 1 < bench->count ? ",\n" : "\n]}\n", out);
    }
    if (fclose(out) != 0)
        err(1, "%s", path);
}

/* Pins this process, and so all that it starts, to the last processor that it may use. */
static int pin(void) {
    cpu_set_t allowed, one;
    int cpu = CPU_SETSIZE - 1;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        err(1, "sched_getaffinity");
    while (cpu > 0 && !CPU_ISSET(cpu, &allowed))
        cpu--;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) < 0)
        err(1, "sched_setaffinity");
    return cpu;
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"rounds", required_argument, NULL, 'r'},
                                            {"json", required_argument, NULL, 'j'},
                                            {"instructions", no_argument, NULL, 'i'},
                                            {0}};
    struct bench bench = {.rounds = 100};
    const char *json = NULL;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'r')
            bench.rounds = strtoul(optarg, NULL, 10);
        else if (option == 'j')
            json = optarg;
        else if (option == 'i')
            bench.instructions = true;
        else
            return 2;
    }
    if (optind == argc || bench.rounds == 0)
        errx(2, "usage: bench [--rounds N] [--json FILE] [--instructions] TABLE [WORD...]");
    read_table(&bench, argv[optind], argv + optind + 1);
    bench.cpu = pin();
    bench.cpuid_ns = machine_cpuid_ns();
    count_all(&bench);
    run_rounds(&bench);
    check_clock(&bench);
    print_table(&bench);
    if (json)
        write_json(&bench, json);
    int failed = 0;
    for (size_t i = 0; i < bench.count; i++)
        failed |= bench.variants[i].failure && bench.variants[i].failure != not_installed;
    return failed;
}
