// The sound of requests and lines.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "host_case.h"
#include "kokoro_fast/pauses.h"

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
  if (!status) throw std::runtime_error(status.message());
  return heard;
}

}  // namespace

TEST(HostSpeech, FolderIsDescribed) {
  ASSERT_FALSE(host().voices().empty());
  EXPECT_EQ(host().sample_rate(), 24000);
  EXPECT_TRUE(host().kind() == "torchscript" || host().kind() == "aoti");
  EXPECT_EQ(host().threads(), 1);
}

TEST(HostSpeech, UtteranceIsAsLongAsItsDurations) {
  const Heard spoken = heard(hello());
  ASSERT_EQ(spoken.parts.size(), 1u);
  ASSERT_EQ(spoken.durations.size(), 7u);  // five symbols and the two boundary ids
  EXPECT_EQ(static_cast<int64_t>(spoken.samples.size()), 600 * sum(spoken.durations));
  EXPECT_GE(*std::min_element(spoken.durations.begin(), spoken.durations.end()), 1);
  EXPECT_GT(loudest(spoken.samples, 0, spoken.samples.size()), 0.05F);
}

TEST(HostSpeech, SeedDecidesTheNoise) {
  Request request = hello();
  const Heard first = heard(request);
  EXPECT_EQ(heard(request).samples, first.samples);
  request.seed = 1;
  EXPECT_NE(heard(request).samples, first.samples);
  request.noise = 0;
  const Heard silent = heard(request);
  request.seed = 2;
  EXPECT_EQ(heard(request).samples, silent.samples);
}

TEST(HostSpeech, IdsAndStyleAreTheSameAsPhonemesAndVoice) {
  const Heard spoken = heard(hello());
  Request request;
  request.ids = {50, 83, 54, 156, 31};
  std::ifstream file(host_folder() + "/voices/" + host().voices().front() + ".bin", std::ios::binary);
  request.style.resize(256);
  file.seekg(4 * 256 * sizeof(float));
  file.read(reinterpret_cast<char*>(request.style.data()), 256 * sizeof(float));
  EXPECT_EQ(heard(request).samples, spoken.samples);
}

TEST(HostSpeech, SpeedShortens) {
  Request request = hello();
  const size_t usual = heard(request).samples.size();
  request.speed = 2.0;
  EXPECT_LT(heard(request).samples.size(), usual);
  request.speed = 0.5;
  EXPECT_GT(heard(request).samples.size(), usual);
}

TEST(HostSpeech, LongestAndShortestUtterance) {
  Request request = hello();
  request.phonemes.clear();
  request.ids.assign(510, 43);
  request.speed = 2.0;
  ASSERT_EQ(heard(request).durations.size(), 512u);
  request.ids = {177};
  ASSERT_EQ(heard(request).durations.size(), 3u);
}

TEST(HostSpeech, LinesAreOneTimeline) {
  const std::vector<std::string> lines = {"həlˈO", "", R"({"phonemes": "", "gap": 0.5})",
                                          R"({"phonemes": "wˈɜɹld.", "gap": 0.2, "rate": 1.2})", "həlˈO"};
  const Heard spoken = heard_lines(lines);
  ASSERT_EQ(spoken.parts.size(), 4u);
  int64_t position = 0;
  for (size_t i = 0; i < spoken.parts.size(); ++i) {
    EXPECT_EQ(spoken.parts[i].chunk, static_cast<int64_t>(i));
    EXPECT_EQ(spoken.parts[i].first_sample, position);
    position += spoken.parts[i].n_samples;
  }
  EXPECT_EQ(spoken.parts[1].n_durations, 0);
  EXPECT_EQ(spoken.parts[3].n_durations, 7);
  EXPECT_LE(loudest(spoken.samples, 0, spoken.samples.size()), 1.0F);
  EXPECT_LE(silent_ends(spoken.samples.data(), position).tail, 7200);  // 0.3 s
  EXPECT_EQ(heard_lines(lines).samples, spoken.samples);
}

