#!/bin/bash
# A kernel that is too old, as far as it can be had: bpf() that takes no more than 5.4's did (../old-kernel), and no iterators
# in the BTF. What cannot be done ends with one line that says why; what needs no BPF is done; and nothing crashes.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

btf=/sys/kernel/btf/vmlinux
sed 's/bpf_iter_/bpf_none_/g' $btf >"$work/btf"
mount --bind "$work/btf" $btf

# old ARG...: klpscope there, as run.
old() {
	timeout 200 /t/suite/old-kernel klpscope "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	out=$(<"$work/out")
	err=$(<"$work/err")
}

for command in status trace 'record -o data' 'stat -- true' metrics; do
	# shellcheck disable=SC2086 # words
	old $command
	same "$command: one line, which says why" '1 1 1' \
		"$status $(wc -l <"$work/err") $(grep -cE ": this kernel's BPF cannot do it: there is no BPF ring buffer; klpscope needs Linux 5.10 or later$" <<<"$err")"
	same "$command: nothing else" '' "$out"
done
old blockers
same 'blockers: one line' '1 1' "$status $(wc -l <"$work/err")"

# Without livepatches, check has to look at no memory of the kernel.
old check klpt_omit.ko
same 'check: it is judged' 0 "$status$err"
check 'check: as what it is' grep -q '^klpt_omit.ko: would be accepted' <<<"$out"
enable test_klp_state.ko
old check klpt_omit.ko
same 'check: with a livepatch, it cannot tell' 4 "$status$err"
check 'check: and says why' grep -q 'no BPF ring buffer' <<<"$out"
old doctor
same 'doctor: it cannot work here' 1 "$status$err"
same 'doctor: as there is no ring buffer' bad "$(awk '$2 == "ring_buffer" { print $1 }' <<<"$out")"
same 'doctor: no trampoline where there is none' '' "$(grep -E ' (fentry|fexit)$' <<<"$out")"
check 'doctor: kprobes instead' grep -qE 'klp_complete_transition +kprobe: this kernel has no BPF trampolines' <<<"$out"
check 'doctor: nor bpf_loop()' grep -q 'bounded ones, as bpf_loop() is not there' <<<"$out"
umount $btf
run doctor
same 'with all of the kernel it works' '' "$(grep 'no BPF trampolines' <<<"$out")"
disable test_klp_state
finished=yes
