/* --list-tunables and --list-diagnostics: what the loader and the libc would work with, as text in
 * the form of glibc's own loader (glibc manual, "Dynamic Linker Diagnostics").
 *
 * In:  the libc's table of tunables, the shared structures as a start would fill them, environment,
 * auxiliary vector. Out: lines on standard output.
 */
#define _GNU_SOURCE /* domainname */
#include "diagnostics.h"

#include "arch.h"
#include "loader/facts.h"
#include "loader/profile.h"
#include "loader/sys.h"
#include "loader/text.h"
#include <string.h>
#include <sys/utsname.h>

/* -- tunables -- */

static void print_tunable(struct linker *linker, size_t id) {
    const struct glibc *glibc = glibc_of(linker);
    const struct glibc_tunable *tunable = glibc_tunable_row(glibc->layout, id);
    bool is_set = glibc->tunables && glibc->tunables[id].set;
    struct glibc_bounds now = {is_set ? glibc->tunables[id].value : (uint64_t)tunable->initial,
                               (uint64_t)tunable->minimum, (uint64_t)tunable->maximum};
    const char *name = glibc_tunable_name(glibc->layout, id);
    glibc_machine_bound(linker, name, &now);
    if (tunable->type == GLIBC_STRING)
        PRINT("%s:%s%s\n", name, now.value ? " " : "", now.value ? (const char *)now.value : "");
    else if (tunable->type == GLIBC_INT32)
        PRINT("%s: %d (min: %d, max: %d)\n", name, (int)now.value, (int)now.minimum,
              (int)now.maximum);
    else
        PRINT("%s: 0x%lx (min: 0x%lx, max: 0x%lx)\n", name, now.value, now.minimum, now.maximum);
}

void glibc_list_tunables(struct linker *linker) {
    glibc_machine_fill(linker);
    for (size_t id = 0; id < glibc_of(linker)->layout->tunable_count; id++)
        print_tunable(linker, id);
}

/* -- diagnostics -- */

/* Text in quotes; other characters than ASCII's printable ones as \ooo. */
static void print_quoted(const char *text, size_t length) {
    char line[512];
    size_t at = 0;
    line[at++] = '"';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            line[at++] = '\\';
        if (c >= ' ' && c < 0x7f)
            line[at++] = (char)c;
        else
            at += format_text(line + at, sizeof line - at, "\\%c%c%c", '0' + (c >> 6),
                              '0' + (c >> 3 & 7), '0' + (c & 7));
        if (at > sizeof line - 8) {
            line[at] = 0;
            PRINT("%s", line);
            at = 0;
        }
    }
    line[at] = 0;
    PRINT("%s\"\n", line);
}

static void print_text_value(const char *name, const char *value) {
    PRINT("%s=", name);
    print_quoted(value ? value : "", value ? strlen(value) : 0);
}

static void print_number(const char *name, uint64_t value) {
    PRINT("%s=0x%lx\n", name, value);
}

static void print_loader(struct linker *linker) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    const struct machine_facts *facts = linker->search.facts;
    uint64_t active = 0;
    const char *names = facts->hwcaps, *name;
    size_t length;
    for (unsigned i = 0; (name = next_word(&names, &length)); i++) {
        const char *runnable = linker->search.hwcaps, *word;
        size_t size;
        while ((word = next_word(&runnable, &size)))
            active |= (uint64_t)(size == length && strncmp(word, name, size) == 0) << i;
    }
    const uint64_t *hwcap = glibc_member(layout, glibc_global_ro, GLIBC_ro_hwcap);
    print_text_value("dl_dst_lib", facts->lib);
    print_number("dl_hwcap", *hwcap);
    print_number("dl_hwcap_important", ARCH_HWCAP_MASK);
    print_number("dl_hwcap2", linker->process.hwcap2);
    print_text_value("dl_hwcaps_subdirs", facts->hwcaps);
    print_number("dl_hwcaps_subdirs_active", active);
    print_number("dl_pagesize", linker->process.page_size);
    print_text_value("dl_platform", linker->search.platform);
    print_text_value("dl_profile_output", profile_folder(linker));
    print_number("dl_string_platform", (uint64_t)ARCH_PLATFORM_NUMBER(linker->search.platform));
    print_text_value("dso.ld", facts->glibc_loader);
    print_text_value("dso.libc", "libc.so.6");
}

