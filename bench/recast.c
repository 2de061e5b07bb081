/*
 * recast: copies a program, changing only the bytes that say who loads it and where it starts.
 *
 *   recast PROGRAM                      prints the interpreter that PROGRAM asks for
 *   recast PROGRAM COPY INTERP          writes COPY, which asks for INTERP instead
 *   recast PROGRAM COPY INTERP exit     ... and whose entry point calls exit_group(0)
 *
 * INTERP must not be longer than the name it replaces (gABI, PT_INTERP): nothing moves, so the copy
 * maps, relocates and faults exactly as the original does. The last form gives the cost "to entry":
 * everything the loader does, and nothing of what the program does.
 */
#include "machine.h"

#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
    unsigned char *bytes;
    size_t size;
};

static struct file read_file(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        err(1, "%s", path);
    struct file file = {.size = (size_t)st.st_size, .bytes = malloc((size_t)st.st_size + 1)};
    if (!file.bytes)
        err(1, "%s", path);
    for (size_t done = 0; done < file.size;) {
        ssize_t n = read(fd, file.bytes + done, file.size - done);
        if (n <= 0)
            err(1, "%s", path);
        done += (size_t)n;
    }
    close(fd);
    return file;
}

static void write_file(const char *path, struct file file) {
    unlink(path); /* the old copy may be running */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    if (fd < 0)
        err(1, "%s", path);
    for (size_t done = 0; done < file.size;) {
        ssize_t n = write(fd, file.bytes + done, file.size - done);
        if (n <= 0)
            err(1, "%s", path);
        done += (size_t)n;
    }
    if (close(fd) < 0)
        err(1, "%s", path);
}

static bool inside(struct file file, size_t offset, size_t size) {
    return offset <= file.size && size <= file.size - offset;
}

/* The program headers of an ELF64 file of this machine; anything else ends the program. */
static Elf64_Phdr *headers(struct file file, const char *path, Elf64_Ehdr **header) {
    Elf64_Ehdr *ehdr = (Elf64_Ehdr *)file.bytes;
    if (file.size < sizeof *ehdr || memcmp(ehdr->e_ident, ELFMAG, SELFMAG) != 0 ||
        ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_machine != machine_elf)
        errx(1, "%s: not an ELF program of this machine", path);
    if (!inside(file, ehdr->e_phoff, ehdr->e_phnum * sizeof(Elf64_Phdr)))
        errx(1, "%s: program headers outside the file", path);
    *header = ehdr;
    return (Elf64_Phdr *)(file.bytes + ehdr->e_phoff);
}

static void set_interp(struct file file, const Elf64_Phdr *interp, const char *name) {
    if (strlen(name) >= interp->p_filesz)
        errx(1, "%s: longer than the interpreter it replaces", name);
    memset(file.bytes + interp->p_offset, 0, interp->p_filesz);
    memcpy(file.bytes + interp->p_offset, name, strlen(name));
}

static void exit_at_entry(struct file file, const char *path) {
    Elf64_Ehdr *ehdr;
    const Elf64_Phdr *phdr = headers(file, path, &ehdr);
    for (const Elf64_Phdr *p = phdr; p < phdr + ehdr->e_phnum; p++) {
        if (p->p_type != PT_LOAD || ehdr->e_entry - p->p_vaddr >= p->p_filesz)
            continue;
        size_t offset = p->p_offset + (ehdr->e_entry - p->p_vaddr);
        if (!inside(file, offset, machine_exit_size))
            break;
        memcpy(file.bytes + offset, machine_exit_code, machine_exit_size);
        return;
    }
    errx(1, "%s: entry point outside the file", path);
}

int main(int argc, char **argv) {
    if (argc != 2 && argc != 4 && !(argc == 5 && strcmp(argv[4], "exit") == 0))
        errx(1, "usage: recast PROGRAM [COPY INTERP [exit]]");
    struct file file = read_file(argv[1]);
    Elf64_Ehdr *ehdr;
    const Elf64_Phdr *interp = headers(file, argv[1], &ehdr), *end = interp + ehdr->e_phnum;
    while (interp < end && interp->p_type != PT_INTERP)
        interp++;
    if (interp == end || interp->p_filesz == 0 || !inside(file, interp->p_offset, interp->p_filesz))
        errx(1, "%s: asks for no interpreter", argv[1]);
    if (argc == 2) {
        printf("%.*s\n", (int)interp->p_filesz, (char *)file.bytes + interp->p_offset);
        return 0;
    }
    set_interp(file, interp, argv[3]);
    if (argc == 5)
        exit_at_entry(file, argv[1]);
    write_file(argv[2], file);
    return 0;
}
