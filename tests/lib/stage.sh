# shellcheck shell=bash disable=SC2034 # for who sources it
# Sourced by the stages' commands, with the stage's name, which stands before what is said of each thing: they print TAP
# (tap.sh), from the top folder, and have a folder $work until they end.
set -uo pipefail
name=$1

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$tests/.." || exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$tests/lib/tap.sh"
klpscope=$PWD/klpscope

# build TARGET...: what is tested, by make, of which there is one at a time in a tree; who needs nothing more does not wait for
# it. Without what is tested there is nothing to look at.
build() {
	unset MAKEFLAGS MFLAGS MAKELEVEL
	make -q "$@" &>/dev/null && return
	mkdir -p build
	flock build/make.lock make --no-print-directory -s -j"$(nproc)" "$@" >"$work/built" 2>&1 && return
	not_ok "make $*"
	tail -n 60 "$work/built" | sed 's/^/# /'
	plan
	exit 1
}
