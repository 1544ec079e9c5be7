#!/bin/bash
# Livepatches that ask for states.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

enable test_klp_state2.ko
start_trace --json
enable klpt_lookup.ko
disable klpt_lookup
insmod klpt_lookup_many.ko lookups=1000
settle
cat /proc/cmdline >"$work/cmdline"
disable klpt_lookup_many
stop_trace
cp "$work/trace" /out/lookups.jsonl

same 'the livepatch did what is looked for' 'klpt_lookup_many: found 500 of 1000' "$(<"$work/cmdline")"
agree 'klp_get_prev_state agrees with what the livepatch got' \
	"$(dmesg | sed -nE 's/.*klpt_lookup: .*: state ([0-9]+): .*previous version (-?[0-9]+)$/\1 \2/p' | sed 's/-1$/null/')" \
	"$(jq -r 'select(.event == "lookup" and .patch == "klpt_lookup") | "\(.state) \(.version)"' "$work/trace")"
caller='[a-z_.]* \[klpt_lookup\]' caller_many='lookup_proc_show [klpt_lookup_many]'
if ! names_callers; then
	skip "callers by name: this kernel has no bpf_snprintf()"
	caller='0xffffffff[0-9a-f]*'
	caller_many=$(jq -r 'select(.event == "lookup_count" and .patch == "klpt_lookup_many") | .caller' "$work/trace" | grep -m 1 "^$caller$")
fi
same 'with its caller, a function of the livepatch' '' \
	"$(jq -r 'select(.event == "lookup" and .patch == "klpt_lookup") | .caller' "$work/trace" | grep -v "^$caller$")"
like 'found in the installed patch' '"from_patch":"test_klp_state2"' "$(grep '"event":"lookup"' "$work/trace")"
same 'klp_get_state is counted by state, found or not' '21:500 22:500' \
	"$(jq -rs '[.[] | select(.event == "lookup_count" and .patch == "klpt_lookup_many") | "\(.state):\(.count)"] | sort | join(" ")' "$work/trace")"
same 'with its caller' "$caller_many" \
	"$(jq -r 'select(.event == "lookup_count" and .patch == "klpt_lookup_many") | .caller' "$work/trace" | sort -u)"
same 'not one by one' '' "$(jq -c 'select(.event == "lookup" and .function == "klp_get_state")' "$work/trace")"

start_trace --json --lookups
insmod klpt_lookup_many.ko lookups=100
settle
cat /proc/cmdline >/dev/null
disable klpt_lookup_many
stop_trace
same '--lookups: one by one, with what was found' '21:1 50 22:null 50' \
	"$(jq -r 'select(.event == "lookup" and .function == "klp_get_state") | "\(.state):\(.version)"' "$work/trace" | sort | uniq -c | awk '{ print $2, $1 }' | xargs)"
finished=yes
