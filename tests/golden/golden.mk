# SPDX-License-Identifier: GPL-2.0
# Golden tests, included by the top Makefile: records that were captured on real
# kernels, and what trace prints of them.

GOLDEN := tests/golden
GOLDEN_KERNELS := 6.1 6.12
GOLDEN_SCENARIOS := tests/vm/guest/scenario.sh $(GOLDEN)/guest/stall.sh $(GOLDEN)/guest/refusals.sh

$(B)/golden/%.o: $(GOLDEN)/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -I$(GOLDEN) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/golden/replay $(B)/golden/record $(B)/golden/capture: $(B)/golden/%: $(B)/golden/%.o $(ARCHIVE) $(filter %.a,$(SMARTCOLS))
	$(CC) -static $(LDFLAGS) -Wl,--gc-sections -o $@ $< $(ARCHIVE) $(LIBS)

# Captures anew (all, or what GOLDEN_SCENARIOS and GOLDEN_KERNELS are set to), then writes what is printed now as what is wanted: read the diff before you commit it.
golden-capture: $(B)/golden/capture $(B)/golden/replay
	$(GOLDEN)/capture-all $(B)/golden/capture '$(GOLDEN_SCENARIOS)' $(GOLDEN_KERNELS)
	$(GOLDEN)/check --accept

.PHONY: golden-capture
-include $(B)/golden/capture.d $(B)/golden/replay.d $(B)/golden/record.d
