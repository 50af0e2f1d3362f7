#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "base/sha256.h"
#include "host_case.h"

using namespace kokoro_fast;

std::string host_folder() {
  const char* folder = std::getenv("KOKORO_HOST_FOLDER");
  return folder == nullptr ? "" : folder;
}

const Host& host() {
  static const Result<Host> opened = [] {
    HostOptions options;
    options.threads = 1;
    return Host::open(host_folder(), options);
  }();
  if (!opened) throw std::runtime_error(opened.message());
  return *opened;
}

Copy::Copy() {
  namespace fs = std::filesystem;
  for (const auto& entry : fs::recursive_directory_iterator(host_folder())) {
    const fs::path target = path() / fs::relative(entry.path(), host_folder());
    if (entry.is_directory()) {
      fs::create_directory(target);
    } else {
      std::error_code error;
      fs::create_hard_link(entry.path(), target, error);
      if (error) fs::copy_file(entry.path(), target);  // another file system
    }
  }
}

void Copy::replace(const std::string& name, const std::string& content) const {
  std::filesystem::remove(*this / name);  // the link, not what it leads to
  write(name, content);
}

void Copy::replace_and_sign(const std::string& name, const std::string& content) const {
  std::string manifest = read("manifest.json");
  const size_t entry = manifest.find('"' + name + "\": {");
  const size_t end = manifest.find('}', entry);
  ASSERT_NE(entry, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  manifest.replace(
      entry, end - entry,
      '"' + name + "\": {\"bytes\": " + std::to_string(content.size()) + ", \"sha256\": \"" + sha256(content) + '"');
  replace("manifest.json", manifest);
  replace(name, content);
}

void Copy::edit_manifest(const std::string& from, const std::string& to) const {
  std::string manifest = read("manifest.json");
  const size_t at = manifest.find(from);
  ASSERT_NE(at, std::string::npos) << "manifest without " + from;
  replace("manifest.json", manifest.replace(at, from.size(), to));
}

Result<Host> Copy::open() const {
  HostOptions options;
  options.threads = 1;
  return Host::open(path().string(), options);
}

Request hello() {
  Request request;
  request.phonemes = "həlˈO";
  request.voice = host().voices().front();
  return request;
}

Callback into(Heard& heard) {
  return [&heard](const Part& part) {
    heard.samples.insert(heard.samples.end(), part.samples, part.samples + part.n_samples);
    heard.durations.assign(part.durations, part.durations + part.n_durations);
    heard.parts.push_back(part);
    return true;
  };
}

Heard heard(const Request& request) {
  Heard heard;
  const Status status = host().speak(request, into(heard));
  if (!status) throw std::runtime_error(status.message());
  return heard;
}

NextLine lines_of(std::vector<std::string> lines) {
  return [lines = std::move(lines), next = size_t{0}](std::string& line) mutable {
    if (next == lines.size()) return false;
    line = lines[next++];
    return true;
  };
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (host_folder().empty()) {
    std::puts("skipped: KOKORO_HOST_FOLDER names no artifact folder");
    return 77;
  }
  return RUN_ALL_TESTS();
}
