// Several threads on one host.
#include <gtest/gtest.h>

#include <thread>

#include "host_case.h"

using namespace kokoro_fast;

TEST(HostThreads, ThreadsDoNotDisturbEachOther) {
  Request requests[2] = {hello(), hello()};
  requests[1].phonemes = "wˈɜɹld.";
  requests[1].voice = host().voices().back();
  const Heard alone[2] = {heard(requests[0]), heard(requests[1])};
  Heard together[2];
  std::thread threads[2];
  for (int i = 0; i < 2; ++i) {
    threads[i] = std::thread([&, i] {
      for (int round = 0; round < 3; ++round) {
        together[i] = {};
        if (!host().speak(requests[i], into(together[i]))) together[i] = {};
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(together[i].samples, alone[i].samples);
}

TEST(HostThreads, CancelBefore) {
  Cancel cancel;
  cancel.cancel();
  Request request = hello();
  request.cancel = &cancel;
  Heard none;
  check_error(host().speak(request, into(none)), Code::stopped, "cancelled");
  EXPECT_TRUE(none.parts.empty());
  cancel.reset();
  ASSERT_TRUE(host().speak(request, into(none)).ok());
}

TEST(HostThreads, CancelFromAnotherThread) {
  Cancel cancel;
  Request request = hello();
  request.phonemes.clear();
  request.cancel = &cancel;
  int parts = 0;
  const NextLine forever = [](std::string& line) {
    line = "həlˈO";
    return true;
  };
  std::thread other;
  const Status status = host().speak_lines(request, forever, [&](const Part&) {
    if (++parts == 2) other = std::thread([&] { cancel.cancel(); });
    return true;
  });
  if (other.joinable()) other.join();
  check_error(status, Code::stopped, "cancelled");
  EXPECT_LT(parts, 50);  // and not forever
}
