/* A file that sinks append lines to, from any thread, in signal handlers and in the child of a
 * vfork.
 *
 * Each line is one write(2) with O_APPEND, so that lines never mix. No descriptor stays open in
 * between: a program that closes all of them, as daemons do, would have its own file written to.
 * Lines of one thread can be collected and written together, as long as no foreign code runs.
 */
#ifndef MYLD_EVENT_FILE_H
#define MYLD_EVENT_FILE_H

#include "types.h"

struct event_file {
    const char *path; /* absolute; NULL: fd is one of the program's own and stays open */
    int fd;
    char *text; /* collected lines */
    size_t length, capacity;
    int collector;    /* id of the thread whose lines are collected; 0: none is */
    bool busy;        /* a line is being made in `text`: a signal handler must not */
    const char *hold; /* a file that tells when to go on; NULL: no need to ask */
    bool hold_each;   /* its last answer: lines are not to be collected */
};

/* A line that is being made: grows as needed. */
struct event_line {
    char *text;
    size_t length, capacity;
    bool collected; /* in the file's text */
    bool failed;    /* no memory: it will be left out */
};

/* Opens `name` for appending: `%p` becomes the process id; `fresh`: what the file holds is thrown
 * away. *empty tells whether the file is empty now. Returns 0 or -errno. */
int event_file_open(struct event_file *file, const char *name, bool fresh, bool *empty);

/* Begins to collect the lines of the thread `tid`; or writes all and collects no more. */
void event_file_collect(struct event_file *file, int tid, bool begin);

/* Begins a line of the thread `tid`; event_line_end writes or collects it. */
struct event_line event_line_begin(struct event_file *file, int tid);
void event_line_end(struct event_file *file, struct event_line *line);

/* Waits until file->hold has a byte for it, if there is a reason to: `always`, or the line before
 * was written, not collected. An empty line tells the reader that a byte is waited for; 'e' asks
 * for each line by itself from now on. */
void event_file_hold(struct event_file *file, int tid, bool always);

/* Makes a line longer. NULL: no memory. */
char *event_line_grow(struct event_line *line, size_t size);

/* Makes room for `size` more bytes, which the caller fills and adds to line->length. NULL: no
 * memory. */
static inline char *event_line_room(struct event_line *line, size_t size) {
    bool fits = line->text && size <= line->capacity - line->length;
    return fits ? line->text + line->length : event_line_grow(line, size);
}

/* What a number or an address takes at most, bytes. */
#define EVENT_NUMBER_ROOM ((size_t)24)

/* Write what belongs into a line to `to`, where there is room for that much; return the end. */
char *event_put_number(char *to, uint64_t value);
char *event_put_address(char *to, uint64_t value);

/* Copies a few bytes, as the pieces of a line are: memcpy is made for more at once, and begins
 * slowly. Returns the end. */
char *event_copy(char *to, const char *from, size_t count);

void event_line_bytes(struct event_line *line, const char *bytes, size_t count);
void event_line_text(struct event_line *line, const char *text);
void event_line_number(struct event_line *line, uint64_t value);
/* In hexadecimal with 0x in front. */
void event_line_address(struct event_line *line, uint64_t value);

#endif
