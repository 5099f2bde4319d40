# The headers of the standard library that most files include, read once: that was half of the time of a small file. Files still include
# what they use: other compilers, and whoever turns this off, compile them without.
set(gradus_precompiled algorithm array bit cmath cstdint cstring charconv functional limits map memory numeric optional set span string
    string_view utility vector)
list(TRANSFORM gradus_precompiled PREPEND "<")
list(TRANSFORM gradus_precompiled APPEND ">")

if(GRADUS_PCH)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp.new "// A target needs a file: this one has only the precompiled headers.\n")
  file(COPY_FILE ${PROJECT_BINARY_DIR}/precompiled.cpp.new ${PROJECT_BINARY_DIR}/precompiled.cpp ONLY_IF_DIFFERENT)
  add_library(gradus_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(gradus_precompiled PRIVATE gradus_strict_flags)
  target_precompile_headers(gradus_precompiled PRIVATE ${gradus_precompiled})
endif()

# Gives the target the headers.
function(gradus_precompile target)
  if(GRADUS_PCH)
    target_precompile_headers(${target} REUSE_FROM gradus_precompiled)
  endif()
endfunction()
