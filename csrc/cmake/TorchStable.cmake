# Defines torch_stable: the headers of torch's stable C++ interface and the library behind them.
#
# find_package(Torch) would do more than is needed: on a CUDA build of torch it stops without a CUDA toolkit, which a
# CPU library has no use for. The torch of the building Python is asked where it lies; it is not imported.
execute_process(
  COMMAND "${Python_EXECUTABLE}" -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
  OUTPUT_VARIABLE torch_dir OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT torch_dir)
  message(FATAL_ERROR
    "kokoro-fast: torch is missing: ${Python_EXECUTABLE} has no package torch, whose headers the ops are built against. "
    "Run `pip install .`, which fetches it for the build, or install torch first.")
endif()
set(torch_version_header "${torch_dir}/include/torch/headeronly/version.h")
if(NOT EXISTS "${torch_dir}/include/torch/csrc/stable/library.h" OR NOT EXISTS "${torch_version_header}")
  message(FATAL_ERROR
    "kokoro-fast: the torch headers are missing or too old: expected torch 2.11 or newer with its C++ headers "
    "in ${torch_dir}/include, found no torch/csrc/stable/library.h.")
endif()
file(STRINGS "${torch_version_header}" torch_version_line REGEX "^ *\"[0-9]+\\.[0-9]+\\.[0-9]+\"")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" KOKORO_FAST_TORCH_VERSION "${torch_version_line}")
if(KOKORO_FAST_TORCH_VERSION VERSION_LESS 2.11)
  message(FATAL_ERROR "kokoro-fast: expected torch 2.11 or newer, found ${KOKORO_FAST_TORCH_VERSION} in ${torch_dir}.")
endif()
message(STATUS "torch ${KOKORO_FAST_TORCH_VERSION}: ${torch_dir}")

add_library(torch_stable INTERFACE)
target_include_directories(torch_stable SYSTEM INTERFACE "${torch_dir}/include")
# The oldest torch whose interface the code may use. It also hides every header outside the stable interface.
target_compile_definitions(torch_stable INTERFACE TORCH_TARGET_VERSION=${KOKORO_FAST_TORCH_TARGET})
target_link_libraries(torch_stable INTERFACE
  "${torch_dir}/lib/${CMAKE_SHARED_LIBRARY_PREFIX}torch_cpu${CMAKE_SHARED_LIBRARY_SUFFIX}")
