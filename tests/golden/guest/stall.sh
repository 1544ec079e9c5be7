#!/bin/sh
# Run in the guest, where the modules lie in the current folder: a transition that a
# kernel thread and two tasks asleep hold up, until the kernel's signals and then we let them go.
set -eu

patch=/sys/kernel/livepatch/klpt_unblock

# within SECONDS COMMAND...: repeats COMMAND until it succeeds.
within() {
	tries=$(($1 * 10))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || {
			echo "stall: not within the time: $*" >&2
			exit 1
		}
		sleep 0.1
	done
}

# pin COMM CPUS: a task may run on these CPUs only.
pin() {
	file=$(grep -lx "$1" /proc/[0-9]*/comm)
	file=${file#/proc/}
	taskset -p "$2" "${file%/comm}" >&2
}

signaled() {
	dmesg | grep -q 'livepatch: signaling remaining tasks'
}

complete() {
	[ "$(cat $patch/transition)" = 0 ]
}

# The thread has CPU 0 for itself. All else, the kernel's retries too, is to run on CPU 1:
# were that ever idle, CPU 0 would see to its timers (from 6.9 on), and never to the work that they start.
pin capture 2
taskset -p 2 $$ >&2
while :; do :; done &
busy=$!
trap 'kill $busy; echo 0 >/sys/module/klpt_block/parameters/hold' EXIT
insmod klpt_block.ko spin=1
pin klpt_spinner 1
cat /proc/klpt_wait &
waits=$!
cat /proc/klpt_interruptible &
waits="$waits $!"
sleep 0.5
insmod klpt_unblock.ko
within 60 signaled
sleep 3
echo 0 >/sys/module/klpt_block/parameters/hold
within 60 complete
# shellcheck disable=SC2086 # two
wait $waits
echo 0 >$patch/enabled
within 60 [ ! -e $patch ]
within 10 rmmod klpt_unblock
