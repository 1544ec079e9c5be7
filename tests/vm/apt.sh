# shellcheck shell=bash disable=SC2034 # for who sources it
# Sourced by the scripts that get packages of another suite, after lib.sh. Nothing is installed.

# apt_begin FOLDER SUITE: a private apt in FOLDER that knows only SUITE, and no installed package. The archive's address
# is that of this machine's own sources: of its security suite where a security suite is wanted, else of its main one.
apt_begin() {
	local codename kind='' address
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	[[ $2 == *-security ]] && kind=-security
	mkdir -p "$1/lists/partial" "$1/archives/partial"
	address=$(apt-get -o Dir::State::Lists="$1/lists" update --print-uris |
		sed -n "s|^'\(.*\)/dists/$codename$kind/InRelease'.*|\1|p" | head -n 1)
	[[ -n $address ]] || die "this machine's apt has no source for $codename$kind to take the address of $2 from"
	echo "deb $address $2 main" >"$1/sources.list"
	cat >"$1/apt.conf" <<-END
		APT::Sandbox::User "root";
		Dir::State "$1";
		Dir::State::status "/dev/null";
		Dir::Cache "$1";
		Dir::Etc::sourcelist "$1/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
	END
	export APT_CONFIG=$1/apt.conf
	apt-get -qq update
}

# apt_has PACKAGE: the archive has its file, not only its name.
apt_has() {
	[[ -n $(apt-cache madison "$1") ]]
}

# apt_fetch FOLDER PACKAGE[=VERSION]...: the packages' files.
apt_fetch() {
	(cd "$1" && shift && apt-get -qq download "$@")
}

# apt_fetch_source FOLDER PACKAGE=VERSION: those files of the source package that the archive has. For a version that
# it keeps only because of what was built of it, some may be gone though the index has them.
apt_fetch_source() {
	sed -i 'p; s/^deb /deb-src /' "$1/sources.list"
	apt-get -qq update
	(cd "$1" && apt-get -qq source --download-only --only-source "$2" &>log) || true
}
