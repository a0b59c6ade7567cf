"""The house rules as tables. Each entry is planted once by `tidy.py --self-test` (planted.py)."""

CODE = ("lib", "node", "hub", "cli", "include")
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 120

# third-party header (one that ends in '/' is a folder of them) -> the only folder that may include it
OWNERS = {
    "sodium.h": "lib/crypto",
    "sodium/": "lib/crypto",
    "openssl/": "lib/crypto",
    "zmq.h": "lib/net",
    "lmdb.h": "lib/store",
    "xxhash.h": "lib/store",
    "microhttpd.h": "lib/http",
    "curl/": "lib/http",
    "jansson.h": "lib/wire",
    "yaml.h": "lib/wire",
    "protobuf-c/": "lib/wire",
    "unicode/": "lib/sop",
    "bsd/": "lib/base",
}
GENERATED = ".pb-c.h"
GENERATED_OWNER = "lib/wire"

# folders that see no clock, socket, file, lock or thread
PURE = {
    "lib/base", "lib/boxes", "lib/wire", "lib/tlog", "lib/trust", "lib/policy", "lib/sop", "lib/render", "lib/check",
    "lib/history", "lib/journal", "lib/probes", "lib/keymap", "lib/sync",
}
# Of these all but the shell around the core.
CORES = {"node", "hub"}
SHELL = r"(main|shell(_\w+)?)\.[ch]"
# Of the machine's headers these alone: what a new one would bring is decided here, not where it is included.
PURE_HEADERS = {
    "assert.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h",
    "stdlib.h", "string.h",
}
# What these headers have beside: names -> what to do instead, in a pure folder.
PURE_CALLS = {
    ("fopen", "freopen", "fdopen", "fmemopen", "open_memstream", "tmpfile", "tmpnam", "mkstemp", "mkdtemp", "remove",
     "rename", "realpath", "popen"): "files come through a port, or as bytes",
    ("printf", "vprintf", "fprintf", "vfprintf", "dprintf", "vdprintf", "puts", "putchar", "putc", "fputs", "fputc",
     "fwrite", "perror"): "append to a samme_buffer; who called prints",
    ("fread", "fgets", "fgetc", "getc", "getchar", "getline", "getdelim", "fclose", "fflush", "fseek", "ftell"):
        "bytes are given, not read",
    ("getenv", "secure_getenv", "setenv", "unsetenv", "putenv", "clearenv"): "what is configured is an argument",
    ("time", "clock", "clock_gettime", "gettimeofday", "timespec_get", "getloadavg"): "the time is an argument",
    ("arc4random", "arc4random_buf", "arc4random_uniform", "getrandom", "getentropy"): "use the randomness port",
    ("strerror", "strsignal", "select"): "nothing here speaks with the system",
    ("exit", "_Exit", "quick_exit", "atexit"): "give a status",
}
PURE_WORDS = {
    ("stdin", "stdout", "stderr", "environ", "errno"): "nothing here speaks with the system",
    ("_Atomic", "_Thread_local", "__thread", "volatile", "asm", "__asm__"): "no threads here",
}

# names -> what to do instead, everywhere
BANNED_CALLS = {
    ("sprintf", "vsprintf"): "use snprintf or samme_buffer_printf",
    ("strcpy", "strcat", "strncpy", "strncat", "stpcpy", "stpncpy", "gets"): "use spans and buffers",
    ("atoi", "atol", "atoll", "strtol", "strtoul", "strtoll", "strtoull", "strtoimax", "strtoumax", "scanf", "fscanf",
     "sscanf", "vsscanf"): "use samme_u64_parse and its kin (base/text.h)",
    ("strtok", "strtok_r", "strsep"): "walk the span",
    ("rand", "rand_r", "srand", "random", "srandom", "drand48", "lrand48", "mrand48", "srand48"):
        "use the randomness port, or base/prng.h in tests",
    ("localtime", "localtime_r", "gmtime", "gmtime_r", "mktime", "timelocal", "strftime", "strptime", "ctime",
     "ctime_r", "asctime", "asctime_r", "tzset"): "use base/calendar.h",
    ("system", "popen"): "do not run shells",
    ("setlocale", "localeconv", "newlocale", "uselocale", "strcoll", "strxfrm", "nl_langinfo"): "no locale",
    ("atof", "strtod", "strtof", "strtold", "sqrt", "pow", "exp", "log", "log2", "log10", "floor", "ceil", "round",
     "lround", "trunc", "fabs", "fmod", "ldexp", "frexp"): "money and quantities are integers",
}
BANNED_WORDS = {
    ("float", "double", "_Float16", "_Float32", "_Float64", "_Float128", "__float128", "_Complex"):
        "money and quantities are integers",
}
BANNED_HEADERS = {
    ("math.h", "tgmath.h", "float.h", "fenv.h", "complex.h"): "money and quantities are integers",
    ("locale.h", "langinfo.h", "wchar.h", "wctype.h", "iconv.h"): "no locale",
    ("setjmp.h",): "give a status",
}
FLOAT_LITERAL = r"(?<![\w.])(?:\d+\.\d*|\.\d+|\d+(?=[eE][-+]?\d))(?:[eE][-+]?\d+)?[fFlL]?(?!\w)"
NOTES = ("TODO", "FIXME", "XXX")

# These write a message or name a status, and hand it back: nothing in them can fail.
NOT_CHECKED = r"samme_(\w+_)?fail(_\w+)?|samme_env_status"
# A bool or a span says whether it went well when the name of its function ends in one of these.
FALLIBLE = (
    "new", "alloc", "room", "add", "copy", "put", "write", "position", "send", "begin", "collect", "take", "claim",
    "next", "parse", "open", "read", "load", "verify", "check", "sound", "valid", "formed", "settle",
    "complete", "authenticate", "allows", "unpack",
)
# An int is a code, of errno or LMDB, unless its function's name ends in this: an order, a descriptor, a number.
INT_IS_NO_CODE = ("compare", "differ", "pay", "fd", "value")
# A const pointer says so when the name ends in this: what is wrong, or NULL. Any other pointer always does.
FALLIBLE_POINTER = ("check",)
# What may be dropped although it looks like a failure, and why.
MAY_BE_DROPPED = {
    "samme_buffer_extend": "errors stick to the buffer",
    "samme_pin_begin": "what it does not begin it has answered itself",
}
# Programs' commands: rows of a table whose number is the exit code.
COMMANDS = r"samme_cli_\w+|samme_program_main"
