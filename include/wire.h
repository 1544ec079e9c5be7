/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records that BPF programs put into the ring buffer and user space reads,
 * live or from a file: a type tag first, fixed-width fields, no implicit
 * padding. BPF sends facts only; what they mean is worked out in src/event/.
 *
 * Everything that has no fixed length (the patches on a list, a patch's states,
 * objects and functions) travels as a walk: WIRE_WALK_BEGIN, then records that
 * name the walk, then WIRE_WALK_END with the counts, so that a reader can tell a
 * whole walk from one of which a record was lost.
 */
#ifndef KLPSCOPE_WIRE_H
#define KLPSCOPE_WIRE_H

#include <linux/types.h>

/* Kernel limits, include/linux/{module,kallsyms,sched}.h. */
#define WIRE_COMM_LEN	16
#define WIRE_NAME_LEN	56 /* MODULE_NAME_LEN on 64-bit */
#define WIRE_SYMBOL_LEN 128 /* KSYM_NAME_LEN up to 6.0; longer names are marked as cut */
#define WIRE_TEXT_LEN	256 /* one line of the kernel log; longer ones are marked as cut */
#define WIRE_PATH_LEN	512 /* of a cgroup; longer ones are marked as cut */
#define WIRE_FRAMES	64 /* of a stack, that a WIRE_TASK holds */
#define WIRE_MAX_FRAMES 128 /* of a stack; deeper ones are marked as cut */

/* States that one record holds: bounded by the 512 bytes of BPF stack. */
#define WIRE_STATES_CHUNK 20

/* What a walk takes at most; reaching one sets WIRE_F_TRUNCATED on the walk. */
#define WIRE_MAX_PATCHES 1024
#define WIRE_MAX_STATES	 4000 /* per patch, a multiple of WIRE_STATES_CHUNK */
#define WIRE_MAX_OBJECTS 256 /* per patch */
#define WIRE_MAX_FUNCS	 4096 /* per object */
#define WIRE_MAX_TASKS	 256 /* blocking ones that are told with their stacks */
#define WIRE_MAX_IDLE	 16 /* of these, CPUs' idle tasks */
#define WIRE_MAX_CPUS	 1024 /* whose idle tasks are looked at */
#define WIRE_MAX_PROBES	 16 /* BPF programs and probes told of one frame */

enum wire_type {
	WIRE_INVALID = 0,
	WIRE_WALK_BEGIN = 1,
	WIRE_PATCH = 2,
	WIRE_STATES = 3,
	WIRE_OBJECT = 4,
	WIRE_FUNC = 5,
	WIRE_WALK_END = 6,
	WIRE_RESULT = 7,
	WIRE_TRANSITION = 8,
	WIRE_MESSAGE = 9,
	WIRE_LOOKUP = 10,
	WIRE_FREED = 11,
	WIRE_CODE = 12,
	WIRE_TASK = 13,
	WIRE_PROGRESS = 14,
	WIRE_WRITE = 15,
	WIRE_OBJECT_RESULT = 16,
	WIRE_LOAD = 17,
	WIRE_UNWOUND = 18,
	WIRE_DEEPER = 19,
	/* Written by user space into the same stream. */
	WIRE_CLOCK = 64,
	WIRE_LOST = 65,
	WIRE_LOOKUP_COUNT = 66,
	WIRE_HOOKS = 67,
	WIRE_FRAME = 68,
	WIRE_CGROUP = 69,
	WIRE_PROBE = 70,
	WIRE_BREAK = 71,
	WIRE_SNAPSHOT = 72,
	WIRE_SETTLED = 73,
};

