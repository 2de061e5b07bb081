/* The counts of a profiled library; see profile.h.
 *
 * In:  the object, return addresses and targets of calls, the interrupted instruction at each tick
 * of the timer. Out: a file in the format of glibc's <sys/gmon_out.h>, version "shared object",
 * mapped while the process runs, so that several processes add to the same counts.
 *
 * Calls are counted as ld.so counts them: by their return address and by the 32 bytes of code in
 * which the function begins; those from elsewhere all count as one.
 */
#include "profile.h"

#include "linker.h"
#include "memory.h"
#include "sys.h"
#include "text.h"
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#define SHARED_OBJECT_VERSION 0x1ffff
#define TICKS_PER_SECOND 100 /* Linux tells all programs so (USER_HZ) */
#define BYTES_PER_BIN 4      /* of code, for one bin of the histogram */
#define TARGET_BYTES 32      /* of code: functions that begin in the same ones count as one */
#define FEWEST_ARCS 50
#define MOST_ARCS (1 << 20)
#define ARCS_IN_FILE 16 /* there is room for this many times as many as are ever used */

enum { TAG_HISTOGRAM, TAG_ARCS };

struct head {
    char magic[4];
    uint32_t version;
    char spare[12];
    uint32_t tag;
    uint64_t low, high; /* what the code takes, in the object's own addresses */
    uint32_t bins, rate;
    char dimension[15], abbreviation;
};

/* A call, in bytes from the start of the code; `from` is 0 where that lies elsewhere. */
struct arc {
    uint32_t from, from_high, to, to_high;
    _Atomic(uint32_t) count;
};

struct arcs {
    uint32_t tag;
    _Atomic(uint32_t) count;
    struct arc arc[];
};

struct profile {
    const struct object *object;
    uintptr_t start;
    size_t size; /* bytes of code */
    uint16_t *bins;
    struct arcs *arcs;
    uint32_t limit;            /* of arcs */
    uint32_t mask;             /* number of slots - 1 */
    _Atomic(uint32_t) *places; /* a hash table: number of an arc from 1, 0: free */
};

const char *profile_folder(const struct linker *linker) {
    return linker->options.profile_output ? linker->options.profile_output
           : linker->process.secure       ? "/var/profile"
                                          : "/var/tmp";
}

const struct object *profile_object(const struct linker *linker) {
    return linker->profile ? linker->profile->object : NULL;
}

/* -- counting -- */

static uint32_t add_arc(struct profile *profile, uint32_t from, uint32_t to) {
    uint32_t number = atomic_fetch_add(&profile->arcs->count, 1);
    if (number >= profile->limit)
        return 0;
    struct arc *arc = &profile->arcs->arc[number];
    arc->from = from;
    arc->to = to;
    return number + 1;
}

/* Finds the arc of a call. One that is new gets number `known`, or with 0 the next free one. NULL:
 * there is no room for more. */
static struct arc *find_arc(struct profile *profile, uint32_t from, uint32_t to, uint32_t known) {
    uint32_t target = to / TARGET_BYTES;
    for (uint32_t at = from * 31 + target;; at++) {
        _Atomic(uint32_t) *place = &profile->places[at & profile->mask];
        uint32_t number = atomic_load_explicit(place, memory_order_acquire);
        if (!number) {
            uint32_t expected = 0;
            number = known ? known : add_arc(profile, from, to);
            if (!number)
                return NULL;
            if (!atomic_compare_exchange_strong(place, &expected, number))
                number = expected; /* another thread was faster; the arc that was added stays 0 */
        }
        struct arc *arc = &profile->arcs->arc[number - 1];
        if (arc->from == from && arc->to / TARGET_BYTES == target)
            return arc;
    }
}

void profile_count(struct profile *profile, uintptr_t from, uintptr_t to) {
    from -= profile->start;
    to -= profile->start;
    if (to >= profile->size)
        return;
    struct arc *arc = find_arc(profile, from < profile->size ? (uint32_t)from : 0, (uint32_t)to, 0);
    if (arc)
        atomic_fetch_add_explicit(&arc->count, 1, memory_order_relaxed);
}

/* The signal of the timer. */
static void tick(int number, void *information, void *context) {
    const struct profile *profile = linker_instance()->profile;
    size_t at = (arch_interrupted_at(context) - profile->start) / BYTES_PER_BIN;
    (void)number, (void)information;
    if (at < profile->size / BYTES_PER_BIN)
        profile->bins[at]++;
}

static void start_timer(void) {
    struct {
        void (*handler)(int, void *, void *);
        unsigned long flags;
        const void *restorer;
        uint64_t mask;
    } action;
    action.handler = tick;
    action.flags = SA_SIGINFO | SA_RESTART | ARCH_SIGNAL_FLAGS;
    action.restorer = ARCH_SIGNAL_RESTORER;
    action.mask = UINT64_MAX;
    long usec = 1000000 / TICKS_PER_SECOND, timer[4] = {0, usec, 0, usec};
    sys4(SYS_rt_sigaction, SIGPROF, (long)&action, 0, sizeof action.mask);
    sys3(SYS_setitimer, ITIMER_PROF, (long)timer, 0);
}

/* -- the file -- */

