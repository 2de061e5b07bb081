/* The page: its fixed parts, and the traces as data. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "trace.h"

/**
 * Writes the page.
 *
 * @param out     where to; errors stay in the stream (ferror)
 * @param strings the texts that the traces' values are numbers of
 * @param traces  one, or two to be compared
 * @param count   how many
 */
void page_write(FILE *out, const struct strings *strings, const struct trace *traces, int count);

#endif
