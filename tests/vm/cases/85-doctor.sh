#!/bin/bash
# What doctor says, held against the kernel's own files, bpftool, and what the kernel then does.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

events=/sys/kernel/tracing
has_symbol() {
	grep -q " $1\$" /proc/kallsyms
}

# doctor ARG...: its JSON in $out.
doctor() {
	run doctor --json "$@"
}

# findings: what is not ok, a line each.
findings() {
	jq -r '[.checks[], .hooks[], .structures[], .probes[]] | .[] | select(.verdict != "ok")
		| .check // .hook // .structure // "\(.kind) \(.function)"' <<<"$out" | sort -u
}

# probe KIND FUNCTION: the finding about it.
probe() {
	jq -c --arg kind "$1" --arg function "$2" '.probes[] | select(.kind == $kind and .function == $function)' <<<"$out"
}

wanted=
! has_symbol bpf_perf_link_release || has_symbol bpf_iter_bpf_link || wanted=iterators
doctor
same 'a healthy host: nothing but what this kernel has not' "$wanted" "$(findings)"
agree 'a healthy host: status' "$([[ $wanted ]] && echo 3 || echo 0)" "$status"
same 'the keys' 'checks,hooks,kernel,probes,structures,verdict' "$(jq -r 'keys | join(",")' <<<"$out")"
agree 'which kernel' "$(uname -r)" "$(jq -r .kernel <<<"$out")"
within 60 none_left
same 'nothing is left behind' '' "$(bpf_objects)"
healthy=$out
run doctor
like 'in words' "klpscope on [^ ]+: (all fine|works with gaps \([0-9]+ findings?\))\$" "$out"
same 'without colours where there is no terminal' '' "$(grep $'\033' <<<"$out")"

# The hooks as doctor says them, and as trace then attaches them.
for mode in auto kprobe; do
	doctor --attach="$mode"
	jq -r '.hooks[] | select(.method != "absent") | "\(.hook)__\(.method)"' <<<"$out" | sort >"$work/said"
	start_trace --attach="$mode"
	# The entry that keeps a kretprobe's argument is no method of its own.
	bpftool -j prog show | jq -r '.[].name | select(test("__(fentry|fexit|kprobe|kretprobe|tracepoint)$"))' | sort -u >"$work/all"
	sed -n 's/__kretprobe$/__kprobe/p' "$work/all" | comm -23 "$work/all" - >"$work/attached"
	agree "hooks with --attach=$mode are those that trace attaches" "$(<"$work/attached")" "$(<"$work/said")"
	if [[ $mode == auto ]]; then
		doctor
		same "another klpscope does no harm" '' "$(jq -r '.probes[] | select(.verdict != "ok")' <<<"$out")"
		agree "and its programs are seen" "$(grep -cE '__(fentry|fexit|kprobe|kretprobe)$' "$work/all")" "$(jq '.probes | length' <<<"$out")"
		same "as its own" "$tracer" "$(jq -r '[.probes[].owners[].pid] | unique[]' <<<"$out")"
	fi
	stop_trace
done

bpftool btf dump file /sys/kernel/btf/vmlinux |
	awk '/^\[/ { s = $2 == "STRUCT" && $3 ~ /^.klp_(patch|state|object|func).$/ ? $3 : ""; next }
		s { print s, $1 }' | tr -d "'" | sort >"$work/btf"
agree 'fields as bpftool says' "$(<"$work/btf")" \
	"$(jq -r '.structures[] | "\(.structure) \(.fields[])"' <<<"$healthy" | sort)"

# A fexit: doctor's verdict, and what the kernel says when a livepatch is enabled.
echo 'file kernel/livepatch/transition.c +p' >/sys/kernel/debug/dynamic_debug/control
# complains: whether the kernel then calls the stack of the task that enables it unreliable.
complains() {
	dmesg -c >/dev/null
	enable klpt_omit.ko
	dmesg | grep -q 'insmod.* has an unreliable stack' && echo gap || echo ok
	disable klpt_omit
}

/t/suite/harm-probe >"$work/probe" 2>&1 &
harm=$!
within 60 grep -q attached "$work/probe"
doctor
found=$(probe fexit klp_enable_patch)
agree 'a fexit: program, name and process' \
	"$(bpftool -j prog show name leave | jq -r 'if type == "array" then .[0] else . end | .id') leave harm-probe $harm" \
	"$(jq -r '"\(.program.id) \(.program.name) \(.owners[0].comm) \(.owners[0].pid)"' <<<"$found")"
agree 'a fexit: the kernel agrees with the verdict' "$(complains)" "$(jq -r .verdict <<<"$found")"
if [[ $(jq -r .verdict <<<"$found") == gap ]]; then
	same 'a fexit: status 3' 3 "$status"
	run doctor
	like 'a fexit, in words' "gap  fexit +klp_enable_patch: BPF program [0-9]+ 'leave', held by harm-probe \(pid $harm\)" "$out"
	like 'a fexit: what to do' "do: before livepatching, stop harm-probe \(pid $harm\)" "$out"
fi
# CAP_SYS_RESOURCE raises what may be locked, for 5.10.
/t/setpriv --bounding-set=-all,+bpf,+perfmon,+syslog,+sys_resource klpscope doctor --json >"$work/few"
same 'few capabilities are enough to see it' "$found" \
	"$(jq -c '.probes[] | select(.kind == "fexit")' "$work/few")"
