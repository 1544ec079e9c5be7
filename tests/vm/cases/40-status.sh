#!/bin/bash
# What is installed, held against sysfs.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

run status
same 'nothing installed: it says so' 'no livepatch installed' "$out"
same 'nothing installed: status 0' 0 "$status"
run status --json
same 'nothing installed, as JSON' '{"broken":null,"in_flux":false,"incomplete":false,"livepatches":[],"states":[],"transition":null}' \
	"$(jq -c 'del(.time)' <<<"$out")"

enable test_klp_state2.ko
enable klpt_omit.ko
enable klpt_new_state.ko
enable klpt_prev_eq.ko
run status --json
same 'status 0' 0 "$status"
agree 'the livepatches of sysfs' "$(cd $patches && printf '%s\n' * | sort)" "$(jq -r '.livepatches[].patch' <<<"$out" | sort)"
same 'in the order in which they were enabled' 'test_klp_state2 klpt_omit klpt_new_state klpt_prev_eq' \
	"$(jq -r '[.livepatches[].patch] | join(" ")' <<<"$out")"
if [[ -e $patches/klpt_omit/stack_order ]]; then
	agree 'the order of sysfs' "$(cat $patches/klpt_{omit,new_state,prev_eq}/stack_order)" \
		"$(jq '.livepatches[] | select(.patch | startswith("klpt")) | .order' <<<"$out")"
fi
agree 'functions as in sysfs' "$(cd $patches/klpt_omit && echo vmlinux/*,1 | sed 's/,1//')" \
	"$(jq -r '.livepatches[] | select(.patch == "klpt_omit") | .objects[] | "\(.name)/\(.funcs[])"' <<<"$out")"
agree 'the version in force of each state, and who holds it' \
	"$(modinfo -F description klpt_prev_eq.ko >/dev/null; jq -c '
		[.livepatches[] | .patch as $p | .states[] | {state: .id, version: .version, patch: $p}]
		| group_by(.state) | map(last)' <<<"$out")" "$(jq -c .states <<<"$out")"
states=$(jq '.states | length' <<<"$out")
run status
like 'the table' 'ORDER PATCH .*STATUS +REPLACE +STATES +FUNCTIONS' "$out"
like 'a row with state, version and function' '2 klpt_omit +enabled +no +10:1 +vmlinux:cmdline_proc_show' "$out"
like 'a 64-bit state id' '18446744073709551600 +1 klpt_new_state' "$out"
run status --noheadings -o PATCH
same 'chosen columns without headings, for scripts' \
	'test_klp_state2 klpt_omit klpt_new_state klpt_prev_eq' "$(xargs <<<"$out")"
run status --noheadings -o +OBJECTS
same 'a line for each livepatch, in which no field is empty' '4 7' "$(awk '{ print NF }' <<<"$out" | uniq -c | xargs)"
run status --noheadings --table states
same 'and for each state' "$states 3" "$(awk '{ print NF }' <<<"$out" | uniq -c | xargs)"
run status -o patch,replace --json
same 'chosen columns as JSON' 'test_klp_state2 true' "$(jq -r '.livepatches[0] | "\(.patch) \(.replace)"' <<<"$out")"
run status -o +OBJECTS
like 'a column more' 'FUNCTIONS +OBJECTS' "$out"
run status -o NOPE
same 'an unknown column is bad usage' '2 klpscope status: -o: there is no column '\''NOPE'\'' in --table livepatches' "$status ${err%%;*}"

reset
insmod klpt_sleeper.ko
insmod klpt_slow.ko hold=1
run_while_left_stay 1 status --json
same 'a running transition' 'klpt_slow patched true' \
	"$(jq -r '"\(.transition.patch) \(.transition.target) \(.livepatches[0].transition)"' <<<"$out")"
agree 'tasks that are left, as /proc says' "$(grep -c . <<<"$before")" "$(jq .transition.remaining <<<"$out")"
same 'which stay the same meanwhile' "$before" "$after"
since=$(jq -r '.transition.since | sub("[.][0-9]+Z$"; "Z") | fromdate' <<<"$out")
logged=$(dmesg | sed -n "s/^\[ *\([0-9]*\)\..*'klpt_slow': starting patching.*/\1/p" | tail -n 1)
booted=$(($(date +%s) - $(cut -d. -f1 /proc/uptime)))
same 'since when, as the kernel log says, within 3 s' 1 \
	"$(((since - booted - logged) ** 2 <= 9 ? 1 : 0))"
run status
/t/unshare -p -f klpscope status --json >"$work/out"
same 'in a PID namespace it does not count what it cannot see' null "$(jq .transition.remaining "$work/out")"
like 'the line about the transition' 'in transition: klpt_slow to patched, since [0-9:.]+ \([^)]*\), [0-9]+ of [0-9]+ tasks left' "$out"
like 'the row says patching' 'klpt_slow patching' "$out"
# A thread in the new function, so that the reversal lasts until it is looked at.
echo 1 >/sys/module/klpt_sleeper/parameters/late
sleep 0.5
echo 0 >$patches/klpt_slow/enabled
run status
like 'reversed, it says unpatching' 'klpt_slow unpatching' "$out"
release
settle
rmmod klpt_slow

enable klpt_many.ko
run status --json
agree 'all states of many' "$(seq 1000 1099 | xargs)" "$(jq -r '[.livepatches[0].states[].id] | join(" ")' <<<"$out")"
same 'all functions of many' 105 "$(jq '[.livepatches[0].objects[].funcs[]] | length' <<<"$out")"
run status
like 'the table says that it left some out' '\([0-9]+ more\)' "$out"
finished=yes
