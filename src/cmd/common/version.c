// SPDX-License-Identifier: GPL-2.0
#include <bpf/libbpf.h>
#include <json-c/json_c_version.h>
#include <libdeflate.h>
#include <libsmartcols/libsmartcols.h>
#include <lzma.h>
#include <pb.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "cmd/common/cmd.h"
#include "recording.h"

/* Those that are run, where the library tells: Debian links with shared ones. */
static void print_libraries(FILE *out)
{
	const char *smartcols = NULL;

	scols_get_library_version(&smartcols);
	fprintf(out,
		"libraries: libbpf %u.%u, zlib %s, xz %s, zstd %s, libdeflate %s, json-c %s, smartcols %s, nanopb %s\n",
		libbpf_major_version(), libbpf_minor_version(), zlibVersion(),
		lzma_version_string(), ZSTD_versionString(), LIBDEFLATE_VERSION_STRING,
		json_c_version(), smartcols, &NANOPB_VERSION[strlen("nanopb-")]);
}

void version_print(FILE *out)
{
	fputs("klpscope " VERSION "\n", out);
	print_libraries(out);
	fprintf(out,
		"architecture: x86-64\n"
		"programs: with bpf_loop() (kernels from 5.17 on), with bounded loops (from 5.10 on)\n"
		"hooks: tracepoint, fentry, kprobe\n"
		"modules: plain, xz, zstd, gzip\n"
		"recordings: format %d\n"
		"writes: text, JSON, Markdown, HTML, Perfetto, Chrome trace, folded stacks, OpenMetrics 1.0, Prometheus text, journal\n",
		RECORDING_VERSION);
}
