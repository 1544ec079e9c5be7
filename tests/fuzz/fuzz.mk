# SPDX-License-Identifier: GPL-2.0
# Fuzz targets, included by the top Makefile: each fuzz_NAME.c becomes a libFuzzer
# program under ASan and UBSan; its corpus is tests/fuzz/corpus/NAME.

FUZZ := tests/fuzz
# Each target runs so long, s; 0: only over its corpus.
FUZZ_SECONDS ?= 120
FUZZ_CFLAGS := -std=gnu11 $(WARN) -Wno-missing-field-initializers -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_NAMES := $(patsubst $(FUZZ)/fuzz_%.c,%,$(wildcard $(FUZZ)/fuzz_*.c))
FUZZ_OBJS := $(UNIT_SRCS:%.c=$(B)/fuzz/obj/%.o)

check-fuzz: $(FUZZ_NAMES:%=$(B)/fuzz/%)
	@for target in $^; do $(FUZZ)/run "$$target" $(FUZZ_SECONDS) || exit 1; done

$(FUZZ_NAMES:%=$(B)/fuzz/%): $(B)/fuzz/%: $(B)/fuzz/obj/$(FUZZ)/fuzz_%.o $(B)/fuzz/fuzz.a
	$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(UNIT_LIBS)

$(B)/fuzz/fuzz.a: $(FUZZ_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/fuzz/obj/%.o: %.c Makefile $(FUZZ)/fuzz.mk | $(SKELETONS) $(B)/bounded.bpf.o.zst
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -Wa,-I$(B) -MMD -MP -c -o $@ $<

.PHONY: check-fuzz
-include $(FUZZ_OBJS:.o=.d) $(FUZZ_NAMES:%=$(B)/fuzz/obj/$(FUZZ)/fuzz_%.d)
