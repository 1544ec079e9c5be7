#!/bin/bash
# Filters, limits, outputs and the command.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

# load FILE: enables and disables two livepatches, of which one is refused.
cat >"$work/load" <<'END'
insmod klpt_omit.ko
while grep -q 1 /sys/kernel/livepatch/*/transition; do sleep 0.1; done
insmod klpt_new_state.ko
while grep -q 1 /sys/kernel/livepatch/*/transition; do sleep 0.1; done
insmod klpt_omit_replace.ko 2>/dev/null
for p in klpt_new_state klpt_omit; do
	echo 0 >/sys/kernel/livepatch/$p/enabled
	while grep -q 1 /sys/kernel/livepatch/*/transition; do sleep 0.1; done
	until rmmod $p 2>/dev/null; do sleep 0.1; done
done
exit 7
END

# variant NAME ARG...: one more trace that watches the same load.
tracers=()
variant() {
	local file=$work/$1
	shift
	klpscope trace "$@" >"$file" 2>"$file.err" &
	tracers+=($!)
	within 60 grep -q 'attached, waiting' "$file.err"
}

variant glob --json -p 'klpt_o*'
variant event --json -e refused,state
variant refused --json --refused
variant state --json --state 18446744073709551600
variant delta --time=delta
variant iso --time=iso
variant boot --time=boot
variant wall
variant stdout -o "$work/file"
run trace --json -n 2 -- sh "$work/load"
same '-n COUNT' 2 "$(wc -l <<<"$out")"
same "the command's status is trace's, though it outlives the trace" 7 "$status"
same 'the command has ended' '' "$(ls $patches)"
kill -INT "${tracers[@]}"
wait "${tracers[@]}"

for file in glob event refused state; do
	cp "$work/$file" "/out/options-$file.jsonl"
done
names() {
	jq -r ".$2" "$work/$1" | sort -u | xargs
}
same '-p GLOB' 'klpt_omit klpt_omit_replace' "$(names glob patch)"
same '-e EVENT,...' 'refused state' "$(names event event)"
same '--refused' 'refused' "$(names refused event)"
same '--state ID' 'enable refused state state' "$(jq -r .event "$work/state" | sort | xargs)"
like '--time=delta' '^ +0\.000000 ' "$(<"$work/delta")"
like '--time=iso' '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}[+-][0-9]{2}:[0-9]{2} ' "$(<"$work/iso")"
like '--time=boot' '^ *[0-9]+\.[0-9]{6} ' "$(<"$work/boot")"
like '--time=wall is the default' '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} ' "$(<"$work/wall")"
same 'no colours in a file' 0 "$(grep -c $'\033' "$work/wall")"
like '-o FILE' 'REFUSED klpt_omit_replace' "$(<"$work/file")"
same '-o FILE leaves stdout alone' '' "$(<"$work/stdout")"
/t/script -q -c "klpscope trace --refused -- insmod klpt_no_symbol.ko" "$work/typescript" >/dev/null 2>&1
like 'colours on a terminal' $'\033\\[31mREFUSED' "$(<"$work/typescript")"

run trace --duration 1
same '--duration ends with 0' 0 "$status"
like 'ready is announced' 'attached, waiting' "$err"
run trace -- sh -c 'kill -TERM $$'
same "a command's signal" 143 "$status"
run trace -- /nonexistent
same 'a command that is not there' 127 "$status"
like 'is told' "klpscope: cannot trace: cannot run the command: /nonexistent: No such file or directory; check" "$err"
run trace -- /etc/passwd
same 'a command that cannot be run' 126 "$status"
run trace -- sh -c 'echo to stdout; echo to stderr >&2'
same "the command's stdout" 'to stdout' "$out"
like "the command's stderr" 'to stderr' "$err"

# usage WHAT ARG...
usage() {
	local words=$1
	shift
	run trace "$@"
	same "usage: $* ends with 2" 2 "$status"
	like "usage: $* says why in one line" "^klpscope trace: ${words}[^"$'\n'"]*$" "$err"
}
usage "-e: there is no event 'nope'" -e refused,nope
usage "--time: 'noon'" --time=noon
usage "--state: '0'" --state 0
usage "--state: '-1'" --state=-1
usage "--state: '18446744073709551616'" --state 18446744073709551616
usage "-n: 'x'" -n x
usage "--duration: '-1'" --duration=-1
usage "-m: '100'" -m 100
usage "--without: there is no hook" --without nope
usage "--without: nothing works without klp_enable_patch" --without klp_enable_patch
usage "--attach: 'magic'" --attach magic
run trace --nope
same 'an unknown option ends with 2' 2 "$status"
run status extra
same 'status takes no argument' "2 klpscope status: 'extra' is more than it takes; see 'klpscope status --help'" "$status $err"
run status --attach=kprobe
same 'status attaches nothing, so there is no saying how' 2 "$status"
run nope
same 'an unknown command' "2 klpscope: there is no command 'nope'; see 'klpscope --help'" "$status $err"
run --version
like '--version' '^klpscope [0-9]' "$out"
run --help
like '--help' 'trace .*status' "${out//$'\n'/ }"
finished=yes
