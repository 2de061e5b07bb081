# Builds and runs the tests. In from the top Makefile: ARCH, BUILD, MYLD, HOST_CFLAGS, and LOADER_SOURCES. Out:
#
#   test-unit   tests/unit/test_*.c, each a Criterion program
#   test-run    tests/run/test_*.c, each a Criterion program that starts real processes
#   test-all    both, with one line of totals at the end
#
# Some themes: `make test-run RUN='tls lazy'`. Another loader: `make test-run MYLD=/lib64/ld-linux-x86-64.so.2`.

T := $(BUILD)/tests
TEST_CC ?= gcc
UNIT_TESTS := $(patsubst tests/unit/test_%.c,$(T)/unit-%,$(wildcard tests/unit/test_*.c))
RUN ?= *
RUN_TESTS := $(patsubst tests/run/test_%.c,$(T)/run-%,$(foreach theme,$(RUN),\
	$(or $(wildcard tests/run/test_$(theme).c),$(error there is no tests/run/test_$(theme).c))))
GRAPHS := $(T)/graphs/graphs
UNIT_CFLAGS = -I. -Iarch/$(ARCH) -Ilibc-shim
NATIVE_LOADER_x86_64 := /lib64/ld-linux-x86-64.so.2
NATIVE_LOADER_aarch64 := /lib/ld-linux-aarch64.so.1
# nothing to build when another loader is tested
OWN_LOADER = $(if $(findstring $(CURDIR)/$(BUILD)/myld,$(MYLD)),$(BUILD)/myld)
RUN_CFLAGS = -DBUILD_FOLDER='"$(CURDIR)/$(BUILD)"' -DSOURCE_FOLDER='"$(CURDIR)"' -DTEST_ARCH='"$(ARCH)"' \
    -DNATIVE_LOADER='"$(EMULATOR_ROOT)$(NATIVE_LOADER_$(ARCH))"' \
    -DNATIVE_MUSL='"$(EMULATOR_ROOT)/lib/ld-musl-$(ARCH).so.1"' \
    -DTOOL_PREFIX='"$(CROSS)"' -DEMULATOR='"$(EMULATOR)"' -DEMULATOR_ROOT='"$(EMULATOR_ROOT)"'

# Another machine's programs: $(T)/machine has the kernel start them in the emulator, with their libraries in the usual
# places. Where the kernel cannot, each is handed to the emulator, which looks for loaders and libraries in a root; a second
# root has myld in the loaders' place. Unit tests run on the machine that builds them alone.
ifneq ($(CROSS),)
EMULATOR := qemu-$(ARCH)-static
EMULATOR_ROOT := $(CURDIR)/$(CROSS_ROOT)
UNIT_TESTS :=
SYSTEM := $(BUILD)/system
ON_MACHINE := $(T)/machine $(CURDIR)/$(SYSTEM) $(EMULATOR)
$(SYSTEM)/packages:
	@tools/cross $(ARCH) $(SYSTEM) system
IN_PLACE := $(CROSS_ROOT)-in-place
$(IN_PLACE)/lib: | $(CROSS_ROOT)/packages
	mkdir -p $(IN_PLACE)/usr $@
	ln -sf $(CURDIR)/$(CROSS_ROOT)/lib/$(ARCH)-linux-* $@
	ln -sf $(CURDIR)/$(BUILD)/myld $(IN_PLACE)$(NATIVE_LOADER_$(ARCH))
	ln -sf $(CURDIR)/$(BUILD)/myld $(IN_PLACE)/lib/ld-musl-$(ARCH).so.1
	ln -sfn ../lib $(IN_PLACE)/usr/lib
endif

# Unit tests run on the host, with its libc: each takes what it needs from an archive of the loader's code. The archive's
# names stay in the test: the host's own loader must not be bound to another __tls_get_addr.
UNIT_OBJECTS := $(patsubst %,$(T)/loader/%.o,$(basename $(LOADER_SOURCES)))
$(T)/loader/%.o: %.c
	@mkdir -p $(@D)
	@$(TEST_CC) $(HOST_CFLAGS) $(UNIT_CFLAGS) -fno-strict-aliasing -MMD -MP -c -o $@ $<