static struct head head_of(const struct object *object) {
    struct head head = {.magic = "gmon",
                        .version = SHARED_OBJECT_VERSION,
                        .tag = TAG_HISTOGRAM,
                        .low = UINT64_MAX,
                        .rate = TICKS_PER_SECOND,
                        .dimension = "seconds",
                        .abbreviation = 's'};
    for (size_t i = 0; i < object->phnum; i++) {
        const Elf64_Phdr *segment = &object->phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
            continue;
        uint64_t low = align_down(segment->p_vaddr, object->page_size);
        uint64_t high = align_up(segment->p_vaddr + segment->p_memsz, object->page_size);
        head.low = low < head.low ? low : head.low;
        head.high = high > head.high ? high : head.high;
    }
    head.bins = (uint32_t)((head.high - head.low) / BYTES_PER_BIN);
    return head;
}

static size_t arcs_offset(const struct head *head) {
    return sizeof *head + head->bins * sizeof(uint16_t);
}

static int complain(const char *name, const char *what, long result) {
    print_text(2, "%s: cannot %s file: %s\n", name, what, error_number_text((int)-result));
    return -1;
}

/* Opens the file, which is made where it is not there or empty. Returns a descriptor and the size
 * that it had, or -1: it was said why. */
static int open_file(const char *name, size_t size, size_t *size_before) {
    struct stat status;
    int fd = (int)sys4(SYS_openat, AT_FDCWD, (long)name, O_RDWR | O_CREAT | O_NOFOLLOW, 0666);
    if (fd < 0)
        return complain(name, "open", fd);
    const char *failed = NULL;
    long result = sys_fstat(fd, &status);
    *size_before = (size_t)status.st_size;
    if (result < 0 || !S_ISREG(status.st_mode))
        failed = "stat";
    else if (!*size_before && (result = sys2(SYS_ftruncate, fd, (long)size)) < 0)
        failed = "create";
    if (!failed)
        return fd;
    sys_close(fd);
    return complain(name, failed, result);
}

/* NULL: it was said why. */
static struct head *map_file(const struct linker *linker, const char *name, const struct head *head,
                             size_t size) {
    size_t before = 0;
    int fd = open_file(name, size, &before);
    if (fd < 0)
        return NULL;
    uintptr_t map = sys_mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    sys_close(fd);
    if (sys_failed(map))
        return complain(name, "map", (long)map), NULL;
    struct head *file = (struct head *)map;
    struct arcs *arcs = (struct arcs *)(map + arcs_offset(head));
    if (!before) {
        *file = *head;
        arcs->tag = TAG_ARCS;
    }
    /* the size comes first: what lies behind the end of a shorter file cannot be read */
    if ((!before || before == size) && memcmp(file, head, sizeof *head) == 0 &&
        arcs->tag == TAG_ARCS)
        return file;
    print_text(2, "%s: file is no correct profile data file for `%s'\n", name,
               linker->options.profile);
    sys_munmap(map, size);
    return NULL;
}

static uint32_t limit_of(size_t code) {
    size_t limit = code * 3 / 100;
    return (uint32_t)(limit < FEWEST_ARCS ? FEWEST_ARCS : limit > MOST_ARCS ? MOST_ARCS : limit);
}

/* Makes the table, with the arcs that the file has from earlier processes. */
static bool make_table(struct profile *profile) {
    profile->mask = 1;
    while (profile->mask < 2 * profile->limit)
        profile->mask *= 2;
    profile->places = memory_alloc(profile->mask * sizeof profile->places[0]);
    profile->mask--;
    if (!profile->places)
        return false;
    for (uint32_t i = 0; i < profile->limit && i < profile->arcs->count; i++)
        find_arc(profile, profile->arcs->arc[i].from, profile->arcs->arc[i].to, i + 1);
    return true;
}

OWN_FRAME static void begin(struct linker *linker, const struct object *object,
                            struct profile *profile) {
    char name[4096];
    struct head head = head_of(object);
    if (head.low >= head.high || head.high - head.low > UINT32_MAX)
        return; /* nothing to count, or more than numbers in an arc can tell */
    profile->object = object;
    profile->start = object->bias + head.low;
    profile->size = head.high - head.low;
    profile->limit = limit_of(profile->size);
    size_t size = arcs_offset(&head) + sizeof(struct arcs) +
                  (size_t)profile->limit * ARCS_IN_FILE * sizeof(struct arc);
    format_text(name, sizeof name, "%s/%s.profile", profile_folder(linker),
                linker->options.profile);
    struct head *file = map_file(linker, name, &head, size);
    if (!file)
        return;
    profile->bins = (uint16_t *)(file + 1);
    profile->arcs = (struct arcs *)((char *)file + arcs_offset(&head));
    if (!make_table(profile))
        return;
    linker->profile = profile;
    start_timer();
}

void profile_begin(struct linker *linker, struct object *object) {
    const char *wanted = linker->options.profile;
    if (linker->profile || object->real || object->kind == OBJECT_LOADER ||
        !(object_has_name(object, wanted) ||
          (object->soname && strcmp(object->soname, wanted) == 0)))
        return;
    struct profile *profile = memory_alloc(sizeof *profile);
    if (profile)
        begin(linker, object, profile);
    if (!linker->profile) {
        memory_free(profile);
        return;
    }
    object->never_unload = true; /* as in ld.so: its addresses are what is counted */
    linker->shim->objects_changed(linker);
}
