#!/bin/bash
# Whatever way it ends, no program, map or link of ours stays behind.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

none_left() {
	[[ $(bpf_objects) == "$before" ]]
}

# klpscope must be gone from the kernel a little after it is gone as a process.
left() {
	within 60 none_left
	same "$1 leaves nothing behind" "$before" "$(bpf_objects)"
}

before=$(bpf_objects)
start_trace
like 'while it runs, its programs are there' 'klp_enable_patch' "$(bpf_objects)"
stop_trace INT
same 'SIGINT ends it with 0' 0 "$status"
left SIGINT
start_trace
stop_trace TERM
same 'SIGTERM ends it with 0' 0 "$status"
left SIGTERM
start_trace
stop_trace KILL
left SIGKILL
start_trace --attach=kprobe
stop_trace KILL
left 'SIGKILL with kprobes'
same 'no kprobe is left' '' "$(cat /sys/kernel/debug/kprobes/list)"
run trace -- true
left 'a command that ended'
run trace -n 1 --duration 0.5
left 'the end of --duration'
run status
left 'status'
finished=yes
