# Builds the storyteller behind --explain and --step: $(BUILD)/myld-explain, beside the loader, for the machine that builds.
# In from the top Makefile: BUILD, HOST_CFLAGS, CROSS. Out: the target `explain`, $(EXPLAIN), and $(HAVE_EXPLAIN), which is
# empty where libdw's headers (Debian: libdw-dev) are missing.

EXPLAIN := $(BUILD)/myld-explain
HAVE_EXPLAIN := $(if $(wildcard /usr/include/elfutils/libdw.h),$(EXPLAIN))
EXPLAIN_CC ?= $(if $(CROSS),gcc,$(CC))
EXPLAIN_OBJECTS := $(patsubst tools/explain/%.c,$(BUILD)/obj/explain/%.o,$(wildcard tools/explain/*.c)) \
    $(BUILD)/obj/report/json.o

.PHONY: explain
explain: $(EXPLAIN)

$(EXPLAIN): $(EXPLAIN_OBJECTS)
	@echo '  LINK $@'
	@$(EXPLAIN_CC) -o $@ $^ -ldw -lelf

$(BUILD)/obj/explain/%.o: tools/explain/%.c
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(EXPLAIN_CC) $(HOST_CFLAGS) -I. -MMD -MP -c -o $@ $<

-include $(EXPLAIN_OBJECTS:.o=.d)

# the tests of it run it; see tests/tests.mk
$(BUILD)/tests/run-explain: | $(EXPLAIN)
