/* Reading of property notes: sound ones, several properties and notes, and cut or lying ones. */
#include "loader/guard.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { OTHER = 0xc0000001, LOOKED_FOR = 0xc0000000, BIT = 1 };

struct note {
    uint32_t name_size, size, type;
    char name[4];
    struct {
        uint32_t type, size, value, padding;
    } property[2];
};

static const struct note sound = {
    .name_size = 4,
    .size = 32,
    .type = 5,
    .name = "GNU",
    .property = {{OTHER, 4, 1, 0}, {LOOKED_FOR, 4, BIT | 2, 0}},
};

Test(guard, sound_note) {
    cr_expect(guard_note_has(&sound, sizeof sound, LOOKED_FOR, BIT));
}

Test(guard, second_note) {
    struct note notes[2] = {sound, sound};
    notes[0].type = 1;
    cr_expect(guard_note_has(notes, sizeof notes, LOOKED_FOR, BIT));
}

Test(guard, other_bit) {
    struct note note = sound;
    note.property[1].value = 2;
    cr_expect_not(guard_note_has(&note, sizeof note, LOOKED_FOR, BIT));
}

/* Each length that cuts something off, in memory that ends there. */
Test(guard, cut) {
    for (size_t size = 0; size < sizeof sound; size++) {
        char *copy = malloc(size ? size : 1);
        memcpy(copy, &sound, size);
        cr_expect_not(guard_note_has(copy, size, LOOKED_FOR, BIT), "%zu", size);
        free(copy);
    }
}

Test(guard, lying_sizes) {
    for (size_t word = 0; word < sizeof sound / 4; word++) {
        struct note note = sound;
        uint32_t huge = 0xfffffff9;
        memcpy((char *)&note + 4 * word, &huge, sizeof huge);
        guard_note_has(&note, sizeof note, LOOKED_FOR, BIT); /* must come back */
    }
}
