#!/bin/sh
# Run in the guest: klpscope trace watches while klpscope check predicts and the kernel decides.
# usage: guest SEED DECISIONS
set -eu
cd /t
klpscope trace --json -m 4096 -o /out/trace.jsonl 2>/tmp/trace.err &
tracer=$!
until grep -q 'attached, waiting' /tmp/trace.err; do sleep 0.1; done
status=0
./verdicts run "$1" "$2" klpt_template.ko klpt_target.ko klpt_user.ko /out || status=$?
kill -INT $tracer
wait $tracer || status=$?
cat /tmp/trace.err >/out/trace.err
exit $status
