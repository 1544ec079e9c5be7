#!/bin/bash
# Transitions that are reversed, and forced. After all cases that use klpt_slow: before 5.18, what was forced can never be unloaded.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

actions() {
	jq -r 'select(.event == "transition" and .action != "retry" or .event == "state" or .event == "disable")
		| [.event, .patch, .action, .target, (if .event == "state" then "\(.state): \(.from_version) -> \(.to_version)" else null end)]
		| map(select(. != null)) | join(" ")' "$work/trace"
}

insmod klpt_sleeper.ko
start_trace --json
insmod klpt_slow.ko
echo 0 >$patches/klpt_slow/enabled
settle
within 60 rmmod klpt_slow
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
	"$(jq -r 'select(.action == "reverse" or .action == "force") | "\(.pid) \(.comm)"' "$work/trace" | sed 's/89-force.*/bash/' | sort -u)"
same 'tries go up by one each' yes "$(jq -s '[.[] | select(.action == "retry") | .tries] | if all(. >= 2) then "yes" else . end' -r "$work/trace")"
same 'a duration on complete' yes "$(jq -rs '[.[] | select(.action == "complete") | .duration_ns] | if length == 2 and all(. > 0) then "yes" else . end' "$work/trace")"
finished=yes
