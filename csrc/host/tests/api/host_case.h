// What the tests of the whole host share: one opened folder, copies of it to damage, and sounds to compare.
#pragma once

#include <string>
#include <vector>

#include "kokoro_fast/kokoro_host.h"
#include "support/scratch.h"

// The artifact folder under test: KOKORO_HOST_FOLDER.
std::string host_folder();
// Opened once, with one thread.
const kokoro_fast::Host& host();

// A copy of the folder, by hard links where a test does not rewrite a file.
class Copy : public Scratch {
 public:
  Copy();
  // Writes a file anew; its entry in the manifest stays.
  void replace(const std::string& name, const std::string& content) const;
  // Writes a file anew, and its size and checksum into the manifest.
  void replace_and_sign(const std::string& name, const std::string& content) const;
  // The first `from` in the manifest becomes `to`.
  void edit_manifest(const std::string& from, const std::string& to) const;

  kokoro_fast::Result<kokoro_fast::Host> open() const;
};

struct Heard {
  std::vector<float> samples;
  std::vector<int64_t> durations;        // of the last part
  std::vector<kokoro_fast::Part> parts;  // their pointers are stale
};

kokoro_fast::Request hello();  // a short word by the first voice of the folder
kokoro_fast::Callback into(Heard& heard);
Heard heard(const kokoro_fast::Request& request);
kokoro_fast::NextLine lines_of(std::vector<std::string> lines);
