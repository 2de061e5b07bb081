/* Lines into files; see event_file.h. */
#include "event_file.h"

#include "memory.h"
#include "sys.h"
#include "text.h"
#include <stdatomic.h>
#include <string.h>

#define PATH_ROOM 4096
/* Bytes. Collected lines are written when there is less than a usual line's room left. */
#define COLLECTED_ROOM ((size_t)256 * 1024)
#define USUAL_LINE 1024

static int open_for_append(const char *path, int flags) {
    return (int)sys4(SYS_openat, AT_FDCWD, (long)path,
                     O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0666);
}

/* Writes all, or gives up: nobody could be told. */
static void write_bytes(const struct event_file *file, const char *bytes, size_t count) {
    int fd = file->path ? open_for_append(file->path, 0) : file->fd;
    while (fd >= 0 && count) {
        long written = sys_write(fd, bytes, count);
        if (written == -EINTR)
            continue;
        if (written <= 0)
            break;
        bytes += written;
        count -= (size_t)written;
    }
    if (fd >= 0 && file->path)
        sys_close(fd);
}

/* -- the file -- */

/* The absolute path that `name` means. */
OWN_FRAME COLD static char *full_path(const char *name) {
    char path[PATH_ROOM];
    size_t length = 0;
    if (name[0] != '/') {
        long folder = sys2(SYS_getcwd, (long)path, sizeof path - 2);
        if (folder <= 0)
            return NULL;
        path[folder - 1] = '/'; /* the count includes the NUL */
        length = (size_t)folder;
    }
    for (; *name && length < sizeof path - 16; name++) {
        if (name[0] == '%' && name[1] == 'p') {
            length += format_text(path + length, 16, "%d", sys_getpid());
            name++;
        } else {
            path[length++] = *name;
        }
    }
    path[length] = 0;
    return *name ? NULL : memory_copy_text(path);
}

COLD int event_file_open(struct event_file *file, const char *name, bool fresh, bool *empty) {
    struct stat status;
    *file = (struct event_file){.path = full_path(name), .fd = -1};
    if (!file->path)
        return -ENAMETOOLONG;
    int fd = open_for_append(file->path, fresh ? O_TRUNC : 0);
    if (fd < 0)
        return fd;
    *empty = sys_fstat(fd, &status) == 0 && status.st_size == 0;
    sys_close(fd);
    return 0;
}

static void write_collected(struct event_file *file) {
    if (file->length)
        write_bytes(file, file->text, file->length);
    file->length = 0;
}

void event_file_collect(struct event_file *file, int tid, bool begin) {
    if (!begin && file->collector == tid && !file->busy) {
        write_collected(file);
        file->collector = 0;
        memory_free(file->text);
        file->text = NULL;
    }
    if (begin && !file->collector && (file->text = memory_alloc(COLLECTED_ROOM))) {
        file->length = 0;
        file->capacity = COLLECTED_ROOM;
        __atomic_store_n(&file->collector, tid, __ATOMIC_RELEASE);
    }
}

