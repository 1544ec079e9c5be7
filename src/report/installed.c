// SPDX-License-Identifier: GPL-2.0
#include "report/installed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"

/* Where a name is in the order of names, or would be. */
static size_t place_of(const struct installed *in, const char *name)
{
	size_t from = 0, to = in->facts.n_patches;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const char *other = in->facts.patches[in->by_name[middle]].name;

		if (other && strcmp(other, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct patch *installed__named(const struct installed *in, const char *name)
{
	size_t at = place_of(in, name);
	struct patch *patch = at < in->facts.n_patches ? &in->facts.patches[in->by_name[at]] : NULL;

	return patch && !strcmp(patch->name, name) ? patch : NULL;
}

/* Puts a livepatch whose name is not there yet at the end of the list, by @put; NULL: no room for it. */
static struct patch *append(struct installed *in, const char *name,
			    struct patch *(*put)(struct facts *facts, void *what), void *what)
{
	size_t n = in->facts.n_patches, at;
	struct patch *patch;
	uint32_t *by_name;

	if (n == WIRE_MAX_PATCHES)
		return NULL;
	by_name = grow(in->by_name, n, &in->room_by_name, sizeof(*by_name));
	if (!by_name)
		return NULL;
	in->by_name = by_name;
	at = place_of(in, name);
	patch = put(&in->facts, what);
	if (!patch)
		return NULL;
	memmove(&by_name[at + 1], &by_name[at], (n - at) * sizeof(*by_name));
	by_name[at] = n;
	return patch;
}

static struct patch *put_bare(struct facts *facts, void *bare)
{
	return facts__append(facts, bare);
}

static struct patch *put_candidate(struct facts *facts, void *candidate)
{
	return facts__move(facts, candidate);
}

static int list_names(struct installed *in)
{
	size_t n = in->facts.n_patches;
	_cleanup_free_ const struct patch **sorted = facts__by_name(&in->facts);
	uint32_t *by_name = reallocarray(in->by_name, n + 1, sizeof(*by_name));

	if (by_name) {
		in->by_name = by_name;
		in->room_by_name = n + 1;
	}
	if (!by_name || !sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		by_name[i] = sorted[i] - in->facts.patches;
	return 0;
}

static struct installed_candidate *candidate_of(struct installed *in, uint64_t attempt)
{
	for (size_t i = 0; attempt && i < in->used_candidates; i++)
		if (in->candidates[i].attempt == attempt)
			return &in->candidates[i];
	return NULL;
}

static void forget(struct installed_candidate *candidate)
{
	if (!candidate)
		return;
	facts__clear(&candidate->facts);
	candidate->attempt = 0;
}

static void enabling(struct installed *in, const struct event *event)
{
	struct installed_candidate *candidate = candidate_of(in, event->attempt);

	if (!event->enable.candidate || !event->attempt)
		return;
	if (!candidate) {
		/* A free place has number 0, so the oldest is also the first free one. */
		candidate = &in->candidates[0];
		for (size_t i = 1; i < in->used_candidates; i++)
			if (in->candidates[i].attempt < candidate->attempt)
				candidate = &in->candidates[i];
		if (in->used_candidates < INSTALLED_CANDIDATES_MAX &&
		    (candidate->attempt || !in->used_candidates))
			candidate = &in->candidates[in->used_candidates++];
	}
	forget(candidate);
	if (!facts__append(&candidate->facts, event->enable.candidate)) {
		in->incomplete = true;
		return;
	}
	candidate->facts.flags = event->enable.flags;
	candidate->attempt = event->attempt;
	in->incomplete |= event->truncated;
}

/* Puts the patch of an accepted attempt on the list, unless it is there. */
static struct patch *arrive(struct installed *in, const struct event *event)
{
	struct installed_candidate *candidate = candidate_of(in, event->attempt);
	struct patch *patch = event->patch ? installed__named(in, event->patch) : NULL;
	struct patch bare = { 0 };

	if (!patch && candidate) {
		in->facts.flags |= candidate->facts.flags;
		patch = append(in, candidate->facts.patches[0].name, put_candidate,
			       &candidate->facts);
		in->incomplete |= !patch;
	} else if (!patch && event->patch) {
		/* Its beginning was not seen: by name only. */
		snprintf(bare.name, sizeof(bare.name), "%s", event->patch);
		patch = append(in, bare.name, put_bare, &bare);
		in->incomplete = true;
	}
	forget(candidate);
	return patch;
}

static void leave(struct installed *in, const char *name)
{
	struct patch *patch = name ? installed__named(in, name) : NULL;
	uint32_t gone = patch ? patch - in->facts.patches : 0;
	size_t n = in->facts.n_patches, at;

	if (!patch)
		return;
	at = place_of(in, name);
	memmove(&in->by_name[at], &in->by_name[at + 1], (n - at - 1) * sizeof(*in->by_name));
	for (size_t i = 0; i < n - 1; i++)
		in->by_name[i] -= in->by_name[i] > gone;
	facts__remove(&in->facts, patch);
}

static void in_transition(struct installed *in, const struct event *event)
{
	snprintf(in->transition, sizeof(in->transition), "%s", event->patch ? event->patch : "");
	in->target = event->transition.target;
}

static void transition(struct installed *in, const struct event *event)
{
	struct patch *patch;

	switch (event->transition.action) {
	case ACTION_START:
	case ACTION_REVERSE:
		in_transition(in, event);
		if (event->transition.target == 1)
			arrive(in, event);
		patch = event->patch ? installed__named(in, event->patch) : NULL;
		if (patch)
			patch->enabled = event->transition.target == 1;
		break;
	case ACTION_COMPLETE:
		in->transition[0] = '\0';
		if (event->transition.target == 0) {
			leave(in, event->patch);
		} else if (event->transition.target == 1) {
			patch = arrive(in, event);
			if (patch)
				patch->enabled = true;
		} else {
			in->incomplete = true;
		}
		break;
	case ACTION_CANCEL:
		in->transition[0] = '\0';
		break;
	case ACTION_FORCE:
		in_transition(in, event);
		patch = event->patch ? installed__named(in, event->patch) : NULL;
		if (patch)
			patch->forced = true;
		break;
	default:
		in_transition(in, event);
		break;
	}
}

void installed__event(struct installed *in, const struct event *event)
{
	switch (event->kind) {
	case EVENT_ENABLE:
		enabling(in, event);
		break;
	case EVENT_REFUSED:
		forget(candidate_of(in, event->attempt));
		break;
	case EVENT_TRANSITION:
		transition(in, event);
		break;
	case EVENT_REPLACED:
		leave(in, event->patch);
		break;
	case EVENT_LOST:
		in->incomplete |= event->lost.records || event->lost.attempts || event->lost.missed;
		break;
	default:
		break;
	}
}

int installed__set(struct installed *in, const struct facts *facts, const struct patch *transition,
		   int target)
{
	struct facts copy = { 0 };
	int err = facts__copy(&copy, facts);

	if (err) {
		facts__clear(&copy);
		return err;
	}
	facts__clear(&in->facts);
	in->facts = copy;
	if (list_names(in)) {
		facts__clear(&in->facts);
		return -ENOMEM;
	}
	in->known = true;
	in->incomplete = !facts__complete(facts);
	snprintf(in->transition, sizeof(in->transition), "%s", transition ? transition->name : "");
	in->target = target;
	for (size_t i = 0; i < in->used_candidates; i++)
		forget(&in->candidates[i]);
	return 0;
}

bool installed__differs(const struct facts *a, const struct facts *b)
{
	if (a->n_patches != b->n_patches)
		return true;
	for (size_t i = 0; i < a->n_patches; i++) {
		const struct patch *x = &a->patches[i], *y = &b->patches[i];

		if (strcmp(x->name, y->name) || x->enabled != y->enabled ||
		    x->n_states != y->n_states)
			return true;
		for (size_t s = 0; s < x->n_states; s++)
			if (x->states[s].id != y->states[s].id ||
			    x->states[s].version != y->states[s].version)
				return true;
	}
	return false;
}

void installed__clear(struct installed *in)
{
	facts__clear(&in->facts);
	free(in->by_name);
	for (size_t i = 0; i < in->used_candidates; i++)
		forget(&in->candidates[i]);
	memset(in, 0, sizeof(*in));
}
