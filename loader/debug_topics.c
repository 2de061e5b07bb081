/* LD_DEBUG's topics: their names, help, and the events that they are made of; see debug_topics.h.
 *
 * In:  the variable's text. Out: bits; with the topic "help", text and the end of the process. What
 * a topic prints is event_debug.c's.
 */
#include "debug_topics.h"

#include "event.h"
#include "sys.h"
#include "text.h"
#include <string.h>

/* -- names -- */

static const struct {
    char name[12];
    uint16_t topics;
    char help[48];
} known[] = {
    {"libs", TOPIC_LIBS, "display library search paths"},
    {"reloc", TOPIC_RELOC, "display relocation processing"},
    {"files", TOPIC_FILES, "display progress for input file"},
    {"symbols", TOPIC_SYMBOLS, "display symbol table processing"},
    {"bindings", TOPIC_BINDINGS, "display information about symbol binding"},
    {"versions", TOPIC_VERSIONS, "display version dependencies"},
    {"scopes", TOPIC_SCOPES, "display scope information"},
    {"all", TOPICS_OF_ALL, "all previous options combined"},
    {"statistics", TOPIC_STATISTICS, "display relocation statistics"},
    {"unused", TOPIC_UNUSED, "determined unused DSOs"}, /* list.c does that */
    {"help", TOPIC_HELP, "display this help message and exit"},
};

static const char separators[] = " ,:";

static unsigned topics_of_word(const char *word, size_t length) {
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
        if (strncmp(word, known[i].name, length) == 0 && !known[i].name[length])
            return known[i].topics;
    print_text(2, "warning: debug option `");
    sys_write(2, word, length);
    print_text(2, "' unknown; try LD_DEBUG=help\n");
    return 0;
}

static _Noreturn void help(void) {
    print_text(1, "Valid options for the LD_DEBUG environment variable are:\n\n");
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
        char column[] = "            ";
        memcpy(column, known[i].name, strlen(known[i].name));
        print_text(1, "  %s%s\n", column, known[i].help);
    }
    print_text(1, "\nTo direct the debugging output into a file instead of standard output\n"
                  "a filename can be specified using the LD_DEBUG_OUTPUT environment variable.\n");
    sys_exit(0);
}

unsigned debug_topics_read(const char *text) {
    unsigned topics = 0;
    while (*text) {
        size_t length = 0;
        while (text[length] && !strchr(separators, text[length]))
            length++;
        if (length)
            topics |= topics_of_word(text, length);
        text += length + (text[length] != 0);
    }
    if (topics & TOPIC_HELP)
        help();
    return topics;
}

/* -- events -- */

#define KIND(name) (1ULL << EVENT_##name)

uint64_t debug_topics_events(unsigned topics) {
    static const struct {
        unsigned topics;
        uint64_t kinds;
    } table[] = {
        {TOPICS_OF_ALL, KIND(version) | KIND(undefined) | KIND(dlsym)},
        {TOPICS_WITH_CALLS, KIND(construct) | KIND(destruct) | KIND(call) | KIND(message)},
        {TOPIC_LIBS, KIND(folders) | KIND(try) | KIND(search)},
        {TOPIC_FILES,
         KIND(search) | KIND(object) | KIND(map) | KIND(dlopen) | KIND(dlclose) | KIND(unload)},
        {TOPIC_SYMBOLS, KIND(candidate)},
        {TOPIC_BINDINGS, KIND(bind) | KIND(slot)},
        {TOPIC_SCOPES, KIND(scope) | KIND(group) | KIND(stage)},
        {TOPIC_RELOC, KIND(relocate)},
        {TOPIC_STATISTICS,
         KIND(bind) | KIND(again) | KIND(slot) | KIND(dlsym) | KIND(stage) | KIND(group)},
    };
    uint64_t kinds = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (topics & table[i].topics)
            kinds |= table[i].kinds;
    return kinds;
}
