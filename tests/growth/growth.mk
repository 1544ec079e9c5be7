# SPDX-License-Identifier: GPL-2.0
# That nothing grows faster than its input, included by the top Makefile.

GROWTH := tests/growth

$(B)/growth/worst: $(GROWTH)/worst.c tests/recording/frames.c tests/recording/frames.h include/wire.h include/recording.h Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/recording $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lz
