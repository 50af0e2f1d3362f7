#include "base/threads.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <thread>

namespace kokoro_fast {
namespace {

// The logical CPUs on the same core, as a list; only the CPU's own number where the system does not say.
std::string siblings(int cpu) {
  std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
  std::string line;
  return std::getline(file, line) ? line : std::to_string(cpu);
}

int usable_cores() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return static_cast<int>(std::thread::hardware_concurrency());
  std::set<std::string> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cores.insert(siblings(cpu));
  }
  return static_cast<int>(cores.size());
}

// Cores that the quota of the control group is worth, rounded up; 0 without a quota. Tries version 2 of control groups,
// then version 1.
int container_limit() {
  const std::string folder = "/sys/fs/cgroup/";
  long quota = 0;
  long period = 0;
  std::ifstream both(folder + "cpu.max");
  if (!(both >> quota >> period)) {  // "max" is no number
    std::ifstream(folder + "cpu/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "cpu/cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? static_cast<int>((quota + period - 1) / period) : 0;
}

// The environment variable OMP_NUM_THREADS, which torch follows too; 0 if unset.
int omp_num_threads() {
  const char* text = std::getenv("OMP_NUM_THREADS");
  return text == nullptr ? 0 : static_cast<int>(std::strtol(text, nullptr, 10));
}

}  // namespace

int default_threads() {
  int threads = usable_cores();
  for (const int limit : {container_limit(), omp_num_threads()}) {
    if (limit > 0) threads = std::min(threads, limit);
  }
  return std::max(threads, 1);
}

}  // namespace kokoro_fast
