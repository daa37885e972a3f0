# attn_add_room(NAME SOURCES... [DEPENDS rooms...] [TABLEGEN targets...])
#
# A room is one static library, Attn<NAME>, that sees MLIR only through
# libMLIR.so and other rooms only through the list it gives here.
function(attn_add_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;TABLEGEN" ${ARGN})
  add_library(Attn${name} STATIC ${ARG_SOURCES})
  set_target_properties(Attn${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(ARG_TABLEGEN)
    add_dependencies(Attn${name} ${ARG_TABLEGEN})
  endif()
  list(TRANSFORM ARG_DEPENDS PREPEND Attn)
  target_link_libraries(Attn${name} PUBLIC ${ARG_DEPENDS} MLIR LLVM)
endfunction()

# attn_add_passes(NAME): Passes.td of the current folder -> Passes.h.inc.
function(attn_add_passes name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name=Attn${name})
  add_public_tablegen_target(Attn${name}PassIncGen)
endfunction()

# attn_add_tool(NAME SOURCES... LINK rooms...)
function(attn_add_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_LINK PREPEND Attn)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
endfunction()

# attn_add_unittest(NAME SOURCES... LINK rooms... [LIBS libraries...])
#
# NAME ends in "Tests": so lit finds the program, in test/Unit of the build.
function(attn_add_unittest name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_LINK PREPEND Attn)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} ${ARG_LIBS} GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  add_dependencies(AttnUnitTests ${name})
endfunction()
