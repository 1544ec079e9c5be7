# SPDX-License-Identifier: GPL-2.0
# Fuzz targets, included by the top Makefile: each fuzz_NAME.c becomes a libFuzzer
# program under ASan and UBSan; its corpus is tests/fuzz/corpus/NAME.

FUZZ := tests/fuzz
FUZZ_CFLAGS := -std=gnu11 $(WARN) -Wno-missing-field-initializers -Wno-string-plus-int -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_NAMES := $(patsubst $(FUZZ)/fuzz_%.c,%,$(wildcard $(FUZZ)/fuzz_*.c))
FUZZ_OBJS := $(UNIT_SRCS:%.c=$(B)/fuzz/obj/%.o)

fuzz-targets: $(FUZZ_NAMES:%=$(B)/fuzz/%)

$(FUZZ_NAMES:%=$(B)/fuzz/%): $(B)/fuzz/%: $(B)/fuzz/obj/$(FUZZ)/fuzz_%.o $(B)/fuzz/fuzz.a
	$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(UNIT_LIBS)

$(B)/fuzz/fuzz.a: $(FUZZ_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/fuzz/obj/%.o: %.c Makefile $(FUZZ)/fuzz.mk | $(SKELETONS) $(B)/bounded.bpf.o.zst
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -Wa,-I$(B) -MMD -MP -c -o $@ $<

# Of each word of each record, the values that sums and times break on; an error of a sanitizer ends it.
$(B)/fuzz/hostile: $(FUZZ)/hostile.c $(FUZZ)/fuzz_recording.c tests/recording/frames.c $(B)/unit/unit.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/golden -Itests/recording $(UNIT_CFLAGS) -o $@ $^ $(UNIT_LIBS)

.PHONY: fuzz-targets
-include $(FUZZ_OBJS:.o=.d) $(FUZZ_NAMES:%=$(B)/fuzz/obj/$(FUZZ)/fuzz_%.d)
