# SPDX-License-Identifier: GPL-2.0
# Benchmarks, included by the top Makefile.

BENCH_TOOLS := $(B)/bench-tools

# Beside bpftrace, trace-cmd and perf. BENCH="-q -k 6.1 start stop": those parts only, as small as they get (tests/bench/bench -h).
bench:
	contrib/install-deps build vm bench
	$(MAKE) --no-print-directory -s -j$$(nproc) bench-tools
	tests/bench/bench $(BENCH)
	cp $(B)/bench/benchmarks.md docs/benchmarks.md

bench-tools: klpscope $(BENCH_TOOLS)/clocked $(BENCH_TOOLS)/threads $(BENCH_TOOLS)/rewrite $(B)/recording/generate

$(BENCH_TOOLS)/clocked: tests/bench/clocked.c Makefile
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) -O2 -static -o $@ $<

$(BENCH_TOOLS)/threads: tests/vm/threads/threads.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -O2 -static -pthread -o $@ $<

$(BENCH_TOOLS)/rewrite: tests/bench/rewrite.c $(ARCHIVE) $(filter %.a,$(SMARTCOLS))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -static -Wl,--gc-sections $(LDFLAGS) -o $@ $< $(ARCHIVE) $(LIBS)

.PHONY: bench bench-tools
