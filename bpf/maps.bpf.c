// SPDX-License-Identifier: GPL-2.0
#include "maps.bpf.h"

struct records_map records SEC(".maps");
struct attempts_map attempts SEC(".maps");
struct entry_args_map entry_args SEC(".maps");
struct loads_map loads SEC(".maps");
struct lookups_map lookups SEC(".maps");

const volatile struct bpf_settings settings = {};
struct bpf_shared shared = {};
struct bpf_transition transition = {};

char LICENSE[] SEC("license") = "GPL";
