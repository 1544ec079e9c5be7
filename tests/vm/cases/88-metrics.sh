#!/bin/bash
# Metrics: that they say what status and report say, and when the recorder writes them.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

file=$work/k.prom

start_record() {
	rm -f "$work/record.err"
	klpscope record -o "$work/data" --metrics-textfile "$file" 2>"$work/record.err" &
	recorder=$!
	within 60 grep -q 'attached, recording' "$work/record.err" || not_ok 'klpscope record does not attach'
}

stop_record() {
	kill -INT "$recorder"
	wait "$recorder" 2>/dev/null
	status=$?
}

# value SAMPLE [FILE]: of a sample, "" if it is not there.
value() {
	awk -v sample="$1" 'index($0, sample " ") == 1 { print $NF }' "${2:-$file}"
}

is() {
	[[ $(value "$1") == "$2" ]]
}

samples() {
	grep -v '^#' "${1:-$file}"
}

run metrics
same 'nothing is installed' "0 0" "$status $(value klpscope_livepatches "$work/out")"
same 'nobody has watched: nothing is counted' 0 "$(grep -c _total "$work/out")"
enable test_klp_state.ko
enable klpt_omit.ko
run metrics
cp "$work/out" /out/live.om
agree 'the livepatches, in the order of sysfs' "$(klpscope status --json | jq -r '.livepatches[] | "\(.patch) \(.order)"')" \
	"$(sed -nE 's/^klpscope_livepatch_order\{livepatch="(.*)"\} /\1 /p' "$work/out")"
agree 'the states' "$(klpscope status --json | jq -r '.states[] | "\(.state) \(.version) \(.patch)"')" \
	"$(paste -d' ' <(sed -nE 's/^klpscope_state_version\{state="(.*)"\} /\1 /p' "$work/out") \
		<(sed -nE 's/^klpscope_state_holder_info.*livepatch="(.*)"\} 1/\1/p' "$work/out"))"
same 'the kernel' "klpscope_kernel_info{release=\"$(uname -r)\"} 1" "$(grep '^klpscope_kernel_info' <<<"$out")"
run metrics --textfile "$file"
same '--textfile: nothing on standard output' '0 ' "$status $out"
agree 'the same in the file' "$(klpscope metrics | samples /dev/stdin)" "$(samples)"
same 'which all may read' 644 "$(stat -c %a "$file")"
run metrics --textfile "$work/no/k.prom"
same 'a folder that is not there' "1 klpscope: cannot print metrics: cannot write the file of metrics: $work/no/k.prom: No such file or directory; free space, or give a file in a folder that is there and may be written to" "$status $err"
run metrics --since 10:00
same '--since is for recordings' 2 "$status"
disable klpt_omit
disable test_klp_state
rm "$file"

# What the recorder keeps is what its recording tells.
start_record
same 'the file is there from the beginning' "0 1 0" "$(value klpscope_livepatches) $(value klpscope_recorder_running) $(value klpscope_enable_attempts_total)"
sh /t/suite/scenario.sh >"$work/log" 2>&1 || not_ok 'the scenario'
enable test_klp_state.ko
check 'a change is there a moment later' within 60 is klpscope_livepatches 1
check 'with its state, once the transition is complete' within 60 is 'klpscope_state_version{state="1"}' 1
cp "$file" /out/scenario.prom
stop_record
same 'at its end it says so' '0 0' "$status $(value klpscope_recorder_running)"
klpscope report --json -i "$work/data" >"$work/report.json"
klpscope metrics --textfile - -i "$work/data" >"$work/of-data"
agree 'the recording tells the same' "$(samples | grep -v '^klpscope_recorder')" "$(samples "$work/of-data")"
same 'attempts and refusals are the report'\''s' "$(jq -r '"\(.attempts) \(.accepted) \([.refused | to_entries[] | "\(.key)=\(.value)"] | sort | join(" "))"' "$work/report.json")" \
	"$(value klpscope_enable_attempts_total) $(value klpscope_enables_accepted_total) $(sed -nE 's/^klpscope_refusals_total\{cause="(.*)"\} ([1-9].*)/\1=\2/p' "$file" | sort | xargs)"
agree 'transitions, too' "$(jq '[.transitions.list[] | select(.outcome == "complete")] | length' "$work/report.json")" \
	"$(value klpscope_transition_duration_seconds_count)"
check 'that is not nothing' [ "$(value 'klpscope_refusals_total{cause="state_older_version"}')" -gt 0 ]
disable test_klp_state

# A transition that is held up: written as it begins, and then for a minute not again.
insmod klpt_sleeper.ko
start_record
insmod klpt_slow.ko
check 'a transition begins' within 60 is klpscope_transition_running 1
same 'which one' 1 "$(value 'klpscope_transition_info{livepatch="klpt_slow",target="patched"}')"
inode=$(stat -c %i "$file")
# Until the recording has the stall, which takes a few seconds, or on a busy machine more.
stall_is_recorded() {
	klpscope script --json -i "$work/data" 2>/dev/null | grep -q '"event":"stall"'
}
sleep 4
within 60 stall_is_recorded
same 'meanwhile it is not written' "$inode" "$(stat -c %i "$file")"
release
settle
check 'its end is written' within 60 is klpscope_transition_running 0
check 'and that it stalled' [ "$(value 'klpscope_events_total{event="stall"}')" -gt 0 ]
cp "$file" /out/stall.prom

# It cannot be written: the recording goes on.
mv "$work/k.prom" "$work/kept"
mkdir "$work/k.prom"
disable klpt_slow
within 60 grep -q 'cannot keep metrics' "$work/record.err"
enable klpt_omit.ko
sleep 2
same 'said once, with cause and remedy' "klpscope: cannot keep metrics, the recording goes on: cannot write the file of metrics: $work/k.prom: Is a directory; free space, or give a file in a folder that is there and may be written to" \
	"$(grep metrics "$work/record.err")"
rmdir "$work/k.prom"
disable klpt_omit
stop_record
same 'once it can be, what failed is counted' 1 "$(value klpscope_recorder_metrics_failures_total)"
like 'and said' 'the metrics can be written again' "$(<"$work/record.err")"
same 'the recording has all' 'klpt_slow klpt_omit klpt_omit' "$(klpscope script --json -i "$work/data" |
	jq -r 'select(.event == "transition" and .action == "complete" and (.patch != "klpt_slow" or .target == "unpatched")) | .patch' | xargs)"
rmmod klpt_sleeper
finished=yes
