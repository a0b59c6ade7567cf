"""What `tidy.py --self-test` plants: a small tree that is tidy, and in it, one at a time, each thing that is not: every
rule, every name of every ban, every owner's header."""
import os
import sys
import tempfile

import rules

HOME, IMPURE = "lib/tlog", "lib/store"
FOLDERS = {"lib/base", "lib/tlog", *rules.OWNERS.values()}
TREE = {
    **{f"{folder}/CMakeLists.txt": f"samme_module({os.path.basename(folder)} USES base PARTS x)\n" for folder in FOLDERS},
    **{f"{folder}/README.md": "x\n" for folder in FOLDERS},
    **{f"{core}/CMakeLists.txt": f"samme_module({core}_core USES base)\n" for core in rules.CORES},
    **{f"{core}/README.md": "x\n" for core in rules.CORES},
    "lib/tlog/good.h": '#include "samme/span.h"\n#include "base/map.h"\n#include "tlog/good.h"\n#include <string.h>\n'
                       "/* sprintf(), double, 1.5 and \"lmdb.h\" in a comment */\n"
                       "samme_status samme_a(int a) SAMME_CHECKED;\nsamme_a_thing *samme_a_new(void) SAMME_CHECKED;\n"
                       "bool samme_is(void);\nconst char *samme_a_name(int a);\nint samme_cli_new(int a);\n"
                       + "".join(f"int samme_{last}(int a);\n" for last in rules.INT_IS_NO_CODE) +
                       "samme_status samme_a_fail(int a);\nuint8_t *samme_buffer_extend(samme_buffer *b, size_t n);\n"
                       "static inline void *samme_at(void *a) {\n    return a;\n}\n"
                       "struct s {\n    samme_status (*send)(void *self) SAMME_CHECKED;\n};\n",
    "lib/tlog/good.c": "static samme_status f(int a) {\n    self->time(0);\n    own.remove(1);\n    v1.2;\n"
                       "    const char *a = \"TO DO: sprintf(1.5) \\\" double\";\n    return SAMME_OK;\n}\n\n"
                       "static void g(void) {\n    (void)f(1);\n    if (f(\n            2) == SAMME_OK)\n        h(\n            f(3));\n"
                       "    int x = 1 +\n        f(4);\n    return f(0x1e5);\n}\n",
}


def in_function(statement, before=""):
    return f"{before}int f(void) {{\n    {statement};\n}}\n"


def name_cases():
    """Every name of every table of bans."""
    for group, folder in ((rules.BANNED_CALLS, IMPURE), (rules.PURE_CALLS, HOME)):
        for names, instead in group.items():
            for name in names:
                yield f"{name}: ", folder, "x.c", in_function(f"{name}(1)")
    for group, folder in ((rules.BANNED_WORDS, IMPURE), (rules.PURE_WORDS, HOME)):
        for names, instead in group.items():
            for name in names:
                yield f"{name}: {instead}", folder, "x.c", in_function(f"{name} x")
    for names, instead in rules.BANNED_HEADERS.items():
        for name in names:
            yield f"<{name}>: {instead}", IMPURE, "x.c", f"#include <{name}>\n"
    for note in rules.NOTES:
        yield f"{note}: do it", IMPURE, "x.c", f"/* {note}: later */\n"
    for number in ("1.5", "4.0", ".5", "1e9", "2.5e-3", "1.f"):
        yield "integers", HOME, "x.c", in_function(f"x = {number}")


def include_cases():
    for owned, owner in rules.OWNERS.items():
        header = owned + "x.h" if owned.endswith("/") else owned
        for line in (f"#include <{header}>\n", f'#include "{header}"\n', f"# include<{header}>\n"):
            yield f"only {owner} may include {header}", IMPURE if owner != IMPURE else HOME, "x.c", line
    yield f"only {rules.GENERATED_OWNER} may include", HOME, "x.c", '#include "api.pb-c.h"\n'
    for line in ('#include "store/lmdb.h"\n', "#include <store/lmdb.h>\n", '  #  include"store/lmdb.h"\n',
                 '/* why */ int x;\n#include "store/lmdb.h"\n'):
        yield "lib/tlog may not use store", HOME, "x.c", line
    yield "lib/tlog may not use node", HOME, "x.h", '#include "node/node.h"\n'
    yield "in quotes: base/map.h", HOME, "x.c", "#include <base/map.h>\n"
    yield "in quotes: samme/span.h", HOME, "x.c", "#include <samme/span.h>\n"
    yield "not relative", HOME, "x.c", '#include "../base/map.h"\n'
    yield "not relative", HOME, "x.c", '#include "base/../store/lmdb.h"\n'
    yield "rooted", HOME, "x.c", '#include "good.h"\n'
    yield "says which file", HOME, "x.c", "#define IT <lmdb.h>\n#include IT\n"
    for header in ("unistd.h", "time.h", "semaphore.h", "sched.h", "stdatomic.h", "threads.h", "pthread.h", "signal.h",
                   "sys/socket.h", "sys/types.h", "fcntl.h", "errno.h", "poll.h", "argp.h", "ctype.h"):
        yield f"x.c is pure and may not include <{header}>", HOME, "x.c", f"#include <{header}>\n"
    for core in rules.CORES:
        for name in ("core.c", "core.h", "subshell.c", "mainly.c", "api/x.c"):
            yield f"{name} is pure and may not include <time.h>", core, name, "#include <time.h>\n"


