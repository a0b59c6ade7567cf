# Language, warnings, sanitizers and hardening, the same for every target of ours. CMakePresets.json names the builds.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Assertions state our own bugs; they stay on in what ships.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")

set(SAMME_SANITIZE OFF CACHE STRING "ON: AddressSanitizer and UndefinedBehaviorSanitizer; thread: ThreadSanitizer")
option(SAMME_FUZZ "build the fuzz targets as libFuzzer programs; wants clang" OFF)
option(SAMME_COVERAGE "count executed lines, for gcov" OFF)

# gcc is the measure. Under these names clang warns of more: of casts in protobuf-c's INIT macros, assert(!"text"),
# enumerations as int, literals joined or added to, a va_list's format.
set(beyond_gcc -Wno-cast-qual -Wno-sign-conversion -Wno-string-conversion -Wno-string-concatenation
  -Wno-string-plus-int -Wno-format-nonliteral)

add_library(samme_compiler INTERFACE)
target_compile_definitions(samme_compiler INTERFACE _GNU_SOURCE
  _FORTIFY_SOURCE=$<IF:$<CONFIG:Debug>,0,$<IF:$<CONFIG:Release>,3,2>>)
target_compile_options(samme_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  -Wshadow -Wconversion -Wsign-conversion -Wcast-align -Wcast-qual -Wformat=2 -Wundef
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wmissing-declarations
  -Wredundant-decls -Wnested-externs -Wpointer-arith -Wwrite-strings -Wvla -Wnull-dereference
  -Wimplicit-fallthrough -Wdouble-promotion -Wdate-time -Walloca
  "$<$<C_COMPILER_ID:GNU>:-Wduplicated-cond;-Wduplicated-branches;-Wlogical-op>"
  "$<$<C_COMPILER_ID:Clang>:${beyond_gcc}>"
  -fno-common -fstack-protector-strong -fvisibility=hidden)
target_include_directories(samme_compiler INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR})

# The options below hold for generated code and the tests too.
if(SAMME_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  # libzmq is not built with it: how its threads hand over memory is not seen, nor what they let libsodium write.
  file(WRITE ${PROJECT_BINARY_DIR}/tsan-suppressions "race:libzmq\ncalled_from_lib:libzmq\ncalled_from_lib:libsodium\n")
elseif(SAMME_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(SAMME_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SAMME_FUZZ wants clang: libFuzzer is part of it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SAMME_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  include(CheckIPOSupported)
  include(CheckPIESupported)
  check_ipo_supported(LANGUAGES C)
  check_pie_supported(LANGUAGES C)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  # Paths of the machine that built it do not belong into what ships.
  add_compile_options(-fstack-clash-protection -fcf-protection -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
