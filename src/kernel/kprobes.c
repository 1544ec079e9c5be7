// SPDX-License-Identifier: GPL-2.0
#include "kernel/kprobes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts/foreign_index.h"
#include "util/array.h"
#include "util/cleanup.h"

/* A stream of its own over a descriptor that stays open, from its beginning. */
static FILE *rewound(int fd)
{
	int copy;
	FILE *f;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return NULL;
	copy = dup(fd);
	if (copy < 0)
		return NULL;
	f = fdopen(copy, "r");
	if (!f)
		close(copy);
	return f;
}

/* "SYMBOL+0xOFFSET", the offset in either base; a symbol may be missing its offset. */
static void parse_place(const char *place, char symbol[FOREIGN_FUNC_LEN], uint64_t *offset)
{
	size_t len = strcspn(place, "+");

	snprintf(symbol, FOREIGN_FUNC_LEN, "%.*s", (int)len, place);
	*offset = place[len] ? strtoull(place + len + 1, NULL, 0) : 0;
}

bool kprobes_parse(const char *line, struct foreign_kprobe *kprobe)
{
	char type, place[2 * FOREIGN_FUNC_LEN];
	uint64_t address;
	int end = 0;

	/* kernel/kprobes.c, report_probe(), unchanged since 2.6.35. */
	if (sscanf(line, "%" SCNx64 " %c %255s%n", &address, &type, place, &end) != 3)
		return false;
	*kprobe = (struct foreign_kprobe){
		.address = address,
		.on_return = type == 'r',
		.ftrace = strstr(line + end, "[FTRACE]"),
		.optimized = strstr(line + end, "[OPTIMIZED]"),
		.disabled = strstr(line + end, "[DISABLED]"),
		.gone = strstr(line + end, "[GONE]"),
	};
	parse_place(place, kprobe->symbol, &kprobe->offset);
	if (sscanf(line + end, " %55[^[ ]", kprobe->module) != 1)
		kprobe->module[0] = '\0';
	return true;
}

int kprobes_read(int fd, struct foreign_found *found)
{
	_cleanup_fclose_ FILE *f = rewound(fd);
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (!f)
		return -errno;
	while (getline(&line, &size, f) > 0) {
		struct foreign_kprobe *list;

		if (found->n_kprobes == FOREIGN_KPROBES_MAX) {
			found->gaps |= FOREIGN_TRUNCATED;
			break;
		}
		list = grow(found->kprobes, found->n_kprobes, &found->room_kprobes, sizeof(*list));
		if (!list)
			return -ENOMEM;
		found->kprobes = list;
		if (kprobes_parse(line, &list[found->n_kprobes]))
			found->n_kprobes++;
	}
	return ferror(f) ? -EIO : 0;
}

/* An event's place as it was given, against the kprobe's as the kernel resolved it. */
static bool at_place(const struct foreign_kprobe *kprobe, const char *symbol, uint64_t offset)
{
	char *end;
	uint64_t address = strtoull(symbol, &end, 16);

	if (!strncmp(symbol, "0x", 2) && !*end)
		return kprobe->address && kprobe->address == address + offset;
	/* Where functions begin with endbr64, what ftrace uses comes after it. */
	return !strcmp(kprobe->symbol, symbol) &&
	       (kprobe->offset == offset || (!offset && kprobe->ftrace && kprobe->offset == 4));
}

/* The kprobes that an event's place may be: those in functions of its name, or at its address. */
static struct foreign_kprobe *const *candidates(const struct foreign_index *index,
						const char *symbol, uint64_t offset, size_t *n)
{
	char *end;
	uint64_t address = strtoull(symbol, &end, 16);

	return !strncmp(symbol, "0x", 2) && !*end ? foreign_kprobes_at(index, address + offset, n)
						  : foreign_kprobes_on(index, symbol, n);
}

int kprobes_name_events(int fd, struct foreign_found *found)
{
	_cleanup_(foreign_index_clear) struct foreign_index index = { 0 };
	_cleanup_fclose_ FILE *f = rewound(fd);
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (!f)
		return -errno;
	if (foreign_index_make(&index, found))
		return -ENOMEM;
	/* "r16:GROUP/EVENT MODULE:SYMBOL+OFFSET ARGUMENTS" (Documentation/trace/kprobetrace.rst) */
	while (getline(&line, &size, f) > 0) {
		char event[FOREIGN_NAME_LEN], place[2 * FOREIGN_FUNC_LEN];
		char symbol[FOREIGN_FUNC_LEN], *begin;
		struct foreign_kprobe *const *list;
		uint64_t offset;
		size_t n;

		if (sscanf(line, "%*[pr0-9]:%127s %255s", event, place) != 2)
			continue;
		begin = strchr(place, ':');
		parse_place(begin ? begin + 1 : place, symbol, &offset);
		list = candidates(&index, symbol, offset, &n);
		for (size_t i = 0; i < n; i++) {
			struct foreign_kprobe *kprobe = list[i];

			if (kprobe->event[0] || kprobe->on_return != (line[0] == 'r') ||
			    !at_place(kprobe, symbol, offset))
				continue;
			strcpy(kprobe->event, event);
			break;
		}
	}
	return ferror(f) ? -EIO : 0;
}
