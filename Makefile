# myld: build, demo, tests, installation. `make help` lists the targets.
ARCH ?= $(shell uname -m)
BUILD := build/$(ARCH)$(if $(DEBUG),-debug)
HOST_ARCH := $(shell uname -m)

ifeq ($(ARCH),$(HOST_ARCH))
CROSS :=
MUSL_INCLUDE := /usr/include/$(ARCH)-linux-musl
MUSL_LIB := /usr/lib/$(ARCH)-linux-musl
else
# another machine's loader: Debian's cross tools, and that machine's libraries in a folder of their own
CROSS := $(ARCH)-linux-gnu-
CROSS_ROOT := build/$(ARCH)/root
MUSL_INCLUDE := $(CROSS_ROOT)/usr/include/$(ARCH)-linux-musl
MUSL_LIB := $(CROSS_ROOT)/usr/lib/$(ARCH)-linux-musl
SAMPLE_CC := $(CROSS)gcc
SAMPLE_CXX := $(CROSS)g++
SAMPLE_MUSL_CC := $(CROSS_ROOT)/musl-gcc
endif

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(CROSS),)
LOADER_CC := $(CC)
else ifneq ($(findstring clang,$(CC)),)
LOADER_CC := $(CC) --target=$(ARCH)-linux-gnu
else
LOADER_CC := $(CROSS)$(CC)
endif

WARNINGS := -Wall -Wextra -Werror
# make DEBUG=1: a loader that checks itself (loader/check.h), in a folder of its own
LOADER_CHECKS := $(if $(DEBUG),-DMYLD_DEBUG)
HOST_CFLAGS := -std=gnu17 $(WARNINGS) -O2 -g
COMPILER_INCLUDE := $(shell $(LOADER_CC) -print-file-name=include)

# No helpers of libgcc that look for features first; landing pads for checked branches, signed return addresses.
LOADER_CFLAGS_aarch64 := -mno-outline-atomics -mbranch-protection=standard

# Most of the loader runs once: what counts there are the bytes that come into the caches. The loops that run for each
# relocation and symbol are to be fast.
OPTIMISE = -Oz
$(addprefix $(BUILD)/obj/loader/,relocate.o relocate_relative.o symbol.o index.o address.o sieve.o \
	event_json.o event_file.o): OPTIMISE = -O2

# The loader: freestanding, no vector registers (lazy binding must not touch them), musl's headers.
LOADER_CFLAGS := -std=gnu17 $(WARNINGS) -g -ffreestanding -fPIE -include loader/hidden.h \
	-fno-stack-protector -fasynchronous-unwind-tables -fno-builtin -ffunction-sections \
	-fno-strict-aliasing -mgeneral-regs-only -nostdinc -isystem $(COMPILER_INCLUDE) \
	-isystem $(MUSL_INCLUDE) -I. -Iarch/$(ARCH) $(LOADER_CFLAGS_$(ARCH)) $(LOADER_CHECKS)

SONAME_x86_64 := ld-linux-x86-64.so.2
SONAME_aarch64 := ld-linux-aarch64.so.1
# The loader's own code is guarded, too, although the parts of musl in it, which nobody jumps to indirectly, do not say so.
LOADER_LDFLAGS_aarch64 := -Wl,-z,force-bti

VERSION_MAP := libc-shim/glibc/$(ARCH)/myld.map
LOADER_LAYOUT := loader/loader.ld loader/start.ld arch/$(ARCH)/segments.ld
LOADER_LDFLAGS := -shared -nostdlib -fuse-ld=bfd -Wl,-T,loader/loader.ld -Larch/$(ARCH) -Wl,-z,text -Wl,-z,now \
	-Wl,-z,noexecstack -Wl,--hash-style=gnu -Wl,--gc-sections \
	-Wl,-soname,$(SONAME_$(ARCH)) -Wl,-Bsymbolic -Wl,--build-id -Wl,--no-undefined \
	-Wl,--version-script=$(VERSION_MAP) $(LOADER_LDFLAGS_$(ARCH))