/* What can be attached; a record of them tells a reader which facts to expect. */
enum wire_hook {
	WIRE_HOOK_ENABLE = 0,
	WIRE_HOOK_COMPATIBLE,
	WIRE_HOOK_OBJECT_LOADED,
	WIRE_HOOK_PATCH_OBJECT,
	WIRE_HOOK_INITCALL,
	WIRE_HOOK_INIT_TRANSITION,
	WIRE_HOOK_START,
	WIRE_HOOK_TRY,
	WIRE_HOOK_REVERSE,
	WIRE_HOOK_FORCE,
	WIRE_HOOK_CANCEL,
	WIRE_HOOK_COMPLETE,
	WIRE_HOOK_FREE,
	WIRE_HOOK_PREV_STATE,
	WIRE_HOOK_STATE,
	WIRE_HOOK_CONSOLE,
	WIRE_HOOK_MODULE_GET,
	WIRE_HOOK_MODULE_PUT,
	WIRE_HOOK_ENABLED_STORE,
	WIRE_HOOK_FORCE_STORE,
	WIRE_HOOK_LOAD,
	WIRE_HOOK_FIND,
	WIRE_HOOK_MODULE_LOAD,
	WIRE_HOOK_EXIT,
	WIRE_HOOKS_COUNT,
};

enum wire_flags {
	WIRE_F_TRUNCATED = 1 << 0, /* a limit was reached, or a string cut */
	WIRE_F_UNREADABLE = 1 << 1, /* a pointer of the kernel could not be followed */
	WIRE_F_NO_ADDRESS = 1 << 2, /* klp_patches is not known: nothing was walked */
	WIRE_F_NO_STATES = 1 << 3, /* this kernel's klp_patch has no states */
	WIRE_F_NO_VERSION = 1 << 4, /* this kernel's klp_state has no version */
};

struct wire_hdr {
	__u16 type;
	__u16 size; /* of the whole record, bytes */
	__u32 walk; /* the walk it belongs to, named by the thread that walks; 0: none */
};

/* The task that a record was taken in, and when (CLOCK_BOOTTIME, ns). */
struct wire_head {
	struct wire_hdr hdr;
	__u64 boot_ns;
	__u32 pid;
	__u32 tid;
	__u32 uid;
	__u32 flags; /* enum wire_flags */
	char comm[WIRE_COMM_LEN];
};

enum wire_walk_kind {
	WIRE_WALK_ENABLE = 1, /* the candidate, at klp_enable_patch */
	WIRE_WALK_COMPAT = 2, /* all installed, as klp_is_patch_compatible returns */
	WIRE_WALK_COMPLETE = 3, /* all installed, as klp_complete_transition begins */
	WIRE_WALK_SNAPSHOT = 4, /* all installed, taken on request, without klp_mutex */
	WIRE_WALK_STALL = 5, /* the patch in transition, with its code, and tasks that hold it up */
};

struct wire_walk_begin {
	struct wire_head head;
	__u8 kind;
	__u8 verdict; /* COMPAT: what the kernel's function returned */
	__s8 target; /* COMPLETE, SNAPSHOT, STALL: klp_target_state (-1, 0, 1) */
	__u8 canceled; /* COMPLETE: called to cancel a transition */
	__u32 tries; /* COMPLETE, STALL: calls of klp_try_complete_transition so far */
	__u64 attempt; /* key of the call of klp_enable_patch, 0: none */
	__u64 patch; /* address of the candidate or the patch in transition */
	__u64 start_ns; /* COMPLETE, STALL: when the transition started, 0: not seen */
};

/* The livepatch mark of a patch's module. */
enum wire_klp {
	WIRE_KLP_UNMARKED = 0,
	WIRE_KLP_MARKED = 1,
	WIRE_KLP_UNKNOWN = 2, /* this kernel's struct module does not tell */
	WIRE_KLP_NO_MODULE = 3, /* there is no patch, or it names no module */
};

struct wire_patch {
	struct wire_hdr hdr;
	__u64 addr;
	__u32 index; /* in list order, from 0 */
	__u8 replace;
	__u8 enabled;
	__u8 forced;
	__u8 klp; /* enum wire_klp */
	char name[WIRE_NAME_LEN]; /* as long as the record says, not NUL-terminated */
};

