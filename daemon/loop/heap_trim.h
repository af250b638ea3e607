#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

namespace cr::daemon {

/// Whether free memory of the heap is to be given back to the system, which costs a walk over the heap, and
/// the next cycle a fault for each page that it takes again. A load or a whole read leaves many times what is
/// kept of it; a cycle that read little leaves what the next one uses. Pure.
class TrimRule {
 public:
  /// `resident`: what the process has of the machine's memory now, in bytes.
  [[nodiscard]] bool is_due(std::size_t resident);
  /// It was given back, and this is left.
  void done(std::size_t resident) { least_ = resident; }

 private:
  std::optional<std::size_t> least_;  ///< of late
};

/// Does so by this rule for this process.
class HeapTrim {
 public:
  HeapTrim();
  ~HeapTrim();
  HeapTrim(const HeapTrim&) = delete;
  HeapTrim& operator=(const HeapTrim&) = delete;

  /// Asked after each cycle, by one thread.
  [[nodiscard]] bool is_due();
  /// By any one thread at a time; takes milliseconds.
  void trim();

 private:
  /// 0 where the kernel does not say.
  [[nodiscard]] std::size_t resident_bytes() const;

  int statm_;  ///< a file, negative: there is none
  TrimRule rule_;
  std::atomic<std::size_t> left_{0};  ///< after a trim that the rule was not told of yet; 0: there was none
};

}  // namespace cr::daemon
