# shellcheck shell=bash
# Sourced in the guest by what runs the kernel's livepatch selftests: makes /t/selftests ready, with the modules in
# /t/modules, and goes there.
# shellcheck source-path=SCRIPTDIR source=../../vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# The scripts of 6.1 use modprobe; those of later kernels want what the modules could have been built with.
libmodules=/lib/modules/$(uname -r)
mkdir -p "$libmodules/build"
cp /t/modules/*.ko "$libmodules"
depmod 2>/dev/null
cd /t/selftests || exit
[[ -d test_modules ]] || ln -s /t/modules test_modules

# The kernel's functions.sh turns off the messages that say why a task cannot be switched, as their number is a matter
# of chance. Here they stay on, and are kept from what the scripts compare (the second is 5.10's).
mv functions.sh kernel-functions.sh
cat >functions.sh <<'END'
. ./kernel-functions.sh
set_dynamic_debug() {
	echo 'file kernel/livepatch/* +p' >/sys/kernel/debug/dynamic_debug/control
}
dmesg() {
	command dmesg "$@" | grep -v -e 'livepatch: klp_try_switch_task: ' -e 'livepatch: klp_check_stack: '
}
END
