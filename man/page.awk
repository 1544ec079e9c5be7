# SPDX-License-Identifier: GPL-2.0
# Makes the man page of a command: its options from the program's tables, the rest as written in man/.
# usage: klpscope --options | awk -v command=NAME -v date=... -f page.awk - options.in klpscope-NAME.1.in
#
# klpscope-NAME.1.in is mdoc: the description; then, if there is more to say of an option than --help says, a line
# .\" option LONG and the text; after .\" end what follows the options. options.in has such text for several commands.

BEGIN { FS = "\t" }

FILENAME != file {
	file = FILENAME
	n_files++
}

n_files == 1 {
	if ($2 == command && $1 == "command") {
		arguments = $3
		help = $4
	} else if ($2 == command && $1 == "option") {
		n = ++n_options
		group[n] = $3
		long[n] = $4
		short[n] = $5
		argument[n] = $6
		needs[n] = $7
		text[n] = $8
		known[$4] = 1
	} else if ($2 == command && $1 == "header") {
		if (sub(/:$/, ", ", header[$3]))
			$4 = tolower(substr($4, 1, 1)) substr($4, 2)
		header[$3] = header[$3] $4
	}
	next
}

/^\.\\" SPDX/ { next }

/^\.\\" option / {
	option = substr($0, 12)
	if (n_files == 3) {
		said[option] = ""
		if (!(option in known)) {
			print FILENAME ": klpscope " command " has no option --" option >"/dev/stderr"
			failed = 1
		}
	}
	next
}

/^\.\\" end/ {
	option = ""
	ended = n_files == 3
	next
}

option != "" { said[option] = said[option] $0 "\n"; next }
n_files == 2 { next }
ended { rest = rest $0 "\n"; next }
{ description = description $0 "\n" }

# A sentence of --help as mdoc.
function sentence(s) {
	gsub(/\\/, "\\e", s)
	gsub(/--/, "\\-\\-", s)
	sub(/^[.']/, "\\\\\\&", s)
	return toupper(substr(s, 1, 1)) substr(s, 2) (s ~ /\.$/ ? "" : ".") "\n"
}

# FILE, live|none|FILE, EVENT[,...], [-]COLUMN
function value(arg,    n, i, part, out, list) {
	list = sub(/\[,\.\.\.\]$/, "", arg)
	if (sub(/^\[-\]/, "", arg))
		out = "Oo \\- Oc Ns "
	n = split(arg, part, "|")
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? " | " : "") (part[i] ~ /^[a-z]/ ? "Cm " : "Ar ") tolower(part[i])
	return out (list ? " Ns Op , Ns Ar ..." : "")
}

function item(n,    out, name) {
	name = long[n]
	sub(/=/, " Ns = Ns Cm ", name)
	out = ".It " (short[n] == "" ? "" : "Fl " (short[n] == "?" ? "\\&?" : short[n]) " , ") "Fl \\&-" name
	if (needs[n] == "required")
		out = out " " value(argument[n])
	else if (needs[n] == "optional")
		out = out " Ns Op = Ns " value(argument[n])
	print out
	printf "%s", long[n] in said ? said[long[n]] : sentence(text[n])
}

# As argp sorts them: by group, the negative ones last, then by name.
function before(a, b) {
	if (group[a] != group[b])
		return (group[a] < 0) != (group[b] < 0) ? group[b] < 0 : group[a] + 0 < group[b] + 0
	return long[a] < long[b]
}

function synopsis() {
	print ".Nm klpscope\n.Cm " command "\n.Op Ar option ..."
	if (arguments ~ /COMMAND/)
		print ".Op Fl \\&- Ar command Op Ar argument ..."
	else if (arguments ~ /^\[FILE/)
		print ".Op Ar file ..."
	else if (arguments ~ /\.ko/)
		print ".Ar module Ns .ko ..."
	else if (arguments != "")
		print ".Ar " arguments
}

END {
	if (help == "") {
		print "klpscope has no command " command >"/dev/stderr"
		failed = 1
	}
	if (failed)
		exit 1
	print ".\\\" SPDX-License-Identifier: GPL-2.0"
	print ".Dd " date "\n.Dt KLPSCOPE-" toupper(command) " 1\n.Os"
	print ".Sh NAME\n.Nm klpscope-" command "\n.Nd " help
	print ".Sh SYNOPSIS"
	synopsis()
	header[-1] = "Help:"
	printf ".Sh DESCRIPTION\n%s.Sh OPTIONS\n", description
	for (i = 1; i <= n_options; i++) {
		for (j = i; j > 1 && before(i, order[j - 1]); j--)
			order[j] = order[j - 1]
		order[j] = i
	}
	for (i = 1; i <= n_options; i++) {
		if (i == 1 || group[order[i]] != group[order[i - 1]] && header[group[order[i]]] != "") {
			if (i > 1)
				print ".El\n.Pp"
			if (header[group[order[i]]] != "")
				print header[group[order[i]]]
			print ".Bl -tag -width indent"
		}
		item(order[i])
	}
	printf ".El\n%s", rest
	if (rest !~ /\.Sh SEE ALSO/)
		print ".Sh SEE ALSO\n.Xr klpscope 1"
}