struct wire_state {
	__u32 id_low;
	__u32 id_high;
	__u32 version;
};

struct wire_states {
	struct wire_hdr hdr;
	__u32 patch; /* index of the patch in the walk */
	__u32 n;
	struct wire_state state[WIRE_STATES_CHUNK]; /* n of them */
};

struct wire_object {
	struct wire_hdr hdr;
	__u32 patch;
	__u32 index;
	char name[WIRE_NAME_LEN]; /* "" is vmlinux */
};

struct wire_func {
	struct wire_hdr hdr;
	__u32 patch;
	__u32 object;
	__u32 sympos;
	__u32 flags;
	char name[WIRE_SYMBOL_LEN];
};

struct wire_walk_end {
	struct wire_hdr hdr;
	__u32 flags; /* enum wire_flags */
	__u32 patches;
	__u32 states;
	__u32 objects;
	__u32 funcs;
	__u32 tasks; /* STALL: WIRE_TASK records */
};

/*
 * Of the function before: the code that a task must not be in. Enabling: what
 * runs until now, the kernel's own function or that of the livepatch below;
 * disabling: the livepatch's. As klp_check_stack_func(), 5.10 to 7.3.
 */
struct wire_code {
	struct wire_hdr hdr;
	__u32 patch;
	__u32 object;
	__u64 old_addr; /* 0: the object is not loaded */
	__u64 old_size; /* bytes */
	__u64 new_addr;
	__u64 new_size;
};

enum wire_task_flags {
	WIRE_TASK_KTHREAD = 1 << 0,
	WIRE_TASK_ON_CPU = 1 << 1, /* no stack then: it would be gone before it is read */
	WIRE_TASK_IDLE = 1 << 2, /* the idle task of a CPU */
	WIRE_TASK_STACK_CUT = 1 << 3, /* deeper than WIRE_FRAMES; a WIRE_DEEPER has the rest */
	WIRE_TASK_NO_STACK = 1 << 4, /* it could not be read */
	WIRE_TASK_BPF_UNWOUND = 1 << 5, /* this kernel can look behind BPF's frames (6.19) */
};

/* A task that has not reached the transition's target. */
struct wire_task {
	struct wire_hdr hdr; /* size: as far as there are frames */
	__u32 pid;
	__u32 tid;
	__u32 cpu;
	__u32 flags; /* enum wire_task_flags */
	__u32 state; /* the kernel's task_struct.__state */
	__u32 n_frames;
	__u64 start_ns; /* when the task began, CLOCK_BOOTTIME */
	char comm[WIRE_COMM_LEN];
	__u64 frame[WIRE_FRAMES]; /* addresses, innermost first */
};

/*
 * How far the stack of the WIRE_TASK before was followed by the rules of the kernel's
 * reliable unwinder, by which livepatch goes. The kernel's own unwinder, which BPF can
 * call, leaves out functions of the scheduler and of locks, and does not tell where it
 * guesses.
 */
enum wire_unwound_end {
	WIRE_UNWOUND_NOT = 0, /* not at all: the frames are the kernel's, with those left out */
	WIRE_UNWOUND_MOVED = 1, /* the same, because the task ran meanwhile */
	WIRE_UNWOUND_WHOLE = 2, /* to its end: the kernel trusts it */
	/* The kernel does not trust it, since after the last frame that was followed ... */
	WIRE_UNWOUND_NO_TABLE = 3, /* whose code has no unwind table (ORC) ... */
	WIRE_UNWOUND_BROKEN = 4, /* nothing follows, and yet it is not the end of a stack */
	WIRE_UNWOUND_DEEP = 5, /* it goes on, deeper than livepatch looks */
	WIRE_UNWOUND_ENDS,
};

struct wire_unwound {
	struct wire_hdr hdr;
	__u32 tid;
	__u32 end; /* enum wire_unwound_end */
	__u32 frames; /* that were followed; what the task has behind them is the kernel's guess */
	__u32 scheduler; /* of these, the innermost that /proc/PID/stack leaves out */
};

