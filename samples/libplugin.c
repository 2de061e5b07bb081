/*
 * A plug-in for plugin_host.c. PLUGIN_NAME tells one from the other; with PLUGIN_NEEDS it uses a
 * symbol that nobody defines.
 */
#include <stdio.h>

/** A variable of the host (linked with --export-dynamic), NULL where the host hides it. */
extern const char *host_name __attribute__((weak));
#ifdef PLUGIN_NEEDS
int plugin_nowhere(int);
#endif

__attribute__((constructor)) static void begin(void) {
    printf("%s: constructor\n", PLUGIN_NAME);
}

__attribute__((destructor)) static void end(void) {
    printf("%s: destructor\n", PLUGIN_NAME);
}

/** A symbol that both plug-ins have. */
const char *plugin_name(void);
const char *plugin_name(void) {
    return PLUGIN_NAME;
}

/** Calls its own plugin_name() through the PLT: whose is it? */
const char *plugin_calls(void);
const char *plugin_calls(void) {
    return plugin_name();
}

/** Runs the plug-in. Returns the number of runs since it was loaded. */
int plugin_run(void);
int plugin_run(void) {
    static int runs;

    printf("%s: run %d for %s\n", PLUGIN_NAME, ++runs, &host_name ? host_name : "nobody");
#ifdef PLUGIN_NEEDS
    return plugin_nowhere(runs);
#else
    return runs;
#endif
}
