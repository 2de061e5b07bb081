/*
 * chart: pictures of what bench has measured.
 *
 *   chart ratios FILE.json...      > ratios.svg     CPU time beside the native loader, a row a
 * program chart growth FILE.json... LIBC > growth.svg     CPU time against the number of libraries
 *   chart table FILE.json... LIBC                   the same as text: microseconds for each library
 *
 * In: the JSON that bench wrote, which has one variant a line. Of several files, a later one's rows
 * take the place of an earlier one's. Out: SVG without text of any fixed colour: it follows the
 * reader's light or dark theme.
 */
#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 512, NAME = 80 };

/* One variant of one group, as far as the pictures need it. */
struct row {
    char group[NAME], variant[NAME];
    bool is_base;
    double ratio[3]; /* low, median, high of the CPU time over the native one's */
    double cpu_us;
};

static struct row rows[MAX_ROWS];
static size_t row_count;

/* -- reading -- */

/* The text of a key's value, behind the opening quote or bracket; NULL: the line has no such key.
 */
static const char *value_of(const char *line, const char *key) {
    char quoted[NAME];
    snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    const char *found = strstr(line, quoted);
    return found ? found + strlen(quoted) + 1 : NULL;
}

static void copy_name(char *to, const char *from) {
    snprintf(to, NAME, "%.*s", (int)strcspn(from, "\""), from);
}

static struct row *find(const char *group, const char *variant) {
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].group, group) == 0 && strcmp(rows[i].variant, variant) == 0)
            return &rows[i];
    return NULL;
}

/* Rows of variants that failed or are not installed have no figures and are left out. */
static void read_line(const char *line) {
    struct row row;
    char base[NAME];
    const char *group = value_of(line, "group"), *ratio = value_of(line, "cpu_ratio");
    const char *us = value_of(line, "cpu_us");
    double low;
    if (!group || !ratio || !us || sscanf(us, "%lf, %lf", &low, &row.cpu_us) != 2 ||
        sscanf(ratio, "%lf, %lf, %lf", &row.ratio[0], &row.ratio[1], &row.ratio[2]) != 3)
        return;
    copy_name(row.group, group);
    copy_name(row.variant, value_of(line, "variant"));
    copy_name(base, value_of(line, "base"));
    row.is_base = strcmp(base, row.variant) == 0;
    struct row *place = find(row.group, row.variant);
    if (!place && row_count == MAX_ROWS)
        errx(1, "more than %d rows", MAX_ROWS);
    *(place ? place : &rows[row_count++]) = row;
}

static void read_file(const char *path) {
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    while (getline(&line, &room, file) > 0)
        read_line(line);
    free(line);
    fclose(file);
}

/* -- drawing -- */

/* The classes: 'a' the native loader, 'b' myld, 'm' myld with LD_BIND_NOW. */
static void open_svg(int width, int height, const char *title) {
    printf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
           "height=\"%d\" role=\"img\" aria-label=\"%s\">\n",
           width, height, width, height, title);
    printf("<style>\n"
           "text { font: 13px system-ui, sans-serif; fill: #1f2328 }\n"
           ".n { fill: #59636e; font-size: 12px }\n"
           ".e { text-anchor: end } .c { text-anchor: middle } .h { font-weight: 600 }\n"
           ".g { stroke: #d1d9e0 }\n"
           ".a { stroke: #59636e; stroke-width: 2; fill: none }\n"
           ".b { stroke: #0969da; stroke-width: 2; fill: #0969da }\n"
           ".m { stroke: #0969da; stroke-width: 2; fill: #ffffff }\n"
           "@media (prefers-color-scheme: dark) {\n"
           "text { fill: #f0f6fc } .n { fill: #9198a1 } .g { stroke: #3d444d }\n"
           ".a { stroke: #9198a1 } .b { stroke: #4493f8; fill: #4493f8 }\n"
           ".m { stroke: #4493f8; fill: #0d1117 }\n"
           "}\n</style>\n<title>%s</title>\n",
           title);
}

