// The manifest: each field checked, each file compared, and every refusal with the command that helps.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "format/manifest.h"
#include "support/small_artifact.h"

namespace {

using kokoro_fast::check_file;
using kokoro_fast::check_machine;
using kokoro_fast::Code;
using kokoro_fast::Manifest;
using kokoro_fast::path_of;
using kokoro_fast::read_checked;
using kokoro_fast::read_manifest;

void check_rebuild(const std::string& message) {
  const std::string end = std::string("; rebuild it with: ") + SmallArtifact::kCommand;
  ASSERT_GT(message.size(), end.size()) << message;
  ASSERT_EQ(message.substr(message.size() - end.size()), end) << message;
}

void check_refused(const SmallArtifact& artifact, const std::string& content, Code code, const std::string& words) {
  artifact.write("manifest.json", content);
  const auto manifest = read_manifest(artifact.path());
  check_error(manifest, code, words);
  ASSERT_TRUE(contains(manifest.message(), "manifest.json: ")) << manifest.message();
  ASSERT_TRUE(contains(manifest.message(), "rebuild it with: kokoro-fast export ")) << manifest.message();
}

TEST(Manifest, IsRead) {
  const SmallArtifact artifact;
  const Manifest manifest = artifact.load();
  EXPECT_EQ(manifest.kind, "torchscript");
  EXPECT_EQ(manifest.ops, "torch");
  EXPECT_EQ(manifest.precision, "fp32");
  EXPECT_EQ(manifest.torch, "2.13.0");
  EXPECT_TRUE(manifest.needs.empty());
  EXPECT_EQ(manifest.device, "cpu");
  EXPECT_EQ(manifest.command, SmallArtifact::kCommand);
  ASSERT_EQ(manifest.files.size(), 4u);
  EXPECT_EQ(manifest.find_file("model.pt")->bytes, 300'000);
  ASSERT_EQ(manifest.find_file("model.pt2"), nullptr);
  EXPECT_EQ(manifest.find_graph("predict")->inputs[0].shape[1], "T");
  ASSERT_EQ(manifest.find_graph("render"), nullptr);
  EXPECT_TRUE(check_machine(manifest, "2.13.4+cpu").ok());
  for (const auto& file : manifest.files) EXPECT_TRUE(check_file(manifest, file).ok());
  artifact.write("manifest.json", artifact.edited("\"2.13.0\"", "null"));
  EXPECT_TRUE(artifact.load().torch.empty());
}

TEST(Manifest, ThatIsMissing) {
  const Scratch scratch;
  check_error(read_manifest(scratch / "gone"), Code::missing_file, "gone: expected an artifact folder, got nothing");
  check_error(read_manifest(scratch.path()), Code::missing_file, "manifest.json: expected a file");
  scratch.write("file", "");
  check_error(read_manifest(scratch / "file"), Code::missing_file, "got a file; rebuild it with: kokoro-fast export");
  std::filesystem::create_directory(scratch / "manifest.json");
  check_error(read_manifest(scratch.path()), Code::missing_file, "got: a folder");
}

TEST(Manifest, OfAnotherFormat) {
  const SmallArtifact artifact;
  artifact.write("manifest.json", artifact.edited("\"format\": 1,", "\"format\": 2, \"new\": {},"));
  const auto manifest = read_manifest(artifact.path());
  check_error(manifest, Code::mismatch, "manifest.json: format: expected 1, got 2");
  check_rebuild(manifest.message());
}

TEST(Manifest, WithAWrongField) {
  const struct {
    const char* from;
    const char* to;
    const char* words;
  } kEdits[] = {
      {"\"format\": 1", "\"format\": \"1\"", "format: expected 1, got \"1\""},
      {"\"format\": 1,", "", "expected the field \"format\", got none"},
      {"\"device\": \"cpu\"", "\"device\": \"cuda\"", "device: expected cpu, got \"cuda\""},
      {"\"kind\": \"torchscript\"", "\"kind\": \"gguf\"", "kind: expected torchscript or aoti or onnx, got \"gguf\""},
      {"\"ops\": \"torch\"", "\"ops\": null", "ops: expected torch or native, got null"},
      {"\"precision\": \"fp32\"", "\"precision\": \"fp16\"", "precision: expected fp32 or bf16 or int8, got \"fp16\""},
      {"\"command\": \"", "\"command\": \"\\n", "command: expected a command that exports"},
      {"\"torch\": \"2.13.0\"", "\"torch\": 2.13", "torch: expected a version such as 2.13.0, got 2.13"},
      {"\"needs\": []", "\"needs\": [1]", "needs[0]: expected printable text, got 1"},
      {"\"needs\": []", "\"needs\": {}", "needs: expected a list, got an object"},
      {"\"needs\": []", "\"needs\": [], \"extra\": 1", "got also \"extra\""},
      {"8fbea51e", "8FBEA51E", "weights_sha256: expected 64 digits"},
      {"24000", "22050", "sample_rate: expected 24000, got 22050"},
      {": 600,", ": 300,", "samples_per_frame: expected 600, got 300"},
      {": 510,", ": 510.5,", "max_symbols: expected 510, got 510.5"},
      {"300000", "-1", "files[\"model.pt\"].bytes: expected a whole number from 0, got -1"},
      {"{\"bytes\"", "{\"size\"", "files[\"model.pt\"]: expected the field \"bytes\", got none"},
      {"\"model.pt\":", "\"../model.pt\":", "files: expected paths inside the folder, got \"../model.pt\""},
      {"\"model.pt\":", "\"/model.pt\":", "files: expected paths inside the folder, got \"/model.pt\""},
      {"\"model.pt\":", "\"a//model.pt\":", "files: expected paths inside the folder"},
      {"\"model.pt\":", "\"a/./model.pt\":", "files: expected paths inside the folder"},
      {"\"model.pt\":", "\"a\\\\model.pt\":", "files: expected paths inside the folder"},
      {"\"model.pt\":", "\"a\\u0000\":", "files: expected paths inside the folder, got \"a\\u0000\""},
      {"\"model.pt\":", "\"manifest.json\":", "files: expected paths inside the folder, got \"manifest.json\""},
      {"\"model.pt\":", "\"\":", "files: expected paths inside the folder, got \"\""},
      {"\"file\": \"model.pt\"", "\"file\": \"x.pt\"",
       "graphs: expected a file of the folder for \"predict\", got \"x.pt\""},
      {"\"int64\"", "\"int32\"", "graphs[0].inputs[0].dtype: expected int64 or float32, got \"int32\""},
      {"[1, \"T\"]", "[1, 0.5]", "graphs[0].inputs[0].shape[1]: expected a whole number from 0, got 0.5"},
      {"\"unit\": \"frames\"", "\"unit\": \"\"", "graphs[0].outputs[0].unit: expected printable text, got \"\""},
      {"\"sample_rate\"", "\"kind\"", "line 7, column 2: expected each key once, got a second \"kind\""},
      {"\"kind\"", "kind", "line 2, column 15: expected a key in quotes, got \"k\""},
  };
  const SmallArtifact artifact;
  for (const auto& edit : kEdits)
    check_refused(artifact, artifact.edited(edit.from, edit.to), Code::damaged_file, edit.words);
  check_refused(artifact, "[]", Code::damaged_file, "expected an object, got a list");
  check_refused(artifact, std::string(2 << 20, ' '), Code::damaged_file, "expected at most 1048576 bytes");
}

TEST(Manifest, WithAnyValueChangedKeepsItsCommand) {
  const SmallArtifact artifact;
  artifact.write("manifest.json", artifact.edited("24000", "[]"));
  check_rebuild(read_manifest(artifact.path()).message());
  check_refused(artifact, artifact.edited("kokoro-fast export", "something else"), Code::damaged_file,
                "command: expected a command that exports, got \"something else torchscript");
  artifact.write("manifest.json", artifact.edited("kokoro-fast export torchscript", "something else\", \"x\": \""));
  EXPECT_FALSE(contains(read_manifest(artifact.path()).message(), "something else"));
}

TEST(Manifest, OfAnotherMachine) {
  const SmallArtifact artifact;
  const auto old = check_machine(artifact.load(), "2.12.1");
  check_error(old, Code::mismatch, "manifest.json: torch: expected 2.13, which wrote it, got 2.12.1");
  check_rebuild(old.message());
  check_error(check_machine(artifact.load(), "2.1.3"), Code::mismatch, "torch: expected 2.13");
  check_error(check_machine(artifact.load(), "2.130.0"), Code::mismatch, "torch: expected 2.13");
  check_error(check_machine(artifact.load(), ""), Code::mismatch, "torch: expected 2.13");

  artifact.write("manifest.json", artifact.edited("\"needs\": []", "\"needs\": [\"avx999\", \"fpu2\"]"));
  const auto lacking = check_machine(artifact.load(), "2.13.0");
  check_error(lacking, Code::mismatch, "expected a processor with avx999, fpu2, got one without");
  check_rebuild(lacking.message());
}

TEST(Manifest, CpuFeatures) {
#if defined(__x86_64__)
  EXPECT_EQ(kokoro_fast::cpu_has("avx512_vnni"), static_cast<bool>(__builtin_cpu_supports("avx512vnni")));
  EXPECT_TRUE(kokoro_fast::cpu_has("sse2"));
  EXPECT_FALSE(kokoro_fast::cpu_has("sse99"));
#endif
}

TEST(Manifest, FileThatIsNotAsWritten) {
  const SmallArtifact artifact;
  const Manifest manifest = artifact.load();
  const auto& model = *manifest.find_file("model.pt");
  std::string content = artifact.read("model.pt");

  content[123'456] ^= 1;
  artifact.write("model.pt", content);
  const auto edited = check_file(manifest, model);
  check_error(edited, Code::damaged_file, "model.pt: expected sha256 " + model.sha256 + ", got ");
  check_rebuild(edited.message());
  check_error(read_checked(manifest, model, model.bytes), Code::damaged_file, "model.pt: expected sha256");

  artifact.write("model.pt", content.substr(1));
  const auto cut = check_file(manifest, model);
  check_error(cut, Code::damaged_file, "model.pt: expected 300000 bytes, got 299999");
  check_rebuild(cut.message());

  std::filesystem::remove(artifact / "model.pt");
  const auto gone = check_file(manifest, model);
  check_error(gone, Code::missing_file, "model.pt: expected a file");
  check_rebuild(gone.message());

  std::filesystem::create_directory(artifact / "model.pt");
  check_error(check_file(manifest, model), Code::missing_file, "model.pt: expected a file");
}

TEST(Manifest, FileThatIsAPipe) {
  const SmallArtifact artifact;
  const Manifest manifest = artifact.load();
  const auto& model = *manifest.find_file("model.pt");
  artifact.make_pipe("model.pt");
  check_error(path_of(manifest, model), Code::missing_file, "model.pt: expected a file that can be read, got: a pipe");
  check_rebuild(check_file(manifest, model).message());
  artifact.make_pipe("manifest.json");
  check_error(read_manifest(artifact.path()), Code::missing_file, "manifest.json: expected a file");
}

TEST(Manifest, FileBehindALink) {
  const SmallArtifact artifact;
  const Scratch other;
  const Manifest manifest = artifact.load();
  const auto& model = *manifest.find_file("model.pt");
  other.write("model.pt", artifact.read("model.pt"));
  std::filesystem::rename(artifact / "model.pt", artifact / "kept.pt");
  std::filesystem::create_symlink("kept.pt", artifact / "model.pt");
  EXPECT_TRUE(check_file(manifest, model).ok());
  std::filesystem::remove(artifact / "model.pt");
  std::filesystem::create_symlink(other / "model.pt", artifact / "model.pt");
  const auto outside = check_file(manifest, model);
  check_error(outside, Code::damaged_file, "model.pt: expected a file inside the folder, got a path that leads out");
  check_rebuild(outside.message());
  // The folder itself may be a link.
  std::filesystem::create_directory_symlink(artifact.path(), other / "link");
  const auto linked = read_manifest(other / "link");
  EXPECT_TRUE(check_file(*linked, *linked->find_file("vocabulary.json")).ok());
}

TEST(Manifest, FolderStaysWhereItIs) {
  const SmallArtifact artifact;
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(artifact.path().parent_path());
  const auto manifest = read_manifest(artifact.path().filename());
  std::filesystem::current_path(here);
  ASSERT_TRUE(manifest.ok());
  EXPECT_TRUE(check_file(*manifest, manifest->files[0]).ok());
}

TEST(Manifest, CutAnywhere) {
  const SmallArtifact artifact;
  const std::string text = artifact.manifest();
  for (size_t n = 0; n < text.size(); n += 7) check_refused(artifact, text.substr(0, n), Code::damaged_file, "the end");
}

}  // namespace
