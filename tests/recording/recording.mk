# SPDX-License-Identifier: GPL-2.0
# Recordings for tests, included by the top Makefile: made of captured records, or of any size from a seed.

RECORDING := tests/recording

$(B)/recording/%: $(RECORDING)/%.c $(RECORDING)/frames.c $(RECORDING)/frames.h include/wire.h include/recording.h Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/golden $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lz

# After a change that is wanted: read the diff before you commit it.
accept-report:
	tests/report/check --accept

.PHONY: accept-report
