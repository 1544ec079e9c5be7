# SPDX-License-Identifier: GPL-2.0
# zsh's completion; see completion.awk.

function begin() {
	print "#compdef klpscope"
	print "# zsh completion for klpscope, made of its option tables.\n"
	print "_klpscope_livepatches() {\n\tlocal -a patches=(/sys/kernel/livepatch/*(N/:t))\n\tcompadd -a patches\n}"
}

# Within single quotes, and within [] there.
function quoted(s) {
	gsub(/[][\\]/, "\\\\&", s)
	gsub(/'/, "'\\''", s)
	return s
}

function action(arg) {
	if (kind == "list")
		return "_values -s , " arg " " words
	if (kind == "livepatch")
		return "_klpscope_livepatches"
	if (kind == "module")
		return "_files -g \"*.ko*\""
	if (kind == "file")
		return words == "" ? "_files" : "{ compadd -- " words "; _files }"
	return words == "" ? " " : "(" words ")"
}

function command_begin(command) {
	lines = ""
}

function add(spec) {
	lines = lines " \\\n\t\t" spec
}

function option(command, long, short, arg, needs, text,    value, names) {
	gsub(/:/, "", arg)
	sub(/\[,\.\.\.\]$|^\[-\]/, "", arg)
	value = needs == "none" ? "" : (needs == "optional" ? "::" : ":") arg ":" quoted(action(arg))
	sub(/^\[-\]/, "", value)
	if (short == "" || short == "?")
		names = "'*--" long (needs == "none" ? "" : needs == "optional" ? "=-" : "=")
	else
		names = "'*'{-" short (needs == "none" ? "" : "+") ",--" long (needs == "none" ? "" : "=") "}'"
	add(names "[" quoted(text) "]" value "'")
}

function command_end(command) {
	if (runs(command)) {
		add("'(-)1:command: _command_names -e'")
		add("'*::argument: _normal'")
	} else if (arguments[command] != "") {
		add("'*:" tolower(arguments[command] ~ /FILE|A B/ ? "file" : "module") ":" quoted(action("")) "'")
	}
	print "\n_klpscope_of_" command "() {\n\t_arguments -S" lines "\n}"
}

function end(    c) {
	print "\n_klpscope() {\n\tlocal -a commands=("
	for (c = 1; c <= n_commands; c++)
		print "\t\t'" commands[c] ":" quoted(help[commands[c]]) "'"
	print "\t\t'help:show what a command does and takes'\n\t)"
	print "\tlocal curcontext=$curcontext state line\n"
	print "\t_arguments -C '(- *)'{-h,--help}'[list the commands]' '(- *)'{-V,--version}'[show the version]' \\"
	print "\t\t'1:command:->command' '*::argument:->argument'"
	print "\tcase $state in"
	print "\tcommand) _describe -t commands 'klpscope command' commands ;;"
	print "\targument)"
	print "\t\tcase $words[1] in"
	print "\t\thelp) _describe -t commands 'klpscope command' commands ;;"
	print "\t\t*) (( $+functions[_klpscope_of_$words[1]] )) && _klpscope_of_$words[1] ;;"
	print "\t\tesac\n\t\t;;\n\tesac\n}\n\n_klpscope \"$@\""
}
