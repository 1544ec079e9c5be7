#!/bin/bash
# Refusals that are no attempt to enable: writes to a livepatch's files, modules that a livepatch or the loader refuses.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

refused() {
	jq -r 'select(.event == "refused") | [.action, .by, .patch, .module, .errno, .cause] | map(. // "-") | join(" ")' "$work/trace"
}

# told WHAT LINE: LINE is among the refusals; while the trace runs.
is_told() {
	refused | grep -qxF "$1"
}
told() {
	check "$1" within 20 is_told "$2"
}

# write FILE TEXT: what the kernel says of it, as a shell shows it.
write() {
	local said
	said=$(LC_ALL=C bash -c 'echo "$2" >"$1"' - "$1" "$2" 2>&1) && echo 'done' && return
	sed 's/.*: //' <<<"$said"
}

# Up to 5.18 klpscope sees only those lines of the kernel log that reach the console.
echo 8 >/proc/sys/kernel/printk
start_trace --json --refused
insmod klpt_busy.ko
settle
sleep 3
# Nothing else happens, of which klpscope would wake up.
same 'to enable what is enabled is refused' 'Invalid argument' "$(write $patches/klpt_busy/enabled 1)"
told 'trace tells, though nothing else happens' 'write livepatch klpt_busy - EINVAL already'
insmod klpt_sleeper.ko hold=1
within 10 grep -qs klpt_sleep /proc/[0-9]*/stack
insmod klpt_slow.ko
same 'to disable while another is in transition is refused' 'Device or resource busy' "$(write $patches/klpt_busy/enabled 0)"
told 'trace tells' 'disable livepatch klpt_busy - EBUSY transition_busy'
same 'neither 0 nor 1 is refused' 'Invalid argument' "$(write $patches/klpt_busy/enabled maybe)"
told 'trace tells' 'write livepatch klpt_busy - EINVAL invalid'
same 'to force what is not in transition is refused' 'Invalid argument' "$(write $patches/klpt_busy/force 1)"
told 'trace tells' 'write livepatch klpt_busy - EINVAL not_in_transition'
n=$(refused | wc -l)
same 'what the kernel does is no refusal: a reversal' 'done' "$(write $patches/klpt_slow/enabled 0)"
same 'to force nothing' 'done' "$(write $patches/klpt_busy/force 0)"
settle
within 20 rmmod klpt_slow
release
insmod klpt_slow.ko
settle
same 'a disable' 'done' "$(write $patches/klpt_slow/enabled 0)"
settle
sleep 3
same 'none of these is told' "$n" "$(refused | wc -l)"
within 20 rmmod klpt_slow
stop_trace
run trace --json --refused -- sh -c "echo 1 >$patches/klpt_busy/enabled"
same 'what the command of trace was refused is told at its end' 'klpt_busy already' \
	"$(jq -r '[.patch, .cause] | join(" ")' <<<"$out")"
disable klpt_busy

# A module that comes, and that an installed livepatch changes.
start_trace --json --refused
insmod klpt_late.ko func=klpt_target_none
settle
insmod klpt_target.ko 2>/dev/null
same 'a module without a function that the livepatch changes is refused' 1 $?
told 'trace tells' 'load livepatch klpt_late klpt_target EINVAL symbol'
disable klpt_late
insmod klpt_late.ko refuse=1
settle
insmod klpt_target.ko 2>/dev/null
same 'a module that a callback refuses' 1 $?
told 'trace tells' 'load livepatch klpt_late klpt_target - callback'
disable klpt_late
insmod klpt_late.ko
settle
insmod klpt_target.ko
same 'a module that fits is loaded' 0 $?

# The loader.
insmod klpt_late.ko 2>/dev/null
same 'a module of the same name is refused' 1 $?
told 'trace tells' 'load loader - klpt_late EEXIST loader'
sed '/vermagic=/s/ SMP / SMQ /' klpt_busy.ko >"$work/klpt_magic.ko"
insmod "$work/klpt_magic.ko" 2>/dev/null
same 'a module of another kernel is refused' 1 $?
told_magic() {
	refused | grep -q '^load loader - .* ENOEXEC loader$'
}
check 'trace tells' within 20 told_magic
n=$(refused | wc -l)
insmod klpt_sleeper.ko 2>/dev/null
same 'a module that is no livepatch, and is there already' 1 $?
sleep 2
same 'is nobody here' "$n" "$(refused | wc -l)"
stop_trace
rmmod klpt_target
disable klpt_late
finished=yes
