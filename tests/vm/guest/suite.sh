#!/bin/bash
# Run in the guest by ../check: the cases that are named, one after another, as one document of TAP.
cd /t/suite || exit
export TAP_COUNT=/tmp/tap-count FINISHED=/tmp/finished

# in_case COMMAND...: with what the cases share.
in_case() {
	bash -c ". ./lib.sh; $*; finished=yes" "$case"
}

for case; do
	start=$(date +%s)
	rm -f $FINISHED
	bash "$case"
	[[ -e $FINISHED ]] || in_case not_ok 'ended early'
	if [[ -s /tmp/not-taken ]]; then
		in_case not_ok 'jq takes every filter'
		sed 's/^/# /' /tmp/not-taken
		rm /tmp/not-taken
	fi
	# After that one, not even a look into /sys is survived.
	[[ $case == 91-broken.sh ]] || in_case reset
	echo "# $case: $(($(date +%s) - start)) s"
done
in_case plan
