# What of the patches in kernel-patch/v5.4 is different for 6.1 without the state API; nothing else is.
# 6.1 switches a task in a function of its own. First, because it looks at two lines at once.
/^ $/{
	N
	s/^ \n 	success = true;$/ 	if (ret)\n 		return ret;/
	t
	P
	D
}
/^+	if (test_and_clear_tsk_thread_flag(task, TIF_PATCH_PENDING))$/{
	n
	n
	n
	s/^ $/ 	return 0;/
	n
	s/^ done:$/ }/
}
# 6.1 takes the reference to the module itself.
s/^ 	ret = klp_init_patch_early(patch);$/ 	if (!try_module_get(patch->mod)) {/
/^ 	if (!try_module_get/,/^--/{
	s/^ 	if (ret) {$/ 		mutex_unlock(\&klp_mutex);/
	t
	s/^ 		mutex_unlock(&klp_mutex);$/ 		return -ENODEV;/
}
# 6.1 has two more documents.
/^+    system-state$/{
	n
	s/.*/     reliable-stacktrace/
	n
	s/.*/     api/
	n
	s/.*/ /
}
# One more variable, and another name.
/^ 	int ret;$/{
	n
	s/^ $/ 	struct klp_object *obj;/
}
s/^ 	put_online_cpus();$/ 	cpus_read_unlock();/
# One more file in sysfs.
/^+ \* .*\/states\/<id>\/version$/{
	n
	n
	s|.*|  * /sys/kernel/livepatch/<patch>/<object>/patched|
	n
	s|.*|  * /sys/kernel/livepatch/<patch>/<object>/<function,sympos>|
}
