# Files of one layer that one run of the compiler takes together (unity.py says which): a third of the time of a clean build. Who has
# ccache compiles what has changed alone.

# Sets `result` to what is to be compiled for `files` of a layer.
function(gradus_together result layer)
  set(${result} ${ARGN} PARENT_SCOPE)
  if(NOT GRADUS_UNITY)
    return()
  endif()
  execute_process(
    COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/cmake/unity.py ${PROJECT_BINARY_DIR}/unity/${layer} 12 ${PROJECT_SOURCE_DIR}/src ${ARGN}
    OUTPUT_VARIABLE compiled OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" compiled "${compiled}")
  set(${result} ${compiled} PARENT_SCOPE)
  # A file that begins to keep another's name to itself has to leave it.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/unity.py)
  # Never built: compile_commands.json, which editors and clang-tidy read, knows every file by it.
  list(REMOVE_ITEM ARGN ${compiled})
  add_library(gradus_${layer}_apart OBJECT EXCLUDE_FROM_ALL ${ARGN})
  target_link_libraries(gradus_${layer}_apart PRIVATE gradus_strict_flags $<TARGET_PROPERTY:gradus_${layer},LINK_LIBRARIES>)
  target_compile_definitions(gradus_${layer}_apart PRIVATE $<TARGET_PROPERTY:gradus_${layer},COMPILE_DEFINITIONS>)
  target_compile_options(gradus_${layer}_apart PRIVATE $<TARGET_PROPERTY:gradus_${layer},COMPILE_OPTIONS>)
  target_include_directories(gradus_${layer}_apart PRIVATE $<TARGET_PROPERTY:gradus_${layer},INCLUDE_DIRECTORIES>)
endfunction()