TEST(HostSpeech, PauseIsAsLongAsRequested) {
  const auto with_pause = [](const char* seconds) {
    return heard_lines({std::string(R"({"phonemes": "həlˈO", "gap": )") + seconds + "}", "həlˈO"}).samples.size();
  };
  EXPECT_EQ(with_pause("2.0") - with_pause("1.5"), 12000);
}

TEST(HostSpeech, LinesTrimWhatTheModelPutsAroundAChunk) {
  const Heard whole = heard(hello());
  const Heard trimmed = heard_lines({"həlˈO"});
  EXPECT_LT(trimmed.samples.size(), whole.samples.size());
  const Part& part = trimmed.parts.front();
  EXPECT_LE(part.origin, 0);
  // Inside the fades the samples are the utterance's own.
  const size_t middle = trimmed.samples.size() / 2;
  EXPECT_EQ(trimmed.samples[middle], whole.samples[middle + static_cast<size_t>(-part.origin)]);
}

TEST(HostSpeech, LineMayHaveItsOwnVoice) {
  const std::string other = host().voices().back();
  EXPECT_NE(other, host().voices().front());
  const Heard usual = heard_lines({"həlˈO"});
  EXPECT_NE(heard_lines({R"({"phonemes": "həlˈO", "gap": 0.3, "voice": ")" + other + "\"}"}).samples, usual.samples);
}

TEST(HostSpeech, FirstWindowComesEarlyAndTheRestIsExact) {
  const std::vector<std::string> lines = {"ðə kˈɛTᵊl sˈæŋ, ænd nˈObədi hˈɜɹd ɪt.", "həlˈO"};
  const Heard exact = heard_lines(lines);
  const Heard early = heard_lines(lines, true);
  if (early.parts.size() == 2) {  // a model without windows
    EXPECT_EQ(early.samples, exact.samples);
    return;
  }
  ASSERT_EQ(early.parts.size(), 3u);
  const Part& window = early.parts[0];
  EXPECT_GT(window.n_samples, 9600);
  EXPECT_LT(window.n_samples, 15000);
  EXPECT_EQ(window.chunk, 0);
  EXPECT_EQ(early.parts[1].chunk, 0);
  EXPECT_EQ(early.parts[2].chunk, 1);
  EXPECT_GT(window.n_durations, 0);
  EXPECT_EQ(early.parts[1].n_durations, 0);
  EXPECT_EQ(early.parts[1].origin, window.origin);
  EXPECT_EQ(early.parts[1].first_sample, window.n_samples);
  // From 20 ms after the window on, the samples are those of the exact speech, at the same time after its origin.
  const auto shift = static_cast<size_t>(window.origin - exact.parts[0].origin);
  const size_t from = static_cast<size_t>(window.n_samples) + 480;
  ASSERT_EQ(early.samples.size(), exact.samples.size() + shift);
  EXPECT_TRUE(std::equal(early.samples.begin() + static_cast<int64_t>(from), early.samples.end(),
                         exact.samples.begin() + static_cast<int64_t>(from - shift)));
  EXPECT_NE(early.samples[from / 2], exact.samples[from / 2 - shift]);
}

TEST(HostSpeech, EveryLengthCanComeEarly) {
  for (const char* rate : {"0.5", "1.0", "2.0"}) {
    for (const char* phonemes : {"a", "ə", ".", "həl"}) {
      const std::string line = std::string(R"({"phonemes": ")") + phonemes + R"(", "gap": 0.5, "rate": )" + rate + "}";
      EXPECT_FALSE(heard_lines({R"({"phonemes": "", "gap": 0.2})", line}, true).samples.empty());
    }
  }
}

TEST(HostSpeech, ShortWordComesWhole) {
  const std::vector<std::string> lines = {R"({"phonemes": "a", "gap": 0.5, "rate": 2.0})"};
  EXPECT_EQ(heard_lines(lines, true).samples, heard_lines(lines).samples);
}
