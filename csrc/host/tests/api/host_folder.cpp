// Folders that are missing, damaged, or made for something else.
#include "host_case.h"

#include <gtest/gtest.h>

using namespace kokoro_fast;

namespace {

constexpr const char* kCommand = "kokoro-fast export";

std::string model_file() { return host().kind() == "aoti" ? "model.pt2" : "model.pt"; }

// The content with one byte changed in the middle.
std::string edited(std::string content) {
  content.at(content.size() / 2) ^= 1;
  return content;
}

}  // namespace

TEST(HostFolder, MissingFolder) {
  check_error(Host::open(host_folder() + "/nothing"), Code::missing_file, "nothing");
  check_error(Host::open(""), Code::missing_file, "got nothing");
  check_error(Host::open(host_folder() + "/manifest.json"), Code::missing_file, "manifest.json");
}

TEST(HostFolder, NumberOfThreadsIsChecked) {
  HostOptions options;
  for (const int threads : {-1, 257, 1 << 30}) {
    options.threads = threads;
    check_error(Host::open(host_folder(), options), Code::bad_argument, "threads: expected 0 to 256");
  }
}

TEST(HostFolder, MissingFiles) {
  for (const std::string& name : {model_file(), std::string("vocabulary.json"), std::string("manifest.json")}) {
    const Copy copy;
    std::filesystem::remove(copy / name);
    check_error(copy.open(), Code::missing_file, name);
  }
}

TEST(HostFolder, EditedModel) {
  const Copy copy;
  copy.replace(model_file(), edited(copy.read(model_file())));
  check_error(copy.open(), Code::damaged_file, model_file());
  check_error(copy.open(), Code::damaged_file, kCommand);
}

TEST(HostFolder, ShortModel) {
  const Copy copy;
  const std::string whole = copy.read(model_file());
  copy.replace(model_file(), whole.substr(0, whole.size() / 2));
  check_error(copy.open(), Code::damaged_file, model_file());
}

TEST(HostFolder, NoModelAtAllButSigned) {
  for (const std::string& content : {std::string("not a model"), std::string()}) {
    const Copy copy;
    copy.replace_and_sign(model_file(), content);
    check_error(copy.open(), Code::damaged_file, model_file());
  }
}

TEST(HostFolder, EditedVocabulary) {
  const Copy copy;
  copy.replace("vocabulary.json", edited(copy.read("vocabulary.json")));
  check_error(copy.open(), Code::damaged_file, "vocabulary.json");
}

TEST(HostFolder, MadeForSomethingElse) {
  const struct {
    const char* from;
    const char* to;
    const char* words;
  } edits[] = {
      {"\"format\": 1", "\"format\": 2", "format"},
      {"\"torch\": \"2.", "\"torch\": \"3.", "torch"},
      {"\"needs\": [", "\"needs\": [\"avx1024\",", "avx1024"},
  };
  for (const auto& edit : edits) {
    const Copy copy;
    std::string to = edit.to;
    if (std::string(edit.from) == "\"needs\": [" &&
        copy.read("manifest.json").find("\"needs\": []") != std::string::npos) {
      to = "\"needs\": [\"avx1024\"";
    }
    copy.edit_manifest(edit.from, to);
    check_error(copy.open(), Code::mismatch, edit.words);
  }
}

TEST(HostFolder, EditedVoiceIsFoundWhenItIsWanted) {
  const Copy copy;
  const std::string voice = host().voices().front();
  const std::string name = "voices/" + voice + ".bin";
  copy.replace(name, edited(copy.read(name)));
  const auto opened = copy.open();
  ASSERT_TRUE(opened.ok()) << opened.message();
  Request request = hello();
  Heard none;
  check_error(opened->speak(request, into(none)), Code::damaged_file, name);
}

TEST(HostFolder, FolderThatGoesWhileItIsOpen) {
  const Copy copy;
  const auto opened = copy.open();
  ASSERT_TRUE(opened.ok()) << opened.message();
  Request request = hello();
  Heard before;
  ASSERT_TRUE(opened->speak(request, into(before)).ok());
  std::filesystem::remove_all(copy.path());
  Heard after;
  ASSERT_TRUE(opened->speak(request, into(after)).ok());
  EXPECT_EQ(after.samples, before.samples);
  request.voice = host().voices().back();
  check_error(opened->speak(request, into(after)), Code::missing_file, "expected a folder");
}

TEST(HostFolder, OtherOpLibraryInTheSameProcess) {
  const Copy copy;
  const std::string library = "libkokoro_fast_ops.so";
  if (!std::filesystem::exists(copy / library)) return;  // ops "torch"
  host();
  copy.replace(library, edited(copy.read(library)));
  check_error(copy.open(), Code::damaged_file, library);
  copy.replace_and_sign(library, copy.read(library) + "x");
  check_error(copy.open(), Code::mismatch, library);
}

TEST(HostFolder, HostCanBeMoved) {
  const Copy copy;
  auto opened = copy.open();
  ASSERT_TRUE(opened.ok()) << opened.message();
  Host moved = std::move(*opened);
  Heard sound;
  ASSERT_TRUE(moved.speak(hello(), into(sound)).ok());
}
