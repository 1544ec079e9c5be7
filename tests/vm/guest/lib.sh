# shellcheck shell=bash disable=SC2034 # what cases use
# Sourced by the cases, which run in the guest one after another, as one document of TAP.
set -u

name=${0##*/}
name=${name%.sh}
work=$(mktemp -d)
# A case that ends before its last line has not looked at everything; ./suite.sh says so.
finished=
trap '[[ -z ${finished:-} ]] || : >"${FINISHED:-/dev/null}"' EXIT
patches=/sys/kernel/livepatch
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
cd /t/modules || exit

# A filter that jq does not take says nothing, which may be just what is wanted: ./suite.sh looks at what is noted.
jq() {
	local status=0
	command jq "$@" || status=$?
	((status != 2 && status != 3)) || echo "jq $*" >>/tmp/not-taken
	return $status
}

# run ARG...: klpscope, with its output in $out and $err and its status in $status.
run() {
	klpscope "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	out=$(<"$work/out")
	err=$(<"$work/err")
}

# tasks_left TARGET: those that the kernel says have not switched to it, "TID COMM" each; idle tasks are in no /proc. After 15
# tries, of one a second, the kernel signals them: this must not take long.
tasks_left() {
	local task
	grep -Lx "$1" /proc/[0-9]*/task/[0-9]*/patch_state 2>/dev/null | while read -r task; do
		task=${task%/patch_state}
		[[ ! -e $task ]] || echo "${task##*/} $(<"$task/comm")"
	done | sort -n
}

# run_while_left_stay TARGET ARG...: run, between two looks at the tasks left, which are in $before and $after. Tasks go on to
# switch, so it is tried again while these differ.
run_while_left_stay() {
	local target=$1 try
	shift
	for ((try = 0; try < 5; try++)); do
		before=$(tasks_left "$target")
		run "$@"
		after=$(tasks_left "$target")
		[[ $before == "$after" ]] && return
	done
}

# start_trace ARG...: klpscope trace in the background, attached; its output goes to $work/trace.
start_trace() {
	# What the one before it said is not this one's.
	rm -f "$work/trace.err"
	klpscope trace "$@" >"$work/trace" 2>"$work/trace.err" &
	tracer=$!
	within 60 grep -q 'attached, waiting' "$work/trace.err" || {
		not_ok "klpscope trace $* does not attach"
		sed 's/^/# /' "$work/trace.err"
	}
}

# stop_trace [SIGNAL]: ends it; sets $status.
stop_trace() {
	kill -"${1:-INT}" "$tracer"
	wait "$tracer" 2>/dev/null
	status=$?
}

no_transition() {
	local file runs=0
	for file in $patches/*/transition; do
		{ read -r runs <"$file"; } 2>/dev/null && [[ $runs == 1 ]] && return 1
	done
	return 0
}

settle() {
	within 60 no_transition
}

# calm COMMAND...: once what it prints, such as a count of wake-ups, has stayed the same for two seconds. How long a program goes
# on with what was before depends on the machine.
calm() {
	within 10 stays "$@"
}

stays() {
	local before
	before=$("$@")
	sleep 2
	[[ $("$@") == "$before" ]]
}

enable() {
	insmod "$@" && settle
}

disable() {
	echo 0 >"$patches/$1/enabled"
	settle
	within 60 [ ! -e "$patches/$1" ]
	within 60 rmmod "$1"
}

# release: lets go of all threads that our modules hold.
release() {
	local hold
	for hold in /sys/module/klpt_*/parameters/hold; do
		[[ ! -e $hold ]] || echo 0 >"$hold"
	done
}

# Whether the kernel can tell BPF programs the name of an address.
names_callers() {
	grep -qw bpf_snprintf /proc/kallsyms
}

# Whatever a case leaves installed is taken away, latest first. What stays is in the way of the next case; before 5.18, what was
# forced has to.
reset() {
	local patch helper left
	release
	settle
	for patch in $(lsmod | awk '/^(klpt|test_klp)_/ && !/klpt_(sleeper|unreliable|block)/ { print $1 }'); do
		[[ ! -e $patches/$patch ]] || echo 0 >"$patches/$patch/enabled"
		settle
		within 10 rmmod "$patch"
	done
	for helper in klpt_sleeper klpt_unreliable klpt_block; do
		[[ ! -e /sys/module/$helper ]] || within 10 rmmod $helper
	done
	left=$(lsmod | awk '/^(klpt|test_klp)_/ { print $1 }' | xargs)
	[[ -z $left ]] || dmesg | grep -q 'livepatch: forcing remaining tasks' || not_ok "cannot be unloaded: $left"
}

# What of ours the kernel holds: programs, maps and links, by name.
bpf_objects() {
	bpftool prog show
	bpftool map show
	bpftool link show
}

# Hooks on functions are taken off a little after klpscope has ended.
none_left() {
	[[ -z $(bpf_objects) ]]
}
