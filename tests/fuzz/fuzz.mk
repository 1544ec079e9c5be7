# SPDX-License-Identifier: GPL-2.0
# The reader of modules under libFuzzer, ASan and UBSan: "make check-fuzz" for two minutes, FUZZ_SECONDS=3600 for longer.
# What it finds stays in build/fuzz; "build/fuzz/fuzz_module FILE" shows it again.

FUZZ := tests/fuzz
FUZZ_SECONDS ?= 120
FUZZ_CFLAGS := -std=gnu11 $(WARN) -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SRCS := $(FUZZ)/fuzz_module.c src/sink/check_json.c src/sink/check_text.c src/sink/json_gen.c \
	src/source/elf_view.c src/source/klp_layout.c src/source/klp_read.c src/source/klp_writers.c \
	src/source/module_read.c src/source/reading.c src/source/unpack.c \
	$(filter-out src/util/caps.c,$(filter src/event/% src/util/%,$(SRCS)))

check-fuzz: $(B)/fuzz/fuzz_module
	@mkdir -p $(B)/fuzz/corpus
	tests/zoo/seeds $(B)/fuzz/corpus
	timeout -s KILL $$(($(FUZZ_SECONDS) + 120)) $< -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=10 \
		-rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 -artifact_prefix=$(B)/fuzz/ -verbosity=0 \
		$(B)/fuzz/corpus

$(B)/fuzz/fuzz_module: $(FUZZ_SRCS) $(wildcard include/*.h src/*/*.h) $(FUZZ)/fuzz.mk
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(FUZZ_CFLAGS) -o $@ $(FUZZ_SRCS) -lbpf -lelf -lz -llzma -lzstd -lyajl
