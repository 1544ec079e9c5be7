#!/bin/sh
# The incident itself, in the guest, where the modules lie in ./modules: an upgrade that stalls, a downgrade that is refused,
# a rollback that stalls and is forced; while the disk fills, and the recorder is killed and started again. Leaves the
# recordings in /out.
set -eu
cd modules
patches=/sys/kernel/livepatch

# within SECONDS COMMAND...: repeats COMMAND until it succeeds.
within() {
	tries=$(($1 * 10))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || {
			echo "incident: not within the time: $*" >&2
			exit 1
		}
		sleep 0.1
	done
}

no_transition() {
	! grep -q 1 $patches/*/transition
}

# record FILE: in the background, attached.
record() {
	rm -f /tmp/record.err
	klpscope record --wait-space -o "$1" 2>/tmp/record.err &
	recorder=$!
	within 60 grep -q 'attached, recording' /tmp/record.err
}

# agent NAME: a task of this name that waits in /proc/klpt_wait.
agent() {
	printf '#!/bin/sh\nread -r line </proc/klpt_wait\n' >"/tmp/$1"
	chmod 755 "/tmp/$1"
	"/tmp/$1" &
	within 60 grep -q 'klpt_wait\|upgraded_wait' /proc/$!/stack
	sleep 1
}

mkdir /tmp/disk
mount -t tmpfs -o size=256k tmpfs /tmp/disk
insmod klpt_block.ko
insmod test_klp_state.ko
within 60 no_transition

# In the night, a disk that fills; the recorder waits.
record /tmp/disk/night
agent backup-agent
dd if=/dev/zero of=/tmp/disk/logs bs=1k 2>/dev/null || true

# The upgrade: a task sleeps in what it changes.
insmod klpt_upgrade.ko
sleep 4
within 60 grep -q 'waiting for space' /tmp/record.err
rm /tmp/disk/logs
within 60 grep -q 'there is space again' /tmp/record.err
echo 0 >/sys/module/klpt_block/parameters/hold
within 60 no_transition

# Somebody wants the old one back.
within 60 rmmod test_klp_state
! insmod test_klp_state.ko 2>/dev/null
agent report-writer

# The recorder is killed; when it comes back, the rollback has begun.
sleep 1.5
kill -KILL $recorder
sleep 1
echo 0 >$patches/klpt_upgrade/enabled
sleep 2
record /tmp/disk/morning
sleep 4
echo 1 >$patches/klpt_upgrade/force
within 60 [ ! -e $patches/klpt_upgrade ]
sleep 1.5
kill -INT $recorder
wait $recorder
cp /tmp/disk/night /tmp/disk/morning /out
