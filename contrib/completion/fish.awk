# SPDX-License-Identifier: GPL-2.0
# fish's completion; see completion.awk.

function quoted(s) {
	gsub(/[\\']/, "\\\\&", s)
	return "'" s "'"
}

function begin() {
	print "# fish completion for klpscope, made of its option tables.\n"
	print "function __klpscope_livepatches\n\tfor patch in /sys/kernel/livepatch/*/\n\t\tpath basename $patch\n\tend\nend\n"
	print "function __klpscope_command\n\tset -l words (commandline -opc)\n\ttest (count $words) -gt 1; and test $words[2] = $argv[1]\nend\n"
	print "function __klpscope_no_command\n\ttest (count (commandline -opc)) -eq 1\nend\n"
	print "complete -c klpscope -f"
	print "complete -c klpscope -n __klpscope_no_command -l help -s h -d 'list the commands'"
	print "complete -c klpscope -n __klpscope_no_command -l version -s V -d 'show the version'"
	print "complete -c klpscope -n __klpscope_no_command -a help -d 'show what a command does and takes'"
}

# What a value is completed by: -a '...', and -F where files are.
function action() {
	if (kind == "list")
		return " -a " quoted("(__fish_complete_list , 'printf \"%s\\n\" " words "')")
	if (kind == "livepatch")
		return " -a '(__klpscope_livepatches)'"
	if (kind == "module")
		return " -k -a '(__fish_complete_suffix .ko .ko.xz .ko.zst .ko.gz)'"
	return (words == "" ? "" : " -a " quoted(words)) (kind == "file" ? " -F" : "")
}

function add(command, what) {
	print "complete -c klpscope -n '__klpscope_command " command "'" what
}

function command_begin(command) {
	print "\ncomplete -c klpscope -n __klpscope_no_command -a " command " -d " quoted(help[command])
	print "complete -c klpscope -n '__klpscope_command help' -a " command " -d " quoted(help[command])
}

function option(command, long, short, arg, needs, text) {
	add(command, " -l " quoted(long) (short == "" || short == "?" ? "" : " -s " short) (needs != "required" ? "" : kind == "file" ? " -r" : " -x") \
		(needs == "none" ? "" : action()) " -d " quoted(text))
}

function command_end(command) {
	if (runs(command))
		add(command, " -a '(__fish_complete_subcommand --fcs-skip=2)'")
	else if (arguments[command] != "")
		add(command, action())
}

function end() {
}
