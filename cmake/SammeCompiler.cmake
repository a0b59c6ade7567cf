# Language, warnings and sanitizers, the same for every target of ours.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Assertions state our own bugs; they stay on in what ships.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

option(SAMME_SANITIZE "build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

add_library(samme_compiler INTERFACE)
target_compile_definitions(samme_compiler INTERFACE _GNU_SOURCE _FORTIFY_SOURCE=$<IF:$<CONFIG:Debug>,0,2>)
target_compile_options(samme_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  -Wshadow -Wconversion -Wsign-conversion -Wcast-align -Wcast-qual -Wformat=2 -Wundef
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wmissing-declarations
  -Wredundant-decls -Wnested-externs -Wpointer-arith -Wwrite-strings -Wvla -Wnull-dereference
  -Wimplicit-fallthrough -Wduplicated-cond -Wduplicated-branches -Wlogical-op
  -Wdouble-promotion -Wdate-time -Walloca
  -fno-common -fstack-protector-strong -fvisibility=hidden)
target_include_directories(samme_compiler INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR})

if(SAMME_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
