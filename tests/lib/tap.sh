# shellcheck shell=bash disable=SC2034,SC2154 # $failed is for who sources it, $name and $work are its
# Sourced by what looks at things one after another, in guests and on the host: it prints a line of TAP for each of them,
# with $name before, and at its end the plan. $failed is set once something was not as it should be. $work is a folder.
# The number of the last line is in $TAP_COUNT, a file, so that subshells and several programs can make one document.
: "${TAP_COUNT:=${work:-/tmp}/tap-count}"

# tap VERDICT WHAT: a line, numbered.
tap() {
	local n=0
	[[ ! -e $TAP_COUNT ]] || read -r n <"$TAP_COUNT"
	echo $((++n)) >"$TAP_COUNT"
	echo "$1 $n - $2"
}

ok() {
	tap ok "${name:+$name: }$*"
}

not_ok() {
	tap 'not ok' "${name:+$name: }$*"
	failed=1
}

# What cannot be seen here: tests/skips has to say why.
skip() {
	tap ok "${name:+$name: }$* # SKIP"
}

# The end of a document. One that stops before, or in which nothing was looked at, counts as a failure.
plan() {
	local n=0
	[[ ! -e $TAP_COUNT ]] || read -r n <"$TAP_COUNT"
	echo "1..$n"
}

# check WHAT COMMAND...: ok if COMMAND succeeds; shows what it said if not.
check() {
	local what=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		ok "$what"
	else
		not_ok "$what (status $?: $*)"
		head -n 60 "$work/said" | sed 's/^/# /'
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

# agree WHAT WANTED GOT: two that were both found out are the same, and not both nothing.
agree() {
	if [[ -n $2 ]]; then
		same "$@"
	else
		not_ok "$1"
		printf '# nothing was wanted; got: %s\n' "$3"
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

# nested PREFIX WHAT COMMAND...: the document that COMMAND prints becomes a part of this one, with PREFIX before each line. If it
# is not whole, out of order or empty, or COMMAND fails without saying of what, WHAT is not ok.
nested() {
	local prefix=$1 what=$2 line plan='' n=0 bad=0 wrong='' pipe
	shift 2
	exec {pipe}< <("$@"; printf '\ntap-status %s\n' $?)
	while IFS= read -r line <&"$pipe"; do
		if [[ $line =~ ^(ok|not\ ok)\ ([0-9]+)\ -\ (.*)$ ]]; then
			((BASH_REMATCH[2] == ++n)) || wrong="line $n is numbered ${BASH_REMATCH[2]}"
			[[ ${BASH_REMATCH[1]} == ok ]] || { bad=$((bad + 1)); failed=1; }
			tap "${BASH_REMATCH[1]}" "${name:+$name: }$prefix${BASH_REMATCH[3]}"
		elif [[ $line =~ ^1\.\.([0-9]+)$ && -z $plan ]]; then
			plan=${BASH_REMATCH[1]}
		elif [[ $line =~ ^tap-status\ ([0-9]+)$ ]]; then
			((BASH_REMATCH[1] == 0 || (bad && BASH_REMATCH[1] == 1))) || wrong="it ended with status ${BASH_REMATCH[1]}"
		elif [[ -n $line ]]; then
			echo "# ${line#\# }"
		fi
	done
	exec {pipe}<&-
	[[ -n $wrong || $plan == "$n" ]] || wrong="$n of ${plan:-an unknown number of} lines"
	((n)) || wrong=${wrong:-nothing was looked at}
	[[ -z $wrong ]] || not_ok "${prefix}$what: $wrong"
}
