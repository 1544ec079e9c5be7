#!/bin/bash
# Who holds up a transition, and why; released, reversed, forced. Against sysfs, /proc and what the modules were told.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# told: what klpscope's last answer says of each task.
told() {
	jq -r '.blockers[] | "\(.tid) \(.comm)"' <<<"$out" | sort -n
}

# of COMM FILTER: of the tasks of that name.
of() {
	jq -r --arg comm "$1" ".blockers[] | select(.comm == \$comm) | $2" <<<"$out"
}

# pidof_kthread COMM
pidof_kthread() {
	local comm
	comm=$(grep -lx "$1" /proc/[0-9]*/comm)
	comm=${comm#/proc/}
	echo "${comm%/comm}"
}

run blockers
same 'no transition: said so, exit 0' '0 no transition is running' "$status $out"
run blockers --json
same 'the same as JSON' '0 null []' "$status $(jq -rc '"\(.transition) \(.blockers)"' <<<"$out")"

# Up to 5.18 klpscope sees only those lines of the kernel log that reach the console.
echo 8 >/proc/sys/kernel/printk

# Four tasks that block in their own ways, and many that do not. The busy one last: nothing can be attached once it is.
mkfifo "$work/fifo"
insmod klpt_block.ko
/t/suite/threads 100 <>"$work/fifo" >/dev/null 2>&1 &
/t/suite/harm-probe do_nanosleep >"$work/probe" 2>&1 &
probe=$!
within 60 grep -q attached "$work/probe"
sleep 1000 &
napper=$!
cat /proc/klpt_wait &
waiter=$!
cat /proc/klpt_interruptible &
interruptible=$!
start_trace --json --summary
# A slow guest has had signals in other cases' transitions, too.
echo 'klpt: watched from here on' >/dev/kmsg
# The thread has CPU 0 for itself, all else is on CPU 1. Were that ever idle, CPU 0 would see to its timers (from 6.9 on),
# and never to the work that they start, such as the kernel's next try.
for task in $(jobs -p) $$; do
	taskset -p 2 "$task"
done >"$work/said" 2>&1
while :; do :; done &
busy=$!
taskset -p 1 "$(pidof_kthread klpt_spinner)" >"$work/said" 2>&1
echo 1 >/sys/module/klpt_block/parameters/spin
insmod klpt_unblock.ko
within 60 grep -q '"event":"stall"' "$work/trace"

run_while_left_stay 1 blockers --json
tee /out/blockers.json <<<"$out" >/dev/null
same 'something blocks: exit 3' 3 "$status"
same 'just the tasks that /proc says are left' "$before" "$(told)"
same 'which stay the same meanwhile' "$before" "$after"
agree 'as many as it counts' "$(jq '.transition.remaining' <<<"$out")" "$(told | wc -l)"
same 'as many tasks as there are, and idle ones' yes "$(
	all=$(ls -d /proc/[0-9]*/task/[0-9]* | wc -l)
	jq -r --argjson all "$((all + $(nproc)))" '.transition.tasks - $all | if . > -5 and . < 5 then "yes" else . end' <<<"$out"
)"
same 'a kernel thread that is busy' 'busy_kthread true running []' \
	"$(of klpt_spinner '"\(.class) \(.kthread) \(.state) \(.stack)"')"
same 'a task asleep in a patched function: which, of what object' "$waiter patched_function false uninterruptible klpt_wait klpt_block" \
	"$(jq -r --argjson tid $waiter '.blockers[] | select(.tid == $tid) | "\(.tid) \(.class) \(.kthread) \(.state) \(.function) \(.object)"' <<<"$out")"
same 'the same, when it could be interrupted' "patched_function sleeping klpt_interruptible" \
	"$(jq -r --argjson tid $interruptible '.blockers[] | select(.tid == $tid) | "\(.class) \(.state) \(.function)"' <<<"$out")"
