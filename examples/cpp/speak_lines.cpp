// Speaks lines of phonemes, as `kokoro-fast phonemes` prints them, from an exported folder to a WAV file.
// There is no Python in it.
//
//   speak_lines FOLDER VOICE LINES.jsonl OUTPUT.wav
#include <kokoro_fast/kokoro_host.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

// Writes the lowest bytes of a number, the least significant first.
void put(std::ostream& file, int64_t value, int n_bytes) {
  for (int i = 0; i < n_bytes; ++i) file.put(static_cast<char>(value >> (8 * i)));
}

bool write_wav(const char* path, const std::vector<float>& sound, int sample_rate) {
  std::ofstream file(path, std::ios::binary);
  const auto n_bytes = static_cast<int64_t>(2 * sound.size());
  file << "RIFF", put(file, 36 + n_bytes, 4);
  file << "WAVEfmt ", put(file, 16, 4);                      // the size of the format that follows
  put(file, 1, 2), put(file, 1, 2);                          // PCM, one channel
  put(file, sample_rate, 4), put(file, 2 * sample_rate, 4);  // samples and bytes per second
  put(file, 2, 2), put(file, 16, 2);                         // bytes and bits per sample
  file << "data", put(file, n_bytes, 4);
  for (const float sample : sound) put(file, std::lround(32767 * std::clamp(sample, -1.0f, 1.0f)), 2);
  return static_cast<bool>(file.flush());
}

int fail(const std::string& message) {
  std::cerr << message << '\n';
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 5) return fail("usage: speak_lines FOLDER VOICE LINES.jsonl OUTPUT.wav");
  std::ifstream lines(argv[3]);
  if (!lines) return fail(std::string(argv[3]) + ": cannot be read");
  const auto host = kokoro_fast::Host::open(argv[1]);
  if (!host) return fail(host.message());

  kokoro_fast::Request request;
  request.voice = argv[2];
  std::vector<float> sound;
  const auto next_line = [&](std::string& line) { return static_cast<bool>(std::getline(lines, line)); };
  const auto take_part = [&](const kokoro_fast::Part& part) {  // a player would give the samples to the sound card here
    sound.insert(sound.end(), part.samples, part.samples + part.n_samples);
    return true;  // false would stop the speech
  };
  const auto status = host->speak_lines(request, next_line, take_part);
  if (!status) return fail(status.message());
  if (!write_wav(argv[4], sound, host->sample_rate())) return fail(std::string(argv[4]) + ": cannot be written");
  std::cout << argv[4] << ": " << sound.size() << " samples\n";
}
