// SPDX-License-Identifier: GPL-2.0
#include "module/unpack.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "util/array.h"

/* What unpacking may take beside its result: xz -9 and zstd -19 take 65 and 8 MB. */
#define XZ_MEMORY_MAX	(128UL * 1024 * 1024)
#define ZSTD_WINDOW_LOG 27

#define ROOM_FIRST (256UL * 1024)

struct unpacked {
	unsigned char *data;
	size_t n, room;
};

/* Room for more; -E2BIG when what was unpacked has the greatest size already. */
static int make_room(struct unpacked *out)
{
	size_t room = out->room ? out->room * 2 : ROOM_FIRST;
	unsigned char *bigger;

	if (out->n < out->room)
		return 0;
	if (out->n >= UNPACK_MAX)
		return -E2BIG;
	if (room > UNPACK_MAX)
		room = UNPACK_MAX;
	bigger = realloc(out->data, room);
	if (!bigger)
		return -ENOMEM;
	out->data = bigger;
	out->room = room;
	return 0;
}

static int from_xz(const void *data, size_t size, struct unpacked *out)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret ret = lzma_stream_decoder(&stream, XZ_MEMORY_MAX, LZMA_CONCATENATED);
	int err = ret == LZMA_OK ? 0 : -ENOMEM;

	stream.next_in = data;
	stream.avail_in = size;
	while (!err && ret != LZMA_STREAM_END) {
		err = make_room(out);
		if (err)
			break;
		stream.next_out = out->data + out->n;
		stream.avail_out = out->room - out->n;
		ret = lzma_code(&stream, LZMA_FINISH);
		out->n = out->room - stream.avail_out;
		if (ret == LZMA_MEM_ERROR)
			err = -ENOMEM;
		else if (ret == LZMA_MEMLIMIT_ERROR)
			err = -E2BIG;
		else if (ret != LZMA_OK && ret != LZMA_STREAM_END)
			err = -EINVAL;
	}
	lzma_end(&stream);
	return err;
}

static int from_zstd(const void *data, size_t size, struct unpacked *out)
{
	ZSTD_inBuffer in = { data, size, 0 };
	ZSTD_DCtx *context = ZSTD_createDCtx();
	size_t left = 1;
	int err = 0;

	if (!context)
		return -ENOMEM;
	ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	while (!err) {
		ZSTD_outBuffer to;
		size_t before = in.pos;

		err = make_room(out);
		if (err)
			break;
		to = (ZSTD_outBuffer){ out->data, out->room, out->n };
		left = ZSTD_decompressStream(context, &to, &in);
		if (ZSTD_isError(left)) {
			err = -EINVAL;
		} else if (to.pos == out->n && in.pos == before) {
			/* Nothing more comes of what there is. */
			err = left ? -EINVAL : 0;
			break;
		}
		out->n = to.pos;
		if (!left && in.pos == in.size)
			break;
	}
	ZSTD_freeDCtx(context);
	return err;
}

static int from_gzip(const void *data, size_t size, struct unpacked *out)
{
	z_stream stream = { .next_in = (void *)data, .avail_in = size };
	int err = inflateInit2(&stream, 15 + 16) == Z_OK ? 0 : -ENOMEM;

	if (err)
		return err;
	for (;;) {
		int ret;

		err = make_room(out);
		if (err)
			break;
		stream.next_out = out->data + out->n;
		stream.avail_out = out->room - out->n;
		ret = inflate(&stream, Z_NO_FLUSH);
		out->n = out->room - stream.avail_out;
		if (ret == Z_STREAM_END) {
			if (!stream.avail_in)
				break;
			/* Another member follows. */
			ret = inflateReset(&stream);
		}
		if (ret == Z_BUF_ERROR && !stream.avail_out)
			continue;
		if (ret != Z_OK) {
			err = ret == Z_MEM_ERROR ? -ENOMEM : -EINVAL;
			break;
		}
	}
	inflateEnd(&stream);
	return err;
}

static const struct {
	const char *name;
	const char *begin;
	size_t len;
	int (*unpack)(const void *data, size_t size, struct unpacked *out);
} packers[] = {
	{ "xz",
	  "\xfd"
	  "7zXZ",
	  6, from_xz },
	{ "zstd", "\x28\xb5\x2f\xfd", 4, from_zstd },
	{ "gzip", "\x1f\x8b", 2, from_gzip },
};

int unpack(const void *data, size_t size, unsigned char **result, size_t *result_size,
	   struct failure *why)
{
	struct unpacked out = { 0 };
	int err = 0;

	*result = NULL;
	*result_size = 0;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		if (size < packers[i].len || memcmp(data, packers[i].begin, packers[i].len))
			continue;
		err = packers[i].unpack(data, size, &out);
		if (err == -E2BIG)
			failure_set(why, FAILURE_TOO_LARGE, 0,
				    "%s: more than %lu MB when unpacked, or on the way there",
				    packers[i].name, UNPACK_MAX >> 20);
		else if (err == -EINVAL)
			failure_set(why, FAILURE_PACKED, 0, "what %s packed is damaged or cut off",
				    packers[i].name);
		else if (err)
			failure_set(why, FAILURE_SYSTEM, err, "unpacking");
		break;
	}
	if (err) {
		free(out.data);
		return err;
	}
	*result = out.data;
	*result_size = out.n;
	return 0;
}