agree 'its stack is what /proc shows' "$(awk '{ print $2 }' /proc/$waiter/stack | grep -v '^0x')" \
	"$(jq -r --argjson tid $waiter '.blockers[] | select(.tid == $tid) | .stack[] | split(" ")[0]' <<<"$out")"
# With this function (6.19), the kernel unwinds what BPF leaves on a stack.
if grep -q ' bpf_has_frame_pointer$' /proc/kallsyms; then
	same 'what BPF leaves on a stack does no harm here' '' "$(of sleep .tid)"
else
	same 'an unreliable stack: the program, what it is on, whose it is' \
		"$napper unreliable_stack fexit leave do_nanosleep $probe harm-probe" \
		"$(of sleep '"\(.tid) \(.class) " + (.probes[] | "\(.kind) \(.name) \(.function) \(.pid) \(.comm)")')"
fi

echo 0 >/sys/module/klpt_block/parameters/spin
kill $busy
run blockers
like 'the table names the transition' '^klpt_unblock to patched: [0-9]+ of [0-9]+ tasks left, since ' "$out"
like 'and the tasks' "$waiter cat +user +uninterruptible .* asleep in klpt_wait, which is being patched" "$out"
run blockers -s
like 'with stacks when asked' "cat:$waiter
    klpt_wait\+0x" "$out"
klpscope blockers --watch=0.2 --json >"$work/watch" &
watch=$!
within 60 eval '[ "$(wc -l <"$work/watch")" -ge 3 ]'
kill -INT $watch
wait $watch
same 'watching ends with the last answer' 3 $?
same 'and answers as JSON lines' yes "$(jq -s -r 'if length >= 3 and all(.transition.patch == "klpt_unblock") then "yes" else . end' "$work/watch")"

# One after the other goes; the last is told as gone.
kill $probe
kill $napper
wait $napper 2>/dev/null
within 60 eval 'grep -q "\"action\":\"signal\"" "$work/trace"'
check 'the kernel signals those left, and is seen to' grep -q '"action":"signal"' "$work/trace"
check 'which lets go who can be interrupted' within 60 [ ! -e "/proc/$interruptible" ]
echo 0 >/sys/module/klpt_block/parameters/hold
settle
run blockers
same 'and then nothing blocks' '0 no transition is running' "$status $out"
stop_trace
cp "$work/trace" /out/blockers.jsonl
same 'the signal is the kernel log'"'"'s' "$(dmesg | sed '1,/klpt: watched from here on/d' | grep -c 'signaling remaining tasks')" \
	"$(grep -c '"action":"signal"' "$work/trace")"
# place: each blocker that was told, and where it was.
place() {
	jq -r 'select(.event == "stall") | .tasks[] | "\(.tid) \(.class) \(.stack)"' "$work/trace"
}
agree 'trace tells each blocker once, and again when it is somewhere else' "$(place | sort -u)" "$(place | sort)"
same 'the one that stays is told once' 1 "$(place | grep -c "^$waiter ")"
same 'with the same reasons' "patched_function $waiter" \
	"$(jq -r --argjson tid $waiter 'select(.event == "stall") | .tasks[] | select(.tid == $tid) | "\(.class) \(.tid)"' "$work/trace")"
same 'progress goes down to the last' yes "$(jq -rs '[.[] | select(.event == "progress") | .remaining] | if .[0] >= 3 and .[-1] < .[0] then "yes" else . end' "$work/trace")"
same 'and is told once a second at most' yes "$(jq -rs '
	([.[] | select(.event == "progress")] | length) as $n | (.[] | select(.event == "transition" and .action == "complete") | .duration_ns / 1e9) as $s
	| if $n >= 2 and $n <= $s + 1 then "yes" else "\($n) in \($s) s" end' "$work/trace")"
