#!/bin/bash
# report, export, diff and stat: held against what trace says of the same time, and against sysfs.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

start_record() {
	rm -f "$work/record.err"
	klpscope record "$@" >/dev/null 2>"$work/record.err" &
	recorder=$!
	within 60 grep -q 'attached, recording' "$work/record.err" || not_ok "klpscope record $* does not attach"
}

stop_record() {
	kill -"${1:-INT}" "$recorder"
	wait "$recorder" 2>/dev/null
}

# What report should say, worked out by jq from the lines of trace.
count_events() {
	jq -s "[.[] | select($1)] | length" "$work/trace.jsonl"
}

in_report() {
	jq -c "$1" "$work/report.json"
}

start_trace --json -o "$work/trace.jsonl"
start_record -o "$work/one"
sh /t/suite/scenario.sh --stall --keep >"$work/log" 2>&1
within 60 grep -q test_klp_state3 "$work/trace.jsonl"
stop_record
stop_trace
klpscope report --json -i "$work/one" >"$work/report.json"
same 'report: status 0' 0 $?
cp "$work/report.json" "$work/one" /out/
klpscope report -i "$work/one" >/out/report.txt
klpscope report --postmortem -i "$work/one" >/out/report.md
klpscope export --html -o /out/report.html "$work/one"
same 'export --html: status 0' 0 $?

agree 'attempts' "$(count_events '.event == "enable"')" "$(in_report .attempts)"
agree 'refused' "$(count_events '.event == "refused"')" "$(in_report '[.refused[]] | add')"
agree 'refused, by livepatch and cause' \
	"$(jq -rs '[.[] | select(.event == "refused") | "\(.patch) \(.cause)"] | sort[]' "$work/trace.jsonl")" \
	"$(jq -r '[.livepatches.list[] | .patch as $p | .refused | to_entries[] | range(.value) as $i | "\($p) \(.key)"] | sort[]' "$work/report.json")"
agree 'explanations' "$(jq -r 'select(.event == "refused") | .explanation' "$work/trace.jsonl")" "$(jq -r '.refusals.list[].explanation' "$work/report.json")"
agree 'completed transitions' "$(count_events '.event == "transition" and .action == "complete"')" "$(in_report '[.livepatches.list[].completed] | add')"
agree 'their livepatches, in order' "$(jq -r 'select(.action == "complete") | .patch' "$work/trace.jsonl")" \
	"$(jq -r '.transitions.list[] | select(.outcome == "complete") | .patch' "$work/report.json")"
agree 'versions of states, in order' "$(jq -c 'select(.event == "state") | [.state, .from_version, .to_version]' "$work/trace.jsonl")" \
	"$(jq -c '.changes.list[] | select(.found | not) | [.state, .from_version, .to_version]' "$work/report.json")"
same 'who refused attempts were made by' insmod "$(jq -r '[.refusals.list[].by.comm] | unique[]' "$work/report.json")"
check 'the stalled thread, with its stack' jq -e 'any(.stalls.list[]; .comm == "klpt_sleeper" and (.stack[0] // "" | startswith("klpt_sleep")))' "$work/report.json"
same 'nothing was lost' '0 false' "$(jq -r '"\([.lost[]] | add) \(.incomplete)"' "$work/report.json")"
same 'before: known, and nothing' 'true 0' "$(jq -r '.before | "\(.known) \(.livepatches | length)"' "$work/report.json")"
klpscope status --json >"$work/status.json"
agree 'after: as status says' "$(jq -c '[.livepatches[] | {patch, order, enabled, replace, forced, states, objects: [.objects[] | del(.patched)]}]' "$work/status.json")" \
	"$(jq -c '[.after.livepatches[] | {patch, order, enabled, replace, forced, states, objects}]' "$work/report.json")"
agree 'and the states' "$(jq -c '.states[] | [.state, .version, .patch]' "$work/status.json")" \
	"$(jq -c '[.states.list[] | select(.patch)] | sort_by(.state)[] | [.state, .version, .patch]' "$work/report.json")"
like 'the post-mortem has all parts' 'Summary.*Timeline.*Before.*After.*Refusals.*Stalls.*missing' "$(tr '\n' ' ' </out/report.md)"

# diff: the recording's end is what is installed here and now, until something changes.
run diff "$work/one" live
same 'diff: no difference to here and now' 0 "$status"
disable klpt_omit
run diff --json live "$work/one"
cp "$work/out" /out/diff-b.json
run diff --json "$work/one" live
cp "$work/out" /out/diff-a.json
same 'diff: what was disabled is only in A' '3 [["klpt_omit",["only_a"]]]' "$status $(jq -c '[.livepatches[] | [.patch, .differences]]' <<<"$out")"
same 'and so is its state' '[[10,["only_a"]]]' "$(jq -c '[.states[] | [.state, .differences]]' <<<"$out")"
run diff "$work/one" "$work/one.none"
same 'diff: a file that is not there' 1 "$status"

# A gap in which something changes.
start_record -o "$work/two"
stop_record
run report --json "$work/one" "$work/two"
cp "$work/out" /out/report-gap.json
same 'two recordings: the gap, and that something changed in it' '[[null,false],[true,true]]' \
	"$(jq -c '[.recordings.list[] | [if .gap_ns then .gap_ns > 0 else null end, .changed_unseen]]' <<<"$out")"
same 'the state that was lost in it' '[[10,1,null]]' \
	"$(jq -c '[.changes.list[] | select(.found and .from_patch) | [.state, .from_version, .to_version]]' <<<"$out")"
reset

# A recorder that is killed.
start_record -o "$work/killed"
enable test_klp_state.ko
completed() {
	klpscope script --json -i "$work/killed" | grep -q '"action":"complete"'
}
within 60 completed
stop_record KILL
run report --json "$work/killed"
cp "$work/out" /out/report-killed.json
same 'a killed recorder: status 3, and said' '3 false' "$status $(jq -c '.recordings.list[0].ended' <<<"$out")"
same 'what was written is there' '[["test_klp_state",1,1]]' "$(jq -c '[.livepatches.list[] | [.patch, .accepted, .completed]]' <<<"$out")"
reset

# stat: around a command, and over time.
run stat --json -o "$work/stat.json" -- insmod test_klp_state.ko
settle
same "stat: the command's status" 0 "$status"
same 'stat: one attempt, accepted' '1 1' "$(jq -r '"\(.attempts) \(.accepted)"' "$work/stat.json")"
cp "$work/stat.json" /out/stat.json
check 'stat: the programs ran, and took time' jq -e '([.programs[].runs] | add) > 3 and ([.programs[].ns] | add) > 0 and .programs_counted' "$work/stat.json"
run stat -- sh -c 'insmod test_klp_state.ko; exit 7'
same 'stat: the status of a command that fails' 7 "$status"
like 'stat: in words' 'Livepatching stats for .sh -c' "$err"
cp "$work/err" /out/stat.txt
run stat -I 1 --duration 3.5 -o "$work/stat"
# A slow machine may not get round to each of them.
check 'stat -I: lines of counts' grep -qE '^ +[0-9.]+( +0){8}$' "$work/stat"
same 'stat: the kernel does not go on counting' 0 "$(sysctl -n kernel.bpf_stats_enabled)"
reset
finished=yes
