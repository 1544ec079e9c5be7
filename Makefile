# SPDX-License-Identifier: GPL-2.0
# klpscope: one static binary from bpf/ (clang) and src/ (any C11 compiler).
# "make deps" installs what building and testing need (Debian 12 and later).

VERSION := 0.1.0
KERNEL  := 6.1

CC       ?= cc
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(shell command -v bpftool) /usr/sbin/bpftool)
PREFIX   ?= /usr/local
ZSH_FUNCTIONS ?= site-functions
UNITS    ?= $(PREFIX)/lib/systemd/system
CFLAGS   ?= -Os -g
LDFLAGS  ?=

B := build

WARN     := -Wall -Wextra -Werror
CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude -Isrc -I$(B)
ALL_CFLAGS := -std=gnu11 $(WARN) -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables $(CFLAGS)
# STATIC=no: with shared libraries, as distributions want it (debian/rules). Build with one or the other.
ifeq ($(STATIC),no)
LINK       :=
SMARTCOLS  := -lsmartcols
else
LINK       := -static
SMARTCOLS  := $(B)/libsmartcols.a
endif
LIBS     := -lbpf -lelf -lz -ldeflate -llzma -lzstd -ljson-c -lcap -lprotobuf-nanopb $(SMARTCOLS) -lm

BPF_CFLAGS := -g -O2 -target bpf -D__TARGET_ARCH_x86 $(WARN) -Wno-unused-parameter -I. -Iinclude \
	-ffile-prefix-map=$(CURDIR)=. \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch)

BPF_PARTS := maps walk enable transition lookup message write load snapshot unwind tasks
SRCS := $(wildcard src/*.c src/*/*.c src/*/*/*.c)
OBJS := $(SRCS:%.c=$(B)/%.o)
# Everything but main(), for the tests' own programs: each takes from it what it uses.
ARCHIVE := $(B)/klpscope.a

.PHONY: all completion man deps update-vmlinux.h update-incident demo fmt lint dist deb install clean \
	check check-unit check-golden check-report check-growth check-fuzz check-page check-vm check-service check-judge check-kernels \
	check-fleet check-patches check-kernel-patch check-package check-mutants
.DELETE_ON_ERROR:

all: klpscope

klpscope: $(OBJS) $(filter %.a,$(SMARTCOLS))
	$(CC) $(LINK) -Wl,--gc-sections $(LDFLAGS) -o $@ $(OBJS) $(LIBS)

$(ARCHIVE): $(filter-out $(B)/src/main.o,$(OBJS))
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What is run for each of millions of events of a recording; the rest is better small.
HOT := event/attempt event/decode event/event event/filter event/summary event/walks facts/facts facts/wire_check fleet/json_events recording/frames \
	recording/recorded report/installed report/parts report/report report/transitions sink/json sink/json_keys sink/json_write util/timefmt
$(HOT:%=$(B)/src/%.o): ALL_CFLAGS += -O2

# The sources whose first compilation needs a generated header, here and where the tests compile them anew.
SKELETONS := $(B)/klpscope.skel.h $(B)/bounded.skel.h $(B)/ksyms.skel.h $(B)/foreign.skel.h
$(B)/src/live/live.o $(B)/src/live/read.o: $(B)/klpscope.skel.h
$(B)/src/live/programs.o: $(B)/klpscope.skel.h $(B)/bounded.skel.h $(B)/bounded.bpf.o.zst
$(B)/src/live/programs.o: ALL_CFLAGS += -Wa,-I$(B)
$(B)/src/kernel/ksyms.o: $(B)/ksyms.skel.h
$(B)/src/kernel/foreign.o: $(B)/foreign.skel.h

$(B)/bpf/%.bpf.o: bpf/%.bpf.c vmlinux.h Makefile
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

# The same for kernels without bpf_loop() (bpf/kernel.bpf.h).
$(B)/bounded/%.bpf.o: bpf/%.bpf.c vmlinux.h Makefile
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -DBOUNDED_LOOPS -MMD -MP -c -o $@ $<

$(B)/klpscope.bpf.o: $(BPF_PARTS:%=$(B)/bpf/%.bpf.o)
	$(BPFTOOL) gen object $@ $^

$(B)/bounded.bpf.o: $(BPF_PARTS:%=$(B)/bounded/%.bpf.o)
	$(BPFTOOL) gen object $@ $^

