// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's gcov as a module, for a kernel that was built without it.  It consists of the
 * kernel's own sources, and of code that calls the constructors with which modules register their
 * counters, since such a kernel does not call them.  Load it before instrumented modules.
 */
#include <linux/module.h>
#include <linux/notifier.h>

#undef device_initcall
#define device_initcall(fn)	static int (*const gcov_start_##fn)(void) = fn

/* The directory for links to sources, which are not made. */
#define OBJTREE	"/"
#define SRCTREE	"/"

#undef pr_fmt
#include "base.c"
#undef pr_fmt
#include "fs.c"
#include "gcc_base.c"
#include "gcc_4_7.c"

/* Prefix of the local functions that the compiler generates as constructors for gcov. */
#define CONSTRUCTOR	"_sub_I_"

static void construct(struct module *mod)
{
	const struct mod_kallsyms *symbols;
	unsigned int i;

	rcu_read_lock_sched();
	symbols = rcu_dereference_sched(mod->kallsyms);
	rcu_read_unlock_sched();
	for (i = 1; i < symbols->num_symtab; i++) {
		const Elf_Sym *symbol = &symbols->symtab[i];

		if (strstarts(symbols->strtab + symbol->st_name, CONSTRUCTOR))
			((void (*)(void))symbol->st_value)();
	}
}

/*
 * Runs before the kernel's own notifier, which frees the counts when the module goes. A kernel
 * with KASAN calls constructors itself.
 */
static int constructor_notifier(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == MODULE_STATE_COMING && !IS_ENABLED(CONFIG_CONSTRUCTORS))
		construct(data);
	return NOTIFY_OK;
}

static struct notifier_block constructor_nb = {
	.notifier_call	= constructor_notifier,
};

static int __init coverage_init(void)
{
	int ret = gcov_start_gcov_init();

	if (!ret)
		ret = gcov_start_gcov_fs_init();
	if (!ret)
		ret = register_module_notifier(&constructor_nb);
	return ret;
}
module_init(coverage_init);

MODULE_DESCRIPTION("The kernel's gcov, for modules");
MODULE_LICENSE("GPL");
