// SPDX-License-Identifier: GPL-2.0
/*
 * compat.c against the rule said once more, as plainly as it can be: every case
 * of up to 3 installed patches with 3 states in 3 versions, and millions of
 * random ones. Then how it does with more than any host has. Not under ASan,
 * because these are many; test_compat.c is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "check/check.h"
#include "rules/compat.h"
#include "util/array.h"

#define RANDOM_CASES 4000000
#define CONFLICTS    64

struct expected {
	enum conflict_kind kind;
	uint64_t id;
	uint32_t offered, installed;
	const char *by;
};

/* kernel/livepatch/state.c in other words: look at every pair. */
static size_t naive(const struct patch *candidate, const struct patch *patches, size_t n_patches,
		    struct expected *out)
{
	size_t n = 0;

	for (size_t p = 0; p < n_patches; p++) {
		for (size_t s = 0; s < patches[p].n_states; s++) {
			const struct state *held = &patches[p].states[s], *offer = NULL;

			for (size_t i = candidate->n_states; i-- > 0;)
				if (candidate->states[i].id == held->id)
					offer = &candidate->states[i];
			if (!offer && !candidate->replace)
				continue;
			if (offer && offer->version >= held->version)
				continue;
			out[n++] = (struct expected){ offer ? CONFLICT_OLDER : CONFLICT_MISSING,
						      held->id, offer ? offer->version : 0,
						      held->version, patches[p].name };
		}
	}
	return n;
}

static void differ(const struct patch *candidate, const struct patch *patches, size_t n,
		   const char *what, uint64_t seed)
{
	fprintf(stderr,
		"%s: another verdict than the naive one; seed %" PRIu64 "\ncandidate%s:", what,
		seed, candidate->replace ? " replace" : "");
	for (size_t i = 0; i < candidate->n_states; i++)
		fprintf(stderr, " %" PRIu64 ":%u", candidate->states[i].id,
			candidate->states[i].version);
	for (size_t p = 0; p < n; p++) {
		fprintf(stderr, "\ninstalled %s:", patches[p].name);
		for (size_t i = 0; i < patches[p].n_states; i++)
			fprintf(stderr, " %" PRIu64 ":%u", patches[p].states[i].id,
				patches[p].states[i].version);
	}
	fputc('\n', stderr);
	exit(1);
}

static void compare(const struct patch *candidate, struct patch *patches, size_t n,
		    const char *what, uint64_t seed)
{
	struct facts installed = { .patches = patches, .n_patches = n };
	struct expected expected[CONFLICTS];
	size_t conflicts = naive(candidate, patches, n, expected);
	struct conflicts found = { 0 };
	bool same = !compat_check(candidate, &installed, &found) && found.n == conflicts;

	for (size_t i = 0; same && i < conflicts; i++) {
		const struct conflict *c = &found.list[i];

		same = c->kind == expected[i].kind && c->id == expected[i].id &&
		       c->offered_version == expected[i].offered &&
		       c->installed_version == expected[i].installed &&
		       c->installed_by == expected[i].by;
	}
	if (!same)
		differ(candidate, patches, n, what, seed);
	conflicts__clear(&found);
}

/* Each of three ids absent or in one of three versions. */
#define CHOICES 64

static void choose(struct patch *patch, unsigned int choice)
{
	patch->n_states = 0;
	for (unsigned int id = 1; id <= 3; id++, choice /= 4)
		if (choice % 4)
			patch->states[patch->n_states++] = (struct state){ id, choice % 4 };
}

static uint64_t exhaustive(void)
{
	struct state states[4][3];
	struct patch patches[3] = { { .name = "a", .states = states[0] },
				    { .name = "b", .states = states[1] },
				    { .name = "c", .states = states[2] } };
	struct patch candidate = { .states = states[3] };
	uint64_t n = 0;

	for (unsigned int installed = 0, all = 1; installed <= 3; installed++, all *= CHOICES) {
		for (unsigned int i = 0; i < all; i++) {
			for (unsigned int p = 0, rest = i; p < installed; p++, rest /= CHOICES)
				choose(&patches[p], rest % CHOICES);
			for (unsigned int k = 0; k < CHOICES * 2; k++, n++) {
				choose(&candidate, k / 2);
				candidate.replace = k % 2;
				compare(&candidate, patches, installed, "all small cases", n);
			}
		}
	}
	return n;
}

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545F4914F6CDD1DULL;
}

