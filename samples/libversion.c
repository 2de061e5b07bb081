/*
 * A library that grew. VERSION 1 has answer@VERS_1; VERSION 2 keeps it for old programs and adds a
 * default answer@@VERS_2; VERSION 3 also has a version that nothing but its node marks (VERS_3).
 * VERSION 0 has no versions at all. The nodes are named in libversion_N.map.
 */
#if VERSION >= 2
int answer_old(void);
int answer_old(void) {
    return 41;
}
int answer_new(void);
int answer_new(void) {
    return 42;
}
__asm__(".symver answer_old, answer@VERS_1");
__asm__(".symver answer_new, answer@@VERS_2");
#else
/** The answer, as the first version knew it. */
int answer(void);
int answer(void) {
    return 41;
}
#endif

#if VERSION >= 3
/** Only the third version has this. */
int question(void);
int question(void) {
    return 6 * 9;
}
#endif
