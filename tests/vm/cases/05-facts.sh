#!/bin/bash
# Leaves what ../kernels-table tells of a kernel. What is attached is asked of the kernel, what is missing of klpscope.
# shellcheck source-path=SCRIPTDIR source=../guest/lib.sh
. "$(dirname "$0")/lib.sh"

uname -r >/out/release
klpscope doctor --json >/out/doctor.json 2>/dev/null
[ -s /out/doctor.json ] || rm /out/doctor.json

klpscope trace 2>/out/trace.err &
tracer=$!
attached_or_ended() {
	grep -q 'attached, waiting' /out/trace.err || ! kill -0 $tracer
}
within 300 attached_or_ended
bpftool -j prog show >/out/programs.json
kill -INT $tracer 2>/dev/null
wait $tracer
check 'the kernel lists its BPF programs' jq -e 'type == "array"' /out/programs.json
finished=yes
