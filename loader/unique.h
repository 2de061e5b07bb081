/* Unique symbols (STB_GNU_UNIQUE, gABI supplement for GNU/Linux): the first definition that anybody
 * bound to serves its whole namespace, whatever the scopes say. g++ makes the static variables of
 * inline functions and templates so.
 */
#ifndef MYLD_UNIQUE_H
#define MYLD_UNIQUE_H

#include "symbol.h"

#ifndef STB_GNU_UNIQUE
#define STB_GNU_UNIQUE 10
#endif

/* What a reference binds to that has found the unique symbol `found`: the definition that came
 * first, which stays loaded from now on. Lock-free. Without memory it is `found`. */
struct symbol_result unique_definition(struct symbol_result found,
                                       const struct symbol_request *request);

/* Forgets the definitions of an object that goes before anybody has used them: a load that failed.
 */
void unique_forget(const struct object *object);

#endif
