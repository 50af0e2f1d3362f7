# The options and compiler settings that the two projects of this repository share. The package calls its options
# KOKORO_FAST_BUILD_TESTS and KOKORO_FAST_SANITIZE, the host KOKORO_HOST_BUILD_TESTS and KOKORO_HOST_SANITIZE.
get_filename_component(KOKORO_ROOT "${CMAKE_CURRENT_LIST_DIR}/.." REALPATH)

macro(kokoro_options prefix)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    message(FATAL_ERROR "kokoro-fast: expected GCC or Clang, found ${CMAKE_CXX_COMPILER_ID}.")
  endif()
  option(${prefix}_BUILD_TESTS "Build the C++ tests and register them with ctest" OFF)
  set(${prefix}_SANITIZE "" CACHE STRING
    "Build with a sanitizer: address, which brings UndefinedBehaviorSanitizer with it, or thread")

  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release)
  endif()
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set(CMAKE_CXX_VISIBILITY_PRESET hidden)
  set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
  # The prefix map keeps the paths of the building machine out of messages.
  add_compile_options(-Wall -Wextra -ffile-prefix-map=${KOKORO_ROOT}/=)
  if(${prefix}_SANITIZE)
    set(sanitizers_address address,undefined)
    set(sanitizers_thread thread)
    if(NOT DEFINED sanitizers_${${prefix}_SANITIZE})
      message(FATAL_ERROR "kokoro-fast: ${prefix}_SANITIZE: expected address or thread, got ${${prefix}_SANITIZE}.")
    endif()
    set(sanitizers ${sanitizers_${${prefix}_SANITIZE}})
    add_compile_options(-fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS
      $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>)  # with checks in between, not every loop can be vectorized
    add_link_options(-fsanitize=${sanitizers})
  endif()
  if(${prefix}_BUILD_TESTS)
    enable_testing()
    find_package(GTest QUIET)
    if(NOT GTest_FOUND)
      message(FATAL_ERROR
        "kokoro-fast: the C++ tests need GoogleTest, which was not found. Install it (Debian, Ubuntu: apt-get install "
        "libgtest-dev), or build without ${prefix}_BUILD_TESTS.")
    endif()
  endif()
endmacro()
