#!/bin/sh
# Run in the guest, where the modules lie in the current folder: one livepatch after another, with each kind of refusal.
# Says each step on stderr, and fails where the kernel does otherwise than said.
set -eu

pause=0
keep=
stall=
check=
while [ $# -gt 0 ]; do
	case $1 in
	--pause)
		pause=${2:-}
		shift 2 || exit 2
		;;
	--keep)
		keep=yes
		shift
		;;
	--stall)
		stall=yes
		shift
		;;
	--check)
		check=yes
		shift
		;;
	*)
		echo "Usage: scenario [--pause SECONDS] [--keep] [--stall] [--check]" >&2
		exit 2
		;;
	esac
done

patches=/sys/kernel/livepatch

# On a terminal, the line of the running transition makes room.
clear_line() {
	[ ! -t 1 ] || printf '\r\033[K'
}

step() {
	sleep "$pause"
	clear_line
	echo "# $*" >&2
}

fail() {
	echo "scenario: $*" >&2
	exit 1
}

# within SECONDS COMMAND...: repeats COMMAND until it succeeds.
within() {
	tries=$(($1 * 10))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

no_transition() {
	! grep -q 1 $patches/*/transition
}

settle() {
	within 60 no_transition || fail "a transition does not complete"
}

# start MODULE STEP: enabling it is accepted.
start() {
	step "$2"
	insmod "$1.ko" || fail "$1 was refused"
	[ "$(cat $patches/"$1"/enabled)" = 1 ] || fail "$1 is not enabled"
}

accept() {
	start "$@"
	settle
}

# refuse MODULE ERROR STEP: enabling it fails, with insmod's words for the error.
refuse() {
	step "$3"
	! error=$(insmod "$1.ko" 2>&1) || fail "$1 was accepted"
	echo "$error" >&2
	case $error in
	*": $2") ;;
	*) fail "$1 failed with another error than '$2'" ;;
	esac
	[ ! -e $patches/"$1" ] || fail "$1 was refused and is in sysfs all the same"
}

# The kernel frees a patch a little after its transition.
unload() {
	within 10 rmmod "$1" || fail "$1 cannot be unloaded"
}

disable() {
	echo 0 >$patches/"$1"/enabled
	settle
	within 10 [ ! -e $patches/"$1" ] || fail "$1 is still in sysfs"
	unload "$1"
}

accept test_klp_state 'state 1 in version 1'
accept test_klp_state2 'from version 1 to 2, by a cumulative patch'
[ ! -e $patches/test_klp_state ] || fail 'the cumulative patch replaced nothing'
unload test_klp_state
if [ "$check" ]; then
	step 'would version 1 be accepted now? klpscope check test_klp_state.ko'
	! klpscope check test_klp_state.ko || fail 'klpscope check says that test_klp_state would be accepted'
fi
refuse test_klp_state 'Invalid parameters' 'back to version 1'
refuse klpt_omit_replace 'Invalid parameters' 'a cumulative patch that leaves out state 1'
accept test_klp_state3 'a cumulative patch with the same version'
unload test_klp_state2
accept klpt_omit 'a patch that leaves out state 1, but is not cumulative'
accept klpt_new_state 'a patch with a new state'
refuse klpt_two_conflicts 'Invalid parameters' 'an older state and two that are left out'

insmod klpt_sleeper.ko
start klpt_slow 'a transition that waits for a thread'
refuse klpt_busy 'Device or resource busy' 'another while that transition runs'
if [ "$stall" ]; then
	sleep 1
	step 'who holds it up? klpscope blockers'
	klpscope blockers || [ $? = 3 ] || fail 'klpscope blockers failed'
fi
step 'the thread moves on'
echo 0 >/sys/module/klpt_sleeper/parameters/hold
settle

refuse klpt_pre_fail 'Input/output error' 'a pre_patch callback that fails'
refuse klpt_no_symbol 'Invalid parameters' 'a function that does not exist'
refuse klpt_unmarked 'Invalid parameters' 'a module that is not marked as a livepatch'
refuse klpt_no_new_func 'Invalid parameters' 'a patch without a new function'

for patch in klpt_slow klpt_new_state klpt_omit test_klp_state3; do
	# --keep leaves something to look at.
	[ "$keep" ] && [ $patch = klpt_omit ] && break
	step "disable $patch"
	disable $patch
done
unload klpt_sleeper
step 'done'
