/*
 * The chapters of the running program: PLT slots, constructors, entry, dlopen, destructors.
 *
 * Lines that appear while the program runs are marked, as its own output comes between them.
 */
#include "page.h"
#include "peek.h"
#include "story.h"
#include <stdlib.h>
#include <string.h>

/* -- PLT -- */

static struct object *object_with_slots(const struct world *world) {
    struct object *program = world_program(world);
    if (program->lazy)
        return program;
    for (int64_t i = 0; i < world->count; i++)
        if (world->objects[i].number && world->objects[i].lazy)
            return &world->objects[i];
    return NULL;
}

/* The instructions at an address that a waiting slot holds, in words. */
static void show_stub(const struct world *world, uint64_t address) {
    unsigned char code[16];
    uint32_t number;

    if (!peek(world->pid, address, code, sizeof code))
        return;
    const unsigned char *at = code;
    if (memcmp(at, "\xf3\x0f\x1e\xfa", 4) == 0) /* endbr64 */
        at += 4;
    memcpy(&number, at + 1, sizeof number);
    if (at[0] == 0x68)
        page_line(
            "  there: 68 %02x %02x %02x %02x  push %u: the slot's number; then a jump to PLT[0]",
            at[1], at[2], at[3], at[4], number);
    else
        page_line("  there: PLT[0], which saves the slot's address and jumps to the loader");
}

void story_plt(struct story *story) {
    struct world *world = &story->world;
    struct object *object = object_with_slots(world);
    uint64_t words[3] = {0, 0, 0};
    uint64_t held = 0;

    page_section("The procedure linkage table");
    if (!object) {
        page_text("No slot waits for its first call in this run: %s. Lazy binding would save the "
                  "lookups of "
                  "functions that are never called.",
                  !strcmp(world->libc, "musl")
                      ? "musl binds everything at the start, and so does myld "
                        "for its programs"
                      : "all were bound at the start (-z now, LD_BIND_NOW)");
        return;
    }
    const struct elf_file *file = world_file(world, object);
    const Elf64_Rela *slot = file ? elf_slot(file, 0) : NULL;
    page_text(
        "%s calls functions of others through %s: each is a word that holds an address of the PLT "
        "itself, until the first call binds it. ‹psABI, \"Procedure Linkage Table\"›",
        world_name(object), page_count(object->lazy, "waiting slot"));
    page_gap();
    for (int i = 0; i < 3; i++)
        peek_word(world->pid, object->got + 8 * (uint64_t)i, &words[i]);
    page_line("GOT[0] at 0x%jx = 0x%-16jx %s", (uintmax_t)object->got, (uintmax_t)words[0],
              words[0] ? "what the linker put there: .dynamic, not relocated" : "not used");
    page_line("GOT[1] at 0x%jx = 0x%-16jx which object calls: the loader's note",
              (uintmax_t)object->got + 8, (uintmax_t)words[1]);
    page_line("GOT[2] at 0x%jx = 0x%-16jx %s", (uintmax_t)object->got + 16, (uintmax_t)words[2],
              world_place(world, words[2]));
    if (!slot || !peek_word(world->pid, object->bias + slot->r_offset, &held))
        return;
    page_line("slot 0 at 0x%jx = 0x%-16jx for %s", (uintmax_t)(object->bias + slot->r_offset),
              (uintmax_t)held, elf_symbol_name(file, (uint32_t)ELF64_R_SYM(slot->r_info)));
    show_stub(world, held);
}

/* The first slot that the object of the chapter above binds, from end to end. */
static void work_slot(struct story *story, const struct event *event) {
    struct world *world = &story->world;
    uint64_t place = event_address(event, "place");
    uint64_t before = event_address(event, "before");
    uint64_t held = 0;

    story->slot_told = true;
    page_section("A PLT slot at its first call: %s calls %s",
                 world_name(world_object(world, event_number(event, "from"))),
                 event_text(event, "symbol"));
    peek_word(world->pid, place, &held);
    page_line("before: slot %jd at 0x%jx holds 0x%jx: %s", (intmax_t)event_number(event, "index"),
              (uintmax_t)place, (uintmax_t)(held ? held : before), world_place(world, before));
    show_stub(world, before);
    page_line("PLT[0] jumps to where GOT[2] points; the loader keeps all argument registers,");
    page_line("looks %s%s%s up, finds it in %s", event_text(event, "symbol"),
              *event_text(event, "version") ? "@" : "", event_text(event, "version"),
              world_name(world_object(world, event_number(event, "to"))));
    if (!event_flag(event, "stored")) {
        page_line("The slot stays as it is (LD_BIND_NOT, or it is read-only).");
        return;
    }
    page_line("Then it stores the address, and the call goes on to the function.");
    story->slot_place = place;
    story->slot_before = before;
    story->slot_waits = true;
}

void story_slot_after(struct story *story) {
    uint64_t held;
    const struct world *world = &story->world;

    if (!story->slot_waits || !peek_word(world->pid, story->slot_place, &held) ||
        held == story->slot_before)
        return;
    story->slot_waits = false;
    page_mark("after:  the slot at 0x%jx holds 0x%jx: %s", (uintmax_t)story->slot_place,
              (uintmax_t)held, world_place(world, held));
}