/* Variables whose values may be shown: they matter to libc and are hardly secret. */
static bool may_show(const char *definition) {
    static const char names[][24] = {
        "DATEMSK",
        "GCONV_PATH",
        "GETCONF_DIR",
        "GLIBC_TUNABLES",
        "GMON_OUTPUT_PREFIX",
        "HESIOD_CONFIG",
        "HES_DOMAIN",
        "HOSTALIASES",
        "I18NPATH",
        "IFS",
        "LANG",
        "LOCALDOMAIN",
        "LOCPATH",
        "MSGVERB",
        "NIS_DEFAULTS",
        "NIS_GROUP",
        "NIS_PATH",
        "NLSPATH",
        "PATH",
        "POSIXLY_CORRECT",
        "RESOLV_HOST_CONF",
        "RES_OPTIONS",
        "SEV_LEVEL",
        "TMPDIR",
        "TZ",
        "TZDIR",
    };
    if (starts_with(definition, "LC_") || starts_with(definition, "LD_") ||
        starts_with(definition, "MALLOC_"))
        return true;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        size_t length = strlen(names[i]);
        if (starts_with(definition, names[i]) && definition[length] == '=')
            return true;
    }
    return false;
}

static void print_environment(const struct process *process) {
    for (unsigned i = 0; process->envp[i]; i++) {
        const char *text = process->envp[i], *end = strchr(text, '=');
        bool shown = !end || may_show(text);
        PRINT("%s[0x%x]=", shown ? "env" : "env_filtered", i);
        print_quoted(text, shown ? strlen(text) : (size_t)(end - text));
    }
}

static void print_paths(const struct linker *linker) {
    const char *folders = linker->search.facts->default_path, *folder;
    size_t length;
    print_text_value("path.prefix", "/usr");
    print_text_value("path.rtld", linker->search.facts->glibc_interpreter);
    print_text_value("path.sysconfdir", "/etc");
    for (unsigned i = 0; (folder = next_word(&folders, &length)); i++) {
        PRINT("path.system_dirs[0x%x]=", i);
        print_quoted(folder, length);
    }
}

static void print_auxiliary(const struct process *process) {
    unsigned i = 0;
    for (const Elf64_auxv_t *entry = process->auxv; entry->a_type != AT_NULL; entry++, i++) {
        uint64_t value = entry->a_un.a_val;
        PRINT("auxv[0x%x].a_type=0x%lx\nauxv[0x%x].a_val=", i, entry->a_type, i);
        if ((entry->a_type == AT_EXECFN || entry->a_type == AT_PLATFORM ||
             entry->a_type == AT_BASE_PLATFORM) &&
            value)
            print_quoted((const char *)value, strlen((const char *)value));
        else
            PRINT("0x%lx\n", value);
    }
}

OWN_FRAME static void print_system(void) {
    struct utsname name;
    if (sys1(SYS_uname, (long)&name) < 0)
        return;
    print_text_value("uname.sysname", name.sysname);
    print_text_value("uname.nodename", name.nodename);
    print_text_value("uname.release", name.release);
    print_text_value("uname.version", name.version);
    print_text_value("uname.machine", name.machine);
    print_text_value("uname.domainname", name.domainname);
}

void glibc_list_diagnostics(struct linker *linker) {
    char version[16];
    format_text(version, sizeof version, "2.%u", glibc_of(linker)->layout->version_minor);
    glibc_fill_shared(linker);
    print_loader(linker);
    print_environment(&linker->process);
    print_paths(linker);
    print_text_value("version.release", "stable");
    print_text_value("version.version", version);
    print_auxiliary(&linker->process);
    print_system();
    glibc_machine_diagnose(linker);
}
