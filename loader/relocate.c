/* The relocation loop for all machines; see relocate.h. */
#include "relocate.h"

#include "audit.h"
#include "check.h"
#include "index.h"
#include "linker.h"
#include "memory.h"
#include "profile.h"
#include "reloc.h"
#include "relocate_pass.h"
#include "report.h"
#include "sys.h"
#include "tell.h"
#include "text.h"
#include <string.h>

bool pass_fail(struct pass *pass, const char *text) {
    return error_set(pass->error, ERROR_FILE, 0, pass->object->label, "%s", text);
}

/* -- places -- */

bool pass_find_place(struct pass *pass, uintptr_t address, size_t size) {
    const struct segment *segment = object_segment(pass->object, address, size);
    if (!segment || !(segment->prot & PROT_WRITE || pass->object->text_relocations))
        return false;
    pass->place = *segment;
    return true;
}

/* True when `place`, in that segment, can still be written once the program runs. */
static bool stays_writable(const struct object *object, const struct segment *segment,
                           uintptr_t place) {
    return segment->prot & PROT_WRITE &&
           (place >= object->relro_end || place + sizeof place <= object->relro_start);
}

bool relocate_stays_writable(const struct object *object, uintptr_t place) {
    const struct segment *segment = object_segment(object, place, sizeof place);
    return segment && stays_writable(object, segment, place);
}

/* -- symbols -- */

void relocate_note_binding(struct object *object, struct object *used) {
    /* The order holds what DT_NEEDED says, which counts anyway. */
    if (used == object || used->never_unload || object_list_has(object->order, used))
        return;
    if (object->never_unload && object->relocated) { /* then the other one, too */
        used->never_unload = true;
        atomic_thread_fence(memory_order_seq_cst); /* before whoever asks if it is leaving */
        return;
    }
    struct binding *head = object->bound_to, *fresh = NULL;
    do {
        for (const struct binding *binding = head; binding; binding = binding->next)
            if (binding->object == used) {
                memory_free(fresh);
                return;
            }
        if (!fresh && !(fresh = memory_alloc(sizeof *fresh)))
            return;
        *fresh = (struct binding){head, used};
    } while (!atomic_compare_exchange_weak(&object->bound_to, &head, fresh));
}

static void remember(struct pass *pass, uint32_t index, bool for_call, bool valid) {
    pass->last_index = index;
    pass->last_for_call = for_call;
    pass->last_valid = valid;
}

CHECKED(static void check_own(const struct pass *pass, uint32_t index, bool for_call) {
    struct symbol_request request;
    struct symbol_result found =
        symbol_resolve_hashed(pass->object, index, pass->foreseen.hash, for_call, false, &request);
    CHECK(found.object == pass->object && found.symbol == &pass->object->symbols[index]);
})

bool relocate_undefined(struct linker *linker, const struct object *object,
                        const struct symbol_request *request, struct error *error) {
    const char *version = request->version ? request->version->name : NULL;
    EVENT(linker, undefined, .from = object, .symbol = request->name, .version = version);
    return error_set_symbol(error, object->label, request->name, version);
}

bool pass_resolve(struct pass *pass, uint32_t index, bool for_call, bool for_copy,
                  struct symbol_result *result) {
    struct object *object = pass->object;
    if (pass->last_valid && pass->last_index == index && pass->last_for_call == for_call &&
        !for_copy) {
        *result = pass->last;
        pass->again = true;
        return true;
    }
    pass->again = false;
    if (!symbol_index_is_valid(object, index))
        return pass_fail(pass, "relocation with an invalid symbol");
    const Elf64_Sym *reference = &object->symbols[index];
    if (pass->foreseen.own && !for_copy) {
        *result = pass->last = (struct symbol_result){object, reference};
        CHECKED(check_own(pass, index, for_call);)
        remember(pass, index, for_call, true);
        return true;
    }
    struct symbol_request request;
    *result =
        symbol_resolve_hashed(object, index, pass->foreseen.hash, for_call, for_copy, &request);
    if (result->symbol && result->symbol->st_shndx == SHN_UNDEF && !result->symbol->st_value)
        result->symbol = NULL; /* a hidden weak reference that the link editor left */
    pass->last = *result;
    if (!result->symbol && ELF64_ST_BIND(reference->st_info) != STB_WEAK)
        return relocate_undefined(pass->linker, object, &request, pass->error);
    if (result->symbol)
        relocate_note_binding(object, (struct object *)result->object);
    remember(pass, index, for_call, !for_copy);
    return true;
}

