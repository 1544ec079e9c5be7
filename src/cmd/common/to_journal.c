// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/to_journal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd/common/cmd.h"

enum {
	OPT_JOURNAL = 0x600,
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct to_journal *to = state->input;

	switch (key) {
	case OPT_JOURNAL:
		to->socket = arg ? arg : JOURNAL_SOCKET;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "journal", OPT_JOURNAL, "SOCKET", OPTION_ARG_OPTIONAL,
	  "send each event to systemd's journal as well, with fields to search by; to another than " JOURNAL_SOCKET
	  " if named",
	  0 },
	{ 0 },
};

const struct argp argp_journal = { .options = options, .parser = parse };

static void on_news(int error, uint64_t lost)
{
	if (error)
		fprintf(stderr,
			"klpscope: the journal does not take events: %s; all else goes on, and what it misses is counted\n",
			strerror(-error));
	else
		fprintf(stderr,
			"klpscope: the journal takes events again; %" PRIu64 " did not reach it\n",
			lost);
}

int to_journal_begin(struct to_journal *to, struct consumer **consumer)
{
	const struct journal_options how = { .socket = to->socket, .news = on_news };

	*consumer = NULL;
	if (!to->socket)
		return 0;
	to->journal = journal__new(&how);
	if (!to->journal)
		return -ENOMEM;
	*consumer = journal__consumer(to->journal);
	return 0;
}

void to_journal_end(struct to_journal *to)
{
	uint64_t lost = to->journal ? journal__lost(to->journal) : 0;

	if (lost)
		fprintf(stderr, "klpscope: %" PRIu64 " events in all did not reach the journal\n",
			lost);
	journal__free(to->journal);
	to->journal = NULL;
}