same 'the summary has it all' 'klpt_unblock complete patched true true' "$(jq -r 'select(.event == "summary") | .transitions[]
	| "\(.patch) \(.outcome) \(.target) \(.signals > 0) \([.blockers[].comm] | (index("klpt_spinner") and index("cat")) != null)"' "$work/trace")"
reset

# A user's task that is busy in the kernel, alone on CPU 0 as above.
insmod klpt_block.ko
start_trace --json
taskset 1 cat /proc/klpt_spin &
spins=$!
# Before it spins, it would switch on its way out of the kernel. Ticks of system time tell.
within 60 eval '[ "$(awk "{ print \$15 }" "/proc/$spins/stat")" -ge 10 ]'
while :; do :; done &
busy=$!
insmod klpt_unblock.ko
within 60 grep -q '"event":"stall"' "$work/trace"
run blockers --json
echo 0 >/sys/module/klpt_block/parameters/hold
kill $busy
settle
stop_trace
same 'a task that is busy in the kernel' "$spins running false running 0" \
	"$(of cat '"\(.tid) \(.class) \(.kthread) \(.state) \(.cpu)"')"
reset

# Unpatching: it is the livepatch's own function that must be left. Then reversed, and forced.
insmod klpt_sleeper.ko hold=0
enable klpt_slow.ko
echo 1 >/sys/module/klpt_sleeper/parameters/hold
start_trace --json --stall 0.5
echo 0 >$patches/klpt_slow/enabled
run blockers --json
same 'unpatching waits for who is in the livepatch' 'unpatched klpt_sleeper' \
	"$(jq -r '"\(.transition.target) \(.blockers[0].comm)"' <<<"$out")"
echo 1 >$patches/klpt_slow/enabled
settle
same 'reversed' patched "$(jq -r 'select(.action == "complete") | .target' "$work/trace")"
stop_trace
reset

# What only the kernel's reliable unwinder shows: each time against what the kernel itself says of the task.
control=/sys/kernel/debug/dynamic_debug/control
echo 'file kernel/livepatch/transition.c +p' >$control
echo 8 >/proc/sys/kernel/printk

# said TASK: what the kernel said last of a task, since the mark.
said() {
	dmesg | sed "1,/klpt: mark/d" | sed -nE "s/.* klp_[a-z_.0-9]*: ([^ ]*:)?$1 (is sleeping on function |has an |is )/\2/p" | tail -n 1
}

# asked TASK WORDS FILTER: once the kernel has said this of a task, what klpscope says of it.
asked() {
	within 60 eval '[ "$(said '"$1"')" = "'"$2"'" ]' || echo "the kernel says of it: $(said "$1")"
	run blockers --json
	jq -r --argjson tid "$1" ".blockers[] | select(.tid == \$tid) | $3" <<<"$out"
}

mark() {
	echo 'klpt: mark' >/dev/kmsg
}

insmod klpt_block.ko
cat /proc/klpt_complete &
completes=$!
within 60 grep -q '^State:.S' /proc/$completes/status
mark
insmod klpt_scheduler.ko
same 'a patched function of the scheduler, which /proc/PID/stack leaves out' \
	'patched_function wait_for_completion_interruptible vmlinux [] wait_for_completion_interruptible' \
	"$(asked $completes 'is sleeping on function wait_for_completion_interruptible' \
		'"\(.class) \(.function) \(.object) \(.unseen) " + (.stack[0] | split("+")[0])')"
same 'which is so' 0 "$(grep -c wait_for_completion /proc/$completes/stack)"
echo 0 >/sys/module/klpt_block/parameters/hold
settle
wait $completes
reset

# Functions that a cumulative livepatch does not have any more: back and forth.
insmod klpt_sleeper.ko hold=0
enable klpt_slow.ko hold=1
echo 1 >/sys/module/klpt_sleeper/parameters/hold
sleeper=$(pidof_kthread klpt_sleeper)
within 60 grep -q klpt_slow_sleep "/proc/$sleeper/stack"
mark
insmod klpt_cumulative.ko
same 'in a function that an atomic replace drops' 'patched_function klpt_sleep klpt_sleeper [] klpt_slow_sleep' \
	"$(asked "$sleeper" 'is sleeping on function klpt_sleep' \
		'"\(.class) \(.function) \(.object) \(.unseen) " + (.stack[] | select(test("slow_sleep")) | split("+")[0])')"
