#!/bin/sh
# Run in the guest, where the modules lie in the current folder: what the kernel refuses that is no attempt to enable, several
# attempts in one init, and an enable that is turned round.
set -eu

patches=/sys/kernel/livepatch

# within SECONDS COMMAND...: repeats COMMAND until it succeeds.
within() {
	tries=$(($1 * 10))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || {
			echo "refusals: not within the time: $*" >&2
			exit 1
		}
		sleep 0.1
	done
}

settled() {
	! grep -q 1 $patches/*/transition
}

gone() {
	[ ! -e "$patches/$1" ]
}

# refused FILE TEXT: the kernel does not take it.
refused() {
	if echo "$2" >"$patches/$1"; then
		echo "refusals: $2 written to $1" >&2
		exit 1
	fi 2>/dev/null
}

hold() {
	echo "$1" >/sys/module/klpt_sleeper/parameters/hold
}

insmod klpt_busy.ko
within 60 settled
insmod klpt_sleeper.ko hold=1
within 60 grep -qs klpt_sleep /proc/[0-9]*/stack
insmod klpt_slow.ko
refused klpt_busy/enabled 0
refused klpt_busy/enabled on
refused klpt_busy/enabled maybe
refused klpt_busy/force 1
echo 0 >$patches/klpt_busy/force
insmod klpt_retry.ko tries=3 2>/dev/null || true
# Turned round: it never came into force.
echo 0 >$patches/klpt_slow/enabled
hold 0
within 60 gone klpt_slow
within 60 rmmod klpt_slow

# Modules that come.
insmod klpt_late.ko func=klpt_target_none
within 60 settled
insmod klpt_target.ko 2>/dev/null || true
insmod klpt_late.ko 2>/dev/null || true
sed '/vermagic=/s/ SMP / SMQ /' klpt_omit.ko >/tmp/magic.ko
insmod /tmp/magic.ko 2>/dev/null || true
for patch in klpt_late klpt_busy; do
	echo 0 >$patches/$patch/enabled
	within 60 gone $patch
	within 60 rmmod $patch
done
rmmod klpt_sleeper
# The last writes are decided a second later.
sleep 3
