#!/bin/bash
# What check says beforehand, and then the kernel.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# verdict MODULE: check's exit status and what it says insmod will get.
verdict() {
	run check --json "$@"
	cp "$work/out" "$work/json"
	jq -c . "$work/out" >>/out/check.json
	echo "$status $(jq -r '.steps[-1] | .errno // "-"' "$work/json")"
}

# ends_as ERRNO SAID: whether insmod said that.
ends_as() {
	local words
	case $1 in
	-) words='^$' ;;
	EINVAL) words='Invalid parameters' ;;
	ENOEXEC) words='Invalid module format' ;;
	ENOENT) words='Unknown symbol in module' ;;
	EBUSY) words='Device or resource busy' ;;
	# From some version on, a module's EEXIST becomes EBUSY.
	EEXIST) words='File exists|already in kernel|Device or resource busy' ;;
	esac
	[[ $2 =~ $words ]]
}

# tells WHAT STATUS ERRNO MODULE: check says so, and insmod then gets the same.
tells() {
	same "$1: check" "$2 $3" "$(verdict "$4")"
	check "$1: the kernel" ends_as "$3" "$(insmod "$4" 2>&1)"
	settle
}

# finding RULE KEY: of the last verdict's last step.
finding() {
	jq -r --arg rule "$1" --arg key "$2" '.steps[-1].findings[] | select(.rule == $rule)[$key]' "$work/json"
}

: >/out/check.json
enable test_klp_state.ko
tells 'a newer version' 0 - test_klp_state2.ko
same 'what it replaces and takes over' '[["test_klp_state"],[{"from_patch":"test_klp_state","from_version":1,"state":1,"taken_over":true,"to_version":2}]]' \
	"$(jq -c '.steps[0].effects | [.replaces, .states]' "$work/json")"
same 'its pre_patch callback is an assumption' 'its pre_patch callbacks return 0' "$(finding callbacks assumes)"
within 60 rmmod test_klp_state
run check test_klp_state.ko
like 'an older version: in words' '^test_klp_state.ko: would be REFUSED, EINVAL: state 1: offers version 1, test_klp_state2 has version 2 ' "$out"

# What is refused changes nothing, so one run says all of this.
sed 's/ mod_unload/ mod_upload/' klpt_omit.ko >"$work/klpt_omit.ko"
mkdir "$work/import"
sed 's/seq_printf/seq_prantf/' klpt_omit.ko >"$work/import/klpt_omit.ko"
mkdir "$work/license"
sed 's/license=GPL/license=LGP/' klpt_omit.ko >"$work/license/klpt_omit.ko"
refused=(test_klp_state.ko:EINVAL klpt_omit_replace.ko:EINVAL test_klp_state2.ko:EEXIST klpt_no_symbol.ko:EINVAL
	klpt_no_new_func.ko:EINVAL klpt_no_objs.ko:EINVAL klpt_unmarked.ko:EINVAL "$work/klpt_omit.ko:ENOEXEC" "$work/import/klpt_omit.ko:ENOENT"
	"$work/license/klpt_omit.ko:ENOENT")