run status --json
same 'of its own it has one function, as ever' '["cmdline_proc_show"]' \
	"$(jq -c '.livepatches[] | select(.patch == "klpt_cumulative") | [.objects[].funcs[]]' <<<"$out")"
echo 0 >/sys/module/klpt_slow/parameters/hold
echo 0 >/sys/module/klpt_sleeper/parameters/hold
settle
# Now it sleeps in klpt_sleep() itself.
within 60 rmmod klpt_slow
echo 1 >/sys/module/klpt_sleeper/parameters/hold
within 60 grep -qF 'klpt_sleep+' "/proc/$sleeper/stack"
mark
insmod klpt_slow.ko
same 'and in the function itself, when it is patched anew' 'patched_function klpt_sleep klpt_sleep' \
	"$(asked "$sleeper" 'is sleeping on function klpt_sleep' '"\(.class) \(.function) " + (.stack[0] | split("+")[0])')"
reset

# Code of which no unwinder knows anything.
insmod klpt_unreliable.ko
blind=$(pidof_kthread klpt_unreliable)
mark
insmod klpt_cumulative.ko
same 'code without unwind tables' 'unreliable_stack klpt_opaque []' \
	"$(asked "$blind" 'has an unreliable stack' '"\(.class) \(.culprit) \(.unseen)"')"
echo 0 >/sys/module/klpt_unreliable/parameters/hold
settle
reset
echo 'file kernel/livepatch/transition.c -p' >$control

# Many: 5000 asleep elsewhere, and more inside than are told one by one.
echo 20000 >/proc/sys/kernel/threads-max # by default for as much as fits into an eighth of the memory
echo 32768 >/proc/sys/kernel/pid_max # 4096 in a kernel without CONFIG_BASE_FULL
insmod klpt_block.ko
mkfifo "$work/fifo2" "$work/fifo3"
/t/suite/threads 5000 <>"$work/fifo2" >"$work/ready" 2>&1 &
within 120 grep -q ready "$work/ready" || not_ok "no 5000 threads: $(<"$work/ready")"
/t/suite/threads 300 /proc/klpt_wait <>"$work/fifo3" >"$work/ready2" 2>&1 &
within 120 grep -q ready "$work/ready2" || not_ok "no 300 threads: $(<"$work/ready2")"
start_trace --json --summary
insmod klpt_unblock.ko
within 60 grep -q '"event":"stall"' "$work/trace"
run blockers --json
same 'all that are left are counted, told as far as the limit goes' '300 256 44' \
	"$(jq -r '"\(.transition.remaining) \(.blockers | length) \(.more)"' <<<"$out")"
echo 0 >/sys/module/klpt_block/parameters/hold
settle
stop_trace
same 'nothing was lost among 5000 tasks' 0 "$(grep -c '"event":"lost"' "$work/trace")"
same 'so was it in the trace' '300 256 44' "$(jq -rs '(map(select(.event == "progress"))[0].remaining | tostring) + " "
	+ (map(select(.event == "stall"))[0] | "\(.tasks | length) \(.more)")' "$work/trace")"
check 'the cost of looking is told' jq -e 'select(.event == "summary") | .transitions[0] | .samples > 0 and .cost_ns > 0' "$work/trace"
echo "# of $(jq 'select(.event == "progress") | .tasks' "$work/trace" | tail -n 1) tasks: $(jq -c 'select(.event == "summary") | .transitions[0] | {samples, cost_ns, duration_ns}' "$work/trace")"
jobs -p | xargs kill 2>/dev/null
finished=yes
