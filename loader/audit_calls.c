/* The calls of auditors that tell of objects and searches; see audit.h. */
#include "audit.h"

#include "linker.h"
#include "memory.h"
#include "rendezvous.h"

/* The states of an object that is audited, one for each auditor. They begin with the object's map
 * as cookie. NULL: it is not audited, or no memory. */
static struct audit_state *states_of(const struct linker *linker, struct object *object) {
    if (!linker->audit || (object->space && object->space->audits))
        return NULL;
    if (object->audit_states)
        return object->audit_states;
    object->audit_states = memory_alloc(linker->audit->count * sizeof object->audit_states[0]);
    for (unsigned i = 0; object->audit_states && i < linker->audit->count; i++)
        object->audit_states[i].cookie = (uintptr_t)object->map;
    return object->audit_states;
}

void audit_activity(struct linker *linker, const struct namespace *space,
                    enum audit_activity activity) {
    struct audit_state *state =
        linker->audit && space->first ? states_of(linker, space->first) : NULL;
    if (!state)
        return;
    for (struct auditor *auditor = linker->audit->first; auditor; auditor = auditor->next, state++)
        if (auditor->activity)
            auditor->activity(&state->cookie, activity);
}

void audit_opened(struct linker *linker, struct object *object) {
    struct audit_state *state = linker->audit ? states_of(linker, object) : NULL;
    if (!state)
        return;
    long space = object->space ? object->space->id : 0;
    for (struct auditor *auditor = linker->audit->first; auditor; auditor = auditor->next, state++)
        if (auditor->objopen) {
            state->flags = auditor->objopen(object->map, space, &state->cookie);
            object->audit_any |= state->flags != 0;
        }
}

void audit_closed(struct linker *linker, struct object *object) {
    struct audit_state *state = linker->audit ? states_of(linker, object) : NULL;
    if (!state)
        return;
    for (struct auditor *auditor = linker->audit->first; auditor; auditor = auditor->next, state++)
        if (auditor->objclose)
            auditor->objclose(&state->cookie);
}

void audit_preinit(struct linker *linker) {
    struct audit_state *state = linker->audit ? states_of(linker, linker->program) : NULL;
    if (!state)
        return;
    for (struct auditor *auditor = linker->audit->first; auditor; auditor = auditor->next, state++)
        if (auditor->preinit)
            auditor->preinit(&state->cookie);
}

const char *audit_search(struct linker *linker, struct object *requester, const char *name,
                         unsigned how) {
    struct audit_state *state = linker->audit && requester ? states_of(linker, requester) : NULL;
    if (!state)
        return name;
    for (struct auditor *auditor = linker->audit->first; auditor && name;
         auditor = auditor->next, state++)
        if (auditor->objsearch)
            name = auditor->objsearch(name, &state->cookie, how);
    return name;
}
