# The system test: myld as the loader of a whole Debian (docs/system.md). In from the top Makefile: BUILD, MYLD, SONAME_….
#
#   system-test          all steps; as root; 15 minutes and 6 GB in $(SYSTEM_WORK)
#   system-test STEPS=…  some of: install workloads libc boot rescue; or bare: .ci/run in a Debian with nothing installed
SYSTEM_WORK ?= $(BUILD)/system
STEPS ?=

$(BUILD)/recover: tools/recover.c
	@mkdir -p $(@D)
	$(CROSS)gcc $(HOST_CFLAGS) -static -DMACHINE='"$(ARCH)"' -DLOADER='"$(SONAME_$(ARCH))"' -o $@ $<

$(SYSTEM_WORK)/loader: $(BUILD)/myld.stripped
	@mkdir -p $(@D)
	cp $< $@

.PHONY: system-test
system-test:
	@tools/setup system
	@$(MAKE) --no-print-directory all $(BUILD)/recover $(SYSTEM_WORK)/loader
	@WORK='$(SYSTEM_WORK)' RECOVER='$(CURDIR)/$(BUILD)/recover' tests/system/run $(STEPS)
