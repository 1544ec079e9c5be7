// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of the kernel's variables and functions, asked of the kernel itself
 * (bpf_kallsyms_lookup_name, 5.16): an object of its own without CO-RE, because
 * its answers are constants of the main one.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_shared.h"

#define EPERM 1

#define LOOKUP(symbol, addr)                                                                       \
	({                                                                                         \
		char name[] = symbol;                                                              \
		bpf_kallsyms_lookup_name(name, sizeof(name), 0, addr);                             \
	})

#define VARIABLE(symbol, where)                                                                    \
	do {                                                                                       \
		__u64 addr = 0;                                                                    \
		if (LOOKUP(symbol, &addr) == -EPERM)                                               \
			return -EPERM;                                                             \
		ctx->addr.where = addr;                                                            \
	} while (0)

/* A name that is not there is looked for in all modules too, so only for what gcc may leave. */
#define FUNCTION(symbol, hook)                                                                     \
	do {                                                                                       \
		__u64 addr = 0;                                                                    \
		LOOKUP(symbol, &addr);                                                             \
		ctx->function[hook] = addr;                                                        \
		addr = 0;                                                                          \
		LOOKUP(symbol ".constprop.0", &addr);                                              \
		if (addr)                                                                          \
			ctx->copies |= 1ULL << (hook);                                             \
		addr = 0;                                                                          \
		LOOKUP(symbol ".part.0", &addr);                                                   \
		if (addr)                                                                          \
			ctx->parts |= 1ULL << (hook);                                              \
	} while (0)

static const char symbol_format[] = "%ps";

/* Whether the symbol at an address has this name, of 16 bytes at most with its NUL. */
static __always_inline _Bool is_named(__u64 addr, const char *name, __u32 len)
{
	char found[16] = {};

	if (!addr || bpf_snprintf(found, sizeof(found), symbol_format, &addr, sizeof(addr)) < 0)
		return 0;
	for (__u32 i = 0; i < len; i++)
		if (found[i] != name[i])
			return 0;
	return 1;
}

/*
 * A function whose name many have: the one that a variable points to, here a struct kobj_attribute. Where in that the pointer
 * lies, CO-RE would say, for which libbpf would read all of the kernel's BTF.
 */
#define FUNCTION_OF(variable, symbol, hook)                                                        \
	do {                                                                                       \
		__u64 addr = 0, words[8] = {};                                                     \
		LOOKUP(variable, &addr);                                                           \
		if (!addr || bpf_probe_read_kernel(words, sizeof(words), (void *)addr))            \
			break;                                                                     \
		for (int i = 0; i < 8; i++)                                                        \
			if (!ctx->function[hook] && is_named(words[i], symbol, sizeof(symbol)))    \
				ctx->function[hook] = words[i];                                    \
	} while (0)

/* What raw_tracepoint_open() will find; its name in bpf/ is behind "raw_tp/". */
#define TRACEPOINT(tracepoint, hook)                                                               \
	do {                                                                                       \
		__u64 addr = 0;                                                                    \
		LOOKUP("__bpf_trace_tp_map_" tracepoint, &addr);                                   \
		if (addr)                                                                          \
			ctx->tracepoints |= 1ULL << (hook);                                        \
	} while (0)

SEC("syscall")
int ksyms(struct bpf_symbols *ctx)
{
	__u64 cold = 0;

	VARIABLE("klp_patches", patches);
	VARIABLE("klp_transition_patch", transition_patch);
	VARIABLE("klp_target_state", target_state);
	VARIABLE("runqueues", runqueues);
	VARIABLE("__per_cpu_offset", per_cpu_offset);
	VARIABLE("nr_cpu_ids", nr_cpu_ids);
	VARIABLE("klp_mutex", mutex);
	VARIABLE("bpf_has_frame_pointer", unwinds_bpf);
	VARIABLE("_stext", text);
	VARIABLE("_etext", text_end);
	VARIABLE("__start_orc_unwind_ip", orc_ip);
	VARIABLE("__stop_orc_unwind_ip", orc_ip_end);
	VARIABLE("__start_orc_unwind", orc);
	VARIABLE("orc_lookup", orc_lookup);
	VARIABLE("orc_lookup_end", orc_lookup_end);
	VARIABLE("null_orc_entry", orc_sp);
	VARIABLE("orc_fp_entry", orc_fp);
	VARIABLE("mod_tree", modules);
	VARIABLE("__sched_text_start", sched);
	VARIABLE("__sched_text_end", sched_end);
	VARIABLE("__lock_text_start", locks);
	VARIABLE("__lock_text_end", locks_end);
	VARIABLE("return_to_handler", return_graph);
	VARIABLE("arch_rethook_trampoline", return_rethook);
	VARIABLE("__kretprobe_trampoline", return_kretprobe);
	VARIABLE("ret_from_fork", fork);
	VARIABLE("ret_from_fork_asm", fork_asm);
	FUNCTION("klp_enable_patch", WIRE_HOOK_ENABLE);
	LOOKUP("klp_enable_patch.cold", &cold);
	ctx->enable_cold = cold;
	FUNCTION_OF("enabled_kobj_attr", "enabled_store", WIRE_HOOK_ENABLED_STORE);
	FUNCTION_OF("force_kobj_attr", "force_store", WIRE_HOOK_FORCE_STORE);
	cold = 0;
	LOOKUP("try_module_get", &cold);
	ctx->try_module_get = cold;
	FUNCTION("load_module", WIRE_HOOK_LOAD);
	FUNCTION("find_module_all", WIRE_HOOK_FIND);
	FUNCTION("klp_is_patch_compatible", WIRE_HOOK_COMPATIBLE);
	FUNCTION("klp_init_object_loaded", WIRE_HOOK_OBJECT_LOADED);
	FUNCTION("klp_patch_object", WIRE_HOOK_PATCH_OBJECT);
	FUNCTION("klp_init_transition", WIRE_HOOK_INIT_TRANSITION);
	FUNCTION("klp_start_transition", WIRE_HOOK_START);
	FUNCTION("klp_try_complete_transition", WIRE_HOOK_TRY);
	FUNCTION("klp_reverse_transition", WIRE_HOOK_REVERSE);
	FUNCTION("klp_force_transition", WIRE_HOOK_FORCE);
	FUNCTION("klp_cancel_transition", WIRE_HOOK_CANCEL);
	FUNCTION("klp_complete_transition", WIRE_HOOK_COMPLETE);
	FUNCTION("klp_free_patch_work_fn", WIRE_HOOK_FREE);
	FUNCTION("klp_get_prev_state", WIRE_HOOK_PREV_STATE);
	FUNCTION("klp_get_state", WIRE_HOOK_STATE);
	/* They come together, and one that is not there costs more than one that is. */
	TRACEPOINT("klp_enable_begin", WIRE_HOOK_ENABLE);
	if (ctx->tracepoints) {
		TRACEPOINT("klp_state_check", WIRE_HOOK_COMPATIBLE);
		TRACEPOINT("klp_transition_start", WIRE_HOOK_START);
		TRACEPOINT("klp_transition_try", WIRE_HOOK_TRY);
		TRACEPOINT("klp_transition_reverse", WIRE_HOOK_REVERSE);
		TRACEPOINT("klp_transition_force", WIRE_HOOK_FORCE);
		TRACEPOINT("klp_transition_complete", WIRE_HOOK_COMPLETE);
	}
	ctx->addr.get_state = ctx->function[WIRE_HOOK_STATE];
	ctx->addr.get_prev_state = ctx->function[WIRE_HOOK_PREV_STATE];
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
