/* The page that the story is written on: paragraphs, tables and headings, at most 100 columns. */
#ifndef EXPLAIN_PAGE_H
#define EXPLAIN_PAGE_H

#include <stdint.h>
#include <stdio.h>

enum { PAGE_WIDTH = 100 };

/** Everything goes to `out` from now on; in colours where that is a terminal. */
void page_open(FILE *out);

/**
 * Begins a chapter.
 *
 * @param title what it is about
 * @param where the sources and the page of docs/ that tell more; NULL: none
 */
void page_chapter(const char *title, const char *where);

/** A smaller heading within a chapter. */
void page_section(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** A paragraph, broken into lines. What stands in ‹…› names a specification. */
void page_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** One line as it is, indented; cut where it is too long. */
void page_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** One line of values of this run that is told while the program runs: marked, so that it is told
 * from the program's own output. */
void page_mark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Asks for a command: no end of the line, and written at once. */
void page_prompt(const char *text);

/** An empty line, unless there is one. */
void page_gap(void);

/** Everything is written now. */
void page_flush(void);

/** A text that is formatted, and lives until 16 others were made. */
const char *page_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** "1 slot", "2 slots". */
const char *page_count(int64_t number, const char *what);

/** A line of so many columns, to draw with. */
const char *page_rule(int columns);

/** The last component of a path. */
const char *page_name(const char *path);

/** The path, with its middle left out where it takes more columns than `width`. */
const char *page_path(const char *path, int width);

#endif
