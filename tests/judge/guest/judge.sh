#!/bin/bash
# Run in the guest by ../check, prints TAP: the kernel's selftests, in /t/selftests, in each of these ways: plain, traced (with klpscope
# attached), harmed (with a probe that does harm). What the kernel and klpscope said goes to /out, for ../compare.
# usage: judge.sh WAY[,WAY]... [TEST...]
# shellcheck source-path=SCRIPTDIR source=selftests.sh
. "$(dirname "$0")/selftests.sh"

IFS=, read -ra ways <<<"$1"
shift
tests=("$@")
(($#)) || tests=(test-*.sh)

# play WAY TEST...: runs TESTs. What each said is then in $work/WAY.TEST; its status is 0 only if it tested something.
declare -A ended
play() {
	local way=$1 test start
	shift
	dmesg -c >/dev/null
	for test; do
		echo "judge: $test" >/dev/kmsg
		start=$(date +%s)
		bash "./$test" >"$work/$way.$test" 2>&1 && grep -q '^TEST: .*ok$' "$work/$way.$test"
		ended[$test]=$?
		echo "# $way: $test: $(grep -c '^TEST: .*ok$' "$work/$way.$test") passed in $(($(date +%s) - start)) s"
		reset
	done
	echo 'judge: end' >/dev/kmsg
	dmesg -r >"/out/$way.dmesg"
}

show() {
	tail -n 40 "$1" | sed 's/^/# /'
}

# A test that does not pass here has a reason, which stands on the list of skips; then it says nothing about klpscope.
plain() {
	local able=() test
	play plain "${tests[@]}"
	for test in "${tests[@]}"; do
		if ((ended[$test] == 0)); then
			ok "$test passes"
			able+=("$test")
		else
			skip "$test does not pass without klpscope"
			show "$work/plain.$test"
		fi
	done
	tests=("${able[@]}")
	echo "${tests[*]}" >/out/able
}

traced() {
	local test
	start_trace --json
	play traced "${tests[@]}"
	stop_trace
	cp "$work/trace" /out/traced.jsonl
	for test in "${tests[@]}"; do
		if ((ended[$test] == 0)); then
			ok "$test passes with klpscope attached"
		else
			not_ok "$test passes with klpscope attached"
			show "$work/traced.$test"
		fi
	done
}

# One test is enough to see harm done.
harmed() {
	local probe
	/t/judge/harm-probe >"$work/probe" 2>&1 &
	probe=$!
	within 60 grep -q attached "$work/probe" || not_ok "the probe that does harm does not attach"
	play harmed test-ftrace.sh
	kill $probe
}

# The host says that it is the judge's.
name=''
for way in "${ways[@]}"; do
	"$way"
done
plan
finished=yes