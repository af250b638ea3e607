#include "daemon/loop/heap_trim.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cr::daemon {
namespace {

// Twice what a quiet cycle of 10 000 reads (1.8 MB): the next one would take it again.
constexpr std::size_t kLittle = std::size_t{4} << 20;
// A larger fleet's cycles read more.
constexpr std::size_t kPart = 16;

}  // namespace

bool TrimRule::is_due(std::size_t resident) {
  if (!least_) return true;
  least_ = std::min(*least_, resident);
  return resident - *least_ > std::max(kLittle, *least_ / kPart);
}

HeapTrim::HeapTrim() : statm_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}

HeapTrim::~HeapTrim() {
  if (statm_ >= 0) ::close(statm_);
}

// By proc(5): pages in all, resident pages, …
std::size_t HeapTrim::resident_bytes() const {
  if (statm_ < 0) return 0;
  std::array<char, 128> text{};
  const ssize_t size = ::pread(statm_, text.data(), text.size(), 0);
  const char* const end = text.data() + std::max<ssize_t>(size, 0);
  const char* const second = std::find(static_cast<const char*>(text.data()), end, ' ') + 1;
  std::size_t pages = 0;
  if (second < end) std::from_chars(second, end, pages);
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

bool HeapTrim::is_due() {
  if (const std::size_t left = left_.exchange(0); left != 0) rule_.done(left);
  const std::size_t resident = resident_bytes();
  return resident == 0 || rule_.is_due(resident);
}

void HeapTrim::trim() {
#ifdef __GLIBC__
  ::malloc_trim(0);
  left_ = resident_bytes();
#endif
}

}  // namespace cr::daemon
