#!/bin/bash
# Recordings: that script says what trace says, and what is left when the recorder is killed, or the disk full.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# start_record ARG...: klpscope record in the background, attached.
start_record() {
	rm -f "$work/record.err"
	klpscope record "$@" >/dev/null 2>"$work/record.err" &
	recorder=$!
	within 60 grep -q 'attached, recording' "$work/record.err" || {
		not_ok "klpscope record $* does not attach"
		sed 's/^/# /' "$work/record.err"
	}
}

# stop_record [SIGNAL]: ends it; sets $status.
stop_record() {
	kill -"${1:-INT}" "$recorder"
	wait "$recorder" 2>/dev/null
	status=$?
}

# events FILE...: what script makes of them, without what differs from one klpscope to another.
events() {
	klpscope script --json "$@" 2>"$work/script.err"
}

# Each klpscope takes its own times, and its own samples; counts come in the order of a hash table, and record tells them
# in parts.
same_for_all() {
	jq -c 'select(.event | IN("progress", "stall", "lookup_count") | not) | del(.time, .boot_ns, .duration_ns)' "$1"
	jq -cs '[.[] | select(.event == "lookup_count") | del(.time, .boot_ns)] | group_by(del(.count))[]
		| (.[0] | del(.count)) + {count: (map(.count) | add)}' "$1"
}

# counted FILE...: how often klp_get_state() was called, as they have it; or in one file how often that is told.
counted() {
	events "$@" | jq -s '[.[] | select(.event == "lookup_count") | .count] | add // 0'
}

switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$recorder/status"
}

without_times() {
	grep -vE '^ *[0-9.]+ [^ ]+ +(progress|stall|lookup_count) ' "$1" | sed -E 's/^ *[0-9.]+ //; s/, [0-9.]+ (us|ms|s)$//'
}

# cycle PATCH: enables and disables it.
cycle() {
	enable "$1.ko" && disable "$1"
}

# refusals N: as many livepatches are refused, which takes no time.
refusals() {
	local i
	for ((i = 0; i < $1; i++)); do
		! insmod klpt_unmarked.ko 2>/dev/null
	done
}

start_trace --json -o "$work/trace.jsonl"
first=$tracer
klpscope trace --time=boot -o "$work/trace.txt" 2>"$work/trace2.err" &
second=$!
within 60 grep -q 'attached, waiting' "$work/trace2.err"
start_record -o "$work/all"
same 'the scenario beside it' 0 "$(sh /t/suite/scenario.sh --stall >"$work/log" 2>&1; echo $?)"
stop_record
same 'record ends with status 0 after SIGINT' 0 "$status"
kill -INT "$first" "$second"
wait "$first" "$second"
same 'a recording is for its owner only' 600 "$(stat -c %a "$work/all")"
events -i "$work/all" >"$work/script.jsonl"
same 'script: status 0, and nothing to complain about' '0 ' "$? $(<"$work/script.err")"
klpscope script --time=boot -i "$work/all" >"$work/script.txt"
agree 'script says what trace said, as JSON' "$(same_for_all "$work/trace.jsonl")" "$(same_for_all "$work/script.jsonl")"
agree 'and as text' "$(without_times "$work/trace.txt")" "$(without_times "$work/script.txt")"
check 'what is compared is not nothing' [ "$(same_for_all "$work/script.jsonl" | wc -l)" -gt 60 ]
same 'the thread that holds a transition up is in it, with why' 'klpt_sleeper patched_function' \
	"$(jq -r 'select(.event == "stall") | .tasks[] | select(.comm == "klpt_sleeper") | "\(.comm) \(.class)"' "$work/script.jsonl" | head -n 1)"
starts() {
	jq -r 'select(.action == "start") | .boot_ns' "$1"
}
same 'times are those of the recording, not of now' '' \
	"$(paste <(starts "$work/trace.jsonl") <(starts "$work/script.jsonl") | awk '{ d = $1 - $2 } d * d > 1e18')"
cp "$work/script.jsonl" /out/record.jsonl

# All of trace's filters, and the time.
agree '-e and --refused' "$(jq -r 'select(.event == "refused") | .patch' "$work/trace.jsonl")" \
	"$(events --refused -i "$work/all" | jq -r .patch)"
agree '-p' "$(jq -r 'select(.patch == "klpt_omit") | .event' "$work/script.jsonl")" \
	"$(events -p klpt_omit -i "$work/all" | jq -r .event)"
