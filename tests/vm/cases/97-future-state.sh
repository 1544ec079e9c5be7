#!/bin/bash
# A kernel whose klp_state has no version, and fields that klpscope does not know (tests/vm/future/future-state).
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

dmesg -c >/dev/null
start_trace --json --lookups -o "$work/events"
enable klpt_omit.ko
enable klpt_lookup.ko
insmod klpt_omit_replace.ko 2>"$work/insmod"
same 'the kernel refuses a cumulative livepatch that leaves out states' 1 $?
disable klpt_lookup
run status --json
stop_trace
cp "$work/events" /out/future-state.jsonl
got() {
	jq -rs "$1" "$work/events" | xargs
}

same 'it attaches, and ends with 0' 0 "$status"
same 'all hooks are there' '' "$(grep 'not shown' "$work/trace.err")"
same 'candidates with the ids of their states' 'klpt_omit:10 klpt_lookup:1,20 klpt_omit_replace:2' \
	"$(got '.[] | select(.event == "enable") | "\(.patch):\(.states | map(.id | tostring) | join(","))"')"
same 'no version is invented' '' \
	"$(got '.[] | [.. | objects | to_entries[] | select(.key | endswith("version")) | .value | values] | .[]')"
agree 'transitions are those of dmesg' \
	"$(dmesg | sed -nE "s/.*livepatch: '(.*)': (un)?patching complete.*/\1 \2patched/p" | xargs)" \
	"$(got '.[] | select(.event == "transition" and .action == "complete") | "\(.patch) \(.target)"')"
same 'who holds a state now' '10:null-klpt_omit 1:null-klpt_lookup 20:null-klpt_lookup 1:klpt_lookup-null 20:klpt_lookup-null' \
	"$(got '.[] | select(.event == "state") | "\(.state):\(.from_patch)-\(.to_patch)"')"
same 'why it was refused' 'klpt_omit_replace state_missing 10,1,20' \
	"$(got '.[] | select(.event == "refused") | "\(.patch) \(.cause) \([.conflicts[].state | tostring] | join(","))"')"
agree 'lookups, found or not' \
	"$(dmesg | sed -nE 's/.*klpt_lookup: .*: state ([0-9]+): .*previous version (-?[0-9]+)$/\1/p' | xargs)" \
	"$(got '.[] | select(.event == "lookup" and .function == "klp_get_prev_state") | .state')"
same 'nothing was lost' '' "$(jq -c 'select(.event == "lost" or .event == "warning" or .incomplete)' "$work/events")"
same 'status' 'klpt_omit 10 null' \
	"$(jq -r '.livepatches[] | "\(.patch) \(.states[].id) \(.states[].version)"' <<<"$out")"
run status
like 'status as a table' 'klpt_omit +enabled +no +10 ' "$out"
disable klpt_omit
finished=yes
