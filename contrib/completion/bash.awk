# SPDX-License-Identifier: GPL-2.0
# bash's completion; see completion.awk. The functions that do not depend on the tables are in bash.sh.

function begin(    file, line) {
	print "# bash completion for klpscope, made of its option tables."
	file = dir "/bash.sh"
	while ((getline line < file) > 0)
		if (line !~ /^#!|^# SPDX|shellcheck/)
			print line
}

function command_begin(command) {
	all = all " " command
	options = cases = ""
}

function case_of(pattern) {
	cases = cases "\t" pattern ")" (words == "" ? "" : " words='" words "'") (kind == "" ? "" : " kind=" kind) " ;;\n"
}

function option(command, long, short, arg, needs, text,    pattern) {
	if (needs != "required")
		options = options " --" long
	if (needs != "none")
		options = options " --" long "="
	if (short != "" && short != "?")
		options = options " -" short
	if (needs == "none")
		return
	pattern = "--" long "="
	if (needs == "required")
		pattern = "--" long "=|--" long (short == "" ? "" : "|-" short)
	case_of(pattern)
	if (arg ~ /COLUMN/ && tables[command] != "")
		by_table(command, pattern)
}

# Which columns there are depends on a table that was named before.
function by_table(command, pattern,    n, i, name) {
	n = split(tables[command], name, " ")
	sub(/[^\n]*\n$/, "", cases)
	cases = cases "\t" pattern ")\n\t\tkind=list\n\t\tcase \" ${COMP_WORDS[*]} \" in\n"
	for (i = n; i > 1; i--)
		cases = cases "\t\t*\" " name[i] " \"*) words='" substr(columns[command, name[i]], 2) "' ;;\n"
	cases = cases "\t\t*) words='" words "' ;;\n\t\tesac\n\t\t;;\n"
}

function command_end(command) {
	print "\n_klpscope_of_" command "() {"
	print "\toptions='" substr(options, 2) "'"
	print "\tcase $1 in"
	printf "%s", cases
	printf "\t'')%s%s%s ;;\n", words == "" ? "" : " words='" words "'", kind == "" ? "" : " kind=" kind,
		runs(command) ? " kind=command" : ""
	print "\t*) return 1 ;;\n\tesac\n}"
}

function end() {
	print "\n_klpscope_commands='" substr(all, 2) "'"
	print "complete -F _klpscope klpscope"
}