$(T)/loader/%.o: %.S
	@mkdir -p $(@D)
	@$(TEST_CC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<

$(T)/loader.a: $(UNIT_OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(T)/unit-%: tests/unit/test_%.c $(T)/loader.a $(wildcard tests/unit/*.h)
	$(TEST_CC) $(HOST_CFLAGS) $(UNIT_CFLAGS) -pthread -o $@ $< $(T)/loader.a -Wl,--exclude-libs,ALL -lcriterion

-include $(UNIT_OBJECTS:.o=.d)

RUN_OBJECTS := $(T)/support.o $(T)/stub.o $(T)/damage.o
$(RUN_OBJECTS): $(T)/%.o: tests/run/%.c tests/run/support.h tests/run/stub.h tests/run/damage.h tests/tests.mk
	@mkdir -p $(@D)
	$(TEST_CC) $(HOST_CFLAGS) $(RUN_CFLAGS) -c -o $@ $<

$(T)/run-%: tests/run/test_%.c $(RUN_OBJECTS) tests/run/support.h
	$(TEST_CC) $(HOST_CFLAGS) $(RUN_CFLAGS) -o $@ $< $(RUN_OBJECTS) -lcriterion

$(T)/bind $(T)/machine: $(T)/%: tests/run/%.c
	@mkdir -p $(@D)
	$(TEST_CC) $(HOST_CFLAGS) -static -o $@ $<

.SECONDARY: $(RUN_OBJECTS)
.PHONY: test-unit test-run test-all test-programs
test-programs: $(OWN_LOADER) $(addsuffix /lib,$(IN_PLACE)) samples $(T)/bind $(T)/machine $(GRAPHS) debug-loader $(UNIT_TESTS) $(RUN_TESTS)
test-unit: $(UNIT_TESTS)
	@tests/run-all $(UNIT_TESTS)
test-run: $(OWN_LOADER) $(addsuffix /lib,$(IN_PLACE)) samples $(T)/bind $(T)/machine $(GRAPHS) debug-loader $(RUN_TESTS) $(addsuffix /packages,$(SYSTEM))
	@MYLD='$(MYLD)' $(ON_MACHINE) tests/run-all $(RUN_TESTS)
test-all: test-programs $(addsuffix /packages,$(SYSTEM))
	@MYLD='$(MYLD)' $(ON_MACHINE) tests/run-all $(UNIT_TESTS) $(RUN_TESTS)

# Random library graphs (tests/graphs/graph.h): a program that makes, runs and compares them, with the code of the generated
# libraries inside. `make graphs` compares all 2,000 seeds, for each libc.
G := $(T)/graphs
GRAPH_OBJECTS := $(patsubst %,$(G)/%.o,code emit generate main reduce run show writer)
# the engine can lie anywhere: no addresses of pages
ENGINE_CFLAGS_aarch64 := -mcmodel=tiny -mno-outline-atomics
ENGINE_CFLAGS := -std=gnu17 $(WARNINGS) -Os -fPIC -fvisibility=hidden -ffreestanding -fno-stack-protector \
    -fno-asynchronous-unwind-tables -fno-jump-tables -mgeneral-regs-only -Itests/graphs/$(ARCH) $(ENGINE_CFLAGS_$(ARCH))
$(G)/engine.bin: $(wildcard tests/graphs/engine.* tests/graphs/$(ARCH)/*) tests/tests.mk
	@mkdir -p $(@D)
	$(CROSS)gcc $(ENGINE_CFLAGS) -c -o $(G)/engine-c.o tests/graphs/engine.c
	$(CROSS)gcc -c -o $(G)/engine-s.o tests/graphs/$(ARCH)/engine.S
	$(CROSS)ld --no-undefined -T tests/graphs/engine.ld -o $(G)/engine.elf $(G)/engine-s.o $(G)/engine-c.o
	$(CROSS)objcopy -O binary -j .text $(G)/engine.elf $@

$(G)/code.o: tests/graphs/code.S $(G)/engine.bin
	$(TEST_CC) -DENGINE='"$(G)/engine.bin"' -c -o $@ $<

$(G)/%.o: tests/graphs/%.c $(wildcard tests/graphs/*.h tests/graphs/$(ARCH)/*.h) tests/tests.mk
	@mkdir -p $(@D)
	$(TEST_CC) $(HOST_CFLAGS) $(RUN_CFLAGS) -Itests/graphs/$(ARCH) -c -o $@ $<

$(G)/graphs: $(GRAPH_OBJECTS)
	$(TEST_CC) -o $@ $^

# Sixty seconds of everything at once (samples/storm.cc), under a loader that checks itself.
DEBUG_MYLD := build/$(ARCH)-debug/myld
.PHONY: debug-loader stress
debug-loader:
	@$(MAKE) --no-print-directory DEBUG=1 $(DEBUG_MYLD)
stress: debug-loader samples
	$(DEBUG_MYLD) $(BUILD)/samples/storm 60 32

.PHONY: graphs
graphs: $(OWN_LOADER) $(G)/graphs $(T)/machine $(addsuffix /packages,$(SYSTEM))
	MYLD='$(MYLD)' $(ON_MACHINE) $(G)/graphs 1 2000
	MYLD='$(MYLD)' $(ON_MACHINE) $(G)/graphs --libc musl 1 2000