agree '-n' "$(head -n 5 "$work/script.jsonl")" "$(events -n 5 "$work/all")"
# Of a time that no other has.
line=$(grep -n -m 1 '"event":"refused"' "$work/script.jsonl" | cut -d: -f1)
wanted=$(sed -n "${line}p" "$work/script.jsonl")
boot=$(jq -r .boot_ns <<<"$wanted")
boot=$((boot / 1000000000)).$(printf %09d $((boot % 1000000000)))
same '--since and --until, by the time since boot' "$wanted" "$(events --since "$boot" --until "$boot" -i "$work/all")"
wall=$(jq -r .time <<<"$wanted")
same 'and by the wall clock' "$wanted" "$(events --since "$wall" --until "$wall" -i "$work/all")"
of_day=${wall#*T}
agree 'by the time of day' "$(sed -n "$line,\$p" "$work/script.jsonl")" "$(TZ=UTC events --since "${of_day%Z}" -i "$work/all")"
agree '--summary' "$(grep -c '' <(jq -r 'select(.event == "transition" and (.action | IN("start", "cancel"))) | .patch' "$work/script.jsonl"))" \
	"$(klpscope script --summary -i "$work/all" | awk 'table && /^[0-9]+:[0-9]+:[0-9]/ { n++ } /^BEGIN/ { table = 1 } END { print n }')"

# A pipe.
klpscope record -o - -- sh -c 'insmod klpt_omit.ko; exit 7' 2>"$work/pipe.err" | klpscope script --json -i - >"$work/pipe.jsonl"
same 'through a pipe, with the status of the command' '7 0' "${PIPESTATUS[*]}"
same 'what comes out of it' 'enable klpt_omit' "$(jq -r 'select(.event == "enable") | "\(.event) \(.patch)"' "$work/pipe.jsonl")"
settle

# What is installed stands at the beginning; while nothing happens, nothing is done.
start_record -o "$work/idle" --metrics-textfile "$work/idle.prom"
check 'what is installed is in the recording' grep -aq klpt_omit "$work/idle"
calm switches
idle=$(switches)
size=$(stat -c %s "$work/idle")
inode=$(stat -c %i "$work/idle.prom")
sleep 5
same 'no wake-ups while nothing happens' "$idle" "$(switches)"
same 'and nothing is written' "$size $inode" "$(stat -c %s "$work/idle") $(stat -c %i "$work/idle.prom")"
disable klpt_omit
freed() {
	events -i "$work/idle" | grep -q '"event":"freed"'
}
within 60 freed
stop_record KILL
events -i "$work/idle" >"$work/killed.jsonl"
same 'after kill -9, all is there; status 3 says that it has no end' 3 $?
like 'in words' 'idle: it was not ended after frame [0-9]+: its recorder still runs, or was killed' "$(<"$work/script.err")"
same 'to the last event' 'freed klpt_omit' "$(jq -r '"\(.event) \(.patch)"' "$work/killed.jsonl" | tail -n 1)"
start_record -o "$work/idle"
stop_record
agree 'started again, the one before is kept' "$(<"$work/killed.jsonl")" "$(events -i "$work/idle.old")"
head -c -3 "$work/all" >"$work/torn"
events -i "$work/torn" >"$work/torn.jsonl"
same 'a torn one: status 3' 3 $?
like 'how much, in words' 'torn: torn at its end: no whole frame in the last 37 bytes, from byte [0-9]+ on' "$(<"$work/script.err")"
agree 'and all that is whole' "$(<"$work/script.jsonl")" "$(<"$work/torn.jsonl")"

# More than one file.
start_record -o "$work/part" --switch-output=signal
cycle klpt_omit
kill -USR2 "$recorder"
within 60 grep -q '^klpscope: recording to .*part' "$work/record.err"
insmod klpt_slow.ko
settle
kill -USR2 "$recorder"
within 60 eval '(($(grep -c "^klpscope: recording to" "$work/record.err") >= 2))'
within 60 eval '(($(ls "$work"/part.* | wc -l) == 3))'
disable klpt_slow
stop_record
parts=("$work"/part.*)
same 'SIGUSR2 begins another file' 3 "${#parts[@]}"
same 'each stands alone' 'klpt_omit klpt_slow klpt_slow' \
	"$(for part in "${parts[@]}"; do events -i "$part" | jq -r 'select(.event == "transition") | .patch' | head -n 1; done | xargs)"
events "${parts[2]}" "${parts[0]}" "${parts[1]}" >"$work/parts.jsonl"
same 'together they are one, without a gap' '0 ' "$? $(<"$work/script.err")"
agree 'in the order of time' "$(jq .boot_ns "$work/parts.jsonl" | sort -n)" "$(jq .boot_ns "$work/parts.jsonl")"
check 'what is installed when a file begins is in it' grep -aq klpt_slow "${parts[2]}"
start_record -o "$work/few" --switch-output=1K --switch-max-files=2
for _ in 1 2 3 4 5 6 7 8; do
	refusals 2
	sleep 0.2
done
stop_record
same '--switch-max-files' 2 "$(ls "$work"/few.* | wc -l)"
check 'by size there were more' test "$(grep -c 'recording to' "$work/record.err")" -ge 4

# Calls of klp_get_state() are counted in the kernel, which forgets them with the recorder: what was called before the last
# event is in the recording, and in the file of the time in which that was. insmod reads /proc/cmdline, too, so it is
# livepatches on their way out that make events.
enable klpt_omit.ko
enable klpt_new_state.ko
insmod klpt_lookup_many.ko lookups=100
settle
look_up() {
	local i
	for ((i = 0; i < $1; i++)); do cat /proc/cmdline >/dev/null; done
}
counted_in() {
	[ "$(counted "$1")" -eq "$2" ]
}
start_record -o "$work/counts" --switch-output=signal
counts=("$work"/counts.*)
look_up 1
echo 0 >"$patches/klpt_omit/enabled"
check 'counts are written after an event' within 60 counted_in "${counts[0]}" 100
settle
calm switches
look_up 1
kill -USR2 "$recorder"
within 60 eval '(($(ls "$work"/counts.* | wc -l) == 2))'
counts=("$work"/counts.*)
same 'and at the end of each file: those since' 200 "$(counted "${counts[0]}")"
calm switches
idle=$(switches)
look_up 3
sleep 3
same 'calls wake nobody up' "$idle" "$(switches)"
echo 0 >"$patches/klpt_new_state/enabled"
check 'they come with the next event' within 60 counted_in "${counts[1]}" 300
settle
calm switches
idle=$(switches)
sleep 2
same 'writing them is no event' "$idle" "$(switches)"
look_up 1
stop_record KILL
same 'after kill -9, all but those after the last event' 500 "$(counted "${counts[@]}")"
events "${counts[1]}" >/dev/null
like 'which is said' 'calls of klp_get_state\(\) since its last event are not counted' "$(<"$work/script.err")"
reset

# A full disk.
mkdir "$work/disk"
mount -t tmpfs -o size=64k tmpfs "$work/disk"
start_record -o "$work/disk/data"
refusals 2
dd if=/dev/zero of="$work/disk/filler" bs=1k 2>/dev/null
full=0
while kill -0 "$recorder" 2>/dev/null && ((full++ < 50)); do refusals 2; done
wait "$recorder"
same 'a full disk is a failure' 1 $?
like 'with cause and remedy' 'cannot record: cannot write the output: .*/data: No space left on device; free space or choose another -o FILE' "$(<"$work/record.err")"
events -i "$work/disk/data" >"$work/full.jsonl"
same 'what was written is there' '3 refused klpt_unmarked' "$? $(jq -r 'select(.event == "refused") | "\(.event) \(.patch)"' "$work/full.jsonl" | head -n 1)"
same 'in whole frames' '' "$(grep -v 'was not ended' "$work/script.err")"
rm "$work"/disk/*
start_record -o "$work/disk/data" --wait-space
dd if=/dev/zero of="$work/disk/filler" bs=1k 2>/dev/null
waiting() {
	((tried += 2))
	refusals 2
	grep -q 'waiting for space' "$work/record.err"
}
tried=0
check '--wait-space: it waits' within 60 waiting
refusals 10
like 'which it says' 'data: No space left on device; waiting for space' "$(<"$work/record.err")"
rm "$work/disk/filler"
within 60 grep -q 'there is space again; 0 records were lost' "$work/record.err"
stop_record
same 'and ends well' 0 "$status"
events -i "$work/disk/data" >"$work/space.jsonl"
same 'nothing is missing' "0 $((tried + 10)) 0" "$? $(jq -r 'select(.event == "refused") | .patch' "$work/space.jsonl" | wc -l) $(grep -c '"lost"' "$work/space.jsonl")"
umount "$work/disk"

# Words.
run record -o /dev/full
same 'an output that takes nothing' 1 "$status"
run script -i "$work/nothing"
same 'a file that is not there' "1 klpscope: cannot script: cannot read the file: $work/nothing: No such file or directory; check its name and its permissions" "$status $err"
run script -i /t/suite/lib.sh
like 'a file that is no recording' '^1 klpscope: cannot script: not a recording: .*; give a file that klpscope record has written$' "$status $err"
finished=yes
