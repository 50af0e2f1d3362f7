# find_package(kokoro_fast) gives the target kokoro_fast::host. Its headers need C++17, and no torch.
include("${CMAKE_CURRENT_LIST_DIR}/kokoro_fastTargets.cmake")
