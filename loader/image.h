/* From a file to an image in memory (gABI chapter 5, "Program Loading"; psABI 5.1).
 *
 * The only place that believes nothing of a file: the ELF header and the program headers are
 * checked here, against the size of the file, with arithmetic that cannot overflow. The layout is
 * planned by a pure function before anything is mapped.
 */
#ifndef MYLD_IMAGE_H
#define MYLD_IMAGE_H

#include "error.h"
#include "object.h"

#define IMAGE_MAX_HEADERS 256

/* What becomes of one PT_LOAD. Virtual addresses as in the file, all multiples of the page size
 * unless noted. */
struct plan_segment {
    uint64_t start;       /* first page */
    uint64_t file_end;    /* end of the pages mapped from the file */
    uint64_t end;         /* end of all pages; from file_end on they are anonymous */
    uint64_t zero_start;  /* first byte to clear behind the file's bytes (not rounded) ... */
    uint64_t zero_end;    /* ... up to here; equal: nothing */
    uint64_t file_offset; /* of `start` */
    int prot;             /* PROT_* */
};

/* How an ELF file will lie in memory. */
struct plan {
    uint16_t type;       /* ET_EXEC or ET_DYN */
    uint64_t start, end; /* of all segments, in pages */
    uint64_t alignment;  /* of the load bias */
    uint64_t entry;
    struct plan_segment *segments; /* the caller's array, as long as there are program headers */
    size_t segment_count;
    uint64_t last_byte; /* end of the last segment, not rounded */
};

/* An opened file and the start of its bytes. */
struct image_file {
    int fd;
    uint64_t size; /* bytes */
    uint64_t device, inode;
    uint32_t mode; /* st_mode */
    union {
        Elf64_Ehdr header;
        char start[1024]; /* the file's first bytes, which hold most program header tables, too */
    };
    const Elf64_Phdr *phdr;
    size_t phnum;
    Elf64_Phdr *far_phdr; /* NULL, or the table in loader memory: where it is not within `start` */
};

/* Opens `path` and reads and checks its ELF header and program headers. On false *error says what
 * is wrong (ERROR_OPEN or ERROR_FILE); nothing stays open. *foreign is set when the file is a sound
 * ELF file of another machine or class, which a search passes over. */
bool image_open(struct image_file *file, const char *path, bool *foreign, struct error *error);

/* The same for a file of the machine `machine` (e_machine; 0: any that there are facts of), to be
 * read as data. */
bool image_open_for(struct image_file *file, const char *path, uint16_t machine, bool *foreign,
                    struct error *error);

/* As image_open, for a file that is open already; takes over `fd`. */
bool image_read(struct image_file *file, int fd, const char *path, bool *foreign,
                struct error *error);

void image_close(struct image_file *file);

/* Plans the layout of a file of `file_size` bytes from its headers. Pure. Returns NULL when sound,
 * else what is wrong, in the native loader's words where it has words for it. */
const char *image_plan(struct plan *plan, const Elf64_Ehdr *header, const Elf64_Phdr *phdr,
                       size_t phnum, uint64_t file_size, uint64_t page_size);

/* Maps the file as planned and fills the object's image fields. `hint` points to the address below
 * which the last image was mapped (0: none yet) and follows. On false nothing stays mapped. */
bool image_map(struct object *object, const struct image_file *file, uint64_t page_size,
               uintptr_t *hint, struct error *error);

/* Fills the image fields of an object that lies in memory already: the program as the kernel mapped
 * it, the vdso, the loader itself. `phdr` is its program header table in memory. */
bool image_adopt(struct object *object, const Elf64_Phdr *phdr, size_t phnum, uintptr_t bias,
                 uint64_t page_size, struct error *error);

#endif
