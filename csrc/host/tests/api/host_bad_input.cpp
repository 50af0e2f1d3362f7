// Wrong requests: an error code and one line, and the host still speaks.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "host_case.h"

using namespace kokoro_fast;

namespace {

const float kNan = std::numeric_limits<float>::quiet_NaN();
const float kInfinity = std::numeric_limits<float>::infinity();

void refuse(const Request& request, const std::string& words, Code code = Code::bad_argument) {
  const Status status = host().speak(request, [](const Part&) -> bool { throw std::logic_error("spoken"); });
  check_error(status, code, words);
}

void refuse_lines(const std::vector<std::string>& lines, const std::string& words, Code code = Code::bad_argument) {
  Request request = hello();
  request.phonemes.clear();
  Heard heard;
  check_error(host().speak_lines(request, lines_of(lines), into(heard)), code, words);
}

}  // namespace

TEST(HostBadInput, SymbolsAreChecked) {
  Request request = hello();
  request.phonemes = "";
  refuse(request, "got neither");
  request.phonemes = std::string(511, 'a');
  refuse(request, "got 511");
  request.phonemes = "hə5lˈO";
  refuse(request, "5");
  request.phonemes = "h\xc9";
  refuse(request, "UTF-8");
  request.phonemes = "a";
  request.ids = {43};
  refuse(request, "got both");
}

TEST(HostBadInput, IdsAreChecked) {
  Request request = hello();
  request.phonemes.clear();
  for (const int64_t id : {int64_t{-1}, int64_t{178}, std::numeric_limits<int64_t>::max()}) {
    request.ids = {43, id};
    refuse(request, "got " + std::to_string(id) + " at position 1");
  }
  request.ids.assign(511, 43);
  refuse(request, "got 511");
}

TEST(HostBadInput, VoiceAndStyleAreChecked) {
  Request request = hello();
  request.voice = "af_nobody";
  refuse(request, "af_nobody", Code::unknown_voice);
  request.voice = "../../etc/passwd";
  refuse(request, "passwd", Code::unknown_voice);
  request.voice = "";
  refuse(request, "got neither");
  request.style.assign(255, 0.0F);
  refuse(request, "got 255");
  request.style.assign(256, kNan);
  refuse(request, "finite");
  request.voice = host().voices().front();
  refuse(request, "got both");
}

TEST(HostBadInput, SpeedAndNoiseAreChecked) {
  Request request = hello();
  for (const double speed : {0.49, 2.01, 0.0, -1.0, double{kNan}, double{kInfinity}}) {
    request.speed = speed;
    refuse(request, "speed");
  }
  request.speed = 1.0;
  for (const double noise : {-1.0, 101.0, double{kNan}, double{kInfinity}}) {
    request.noise = noise;
    refuse(request, "noise");
  }
}

TEST(HostBadInput, LinesAreChecked) {
  refuse_lines({}, "got none");
  refuse_lines({"", "  "}, "got none");
  refuse_lines({"həlˈO", "", "hə5lˈO"}, "line 3: ");
  refuse_lines({"həlˈO", "{\"phonemes\": 1}"}, "line 2: ");
  refuse_lines({std::string(511, 'a')}, "got 511");
  refuse_lines({R"({"phonemes": "a", "gap": 0.1, "voice": "af_nobody"})"}, "af_nobody", Code::unknown_voice);
  Request request = hello();
  Heard none;
  check_error(host().speak_lines(request, lines_of({"a"}), into(none)), Code::bad_argument, "without phonemes");
}

TEST(HostBadInput, LineBeforeAWrongOneIsDelivered) {
  Request request = hello();
  request.phonemes.clear();
  Heard heard;
  const std::vector<std::string> lines = {"həlˈO", "hə5lˈO", "həlˈO"};
  check_error(host().speak_lines(request, lines_of(lines), into(heard)), Code::bad_argument, "line 2: ");
  ASSERT_EQ(heard.parts.size(), 1u);
  EXPECT_GT(heard.parts[0].n_samples, 6000);
  heard = {};
  check_error(host().speak_lines(request, lines_of({"həlˈO", "{", "həlˈO"}), into(heard)), Code::bad_argument,
              "line 2: ");
  ASSERT_EQ(heard.parts.size(), 1u);
}

TEST(HostBadInput, CallbackCanStop) {
  int parts = 0;
  const Callback stop = [&](const Part&) { return ++parts < 2; };
  Request request = hello();
  check_error(host().speak(request, [](const Part&) { return false; }), Code::stopped, "callback");
  request.phonemes.clear();
  check_error(host().speak_lines(request, lines_of({"a", "a", "a", "a"}), stop), Code::stopped, "callback");
  EXPECT_EQ(parts, 2);
}

TEST(HostBadInput, CallbackMayThrow) {
  Request request = hello();
  check_error(host().speak(request, [](const Part&) -> bool { throw std::runtime_error("no room\nleft"); }),
              Code::callback_failed, "no room");
  check_error(host().speak(request, [](const Part&) -> bool { throw 5; }), Code::callback_failed, "unknown type");
  check_error(host().speak(request, Callback()), Code::callback_failed, "function");
  request.phonemes.clear();
  Heard none;
  const NextLine failing = [](std::string&) -> bool { throw std::runtime_error("lost"); };
  check_error(host().speak_lines(request, failing, into(none)), Code::callback_failed, "lost");
}

TEST(HostBadInput, HostStillSpeaks) { ASSERT_FALSE(heard(hello()).samples.empty()); }
