# shellcheck shell=bash disable=SC2034 # for who sources it
# Sourced by the checks beside it: programs of tests/fleet/programs, and what they say. The checks print TAP.
# shellcheck source-path=SCRIPTDIR source=../lib/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/stage.sh" fleet
fleet=$tests/fleet
programs=$("$fleet/programs") || exit
started=()
build klpscope
export TZ=UTC0

cleanup() {
	((${#started[@]} == 0)) || kill "${started[@]}" 2>/dev/null
	wait
	rm -rf "$work"
}
trap cleanup EXIT

lib=lib/x86_64-linux-gnu
loader=("$programs/$lib/ld-linux-x86-64.so.2" --library-path "$programs/usr/$lib/systemd:$programs/usr/$lib:$programs/$lib")

# program PATH ARG...: one of them, with the libraries that came with it.
program() {
	local path=$1
	shift
	"${loader[@]}" "$programs/$path" "$@"
}

# start NAME PATH ARG...: one in the background until the end, as $last; what it says is in $work/NAME.log.
start() {
	local name=$1 path=$2
	shift 2
	"${loader[@]}" "$programs/$path" "$@" >"$work/$name.log" 2>&1 &
	last=$!
	started+=("$last")
}

# free_ports N: that many numbers of ports that nobody listens on.
free_ports() {
	python3 - "$1" <<-'END'
		import socket, sys
		sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
		for s in sockets:
		    s.bind(("127.0.0.1", 0))
		print(*(s.getsockname()[1] for s in sockets))
	END
}
