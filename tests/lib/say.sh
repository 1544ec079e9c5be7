# shellcheck shell=bash disable=SC2034,SC2154 # $failed is for who sources it, $name and $work are its
# Sourced by what looks at things one after another, in guests and on the host: it says "ok" or "not ok" for each of them,
# with $name before; $failed is set once something was not. $work is a folder.

ok() {
	echo "ok $name: $*"
}

not_ok() {
	echo "not ok $name: $*"
	failed=1
}

# check WHAT COMMAND...: ok if COMMAND succeeds; shows what it said if not.
check() {
	local what=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		ok "$what"
	else
		not_ok "$what (status $?: $*)"
		head -n 30 "$work/said" | sed 's/^/# /'
	fi
}

# same WHAT WANTED GOT
same() {
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		not_ok "$1"
		diff <(echo "$2") <(echo "$3") | head -n 40 | sed 's/^/# /'
	fi
}

# like WHAT REGEX GOT
like() {
	if [[ $3 =~ $2 ]]; then
		ok "$1"
	else
		not_ok "$1"
		printf '# wanted: %s\n# got: %s\n' "$2" "$3"
	fi
}

# within SECONDS COMMAND...: repeats COMMAND until it succeeds.
within() {
	local tries=$(($1 * 10))
	shift
	until "$@" &>/dev/null; do
		((tries-- > 0)) || return 1
		sleep 0.1
	done
}
