#!/bin/bash
# On a kernel that preempts everywhere, what a hook misses is counted: no call is silently gone.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

readers=4 reads=2 lookups=10000
wanted=$((readers * reads * lookups))
start_trace --json
insmod klpt_lookup_many.ko lookups=$lookups
settle
read_cmdline() {
	for ((i = 0; i < reads; i++)); do
		cat /proc/cmdline >/dev/null
	done
}
pids=()
for ((r = 0; r < readers; r++)); do
	read_cmdline &
	pids+=($!)
done
wait "${pids[@]}"
stop_trace
cp "$work/trace" /out/missed.jsonl
counted=$(jq -s '[.[] | select(.event == "lookup_count" and .patch == "klpt_lookup_many") | .count] | add // 0' "$work/trace")
missed=$(jq -s '[.[] | select(.event == "lost") | .count] | add // 0' "$work/trace")
echo "# $counted of $wanted counted, $missed said to be missed"
same 'what is counted and what is missed is all there was' 1 "$((counted <= wanted && counted + missed >= wanted))"
disable klpt_lookup_many
finished=yes