$(B)/%.zst: $(B)/%
	zstd -19 --quiet --force -o $@ $<

# Objects of their own, each of one source.
$(B)/ksyms.bpf.o $(B)/foreign.bpf.o: $(B)/%.bpf.o: $(B)/bpf/%.bpf.o
	$(BPFTOOL) gen object $@ $^

$(B)/%.skel.h: $(B)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $*_bpf > $@

$(B)/libsmartcols.a: contrib/static-libsmartcols
	@mkdir -p $(@D)
	CC="$(CC)" contrib/static-libsmartcols $@

# For whoever changes bpf/types.list: the result is checked in, so it is made only when asked for.
update-vmlinux.h:
	eval "$$(tests/vm/kernel -k 6.12)" && \
		bpf/mkvmlinux "$$vmlinux" "Debian's $$release" < bpf/types.list > vmlinux.h.new
	mv vmlinux.h.new vmlinux.h

-include $(OBJS:.o=.d) $(wildcard $(B)/bpf/*.d $(B)/bounded/*.d)

include tests/unit/unit.mk
include tests/golden/golden.mk
include tests/recording/recording.mk
include tests/fuzz/fuzz.mk
include tests/growth/growth.mk
include tests/bench/bench.mk

# What building (build), the guests (vm) and the tests (check) need, by apt.
deps:
	contrib/install-deps build vm check

# The examples docs/incident.md and docs/incident.html, from an incident that is staged in a guest.
update-incident: all
	contrib/install-deps build vm
	tests/incident/check -k $(KERNEL) -u

demo:
	contrib/install-deps build vm
	$(MAKE) --no-print-directory -s all
	tests/demo/demo -k $(KERNEL)

# What a stage needs, it builds itself, so that guests can be prepared and booted meanwhile.
check:
	contrib/install-deps build vm check
	tests/run $(CHECK)

# Some of it.
check-unit check-golden check-report check-growth check-vm check-judge: check-%:
	tests/run $*

# Each target so long, s.
FUZZ_SECONDS ?= 120
check-fuzz:
	FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run fuzz

# One change at a time in the code that reasons about livepatches, for the tests to notice; MUTANTS="-n 400 -s SEED" for others.
check-mutants:
	contrib/install-deps build check
	MUTANTS='$(MUTANTS)' tests/run mutants

# In headless Chromium, which is large: not a part of make check.
check-page:
	contrib/install-deps page
	tests/run page

# The unit of contrib/, in a guest with systemd.
check-service:
	contrib/install-deps vm check
	tests/run service

# The series of kernel-patch/: that they apply and compile; and the kernels made of them, booted.
check-patches:
	contrib/install-deps vm kernel
	tests/run patches

check-kernel-patch:
	contrib/install-deps build vm check kernel
	tests/run patches kernel-patch; status=$$?; tests/kernel-patch/result && exit $$status

# Metrics and journal with the real Prometheus, node_exporter and journald of Debian's packages, which are only unpacked.
check-fleet:
	contrib/install-deps build vm check
	tests/run fleet

# The guests on every kernel of the table, of which docs/kernels.md then tells, and the kernel's own selftests.
check-kernels:
	contrib/install-deps build vm check
	KERNELS="$$(awk '/^[^#]/ { print $$1 }' tests/vm/kernels | xargs)" JUDGED="6.1 6.12 7.3" \
		VERDICTS="$$(awk '/^[^#]/ && $$2 != "future" { print $$1 ":160" }' tests/vm/kernels | xargs)" \
		tests/run vm judge verdicts; status=$$?; \
		tests/vm/kernels-table >$(B)/kernels.md && mv $(B)/kernels.md docs/kernels.md && exit $$status

# A page a command: man/klpscope-*.1.in, with the options from the program's tables. The date is that of klpscope.1.
PAGES := $(patsubst man/%.in,$(B)/man/%,$(wildcard man/*.1.in))
$(B)/man/klpscope-%.1: man/klpscope-%.1.in man/options.in man/page.awk man/klpscope.1 klpscope
	@mkdir -p $(@D)
	./klpscope --options >$@.tables
	awk -v command=$* -v date="$$(sed -n 's/^\.Dd //p' man/klpscope.1)" -f man/page.awk $@.tables man/options.in $< >$@

man: $(PAGES)

C_FILES := $(wildcard src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] include/*.h bpf/*.c bpf/*.h tests/*/*.[ch] tests/vm/*/*.[ch])

SH_FILES = $(shell git ls-files | xargs -r grep -lE '^\#!/bin/(ba)?sh|^\#!/usr/bin/env bash')

fmt:
	clang-format -i $(C_FILES)

# Nothing of an earlier run is kept. clang-tidy takes one core a file, and much longer than the rest.
LINTS := lint-format lint-cppcheck lint-tidy lint-shell lint-man
lint: $(PAGES) $(SKELETONS)
	$(MAKE) --no-print-directory $(LINTS)

lint-format:
	clang-format --dry-run -Werror $(C_FILES)

lint-cppcheck:
	cppcheck --quiet -j$$(nproc) --error-exitcode=1 --enable=warning,performance,portability \
		--suppressions-list=.cppcheck '-DLIBBPF_OPTS(type,name,...)=struct type name = {}' \
		'-Dbpf_object__for_each_program(program,object)=while (object)' \
		-Iinclude -Isrc src

TIDY := $(SRCS:%=tidy/%)
lint-tidy: $(SKELETONS)
	$(MAKE) --no-print-directory -k -j$$(nproc) --output-sync=target $(TIDY)

$(TIDY): tidy/%: %
	@said=$$(clang-tidy --quiet --warnings-as-errors='*' $< -- -std=gnu11 $(filter-out -I$(B),$(CPPFLAGS)) -isystem $(B) 2>&1) || \
		{ echo "$$said"; exit 1; }

lint-shell:
	shellcheck -x -S warning $(SH_FILES)

lint-man: $(PAGES)
	mandoc -Tlint -Wwarning man/*.1 man/*.5 $(PAGES)

.PHONY: $(LINTS) $(TIDY)

# Made of the program's option tables.
COMPLETION := contrib/completion/completion.awk
$(B)/completion/klpscope.%: contrib/completion/%.awk $(COMPLETION) contrib/completion/bash.sh klpscope
	@mkdir -p $(@D)
	./klpscope --options >$@.tables
	awk -v dir=contrib/completion -f $(COMPLETION) -f $< $@.tables >$@

completion: $(addprefix $(B)/completion/klpscope.,bash zsh fish)

install: all completion man
	install -D -m 755 klpscope $(DESTDIR)$(PREFIX)/bin/klpscope
	install -D -m 644 $(B)/completion/klpscope.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/klpscope
	install -D -m 644 $(B)/completion/klpscope.zsh $(DESTDIR)$(PREFIX)/share/zsh/$(ZSH_FUNCTIONS)/_klpscope
	install -D -m 644 $(B)/completion/klpscope.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/klpscope.fish
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 man/klpscope.1 $(PAGES) $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(UNITS)
	sed 's|/usr/bin/klpscope|$(PREFIX)/bin/klpscope|' contrib/klpscope-record.service \
		>$(DESTDIR)$(UNITS)/klpscope-record.service
	install -D -m 644 contrib/journal/klpscope.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/klpscope.catalog
	install -D -m 644 man/klpscope.data.5 $(DESTDIR)$(PREFIX)/share/man/man5/klpscope.data.5

# The release: what is committed, the same bytes whenever it is made; and Debian's packages of that, in build/deb.
RELEASE := klpscope-$(VERSION)
dist:
	@mkdir -p $(B)/dist
	git archive --format=tar --prefix=$(RELEASE)/ HEAD ':(exclude)debian' | xz -9e -T1 >$(B)/dist/$(RELEASE).tar.xz
	cd $(B)/dist && sha256sum $(RELEASE).tar.xz >$(RELEASE).tar.xz.sha256

deb: dist
	contrib/install-deps build package
	rm -rf $(B)/deb && mkdir -p $(B)/deb
	tar -C $(B)/deb -xf $(B)/dist/$(RELEASE).tar.xz
	cp $(B)/dist/$(RELEASE).tar.xz $(B)/deb/klpscope_$(VERSION).orig.tar.xz
	git archive HEAD debian | tar -C $(B)/deb/$(RELEASE) -x
	cd $(B)/deb/$(RELEASE) && dpkg-buildpackage -us -uc -j$$(nproc)

# Builds, compares, judges, installs and removes the packages, in a fresh Debian; a quarter of an hour.
check-package:
	contrib/install-deps build package
	tests/run package

clean:
	rm -rf $(B) klpscope
