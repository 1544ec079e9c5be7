#!/bin/bash
# The livepatch core's tracepoints, in kernels that have them (kernel-patch/): by them klpscope sees what it sees by
# functions. In the others, nothing of them is used.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# Hook and tracepoint.
pairs='klp_complete_transition klp_transition_complete
klp_enable_patch klp_enable_begin
klp_force_transition klp_transition_force
klp_is_patch_compatible klp_state_check
klp_reverse_transition klp_transition_reverse
klp_start_transition klp_transition_start
klp_try_complete_transition klp_transition_try'
others='klp_cancel_transition klp_free_patch_work_fn klp_get_prev_state klp_get_state klp_init_object_loaded
klp_init_transition klp_patch_object'
# Those on functions that are not livepatching's own, and those that only a kprobe can be on: the names are not theirs alone.
loader='find_module_all load_module'
stores='enabled_store force_store'

bpftool btf dump file /sys/kernel/btf/vmlinux | sed -nE "s/.* TYPEDEF 'btf_trace_(klp_[a-z_]*)'.*/\1/p" | sort -u >"$work/there"
# The hooks that have a tracepoint in this kernel: all of pairs, or none.
wanted=$(while read -r hook tracepoint; do
	! grep -qx "$tracepoint" "$work/there" || echo "$hook $tracepoint"
done <<<"$pairs")
same 'a kernel has all of the tracepoints, or none' "$(grep -q klp_enable_begin "$work/there" && echo "$pairs")" "$wanted"

# What the kernel says of klpscope's programs at tracepoints of the livepatch core, and of those on its functions.
at_tracepoints() {
	bpftool -j prog show >"$work/progs"
	bpftool -j link show | jq -r --slurpfile progs "$work/progs" '.[] | select(.tp_name // "" | startswith("klp_"))
		| .prog_id as $id | "\($progs[0][] | select(.id == $id) | .name) \(.tp_name)"' | sort
}
on_functions() {
	bpftool -j prog show | jq -r '.[].name | select(test("__(fentry|fexit|kprobe|kretprobe)$")) | sub("__[a-z]*$"; "")' | sort -u | xargs
}
hooks_of() {
	xargs -n1 <<<"$*" | sort | xargs
}

for how in auto fentry kprobe; do
	used=
	[[ $how != auto ]] || used=$wanted
	start_trace -v --attach=$how
	same "--attach=$how: programs at tracepoints, as the kernel says" "$(sed 's/ /__tracepoint /' <<<"$used")" "$(at_tracepoints)"
	agree "--attach=$how: all else is on functions" \
		"$(hooks_of "$others $loader $([[ $how == fentry ]] || echo "$stores") $(comm -23 <(cut -d' ' -f1 <<<"$pairs") <(cut -d' ' -f1 <<<"$used"))")" "$(on_functions)"
	same "--attach=$how: trace -v says it" "$used" \
		"$(sed -nE 's/^klpscope: (klp_[a-z_]*): by the tracepoint (klp_[a-z_]*)$/\1 \2/p' "$work/trace.err" | sort)"
	stop_trace
	run doctor --json --attach=$how
	same "--attach=$how: doctor says it" "$used" \
		"$(jq -r '.hooks[] | select((.hook | startswith("klp_")) and .method == "tracepoint") | "\(.hook) \(.tracepoint)"' <<<"$out" | sort)"
	same "--attach=$how: of the others, it names none" 'console,initcall_finish,module_get,module_load,module_put,sched_process_exit' \
		"$(jq -r '[.hooks[] | select(.tracepoint != null and (.hook | startswith("klp_") | not)) | .tracepoint] | sort | join(",")' <<<"$out")"
	same "--attach=$how: no other hook has a gap" "$([[ $how != fentry ]] || echo "$stores")" \
		"$(jq -r '.hooks[] | select(.verdict != "ok") | .hook' <<<"$out" | sort | xargs)"
done

run doctor --json --attach=tracepoint
absent="$others $loader"
[[ $wanted ]] || absent="$absent $(cut -d' ' -f1 <<<"$pairs")"
same '--attach=tracepoint: doctor says what is missing' "$(hooks_of "$absent")" \
	"$(jq -r '.hooks[] | select(.method == "absent" and .text == "absent: this kernel has no tracepoint for it") | .hook' <<<"$out" | sort | xargs)"
if [[ ! $wanted ]]; then
	same '--attach=tracepoint: doctor, status' 1 "$status"
	run trace --attach=tracepoint --duration 1
	same '--attach=tracepoint: trace does not start' 1 "$status"
	like '--attach=tracepoint: and says why, and what to do' \
		'^klpscope: cannot trace: cannot attach to the livepatch core by tracepoints alone: klp_enable_patch: this kernel has no tracepoint for it; without --attach=tracepoint' "$err"
	within 60 none_left
	same 'nothing is left behind' '' "$(bpf_objects)"
	finished=yes
	exit
fi
same '--attach=tracepoint: doctor, status' 3 "$status"
run doctor
like 'doctor, in words' 'ok   klp_is_patch_compatible +tracepoint: klp_state_check' "$out"