LOADER_SOURCES := $(wildcard loader/*.c) $(wildcard arch/$(ARCH)/*.[cS]) \
	$(filter-out arch/$(ARCH)/%,$(wildcard arch/*/facts.c)) \
	$(wildcard libc-shim/*.c libc-shim/*/*.c libc-shim/*/$(ARCH)/*.[cS])
LOADER_OBJECTS := $(patsubst %,$(BUILD)/obj/%.o,$(basename $(LOADER_SOURCES)))
LISTENERS := $(filter $(BUILD)/obj/loader/event_%.o $(patsubst %,$(BUILD)/obj/loader/%.o,\
	debug_topics question reference why why_lib tree missing),$(LOADER_OBJECTS))
# What every start touches lies together, for each neighbourhood of pages costs a fault. For functions there is
# loader/start.ld; these are the files with constants and variables: first what all programs need, then musl's, then glibc's.
# The allocator's pool, which is large, ends the variables of the first two.
START := $(patsubst %,arch/$(ARCH)/%,start facts rendezvous) \
	$(patsubst %,loader/%,main process options image_file guard dynamic program start cache relocate relocate_relative \
	retire lock tls builtin) libc-shim/recognise $(patsubst %,libc-shim/musl/%,musl find messages functions life stub \
	$(ARCH)/enter) loader/memory $(patsubst %,libc-shim/glibc/%,glibc shared threads functions tunables spaces dlfcn \
	$(ARCH)/machine $(ARCH)/cpu_features $(ARCH)/cpu_settings) libc-shim/gnu_rules libc-shim/gnu_tunables loader/search \
	arch/$(ARCH)/cpu
START := $(filter $(LOADER_OBJECTS),$(START:%=$(BUILD)/obj/%.o))
REST := $(filter-out $(START),$(LOADER_OBJECTS))

# Nobody unwinds through these: they call no foreign code, and most are done before there is any.
$(LISTENERS) $(patsubst %,$(BUILD)/obj/loader/%.o,options process start program report list auxv handover facts text error tell event \
	address sieve dlerror index group memory cache folder image_file image dynamic version search load order scope audit audit_calls \
	namespace rendezvous map object) \
	$(patsubst %,$(BUILD)/obj/libc-shim/%.o,musl/find musl/messages gnu_rules gnu_tunables recognise glibc/recognise \
	glibc/tunables glibc/diagnostics glibc/$(ARCH)/cpu_features glibc/$(ARCH)/diagnostics): \
	LOADER_CFLAGS += -fno-asynchronous-unwind-tables -fno-unwind-tables

MYLD := $(CURDIR)/$(BUILD)/myld

# The link ./myld is the loader for this machine.
.PHONY: all
all: $(BUILD)/myld $(if $(CROSS)$(DEBUG),,myld)

$(BUILD)/myld: $(START) $(BUILD)/rest.a $(LOADER_LAYOUT) $(VERSION_MAP)
	@echo '  LINK $@'
	@$(LOADER_CC) $(LOADER_LDFLAGS) -o $@.new $(START) -Wl,--whole-archive $(BUILD)/rest.a -Wl,--no-whole-archive -L$(MUSL_LIB) -Wl,-Bstatic -lc -lgcc \
	    2>$@.log || { cat $@.log >&2; exit 1; }
	@grep -v 'BTI turned on by -z force-bti' $@.log >&2 || :
	@tools/check-loader $@.new $(CROSS)
	@mv $@.new $@

$(BUILD)/rest.a: $(REST) Makefile
	@rm -f $@
	@$(AR) rcsT $@ $(REST)

# As it is installed: without debugging information. Valgrind wants the symbols.
$(BUILD)/myld.stripped: $(BUILD)/myld
	@$(CROSS)strip --strip-debug -o $@ $<

myld: $(BUILD)/myld
	ln -sf $(BUILD)/myld $@

ifneq ($(CROSS),)
$(CROSS_ROOT)/packages:
	@tools/cross $(ARCH) $(CROSS_ROOT)
$(LOADER_OBJECTS): | $(CROSS_ROOT)/packages
endif

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(LOADER_CC) $(LOADER_CFLAGS) $(OPTIMISE) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.S
	@mkdir -p $(@D)
	@echo '  AS   $<'
	@$(LOADER_CC) -I. -Iarch/$(ARCH) -g -MMD -MP -c -o $@ $<

-include $(LOADER_OBJECTS:.o=.d)

.PHONY: clean
clean:
	rm -rf build myld

# -- programs around the loader: samples, tests, benchmark -------------------------------------------

include samples/samples.mk
include tests/tests.mk
include bench/bench.mk
include tests/system/system.mk
include tools/report/report.mk
include tools/explain/explain.mk

# Where libdw is there: --explain is a part of the loader.
ifeq ($(DEBUG),)
all: $(HAVE_EXPLAIN)
endif

# Each of these installs what is missing first, hence the second make: it sees the compiler that was installed.
.PHONY: demo test lint
demo:
	@tools/setup demo
	@$(MAKE) --no-print-directory all $(S)/hello $(S)/musl/hello $(S)/lazy $(S)/plugin_host $(S)/libplugin_one.so
	@tools/demo '$(MYLD)' $(BUILD)/samples

test:
	@tools/setup test
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory test-all

C_FILES := $(wildcard loader/*.[ch] arch/*/*.[ch] libc-shim/*.[ch] libc-shim/*/*.[ch] \
	libc-shim/*/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch] samples/*.[ch] samples/*.cc bench/*.[ch] tools/*.[ch] tools/*/*.[ch])
