# The libraries of others. A folder under src/ that carries the name of one of the optional ones is built only where that library is.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_library(GRADUS_HWY_LIBRARY hwy REQUIRED)
find_library(GRADUS_TOML_LIBRARY tomlplusplus)  # only headers before version 3.3
find_path(GRADUS_TOML_INCLUDE toml++/toml.h REQUIRED)

set(without "")  # folders that are left out

# Debian's libxsmm wants a BLAS only for large products, which we never ask of it: noblas fills those symbols.
find_path(GRADUS_XSMM_INCLUDE libxsmm.h)
find_library(GRADUS_XSMM_LIBRARY xsmm)
find_library(GRADUS_XSMM_NOBLAS_LIBRARY xsmmnoblas)
if(GRADUS_XSMM AND GRADUS_XSMM_INCLUDE AND GRADUS_XSMM_LIBRARY AND GRADUS_XSMM_NOBLAS_LIBRARY)
  set(GRADUS_HAS_XSMM ON)
else()
  if(GRADUS_XSMM AND NOT GRADUS_XSMM STREQUAL AUTO)
    message(FATAL_ERROR "GRADUS_XSMM=${GRADUS_XSMM}, but libxsmm was not found; try: apt install libxsmm-dev")
  endif()
  set(GRADUS_HAS_XSMM OFF)
  list(APPEND without xsmm)
endif()

# Not find_package: Debian's package file for oneDNN wants OpenCL's headers, which we have no use for.
find_path(GRADUS_ONEDNN_INCLUDE oneapi/dnnl/dnnl.hpp)
find_library(GRADUS_ONEDNN_LIBRARY dnnl)
if(GRADUS_ONEDNN AND GRADUS_ONEDNN_INCLUDE AND GRADUS_ONEDNN_LIBRARY)
  set(GRADUS_HAS_ONEDNN ON)
else()
  if(GRADUS_ONEDNN AND NOT GRADUS_ONEDNN STREQUAL AUTO)
    message(FATAL_ERROR "GRADUS_ONEDNN=${GRADUS_ONEDNN}, but oneDNN was not found; try: apt install libdnnl-dev")
  endif()
  set(GRADUS_HAS_ONEDNN OFF)
  list(APPEND without onednn)
endif()
message(STATUS "gradus: libxsmm ${GRADUS_HAS_XSMM}, oneDNN ${GRADUS_HAS_ONEDNN}")