static void random_patch(struct patch *patch, uint64_t *seed)
{
	static const uint64_t ids[] = { 1, 2, 3, 1ULL << 32, (1ULL << 32) + 1, UINT64_MAX };
	static const uint32_t versions[] = { 0, 1, 2, INT32_MAX, 1U << 31, UINT32_MAX };

	patch->n_states = next(seed) % 7;
	for (size_t i = 0; i < patch->n_states; i++) {
		uint64_t random = next(seed);

		patch->states[i].id =
			random & 1 ? ids[(random >> 1) % ARRAY_SIZE(ids)] : (random >> 8) % 5 + 1;
		patch->states[i].version = versions[(random >> 32) % ARRAY_SIZE(versions)];
	}
	patch->replace = next(seed) & 1;
}

static void random_cases(uint64_t seed)
{
	struct state states[6][7];
	struct patch patches[6] = {
		{ .name = "a" }, { .name = "b" }, { .name = "c" }, { .name = "d" }, { .name = "e" }
	};

	for (size_t p = 0; p < 6; p++)
		patches[p].states = states[p];
	for (int i = 0; i < RANDOM_CASES; i++) {
		uint64_t here = seed;

		for (size_t p = 0; p < 6; p++)
			random_patch(&patches[p], &seed);
		compare(&patches[5], patches, next(&seed) % 6, "random cases", here);
	}
}

#define PATCHES	  1000
#define STATES	  1000
#define CANDIDATE (PATCHES * STATES)

/* 1,000 livepatches with 1,000 states each, and a cumulative one that names all of them. */
static void scale(void)
{
	struct patch *patches = calloc(PATCHES, sizeof(*patches));
	struct module_facts module = { .setup = MODULE_STATIC, .marked = true, .enables = true };
	struct baseline baseline = { .name = "none", .installed = BASELINE_KNOWN };
	struct check check;
	struct rusage usage;
	clock_t begin;
	double seconds;

	for (uint64_t p = 0; p < PATCHES; p++) {
		snprintf(patches[p].name, sizeof(patches[p].name), "p%" PRIu64, p);
		patches[p].states = calloc(STATES, sizeof(struct state));
		patches[p].n_states = STATES;
		for (uint64_t s = 0; s < STATES; s++)
			patches[p].states[s] =
				(struct state){ (p * STATES + s) * 2654435761U % (1U << 31) + 1,
						7 };
	}
	module.patch.replace = true;
	module.patch.states = calloc(CANDIDATE, sizeof(struct state));
	module.patch.n_states = CANDIDATE;
	for (uint64_t i = 0; i < CANDIDATE; i++)
		module.patch.states[i] =
			(struct state){ ((i * 7919) % CANDIDATE) * 2654435761U % (1U << 31) + 1,
					i % 1000 ? 7 : 6 };
	baseline.snapshot.installed =
		(struct facts){ .patches = patches, .n_patches = PATCHES, .whole = true };
	begin = clock();
	if (check_enable(&check, &module, &baseline))
		exit(1);
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	getrusage(RUSAGE_SELF, &usage);
	printf("[       OK ] compat: %d livepatches with %d states each against %d states: %.3f s, %zu conflicts, peak %ld MB\n",
	       PATCHES, STATES, CANDIDATE, seconds, check.conflicts.n, usage.ru_maxrss / 1024);
	if (check.conflicts.n != CANDIDATE / 1000 || seconds >= 1 || usage.ru_maxrss >= 512 * 1024)
		exit(1);
	check_clear(&check);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 20261122;

	scale();
	printf("[       OK ] compat: all %" PRIu64
	       " cases of up to 3 livepatches, states, versions\n",
	       exhaustive());
	random_cases(seed);
	printf("[       OK ] compat: %d random cases, seed %" PRIu64 "\n", RANDOM_CASES, seed);
	return 0;
}
