# Defines libtorch: headers and CPU libraries of a torch from pip, or of a libtorch archive.
#
# find_package(Torch) would do more than is needed: on a CUDA build of torch it stops without a CUDA toolkit, and its
# list of libraries brings some in that a CPU program has no use for.
find_file(KOKORO_HOST_TORCH_CONFIG TorchConfig.cmake
  HINTS ${Torch_DIR} PATH_SUFFIXES Torch share/cmake/Torch
  DOC "TorchConfig.cmake of the torch to build against")
if(NOT KOKORO_HOST_TORCH_CONFIG)
  message(FATAL_ERROR
    "kokoro-fast host: torch is missing. Say where it is: "
    "-DCMAKE_PREFIX_PATH=$(python -c 'import torch; print(torch.utils.cmake_prefix_path)')")
endif()
get_filename_component(torch_dir "${KOKORO_HOST_TORCH_CONFIG}/../../../.." ABSOLUTE)

set(version_header "${torch_dir}/include/torch/headeronly/version.h")
if(NOT EXISTS "${version_header}" OR NOT EXISTS "${torch_dir}/include/torch/script.h")
  message(FATAL_ERROR "kokoro-fast host: expected torch 2.11 or newer with its C++ headers in ${torch_dir}/include.")
endif()
file(STRINGS "${version_header}" version_line REGEX "^ *\"[0-9]+\\.[0-9]+\\.[0-9]+\"")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" KOKORO_HOST_TORCH_VERSION "${version_line}")
if(KOKORO_HOST_TORCH_VERSION VERSION_LESS 2.11)
  message(FATAL_ERROR
    "kokoro-fast host: expected torch 2.11 or newer, found ${KOKORO_HOST_TORCH_VERSION} in ${torch_dir}.")
endif()
message(STATUS "torch ${KOKORO_HOST_TORCH_VERSION}: ${torch_dir}")

set(KOKORO_HOST_TORCH_LIBRARIES "${torch_dir}/lib")
add_library(libtorch INTERFACE)
target_include_directories(libtorch SYSTEM INTERFACE
  "${torch_dir}/include" "${torch_dir}/include/torch/csrc/api/include")
foreach(name torch_cpu c10)
  target_link_libraries(libtorch INTERFACE
    "${torch_dir}/lib/${CMAKE_SHARED_LIBRARY_PREFIX}${name}${CMAKE_SHARED_LIBRARY_SUFFIX}")
endforeach()
