// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/common/cmd.h"
#include "event/moment.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/failure.h"

bool fleet_format(struct inputs *inputs, enum json_events_format *format)
{
	static const char *const names[] = {
		[JSON_LINES] = "json-lines",
		[JSON_JOURNAL] = "journal-json",
	};
	bool found = false;
	size_t kept = 0;

	for (size_t i = 0; i < inputs->n; i++) {
		size_t form = 0;

		while (form < ARRAY_SIZE(names) && strcmp(inputs->paths[i], names[form]))
			form++;
		if (form == ARRAY_SIZE(names)) {
			inputs->paths[kept++] = inputs->paths[i];
			continue;
		}
		*format = form;
		found = true;
	}
	inputs->n = kept;
	return found;
}

struct reading {
	struct fleet *fleet;
	struct filter *filter;
	bool resolved; /* times of day */
};

static void on_event(void *ctx, const struct fleet_event *event)
{
	struct reading *reading = ctx;

	if (!reading->resolved && event->event.real_ns) {
		moment_resolve(&reading->filter->since, event->event.real_ns);
		moment_resolve(&reading->filter->until, event->event.real_ns);
		reading->resolved = true;
	}
	if (event->type != FLEET_EVENT || filter_match(reading->filter, &event->event))
		fleet__event(reading->fleet, event);
}

/* A file without its folder and what follows a dot is called as its host. */
static char *host_of_file(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = strcspn(name, ".");

	return strndup(strcmp(path, "-") ? name : "-", len ? len : strlen(name));
}

static int read_file(const struct fleet_report *how, const char *path, struct reading *reading,
		     struct json_events_rest *rest)
{
	bool is_stdin = !strcmp(path, "-");
	_cleanup_free_ char *host = host_of_file(path);
	FILE *in = is_stdin ? stdin : fopen(path, "re");
	int err;

	if (!in)
		return -errno;
	err = host ? json_events_read(in, how->format, host, on_event, reading, rest) : -ENOMEM;
	if (!is_stdin)
		fclose(in);
	return err;
}

static int read_all(const struct fleet_report *how, struct fleet *fleet, struct failure *why)
{
	static const char *const usual[] = { "-" };
	const char *const *paths = how->inputs->n ? how->inputs->paths : usual;
	struct reading reading = { .fleet = fleet, .filter = how->filter };
	struct json_events_rest rest = { 0 };
	int err;

	for (size_t i = 0; i < how->inputs->n || i < 1; i++) {
		err = read_file(how, paths[i], &reading, &rest);
		if (err)
			return failure_set(why, err == -ENOMEM ? FAILURE_SYSTEM : FAILURE_FILE, err,
					   "%s", paths[i]);
	}
	fleet->others = rest.others;
	fleet->cut = rest.cut;
	fleet->bad = rest.bad;
	fleet__finish(fleet);
	return 0;
}

static int write_report(const struct fleet_report *how, const struct fleet *fleet)
{
	if (!how->json)
		return fleet_text(stdout, fleet, &how->options);
	if (table_chosen(&how->options.table))
		return fleet_table_json(stdout, fleet, &how->options.table);
	return fleet_json(stdout, fleet);
}

int fleet_report(const struct fleet_report *how)
{
	struct fleet *fleet = fleet__new();
	struct failure why = { 0 };
	int status = EXIT_DONE, err;

	if (!fleet)
		failure_set(&why, FAILURE_SYSTEM, -ENOMEM, "memory");
	err = fleet ? read_all(how, fleet, &why) : -ENOMEM;
	if (!err) {
		err = write_report(how, fleet);
		err = err ? err : close_output(stdout);
		if (err)
			failure_set(&why, FAILURE_OUTPUT, err, "stdout");
		/* As for recordings of which a part is missing. */
		if (fleet->bad || fleet->cut)
			status = EXIT_FOUND;
	}
	fleet__free(fleet);
	if (!err)
		return status;
	if (err != -EPIPE)
		failure_print(&why, "report");
	return EXIT_FAILED;
}
