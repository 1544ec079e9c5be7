// SPDX-License-Identifier: GPL-2.0
#include "fleet/fleet.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "util/cleanup.h"

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

static struct fleet_state *state_of(struct fleet *f, struct fleet_host *host, uint64_t id)
{
	struct fleet_state *list;

	for (size_t i = 0; i < host->n_states; i++)
		if (host->states[i].id == id)
			return &host->states[i];
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
	list[host->n_states] = (struct fleet_state){ .id = id };
	return &list[host->n_states++];
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

/* Lines from elsewhere may hold any numbers: no sum of them becomes a small one. */
static void add(uint64_t *sum, uint64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = UINT64_MAX;
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
		add(&stall->more, event->tasks);
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
		add(&lost, event->lost.records);
		add(&lost, event->lost.attempts);
		add(&lost, event->lost.lookups);
		add(&lost, event->lost.missed);
		add(&host->lost, lost);
		add(&f->lost, lost);
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
		add(&host->journal_lost, event->lost);
		add(&f->journal_lost, event->lost);
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

/* One state of one host; of the rest, hosts that have none of it. */
struct have {
	const struct fleet_host *host;
	struct fleet_state state;
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
	int order = compare_versions(&x->state, &y->state);

	return order ? order : compare_hosts(x->host, y->host);
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static const struct fleet_state *find_state(const struct fleet_host *host, uint64_t id)
{
	for (size_t i = 0; i < host->n_states; i++)
		if (host->states[i].id == id)
			return &host->states[i];
	return NULL;
}

/* All ids that any host has, once, up to the limit; the caller's to free. */
static uint64_t *all_ids(const struct fleet *f, size_t *n, uint64_t *more)
{
	size_t all = 0, kept = 0;
	uint64_t *ids;

	for (size_t h = 0; h < f->n_hosts; h++)
		all += f->hosts[h]->n_states;
	ids = calloc(all + 1, sizeof(*ids));
	if (!ids)
		return NULL;
	all = 0;
	for (size_t h = 0; h < f->n_hosts; h++)
		for (size_t i = 0; i < f->hosts[h]->n_states; i++)
			ids[all++] = f->hosts[h]->states[i].id;
	qsort(ids, all, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < all; i++)
		if (!kept || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	*more = kept > FLEET_IDS_MAX ? kept - FLEET_IDS_MAX : 0;
	*n = kept - *more;
	return ids;
}

/* Of one state, who has what; hosts of which that is not known are left out. */
static size_t collect(const struct fleet *f, uint64_t id, struct have *haves)
{
	size_t n = 0;

	for (size_t h = 0; h < f->n_hosts; h++) {
		const struct fleet_host *host = f->hosts[h];
		const struct fleet_state *state = find_state(host, id);

		if (state)
			haves[n++] = (struct have){ host, *state };
		else if (host->states_known && !host->more_states)
			haves[n++] = (struct have){ host, { .id = id } };
	}
	qsort(haves, n, sizeof(*haves), compare_haves);
	return n;
}

/* The hosts of one state in groups, at the end of @v; @v->hosts has room for them from @at on. */
static void group(struct fleet_versions *v, const struct have *haves, size_t n, size_t at)
{
	size_t first = v->n;

	for (size_t i = 0; i < n; i++) {
		const struct fleet_state *state = &haves[i].state;
		struct fleet_version *last = v->n > first ? &v->list[v->n - 1] : NULL;

		v->hosts[at + i] = haves[i].host;
		if (last && !compare_versions(state, &haves[i - 1].state)) {
			last->n_hosts++;
			continue;
		}
		v->list[v->n++] = (struct fleet_version){
			.id = state->id,
			.none = !state->patch,
			.has_version = state->has_version,
			.version = state->version,
			.patch = state->patch,
			.hosts = &v->hosts[at + i],
			.n_hosts = 1,
		};
	}
	/* Another livepatch with the same version is no other version. */
	for (size_t i = first + 1; i < v->n; i++)
		if (v->list[i].none != v->list[first].none ||
		    v->list[i].has_version != v->list[first].has_version ||
		    v->list[i].version != v->list[first].version)
			for (size_t j = first; j < v->n; j++)
				v->list[j].differs = true;
}

static struct have *one_each(const struct fleet *f)
{
	return calloc(f->n_hosts + 1, sizeof(struct have));
}

int fleet__versions(const struct fleet *f, struct fleet_versions *v)
{
	_cleanup_free_ uint64_t *ids = NULL;
	_cleanup_free_ struct have *haves = one_each(f);
	size_t n_ids = 0, most;

	*v = (struct fleet_versions){ 0 };
	ids = all_ids(f, &n_ids, &v->more);
	if (!ids || !haves)
		return -ENOMEM;
	most = n_ids * f->n_hosts + 1;
	v->list = calloc(most, sizeof(*v->list));
	v->hosts = calloc(most, sizeof(struct fleet_host *));
	if (!v->list || !v->hosts) {
		fleet_versions__clear(v);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n_ids; i++)
		group(v, haves, collect(f, ids[i], haves), i * f->n_hosts);
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
