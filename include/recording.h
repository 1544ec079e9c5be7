/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording, byte for byte; man/klpscope.data.5 is written from this. A file
 * is a row of frames and nothing else, each whole in itself, so that what is
 * torn or damaged costs no more than itself. All numbers are in the byte order
 * of the host that wrote it, which each frame's first bytes tell.
 */
#ifndef KLPSCOPE_RECORDING_H
#define KLPSCOPE_RECORDING_H

#include <linux/types.h>

#define RECORDING_VERSION 1

/* "KLP" and the version in a file of a little-endian host, the reverse in one of a big-endian. */
#define RECORDING_SYNC (0x00504c4bU | RECORDING_VERSION << 24)

#define RECORDING_ALIGN	      8 /* frames begin at multiples of this; between is zero */
#define RECORDING_MAX_PAYLOAD 4096

enum recording_frame_type {
	RECORDING_HEADER = 1, /* the first of a file: struct recording_header */
	RECORDING_RECORD = 2, /* one record of wire.h */
	RECORDING_END = 3, /* the last of a file that was ended: struct recording_end */
};

struct recording_frame {
	__u32 sync; /* RECORDING_SYNC */
	__u32 crc; /* zlib's crc32 of all of the frame after this field, its padding too */
	__u16 type; /* enum recording_frame_type; others are skipped */
	__u16 length; /* of the payload that follows, bytes, without padding */
	__u32 seq; /* in the file, from 0 */
};

/* Bits in the lower half of features must be known to whoever reads; there are none yet. */
#define RECORDING_FEATURES_NEEDED 0xffffffffULL
#define RECORDING_FEATURES_KNOWN  0ULL

struct recording_header {
	__u64 features;
	__u64 boot_ns; /* CLOCK_BOOTTIME as the file was begun ... */
	__u64 real_ns; /* ... and CLOCK_REALTIME; later pairs: WIRE_CLOCK */
	__u64 run; /* the same in all files that one "klpscope record" writes */
	__u32 part; /* number of the file in that, from 0 */
	__u32 pad;
	__u8 boot_id[16];
	__u8 machine_id[16]; /* 0: not known */
	char host[72]; /* strings: NUL-terminated */
	char release[72]; /* uname -r */
	char build[72]; /* uname -v */
	char machine[24]; /* uname -m */
	char klpscope[24]; /* its version */
};

enum recording_end_reason {
	RECORDING_ENDED = 1, /* klpscope record ended */
	RECORDING_SWITCHED = 2, /* the next part follows on without a gap */
};

struct recording_end {
	__u64 boot_ns; /* as in the header */
	__u64 real_ns;
	__u32 reason; /* enum recording_end_reason */
	__u32 pad;
};

#define RECORDING_SIZE(type, bytes)                                                                \
	_Static_assert(sizeof(struct type) == (bytes), #type " has padding")
RECORDING_SIZE(recording_frame, 16);
RECORDING_SIZE(recording_header, 336);
RECORDING_SIZE(recording_end, 24);
#undef RECORDING_SIZE

#endif
