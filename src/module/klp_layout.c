// SPDX-License-Identifier: GPL-2.0
#include "module/klp_layout.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/btf_view.h"
#include "util/cleanup.h"

/* No structure of livepatch is larger; struct module has 1280 bytes on 7.3. */
#define STRUCT_MAX 65536

/* Typedefs, const and arrays between a member and what it is. */
#define STEPS_MAX 16

static const struct btf_type *type_at(const struct btf *btf, uint32_t id)
{
	return id < btf__type_cnt(btf) ? btf__type_by_id(btf, id) : NULL;
}

static bool named(const struct btf *btf, uint32_t offset, const char *name)
{
	const char *found = btf__name_by_offset(btf, offset);

	return found && !strcmp(found, name);
}

/* Bytes of a type; 0 where it cannot be told. btf__resolve_size() wants types that are sound. */
static uint32_t size_of(const struct btf *btf, uint32_t id)
{
	uint64_t times = 1;

	for (int step = 0; step < STEPS_MAX; step++) {
		const struct btf_type *type = type_at(btf, id);

		if (!type)
			return 0;
		switch (btf_kind(type)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			times *= type->size;
			return times <= STRUCT_MAX ? times : 0;
		case BTF_KIND_PTR:
			times *= sizeof(uint64_t);
			return times <= STRUCT_MAX ? times : 0;
		case BTF_KIND_ARRAY:
			times *= btf_array(type)->nelems;
			if (times > STRUCT_MAX)
				return 0;
			id = btf_array(type)->type;
			break;
		default:
			if (!btf_is_mod(type) && !btf_is_typedef(type))
				return 0;
			id = type->type;
			break;
		}
	}
	return 0;
}

enum klp_struct {
	KLP_PATCH,
	KLP_OBJECT,
	KLP_FUNC,
	KLP_STATE,
	KLP_CALLBACKS,
	KLP_MODULE,
	KLP_MODVERSION_EXT,
	KLP_KALLSYM_ITER,
	KLP_STRUCTS,
};

/* Structures with members, into what is NULL; distilled BTF (.BTF.base) has only their names and sizes. */
static void find_structs(const struct btf *btf, const struct btf_type *found[KLP_STRUCTS])
{
	static const char *const names[KLP_STRUCTS] = {
		[KLP_PATCH] = "klp_patch",
		[KLP_OBJECT] = "klp_object",
		[KLP_FUNC] = "klp_func",
		[KLP_STATE] = "klp_state",
		[KLP_MODULE] = "module",
		[KLP_CALLBACKS] = "klp_callbacks",
		[KLP_MODVERSION_EXT] = "modversion_info_ext",
		[KLP_KALLSYM_ITER] = "kallsym_iter",
	};
	size_t missing = KLP_STRUCTS;

	/* The last ones: of a module's own and what it builds on, the module's. A kernel has 100,000 types: one pass. */
	for (uint32_t id = btf__type_cnt(btf); missing && id-- > 1;) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name;

		if (!type || btf_kind(type) != BTF_KIND_STRUCT || !btf_vlen(type) ||
		    type->size > STRUCT_MAX)
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (!name || (*name != 'k' && *name != 'm'))
			continue;
		for (int i = 0; i < KLP_STRUCTS; i++) {
			if (found[i] || strcmp(name, names[i]))
				continue;
			found[i] = type;
			missing--;
		}
	}
}

/* Returns whether what it found can be. */
static bool find_member(const struct btf *btf, const struct btf_type *type, const char *name,
			struct klp_member *member)
{
	const struct btf_member *list = btf_members(type);

	*member = (struct klp_member){ 0 };
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		uint32_t bits;

		if (!named(btf, list[i].name_off, name))
			continue;
		bits = btf_member_bit_offset(type, i);
		*member = (struct klp_member){ bits / 8, size_of(btf, list[i].type) };
		return !(bits % 8) && !btf_member_bitfield_size(type, i) && member->size &&
		       member->size <= type->size && member->offset <= type->size - member->size;
	}
	return true;
}

static bool is_pointer(const struct klp_member *member)
{
	return member->size == sizeof(uint64_t);
}

static bool is_number(const struct klp_member *member)
{
	return member->size == 1 || member->size == 2 || member->size == 4 || member->size == 8;
}

/* Callbacks are a structure of their own within klp_object. */
static bool find_pre_patch(const struct btf *btf, const struct btf_type *object,
			   const struct btf_type *callbacks, struct klp_member *member)
{
	struct klp_member outer, inner;

	*member = (struct klp_member){ 0 };
	if (!callbacks)
		return true;
	if (!find_member(btf, object, "callbacks", &outer) ||
	    !find_member(btf, callbacks, "pre_patch", &inner))
		return false;
	if (!outer.size || !inner.size)
		return true;
	*member = (struct klp_member){ outer.offset + inner.offset, inner.size };
	return is_pointer(member) && member->offset <= object->size - member->size;
}

/*
 * What the kernel's own types tell of the loader. That it compares sizes (6.4) goes by what came in the
 * same merge: module_memory instead of module_layout.
 */
