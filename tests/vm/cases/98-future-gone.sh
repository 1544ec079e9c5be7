#!/bin/bash
# A kernel in which two functions that klpscope attaches to are gone (tests/vm/future/future-gone).
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

gone='klp_force_transition klp_get_prev_state'
for attach in auto fentry kprobe; do
	dmesg -c >/dev/null
	start_trace --json --attach=$attach -o "$work/events"
	enable klpt_omit.ko
	enable klpt_lookup.ko
	insmod klpt_omit_replace.ko 2>"$work/insmod"
	disable klpt_lookup
	disable klpt_omit
	stop_trace
	cp "$work/events" "/out/future-gone-$attach.jsonl"

	same "$attach: it attaches, and ends with 0" 0 "$status"
	same "$attach: it says which functions are gone" "$gone" \
		"$(sed -nE 's/^klpscope: (klp_[a-z_]*) .*; not shown: .*/\1/p' "$work/trace.err" | sort | xargs)"
	like "$attach: and what is not shown for it" 'not shown: forced transitions' "$(<"$work/trace.err")"
	like "$attach: and what is not shown for it, the second" 'not shown: lookups of previous states' "$(<"$work/trace.err")"
	same "$attach: candidates with states and versions" 'klpt_omit 10:1 klpt_lookup 1:3,20:1 klpt_omit_replace 2:1' \
		"$(jq -r 'select(.event == "enable") | "\(.patch) \(.states | map("\(.id):\(.version)") | join(","))"' "$work/events" | xargs)"
	agree "$attach: transitions are those of dmesg" \
		"$(dmesg | sed -nE "s/.*livepatch: '(.*)': (un)?patching complete.*/\1 \2patched/p")" \
		"$(jq -r 'select(.event == "transition" and .action == "complete") | "\(.patch) \(.target)"' "$work/events")"
	same "$attach: why it was refused" 'klpt_omit_replace state_missing 10,1,20' \
		"$(jq -r 'select(.event == "refused") | "\(.patch) \(.cause) \([.conflicts[].state | tostring] | join(","))"' "$work/events")"
	same "$attach: no lookup is invented" '' "$(jq -c 'select(.event == "lookup")' "$work/events")"
	same "$attach: lookups of its own states are counted" '1:4 20:4 99:4' \
		"$(jq -rs '[.[] | select(.event == "lookup_count")] | group_by(.state) | map("\(.[0].state):\(map(.count) | add)") | join(" ")' "$work/events")"
done
run status
same 'status works as ever' '0 no livepatch installed' "$status $out"
finished=yes
