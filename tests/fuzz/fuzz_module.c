// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a module: unpacked, read, checked against nothing and against
 * itself, printed as text and JSON. The first byte chooses the type information.
 */
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/check_sink.h"
#include "module/read.h"
#include "module/unpack.h"

/* As the zoo's modules have it (tests/zoo/make.py). */
static const struct klp_layout layout = {
	.patch_size = 200,
	.object_size = 168,
	.func_size = 152,
	.state_size = 24,
	.patch = { { 0, 8 }, { 8, 8 }, { 16, 8 }, { 24, 1 } },
	.object = { { 0, 8 }, { 8, 8 }, { 16, 8 } },
	.func = { { 0, 8 }, { 8, 8 }, { 16, 8 } },
	.state = { { 0, 8 }, { 8, 4 }, false },
	.module_name = { 24, 56 },
};

static FILE *nowhere;

static void print(const struct check_sink_ops *ops, const struct check *check,
		  const struct baseline *baseline)
{
	struct check_sink sink = { .ops = ops, .out = nowhere, .verbose = true, .n_steps = 2 };

	if (ops->begin(&sink, baseline))
		return;
	ops->step(&sink, check, baseline);
	ops->end(&sink, check->verdict);
}

static void check_twice(const struct module_facts *facts)
{
	struct baseline baseline = { .name = "none",
				     .installed = BASELINE_KNOWN,
				     .symbols_known = BASELINE_KNOWN,
				     .module_symbols_known = BASELINE_KNOWN };
	struct check check;

	if (!module_facts_symbols(facts, &baseline.symbols))
		symbols_sort(&baseline.symbols);
	for (int i = 0; i < 2; i++) {
		if (!check_enable(&check, facts, &baseline)) {
			print(&check_text, &check, &baseline);
			print(&check_json, &check, &baseline);
		}
		check_clear(&check);
		if (facts->setup == MODULE_STATIC)
			baseline_enable(&baseline, &facts->patch, 0);
	}
	baseline_clear(&baseline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct module_facts facts = { .file = strdup("fuzz.ko") };
	struct failure why = { 0 };
	unsigned char *unpacked;
	size_t n;

	if (!nowhere) {
		nowhere = fopen("/dev/null", "w");
		libbpf_set_print(NULL);
	}
	if (!size || unpack(data + 1, size - 1, &unpacked, &n, &why)) {
		free(facts.file);
		return 0;
	}
	if (!unpacked) {
		/* An allocation of its own, so that the sanitizer sees every byte beyond. */
		n = size - 1;
		unpacked = malloc(n + !n);
		for (size_t i = 0; i < n; i++)
			unpacked[i] = data[i + 1];
	}
	if (!module_facts_read(&facts, unpacked, n, data[0] & 1 ? &layout : NULL, &why))
		check_twice(&facts);
	module_facts_clear(&facts);
	free(unpacked);
	return 0;
}