static void text(double x, double y, const char *class, const char *words) {
    printf("<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class, words);
}

static void line(double x1, double y1, double x2, double y2, const char *class) {
    printf("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2,
           class);
}

static void dot(double x, double y, const char *class) {
    printf("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"%s\"/>\n", x, y, class);
}

/* -- ratios -- */

enum { LEFT = 190, RIGHT = 30, TOP = 58, ROW = 21, PLOT = 480 };

static double ratio_x(double ratio, double most) {
    return LEFT + PLOT * fmin(ratio, most) / most;
}

/* A program's own row; the generated ones are in the other picture. */
static bool is_shown(const struct row *row) {
    bool hello = strncmp(row->group, "hello", 5) == 0;
    return strcmp(row->variant, "myld") == 0 && !strstr(row->group, " libraries x ") &&
           strstr(row->group, hello ? ", whole" : ", to entry");
}

static void draw_ratio(const struct row *row, double y, double most) {
    char words[NAME];
    const struct row *now = find(row->group, "myld now");
    snprintf(words, sizeof words, "%.*s%s", (int)strcspn(row->group, ","), row->group,
             strstr(row->group, ", whole") ? ", whole process" : "");
    text(LEFT - 12, y + 4, "e", words);
    line(ratio_x(row->ratio[0], most), y, ratio_x(row->ratio[2], most), y, "b");
    if (now)
        dot(ratio_x(now->ratio[1], most), y, "m");
    dot(ratio_x(row->ratio[1], most), y, "b");
    snprintf(words, sizeof words, "%.2f", row->ratio[1]);
    text(LEFT + PLOT + RIGHT + 10, y + 4, "e", words);
}

static void draw_ratios(void) {
    double most = 1.1;
    int shown = 0;
    for (size_t i = 0; i < row_count; i++)
        if (is_shown(&rows[i])) {
            most = fmax(most, rows[i].ratio[2]);
            shown++;
        }
    most = ceil(most * 10) / 10;
    double bottom = TOP + shown * ROW;
    open_svg(LEFT + PLOT + RIGHT + 20, (int)bottom + 46, "CPU time of a start, native loader = 1");
    text(12, 22, "h",
         "CPU time up to the program's entry; ld-linux (ld-musl) = 1, shorter is better");
    dot(18, 38, "b");
    text(28, 42, "n", "myld, lazy; the line is the 95 % interval of the median");
    dot(400, 38, "m");
    text(410, 42, "n", "myld with LD_BIND_NOW, against lazy ld-linux");
    for (int tenth = 0; tenth <= (int)(most * 10 + 0.5); tenth += 2) {
        char words[16];
        snprintf(words, sizeof words, "%.1f", tenth / 10.0);
        line(ratio_x(tenth / 10.0, most), TOP - 6, ratio_x(tenth / 10.0, most), bottom,
             tenth == 10 ? "a" : "g");
        text(ratio_x(tenth / 10.0, most), bottom + 18, "c n", words);
    }
    double y = TOP + ROW / 2.0;
    for (size_t i = 0; i < row_count; i++)
        if (is_shown(&rows[i])) {
            draw_ratio(&rows[i], y, most);
            y += ROW;
        }
    printf("</svg>\n");
}

/* -- growth -- */

static const int libraries[] = {10, 100, 500, 1000}, symbols[] = {0, 100, 1000};
enum { SIZES = sizeof libraries / sizeof libraries[0], KINDS = sizeof symbols / sizeof symbols[0] };

/* The row of a generated program: the native loader's or myld's; NULL: it was not measured. */
static const struct row *generated(const char *libc, int libraries, int symbols, bool native) {
    char group[NAME];
    snprintf(group, sizeof group, "%d libraries x %d symbols %s, to entry", libraries, symbols,
             libc);
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].group, group) == 0 &&
            (native ? rows[i].is_base : strcmp(rows[i].variant, "myld") == 0))
            return &rows[i];
    return NULL;
}