verdict "${refused[@]%:*}" >/dev/null
agree 'what is refused: check' "$(printf '%s\n' "${refused[@]##*:}")" "$(jq -r '.steps[].errno' "$work/json")"
same 'an older version: the conflict' '[{"installed_by":"test_klp_state2","installed_version":2,"offered_version":1,"state":1}]' \
	"$(jq -c '.steps[0].findings[] | select(.rule == "states").conflicts' "$work/json")"
for module in "${refused[@]}"; do
	check "what is refused: the kernel: ${module##*/}" ends_as "${module##*:}" "$(insmod "${module%:*}" 2>&1)"
done
enable klpt_omit.ko
tells 'two functions, three objects, many states' 0 - klpt_many.ko
same 'a function that is patched already' klpt_omit \
	"$(jq -r '.steps[0].effects.functions[] | select(.function == "cmdline_proc_show").patched_by' "$work/json")"
like 'an object that is not loaded' 'when it is loaded: klpt_sleeper, klpt_absent' "$(finding objects text)"
run check test_klp_atomic_replace.ko
same 'whether it is cumulative is set by its code' 4 "$status"
like 'whether it is cumulative is set by its code: said' 'code or a parameter decides whether it is cumulative' "$out"
disable klpt_many
disable klpt_omit

# A plan: each step as if those before it had been done; then it is done.
run check --json test_klp_state3.ko klpt_omit.ko test_klp_state2.ko --disable klpt_omit test_klp_state2.ko test_klp_state.ko
jq -c . "$work/out" >>/out/check.json
# test_klp_state2 is there already; once test_klp_state3 has replaced it, it can be unloaded and come again.
same 'a plan' '3 accepted accepted refused accepted accepted refused' \
	"$status $(jq -r '[.steps[].verdict] | join(" ")' <<<"$out")"
enable test_klp_state3.ko
within 60 rmmod test_klp_state2
enable klpt_omit.ko
check 'a plan: its third step is refused' bash -c '! insmod test_klp_state2.ko'
disable klpt_omit
check 'a plan: its fifth step is accepted' enable test_klp_state2.ko
within 60 rmmod test_klp_state3
check 'a plan: its last step is refused' bash -c '! insmod test_klp_state.ko'
reset

insmod klpt_sleeper.ko
insmod klpt_slow.ko
tells 'a transition is running' 3 EBUSY klpt_busy.ko
like 'a transition is running: which' 'klpt_slow is still in transition' "$(finding transition text)"
reset

# Probes of others on what is to be patched.
echo 'r:klpt_mine cmdline_proc_show' >/sys/kernel/tracing/kprobe_events
echo 1 >/sys/kernel/tracing/events/kprobes/klpt_mine/enable
run check klpt_omit.ko
like 'a kretprobe on a function is shown' 'vmlinux:cmdline_proc_show: kretprobe kprobes/klpt_mine' "$out"
echo 0 >/sys/kernel/tracing/events/kprobes/klpt_mine/enable
echo >/sys/kernel/tracing/kprobe_events

# Before 6.0 the kernel does not take both on one function.
/t/suite/harm-probe cmdline_proc_show >"$work/probe" 2>&1 &
probe=$!
within 60 grep -q attached "$work/probe"
both=$(grep -aqw ftrace_ops_cmd /sys/kernel/btf/vmlinux && echo 0 - || echo 3 EBUSY)
# shellcheck disable=SC2086 # two words
tells 'BPF on a function' $both klpt_omit.ko
like 'BPF on a function is shown' 'fexit program [0-9]+ \([a-z0-9_]*leave\)' "$(jq -r '.steps[0].probes[].text' "$work/json")"
kill $probe
wait $probe 2>/dev/null
[[ ! -e $patches/klpt_omit ]] || disable klpt_omit

if echo 0 >/proc/sys/kernel/ftrace_enabled; then
	tells 'ftrace is off' 3 EBUSY klpt_omit.ko
	echo 1 >/proc/sys/kernel/ftrace_enabled
fi 2>/dev/null

# Not root: where nothing is installed, that is known all the same.
/t/setpriv --reuid 65534 --clear-groups klpscope check --json klpt_omit.ko >"$work/json"
said=$?
# Some kernels let everybody read that; what stands in its memory, none.
as_nobody=$(/t/setpriv --reuid 65534 --clear-groups head -n 1 /sys/kernel/tracing/available_filter_functions 2>/dev/null)
agree 'not root, nothing installed: what is missing' "4 imports$([[ $as_nobody ]] || echo ' ftrace')" \
	"$said $(jq -r '[.steps[0].findings[] | select(.verdict == "unknown").rule] | join(" ")' "$work/json")"
enable klpt_omit.ko
/t/setpriv --reuid 65534 --clear-groups klpscope check klpt_new_state.ko >"$work/out"
same 'not root, something installed: it cannot tell' 4 $?
like 'not root: what is missing, and what to do' 'what is installed is not known: missing capabilities: [A-Z_, ]*; run it as root' "$(<"$work/out")"
disable klpt_omit

# As in a pipeline, without asking this host, with the type information that is given.
cp /sys/kernel/btf/vmlinux "$work/btf"
run check --against test_klp_state2.ko --kernel-btf "$work/btf" test_klp_state.ko
same 'against another module' 3 "$status"
# What a recording leaves installed says the same as the host itself.
enable test_klp_state2.ko
enable klpt_omit.ko
conflicts() {
	run check --json --kernel-btf "$work/btf" "$@"
	jq -c . "$work/out" >>/out/check.json
	echo "$status $(jq -c '[.steps[].findings[] | select(.rule == "states").conflicts]' "$work/out")"
}
klpscope record -o "$work/record.data" -- true 2>/dev/null
agree 'against a recording: the conflicts are those of the host' "$(conflicts test_klp_state.ko klpt_omit_replace.ko)" \
	"$(conflicts --against "$work/record.data" test_klp_state.ko klpt_omit_replace.ko)"
same 'against a recording: which is what it says' '"recording"' "$(jq -c .against "$work/out")"
run check --against "$work/record.data" --kernel-btf "$work/btf" klpt_omit.ko
like 'against a recording: what is installed is loaded' 'REFUSED' "$out"
run check --against "$work/record.data" --kernel-btf "$work/btf" klpt_new_state.ko
same 'against a recording: what is new would be accepted' 0 "$status"
head -c 400 "$work/record.data" >"$work/torn.data"
run check --against "$work/torn.data" --kernel-btf "$work/btf" klpt_new_state.ko
same 'against a recording that is torn before it says what is installed: cannot tell' 4 "$status"
disable klpt_omit
disable test_klp_state2
run check --against none --kernel-btf "$work/btf" --kallsyms /proc/kallsyms test_klp_state.ko klpt_no_symbol.ko
same 'against none, with kallsyms' '3 1' "$status $(grep -c 'would be accepted' <<<"$out")"
run check --against none klpt_sleeper.ko
like 'no livepatch' '^klpscope: cannot check klpt_sleeper.ko: it is a kernel module, but no livepatch; ' "$err"
finished=yes
