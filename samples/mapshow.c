/*
 * The process's own mappings in a form that does not depend on where things landed: for each
 * object, in the order of the link map, every line of /proc/self/maps inside it as offset from the
 * load bias, length, protection and file offset. Anonymous memory inside an object is its bss; gaps
 * are left out, be they mapped without rights or not at all. The loader itself is left out: it is
 * known by r_debug.r_ldbase.
 *
 * With the argument `inodes`, prints instead each mapped file as device:inode, sorted by the
 * kernel's order. With `modes`, lists mappings that are writable and executable at once (there
 * should be none).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct line {
    unsigned long start, end, offset;
    char modes[5];
    char device[16];
    unsigned long inode;
    char path[512];
};

enum { LINE_MAX_COUNT = 512 };

static struct line lines[LINE_MAX_COUNT];
static int count;

static void read_maps(void) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char text[1024];

    while (maps && count < LINE_MAX_COUNT && fgets(text, sizeof text, maps)) {
        struct line *line = &lines[count];
        line->path[0] = 0;
        if (sscanf(text, "%lx-%lx %4s %lx %15s %lu %511[^\n]", &line->start, &line->end,
                   line->modes, &line->offset, line->device, &line->inode, line->path) >= 6)
            count++;
    }
    if (maps)
        fclose(maps);
}

/* Prints the part of the line that lies inside the object. */
static void show(const struct line *line, unsigned long bias, unsigned long low,
                 unsigned long high) {
    unsigned long start = line->start < low ? low : line->start;
    unsigned long end = line->end > high ? high : line->end;

    if (start >= end || !strcmp(line->modes, "---p"))
        return;
    printf("  %8lx %8lx %s", start - bias, end - start, line->modes);
    if (line->inode)
        printf(" %lx\n", line->offset + (start - line->start));
    else
        printf(" anonymous\n");
}

static int object(struct dl_phdr_info *info, size_t size, void *loader) {
    unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
    unsigned long low = -1UL;
    unsigned long high = 0;
    const char *slash = strrchr(info->dlpi_name, '/');

    (void)size;
    if (info->dlpi_addr == *(unsigned long *)loader || strstr(info->dlpi_name, "vdso"))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        unsigned long start = info->dlpi_addr + header->p_vaddr;
        if (header->p_type != PT_LOAD)
            continue;
        low = start < low ? start : low;
        high = start + header->p_memsz > high ? start + header->p_memsz : high;
    }
    low &= -page;
    high = (high + page - 1) & -page;
    printf("object \"%s\"\n", slash ? slash + 1 : info->dlpi_name);
    for (int i = 0; i < count; i++)
        show(&lines[i], info->dlpi_addr, low, high);
    return 0;
}

static unsigned long loader_base(void) {
    for (ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_DEBUG && entry->d_un.d_ptr)
            return ((struct r_debug *)entry->d_un.d_ptr)->r_ldbase;
    return -1UL;
}

int main(int argc, char **argv) {
    unsigned long loader = loader_base();

    if (argc > 2 && !dlopen(argv[2], RTLD_NOW))
        printf("%s\n", dlerror());
    read_maps();
    if (argc > 1 && !strcmp(argv[1], "inodes")) {
        for (int i = 0; i < count; i++)
            if (lines[i].inode && (!i || lines[i - 1].inode != lines[i].inode))
                printf("%s:%lu %s\n", lines[i].device, lines[i].inode, lines[i].path);
    } else if (argc > 1 && !strcmp(argv[1], "modes")) {
        for (int i = 0; i < count; i++)
            if (lines[i].modes[1] == 'w' && lines[i].modes[2] == 'x')
                printf("%s %s\n", lines[i].modes, lines[i].path);
    } else {
        dl_iterate_phdr(object, &loader);
    }
    return 0;
}