/t/unshare -p -f klpscope doctor --json >"$work/pidns"
same 'in a PID namespace it says that it cannot know by whom' 'probes_of_others 0' \
	"$(jq -r '"\([.checks[] | select(.verdict != "ok" and .check == "probes_of_others")][0].check) \(.probes[0].owners | length)"' "$work/pidns")"
kill "$harm"
wait "$harm" 2>/dev/null
doctor
same 'once it is gone, all is well again' "$wanted" "$(findings)"

# A kretprobe, from tracefs.
echo 'r:klpt/ret klp_enable_patch' >$events/kprobe_events
echo 1 >$events/events/klpt/ret/enable
doctor
found=$(probe kretprobe klp_enable_patch)
same 'a kretprobe by its event' 'klpt/ret' "$(jq -r .event <<<"$found")"
agree 'a kretprobe: the kernel agrees with the verdict' "$(complains)" "$(jq -r .verdict <<<"$found")"
echo 0 >$events/events/klpt/ret/enable
echo >$events/kprobe_events
echo 'file kernel/livepatch/transition.c -p' >/sys/kernel/debug/dynamic_debug/control

# Probes on a function that an installed livepatch changes: at its entry, and within.
enable klpt_omit.ko
echo 'p:klpt/entry cmdline_proc_show' >$events/kprobe_events
for offset in $(seq 6 40); do
	echo "p:klpt/body cmdline_proc_show+$offset" 2>/dev/null >>$events/kprobe_events && break
done
echo 1 >$events/events/klpt/entry/enable
echo 1 >$events/events/klpt/body/enable
doctor
same 'a probe on a changed function: status 3' 3 "$status"
same 'a probe on a changed function: which livepatch, which event, where' \
	"klpt/entry klpt_omit 0"$'\n'"klpt/body klpt_omit $offset" \
	"$(jq -r '.probes[] | select(.function == "cmdline_proc_show") | "\(.event) \(.livepatch) \(.offset)"' <<<"$out" | sort -r)"
run doctor
like 'within, it is not run any more' \
	"cmdline_proc_show\+0x$(printf %x "$offset"): trace event klpt/body.*livepatch klpt_omit changes cmdline_proc_show: the probe is in code that does not run any more" "$out"
echo 0 >$events/events/klpt/enable
echo >$events/kprobe_events
disable klpt_omit

# What cannot be looked at is said.
umount /sys/kernel/debug
echo 2 >/proc/sys/kernel/kptr_restrict
doctor
said=$(jq -r '.checks[] | "\(.check) \(.verdict) \(.text)"' <<<"$out")
same 'without debugfs and addresses: status 3' 3 "$status"
like 'without debugfs: it says so' 'probes_of_others gap [^ ]*/kprobes/list cannot be read' "$said"
like 'hidden addresses: it says so' 'addresses gap [^'$'\n'']*kptr_restrict is 2' "$said"
echo 0 >/proc/sys/kernel/kptr_restrict
mount -t debugfs debug /sys/kernel/debug

/t/setpriv --reuid 65534 --clear-groups klpscope doctor >"$work/out" 2>"$work/err"
same 'not root: status 1, and nothing on stderr' '1 ' "$? $(<"$work/err")"
like 'not root: what is missing' 'bad  privileges +missing capabilities: CAP_BPF, CAP_PERFMON, CAP_SYSLOG' "$(<"$work/out")"
like 'not root: what can be seen is shown' 'ok   klp_enable_patch +(fentry|tracepoint)' "$(<"$work/out")"
mkdir -p "$work/empty"
mount --bind "$work/empty" /sys/kernel/btf
doctor
same 'without BTF: status 1, and why' '1 btf' "$status $(jq -r '.checks[] | select(.verdict == "bad") | .check' <<<"$out")"
umount /sys/kernel/btf
run doctor more
same 'bad usage' "2 klpscope doctor: 'more' is more than it takes; see 'klpscope doctor --help'" "$status $err"
klpscope doctor >/dev/full 2>"$work/err"
same 'a full disk is an error' 1 $?
# 7.3 does not let it be turned off.
if sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then
	# Tracepoints, where the livepatch core has them, are called all the same.
	outcome='1 bad' silent=
	if jq -e '.hooks[] | select(.hook == "klp_enable_patch" and .method == "tracepoint")' <<<"$healthy" >/dev/null; then
		outcome='3 gap'
		silent=$(jq -r '.hooks[] | select(.method != "tracepoint") | .hook' <<<"$healthy")
	fi
	doctor
	same 'without ftrace: status and verdict' "$outcome" "$status $(jq -r '.checks[] | select(.check == "ftrace") | .verdict' <<<"$out")"
	same 'without ftrace: hooks that are not called' "$silent" \
		"$(jq -r '.hooks[] | select(.verdict == "gap" and (.text | endswith(": not called while kernel.ftrace_enabled is 0"))) | .hook' <<<"$out")"
	run doctor
	like 'and in words' "${outcome#* } +ftrace +kernel.ftrace_enabled is 0" "$out"
	run trace --duration 0.5
	like 'so does trace' 'klpscope: kernel.ftrace_enabled is 0' "$err"
	# At once: whatever klpscope has left to do then, ftrace must not fall over it, which it does for good.
	sysctl -q kernel.ftrace_enabled=1
	sleep 3
	same 'ftrace goes on, without a warning' '' "$(dmesg | grep 'WARNING:')"
	run trace --duration 0.5
	like 'and klpscope attaches again' '^0 .*klpscope: attached, waiting' "$status $err"
else
	same 'ftrace stays on' 1 "$(</proc/sys/kernel/ftrace_enabled)"
fi
finished=yes
