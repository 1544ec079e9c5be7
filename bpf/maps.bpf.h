/* SPDX-License-Identifier: GPL-2.0 */
/* The maps and variables that all programs share, defined in maps.bpf.c. */
#ifndef KLPSCOPE_MAPS_BPF_H
#define KLPSCOPE_MAPS_BPF_H

#include "kernel.bpf.h"

struct records_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
};

/* By thread id. An entry that a thread leaves behind is overwritten by its next use. */
struct attempts_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BPF_MAX_ATTEMPTS);
	__type(key, __u32);
	__type(value, struct bpf_attempt);
};

struct entry_args_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BPF_MAX_ATTEMPTS);
	__type(key, __u32);
	__type(value, __u64);
};

struct loads_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BPF_MAX_ATTEMPTS);
	__type(key, __u32);
	__type(value, struct bpf_load);
};

struct lookups_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BPF_MAX_LOOKUPS);
	__type(key, struct lookup_key);
	__type(value, struct lookup_value);
};

extern struct records_map records SEC(".maps");
extern struct attempts_map attempts SEC(".maps");
extern struct entry_args_map entry_args SEC(".maps");
extern struct loads_map loads SEC(".maps");
extern struct lookups_map lookups SEC(".maps");

extern const volatile struct bpf_settings settings;
extern struct bpf_shared shared;
extern struct bpf_transition transition;

/* See HOOK_EXIT(): the leaf functions do not nest, so one argument a thread is enough. */
static __always_inline int entry_args_keep(__u64 arg)
{
	__u32 tid = bpf_get_current_pid_tgid();

	if (bpf_map_update_elem(&entry_args, &tid, &arg, BPF_ANY))
		__sync_fetch_and_add(&shared.lost_attempts, 1);
	return 0;
}

static __always_inline __u64 entry_args_take(void)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 *arg = bpf_map_lookup_elem(&entry_args, &tid);
	__u64 value = arg ? *arg : 0;

	bpf_map_delete_elem(&entry_args, &tid);
	return value;
}

#endif
