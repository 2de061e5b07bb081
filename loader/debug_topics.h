/* The topics that LD_DEBUG names (ld.so(8)). */
#ifndef MYLD_DEBUG_TOPICS_H
#define MYLD_DEBUG_TOPICS_H

#include "types.h"

enum topic {
    TOPIC_LIBS = 1,
    TOPIC_RELOC = 2,
    TOPIC_FILES = 4,
    TOPIC_SYMBOLS = 8,
    TOPIC_BINDINGS = 16,
    TOPIC_VERSIONS = 32,
    TOPIC_SCOPES = 64,
    TOPIC_STATISTICS = 128,
    TOPIC_UNUSED = 256,
    TOPIC_HELP = 512,
    TOPICS_OF_ALL = TOPIC_STATISTICS - 1,
    TOPICS_WITH_CALLS = TOPIC_SCOPES - 1, /* those that tell of constructors and destructors, too */
};

/* The topics that `text`, LD_DEBUG's value, names, as bits of enum topic; warns of words that are
 * none. Where "help" is among them, writes the list and ends the process. */
unsigned debug_topics_read(const char *text);

/* The kinds of events that the topics are made of: bit k, kind k. */
uint64_t debug_topics_events(unsigned topics);

#endif