void story_slot(struct story *story, const struct event *event) {
    enum { LINES = 24 };
    const struct world *world = &story->world;
    int64_t from = event_number(event, "from");

    const struct object *example = object_with_slots(world);

    if (!story->slot_told && story->entered && example && from == example->number &&
        event_address(event, "value")) {
        work_slot(story, event);
        return;
    }
    if (story->slots_told++ < LINES)
        page_mark("first call: %s → %s in %s (%s)", world_name(world_object(world, from)),
                  event_text(event, "symbol"),
                  world_name(world_object(world, event_number(event, "to"))),
                  event_address(event, "value") ? event_text(event, "value")
                                                : "its resolver chooses where");
    else if (story->slots_told == LINES + 1)
        page_mark("… more first calls: they are counted, no longer told");
}

/* -- constructors and destructors -- */

void story_libc(struct story *story) {
    if (!strcmp(story->world.libc, "none"))
        return;
    page_chapter("The libc starts", "libc-shim/, docs/07-libc.md");
    page_text(
        "All addresses are in their places, so code of the libc can run for the first time: its "
        "early initialisation, which needs no other library.");
    page_gap();
}

void story_constructors(struct story *story) {
    page_chapter("Constructors", "loader/init.c, docs/09-init.md");
    page_text(
        "Each object's DT_INIT and DT_INIT_ARRAY functions run, dependencies first; at the end "
        "DT_FINI_ARRAY and DT_FINI, the other way round. ‹gABI, chapter 5, \"Initialization and "
        "Termination Functions\"›");
    page_gap();
    if (!strcmp(story->world.libc, "musl"))
        page_text(
            "musl's start code asks the loader for this after the program's entry: see below.");
}

void story_call(struct story *story, const struct event *event) {
    enum { LINES = 48 };
    const struct world *world = &story->world;

    if (!event_is(event, "call"))
        return;
    story->calls++;
    if (story->calls > LINES) {
        if (story->calls == LINES + 1)
            page_mark("… more of them");
        return;
    }
    const char *kind = event_text(event, "kind");
    bool array = strstr(kind, "array") != NULL;
    page_mark("%-24s %s%s  %s",
              page_path(world_name(world_object(world, event_number(event, "object"))), 24), kind,
              array ? page_format("[%jd]", (intmax_t)event_number(event, "index")) : "",
              world_place(world, event_address(event, "function")));
}

/* -- the running program -- */

void story_enter(struct story *story, const struct event *event) {
    const struct world *world = &story->world;
    uint64_t argc = 0;
    uint64_t stack = event_address(event, "stack");

    story->entered = true;
    page_chapter("The program runs", "loader/main.c, docs/09-init.md");
    page_text("The loader jumps to 0x%jx: %s. The stack is the kernel's: ",
              (uintmax_t)event_address(event, "entry"),
              world_place(world, event_address(event, "entry")));
    if (peek_word(world->pid, stack, &argc))
        page_line("0x%jx: argc = %ju; then argv, the environment and the auxiliary vector",
                  (uintmax_t)stack, (uintmax_t)argc);
    page_text(
        "The libc's start code will run the program's own constructors, then main. From now on the "
        "loader speaks only when it is called:");
    page_gap();
}

static void tell_dlopen(const struct world *world, const struct event *event) {
    const char *file = event_text(event, "file");

    if (event_says(event, "state", "begin"))
        page_mark("dlopen(%s) called by %s",
                  *file ? page_format("\"%s\"", page_path(file, 50)) : "NULL",
                  world_name(world_object(world, event_number(event, "by"))));
    else if (*event_text(event, "error"))
        page_mark("dlopen failed: %s", event_text(event, "error"));
    else
        page_mark("dlopen returns a handle for %s, open %jd times",
                  world_name(world_object(world, event_number(event, "object"))),
                  (intmax_t)event_number(event, "open_count"));
}

static void tell_dlsym(const struct world *world, const struct event *event) {
    int64_t to = event_number(event, "to");

    page_mark("dlsym: %s%s%s → %s", event_text(event, "symbol"),
              *event_text(event, "version") ? "@" : "", event_text(event, "version"),
              to ? page_format("0x%jx in %s", (uintmax_t)event_address(event, "value"),
                               world_name(world_object(world, to)))
                 : "nobody defines it");
}

void story_service(struct story *story, const struct event *event) {
    const struct world *world = &story->world;

    if (event_is(event, "error")) {
        page_mark("%s", event_text(event, "text"));
        if (*event_text(event, "detail"))
            page_mark("  %s", event_text(event, "detail"));
    } else if (!story->running) {
        return; /* the libc's start asks, too */
    } else if (event_is(event, "dlopen")) {
        tell_dlopen(world, event);
    } else if (event_is(event, "dlsym")) {
        tell_dlsym(world, event);
    } else if (event_is(event, "unload")) {
        page_mark("unloaded: %s", world_name(world_object(world, event_number(event, "object"))));
    } else if (event_is(event, "tls_block")) {
        page_mark(
            "a thread touches %s's thread-local variables for the first time: %jd bytes at 0x%jx",
            world_name(world_object(world, event_number(event, "object"))),
            (intmax_t)event_number(event, "size"), (uintmax_t)event_address(event, "block"));
    } else if (event_is(event, "thread")) {
        page_mark("a thread's block: %s, TP = 0x%jx", event_text(event, "action"),
                  (uintmax_t)event_address(event, "pointer"));
    } else if (event_is(event, "message")) {
        page_mark("libc says: %s", event_text(event, "text"));
    }
}
