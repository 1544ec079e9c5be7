#!/bin/bash
# Where it cannot work it says why in one line, and what to do.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# refuses WHAT REGEX: the last run ended with 1 and one line.
refuses() {
	same "$1: status 1" 1 "$status"
	like "$1: one line with cause and remedy" "^klpscope: cannot trace: $2[^"$'\n'"]*; [^"$'\n'"]+$" "$err"
}

as() {
	/t/setpriv "$@" >"$work/out" 2>"$work/err"
	status=$?
	err=$(<"$work/err")
}

as --reuid 65534 --clear-groups klpscope trace --duration 1
refuses 'not root' 'missing capabilities: CAP_BPF, CAP_PERFMON, CAP_SYSLOG'
root_err=$err
as --bounding-set=-perfmon,-sys_admin klpscope trace --duration 1
refuses 'without a capability' 'missing capabilities: CAP_PERFMON'
# Up to 5.10, BPF's memory counts against a limit, which takes a capability more to raise.
as --bounding-set=-all,+bpf,+perfmon,+syslog klpscope trace --duration 1
if grep -qw bpf_map_charge_init /proc/kallsyms; then
	refuses 'limited memory' 'not enough memory may be locked for BPF: Operation not permitted'
	like 'limited memory: the way out' 'ulimit -l unlimited' "$err"
	ulimit -l unlimited
	as --bounding-set=-all,+bpf,+perfmon,+syslog klpscope trace --duration 1
fi
same 'three capabilities are enough' 0 "$status"

as --reuid 0 /t/unshare -U -r klpscope trace --duration 1
refuses 'root of a user namespace' 'root of a user namespace may not trace the kernel'

# A kernel without BTF has none to show.
mkdir -p "$work/empty"
cp /sys/kernel/btf/vmlinux "$work/btf"
mount --bind "$work/empty" /sys/kernel/btf
run trace --duration 1
refuses 'no BTF' 'this kernel carries no BTF type information: /sys/kernel/btf/vmlinux is not there'
like 'no BTF: the way out' 'with --btf FILE$' "$err"
like 'not root: the way out' 'run it as root' "$root_err"
run trace --btf "$work/btf" --json -- insmod klpt_omit.ko
same '--btf FILE: status 0' 0 "$status"
settle
like '--btf FILE: it works, by kprobes' '"event":"enable".*"patch":"klpt_omit".*"states":\[\{"id":10,"version":1\}\]' "$out"
run trace --btf /nonexistent --duration 1
refuses '--btf that is not there' 'cannot use the BTF file: /nonexistent'
run trace --btf /etc/passwd --duration 1
refuses '--btf that is no BTF' 'cannot use the BTF file: /etc/passwd'
run status --btf "$work/btf"
like 'status --btf FILE' 'klpt_omit' "$out"
umount /sys/kernel/btf
disable klpt_omit

run trace --without klp_is_patch_compatible,console --json -- insmod klpt_omit.ko
like 'a hook left out is said' 'klpscope: klp_is_patch_compatible is left out; not shown: why states were refused' "$err"
like 'and the rest is shown' '"event":"transition".*"action":"start"' "$out"
settle
disable klpt_omit

echo 2 >/proc/sys/kernel/kptr_restrict
run trace --json -- insmod klpt_omit.ko
same 'hidden addresses: it goes on' 0 "$status"
like 'hidden addresses: it says what is missing' 'the address of klp_patches is not known .*; not shown: conflicts' "$err"
like 'hidden addresses: the candidate is shown all the same' '"event":"enable"' "$out"
run status
same 'hidden addresses: status cannot work' "1 klpscope: cannot show the status: kernel addresses are hidden: klp_patches; sysctl kernel.kptr_restrict=1, and run with CAP_SYSLOG" "$status $err"
echo 0 >/proc/sys/kernel/kptr_restrict
settle
disable klpt_omit

start_trace
same 'privileges are dropped, but for CAP_BPF' 0000008000000000 "$(awk '/^CapEff/ { print $2 }' "/proc/$tracer/status")"
same 'and cannot come back' '0000008000000000 1' \
	"$(awk '/^CapPrm/ { p = $2 } /^NoNewPrivs/ { print p, $2 }' "/proc/$tracer/status")"
wakeups() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$tracer/status"
}
calm wakeups
idle=$(wakeups)
sleep 3
same 'no wake-up while nothing happens' "$idle" "$(wakeups)"
stop_trace

run trace -o /nonexistent/file -- true
same '-o that cannot be written' "1 klpscope: cannot trace: cannot write the output: /nonexistent/file: No such file or directory" \
	"$status $(sed 's/;.*//' <<<"$err")"
klpscope trace --json -- insmod klpt_omit.ko >/dev/full 2>"$work/err"
same 'a full disk is an error' "1 cannot write the output: stdout: No space left on device" \
	"$? $(sed -n 's/.*cannot trace: \(.*\);.*/\1/p' "$work/err")"
settle
disable klpt_omit
klpscope trace --json -- insmod klpt_omit.ko >&- 2>"$work/err"
same 'a closed stdout is an error' 1 "$?"
settle
disable klpt_omit
klpscope status >/dev/full 2>"$work/err"
same 'status on a full disk' 1 $?
(klpscope trace 2>"$work/err"; echo $? >"$work/status") | true
same 'a reader that is gone ends it quietly, as SIGPIPE does' '141 klpscope: attached, waiting' "$(<"$work/status") $(grep -v 'names of addresses' "$work/err")"

# A small buffer that many records do not fit into: the loss is counted and shown.
start_trace --json -m 4
kill -STOP "$tracer"
enable klpt_many.ko
disable klpt_many
kill -CONT "$tracer"
calm stat -c %s "$work/trace"
stop_trace
cp "$work/trace" /out/lost.jsonl
like 'what is lost is shown' '"event":"lost".*"count":[1-9]' "$(<"$work/trace")"
same 'an enable of it is left' 1 "$(jq -s '[.[] | select(.event == "enable")] | length' "$work/trace")"
same 'and what is left says that it is not whole' '' \
	"$(jq -c 'select(.event == "enable" and (.states | length) != 100 and .incomplete != true)' "$work/trace")"

# The name of a task may hold any byte.
cp /usr/bin/kmod "$work/$(printf 'i\033[31m\n\377"\\')"
start_trace --json -o "$work/json"
klpscope trace -o "$work/text" -- bash -c "exec -a insmod '$work/'i* klpt_omit.ko" 2>/dev/null
stop_trace
cp "$work/json" /out/hostile.jsonl
agree 'a hostile name in JSON' "$(printf 'i\033[31m\n\\xff"\\\n.')" "$(jq -r 'select(.event == "enable") | .comm' "$work/json"; echo .)"
like 'a hostile name in text' 'i\\x1b\[31m\\x0a\\xff"\\x5c:[0-9]+ +enable' "$(<"$work/text")"
settle
disable klpt_omit
finished=yes
