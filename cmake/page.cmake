# The page of `gradus explain --html`: its source in app/explain/page/ becomes a C++ file, so that the command needs no files.
#   include(cmake/page.cmake)                         in the build: adds that file to gradus_app
#   cmake -DFROM=folder -DTO=file.cpp -P page.cmake   writes it
set(page_scripts numbers.js steps.js layout.js graph.js zoom.js arithmetic.js panel.js main.js)  # in the order in which they run

if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Made by cmake/page.cmake from src/gradus/app/explain/page/.\n#include \"gradus/app/explain/page.hpp\"\n\nnamespace gradus::explain {\n\n")
  string(APPEND text "PageSource page_source() {\n  PageSource out;\n")
  foreach(name page style)
    if(name STREQUAL page)
      file(READ ${FROM}/page.html part)
    else()
      file(READ ${FROM}/page.css part)
    endif()
    string(APPEND text "  out.${name} = R\"gradus(${part})gradus\";\n")
  endforeach()
  foreach(script IN LISTS page_scripts)
    file(READ ${FROM}/${script} part)
    string(APPEND text "  out.script += R\"gradus(${part})gradus\";\n")
  endforeach()
  string(APPEND text "  return out;\n}\n\n}  // namespace gradus::explain\n")
  file(WRITE ${TO} "${text}")
  return()
endif()

set(page_folder ${PROJECT_SOURCE_DIR}/src/gradus/app/explain/page)
list(TRANSFORM page_scripts PREPEND ${page_folder}/ OUTPUT_VARIABLE page_files)
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/page_source.cpp
  COMMAND ${CMAKE_COMMAND} -DFROM=${page_folder} -DTO=${PROJECT_BINARY_DIR}/page_source.cpp -P ${CMAKE_CURRENT_LIST_FILE}
  DEPENDS ${page_files} ${page_folder}/page.html ${page_folder}/page.css ${CMAKE_CURRENT_LIST_FILE}
  COMMENT "Embedding the page of gradus explain")
# A target of its own: files of a target that has a file to make wait for all libraries that the target links.
add_library(gradus_page OBJECT ${PROJECT_BINARY_DIR}/page_source.cpp)
target_include_directories(gradus_page PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(gradus_page PRIVATE gradus_strict_flags)
target_sources(gradus_app PRIVATE $<TARGET_OBJECTS:gradus_page>)