/* S, for a definition that is no IFUNC. */
static uintptr_t value_of(struct symbol_result definition) {
    return definition.symbol ? symbol_address(definition) : 0;
}

/* -- words that need a symbol -- */

static bool apply_word(struct pass *pass, const struct relocation *relocation) {
    bool slot = relocation->kind == RELOC_GLOB_DAT || relocation->kind == RELOC_JUMP_SLOT;
    uint64_t addend = slot && !ARCH_SLOT_HAS_ADDEND ? 0 : relocation->addend;
    struct symbol_result definition = {pass->object, NULL};
    if (relocation->symbol &&
        !pass_resolve(pass, relocation->symbol, relocation->kind == RELOC_JUMP_SLOT, false,
                      &definition)) {
        bool waits = slot && pass->options.patient && pass->error->kind == ERROR_SYMBOL;
        pass->object->incomplete |= waits;
        return waits;
    }
    if (is_ifunc(definition)) {
        pass_check_resolver(pass, relocation, definition);
        return pass_defer(pass,
                          (struct deferred){(uintptr_t *)relocation->place, definition, addend,
                                            relocation->kind == RELOC_JUMP_SLOT, pass->sign});
    }
    uintptr_t value = value_of(definition) + addend;
    if (relocation->kind == RELOC_ABSOLUTE && !event_wanted(pass->linker, EVENT_bind)) {
        pass->same = (uint64_t)relocation->symbol << 32 | relocation->type;
        pass->same_value = value - addend;
    }
    if (pass->watched && relocation->kind == RELOC_JUMP_SLOT && definition.symbol)
        value = audit_bind_now(pass->linker, pass->object, definition, value);
    store_target(relocation->place, value, pass->sign);
    return true;
}

static bool apply_narrow(struct pass *pass, const struct relocation *relocation) {
    struct symbol_result definition = {pass->object, NULL};
    if (relocation->symbol && !pass_resolve(pass, relocation->symbol, false, false, &definition))
        return false;
    int64_t value = (int64_t)(value_of(definition) + relocation->addend);
    switch (relocation->kind) {
    case RELOC_PC64:
        store(relocation->place, (uintptr_t)value - relocation->place);
        return true;
    case RELOC_SIZE64:
    case RELOC_SIZE32:
        value =
            (int64_t)((definition.symbol ? definition.symbol->st_size : 0) + relocation->addend);
        if (relocation->kind == RELOC_SIZE64) {
            store(relocation->place, (uintptr_t)value);
            return true;
        }
        break;
    case RELOC_PC32:
        value -= (int64_t)relocation->place;
        break;
    default:
        break;
    }
    bool fits = relocation->kind == RELOC_PC32 ? value == (int32_t)value
                                               : (uint64_t)value == (uint32_t)value;
    if (!fits)
        return error_set(pass->error, ERROR_FILE, 0, pass->object->label,
                         "value 0x%lx of relocation type %u overflows", (unsigned long)value,
                         relocation->type);
    uint32_t word = (uint32_t)value;
    memcpy((void *)relocation->place, &word, sizeof word);
    return true;
}

