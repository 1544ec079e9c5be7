#!/bin/bash
# Who else sits on a livepatched function, in both orders: what the kernel says, whether the new function runs, and what
# klpscope says of both.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

tracing=/sys/kernel/tracing
mkdir "$work/security"
mount -t securityfs securityfs "$work/security" && lsms=$(<"$work/security/lsm")
umount "$work/security"

# user_starts KIND FUNCTION: whether the kernel lets somebody use it so; 2: this kernel has no such thing.
user_starts() {
	local kind=$1 function=$2
	user=
	case $kind in
	livepatch)
		enable klpt_new_state.ko 2>/dev/null
		return
		;;
	function | function_graph)
		echo "$function" >$tracing/set_ftrace_filter && echo "$kind" >$tracing/current_tracer
		return
		;;
	fexit | fentry | fmod_ret | lsm | override | bpf_*) ;;
	*)
		insmod klpt_user.ko kind="$kind" func="$function" 2>"$work/user" && return
		! grep -qi 'not supported' "$work/user" || return 2
		return 1
		;;
	esac
	[[ $kind != lsm || $lsms == *bpf* ]] || return 2
	: >"$work/user"
	# libbpf knows a hook of LSM by its name alone.
	/t/suite/harm-probe -k "${kind#bpf_}" "${function#bpf_lsm_}" >"$work/user" 2>&1 &
	user=$!
	within 60 grep -qE 'attached|cannot attach' "$work/user"
	grep -q attached "$work/user" && return
	wait $user
	user=
	# Without CONFIG_BPF_KPROBE_OVERRIDE nobody can.
	[[ $kind != override ]] || return 2
	return 1
}

user_stops() {
	if [[ $user ]]; then
		kill "$user"
		wait "$user" 2>/dev/null
	fi
	user=
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
	[[ ! -d /sys/module/klpt_user ]] || rmmod klpt_user
	[[ ! -e $patches/klpt_new_state ]] || disable klpt_new_state
}

# runs FUNCTION: the new one, the old one, or neither.
runs() {
	local said
	if [[ $1 == *getsid ]]; then
		case $(/t/suite/harm-probe -g) in
		*cross-device*) echo new ;;
		*'not permitted'*) echo skipped ;;
		ok) echo old ;;
		esac
		return
	fi
	said=$(cat /proc/cmdline)
	case $said in
	*': patched') echo new ;;
	'') echo skipped ;;
	*) echo old ;;
	esac
}

# says: what status and doctor say of who skips the livepatch's function.
says() {
	run status
	grep -q '^NOT SURE to be in force: '"$1"', as vmlinux:'"$2"' can be skipped' <<<"$out" && echo -n 'status '
	[[ ! $user ]] || { grep '^NOT SURE' <<<"$out" | grep -q "held by harm-probe (pid $user)" && echo -n 'by-whom '; }
	run doctor
	grep -q "livepatch $1 changes $2: where the program returns an error" <<<"$out" && echo -n 'doctor'
	echo
}

# Those whose program decides whether the function runs, and is seen; what a module does in a kprobe of its own is not.
skips=' fmod_ret lsm override '

# with KIND FUNCTION PATCH: both orders.
with() {
	local kind=$1 function=$2 patch=$3 status kernel said first second
	user_starts "$kind" "$function"
	status=$?
	if ((status == 2)); then
		skip "$kind: this kernel has no such thing"
		return
	fi
	same "$kind, then the livepatch: nobody is there before" 0 $status
	run check --json "$patch.ko"
	cp "$work/out" "$work/json"
	jq -c . "$work/out" >>/out/check.json
	said="$(jq -r '.steps[0] | "\(.verdict) \(.errno // "-") \(.cause // "-")"' "$work/json")"
	kernel=$(enable "$patch.ko" 2>&1)
	case $kernel in
	'') kernel='accepted - -' ;;
	*busy*) kernel='refused EBUSY ftrace' ;;
	esac
	same "$kind, then the livepatch: check foretells it" "$kernel" "$said"
	first=${kernel%% *}
	if [[ -e $patches/$patch ]]; then
		settle
		first+=" $(runs "$function")"
		wanted=
		[[ $skips != *" $kind "* ]] || wanted='status by-whom doctor'
		same "$kind, then the livepatch: who may skip it" "$wanted" "$(says "$patch" "$function")"
		[[ $skips != *" $kind "* ]] ||
			like "$kind, then the livepatch: check assumes that it does not" 'let these run' "$(jq -r '.steps[0].findings[].assumes // empty' "$work/json")"
		# What is in force and known to be is not called doubtful, and what is not, is not called good.
		[[ $first != *skipped || $wanted || $kind == kprobe_override ]] || not_ok "$kind: the new function does not run, and nobody says so"
		disable "$patch"
	fi
	user_stops

	enable "$patch.ko"
	same "$kind: the livepatch alone is in force" new "$(runs "$function")"
	if user_starts "$kind" "$function"; then
		second="accepted $(runs "$function")"
		wanted=
		[[ $skips != *" $kind "* ]] || wanted='status by-whom doctor'
		same "the livepatch, then $kind: who may skip it" "$wanted" "$(says "$patch" "$function")"
	else
		second="refused $(runs "$function")"
	fi
	user_stops
	disable "$patch"
	echo "| $kind | $first | $second |" >>/out/users.md
}

: >/out/check.json
: >/out/users.md
for kind in livepatch ftrace ipmodify direct kprobe kprobe_post kprobe_override kprobe_override_post kretprobe fprobe fprobe_exit \
	function function_graph fentry fexit bpf_kprobe bpf_kretprobe override; do
	with $kind cmdline_proc_show klpt_omit
done
with fmod_ret security_task_getsid klpt_getsid
with lsm bpf_lsm_task_getsid klpt_lsm
finished=yes
