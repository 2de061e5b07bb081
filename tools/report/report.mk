# Builds the tool that makes a page from a trace: $(BUILD)/myld-report, for the machine that builds.
# In from the top Makefile: BUILD, HOST_CFLAGS, CURDIR. Out: the targets `report` and $(REPORT).

REPORT := $(BUILD)/myld-report
REPORT_CC ?= $(if $(CROSS),gcc,$(CC))
REPORT_OBJECTS := $(patsubst tools/report/%.c,$(BUILD)/obj/report/%.o,$(wildcard tools/report/*.c)) \
    $(BUILD)/obj/report/files.o

.PHONY: report
report: $(REPORT)

$(REPORT): $(REPORT_OBJECTS)
	@echo '  LINK $@'
	@$(REPORT_CC) -o $@ $^

$(BUILD)/obj/report/%.o: tools/report/%.c
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(REPORT_CC) $(HOST_CFLAGS) -I. -MMD -MP -c -o $@ $<

$(BUILD)/obj/report/files.o: tools/report/files.S $(wildcard tools/report/page/*)
	@mkdir -p $(@D)
	@echo '  AS   $<'
	@$(REPORT_CC) -Wa,-Itools/report/page -c -o $@ $<

-include $(REPORT_OBJECTS:.o=.d)

# the tests of the tool run it; see tests/tests.mk
$(BUILD)/tests/run-report: | $(REPORT)

# The page in a browser. Not a part of `make test`: the browser is 300 MB.
.PHONY: test-report
test-report:
	@tools/setup browser
	@$(MAKE) --no-print-directory all report samples
	@/usr/bin/python3 -I tests/browser/test_page.py $(BUILD) $(SCREENSHOTS)