def result_cases():
    can_fail, drops = " can fail: SAMME_CHECKED", "f can fail, and what it says is dropped"
    yield "samme_f" + can_fail, HOME, "x.h", "samme_status samme_f(int a,\n               int b);\n"
    yield "samme_g" + can_fail, HOME, "x.h", "samme_status f(void) SAMME_CHECKED; samme_status samme_g(void);\n"
    yield "h" + can_fail, HOME, "x.h", "typedef struct s {\n    samme_status (*h)(void *self);\n} s;\n"
    yield "i" + can_fail, HOME, "x.h", "static inline samme_status i(int a) {\n    return SAMME_OK;\n}\n"
    yield "samme_thing_make" + can_fail, HOME, "x.h", "int x;\n\nsamme_thing *samme_thing_make(void);\n"
    yield "samme_page_check" + can_fail, HOME, "x.h", "const char *samme_page_check(samme_span page);\n"
    yield "samme_row_sum" + can_fail, HOME, "x.h", "int samme_row_sum(int a);\n"
    for last in rules.FALLIBLE:
        for gives in ("bool", "samme_span"):
            yield f"samme_thing_{last}{can_fail}", HOME, "x.h", f"{gives} samme_thing_{last}(int a); /* says so */\n"
    for gives in ("samme_status ", "bool ", "int ", "thing *"):
        own = f"static {gives}f(int a,\n              int b) {{\n    return 0;\n}}\n\n"
        yield drops, HOME, "x.c", in_function("f(1, 2)", own)
        yield drops, HOME, "x.c", in_function("if (a)\n        f((1), b(2,\n          3))", own)
    own = "static samme_status f(void);\n"
    for statement in ("for (;;)\n        f()", "{\n        f();\n    }", "if (a) {\n    } else\n        f()",
                      "x = 1;\n    f() /* ) */", "switch (a) {\n    case 1:\n        f();\n    }"):
        yield drops, HOME, "x.c", in_function(statement, own)


def length_cases():
    yield "at most 70", HOME, "x.c", "int f(void) {\n" + "    g();\n" * 80 + "}\n"
    yield "at most 500", HOME, "x.c", "int x;\n" * 501
    yield "columns", HOME, "x.c", "int " + "x" * 130 + ";\n"
    yield "starts with a README.md", "lib/base/deeper", "x.c", "int x;\n"
    yield "starts with a README.md", "cli", "x.c", "int x;\n"


def good_cases():
    """What looks like it and is none: the owner's own include, calls that are impure only in a pure folder."""
    for owned, owner in rules.OWNERS.items():
        yield owner, "x.c", f"#include <{owned + 'x.h' if owned.endswith('/') else owned}>\n"
    yield rules.GENERATED_OWNER, "x.c", '#include "api.pb-c.h"\n'
    for names in rules.PURE_CALLS:
        for name in names:
            if not any(name in banned for banned in rules.BANNED_CALLS):
                yield IMPURE, "x.c", in_function(f"{name}(1)")
    for header in rules.PURE_HEADERS:
        yield HOME, "x.c", f"#include <{header}>\n"
    yield IMPURE, "x.c", "#include <unistd.h>\n"
    for core in rules.CORES:
        for name in ("main.c", "shell.c", "shell.h", "shell_pins.c"):
            yield core, name, "#include <time.h>\n"


def plant(root, files):
    for path, content in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as out:
            out.write(content)


def self_test(check):
    with tempfile.TemporaryDirectory(prefix="samme-tidy-") as root:
        def said_of(folder, name, content):
            """What is found once a file is planted, which is taken out again."""
            path = f"{folder}/{name}"
            plant(root, {path: content})
            said = check(root)
            os.remove(os.path.join(root, path))
            return said

        plant(root, TREE)
        wrong = [f"the tree with nothing planted: {one}" for one in check(root)]
        planted = 0
        for cases in (name_cases, include_cases, result_cases, length_cases):
            for expected, folder, name, content in cases():
                planted += 1
                if not any(expected in one for one in said_of(folder, name, content)):
                    wrong.append(f"not found, \"{expected}\", in {folder}/{name}:\n{content}")
        for folder, name, content in good_cases():
            planted += 1
            wrong += [f"found, and is none, in {folder}/{name}:\n{content}{one}" for one in said_of(folder, name, content)]
    print("\n".join(wrong) if wrong else f"{planted} cases")
    return 1 if wrong or planted < 300 else 0


if __name__ == "__main__":
    sys.exit("run tidy.py --self-test")
