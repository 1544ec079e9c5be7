#!/bin/bash
# The last case: lockdown cannot be lifted again.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

[[ -d /sys/kernel/security ]] && mount -t securityfs security /sys/kernel/security 2>/dev/null
if ! echo confidentiality 2>/dev/null >/sys/kernel/security/lockdown; then
	skip "this kernel has no lockdown"
	finished=yes
	exit
fi
run trace --duration 1
same 'lockdown' "1 klpscope: cannot trace: kernel lockdown forbids reading kernel memory: mode confidentiality; boot with lockdown=integrity or less" \
	"$status $err"
run doctor --json
same 'lockdown: doctor says so' '1 bad confidentiality' \
	"$status $(jq -r '.checks[] | select(.check == "lockdown") | "\(.verdict) \(.text | match("[a-z]*$").string)"' <<<"$out")"
finished=yes