static bool apply_copy(struct pass *pass, const struct relocation *relocation) {
    struct symbol_result definition;
    struct object *object = pass->object;
    if (!pass_resolve(pass, relocation->symbol, false, true, &definition))
        return false;
    if (!definition.symbol || !pass->options.copies)
        return true;
    const Elf64_Sym *reference = &object->symbols[relocation->symbol];
    size_t size = min_size(reference->st_size, definition.symbol->st_size);
    uintptr_t source = symbol_address(definition);
    if (!pass_has_place(pass, relocation->place, size) ||
        !object_segment(definition.object, source, size))
        return pass_fail(pass, "COPY relocation outside of the segments");
    if (ELF64_ST_VISIBILITY(definition.symbol->st_other) == STV_PROTECTED && !object->by_name)
        print_text(2,
                   "warning: copy relocation against non-copyable protected symbol `%s' in `%s'\n",
                   object->strings + reference->st_name, definition.object->path);
    if (reference->st_size != definition.symbol->st_size && !object->by_name)
        print_text(2, "%s: Symbol `%s' has different size in shared object, consider re-linking\n",
                   pass->linker->process.argv[0], object->strings + reference->st_name);
    memcpy((void *)relocation->place, (void *)source, size);
    EVENT(pass->linker, copy, .object = object, .from = definition.object,
          .symbol = object->strings + reference->st_name, .place = relocation->place,
          .source = source, .size = size);
    return true;
}

/* -- the loop -- */

static bool apply_kind(struct pass *pass, const struct relocation *relocation) {
    switch (relocation->kind) {
    case RELOC_NONE:
        return true;
    case RELOC_RELATIVE:
        store(relocation->place, pass->object->bias + relocation->addend);
        return true;
    case RELOC_ABSOLUTE:
    case RELOC_GLOB_DAT:
    case RELOC_JUMP_SLOT:
        return apply_word(pass, relocation);
    case RELOC_IRELATIVE:
        return pass_defer(pass, (struct deferred){(uintptr_t *)relocation->place,
                                                  {NULL, NULL},
                                                  pass->object->bias + relocation->addend,
                                                  false,
                                                  pass->sign});
    case RELOC_COPY:
        return apply_copy(pass, relocation);
    case RELOC_DTPMOD:
    case RELOC_DTPREL:
    case RELOC_TPREL:
    case RELOC_TLSDESC:
        return pass_apply_tls(pass, relocation);
    case RELOC_ABSOLUTE32:
    case RELOC_PC32:
    case RELOC_PC64:
    case RELOC_SIZE32:
    case RELOC_SIZE64:
        return apply_narrow(pass, relocation);
    default:
        return error_set(pass->error, ERROR_FILE, 0, pass->object->label,
                         relocation->type > 0xff ? "unexpected %sreloc type 0x%08x"
                                                 : "unexpected %sreloc type 0x%02x",
                         pass->waiting ? "PLT " : "", relocation->type);
    }
}

static bool decode(struct pass *pass, const Elf64_Rela *rela, struct relocation *relocation) {
    uint64_t info = rela->r_info;
    relocation->type = (uint32_t)info;
    relocation->kind = arch_reloc_kind(relocation->type);
    relocation->symbol = (uint32_t)(info >> 32);
    relocation->addend = (uint64_t)rela->r_addend;
    relocation->place = pass->object->bias + rela->r_offset;
    size_t size = place_size(relocation->kind);
    return !size || pass_has_place(pass, relocation->place, size) ||
           pass_fail(pass, "relocation outside of the writable segments");
}

static bool apply(struct pass *pass, const struct relocation *relocation) {
    if (!apply_kind(pass, relocation))
        return false;
    if (event_wanted(pass->linker, EVENT_bind))
        pass_tell_applied(pass, relocation);
    return true;
}

static bool is_place(struct pass *pass, const Elf64_Rela *rela) {
    return pass_has_place(pass, pass->object->bias + rela->r_offset, sizeof(uintptr_t));
}

static bool apply_table(struct pass *pass, const Elf64_Rela *table, size_t start, size_t count) {
    struct relocation relocation;
    struct foreseen foreseen[INDEX_COVERED];
    for (size_t i = start, batch = start, end = start; i < count; i++) {
        if (i == end) {
            batch = i;
            end += index_look_ahead(pass->index, pass->sieve, pass->object, &table[i],
                                    min_size(count - i, INDEX_COVERED),
                                    pass->last_valid ? pass->last_index : 0, foreseen);
        }
        if (table[i].r_info == pass->same && pass->same && is_place(pass, &table[i])) {
            store(pass->object->bias + table[i].r_offset,
                  pass->same_value + (uint64_t)table[i].r_addend);
            continue;
        }
        pass->foreseen = foreseen[i - batch];
        if ((!decode(pass, &table[i], &relocation) || !apply(pass, &relocation)) &&
            !report_and_go_on(pass->linker, pass->error))
            return false;
    }
    pass->foreseen = (struct foreseen){0, false};
    return true;
}