static void print_growth(const char *libc) {
    printf("microseconds of CPU for each library (to entry, %s)\n%-26s", libc, "");
    for (int i = 0; i < SIZES; i++)
        printf("%12d", libraries[i]);
    printf("\n");
    for (int kind = 0; kind < KINDS; kind++)
        for (int native = 1; native >= 0; native--) {
            printf("%5d symbols  %-11s", symbols[kind], native ? "native" : "myld");
            for (int i = 0; i < SIZES; i++) {
                const struct row *row = generated(libc, libraries[i], symbols[kind], native);
                if (row)
                    printf("%12.1f", row->cpu_us / libraries[i]);
                else
                    printf("%12s", "-");
            }
            printf("\n");
        }
}

/* One panel: libraries to the right, milliseconds upwards. */
static void draw_panel(const char *libc, int kind, double left) {
    enum { WIDTH = 190, HEIGHT = 190, UPPER = 62 };
    char words[NAME];
    double most = 0;
    for (int i = 0; i < SIZES; i++)
        for (int native = 0; native < 2; native++) {
            const struct row *row = generated(libc, libraries[i], symbols[kind], native);
            most = row ? fmax(most, row->cpu_us / 1e3) : most;
        }
    snprintf(words, sizeof words, "%d symbols each", symbols[kind]);
    text(left, UPPER - 12, "h", words);
    line(left, UPPER + HEIGHT, left + WIDTH, UPPER + HEIGHT, "g");
    for (int i = 0; i < SIZES; i++) {
        snprintf(words, sizeof words, "%d", libraries[i]);
        if (i != 0) /* too close to the next one */
            text(left + WIDTH * libraries[i] / 1000.0, UPPER + HEIGHT + 18, "c n", words);
    }
    for (int native = 1; native >= 0 && most > 0; native--) {
        double last_x = left, last_y = UPPER + HEIGHT;
        for (int i = 0; i < SIZES; i++) {
            const struct row *row = generated(libc, libraries[i], symbols[kind], native);
            if (!row)
                continue;
            double x = left + WIDTH * libraries[i] / 1000.0;
            double y = UPPER + HEIGHT - HEIGHT * row->cpu_us / 1e3 / most;
            line(last_x, last_y, x, y, native ? "a" : "b");
            dot(x, y, native ? "a" : "b");
            last_x = x;
            last_y = y;
        }
        snprintf(words, sizeof words, "%.0f ms", (UPPER + HEIGHT - last_y) / HEIGHT * most);
        text(last_x - 8, last_y + (native ? 4 : -8), "e n", words);
    }
}

static void draw_growth(const char *libc) {
    char words[NAME];
    open_svg(740, 290, "CPU time against the number of libraries");
    snprintf(words, sizeof words, "CPU time up to the entry against the number of libraries (%s)",
             libc);
    text(12, 22, "h", words);
    dot(520, 18, "a");
    text(530, 22, "n", "native loader");
    dot(640, 18, "b");
    text(650, 22, "n", "myld");
    for (int kind = 0; kind < KINDS; kind++)
        draw_panel(libc, kind, 20 + kind * 240);
    printf("</svg>\n");
}

int main(int argc, char **argv) {
    bool ratios = argc > 2 && strcmp(argv[1], "ratios") == 0;
    bool growth = argc > 3 && strcmp(argv[1], "growth") == 0;
    if (!ratios && !growth && !(argc > 3 && strcmp(argv[1], "table") == 0))
        errx(2, "usage: chart ratios FILE... | chart growth|table FILE... LIBC");
    const char *libc = argv[argc - 1];
    for (int i = 2; i < argc - !ratios; i++)
        read_file(argv[i]);
    if (row_count == 0)
        errx(1, "no row to draw");
    if (ratios)
        draw_ratios();
    else if (growth)
        draw_growth(libc);
    else
        print_growth(libc);
    return 0;
}
