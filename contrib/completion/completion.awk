# SPDX-License-Identifier: GPL-2.0
# Makes completion of klpscope's option tables.
# usage: klpscope --options | awk -f completion.awk -f bash.awk (or zsh.awk, fish.awk)
# What the shells have in common is here; the other file has begin(), command_begin(), option(), command_end() and end(),
# which print, and find in kind and words what completes an argument.

BEGIN { FS = "\t" }

$1 == "command" {
	commands[++n_commands] = $2
	arguments[$2] = $3
	help[$2] = $4
}

$1 == "option" {
	n = ++n_options[$2]
	long[$2, n] = $4
	short[$2, n] = $5
	argument[$2, n] = $6
	needs[$2, n] = $7
	text[$2, n] = $8
}

$1 == "value" { values[$2] = values[$2] " " $3 }

# "Columns for -o:", "Columns of --table transitions:"; the first table is the default. Two tables of one name, which
# belong to different inputs, are taken together.
$1 == "more" && $3 ~ /^Columns / {
	table = ""
	if (sub(/^Columns of --table /, "", $3)) {
		sub(/(, .*)?:$/, "", $3)
		table = $3
		if (index(tables[$2] " ", " " table " ") == 0)
			tables[$2] = tables[$2] " " table
	}
	in_columns = 1
	next
}

$1 == "more" && in_columns && split($3, word, / +/) > 1 && word[1] == "" &&
index(columns[$2, table] " ", " " word[2] " ") == 0 {
	columns[$2, table] = columns[$2, table] " " word[2]
	if (table == "" || index(tables[$2] " ", " " table " ") == 1)
		columns[$2] = columns[$2] " " word[2]
}

# Sets kind and words: what completes the argument ARG of a command. Kind is list, livepatch, module, file, or "".
function complete(command, arg,    n, i, part) {
	kind = words = ""
	if (sub(/\[,\.\.\.\]$/, "", arg)) {
		kind = "list"
		words = arg == "COLUMN" ? columns[command] : values[arg]
	} else if (arg ~ /COLUMN$/) {
		kind = "list"
		words = columns[command]
	} else if (arg == "TABLE") {
		words = tables[command]
	} else if (arg == "GLOB" || arg == "PATCH") {
		kind = "livepatch"
	} else if (arg ~ /\.ko/) {
		kind = "module"
	} else if (arg == "A B") {
		kind = "file"
		words = " live"
	} else {
		n = split(arg, part, "|")
		for (i = 1; i <= n; i++)
			if (part[i] ~ /^[a-z]+$/)
				words = words " " part[i]
			else if (part[i] ~ /FILE|SOCKET/)
				kind = "file"
	}
	sub(/^ /, "", words)
}

# Whether the command runs another one.
function runs(command) {
	return arguments[command] ~ /COMMAND/
}

END {
	begin()
	for (c = 1; c <= n_commands; c++) {
		command_begin(commands[c])
		for (o = 1; o <= n_options[commands[c]]; o++) {
			complete(commands[c], argument[commands[c], o])
			option(commands[c], long[commands[c], o], short[commands[c], o], argument[commands[c], o],
				needs[commands[c], o], text[commands[c], o])
		}
		complete(commands[c], arguments[commands[c]])
		command_end(commands[c])
	}
	end()
}