/* -- PLT slots -- */

/* DT_PLTGOT means the table that PLT0 uses, as far as the table itself can tell. */
static bool got_is_sound(const struct object *object) {
    return !ARCH_GOT_NAMES_DYNAMIC ||
           object->plt_got[0] + object->bias == (uintptr_t)object->dynamic;
}

/* GOT[1] and GOT[2] are there and writable: without them PLT0 leads nowhere. */
static bool can_be_lazy(struct pass *pass) {
    const struct object *object = pass->object;
    return pass->options.lazy && (!object->bind_now || pass->calls) && object->plt_got &&
           pass_has_place(pass, (uintptr_t)object->plt_got, 3 * sizeof(uintptr_t)) &&
           got_is_sound(object);
}

/* True when the function takes arguments where the trampoline does not expect them. Looks at the
 * symbol on machines alone that have such functions. */
static bool is_eager(const struct object *object, uint32_t index) {
    return ARCH_OTHER_EAGER && symbol_index_is_valid(object, index) &&
           object->symbols[index].st_other & ARCH_OTHER_EAGER;
}

/* True for a decoded PLT slot that may be bound at its first call. */
static bool may_wait(const struct pass *pass, const struct relocation *relocation) {
    return relocation->kind == RELOC_JUMP_SLOT &&
           (pass->calls || stays_writable(pass->object, &pass->place, relocation->place)) &&
           !is_eager(pass->object, relocation->symbol);
}

/* The file's value of a slot leads back into the PLT: only the load bias is missing. */
static bool apply_plt(struct pass *pass) {
    struct object *object = pass->object;
    pass->sign = object->signed_plt;
    if (!can_be_lazy(pass))
        return apply_table(pass, object->plt_rela, 0, object->plt_rela_count);
    struct relocation relocation;
    size_t waiting = 0;
    pass->waiting = true;
    for (size_t i = 0; i < object->plt_rela_count; i++) {
        if (!decode(pass, &object->plt_rela[i], &relocation))
            return false;
        if (may_wait(pass, &relocation)) {
            store_target(relocation.place, load(relocation.place) + object->bias, pass->sign);
            waiting++;
        } else if (!apply(pass, &relocation)) {
            return false;
        }
    }
    object->plt_got[1] = (uintptr_t)object;
    object->plt_got[2] =
        pass->calls ? (uintptr_t)arch_audit_trampoline : (uintptr_t)arch_lazy_trampoline;
    object->lazy = true;
    pass->waiting = false;
    EVENT(pass->linker, slots, .object = object, .got = (uintptr_t)object->plt_got, .lazy = waiting,
          .bound = object->plt_rela_count - waiting);
    return true;
}

/* -- one object -- */

/* Text relocations: all segments become writable for the time of relocation (gABI: DT_TEXTREL). */
static long set_text_writable(const struct object *object, bool writable) {
    if (!object->text_relocations)
        return 0;
    for (size_t i = 0; i < object->segment_count; i++) {
        const struct segment *segment = &object->segments[i];
        if (segment->prot & PROT_WRITE)
            continue;
        uintptr_t start = align_down(segment->start, object->page_size);
        int prot = writable ? (segment->prot & ~PROT_EXEC) | PROT_READ | PROT_WRITE : segment->prot;
        long result = sys_mprotect(start, align_up(segment->end, object->page_size) - start, prot);
        if (object->space->observer)
            EVENT(object->space->observer, protect, .object = object, .start = start,
                  .end = align_up(segment->end, object->page_size),
                  .protection = tell_protection(prot), .reason = "text-relocations");
        if (result < 0)
            return result;
    }
    return 0;
}

