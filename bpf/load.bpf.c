// SPDX-License-Identifier: GPL-2.0
/*
 * Modules that the loader refuses. load_module() is entered; it calls the
 * tracepoint module_load when all that it checks is right, and only then the
 * module's init. Where that does not come, the thread's end, or its next module,
 * tells that it failed. A hook on its return would be a frame on the stack of the
 * very init that enables a livepatch.
 */
#include "emit.bpf.h"

static __always_inline void load_refused(__u32 tid, struct bpf_load *load)
{
	struct wire_load rec = {};

	emit_head(&rec.head, WIRE_LOAD, sizeof(rec));
	rec.begun_ns = load->begun_ns;
	rec.named = load->named;
	rec.found = load->found;
	rec.klp = load->klp;
	__builtin_memcpy(rec.name, load->name, sizeof(rec.name));
	emit_and_wake(&rec, sizeof(rec));
	bpf_map_delete_elem(&loads, &tid);
}

HOOK_ENTRY0(load_module)
{
	__u32 tid = current_tid();
	struct bpf_load *before = bpf_map_lookup_elem(&loads, &tid);
	struct bpf_load load = { .klp = WIRE_KLP_UNKNOWN };

	if (before)
		load_refused(tid, before);
	load.begun_ns = bpf_ktime_get_boot_ns();
	if (bpf_map_update_elem(&loads, &tid, &load, BPF_ANY))
		__sync_fetch_and_add(&shared.lost_attempts, 1);
	return 0;
}

/*
 * The loader asks whether there is a module of this name: a leaf, which walks a
 * list. The name that it asks with lies in the new module's struct module, where
 * "livepatch" is noted by then (5.10 to 7.3).
 */
HOOK_EXIT(find_module_all, 3, name, found)
{
	__u32 tid = current_tid();
	struct bpf_load *load = bpf_map_lookup_elem(&loads, &tid);
	struct module *mod = (void *)(name - bpf_core_field_offset(struct module, name));
	bool klp = false;

	if (!load || load->named || !name)
		return 0;
	load->named = 1;
	load->found = !!found;
	bpf_probe_read_kernel_str(load->name, sizeof(load->name), (void *)name);
	if (!bpf_core_field_exists(mod->klp) || bpf_core_read(&klp, sizeof(klp), &mod->klp))
		return 0;
	load->klp = klp ? WIRE_KLP_MARKED : WIRE_KLP_UNMARKED;
	return 0;
}

SEC("raw_tp/module_load")
int module_load__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 tid = current_tid();

	bpf_map_delete_elem(&loads, &tid);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int sched_process_exit__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 tid = current_tid();
	struct bpf_load *load = bpf_map_lookup_elem(&loads, &tid);
	struct bpf_attempt *attempt = current_attempt();

	if (load)
		load_refused(tid, load);
	/* It died in its module's init: the next thread of this id is another. */
	if (attempt && (attempt->stages & WIRE_STAGE_START))
		bpf_map_delete_elem(&attempts, &tid);
	return 0;
}
