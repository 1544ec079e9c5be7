#!/bin/bash
# No stack becomes unreliable because of us, and a probe that does harm is noticed.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

echo 'file kernel/livepatch/transition.c +p' >/sys/kernel/debug/dynamic_debug/control

# play WHAT: the scenario; leaves the kernel's reasons in $work/WHAT.
play() {
	dmesg -c >/dev/null
	sh /t/suite/scenario.sh >"$work/log" 2>&1 || not_ok "the scenario fails: $(tail -n 1 "$work/log")"
	dmesg >"$work/dmesg"
	grep -o '[^ ]* has an unreliable stack' "$work/dmesg" >"$work/$1"
	echo "# $1: $(grep -c 'has an unreliable stack' "$work/dmesg") unreliable stacks," \
		"$(grep -c 'is running' "$work/dmesg") running tasks"
}

play plain
start_trace --json --lookups
play watched
same 'the debug messages that this rests on are there' yes \
	"$(grep -q "completing .*transition" "$work/dmesg" && echo yes)"
stop_trace
agree 'as many unreliable stacks with klpscope as without' "$(wc -l <"$work/plain")" "$(wc -l <"$work/watched")"
same 'no stack of a task that loads a livepatch is unreliable' '' "$(grep -E '^(insmod|sh|klpscope)' "$work/watched")"

start_trace --json --attach=kprobe
play kprobes
stop_trace
agree 'as many unreliable stacks with kprobes as without' "$(wc -l <"$work/plain")" "$(wc -l <"$work/kprobes")"

/t/suite/harm-probe >"$work/probe" 2>&1 &
probe=$!
within 60 grep -q attached "$work/probe"
play fexit
kill $probe
what='a fexit on klp_enable_patch does make a stack unreliable'
# With this function (6.19), the kernel can unwind what BPF leaves on a stack, and the probe does no harm.
if grep -q ' bpf_has_frame_pointer$' /proc/kallsyms; then
	skip "$what"
else
	like "$what" 'insmod.* has an unreliable stack' "$(<"$work/fexit")"
fi

# On any kernel: an unreliable stack would have been seen.
dmesg -c >/dev/null
insmod klpt_unreliable.ko
insmod klpt_omit.ko
within 60 eval 'dmesg | grep -q "has an unreliable stack"'
like 'an unreliable stack is noticed' 'klpt_unreliable:?[0-9]* has an unreliable stack' "$(dmesg)"
echo 0 >/sys/module/klpt_unreliable/parameters/hold
settle
echo 'file kernel/livepatch/transition.c -p' >/sys/kernel/debug/dynamic_debug/control
finished=yes
