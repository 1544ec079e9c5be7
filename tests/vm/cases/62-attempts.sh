#!/bin/bash
# When an attempt to enable is over, and what belongs to it: several in one init, in a work item, an enable turned round.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# of EVENT PATCH: those events, in the trace that runs.
of() {
	jq -c --arg event "$1" --arg patch "$2" 'select(.event == $event and .patch == $patch)' "$work/trace"
}

count() {
	of "$@" | wc -l
}

at_least() {
	(($(count "$2" "$3") >= $1))
}

# While the trace runs, and without its end: an attempt is decided when klp_enable_patch is.
dmesg -c >/dev/null
start_trace --json
insmod klpt_sleeper.ko hold=1
within 10 grep -qs klpt_sleep /proc/[0-9]*/stack
insmod klpt_slow.ko
insmod klpt_retry.ko tries=30 2>/dev/null &
check 'each refused attempt of an init is told while the init goes on' within 20 at_least 2 refused klpt_retry
check 'and the init still runs' grep -q '^klpt_retry .* Loading ' /proc/modules
release
wait $!
same 'the init that tried again succeeded' 0 $?
settle
check 'it was accepted' within 10 at_least 1 transition klpt_retry
of refused klpt_retry >"$work/refused"
same 'all were refused for the same reason' 'EBUSY transition_busy enable livepatch' \
	"$(jq -r '[.errno, .cause, .action, .by] | join(" ")' "$work/refused" | sort -u)"
same 'what the init says in between is not theirs' '' "$(jq -r .message "$work/refused" | sed '/^$/d')"
same 'as many were refused as the init tried in vain' "$(dmesg | grep -c 'klpt_retry: waits')" "$(wc -l <"$work/refused")"
same 'each attempt has a number of its own' "$(count enable klpt_retry)" \
	"$(of enable klpt_retry | jq .attempt | sort -u | wc -l)"
disable klpt_retry
disable klpt_slow

# In a kworker, refused and accepted: nothing else tells that it is over.
insmod klpt_deferred.ko func=klpt_no_such_function
check 'a refusal in a work item is told at once' within 20 at_least 1 refused klpt_deferred
same 'with its cause' 'EINVAL symbol' "$(of refused klpt_deferred | jq -r '[.errno, .cause] | join(" ")')"
within 10 grep -q 'disk is on fire' <(dmesg)
same 'what the worker says later is not about it' '' "$(grep 'disk is on fire' "$work/trace")"
rmmod klpt_deferred
insmod klpt_deferred.ko
check 'an accepted one as well' within 30 at_least 1 transition klpt_deferred
settle
same 'the kernel has enabled it' 1 "$(<$patches/klpt_deferred/enabled)"
within 10 grep -q 'disk is on fire (0)' <(dmesg)
same 'what the worker says after that is not about it either' '' "$(grep 'disk is on fire' "$work/trace")"
disable klpt_deferred

# An enable that is turned round: its versions were never in force.
insmod klpt_block.ko
cat /proc/klpt_wait &
within 10 grep -qs klpt_wait "/proc/$!/stack"
insmod klpt_unblock.ko
check 'it is in transition' grep -q 1 $patches/klpt_unblock/transition
echo 0 >$patches/klpt_unblock/enabled
release
settle
check 'it is gone' within 20 [ ! -e $patches/klpt_unblock ]
within 20 at_least 3 transition klpt_unblock
same 'no version of it began or ended' '' "$(of state klpt_unblock)"
stop_trace

# Joined later: the tries before are not known.
echo 1 >/sys/module/klpt_sleeper/parameters/hold
within 10 grep -qs klpt_sleep /proc/[0-9]*/stack
insmod klpt_slow.ko
sleep 3
start_trace --json
check 'tries that count from joining say so' within 20 grep -q '"action":"retry".*"tries_partial":true' "$work/trace"
release
settle
stop_trace
disable klpt_slow
finished=yes
