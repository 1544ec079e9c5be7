#!/bin/bash
# In the guest of ../check: as the initramfs' first process, makes a root with systemd and hands over to it; as a service of
# that, looks at klpscope-record.service.
# shellcheck disable=SC2317,SC2046 # functions called by name; files whose names have no blanks

# boot: from the initramfs, where there is no bash.
if [ "$1" = boot ]; then
	mkdir /new
	mount -t tmpfs -o size=800m,mode=755 root /new
	tar -x -C /new -f /t/root.tar
	cp /t/service/* /new/t
	cp /usr/bin/klpscope /new/usr/bin
	cd /new/etc/systemd/system || exit
	cp /t/service/klpscope-record.service .
	# As kpatch's, which loads what was made to stay.
	printf '%s\n' '[Service]' Type=oneshot RemainAfterExit=yes 'ExecStart=/sbin/insmod /t/test_klp_state.ko' >kpatch.service
	printf '%s\n' '[Unit]' After=multi-user.target '[Service]' Type=oneshot TimeoutStartSec=infinity \
		'ExecStart=/bin/bash /t/service.sh check' >check.service
	mkdir sysinit.target.wants multi-user.target.wants
	# What systemctl enable does.
	ln -s ../klpscope-record.service sysinit.target.wants
	ln -s ../kpatch.service ../check.service multi-user.target.wants
	ln -s /lib/systemd/system/multi-user.target default.target
	echo guest >/new/etc/hostname
	: >/new/etc/machine-id
	umount /dev/pts /sys/fs/bpf /sys/kernel/debug /sys/kernel/tracing /sys /dev /proc 2>/dev/null
	exec switch_root /new /sbin/init
fi

exec >/dev/ttyS1 2>&1
unit=klpscope-record.service
logs=/var/log/klpscope

said=0
ok() {
	echo "ok $((++said)) - $1"
}
not_ok() {
	echo "not ok $((++said)) - $1"
	{
		systemctl status -l --no-pager "$unit"
		journalctl -b --no-pager -u "$unit" | tail -n 30
	} | sed 's/^/# /'
}
# check WHAT COMMAND...: it succeeds.
check() {
	local what=$1
	shift
	if "$@"; then ok "$what"; else not_ok "$what"; fi
}
# same WHAT WANTED GOT
same() {
	[[ "$2" == "$3" ]] && ok "$1" && return
	not_ok "$1"
	printf '# wanted: %s\n# got: %s\n' "$2" "$3"
}
within() {
	local i limit=$1
	shift
	for ((i = 0; i < limit * 5; i++)); do
		"$@" && return
		sleep 0.2
	done
	return 1
}
show() {
	systemctl show -P "$1" "${2:-$unit}"
}
settled() {
	! grep -q 1 /sys/kernel/livepatch/*/transition 2>/dev/null
}
files() {
	compgen -G "$logs/klpscope.data.*"
}
in_report() {
	klpscope report --json $(files) 2>/dev/null | jq -c "$1"
}

within 120 settled
same 'it is active, said so itself' 'active running notify' "$(show ActiveState) $(show SubState) $(show Type)"
check 'attached before sysinit.target was reached' test "$(show ActiveEnterTimestampMonotonic)" -le "$(show ActiveEnterTimestampMonotonic sysinit.target)"
check 'and before the service that loads a livepatch' test "$(show ActiveEnterTimestampMonotonic)" -le "$(show ExecMainStartTimestampMonotonic kpatch.service)"
pid=$(show MainPID)
same 'of its privileges, CAP_BPF is left' 0000008000000000 "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$pid/status")"
same 'it can get no others' '1 2' "$(awk '$1 == "NoNewPrivs:" || $1 == "Seccomp:" { print $2 }' "/proc/$pid/status" | xargs)"
same 'its folder and files are its own' '700 600' "$(stat -c %a "$logs") $(stat -c %a $(files))"
within 60 eval '[[ $(in_report .accepted) == 1 ]]'
same 'what was loaded in early boot is in it, by whom, and that nothing was before' '[1,"insmod",true,[]]' \
	"$(in_report '[.accepted, .transitions.list[0].by.comm, .before.known, .before.livepatches]')"

check 'systemctl reload' systemctl reload "$unit"
check 'begins another file' within 60 eval '(($(files | wc -l) == 2))'
insmod /t/test_klp_state2.ko
within 120 settled
within 60 rmmod test_klp_state
! insmod /t/test_klp_state.ko 2>/dev/null
within 60 eval '[[ $(in_report ".refusals.list | length") == 1 ]]'
kill -KILL "$pid"
started_again() {
	[[ $(show ActiveState) == active && $(show MainPID) != @(0|"$pid") ]]
}
check 'killed, it is started again' within 120 started_again
same 'into another file' 3 "$(files | wc -l)"
insmod /t/klpt_omit.ko
within 120 settled
sleep 1
check 'systemctl stop' systemctl stop "$unit"
same 'which it takes for success' 'inactive success 0' "$(show ActiveState) $(show Result) $(show ExecMainStatus)"
klpscope report --json $(files) >/out/report.json 2>/out/report.err
same 'report: status 3, as one file has no end' 3 $?
same 'all of it is told' '[3,[["test_klp_state","state_older_version"]]]' \
	"$(jq -c '[.accepted, [.refusals.list[] | [.patch, .cause]]]' /out/report.json)"
same 'of three files, the last after a gap' '[[null,true],[null,false],[true,true]]' \
	"$(jq -c '[.recordings.list[] | [if .gap_ns then true else null end, .ended]]' /out/report.json)"
same 'and of one boot, on one host' '[false,"guest"]' "$(jq -c '[any(.recordings.list[]; .other_boot or .other_host), .recordings.list[0].host]' /out/report.json)"
same 'what was installed at the end' '["test_klp_state2","klpt_omit"]' "$(jq -c '[.after.livepatches[].patch]' /out/report.json)"
same 'its words are in the journal' 3 "$(journalctl -b --no-pager -o cat -u "$unit" | grep -c 'attached, recording to\|klpscope: recording to')"
check 'no complaint of systemd about the unit' eval '! journalctl -b --no-pager | grep "klpscope-record.service:.*\(Unknown\|ignoring\|Failed to\|not supported\)"'
cp $(files) /out
echo "1..$said"

stty -F /dev/ttyS3 115200 raw -echo
{
	echo 0
	tar -c -f - -C /out . | cat
} >/dev/ttyS3
reboot -f
