# Benchmarks (target `bench`), and the library of workloads that they, their tests and bench/compare share.
file(GLOB workloads CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/workloads/*.cpp)
add_library(gradus_bench STATIC EXCLUDE_FROM_ALL ${workloads})
target_link_libraries(gradus_bench PUBLIC gradus_learn PRIVATE gradus_flags)
target_include_directories(gradus_bench PUBLIC ${PROJECT_SOURCE_DIR})  # "bench/workloads/..."

if(GRADUS_BENCH)
  add_custom_target(bench)
  # Adds bench_<name>, built into bench/<name> by the target `bench`.
  function(gradus_benchmark name file)
    add_executable(bench_${name} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(bench_${name} PRIVATE gradus_bench gradus_flags ${ARGN})
    target_compile_definitions(bench_${name} PRIVATE ${gradus_has_definitions})
    set_target_properties(bench_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
    add_dependencies(bench bench_${name})
  endfunction()
  file(GLOB benchmarks CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*.cpp)
  foreach(file IN LISTS benchmarks)
    get_filename_component(name ${file} NAME_WE)
    gradus_benchmark(${name} ${file} benchmark::benchmark)
  endforeach()
  gradus_benchmark(gradus_steps ${PROJECT_SOURCE_DIR}/bench/peers/gradus_steps.cpp)
endif()
