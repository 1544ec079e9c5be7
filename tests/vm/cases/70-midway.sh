#!/bin/bash
# Attached in the middle of a transition, it says what it has not seen.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

insmod klpt_sleeper.ko
insmod klpt_slow.ko
start_trace --json
echo 0 >/sys/module/klpt_sleeper/parameters/hold
settle
stop_trace
same 'a transition whose start was not seen' 'klpt_slow patched null' \
	"$(jq -r 'select(.action == "complete") | "\(.patch) \(.target) \(.duration_ns)"' "$work/trace")"
finished=yes
