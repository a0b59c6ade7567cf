# samme_module(NAME [USES other...] [PARTS part...])   one folder = one static library
#   Every .c file of the folder belongs to it; USES names other folders, PARTS third-party libraries.
# samme_program(NAME USES ...)                          an executable named NAME from this folder's main.c
# samme_test(NAME [SOURCES ...] USES ...)               a Criterion test program, run by CTest
function(samme_module name)
  cmake_parse_arguments(M "" "" "USES;PARTS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c ${CMAKE_CURRENT_SOURCE_DIR}/*/*.c)
  list(FILTER sources EXCLUDE REGEX "/(main|shell[a-z_]*)\\.c$")
  list(TRANSFORM M_USES PREPEND samme_)
  if(NOT sources)
    add_library(samme_${name} INTERFACE)
    target_link_libraries(samme_${name} INTERFACE samme_compiler ${M_USES} ${M_PARTS})
  else()
    add_library(samme_${name} STATIC ${sources})
    target_link_libraries(samme_${name} PUBLIC samme_compiler ${M_USES} PRIVATE ${M_PARTS})
  endif()
endfunction()

function(samme_program name)
  cmake_parse_arguments(P "" "" "SOURCES;USES;PARTS" ${ARGN})
  list(TRANSFORM P_USES PREPEND samme_)
  add_executable(${name} ${P_SOURCES})
  target_link_libraries(${name} PRIVATE samme_compiler ${P_USES} ${P_PARTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# The lists that Criterion's macros make, named for tests/gate/one_process.c.
set(criterion_lists LINKER:--export-dynamic,-z,start-stop-visibility=default
  LINKER:-u,__start_cr_tst,-u,__stop_cr_tst,-u,__start_cr_sts,-u,__stop_cr_sts)

function(samme_test name)
  cmake_parse_arguments(T "" "" "SOURCES;USES;LABELS" ${ARGN})
  if(NOT T_SOURCES)
    set(T_SOURCES ${name}.c)
  endif()
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  list(TRANSFORM T_USES PREPEND samme_)
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE samme_compiler ${T_USES} PkgConfig::CRITERION)
  target_compile_definitions(${name} PRIVATE SAMME_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  target_link_options(${name} PRIVATE ${criterion_lists})
  add_test(NAME ${name} COMMAND ${name} --jobs 2)
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${T_LABELS}")
endfunction()
