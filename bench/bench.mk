# bench.mk: the benchmark, for the top Makefile. Needs ARCH, BUILD, MYLD (absolute), HOST_CFLAGS.
#
#   make bench                    the small set: hello (glibc, musl), true, ls, git, python3
#   make bench SET=full           larger programs too (those installed), and generated ones
#   make bench ONLY=hello         groups whose name contains a word
#   make bench ROUNDS=1000        more rounds, narrower intervals
#   make bench-inside             dlopen, dlsym, first lazy calls, TLS, exceptions inside a process
#   make bench BENCHFLAGS=--instructions   with callgrind's count of instructions

SET ?= small
ROUNDS ?= $(if $(filter full,$(SET)),25,100)
ONLY ?=
BENCHFLAGS ?=
BENCH_DIR := $(dir $(lastword $(MAKEFILE_LIST)))
BENCH_OUT := $(abspath $(BUILD))/bench
BENCH_LOADER := $(patsubst $(CURDIR)/$(BUILD)/myld,$(BUILD)/myld.stripped,$(MYLD))
BENCH_C := $(addprefix $(BENCH_DIR),bench.c process.c $(ARCH).c)
BENCH_H := $(addprefix $(BENCH_DIR),process.h machine.h)

$(BENCH_OUT)/bench: $(BENCH_C) $(BENCH_H)
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -D_GNU_SOURCE -o $@ $(BENCH_C) -lm

$(BENCH_OUT)/chart: $(BENCH_DIR)chart.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -D_GNU_SOURCE -o $@ $< -lm

$(BENCH_OUT)/recast: $(BENCH_DIR)recast.c $(BENCH_DIR)$(ARCH).c $(BENCH_H)
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -D_GNU_SOURCE -o $@ $(BENCH_DIR)recast.c $(BENCH_DIR)$(ARCH).c

# SET=full installs what it runs, where it may.
.PHONY: bench
bench: $(addprefix $(BENCH_OUT)/,bench recast chart) $(BENCH_LOADER)
	@$(if $(filter full,$(SET)),tools/setup bench-full || true)
	@$(BENCH_DIR)prepare.sh $(SET) $(BENCH_OUT)/$(SET) $(BENCH_LOADER) $(BENCH_OUT)/recast \
	    $(BENCH_DIR) $(ONLY) > $(BENCH_OUT)/$(SET).table
	@failed=0; (cd $(BENCH_OUT)/$(SET) && ../bench --rounds $(ROUNDS) --json ../$(SET).json $(BENCHFLAGS) \
	    ../$(SET).table $(ONLY)) || failed=$$?; \
	$(BENCH_OUT)/chart ratios $(BENCH_OUT)/$(SET).json > $(BENCH_OUT)/$(SET).svg; \
	if grep -q libraries $(BENCH_OUT)/$(SET).table; then for libc in glibc musl; do \
	    $(BENCH_OUT)/chart growth $(BENCH_OUT)/$(SET).json $$libc > $(BENCH_OUT)/growth-$$libc.svg; \
	    $(BENCH_OUT)/chart table $(BENCH_OUT)/$(SET).json $$libc; done; fi; \
	exit $$failed

# Operations inside a running program.
.PHONY: bench-inside
bench-inside: $(BENCH_OUT)/recast $(BENCH_LOADER)
	@$(BENCH_DIR)inside.sh $(BENCH_OUT)/inside $(BENCH_LOADER) $(BENCH_OUT)/recast $(BENCH_DIR) 11
