#!/bin/bash
# A host of a fleet with a journal, in a guest: a real journald, absent at first on web2, killed and started again on web1.
# Usage: journal.sh web1|web2
# shellcheck source-path=SCRIPTDIR source=../../vm/guest/lib.sh
. /t/lib.sh
# The host says whose it is.
name=''
role=$1
hostname "$role"
printf '%032x\n' $((0x5eed0000 + ${role#web})) >/etc/machine-id
mkdir -p /run/systemd /run/log/journal
# It wants to know its cgroup.
mount -t cgroup2 cgroup2 /sys/fs/cgroup

start_journald() {
	/t/journald/loader --library-path /t/journald /t/journald/systemd-journald >>/out/journald.log 2>&1 &
	journald=$!
	within 60 [ -S /run/systemd/journal/socket ] || not_ok "$role: journald does not start"
	sleep 1
}

stop_journald() {
	kill "-$1" $journald
	wait $journald 2>/dev/null
}

# What is longer than a datagram may be then goes by a memfd.
echo 4608 >/proc/sys/net/core/wmem_max
[[ $role != web1 ]] || start_journald
klpscope record -o /out/klpscope.data --journal 2>/out/record.err &
recorder=$!
within 60 grep -q 'attached, recording' /out/record.err || not_ok 'record does not attach'
if [[ $role == web2 ]]; then
	within 60 grep -q 'the journal does not take events' /out/record.err || not_ok "$role: nothing is said of a journal that is absent"
	start_journald
fi
enable test_klp_state.ko

case $role in
# Up to date; somebody tries to go back; journald is killed in between, and its socket stays behind for a time.
web1)
	enable test_klp_state2.ko
	within 60 rmmod test_klp_state
	sleep 2
	stop_journald KILL
	! insmod test_klp_state.ko 2>/dev/null
	within 60 grep -q 'the journal does not take events' /out/record.err || not_ok "$role: nothing is said of a journal that is away"
	! insmod klpt_unmarked.ko 2>/dev/null
	sleep 2
	rm -f /run/systemd/journal/socket
	start_journald
	! insmod klpt_omit_replace.ko 2>/dev/null
	within 60 grep -q 'the journal takes events again' /out/record.err || not_ok "$role: nor that it is back"
	;;
# Still at version 1, and a transition that is held up, and forced; the journal was absent at first.
web2)
	insmod klpt_block.ko
	mkfifo "$work/fifo"
	/t/threads 60 /proc/klpt_wait <>"$work/fifo" >"$work/ready" 2>&1 &
	threads=$!
	within 60 grep -q ready "$work/ready"
	insmod klpt_unblock.ko
	sleep 4
	echo 0 >/sys/module/klpt_block/parameters/hold
	settle
	kill $threads
	insmod klpt_sleeper.ko
	insmod klpt_slow.ko
	sleep 4
	echo 1 >$patches/klpt_slow/force
	settle
	klpscope trace --journal -o /dev/null --refused -- insmod klpt_no_symbol.ko 2>/out/trace.err
	klpscope trace --journal=/nowhere --json -o /out/trace.jsonl -- insmod klpt_no_symbol.ko 2>/out/trace-nowhere.err
	;;
esac
sleep 2
kill -INT $recorder
wait $recorder
[[ $(grep -c 'the journal does not take' /out/record.err) == 1 ]] || not_ok "$role: said more than once"
stop_journald TERM
cp -r /run/log/journal /out/journal
ok "$role"
plan
finished=yes
