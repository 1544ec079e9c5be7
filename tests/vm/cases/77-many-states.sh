#!/bin/bash
# Thousands of states while a transition runs: status answers, and a recorder that keeps metrics goes on reading and listens.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

states=3000
attempts=50
file=$work/k.prom

# value SAMPLE: of a sample, "" if it is not there.
value() {
	awk -v sample="$1" 'index($0, sample " ") == 1 { print $NF }' "$file"
}

insmod klpt_unreliable.ko
klpscope record -o "$work/data" --metrics-textfile "$file" 2>"$work/record.err" &
recorder=$!
check 'record attaches' within 60 grep -q 'attached, recording' "$work/record.err"
insmod klpt_states.ko n=$states
same 'its transition is held up' 1 "$(<$patches/klpt_states/transition)"

timeout 300 klpscope status >"$work/out" 2>&1
same 'status answers' 0 $?
same 'with each state, and what becomes of it' $states "$(grep -cE '^ *[0-9]+ +none +- +1 \(klpt_states\)$' "$work/out")"
timeout 300 klpscope metrics >"$work/out" 2>&1
same 'metrics answer' 0 $?
same 'and tell what they leave out' $((states - 256)) "$(sed -n 's/^klpscope_left_out{what="states"} //p' "$work/out")"

refused=0
for ((i = 0; i < attempts; i++)); do
	insmod klpt_new_state.ko 2>/dev/null || refused=$((refused + 1))
done
same 'the kernel has refused all that came meanwhile' $attempts $refused
release
settle
kill -INT $recorder
# Should it be deaf, this ends it, with another status.
(sleep 300 && kill -KILL $recorder) 2>/dev/null &
killer=$!
wait $recorder
same 'the recorder ends when it is told to' 0 $?
kill $killer
klpscope report --json -i "$work/data" >"$work/report.json"
same 'and has all refusals, or tells what was lost' "$attempts false" \
	"$(jq -r '"\([.refused[]] | add) \(.incomplete)"' "$work/report.json")"
same 'in its metrics, too' $attempts "$(awk '/^klpscope_refusals_total/ { n += $NF } END { print n }' "$file")"
same 'each state has come into force' $states "$(value 'klpscope_events_total{event="state"}')"
disable klpt_states
reset
finished=yes
