// SPDX-License-Identifier: GPL-2.0
#include "kernel/host.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "kernel/btf_file.h"
#include "util/cleanup.h"

/* Structures within structures that have no name; the kernel's own go three deep at most. */
#define DEPTH_MAX 8

/* No structure that klpscope reads has more members; one that contains itself would have them without end. */
#define MEMBERS_MAX 4096

static bool read_line(const char *path, char *line, int size)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");

	return f && fgets(line, size, f);
}

void host_read_word(const char *path, char *word, size_t size)
{
	if (!read_line(path, word, size))
		word[0] = '\0';
	word[strcspn(word, " \t\n")] = '\0';
}

void host_lockdown_parse(const char *text, char *mode, size_t size)
{
	const char *begin = strchr(text, '['), *end = begin ? strchr(begin, ']') : NULL;

	mode[0] = '\0';
	if (end)
		snprintf(mode, size, "%.*s", (int)(end - begin - 1), begin + 1);
}

void host_lockdown(char *mode, size_t size)
{
	char line[128];

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		line[0] = '\0';
	host_lockdown_parse(line, mode, size);
}

bool host_ftrace_enabled(void)
{
	char word[8];

	host_read_word("/proc/sys/kernel/ftrace_enabled", word, sizeof(word));
	return strcmp(word, "0");
}

struct btf *host_btf(const char *path)
{
	return path ? btf_file_parse(path) : btf__load_vmlinux_btf();
}

static bool has_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

void host_unwinder(const struct btf *btf, struct doctor_unwinder *unwinder)
{
	*unwinder = (struct doctor_unwinder){ .known = btf };
	if (!btf)
		return;
	/* What arch/x86/kernel/unwind_orc.c asks when it comes to such a frame. */
	unwinder->bpf = has_function(btf, "bpf_has_frame_pointer");
	unwinder->kretprobes = has_function(btf, "rethook_find_ret_addr") ||
			       has_function(btf, "kretprobe_find_ret_addr");
	unwinder->shares = btf__find_by_name_kind(btf, "ftrace_ops_cmd", BTF_KIND_ENUM) > 0;
}

bool host_iterator(const struct btf *btf, const char *target)
{
	char name[64];

	snprintf(name, sizeof(name), "bpf_iter_%s", target);
	return has_function(btf, name);
}

bool host_has_struct(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT) > 0;
}

bool host_member(const struct btf *btf, const char *structure, const char *member, uint32_t *offset,
		 uint32_t *size)
{
	const struct btf_type *type;
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	const struct btf_member *list;

	if (id <= 0)
		return false;
	type = btf__type_by_id(btf, id);
	list = btf_members(type);
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, list[i].name_off);
		const struct btf_type *is = btf__type_by_id(btf, list[i].type);

		if (!name || strcmp(name, member))
			continue;
		while (is && (btf_is_mod(is) || btf_is_typedef(is)))
			is = btf__type_by_id(btf, is->type);
		*offset = btf_member_bit_offset(type, i) / 8;
		*size = is && btf_is_ptr(is)   ? sizeof(uint64_t)
			: is && btf_is_int(is) ? is->size
					       : 0;
		return true;
	}
	return false;
}

static void write_fields(FILE *out, const struct btf *btf, const struct btf_type *type)
{
	struct {
		const struct btf_type *type;
		int next; /* member */
	} levels[DEPTH_MAX] = { { type, 0 } }, *level = levels;

	for (int n = 0; level >= levels && n < MEMBERS_MAX; n++) {
		const struct btf_member *member = btf_members(level->type) + level->next;
		const struct btf_type *inner;
		const char *name;

		if (level->next++ == btf_vlen(level->type)) {
			level--;
			continue;
		}
		name = btf__name_by_offset(btf, member->name_off);
		inner = btf__type_by_id(btf, member->type);
		if (name && name[0]) {
			fprintf(out, "%s%s", ftell(out) ? " " : "", name);
		} else if (inner && btf_is_composite(inner) && level - levels < DEPTH_MAX - 1) {
			level++;
			level->type = inner;
			level->next = 0;
		}
	}
}

int host_fields(const struct btf *btf, const char *structure, char **fields)
{
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	size_t size;
	FILE *out;

	*fields = NULL;
	if (id <= 0)
		return 0;
	out = open_memstream(fields, &size);
	if (!out)
		return -ENOMEM;
	write_fields(out, btf, btf__type_by_id(btf, id));
	return fclose(out) ? -ENOMEM : 0;
}

bool host_has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}
