#!/usr/bin/busybox sh
# shellcheck shell=sh
# The first process in the guest. ttyS1 takes the command's stdout, ttyS2 its stderr, ttyS3 its status and /out. With
# $TTY, ttyS1 is the command's terminal.
export PATH=/usr/bin HOME=/root
mount -t devtmpfs dev /dev
mkdir /dev/pts
mount -a
for n in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do ln -s "/proc/self/${n#*:}" "/dev/${n%:*}"; done
# shellcheck source=/dev/null
. /vm/settings
echo "$NAME" >/proc/sys/kernel/hostname
cd /t || exit

exec 3<>/dev/ttyS1 4>/dev/ttyS2 5>/dev/ttyS3
for port in 1 2 3; do stty -F /dev/ttyS$port 115200 raw -echo; done
[ -z "$INIT" ] || exec /bin/sh /vm/command 3>&- 4>&- 5>&-
if [ "$TTY" ]; then
	export TERM
	stty -F /dev/ttyS1 sane 115200 rows "$ROWS" cols "$COLUMNS"
	setsid -c /bin/sh /vm/command <&3 >&3 2>&3 4>&- 5>&-
	status=$?
else
	mkfifo /vm/1 /vm/2
	cat /vm/1 >&3 &
	out=$!
	cat /vm/2 >&4 &
	err=$!
	setsid /bin/sh /vm/command </dev/null >/vm/1 2>/vm/2 3>&- 4>&- 5>&-
	status=$?
	# A process left behind must not keep the pipes open.
	for p in /proc/[0-9]*; do
		p=${p#/proc/}
		[ "$p" = 1 ] || [ "$p" = $out ] || [ "$p" = $err ] || kill -9 "$p"
	done 2>/dev/null
	wait $out $err
fi
echo $status >&5
[ -z "$OUT" ] || tar -c -C /out . >&5
exec 3>&- 4>&- 5>&-
reboot -f
