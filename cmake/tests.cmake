# With GRADUS_COMMAND=OFF only the tests of the layers that are there.
# One GoogleTest binary for each folder of tests/ that has *_test.cpp files: tests/core/... becomes test_core, linked with gradus_core.
# The binary of a layer links that layer, so that it builds while those above do not; the others link everything.
enable_testing()
find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(STATUS "gradus: GoogleTest was not found, so the tests are not built; try: apt install libgtest-dev")
  return()
endif()
include(GoogleTest)
# In a header and not on the command line: a test that does not name these folders is compiled once for all checkouts (ccache).
configure_file(${PROJECT_SOURCE_DIR}/tests/support/paths.hpp.in ${PROJECT_BINARY_DIR}/tests/support/paths.hpp @ONLY)

file(GLOB_RECURSE all_test_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.cpp)
set(groups "")
foreach(file IN LISTS all_test_files)
  string(REGEX REPLACE "^${PROJECT_SOURCE_DIR}/tests/([^/]+)/.*$" "\\1" group ${file})
  list(APPEND groups ${group})
endforeach()
list(REMOVE_DUPLICATES groups)

foreach(group IN LISTS groups)
  set(tested gradus_app)
  if(TARGET gradus_${group})
    set(tested gradus_${group})
  elseif(NOT GRADUS_COMMAND)
    continue()
  endif()
  set(target ${gradus_prefix}test_${group})
  gradus_sources(files tests/${group})
  add_executable(${target} ${files})
  target_link_libraries(${target} PRIVATE ${tested} gradus_flags GTest::gtest GTest::gtest_main)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)  # half the time to compile; what is tested is -O2
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})  # "tests/support/..."
  target_compile_definitions(${target} PRIVATE ${gradus_has_definitions})
  if(GRADUS_COMMAND)
    add_dependencies(${target} gradus)
  endif()
  gtest_discover_tests(${target} TEST_PREFIX "${group}: " NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endforeach()

# The scripts: each tests/scripts/*_test.py, and the order of the layers itself.
find_package(Python3 QUIET COMPONENTS Interpreter)
if(Python3_FOUND)
  file(GLOB script_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/scripts/*_test.py)
  foreach(file IN LISTS script_tests)
    get_filename_component(name ${file} NAME_WE)
    add_test(NAME "scripts: ${name}" COMMAND ${Python3_EXECUTABLE} -B ${file})
  endforeach()
  add_test(NAME "layers: who includes whom" COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/scripts/check_layers.py)
  add_test(NAME "remedies: every refusal offers one thing to try"
           COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/scripts/check_remedies.py)
  add_test(NAME "casts: counts in the engine are checked" COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/scripts/check_casts.py)
  # The page of explain in a browser, on formulas and on a small trained network; skipped where there is no Chromium.
  if(GRADUS_COMMAND)
    add_test(NAME "app: explain page in a browser"
             COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/tests/app/explain/page_test.py $<TARGET_FILE:gradus>)
    set_tests_properties("app: explain page in a browser" PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
    add_test(NAME "app: explain json recomputed"
             COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/tests/app/explain/json_test.py $<TARGET_FILE:gradus>)
    set_tests_properties("app: explain json recomputed" PROPERTIES TIMEOUT 300)
  endif()
endif()
