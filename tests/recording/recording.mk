# SPDX-License-Identifier: GPL-2.0
# Recordings for tests, included by the top Makefile: made of captured records, or of any size from a seed.

RECORDING := tests/recording

check-report: klpscope $(B)/recording/from-hex $(B)/recording/generate
	@tests/report/check $(B)/recording

$(B)/recording/%: $(RECORDING)/%.c $(RECORDING)/frames.c $(RECORDING)/frames.h include/wire.h include/recording.h Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/golden $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lz

# In headless Chromium, which is large: not a part of make check.
check-page: klpscope $(B)/recording/from-hex $(B)/recording/generate
	contrib/install-deps page
	@tests/page/check $(B)/recording

# After a change that is wanted: read the diff before you commit it.
accept-report: klpscope $(B)/recording/from-hex
	tests/report/check --accept $(B)/recording

.PHONY: check-report check-page accept-report
