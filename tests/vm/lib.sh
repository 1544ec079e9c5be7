# shellcheck shell=bash disable=SC2034,SC2154 # shared variables
# Shared by the scripts beside it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The last part is the form of what is cached: raise it when that changes.
cache=$(realpath -m "${KLPSCOPE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/klpscope}/1")

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# A script's usage is the text that follows its name.
die_usage() {
	echo "${0##*/}: $*; usage: ${0##*/} $usage" >&2
	exit 2
}

# need_kernel VERSION: stops unless VERSION is in a table; sets what stands there.
need_kernel() {
	[[ -n $1 ]] || die_usage "no kernel given"
	local tables=("$here/kernels" "$here/../kernel-patch/kernels")
	read -r suite package toolsuite < <(awk -v k="$1" '$1 == k { print $2, $3, $4 }' "${tables[@]}") ||
		die_usage "no kernel '$1'; known: $(awk '!/^#/ { printf "%s%s", s, $1; s = ", " }' "${tables[@]}")"
	# What is built here is another kernel when what it is built of has changed.
	made_of=
	[[ $suite != future ]] || made_of=-$(cat "$here"/future/* | hash_of)
	[[ $suite != series ]] || made_of=-$({
		cat "$here"/{future/config,../../kernel-patch/*/*.patch,../kernel-patch/{build,series,strip,port-6.1.sed,config}}
		[[ $1 != debug-* ]] || cat "$here/../kernel-patch/config-debug"
	} | hash_of)
}

# locate_kernel VERSION [-b] [-s]: gets it, see ./kernel, and sets these.
release='' vmlinux='' config='' headers='' source=''
locate_kernel() {
	local paths
	need_kernel "$1"
	paths=$("$here/kernel" -k "$@")
	eval "$paths"
}

# cached ENTRY COMMAND [ARG]...: makes the folder ENTRY of the cache with COMMAND ARG... FOLDER unless it is there.
# It appears complete or not at all, and is made once however many ask.
cached() {
	local entry=$1 new
	shift
	[[ -d $entry ]] && return
	mkdir -p "${entry%/*}"
	new=$entry.new
	(
		flock 9
		[[ -d $entry ]] && exit
		rm -rf "$new"
		mkdir "$new"
		"$@" "$new"
		mv "$new" "$entry"
	) 9>"$entry.lock"
}

# hash_of: a key for the cache from standard input.
hash_of() {
	sha256sum | cut -c1-16
}

# with_tools COMMAND...: runs it with the build tools that the kernel needs, see ./tools. From there only the cache can be
# seen of this machine.
with_tools() {
	local root own=()
	if [[ $toolsuite == - ]]; then
		"$@"
		return
	fi
	root=$("$here/tools" "$toolsuite")
	mkdir -p "$root$cache"
	((EUID == 0)) || own=(--map-root-user)
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount "${own[@]}" sh -c '
		root=$1 cache=$2
		shift 2
		mount --rbind /dev "$root/dev" && mount --rbind /proc "$root/proc" && mount --bind "$cache" "$root$cache" || exit
		exec env -i PATH=/usr/bin:/usr/sbin LC_ALL=C chroot "$root" "$@"' - "$root" "$cache" "$@"
}
