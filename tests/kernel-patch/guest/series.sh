#!/bin/bash
# Run in the guest by ../check, with what to look at: "kunit", "passes TEST...", "fails TEST...", "clean".
# shellcheck source-path=SCRIPTDIR/../../judge/guest source=selftests.sh
. "$(dirname "$0")/selftests.sh"

name=selftests
# Before anything else is said: the tests ran at boot.
dmesg >"$work/boot"

kunit() {
	local failed
	failed=$(grep -c 'not ok .*livepatch-state' "$work/boot")
	if grep -qE '(^|\] )ok [0-9]+ -? ?livepatch-state$' "$work/boot" && ((failed == 0)); then
		ok "KUnit: $(grep -cE '(^|\] )    ok [0-9]+ -? ?[a-z_]+_test$' "$work/boot") cases of livepatch-state"
	else
		not_ok "KUnit: livepatch-state"
		grep -A 12 -i 'livepatch-state\|KTAP\|TAP version' "$work/boot" | sed 's/^/# /'
	fi
	check 'KUnit: with a tracepoint that names the livepatch' grep -q 'klp_state_check: patch=state_test ' /sys/kernel/tracing/trace
}

# run_test TEST: 0 if it has tested something and all is well.
run_test() {
	bash "./$1" >"$work/said" 2>&1 && grep -q '^TEST: .*ok$' "$work/said"
}

passes() {
	if run_test "$1"; then
		ok "$1: $(grep -c '^TEST: .*ok$' "$work/said") passed"
	else
		not_ok "$1"
		tail -n 60 "$work/said" | sed 's/^/# /'
	fi
	reset
}

fails() {
	if run_test "$1"; then
		not_ok "$1 passes where it cannot"
	else
		ok "$1 does not pass: $(tail -n 1 "$work/said")"
	fi
	reset
}

# What the kernel's own watchers have seen. The one warning that test-system-state.sh provokes is expected.
clean() {
	local seen
	seen=$(dmesg | grep -E 'BUG:|KASAN|WARNING:|possible (recursive|circular)|inconsistent lock|suspicious RCU|INFO: .*(hung|stall)|kmemleak: [0-9]+ new' |
		grep -v 'WARNING: .* klp_get_prev_state')
	same 'KASAN, lockdep and the like have seen nothing' '' "$seen"
	grep -qi 'kmemleak: Kernel memory leak detector initialized' "$work/boot" || not_ok 'kmemleak is not on'
	grep -qi 'KernelAddressSanitizer initialized' "$work/boot" || not_ok 'KASAN is not on'
	grep -q 'Lock dependency validator' "$work/boot" || not_ok 'lockdep is not on'
	same 'lockdep is still on' 1 "$(sed -n 's/.*debug_locks: *//p' /proc/lockdep_stats)"
	# What is new is reported only when it is found twice.
	for _ in 1 2 3; do
		sleep 6
		echo scan >/sys/kernel/debug/kmemleak
	done
	same 'kmemleak has found nothing' '' "$(cat /sys/kernel/debug/kmemleak)"
}

dmesg -c >/dev/null
what=
for word; do
	case $word in
	kunit | clean) $word ;;
	passes | fails) what=$word ;;
	*) $what "$word" ;;
	esac
done
plan
finished=yes
