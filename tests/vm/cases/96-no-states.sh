#!/bin/bash
# A kernel without the state API, as 5.4 is (tests/kernel-patch): klpscope says so, and reports the rest.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

for attach in auto fentry kprobe; do
	dmesg -c >/dev/null
	start_trace --json --attach=$attach -o "$work/events"
	enable test_klp_livepatch.ko
	insmod klpt_pre_fail.ko 2>"$work/insmod"
	disable test_klp_livepatch
	stop_trace
	cp "$work/events" "/out/no-states-$attach.jsonl"

	same "$attach: it attaches, and ends with 0" 0 "$status"
	same "$attach: it says which functions are missing" 'klp_get_prev_state klp_get_state klp_is_patch_compatible' \
		"$(sed -nE 's/^klpscope: (klp_[a-z_]*) .*; not shown: .*/\1/p' "$work/trace.err" | sort | xargs)"
	like "$attach: and that the API is" 'this kernel has no livepatch state API' "$(<"$work/trace.err")"
	agree "$attach: transitions are those of dmesg" \
		"$(dmesg | sed -nE "s/.*livepatch: '(.*)': (un)?patching complete.*/\1 \2patched/p" | grep -v klpt_pre_fail)" \
		"$(jq -r 'select(.event == "transition" and .action == "complete") | "\(.patch) \(.target)"' "$work/events")"
	same "$attach: a refusal has its result" 'klpt_pre_fail' \
		"$(jq -r 'select(.event == "refused" and .errno != null) | .patch' "$work/events")"
	same "$attach: a livepatch has no states" '[]' \
		"$(jq -c 'select(.event == "enable") | .states' "$work/events" | sort -u)"
	same "$attach: nothing of states is invented" '' \
		"$(jq -c 'select(.event == "lookup" or .event == "lookup_count" or .event == "state_change")' "$work/events")"
done

start_trace -o "$work/text"
enable test_klp_livepatch.ko
stop_trace
like 'in text, too' 'this kernel has no states' "$(<"$work/text")"
run status
like 'status shows what is installed' 'test_klp_livepatch +enabled' "$out"
disable test_klp_livepatch
run doctor
like 'doctor says that there are no states' 'klp_patch.*states' "$out"
finished=yes
