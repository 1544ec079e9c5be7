#!/bin/bash
# A host of a fleet, in a guest: its recorder keeps metrics, and what they are at each of four steps is left in /out.
# Usage: metrics.sh web1|web2|db1
# shellcheck source-path=SCRIPTDIR source=../../vm/guest/lib.sh
. /t/lib.sh
# The host says whose it is.
name=''
role=$1
file=/out/now.prom

# value SAMPLE: as in the file.
is() {
	awk -v sample="$1" 'index($0, sample " ") == 1 { print $NF }' $file | grep -qx "$2"
}

# step N SAMPLE VALUE: the file of a moment, which is awaited.
step() {
	within "${4:-10}" is "$2" "$3" || not_ok "$role: step $1: $2 is not $3"
	cp $file "/out/$1.prom"
}

klpscope record -o /out/klpscope.data --metrics-textfile $file 2>/out/record.err &
recorder=$!
within 60 grep -q 'attached, recording' /out/record.err || not_ok 'record does not attach'
step 1 klpscope_livepatches 0

case $role in
# Up to date; somebody tries to go back.
web1)
	enable test_klp_state.ko
	enable test_klp_state2.ko
	step 2 'klpscope_state_version{state="1"}' 2
	within 60 rmmod test_klp_state
	! insmod test_klp_state.ko 2>/dev/null
	step 3 'klpscope_refusals_total{cause="state_older_version"}' 1
	insmod klpt_unmarked.ko 2>/dev/null
	step 4 'klpscope_refusals_total{cause="not_livepatch"}' 1
	;;
# Still at version 1, and a transition that is held up.
web2)
	enable test_klp_state.ko
	step 2 'klpscope_state_version{state="1"}' 1
	insmod klpt_sleeper.ko
	insmod klpt_slow.ko
	step 3 klpscope_transition_running 1
	step 4 'klpscope_events_total{event="stall"}' '[1-9][0-9]*' 100
	;;
# Another kernel; a transition is turned round, one is forced; its recorder ends.
db1)
	enable test_klp_state3.ko
	step 2 'klpscope_state_version{state="1"}' 2
	insmod klpt_sleeper.ko
	insmod klpt_slow.ko
	sleep 2
	echo 0 >$patches/klpt_slow/enabled
	settle
	step 3 'klpscope_transition_actions_total{action="reverse"}' 1
	rmmod klpt_slow
	insmod klpt_slow.ko
	sleep 2
	echo 1 >$patches/klpt_slow/force
	settle
	within 60 is 'klpscope_transition_actions_total{action="force"}' 1
	kill -INT $recorder
	wait $recorder
	step 4 klpscope_recorder_running 0
	;;
esac
klpscope metrics >/out/live.om
ok "$role"
plan
finished=yes