/* Further frames of the WIRE_TASK before, which has as many as it holds. */
struct wire_deeper {
	struct wire_hdr hdr; /* size: as far as there are frames */
	__u32 tid;
	__u32 n_frames;
	__u64 frame[WIRE_MAX_FRAMES - WIRE_FRAMES];
};

/* What a frame of a WIRE_TASK before is, in the kernel's words (%pB): "symbol+0x1f/0x50 [module]". */
struct wire_frame {
	struct wire_hdr hdr; /* size: as long as the text */
	__u32 tid;
	__u32 index; /* of the frame */
	char text[WIRE_TEXT_LEN];
};

struct wire_cgroup {
	struct wire_hdr hdr; /* size: as long as the path */
	__u32 tid;
	__u32 flags; /* enum wire_flags */
	char path[WIRE_PATH_LEN];
};

enum wire_probe_kind {
	WIRE_PROBE_OTHER = 0,
	WIRE_PROBE_FENTRY = 1,
	WIRE_PROBE_FEXIT = 2,
	WIRE_PROBE_FMOD_RET = 3,
	WIRE_PROBE_LSM = 4,
	WIRE_PROBE_KRETPROBE = 5,
	WIRE_PROBE_KINDS,
};

/* What put a frame of a WIRE_TASK before there. */
struct wire_probe {
	struct wire_hdr hdr;
	__u32 tid;
	__u32 index; /* of the frame */
	__u32 prog_id; /* 0: none, or not known */
	__u32 pid; /* of the process that holds it; 0: not known */
	__u32 kind; /* enum wire_probe_kind */
	__u32 flags; /* enum wire_flags: TRUNCATED: there are more */
	char name[WIRE_SYMBOL_LEN]; /* of the program or probe */
	char function[WIRE_SYMBOL_LEN]; /* that it is attached to */
	char comm[WIRE_COMM_LEN]; /* of pid */
};

/* Where the transition stands; once a second while one runs. */
struct wire_progress {
	struct wire_head head; /* the task is klpscope's own */
	__u64 attempt;
	__u64 since_ns; /* when the transition started or was reversed, 0: not seen */
	__u64 tasks; /* threads, and the CPUs' idle tasks */
	__u64 left; /* of these, not at the target */
	__u64 cost_ns; /* CPU time that klpscope took to find this out */
	__u32 reported; /* of those left, with a WIRE_TASK */
	__u32 tries;
	__s8 target;
	__u8 running; /* 0: no task is in transition any more */
	__u8 joined; /* 1: the transition's start was not seen, so tries count from later on */
	__u8 pad[5];
	char name[WIRE_NAME_LEN];
};

/* How far an attempt came; each is a function that was entered or returned. */
enum wire_stage {
	WIRE_STAGE_COMPAT = 1 << 0, /* klp_is_patch_compatible returned */
	WIRE_STAGE_COMPATIBLE = 1 << 1, /* ... true */
	WIRE_STAGE_BUSY = 1 << 2, /* a transition was running, seen under klp_mutex */
	WIRE_STAGE_OBJECT = 1 << 3, /* klp_init_object_loaded returned */
	WIRE_STAGE_INIT = 1 << 4, /* klp_init_transition entered */
	WIRE_STAGE_PATCH_OBJECT = 1 << 5, /* klp_patch_object returned */
	WIRE_STAGE_CANCEL = 1 << 6, /* klp_cancel_transition entered */
	WIRE_STAGE_START = 1 << 7, /* klp_start_transition entered: accepted */
};

/* What a WIRE_RESULT is the end of. */
enum wire_ended {
	WIRE_ENDED_INIT = 0, /* the module's init, of which init_ret is the result */
	WIRE_ENDED_RETURN = 1, /* klp_enable_patch, which has refused; init_ret is not known */
	WIRE_ENDED_SETTLED =
		2, /* the same, concluded later: nothing of the livepatch core runs any more */
};

