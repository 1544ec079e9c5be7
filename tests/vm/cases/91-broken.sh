#!/bin/bash
# A guest of its own: a module's init fails after its livepatch was enabled, and the kernel frees code in use. Whoever then reads
# the livepatch's files makes the kernel crash; klpscope does not, and says what happened.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

cannot='the module of klpt_init_fails is gone, and its livepatch is not: the kernel has freed code that is in use; .* plan a reboot'
start_trace --json
klpscope record -o "$work/data" --metrics-textfile "$work/k.prom" 2>"$work/record.err" &
recorder=$!
within 60 grep -q 'attached, recording' "$work/record.err"
insmod klpt_init_fails.ko error=5 2>/dev/null
same 'insmod fails' 1 $?
same 'the module is gone' '' "$(grep klpt_init_fails /proc/modules)"
check 'its livepatch is not' [ -e $patches/klpt_init_fails ]

init_failed() {
	grep -q '"event":"init_failed"' "$work/trace"
}
check 'trace tells' within 20 init_failed
same 'of whom, and with what' 'klpt_init_fails EIO' \
	"$(jq -r 'select(.event == "init_failed") | "\(.patch) \(.errno)"' "$work/trace")"
like 'and what to do' 'plan a reboot' "$(jq -r 'select(.event == "init_failed") | .explanation' "$work/trace")"

run status
same 'status ends with 3' 3 "$status"
like 'status tells' "$cannot" "$err"
run status --json
same 'status --json, too' klpt_init_fails "$(jq -r .broken <<<"$out")"
run doctor
same 'doctor ends with 3 or 1' yes "$([[ $status == [13] ]] && echo yes)"
like 'doctor tells' 'the module of klpt_init_fails is gone.*plan a reboot' "$(tr '\n' ' ' <<<"$out")"
run check klpt_busy.ko
same 'check cannot tell' 4 "$status"
like 'and says why' 'klpt_init_fails is gone.*plan a reboot' "$(tr '\n' ' ' <<<"$out" | tr -s ' ')"
run metrics
like 'metrics tell' 'klpscope_freed_in_use 1' "$out"
run diff live live
run blockers
kill -USR2 $recorder
stop_trace
kill -INT $recorder
wait $recorder
same 'the recorder ends' 0 $?
like 'its metrics tell' 'klpscope_freed_in_use 1' "$(<"$work/k.prom")"
run record -o "$work/second" --duration 1
same 'another recorder begins, and ends' 0 "$status"
run report "$work/data"
like 'report tells' 'INIT FAILED after a livepatch was enabled' "$out"
run report --postmortem "$work/data"
like 'the post-mortem tells' 'The kernel is broken' "$out"
same 'the kernel has not crashed' '' "$(dmesg | grep -E 'BUG:|Oops|general protection')"
finished=yes

