// SPDX-License-Identifier: GPL-2.0
#include "fleet/fleet.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "util/saturate.h"

static void clear_refusal(void *item)
{
	struct fleet_refusal *refusal = item;

	free(refusal->patch);
	free(refusal->module);
	free(refusal->explanation);
}

static void clear_stall(void *item)
{
	struct fleet_stall *stall = item;

	free(stall->patch);
	free(stall->why);
}

struct fleet *fleet__new(void)
{
	struct fleet *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->refusals = (struct recent){ .size = sizeof(struct fleet_refusal),
				       .max = FLEET_REFUSALS_MAX,
				       .clear = clear_refusal };
	f->stalls = (struct recent){ .size = sizeof(struct fleet_stall),
				     .max = FLEET_STALLS_MAX,
				     .clear = clear_stall };
	return f;
}

static char *copy(struct fleet *f, const char *s)
{
	char *result = s ? strdup(s) : NULL;

	f->no_memory |= s && !result;
	return result;
}

static int compare_hosts(const void *a, const void *b)
{
	const struct fleet_host *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->machine_id, y->machine_id);
}

static void free_host(struct fleet_host *host)
{
	for (size_t i = 0; i < host->n_states; i++)
		free(host->states[i].patch);
	free(host->states);
	clear_stall(&host->stall);
	free(host->broken);
	free(host->name);
	free(host->machine_id);
	free(host);
}

static struct fleet_host *new_host(struct fleet *f, const struct fleet_event *event)
{
	struct fleet_host *host, **list;

	list = grow(f->hosts, f->n_hosts, &f->room_hosts, sizeof(struct fleet_host *));
	if (list)
		f->hosts = list;
	host = list ? calloc(1, sizeof(*host)) : NULL;
	if (host) {
		host->name = strdup(event->host);
		host->machine_id = strdup(event->machine_id);
	}
	if (host && host->name && host->machine_id && tsearch(host, &f->root, compare_hosts)) {
		f->hosts[f->n_hosts++] = host;
		return host;
	}
	if (host)
		free_host(host);
	f->no_memory = true;
	return NULL;
}

static struct fleet_host *host_of(struct fleet *f, const struct fleet_event *event)
{
	const struct fleet_host key = {
		.name = (char *)event->host,
		.machine_id = (char *)event->machine_id,
	};
	struct fleet_host **found = tfind(&key, &f->root, compare_hosts);

	if (found)
		return *found;
	if (f->n_hosts < FLEET_HOSTS_MAX)
		return new_host(f, event);
	f->more_hosts++;
	return NULL;
}