lint:
	@tools/setup lint
	@clang-format --dry-run -Werror $(C_FILES)
	@tools/lint $(ARCH)

# -- installation ------------------------------------------------------------------------------------

PREFIX ?= /usr/local
DESTDIR ?=
.PHONY: install
install: $(BUILD)/myld.stripped $(BUILD)/recover $(if $(CROSS),,$(REPORT) $(HAVE_EXPLAIN))
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/lib/myld/myld
	$(CROSS)objcopy --only-keep-debug $(BUILD)/myld $(DESTDIR)$(PREFIX)/lib/myld/myld.debug
	# To stand in the place of the system's loader: docs/system.md.
	install -m 755 $(BUILD)/recover tools/system-loader $(DESTDIR)$(PREFIX)/lib/myld
	# musl's libc, where there is one: musl programs run even when myld stands in the place of ld-musl.
	if [ -e /lib/ld-musl-$(ARCH).so.1 ]; then \
	    cp -L /lib/ld-musl-$(ARCH).so.1 $(DESTDIR)$(PREFIX)/lib/myld/libc.musl-$(ARCH).so.1; fi
	mkdir -p $(DESTDIR)$(PREFIX)/bin
	ln -sf ../lib/myld/myld $(DESTDIR)$(PREFIX)/bin/myld
	# the tools for this machine alone
	$(if $(CROSS)$(if $(HAVE_EXPLAIN),,none),,install -m 755 $(EXPLAIN) $(DESTDIR)$(PREFIX)/lib/myld)
	$(if $(CROSS),,install -m 755 $(REPORT) $(DESTDIR)$(PREFIX)/bin/myld-report)

.PHONY: help
help:
	@echo 'make            build the loader: $(BUILD)/myld and a link ./myld'
	@echo 'make ARCH=aarch64  cross-build build/aarch64/myld'
	@echo 'make demo       install what is missing, build, run real programs on it'
	@echo 'make test       install what is missing, build, run all tests'
	@echo 'make system-test  a Debian on myld, in a root folder and booted in qemu; as root'
	@echo 'make report     build $(BUILD)/myld-report: makes a page from a trace'
	@echo 'make test-report  the page in a headless browser (installs chromium)'
	@echo 'make bench      myld beside ld-linux and ld-musl'
	@echo 'make lint       clang-format and clang-tidy'
	@echo 'make install    PREFIX=/usr/local DESTDIR='