/*
 * An attempt is over: klp_enable_patch has refused, or the init of a module that
 * had called it has returned. Of one that was accepted there is one only if that
 * was within the module's init.
 */
struct wire_result {
	struct wire_head head;
	__u64 attempt;
	__s32 init_ret; /* of the module's init */
	__u32 stages; /* enum wire_stage */
	__s32 object_ret; /* klp_init_object_loaded, the last one */
	__s32 patch_ret; /* klp_patch_object, the last one */
	__u8 klp; /* enum wire_klp */
	__u8 ended; /* enum wire_ended */
	__u8 pad[6];
	char name[WIRE_NAME_LEN];
	char busy_name[WIRE_NAME_LEN]; /* the patch in transition */
};

enum wire_action {
	WIRE_ACTION_START = 1,
	WIRE_ACTION_RETRY = 2,
	WIRE_ACTION_REVERSE = 3,
	WIRE_ACTION_FORCE = 4,
	WIRE_ACTION_CANCEL = 5,
	WIRE_ACTION_DISABLE = 6, /* klp_init_transition(patch, KLP_UNPATCHED) */
};

struct wire_transition {
	struct wire_head head;
	__u8 action;
	__s8 target; /* klp_target_state after the action */
	__u8 joined; /* as in wire_progress */
	__u8 pad[1];
	__u32 tries;
	__u64 attempt;
	char name[WIRE_NAME_LEN];
};

struct wire_message {
	struct wire_head head;
	__u64 attempt;
	__u32 len; /* bytes of text that follow */
	__u32 load; /* 1: of a task that is loading a module */
	char text[WIRE_TEXT_LEN];
};

enum wire_lookup_kind {
	WIRE_LOOKUP_PREV_STATE = 1, /* klp_get_prev_state */
	WIRE_LOOKUP_STATE = 2, /* klp_get_state */
};

struct wire_lookup {
	struct wire_head head;
	__u64 attempt;
	__u64 id;
	__u32 version;
	__u8 kind;
	__u8 found;
	__u8 pad[2];
	__u64 caller; /* address; 0: not known */
	char name[WIRE_NAME_LEN]; /* the patch in transition, or whose states were asked */
	char owner[WIRE_NAME_LEN]; /* the patch that has the state */
	char symbol[WIRE_SYMBOL_LEN]; /* of caller, "" where the kernel does not tell */
};

struct wire_freed {
	struct wire_head head;
	__u64 addr;
	char name[WIRE_NAME_LEN];
};

/* One moment on both clocks, for turning boot_ns into wall-clock time. */
struct wire_clock {
	struct wire_hdr hdr;
	__u64 boot_ns;
	__u64 real_ns; /* CLOCK_REALTIME */
};

struct wire_lost {
	struct wire_hdr hdr;
	__u64 boot_ns; /* when the loss was noticed */
	__u64 records; /* that did not fit into the ring buffer */
	__u64 attempts; /* that did not fit into the table of running attempts */
	__u64 lookups; /* that did not fit into the table of counted lookups */
	__u64 missed; /* runs of our programs that the kernel left out (recursion) */
};

struct wire_lookup_count {
	struct wire_hdr hdr;
	__u64 boot_ns;
	__u64 id;
	__u64 count;
	__u64 caller;
	char name[WIRE_NAME_LEN];
	char symbol[WIRE_SYMBOL_LEN];
};

/* Which hooks are attached, and called, from here on. */
struct wire_hooks {
	struct wire_hdr hdr;
	__u64 attached; /* bits: enum wire_hook */
};

/* What follows does not go on from what came before: another run of the recorder. Only a reader of files writes it. */
struct wire_break {
	struct wire_hdr hdr;
	__u64 boot_ns; /* as the next file was begun */
};