/* Where a state is among those of a host, which are in the order of their ids, or would be. */
static size_t place_of(const struct fleet_host *host, uint64_t id)
{
	size_t from = 0, to = host->n_states;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (host->states[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct fleet_state *state_of(struct fleet *f, struct fleet_host *host, uint64_t id)
{
	size_t at = place_of(host, id);
	struct fleet_state *list;

	if (at < host->n_states && host->states[at].id == id)
		return &host->states[at];
	if (host->n_states == FLEET_STATES_MAX) {
		host->more_states++;
		return NULL;
	}
	list = grow(host->states, host->n_states, &host->room_states, sizeof(*list));
	if (!list) {
		f->no_memory = true;
		return NULL;
	}
	host->states = list;
	memmove(&list[at + 1], &list[at], (host->n_states++ - at) * sizeof(*list));
	list[at] = (struct fleet_state){ .id = id };
	return &list[at];
}

static void set_state(struct fleet *f, struct fleet_host *host, const struct fleet_state *as)
{
	struct fleet_state *state = state_of(f, host, as->id);

	if (!state)
		return;
	free(state->patch);
	*state = *as;
	state->patch = copy(f, as->patch);
}

static void installed(struct fleet *f, struct fleet_host *host, const struct fleet_event *event)
{
	for (size_t i = 0; i < host->n_states; i++)
		free(host->states[i].patch);
	host->n_states = 0;
	host->states_known = true;
	for (size_t i = 0; i < event->n_states; i++)
		set_state(f, host, &event->states[i]);
}

static void refused(struct fleet *f, struct fleet_host *host, const struct event *event)
{
	struct fleet_refusal *kept = recent__push(&f->refusals);

	if (event->refused.action == REFUSED_ENABLE) {
		host->refused++;
		f->refused[event->refused.cause]++;
	} else {
		host->refused_otherwise++;
		f->refused_otherwise++;
	}
	if (!kept) {
		f->no_memory = true;
		return;
	}
	*kept = (struct fleet_refusal){
		.host = host,
		.real_ns = event->real_ns,
		.patch = copy(f, event->patch),
		.action = event->refused.action,
		.module = copy(f, event->refused.module),
		.error = event->refused.error,
		.cause = event->refused.cause,
		.explanation = copy(f, event->refused.explanation),
	};
}

/* The transition that was held up is over, or the end of all is reached. */
static void end_stall(struct fleet *f, struct fleet_host *host)
{
	struct fleet_stall *kept;

	if (!host->stall.host)
		return;
	kept = recent__push(&f->stalls);
	if (kept)
		*kept = host->stall;
	else
		clear_stall(&host->stall);
	f->no_memory |= !kept;
	memset(&host->stall, 0, sizeof(host->stall));
}

static void stalled(struct fleet *f, struct fleet_host *host, const struct fleet_event *event)
{
	struct fleet_stall *stall = &host->stall;

	host->running = true;
	if (!stall->host) {
		host->stalls++;
		*stall = (struct fleet_stall){
			.host = host,
			.real_ns = event->event.real_ns,
			.patch = copy(f, event->event.patch),
			.target = event->event.stall.target,
			.tid = event->tid,
			.why = copy(f, event->why),
		};
		snprintf(stall->comm, sizeof(stall->comm), "%s", event->comm ? event->comm : "");
		stall->more = event->tasks - !!event->tasks;
	} else {
		add_u64(&stall->more, event->tasks);
	}
	stall->waited_ns = event->event.stall.elapsed_ns;
}

static void transition(struct fleet *f, struct fleet_host *host, const struct event *event)
{
	struct fleet_stall *stall = &host->stall;
	uint64_t duration = event->transition.duration_ns;

	host->running = true;
	switch (event->transition.action) {
	case ACTION_START:
		/* Should the end of the one before not have been seen. */
		stall->outcome = STALL_UNKNOWN;
		end_stall(f, host);
		host->transitions++;
		f->transitions++;
		host->accepted += event->transition.target == 1;
		f->accepted += event->transition.target == 1;
		break;
	case ACTION_REVERSE:
		host->reversed++;
		stall->reversed = true;
		break;
	case ACTION_FORCE:
		host->forced++;
		f->forced++;
		stall->forced = true;
		break;
	case ACTION_COMPLETE:
		host->completed++;
		if (duration > host->longest_ns)
			host->longest_ns = duration;
		if (duration)
			stall->waited_ns = duration;
		/* fallthrough */
	case ACTION_CANCEL:
		host->running = false;
		stall->outcome =
			event->transition.action == ACTION_CANCEL ? STALL_CANCEL : STALL_COMPLETE;
		end_stall(f, host);
		memset(stall, 0, sizeof(*stall));
		break;
	default:
		break;
	}
}

static void take(struct fleet *f, struct fleet_host *host, const struct fleet_event *fleet_event)
{
	const struct event *event = &fleet_event->event;
	uint64_t lost = 0;

	switch (event->kind) {
	case EVENT_ENABLE:
		host->attempts++;
		f->attempts++;
		break;
	case EVENT_REFUSED:
		refused(f, host, event);
		break;
	case EVENT_INIT_FAILED:
		free(host->broken);
		host->broken = copy(f, event->patch ? event->patch : "?");
		break;
	case EVENT_TRANSITION:
		transition(f, host, event);
		break;
	case EVENT_PROGRESS:
		host->running = true;
		if (host->stall.host && event->progress.elapsed_ns)
			host->stall.waited_ns = event->progress.elapsed_ns;
		break;
	case EVENT_STALL:
		stalled(f, host, fleet_event);
		break;
	case EVENT_STATE:
		set_state(f, host,
			  &(struct fleet_state){
				  .id = event->state.id,
				  .has_version = event->state.to_version,
				  .version = event->state.to_version ? *event->state.to_version : 0,
				  .patch = (char *)event->state.to_patch,
			  });
		break;
	case EVENT_LOST:
		lost = sum_u64(sum_u64(event->lost.records, event->lost.attempts),
			       sum_u64(event->lost.lookups, event->lost.missed));
		add_u64(&host->lost, lost);
		add_u64(&f->lost, lost);
		break;
	default:
		break;
	}
}

static void note_time(int64_t real_ns, int64_t *first, int64_t *last)
{
	if (!*first || real_ns < *first)
		*first = real_ns;
	if (real_ns > *last)
		*last = real_ns;
}

void fleet__event(struct fleet *f, const struct fleet_event *event)
{
	struct fleet_host *host = host_of(f, event);

	f->incomplete |= event->event.truncated;
	if (!host)
		return;
	if (event->event.real_ns > 0) {
		note_time(event->event.real_ns, &host->first_ns, &host->last_ns);
		note_time(event->event.real_ns, &f->first_ns, &f->last_ns);
	}
	switch (event->type) {
	case FLEET_INSTALLED:
		installed(f, host, event);
		break;
	case FLEET_JOURNAL_LOST:
		add_u64(&host->journal_lost, event->lost);
		add_u64(&f->journal_lost, event->lost);
		break;
	case FLEET_EVENT:
		host->events++;
		f->events++;
		take(f, host, event);
		break;
	}
}

static int by_name(const void *a, const void *b)
{
	return compare_hosts(*(struct fleet_host *const *)a, *(struct fleet_host *const *)b);
}

void fleet__finish(struct fleet *f)
{
	if (f->n_hosts)
		qsort(f->hosts, f->n_hosts, sizeof(struct fleet_host *), by_name);
	for (size_t i = 0; i < f->n_hosts; i++) {
		if (i && !strcmp(f->hosts[i]->name, f->hosts[i - 1]->name))
			f->hosts[i]->ambiguous = f->hosts[i - 1]->ambiguous = true;
		end_stall(f, f->hosts[i]);
	}
}

/* One state of one host. */
struct have {
	size_t host; /* which of all, by name */
	const struct fleet_state *state;
};

static int compare_versions(const struct fleet_state *x, const struct fleet_state *y)
{
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	/* Those that nobody holds come last. */
	if (!x->patch || !y->patch)
		return !x->patch - !y->patch;
	if (x->has_version != y->has_version)
		return x->has_version - y->has_version;
	if (x->version != y->version)
		return x->version < y->version ? -1 : 1;
	return strcmp(x->patch, y->patch);
}

static int compare_haves(const void *a, const void *b)
{
	const struct have *x = a, *y = b;
	int order = compare_versions(x->state, y->state);

	return order || x->host == y->host ? order : x->host < y->host ? -1 : 1;
}

/* While versions are put together. */
struct grouping {
	const struct fleet *f;
	struct have *haves; /* all, sorted */
	size_t n;
	size_t *said; /* by each host, as said_some() or said_none(), of which state the last */
	size_t known; /* hosts of which it is known what they do not have */
	size_t budget; /* so many may still be looked at for what they do not have */
	size_t n_hosts; /* in the versions so far */
};

/* What a host said of the @number-th state, from 1: that it has it, or that it has none of it. */
static size_t said_some(size_t number)
{
	return 2 * number;
}

static size_t said_none(size_t number)
{
	return 2 * number + 1;
}

static bool knows_all(const struct fleet_host *host)
{
	return host->states_known && !host->more_states;
}

static int list_haves(struct grouping *g)
{
	const struct fleet *f = g->f;
	size_t all = 0;

	for (size_t h = 0; h < f->n_hosts; h++)
		all += f->hosts[h]->n_states;
	g->haves = calloc(all + 1, sizeof(*g->haves));
	g->said = calloc(f->n_hosts + 1, sizeof(*g->said));
	if (!g->haves || !g->said)
		return -ENOMEM;
	for (size_t h = 0; h < f->n_hosts; h++) {
		for (size_t i = 0; i < f->hosts[h]->n_states; i++)
			g->haves[g->n++] = (struct have){ h, &f->hosts[h]->states[i] };
		g->known += knows_all(f->hosts[h]);
	}
	qsort(g->haves, g->n, sizeof(*g->haves), compare_haves);
	g->budget = FLEET_NONE_SHARE * (f->n_hosts + g->n);
	return 0;
}

static void grouping_clear(struct grouping *g)
{
	free(g->haves);
	free(g->said);
}

static struct fleet_version *add_version(struct fleet_versions *v, const struct grouping *g,
					 const struct fleet_state *state)
{
	struct fleet_version *version = &v->list[v->n++];

	*version = (struct fleet_version){
		.id = state->id,
		.none = !state->patch,
		.has_version = state->patch && state->has_version,
		.version = state->patch ? state->version : 0,
		.patch = state->patch,
		.hosts = &v->hosts[g->n_hosts],
	};
	return version;
}

static void add_host(struct fleet_versions *v, struct grouping *g, struct fleet_version *version,
		     size_t host)
{
	v->hosts[g->n_hosts++] = g->f->hosts[host];
	version->n_hosts++;
}

/*
 * Hosts that have none of a state, be it that they said so or that they do not name it, @n in all. Where hosts have
 * little in common there are many of these for each state; the last are only counted.
 */
static void group_none(struct fleet_versions *v, struct grouping *g, uint64_t id, size_t number,
		       size_t n)
{
	struct fleet_version *version;

	if (!n)
		return;
	version = add_version(v, g, &(struct fleet_state){ .id = id });
	for (size_t h = 0; version->n_hosts < n && g->budget; h++, g->budget--)
		if (g->said[h] == said_none(number) ||
		    (g->said[h] != said_some(number) && knows_all(g->f->hosts[h])))
			add_host(v, g, version, h);
	version->more_hosts = n - version->n_hosts;
	v->more_hosts += version->more_hosts;
}

/* All of one state: @haves, @n of them, which is the @number-th state. */
static void group(struct fleet_versions *v, struct grouping *g, const struct have *haves, size_t n,
		  size_t number)
{
	size_t first = v->n, some = 0, none, i = 0;
	struct fleet_version *version = NULL;
	bool differs = false;

	for (; i < n && haves[i].state->patch; i++) {
		if (!version || compare_versions(haves[i].state, haves[i - 1].state))
			version = add_version(v, g, haves[i].state);
		add_host(v, g, version, haves[i].host);
		g->said[haves[i].host] = said_some(number);
		some += knows_all(g->f->hosts[haves[i].host]);
	}
	/* Those that know all and have nothing of it; and those that have said that they have none, and know not all. */
	none = g->known - some;
	for (; i < n; i++) {
		g->said[haves[i].host] = said_none(number);
		none += !knows_all(g->f->hosts[haves[i].host]);
	}
	group_none(v, g, haves[0].state->id, number, none);
	/* Another livepatch with the same version is no other version. */
	for (size_t k = first + 1; k < v->n && !differs; k++)
		differs = v->list[k].none != v->list[first].none ||
			  v->list[k].has_version != v->list[first].has_version ||
			  v->list[k].version != v->list[first].version;
	for (size_t k = first; k < v->n; k++)
		v->list[k].differs = differs;
}

/* Where the states after this one begin. */
static size_t next_id(const struct grouping *g, size_t i)
{
	uint64_t id = g->haves[i].state->id;

	while (i < g->n && g->haves[i].state->id == id)
		i++;
	return i;
}

int fleet__versions(const struct fleet *f, struct fleet_versions *v)
{
	_cleanup_(grouping_clear) struct grouping g = { .f = f };
	size_t number = 0, most;
	int err = list_haves(&g);

	*v = (struct fleet_versions){ 0 };
	if (err)
		return err;
	most = f->n_hosts < g.budget / FLEET_IDS_MAX ? f->n_hosts * FLEET_IDS_MAX : g.budget;
	v->list = calloc(g.n + FLEET_IDS_MAX + 1, sizeof(*v->list));
	v->hosts = calloc(g.n + most + 1, sizeof(struct fleet_host *));
	if (!v->list || !v->hosts) {
		fleet_versions__clear(v);
		return -ENOMEM;
	}
	for (size_t i = 0, next; i < g.n; i = next) {
		next = next_id(&g, i);
		if (++number <= FLEET_IDS_MAX)
			group(v, &g, &g.haves[i], next - i, number);
		else
			v->more++;
	}
	return 0;
}

void fleet_versions__clear(struct fleet_versions *v)
{
	free(v->list);
	free(v->hosts);
	*v = (struct fleet_versions){ 0 };
}

bool fleet__kept_all(const struct fleet *f)
{
	for (size_t i = 0; i < f->n_hosts; i++)
		if (f->hosts[i]->more_states)
			return false;
	return !f->more_hosts && !f->lost && !f->journal_lost && !f->cut && !f->bad &&
	       !f->incomplete && !f->no_memory && !recent__earlier(&f->refusals) &&
	       !recent__earlier(&f->stalls);
}

static void no_free(void *element _unused_)
{
}

void fleet__free(struct fleet *f)
{
	if (!f)
		return;
	tdestroy(f->root, no_free);
	for (size_t i = 0; i < f->n_hosts; i++)
		free_host(f->hosts[i]);
	free(f->hosts);
	recent__clear(&f->refusals);
	recent__clear(&f->stalls);
	free(f);
}
