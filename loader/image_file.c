/* Opening ELF files and checking their headers; see image.h. Sources: gABI chapter 4, "ELF Header";
 * the messages are ld.so's.
 */
#include "image.h"

#include "facts.h"
#include "memory.h"
#include "sys.h"
#include "text.h"
#include <errno.h>
#include <string.h>

/* Returns what is wrong with the ELF header, in glibc's words, or NULL. `machine`: as for
 * image_open_for. */
static const char *check_header(const Elf64_Ehdr *header, uint16_t machine, bool *foreign) {
    const unsigned char *ident = header->e_ident;
    if (memcmp(ident, ELFMAG, SELFMAG) != 0)
        return "invalid ELF header";
    if (ident[EI_CLASS] != ELFCLASS64) {
        *foreign = true;
        return ident[EI_CLASS] == ELFCLASS32 ? "wrong ELF class: ELFCLASS32" : "invalid ELF header";
    }
    if (ident[EI_DATA] != ELFDATA2LSB)
        return "ELF file data encoding not little-endian";
    if (ident[EI_VERSION] != EV_CURRENT)
        return "ELF file version ident does not match current one";
    if (ident[EI_OSABI] != ELFOSABI_SYSV && ident[EI_OSABI] != ELFOSABI_GNU)
        return "ELF file OS ABI invalid";
    if (ident[EI_ABIVERSION] > 3 || (ident[EI_OSABI] == ELFOSABI_SYSV && ident[EI_ABIVERSION]))
        return "ELF file ABI version invalid";
    for (size_t i = EI_ABIVERSION + 1; i < EI_NIDENT; i++)
        if (ident[i])
            return "nonzero padding in e_ident";
    if (header->e_version != EV_CURRENT)
        return "ELF file version does not match current one";
    if (machine ? header->e_machine != machine : !facts_find(header->e_machine)) {
        *foreign = true;
        return "wrong machine"; /* read_headers says it in the native words */
    }
    if (header->e_type != ET_DYN && header->e_type != ET_EXEC)
        return "only ET_DYN and ET_EXEC can be loaded";
    if (header->e_phentsize != sizeof(Elf64_Phdr))
        return "ELF file's phentsize not the expected size";
    return NULL;
}

/* pread that goes on after interruptions and short reads. Returns bytes read or -errno. */
static long read_fully(int fd, void *buffer, size_t size, uint64_t offset) {
    size_t done = 0;
    while (done < size) {
        long result = sys_pread(fd, (char *)buffer + done, size - done, offset + done);
        if (result == -EINTR)
            continue;
        if (result < 0)
            return result;
        if (result == 0)
            break;
        done += (size_t)result;
    }
    return (long)done;
}

/* A sound file that this process cannot use: ld.so treats it as if it were not there, and we add
 * what it is. */
static bool is_foreign(const struct image_file *file, const char *path, uint16_t machine,
                       const char *wrong, struct error *error) {
    const struct machine_facts *facts = machine ? facts_find(machine) : facts_here();
    if (file->header.e_ident[EI_CLASS] == ELFCLASS64)
        error_set(error, ERROR_OPEN, ENOENT, path, "cannot open shared object file");
    else
        error_set(error, ERROR_FILE, 0, path, "%s", wrong);
    format_text(
        error->detail, sizeof error->detail,
        "%s is an ELF file of class %u for machine %u; this loader needs class %u, machine %u "
        "(%s)",
        path, file->header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32, file->header.e_machine, 64,
        facts->machine, facts->name);
    return false;
}

static bool read_headers(struct image_file *file, const char *path, uint16_t machine, bool *foreign,
                         struct error *error) {
    struct stat status;
    long result = sys_fstat(file->fd, &status);
    if (result < 0)
        return error_set(error, ERROR_FILE, (int)-result, path, "cannot stat shared object");
    file->device = status.st_dev;
    file->inode = status.st_ino;
    file->mode = status.st_mode;
    file->size = (uint64_t)status.st_size;
    result = read_fully(file->fd, file->start, sizeof file->start, 0);
    if (result < 0)
        return error_set(error, ERROR_FILE, (int)-result, path, "cannot read file data");
    if (result < (long)sizeof file->header)
        return error_set(error, ERROR_FILE, 0, path, "file too short");
    const char *wrong = check_header(&file->header, machine, foreign);
    if (wrong && *foreign)
        return is_foreign(file, path, machine, wrong, error);
    if (wrong)
        return error_set(error, ERROR_FILE, 0, path, "%s", wrong);
    file->phnum = file->header.e_phnum;
    size_t table = file->phnum * sizeof(Elf64_Phdr);
    if (!range_fits(file->header.e_phoff, table, file->size))
        return error_set(error, ERROR_FILE, 0, path, "cannot read file data");
    if (file->phnum > IMAGE_MAX_HEADERS || file->header.e_phoff % 8)
        return error_set(error, ERROR_FILE, 0, path, "invalid program header table");
    if (range_fits(file->header.e_phoff, table, (uint64_t)result)) {
        file->phdr = (const Elf64_Phdr *)(file->start + file->header.e_phoff);
        return true;
    }
    file->phdr = file->far_phdr = memory_alloc(table);
    if (!file->phdr)
        return error_no_memory(error, path);
    if (read_fully(file->fd, file->far_phdr, table, file->header.e_phoff) != (long)table)
        return error_set(error, ERROR_FILE, 0, path, "cannot read file data");
    return true;
}

static bool read_for(struct image_file *file, int fd, const char *path, uint16_t machine,
                     bool *foreign, struct error *error) {
    file->fd = fd;
    file->far_phdr = NULL;
    *foreign = false;
    if (read_headers(file, path, machine, foreign, error))
        return true;
    image_close(file);
    return false;
}

bool image_read(struct image_file *file, int fd, const char *path, bool *foreign,
                struct error *error) {
    return read_for(file, fd, path, ARCH_MACHINE, foreign, error);
}

bool image_open(struct image_file *file, const char *path, bool *foreign, struct error *error) {
    return image_open_for(file, path, ARCH_MACHINE, foreign, error);
}

bool image_open_for(struct image_file *file, const char *path, uint16_t machine, bool *foreign,
                    struct error *error) {
    *foreign = false;
    int fd = sys_open(path);
    if (fd < 0)
        return error_set(error, ERROR_OPEN, -fd, path, "cannot open shared object file");
    return read_for(file, fd, path, machine, foreign, error);
}

void image_close(struct image_file *file) {
    sys_close(file->fd);
    memory_free(file->far_phdr);
}