COLD void event_file_hold(struct event_file *file, int tid, bool always) {
    bool collected = __atomic_load_n(&file->collector, __ATOMIC_ACQUIRE) == tid;
    char answer;
    if (collected && !always && !file->hold_each)
        return;
    if (collected && !file->busy)
        write_collected(file);
    write_bytes(file, "\n", 1);
    int fd = (int)sys4(SYS_openat, AT_FDCWD, (long)file->hold, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
    if (fd < 0)
        return;
    long count;
    while ((count = sys3(SYS_read, fd, (long)&answer, 1)) == -EINTR)
        ;
    file->hold_each = count == 1 && answer == 'e';
    sys_close(fd);
}

/* -- lines -- */

struct event_line event_line_begin(struct event_file *file, int tid) {
    if (__atomic_load_n(&file->collector, __ATOMIC_ACQUIRE) != tid || file->busy)
        return (struct event_line){.text = memory_alloc(USUAL_LINE), .capacity = USUAL_LINE};
    file->busy = true;
    atomic_signal_fence(memory_order_seq_cst);
    return (struct event_line){file->text, file->length, file->capacity, true, false};
}

void event_line_end(struct event_file *file, struct event_line *line) {
    if (!line->collected) {
        if (!line->failed && line->text)
            write_bytes(file, line->text, line->length);
        memory_free(line->text);
        return;
    }
    file->text = line->text;
    file->capacity = line->capacity;
    if (!line->failed)
        file->length = line->length;
    if (file->capacity - file->length < USUAL_LINE)
        write_collected(file);
    atomic_signal_fence(memory_order_seq_cst);
    file->busy = false;
}

char *event_line_grow(struct event_line *line, size_t size) {
    char *grown =
        line->text ? memory_grow(line->text, &line->capacity, line->length + size, 1) : NULL;
    if (!grown) {
        line->failed = true;
        return NULL;
    }
    line->text = grown;
    return grown + line->length;
}

char *event_copy(char *to, const char *from, size_t count) {
    size_t done = 0;
    for (; count - done >= 8; done += 8)
        __builtin_memcpy(to + done, from + done, 8);
    for (; done < count; done++)
        ((volatile char *)to)[done] = from[done]; /* volatile: or this loop would become a memcpy */
    return to + count;
}

void event_line_bytes(struct event_line *line, const char *bytes, size_t count) {
    char *room = event_line_room(line, count);
    if (room)
        event_copy(room, bytes, count);
    line->length += room ? count : 0;
}

void event_line_text(struct event_line *line, const char *text) {
    event_line_bytes(line, text, strlen(text));
}

char *event_put_number(char *to, uint64_t value) {
    char digits[2 * EVENT_NUMBER_ROOM], *end = digits + EVENT_NUMBER_ROOM, *first = end;
    for (; value >= 100; value /= 100) { /* two at a time: one division is what takes long */
        unsigned pair = (unsigned)(value % 100);
        *--first = (char)('0' + pair % 10);
        *--first = (char)('0' + pair / 10);
    }
    if (value >= 10)
        *--first = (char)('0' + value % 10);
    *--first = (char)('0' + (value >= 10 ? value / 10 : value));
    __builtin_memcpy(to, first, EVENT_NUMBER_ROOM); /* a fixed number of bytes: no loop */
    return to + (end - first);
}

void event_line_number(struct event_line *line, uint64_t value) {
    char *room = event_line_room(line, EVENT_NUMBER_ROOM);
    if (room)
        line->length += (size_t)(event_put_number(room, value) - room);
}

/* Eight digits, the first in the lowest byte: a digit's four bits go into each byte, then all
 * become characters at once. */
static uint64_t hex_digits(uint32_t value) {
    uint64_t word = value;
    word = (word << 16 | word) & 0x0000ffff0000ffff;
    word = (word << 8 | word) & 0x00ff00ff00ff00ff;
    word = __builtin_bswap64((word << 4 | word) & 0x0f0f0f0f0f0f0f0f);
    uint64_t letters = (word + 0x0606060606060606) >> 4 & 0x0101010101010101; /* above 9 */
    return word + 0x3030303030303030 + letters * ('a' - '0' - 10);
}

char *event_put_address(char *to, uint64_t value) {
    unsigned count = value ? (67 - (unsigned)__builtin_clzll(value)) / 4 : 1;
    value <<= 64 - 4 * count;
    *to++ = '0';
    *to++ = 'x';
    for (char *at = to; at < to + 16; at += 8, value <<= 32) {
        uint64_t digits = hex_digits((uint32_t)(value >> 32));
        __builtin_memcpy(at, &digits, sizeof digits);
    }
    return to + count;
}

void event_line_address(struct event_line *line, uint64_t value) {
    char *room = event_line_room(line, EVENT_NUMBER_ROOM);
    if (room)
        line->length += (size_t)(event_put_address(room, value) - room);
}
