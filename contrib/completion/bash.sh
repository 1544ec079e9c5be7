#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2046,SC2053,SC2086,SC2154 # lists of words; a pattern; the rest is made by bash.awk
_klpscope_sysfs=/sys/kernel/livepatch

_klpscope_livepatches() {
	local patch
	for patch in "$_klpscope_sysfs"/*/; do
		[[ -d $patch ]] && patch=${patch%/} && echo "${patch##*/}"
	done
}

# What begins with $cur, of words; columns may be typed in lower case.
_klpscope_words() {
	local word
	for word; do
		[[ $word == "$cur"* || $word == "${cur^^}"* ]] && COMPREPLY+=("$word")
	done
}

# The last of a list with commas, and + or - before it: of words, those that are not in it yet.
_klpscope_list() {
	local last=${cur##*[,+-]} before word
	before=${cur%"$last"}
	for word; do
		[[ $word == "$last"* || $word == "${last^^}"* ]] && [[ ",${before#[+-]}" != *",$word,"* ]] &&
			COMPREPLY+=("$before$word")
	done
	compopt -o nospace 2>/dev/null
}

_klpscope_files() {
	local file
	compopt -o filenames 2>/dev/null
	while IFS= read -r file; do
		[[ $file == $1 || -d $file ]] && COMPREPLY+=("$file")
	done < <(compgen -f -- "$cur")
}

# What follows is another program with its arguments, from word $1 on.
_klpscope_other() {
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$1"
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif ((COMP_CWORD == $1)); then
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
	else
		_klpscope_files '*'
	fi
}

_klpscope() {
	local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
	local options='' words='' kind='' of='' glued='' i
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_klpscope_words $_klpscope_commands help --help --version
		return
	fi
	if [[ $command == help ]]; then
		((COMP_CWORD > 2)) || _klpscope_words $_klpscope_commands
		return
	fi
	declare -F "_klpscope_of_$command" >/dev/null && [[ " $_klpscope_commands " == *" $command "* ]] || return
	for ((i = 2; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -- ]] || continue
		"_klpscope_of_$command" ''
		[[ $kind != command ]] || _klpscope_other $((i + 1))
		return
	done
	# bash takes --option=value apart at the = unless it is told not to.
	if [[ $cur == = ]]; then
		of=$before= cur=
	elif [[ $before == = ]]; then
		of=${COMP_WORDS[COMP_CWORD - 2]}=
	elif [[ $cur == --*=* ]]; then
		of=${cur%%=*}= glued=${cur%%=*}= cur=${cur#*=}
	elif [[ $before == -* ]] && "_klpscope_of_$command" "$before"; then
		of=$before
	fi
	words='' kind=''
	"_klpscope_of_$command" "$of"
	if [[ ! $of && $cur == -* ]]; then
		_klpscope_words $options
		[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
		return
	fi
	case $kind in
	list) _klpscope_list $words ;;
	livepatch) _klpscope_words $(_klpscope_livepatches) ;;
	module) _klpscope_words $words; _klpscope_files '*.ko*' ;;
	file) _klpscope_words $words; _klpscope_files '*' ;;
	command) ;;
	*) _klpscope_words $words ;;
	esac
	((${#COMPREPLY[@]} == 0)) || COMPREPLY=("${COMPREPLY[@]/#/$glued}")
}
