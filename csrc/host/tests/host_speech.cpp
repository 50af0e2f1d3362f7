// What is heard.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "host_case.h"
#include "joins.h"

using namespace kokoro_fast;

namespace {

int64_t sum(const std::vector<int64_t>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), int64_t{0}); }

float loudest(const std::vector<float>& samples, size_t begin, size_t end) {
  float most = 0;
  for (size_t i = begin; i < end; ++i) most = std::max(most, std::fabs(samples[i]));
  return most;
}

Heard heard_lines(const std::vector<std::string>& lines, bool early = false) {
  Request request = hello();
  request.phonemes.clear();
  request.early = early;
  Heard heard;
  const Status status = host().speak_lines(request, lines_of(lines), into(heard));
  CHECK_MESSAGE(status.ok(), status.message());
  return heard;
}

}  // namespace

TEST(folder_is_described) {
  CHECK(!host().voices().empty());
  CHECK(host().sample_rate() == 24000);
  CHECK(host().kind() == "torchscript" || host().kind() == "aoti");
  CHECK(host().threads() == 1);
}

TEST(utterance_is_as_long_as_its_durations) {
  const Heard spoken = heard(hello());
  CHECK(spoken.parts.size() == 1);
  CHECK(spoken.durations.size() == 7);  // five symbols and the two boundary ids
  CHECK(static_cast<int64_t>(spoken.samples.size()) == 600 * sum(spoken.durations));
  CHECK(*std::min_element(spoken.durations.begin(), spoken.durations.end()) >= 1);
  CHECK(loudest(spoken.samples, 0, spoken.samples.size()) > 0.05F);
}

TEST(seed_decides_the_noise) {
  Request request = hello();
  const Heard first = heard(request);
  CHECK(heard(request).samples == first.samples);
  request.seed = 1;
  CHECK(heard(request).samples != first.samples);
  request.noise = 0;
  const Heard silent = heard(request);
  request.seed = 2;
  CHECK(heard(request).samples == silent.samples);
}

TEST(ids_and_style_are_the_same_as_phonemes_and_voice) {
  const Heard spoken = heard(hello());
  Request request;
  request.ids = {50, 83, 54, 156, 31};
  std::ifstream file(host_folder() + "/voices/" + host().voices().front() + ".bin", std::ios::binary);
  request.style.resize(256);
  file.seekg(4 * 256 * sizeof(float));
  file.read(reinterpret_cast<char*>(request.style.data()), 256 * sizeof(float));
  CHECK(heard(request).samples == spoken.samples);
}

TEST(speed_shortens) {
  Request request = hello();
  const size_t usual = heard(request).samples.size();
  request.speed = 2.0;
  CHECK(heard(request).samples.size() < usual);
  request.speed = 0.5;
  CHECK(heard(request).samples.size() > usual);
}

TEST(longest_and_shortest_utterance) {
  Request request = hello();
  request.phonemes.clear();
  request.ids.assign(510, 43);
  request.speed = 2.0;
  CHECK(heard(request).durations.size() == 512);
  request.ids = {177};
  CHECK(heard(request).durations.size() == 3);
}

TEST(lines_are_one_timeline) {
  const std::vector<std::string> lines = {"həlˈO", "", R"({"phonemes": "", "gap": 0.5})",
                                          R"({"phonemes": "wˈɜɹld.", "gap": 0.2, "rate": 1.2})", "həlˈO"};
  const Heard spoken = heard_lines(lines);
  CHECK(spoken.parts.size() == 4);
  int64_t position = 0;
  for (size_t i = 0; i < spoken.parts.size(); ++i) {
    CHECK(spoken.parts[i].chunk == static_cast<int64_t>(i));
    CHECK(spoken.parts[i].first_sample == position);
    position += spoken.parts[i].n_samples;
  }
  CHECK(spoken.parts[1].n_durations == 0);
  CHECK(spoken.parts[3].n_durations == 7);
  CHECK(loudest(spoken.samples, 0, spoken.samples.size()) <= 1.0F);
  CHECK(silent_ends(spoken.samples.data(), position).tail <= 7200);  // 0.3 s
  CHECK(heard_lines(lines).samples == spoken.samples);
}

TEST(gap_is_as_long_as_asked) {
  const auto with_gap = [](const char* gap) {
    return heard_lines({std::string(R"({"phonemes": "həlˈO", "gap": )") + gap + "}", "həlˈO"}).samples.size();
  };
  CHECK(with_gap("2.0") - with_gap("1.5") == 12000);
}

TEST(lines_trim_what_the_model_puts_around_a_chunk) {
  const Heard whole = heard(hello());
  const Heard trimmed = heard_lines({"həlˈO"});
  CHECK(trimmed.samples.size() < whole.samples.size());
  const Part& part = trimmed.parts.front();
  CHECK(part.origin <= 0);
  // Inside the fades the samples are the utterance's own.
  const size_t middle = trimmed.samples.size() / 2;
  CHECK(trimmed.samples[middle] == whole.samples[middle + static_cast<size_t>(-part.origin)]);
}

TEST(line_may_have_its_own_voice) {
  const std::string other = host().voices().back();
  CHECK(other != host().voices().front());
  const Heard usual = heard_lines({"həlˈO"});
  CHECK(heard_lines({R"({"phonemes": "həlˈO", "gap": 0.3, "voice": ")" + other + "\"}"}).samples != usual.samples);
}

TEST(first_window_comes_early_and_the_rest_is_exact) {
  const std::vector<std::string> lines = {"ðə kˈɛTᵊl sˈæŋ, ænd nˈObədi hˈɜɹd ɪt.", "həlˈO"};
  const Heard exact = heard_lines(lines);
  const Heard early = heard_lines(lines, true);
  if (early.parts.size() == 2) {  // a model without windows
    CHECK(early.samples == exact.samples);
    return;
  }
  CHECK(early.parts.size() == 3);
  const Part& window = early.parts[0];
  CHECK(window.n_samples > 9600 && window.n_samples < 15000);
  CHECK(window.chunk == 0 && early.parts[1].chunk == 0 && early.parts[2].chunk == 1);
  CHECK(window.n_durations > 0 && early.parts[1].n_durations == 0);
  CHECK(early.parts[1].origin == window.origin);
  CHECK(early.parts[1].first_sample == window.n_samples);
  // From 20 ms after the window on, the samples are those of the exact speech, at the same time after its origin.
  const auto shift = static_cast<size_t>(window.origin - exact.parts[0].origin);
  const size_t from = static_cast<size_t>(window.n_samples) + 480;
  CHECK(early.samples.size() == exact.samples.size() + shift);
  CHECK(std::equal(early.samples.begin() + static_cast<int64_t>(from), early.samples.end(),
                   exact.samples.begin() + static_cast<int64_t>(from - shift)));
  CHECK(early.samples[from / 2] != exact.samples[from / 2 - shift]);
}

TEST(every_length_can_come_early) {
  for (const char* rate : {"0.5", "1.0", "2.0"}) {
    for (const char* phonemes : {"a", "ə", ".", "həl"}) {
      const std::string line = std::string(R"({"phonemes": ")") + phonemes + R"(", "gap": 0.5, "rate": )" + rate + "}";
      CHECK(!heard_lines({R"({"phonemes": "", "gap": 0.2})", line}, true).samples.empty());
    }
  }
}

TEST(short_word_comes_whole) {
  const std::vector<std::string> lines = {R"({"phonemes": "a", "gap": 0.5, "rate": 2.0})"};
  CHECK(heard_lines(lines, true).samples == heard_lines(lines).samples);
}
