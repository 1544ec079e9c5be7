#!/bin/sh
# Run in the guest by ../check: every case, or those named. "facts" before them: what this kernel shows is noted, too.
cd /t/suite || exit
if [ "${1-}" = facts ]; then
	sh facts.sh
	shift
fi
[ $# -gt 0 ] || set -- [0-9]*.sh
for case; do
	start=$(date +%s)
	bash "$case"
	bash -c '. ./lib.sh; finished=yes; reset' "$case"
	echo "# $case: $(($(date +%s) - start)) s"
done