/* The walk of kind WIRE_WALK_SNAPSHOT before this was held against sysfs. */
struct wire_snapshot {
	struct wire_hdr hdr;
	__u64 boot_ns;
	__u32 tries; /* walks that it took */
	__u32 in_flux; /* 1: it kept changing, or sysfs says otherwise */
};

enum wire_file {
	WIRE_FILE_ENABLED = 1,
	WIRE_FILE_FORCE = 2,
};

/*
 * A task writes to a livepatch's file in sysfs. What follows from it comes after
 * this: a transition's record of the same task. Where there is none before the
 * next WIRE_SETTLED or the task's next write, the kernel has refused, unless a
 * record was lost in between.
 */
struct wire_write {
	struct wire_head head;
	__u64 patch; /* its address */
	__u8 file; /* enum wire_file */
	__u8 enabled; /* as the livepatch was then */
	__u8 in_transition; /* it was */
	__u8 other; /* another was, see @busy_name */
	__u32 len; /* bytes of text: all of it, or sizeof(text) */
	char text[8]; /* what is written */
	__u64 lost; /* as many records were lost until then, since the programs were loaded */
	char name[WIRE_NAME_LEN];
	char busy_name[WIRE_NAME_LEN];
};

/* Outside of an attempt, so as a module comes: what livepatch did to make one of its objects ready has failed. */
struct wire_object_result {
	struct wire_head head;
	__u32 stage; /* WIRE_STAGE_OBJECT or WIRE_STAGE_PATCH_OBJECT */
	__s32 ret;
	char name[WIRE_NAME_LEN]; /* of the livepatch, "": not known */
	char object[WIRE_NAME_LEN]; /* "": not known */
};

/* A task has loaded no module, though it was about to: the loader refused, before livepatch was asked. */
struct wire_load {
	struct wire_head head;
	__u64 begun_ns; /* when it was about to */
	__u8 named; /* the loader had come to the module's name */
	__u8 found; /* and a module of that name was there */
	__u8 klp; /* enum wire_klp: whether it says that it is a livepatch */
	__u8 pad[5];
	char name[WIRE_NAME_LEN];
};

/* Nobody is in the livepatch core any more of those who asked something of it before that: it is decided. */
struct wire_settled {
	struct wire_hdr hdr;
	__u64 boot_ns; /* that moment, somewhat before this was written */
	__u64 lost; /* as in wire_write, now */
};

#define WIRE_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type " has padding")
WIRE_SIZE(wire_hdr, 8);
WIRE_SIZE(wire_head, 48);
WIRE_SIZE(wire_walk_begin, 80);
WIRE_SIZE(wire_patch, 80);
WIRE_SIZE(wire_states, 256);
WIRE_SIZE(wire_object, 72);
WIRE_SIZE(wire_func, 152);
WIRE_SIZE(wire_walk_end, 32);
WIRE_SIZE(wire_code, 48);
WIRE_SIZE(wire_task, 568);
WIRE_SIZE(wire_unwound, 24);
WIRE_SIZE(wire_deeper, 528);
WIRE_SIZE(wire_frame, 272);
WIRE_SIZE(wire_cgroup, 528);
WIRE_SIZE(wire_probe, 304);
WIRE_SIZE(wire_progress, 160);
WIRE_SIZE(wire_result, 192);
WIRE_SIZE(wire_transition, 120);
WIRE_SIZE(wire_message, 320);
WIRE_SIZE(wire_lookup, 320);
WIRE_SIZE(wire_freed, 112);
WIRE_SIZE(wire_clock, 24);
WIRE_SIZE(wire_lost, 48);
WIRE_SIZE(wire_lookup_count, 224);
WIRE_SIZE(wire_hooks, 16);
WIRE_SIZE(wire_break, 16);
WIRE_SIZE(wire_snapshot, 24);
WIRE_SIZE(wire_write, 192);
WIRE_SIZE(wire_object_result, 168);
WIRE_SIZE(wire_load, 120);
WIRE_SIZE(wire_settled, 24);
#undef WIRE_SIZE

#endif
