# Defines kokoro_host_base: what of the host needs no torch. The host builds on it. The package's project builds it for the
# tests and the fuzz targets, which then need no torch either.
get_filename_component(host "${CMAKE_CURRENT_LIST_DIR}/.." REALPATH)
set(sources
  base/files.cpp base/json.cpp base/sha256.cpp base/threads.cpp base/utf8.cpp
  format/manifest.cpp format/phoneme_lines.cpp format/vocabulary.cpp format/voices.cpp
  speech/durations.cpp speech/wav.cpp ../cpu/common.cpp)
list(TRANSFORM sources PREPEND "${host}/")
add_library(kokoro_host_base STATIC ${sources})
target_compile_features(kokoro_host_base PUBLIC cxx_std_17)
target_include_directories(kokoro_host_base PUBLIC "${host}" "${host}/include" "${host}/../include")
target_link_libraries(kokoro_host_base PUBLIC kokoro_fast_audio)
