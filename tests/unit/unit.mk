# SPDX-License-Identifier: GPL-2.0
# Unit tests, included by the top Makefile: each test_*.c becomes a program of
# its own, linked with all sources but main(), under ASan and UBSan.

UNIT := tests/unit
# Rows of tables leave out what is 0.
UNIT_CFLAGS := -std=gnu11 $(WARN) -Wno-missing-field-initializers -g -O1 \
	-fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_LIBS := -Wl,--as-needed -lcmocka -lbpf -lcap -lsmartcols -ljson-c -lz -ldeflate -llzma -lzstd -lprotobuf-nanopb -lm

UNIT_SRCS := $(filter-out src/main.c,$(SRCS))
UNIT_TESTS := $(patsubst $(UNIT)/%.c,$(B)/unit/%,$(wildcard $(UNIT)/test_*.c))
UNIT_OBJS := $(patsubst %.c,$(B)/unit/obj/%.o,$(UNIT_SRCS) $(filter-out $(UNIT)/test_% $(UNIT)/proof_%,$(wildcard $(UNIT)/*.c)))

$(UNIT_TESTS): $(B)/unit/%: $(B)/unit/obj/$(UNIT)/%.o $(B)/unit/unit.a
	$(CC) $(UNIT_CFLAGS) -o $@ $^ $(UNIT_LIBS)

# Millions of cases: with the program's own objects, without sanitizers.
$(B)/unit/proof_compat: $(UNIT)/proof_compat.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -o $@ $^

# An archive, so that a test takes only what it uses.
$(B)/unit/unit.a: $(UNIT_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/unit/obj/%.o: %.c Makefile $(UNIT)/unit.mk | $(SKELETONS) $(B)/bounded.bpf.o.zst
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -I$(UNIT) $(UNIT_CFLAGS) -Wa,-I$(B) -MMD -MP -c -o $@ $<

-include $(UNIT_OBJS:.o=.d) $(UNIT_TESTS:$(B)/unit/%=$(B)/unit/obj/$(UNIT)/%.d)
