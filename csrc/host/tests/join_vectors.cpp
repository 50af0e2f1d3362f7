// join_vectors FILE: what the C++ joins make of sounds that tests/test_host_joins.py writes. One line for each sound.
//
// FILE, little-endian: any number of (int64 n_samples, float64 gap, int64 first + 2 * last + 4 * asked, float32
// samples).
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <vector>

#include "joins.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("expected: join_vectors FILE\n", stderr);
    return 2;
  }
  struct {
    int64_t n_samples;
    double gap;
    int64_t flags;
  } head;
  std::ifstream file(argv[1], std::ios::binary);
  while (file.read(reinterpret_cast<char*>(&head), sizeof head)) {
    std::vector<float> audio(static_cast<size_t>(head.n_samples));
    file.read(reinterpret_cast<char*>(audio.data()), static_cast<std::streamsize>(audio.size() * sizeof(float)));
    const bool is_first = (head.flags & 1) != 0;
    const bool is_last = (head.flags & 2) != 0;
    const auto ends = kokoro_fast::silent_ends(audio.data(), head.n_samples);
    const auto join =
        kokoro_fast::plan_join(audio.data(), head.n_samples, head.gap, {is_first, is_last}, (head.flags & 4) != 0);
    const auto silence = kokoro_fast::plan_silence(head.gap, is_last);
    const int64_t numbers[] = {ends.head, ends.tail, join.trim_head, join.trim_tail, join.pause, silence.pause};
    for (const int64_t number : numbers) std::printf("%lld ", static_cast<long long>(number));
    std::printf("\n");
  }
  return file.eof() ? 0 : 1;
}
