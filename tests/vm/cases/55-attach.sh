#!/bin/bash
# Each way to attach, and what becomes of a function that the kernel does not let be attached to.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# freed ARG...: traces a livepatch from its load to its end.
freed() {
	start_trace -v --json "$@"
	enable klpt_omit.ko
	disable klpt_omit
	within 60 grep -q '"freed"\|not shown: freed' "$work/trace" "$work/trace.err"
	stop_trace
}

events='enable transition transition state disable transition transition state'
told() {
	jq -r 'select(.event != "message" and .action != "retry" and .event != "progress" and .event != "stall") | .event' "$work/trace" | xargs
}

for how in auto fentry kprobe; do
	freed --attach=$how
	same "--attach=$how: every event" "$events freed" "$(told)"
	# Of functions that share a name, only kprobes find the right one.
	stores=''
	[ $how != fentry ] || stores='\(enabled\|force\)_store cannot be attached to (it is attached to by kprobe only)'
	same "--attach=$how: nothing is missing" '' \
		"$(grep 'cannot be attached\|attached to by' "$work/trace.err" | grep -v "^klpscope: ${stores:-none}")"
done

# What is there only from klp_enable_patch's hook on is followed from its beginning, with all other hooks.
start_trace --attach=fentry
bpftool -j prog show >"$work/progs"
same 'klp_enable_patch is attached to after all others' klp_enable_patch__fentry \
	"$(bpftool -j link show | jq -r --slurpfile progs "$work/progs" '($progs[0] | map({key: "\(.id)", value: .name}) | from_entries) as $names
		| sort_by(.id)[] | $names["\(.prog_id)"] | select(test("__(fentry|fexit|tracepoint)$"))' | tail -n 1)"
stop_trace

# As many programs as fit leave no room for ours.
/t/suite/harm-probe klp_free_patch_work_fn 64 >"$work/probe" 2>&1 &
probe=$!
within 120 grep -q attached "$work/probe"
sed 's/^/# /' "$work/probe"
freed
same 'a trampoline that is full: a kprobe instead' "$events freed" "$(told)"
like 'with -v it is said' "klpscope: klp_free_patch_work_fn is attached to by kprobe: the kernel did not take a trampoline's program" \
	"$(<"$work/trace.err")"
same 'of this one alone' 1 "$(grep -c 'is attached to by' "$work/trace.err")"
run trace --duration 0.5
same 'without -v it is not' 'klpscope: attached, waiting' "$(grep -v 'names of addresses\|attaching takes long' <<<"$err")"
freed --attach=fentry
same '--attach=fentry: without it' "$events" "$(told)"
like 'which is said' 'klpscope: klp_free_patch_work_fn cannot be attached to \(the kernel did not take the program\); not shown: freed livepatches' \
	"$(<"$work/trace.err")"
kill $probe
wait $probe 2>/dev/null
finished=yes
