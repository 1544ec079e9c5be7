# shellcheck shell=bash disable=SC2034 # what the parts use
# Sourced by the parts, which run in the guest. Each prints lines of CONTESTANT, METRIC and VALUE, with tabs between.
set -u

export PATH=$PATH:/t/contestants/bin:/t/bench LD_LIBRARY_PATH=/t/contestants/lib HOME=/tmp
patches=/sys/kernel/livepatch
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
. /t/bench/tap.sh
cd /t/modules || exit
ln -sf clocked /t/bench/stamp

# perf wants its probes made first; these are those that have a counterpart in klp.bt.
perf_probes=(-a klp_enable_patch -a klp_init_transition -a klp_start_transition -a klp_try_complete_transition
	-a klp_complete_transition -a klp_free_patch_work_fn -a "klp_is_patch_compatible%return \$retval"
	-a "klp_get_prev_state%return \$retval")
printf "perf probe -q" >/tmp/perf-probe
printf " '%s'" "${perf_probes[@]}" >>/tmp/perf-probe

# command WHO [PROGRAM]: what a user would type to see what happens to livepatches, in $command; with PROGRAM, started once
# all is attached.
command_of() {
	local program=${2-}
	case $1 in
	klpscope) command=(klpscope trace ${program:+-- "$program"}) ;;
	klpscope-record) command=(klpscope record -o /tmp/klpscope.data ${program:+-- "$program"}) ;;
	bpftrace) command=(bpftrace ${program:+-c "$program"} /t/bench/klp.bt) ;;
	bpftrace-kprobe) command=(bpftrace ${program:+-c "$program"} /t/bench/klp-kprobe.bt) ;;
	trace-cmd) command=(trace-cmd record -q -o /tmp/trace.dat -p "function" -l 'klp_*' ${program:+"$program"}) ;;
	perf-record) command=(sh -c "$(</tmp/perf-probe) && exec perf record -q -a -o /tmp/perf.data -e 'probe:klp_*' $program") ;;
	perf-trace) command=(sh -c "$(</tmp/perf-probe) && exec perf trace -a -e 'probe:klp_*' $program") ;;
	esac
}

# in_round N: who takes part. In the first two all do; then only those that the goals are about, as the others are slow.
in_round() {
	local all=(klpscope bpftrace bpftrace-kprobe trace-cmd perf-record perf-trace)
	(($1 <= 2)) || all=("${all[@]:0:3}")
	echo "${all[@]}"
}

# after WHO: what it leaves behind is taken away.
after() {
	case $1 in
	perf-*) perf probe -q -d 'probe:*' ;;
	esac
}

say() {
	printf '%s\t%s\t%s\n' "$@"
}

progress() {
	echo "# $*" >&2
}

# processes PID: those of PID's session.
processes() {
	local stat rest
	for stat in /proc/[0-9]*/stat; do
		{ rest=$(<"$stat"); } 2>/dev/null || continue
		# After the name, which may have anything in it: state, parent, group, session.
		read -r -a rest <<<"${rest##*) }"
		[[ ${rest[3]} != "$1" ]] || { stat=${stat%/stat} && echo "${stat#/proc/}"; }
	done
}

# cpu_ns PID...: time on a CPU, of all threads.
cpu_ns() {
	local pid file sum=0 ns
	for pid; do
		for file in /proc/"$pid"/task/*/schedstat; do
			read -r ns _ <"$file" && ((sum += ns))
		done
	done 2>/dev/null
	echo $sum
}

# switches PID...: how often their threads were put on a CPU.
switches() {
	local pid
	for pid; do
		cat /proc/"$pid"/task/*/status
	done 2>/dev/null | awk '/ctxt_switches/ { n += $2 } END { print n + 0 }'
}

# sum_of FIELD FILE...: of /proc/PID/status or smaps.
sum_of() {
	local field=$1
	shift
	cat "$@" 2>/dev/null | awk -v field="$field:" '$1 == field { n += $2 } END { print n + 0 }'
}

# begin WHO: starts it, and waits until it has done next to nothing for a second (bpftrace never does nothing); sets $pid.
begin() {
	command_of "$1"
	begin_command "$1" "${command[@]}"
}

# begin_command WHO COMMAND...: the same with another command.
begin_command() {
	local before=0 now quiet=0
	setsid "${@:2}" >"/tmp/$1.out" 2>"/tmp/$1.err" &
	pid=$!
	while ((quiet < 5)); do
		sleep 0.2
		# shellcheck disable=SC2046 # a word a process
		now=$(cpu_ns $(processes $pid))
		((quiet = now - before < 4000000 ? quiet + 1 : 0))
		before=$now
	done
	[[ -e /proc/$pid ]] || progress "$1 has ended: $(tail -n 3 "/tmp/$1.err")"
}

# end WHO: stops what begin started; how long that takes is printed: until it has ended, until all is detached.
end() {
	clocked stop "$pid"
	wait "$pid" 2>/dev/null
	after "$1"
}

no_transition() {
	! grep -q 1 $patches/*/transition
}

settle() {
	within 60 no_transition
}

# disable PATCH: and takes the module away.
disable() {
	echo 0 >"$patches/$1/enabled"
	settle
	within 10 [ ! -e "$patches/$1" ]
	within 10 rmmod "$1"
}
