/*
 * Writes text for a terminal: lines of at most 100 columns, colours where they are seen.
 *
 * In: text in UTF-8. Out: lines on a stream.
 */
#define _GNU_SOURCE
#include "page.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_ROOM = 4096, TEXTS = 16, INDENT = 2 };

static struct {
    FILE *out;
    bool colours, gap;
    int chapters;
} page;

static const char *colour(const char *code) {
    return page.colours ? code : "";
}
#define BOLD colour("\033[1;36m")
#define LIGHT colour("\033[1m")
#define DIM colour("\033[2m")
#define MARK colour("\033[35m")
#define PLAIN colour("\033[0m")

void page_open(FILE *out) {
    const char *terminal = getenv("TERM");
    const char *refused = getenv("NO_COLOR");

    page.out = out;
    page.colours =
        isatty(fileno(out)) && terminal && strcmp(terminal, "dumb") != 0 && !(refused && *refused);
    page.gap = true;
}

/* -- columns -- */

/* Bytes of the first `columns` characters; each is taken to be one column wide. */
static size_t bytes_of(const char *text, int columns) {
    size_t bytes = 0;

    while (text[bytes] && columns--) {
        bytes++;
        while (((unsigned char)text[bytes] & 0xc0) == 0x80)
            bytes++;
    }
    return bytes;
}

static int columns_of(const char *text, size_t bytes) {
    int columns = 0;

    for (size_t i = 0; i < bytes && text[i]; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

/* Writes so much of the text as there is room for. Control characters, which a file's name may
 * have, do not reach the terminal. */
static void put(const char *text, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        putc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i], page.out);
}

static void put_line(int indent, const char *text) {
    int columns = PAGE_WIDTH - indent;
    size_t length = strlen(text);
    bool cut = columns_of(text, length) > columns;

    while (!cut && length && text[length - 1] == ' ')
        length--;
    if (length)
        fprintf(page.out, "%*s", indent, "");
    put(text, cut ? bytes_of(text, columns - 1) : length);
    fprintf(page.out, cut ? "…\n" : "\n");
    page.gap = !length;
}

void page_gap(void) {
    if (!page.gap)
        putc('\n', page.out);
    page.gap = true;
}

void page_flush(void) {
    fflush(page.out);
}

/* -- what is written -- */

void page_chapter(const char *title, const char *where) {
    int used = columns_of(title, strlen(title)) + 7 + (page.chapters >= 9);
    int room = PAGE_WIDTH - used - (where ? columns_of(where, strlen(where)) + 1 : 0);

    page_gap();
    fprintf(page.out, "%s══ %d %s ", BOLD, ++page.chapters, title);
    for (int i = 0; i < room; i++)
        fputs("═", page.out);
    fprintf(page.out, "%s%s%s%s%s\n\n", PLAIN, where ? " " : "", DIM, where ? where : "", PLAIN);
    page.gap = true;
}

void page_section(const char *format, ...) {
    char text[TEXT_ROOM];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    page_gap();
    fputs(LIGHT, page.out);
    put(text, bytes_of(text, PAGE_WIDTH));
    fprintf(page.out, "%s\n", PLAIN);
    page.gap = false;
}

void page_text(const char *format, ...) {
    char text[TEXT_ROOM];
    const char *at = text;
    int column = 0;
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    while (*at) {
        size_t length = strcspn(at, " ");
        int columns = columns_of(at, length);
        if (column && column + 1 + columns > PAGE_WIDTH) {
            putc('\n', page.out);
            column = 0;
        }
        if (column++)
            putc(' ', page.out);
        else
            column = 0;
        bool opens = strncmp(at, "‹", strlen("‹")) == 0;
        fputs(opens ? DIM : "", page.out);
        put(at, length);
        column += columns;
        at += length;
        if (length >= strlen("›") && memmem(at - length, length, "›", strlen("›")))
            fputs(PLAIN, page.out);
        at += strspn(at, " ");
    }
    putc('\n', page.out);
    page.gap = false;
}

void page_line(const char *format, ...) {
    char text[TEXT_ROOM];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    put_line(INDENT, text);
}

void page_mark(const char *format, ...) {
    char text[TEXT_ROOM];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fprintf(page.out, "%s│%s", MARK, PLAIN);
    size_t length = strlen(text);
    bool cut = columns_of(text, length) > PAGE_WIDTH - 2;
    putc(' ', page.out);
    put(text, cut ? bytes_of(text, PAGE_WIDTH - 3) : length);
    fputs(cut ? "…\n" : "\n", page.out);
    page.gap = false;
}

void page_prompt(const char *text) {
    fprintf(page.out, "%s%s%s", MARK, text, PLAIN);
    page_flush();
}

/* -- pieces of text -- */

static char *next_text(void) {
    static char texts[TEXTS][TEXT_ROOM];
    static unsigned next;

    return texts[next++ % TEXTS];
}

const char *page_format(const char *format, ...) {
    char *text = next_text();
    va_list list;

    va_start(list, format);
    vsnprintf(text, TEXT_ROOM, format, list);
    va_end(list);
    return text;
}

const char *page_count(int64_t number, const char *what) {
    return page_format("%jd %s%s", (intmax_t)number, what, number == 1 ? "" : "s");
}

const char *page_rule(int columns) {
    static const char dash[] = "─";
    size_t size = sizeof dash - 1;
    char *text = next_text();

    for (int i = 0; i < columns; i++)
        memcpy(text + (size_t)i * size, dash, size);
    text[(size_t)columns * size] = 0;
    return text;
}

const char *page_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

const char *page_path(const char *path, int width) {
    int columns = columns_of(path, strlen(path));

    if (columns <= width || width < 8)
        return path;
    int front = width / 3;
    return page_format("%.*s…%s", (int)bytes_of(path, front), path,
                       path + bytes_of(path, columns - (width - front - 1)));
}
