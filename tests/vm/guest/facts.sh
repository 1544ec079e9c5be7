#!/bin/sh
# Run in the guest by ./suite.sh: leaves in /out what ../kernels-table tells of a kernel. What is attached is asked of the
# kernel, what is missing of klpscope.
uname -r >/out/release
klpscope doctor --json >/out/doctor.json 2>/dev/null
[ -s /out/doctor.json ] || rm /out/doctor.json

klpscope trace 2>/out/trace.err &
tries=600
until grep -q 'attached, waiting' /out/trace.err; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] && kill -0 $! 2>/dev/null || break
	sleep 0.1
done
bpftool -j prog show >/out/programs.json
kill -INT $! 2>/dev/null
wait $!
