#!/bin/bash
# Run in the guest, where ./plan is a script of the functions below: it begins transitions, and has klpscope say who holds them
# up; /out then has what it said (look-N.json), and what the kernel said meanwhile (kernel.log).
# usage: stalls.sh STALLS
set -u
cd /t || exit
patches=/sys/kernel/livepatch
zoo=/sys/module/klpt_zoo/parameters
tracing=/sys/kernel/tracing
wanted=$1 found=0 looks=0

mark() {
	echo "klpt: $*" >/dev/kmsg
}

die() {
	echo "guest: $*" >&2
	dmesg | tail -n 20 >&2
	exit 1
}

# within SECONDS COMMAND...: waits until it succeeds.
within() {
	local tries=$(($1 * 10))
	shift
	until "$@"; do
		((tries-- > 0)) || return
		sleep 0.1
	done
}

running() {
	grep -qs 1 $patches/*/transition
}

no_transition() {
	! running
}

settle() {
	within 120 no_transition || die "a transition does not end"
}

begin() {
	if ((found >= wanted)); then
		mark over
		dmesg -c >>/out/kernel.log
		exit 0
	fi
	mark "round $1"
	writers=()
	echo 1 >$zoo/hold
}

enable() {
	local name=$1
	shift
	insmod "klpt_zoo_$name.ko" "$@" || die "klpt_zoo_$name is not taken"
}

disable() {
	echo 0 >"$patches/klpt_zoo_$1/enabled" || die "klpt_zoo_$1 is not disabled"
}

reverse() {
	local file=$patches/klpt_zoo_$1/enabled enabled
	# It may have come to its end.
	running || return
	read -r enabled <"$file"
	echo $((1 - enabled)) >"$file" || running || return 0
}

kretprobe() {
	echo "r:klpt/klpt klpt_zoo:$1" >$tracing/kprobe_events || die "no kretprobe on $1"
	echo 1 >$tracing/events/klpt/klpt/enable
}

graph() {
	printf '%s\n' "$@" >$tracing/set_ftrace_filter
	echo function_graph >$tracing/current_tracer || die "no graph tracer"
}

fexit() {
	./harm-probe do_nanosleep >/tmp/probe 2>&1 &
	probe=$!
	within 60 grep -q attached /tmp/probe || die "no fexit"
}

thread() {
	echo "$1" >$zoo/thread
}

writer() {
	echo "$1" >/proc/klpt_zoo &
	writers+=($!)
}

sleeper() {
	sleep 1000 &
	writers+=($!)
}

asleep() {
	sleep 1
}

tried() {
	no_transition || dmesg | sed "1,/klpt: $1\$/d" | grep -q 'klp_[a-z_.0-9]*: .* \(is running\|unreliable stack\|sleeping on\)'
}

# Between two tries of the kernel, so that tasks of which it said the same before and after were so meanwhile.
look() {
	mark "wait $looks"
	within 60 tried "wait $looks" || die "the kernel does not try"
	running || return
	mark "look $looks"
	klpscope blockers --json >"/out/look-$looks.json" 2>"/out/look-$looks.err"
	mark "seen $looks"
	within 60 tried "seen $looks" || die "the kernel does not try"
	((found += $(jq '.blockers | length' "/out/look-$looks.json")))
	((looks++))
}

end() {
	local patch name
	mark end
	if [[ -n ${probe:-} ]]; then
		kill "$probe"
		wait "$probe"
		probe=
	fi
	echo 0 >$zoo/hold
	((${#writers[@]} == 0)) || kill "${writers[@]}" 2>/dev/null
	wait
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
	[[ ! -e $tracing/events/klpt ]] || echo 0 >$tracing/events/klpt/klpt/enable
	echo >$tracing/kprobe_events
	settle
	for patch in $(lsmod | sed -n 's/^\(klpt_zoo_fix[0-9]\) .*/\1/p'); do
		if [[ -e $patches/$patch ]]; then
			echo 0 >"$patches/$patch/enabled"
			settle
		fi
		within 30 rmmod "$patch" 2>/dev/null || die "$patch stays"
	done
	dmesg -c >>/out/kernel.log
}

insmod klpt_zoo_blind.ko
insmod klpt_zoo.ko || die "no zoo"
echo 'file kernel/livepatch/transition.c +p' >/sys/kernel/debug/dynamic_debug/control
echo 0 >$zoo/hold
# shellcheck source=/dev/null
. ./plan
mark over
dmesg -c >>/out/kernel.log