# Tracepoints alone: what is told without the other hooks, and that these are said to be missing.
start_trace --json --attach=tracepoint
same '--attach=tracepoint: nothing is on functions' '' "$(on_functions)"
same '--attach=tracepoint: all are used' "$(sed 's/ /__tracepoint /' <<<"$wanted")" "$(at_tracepoints)"
enable klpt_omit.ko
insmod klpt_omit_replace.ko 2>"$work/insmod"
disable klpt_omit
stop_trace
cp "$work/trace" /out/tracepoints-alone.jsonl
same '--attach=tracepoint: what is told' 'enable klpt_omit
transition klpt_omit start patched
transition klpt_omit complete patched
state klpt_omit
enable klpt_omit_replace
refused klpt_omit_replace state_missing
transition klpt_omit start unpatched
transition klpt_omit complete unpatched
state klpt_omit' "$(jq -r 'select((.event | IN("message", "progress", "stall") | not) and .action != "retry")
	| [.event, .patch // .to_patch // .from_patch, .action, .target, .cause] | map(select(. != null)) | join(" ")' "$work/trace")"
same '--attach=tracepoint: what is not is said' "$(hooks_of "$others")" \
	"$(sed -nE 's/^klpscope: (klp_[a-z_]*) cannot be attached to \(this kernel has no tracepoint for it\); not shown: .*/\1/p' "$work/trace.err" | sort | xargs)"

# One scenario, and a reversal, seen by both at once: the same events, in the same order, with the same words, tries
# and tasks. Only times differ, and each looks for itself who holds a transition up.
start_trace --json --attach=fentry -o "$work/fentry"
by_fentry=$tracer
start_trace --json --attach=auto -o "$work/auto"
by_tracepoint=$tracer
sh /t/suite/scenario.sh >"$work/log" 2>&1
same 'the kernel behaves as the scenario says' 0 $?
insmod klpt_sleeper.ko
insmod klpt_slow.ko
echo 0 >"$patches/klpt_slow/enabled"
settle
within 60 rmmod klpt_slow
for tracer in $by_fentry $by_tracepoint; do
	stop_trace
	same 'trace ends with status 0' 0 "$status"
done
rmmod klpt_sleeper
cp "$work/auto" /out/tracepoints.jsonl
cp "$work/fentry" /out/functions.jsonl

# As text: jq 1.6 rounds states' ids. Counts, at the end, are in no order.
stream() {
	sed -E 's/,"(time|boot_ns|duration_ns)":("[^"]*"|[0-9]+)//g' "$1" >"$work/timeless"
	grep -v '"event":"\(progress\|stall\|lookup_count\)"' "$work/timeless"
	grep '"event":"lookup_count"' "$work/timeless" | sort
}
agree 'the events by tracepoints are those by functions' "$(stream "$work/fentry")" "$(stream "$work/auto")"
same 'of all kinds' 'disable enable freed lookup lookup_count refused replaced state transition' \
	"$(jq -r 'select(.event | IN("message", "progress", "stall") | not) | .event' "$work/auto" | sort -u | xargs)"
same 'with a reversal, which is no second start' 'start patched,reverse unpatched,complete unpatched' \
	"$(jq -rs '[.[] | select(.event == "transition" and .patch == "klpt_slow" and .action != "retry")
		| "\(.action) \(.target)"] | .[-3:] | join(",")' "$work/auto")"
same 'nothing was lost' '' "$(jq -c 'select(.event == "lost" or .event == "warning" or .incomplete)' "$work/auto" "$work/fentry")"

# Left out, a reversal is not told as a start.
start_trace --json --without klp_reverse_transition
insmod klpt_sleeper.ko
insmod klpt_slow.ko
echo 0 >"$patches/klpt_slow/enabled"
settle
within 60 rmmod klpt_slow
stop_trace
rmmod klpt_sleeper
same 'without klp_reverse_transition there is still one start' 'start patched,complete unpatched' \
	"$(jq -rs '[.[] | select(.event == "transition" and .action != "retry") | "\(.action) \(.target)"] | join(",")' "$work/trace")"

# Tracepoints are there without ftrace, but not the functions whose results tell why; what cannot be seen is not made up.
if sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then
	start_trace --json
	like 'without ftrace: what is not seen' \
		'kernel.ftrace_enabled is 0, so no hook on a function is called; not shown: refusals because of symbols \(cause unknown\), ' "$(<"$work/trace.err")"
	insmod klpt_omit.ko 2>"$work/insmod"
	insmod klpt_no_symbol.ko 2>>"$work/insmod"
	stop_trace
	cp "$work/trace" /out/tracepoints-without-ftrace.jsonl
	same 'without ftrace: the attempts, and no cause that is not known' 'enable klpt_omit,refused klpt_omit unknown,enable klpt_no_symbol,refused klpt_no_symbol unknown' \
		"$(jq -rs '[.[] | select(.event | IN("enable", "refused")) | [.event, .patch, .cause] | map(select(. != null)) | join(" ")] | join(",")' "$work/trace")"
	sysctl -q kernel.ftrace_enabled=1
	# Turned off while it runs, and on again. Up to 5.10, programs on functions do not let it be turned off.
	start_trace --json
	causes=symbol
	insmod klpt_no_symbol.ko 2>"$work/insmod"
	if sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then
		insmod klpt_no_symbol.ko 2>"$work/insmod"
		sysctl -q kernel.ftrace_enabled=1
		causes=symbol,unknown
	fi
	insmod klpt_no_symbol.ko 2>"$work/insmod"
	stop_trace
	same "ftrace off and on again while it runs: $causes,symbol" "$causes,symbol" \
		"$(jq -rs '[.[] | select(.event == "refused") | .cause] | join(",")' "$work/trace")"
fi
finished=yes