static bool apply_all(struct pass *pass) {
    const struct object *object = pass->object;
    if (!pass_apply_relr(pass))
        return false;
    size_t relative = pass_apply_relative(pass);
    if (event_wanted(pass->linker, EVENT_relocation))
        pass_tell_relatives(pass, relative);
    if (pass->linker->shim->tells_all && !apply_plt(pass))
        return false;
    return apply_table(pass, object->rela, relative, object->rela_count) &&
           (pass->linker->shim->tells_all || apply_plt(pass));
}

bool relocate_object(struct linker *linker, struct object *object, struct relocate_options options,
                     struct error *error) {
    struct sieve sieve;
    struct pass pass = {.linker = linker, .object = object, .options = options, .error = error};
    pass.sieve = event_wanted(linker, EVENT_candidate) ? NULL : &sieve;
    pass.watched = audit_watches(linker, object);
    pass.calls = pass.watched && audit_sees_calls(linker);
    if (pass.watched && !audit_prepare(linker, object, error))
        return false;
    if (linker->options.profile && linker->shim->lazy)
        pass.options.lazy = true;
    pass_tell_state(&pass, "begin");
    if (object->scopes && object->scopes->count)
        pass.index = object->scopes->item[0]->list->index;
    sieve.object = NULL;
    sieve.index = pass.index;
    long result = set_text_writable(object, true);
    if (result < 0)
        return error_set(error, ERROR_FILE, (int)-result, object->label,
                         "cannot make segment writable for relocation");
    bool done = apply_all(&pass);
    /* Resolvers are code: it must be executable again before they run. Their own slots are data. */
    result = set_text_writable(object, false);
    if (done && result < 0)
        done = error_set(error, ERROR_FILE, (int)-result, object->label,
                         "cannot restore segment prot after reloc");
    if (done && object->incomplete)
        error->kind = ERROR_NONE; /* patience has left one */
    done = done && pass_run_deferred(&pass);
    memory_free(pass.deferred);
    object->relocated = done;
    if (done && linker->options.profile)
        profile_begin(linker, object);
    tell_pages(linker, object);
    pass_tell_state(&pass, "end");
    return done;
}

bool relocate_copies(struct linker *linker, struct object *object, struct error *error) {
    struct pass pass = {
        .linker = linker, .object = object, .options = {.copies = true}, .error = error};
    struct relocation relocation;
    for (size_t i = 0; i < object->rela_count; i++)
        if (arch_reloc_kind((uint32_t)object->rela[i].r_info) == RELOC_COPY &&
            (!decode(&pass, &object->rela[i], &relocation) || !apply(&pass, &relocation)))
            return false;
    return true;
}

bool relocate_missing(struct linker *linker, struct object *object, struct error *error) {
    struct pass pass = {
        .linker = linker, .object = object, .options = {.patient = true}, .error = error};
    const struct {
        const Elf64_Rela *table;
        size_t count;
    } parts[] = {{object->rela, object->rela_count}, {object->plt_rela, object->plt_rela_count}};
    struct relocation relocation;
    object->incomplete = false;
    for (size_t part = 0; part < ARRAY_LENGTH(parts); part++) {
        pass.sign = parts[part].table == object->plt_rela && object->signed_plt;
        for (size_t i = 0; i < parts[part].count; i++) {
            if (!decode(&pass, &parts[part].table[i], &relocation))
                return false;
            bool slot = relocation.kind == RELOC_JUMP_SLOT || relocation.kind == RELOC_GLOB_DAT;
            if (slot && stays_writable(object, &pass.place, relocation.place) &&
                !apply(&pass, &relocation))
                return false;
        }
    }
    bool done = pass_run_deferred(&pass);
    memory_free(pass.deferred);
    return done;
}

bool relocate_protect(const struct object *first, struct error *error) {
    for (const struct object *object = first; object; object = object->next) {
        size_t size = object->relro_end - object->relro_start;
        long result = size ? sys_mprotect(object->relro_start, size, PROT_READ) : 0;
        if (size && object->space->observer)
            EVENT(object->space->observer, protect, .object = object, .start = object->relro_start,
                  .end = object->relro_end, .protection = "r--", .reason = "relro");
        if (result < 0)
            return error_set(error, ERROR_FILE, (int)-result, object->label,
                             "cannot apply additional memory protection after relocation");
    }
    return true;
}
