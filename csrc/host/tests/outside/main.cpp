// outside FOLDER VOICE PHONEMES: prints how many samples were spoken.
#include <kokoro_fast/kokoro_host.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto host = kokoro_fast::Host::open(argv[1]);
  if (!host) {
    std::fprintf(stderr, "%s\n", host.message().c_str());
    return 1;
  }
  kokoro_fast::Request request;
  request.voice = argv[2];
  request.phonemes = argv[3];
  long long n_samples = 0;
  const auto status = host->speak(request, [&](const kokoro_fast::Part& part) {
    n_samples += part.n_samples;
    return true;
  });
  if (!status) std::fprintf(stderr, "%s\n", status.message().c_str());
  std::printf("%lld\n", n_samples);
  return status ? 0 : 1;
}
