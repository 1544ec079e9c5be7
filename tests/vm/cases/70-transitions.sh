#!/bin/bash
# Transitions that do not just run through: reversed, forced.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

actions() {
	jq -r 'select(.event == "transition" and .action != "retry" or .event == "state" or .event == "disable")
		| [.event, .patch, .action, .target, (if .event == "state" then "\(.state): \(.from_version) -> \(.to_version)" else null end)]
		| map(select(. != null)) | join(" ")' "$work/trace"
}

# Attached in the middle of a transition, it says what it has not seen.
insmod klpt_sleeper.ko
insmod klpt_slow.ko
start_trace --json
echo 0 >/sys/module/klpt_sleeper/parameters/hold
settle
stop_trace
same 'a transition whose start was not seen' 'klpt_slow patched null' \
	"$(jq -r 'select(.action == "complete") | "\(.patch) \(.target) \(.duration_ns)"' "$work/trace")"

reset
# Before 5.18, what was forced can never be unloaded, so this is the last.
insmod klpt_sleeper.ko
start_trace --json
insmod klpt_slow.ko
echo 0 >$patches/klpt_slow/enabled
settle
within 10 rmmod klpt_slow
insmod klpt_slow.ko
echo 1 >$patches/klpt_slow/force
settle
stop_trace
cp "$work/trace" /out/transitions.jsonl
same 'reverse and force' 'transition klpt_slow start patched
transition klpt_slow reverse unpatched
transition klpt_slow complete unpatched
transition klpt_slow start patched
transition klpt_slow force patched
transition klpt_slow complete patched' "$(actions)"
same 'with the task that wrote to sysfs' "$BASHPID bash" \
	"$(jq -r 'select(.action == "reverse" or .action == "force") | "\(.pid) \(.comm)"' "$work/trace" | sed 's/70-transitions.*/bash/' | sort -u)"
same 'tries go up by one each' yes "$(jq -s '[.[] | select(.action == "retry") | .tries] | if all(. >= 2) then "yes" else . end' -r "$work/trace")"
same 'a duration on complete' yes "$(jq -rs '[.[] | select(.action == "complete") | .duration_ns] | if length == 2 and all(. > 0) then "yes" else . end' "$work/trace")"
finished=yes
