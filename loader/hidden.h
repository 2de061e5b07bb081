/* Included before everything else: what is declared from here on is the loader's own, unless it is
 * marked EXPORT, and is reached without a table of addresses. */
#pragma GCC visibility push(hidden)
