#!/bin/bash
# What watching costs, as far as it can be counted: system calls at start, wake-ups while nothing happens, lost lookups.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# So many may it take to attach, with all hooks. The kernel gives its BTF in pieces of 4 KB, unless it can be mapped.
calls_max=$((900 + $(stat -c %s /sys/kernel/btf/vmlinux) / 4096))
# Before 5.16, BPF does not tell it symbols; it reads them all.
grep -qw bpf_kallsyms_lookup_name /proc/kallsyms || calls_max=$((calls_max + $(wc -c </proc/kallsyms) / 1024))

# system_calls: those of one klpscope trace, from exec until it is attached, in $calls.
system_calls() {
	local instance=/sys/kernel/tracing/instances/klpt
	mkdir $instance
	echo 4096 >$instance/buffer_size_kb
	echo 1 >$instance/events/raw_syscalls/sys_enter/enable
	sh -c "echo \$\$ >$instance/set_event_pid; exec klpscope trace 2>$work/trace.err" &
	tracer=$!
	within 60 grep -q 'attached, waiting' "$work/trace.err"
	echo 0 >$instance/tracing_on
	calls=$(cat $instance/per_cpu/cpu*/stats | awk '/^(entries|overrun):/ { n += $2 } END { print n }')
	stop_trace
	rmdir $instance
}

if [[ -d /sys/kernel/tracing/events/raw_syscalls ]]; then
	rm -f "$work/trace.err"
	touch "$work/trace.err"
	system_calls
	echo "# $calls system calls from exec until attached"
	check "it attaches with at most $calls_max system calls, and they were counted" [ "$calls" -gt 100 -a "$calls" -le $calls_max ]
else
	skip "system calls at start: this kernel cannot trace them"
fi

# Of all its threads.
switches() {
	cat /proc/"$tracer"/task/*/status | awk '/ctxt_switches/ { n += $2 } END { print n }'
}

start_trace --json
calm switches
idle=$(switches)
sleep 5
same 'no wake-ups of trace while nothing happens' "$idle" "$(switches)"
stop_trace

# More at once than the buffer holds: each is told, or counted as lost.
start_trace --lookups --json
insmod klpt_lookup_many.ko lookups=20000
settle
cat /proc/cmdline >/dev/null
# What follows has records of its own, which are to find room.
caught_up() {
	local size
	size=$(stat -c %s "$work/trace")
	sleep 1
	[[ $(stat -c %s "$work/trace") == "$size" ]]
}
within 60 caught_up
disable klpt_lookup_many
stop_trace
told=$(grep -c '"event":"lookup",.*"function":"klp_get_state"' "$work/trace")
lost=$(grep '"event":"lost"' "$work/trace" | jq -s 'map(.records + .lookups) | add // 0')
echo "# of 20000 lookups, $told were told, and $lost counted as lost"
same 'what of 20000 lookups is not told is counted, exactly' 20000 $((told + lost))
same 'counting them one by one loses none' '21:10000 22:10000' \
	"$(jq -rs '[.[] | select(.event == "lookup_count" and .patch == "klpt_lookup_many") | "\(.state):\(.count)"] | sort | join(" ")' "$work/trace")"
finished=yes