static bool find_rules(const struct btf *btf, const struct btf_type *found[KLP_STRUCTS],
		       struct module_rules *rules)
{
	const struct btf_type *module = found[KLP_MODULE];
	struct klp_member init, exit, mem, name = { 0 };

	*rules = (struct module_rules){ .ext_versions = found[KLP_MODVERSION_EXT] };
	if (found[KLP_KALLSYM_ITER] && !find_member(btf, found[KLP_KALLSYM_ITER], "name", &name))
		return false;
	rules->name_len = name.size;
	if (!module)
		return true;
	if (!find_member(btf, module, "init", &init) || !find_member(btf, module, "exit", &exit) ||
	    !find_member(btf, module, "mem", &mem))
		return false;
	rules->size = module->size;
	rules->init_at = init.offset;
	rules->exit_at = exit.offset;
	rules->size_counts = mem.size;
	return true;
}

int klp_layout_of(const struct btf *btf, struct klp_layout *l)
{
	const struct btf_type *found[KLP_STRUCTS] = { NULL };
	const struct btf_type *patch, *object, *func, *state, *module;
	struct klp_member other;

	find_structs(btf, found);
	patch = found[KLP_PATCH];
	object = found[KLP_OBJECT];
	func = found[KLP_FUNC];
	state = found[KLP_STATE];
	module = found[KLP_MODULE];
	memset(l, 0, sizeof(*l));
	if (!patch || !object || !func)
		return -ENOENT;
	l->patch_size = patch->size;
	l->object_size = object->size;
	l->func_size = func->size;
	if (!find_member(btf, patch, "mod", &l->patch.mod) ||
	    !find_member(btf, patch, "objs", &l->patch.objs) ||
	    !find_member(btf, patch, "states", &l->patch.states) ||
	    !find_member(btf, patch, "replace", &l->patch.replace) ||
	    !find_member(btf, object, "name", &l->object.name) ||
	    !find_member(btf, object, "funcs", &l->object.funcs) ||
	    !find_pre_patch(btf, object, found[KLP_CALLBACKS], &l->object.pre_patch) ||
	    !find_member(btf, func, "old_name", &l->func.old_name) ||
	    !find_member(btf, func, "new_func", &l->func.new_func) ||
	    !find_member(btf, func, "old_sympos", &l->func.old_sympos))
		return -EINVAL;
	if (!is_pointer(&l->patch.mod) || !is_pointer(&l->patch.objs) ||
	    !is_pointer(&l->object.name) || !is_pointer(&l->object.funcs) ||
	    !is_pointer(&l->func.old_name) || !is_pointer(&l->func.new_func))
		return -ENOENT;
	if ((l->patch.states.size && !is_pointer(&l->patch.states)) ||
	    (l->patch.replace.size && !is_number(&l->patch.replace)) ||
	    (l->func.old_sympos.size && !is_number(&l->func.old_sympos)))
		return -EINVAL;
	if (l->patch.states.size) {
		if (!state || !find_member(btf, state, "id", &l->state.id) ||
		    !find_member(btf, state, "version", &l->state.version) ||
		    !find_member(btf, state, "block_disable", &other))
			return -EINVAL;
		l->state_size = state->size;
		if (!is_number(&l->state.id) ||
		    (l->state.version.size && l->state.version.size != sizeof(uint32_t)))
			return -EINVAL;
		l->state.other_rule = !l->state.version.size || other.size;
	}
	if (module && !find_member(btf, module, "name", &l->module_name))
		return -EINVAL;
	return find_rules(btf, found, &l->loader) ? 0 : -EINVAL;
}

static void btf_freep(struct btf **btf)
{
	btf__free(*btf);
}

/* libbpf up to 1.4 declares btf__new_split(), and does not have it: it takes such BTF from a file only. */
static struct btf *new_split(const void *data, size_t size, struct btf *base)
{
	_cleanup_close_ int fd = memfd_create("btf", MFD_CLOEXEC);
	char path[32];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return btf__parse_raw_split(path, base);
}

/* As libbpf may get it: sound, and at a place where its numbers may be; a section may be anywhere in a file. */
static int copy_sound(const void *data, size_t size, void **copy)
{
	/* libbpf counts in 32 bits. */
	if (size > INT32_MAX)
		return -EINVAL;
	*copy = malloc(size + 1);
	if (!*copy)
		return -ENOMEM;
	memcpy(*copy, data, size);
	return btf_view_check(*copy, size);
}

int klp_layout_read(const void *data, size_t size, const void *base, size_t base_size,
		    struct klp_layout *layout)
{
	_cleanup_free_ void *own = NULL, *others = NULL;
	_cleanup_(btf_freep) struct btf *under = NULL;
	_cleanup_(btf_freep) struct btf *btf = NULL;
	int err = copy_sound(data, size, &own);

	if (!err && base)
		err = copy_sound(base, base_size, &others);
	if (err)
		return err;
	if (base) {
		under = btf__new(others, base_size);
		if (!under)
			return -EINVAL;
	}
	btf = under ? new_split(own, size, under) : btf__new(own, size);
	return btf ? klp_layout_of(btf, layout) : -EINVAL;
}
