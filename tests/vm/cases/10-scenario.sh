#!/bin/bash
# The issue's scenario, told by trace as text and as JSON, held against dmesg.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# An event in one line, without what differs from run to run: a slow guest's transitions may be looked into.
brief() {
	jq -r 'select(.event != "message" and .event != "lookup_count" and .action != "retry"
		and .event != "progress" and .event != "stall")
		| [.event, .patch, (if .event == "refused" then null else .action end), .target, .cause, .errno,
		   (if .event == "enable" then "replace=\(.replace)" else null end),
		   (.states // [] | map("\(.id):\(.version)") | join(",")),
		   (.objects // [] | map("\(.name)(\(.funcs | join(",")))") | join(",")),
		   (.conflicts // [] | map("\(.state):\(.offered_version)<\(.installed_version)@\(.installed_by)") | join(",")),
		   (if .event == "state" then "\(.state): \(.from_version)@\(.from_patch) -> \(.to_version)@\(.to_patch)" else null end),
		   (if .event == "lookup" then "\(.state): \(.version)@\(.from_patch) by \(.caller)" else null end),
		   (if .event == "replaced" then .by else null end)]
		| map(select(. != null and . != "")) | join(" ")' "$1"
}

# The kernel's own account: starts and ends of transitions.
kernel_transitions() {
	dmesg | sed -nE \
		-e "s/.*livepatch: '(.*)': starting (un)?patching transition.*/\1 start \2patched/p" \
		-e "s/.*livepatch: '(.*)': (un)?patching complete.*/\1 end \2patched/p"
}

our_transitions() {
	jq -r 'select(.event == "transition" and (.action | IN("start", "complete", "cancel")))
		| "\(.patch) \(if .action == "start" then .action else "end" end) \(.target)"' "$1"
}

dmesg -c >/dev/null
# Where the kernel is not built to put times into its log.
echo 1 >/sys/module/printk/parameters/time
start_trace --json -o "$work/events"
klpscope trace --time=boot -o "$work/text" -- sh /t/suite/scenario.sh >"$work/log" 2>&1
same 'the kernel behaves as the scenario says' 0 $?
grep -q 'scenario:' "$work/log" && sed 's/^/# /' "$work/log"
stop_trace
same 'trace ends with status 0 after SIGINT' 0 "$status"
cp "$work/events" "/out/scenario.jsonl"
cp "$work/text" "/out/scenario.txt"

if names_callers; then
	callers='s/x/x/'
else
	callers='/^lookup/s/ by .*//'
	skip "callers by name: this kernel has no bpf_snprintf()"
	like 'klpscope says so' 'does not tell the names of addresses .* shown as addresses' "$(<"$work/trace.err")"
	same 'their addresses instead' '' "$(jq -r 'select(.event == "lookup") | .caller' "$work/events" | grep -v '^0xffffffff[0-9a-f]*$')"
fi
agree 'every event is as expected, none is missing, none is invented' \
	"$(sed "$callers" /t/suite/scenario.expected)" "$(brief "$work/events" | sed "$callers")"
agree 'transitions agree with dmesg, in order' "$(kernel_transitions)" "$(our_transitions "$work/events")"
agree 'as many enabled as dmesg says' "$(dmesg | grep -c "livepatch: enabling patch")" \
	"$(jq -rs '[.[] | select(.event == "transition" and .attempt != null and (.action | IN("start", "cancel")))] | length' "$work/events")"
agree 'the kernel refused states as often as it says' \
	"$(dmesg | grep -c 'is not compatible with the already installed')" \
	"$(jq -rs '[.[] | select(.cause == "state_older_version" or .cause == "state_missing")] | length' "$work/events")"
agree 'attempts are numbered without gaps' "$(seq "$(jq -s '[.[] | select(.event == "enable")] | length' "$work/events")")" \
	"$(jq -r 'select(.event == "enable") | .attempt' "$work/events")"
same 'each refusal has its enable' '' "$(jq -rs '([.[] | select(.event == "enable") | .attempt]) as $known
	| .[] | select(.event == "refused" and (.attempt | IN($known[]) | not)) | .attempt' "$work/events")"
agree 'events are in the order of time' "$(jq .boot_ns "$work/events" | sort -n)" \
	"$(jq .boot_ns "$work/events")"
# jq 1.6 rounds such a number; the line itself has it whole.
like 'a 64-bit state id' '"state":18446744073709551600,' "$(grep '"event":"state".*klpt_new_state' "$work/events")"
same 'nothing was lost' '' "$(jq -c 'select(.event == "lost" or .event == "warning" or .incomplete)' "$work/events")"
same "the kernel's words are in the refusal" \
	'livepatch: Livepatch patch (klpt_omit_replace) is not compatible with the already installed livepatches.' \
	"$(jq -r 'select(.event == "refused" and .patch == "klpt_omit_replace") | .message' "$work/events" | head -n 1)"
same 'EBUSY, for which the kernel has no words' '' \
	"$(jq -r 'select(.cause == "transition_busy") | .message' "$work/events")"
# The wall-clock time of each start, held against the kernel log's own clock.
booted=$(($(date +%s) - $(cut -d. -f1 /proc/uptime)))
paste <(jq -r 'select(.action == "start") | .time | sub("[.][0-9]+Z$"; "Z") | fromdate' "$work/events") \
	<(dmesg | sed -nE "s/^\[ *([0-9]+)\..*: starting (un)?patching.*/\1/p") >"$work/starts"
same 'times of starts are those of the kernel log, within 3 s' '' \
	"$(awk -v booted="$booted" '{ d = $1 - booted - $2 } d * d > 9' "$work/starts")"
like 'text: a refusal is one line with state, versions and patch' \
	"REFUSED test_klp_state  EINVAL: state 1: offers version 1, test_klp_state2 has version 2 \(a livepatch may not lower a state's version\)" \
	"$(<"$work/text")"
# Another klpscope has written it, which looked at other times; the summary comes after an empty line.
agree 'text has a line for every event of JSON' "$(jq -r .event "$work/events" | grep -vxE 'progress|stall')" \
	"$(awk '!NF { exit } { print tolower($3) }' "$work/text" | grep -vxE 'progress|stall')"
agree 'and a summary with every transition' "$(jq -r 'select(.action == "start" or .action == "cancel") | .patch' "$work/events")" \
	"$(awk 'table && NF { if ($1 ~ /^[0-9]+:[0-9]+:[0-9]/) print $2 } /^BEGIN/ { table = 1 }' "$work/text")"
finished=yes
